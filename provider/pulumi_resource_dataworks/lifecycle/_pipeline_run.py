"""A pipeline run of ours: made once, found again, and followed stage by stage to its end."""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import Literal

from pulumi_resource_dataworks import openapi

from ._lost_answers import after_the_step, pauses, send_once, when_seen
from ._step import CancelledStepError, Context, LifecycleError, RefusedError

# --- A pipeline run of ours: its mark, and how it is made once


_MARKED = re.compile(r"sha256:[0-9a-f]{16}")
_MARK = re.compile(r"\[pulumi [0-9a-f]{12} (sha256:[0-9a-f]{16}|Offline)\]")


@dataclass(eq=False)
class RunError(LifecycleError):
    """A run was begun and did not end well, or its end was not seen.

    Attributes:
        message: The text.
        run_id: The run; empty where its ID was lost.
        run: How it was seen last.
        goes_on: Whether it has not ended, so that the next step goes on with it.
        awaits: Whether a person has to pass a stage first, and the next step finds the run by its mark alone.
    """

    message: str
    _: KW_ONLY
    run_id: str
    run: openapi.PipelineRun | None = None
    goes_on: bool = False
    awaits: bool = False

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A run to make, which deploys a workflow or takes it offline: then without a digest.

    `approval` says whether a stage that only a person can pass is waited for, `noun` what people call what is deployed.
    """

    project_id: int
    workflow_id: str
    kind: Literal["Online", "Offline"]
    digest: str = ""
    description: str = ""
    approval: Literal["wait", "fail"] = "wait"
    noun: str = "workflow"

    @property
    def verb(self) -> str:
        """What the run does, for a message."""
        return "deploying" if self.kind == "Online" else "taking offline"

    @property
    def _purpose(self) -> str:
        return self.kind if self.kind == "Offline" else short_digest(self.digest)

    def mark(self, urn: str) -> str:
        """What the run's description bears, so that it is recognized: the API has no client token."""
        return f"[pulumi {_short(urn)} {self._purpose}]"

    def described(self, urn: str) -> str:
        """The run's description."""
        by_default = "Deployed by Pulumi" if self.kind == "Online" else "Taken offline by Pulumi"
        return f"{self.description or by_default} {self.mark(urn)}"

    def marks(self, run: openapi.PipelineRun) -> bool:
        """Whether a run was made to do just this, as its mark says: by this resource, whose URN may have been another one."""
        return marked_purpose(run) == self._purpose


def _short(urn: str) -> str:
    return hashlib.sha256(urn.encode()).hexdigest()[:12]


def short_digest(digest: str) -> str:
    """How a mark says what is deployed; what is that short already stays as it is."""
    if _MARKED.fullmatch(digest):
        return digest
    return f"sha256:{hashlib.sha256(digest.encode()).hexdigest()[:16]}"


def marked_purpose(run: openapi.PipelineRun) -> str:
    """What a run of this provider deploys, as its mark says, or "Offline"; empty for any other run."""
    found = _MARK.search(run.description.raw)
    return found[1] if found else ""


def unended_of_ours(
    request: RunRequest, runs: list[openapi.PipelineRun], pending: str | None
) -> openapi.PipelineRun | None:
    """The run of this very request that has not ended, if there is one."""
    for run in runs:
        unended = not (run.ended or has_failed(run))
        if unended and (request.marks(run) or run.id == pending):
            return run
    return None


async def clear_way(
    context: Context, request: RunRequest, runs: list[openapi.PipelineRun], pending: str | None
) -> None:
    """Ends the runs that this resource has begun and that are of no use any more.

    Raises:
        RefusedError: Somebody else's run of the workflow has not ended.
    """
    for run in (one for one in runs if not one.ended):
        marked = f"[pulumi {_short(context.urn)} " in run.description.raw and not context.stateless
        is_ours = marked or run.id == pending
        if not is_ours:
            raise RefusedError(
                f"pipeline run {run.id} of {request.noun} {request.workflow_id} has not ended, and this resource did not "
                f"begin it ({_summary(context, run)}). Let it end, or end it in Data Studio (Deploy), then run this again"
            )
        context.report.info(f"ending what an earlier run of Pulumi has left (pipeline run {run.id})")
        await context.client.pipelines.abolish(request.project_id, run.id)


