"""A run's instances: how they are made once, and how they are seen to their end."""

from __future__ import annotations

from collections.abc import Callable, Container, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from typing import Any, TypeVar

from pulumi_resource_dataworks import openapi

from ._instances_request import periods_of, request_of
from ._send_once import FIRST_PAUSE, send_once
from ._step import CancelledStepError, Context, HalfDoneError, after_the_step
from ._workflow_run_state import FAILURE, RUNNING, STOPPED, SUCCESS, UNKNOWN_END, WorkflowRunState

T = TypeVar("T")

# --- How instances are made once


_LOOKS = 6
"""How often a run whose answer was lost is looked for: about a minute, as it takes a while to make instances."""
_ZONES = (8, 0)
"""Hours ahead of UTC at which a business date may begin. The SDK's sample is a midnight of China's."""


async def begin(
    context: Context, state: WorkflowRunState, before: WorkflowRunState | None
) -> WorkflowRunState:
    """Makes the run, or goes on with one of this very request; gives the state with what is known of it.

    Args:
        context: The step.
        state: What is asked for.
        before: What Pulumi's state holds of this resource, if anything: its instances are no news.

    Raises:
        HalfDoneError: It may have been made.
        LifecycleError: It was not.
        DataWorksError: It was not.
    """
    request, workflow = await request_of(context, state)
    state = replace(state, status=RUNNING, operation_id="", instance_ids=())
    search = _Search(context, request, state, before)
    found = [] if context.stateless else await search.run({state.name})
    may_be_sent = before is not None and before.may_be_sent and before.name == state.name
    if search.lacks_dates(found) and (found or may_be_sent):
        context.state_if_stopped = before
        found = await search.run_that_was_sent({state.name}, spare=context.remaining / 2)
    if any(not one.ended for one in found):
        context.report.status("going on with an earlier run")
        return replace(state, instance_ids=(*state.done_ids, *(one.id for one in found)))
    if context.urn and (done := _succeeded(found)):  # from a shell, the same command asks for another run
        search.state = state = state.keeping(done)
        context.report.warning(_not_made_twice(context, state))
        if not state.left:
            return replace(state, instance_ids=state.done_ids)
        await search.run(())
    request["Periods"] = periods_of(state)
    context.state_if_stopped = state
    known = {one.id for one in search.of_last_date}

    async def send() -> WorkflowRunState:
        return replace(state, operation_id=await context.ask(context.client.instances.create(request)))

    async def look(_: int) -> WorkflowRunState | None:
        """A new instance that bears the workflow's name counts: the service may not keep another."""
        context.report.status("the answer was lost: looking for the instances before making others")
        found = await search.run_that_was_sent({state.name, workflow}, known)
        return replace(state, instance_ids=(*state.done_ids, *(one.id for one in found))) if found else None

    context.report.status("making instances")
    return await send_once(
        context, "CreateWorkflowInstances", send, look, partial(HalfDoneError, state=state)
    )


def _succeeded(instances: Iterable[openapi.WorkflowInstance]) -> dict[str, list[str]]:
    """The business dates for which every instance has succeeded, with their instances."""
    by_date: dict[str, list[openapi.WorkflowInstance]] = {}
    for one in instances:
        by_date.setdefault(_day(one), []).append(one)
    return {
        day: [one.id for one in its]
        for day, its in by_date.items()
        if all(one.status == SUCCESS for one in its)
    }


def _not_made_twice(context: Context, state: WorkflowRunState) -> str:
    what = f"for {len(state.done)} of {len(state.done) + len(state.left)} dates " if state.left else ""
    return (
        f"{context.urn.rpartition('::')[2]}: a run of just this has succeeded {what}already, so that is not run twice. "
        f"Change triggers to run it again{_shown(state.done_ids)}"
    )


