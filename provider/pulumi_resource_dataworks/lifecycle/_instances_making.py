"""How a run's instances are made once: the API has no client token."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pulumi_resource_dataworks import openapi

from ._instances import day_of, moment_of, shown_ids, succeeded
from ._instances_request import periods_of, request_of
from ._send_once import FIRST_PAUSE, send_once
from ._step import Context, HalfDoneError
from ._workflow_run_state import RUNNING, WorkflowRunState

_LOOKS = 6
"""How often a run whose answer was lost is looked for: about a minute, as it takes a while to make instances."""
_CHINA = timezone(timedelta(hours=8))
"""Where a business date begins by the SDK's sample. Elsewhere it may begin at a midnight of UTC's, or of the workflow's time zone."""


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
    request, workflow, zone = await request_of(context, state)
    state = replace(state, status=RUNNING, operation_id="", instance_ids=())
    search = _Search(context, request, state, before, zone)
    found = [] if context.stateless else await search.run({state.name})
    may_be_sent = before is not None and before.may_be_sent and before.name == state.name
    if may_be_sent:
        context.state_if_stopped = state
    if search.lacks_dates(found) and (found or may_be_sent):
        found = await search.run_that_was_sent({state.name}, spare=context.remaining / 2)
    if any(not one.ended for one in found):
        context.report.status("going on with an earlier run")
        return replace(state, instance_ids=(*state.done_ids, *(one.id for one in found)))
    if context.urn and (done := succeeded(found)):  # from a shell, the same command asks for another run
        search.state = state = state.keeping(done)
        if not may_be_sent:
            context.report.warning(_not_made_twice(context, state))
        if not state.left:
            return replace(state, instance_ids=state.done_ids)
        await search.run(())
    request["Periods"] = periods_of(state)
    context.state_if_stopped = state
    known = {one.id for one in search.of_last_date}

    async def send() -> WorkflowRunState:
        return replace(state, operation_id=await context.client.instances.create(request))

    async def look(_: int) -> WorkflowRunState | None:
        """A new instance that bears the workflow's name counts: the service may not keep another."""
        context.report.status("the answer was lost: looking for the instances before making others")
        found = await search.run_that_was_sent({state.name, workflow}, known)
        return replace(state, instance_ids=(*state.done_ids, *(one.id for one in found))) if found else None

    context.report.status("making instances")
    return await send_once(
        context, "CreateWorkflowInstances", send, look, partial(HalfDoneError, state=state)
    )


def _not_made_twice(context: Context, state: WorkflowRunState) -> str:
    what = f"for {len(state.done)} of {len(state.done) + len(state.left)} dates " if state.left else ""
    return (
        f"{context.name}: a run of just this has succeeded {what}already, so that is not run twice. "
        f"Change triggers to run it again{shown_ids(state.done_ids)}"
    )


@dataclass(slots=True)
class _Search:
    """Looks for the instances of a run; what was listed of the date that runs last is kept."""

    context: Context
    request: Mapping[str, Any]
    state: WorkflowRunState
    before: WorkflowRunState | None
    zone: str
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
        return len({day_of(one) for one in found}) < max(1, len(self.state.left))

    async def run(self, names: Container[str], known: Container[str] = ()) -> list[openapi.WorkflowInstance]:
        """The instances of the newest run of these names that the state does not hold, date by date.

        It is looked for by the date that runs last, and by all dates where it is there.
        """
        self.of_last_date = []
        for last in self.state.left[-1:] or _by_default(self.context):
            for zone in self._zones(last):
                listed = await self._listed(last, zone)
                self.of_last_date += listed
                if found := self._newest(listed, names, known):
                    earlier = [
                        self._newest(await self._listed(day, zone), {found[0].name})
                        for day in self.state.left[:-1]
                    ]
                    return [one for its in (*earlier, found) for one in its]
        return []

    def _zones(self, day: date) -> list[tzinfo]:
        """Where the date may begin, each moment once."""
        zones: list[tzinfo] = [_CHINA, UTC]
        with suppress(ValueError, OSError, ZoneInfoNotFoundError):
            zones += [ZoneInfo(self.zone)] if self.zone else []
        return list(
            {datetime(day.year, day.month, day.day, tzinfo=zone).timestamp(): zone for zone in zones}.values()
        )

    def _newest(
        self, listed: Iterable[openapi.WorkflowInstance], names: Container[str], known: Container[str] = ()
    ) -> list[openapi.WorkflowInstance]:
        """The newest instance of a date, after the others that the same call has made: a workflow may run more than once a day."""
        news = [one for one in listed if one.name in names and one.id not in known and self._is_news(one)]
        trigger = news[0].trigger_id if news else ""
        return [one for one in news[::-1] if one is news[0] or (trigger and one.trigger_id == trigger)]

    async def _listed(self, day: date, zone: tzinfo) -> list[openapi.WorkflowInstance]:
        """The instances of a business date, the newest first."""
        begins = datetime(day.year, day.month, day.day, tzinfo=zone)
        project_id, kind, where = (self.request[key] for key in ("ProjectId", "Type", "EnvType"))
        moment = int(begins.timestamp() * 1000)
        return await self.context.client.instances.of_date(project_id, kind, where, moment)

    def _is_news(self, one: openapi.WorkflowInstance) -> bool:
        """Whether the state does not hold an instance, and nothing in it has ended later."""
        before = self.before
        if before is None:
            return True
        ended_earlier = one.ended and moment_of(one.finished_time) <= before.finished
        return one.id not in before.instance_ids and not (before.finished and ended_earlier)


def _by_default(context: Context) -> list[date]:
    """The business dates that a run may have for which none is given."""
    today = (context.clock.utcnow() + timedelta(hours=8)).date()
    return [today - timedelta(days=1), today]