def _summary(context: Context, run: openapi.PipelineRun) -> str:
    stage = current_stage(run)
    known = (
        f"made by {run.creator}" if run.creator else "",
        f'"{run.description}"' if run.description and not context.secret else "",
        f"at the stage {stage.title}" if stage else "",
    )
    return ", ".join(part for part in known if part) or "nothing is known of it"


async def begin(context: Context, request: RunRequest, known: list[openapi.PipelineRun]) -> str:
    """Makes the run, and gives its ID; `known` are the runs that were there before.

    Raises:
        RunError: A run may have been made.
        LifecycleError: None was made.
        DataWorksError: None was made.
    """
    before = {run.id for run in known}
    description = request.described(context.urn)
    pipelines = context.client.pipelines

    async def send() -> str:
        return await pipelines.create(request.project_id, request.workflow_id, request.kind, description)

    async def look(_: int) -> str | None:
        """A list right after may be stale. A new run without any description counts: the service may keep none."""
        context.report.status("the answer was lost: looking for the pipeline run before making another")
        for pause in pauses(3):
            await context.pause(pause)
            for run in await context.client.pipelines.of_workflow(request.project_id, request.workflow_id):
                marked = request.marks(run) or not run.description
                if run.id not in before and marked:
                    return run.id
        return None

    context.report.status(f"{request.verb}: making a pipeline run")
    return await send_once(
        context, "CreatePipelineRun", send, look, partial(RunError, run_id="", goes_on=True)
    )


async def abolish(context: Context, project_id: int, run_id: str) -> bool:
    """Ends a run although the step is over; whether it was ended."""
    async with after_the_step(context) as client:
        await client.pipelines.abolish(project_id, run_id)
        return True
    return False


def current_stage(run: openapi.PipelineRun) -> openapi.PipelineStage | None:
    """The first stage that has not succeeded."""
    return next((stage for stage in run.in_order if stage.status != "Success"), None)


def has_failed(run: openapi.PipelineRun) -> bool:
    """Whether a stage has failed, which need not end the run."""
    return any(stage.failed for stage in run.stages)


# --- A pipeline run, seen to its end: stage by stage, as they come


_STAGE_SECONDS = 5.0
"""What a stage is expected to take where nothing is known: recorded are three within 70 s, a person's pauses included."""
_SOON = 0.5
"""Seconds until the first look, then: a stage may have nothing to do."""
_BY_A_PERSON = 120.0
"""Seconds after which nothing is learnt of a stage: a person may have passed it, and next time be quicker."""
_REFUSED_LOOKS = 3
"""How often a stage is looked at, once the service has refused to execute it, before it counts as a person's."""
_LINK = re.compile(r"https?://[^\s\"'<>]+")


async def follow(
    context: Context,
    request: RunRequest,
    run_id: str,
    seconds: dict[str, openapi.Length],
    first: str | None = None,
) -> openapi.PipelineRun:
    """Sees a run to its end: each stage is executed when all before it have succeeded.

    `seconds` is how long stages took so far, by code, and is corrected by what is seen of this run. `first` is the stage that
    begins by itself in a run that was made just now, as far as is known; None for an earlier run.

    Raises:
        RunError: It ended otherwise than in Success, or its end was not seen.
    """
    follower = _Follower(context, request, run_id, seconds)
    try:
        run = await follower.until_end(first)
    except (openapi.DataWorksError, CancelledStepError) as error:
        stage = current_stage(follower.seen) if follower.seen else None
        at = f", at the stage {stage.title}" if stage else ""
        message = f"{error}, at pipeline run {run_id}{at}; it goes on in DataWorks, and the next `pulumi up` resumes it"
        raise RunError(message, run_id=run_id, run=follower.seen, goes_on=True) from error
    if not run.took_effect:
        raise RunError(await _why_it_failed(context, request, run), run_id=run_id, run=run)
    return run


