"""How long a step goes on after its job has ended, and how often it asks."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from statistics import mean, quantiles

from tests.bench.provider import SMALL
from tests.bench.table import Row

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life
from pulumi_resource_dataworks.openapi import Client, JobStatus, Settings, wait_for_job

_TRIALS = 4000
_SPREAD = 0.25
_LATENCY = 0.05
"""Seconds that a poll takes, half of them before the service looks."""
_NODE = 1.2
"""Seconds that a node lets expect."""


@dataclass
class _Time:
    """A clock that is never waited for: there is one sleeper, as these waits have no deadline."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def utcnow(self) -> datetime:
        return datetime.fromtimestamp(self.now, tz=timezone.utc)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class _Job:
    """A job that ends at a known time."""

    clock: _Time
    ends: float
    polls: int = 0

    async def get_job_status(self, job_id: str) -> JobStatus:
        self.polls += 1
        self.clock.now += _LATENCY / 2
        status = "Success" if self.clock.now >= self.ends else "Running"
        self.clock.now += _LATENCY / 2
        return JobStatus(job_id=job_id, status=status)


def rows() -> list[Row]:
    """Both lengths of job, simulated, and a short one for real."""
    short, long = asyncio.run(_simulated(2, 0.7)), asyncio.run(_simulated(30, 1.5))
    return [*short, *long, asyncio.run(_real())]


async def _simulated(seconds: float, goal: float) -> list[Row]:
    dice = random.Random(20240518)
    waits: list[float] = []
    polls: list[int] = []
    for _ in range(_TRIALS):
        # The job's nodes let expect `seconds`; it lasts that, more or less.
        clock = _Time(dice.uniform(0, 1000))
        job = _Job(clock, clock.now + seconds * dice.uniform(1 - _SPREAD, 1 + _SPREAD))
        begin = clock.now
        await wait_for_job(
            job, "1", expected_seconds=seconds, timeout=None, cancelled=asyncio.Event(), clock=clock
        )
        assert clock.now > begin
        waits.append(clock.now - job.ends)
        polls.append(job.polls)
    name = f"{seconds:.0f} s job"
    spread = f"p95 {quantiles(waits, n=20)[-1]:.2f}, max {max(waits):.2f}, n {_TRIALS}"
    return [
        Row(f"{name}: mean wait after its end", mean(waits), "s", spread, goal),
        Row(f"{name}: mean number of polls", mean(polls), "polls", f"max {max(polls)}"),
    ]


async def _real() -> Row:
    """A job of two nodes that lasts 2 s, through HTTP, at the default pace of calls."""
    with EmulatorServer(Emulator(job_life=Life("seconds", 2))) as server:
        account = server.emulator.account
        config = {
            "endpoint": server.endpoint,
            "accessKey": account.access_key,
            "secretKey": account.secret_key,
        }
        client = Client(Settings.from_config(config, {}))
        try:
            job = await client.import_workflow_definition(server.emulator.project.project_id, SMALL)
            begin = time.monotonic()
            await wait_for_job(
                client, job.id, expected_seconds=2 * _NODE, timeout=30, cancelled=asyncio.Event()
            )
            wait = time.monotonic() - begin - 2
        finally:
            await client.aclose()
        polls = server.emulator.count("GetJobStatus")
    return Row("2 s job of 2 nodes, really: wait after its end", wait, "s", f"{polls} polls, n 1", 0.7)
