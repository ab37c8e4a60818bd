"""Another name or folder: the same workflow there, whether or not an import moves it; what the service rewrites is no drift."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.documents import etl, node
from tests.support.nightly import nightly
from tests.support.stacks import Stack


def at(path: str) -> dict[str, Any]:
    return etl(name=path.rsplit("/", 1)[-1], script={"path": path})


@pytest.mark.parametrize(
    ("path", "switch"),
    [
        ("team/daily_orders", "stays"),
        ("orders", "moves"),
        ("team/sub/orders", "stays"),
        nightly("team/daily_orders", "moves"),
        nightly("orders", "stays"),
        nightly("team/sub/orders", "moves"),
    ],
)
def test_a_moved_workflow_keeps_its_ids(stack: Stack, path: str, switch: str) -> None:
    stack.emulator.switch(moved_workflow=switch)
    stack.workflow(etl())
    stack.up()
    before = stack.resource()["outputs"]
    stack.workflow(at(path))
    stack.up()
    [workflow] = stack.emulator.workflows()
    assert workflow.path == path
    after = stack.resource()["outputs"]
    assert (after["path"], after["name"]) == (path, path.rsplit("/", 1)[-1])
    assert [after[key] for key in ("workflowId", "nodeIds")] == [
        before[key] for key in ("workflowId", "nodeIds")
    ]
    stack.is_quiet()
    stack.destroy()
    assert stack.emulator.workflows() == []


def test_a_name_that_is_taken_is_reported_and_the_next_up_repairs_it(stack: Stack) -> None:
    stack.emulator.switch(moved_workflow="stays")
    program = {name: {"type": "dataworks:WorkflowDefinition"} for name in ("one", "two")}
    for name, resource in program.items():
        resource["properties"] = {"projectId": stack.project_id, "spec": at(name)}  # type: ignore[assignment]
    stack.declare(program)
    stack.up()
    urn = next(found["urn"] for found in stack.resources() if found["urn"].endswith("::two"))
    stack.run("state", "delete", "--yes", urn)
    one = {"type": "dataworks:WorkflowDefinition"}

    def put(path: str) -> None:
        stack.declare({"one": {**one, "properties": {"projectId": stack.project_id, "spec": at(path)}}})

    put("two")
    reported = stack.up(ok=False).output
    assert "the workflow is not where it should be" in reported
    assert "target folder already exists: two" in reported
    put("three")
    stack.up()
    assert {workflow.path for workflow in stack.emulator.workflows()} == {"two", "three"}
    assert "2 unchanged" in stack.preview().output


REWRITES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"datasource_type": "rewritten"}, {"datasource": {"name": "stream", "type": "flink"}}),
    ({"other_owner": "replaced"}, {"owner": "123456"}),
    ({"node_path": "prefixed"}, {"script": {"runtime": {"command": "ODPS_SQL"}, "path": "else/extract"}}),
]


@pytest.mark.parametrize(("switch", "fields"), REWRITES, ids=lambda value: next(iter(value)))
def test_what_the_service_rewrites_is_reported_once_and_is_no_drift(
    stack: Stack, switch: dict[str, Any], fields: dict[str, Any]
) -> None:
    stack.emulator.switch(**switch)
    document = etl(nodes=[{**node("extract"), **fields}, node("load")])
    stack.workflow(document)
    assert "DataWorks keeps something else than was sent" in stack.up().output
    assert "DataWorks keeps" not in stack.is_quiet()

    def edit(workflow: dict[str, Any]) -> None:
        held = {item["name"]: item for item in workflow["nodes"]}
        held["extract"]["description"] = "mine"
        held["load"]["rerunTimes"] = 7

    stack.workflow(
        etl(nodes=[{**node("extract"), **fields, "description": "ours"}, node("load", rerunTimes=1)])
    )
    stack.up()
    stack.edit(edit)
    drift = stack.refresh("--diff").output
    assert "mine" in drift
    assert "rerunTimes" in drift
    assert "flink_serverless" not in drift


def test_strict_makes_a_rewrite_an_error(stack: Stack) -> None:
    stack.emulator.switch(datasource_type="rewritten")
    document = etl(nodes=[node("extract", datasource={"name": "stream", "type": "flink"}), node("load")])
    properties = {"projectId": stack.project_id, "spec": document}
    resources = {"etl": {"type": "dataworks:WorkflowDefinition", "properties": properties}}
    stack.declare(resources, config={"strict": True})
    assert "The provider's setting `strict` makes this an error" in stack.up(ok=False).output
    stack.declare(resources)
    stack.up()
    assert "2 unchanged" in stack.preview().output
