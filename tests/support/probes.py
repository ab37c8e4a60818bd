"""A probe against the emulator inside this process, in a time of their own that jumps while everybody waits."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from pulumi_resource_dataworks import openapi, probe
from pulumi_resource_dataworks.emulator import Account, Clock, Emulator, Project, Workflow
from pulumi_resource_dataworks.emulator._signature import Request
from pulumi_resource_dataworks.probe import Outcome, Session
from tests.support.services import VirtualClock

HERE = 10001
EARLIER = "pulumi_dataworks_probe_aaaaaaaaaa_"
"""The prefix of an earlier run."""
LEFTOVER = f"{EARLIER}a"


def _document(body: dict[str, Any]) -> str:
    return json.dumps({"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [body]}})


class ProbeClock(VirtualClock):
    """The tests' virtual clock, beginning now: the service compares dates with the machine's."""

    def __init__(self) -> None:
        super().__init__()
        self.began = time.time()

    def utcnow(self) -> datetime:
        return datetime.fromtimestamp(self.began + self.now, UTC)


class WorldClock(Clock):
    """The emulator's time is the probe's."""

    def __init__(self, clock: ProbeClock) -> None:
        super().__init__()
        self._clock = clock

    def now(self) -> float:
        return self._clock.began + self._clock.now + self._ahead


class InProcess(httpx.AsyncBaseTransport):
    """Takes requests to an emulator without a network. `before` and `after` are given the number of each."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.count = 0
        self.before: Callable[[int], None] = lambda _: None
        self.after: Callable[[int], None] = lambda _: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.count += 1
        number = self.count
        self.before(number)
        body = await request.aread()
        headers = {name.lower(): value for name, value in request.headers.items()}
        gateway = self.emulator.gateway
        query = request.url.query.decode()
        answer = gateway.perform(gateway.admit(Request(request.method, query, headers, body)))
        self.after(number)
        return httpx.Response(answer.status, text=answer.body, headers=dict(answer.headers))


class Bed:
    """An emulator, and probes against it."""

    def __init__(self, *, edition: Any = None, **switches: Any) -> None:
        self.clock = ProbeClock()
        self.emulator = Emulator(projects=(Project(),), strict=False)
        self.emulator._state.clock = WorldClock(self.clock)
        self.transport = InProcess(self.emulator)
        self.said: list[str] = []
        self.prefix = ""
        account = Account()
        config = {
            "endpoint": "http://emulator.example",
            "accessKey": account.access_key,
            "secretKey": account.secret_key,
        }
        self.settings = openapi.Settings.from_config(config, {})
        self.strangers = self._others()
        self.emulator.switch(**switches)
        self.emulator.set_edition(edition)

    def _others(self) -> list[Workflow]:
        """What others have, under names and paths much like a probe's; the last is what another run has left."""
        for number, name in enumerate(["orders", f"copy_of_{LEFTOVER}", LEFTOVER]):
            script = {"path": f"pulumi-dataworks-probe-x/{name}", "runtime": {"command": "WORKFLOW"}}
            body = {"id": f"500000000000000000{number}", "name": name, "script": script, "nodes": []}
            self.call_by_others("ImportWorkflowDefinition", ProjectId=HERE, Spec=_document(body))
        self.settle()
        strangers = self.emulator.workflows()
        self.emulator.gateway.calls.clear()
        assert len(strangers) == 3
        return strangers

    def strangers_are_untouched(self) -> bool:
        """Whether what others have is all there is, as it was."""
        return self.emulator.workflows() == self.strangers

    def crowd(self, *, call: int, times: int) -> None:
        """Others call so many times just before that call of ours."""

        def crowded(number: int) -> None:
            for _ in range(times if number == call else 0):
                self.call_by_others("ListWorkflowDefinitions", ProjectId=HERE)

        self.transport.before = crowded

    def call_by_others(self, action: str, **parameters: Any) -> None:
        headers = {"x-acs-action": action, "x-acs-version": "2024-05-18"}
        text = urlencode(parameters)
        method = "GET" if action.startswith(("Get", "List")) else "POST"
        in_query = method == "GET" or action.startswith("Rename")
        request = Request(method, text if in_query else "", headers, b"" if in_query else text.encode())
        self.emulator.gateway.perform(self.emulator.gateway.admit(request))

    def session(self, project_id: int = HERE) -> Session:
        return Session(self.settings, project_id, self.said.append, self.transport, self.clock)

    async def probe(self) -> Outcome:
        session = self.session()
        self.prefix = session.prefix
        return await probe.probe(session)

    async def clean_up(self, prefix: str) -> Outcome:
        return await probe.clean_up(self.session(), prefix)

    def settle(self) -> None:
        """Let every job end, however long it takes."""
        self.emulator.clock.advance(10_000)

    @property
    def throttled(self) -> int:
        return sum(call.status == 429 for call in self.emulator.calls)
