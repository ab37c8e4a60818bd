"""A pipeline run of ours: made once, found again, and followed stage by stage to its end."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pulumi_resource_dataworks import openapi

from ._step import CancelledStepError, Context, LifecycleError, RefusedError

# --- A pipeline run of ours: known again, and made once


_SENDS = 3
_LOOKS = 3
_FIRST_PAUSE = 1.0
_ABOLISH_SECONDS = 15.0
_MARKED = re.compile(r"sha256:[0-9a-f]{16}")
_MARK = re.compile(r"\[pulumi [0-9a-f]{12} (sha256:[0-9a-f]{16})\]")
RunType = Literal["Online", "Offline"]


class RunError(LifecycleError):
    """A run was begun and did not end well, or its end was not seen.

    Attributes:
        run_id: The run; empty where its ID was lost.
        run: How it was seen last.
        goes_on: Whether it has not ended, so that the next step goes on with it.
    """

    def __init__(
        self, message: str, *, run_id: str, run: openapi.PipelineRun | None = None, goes_on: bool = False
    ) -> None:
        super().__init__(message)
        self.run_id = run_id
        self.run = run
        self.goes_on = goes_on


@dataclass(frozen=True, slots=True)
class Order:
    """A run to make.

    Attributes:
        project_id: The workspace.
        workflow_id: The workflow.
        kind: Whether it deploys the workflow or takes it offline.
        digest: Of what it deploys; empty for a run that takes offline.
        description: The user's words.
        approval: Whether a stage that only a person can pass is waited for.
    """

    project_id: int
    workflow_id: str
    kind: RunType
    digest: str = ""
    description: str = ""
    approval: Literal["wait", "fail"] = "wait"

    def mark(self, urn: str) -> str:
        """What the run's description bears, so that it is known again: the API has no client token."""
        what = self.kind if self.kind == "Offline" else short_digest(self.digest)
        return f"[pulumi {_short(urn)} {what}]"

    def described(self, urn: str) -> str:
        """The run's description."""
        words = self.description or (
            "Deployed by Pulumi" if self.kind == "Online" else "Taken offline by Pulumi"
        )
        return f"{words} {self.mark(urn)}"


def _short(urn: str) -> str:
    return hashlib.sha256(urn.encode()).hexdigest()[:12]


def short_digest(digest: str) -> str:
    """How a mark tells what is deployed; what is that short already stays as it is."""
    if _MARKED.fullmatch(digest):
        return digest
    return f"sha256:{hashlib.sha256(digest.encode()).hexdigest()[:16]}"


def marked_digest(run: openapi.PipelineRun) -> str:
    """What a run of this provider has deployed, as its mark tells it; empty for any other run."""
    found = _MARK.search(run.description.raw)
    return found[1] if found else ""


def is_ours(urn: str, run: openapi.PipelineRun) -> bool:
    """Whether this resource made the run, as far as its description tells."""
    return f"[pulumi {_short(urn)} " in run.description.raw


async def runs_of(context: Context, project_id: int, workflow_id: str) -> list[openapi.PipelineRun]:
    """All runs of a workflow, the newest first."""
    return await context.ask(context.client.pipelines.of_workflow(project_id, workflow_id))


def unended_of_ours(
    context: Context, order: Order, runs: list[openapi.PipelineRun], pending: str | None
) -> openapi.PipelineRun | None:
    """The run of this very order that has not ended, if there is one."""
    for run in runs:
        if (
            not run.ended
            and not has_failed(run)
            and (order.mark(context.urn) in run.description.raw or run.id == pending)
        ):
            return run
    return None


async def clear_way(
    context: Context, order: Order, runs: list[openapi.PipelineRun], pending: str | None
) -> None:
    """Ends the runs that this resource has begun and that are of no use any more.

    Raises:
        RefusedError: Somebody else's run of the workflow has not ended.
    """
    for run in (one for one in runs if not one.ended):
        if not (is_ours(context.urn, run) or run.id == pending):
            raise RefusedError(
                f"pipeline run {run.id} of workflow {order.workflow_id} has not ended, and this resource did not "
                f"begin it ({_about(context, run)}). Let it end, or end it in Data Studio (Deploy), then run this again"
            )
        context.report.info(f"ending what an earlier run of Pulumi has left (pipeline run {run.id})")
        await context.ask(context.client.pipelines.abolish(order.project_id, run.id))


def _about(context: Context, run: openapi.PipelineRun) -> str:
    known = [
        f"made by {run.creator}" if run.creator else "",
        f'"{run.description}"' if run.description and not context.secret else "",
    ]
    stage = current_stage(run)
    known.append(f"at the stage {stage.title}" if stage else "")
    return ", ".join(part for part in known if part) or "nothing is known of it"


