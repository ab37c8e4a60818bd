"""Deployments against the emulator without HTTP: one clock for the client, the lifecycle and the emulated service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.emulator import Clock, Emulator, Life
from pulumi_resource_dataworks.emulator._signature import Request
from pulumi_resource_dataworks.lifecycle import Change, Checked, Context, HalfDoneError, WorkflowDeployments
from tests.support.definitions import FakeReporter
from tests.support.services import VirtualClock

URN = "urn:pulumi:dev::shop::dataworks:index:WorkflowDeployment::live"
WORKFLOW = "5000000000000000001"
PROJECT = 10001
A, B, D = (f"1:{letter * 64}" for letter in "abd")
"""Digests."""
Values = dict[str, Any]
State = tuple[str, Values, Values]
"""A resource's ID, inputs and outputs."""


def document(workflow_id: str = WORKFLOW, name: str = "orders", **more: Any) -> Values:
    """A document with two nodes, every ID in it; `more` are fields of its workflow."""

    def node(number: int, title: str) -> Values:
        script = {
            "path": f"{name}/{title}",
            "runtime": {"command": "ODPS_SQL"},
            "content": f"SELECT {number};",
        }
        own = f"{workflow_id[:-1]}{number}"
        return {"id": own, "name": title, "script": script, "outputs": {"nodeOutputs": [{"data": own}]}}

    body: Values = {
        "id": workflow_id,
        "name": name,
        "script": {"path": name, "runtime": {"command": "WORKFLOW"}},
    }
    body |= {"nodes": [node(2, "extract"), node(3, "load")], "dependencies": [], **more}
    return {"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [body]}}


class _Transport(httpx.AsyncBaseTransport):
    """Hands requests to an emulator; `on_call` may put something in their place."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.on_call: Callable[[str, Callable[[], httpx.Response]], httpx.Response] = lambda _, send: send()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        action = request.headers["x-acs-action"]
        return self.on_call(action, lambda: self._send(request))

    def _send(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        query, body = request.url.query.decode(), request.content
        ticket = self.emulator.gateway.admit(Request(request.method, query, headers, body))
        answer = self.emulator.gateway.perform(ticket)
        if ticket.fault is not None and ticket.fault.reset:
            raise httpx.ReadError("connection reset", request=request)
        return httpx.Response(answer.status, text=answer.body, headers=answer.headers, request=request)


class _EmulatedClock(Clock):
    """The emulator's time, which is the virtual one."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self.clock = clock

    def now(self) -> float:
        return 1_700_000_000 + self.clock.now + self._ahead


@dataclass
class Deploying:
    """One run of a program that deploys workflows: what the engine would call, in its order."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    emulator: Emulator = field(
        default_factory=lambda: Emulator(
            job_life=Life("immediate"), stage_life=Life("seconds", 3), strict=False
        )
    )
    deployments: WorkflowDeployments = field(default_factory=WorkflowDeployments)
    report: FakeReporter = field(default_factory=FakeReporter)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.emulator._state.clock = _EmulatedClock(self.clock)
        self.transport = _Transport(self.emulator)
        keys = {"accessKey": "AK", "secretKey": "SK", "callsPerSecond": 1000.0}
        settings = openapi.Settings.from_config({"region": "cn-shanghai", **keys}, {})
        self.client = openapi.Client(settings, transport=self.transport, clock=self.clock)

    @classmethod
    async def with_workflow(cls) -> Deploying:
        """A run at a service that holds the workflow."""
        made = cls()
        await made.put()
        return made

    def again(self) -> Deploying:
        """Another process against the same service."""
        return Deploying(self.clock, self.emulator)

    async def put(self, root: Values | None = None) -> None:
        """Imports a document."""
        await self.client.import_workflow_definition(PROJECT, json.dumps(root or document()))
        self.emulator.workflows()

    def context(self, urn: str = URN, **more: Any) -> Context:
        openapi.withhold_words(more.get("secret", False))
        return Context(
            urn=urn,
            client=self.client,
            report=self.report,
            cancelled=self.cancelled,
            clock=self.clock,
            **more,
        )

    def check(self, digest: Any = A, workflow: Any = WORKFLOW, urn: str = URN, **more: Any) -> Checked:
        news = {"projectId": PROJECT, "workflowId": workflow, "digest": digest, **more}
        return self.deployments.check(urn, news, None)

    def inputs(self, digest: Any = A, workflow: Any = WORKFLOW, urn: str = URN, **more: Any) -> Values:
        found = self.check(digest, workflow, urn, **more)
        assert found.failures == []
        return found.inputs

    async def create(self, digest: str = A, workflow: str = WORKFLOW, urn: str = URN, **more: Any) -> State:
        news = self.inputs(digest, workflow, urn, **more)
        resource_id, outputs = await self.deployments.create(self.context(urn), news)
        return resource_id, news, outputs

    async def update(self, state: State, digest: str = B, urn: str = URN, **more: Any) -> State:
        """What `up` does: an update only where there is a difference."""
        resource_id, olds, outputs = state
        news = self.inputs(digest, urn=urn, **more)
        found = self.deployments.diff(urn, Change(resource_id, olds, outputs, news))
        assert not found.replaces
        if found.changes:
            outputs = await self.deployments.update(
                self.context(urn), Change(resource_id, olds, outputs, news)
            )
        return resource_id, news, outputs

    async def refresh(self, state: State, urn: str = URN) -> State:
        found = await self.deployments.read(self.context(urn), *state)
        assert found is not None
        return state[0], *found

    async def delete(self, state: State, urn: str = URN) -> None:
        await self.deployments.delete(self.context(urn), state[0], state[2])

    async def out_by_hand(self, *, by_run: bool) -> None:
        """Somebody takes the workflow out of production, by a pipeline run or without one."""
        await self.clock.sleep(5)
        if by_run:
            self.emulator.deploy(WORKFLOW, "Offline")
        else:
            self.emulator.publish(WORKFLOW, published=False)

    @property
    def kinds(self) -> list[str]:
        """The pipeline runs that were made, as Online or Offline."""
        return [run.kind for run in self.emulator.runs()]

    @property
    def is_live(self) -> bool:
        """Whether the workflow is in production."""
        return self.emulator.production(WORKFLOW) is not None


def kept(error: HalfDoneError, inputs: Values) -> State:
    """The state that the engine keeps of a step that ended half done."""
    return error.id, inputs, error.outputs
