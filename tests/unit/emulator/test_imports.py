import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Emulator, Life, Project, Workflow

Ask = Callable[..., dict[str, Any]]
WORKFLOW = "5000000000000000001"
ONE, TWO = "5000000000000000002", "5000000000000000003"


@pytest.fixture
def emulator() -> Emulator:
    projects = [Project(), Project(project_id=2, identifier="other")]
    return Emulator(strict=False, projects=projects, job_life=Life("immediate"))


def node(node_id: str | None, name: str, command: str = "DIDE_SHELL", **more: Any) -> dict[str, Any]:
    script = {"path": f"flow/{name}", "runtime": {"command": command}}
    return {"name": name, "script": script, **({"id": node_id} if node_id else {}), **more}


def flow(*nodes: dict[str, Any], **more: Any) -> str:
    body: dict[str, Any] = {
        "id": WORKFLOW,
        "name": "flow",
        "script": {"path": "flow", "runtime": {"command": "WORKFLOW"}},
    }
    body |= {"nodes": list(nodes), **more}
    kind = body.pop("kind", "CycleWorkflow")
    body = {key: value for key, value in body.items() if value is not None}
    return json.dumps({"version": "1.1.0", "kind": kind, "spec": {"workflows": [body]}})


def depend(node_id: str, *depends: dict[str, Any]) -> dict[str, Any]:
    return {"nodeId": node_id, "depends": list(depends)}


@pytest.fixture
def imported(ask: Ask, emulator: Emulator) -> Callable[..., dict[str, Any]]:
    """Imports a document and answers its job's last status, with the workflow's ID beside it."""

    def run(spec: str, **params: Any) -> dict[str, Any]:
        answer = ask(emulator, "ImportWorkflowDefinition", **({"ProjectId": 10001, "Spec": spec} | params))
        if "Code" in answer:
            return answer
        job = answer["AsyncJob"]
        status: dict[str, Any] = ask(emulator, "GetJobStatus", JobId=job["Id"])["JobStatus"]
        return {**status, "Workflow": job["Response"]}

    return run


def only(emulator: Emulator) -> Workflow:
    (workflow,) = emulator.workflows()
    return workflow


def test_an_import_replaces_the_whole_set_of_nodes(imported: Ask, emulator: Emulator) -> None:
    imported(flow(node(ONE, "one"), node(TWO, "two")))
    assert set(only(emulator).nodes) == {ONE, TWO}
    imported(flow(node(TWO, "two")))
    assert set(only(emulator).nodes) == {TWO}
    imported(flow(nodes=None))
    assert only(emulator).body["nodes"] == []


def test_an_update_keeps_what_it_leaves_out(imported: Ask, emulator: Emulator) -> None:
    trigger = {"type": "Scheduler", "cron": "00 05 00 * * ?"}
    strategy = {"rerunMode": "Denied"}
    imported(flow(node(ONE, "one", timeout=7), trigger=trigger, strategy=strategy))
    created = only(emulator)
    emulator.clock.advance(3600)
    imported(flow(node(ONE, "one")))
    updated = only(emulator)
    assert updated.body["trigger"]["cron"] == "00 05 00 * * ?"
    assert updated.body["strategy"]["rerunMode"] == "Denied"
    assert updated.nodes[ONE]["timeout"] == 7
    assert updated.nodes[ONE]["metadata"]["createTime"] == created.nodes[ONE]["metadata"]["createTime"]
    assert (updated.created, updated.modified - created.modified > 3599) == (created.created, True)
    emulator.switch(omitted_fields="reset")
    imported(flow(node(ONE, "one")))
    assert only(emulator).body["trigger"]["cron"] == "00 00 00 * * ?"
    assert "strategy" not in only(emulator).body
    assert only(emulator).nodes[ONE]["timeout"] == 0


def test_only_the_first_workflow_counts(imported: Ask, emulator: Emulator) -> None:
    document = json.loads(flow(node(ONE, "one")))
    document["spec"]["workflows"].append(json.loads(flow(id=TWO, name="second"))["spec"]["workflows"][0])
    imported(json.dumps(document))
    assert only(emulator).workflow_id == WORKFLOW


def test_ids_that_are_missing_are_made(imported: Ask, emulator: Emulator) -> None:
    job = imported(flow(node(None, "one"), id=None))
    (node_id,) = only(emulator).nodes
    for made in (job["Workflow"], node_id, job["JobId"]):
        assert 2**62 <= int(made) < 2**63


