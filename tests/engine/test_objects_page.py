"""The programs of docs/objects.md, with the real CLI: each is applied, and quiet after it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.support.pages import blocks
from tests.support.repository import REPO
from tests.support.stacks import Stack

PROGRAMS = [block for block in blocks("yaml") if block.page == REPO / "docs" / "objects.md"]


@pytest.mark.parametrize("block", PROGRAMS, ids=str)
def test_a_program_of_the_page_is_applied(stack: Stack, block: Any) -> None:
    file = stack.folder / "masking.py"
    file.write_text("class MaskEmail: ...\n", "utf-8")
    program = yaml.safe_load(block.text.replace("fn::fileAsset: masking.py", f"fn::fileAsset: {file}"))
    stack.declare(program["resources"])
    stack.up()
    made = [resource for resource in stack.state() if resource["type"].startswith("dataworks:")]
    assert len(made) == len(program["resources"])
    assert stack.up().warnings == []
    stack.is_quiet()
