"""One point of the kill matrix, run: the trouble, what a user does after it, and what has to be right in the end."""

from __future__ import annotations

import contextlib
import copy
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

from pulumi_resource_dataworks.emulator import Fault, TaskLife, Workflow
from pulumi_resource_dataworks.emulator._instances import Instance
from pulumi_resource_dataworks.emulator._model import Run
from tests.support.chaos import (
    ADOPTED,
    AT_ONCE,
    NEXT_UP,
    REFRESHED,
    STEPS,
    TROUBLES,
    Case,
    Document,
    Moment,
    Step,
    Trouble,
    plugins_of,
)
from tests.support.stacks import Stack
from tests.support.waiting import wait_for

UP = ("up", "--yes", "--skip-preview")
REFRESH = "`pulumi refresh`"
ADOPT = "set `adopt: true` on the resource"


@dataclass(frozen=True)
class Base:
    """What a step starts from: the project, its state, and what the service, at its endpoint, holds."""

    folder: Path
    endpoint: str
    workflows: list[Workflow]
    foreign: Workflow
    runs: dict[str, Run]
    production: dict[tuple[int, str], Workflow]
    instances: dict[int, Instance]

    def restore(self, stack: Stack) -> None:
        """Puts it into a stack that has nothing yet, not even a state."""
        stack.take(self.folder)
        for path in stack.state_files():
            path.write_text(path.read_text("utf-8").replace(self.endpoint, stack.server.endpoint), "utf-8")
        for workflow in copy.deepcopy([self.foreign, *self.workflows]):
            stack.emulator._state.store(workflow.key, workflow, stack.emulator.clock.now())
        stack.emulator._state.runs.update(copy.deepcopy(self.runs))
        stack.emulator._state.production.update(copy.deepcopy(self.production))
        scheduler = stack.emulator.scheduler
        scheduler.instances.update(copy.deepcopy(self.instances))
        for _ in range(10 * len(self.instances)):
            scheduler.next_id()  # those of the base are taken


@dataclass
class Outcome:
    """What became of a point.

    Attributes:
        way: How it converged: one of `chaos.WAYS`.
        wrong: What is not as it has to be; empty where it converged.
        reported: What the CLI printed, run by run.
    """

    way: str = AT_ONCE
    wrong: list[str] = field(default_factory=list[str])
    reported: list[str] = field(default_factory=list[str])

    def expect(self, right: bool, what: str) -> None:
        if not right:
            self.wrong.append(what)

    def __str__(self) -> str:
        return "\n".join([self.way, *self.wrong, *self.reported])


def declare_step(stack: Stack, step: Step, trouble: Trouble, when: Literal[0, 1]) -> None:
    """Writes the program of before a step (0) or of the step (1)."""
    document, trigger = (step.before, step.after)[when], step.triggers[when]
    declare(stack, document, trouble, live=step.live[when], trigger=trigger)
    stack.emulator.scheduler.life = TaskLife(step.seconds)


def declare(
    stack: Stack,
    document: Document | None,
    trouble: Trouble,
    *,
    live: bool = False,
    trigger: str | None = None,
    **more: Any,
) -> None:
    """Writes the program with the document's workflow, deployed or not, run or not, or with none."""
    config = {"callsPerSecond": 1000, "clientReadTimeout": trouble.read_timeout}
    if document is None:
        stack.declare({}, config=config)
        return
    options: dict[str, Any] = {}
    if trouble.custom_timeout:
        options["customTimeouts"] = dict.fromkeys(("create", "update", "delete"), trouble.custom_timeout)
    if trigger:
        asked = {"businessDates": ["2026-11-01"], "triggers": [trigger]}
        stack.backfill(document, config=config, options=options, **asked)
    elif live:
        stack.deployment(document, config=config, **options)
    else:
        stack.workflow(document, properties=more, config=config, **options)


