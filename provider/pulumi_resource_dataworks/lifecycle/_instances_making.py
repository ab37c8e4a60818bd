"""What a run asks for, and how its instances are made once: the API has no client token."""

from __future__ import annotations

import json
from collections.abc import Collection, Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import partial
from typing import Any, Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pulumi_resource_dataworks import flowspec, openapi

from . import _ownership
from ._instances import day_of, shown_ids, succeeded
from ._lost_answers import pauses, send_once
from ._state import iso_time
from ._step import Context, HalfDoneError, LifecycleError
from ._workflow_run_state import RUNNING, RunType, WorkflowRunInputs, WorkflowRunState, ranges_of

# --- The call that makes instances: the workflow's way to run, and its tasks


_TYPES: Mapping[str, RunType] = {
    "cycleworkflow": "SupplementData",
    "manualworkflow": "ManualWorkflow",
    "triggerworkflow": "TriggerWorkflow",
}
_ON_SCHEDULE: Final = "1"
"""What the SDK says of a scheduled task's WorkflowId."""


async def _request_of(context: Context, state: WorkflowRunState) -> tuple[dict[str, Any], str, str]:
    """The run to make, but for its business dates; the workflow's name, and its time zone where it has one.

    Raises:
        LifecycleError: The workflow is not there, has no tasks there, or cannot run so.
    """
    inputs, values = state.inputs, state.inputs.values
    found = await _ownership.read_unless_gone(context, inputs.project_id, inputs.workflow_id)
    if found is None:
        raise LifecycleError(
            f"there is no workflow {inputs.workflow_id} in project {inputs.project_id} to run: check workflowId and projectId"
        )
    own = _TYPES.get(str(found.root.get("kind")).casefold())
    kind = values.get("type") or own
    if kind != own and kind in ("ManualWorkflow", "TriggerWorkflow"):
        raise LifecycleError(
            f"type: this is a {found.root.get('kind')}, which does not run as {kind}. Leave type out"
        )
    if kind is None:
        raise LifecycleError(
            f"a workflow of kind {found.root.get('kind')} has no way to run of its own: give type"
        )
    if kind == "SupplementData" and not inputs.dates:
        raise LifecycleError("a scheduled workflow runs for business dates: give businessDates")
    if kind != "SupplementData" and (given := [key for key in ("parallelism", "order") if key in values]):
        raise LifecycleError(
            f"{' and '.join(given)}: only a backfill has this, and this run is a {kind}. Leave it out"
        )
    scheduling_id = found.definition.workflow_id or ""
    names = [str(node.get("name")) for node in flowspec.scope_of(flowspec.workflow_of(found.root))]
    tasks, scheduling_id = await _tasks(context, inputs, names, scheduling_id)
    chosen = _chosen(context, inputs, tasks)
    is_backfill = kind == "SupplementData"
    properties: dict[str, Any] = {"Priority": values.get("priority")}
    if is_backfill:  # the SDK says that each of these is required
        properties |= {"Mode": "ManualSelection", "Analysis": {"Enabled": False, "Blocked": False}}
        properties |= {"Parallelism": inputs.parallelism, "Order": values.get("order", "Asc")}
    if is_backfill or kind == "SmokeTest":
        properties["RootTaskIds"] = chosen
    elif len(chosen) < len(tasks):
        properties["IncludeTaskIds"] = chosen
    parameters = cast("Mapping[str, str]", values.get("parameters", {}))
    by_node = cast("Mapping[str, str]", values.get("nodeParameters", {}))
    _refuse_unknown(context, by_node, tasks, "nodeParameters")
    # The SDK says that a workflow's parameters take effect only where one is named.
    scheduled = (is_backfill or kind == "SmokeTest") and not parameters
    request = {
        "ProjectId": inputs.project_id,
        "Type": kind,
        "EnvType": inputs.environment,
        "Name": state.name,
        "WorkflowId": _ON_SCHEDULE if scheduled else scheduling_id,
        "DefaultRunProperties": {key: value for key, value in properties.items() if value is not None},
        "WorkflowParameters": _written(parameters, as_json=kind == "ManualWorkflow"),
        "TaskParameters": {tasks[name]: text for name, text in by_node.items()},
        "Comment": f"Run by Pulumi: {context.name}" if context.urn else "Run by pulumi-dataworks",
    }
    trigger: Any = flowspec.workflow_of(found.root).get("trigger")
    zone = str(cast("Mapping[str, Any]", trigger).get("timezone") or "") if isinstance(trigger, dict) else ""
    return request, found.definition.name, zone


