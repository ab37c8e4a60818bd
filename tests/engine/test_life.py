"""A workflow's life, step by step: what the CLI shows, what the service gets, what the state holds."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.documents import etl, node, nodes
from tests.support.stacks import Stack


@pytest.mark.starts_plugin
def test_preview_of_a_create_reads_once_at_most(stack: Stack) -> None:
    stack.workflow(etl())
    output = stack.preview().output
    assert "+ 2 to create" in output
    assert stack.calls() <= 1
    assert stack.calls("ImportWorkflowDefinition") == 0


@pytest.mark.starts_plugin
def test_up_imports_once_and_hands_out_the_services_id(stack: Stack) -> None:
    stack.workflow(etl())
    output = stack.up().output
    [workflow] = stack.emulator.workflows()
    assert stack.calls("ImportWorkflowDefinition") == 1
    assert stack.output() == workflow.workflow_id
    assert stack.resource()["id"] == f"{stack.project_id}/{workflow.workflow_id}"
    assert "importing 2 nodes" in output
    assert stack.resource()["outputs"]["nodeIds"] == {name: n["id"] for name, n in _by_name(workflow).items()}


def test_the_dependency_by_name_arrives(live: Stack) -> None:
    [workflow] = live.emulator.workflows()
    [dependency] = workflow.document["spec"]["workflows"][0]["dependencies"]
    found = _by_name(workflow)
    assert dependency["nodeId"] == found["load"]["id"]
    assert [depend["output"] for depend in dependency["depends"]] == [found["extract"]["id"]]


def test_a_second_up_makes_no_call(live: Stack) -> None:
    before = live.calls()
    assert "2 unchanged" in live.preview().output
    assert "2 unchanged" in live.up().output
    assert live.calls() == before


def test_another_way_to_write_it_is_no_change(live: Stack) -> None:
    document = etl()
    nodes(document).reverse()
    workflow = document["spec"]["workflows"][0]
    workflow["trigger"] = dict(reversed(workflow["trigger"].items())) | {"type": "scheduler"}
    before = live.calls()
    live.workflow(json.dumps(document, indent=8))
    assert "2 unchanged" in live.preview().output
    assert "2 unchanged" in live.up().output
    assert live.calls() == before


def test_a_changed_line_is_an_update_in_place(live: Stack) -> None:
    ids = live.resource()["outputs"]["nodeIds"]
    document = etl()
    nodes(document)[0]["script"]["content"] = "SELECT 1;\nSELECT 20;\n"
    live.workflow(document)
    before = live.calls()
    shown = live.preview("--diff").output
    assert "- SELECT 2;" in shown
    assert "+ SELECT 20;" in shown
    assert 'changes the script of "extract"' in live.preview().output
    assert live.calls() == before
    assert "1 updated" in live.up().output
    assert live.calls("ImportWorkflowDefinition") == 2
    assert live.resource()["outputs"]["nodeIds"] == ids
    assert live.scripts()["extract"] == "SELECT 1;\nSELECT 20;\n"


def test_a_node_is_added_and_removed(live: Stack) -> None:
    live.workflow(etl(nodes=[*nodes(etl()), node("report")]))
    live.up()
    assert set(live.scripts()) == {"extract", "load", "report"}
    live.workflow(etl(nodes=nodes(etl())[:1], dependencies=[]))
    live.up()
    assert set(live.scripts()) == {"extract"}
    assert "2 unchanged" in live.preview().output


def test_destroy_leaves_nothing(live: Stack) -> None:
    live.destroy()
    assert live.emulator.workflows() == []
    assert live.resources() == []


def test_refresh_of_what_nobody_touched_is_no_change(live: Stack) -> None:
    before = live.calls()
    assert "2 unchanged" in live.refresh().output
    assert live.calls() - before == 1
    assert "2 unchanged" in live.preview().output


def test_refresh_shows_what_changed_and_nothing_else(live: Stack) -> None:
    def change(workflow: dict[str, Any]) -> None:
        next(n for n in workflow["nodes"] if n["name"] == "load")["script"]["content"] = "SELECT 30;\n"

    live.edit(change)
    shown = live.refresh("--diff").output
    assert "- SELECT 3;" in shown
    assert "+ SELECT 30;" in shown
    assert _changed_lines(shown) == {"SELECT 3;", "SELECT 30;"}
    assert "1 to update" in live.preview().output
    live.up()
    assert live.scripts()["load"] == "SELECT 3;\n"


def test_a_refresh_of_many_makes_a_call_for_each_and_names_what_drifted_by_node(stack: Stack) -> None:
    names = [f"flow{number}" for number in range(8)]
    kind, project_id = "dataworks:WorkflowDefinition", stack.project_id
    stack.declare(
        {one: {"type": kind, "properties": {"projectId": project_id, "spec": etl(name=one)}} for one in names}
    )
    stack.up()
    for workflow in stack.emulator.workflows():
        if workflow.path in ("flow2", "flow5"):
            document = copy.deepcopy(workflow.document)
            held = {one["name"]: one for one in document["spec"]["workflows"][0]["nodes"]}
            held["load"]["script"]["content"] = "SELECT 9;\n"
            held["extract"]["rerunTimes"] = 7
            stack.emulator.edit(workflow.workflow_id, document)
    calls = stack.calls()
    reported = stack.refresh().output
    assert stack.calls() - calls == len(names)
    for name in names:
        drifted = f'{name} has drifted: changes the script of "load"; changes rerunTimes of "extract"'
        assert (drifted in reported) is (name in ("flow2", "flow5"))


def test_a_workflow_deleted_behind_our_back_is_made_again(live: Stack) -> None:
    before = live.output()
    live.emulator.remove(before)
    live.up("--refresh")
    [workflow] = live.emulator.workflows()
    assert workflow.workflow_id == live.output() == before


def test_an_update_of_a_workflow_that_is_gone_makes_it_again(live: Stack) -> None:
    live.emulator.remove(live.output())
    document = etl()
    nodes(document)[0]["script"]["content"] = "SELECT 9;\n"
    live.workflow(document)
    assert "the workflow is not there: importing it" in live.up().output
    assert live.scripts()["extract"] == "SELECT 9;\n"


def test_a_forced_replacement_never_deletes_the_new_workflow(live: Stack) -> None:
    urn = live.resource()["urn"]
    output = live.up("--replace", urn).output
    assert "1 replaced" in output
    [workflow] = live.emulator.workflows()
    assert workflow.workflow_id == live.output()
    assert live.calls("ImportWorkflowDefinition") == 2
    assert live.calls("DeleteWorkflowDefinition") == 0
    assert "2 unchanged" in live.preview().output
    live.destroy()
    assert live.emulator.workflows() == []


def test_a_replacement_that_the_program_asks_for_keeps_the_workflow(stack: Stack) -> None:
    document = etl(id="4611686018427388000")
    stack.workflow(document, replaceOnChanges=["spec"])
    stack.up()
    nodes(document)[0]["script"]["content"] = "SELECT 9;\n"
    stack.workflow(document, replaceOnChanges=["spec"])
    assert "1 replaced" in stack.up().output
    [workflow] = stack.emulator.workflows()
    assert workflow.workflow_id == "4611686018427388000"
    assert stack.scripts()["extract"] == "SELECT 9;\n"
    assert "2 unchanged" in stack.preview().output


def test_another_explicit_id_replaces_the_workflow(stack: Stack) -> None:
    stack.workflow(etl(id="4611686018427388000"))
    stack.up()
    stack.workflow(etl(id="4611686018427388001"))
    assert "1 replaced" in stack.up().output
    [workflow] = stack.emulator.workflows()
    assert workflow.workflow_id == stack.output() == "4611686018427388001"
    assert "2 unchanged" in stack.preview().output


def test_an_unknown_input_previews_and_applies(stack: Stack) -> None:
    first = {
        "type": "dataworks:WorkflowDefinition",
        "properties": {"projectId": stack.project_id, "spec": etl()},
    }
    using = etl(name="second", nodes=[node("read", "SELECT '${first.workflowId}';\n")], dependencies=[])
    second = {
        "type": "dataworks:WorkflowDefinition",
        "properties": {"projectId": stack.project_id, "spec": using},
    }
    stack.declare({"first": first, "second": second}, {"workflowId": "${first.workflowId}"})
    output = stack.preview().output
    assert "3 to create" in output
    stack.up()
    contents = [n["script"]["content"] for w in stack.emulator.workflows() for n in _by_name(w).values()]
    assert f"SELECT '{stack.output()}';\n" in contents
    assert "3 unchanged" in stack.preview().output


def test_a_child_of_another_resource_lives_like_any(stack: Stack) -> None:
    kind = "dataworks:WorkflowDefinition"
    child = {"projectId": stack.project_id, "spec": etl(name="child")}
    stack.declare(
        {
            "parent": {"type": kind, "properties": {"projectId": stack.project_id, "spec": etl()}},
            "child": {"type": kind, "properties": child, "options": {"parent": "${parent}"}},
        }
    )
    stack.up()
    assert "3 unchanged" in stack.preview().output
    assert "$dataworks:index:WorkflowDefinition::child" in stack.resources()[1]["urn"]
    stack.destroy()
    assert stack.emulator.workflows() == []


@pytest.mark.starts_plugin
def test_an_explicit_provider_keeps_its_keys_secret(stack: Stack) -> None:
    account = stack.emulator.account
    for key in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "REGION_ID", "DATAWORKS_ENDPOINT"):
        del stack.environment[f"ALIBABA_CLOUD_{key}"]
    settings = {
        "region": "cn-shanghai",
        "endpoint": stack.server.endpoint,
        "accessKey": account.access_key,
        "secretKey": account.secret_key,
    }
    properties = {"projectId": stack.project_id, "spec": etl()}
    options = {"provider": "${other}"}
    stack.declare(
        {
            "other": {"type": "pulumi:providers:dataworks", "properties": settings},
            "etl": {"type": "dataworks:WorkflowDefinition", "properties": properties, "options": options},
        }
    )
    outputs = [stack.up().output, stack.preview("--diff").output]
    assert len(stack.emulator.workflows()) == 1
    texts = [*outputs, *(path.read_text("utf-8") for path in stack.state_files())]
    assert not [text for text in texts if account.secret_key in text]


def test_two_resources_cannot_declare_one_workflow(stack: Stack) -> None:
    document = etl(id="4611686018427388000")
    one = {
        "type": "dataworks:WorkflowDefinition",
        "properties": {"projectId": stack.project_id, "spec": document},
    }
    stack.declare({"one": one, "two": one})
    output = stack.preview(ok=False).output
    assert "workflow 4611686018427388000" in output
    assert "is declared by" in output


def test_a_workflow_that_is_in_the_way_is_refused_at_preview(stack: Stack) -> None:
    stack.workflow(etl())
    stack.up()
    stack.run("state", "delete", "--yes", stack.resource()["urn"])
    properties = {"projectId": stack.project_id, "spec": etl(description="another one's")}
    stack.declare({"other": {"type": "dataworks:WorkflowDefinition", "properties": properties}})
    before = stack.calls()
    output = stack.preview(ok=False).output
    assert "is taken by workflow" in output
    assert "pulumi import" in output
    assert "alias" in output
    assert stack.calls() - before == 2  # by path, and then whose it is
    stack.up(ok=False)
    assert stack.calls("ImportWorkflowDefinition") == 1


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("spec.spec.workflows[0].nodes[0].script.content", lambda document: document),
        ("spec.spec.workflows[0].nodes[0].script.content", json.dumps),
        ("spec.workflows[0].nodes[0].script.content", json.dumps),
    ],
    ids=["object", "text", "text, in short"],
)
def test_ignore_changes_reaches_into_the_document(
    live: Stack, path: str, form: Callable[[dict[str, Any]], Any]
) -> None:
    document = etl()
    nodes(document)[0]["script"]["content"] = "SELECT 9;\n"
    live.workflow(form(document), ignoreChanges=[path])
    assert "2 unchanged" in live.preview().output
    assert "2 unchanged" in live.up().output
    nodes(document)[1]["script"]["content"] = "SELECT 8;\n"
    live.workflow(form(document), ignoreChanges=[path])
    live.up()
    assert live.scripts() == {"extract": "SELECT 1;\nSELECT 2;\n", "load": "SELECT 8;\n"}
    live.workflow(form(document))
    live.up()
    assert live.scripts() == {"extract": "SELECT 9;\n", "load": "SELECT 8;\n"}


@pytest.mark.parametrize("form", [lambda document: document, json.dumps], ids=["object", "text"])
def test_ignore_changes_takes_a_field_as_pythons_sdk_names_it(
    live: Stack, form: Callable[[dict[str, Any]], Any]
) -> None:
    document = etl()
    nodes(document)[0]["rerunTimes"] = 7
    live.workflow(form(document), ignoreChanges=["spec.spec.workflows[0].nodes[*].rerun_times"])
    assert "2 unchanged" in live.preview().output
    assert "2 unchanged" in live.up().output
    live.workflow(form(document))
    live.up()
    assert _by_name(live.emulator.workflows()[0])["extract"]["rerunTimes"] == 7


def _by_name(workflow: Any) -> dict[str, dict[str, Any]]:
    return {n["name"]: n for n in workflow.document["spec"]["workflows"][0]["nodes"]}


def _changed_lines(output: str) -> set[str]:
    lines = [line.strip() for line in output.splitlines()]
    return {line[2:] for line in lines if line.startswith(("+ ", "- ")) and line[2:].endswith(";")}
