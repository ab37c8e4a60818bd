"""What is there already, and what somebody added: refused, or taken over where `adopt` is set; preview says which."""

from __future__ import annotations

import copy

import pytest

from tests.support.documents import etl, node, nodes
from tests.support.stacks import Stack


@pytest.fixture
def theirs(stack: Stack) -> str:
    """The ID of a workflow that somebody else has made at the document's path, with a node of their own."""
    stack.workflow(etl(nodes=[*nodes(etl()), node("theirs")], id="70"), name="elsewhere")
    stack.up()
    stack.run("state", "delete", "--yes", stack.resource()["urn"])
    return "70"


def test_a_workflow_in_the_way_is_refused_and_adopt_takes_it_over(stack: Stack, theirs: str) -> None:
    before = copy.deepcopy(stack.emulator.workflow(theirs).document)
    stack.workflow(etl())
    for step in (stack.preview, stack.up):
        refused = step(ok=False).output
        assert (
            f"pulumi import dataworks:index:WorkflowDefinition <name> {stack.project_id}/{theirs}" in refused
        )
        assert "adopt: true" in refused
    assert stack.emulator.workflow(theirs).document == before

    stack.workflow(etl(), properties={"adopt": True})
    foreseen = stack.preview().output
    assert "a workflow is there already, and adopt is set: up takes it over" in foreseen
    assert f"(workflow {theirs})" in foreseen
    assert 'without its nodes "theirs", which the document does not hold' in foreseen
    assert stack.emulator.workflow(theirs).document == before
    stack.up()
    [workflow] = stack.emulator.workflows()
    assert workflow.workflow_id == theirs == stack.output()
    assert set(stack.scripts()) == {"extract", "load"}
    held = {item["name"]: item["id"] for item in nodes(before) if item["name"] != "theirs"}
    assert stack.resource()["outputs"]["nodeIds"] == held
    stack.is_quiet()

    stack.workflow(etl())
    calls = stack.calls()
    assert "[diff: -adopt]" in stack.preview().output
    stack.up()
    assert "2 unchanged" in stack.preview().output
    assert stack.calls() == calls
    stack.destroy()
    assert stack.emulator.workflows() == []


def test_a_workflow_with_the_documents_id_is_adopted_too(stack: Stack, theirs: str) -> None:
    stack.workflow(etl(id=theirs), properties={"adopt": True})
    assert "up takes it over" in stack.preview().output
    stack.up()
    assert stack.output() == theirs
    assert set(stack.scripts()) == {"extract", "load"}


def test_nodes_that_others_added_are_deleted_only_where_adopt_is_set(stack: Stack) -> None:
    stack.workflow(etl())
    stack.up()
    stack.edit(lambda workflow: workflow["nodes"].append(node("added", id="555")))
    changed = etl(nodes=[nodes(etl())[0], node("load", "SELECT 9;\n")])
    stack.workflow(changed)
    assert '"added"' in stack.up(ok=False).output
    assert "added" in stack.scripts()

    stack.workflow(changed, properties={"adopt": True})
    stack.refresh()
    foreseen = stack.preview().output
    assert 'adopt is set: up deletes what somebody added to this workflow: "added"' in foreseen
    assert 'adopt is set: deleting what somebody added to this workflow: "added"' in stack.up().output
    assert set(stack.scripts()) == {"extract", "load"}
    assert "2 unchanged" in stack.preview().output
