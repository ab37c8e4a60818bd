"""docs/nodes.md: every snippet is valid without a warning, and comes back from the emulator as it was sent."""

import textwrap

import pytest

from pulumi_resource_dataworks import flowspec
from tests.support.imported import imported
from tests.support.pages import Block, blocks
from tests.support.repository import REPO

FRAME, *SNIPPETS = [block for block in blocks("yaml") if block.page == REPO / "docs" / "nodes.md"]
INDENT = "      "
"""That of a workflow's fields."""


def whole(snippet: Block) -> str:
    """The document of a snippet: the frame with it in place of the frame's own nodes."""
    frame, nodes, _ = FRAME.text.partition(f"{INDENT}nodes:")
    assert nodes
    return frame + textwrap.indent(snippet.text, INDENT)


DOCUMENTS = [
    pytest.param(FRAME.text, id=str(FRAME)),
    *(pytest.param(whole(snippet), id=str(snippet)) for snippet in SNIPPETS),
]


@pytest.mark.parametrize("text", DOCUMENTS)
def test_a_snippet_is_valid_without_a_warning(text: str) -> None:
    assert [problem.render() for problem in flowspec.validate(flowspec.read(text))] == []


@pytest.mark.parametrize("text", DOCUMENTS)
async def test_a_snippet_comes_back_as_it_was_sent(text: str) -> None:
    text = text.replace("my_workspace_root", "emulated_workspace_root")
    run, emulator = await imported(text)
    assert run.report.warnings == []
    [held] = emulator.workflows()
    sent = flowspec.workflow_of(flowspec.read(text).root)
    assert {one["name"] for one in held.nodes.values()} == {
        one["name"] for one in flowspec.objects(sent["nodes"])
    }


async def test_a_data_source_type_that_the_service_changes_is_said_once_and_is_no_drift() -> None:
    [flink] = [one for one in SNIPPETS if "type: flink" in one.text]
    run, _ = await imported(whole(flink), datasource_type="rewritten")
    [warning] = run.report.warnings
    assert 'it changes datasource.type of "order_totals"' in warning
