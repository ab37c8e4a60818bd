"""The examples' documents: each is valid without a warning, and each workflow is found in one example alone."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_resource_dataworks.document_file import checked, documents_in
from tests.support.imported import imported
from tests.support.repository import REPO

EXAMPLES = REPO / "examples"
RETAIL = EXAMPLES / "retail"
DOCUMENTS = [path for path in documents_in(EXAMPLES) if path.name != "Pulumi.yaml"]
VARIABLES = {
    "workspace": "sales",
    "maxcompute": "odps_first",
    "shop": "shop_mysql",
    "resourceGroup": "Serverless_res_group_1",
    "dataSource": "odps_first",
    "waitsFor": "sales_root",
    "orders": "sales.orders",
    "payments": "sales.payments",
}


def used(document: Path) -> dict[str, str]:
    """The variables of a document and of the files beside it."""
    files = [document, *(path for folder in ("jobs", "sql") for path in document.parent.glob(f"{folder}/*"))]
    names = {name for file in files for name in re.findall(r"\{\{(\w+)\}\}", file.read_text("utf-8"))}
    return {name: VARIABLES[name] for name in names}


def names() -> Iterator[str]:
    """The names of all workflows: those of documents, and those of typed objects."""
    for path in DOCUMENTS:
        document, *_ = checked(path)
        assert document is not None
        yield from (workflow["name"] for workflow in document.root["spec"]["workflows"])
    for program in EXAMPLES.rglob("*.py"):
        if "site-packages" not in program.parts:
            yield from re.findall(r'WorkflowArgs\(\s*name="(.+?)"', program.read_text("utf-8"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_valid(path: Path) -> None:
    _, problems, _ = checked(path, used(path))
    assert [problem.render() for problem in problems] == []


def test_no_two_examples_have_a_workflow_of_one_name() -> None:
    """They can stand in one workspace."""
    found = Counter(names())
    assert len(found) >= 10
    assert [name for name, times in found.items() if times > 1] == []


def test_each_file_of_retail_is_a_script_of_one_node() -> None:
    folder = RETAIL / "workflow"
    named = re.findall(r'"fn::readFile": "(.+?)"', (folder / "retail_daily.yaml").read_text("utf-8"))
    files = [path for kind in ("jobs", "scripts", "sql") for path in (folder / kind).iterdir()]
    assert sorted(named) == sorted(str(path.relative_to(folder)) for path in files)


async def test_retail_comes_back_as_it_was_sent() -> None:
    path = RETAIL / "workflow/retail_daily.yaml"
    document, *_ = checked(path, {**used(path), "workspace": "emulated_workspace"})
    assert document is not None
    run, emulator = await imported(document.root)
    assert run.report.warnings == []
    [held] = emulator.workflows()
    nodes = {node["name"] for node in held.nodes.values()}
    assert len(nodes) == 12
    page = (RETAIL / "README.md").read_text("utf-8")
    assert nodes == {
        name
        for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
