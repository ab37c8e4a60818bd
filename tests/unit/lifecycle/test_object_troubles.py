"""A node, a function and a file, struck at each of their calls, at services that a seed draws: in the end each is there once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.support.deployments import State, Values
from tests.support.objects import SCRIPT, Studio, file, function, node_document
from tests.support.strikes import cancelled, killed, lost, refused
from tests.support.switches import OF_OBJECTS

GIVEN: dict[str, tuple[Values, Values]] = {
    "Node": (
        {"spec": node_document()},
        {
            "spec": node_document(
                name="sweep", script={**SCRIPT, "path": "tidy/sweep", "content": "SELECT 2;"}
            )
        },
    ),
    "Function": (function(), function(name="hide", path="tidy/hide", className="masking.Hide")),
    "FileResource": (
        file(),
        file(name="hiding.py", path="tidy/hiding.py", contentUrl="https://b.oss.example/hiding.py"),
    ),
}
"""What is declared at first, and then: another name, another folder, and something else."""
SETTINGS: dict[str, tuple[Any, ...]] = {
    "object_ids": ("replaced", "kept"),
    "taken_name": ("refused", "refused_in_folder", "accepted"),
    "null_in_update": ("clears", "ignored"),
    "node_dependencies": ("kept", "dropped_at_create"),
    "delete_in_use": ("accepted", "refused"),
    "stale_reads": (0, 2),
    "not_found_empty": (False, True),
    "ids_on_wire": ("strings", "numbers"),
    "read_back_noise": ("usual", "worst"),
}
CREATE_CALLS, UPDATE_CALLS = 3, 6


def service(seed: str, resource: str) -> tuple[Studio, Values]:
    """A run at a service with settings that a seed draws."""
    run, chance = Studio(resource=resource), random.Random(seed)
    switches = {name: chance.choice(settings) for name, settings in SETTINGS.items()}
    run.emulator.switch(**switches)
    return run, switches


async def strike(
    run: Studio, state: State | None, number: int, trouble: Any, after: bool, given: Values
) -> State | None:
    """An `up` whose call with this number is struck; the state after it."""
    count = 0

    def on_call(_: str, send: Callable[[], httpx.Response]) -> httpx.Response:
        nonlocal count
        count += 1
        if count != number:
            return send()
        answer: httpx.Response = trouble(run, send, after=after)
        return answer

    run.transport.on_call = on_call
    run.task = asyncio.ensure_future(run.attempt(state, **given))
    found = (await asyncio.gather(run.task, return_exceptions=True))[0]
    run.transport.on_call = lambda _, send: send()
    assert count >= number, "nothing was struck"
    await run.clock.sleep(8)  # as long as it takes a person to run `up` again
    run.next_run()
    return state if isinstance(found, BaseException) else found


async def settle(run: Studio, state: State | None, given: Values) -> State:
    """The next runs, up to three."""
    for _ in range(3):
        state = await run.attempt(state, **given)
        await run.clock.sleep(8)
        run.next_run()
    assert state is not None
    return state


def is_right(run: Studio, state: State, name: str) -> None:
    [held] = run.held()
    assert held["name"] == name
    assert state[2][run.steps.kind.id_output] == held["id"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("trouble", [lost, refused, cancelled, killed])
@pytest.mark.parametrize("number", range(1, CREATE_CALLS + 1))
@pytest.mark.parametrize("resource", GIVEN)
async def test_it_is_created_once(resource: str, number: int, trouble: Any, after: bool) -> None:
    run, switches = service(f"create {resource} {number} {trouble.__name__} {after}", resource)
    given = GIVEN[resource][0]
    state = await settle(run, await strike(run, None, number, trouble, after, given), given)
    is_right(run, state, str(given.get("name", "vacuum")))
    before = len(run.emulator.calls)
    assert await run.up(state, **given) == state
    assert len(run.emulator.calls) == before, switches
    read = await run.refreshed(state)
    assert read is not None
    assert read[1] == state[1], switches


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("trouble", [lost, refused, cancelled, killed])
@pytest.mark.parametrize("number", range(1, UPDATE_CALLS + 1))
@pytest.mark.parametrize("resource", GIVEN)
async def test_it_becomes_what_is_declared(resource: str, number: int, trouble: Any, after: bool) -> None:
    run, switches = service(f"update {resource} {number} {trouble.__name__} {after}", resource)
    first, then = GIVEN[resource]
    state = await run.up(None, **first)
    own = run.held()[0]["id"]
    await run.clock.sleep(8)
    run.next_run()
    state = await settle(run, await strike(run, state, number, trouble, after, then), then)
    is_right(run, state, str(then.get("name", "sweep")))
    held = run.held()[0]
    assert (held["id"], held["script"]["path"].rpartition("/")[0]) == (own, "tidy"), switches
    if resource == "Node":
        assert held["script"]["content"] == "SELECT 2;", switches
    if resource == "Function":
        assert held["className"] == "masking.Hide", switches
    await run.gone(state)
    assert run.held() == []


def test_every_switch_of_objects_is_turned() -> None:
    assert set(OF_OBJECTS) <= set(SETTINGS)
