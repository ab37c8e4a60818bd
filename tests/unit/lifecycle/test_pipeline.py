"""A pipeline run made once: what is looked for before it is asked for again, whose run it is, and what is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import Context, RefusedError
from pulumi_resource_dataworks.lifecycle._pipeline_run import RunError, RunRequest, abolish, begin, clear_way
from tests.support.definitions import FakeReporter, FakeService, denied, lost, refusal
from tests.support.deployments import PROJECT, URN, WORKFLOW
from tests.support.messages import Messages
from tests.support.services import VirtualClock

ONLINE = RunRequest(PROJECT, WORKFLOW, "Online", "1:a")
OFFLINE = RunRequest(PROJECT, WORKFLOW, "Offline")
MARK = ONLINE.mark(URN)
HANGS = object()
"""An answer that does not come."""
LOOKING = "the answer was lost: looking for the pipeline run before making another"


def made(run_id: str, status: str = "Running", **more: Any) -> openapi.PipelineRun:
    return openapi.PipelineRun(id=run_id, status=status, **more)


class Pipelines:
    """Answers in turn, the last answer for ever; remembers when it was asked for what."""

    def __init__(self, creates: Sequence[Any] = (), lists: Sequence[Any] = ()) -> None:
        self.creates, self.lists = list(creates), list(lists)
        self.clock = VirtualClock()
        self.asked: list[tuple[float, str]] = []
        self.descriptions: list[str] = []
        self.abolishes: Callable[[], Awaitable[None]] = self.nothing

    async def create(self, project_id: int, workflow_id: str, kind: str, description: str) -> str:
        assert (project_id, workflow_id) == (PROJECT, WORKFLOW)
        self.descriptions.append(description)
        answer = self._next("create " + kind, self.creates)
        if answer is HANGS:
            await asyncio.Event().wait()
        return str(answer)

    async def of_workflow(self, project_id: int, workflow_id: str) -> list[openapi.PipelineRun]:
        assert (project_id, workflow_id) == (PROJECT, WORKFLOW)
        found: list[openapi.PipelineRun] = self._next("list", self.lists)
        return found

    async def abolish(self, project_id: int, run_id: str) -> None:
        assert project_id == PROJECT
        self.asked.append((self.clock.now, f"abolish {run_id}"))
        await self.abolishes()

    async def nothing(self) -> None:
        pass

    def _next(self, what: str, answers: list[Any]) -> Any:
        self.asked.append((self.clock.now, what))
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def context(self) -> Context:
        client: Any = FakeService(pipelines=self)
        return Context(URN, client, FakeReporter(), clock=self.clock)


def statuses(context: Context) -> list[str]:
    assert isinstance(context.report, FakeReporter)
    return context.report.texts("status")


# --- made once


@pytest.mark.parametrize(
    ("asked_for", "verb", "described"),
    [
        (ONLINE, "deploying", f"Deployed by Pulumi {MARK}"),
        (OFFLINE, "taking offline", f"Taken offline by Pulumi {OFFLINE.mark(URN)}"),
        (RunRequest(PROJECT, WORKFLOW, "Online", "1:a", "release 7"), "deploying", f"release 7 {MARK}"),
    ],
)
async def test_a_run_is_made_with_words_and_a_mark(asked_for: RunRequest, verb: str, described: str) -> None:
    service = Pipelines(["run1"])
    context = service.context()
    assert await begin(context, asked_for, []) == "run1"
    assert statuses(context) == [f"{verb}: making a pipeline run"]
    assert service.descriptions == [described]


@pytest.mark.parametrize(
    ("listed", "taken"),
    [
        ([made("run9", description=f"x {MARK}")], True),
        ([made("run9")], True),  # whether descriptions are given back is unknown
        ([made("run9", description="by hand")], False),
        ([made("run1", description=f"x {MARK}")], False),  # it was there before
        ([], False),
    ],
)
async def test_a_lost_answer_is_looked_for_before_it_is_asked_for_again(listed: Any, taken: bool) -> None:
    service = Pipelines([lost(), "run5"], [[made("run1")], listed])
    context = service.context()
    assert await begin(context, ONLINE, [made("run1")]) == ("run9" if taken else "run5")
    looks = [(0.0, "create Online"), (1.0, "list"), (3.0, "list")]
    assert service.asked == (looks if taken else [*looks, (7.0, "list"), (7.0, "create Online")])
    assert statuses(context)[1:] == [LOOKING]


async def test_a_run_that_only_the_last_look_shows_is_taken() -> None:
    service = Pipelines([lost()], [*[[]] * 8, [made("run9", description=MARK)]])
    assert await begin(service.context(), ONLINE, []) == "run9"
    assert [what for _, what in service.asked].count("create Online") == 3


async def test_answers_that_are_always_lost_end_the_step_half_done(messages: Messages) -> None:
    service = Pipelines([lost()], [[]])
    with pytest.raises(RunError) as caught:
        await begin(service.context(), ONLINE, [])
    messages(caught.value)
    assert (caught.value.run_id, caught.value.run, caught.value.goes_on) == ("", None, True)
    assert [what for _, what in service.asked].count("create Online") == 3


async def test_a_look_that_fails_ends_the_step_half_done() -> None:
    service = Pipelines([lost()], [denied()])
    with pytest.raises(RunError) as caught:
        await begin(service.context(), ONLINE, [])
    assert str(caught.value) == f"{lost()}; and then: {denied()}"
    assert (caught.value.run_id, caught.value.goes_on) == ("", True)


async def test_a_refusal_after_a_lost_answer_leaves_open_whether_there_is_a_run() -> None:
    service = Pipelines([lost(), refusal("one is running")], [[]])
    with pytest.raises(RunError) as caught:
        await begin(service.context(), ONLINE, [])
    assert str(caught.value) == str(refusal("one is running"))
    assert (caught.value.run_id, caught.value.goes_on) == ("", True)
    with pytest.raises(openapi.ServiceError):
        await begin(Pipelines([refusal()]).context(), ONLINE, [])


async def test_a_step_that_ends_while_the_run_is_made_says_so(messages: Messages) -> None:
    context = Pipelines([HANGS]).context()
    context.cancelled.set()
    with pytest.raises(RunError) as caught:
        await begin(context, ONLINE, [])
    messages(caught.value)
    assert (caught.value.run_id, caught.value.goes_on) == ("", True)


# --- what is in the way


@pytest.mark.parametrize(
    "run",
    [
        made(
            "run7",
            creator="42",
            description="by hand",
            stages=[
                openapi.PipelineStage(code="A", name=openapi.Words("A"), status="Success"),
                openapi.PipelineStage(code="B", name=openapi.Words("Check"), status="Running"),
            ],
        ),
        made("run7", stages=[openapi.PipelineStage(code="A", status="Init")]),
        made("run7"),
    ],
)
async def test_a_run_of_somebody_else_is_reported_with_what_is_known(
    run: openapi.PipelineRun, messages: Messages
) -> None:
    with pytest.raises(RefusedError) as caught:
        await clear_way(Pipelines().context(), ONLINE, [made("old", "Success"), run], None)
    messages(caught.value)


@pytest.mark.parametrize("description", [f"x {MARK}", ""])
async def test_a_run_of_ours_is_ended(description: str, messages: Messages) -> None:
    service = Pipelines()
    context = service.context()
    await clear_way(
        context, OFFLINE, [made("run7", description=description)], None if description else "run7"
    )
    assert service.asked == [(0.0, "abolish run7")]
    assert isinstance(context.report, FakeReporter)
    messages(context.report.reported)


async def test_an_abandoned_run_is_ended_although_the_step_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Pipelines()
    context = service.context()
    context.cancelled.set()
    assert await abolish(context, PROJECT, "run1") is True

    async def refuse() -> None:
        raise denied()

    service.abolishes = refuse
    assert await abolish(context, PROJECT, "run1") is False

    async def hang() -> None:
        await asyncio.Event().wait()

    service.abolishes = hang
    monkeypatch.setattr("pulumi_resource_dataworks.lifecycle._lost_answers._AFTER_SECONDS", 0.01)
    assert await asyncio.wait_for(abolish(context, PROJECT, "run1"), 5) is False