async def _tasks(
    context: Context, inputs: WorkflowRunInputs, names: list[str], scheduling_id: str
) -> tuple[dict[str, str], str]:
    """The IDs of the workflow's tasks by their nodes' names, and the workflow's ID on the scheduling side.

    Which of the ways leads to them is unknown: what the service calls the workflow of a task, and whether it says of a
    workflow or a node which task it has become. A node's own task may be that of production.
    """
    listed = partial(context.client.instances.tasks_of, inputs.project_id, inputs.environment)
    tasks: list[openapi.Task] = []
    if scheduling_id:
        tasks = await listed(workflow_id=scheduling_id)
    if not tasks and names:
        if inputs.environment == "Prod":
            nodes = await context.client.nodes.called(inputs.project_id, container_id=inputs.workflow_id)
            if known := {node.name: node.task_id for node in nodes if node.task_id}:
                return known, scheduling_id or _ON_SCHEDULE
        alike = await listed(name=max(names, key=len))
        workflows = {task.workflow_id for task in alike if task.name == max(names, key=len)}
        if len(workflows) == 1 and (scheduling_id := workflows.pop()) != _ON_SCHEDULE:
            tasks = await listed(workflow_id=scheduling_id)
    if not tasks:
        why = (
            "production: deploy it first, and give the run the output workflowId of its WorkflowDeployment, so that it waits for it"
            if inputs.environment == "Prod"
            else "the environment for development: a workspace in standard mode has one, and a pipeline run brings them there. "
            "In simple mode remove the smoke test. In standard mode deploy once with the digest of the definition"
        )
        raise LifecycleError(
            f"DataWorks names no tasks of this workflow in {why} (workflow {inputs.workflow_id})"
        )
    return {task.name: task.id for task in tasks}, scheduling_id


def _chosen(context: Context, inputs: WorkflowRunInputs, tasks: Mapping[str, str]) -> list[int]:
    wanted: list[str] = inputs.values.get("nodes") or list(tasks)
    left_out: list[str] = inputs.values.get("excludeNodes") or []
    _refuse_unknown(context, wanted, tasks, "nodes")
    _refuse_unknown(context, left_out, tasks, "excludeNodes")
    chosen = [int(tasks[name]) for name in dict.fromkeys(wanted) if name not in left_out]
    if not chosen:
        raise LifecycleError("nodes and excludeNodes leave nothing to run")
    return chosen


def _refuse_unknown(context: Context, names: Collection[str], tasks: Mapping[str, str], key: str) -> None:
    if unknown := [name for name in names if name not in tasks]:
        raise LifecycleError(
            f"{key}: the workflow has no task for {context.named(unknown)} there, but {context.named(sorted(tasks))}. Write the "
            "names of nodes that are deployed"
        )


def _periods_of(state: WorkflowRunState) -> dict[str, Any]:
    """The business dates that are left to run, as the call takes them."""
    values, left = state.inputs.values, ranges_of(state.left) if state.done else state.inputs.ranges
    ranges = [{"StartBizDate": str(first), "EndBizDate": str(last)} for first, last in left]
    times = {"StartTime": values.get("startTime"), "EndTime": values.get("endTime")}
    return {"BizDates": ranges, **{key: time for key, time in times.items() if time}} if ranges else {}


def _written(parameters: Mapping[str, str], *, as_json: bool) -> str:
    """As the SDK says: JSON for a manual workflow, key=value for any other."""
    if as_json:
        return json.dumps(parameters, ensure_ascii=False) if parameters else ""
    if any(char.isspace() for pair in parameters.items() for text in pair for char in text):
        raise LifecycleError(
            "parameters: white space in a name or a value would begin another parameter. Write it without"
        )
    return " ".join(f"{key}={value}" for key, value in parameters.items())


# --- How it is made once


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
    request, workflow, zone = await _request_of(context, state)
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
    request["Periods"] = _periods_of(state)
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
        for pause in pauses(_LOOKS):
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
        for last in self.state.left[-1:] or self._by_default():
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

    def _places(self) -> list[tzinfo]:
        """Where business dates may begin."""
        zones: list[tzinfo] = [_CHINA, UTC]
        with suppress(ValueError, OSError, ZoneInfoNotFoundError):
            zones += [ZoneInfo(self.zone)] if self.zone else []
        return zones

    def _zones(self, day: date) -> list[tzinfo]:
        """Where the date may begin, each moment once."""
        begins = {
            datetime(day.year, day.month, day.day, tzinfo=zone).timestamp(): zone for zone in self._places()
        }
        return list(begins.values())

    def _by_default(self) -> list[date]:
        """The business dates that a run may have for which none is given: today and the day before, wherever that begins."""
        now = self.context.clock.utcnow()
        todays = {now.astimezone(zone).date() for zone in self._places()}
        return sorted({today - timedelta(days=back) for today in todays for back in (0, 1)})

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
        ended_earlier = one.ended and (iso_time(one.finished_time) or "") <= before.finished
        return one.id not in before.instance_ids and not (before.finished and ended_earlier)
