"""Every call of a workflow's life, throttled in every form: it is waited for, and decides nothing."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import engine_pb2

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Fault, Life
from pulumi_resource_dataworks.lifecycle import _pipeline_run
from pulumi_resource_dataworks.openapi import _retry
from tests.support.documents import flow
from tests.support.plugin_process import (
    Calls,
    FakeEngine,
    ask,
    refusal,
    serving,
    settings,
)
from tests.support.wire_values import plain

DEPLOYMENT = "dataworks:index:WorkflowDeployment"
PROJECT = 10001

FORMS: dict[str, dict[str, Any]] = {
    "429": {"status": 429, "code": "Throttling.User"},
    "400": {"status": 400, "code": "Throttling"},
    "503": {"status": 503, "code": "Rejected.Throttling"},
    "number": {"status": 400, "code": "9990020002", "message": "Throttling.User"},
    "second number": {"status": 400, "code": "9990040003", "message": "Throttling.Resource request id: 0A-1"},
    "text": {"status": 400, "code": "1101080999", "message": "Throttling.User: workflow 1 does not exist"},
    "header": {"status": 404, "code": "1101080999", "headers": {"x-acs-retry-after": "5"}},
    "success": {
        "status": 200,
        "body": json.dumps({"RequestId": "R", "Success": False, "Code": "9990040003"}),
    },
    "page": {"status": 429, "body": "<html><h1>Too Many Requests</h1></html>"},
}


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for long."""
    monkeypatch.setattr(_retry, "BACKOFF_BASE", 0.001)
    monkeypatch.setattr(_pipeline_run, "_SOON", 0.0)
    monkeypatch.setattr(openapi, "poll_times", lambda *_: itertools.count(0.01, 0.01))


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    emulator = Emulator(job_life=Life("immediate"), stage_life=Life("immediate"))
    emulator.switch(trigger_workflows_listed=False)  # so that no list gives back what a read has lost
    with EmulatorServer(emulator) as running:
        yield running


class World:
    """A workflow and its deployment, as the engine holds them; each step is a run of its own."""

    def __init__(self, calls: Calls, server: EmulatorServer, name: str = "throttled") -> None:
        self.name = name
        self.settings, self.emulator = settings(server), server.emulator
        self.definition, self.deployment = calls, calls.about(DEPLOYMENT)
        self.news: dict[str, Any] = {}
        self.live: dict[str, Any] = {}
        self.state: dict[str, Any] = {}
        self.live_state: dict[str, Any] = {}
        self.id, self.timeout = "", 0.0

    def take(self, step: Callable[[World], Any], *faults: Fault) -> tuple[Any, list[str]]:
        """What a step gives while the service has these faults, and what it asks."""
        self.definition.configure(self.settings)
        since = len(self.emulator.calls)
        for fault in faults:
            self.emulator.add_fault(fault)
        try:
            result = step(self)
        finally:
            self.emulator.clear_faults()
        return result, [call.action for call in self.emulator.calls[since:]]

    def declare(self, script: str) -> None:
        spec = {**flow(self.name, script), "kind": "TriggerWorkflow"}
        self.news = plain(self.definition.check(self.name, {"projectId": PROJECT, "spec": spec}).inputs)

    def preview_create(self) -> Any:
        self.declare("SELECT 1;\n")
        return plain(self.definition.create(self.name, self.news, preview=True).properties)

    def create(self) -> Any:
        answer = self.definition.create(self.name, self.news, timeout=self.timeout)
        self.id, self.state = answer.id, plain(answer.properties)
        return self.id, self.state

    def read(self) -> Any:
        answer = self.definition.read(self.name, self.id, self.news, self.state)
        return answer.id, plain(answer.inputs), plain(answer.properties)

    def take_up(self) -> Any:
        answer = self.definition.read(self.name, self.id)
        return answer.id, plain(answer.inputs), plain(answer.properties)

    def preview_update(self) -> Any:
        olds = self.news
        self.declare("SELECT 2;\n")
        return plain(
            self.definition.update(self.name, self.id, self.state, self.news, olds, preview=True).properties
        )

    def update(self) -> Any:
        answer = self.definition.update(self.name, self.id, self.state, self.news, timeout=self.timeout)
        self.state = plain(answer.properties)
        return self.state

    def preview_deploy(self) -> Any:
        declared = {
            "projectId": PROJECT,
            "workflowId": self.state["workflowId"],
            "digest": self.state["digest"],
        }
        self.live = plain(self.deployment.check(self.name, declared).inputs)
        return plain(self.deployment.create(self.name, self.live, preview=True).properties)

    def deploy(self) -> Any:
        self.live_state = plain(self.deployment.create(self.name, self.live).properties)
        return {key: value for key, value in self.live_state.items() if key != "pipelineRunId"}

    def read_deployment(self) -> Any:
        answer = self.deployment.read(self.name, self.id, self.live, self.live_state)
        return answer.id, plain(answer.inputs)

    def look_up(self) -> Any:
        reported = self.definition.invoke(
            "getWorkflowDefinition", {"projectId": PROJECT, "workflowId": self.id[6:]}
        )
        group = self.definition.invoke("getResourceGroup", {"projectId": PROJECT, "name": "emulated_group"})
        project = self.definition.invoke("getProject", {"projectId": PROJECT})
        return [plain(getattr(answer, "return")) for answer in (reported, group, project)]

    def offline(self) -> None:
        self.deployment.delete(self.name, self.id, self.live_state)

    def delete(self) -> None:
        self.definition.delete(self.name, self.id, self.state)


