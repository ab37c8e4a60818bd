"""What nobody could verify: each switch at each setting that another test does not turn."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from pulumi_resource_dataworks.emulator import Emulator, Life, Project, Switches, Workflow

Ask = Callable[..., dict[str, Any]]
HERE, THERE = 10001, 2
WORKFLOW, OTHER = "5000000000000000001", "5000000000000000009"
ONE, TWO, THREE = "5000000000000000002", "5000000000000000003", "5000000000000000004"


@pytest.fixture
def emulator() -> Emulator:
    projects = [Project(), Project(project_id=THERE, identifier="other")]
    return Emulator(strict=False, projects=projects, job_life=Life("immediate"))


def node(node_id: str, command: str = "SHELL", content: str = "x", **more: Any) -> dict[str, Any]:
    script = {"path": f"folder/flow/{node_id}", "runtime": {"command": command}, "content": content}
    return {"id": node_id, "name": f"node {node_id}", "script": script, **more}


def flow(*nodes: dict[str, Any], version: str = "1.1.0", name: str = "flow", **more: Any) -> str:
    script = {"path": f"folder/{name}", "runtime": {"command": "WORKFLOW"}}
    body = {"id": WORKFLOW, "name": name, "script": script, "nodes": list(nodes), **more}
    return json.dumps({"version": version, "kind": "CycleWorkflow", "spec": {"workflows": [body]}})


@pytest.fixture
def submit(ask: Ask, emulator: Emulator) -> Ask:
    """Imports a document; the answer's AsyncJob, or the refusal."""

    def run(spec: str, project: int = HERE, **more: Any) -> dict[str, Any]:
        answer = ask(emulator, "ImportWorkflowDefinition", ProjectId=project, Spec=spec, **more)
        job: dict[str, Any] = answer.get("AsyncJob", answer)
        return job

    return run


@pytest.fixture
def imported(ask: Ask, emulator: Emulator, submit: Ask) -> Ask:
    """Imports a document; its job's last status, or the refusal."""

    def run(spec: str, project: int = HERE, **more: Any) -> dict[str, Any]:
        job = submit(spec, project, **more)
        if "Code" in job:
            return job
        status: dict[str, Any] = ask(emulator, "GetJobStatus", JobId=job["Id"])["JobStatus"]
        return status

    return run


@pytest.fixture
def get(ask: Ask, emulator: Emulator) -> Ask:
    def run(workflow_id: str = WORKFLOW, **params: Any) -> dict[str, Any]:
        answer = ask(emulator, "GetWorkflowDefinition", Id=workflow_id, **params)
        found: dict[str, Any] = answer.get("WorkflowDefinition", answer)
        return found

    return run


def only(emulator: Emulator) -> Workflow:
    (workflow,) = emulator.workflows()
    return workflow


def test_one_id_in_two_workspaces_is_two_things(imported: Ask, ask: Ask, emulator: Emulator) -> None:
    imported(flow(node(ONE)))
    imported(flow(node(TWO)), THERE)
    assert [flow.project_id for flow in emulator.workflows()] == [HERE, THERE]
    ask(emulator, "DeleteWorkflowDefinition", Id=WORKFLOW, ProjectId=THERE)
    emulator.switch(same_id_in_two_projects="refused")
    # What was deleted is no new ID, so it is another one that is refused there.
    imported(flow(id=OTHER, name="other"))
    assert "another workspace" in imported(flow(id=OTHER), THERE)["Message"]


def test_an_id_of_another_workspace_may_mean_what_is_there(
    imported: Ask, get: Ask, ask: Ask, emulator: Emulator
) -> None:
    emulator.switch(same_id_in_two_projects="one_thing")
    imported(flow(node(ONE)))
    assert imported(flow(node(TWO)), THERE)["Status"] == "Success"
    assert (only(emulator).project_id, set(only(emulator).nodes)) == (HERE, {TWO})
    assert get(ProjectId=THERE)["ProjectId"] == HERE
    assert ask(emulator, "DeleteWorkflowDefinition", Id=WORKFLOW, ProjectId=THERE)["Success"]
    assert emulator.workflows() == []


