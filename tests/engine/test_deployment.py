"""A workflow deployment's life with the real engine: to production, again, past a check and a person, and out of it."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.emulator import Fault, Life, Project
from pulumi_resource_dataworks.emulator._pipelines import CreatePipelineRun
from tests.support.documents import etl, node, nodes
from tests.support.nightly import nightly
from tests.support.stacks import Stack

SQL = {"extract": "SELECT 1;\nSELECT 2;\n", "load": "SELECT 3;\n"}


def changed(content: str = "SELECT 4;\n") -> dict[str, Any]:
    document = etl()
    nodes(document)[1]["script"]["content"] = content
    return document


def produced(stack: Stack) -> dict[str, str]:
    """What production runs, by node name."""
    [workflow] = stack.emulator.workflows()
    held = stack.emulator.production(workflow.workflow_id)
    found: list[dict[str, Any]] = held.body["nodes"] if held else []
    return {one["name"]: one["script"]["content"] for one in found}


def kinds(stack: Stack) -> list[str]:
    return [run.kind for run in stack.emulator.runs()]


@pytest.fixture
def live(stack: Stack) -> Stack:
    """A stack with a workflow in production, its later runs still to come."""
    stack.deployment(etl())
    stack.up()
    return stack


def test_a_workflow_goes_to_production_and_out_of_it(stack: Stack) -> None:
    stack.deployment(etl())
    assert "dataworks:index:WorkflowDeployment live create" in stack.preview().output
    stack.up()
    outputs = stack.deployed()["outputs"]
    assert outputs["status"] == "Online"
    assert outputs["deployedDigest"] == stack.resource()["outputs"]["digest"]
    assert [stage["status"] for stage in outputs["stages"]] == ["Success"] * 3
    assert outputs["publishedWorkflowId"] == str(stack.emulator.workflows()[0].scheduling_id)
    assert produced(stack) == SQL
    stack.is_quiet()
    stack.destroy()
    assert stack.emulator.workflows() == []
    assert kinds(stack) == ["Online", "Offline"]


@pytest.mark.parametrize("wrong", [None, "fast", [-1, 1e9, "text"]])
def test_lengths_are_kept_out_of_sight_and_a_state_without_them_or_with_wrong_ones_does_no_harm(
    live: Stack, wrong: Any
) -> None:
    assert live.kept()["importNodes"] == 2
    assert len(live.deployed()["outputs"]["__state"]["stageSeconds"]) == 3
    [file] = [
        path for path in live.state_files() if path.name == f"{live.name}.json" and "stacks" in path.parts
    ]
    state = json.loads(file.read_text("utf-8"))
    for resource in state["checkpoint"]["latest"]["resources"]:
        kept = resource.get("outputs", {}).get("__state", {})
        for key in ("importSeconds", "importNodes", "stageSeconds"):
            if kept.pop(key, None) is not None and wrong is not None:
                kept[key] = {"PROD": wrong} if key == "stageSeconds" else wrong
    file.write_text(json.dumps(state), "utf-8")
    live.deployment(changed())
    assert "Seconds" not in live.preview("--diff").output
    assert "Seconds" not in live.up("--diff").output
    assert len(live.deployed()["outputs"]["__state"]["stageSeconds"]) == 3
    assert live.kept()["importSeconds"][1] < 10
    live.is_quiet()


def test_a_change_is_imported_and_deployed_in_one_up(live: Stack) -> None:
    live.deployment(changed())
    preview = live.preview("--diff").output
    assert "~ dataworks:index:WorkflowDefinition: (update)" in preview
    assert "~ dataworks:index:WorkflowDeployment: (update)" in preview
    assert "~ digest" in preview
    live.up()
    assert produced(live) == {**SQL, "load": "SELECT 4;\n"}
    assert kinds(live) == ["Online", "Online"]
    live.is_quiet()


def test_an_earlier_document_comes_back_with_its_ids(live: Stack) -> None:
    before = live.resource()["outputs"]["nodeIds"]
    live.emulator.script_stage("PROD_CHECK", Life("seconds", 0.1, "Fail", "not this one"))
    live.deployment(etl(nodes=nodes(etl())[:1], dependencies=[]))
    live.up(ok=False)
    assert produced(live) == SQL
    live.deployment(etl())
    live.up()
    assert produced(live) == SQL
    assert live.resource()["outputs"]["nodeIds"] == before
    live.is_quiet()


def test_what_is_no_change_of_meaning_is_not_deployed_again(live: Stack) -> None:
    document = etl()
    document["spec"]["workflows"][0]["nodes"].reverse()
    live.deployment(document, properties={"description": "other words", "approval": "fail"})
    live.up()
    assert kinds(live) == ["Online"]
    assert live.deployed()["outputs"]["approval"] == "fail"
    live.is_quiet()


@pytest.mark.parametrize(("failed_run", "standard"), [nightly("ends", False), ("stays_running", True)])
def test_a_failed_check_is_reported_and_the_next_up_begins_again(
    stack: Stack, failed_run: str, standard: bool
) -> None:
    if standard:
        stack.emulator._state.projects[0] = Project(dev_environment_enabled=True)
    stack.emulator.switch(failed_run=failed_run)
    stack.emulator.script_stage(
        "PROD_CHECK", Life("seconds", 0.1, "Fail", 'node "load" scans the whole table')
    )
    stack.deployment(etl())
    output = stack.up(ok=False).output
    assert "Production check (PROD_CHECK)" in output
    assert 'node "load": node "load" scans the whole table' in output
    assert stack.emulator.runs()[0].run_id in output
    assert "request" in output
    assert produced(stack) == {}
    stack.up()
    assert produced(stack) == SQL
    assert kinds(stack) == ["Online", "Online"]
    assert [run.status for run in stack.emulator.runs()] == [
        "Cancel" if failed_run == "stays_running" else "Fail",
        "Success",
    ]
    stack.is_quiet()


def test_a_person_is_waited_for(stack: Stack) -> None:
    stack.emulator.switch(approval_stage="exec_refused")
    stack.deployment(etl())

    def approve() -> None:
        for _ in range(600):
            time.sleep(0.1)
            runs = stack.emulator.runs()
            stage = runs[0].current if runs else None
            if stage is not None and stage.manual:
                time.sleep(6)  # so that the provider has seen it stay
                stack.emulator.approve(runs[0].run_id)
                return

    person = threading.Thread(target=approve)
    person.start()
    output = stack.up().output
    person.join()
    assert "somebody has to pass Approval (Emulator.Approval) in DataWorks, " in output
    assert produced(stack) == SQL
    assert kinds(stack) == ["Online"]


def test_a_person_is_not_waited_for_where_that_is_asked(stack: Stack) -> None:
    stack.emulator.switch(approval_stage="exec_refused")
    stack.deployment(etl(), properties={"approval": "fail"})
    output = stack.up(ok=False).output
    [run] = stack.emulator.runs()
    assert "Approval (Emulator.Approval)" in output
    assert run.run_id in output
    assert "it goes on with this run" in output
    stack.emulator.approve(run.run_id)
    stack.up()
    assert kinds(stack) == ["Online"]
    assert produced(stack) == SQL
    stack.is_quiet()


@pytest.mark.parametrize(("kept", "by_run"), [("kept", True), nightly("gone", False)])
def test_a_workflow_taken_offline_is_deployed_again(live: Stack, kept: str, by_run: bool) -> None:
    live.emulator.switch(undeployed_workflow_id=kept)
    if by_run:
        live.emulator.deploy(live.output(), "Offline")
    else:
        live.emulator.publish(live.output(), published=False)
    output = live.refresh("--diff").output
    assert "took this workflow offline" in output
    assert '=> "offline"' in output
    assert live.deployed()["outputs"]["status"] == "Offline"
    live.up()
    assert produced(live) == SQL
    live.is_quiet()


def test_a_deployment_of_somebody_else_is_drift(live: Stack) -> None:
    live.emulator.deploy(live.output())
    assert "has deployed this workflow since" in live.refresh().output
    assert live.deployed()["outputs"]["status"] == "Redeployed"
    live.up()
    assert kinds(live) == ["Online"] * 3
    live.is_quiet()


def test_what_is_offline_already_is_destroyed(live: Stack) -> None:
    live.emulator.deploy(live.output(), "Offline")
    live.destroy()
    assert live.emulator.workflows() == []


def test_what_others_depend_on_is_not_taken_offline(live: Stack) -> None:
    made = live.resource()["outputs"]["nodeOutputs"]["load"]
    depends = [{"nodeId": "report", "depends": [{"type": "Normal", "output": made}]}]
    other = etl(name="reports", nodes=[node("report")], dependencies=depends)
    asked = {key: f"${{other.{key}}}" for key in ("projectId", "workflowId", "digest")}
    program = {
        "other": {
            "type": "dataworks:WorkflowDefinition",
            "properties": {"projectId": live.project_id, "spec": other},
        },
        "reports": {"type": "dataworks:WorkflowDeployment", "properties": asked},
    }
    held = {
        "type": "dataworks:WorkflowDefinition",
        "properties": {"projectId": live.project_id, "spec": etl()},
    }
    live.declare({"etl": held, **program})
    output = live.up(ok=False).output
    assert 'node "report" of workflow "reports" depends on' in output
    assert 'node "load"' in output
    live.destroy()
    assert live.emulator.workflows() == []


def test_a_chain_of_workflows_is_destroyed_at_once(stack: Stack) -> None:
    """Nothing lets the engine know that the last deployment has to go first."""
    resources: dict[str, Any] = {}
    before = ""
    for name in ("raw", "clean", "report"):
        depends = [{"nodeId": name, "depends": [{"type": "Normal", "output": before}]}] if before else []
        before = f"sales.{name}"
        loads = node(name, outputs={"nodeOutputs": [{"data": before}]})
        spec = etl(name=name, nodes=[loads], dependencies=depends)
        inputs = {"projectId": stack.project_id, "spec": spec}
        resources[name] = {"type": "dataworks:WorkflowDefinition", "properties": inputs}
        asked = {key: f"${{{name}.{key}}}" for key in ("projectId", "workflowId", "digest")}
        resources[f"{name}-live"] = {"type": "dataworks:WorkflowDeployment", "properties": asked}
    stack.declare(resources)
    stack.up()
    assert kinds(stack) == ["Online"] * 3
    stack.emulator.set_stage_life(Life("seconds", 2))
    assert "waiting for other workflows of this run to go offline" in stack.destroy().output
    assert stack.emulator.workflows() == []


def test_a_run_of_somebody_else_is_left_alone(live: Stack) -> None:
    live.emulator.set_stage_life(Life("seconds", 100))
    given = {"ProjectId": str(live.project_id), "Type": "Online", "ObjectIds": f'["{live.output()}"]'}
    request = CreatePipelineRun.of({}, {**given, "Description": "by hand"})
    run_id = request.answered(live.emulator._state)["Id"]
    live.deployment(changed())
    output = live.up(ok=False).output
    assert run_id in output
    assert '"by hand"' in output
    assert "end it in Data Studio" in output
    assert len(live.emulator.runs()) == 2


def test_a_lost_answer_makes_no_second_run(stack: Stack) -> None:
    stack.emulator.add_fault(Fault("CreatePipelineRun", when="after", reset=True))
    stack.deployment(etl())
    stack.up()
    assert kinds(stack) == ["Online"]
    stack.is_quiet()


def test_a_step_out_of_time_is_gone_on_with(stack: Stack) -> None:
    stack.emulator.script_stage("PROD", Life("seconds", 8))
    stack.deployment(etl(), customTimeouts={"create": "4s"})
    output = stack.up(ok=False).output
    assert "the next `pulumi up` resumes it" in output
    assert "pendingRun" in stack.deployed()["outputs"]
    stack.deployment(etl())
    stack.up()
    assert kinds(stack) == ["Online"]
    stack.is_quiet()


def test_an_abandoned_run_is_ended_where_that_is_asked(stack: Stack) -> None:
    stack.emulator.script_stage("PROD", Life("seconds", 100))
    stack.deployment(etl(), properties={"abolishAbandoned": True}, customTimeouts={"create": "4s"})
    output = stack.up(ok=False).output
    assert "as abolishAbandoned asks" in output
    assert [run.status for run in stack.emulator.runs()] == ["Cancel"]
    stack.up()
    assert [run.status for run in stack.emulator.runs()] == ["Cancel", "Success"]


def test_a_replacement_keeps_production_as_it_is(live: Stack) -> None:
    live.up("--replace", live.deployed()["urn"])
    assert produced(live) == SQL
    assert kinds(live) == ["Online"]
    live.is_quiet()


def test_a_replaced_definition_is_taken_offline_first(live: Stack) -> None:
    live.deployment(etl(id="4611686018427388001"))
    live.up()
    assert kinds(live) == ["Online", "Offline", "Online"]
    assert produced(live) == SQL
    live.is_quiet()


def test_a_deployment_is_imported(live: Stack) -> None:
    place = live.deployed()["id"]
    live.run("state", "delete", "--yes", live.deployed()["urn"])
    live.run("import", "--yes", "--protect=false", "dataworks:index:WorkflowDeployment", "live", place)
    live.is_quiet()
    assert kinds(live) == ["Online"]


@pytest.mark.parametrize("kept_id", ["gone", "kept"])
def test_what_is_not_in_production_is_not_imported(stack: Stack, kept_id: str) -> None:
    stack.emulator.switch(undeployed_workflow_id=kept_id)
    stack.workflow(etl())
    stack.up()
    stack.emulator.deploy(stack.output())
    stack.emulator.deploy(stack.output(), "Offline")
    place = f"{stack.project_id}/{stack.output()}"
    output = stack.run(
        "import", "--yes", "dataworks:index:WorkflowDeployment", "live", place, ok=False
    ).output
    assert "not in production" in output


def test_wrong_inputs_are_all_reported(stack: Stack) -> None:
    wrong = {"projectId": 0, "workflowId": "", "digest": ""}
    stack.declare({"live": {"type": "dataworks:WorkflowDeployment", "properties": wrong}})
    output = stack.preview(ok=False).output
    for said in ("projectId has to be", "workflowId is missing", "digest is missing"):
        assert said in output
    stack.declare(
        {"live": {"type": "dataworks:WorkflowDeployment", "properties": {**wrong, "approval": "maybe"}}}
    )
    assert 'Allowed values are Wait ("wait"), Fail ("fail")' in stack.preview(ok=False).output


def test_a_node_in_production_that_leaves_the_document_has_a_way_out(live: Stack) -> None:
    live.emulator.switch(published_node_removed="job_fails")
    live.deployment(etl(nodes=nodes(etl())[:1], dependencies=[]))
    output = live.up(ok=False).output
    assert 'The document no longer has "load"' in output
    assert "pulumi destroy --target" in output
    live.destroy("--target", live.deployed()["urn"])
    live.up()
    assert produced(live) == {"extract": SQL["extract"]}
    live.is_quiet()


def test_the_digest_of_a_secret_document_is_nowhere_in_plain(stack: Stack) -> None:
    digest = flowspec.digest(flowspec.complete(etl(), lambda name: f"id of {name}")).partition(":")[2]
    stack.emulator.script_stage("PROD", Life("seconds", 0.1, "Fail", "not today"))
    stack.deployment({"fn::secret": json.dumps(etl())})
    reported = [stack.preview("--diff").output, stack.up(ok=False).output]
    assert "pipelineRunId" not in stack.deployed()["outputs"]
    assert all(digest not in path.read_text("utf-8") for path in stack.state_files())
    reported += [stack.up().output, stack.refresh("--diff").output]
    assert stack.deployed()["outputs"]["status"] == "Online"
    assert all(digest not in path.read_text("utf-8") for path in stack.state_files())
    assert digest not in "".join(reported)
