"""WorkflowRun after a failure, a stop, a kill or a lost answer: what the next step runs, and what it goes on with."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.emulator import Fault, ScriptedTask, TaskLife
from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Change,
    HalfDoneError,
    RefusedError,
    secret,
)
from tests.support.messages import Messages
from tests.support.runs import URN, Running, left

CREATE = "CreateWorkflowInstances"


@pytest.fixture
async def run() -> Running:
    return await Running.with_production()


async def test_a_run_that_failed_is_run_again(run: Running, messages: Messages) -> None:
    run.fails("load")
    with pytest.raises(HalfDoneError) as error:
        await run.run(businessDates=["2024-12-01"])
    state = left(error.value, run.news(businessDates=["2024-12-01"]))
    assert run.runs.diff(URN, Change(*state, state[1])).changes == {"workflowId": "update"}
    foreseen = await run.again(state, run.context(URN, preview=True))
    assert foreseen[2]["status"] is UNKNOWN
    assert foreseen[2]["runName"] == state[2]["runName"]
    messages(run.report.texts("info"))
    state = await run.again(state)
    assert (state[2]["status"], len(run.instances)) == ("Success", 2)
    assert state[2]["instanceIds"] == [str(run.instances[1].instance_id)]


@pytest.mark.parametrize("stop", [True, False])
async def test_an_interrupted_step_stops_the_instances_where_asked(
    run: Running, stop: bool, messages: Messages
) -> None:
    run.report.on_status = lambda text: run.cancelled.set() if text.startswith("1 of 6") else None
    with pytest.raises(HalfDoneError) as error:
        await run.run(stopOnCancel=stop)
    messages(error.value)
    assert [one.stopped is not None for one in run.instances] == [stop] * 3
    assert error.value.outputs["status"] == ("Stopped" if stop else "Running")
    run.cancelled.clear()
    run.report.on_status = lambda _: None
    state = await run.again(left(error.value, run.news(stopOnCancel=stop)))
    assert state[2]["status"] == "Success"
    assert len(run.instances) == (6 if stop else 3)


async def test_what_has_ended_is_not_stopped_and_does_not_run_again(run: Running) -> None:
    run.report.on_status = lambda text: run.cancelled.set() if text.startswith("3 of 6") else None
    with pytest.raises(HalfDoneError, match="runs 2 of 3 dates again") as error:
        await run.run(stopOnCancel=True)
    [stop] = [call for call in run.emulator.calls if call.action == "StopWorkflowInstances"]
    first, *others = [one.instance_id for one in run.instances]
    assert json.loads(stop.params["Ids"]) == others
    run.cancelled.clear()
    run.report.on_status = lambda _: None
    state = await run.again(left(error.value, run.news(stopOnCancel=True)))
    assert [one.date for one in run.instances[3:]] == ["2024-12-02", "2024-12-03"]
    assert state[2]["instanceIds"][0] == str(first)


async def test_a_task_that_fails_early_is_reported_at_once(run: Running, messages: Messages) -> None:
    run.fails("extract", date="2024-12-01")
    with pytest.raises(HalfDoneError):
        await run.run()
    messages(run.report.warnings)
    assert run.report.reported.index(("warning", run.report.warnings[0])) < len(run.report.reported) - 3


async def test_a_stop_that_does_not_succeed_is_said(run: Running, messages: Messages) -> None:
    run.report.on_status = lambda text: run.cancelled.set() if text.startswith("1 of 6") else None
    run.emulator.add_fault(Fault("StopWorkflowInstances", status=403, code="NoPermission"))
    with pytest.raises(HalfDoneError) as error:
        await run.run(stopOnCancel=True)
    assert error.value.outputs["status"] == "Running"
    messages(error.value)


async def test_a_step_whose_time_is_up_goes_on_in_the_next(run: Running, messages: Messages) -> None:
    with pytest.raises(HalfDoneError) as error:
        await run.run(run.context(URN, timeout=30))
    messages(error.value)
    state = await run.again(left(error.value, run.news()))
    assert (state[2]["status"], len(run.instances)) == ("Success", 3)
    assert run.emulator.count(CREATE) == 1


async def test_a_day_is_enough_for_a_run(run: Running) -> None:
    run.emulator.scheduler.life = TaskLife(3 * 3600)
    _, _, outputs = await run.run()
    assert outputs["status"] == "Success"
    assert run.emulator.count("ListTaskInstances") < 18 * 65


@pytest.mark.parametrize("settings", [{}, {"instance_name": "of_the_workflow"}])
async def test_what_a_killed_step_has_begun_is_gone_on_with(run: Running, settings: dict[str, Any]) -> None:
    task = asyncio.ensure_future(run.run())

    def kill(text: str) -> None:
        if text.startswith("0 of 6"):
            task.cancel()

    run.report.on_status = kill
    await asyncio.gather(task, return_exceptions=True)
    run.report.on_status = lambda _: None
    run.emulator.switch(**settings)
    _, _, outputs = await run.run()
    again = len(settings)  # nothing shows whose run it is
    assert outputs["instanceIds"] == [str(one.instance_id) for one in run.instances][again * 3 :]
    assert run.emulator.count(CREATE) == 1 + again


async def test_without_a_state_nothing_is_gone_on_with(run: Running) -> None:
    with pytest.raises(HalfDoneError) as error:
        await run.run(run.context(URN, timeout=30))
    await run.run(run.context(URN, stateless=True))
    assert run.emulator.count(CREATE) == 2
    other = run.news(parallelism=2)
    with pytest.raises(RefusedError, match="with another parallelism"):
        await run.runs.update(
            run.context(URN, stateless=True), Change(error.value.id, run.news(), error.value.outputs, other)
        )


@pytest.mark.parametrize("switches", [{}, {"instances_of_date": "two"}])
async def test_what_has_ended_after_a_kill_is_not_run_twice(
    run: Running, switches: dict[str, Any], messages: Messages
) -> None:
    run.emulator.switch(**switches)
    first = (await run.run())[2]
    run.report.reported.clear()
    assert (await run.run())[2] == first
    assert run.emulator.count(CREATE) == 1
    messages(run.report.warnings)


async def test_without_a_state_what_has_failed_runs_again_and_nothing_else(
    run: Running, messages: Messages
) -> None:
    run.fails("load", date="2024-12-02")
    with pytest.raises(HalfDoneError) as error:
        await run.run()
    run.report.reported.clear()
    run.emulator.add_fault(Fault(CREATE, when="after", reset=True))
    _, _, outputs = await run.run()
    assert [one.date for one in run.instances[3:]] == ["2024-12-02"]
    assert set(outputs["instanceIds"]) == {
        *error.value.outputs["instanceIds"],
        str(run.instances[3].instance_id),
    } - {str(run.instances[1].instance_id)}
    assert (outputs["status"], outputs["nodeStatuses"]["load"]) == ("Success", "Success")
    messages(run.report.warnings)


async def test_back_to_an_earlier_request_is_another_run(run: Running) -> None:
    """The state names what replaced it: what ended before that is no news."""
    state = await run.run(triggers=["a"])
    for trigger in ("b", "a"):
        news = run.news(triggers=[trigger])
        assert run.runs.diff(URN, Change(*state, news)).replaces == ["triggers"]
        state = await run.run(triggers=[trigger])
    assert (run.emulator.count(CREATE), len(run.instances)) == (3, 9)
    assert state[2]["instanceIds"] == [str(one.instance_id) for one in run.instances[6:]]


async def test_a_run_with_another_secret_does_not_go_on_with_the_old_one(run: Running) -> None:
    """Their names are the same, as a name says nothing of a secret."""
    old: dict[str, Any] = {"parameters": secret({"password": "a"})}
    with pytest.raises(HalfDoneError) as error:
        await run.run(run.context(URN, timeout=30, secret=True), **old)
    state, new = left(error.value, run.news(**old)), {"parameters": secret({"password": "b"})}
    assert run.runs.diff(URN, Change(*state, run.news(**new))).replaces == ["parameters"]
    await run.run(run.context(URN, secret=True), **new)
    assert [one.parameters for one in run.instances] == ["password=a"] * 3 + ["password=b"] * 3


async def test_a_run_whose_last_date_ends_first_is_gone_on_with(run: Running) -> None:
    for name in ("extract", "load"):
        run.emulator.scheduler.script(ScriptedTask(200, name=name, date="2024-12-01"))
    task = asyncio.ensure_future(run.run(parallelism=3))

    def kill(text: str) -> None:
        if text.startswith("4 of 6"):
            task.cancel()

    run.report.on_status = kill
    await asyncio.gather(task, return_exceptions=True)
    run.report.on_status = lambda _: None
    _, _, outputs = await run.run(parallelism=3)
    assert outputs["instanceIds"] == [str(one.instance_id) for one in run.instances]
    assert run.emulator.count(CREATE) == 1


async def test_a_call_that_was_cancelled_is_looked_for_although_its_run_has_ended(run: Running) -> None:
    run.emulator.switch(stale_reads=20)
    await run.clock.sleep(25)

    def cancel(action: str, send: Any) -> httpx.Response:
        answer: httpx.Response = send()
        if action == CREATE:
            run.cancelled.set()
        return answer

    run.transport.on_call = cancel
    with pytest.raises(HalfDoneError) as error:
        await run.run()
    assert (error.value.outputs["status"], "instanceIds" in error.value.outputs) == ("Running", False)
    run.cancelled.clear()
    run.transport.on_call = lambda _, send: send()
    state = await run.again(left(error.value, run.news()))  # at once: no look shows it yet
    assert (state[2]["status"], len(run.instances)) == ("Success", 3)


async def test_a_short_step_does_not_spend_its_time_on_looking(run: Running) -> None:
    """Else no step of this length would ever get to the call."""
    run.emulator.add_fault(Fault(CREATE, when="before", reset=True))
    run.emulator.scheduler.life = TaskLife(1)
    with pytest.raises(HalfDoneError) as error:
        await run.run(run.context(URN, timeout=20))
    state = await run.again(left(error.value, run.news()), run.context(URN, timeout=20))
    assert (state[2]["status"], len(run.instances)) == ("Success", 3)


@pytest.mark.parametrize("order", ["Asc", "Desc"])
async def test_only_the_dates_that_failed_run_again(run: Running, order: str, messages: Messages) -> None:
    for date in ("2024-12-01", "2024-12-03"):
        run.fails("load", date=date)
    with pytest.raises(HalfDoneError) as error:
        await run.run(order=order)
    messages(error.value)
    state = left(error.value, run.news(order=order))
    await run.again(state, run.context(URN, preview=True))
    messages(run.report.texts("info"))
    state = await run.again(state)
    dates = ["2024-12-01", "2024-12-03"]
    assert [one.date for one in run.instances[3:]] == dates[:: 1 if order == "Asc" else -1]
    assert (state[2]["status"], state[2]["nodeStatuses"]["load"]) == ("Success", "Success")
    assert len(state[2]["instanceIds"]) == 3
    assert "__state" not in state[2] or "done" not in state[2]["__state"]
    assert run.runs.diff(URN, Change(*state, state[1])).changes == {}


async def test_more_ranges_than_a_call_takes_are_run_as_a_whole(run: Running) -> None:
    for day in range(1, 17, 2):
        run.fails("load", date=f"2024-12-{day:02}")
    dates = ["2024-12-01/2024-12-16"]
    with pytest.raises(HalfDoneError, match="runs all of it again") as error:
        await run.run(businessDates=dates)
    await run.again(left(error.value, run.news(businessDates=dates)))
    assert len(run.instances) == 32


async def test_an_answer_that_stays_lost_is_looked_for_by_the_next_step(run: Running) -> None:
    run.emulator.add_fault(Fault(CREATE, when="after", reset=True))
    run.emulator.add_fault(Fault("ListWorkflowInstances", nth=3, times=40, status=403, code="NoPermission"))
    with pytest.raises(HalfDoneError) as error:
        await run.run()
    assert "instanceIds" not in error.value.outputs
    run.emulator.clear_faults()
    state = await run.again(left(error.value, run.news()))
    assert (state[2]["status"], run.emulator.count(CREATE)) == ("Success", 1)


async def test_an_operation_that_was_forgotten_is_looked_for_by_its_instances(run: Running) -> None:
    run.emulator.add_fault(Fault("GetCreateWorkflowInstancesResult", status=403, code="NoPermission"))
    with pytest.raises(HalfDoneError) as error:
        await run.run()
    run.emulator.scheduler.operations.clear()
    with pytest.raises(HalfDoneError, match="names no instances of operation") as again:
        await run.again(left(error.value, run.news()))
    state = await run.again(left(again.value, run.news()))
    assert (state[2]["status"], run.emulator.count(CREATE)) == ("Success", 1)
