"""A run's instances, and how they are seen to their end."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, pairwise
from typing import Any, TypeVar

from pulumi_resource_dataworks import openapi

from ._lost_answers import after_the_step, if_there, when_seen
from ._state import iso_time
from ._step import CancelledStepError, Context, HalfDoneError
from ._workflow_run_state import FAILURE, RUNNING, STOPPED, SUCCESS, UNKNOWN_END, WorkflowRunState

T = TypeVar("T")
_Failed = tuple[openapi.WorkflowInstance, openapi.TaskInstance]

_DAY = 24 * 3600.0
"""Seconds that a run may take where the resource has no customTimeouts."""
_EXPECTED = 60.0
"""Seconds that a run lets expect of which no earlier one is known."""
_LOG_LINES = 10
_SHOWN = 3
"""Nodes, and IDs, that are named in a message."""


def day_of(instance: openapi.WorkflowInstance) -> str:
    """The business date, whichever the zone is in which it begins, from 10 hours behind UTC to 13 ahead."""
    moment = datetime.fromtimestamp((instance.biz_date or 0) / 1000, UTC) + timedelta(hours=13)
    return str(moment.date())


def succeeded(instances: Iterable[openapi.WorkflowInstance]) -> dict[str, list[str]]:
    """The business dates for which every instance has succeeded, with their instances."""
    by_date: dict[str, list[openapi.WorkflowInstance]] = {}
    for one in instances:
        by_date.setdefault(day_of(one), []).append(one)
    return {
        day: [one.id for one in its]
        for day, its in by_date.items()
        if all(one.status == SUCCESS for one in its)
    }


def shown_ids(instance_ids: Sequence[str]) -> str:
    more = f" and {len(instance_ids) - _SHOWN} more" if len(instance_ids) > _SHOWN else ""
    return f" (workflow instances {', '.join(instance_ids[:_SHOWN])}{more})" if instance_ids else ""


def _between(times: Iterable[float]) -> Iterator[float]:
    """The pauses from the first look, at once, to one at each time."""
    return (due - before for before, due in pairwise(chain((0.0,), times)))


async def follow(context: Context, state: WorkflowRunState) -> WorkflowRunState:
    """Sees a run's instances to their end.

    Raises:
        HalfDoneError: A task failed, or the end was not seen.
    """
    context.allow(_DAY)
    follower = _Follower(context, replace(state, status=RUNNING))
    context.state_if_stopped = follower.state
    try:
        return await follower.until_end()
    except CancelledStepError as error:
        state, what = follower.state, _goes_on(context)
        if state.inputs.values.get("stopOnCancel") is True and await follower.stop():
            state = replace(state, status=STOPPED).keeping(succeeded(follower.instances.values()))
            what = f"it was stopped, as stopOnCancel asks, and {_next(context)} runs {state.rest} again"
        raise HalfDoneError(f"{error}, with {follower.progress()}; {what}{follower.ids}", state) from error
    except openapi.DataWorksError as error:
        message = f"{error}; {_goes_on(context)}, with {follower.progress()}{follower.ids}"
        raise HalfDoneError(message, follower.state) from error


def _goes_on(context: Context) -> str:
    limit = "" if context.urn else " unless it has ended by then"
    return f"it goes on in DataWorks, and {_next(context)} waits for it{limit}"


def _next(context: Context) -> str:
    return "the next `pulumi up`" if context.urn else "the same command"


@dataclass(slots=True)
class _Follower:
    """A run as this step has seen it so far."""

    context: Context
    state: WorkflowRunState
    instances: dict[str, openapi.WorkflowInstance] = field(
        default_factory=dict[str, openapi.WorkflowInstance]
    )
    tasks: dict[str, list[openapi.TaskInstance]] = field(
        default_factory=dict[str, list[openapi.TaskInstance]]
    )

    async def until_end(self) -> WorkflowRunState:
        if not self.state.instance_ids:
            await self._made()
        self.context.state_if_stopped = self.state
        self.context.report.status("looking at the instances")
        for instance_id in self.state.instance_ids:
            await self._look_at(instance_id)
        backwards = self.state.inputs.values.get("order") == "Desc"
        unended = sorted(self.instances.values(), key=lambda one: one.biz_date or 0, reverse=backwards)
        shown, reported = "", False
        for pause in _between(openapi.poll_times(_EXPECTED)):
            at_work = 0
            for one in list(unended):  # so many run at once, in this order: of the others there is no news
                if at_work < self.state.inputs.parallelism:
                    is_over = await self._is_over(one)
                    unended = [other for other in unended if other is not one or not is_over]
                    at_work += not is_over
            if not unended:
                break
            if not reported and (failed := self._failed()):
                reported = True
                self.context.report.warning(f"{self._first(failed)}, and the rest goes on")
            if (progress := self.progress()) != shown:
                self.context.report.status(shown := progress)
            await self.context.pause(pause)
        return await self._ended()

    @property
    def ids(self) -> str:
        """The instances, for the end of a message."""
        return shown_ids(self.state.instance_ids)

    async def stop(self) -> bool:
        """Stops the instances although the step is over; whether it did."""
        ended = {one.id for one in self.instances.values() if one.ended}
        if unended := [one for one in self.state.instance_ids if one not in ended]:
            async with after_the_step(self.context) as client:
                return await client.instances.stop(unended, "Interrupted")
        return False

    def progress(self) -> str:
        """How far it is, for a message: what is news comes first."""
        seen = [task for tasks in self.tasks.values() for task in tasks]
        done = sum(task.ended for task in seen)
        most = max(map(len, self.tasks.values()), default=0)
        total = len(seen) + most * (len(self.state.instance_ids) - len(self.tasks))
        names = list(dict.fromkeys(task.task_name for task in seen if task.is_at_work))
        running = f", running {self._named(names)}" if names else ""
        return f"{done} of {total} done{running}"

    def _named(self, names: list[str]) -> str:
        if self.context.secret:
            return self.context.named(names)
        more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
        return ", ".join([*names[:_SHOWN], *more])

    async def _made(self) -> None:
        """Waits until the instances are made."""
        operation = self.state.operation_id
        for pause in _between(openapi.poll_times(2)):
            found = await self._seen(self.context.client.instances.creation, operation)
            if found is None or (found.status == "Created" and not found.workflow_instance_ids):
                message = f"DataWorks names no instances of operation {operation}: {_next(self.context)} looks for them"
                raise HalfDoneError(message, replace(self.state, operation_id=""))
            if found.status == "CreateFailure" and not found.workflow_instance_ids:
                message = (
                    f"nothing runs, as DataWorks could not make the instances: {found.failure_message or found.status} "
                    f"(operation {operation}; request {found.request_id})"
                )
                raise HalfDoneError(message, replace(self.state, status=FAILURE, operation_id=""))
            if found.workflow_instance_ids:
                ids = (*self.state.done_ids, *found.workflow_instance_ids)
                self.state = replace(self.state, instance_ids=ids)
                return
            self.context.report.status(f"instances are being made (operation {operation})")
            await self.context.pause(pause)

    async def _seen(self, ask: Callable[[str], Coroutine[Any, Any, T]], own_id: str) -> T | None:
        return await if_there(when_seen(self.context, partial(ask, own_id)))

    async def _look_at(self, instance_id: str) -> openapi.WorkflowInstance | None:
        found = await self._seen(self.context.client.instances.get, instance_id)
        if found is None:
            self.context.report.warning(
                f"DataWorks does not know a workflow instance any more: how it ended is unknown ({instance_id})"
            )
            self.instances.pop(instance_id, None)
        else:
            self.instances[instance_id] = found
        return found

    async def _is_over(self, one: openapi.WorkflowInstance) -> bool:
        """Whether an instance has ended. One with a failed task may count as failed while other tasks of it still run."""
        if await self._has_work(one):
            return False
        found = await self._look_at(one.id)
        if found is None or not found.ended:
            return found is None
        # What ended between the two calls.
        settled = all(task.ended for task in self.tasks[one.id])
        return settled or not await self._has_work(one)

    async def _has_work(self, one: openapi.WorkflowInstance) -> bool:
        inputs = self.state.inputs
        tasks = self.context.client.instances.tasks
        self.tasks[one.id] = await tasks(inputs.project_id, inputs.environment, one)
        return any(task.is_at_work for task in self.tasks[one.id])

    async def _ended(self) -> WorkflowRunState:
        seen = [one for key in self.state.instance_ids if (one := self.instances.get(key))]
        failed = any(one.status != SUCCESS for one in seen)
        started = [one.started_time for one in seen if one.started_time]
        finished = [one.finished_time for one in seen if one.finished_time]
        ended: dict[str, set[str]] = {}
        for task in (task for tasks in self.tasks.values() for task in tasks):
            ended.setdefault(task.task_name, set()).add(task.status)
        state = replace(
            self.state,
            status=FAILURE if failed else SUCCESS if seen else UNKNOWN_END,
            started=iso_time(min(started, default=None)) or "",
            finished=iso_time(max(finished, default=None)) or "",
            # The first by the alphabet is Failure.
            node_statuses={name: min(found) for name, found in sorted(ended.items())},
        )
        if failed:
            self.state = state.keeping(succeeded(seen))
            raise HalfDoneError(await self._why(), self.state)
        self.context.report.status(self.progress())
        return state

    async def _why(self) -> str:
        """What failed first, with the end of its log."""
        again = (
            f"`pulumi up` runs {self.state.rest}" if self.context.urn else "the same command runs all of it"
        )
        again = f"Once that is fixed, {again} again"
        failed = self._failed()
        if not failed:
            return f"it failed, with {self.progress()}: somebody may have stopped it. {again}{self.ids}"
        one, task = failed[0]
        others = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
        return (
            f"{self._first(failed)}{others}, with {self.progress()}. {await self._log(task.id)}\n"
            f"{again} (task instance {task.id}; workflow instance {one.id})"
        )

    def _failed(self) -> list[_Failed]:
        """The tasks that have failed, each with its instance, the first that did first."""
        found = [
            (one, task)
            for one in self.instances.values()
            for task in self.tasks.get(one.id, [])
            if task.status == FAILURE
        ]
        return sorted(found, key=lambda pair: pair[1].finished_time or 0)

    def _first(self, failed: list[_Failed]) -> str:
        one, task = failed[0]
        what = "a task" if self.context.secret else f'"{task.task_name}"'
        return f"{what} failed for {day_of(one)}"

    async def _log(self, task_id: str) -> str:
        if self.context.secret:
            return "Its log is not shown, because what was sent holds a secret that it may quote: look it up in DataWorks."
        try:
            lines = await self.context.client.instances.log_end(task_id, _LOG_LINES)
        except (openapi.DataWorksError, CancelledStepError) as error:
            return f"Its log could not be read: {error}."
        return (
            "\n".join(["The end of its log:", *(f"  {line}" for line in lines)])
            if lines
            else "Its log is empty."
        )