def test_dependencies_that_do_not_resolve_are_dropped(imported: Ask, emulator: Emulator) -> None:
    nodes = (
        node(ONE, "one", outputs={"nodeOutputs": [{"data": "p.one"}]}),
        node(TWO, "two"),
    )
    wired = depend(TWO, {"type": "Normal", "output": ONE}, {"type": "Normal", "refTableName": "one"})
    dependencies = [
        wired,
        depend("p.one", {"type": "Normal", "output": "elsewhere.root"}),
        depend("two", {"type": "Normal", "output": ONE}),
        depend("7", {"type": "Normal", "output": ONE}),
        depend(ONE, {"type": "Normal", "refTableName": "two"}),
        depend(ONE, {"type": "CrossCycleDependsOnSelf"}),
    ]
    imported(flow(*nodes, dependencies=dependencies))
    assert only(emulator).body["dependencies"] == [
        depend(TWO, {"type": "Normal", "output": ONE}),
        depend("p.one", {"type": "Normal", "output": "elsewhere.root"}),
        depend(ONE, {"type": "CrossCycleDependsOnSelf"}),
    ]
    emulator.switch(dependency_by_name="resolved")
    imported(flow(*nodes, dependencies=[depend("two", {"type": "Normal", "refTableName": "one"})]))
    (resolved,) = only(emulator).body["dependencies"]
    assert (resolved["nodeId"], resolved["depends"][0]["output"]) == (TWO, ONE)


def test_the_service_fills_in_what_is_left_out(imported: Ask, emulator: Emulator) -> None:
    imported(flow(node(ONE, "one"), node(TWO, "two", "VIRTUAL"), node("4", "three", "ODPS_SQL")))
    body = only(emulator).body
    one, two, three = (only(emulator).nodes[node_id] for node_id in (ONE, TWO, "4"))
    assert [entry["name"] for entry in body["nodes"]] == ["three", "two", "one"]
    assert one["script"]["content"].startswith("#*")
    assert three["script"]["content"].startswith("--*")
    assert two["script"]["content"] == ""
    assert one["script"]["runtime"] == {"command": "DIDE_SHELL", "commandTypeId": 6, "cu": "0.25"}
    assert three["datasource"] == {"name": "odps_first", "type": "odps"}
    assert (one["recurrence"], one["rerunTimes"], one["rerunInterval"], one["timeoutUnit"]) == (
        "Normal",
        3,
        120000,
        "HOURS",
    )
    assert 0 <= int(one["trigger"]["cron"].split()[1]) < 30
    assert one["outputs"]["nodeOutputs"] == [
        {"data": ONE, "artifactType": "NodeOutput", "refTableName": "one", "isDefault": True}
    ]
    assert [output["data"] for output in body["outputs"]["nodeOutputs"]] == [
        WORKFLOW,
        "emulated_workspace.flow",
    ]
    assert (body["citable"], body["inputs"], body["dependencies"]) == (False, {}, [])


def test_a_manual_workflow_has_no_trigger(imported: Ask, ask: Ask, emulator: Emulator) -> None:
    imported(flow(node(ONE, "one"), kind="ManualWorkflow"))
    assert "trigger" not in only(emulator).body
    assert only(emulator).nodes[ONE]["trigger"]["type"] == "Manual"
    listed = ask(emulator, "ListWorkflowDefinitions", ProjectId=10001)["PagingInfo"]
    manual = ask(emulator, "ListWorkflowDefinitions", ProjectId=10001, Type="ManualWorkflow")["PagingInfo"]
    assert (listed["TotalCount"], manual["TotalCount"]) == (0, 1)


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        (flow(node(ONE, "one", rerunMode="Never")), "Enum not found"),
        (flow(node(ONE, "")), "name is empty"),
        (flow(script={"runtime": {"command": "WORKFLOW"}}), "script.path is empty"),
        (flow(script={"path": "flow"}), "script.runtime.command is empty"),
        (flow(trigger={"type": "Scheduler", "cron": "0 0 * * ?"}), "Invalid cron expression in trigger"),
        ('{"kind":"CycleWorkflow","spec":{}}', "spec.workflows is empty"),
    ],
)
def test_what_is_wrong_with_a_document_fails_the_job(
    imported: Ask, emulator: Emulator, spec: str, error: str
) -> None:
    job = imported(spec)
    assert (job["Status"], job["Completed"]) == ("Fail", "True")
    assert error in job["Error"]
    assert emulator.workflows() == []


@pytest.mark.parametrize("spec", ["{", '{"kind":"Workflow","spec":{"workflows":[]}}'])
def test_what_is_no_document_fails_the_call(imported: Ask, spec: str) -> None:
    assert imported(spec)["Code"] == "58014884415"


def test_a_path_is_taken_once_in_a_workspace(imported: Ask) -> None:
    imported(flow())
    assert imported(flow(id=TWO))["Error"] == "target folder already exists: flow"
    assert imported(flow(id=TWO), ProjectId=2)["Status"] == "Success"