def test_imports_that_run_into_each_other_may_be_mixed(submit: Ask, emulator: Emulator) -> None:
    emulator.set_job_life(Life("seconds", 10))
    emulator.switch(concurrent_import="mixed")
    wires = [{"nodeId": TWO, "depends": [{"type": "Normal", "output": ONE}]}]
    submit(flow(node(ONE, content="first"), node(TWO, content="first"), dependencies=wires))
    emulator.clock.advance(1)
    submit(flow(node(ONE, content="last"), node(TWO, content="last"), node(THREE, content="last")))
    submit(flow(node(THREE, content="last of all")))
    emulator.clock.advance(11)
    mixed = only(emulator)
    contents = {node_id: entry["script"]["content"] for node_id, entry in mixed.nodes.items()}
    assert contents == {ONE: "last", TWO: "first", THREE: "last of all"}
    assert [entry["nodeId"] for entry in mixed.body["dependencies"]] == [TWO]
    # One after the other, they do not mix.
    submit(flow(node(ONE)))
    emulator.clock.advance(11)
    assert set(only(emulator).nodes) == {ONE}


def test_the_nodes_of_a_deleted_workflow_may_live_on(imported: Ask, ask: Ask, emulator: Emulator) -> None:
    imported(flow(node(ONE, timeout=7)))
    made = only(emulator).nodes[ONE]["metadata"]["createTime"]
    ask(emulator, "DeleteWorkflowDefinition", Id=WORKFLOW, ProjectId=HERE)
    emulator.clock.advance(60)
    emulator.switch(nodes_of_deleted_workflow="kept")
    assert "command of a node" in imported(flow(node(ONE, "PYTHON")))["Error"]
    imported(flow(node(ONE)))
    assert only(emulator).nodes[ONE]["metadata"]["createTime"] == made
    assert only(emulator).nodes[ONE]["timeout"] == 7
    ask(emulator, "DeleteWorkflowDefinition", Id=WORKFLOW, ProjectId=HERE)
    emulator.switch(nodes_of_deleted_workflow="deleted")
    imported(flow(node(ONE, "PYTHON")))
    assert only(emulator).nodes[ONE]["metadata"]["createTime"] != made


def test_so_many_imports_may_run_at_once(submit: Ask, emulator: Emulator) -> None:
    emulator.set_job_life(Life("seconds", 10))
    emulator.switch(imports_at_once=1)
    submit(flow())
    assert "1 imports are running" in submit(flow(id=OTHER))["Message"]
    emulator.clock.advance(11)
    assert "Id" in submit(flow(id=OTHER, name="other"))


def test_a_document_may_be_too_long(submit: Ask, emulator: Emulator) -> None:
    spec = flow(description="数")
    emulator.switch(spec_limit=len(spec.encode()))
    assert "Id" in submit(spec)
    emulator.switch(spec_limit=len(spec.encode()) - 1)
    assert "longer than" in submit(spec)["Message"]


def test_a_workflow_that_somebody_holds_open(imported: Ask, emulator: Emulator) -> None:
    imported(flow())
    emulator.lock(WORKFLOW)
    assert imported(flow())["Status"] == "Success"
    emulator.switch(locked_workflow="refused")
    assert "is locked" in imported(flow())["Message"]
    emulator.switch(locked_workflow="job_fails")
    assert "is locked" in imported(flow())["Error"]
    emulator.lock(WORKFLOW, locked=False)
    assert imported(flow())["Status"] == "Success"


def test_an_owner_who_is_not_the_caller(imported: Ask, emulator: Emulator) -> None:
    spec = flow(node(ONE, owner="7"), owner="7")
    imported(spec)
    assert (only(emulator).body["owner"], only(emulator).nodes[ONE]["owner"]) == ("7", "7")
    emulator.switch(other_owner="replaced")
    imported(spec)
    uid = emulator.account.uid
    assert (only(emulator).body["owner"], only(emulator).nodes[ONE]["owner"]) == (uid, uid)
    emulator.switch(other_owner="job_fails")
    assert imported(spec)["Error"] == "owner 7 is not the caller"
    assert imported(flow(node(ONE, owner=uid)))["Status"] == "Success"


def test_version_2_may_be_refused(imported: Ask, emulator: Emulator) -> None:
    assert imported(flow(version="2.0.0"))["Status"] == "Success"
    emulator.switch(version_2="job_fails")
    assert imported(flow(version="2.0.0"))["Error"] == "version 2.0.0 is not supported"
    assert imported(flow(version="1.2.0"))["Status"] == "Success"