Step = Callable[[World], Any]

STEPS: tuple[Step, ...] = (
    World.preview_create,
    World.create,
    World.read,
    World.take_up,
    World.preview_update,
    World.update,
    World.preview_deploy,
    World.deploy,
    World.read_deployment,
    World.look_up,
    World.offline,
    World.delete,
)
"""A life in order. A preview of a delete makes no call."""

FORESEEING = {World.preview_create, World.preview_update, World.preview_deploy}
"""A preview that cannot look says so in a warning."""

OPERATIONS = {
    "GetWorkflowDefinition",
    "ListWorkflowDefinitions",
    "ImportWorkflowDefinition",
    "GetJobStatus",
    "DeleteWorkflowDefinition",
    "ListPipelineRuns",
    "CreatePipelineRun",
    "GetPipelineRun",
    "ExecPipelineRunStage",
    "ListPipelineRunItems",
    "GetProject",
    "ListResourceGroups",
}


def life(calls: Calls, server: EmulatorServer, *faults: Fault) -> list[tuple[str, Any, list[str]]]:
    """Each step's name, what it gives, and what it asks."""
    world = World(calls, server)
    return [(step.__name__, *world.take(step, *faults)) for step in STEPS]


def without_times(value: Any) -> Any:
    times = {"createTime", "importSeconds", "stageSeconds"}
    if isinstance(value, dict):
        return {key: without_times(inner) for key, inner in value.items() if key not in times}
    return [without_times(inner) for inner in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
async def test_a_call_that_is_throttled_once_is_made_again_and_changes_nothing(
    server: EmulatorServer, form: dict[str, Any]
) -> None:
    engine = FakeEngine()
    each_first_try = [Fault(nth=number, **form) for number in range(1, 100, 2)]
    async with serving(engine.address) as calls:
        smooth = await ask(life, calls, server)
        throttled = await ask(life, calls, server, *each_first_try)
    engine.close()
    for (step, expected, once), (_, met, asked) in zip(smooth, throttled, strict=True):
        assert (step, without_times(met)) == (step, without_times(expected))
        assert (step, asked) == (step, [action for action in once for _ in range(2)])
    assert {action for _, _, asked in smooth for action in asked} == OPERATIONS
    assert not [log.message for log in engine.logs if log.severity == engine_pb2.WARNING]
    assert server.emulator.workflows() == []


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
async def test_what_is_throttled_for_good_is_an_error_and_no_answer(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    """Whichever call of a step it is: nothing is taken for gone, done, refused, or for somebody's to pass."""
    monkeypatch.setattr(_retry, "THROTTLED_BUDGET", 0.02)
    async with serving("") as calls:
        asked = {name: asked for name, _, asked in await ask(life, calls, server)}
        for action in dict.fromkeys(asked[step.__name__]):
            fault = Fault(action, times=10_000, **FORMS["second number"])
            world = World(calls, server, action)
            for one in STEPS[: STEPS.index(step)]:
                await ask(world.take, one)
            world.timeout = 1.0  # a job is polled until then, whatever the polls are answered
            if step in FORESEEING:
                await ask(world.take, step, fault)
                continue
            with pytest.raises(grpc.RpcError) as error:
                await ask(world.take, step, fault)
            reported = refusal(error).text
            assert (action, fault.code in reported, "has to pass" in reported) == (action, True, False)