def test_kind_and_command_are_for_life(imported: Ask, emulator: Emulator) -> None:
    imported(flow(node(ONE, "one")))
    assert "command of a node" in imported(flow(node(ONE, "one", "PYTHON")))["Error"]
    assert "kind of a workflow" in imported(flow(kind="ManualWorkflow"))["Error"]
    emulator.switch(type_change="accepted")
    assert imported(flow(node(ONE, "one", "PYTHON")))["Status"] == "Success"


def test_ids_that_do_not_exist_yet_are_kept_replaced_or_refused(imported: Ask, emulator: Emulator) -> None:
    emulator.switch(unknown_workflow_id="refused")
    assert WORKFLOW in imported(flow())["Message"]
    emulator.switch(unknown_workflow_id="replaced")
    job = imported(flow())
    assert job["Workflow"] != WORKFLOW
    assert only(emulator).workflow_id == job["Workflow"]


def test_ids_that_are_no_numbers_are_kept_replaced_or_refused(imported: Ask, emulator: Emulator) -> None:
    nodes = (node("a", "a"), node("b", "b", outputs={"nodeOutputs": [{"data": "b"}]}))
    wires = [depend("b", {"type": "Normal", "output": "a"})]
    assert imported(flow(*nodes, id="w", dependencies=wires))["Workflow"] == "w"
    emulator.remove("w")
    emulator.switch(non_numeric_workflow_id="replaced", non_numeric_node_id="replaced")
    assert imported(flow(*nodes, id="w2", dependencies=wires))["Workflow"].isdigit()
    by_name = {entry["name"]: entry["id"] for entry in only(emulator).body["nodes"]}
    assert only(emulator).body["dependencies"] == [
        depend(by_name["b"], {"type": "Normal", "output": by_name["a"]})
    ]
    emulator.switch(non_numeric_workflow_id="refused", non_numeric_node_id="kept")
    assert "w3" in imported(flow(*nodes, id="w3"))["Message"]
    emulator.switch(non_numeric_node_id="refused")
    assert "ID a " in imported(flow(*nodes))["Message"]


def test_a_deleted_workflows_id_may_be_refused(imported: Ask, emulator: Emulator) -> None:
    imported(flow())
    emulator.remove(WORKFLOW)
    emulator.switch(deleted_workflow_id="refused")
    assert "was deleted" in imported(flow())["Message"]
    emulator.switch(deleted_workflow_id="accepted")
    assert imported(flow())["Status"] == "Success"


def test_a_new_path_moves_the_workflow_or_does_not(imported: Ask, emulator: Emulator) -> None:
    imported(flow())
    moved = {"name": "new", "script": {"path": "a/new", "runtime": {"command": "WORKFLOW"}}}
    emulator.switch(moved_workflow="stays")
    imported(flow(**moved))
    assert (only(emulator).path, only(emulator).body["name"]) == ("flow", "flow")
    emulator.switch(moved_workflow="moves")
    imported(flow(**moved))
    assert (only(emulator).path, only(emulator).body["name"]) == ("a/new", "new")


def test_a_published_node_may_refuse_to_go(imported: Ask, emulator: Emulator) -> None:
    imported(flow(node(ONE, "one"), node(TWO, "two")))
    emulator.publish(WORKFLOW)
    emulator.switch(published_node_removed="job_fails")
    assert TWO in imported(flow(node(ONE, "one")))["Error"]
    emulator.switch(published_node_removed="leaves_development")
    assert imported(flow(node(ONE, "one")))["Status"] == "Success"
    assert only(emulator).scheduling_id is not None


def test_a_data_sources_type_may_be_rewritten(imported: Ask, emulator: Emulator) -> None:
    emulator.switch(datasource_type="rewritten")
    imported(flow(node(ONE, "one", datasource={"name": "f", "type": "flink"}), node(TWO, "two")))
    assert only(emulator).nodes[ONE]["datasource"]["type"] == "flink_serverless"


def test_imports_of_one_workflow_wait_for_each_other(ask: Ask, emulator: Emulator) -> None:
    emulator.set_job_life(Life("seconds", 10))
    first = ask(emulator, "ImportWorkflowDefinition", ProjectId=10001, Spec=flow(node(ONE, "one")))
    ask(emulator, "ImportWorkflowDefinition", ProjectId=10001, Spec=flow(node(TWO, "two")))
    emulator.clock.advance(11)
    assert set(only(emulator).nodes) == {ONE}
    emulator.switch(concurrent_import="refused")
    refused = ask(emulator, "ImportWorkflowDefinition", ProjectId=10001, Spec=flow())
    assert "is being imported" in refused["Message"]
    assert first["AsyncJob"]["Id"] not in refused["Message"]
    emulator.clock.advance(11)
    assert set(only(emulator).nodes) == {TWO}