class _Follower:
    """A run as this step has seen it so far."""

    def __init__(
        self, context: Context, request: RunRequest, run_id: str, seconds: dict[str, openapi.Length]
    ) -> None:
        self.context, self.request, self.run_id, self.seconds = context, request, run_id, seconds
        self.executed: set[str] = set()
        self.refused: dict[str, openapi.ServiceError] = {}
        self.for_a_person: set[str] = set()
        self.last_status = ""
        self.seen: openapi.PipelineRun | None = None

    async def until_end(self, first: str | None) -> openapi.PipelineRun:
        self._turn_to(first or "", is_timed=first is not None)
        if first in self.seconds:
            await self._pause()
        found, looks = await self._look(), 0
        while not (found.ended or has_failed(found)):
            stage = current_stage(found)
            if (code := stage.code if stage else "") != self.code:
                self._turn_to(code, is_timed=self.is_timed)
            if stage is not None and stage.status == "Init":
                if self.request.kind == "Offline" and found.is_out_of_production:
                    # What is left may delete the workflow in Data Studio (DeleteNode, in version 0.0.1 of the vendor's skill).
                    if await abolish(self.context, self.request.project_id, found.id):
                        return found
                else:
                    await self._execute(found, stage, looks)
            self._report(found, stage)
            await self._pause()
            before, found, looks = found, await self._look(), looks + 1
            if _progress(found) != _progress(before):
                looks = 0
        return found

    def _turn_to(self, code: str, *, is_timed: bool) -> None:
        """A stage begins now, or is seen for the first time."""
        self.code, self.is_timed, self.unended = code, is_timed, 0.0
        self.begun = self.context.clock.monotonic()
        known = self.seconds.get(code)
        soon = () if known else (_SOON,)
        self.times = itertools.chain(soon, openapi.poll_times(_STAGE_SECONDS, known))

    @property
    def waited(self) -> float:
        return self.context.clock.monotonic() - self.begun

    async def _pause(self) -> None:
        due = next(time for time in self.times if time > self.waited)
        await self.context.pause(due - self.waited)

    def _note(self, found: openapi.PipelineRun) -> None:
        """Learns how long the current stage took, where it was seen to begin and no person had to pass it."""
        if not any(stage.code == self.code and stage.status == "Success" for stage in found.stages):
            self.unended = self.waited
            return
        if self.is_timed and self.code not in self.refused and self.waited < _BY_A_PERSON:
            self.seconds[self.code] = openapi.learn(
                self.seconds.get(self.code), (self.unended, self.waited), _STAGE_SECONDS
            )
        self.is_timed = True  # what comes next begins now

    async def _look(self) -> openapi.PipelineRun:
        """The run as it stands; one that was made just now may not be seen yet."""
        look = partial(self.context.client.pipelines.get, self.request.project_id, self.run_id)
        self.seen = await (look() if self.seen else when_seen(self.context, look))
        self._note(self.seen)
        return self.seen

    async def _execute(self, run: openapi.PipelineRun, stage: openapi.PipelineStage, looks: int) -> None:
        """Executes a stage, once; the first one begins by itself, so it is given time to."""
        if stage.code in self.refused and looks >= _REFUSED_LOOKS:
            self._wait_for_person(stage)
        first = stage == run.in_order[0]
        if stage.code in self.executed or (first and looks < _REFUSED_LOOKS):
            return
        self.context.report.status(f"executing {_place(run, stage)}")
        self.executed.add(stage.code)
        try:
            await self.context.client.pipelines.execute(self.request.project_id, self.run_id, stage.code)
            self._turn_to(stage.code, is_timed=True)
        except openapi.AnswerLost:
            self.executed.discard(stage.code)  # the next look shows whether it took effect
        except openapi.ServiceError as error:
            if not error.is_ambiguous_client_error:
                raise
            self.refused[stage.code] = error

    def _wait_for_person(self, stage: openapi.PipelineStage) -> None:
        """A stage stays as it is although it was its turn: somebody has to pass it in DataWorks."""
        fails = self.request.approval == "fail"
        then = ", and then run `pulumi up` again: it goes on with this run" if fails else ". Waiting for it"
        message = (
            f"{_for_a_person(stage)}: open the run in Data Studio (Deploy) of {self.request.noun} {self.request.workflow_id}"
            f"{_links(self.context, stage)}{then}. Executing the stage from here was refused: {self.refused[stage.code]} "
            f"(pipeline run {self.run_id})"
        )
        if fails:
            awaits = self.seen is not None and self.request.marks(self.seen)
            raise RunError(message, run_id=self.run_id, run=self.seen, goes_on=True, awaits=awaits)
        if stage.code not in self.for_a_person:
            self.for_a_person.add(stage.code)
            self.context.report.info(message)

    def _report(self, run: openapi.PipelineRun, stage: openapi.PipelineStage | None) -> None:
        where = _place(run, stage) if stage else "all stages have ended, the run not yet"
        if stage and stage.code in self.for_a_person:
            where = _for_a_person(stage)
        seconds = f", {self.waited:.0f} s so far" if self.waited >= 1 else ""
        status = f"{where}{seconds} (pipeline run {self.run_id})"
        if status != self.last_status:
            self.last_status = status
            self.context.report.status(status)


