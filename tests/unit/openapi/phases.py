"""Jobs that end at a hundred evenly spread moments, waited for by a clock that nobody has to wait for."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timezone
from statistics import mean, quantiles

from pulumi_resource_dataworks.openapi import JobStatus, wait_for_job

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
    def p95(self) -> float:
        return quantiles(self.seconds, n=20)[-1]


async def measure(nodes: int, length: float) -> Waits:
    """Waits for jobs that last ``length`` seconds, a quarter more or less, of workflows of so many nodes."""
    found = Waits([], [])
    for phase in range(PHASES):
        share = 1 - SPREAD + 2 * SPREAD * (phase + 0.5) / PHASES
        clock = _Time()
        job = _Job(clock, ends=length * share)
        await wait_for_job(
            job,
            "1",
            expected_seconds=SECONDS_PER_NODE * nodes,
            timeout=None,
            cancelled=asyncio.Event(),
            clock=clock,
        )
        found.seconds.append(clock.now - job.ends)
        found.polls.append(job.polls)
    return found


@dataclass
class _Time:
    """There is one sleeper, as these waits have no deadline."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def utcnow(self) -> datetime:
        return datetime.fromtimestamp(self.now, tz=timezone.utc)

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