def run(stack: Stack, base: Base, case: Case) -> Outcome:
    """Takes a step through its trouble and to its end."""
    step, trouble, outcome = STEPS[case.step], TROUBLES[case.trouble], Outcome()
    declare_step(stack, step, trouble, 1)
    if not _struck(stack, case, trouble, outcome):
        outcome.way = NEXT_UP
        if list((stack.folder.parent / "state/.pulumi/locks").rglob("*.json")):
            _command(stack, outcome, "cancel", "--yes")
        if not _command(stack, outcome, *UP):
            outcome.expect(_adopted(stack, outcome, step, trouble), "the next up failed")
    if stack.checkpoint().get("pending_operations") and REFRESH in outcome.reported[-1]:
        outcome.way = REFRESHED if outcome.way == NEXT_UP else outcome.way
        _command(stack, outcome, "refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    _look(stack, base, step.after, outcome)
    if any(step.live):
        _look_at_production(stack, step, outcome)
    if any(step.triggers):
        _look_at_runs(stack, step, outcome)
    outcome.expect(_command(stack, outcome, "preview", "--expect-no-changes"), "the preview is not clean")
    return outcome


def _adopted(stack: Stack, outcome: Outcome, step: Step, trouble: Trouble) -> bool:
    """Sets `adopt` for one `up`, where the error named that, and takes it away again; whether it helped."""
    if ADOPT not in outcome.reported[-1]:
        return False
    outcome.way = ADOPTED
    declare(stack, step.after, trouble, adopt=True)
    succeeded = _command(stack, outcome, *UP)
    declare(stack, step.after, trouble)
    return succeeded and _command(stack, outcome, *UP)


def arguments(stack: Stack, step: Step) -> list[str]:
    """What a step's `up` is given beyond the usual."""
    return ["--replace", stack.resource()["urn"]] if step.forced else []


def _struck(stack: Stack, case: Case, trouble: Trouble, outcome: Outcome) -> bool:
    """Runs `up` into its trouble, and waits for the end of all that it has set in motion; whether it succeeded."""
    fault = trouble.fault(case.moment, case.number)
    with ambush_at(stack, fault, case.moment, trouble.strike) as ambush:
        output = ambush.end_of(stack.start(*UP, *arguments(stack, STEPS[case.step]), own_plugin=True))
        outcome.reported.append(output)
        assert ambush.struck == case.action, f"{case}: met {ambush.struck}\n{output}"
        assert bool(ambush.plugins) is bool(trouble.strike), f"nothing was struck\n{output}"
        if case.trouble == "late":
            wait_for(lambda: ambush.over, 20)
            time.sleep(0.5)  # a job of the emulator takes 0.2 s
    outcome.expect("Traceback" not in output, "the user sees a traceback")
    return ambush.process is not None and ambush.process.returncode == 0


@dataclass
class Ambush:
    """What struck a run of the CLI, and what it met."""

    process: subprocess.Popen[str] | None = None
    plugins: list[int] = field(default_factory=list[int])
    struck: str = ""
    over: bool = False

    def end_of(self, process: subprocess.Popen[str]) -> str:
        """Waits for the end of a run, and of the plugins that were struck; what it printed."""
        self.process = process
        output = _end_of(process)
        wait_for(lambda: not [pid for pid in self.plugins if Path(f"/proc/{pid}").exists()], 20)
        return output


@contextlib.contextmanager
def ambush_at(stack: Stack, fault: Fault, at: Moment, blow: Callable[[int], None] | None) -> Iterator[Ambush]:
    """Plans a fault, and strikes the CLI when the emulator has come to it, before the call's effect or after it."""
    gateway, ambush = stack.emulator.gateway, Ambush()
    stack.emulator.add_fault(fault)

    def strike(moment: str, ticket: Any) -> None:
        if ticket.fault is not fault:
            return
        ambush.struck, ambush.over = ticket.action, moment == "after"
        assert ambush.process is not None
        if moment == at and blow:
            ambush.plugins = plugins_of(ambush.process.pid)
            blow(ambush.process.pid)

    def seen(
        moment: str, call: Callable[[Any], Any], ticket_of: Callable[[Any, Any], Any]
    ) -> Callable[[Any], Any]:
        def wrapped(argument: Any) -> Any:
            result = call(argument)
            strike(moment, ticket_of(argument, result))
            return result

        return wrapped

    with (
        patch.object(gateway, "admit", seen("before", gateway.admit, lambda _, ticket: ticket)),
        patch.object(gateway, "perform", seen("after", gateway.perform, lambda ticket, _: ticket)),
    ):
        yield ambush


def _end_of(process: subprocess.Popen[str]) -> str:
    try:
        return process.communicate(timeout=100)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise


def _command(stack: Stack, outcome: Outcome, *arguments: str) -> bool:
    process = stack.start(*arguments)
    outcome.reported.append(f"$ pulumi {' '.join(arguments)}\n{_end_of(process)}")
    return process.returncode == 0


def _look(stack: Stack, base: Base, declared: Document | None, outcome: Outcome) -> None:
    """What the service and the state hold has to be what is declared, and nothing else may have changed."""
    stored = stack.emulator.workflows()
    ours = [workflow for workflow in stored if workflow.workflow_id != base.foreign.workflow_id]
    outcome.expect(base.foreign in stored, "somebody else's workflow has changed")
    wanted = [] if declared is None else [gist(declared)]
    outcome.expect([gist(workflow.document) for workflow in ours] == wanted, f"the service holds {ours}")
    deployment, resources = stack.checkpoint(), stack.resources()
    outcome.expect(not deployment.get("pending_operations"), "operations are pending in the state")
    held = [
        (found["outputs"]["workflowId"], found.get("initErrors"), found.get("delete")) for found in resources
    ]
    outcome.expect(
        held == [(workflow.workflow_id, None, None) for workflow in ours], f"the state holds {resources}"
    )


def _look_at_production(stack: Stack, step: Step, outcome: Outcome) -> None:
    """No run too many, each ended well, and production holds what is declared."""
    runs = stack.emulator.runs()
    made = [(run.kind, run.status) for run in runs]
    outcome.expect(made == [(kind, "Success") for kind in step.runs], f"the pipeline runs are {made}")
    held = [gist(workflow.document) for workflow in stack.emulator._state.production.values()]
    wanted = [gist(step.after)] if step.after and step.live[1] else []
    outcome.expect(held == wanted, f"production holds {held}")
    deployments = [one for one in stack.state() if one["type"].endswith(":WorkflowDeployment")]
    reported = [
        (one["outputs"].get("status"), "pendingRun" in one["outputs"], one.get("initErrors"))
        for one in deployments
    ]
    outcome.expect(reported == [("Online", False, None)] * step.live[1], f"the state holds {reported}")


def _look_at_runs(stack: Stack, step: Step, outcome: Outcome) -> None:
    """The workflow has run once for each trigger, and the state holds the last one."""
    made = [one for one in stack.emulator.scheduler.instances.values() if one.stopped is None]
    wanted = sum(map(bool, step.triggers))
    outcome.expect(len({one.name for one in made}) == len(made) == wanted, f"the instances are {made}")
    reported = [
        (one["outputs"].get("status"), one["outputs"].get("instanceIds"), one.get("initErrors"))
        for one in stack.state()
        if one["type"].endswith(":WorkflowRun")
    ]
    outcome.expect(
        reported == [("Success", [str(made[-1].instance_id)], None)] if made else False,
        f"the state holds {reported}",
    )


def gist(document: Document) -> Any:
    """What a document says, whoever chose its IDs: kind, path, scripts, and dependencies by the nodes' names."""
    [body] = document["spec"]["workflows"]
    names = {node.get("id", node["name"]): node["name"] for node in body["nodes"]}
    edges = {
        (names.get(item["nodeId"], item["nodeId"]), _end(names, edge))
        for item in body.get("dependencies", [])
        for edge in item["depends"]
    }
    scripts = {node["name"]: node["script"]["content"] for node in body["nodes"] if "branch" not in node}
    path = body.get("script", {}).get("path", body["name"])
    return document["kind"], body["name"], path, scripts, edges


def _end(names: dict[str, str], edge: dict[str, Any]) -> str:
    """The node that a dependency is on; its output bears its ID where nobody has chosen one."""
    end = str(edge.get("output", edge.get("nodeId")))
    return names.get(end, end)
