"""A probe against the emulator inside this process, in a time of their own that jumps while everybody waits."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from pulumi_resource_dataworks import openapi, probe
from pulumi_resource_dataworks.emulator import Account, Emulator, Project, Workflow
from pulumi_resource_dataworks.emulator._clock import Clock
from pulumi_resource_dataworks.emulator._signature import Request
from tests.support.services import VirtualClock

HERE, THERE = 10001, 10002
PROJECTS = (Project(), Project(project_id=THERE, identifier="other"))


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
    """Takes requests to an emulator without a network. `before` and `after` are told the number of each."""

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

    def __init__(self, tmp: Path, *, edition: Any = None, **switches: Any) -> None:
        self.clock = ProbeClock()
        self.emulator = Emulator(projects=PROJECTS, strict=False)
        self.emulator._world.clock = WorldClock(self.clock)
        self.transport = InProcess(self.emulator)
        self.journal = tmp / "report.json.journal"
        self.said: list[str] = []
        account = Account()
        config = {
            "endpoint": "http://emulator.example",
            "accessKey": account.access_key,
            "secretKey": account.secret_key,
        }
        self.settings = openapi.Settings.from_config(config, {})
        self.cancelled = asyncio.Event()
        self.strangers = self._others()
        self.emulator.switch(**switches)
        self.emulator.set_edition(edition)

    def _others(self) -> list[Workflow]:
        """What others have, under names and paths much like a probe's."""
        for number, name in enumerate(
            ["orders", "pulumi_dataworks_probe_", "pulumi_dataworks_probe_aaaaaaaaaa_a"]
        ):
            script = {"path": f"pulumi-dataworks-probe-x/{name}", "runtime": {"command": "WORKFLOW"}}
            body = {"id": f"500000000000000000{number}", "name": name, "script": script, "nodes": []}
            self.call_by_others("ImportWorkflowDefinition", ProjectId=HERE, Spec=_document(body))
        self.settle()
        strangers = self.emulator.workflows()
        self.emulator.gateway.calls.clear()
        return strangers

    def strangers_are_untouched(self) -> bool:
        """Whether what others have is all there is, as it was."""
        return len(self.strangers) == 3 and self.emulator.workflows() == self.strangers

    def crowd(self, *, call: int, times: int) -> None:
        """Others call so many times just before that call of ours."""

        def crowded(number: int) -> None:
            for _ in range(times if number == call else 0):
                self.call_by_others("ListWorkflowDefinitions", ProjectId=HERE)

        self.transport.before = crowded

    def call_by_others(self, action: str, **parameters: Any) -> None:
        headers = {"x-acs-action": action, "x-acs-version": "2024-05-18"}
        text = urlencode(parameters)
        is_get = action.startswith(("Get", "List"))
        request = Request(
            "GET" if is_get else "POST",
            text if is_get else "",
            headers,
            b"" if is_get else text.encode(),
        )
        self.emulator.gateway.perform(self.emulator.gateway.admit(request))

    def options(self, *names: str, second: int | None = THERE) -> probe.Options:
        chosen = frozenset(names) if names else frozenset(probe.PROBES)
        return probe.Options(HERE, self.journal, chosen, second)

    def probing(self, *names: str, second: int | None = THERE) -> probe.Run:
        return probe.Run(
            self.settings,
            self.options(*names, second=second),
            self.said.append,
            transport=self.transport,
            clock=self.clock,
            cancelled=self.cancelled,
        )

    async def probe(self, *names: str, second: int | None = THERE) -> probe.Outcome:
        return await self.probing(*names, second=second).run()

    async def clean_up(self) -> tuple[list[str], str | None]:
        return await probe.clean_up(
            self.settings, self.journal, self.said.append, transport=self.transport, clock=self.clock
        )

    def settle(self) -> None:
        """Let every job end, however long it takes."""
        self.emulator.clock.advance(10_000)

    @property
    def throttled(self) -> int:
        return sum(call.status == 429 for call in self.emulator.calls)
