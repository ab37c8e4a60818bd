"""docs/flowspec-rules.md is what the code says, and holds an example of every rule."""

import runpy

from tests.support.repository import REPO


def test_the_page_is_what_the_code_says() -> None:
    tool = runpy.run_path(str(REPO / "tools" / "rules_doc.py"))
    assert (REPO / "docs" / "flowspec-rules.md").read_text("utf-8") == tool["page"]()
