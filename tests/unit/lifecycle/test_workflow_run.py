"""WorkflowRun: what runs, how it is seen to its end, what fails, inputs."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.emulator import Fault
from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Change,
    HalfDoneError,
    LifecycleError,
    secret,
)
from pulumi_resource_dataworks.lifecycle._workflow_run_state import WorkflowRunInputs
from tests.support.deployments import PROJECT, WORKFLOW, document
from tests.support.messages import Messages
from tests.support.runs import URN, Running, left

CREATE = "CreateWorkflowInstances"


@pytest.fixture
async def run() -> Running:
    return await Running.with_production()


async def test_a_backfill_runs_each_date(run: Running, messages: Messages) -> None:
    resource_id, _, outputs = await run.run()
    assert [one.date for one in run.instances] == ["2024-12-01", "2024-12-02", "2024-12-03"]
    assert outputs["instanceIds"] == [str(one.instance_id) for one in run.instances]
    assert (outputs["status"], outputs["nodeStatuses"]) == (
        "Success",
        {"extract": "Success", "load": "Success"},
    )
    assert outputs["started"] < outputs["finished"]
    assert resource_id == f"{PROJECT}/{outputs['runName']}"
    assert {one.name for one in run.instances} == {outputs["runName"]}
    messages(run.report.texts("status"))


async def test_a_backfill_takes_few_calls(run: Running) -> None:
    await run.run()
    counts = run.counts()
    polls = counts.pop("ListTaskInstances")
    assert counts == {
        "GetWorkflowDefinition": 1,
        "ListTasks": 1,
        "ListWorkflowInstances": 2,
        CREATE: 1,
        "GetCreateWorkflowInstancesResult": 1,
        "GetWorkflowInstance": 6,
    }
    assert polls == 21  # of a minute, as each date's last look is counted


async def sent(run: Running, **more: Any) -> dict[str, Any]:
    """What a run asks for, its JSON read."""
    await run.run(**more)
    [call] = [one for one in run.emulator.calls if one.action == CREATE]
    texts = {"DefaultRunProperties", "Periods", "TaskParameters"}
    return {key: json.loads(text) if key in texts else text for key, text in call.params.items()}


async def test_what_a_backfill_asks_for(run: Running) -> None:
    times = {"startTime": "00:00:00", "endTime": "11:59:59"}
    more: dict[str, Any] = {"nodes": ["load"], "parallelism": 3, "order": "Desc", **times}
    asked = await sent(run, nodeParameters={"load": "dt=$bizdate x"}, parameters={"a": "1", "b": "2"}, **more)
    [load] = [task.task_id for task in run.instances[0].tasks]
    assert asked["DefaultRunProperties"] == {
        "Mode": "ManualSelection",
        "Parallelism": 3,
        "Order": "Desc",
        "Analysis": {"Enabled": False, "Blocked": False},
        "RootTaskIds": [load],
    }
    dates = [{"StartBizDate": "2024-12-01", "EndBizDate": "2024-12-03"}]
    assert asked["Periods"] == {"BizDates": dates, "StartTime": "00:00:00", "EndTime": "11:59:59"}
    assert (asked["WorkflowParameters"], asked["TaskParameters"]) == ("a=1 b=2", {str(load): "dt=$bizdate x"})
    assert asked["WorkflowId"] == str(run.emulator.workflow(WORKFLOW).scheduling_id)
    assert (asked["Type"], asked["EnvType"]) == ("SupplementData", "Prod")
    assert asked["Comment"] == "Run by Pulumi: refill"


async def test_a_backfill_without_parameters_is_of_scheduled_tasks(run: Running) -> None:
    assert (await sent(run, excludeNodes=["load"]))["WorkflowId"] == "1"
    assert [task.name for task in run.instances[0].tasks] == ["extract"]


@pytest.mark.parametrize("dates", [None, ["2024-12-24"]])
@pytest.mark.parametrize("kind", ["ManualWorkflow", "TriggerWorkflow"])
async def test_a_workflow_without_a_schedule_runs_by_its_id(
    run: Running, kind: str, dates: list[str] | None
) -> None:
    root = document("6000000000000000001", "by_hand", dependencies=[]) | {"kind": kind}
    await run.put(root)
    run.emulator.deploy("6000000000000000001")
    more = {
        "workflowId": "6000000000000000001",
        "priority": 7,
        "nodes": ["extract"],
        "parameters": {"a": "x=y"},
    }
    asked = await sent(run, businessDates=dates, **more)
    [instance] = run.instances
    assert instance.date == (dates or ["2025-01-01"])[0]
    assert asked["Type"] == kind
    assert asked["WorkflowId"] == str(instance.workflow_id) != "1"
    [extract] = [task.task_id for task in instance.tasks]
    assert asked["DefaultRunProperties"] == {"IncludeTaskIds": [extract], "Priority": 7}
    assert asked["WorkflowParameters"] == ('{"a": "x=y"}' if kind == "ManualWorkflow" else "a=x=y")


async def test_a_smoke_test_runs_in_development(run: Running) -> None:
    asked = await sent(run, type="SmokeTest", businessDates=["2024-12-01"])
    assert (asked["EnvType"], asked["WorkflowId"]) == ("Dev", "1")
    assert set(asked["DefaultRunProperties"]) == {"RootTaskIds"}


async def test_parameters_of_a_smoke_test_name_the_workflow(run: Running) -> None:
    """Without that they have no effect, as the SDK says."""
    asked = await sent(run, type="SmokeTest", parameters={"a": "1"}, nodes=["load", "load"])
    assert (asked["WorkflowId"], asked["WorkflowParameters"]) == (str(run.instances[0].workflow_id), "a=1")
    assert len(asked["DefaultRunProperties"]["RootTaskIds"]) == 1


async def test_a_smoke_test_needs_no_deployment(run: Running, messages: Messages) -> None:
    await run.put(document("6000000000000000001", "draft", dependencies=[]))
    draft: dict[str, Any] = {
        "type": "SmokeTest",
        "workflowId": "6000000000000000001",
        "businessDates": ["2024-12-01"],
    }
    with pytest.raises(LifecycleError) as error:  # both workflows have nodes of these names
        await run.run(**draft)
    run.emulator.remove(WORKFLOW)
    await run.run(**draft)
    assert [one.environment for one in run.instances] == ["Dev"]
    run.emulator.switch(dev_tasks="after_dev_stage")
    with pytest.raises(LifecycleError):
        await run.run(**draft, triggers=[1])
    messages(error.value)


@pytest.mark.parametrize(
    "switches",
    [
        {"workflow_of_task": "one"},
        {"scheduling_id_shown": False},
        {"workflow_of_task": "one", "ids_on_wire": "numbers"},
        {"instances_made_after": 30},
        {"stale_reads": 3},
        {"failed_instance": "at_once"},
        {"business_dates_in": "utc"},
        {"instance_name": "of_the_workflow"},
        {"refused_instances": "in_result"},
        {"instances_of_date": "two"},
    ],
)
async def test_a_backfill_runs_once_at_every_service(run: Running, switches: dict[str, Any]) -> None:
    run.emulator.switch(**switches)
    await run.clock.sleep(5)
    _, _, outputs = await run.run()
    assert (outputs["status"], len({one.date for one in run.instances})) == ("Success", 3)
    assert run.emulator.count(CREATE) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"business_dates_in": "utc"},
        {"instance_name": "of_the_workflow"},
        {"instances_made_after": 30},
        {"stale_reads": 3},
    ],
)
async def test_a_lost_answer_makes_no_second_run(run: Running, when: Any, switches: dict[str, Any]) -> None:
    run.emulator.switch(**switches)
    await run.clock.sleep(5)
    run.emulator.add_fault(Fault(CREATE, when=when, reset=True))
    _, _, outputs = await run.run()
    assert outputs["instanceIds"] == [str(one.instance_id) for one in run.instances]
    assert (outputs["status"], len(run.instances)) == ("Success", 3)


@pytest.mark.parametrize("hour", [3, 17])  # at 17:00 in UTC China has the next day
@pytest.mark.parametrize("zone", ["china", "utc"])
@pytest.mark.parametrize("setting", ["yesterday", "today"])
async def test_a_lost_answer_is_looked_for_where_no_date_is_given(
    run: Running, setting: str, zone: str, hour: int
) -> None:
    run.emulator.switch(default_business_date=setting, business_dates_in=zone)
    await run.clock.sleep((hour - 3) * 3600)
    await run.put(document("6000000000000000001", "by_hand", dependencies=[]) | {"kind": "ManualWorkflow"})
    run.emulator.deploy("6000000000000000001")
    run.emulator.add_fault(Fault(CREATE, when="after", reset=True))
    await run.run(workflowId="6000000000000000001", businessDates=None)
    assert len(run.instances) == 1


@pytest.mark.parametrize("setting", ["at_end", "at_once"])
async def test_a_failed_task_shows_the_end_of_its_log(run: Running, setting: str, messages: Messages) -> None:
    run.emulator.switch(failed_instance=setting)
    log = "\n".join(["one", *(f"step {number} \x1b[31mred" for number in range(20)), "ParseException"])
    run.fails("load", log, date="2024-12-02")
    with pytest.raises(HalfDoneError) as error:
        await run.run(parallelism=2)
    outputs = error.value.outputs
    assert (outputs["status"], outputs["nodeStatuses"]) == (
        "Failure",
        {"extract": "Success", "load": "Failure"},
    )
    assert len(outputs["instanceIds"]) == 3
    assert "step 10" not in str(error.value)
    messages(error.value)


async def test_of_two_tasks_that_fail_at_once_one_is_shown(run: Running) -> None:
    run = await Running.with_production(dependencies=[])
    for name in ("extract", "load"):
        run.fails(name)
    with pytest.raises(HalfDoneError, match="failed for 2024-12-01, and 1 more, with 2 of 2 done"):
        await run.run(businessDates=["2024-12-01"])


async def test_a_colleague_s_run_is_not_taken_for_a_lost_one(run: Running) -> None:
    def lose(action: str, send: Any) -> httpx.Response:
        if action != CREATE:
            answer: httpx.Response = send()
            return answer
        run.transport.on_call = lambda _, again: again()
        send()
        run.instances[-1].name = run.instances[-2].name = run.instances[-3].name = "by hand"
        raise httpx.ReadError("reset")

    run.transport.on_call = lose
    _, _, outputs = await run.run()
    assert outputs["instanceIds"] == [str(one.instance_id) for one in run.instances[3:]]


async def test_what_still_runs_beside_a_failed_task_is_waited_for(run: Running) -> None:
    run = await Running.with_production(dependencies=[])
    run.emulator.switch(failed_instance="at_once")
    run.fails("extract")
    with pytest.raises(HalfDoneError) as error:
        await run.run(businessDates=["2024-12-01"])
    assert error.value.outputs["nodeStatuses"] == {"extract": "Failure", "load": "Success"}


async def test_a_thousand_dates_and_a_log_of_megabytes_are_reported_in_few_words(run: Running) -> None:
    log = "\n".join(["x" * 5_000_000, *("y" * 100_000 for _ in range(30))])
    run.fails("load", log, date="2024-09-26")
    with pytest.raises(HalfDoneError) as error:
        await run.run(businessDates=["2022-01-01/2024-09-26"], parallelism=10)
    assert len(str(error.value)) < 11_000
    assert re.search(r"\(task instance \d+; workflow instance \d+\)$", str(error.value))
    reported = run.report.texts("status")
    assert max(map(len, reported)) < 50
    assert len(reported) < 100  # of an hour
    assert len(run.emulator.calls) < 4 * 1000


@pytest.mark.parametrize("fault", [{"status": 403, "code": "NoPermission"}, None])
async def test_a_log_that_is_not_there_is_said(run: Running, fault: Any, messages: Messages) -> None:
    run.fails("extract", "")
    if fault:
        run.emulator.add_fault(Fault("GetTaskInstanceLog", times=9, **fault))
    with pytest.raises(HalfDoneError) as error:
        await run.run()
    messages(error.value)


async def test_with_a_secret_no_word_of_a_log_is_shown(run: Running, messages: Messages) -> None:
    run.fails("load", "SELECT 'hunter2'")
    with pytest.raises(HalfDoneError) as error:
        await run.run(run.context(URN, secret=True), nodeParameters=secret({"load": "password=hunter2"}))
    assert run.emulator.count("GetTaskInstanceLog") == 0
    assert "hunter2" not in str(error.value)
    messages(error.value, run.report.texts("status"))


def test_a_hash_of_a_secret_is_in_no_name() -> None:
    def name(password: str, digest: str = "1:a") -> str:
        return WorkflowRunInputs({"parameters": {"password": password}, "digest": digest}).name(URN)

    assert name(secret("a")) == name(secret("b"))
    assert name("a") != name("b")
    assert name("a", secret("1:a")) == name("a") != name("a", secret("1:b"))


async def test_a_preview_a_refresh_and_a_delete_make_no_call(run: Running, messages: Messages) -> None:
    foreseen = await run.runs.create(run.context(URN, preview=True), run.news())
    assert foreseen == ("", {**run.news(), **dict.fromkeys(foreseen[1].keys() - run.news().keys(), UNKNOWN)})
    assert run.emulator.calls == []
    resource_id, inputs, outputs = await run.run()
    run.emulator.gateway.calls.clear()
    run.emulator.scheduler.forget()
    assert await run.runs.read(run.context(URN), resource_id, inputs, outputs) == (inputs, outputs)
    assert run.runs.diff(URN, Change(resource_id, inputs, outputs, inputs)).changes == {}
    assert await run.runs.update(run.context(URN), Change(resource_id, inputs, outputs, inputs)) == outputs
    await run.runs.delete(run.context(URN), resource_id, outputs)
    assert run.report.texts("info") == []
    await run.runs.delete(run.context(URN), resource_id, {**outputs, "status": "Running"})
    with pytest.raises(LifecycleError) as error:
        await run.runs.read(run.context(URN), "10001/x", {}, {})
    assert run.emulator.calls == []
    messages(error.value, run.report.texts("info"), run=outputs["runName"])


async def test_instances_that_are_gone_before_their_end_was_seen(run: Running, messages: Messages) -> None:
    with pytest.raises(HalfDoneError) as error:
        await run.run(run.context(URN, timeout=30))
    run.emulator.scheduler.forget()
    state = await run.again(left(error.value, run.news()))
    assert state[2]["status"] == "Unknown"
    assert run.runs.diff(URN, Change(*state, state[1])).changes == {}
    messages(run.report.warnings)


async def test_a_lost_connection_while_it_runs_is_no_end(run: Running) -> None:
    def lose(action: str, send: Any) -> httpx.Response:
        if action == "ListTaskInstances" and run.emulator.count(action) == 3:
            run.transport.on_call = lambda _, again: again()
            send()
            raise httpx.ReadError("reset")
        answer: httpx.Response = send()
        return answer

    run.transport.on_call = lose
    _, _, outputs = await run.run()
    assert outputs["status"] == "Success"


async def test_a_service_that_refuses_while_it_runs_is_gone_on_with(run: Running, messages: Messages) -> None:
    run.emulator.add_fault(Fault("ListTaskInstances", nth=3, status=403, code="NoPermission"))
    with pytest.raises(HalfDoneError) as error:
        await run.run()
    messages(error.value)
    state = await run.again(left(error.value, run.news()))
    assert (state[2]["status"], len(run.instances)) == ("Success", 3)
