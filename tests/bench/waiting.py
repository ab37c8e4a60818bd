"""How long a step goes on after its job has ended, and how often it asks."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from statistics import mean

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life
from pulumi_resource_dataworks.openapi import Client, Settings, wait_for_job
from tests.bench.provider import SMALL
from tests.bench.table import Row
from tests.support.services import (
    LATENCY,
    PHASES,
    SECONDS_PER_NODE,
    SPREAD,
    Waits,
    measure,
    measure_learnt,
)

_GOALS = {1: 0.5, 3: 0.7, 25: 1.5, 100: 4.0}
"""Seconds by number of nodes, for jobs that last as expected."""
_OTHERS = ((3, 60), (3, 480), (25, 15), (100, 60), (100, 480))
"""Numbers of nodes, and seconds that nothing lets expect."""
_RUNS = 10
"""Of a workflow, of which all but the first know how long the earlier ones took."""


def rows() -> list[Row]:
    """Jobs as long as expected and others, simulated, and a short one for real."""
    return asyncio.run(_rows())


def peers() -> list[Row]:
    """The same jobs, as long as expected, with the schedules of others."""
    return asyncio.run(_peers())


def _terraform() -> Iterator[float]:
    """terraform-provider-alicloud 81c43b672, which pulumi-alicloud 9d2b1e47cc bridges: a delay of 10 s, and pauses of 3 s that double up to 10 s."""
    return itertools.chain((10.0, 13.0, 19.0), itertools.count(29.0, 10.0))


def _skill_cli() -> Iterator[float]:
    """The vendor's skill (deploy guide, version 0.0.1, c3357ad5), with the CLI: 60 polls, 5 s after each."""
    return itertools.count(0.0, 5.0)


def _skill_sdk() -> Iterator[float]:
    """The same, with the SDK: 60 times 3 s and a poll."""
    return itertools.count(3.0, 3.0)


_PEERS: dict[str, Callable[[], Iterator[float]]] = {
    "terraform-provider-alicloud, pulumi-alicloud": _terraform,
    "the vendor's skill, CLI": _skill_cli,
    "the vendor's skill, SDK": _skill_sdk,
}


async def _peers() -> list[Row]:
    found: list[Row] = []
    for nodes in (3, 25, 100):
        length = SECONDS_PER_NODE * nodes
        ours = {"first run": await measure(nodes, length), "later runs": await _later(nodes, length)}
        theirs = {name: _polled(times, length) for name, times in _PEERS.items()}
        found += [
            Row(
                f"{nodes} nodes, {name}: mean wait after its end",
                waits.mean,
                "s",
                f"mean {waits.mean_polls:.1f} polls",
            )
            for name, waits in {**ours, **theirs}.items()
        ]
    return found


def _polled(schedule: Callable[[], Iterator[float]], length: float) -> Waits:
    """Waits as `measure` has them, with polls at given times."""
    waits = Waits([], [])
    for phase in range(PHASES):
        ends = length * (1 - SPREAD + 2 * SPREAD * (phase + 0.5) / PHASES)
        polls, now = 0, 0.0
        for due in schedule():
            now, polls = max(now, due) + LATENCY, polls + 1
            if now - LATENCY / 2 >= ends:
                break
        waits.seconds.append(now - ends)
        waits.polls.append(polls)
    return waits


async def _later(nodes: int, length: float) -> Waits:
    _, *later = await measure_learnt(nodes, length, _RUNS)
    return Waits([one for run in later for one in run.seconds], [one for run in later for one in run.polls])


async def _learnt(nodes: int) -> list[Row]:
    """Runs that know of earlier ones, beside a guess that is right in the mean."""
    length = SECONDS_PER_NODE * nodes
    guessed, later = await measure(nodes, length), await _later(nodes, length)
    _, second, *_ = await measure_learnt(nodes, length, _RUNS)
    _, same, *_ = await measure_learnt(nodes, length, _RUNS, spread=0.0)
    return [
        Row(
            f"{nodes} nodes, runs 2 to {_RUNS}: mean wait to that of the first",
            later.mean / guessed.mean,
            "x",
            f"{later.mean:.2f} s to {guessed.mean:.2f} s; run 2 alone {second.mean / guessed.mean:.2f}",
            0.5,
        ),
        Row(
            f"{nodes} nodes, runs 2 to {_RUNS}: mean polls to those of the first",
            later.mean_polls / guessed.mean_polls,
            "x",
            f"{later.mean_polls:.1f} to {guessed.mean_polls:.1f}; most {max(later.polls)} to {max(guessed.polls)}",
            1.0,
        ),
        Row(f"{nodes} nodes, run 2, always as long: mean wait", mean(same.seconds), "s"),
    ]


async def _rows() -> list[Row]:
    found: list[Row] = []
    for nodes, goal in _GOALS.items():
        found += await _simulated(nodes, SECONDS_PER_NODE * nodes, goal, polls=15)
    for nodes, seconds in _OTHERS:
        found += await _simulated(nodes, seconds, seconds / 10, polls=40)
    for nodes in (25, 100):
        found += await _learnt(nodes)
    return [*found, await _real()]


async def _simulated(nodes: int, seconds: float, goal: float, polls: int) -> list[Row]:
    waits = await measure(nodes, seconds)
    name = f"{nodes} nodes, job of {seconds:g} s +- 25 %"
    spread = f"p95 {waits.p95:.2f}, max {max(waits.seconds):.2f}, n {len(waits.seconds)}"
    return [
        Row(f"{name}: mean wait after its end", waits.mean, "s", spread, goal),
        Row(f"{name}: most polls", max(waits.polls), "polls", f"mean {waits.mean_polls:.1f}", polls),
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
