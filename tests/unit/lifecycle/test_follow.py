"""A pipeline run that is scripted look by look: which stage is executed when, what is reported, and how its end is put."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import Context
from pulumi_resource_dataworks.lifecycle._pipeline_run import RunError, RunRequest, follow
from tests.support.definitions import FakeReporter, FakeService, denied, lost, not_found, refusal, unavailable
from tests.support.deployments import PROJECT, URN, WORKFLOW
from tests.support.messages import Messages
from tests.support.services import VirtualClock

ONLINE = RunRequest(PROJECT, WORKFLOW, "Online")
OFFLINE = RunRequest(PROJECT, WORKFLOW, "Offline")
FAILING = RunRequest(PROJECT, WORKFLOW, "Online", approval="fail")
Look = openapi.PipelineRun | Exception


def stage(code: str, status: str, **more: Any) -> openapi.PipelineStage:
    return openapi.PipelineStage(code=code, name=openapi.Words(f"Stage {code}"), status=status, **more)


def look(*statuses: str, status: str = "Running") -> openapi.PipelineRun:
    """A run whose stages A, B, C... stand so."""
    stages = [stage(code, each) for code, each in zip("ABCDE", statuses, strict=False)]
    return openapi.PipelineRun(id="run1", status=status, stages=stages, request_id="REQ-7")


def item(name: str, **more: Any) -> openapi.PipelineRunItem:
    return openapi.PipelineRunItem(
        name=openapi.Words(name), **{"status": "Fail", "message": "no", "type": "Node", **more}
    )


class Pipelines:
    """Gives its looks in turn, the last one for ever."""

    def __init__(
        self,
        looks: Sequence[Look],
        items: Sequence[openapi.PipelineRunItem] | Exception = (),
        refusals: Sequence[Exception] = (),
    ) -> None:
        self.looks, self.given, self.refusals = list(looks), items, list(refusals)
        self.clock = VirtualClock()
        self.looked: list[float] = []
        self.executed: list[tuple[float, str]] = []

    async def get(self, project_id: int, run_id: str) -> openapi.PipelineRun:
        assert (project_id, run_id) == (PROJECT, "run1")
        self.looked.append(self.clock.now)
        found = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(found, Exception):
            raise found
        return found

    async def execute(self, project_id: int, run_id: str, code: str) -> None:
        assert (project_id, run_id) == (PROJECT, "run1")
        self.executed.append((self.clock.now, code))
        if self.refusals:
            raise self.refusals.pop(0)

    async def items(self, project_id: int, run_id: str) -> Sequence[openapi.PipelineRunItem]:
        assert (project_id, run_id) == (PROJECT, "run1")
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


class Step:
    """One step that follows the run."""

    def __init__(
        self,
        pipelines: Pipelines,
        request: RunRequest = ONLINE,
        timeout: float = 100.0,
        seconds: dict[str, openapi.Length] | None = None,
    ) -> None:
        self.report = FakeReporter()
        self.cancelled = asyncio.Event()
        client: Any = FakeService(pipelines=pipelines)
        self.context = Context(URN, client, self.report, self.cancelled, timeout, clock=pipelines.clock)
        self.request = request
        self.seconds = {} if seconds is None else seconds

    async def run(self, first: str | None = None) -> openapi.PipelineRun:
        return await follow(self.context, self.request, "run1", self.seconds, first)

    async def fail(self) -> RunError:
        with pytest.raises(RunError) as caught:
            await self.run()
        return caught.value


DONE = look("Success", "Success", status="Success")


async def test_each_stage_is_executed_once_and_reported_with_its_place_and_time(messages: Messages) -> None:
    service = Pipelines(
        [
            look("Running", "Init"),
            look("Running", "Init"),
            look("Running", "Init"),
            look("Success", "Init"),
            look("Success", "Init"),
            look("Success", "Running"),
            look("Success", "Success"),
            DONE,
        ]
    )
    step = Step(service)
    assert (await step.run()).status == "Success"
    messages(step.report.texts("status"))
    assert service.executed == [(4.6, "B")]
    assert service.looked == pytest.approx([0.0, 0.5, 2.1, 4.6, 5.1, 6.7, 9.2, 9.7])


async def test_looks_grow_rarer_up_to_a_minute() -> None:
    service = Pipelines([look("Success", "Running")])
    await Step(service, timeout=1800.0).fail()
    gaps = [after - before for before, after in itertools.pairwise(service.looked)]
    assert gaps[0] == 0.5
    assert max(gaps[:6]) <= 2.5
    assert [round(gap, 6) for gap in gaps[-10:]] == [60.0] * 10


async def test_how_long_stages_took_places_the_looks_of_the_next_run() -> None:
    def looks() -> list[Look]:
        return [look("Running", "Init"), *[look("Success", "Running")] * 3, DONE]

    seconds = {"A": openapi.Length(39.0, 40.0, 40.0)}
    service = Pipelines(looks())
    await Step(service, seconds=seconds).run(first="A")
    assert service.looked[0] == 5.0  # in case it fails at once
    assert all(40 * 0.7 < at <= 40 for at in service.looked[1:3])
    assert seconds.keys() == {"A", "B"}


async def test_what_a_stage_took_is_learnt_where_it_was_seen_to_begin() -> None:
    seconds: dict[str, openapi.Length] = {}
    service = Pipelines([look("Running", "Init"), *[look("Success", "Init")] * 2, DONE])
    await Step(service, seconds=seconds).run(first="")
    assert seconds == {"A": (0.0, 0.5, 0.5), "B": (0.5, pytest.approx(2.1), pytest.approx(2.1))}


async def test_nothing_is_learnt_of_a_run_that_was_found_and_of_a_stage_that_a_person_passed() -> None:
    seconds: dict[str, openapi.Length] = {}
    found = Pipelines([look("Running", "Init"), look("Success", "Init"), DONE], refusals=[refusal()])
    await Step(found, seconds=seconds).run()
    assert seconds == {}


async def test_the_first_stage_is_given_time_to_begin_by_itself() -> None:
    service = Pipelines([*[look("Init", "Init")] * 4, look("Running", "Init"), DONE])
    await Step(service).run()
    assert service.executed == [(4.6, "A")]


async def test_a_stage_is_executed_again_only_where_its_answer_was_lost() -> None:
    service = Pipelines([*[look("Success", "Init")] * 4, look("Success", "Running"), DONE], refusals=[lost()])
    await Step(service).run()
    assert service.executed == [(0.0, "B"), (0.5, "B")]


async def test_a_stage_that_cannot_be_executed_is_somebodys_after_three_looks(messages: Messages) -> None:
    stages = [stage("A", "Success"), stage("B", "Init", message="see https://a.example/x and", detail="<é>")]
    waits = openapi.PipelineRun(id="run1", status="Running", stages=stages)
    service = Pipelines([*[waits] * 5, DONE], refusals=[refusal("not yours")])
    step = Step(service)
    await step.run()
    [reported] = step.report.texts("info")
    messages(reported)
    messages(step.report.texts("status")[-3:])
    assert service.executed == [(0.0, "B")]


async def test_a_stage_that_begins_although_it_was_refused_is_nobodys() -> None:
    waits = look("Success", "Init")
    service = Pipelines([*[waits] * 3, look("Success", "Running"), DONE], refusals=[refusal()])
    step = Step(service, FAILING)
    await step.run()
    assert step.report.texts("info") == []


async def test_a_stage_for_a_person_can_end_the_step(messages: Messages) -> None:
    waits = look("Success", "Init")
    service = Pipelines([waits], refusals=[refusal()])
    error = await Step(service, FAILING).fail()
    messages(str(error))
    assert (error.run_id, error.run, error.goes_on) == ("run1", waits, True)
    assert service.looked == pytest.approx([0.0, 0.5, 2.1, 4.6])


async def test_looks_at_a_refused_stage_are_counted_from_its_turn() -> None:
    service = Pipelines([look("Running", "Init"), look("Success", "Init")], refusals=[refusal()])
    await Step(service, FAILING).fail()
    assert service.looked == pytest.approx([0.0, 0.5, 1.0, 2.6, 5.1])


async def test_a_refusal_that_is_about_the_key_ends_the_step(messages: Messages) -> None:
    error = await Step(Pipelines([look("Success", "Init")], refusals=[denied()])).fail()
    messages(str(error))
    assert error.goes_on


# --- looks that fail


async def test_a_run_that_was_made_just_now_may_not_be_seen_yet() -> None:
    service = Pipelines([*[not_found()] * 4, DONE])
    await Step(service).run()
    assert service.looked == [0.0, 1.0, 3.0, 7.0, 15.0]


async def test_a_run_that_is_not_seen_at_all_ends_the_step(messages: Messages) -> None:
    service = Pipelines([not_found()])
    error = await Step(service).fail()
    assert service.looked == [0.0, 1.0, 3.0, 7.0, 15.0]
    messages(str(error))
    assert (error.run_id, error.run, error.goes_on) == ("run1", None, True)


async def test_a_run_that_was_seen_and_is_not_any_more_ends_the_step() -> None:
    seen = look("Running", "Init")
    service = Pipelines([seen, not_found()])
    error = await Step(service).fail()
    assert service.looked == [0.0, 0.5]
    assert (error.run_id, error.run, error.goes_on) == ("run1", seen, True)


async def test_a_look_that_fails_for_sure_ends_the_step() -> None:
    service = Pipelines([denied()])
    error = await Step(service).fail()
    assert service.looked == [0.0]
    assert error.goes_on


async def test_time_that_is_up_is_reported_with_the_run_and_its_stage(messages: Messages) -> None:
    seen = look("Success", "Running")
    error = await Step(Pipelines([seen]), timeout=5.0).fail()
    messages(str(error))
    assert error.run == seen


# --- ends


def ended(*stages: openapi.PipelineStage, status: str = "Fail", message: str = "") -> openapi.PipelineRun:
    return openapi.PipelineRun(
        id="run1", status=status, stages=list(stages), message=openapi.Words(message), request_id="REQ-7"
    )


@pytest.mark.parametrize(
    ("run", "items"),
    [
        (
            ended(stage("A", "Success"), stage("B", "Fail", message="a full scan. ")),
            [
                item("load", message="a full scan;"),
                item("new", message="no owner"),
                item("ok", status="Success"),
            ],
        ),
        (
            ended(stage("A", "Termination"), status="Running"),
            [
                item("f", type="Function", status="Termination"),
                item("x", type="Table"),
                item("y", message=""),
            ],
        ),
        (ended(status="Termination"), []),
        (ended(status="Cancel", message="by hand"), unavailable()),
        (
            ended(
                stage("A", "Fail", description="https://a.example/é", detail={"url": "https://b.example/é"})
            ),
            [],
        ),
    ],
)
async def test_how_a_run_ended_is_reported_in_the_services_words(
    run: Any, items: Any, messages: Messages
) -> None:
    error = await Step(Pipelines([run], items)).fail()
    messages(str(error))
    assert (error.run_id, error.run, error.goes_on) == ("run1", run, False)


async def test_a_run_that_should_have_taken_offline_says_so(messages: Messages) -> None:
    error = await Step(Pipelines([ended(status="Cancel")]), OFFLINE).fail()
    messages(str(error))
