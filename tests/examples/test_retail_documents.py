"""examples/retail: the document is valid without a warning, uses each of its files, and shows no drift."""

import re
from collections.abc import Iterator
from pathlib import Path

from pulumi_resource_dataworks.document_file import checked
from tests.support.imported import imported
from tests.support.repository import REPO

FOLDER = REPO / "examples" / "retail"
[DOCUMENT] = FOLDER.glob("*.yaml")


def scripts() -> Iterator[Path]:
    for folder in ("jobs", "scripts", "sql"):
        yield from (FOLDER / folder).iterdir()


def test_each_file_is_a_script_of_one_node() -> None:
    named = re.findall(r'"fn::readFile": "(.+?)"', DOCUMENT.read_text("utf-8"))
    assert sorted(named) == sorted(str(path.relative_to(FOLDER)) for path in scripts())


async def test_the_document_is_valid_and_comes_back_as_it_was_sent() -> None:
    document, problems = checked(DOCUMENT)
    assert [problem.render() for problem in problems] == []
    assert document is not None
    run, emulator = await imported(document.root)
    assert run.report.warnings == []
    [held] = emulator.workflows()
    names = {node["name"] for node in held.nodes.values()}
    assert len(names) == 12
    page = (FOLDER / "README.md").read_text("utf-8")
    assert names == {
        name
        for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
