"""WorkflowRun: what is refused before or by the service, what another input means, what is wrong with inputs."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Change,
    HalfDoneError,
    LifecycleError,
    UnsupportedValue,
    WorkflowRuns,
)
from tests.support.deployments import PROJECT, WORKFLOW
from tests.support.messages import Messages
from tests.support.runs import URN, Running

CREATE = "CreateWorkflowInstances"


@pytest.fixture
async def run() -> Running:
    return await Running.with_production()


@pytest.mark.parametrize("setting", ["at_once", "in_result"])
async def test_what_the_service_refuses_is_said(run: Running, setting: str) -> None:
    run.emulator.switch(refused_instances=setting)
    tasks = run.emulator._state.production
    run.report.on_status = lambda _: tasks.clear()
    with pytest.raises((openapi.ServiceError, HalfDoneError), match="There is no task"):
        await run.run()
    assert run.instances == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"workflowId": "7"}, "there is no workflow 7"),
        (
            {"nodes": ["nothing"]},
            'nodes: the workflow has no task for "nothing" there, but "extract", "load"',
        ),
        ({"excludeNodes": ["extract", "load"]}, "leave nothing to run"),
        ({"nodeParameters": {"nothing": "a=1"}}, "nodeParameters: the workflow has no task"),
        ({"parameters": {"a": "1 b=2"}}, "white space"),
        ({"parameters": {"a 1": "2"}}, "white space"),
        ({"type": "ManualWorkflow"}, "this is a CycleWorkflow, which does not run as ManualWorkflow"),
        ({"type": "SmokeTest", "parallelism": 2, "order": "Asc"}, "parallelism and order: only a backfill"),
        ({"businessDates": None}, "give businessDates"),
    ],
)
async def test_what_cannot_run_is_said_before_anything_is_sent(
    run: Running, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(LifecycleError, match=words):
        await run.run(**more)
    assert run.emulator.count(CREATE) == 0


async def test_what_is_not_in_production_has_no_tasks(run: Running, messages: Messages) -> None:
    run.emulator.deploy(WORKFLOW, "Offline")
    with pytest.raises(LifecycleError) as error:
        await run.run()
    messages(error.value)


@pytest.mark.parametrize(
    ("more", "changes"),
    [
        ({"triggers": ["b"]}, {"triggers": "replace"}),
        ({"triggers": UNKNOWN}, {"triggers": "replace"}),
        ({"triggers": [UNKNOWN]}, {"triggers": "replace"}),
        ({"parallelism": 2}, {"parallelism": "replace"}),
        ({"stopOnCancel": True}, {"stopOnCancel": "update"}),
        ({}, {}),
    ],
)
async def test_another_input_is_another_run(
    run: Running, more: dict[str, Any], changes: dict[str, str]
) -> None:
    olds = run.news(triggers=["a"])
    news = run.news(**{"triggers": ["a"], **more})
    outputs = {**olds, "runName": "x", "status": "Success"}
    found = WorkflowRuns().diff(URN, Change(f"{PROJECT}/x", olds, outputs, news))
    assert found.changes == changes


@pytest.mark.parametrize(
    "more",
    [
        {"projectId": "x"},
        {"workflowId": None},
        {"type": "Backfill"},
        {"businessDates": "2024-12-01"},
        {"businessDates": ["2024-12-03/2024-12-01"]},
        {"businessDates": ["2024-12-32"]},
        {"businessDates": ["2024-12-01/"]},
        {"businessDates": ["2024-12-01/2024-12-03", "2024-12-03"]},
        {"businessDates": ["0001-01-01"]},
        {"businessDates": None, "startTime": "08:00:00", "endTime": "09:00:00"},
        {"businessDates": [f"2024-12-0{day}" for day in range(1, 9)]},
        {"startTime": "08:00:00"},
        {"startTime": "8", "endTime": "24:00:00"},
        {"type": "SupplementData", "businessDates": None},
        {"parameters": ["a"]},
        {"nodeParameters": {"a": 1}},
        {"nodes": ["a", ""]},
        {"parallelism": 11},
        {"parallelism": True},
        {"order": "asc"},
        {"digest": 1},
        {"priority": 0},
        {"triggers": {"a": [UnsupportedValue("an asset")]}},
        {"stopOnCancel": "maybe"},
        {"dates": []},
    ],
    ids=str,
)
def test_what_is_wrong_with_inputs(more: dict[str, Any], messages: Messages) -> None:
    given = {"projectId": PROJECT, "workflowId": WORKFLOW, "businessDates": ["2024-12-01"], **more}
    messages(
        WorkflowRuns().check(URN, {key: one for key, one in given.items() if one is not None}, None).failures
    )


def test_what_is_not_known_yet_is_not_looked_at() -> None:
    names = ("type", "businessDates", "parameters", "nodes", "parallelism", "triggers", "stopOnCancel")
    given = {"projectId": UNKNOWN, "workflowId": UNKNOWN, **dict.fromkeys(names, UNKNOWN)}
    found = WorkflowRuns().check(URN, {**given, "excludeNodes": [UNKNOWN]}, None)
    assert found.failures == []
    assert found.inputs == {**given, "excludeNodes": [UNKNOWN]}


def test_a_trigger_in_which_no_change_shows_is_a_warning(messages: Messages) -> None:
    given = {"projectId": PROJECT, "workflowId": WORKFLOW, "businessDates": ["2024-12-01"]}
    right: list[Any] = [["a"], [[]], [{"a": {}}], UNKNOWN]
    for triggers in right:
        assert WorkflowRuns().check(URN, {**given, "triggers": triggers}, None).warnings == []
    found = WorkflowRuns().check(URN, {**given, "triggers": ["a", {}]}, None)
    assert found.failures == []
    messages(found.warnings)
