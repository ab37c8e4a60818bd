"""Runs of workflows, as the vendor's own client makes, follows and stops them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_dataworks_public20240518 import models  # type: ignore[import-untyped]
from alibabacloud_dataworks_public20240518.client import Client  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.exceptions import ClientException  # type: ignore[import-untyped]

from pulumi_resource_dataworks.emulator import Emulator, Project, ScriptedTask, TaskLife, _instances
from tests.support.deployments import PROJECT, WORKFLOW, document

CHAIN = [{"nodeId": "5000000000000000003", "depends": [{"type": "Normal", "output": "5000000000000000002"}]}]
FIRST = 1_761_926_400_000
"""The first millisecond of 2025-11-01 in China."""


@pytest.fixture
def sdk(sdk: Client, emulator: Emulator) -> Client:
    """With a workflow in production whose load waits for its extract; each takes 10 seconds."""
    spec = json.dumps(document(dependencies=CHAIN))
    sdk.import_workflow_definition(models.ImportWorkflowDefinitionRequest(project_id=PROJECT, spec=spec))
    emulator.deploy(WORKFLOW)
    emulator.scheduler.life = TaskLife(10)
    return sdk


def task_ids(sdk: Client, **more: Any) -> dict[str, int]:
    request = models.ListTasksRequest(project_id=PROJECT, **more)
    return {task.name: task.id for task in sdk.list_tasks(request).body.paging_info.tasks}


def backfill(sdk: Client, *ranges: tuple[str, str], **more: Any) -> Any:
    """Makes the instances of a backfill, and gives the result of that."""
    dates = [
        models.CreateWorkflowInstancesRequestPeriodsBizDates(start_biz_date=start, end_biz_date=end)
        for start, end in ranges
    ]
    properties = models.CreateWorkflowInstancesRequestDefaultRunProperties(
        mode="ManualSelection",
        parallelism=more.pop("parallelism", 1),
        order=more.pop("order", "Asc"),
        root_task_ids=more.pop("tasks", None) or list(task_ids(sdk).values()),
        analysis=models.CreateWorkflowInstancesRequestDefaultRunPropertiesAnalysis(
            blocked=False, enabled=False
        ),
    )
    request = models.CreateWorkflowInstancesRequest(
        project_id=PROJECT,
        name="last week",
        type="SupplementData",
        workflow_id=1,
        periods=models.CreateWorkflowInstancesRequestPeriods(biz_dates=dates),
        default_run_properties=properties,
        **more,
    )
    return result(sdk, sdk.create_workflow_instances(request).body.operation_id)


def result(sdk: Client, operation: str) -> Any:
    request = models.GetCreateWorkflowInstancesResultRequest(operation_id=operation)
    return sdk.get_create_workflow_instances_result(request).body.result


def got(sdk: Client, instance: int) -> Any:
    return sdk.get_workflow_instance(models.GetWorkflowInstanceRequest(id=instance)).body.workflow_instance


def statuses(sdk: Client, instance: int, date: int = FIRST) -> dict[str, str]:
    request = models.ListTaskInstancesRequest(
        project_id=PROJECT, bizdate=date, workflow_instance_id=instance, page_size=500
    )
    listed = sdk.list_task_instances(request).body.paging_info.task_instances
    return {task.task_name: task.status for task in listed}


def test_a_backfill_has_an_instance_for_each_date(sdk: Client, emulator: Emulator) -> None:
    made = backfill(sdk, ("2025-11-01", "2025-11-02"), ("2025-11-04", "2025-11-04"))
    assert made.status == "Created"
    first, second, third = (got(sdk, one) for one in made.workflow_instance_ids)
    assert [one.biz_date - FIRST for one in (first, second, third)] == [0, 86_400_000, 3 * 86_400_000]
    assert (first.name, first.type, first.env_type) == ("last week", "SupplementData", "Prod")
    assert statuses(sdk, first.id) == {"extract": "Running", "load": "NotRun"}
    emulator.clock.advance(10)
    assert statuses(sdk, first.id) == {"extract": "Success", "load": "Running"}
    assert got(sdk, second.id).status == "NotRun"
    emulator.clock.advance(10)
    assert got(sdk, first.id).status == "Success"
    assert got(sdk, second.id).status == "Running"
    emulator.clock.advance(40)
    assert [got(sdk, one).status for one in made.workflow_instance_ids] == ["Success"] * 3


@pytest.mark.parametrize(
    ("parallelism", "order", "running"), [(1, "Asc", [0]), (2, "Asc", [0, 1]), (1, "Desc", [2])]
)
def test_so_many_dates_run_at_once(sdk: Client, parallelism: int, order: str, running: list[int]) -> None:
    made = backfill(sdk, ("2025-11-01", "2025-11-03"), parallelism=parallelism, order=order)
    found = [got(sdk, one) for one in made.workflow_instance_ids]
    days = {(one.biz_date - FIRST) // 86_400_000 for one in found if one.status == "Running"}
    assert sorted(days) == running


@pytest.mark.parametrize("setting", ["at_end", "at_once"])
def test_what_comes_after_a_failed_task_does_not_run(sdk: Client, emulator: Emulator, setting: str) -> None:
    emulator.switch(failed_instance=setting)
    emulator.scheduler.script(ScriptedTask(5, "Failure", "ParseException: line 1", name="extract"))
    made = backfill(sdk, ("2025-11-01", "2025-11-02"), parallelism=2)
    first, second = made.workflow_instance_ids
    emulator.clock.advance(6)
    assert statuses(sdk, first) == {"extract": "Failure", "load": "NotRun"}
    assert (got(sdk, first).status, got(sdk, second).status) == ("Failure", "Running")
    request = models.ListTaskInstancesRequest(project_id=PROJECT, bizdate=FIRST)
    listed = sdk.list_task_instances(request).body.paging_info.task_instances
    [task] = [one for one in listed if one.status == "Failure"]
    log = sdk.get_task_instance_log(models.GetTaskInstanceLogRequest(id=task.id)).body.task_instance_log
    assert log == "ParseException: line 1"


def test_an_instance_fails_with_its_task_or_at_its_end(sdk: Client, emulator: Emulator) -> None:
    emulator.workflow(WORKFLOW).body["dependencies"].clear()
    emulator.production(WORKFLOW).body["dependencies"].clear()  # type: ignore[union-attr]
    emulator.scheduler.script(ScriptedTask(5, "Failure", name="extract", date="2025-11-01"))
    [first] = backfill(sdk, ("2025-11-01", "2025-11-01")).workflow_instance_ids
    emulator.clock.advance(6)
    assert statuses(sdk, first) == {"extract": "Failure", "load": "Running"}
    assert got(sdk, first).status == "Running"
    emulator.switch(failed_instance="at_once")
    assert got(sdk, first).status == "Failure"


def test_what_is_stopped_has_failed(sdk: Client, emulator: Emulator) -> None:
    [first] = backfill(sdk, ("2025-11-01", "2025-11-01")).workflow_instance_ids
    emulator.clock.advance(12)
    request = models.StopWorkflowInstancesRequest(ids=[first, 7], comment="enough")
    info = sdk.stop_workflow_instances(request).body.success_info
    assert (info[str(first)].success, info["7"].success) == (True, False)
    assert statuses(sdk, first) == {"extract": "Success", "load": "Failure"}
    assert got(sdk, first).status == "Failure"


def test_instances_are_listed_by_their_business_date(sdk: Client, emulator: Emulator) -> None:
    made = backfill(sdk, ("2025-11-01", "2025-11-02"))

    def listed(**more: Any) -> list[int]:
        request = models.ListWorkflowInstancesRequest(project_id=PROJECT, biz_date=FIRST, **more)
        return [one.id for one in sdk.list_workflow_instances(request).body.paging_info.workflow_instances]

    assert listed(type="SupplementData", name="last") == made.workflow_instance_ids[:1]
    assert listed(type="SmokeTest") == []
    emulator.switch(instance_name="of_the_workflow")
    assert listed(name="last") == []
    assert listed(name="orders", env_type="Prod") == made.workflow_instance_ids[:1]
    emulator.switch(business_dates_in="utc")
    assert [
        got(sdk, one).biz_date - FIRST for one in backfill(sdk, ("2025-11-01",) * 2).workflow_instance_ids
    ] == [8 * 3_600_000]


def test_instances_may_take_a_while_to_be_made(sdk: Client, emulator: Emulator) -> None:
    emulator.switch(instances_made_after=30)
    assert backfill(sdk, ("2025-11-01", "2025-11-01")).status == "Creating"
    emulator.switch(refused_instances="in_result", instances_made_after=0)
    refused = backfill(sdk, ("2025-11-01", "2025-11-01"), tasks=[7])
    assert refused.status == "CreateFailure"
    assert "7" in refused.failure_message


@pytest.mark.parametrize(
    ("ranges", "more"),
    [
        ([("2025-11-01", "2025-11-01")], {"tasks": [7]}),
        ([("2025-11-01", "2025-11-01")], {"parallelism": 11}),
        ([("2025-11-01", "2025-11-01")] * 8, {}),
        ([("yesterday", "2025-11-01")], {}),
    ],
)
def test_what_cannot_run_is_refused(sdk: Client, ranges: list[tuple[str, str]], more: dict[str, Any]) -> None:
    with pytest.raises(ClientException):
        backfill(sdk, *ranges, **more)


@pytest.mark.parametrize(
    "more",
    [
        {"Type": "Backfill"},
        {"Periods": "{}"},
        {"Periods": "no JSON"},
        {"Periods": '{"BizDates": [], "StartTime": "00:00:00"}'},
        {"DefaultRunProperties": "{}"},
        {"WorkflowId": "7"},
    ],
    ids=str,
)
def test_what_is_malformed_is_refused(sdk: Client, call: Callable[..., Any], more: dict[str, str]) -> None:
    properties = {"Mode": "ManualSelection", "Parallelism": 1, "Analysis": {}, "RootTaskIds": []}
    properties["RootTaskIds"] = [*task_ids(sdk).values()]
    dates = {"BizDates": [{"StartBizDate": "2025-11-01", "EndBizDate": "2025-11-01"}]}
    given = {"ProjectId": PROJECT, "Name": "n", "Type": "SupplementData", "WorkflowId": 1}
    given |= {"DefaultRunProperties": json.dumps(properties), "Periods": json.dumps(dates)}
    assert call("CreateWorkflowInstances", given).status_code == 200
    assert call("CreateWorkflowInstances", {**given, **more}).status_code == 400


def test_tasks_are_those_in_production_by_their_workflow(sdk: Client, emulator: Emulator) -> None:
    own = emulator.workflow(WORKFLOW).scheduling_id
    assert set(task_ids(sdk, workflow_id=own)) == {"extract", "load"}
    assert set(task_ids(sdk, name="ext")) == {"extract"}
    assert task_ids(sdk, workflow_id=1) == {}
    emulator.switch(workflow_of_task="one")
    assert set(task_ids(sdk, workflow_id=1)) == {"extract", "load"}
    assert task_ids(sdk, workflow_id=own) == {}


def test_tasks_in_development_are_those_of_a_workspace_that_has_it(sdk: Client, emulator: Emulator) -> None:
    assert task_ids(sdk, project_env="Dev") == {}
    emulator._state.projects[0] = Project(dev_environment_enabled=True)
    assert task_ids(sdk, project_env="Dev") == task_ids(sdk)
    emulator.switch(dev_tasks="after_dev_stage")
    assert task_ids(sdk, project_env="Dev") == {}


@pytest.mark.parametrize(("setting", "days"), [("yesterday", -1), ("today", 0)])
def test_a_manual_workflow_runs_with_parameters(
    sdk: Client, emulator: Emulator, setting: str, days: int
) -> None:
    emulator.switch(default_business_date=setting)
    root = document("6000000000000000001", "by_hand")
    root["kind"] = "ManualWorkflow"
    spec = json.dumps(root)
    sdk.import_workflow_definition(models.ImportWorkflowDefinitionRequest(project_id=PROJECT, spec=spec))
    emulator.deploy("6000000000000000001")
    own = emulator.workflow("6000000000000000001").scheduling_id
    extract = task_ids(sdk, workflow_id=own)["extract"]
    request = models.CreateWorkflowInstancesRequest(
        project_id=PROJECT,
        name="by hand",
        type="ManualWorkflow",
        workflow_id=own,
        workflow_parameters='{"region": "eu"}',
        task_parameters=json.dumps({str(extract): "dt=1"}),
        default_run_properties=models.CreateWorkflowInstancesRequestDefaultRunProperties(
            include_task_ids=[extract]
        ),
    )
    [made] = result(sdk, sdk.create_workflow_instances(request).body.operation_id).workflow_instance_ids
    instance = got(sdk, made)
    assert (instance.workflow_id, instance.workflow_parameters) == (own, '{"region": "eu"}')
    day = 86_400_000
    today = (int(emulator.clock.now() * 1000) + day // 3) // day * day - day // 3
    assert instance.biz_date == today + days * day
    [task] = emulator.scheduler.instances[made].tasks
    assert (task.name, task.parameters) == ("extract", "dt=1")


def test_the_latest_instances_are_remembered(
    sdk: Client, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_instances, "_REMEMBERED", 3)
    made = backfill(sdk, ("2025-11-01", "2025-11-05")).workflow_instance_ids
    assert list(emulator.scheduler.instances) == made[2:]
    for _ in range(3):
        backfill(sdk, ("2025-11-01", "2025-11-01"))
    assert len(emulator.scheduler.operations) == 3


def test_instances_are_forgotten(sdk: Client, emulator: Emulator) -> None:
    [first] = backfill(sdk, ("2025-11-01", "2025-11-01")).workflow_instance_ids
    emulator.scheduler.forget()
    with pytest.raises(ClientException):
        got(sdk, first)
