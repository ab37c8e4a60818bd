"""What a step is given from outside: its time, the user's patience, and what it may not quote."""

import asyncio
from typing import Any

import pytest

from pulumi_resource_dataworks.lifecycle import CancelledStepError
from tests.support.definitions import Run, never
from tests.support.messages import Messages


async def answer() -> str:
    return "answer"


def test_a_step_has_half_an_hour_and_more_where_its_nodes_need_it(run: Run) -> None:
    context = run.context()
    assert context.remaining == 1800
    context.expect(300)
    assert context.remaining == 1800
    context.expect(1000)
    assert context.remaining == 6000
    run.clock.now = 6500.0
    assert context.remaining == 0


def test_a_time_that_the_user_has_set_is_the_steps_time(run: Run) -> None:
    context = run.context(timeout=7.0)
    context.expect(1000)
    assert context.remaining == 7
    run.clock.now = 3.0
    assert context.remaining == 4


async def test_what_the_service_answers_is_the_answer(run: Run) -> None:
    assert await run.context().race(answer()) == "answer"


async def test_a_stopped_run_asks_nothing_more(run: Run, messages: Messages) -> None:
    run.cancelled.set()
    with pytest.raises(CancelledStepError) as refused:
        await run.context().race(never())
    messages(refused.value)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_call_is_given_up_when_the_time_is_up(run: Run, messages: Messages) -> None:
    with pytest.raises(CancelledStepError) as refused:
        await run.context(timeout=0.01).race(never())
    messages(refused.value)
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("step", ["ask", "pause"])
async def test_a_cancel_is_heard_in_the_middle(run: Run, step: str, messages: Messages) -> None:
    context: Any = run.context()
    waiting = asyncio.ensure_future(context.race(never()) if step == "ask" else context.pause(50))
    await asyncio.sleep(0)
    run.cancelled.set()
    with pytest.raises(CancelledStepError) as refused:
        await waiting
    messages(refused.value)
    assert run.clock.now == 0