@dataclass(slots=True)
class _Search:
    """Looks for the instances of a run; what was listed of the date that runs last is kept."""

    context: Context
    request: Mapping[str, Any]
    state: WorkflowRunState
    before: WorkflowRunState | None
    of_last_date: list[openapi.WorkflowInstance] = field(default_factory=list[openapi.WorkflowInstance])

    async def run_that_was_sent(
        self, names: Container[str], known: Container[str] = (), *, spare: float = 0
    ) -> list[openapi.WorkflowInstance]:
        """The instances of a run that may not be seen yet: an incomplete one is believed in the last look.

        Of the step's time `spare` seconds are left.
        """
        found: list[openapi.WorkflowInstance] = []
        for pause in (FIRST_PAUSE * 2**number for number in range(_LOOKS)):
            if spare and self.context.remaining - pause < spare:
                break
            await self.context.pause(pause)
            found = await self.run(names, known)
            if not self.lacks_dates(found):
                break
        return found

    def lacks_dates(self, found: Iterable[openapi.WorkflowInstance]) -> bool:
        """Whether not every business date has an instance, as far as is known which there are."""
        return len({_day(one) for one in found}) < max(1, len(self.state.left))

    async def run(self, names: Container[str], known: Container[str] = ()) -> list[openapi.WorkflowInstance]:
        """The instances of the newest run of these names that the state does not hold, date by date.

        It is looked for by the date that runs last, and by all dates where it is there.
        """
        last = self.state.left[-1:] or _by_default(self.context)
        self.of_last_date = []
        for zone in _ZONES:
            for day in last:
                listed = await self._listed(day, zone)
                self.of_last_date += listed
                one = next((one for one in listed if one.name in names and self._is_news(one, known)), None)
                if one is not None:
                    days = self.state.left[:-1]
                    return [
                        *[other for earlier in days for other in await self._of_run(earlier, zone, one.name)],
                        *_of_one_trigger(one, listed),
                    ]
        return []

    async def _of_run(self, day: date, zone: int, name: str) -> list[openapi.WorkflowInstance]:
        listed = [one for one in await self._listed(day, zone) if one.name == name and self._is_news(one)]
        return _of_one_trigger(listed[0], listed) if listed else []

    async def _listed(self, day: date, zone: int) -> list[openapi.WorkflowInstance]:
        """The instances of a business date, the newest first."""
        begins = datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(hours=zone)))
        project_id, kind, where = (self.request[key] for key in ("ProjectId", "Type", "EnvType"))
        moment = int(begins.timestamp() * 1000)
        return await self.context.ask(self.context.client.instances.of_date(project_id, kind, where, moment))

    def _is_news(self, one: openapi.WorkflowInstance, known: Container[str] = ()) -> bool:
        before = self.before
        if one.id in known or (before is not None and one.id in before.instance_ids):
            return False
        is_older = (
            before is not None and bool(before.finished) and _moment(one.finished_time) <= before.finished
        )
        return not (one.ended and is_older)


def _of_one_trigger(
    one: openapi.WorkflowInstance, listed: Iterable[openapi.WorkflowInstance]
) -> list[openapi.WorkflowInstance]:
    """An instance, and the others of its date that one call has made with it: a workflow may run more than once a day."""
    more = [
        other
        for other in listed
        if other is not one and one.trigger_id and other.trigger_id == one.trigger_id
    ]
    return [*more[::-1], one]


def _by_default(context: Context) -> list[date]:
    """The business dates that a run may have for which none is given."""
    today = (context.clock.utcnow() + timedelta(hours=_ZONES[0])).date()
    return [today - timedelta(days=1), today]


def _day(instance: openapi.WorkflowInstance) -> str:
    """The business date, whichever the zone is in which it begins: the day whose beginning is nearest."""
    moment = datetime.fromtimestamp((instance.biz_date or 0) / 1000, UTC) + timedelta(hours=12)
    return str(moment.date())


# --- How they are seen to their end


_DAY = 24 * 3600.0
"""Seconds that a run may take where the resource has no customTimeouts."""
_EXPECTED = 60.0
"""Seconds that a run lets expect of which no earlier one is known."""
_LOG_LINES = 10
_SHOWN = 3
"""Nodes, and IDs, that are named in a message."""


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
            state = replace(state, status=STOPPED).keeping(_succeeded(follower.instances.values()))
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