async def begin(context: Context, order: Order, known: list[openapi.PipelineRun]) -> str:
    """Makes the run, once: where the answer is lost, it is looked for before it is asked for again.

    Args:
        context: The step.
        order: What to make.
        known: The runs that were there before.

    Returns:
        The run's ID.

    Raises:
        RunError: A run may have been made.
        LifecycleError: None was made.
        DataWorksError: None was made.
    """
    before = {run.id for run in known}
    verb = "deploying" if order.kind == "Online" else "taking offline"
    context.report.status(f"{verb}: making a pipeline run")
    lost: openapi.AnswerLost | None = None
    for _ in range(_SENDS):
        try:
            return await _create(context, order, lost)
        except openapi.AnswerLost as error:
            lost = error
        made = await _look_again(context, order, before, lost)
        if made:
            return made
    raise RunError(
        f"the answer to CreatePipelineRun was lost {_SENDS} times: {lost}", run_id="", goes_on=True
    )


async def _create(context: Context, order: Order, lost: openapi.AnswerLost | None) -> str:
    call = context.client.pipelines.create(
        order.project_id, order.workflow_id, order.kind, order.described(context.urn)
    )
    try:
        return await context.ask(call)
    except CancelledStepError as error:
        message = f"{error}, while the pipeline run was being made; the next `pulumi up` looks for it"
        raise RunError(message, run_id="", goes_on=True) from error
    except openapi.AnswerLost:
        raise
    except openapi.DataWorksError as error:
        if lost is None:
            raise
        raise RunError(str(error), run_id="", goes_on=True) from error


async def _look_again(
    context: Context, order: Order, before: set[str], lost: openapi.AnswerLost
) -> str | None:
    """The run that a lost call has made; a list right after may be stale.

    A new one without any description is taken for it: whether the service gives descriptions back is unknown.
    """
    context.report.status("the answer was lost: looking for the pipeline run before making another")
    try:
        for look in range(_LOOKS):
            await context.pause(_FIRST_PAUSE * 2**look)
            for run in await runs_of(context, order.project_id, order.workflow_id):
                marked = order.mark(context.urn) in run.description.raw or not run.description
                if run.id not in before and marked:
                    return run.id
    except (openapi.DataWorksError, CancelledStepError) as error:
        raise RunError(f"{lost}; and then: {error}", run_id="", goes_on=True) from error
    return None


async def abolish(context: Context, project_id: int, run_id: str) -> bool:
    """Ends a run although the step is over: bounded, and silent if it fails; whether it was ended."""
    try:
        await asyncio.wait_for(context.client.pipelines.abolish(project_id, run_id), _ABOLISH_SECONDS)
    except (TimeoutError, openapi.DataWorksError):
        return False
    return True


def current_stage(run: openapi.PipelineRun) -> openapi.PipelineStage | None:
    """The first stage that has not succeeded."""
    return next((stage for stage in run.in_order if stage.status != "Success"), None)


def has_failed(run: openapi.PipelineRun) -> bool:
    """Whether a stage has failed, which need not end the run."""
    return any(stage.failed for stage in run.stages)


# --- A pipeline run, seen to its end: stage by stage, as they come


_REFUSED_LOOKS = 3
"""How often a stage is looked at, once the service has refused to execute it, before it counts as a person's."""
_UNSEEN_PAUSES = (1.0, 2.0, 4.0, 8.0)
_LINK = re.compile(r"https?://[^\s\"'<>]+")


async def follow(context: Context, order: Order, run_id: str) -> openapi.PipelineRun:
    """Sees a run to its end: each stage is executed when all before it have succeeded.

    Raises:
        RunError: It ended otherwise than in Success, or its end was not seen.
    """
    return await _Follower(context, order, run_id).run()