def test_values_that_the_service_rewrites(imported: Ask, emulator: Emulator) -> None:
    astray = node(TWO, content="a\n\n")
    astray["script"]["path"] = "somewhere"
    imported(flow(node(ONE, content="a\n"), astray))
    assert only(emulator).nodes[ONE]["script"]["content"] == "a\n"
    assert only(emulator).nodes[TWO]["script"]["path"] == "somewhere"
    emulator.switch(trailing_newline="dropped", node_path="prefixed")
    imported(flow(node(ONE, content="a\n"), astray))
    scripts = {node_id: entry["script"] for node_id, entry in only(emulator).nodes.items()}
    assert {script["content"] for script in scripts.values()} == {"a", "a\n"}
    assert scripts[ONE]["path"] == f"folder/flow/{ONE}"
    assert scripts[TWO]["path"] == "folder/flow/somewhere"


BRANCH = {
    "branches": [{"when": "1", "output": {"data": "a"}}, {"when": "0", "desc": "no", "output": {"data": "b"}}]
}
ARMS = [
    {"condition": "1", "nodeoutput": "a", "description": ""},
    {"condition": "0", "nodeoutput": "b", "description": "no"},
]
JOIN = {
    "branches": [
        {"name": name, "output": {"data": name}, "assertion": {"field": "status", "in": ["1", "2"]}}
        for name in "xy"
    ],
    "logic": {"expression": "x or y"},
}
WATCHED = [{"node": name, "runStatus": [1, 2], "logic": 2} for name in "xy"]


@pytest.mark.parametrize(
    ("command", "field", "script", "other"),
    [
        ("CONTROLLER_BRANCH", {"branch": BRANCH}, ARMS, ARMS[:1]),
        ("CONTROLLER_JOIN", {"join": JOIN}, {"branchList": WATCHED}, {"branchList": WATCHED[::-1]}),
    ],
)
def test_branches_and_joins_may_need_their_script(
    imported: Ask, emulator: Emulator, command: str, field: dict[str, Any], script: Any, other: Any
) -> None:
    emulator.switch(control_script="needed")
    for content, status in ((json.dumps(script), "Success"), ("", "Fail"), (json.dumps(other), "Fail")):
        reported = imported(flow(node(ONE, command, content, **field)))
        assert reported["Status"] == status, reported
        inside = node(TWO, "COMBINED_NODE", combined={"nodes": [node(ONE, command, content, **field)]})
        assert imported(flow(inside))["Status"] == status
    emulator.switch(control_script="as_sent")
    assert imported(flow(node(ONE, command, "", **field)))["Status"] == "Success"
    assert emulator.workflow(WORKFLOW).nodes[ONE]["script"]["content"] == ""


def test_scripts_of_branches_and_joins_may_be_the_librarys(imported: Ask, emulator: Emulator) -> None:
    emulator.switch(control_script="rewritten")
    branch, join = node(ONE, "CONTROLLER_BRANCH", branch=BRANCH), node(TWO, "CONTROLLER_JOIN", join=JOIN)
    imported(flow(branch, join, node(THREE)))
    found = emulator.workflow(WORKFLOW).nodes
    assert json.loads(found[ONE]["script"]["content"]) == [
        {"condition": "1", "nodeoutput": "a"},
        {"condition": "0", "nodeoutput": "b", "description": "no"},
    ]
    assert json.loads(found[TWO]["script"]["content"]) == {
        "branchList": [
            {"logic": 1, "node": "x", "runStatus": ["1", "2"]},
            {"logic": 0, "node": "y", "runStatus": ["1", "2"]},
        ],
        "resultStatus": "1",
    }
    assert found[THREE]["script"]["content"] == "x"


def test_a_dry_run_is_honoured_ignored_or_refused(imported: Ask, submit: Ask, emulator: Emulator) -> None:
    assert submit(flow(), DryRun="True")["Response"] == WORKFLOW
    emulator.switch(dry_run_response="nothing")
    assert "Response" not in submit(flow(), DryRun="true")
    assert emulator.workflows() == []
    wrong = flow(node(ONE), node(TWO, trigger={"type": "Scheduler", "cron": "1 2 3"}))
    error = imported(wrong, DryRun="true")["Error"]
    assert "Invalid cron expression" in error
    assert "path: $.spec.workflows[0].nodes[1]" in error
    assert "$" not in imported(wrong)["Error"]
    emulator.switch(dry_run="refused")
    assert "DryRun" in submit(flow(), DryRun="true")["Message"]
    emulator.switch(dry_run="ignored")
    assert submit(flow(), DryRun="true")["Response"] == WORKFLOW
    assert only(emulator).workflow_id == WORKFLOW


