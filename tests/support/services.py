"""A clock that only runs while everybody waits, and a service made of a list of answers."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import mean, quantiles
from typing import Any
from urllib.parse import parse_qsl

import httpx

from pulumi_resource_dataworks.openapi import JobStatus, Length, Settings, Span, learn, wait_for_job

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]

_SETTLE = 300
"""Turns of the loop after which everybody counts as waiting, also where somebody else is running: another clock."""
_IDLE = 3
"""Turns in which nobody else is running."""


class VirtualClock:
    """Time that jumps to the next sleeper once nothing else can run."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._loop: asyncio.AbstractEventLoop | None = None

    def monotonic(self) -> float:
        return self.now

    def utcnow(self) -> datetime:
        return datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC) + timedelta(seconds=self.now)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if seconds <= 0:
            return
        loop = asyncio.get_running_loop()
        woken = loop.create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._numbers), woken))
        if self._loop is not loop:
            self._loop = loop
            loop.call_soon(self._turn, loop, 0, 0)
        await woken

    def _turn(self, loop: asyncio.AbstractEventLoop, turns: int, idle: int) -> None:
        idle = 0 if loop._ready else idle + 1  # type: ignore[attr-defined]
        if turns < _SETTLE and idle < _IDLE:
            loop.call_soon(self._turn, loop, turns + 1, idle)
            return
        while self._sleepers:
            time, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                self.now = max(self.now, time)
                woken.set_result(None)
                loop.call_soon(self._turn, loop, 0, 0)
                return
        self._loop = None


class Service:
    """Gives the scripted answers in turn, the last one for ever, and remembers the requests."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: list[Answer] = []

    def will(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    def parameters(self, index: int = -1) -> dict[str, str]:
        request = self.requests[index]
        return dict(parse_qsl((request.content or request.url.query).decode(), keep_blank_values=True))

    @property
    def actions(self) -> list[str]:
        return [request.headers["x-acs-action"] for request in self.requests]


def ok(**body: Any) -> httpx.Response:
    return httpx.Response(200, json={"RequestId": "REQ", **body})


def refusal(status: int, code: str, message: str = "no", **headers: str) -> httpx.Response:
    body = {
        "RequestId": "REQ-1",
        "HostId": "h",
        "Code": code,
        "Message": message,
        "Recommend": "https://help",
    }
    return httpx.Response(status, json=body, headers=headers)


def html(status: int) -> httpx.Response:
    page = f"<html><body><h1>{status} Bad Gateway</h1>{'x' * 500}</body></html>"
    return httpx.Response(status, text=page, headers={"content-type": "text/html"})


def raw(text: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=text.encode(), headers={"content-type": "application/json"})


def settings(**changes: Any) -> Settings:
    given = {
        "region": "cn-shanghai",
        "accessKey": "AK",
        "secretKey": "SK",
        "callsPerSecond": 1000.0,
        **changes,
    }
    return Settings.from_config(given, {})


def job_answer(status: str, **more: Any) -> httpx.Response:
    return raw(json.dumps({"RequestId": "R", "JobStatus": {"JobId": "7", "Status": status, **more}}))


SECONDS_PER_NODE = 1.2
"""What a node lets expect; 1 to 1.5 s were seen."""
SPREAD = 0.25
PHASES = 100
LATENCY = 0.05
"""Seconds that a poll takes, half of them before the service looks."""


@dataclass(frozen=True)
class Waits:
    """What a hundred jobs cost.

    Attributes:
        seconds: From a job's end to the step's knowing of it.
        polls: How many it took.
    """

    seconds: list[float]
    polls: list[int]

    @property
    def mean(self) -> float:
        return mean(self.seconds)

    @property
    def mean_polls(self) -> float:
        return mean(self.polls)

    @property
    def p95(self) -> float:
        return quantiles(self.seconds, n=20)[-1]


async def measure(nodes: int, length: float) -> Waits:
    """Waits for jobs that last ``length`` seconds, a quarter more or less, of workflows of so many nodes."""
    found = Waits([], [])
    for phase in range(PHASES):
        share = 1 - SPREAD + 2 * SPREAD * (phase + 0.5) / PHASES
        await _wait(found, nodes, length * share, None)
    return found


async def measure_learnt(nodes: int, length: float, runs: int, spread: float = SPREAD) -> list[Waits]:
    """The same run by run where each is learnt from: a hundred workflows, whose jobs last at random."""
    found = [Waits([], []) for _ in range(runs)]
    drawn = random.Random(nodes)
    for _ in range(PHASES):
        known: Length | None = None
        for waits in found:
            ends = length * drawn.uniform(1 - spread, 1 + spread)
            seen = await _wait(waits, nodes, ends, known)
            known = learn(known, seen, SECONDS_PER_NODE * nodes)
    return found


async def _wait(waits: Waits, nodes: int, ends: float, known: Length | None) -> Span:
    clock, seen = _Time(), [0.0, 0.0]
    job = _Job(clock, ends)

    def on_poll(status: JobStatus, elapsed: float) -> None:
        seen[status.ended] = elapsed

    await wait_for_job(
        job,
        "1",
        expected_seconds=SECONDS_PER_NODE * nodes,
        known=known,
        timeout=None,
        cancelled=asyncio.Event(),
        clock=clock,
        on_poll=on_poll,
    )
    waits.seconds.append(clock.now - ends)
    waits.polls.append(job.polls)
    return seen[0], seen[1]


@dataclass
class _Time:
    """There is one sleeper, as these waits have no deadline."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def utcnow(self) -> datetime:
        return datetime.fromtimestamp(self.now, tz=UTC)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class _Job:
    clock: _Time
    ends: float
    polls: int = 0

    async def get_job_status(self, job_id: str) -> JobStatus:
        self.polls += 1
        self.clock.now += LATENCY / 2
        status = "Success" if self.clock.now >= self.ends else "Running"
        self.clock.now += LATENCY / 2
        return JobStatus(job_id=job_id, status=status)
