"""A workflow run, struck at each of its calls, at services that a seed draws: in the end it has run, and once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import HalfDoneError, LifecycleError
from tests.support.deployments import State
from tests.support.runs import Running, left
from tests.support.strikes import cancelled, killed, lost, refused

CALLS = 14
"""More calls than a run takes before its first task is done."""
SETTINGS: dict[str, tuple[Any, ...]] = {
    "instances_made_after": (0, 4),
    "refused_instances": ("at_once", "in_result"),
    "instance_name": ("as_sent",),  # else nothing shows whose run a killed step has left
    "business_dates_in": ("china", "utc", "zone_of_the_workflow"),
    "failed_instance": ("at_end", "at_once"),
    "instances_of_date": ("one", "two"),
    "workflow_of_task": ("own", "one"),
    "stale_reads": (0, 2),
    "not_found_empty": (False, True),
    "ids_on_wire": ("strings", "numbers"),
}


async def attempt(run: Running, state: State | None) -> State | None:
    """One `up`: the state after it, None where there is none."""
    try:
        return await (run.again(state) if state else run.run())
    except HalfDoneError as error:
        return left(error, run.news())
    except (LifecycleError, openapi.DataWorksError, asyncio.CancelledError):
        return state


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("trouble", [lost, refused, cancelled, killed])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
async def test_a_run_gets_to_its_end_and_is_made_once(number: int, trouble: Any, after: bool) -> None:
    chance = random.Random(f"{number} {trouble.__name__} {after}")
    zone = chance.choice(("Pacific/Honolulu", "America/New_York", "Asia/Shanghai", "Pacific/Auckland"))
    trigger = {"type": "Scheduler", "cron": "00 00 02 * * ?", "timezone": zone}
    run = await Running.with_production(trigger=trigger)
    switches = {name: chance.choice(settings) for name, settings in SETTINGS.items()}
    run.emulator.switch(**switches)
    await run.clock.sleep(5)
    run.emulator.gateway.calls.clear()
    count = 0

    def strike(_: str, send: Callable[[], httpx.Response]) -> httpx.Response:
        nonlocal count
        count += 1
        if count == number:
            answer: httpx.Response = trouble(run, send, after=after)
            return answer
        return send()

    run.transport.on_call = strike
    run.task = asyncio.ensure_future(attempt(run, None))
    state = (await asyncio.gather(run.task, return_exceptions=True))[0]
    assert count >= number, "nothing was struck"
    run.transport.on_call = lambda _, send: send()
    run.cancelled.clear()
    await run.clock.sleep(8)  # as long as it takes a person to run `up` again
    state = None if isinstance(state, BaseException) else state
    for _ in range(3):
        if state is None or state[2]["status"] != "Success":
            state = await attempt(run, state)
    assert state is not None
    assert state[2]["status"] == "Success", switches
    assert state[2]["instanceIds"] == [str(one.instance_id) for one in run.instances], switches
    assert len(run.instances) == 3 * (1 + (switches["instances_of_date"] == "two")), switches