def test_a_job_that_is_not_there_may_look_failed(ask: Ask, emulator: Emulator) -> None:
    assert "Code" in ask(emulator, "GetJobStatus", JobId="1")
    emulator.switch(unknown_job="failed")
    status = ask(emulator, "GetJobStatus", JobId="1")["JobStatus"]
    assert (status["Status"], status["Error"]) == ("Fail", "Not Found")


@pytest.mark.parametrize(
    ("setting", "running", "ended"),
    [("text", "False", "True"), ("boolean", False, True), ("always_false", "False", "False")],
)
def test_completed_has_many_faces(
    submit: Ask, ask: Ask, emulator: Emulator, setting: str, running: Any, ended: Any
) -> None:
    emulator.switch(job_completed=setting)
    emulator.set_job_life(Life("seconds", 1))
    job = submit(flow())["Id"]
    assert ask(emulator, "GetJobStatus", JobId=job)["JobStatus"]["Completed"] == running
    emulator.clock.advance(2)
    status = ask(emulator, "GetJobStatus", JobId=job)["JobStatus"]
    assert (status["Status"], status["Completed"]) == ("Success", ended)


def test_what_production_keeps(imported: Ask, get: Ask, ask: Ask, emulator: Emulator) -> None:
    imported(flow())
    emulator.publish(WORKFLOW)
    number = get()["WorkflowId"]
    emulator.switch(undeployed_workflow_id="kept")
    emulator.publish(WORKFLOW, published=False)
    assert get()["WorkflowId"] == number
    assert not only(emulator).published
    emulator.publish(WORKFLOW)
    emulator.switch(published_delete="success_false")
    assert ask(emulator, "DeleteWorkflowDefinition", Id=WORKFLOW, ProjectId=HERE)["Success"] is False
    emulator.publish(WORKFLOW, published=False)
    assert ask(emulator, "DeleteWorkflowDefinition", Id=WORKFLOW, ProjectId=HERE)["Success"] is True


def test_a_workflow_is_renamed_and_moved(imported: Ask, get: Ask, ask: Ask, emulator: Emulator) -> None:
    imported(flow(node(ONE)))
    assert ask(emulator, "RenameWorkflowDefinition", Id=WORKFLOW, ProjectId=HERE, Name="new")["Success"]
    assert ask(emulator, "MoveWorkflowDefinition", Id=WORKFLOW, ProjectId=HERE, Path="a/b/")["Success"]
    moved = only(emulator)
    assert (moved.path, moved.body["name"], get()["Name"]) == ("a/b/new", "new", "new")
    assert moved.document["spec"]["name"] == "new"
    assert moved.nodes[ONE]["script"]["path"] == f"a/b/new/{ONE}"
    outputs = [(entry["data"], entry["refTableName"]) for entry in moved.body["outputs"]["nodeOutputs"]]
    assert outputs == [(WORKFLOW, "new"), ("emulated_workspace.new", "new")]
    imported(flow(id=OTHER, name="other"))
    ask(emulator, "MoveWorkflowDefinition", Id=OTHER, ProjectId=HERE, Path="a/b")
    refused = ask(emulator, "RenameWorkflowDefinition", Id=OTHER, ProjectId=HERE, Name="new")
    assert refused["Message"] == "target folder already exists: a/b/new"
    assert "Code" in ask(emulator, "RenameWorkflowDefinition", Id="1", ProjectId=HERE, Name="new")


def test_the_docs_name_every_switch_with_its_settings() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "emulator.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for name, kind in get_type_hints(Switches).items():
        (row,) = [row for row in rows if f"`{name}`" in row.split("|")[1]]
        if get_origin(kind) is Literal:
            reported = re.findall(r"`(\w+)`", row.split("|")[2])
            assert sorted(reported) == sorted(get_args(kind)), name
            assert reported[0] == getattr(Switches(), name), name
