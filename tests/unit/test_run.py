"""`pulumi-dataworks run`: a workflow run from a shell, and its exit status."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pulumi_resource_dataworks import cli, openapi
from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Fault, Life, ScriptedTask, TaskLife
from tests.support.messages import Messages
from tests.support.waiting import wait_for
from tests.support.workspaces import load, settings, sql, workflow

Run = Callable[..., tuple[int, Any, str]]
WEEK = ("--date", "2026-11-01/2026-11-07", "--parallelism", "7")


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    """With a workflow in production, whose two tasks take a moment."""
    with EmulatorServer(Emulator(job_life=Life("seconds", 0))) as running:
        load(running, [workflow("sales_daily", [sql("load", "SELECT 1;"), sql("report", "SELECT 2;")])])
        [held] = running.emulator.workflows()
        running.emulator.deploy(held.workflow_id)
        running.emulator.scheduler.life = TaskLife(0.1)
        running.emulator.gateway.calls.clear()
        yield running


@pytest.fixture
def emulator(server: EmulatorServer) -> Emulator:
    return server.emulator


@pytest.fixture
def run(server: EmulatorServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setattr(openapi.Settings, "from_config", classmethod(lambda *_: settings(server)))

    def run(*arguments: str) -> tuple[int, Any, str]:
        status = cli.main(["run", "--project-id", "10001", *arguments])
        out, said = capsys.readouterr()
        return status, json.loads(out or "null"), said

    return run


@pytest.mark.parametrize("by", ["ID", "name"])
def test_a_backfill_prints_its_outputs(run: Run, emulator: Emulator, by: str) -> None:
    wanted = emulator.workflows()[0].workflow_id if by == "ID" else "sales_daily"
    more = ("--exclude-node", "report", "--parameter", "a=b=c", "--node-parameters", "load=dt=1 x")
    status, outputs, said = run("--workflow", wanted, *WEEK, "--order", "Desc", *more)
    assert status == 0
    assert (outputs["status"], outputs["nodeStatuses"]) == ("Success", {"load": "Success"})
    assert len(outputs["instanceIds"]) == 7
    assert "__state" not in outputs
    assert "7 of 7 done" in said
    [call] = [one for one in emulator.calls if one.action == "CreateWorkflowInstances"]
    assert call.params["WorkflowParameters"] == "a=b=c"
    assert list(json.loads(call.params["TaskParameters"]).values()) == ["dt=1 x"]
    assert call.params["Comment"] == "Run by pulumi-dataworks"


def test_a_task_that_fails_is_1(run: Run, emulator: Emulator, messages: Messages) -> None:
    emulator.scheduler.script(ScriptedTask(0, "Failure", "ParseException \x1b[31m", name="load"))
    status, outputs, said = run("--workflow", "sales_daily", "--date", "2026-11-01")
    assert (status, outputs["status"]) == (1, "Failure")
    assert "\x1b" not in said
    messages(said[said.rindex('"load" failed') :])


@pytest.mark.parametrize("stop", [True, False])
def test_an_interrupted_run_is_130(run: Run, emulator: Emulator, stop: bool) -> None:
    emulator.scheduler.life = TaskLife(60)

    def interrupt() -> None:
        wait_for(lambda: emulator.count("ListTaskInstances") > 0, 60)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    more = ["--stop-on-cancel"] if stop else []
    status, outputs, said = run("--workflow", "sales_daily", "--date", "2026-11-01", *more)
    thread.join()
    assert (status, outputs["status"]) == (130, "Stopped" if stop else "Running")
    assert ("the same command runs all of it again" if stop else "the same command waits for it") in said
    [instance] = emulator.scheduler.instances.values()
    assert (instance.stopped is not None) is stop


def test_a_command_that_is_interrupted_before_anything_runs_is_130(run: Run, emulator: Emulator) -> None:
    emulator.add_fault(Fault("ListTasks", status=503, delay_seconds=5))

    def interrupt() -> None:
        wait_for(lambda: emulator.count("GetWorkflowDefinition") > 0, 60)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    status, outputs, said = run("--workflow", emulator.workflows()[0].workflow_id, "--date", "2026-11-01")
    thread.join()
    assert (status, outputs, said) == (130, None, "stopped by the user: nothing runs\n")
    assert not emulator.scheduler.instances


def test_the_same_command_waits_for_a_run_that_has_not_ended(run: Run, emulator: Emulator) -> None:
    emulator.add_fault(Fault("ListTaskInstances", status=403, code="NoPermission"))
    emulator.scheduler.life = TaskLife(3)
    asked = ("--workflow", "sales_daily", "--date", "2026-11-01")
    assert run(*asked)[0] == 2
    status, outputs, _ = run(*asked)
    assert (status, outputs["status"], emulator.count("CreateWorkflowInstances")) == (0, "Success", 1)
    emulator.scheduler.life = TaskLife(0.1)
    status, again, _ = run(*asked)  # what has ended is run again, as nothing else asks for it
    assert (status, emulator.count("CreateWorkflowInstances")) == (0, 2)
    assert again["instanceIds"] != outputs["instanceIds"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--workflow", "sales_daily"),
        ("--workflow", "nothing", "--date", "2026-11-01"),
        ("--workflow", "7", "--date", "2026-11-01"),
        ("--workflow", "sales_daily", "--date", "yesterday", "--start-time", "8"),
    ],
    ids=str,
)
def test_what_cannot_run_is_2(run: Run, arguments: tuple[str, ...], messages: Messages) -> None:
    status, outputs, said = run(*arguments)
    assert (status, outputs) == (2, None)
    messages(said)