def _shown(instance_ids: Sequence[str]) -> str:
    more = f" and {len(instance_ids) - _SHOWN} more" if len(instance_ids) > _SHOWN else ""
    return f" (workflow instances {', '.join(instance_ids[:_SHOWN])}{more})" if instance_ids else ""


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
        self.context.report.status(f"looking at {len(self.state.instance_ids)} instances")
        for instance_id in self.state.instance_ids:
            await self._look_at(instance_id)
        backwards = self.state.inputs.values.get("order") == "Desc"
        unended = sorted(self.instances.values(), key=lambda one: one.biz_date or 0, reverse=backwards)
        waited, shown = 0.0, ""
        for due in openapi.poll_times(_EXPECTED):
            at_work = 0
            for one in list(unended):  # so many run at once, in this order: of the others there is no news
                if at_work < self.state.inputs.parallelism:
                    is_over = await self._is_over(one)
                    unended = [other for other in unended if other is not one or not is_over]
                    at_work += not is_over
            if not unended:
                break
            if (progress := self.progress()) != shown:
                self.context.report.status(shown := progress)
            await self.context.pause(due - waited)
            waited = due
        return await self._ended()

    @property
    def ids(self) -> str:
        """The instances, for the end of a message."""
        return _shown(self.state.instance_ids)

    async def stop(self) -> bool:
        """Stops the instances although the step is over; whether it did."""
        if self.state.instance_ids:
            async with after_the_step():
                return await self.context.client.instances.stop(self.state.instance_ids, "Interrupted")
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
            return f"{len(names)} nodes" if len(names) > 1 else "1 node"
        more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
        return ", ".join([*names[:_SHOWN], *more])

    async def _made(self) -> None:
        """Waits until the instances are made."""
        waited, operation = 0.0, self.state.operation_id
        for due in openapi.poll_times(2):
            found = await self._unless_unknown(partial(self.context.client.instances.creation, operation))
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
            await self.context.pause(due - waited)
            waited = due

    async def _look_at(self, instance_id: str) -> openapi.WorkflowInstance | None:
        found = await self._unless_unknown(partial(self.context.client.instances.get, instance_id))
        if found is None:
            self.context.report.warning(
                f"DataWorks does not know a workflow instance any more: how it ended is unknown ({instance_id})"
            )
            self.instances.pop(instance_id, None)
        else:
            self.instances[instance_id] = found
        return found

    async def _unless_unknown(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> T | None:
        """What a call gives; None where it stays unknown."""
        try:
            return await self.context.ask_when_seen(ask)
        except openapi.ServiceError as error:
            if not error.is_ambiguous_client_error:
                raise
        return None

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
        call = self.context.client.instances.tasks(inputs.project_id, inputs.environment, one)
        self.tasks[one.id] = await self.context.ask(call)
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
            started=_moment(min(started, default=None)),
            finished=_moment(max(finished, default=None)),
            # The first by the alphabet is Failure.
            node_statuses={name: min(found) for name, found in sorted(ended.items())},
        )
        if failed:
            self.state = state.keeping(_succeeded(seen))
            raise HalfDoneError(await self._why(), self.state)
        self.context.report.status(self.progress())
        return state

    async def _why(self) -> str:
        """What failed first, with the end of its log."""
        again = (
            f"`pulumi up` runs {self.state.rest}" if self.context.urn else "the same command runs all of it"
        )
        again = f"Once that is fixed, {again} again"
        failed = [
            (one, task)
            for one in self.instances.values()
            for task in self.tasks[one.id]
            if task.status == FAILURE
        ]
        if not failed:
            return f"it failed, with {self.progress()}: somebody may have stopped it. {again}{self.ids}"
        one, task = min(failed, key=lambda pair: pair[1].finished_time or 0)
        what = "a task" if self.context.secret else f'"{task.task_name}"'
        others = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
        return (
            f"{what} failed for {_day(one)}{others}, with {self.progress()}. {await self._log(task.id)}\n"
            f"{again} (task instance {task.id}; workflow instance {one.id})"
        )

    async def _log(self, task_id: str) -> str:
        if self.context.secret:
            return "Its log is not shown, because what was sent holds a secret that it may quote: look it up in DataWorks."
        try:
            lines = await self.context.ask(self.context.client.instances.log_end(task_id, _LOG_LINES))
        except (openapi.DataWorksError, CancelledStepError) as error:
            return f"Its log could not be read: {error}."
        return (
            "\n".join(["The end of its log:", *(f"  {line}" for line in lines)])
            if lines
            else "Its log is empty."
        )


def _moment(milliseconds: int | None) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