def _for_a_person(stage: openapi.PipelineStage) -> str:
    """Who has to do what: the beginning of a message, and all that a narrow terminal shows of a row."""
    return f"somebody has to pass {stage.title} in DataWorks"


def _place(run: openapi.PipelineRun, stage: openapi.PipelineStage) -> str:
    return f"stage {run.in_order.index(stage) + 1} of {len(run.stages)}, {stage.title}"


async def _why_it_failed(context: Context, request: RunRequest, run: openapi.PipelineRun) -> str:
    """The service's own words: of the run, the stage and the objects that failed."""
    stage = next((one for one in run.in_order if one.failed), None)
    at = f" at the stage {stage.title}" if stage else ""
    parts = [
        str(stage.message) if stage else "",
        str(run.message),
        *await _failed_items(context, request, run),
    ]
    words = "; ".join(dict.fromkeys(part.strip(" .;") for part in parts if part)) or "it gives no reason"
    again = "`pulumi up` again: that makes a new run" if request.kind == "Online" else "this again"
    return (
        f"{request.verb} {request.noun} {request.workflow_id} ended as {run.status if run.ended else 'Fail'}{at}: {words}"
        f"{_links(context, stage) if stage else ''} (pipeline run {run.id}; request {run.request_id}). "
        f"Fix it and run {again}"
    )


async def _failed_items(context: Context, request: RunRequest, run: openapi.PipelineRun) -> list[str]:
    try:
        items = await context.client.pipelines.items(request.project_id, run.id)
    except (openapi.DataWorksError, CancelledStepError):
        return []
    failed = [item for item in items if item.status in ("Fail", "Termination") and item.message]
    return [item.title if context.secret else f"{item.title}: {item.message}" for item in failed]


def _links(context: Context, stage: openapi.PipelineStage) -> str:
    """The addresses that the service names for a stage; ours would be invented."""
    if context.secret:
        return ""
    text = " ".join(words.raw for words in (stage.message, stage.description, stage.detail))
    links = list(dict.fromkeys(_LINK.findall(text)))
    return f": {', '.join(links)}" if links else ""


def _progress(run: openapi.PipelineRun) -> tuple[str, ...]:
    return (run.status, *(stage.status for stage in run.in_order))