class _Follower:
    """A run as this step has seen it so far."""

    def __init__(self, context: Context, order: Order, run_id: str) -> None:
        self.context, self.order, self.run_id = context, order, run_id
        self.executed: set[str] = set()
        self.refused: dict[str, openapi.ServiceError] = {}
        self.told: set[str] = set()
        self.last_told = ""
        self.seen: openapi.PipelineRun | None = None

    async def run(self) -> openapi.PipelineRun:
        try:
            found = await self._until_end()
        except (openapi.DataWorksError, CancelledStepError) as error:
            later = "it goes on in DataWorks, and the next `pulumi up` resumes it"
            message = f"{error}, at pipeline run {self.run_id}{self._at()}; {later}"
            raise RunError(message, run_id=self.run_id, run=self.seen, goes_on=True) from error
        if found.status == "Success":
            return found
        raise RunError(await self._why(found), run_id=self.run_id, run=found)

    async def _until_end(self) -> openapi.PipelineRun:
        found, looks, times, waited = await self._look(), 0, _times_to_look(), 0.0
        while not (found.ended or has_failed(found)):
            stage = current_stage(found)
            if stage is not None and stage.status == "Init":
                await self._execute(found, stage, looks)
            self._tell(found, stage, waited)
            due = next(times)
            await self.context.pause(due - waited)
            before, found, waited, looks = found, await self._look(), due, looks + 1
            if _progress(found) != _progress(before):
                looks, times, waited = 0, _times_to_look(), 0.0
        return found

    async def _look(self) -> openapi.PipelineRun:
        """The run as it stands; one that was made just now may not be seen yet."""
        for pause in (*_UNSEEN_PAUSES, None):
            call = self.context.client.pipelines.get(self.order.project_id, self.run_id)
            try:
                self.seen = await self.context.ask(call)
            except openapi.ServiceError as error:
                if self.seen or pause is None or not error.is_ambiguous_client_error:
                    raise
                await self.context.pause(pause)
            else:
                return self.seen
        raise AssertionError("the last look returns or raises")  # pragma: no cover

    async def _execute(self, run: openapi.PipelineRun, stage: openapi.PipelineStage, looks: int) -> None:
        """Executes a stage, once; the first one begins by itself, so it is given time to."""
        if stage.code in self.refused and looks >= _REFUSED_LOOKS:
            self._wait_for_person(stage)
        first = stage == run.in_order[0]
        if stage.code in self.executed or (first and looks < _REFUSED_LOOKS):
            return
        self.context.report.status(f"executing {self._place(run, stage)}")
        self.executed.add(stage.code)
        call = self.context.client.pipelines.execute(self.order.project_id, self.run_id, stage.code)
        try:
            await self.context.ask(call)
        except openapi.AnswerLost:
            self.executed.discard(stage.code)  # the next look tells whether it took effect
        except openapi.ServiceError as error:
            if not error.is_ambiguous_client_error:
                raise
            self.refused[stage.code] = error

    def _wait_for_person(self, stage: openapi.PipelineStage) -> None:
        """A stage stays as it is although it was its turn: somebody has to pass it in DataWorks.

        Raises:
            RunError: That is not to be waited for.
        """
        words = self.refused[stage.code]
        what = (
            f"the stage {stage.title} of pipeline run {self.run_id} cannot be executed from here ({words}): somebody "
            f"has to pass it in DataWorks. Open the run in Data Studio (Deploy) of workflow {self.order.workflow_id}"
            f"{self._links(stage)}"
        )
        if self.order.approval == "fail":
            message = f"{what}, and then run `pulumi up` again: it goes on with this run"
            raise RunError(message, run_id=self.run_id, run=self.seen, goes_on=True)
        if stage.code not in self.told:
            self.told.add(stage.code)
            self.context.report.info(f"{what}. Waiting for it")

    def _place(self, run: openapi.PipelineRun, stage: openapi.PipelineStage) -> str:
        return f"stage {run.in_order.index(stage) + 1} of {len(run.stages)}, {stage.title}"

    def _tell(self, run: openapi.PipelineRun, stage: openapi.PipelineStage | None, waited: float) -> None:
        where = self._place(run, stage) if stage else "all stages have ended, the run not yet"
        who = ", waiting for somebody to pass it" if stage and stage.code in self.told else ""
        seconds = f", {waited:.0f} s so far" if waited >= 1 else ""
        told = f"{where}{who}{seconds} (pipeline run {self.run_id})"
        if told != self.last_told:
            self.last_told = told
            self.context.report.status(told)

    def _at(self) -> str:
        stage = current_stage(self.seen) if self.seen else None
        return f", at the stage {stage.title}" if stage else ""

    async def _why(self, run: openapi.PipelineRun) -> str:
        """The service's own words: of the run, the stage and the objects that failed."""
        stage = next((one for one in run.in_order if one.failed), None)
        at = f" at the stage {stage.title}" if stage else ""
        ended = run.status if run.ended else "Fail"
        what = "deploying" if self.order.kind == "Online" else "taking offline"
        parts = [str(stage.message) if stage else "", str(run.message), *await self._items(run)]
        words = "; ".join(dict.fromkeys(part.strip(" .;") for part in parts if part)) or "it gives no reason"
        again = "Fix it and run `pulumi up` again: that makes a new run"
        if self.order.kind == "Offline":
            again = "Fix it and run this again"
        return (
            f"{what} workflow {self.order.workflow_id} ended as {ended}{at}: {words}{self._links(stage) if stage else ''} "
            f"(pipeline run {self.run_id}; request {run.request_id}). {again}"
        )

    async def _items(self, run: openapi.PipelineRun) -> list[str]:
        try:
            items = await self.context.ask(self.context.client.pipelines.items(self.order.project_id, run.id))
        except (openapi.DataWorksError, CancelledStepError):
            return []
        failed = [item for item in items if item.status in ("Fail", "Termination") and item.message]
        return [item.title if self.context.secret else f"{item.title}: {item.message}" for item in failed]

    def _links(self, stage: openapi.PipelineStage) -> str:
        """The addresses that the service names for a stage; ours would be invented."""
        text = " ".join(words.raw for words in (stage.message, stage.description, stage.detail))
        links: list[str] = [] if self.context.secret else list(dict.fromkeys(_LINK.findall(text)))
        return f": {', '.join(links)}" if links else ""


def _times_to_look() -> Iterator[float]:
    """Seconds after a stage's beginning at which to look, growing: how long a stage lasts is nowhere documented.

    Recorded: three stages within 70 s, a person's pauses included.
    """
    yield 0.5
    time, interval = 2.0, 2.0
    while True:
        yield time
        time, interval = time + interval, min(interval * 1.25, 60.0)


def _progress(run: openapi.PipelineRun) -> tuple[str, ...]:
    return (run.status, *(stage.status for stage in run.in_order))
