"""How long a step goes on after its job has ended, and how often it asks."""

from __future__ import annotations

import asyncio
import time

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life
from pulumi_resource_dataworks.openapi import Client, Settings, wait_for_job
from tests.bench.provider import SMALL
from tests.bench.table import Row
from tests.support.services import SECONDS_PER_NODE, measure

_GOALS = {1: 0.5, 3: 0.7, 25: 1.5, 100: 4.0}
"""Seconds by number of nodes, for jobs that last as expected."""
_OTHERS = ((3, 60), (3, 480), (25, 15), (100, 60), (100, 480))
"""Numbers of nodes, and seconds that nothing lets expect."""


def rows() -> list[Row]:
    """Jobs as long as expected and others, simulated, and a short one for real."""
    return asyncio.run(_rows())


async def _rows() -> list[Row]:
    found: list[Row] = []
    for nodes, goal in _GOALS.items():
        found += await _simulated(nodes, SECONDS_PER_NODE * nodes, goal, polls=15)
    for nodes, seconds in _OTHERS:
        found += await _simulated(nodes, seconds, seconds / 10, polls=40)
    return [*found, await _real()]


async def _simulated(nodes: int, seconds: float, goal: float, polls: int) -> list[Row]:
    waits = await measure(nodes, seconds)
    name = f"{nodes} nodes, job of {seconds:g} s +- 25 %"
    spread = f"p95 {waits.p95:.2f}, max {max(waits.seconds):.2f}, n {len(waits.seconds)}"
    mean = sum(waits.polls) / len(waits.polls)
    return [
        Row(f"{name}: mean wait after its end", waits.mean, "s", spread, goal),
        Row(f"{name}: most polls", max(waits.polls), "polls", f"mean {mean:.1f}", polls),
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
                client, job.id, expected_seconds=2 * SECONDS_PER_NODE, timeout=30, cancelled=asyncio.Event()
            )
            wait = time.monotonic() - begin - 2
        finally:
            await client.aclose()
        polls = server.emulator.count("GetJobStatus")
    return Row("2 s job of 2 nodes, really: wait after its end", wait, "s", f"{polls} polls, n 1", 0.7)
