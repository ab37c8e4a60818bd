"""IDs that the service refuses or changes, at each setting of what nobody could verify: the workflow lives, once."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import Stack
from pulumi_resource_dataworks.emulator import Fault
from specs import etl, node, nodes

SETTINGS: list[dict[str, Any]] = [
    {},
    {"unknown_workflow_id": "replaced"},
    {"unknown_workflow_id": "refused"},
    {"unknown_workflow_id": "replaced", "workflow_id_in_answer": False},
    {"unknown_workflow_id": "refused", "workflow_id_in_answer": False},
    {"deleted_workflow_id": "refused"},
    {"non_numeric_node_id": "replaced"},
    {"non_numeric_node_id": "refused"},
]
every_setting = pytest.mark.parametrize(
    "setting", SETTINGS, ids=lambda setting: "-".join(map(str, setting.values())) or "default"
)


def named() -> dict[str, Any]:
    """A document whose author gave one node an ID that is no number, as the vendor's guide does."""
    document = etl()
    nodes(document)[0]["id"] = "extract"
    return document


def lives(stack: Stack) -> str:
    """The one workflow's ID: what is there is what is declared, and nothing is left to do."""
    [workflow] = stack.emulator.workflows()
    assert set(stack.scripts()) == {"extract", "load"}
    assert stack.output() == workflow.workflow_id
    outputs = stack.resource()["outputs"]
    held = {item["name"]: item["id"] for item in workflow.document["spec"]["workflows"][0]["nodes"]}
    assert outputs["nodeIds"] == held
    for step in (stack.preview, stack.refresh, stack.preview):
        assert "2 unchanged" in step("--diff").output
    return workflow.workflow_id


@every_setting
def test_a_workflow_lives_through_everything_under_one_id(stack: Stack, setting: dict[str, Any]) -> None:
    stack.emulator.switch(**setting)
    stack.workflow(named())
    stack.up()
    first = lives(stack)
    changed = named()
    nodes(changed)[1]["script"]["content"] = "SELECT 4;\n"
    stack.workflow(changed)
    stack.up()
    assert stack.scripts()["load"] == "SELECT 4;\n"
    assert lives(stack) == first
    stack.up("--replace", stack.resource()["urn"])
    assert lives(stack) == first
    stack.destroy()
    assert stack.emulator.workflows() == []
    stack.up()
    lives(stack)
    stack.up()
    stack.destroy()
    assert stack.emulator.workflows() == []


@every_setting
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_lost_answer_leaves_one_workflow(stack: Stack, setting: dict[str, Any], moment: Any) -> None:
    stack.emulator.switch(**setting)
    stack.emulator.add_fault(Fault("ImportWorkflowDefinition", when=moment, reset=True))
    stack.workflow(named())
    stack.up()
    lives(stack)


@every_setting
def test_a_state_that_is_lost_finds_its_workflow_again(stack: Stack, setting: dict[str, Any]) -> None:
    """As after a kill -9 between the import and the write of the state."""
    stack.emulator.switch(**setting)
    stack.workflow(etl(nodes=[node("extract"), node("load")]))
    stack.up()
    first = stack.emulator.workflows()[0].workflow_id
    stack.run("state", "delete", "--yes", stack.resource()["urn"])
    assert "taking it over" in stack.up().output
    assert lives(stack) == first
