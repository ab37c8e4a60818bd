"""docs/flowspec-rules.md is what the code says, and holds an example of every rule."""

import runpy
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def test_the_page_is_what_the_code_says() -> None:
    tool = runpy.run_path(str(REPO / "tools" / "rules_doc.py"))
    assert (REPO / "docs" / "flowspec-rules.md").read_text("utf-8") == tool["page"]()
