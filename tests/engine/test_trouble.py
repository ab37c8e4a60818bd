"""When things go wrong: what the user reads, what the state holds, and what the next run does."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Fault, Life
from tests.support.documents import etl, node, nodes
from tests.support.nightly import nightly
from tests.support.stacks import Stack
from tests.support.waiting import wait_for


def test_a_failing_job_leaves_the_resource_half_done_and_the_next_up_repairs_it(stack: Stack) -> None:
    stack.emulator.script_job(Life("seconds", 0.2, outcome="Fail", error="target folder already exists: XX"))
    stack.workflow(etl())
    output = stack.up(ok=False).output
    assert "target folder already exists: XX" in output
    assert "(request " in output
    assert "dataworks:index:WorkflowDefinition (etl)" in output
    resource = stack.resource()
    assert resource["initErrors"]
    assert "pendingJob" not in stack.kept()
    stack.up()
    assert "initErrors" not in stack.resource()
    assert stack.calls("ImportWorkflowDefinition") == 2
    assert set(stack.scripts()) == {"extract", "load"}
    assert "2 unchanged" in stack.preview().output


def test_a_failing_update_keeps_the_workflow_and_the_next_up_repairs_it(stack: Stack) -> None:
    stack.workflow(etl())
    stack.up()
    stack.emulator.script_job(Life("seconds", 0.2, outcome="Fail", error="quota of nodes exceeded"))
    stack.workflow(etl(nodes=[*nodes(etl()), node("report")]))
    assert "quota of nodes exceeded" in stack.up(ok=False).output
    assert set(stack.scripts()) == {"extract", "load"}
    stack.up()
    assert set(stack.scripts()) == {"extract", "load", "report"}
    assert "2 unchanged" in stack.preview().output


@pytest.mark.starts_plugin
def test_ctrl_c_during_a_job_ends_at_once_and_the_next_up_resumes_it(stack: Stack) -> None:
    stack.emulator.script_job(Life("seconds", 60))
    stack.workflow(etl())
    output, seconds = _interrupted(stack)
    assert seconds < 20, output
    assert "the next `pulumi up` resumes it" in output
    job = stack.kept()["pendingJob"]
    assert job
    stack.emulator.clock.advance(60)
    resumed = stack.up().output
    assert f"resuming the import (job {job})" in resumed
    assert stack.calls("ImportWorkflowDefinition") == 1
    assert "pendingJob" not in stack.kept()
    assert set(stack.scripts()) == {"extract", "load"}
    assert "2 unchanged" in stack.preview().output


@pytest.mark.starts_plugin
@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_processes_at_once_keeps_the_job(stack: Stack, name: signal.Signals) -> None:
    """As a supervisor or a container ends a run: the plugin may have it before the CLI."""
    stack.emulator.script_job(Life("seconds", 60))
    stack.workflow(etl())
    process = stack.start("up", "--yes", "--skip-preview")
    wait_for(lambda: stack.calls("ImportWorkflowDefinition") == 1, 60)
    for pid in [*_children_of(process.pid), process.pid]:
        os.kill(pid, name)
    output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "exited prematurely" not in output
    assert stack.kept()["pendingJob"]
    stack.emulator.clock.advance(60)
    stack.up()
    assert stack.calls("ImportWorkflowDefinition") == 1
    assert "2 unchanged" in stack.preview().output


@pytest.mark.starts_plugin
def test_after_a_kill_no_plugin_is_left_and_the_next_up_converges(stack: Stack) -> None:
    stack.emulator.script_job(Life("seconds", 3))
    stack.workflow(etl())
    process = stack.start("up", "--yes", "--skip-preview")
    wait_for(lambda: stack.calls("ImportWorkflowDefinition") == 1, 60)
    children = _children_of(process.pid)
    plugins = [pid for pid, command in children.items() if "pulumi-resource-dataworks" in command]
    assert plugins
    os.kill(process.pid, signal.SIGKILL)
    for pid in children.keys() - plugins:
        os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)
    wait_for(lambda: not [pid for pid in plugins if Path(f"/proc/{pid}").exists()], 60)
    stack.run("cancel", "--yes")
    output = stack.up().output
    assert "taking it over" in output or stack.calls("ImportWorkflowDefinition") == 2
    assert len(stack.emulator.workflows()) == 1
    assert "2 unchanged" in stack.preview().output


def test_refresh_keeps_a_pending_job_and_the_next_up_resumes_it(stack: Stack) -> None:
    stack.emulator.script_job(Life("seconds", 60))
    stack.workflow(etl())
    _interrupted(stack)
    output = stack.refresh().output
    assert "still runs" in output
    assert stack.kept()["pendingJob"]
    stack.emulator.clock.advance(60)
    stack.up()
    assert stack.calls("ImportWorkflowDefinition") == 1
    assert "2 unchanged" in stack.preview().output


def test_destroy_of_a_half_done_workflow_waits_for_its_job(stack: Stack) -> None:
    stack.emulator.script_job(Life("seconds", 4))
    stack.workflow(etl())
    _interrupted(stack)
    stack.destroy()
    time.sleep(0.5)
    assert stack.emulator.workflows() == []
    assert stack.resources() == []


@pytest.mark.starts_plugin
def test_a_custom_timeout_keeps_what_is_pending(stack: Stack) -> None:
    stack.emulator.script_job(Life("seconds", 60))
    stack.workflow(etl(), customTimeouts={"create": "4s"})
    output = stack.up(ok=False).output
    assert "the next `pulumi up` resumes it" in output
    assert stack.kept()["pendingJob"]
    stack.emulator.clock.advance(60)
    stack.workflow(etl())
    stack.up()
    assert stack.calls("ImportWorkflowDefinition") == 1


def test_an_import_whose_answer_is_lost_is_looked_for_and_sent_again(stack: Stack) -> None:
    stack.emulator.add_fault(Fault(action="ImportWorkflowDefinition", when="after", reset=True))
    stack.workflow(etl())
    stack.up()
    assert len(stack.emulator.workflows()) == 1
    assert "2 unchanged" in stack.preview().output


def test_throttling_is_waited_for_and_decides_nothing(stack: Stack) -> None:
    """Neither an ID, nor that a workflow which no list shows is gone, nor that a person has to pass a stage."""
    words = "Throttling.Resource: object does not exist, request id: 0A-1"
    throttled: dict[str, Any] = {"times": 2, "status": 400, "code": "9990040003", "message": words}
    stack.emulator.switch(trigger_workflows_listed=False)
    for action in ("ImportWorkflowDefinition", "ExecPipelineRunStage"):
        stack.emulator.add_fault(Fault(action, **throttled))
    document = {**etl(), "kind": "TriggerWorkflow"}
    del document["spec"]["workflows"][0]["trigger"]
    stack.deployment(document)
    output = stack.up().output
    assert "has to pass" not in output
    assert "warning" not in output
    assert stack.kept().get("actualIds") is None
    stack.emulator.add_fault(Fault("GetWorkflowDefinition", **throttled))
    stack.refresh()
    assert len(stack.emulator.workflows()) == 1
    assert stack.resource()


def test_a_published_workflow_is_not_deleted_and_the_way_out_is_reported(stack: Stack) -> None:
    stack.workflow(etl())
    stack.up()
    stack.emulator.publish(stack.output())
    output = stack.destroy(ok=False).output
    assert "take it offline first" in output
    assert len(stack.resources()) == 1
    stack.emulator.publish(stack.output(), published=False)
    stack.destroy()
    assert stack.emulator.workflows() == []


SECRET = "kDs83-planted-secret"


def test_a_secret_in_the_document_is_nowhere_in_plain(stack: Stack) -> None:
    document = etl()
    nodes(document)[0]["script"]["content"] = {"fn::secret": f"SELECT '{SECRET}';\n"}
    stack.workflow(document)
    outputs = [stack.preview("--diff").output, stack.up("--logtostderr", "-v=3").output]
    assert stack.scripts()["extract"] == f"SELECT '{SECRET}';\n"
    nodes(document)[0]["script"]["content"] = {"fn::secret": f"SELECT '{SECRET}-2';\n"}
    stack.emulator.script_job(
        Life("seconds", 0.1, outcome="Fail", error=f"cannot parse SELECT '{SECRET}-2';")
    )
    stack.workflow(document)
    outputs.append(stack.preview().output)
    assert 'changes the script of "extract"' in outputs[-1]
    outputs += [stack.preview("--diff").output, stack.up(ok=False).output, stack.refresh("--diff").output]
    nodes(document).append(node(f"{SECRET}"))
    nodes(document).append(node(f"{SECRET}"))
    stack.workflow({"fn::secret": document})
    outputs.append(stack.preview(ok=False).output)
    assert "is used twice" in outputs[-1]
    assert not [output for output in outputs if SECRET in output]
    assert not [path for path in stack.state_files() if SECRET in path.read_text("utf-8")]
    stack.destroy()


CASES: dict[str, tuple[dict[str, str | None], str]] = {
    "wrong secret": ({"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "wrong"}, "dataworks:secretKey"),
    "unknown region": (
        {"ALIBABA_CLOUD_DATAWORKS_ENDPOINT": None, "ALIBABA_CLOUD_REGION_ID": "cn-nowhere"},
        "dataworks:region",
    ),
    "no credentials": (
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": None, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": None},
        "dataworks:accessKey",
    ),
}
MORE_CASES: dict[str, tuple[dict[str, str | None], str]] = {
    "wrong key": ({"ALIBABA_CLOUD_ACCESS_KEY_ID": "wrong"}, "dataworks:accessKey"),
    "unreachable endpoint": (
        {"ALIBABA_CLOUD_DATAWORKS_ENDPOINT": "http://127.0.0.1:9"},
        "dataworks:endpoint",
    ),
    "no region": (
        {"ALIBABA_CLOUD_DATAWORKS_ENDPOINT": None, "ALIBABA_CLOUD_REGION_ID": None},
        "dataworks:region",
    ),
}


@pytest.mark.starts_plugin
@pytest.mark.parametrize("case", [*CASES, *(nightly(case) for case in MORE_CASES)])
def test_a_wrong_setting_is_named(stack: Stack, case: str) -> None:
    changes, setting = {**CASES, **MORE_CASES}[case]
    for key, value in changes.items():
        stack.environment.pop(key, None)
        if value is not None:
            stack.environment[key] = value
    stack.workflow(etl())
    output = stack.up(ok=False).output
    assert setting in output
    assert stack.calls("ImportWorkflowDefinition") == 0


def test_an_unknown_workspace_is_named_at_preview(stack: Stack) -> None:
    stack.workflow(etl(), properties={"projectId": 987654})
    output = stack.preview(ok=False).output
    assert "there is no workspace 987654 in " in output
    assert "check projectId and dataworks:region" in output


def test_an_access_that_is_denied_is_named_at_preview_with_who_denies_it(stack: Stack) -> None:
    denial = {"PolicyType": "ControlPolicy", "NoPermissionType": "ExplicitDeny"}
    stack.emulator.add_fault(
        Fault("ListWorkflowDefinitions", status=403, code="Forbidden.RAM", denial=denial)
    )
    stack.workflow(etl())
    output = stack.preview(ok=False).output
    assert (
        "dataworks:ListWorkflowDefinitions is denied by a control policy of the resource directory" in output
    )
    assert (
        "AuthAction dataworks:ListWorkflowDefinitions; PolicyType ControlPolicy; NoPermissionType ExplicitDeny"
        in output
    )


def test_a_deployment_of_a_missing_workflow_is_named_at_preview(stack: Stack) -> None:
    properties = {"projectId": stack.project_id, "workflowId": "99", "digest": f"1:{64 * 'a'}"}
    stack.declare({"live": {"type": "dataworks:WorkflowDeployment", "properties": properties}})
    output = stack.preview(ok=False).output
    assert f"there is no workflow 99 in project {stack.project_id} to deploy" in output


@pytest.mark.starts_plugin
def test_a_preview_without_credentials_goes_on_with_a_note(stack: Stack) -> None:
    for key in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
        del stack.environment[key]
    stack.workflow(etl())
    output = stack.preview().output
    assert "could not look whether a workflow is in the way" in output


def _interrupted(stack: Stack) -> tuple[str, float]:
    """Runs up until its job is under way, sends Ctrl-C, and says what was printed and how long the end took."""
    process = stack.start("up", "--yes", "--skip-preview")
    wait_for(lambda: stack.calls("ImportWorkflowDefinition") == 1, 60)
    time.sleep(0.4)
    os.kill(process.pid, signal.SIGINT)
    begin = time.monotonic()
    output, _ = process.communicate(timeout=60)
    assert process.returncode != 0, output
    return output, time.monotonic() - begin


def _children_of(parent: int) -> dict[int, str]:
    """The processes that a process has started, with their commands."""
    command = ["ps", "-ww", "-e", "-o", "pid=,ppid=,args="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    return {int(row[0]): row[2] for row in rows if int(row[1]) == parent}


def _documents() -> dict[str, tuple[Any, list[str]]]:
    rounded = etl()
    nodes(rounded)[0]["id"] = 2**53 + 2
    clash = '{"kind": "CycleWorkflow", "version": "1.1.0", "spec": {"workflows": [{"name": "w", "nodes": [\n'
    clash += '{"name": "a", "script": {"runtime": {"command": "ODPS_SQL"}}},\n'
    clash += '{"name": "a", "script": {"runtime": {"command": "ODPS_SQL"}}}]}]}}'
    lost = etl(dependencies=[{"nodeId": "load", "depends": [{"type": "Normal", "nodeId": "extrct"}]}])
    two = etl()
    two["spec"]["workflows"].append(two["spec"]["workflows"][0])
    return {
        "broken JSON": ('{"version": "1.1.0",\n  "kind" "CycleWorkflow"}', ["line 2, column 10", "not JSON"]),
        "no FlowSpec": ('{"hello": "world"}', ["not a FlowSpec document"]),
        "no workflow": (
            {"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": []}},
            ["spec.workflows:"],
        ),
        "two workflows": (two, ["spec.workflows[1]:", "ignores the rest"]),
        "names clash": (clash, ["spec.workflows[0].nodes[1].name (line 3, column 10)", "is used twice"]),
        "lost dependency": (lost, ["dependencies[0].depends[0].nodeId", 'Did you mean "extract"?']),
        "rounded ID": (rounded, ["spec.workflows[0].nodes[0].id", "2^53 or more"]),
    }


@pytest.mark.parametrize("case", _documents())
def test_bad_input_is_named_at_preview(stack: Stack, case: str) -> None:
    document, expected = _documents()[case]
    stack.workflow(document)
    output = stack.preview(ok=False).output
    for text in expected:
        assert text in output
    assert stack.calls() == 0


@pytest.mark.parametrize("project_id", [0, -5, 1.5, "abc"])
def test_a_project_id_that_is_none_is_named_at_preview(stack: Stack, project_id: Any) -> None:
    properties = {"projectId": project_id, "spec": etl()}
    stack.declare({"etl": {"type": "dataworks:WorkflowDefinition", "properties": properties}})
    assert "projectId" in stack.preview(ok=False).output
    assert stack.calls() == 0
