"""A pipeline run, seen to its end: stage by stage, as they come."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_resource_dataworks import openapi

from ._context import Context
from ._errors import CancelledStepError
from ._pipeline import Order, RunError, current_stage, has_failed

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
