"""A workflow run's life with the real engine: it runs, fails with its log, is interrupted, killed, and runs again."""

from __future__ import annotations

import json
import os
import signal
from itertools import pairwise
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Project, ScriptedTask, TaskLife
from tests.support.documents import etl, node
from tests.support.stacks import Stack
from tests.support.waiting import wait_for

WEEK = ["2026-11-01/2026-11-07"]
CREATE = "CreateWorkflowInstances"


def declare(stack: Stack, spec: Any = None, **properties: Any) -> None:
    """A workflow in production, and a run of it."""
    stack.backfill(spec or etl(), **{"businessDates": WEEK, **properties})


def instances(stack: Stack) -> list[Any]:
    return list(stack.emulator.scheduler.instances.values())


@pytest.fixture(autouse=True)
def _short(stack: Stack) -> None:
    stack.emulator.scheduler.life = TaskLife(0.2)


def test_a_run_is_made_once_and_again_where_it_is_triggered(stack: Stack) -> None:
    declare(stack, triggers=["monday"])
    assert "dataworks:index:WorkflowRun refill create" in stack.preview().output
    assert {call.action for call in stack.emulator.calls} == {"ListWorkflowDefinitions"}  # the definition's
    stack.up()
    assert [one.date for one in instances(stack)] == [f"2026-11-0{day}" for day in range(1, 8)]
    first = stack.refill()
    assert (first["status"], first["nodeStatuses"]) == ("Success", {"extract": "Success", "load": "Success"})
    assert first["instanceIds"] == [str(one.instance_id) for one in instances(stack)]
    stack.is_quiet()
    declare(stack, triggers=["tuesday"], nodes=["load"])
    preview = stack.preview("--diff").output
    assert "+-dataworks:index:WorkflowRun: (replace)" in preview
    assert '~ [0]: "monday" => "tuesday"' in preview
    stack.up()
    assert len(instances(stack)) == 14
    assert list(stack.refill()["nodeStatuses"]) == ["load"]
    stack.emulator.scheduler.forget()
    stack.is_quiet()
    stack.destroy()
    assert stack.calls("StopWorkflowInstances") == 0


def test_a_week_over_twelve_nodes_shows_the_log_of_the_one_that_fails(stack: Stack) -> None:
    names = [f"node_{number:05}" for number in range(12)]
    chain = [{"nodeId": two, "depends": [{"nodeId": one}]} for one, two in pairwise(names)]
    document = etl(nodes=[node(name) for name in names], dependencies=chain)
    log = "\n".join([*(f"step {number}" for number in range(500)), "ParseException: line 3 <{%fg 1%}>"])
    stack.emulator.scheduler.script(ScriptedTask(0.1, "Failure", log, name="node_00007", date="2026-11-05"))
    declare(stack, document, parallelism=7)
    output = stack.up(ok=False).output
    assert '"node_00007" failed for 2026-11-05' in output
    assert "  ParseException: line 3 <{ %fg 1%}>" in output
    assert "step 492" in output
    assert "step 300" not in output
    found = stack.refill()
    assert (found["status"], found["nodeStatuses"]["node_00007"]) == ("Failure", "Failure")
    assert (found["nodeStatuses"]["node_00001"], len(found["instanceIds"])) == ("Success", 7)
    assert "~ workflowId" in stack.preview("--refresh", "--diff").output
    assert "runs 1 of 7 dates again, after Failure" in stack.preview().output
    stack.up()
    found = stack.refill()
    assert (found["status"], found["nodeStatuses"]["node_00007"]) == ("Success", "Success")
    assert [one.date for one in instances(stack)[7:]] == ["2026-11-05"]
    stack.is_quiet()


@pytest.mark.starts_plugin
@pytest.mark.parametrize("stop", [True, False])
def test_an_interrupted_run_goes_on_unless_it_is_to_be_stopped(stack: Stack, stop: bool) -> None:
    stack.emulator.scheduler.life = TaskLife(3)
    declare(stack, businessDates=["2026-11-01"], stopOnCancel=stop)
    process = stack.start("up", "--yes", "--skip-preview")
    wait_for(lambda: stack.calls("ListTaskInstances") > 0, 60)
    os.kill(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert ("stopped, as stopOnCancel asks" in output) is stop
    assert ("goes on in DataWorks" in output) is not stop
    assert [one.stopped is not None for one in instances(stack)] == [stop]
    assert stack.refill()["status"] == ("Stopped" if stop else "Running")
    stack.up()
    assert stack.refill()["status"] == "Success"
    assert stack.calls(CREATE) == 1 + stop
    stack.is_quiet()


@pytest.mark.starts_plugin
def test_after_a_kill_the_next_up_goes_on_with_the_run(stack: Stack) -> None:
    stack.emulator.scheduler.life = TaskLife(8)
    declare(stack, businessDates=["2026-11-01"])
    process = stack.start("up", "--yes", "--skip-preview")
    wait_for(lambda: stack.calls("ListTaskInstances") > 0, 60)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    stack.run("cancel", "--yes")
    output = stack.up().output
    assert "1 created" in output
    assert stack.calls(CREATE) == 1
    assert stack.refill()["instanceIds"] == [str(one.instance_id) for one in instances(stack)]
    stack.is_quiet()


def test_a_secret_parameter_is_shown_nowhere(stack: Stack) -> None:
    password = {"load": {"fn::secret": "password=hunter2"}}
    stack.emulator.scheduler.script(ScriptedTask(0.1, "Failure", "hunter2 is wrong", name="load"))
    declare(stack, nodeParameters=password)
    output = stack.up("--diff", ok=False).output
    assert "Its log is not shown" in output
    assert "hunter2" not in output
    assert not [path for path in stack.state_files() if "hunter2" in path.read_text("utf-8", "replace")]
    [load] = [task for task in instances(stack)[0].tasks if task.name == "load"]
    assert load.parameters == "password=hunter2"


def test_a_smoke_test_goes_before_the_deployment(stack: Stack) -> None:
    stack.emulator._state.projects[0] = Project(dev_environment_enabled=True)
    stack.emulator.scheduler.script(ScriptedTask(0.1, "Failure", "no such table", name="load"))
    stack.deployment(etl(), properties={"digest": "${smoke.digest}"})
    program = json.loads(stack.program_file.read_text("utf-8"))
    asked: dict[str, Any] = {key: f"${{etl.{key}}}" for key in ("projectId", "workflowId")}
    asked |= {"type": "SmokeTest", "businessDates": ["2026-11-01"], "digest": "${etl.digest}"}
    program["resources"]["smoke"] = {"type": "dataworks:WorkflowRun", "properties": asked}
    stack.program_file.write_text(json.dumps(program), "utf-8")
    output = stack.up(ok=False).output
    assert "no such table" in output
    assert stack.emulator.runs() == []
    stack.up()
    assert [run.status for run in stack.emulator.runs()] == ["Success"]
    assert {one.environment for one in instances(stack)} == {"Dev"}
    stack.is_quiet()
    program = json.loads(json.dumps(program).replace("SELECT 3;", "SELECT 4;"))
    stack.program_file.write_text(json.dumps(program), "utf-8")
    shown = stack.preview().output
    assert "~ 2 to update" in shown  # the definition and its deployment
    assert "+-1 to replace" in shown
