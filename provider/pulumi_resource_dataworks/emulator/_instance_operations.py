"""The operations about instances and tasks, as the vendor's SDK (9.11.0) has them."""

from __future__ import annotations

import datetime as dt
import heapq
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta, timezone
from functools import partial
from typing import Final, TypeVar, cast
from zoneinfo import ZoneInfo

from ._calls import JsonObject, Parameters, ServiceError, integer, json_object, missing, paged, refused, texts
from ._instances import Environment, Instance, InstanceType, TaskRun
from ._model import Account, Project, Workflow, milliseconds, scheduling_id
from ._pipelines import outputs
from ._state import ServiceState

T = TypeVar("T")
_KINDS: Final = {
    "SupplementData": "CycleWorkflow",
    "ManualWorkflow": "ManualWorkflow",
    "TriggerWorkflow": "TriggerWorkflow",
    "SmokeTest": None,
}
_ON_SCHEDULE: Final = 1
"""Documented: the WorkflowId of scheduled tasks."""


@dataclass(frozen=True)
class _Task:
    task_id: int
    name: str
    node: JsonObject
    workflow: Workflow
    environment: Environment

    @property
    def workflow_id(self) -> int:
        return scheduling_id(self.workflow.workflow_id, "scheduling")

    @property
    def kind(self) -> str:
        """The kind of workflow it runs as: a node outside of workflows is scheduled."""
        return "CycleWorkflow" if self.workflow.kind == "Node" else self.workflow.kind


def create_workflow_instances(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """Make instances, one for each business date; they run at once."""
    project, kind = state.project(integer(params, "ProjectId")), params["Type"]
    if kind not in _KINDS:
        raise ServiceError(400, "InvalidType", f"Type is none of {', '.join(_KINDS)}.")
    operation, now = str(uuid.uuid4()), state.clock.now()
    known = now + state.switches.instances_made_after
    try:
        made: list[Instance] | str = _make(state, project, cast("InstanceType", kind), params)
    except ServiceError as refusal:
        if state.switches.refused_instances == "at_once":
            raise
        made = refusal.message
    state.scheduler.add(operation, known, made)
    return {"OperationId": operation}


def get_create_workflow_instances_result(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """What became of a call that makes instances."""
    if params["OperationId"] not in state.scheduler.operations:
        return state.empty_answer({})
    known, made = state.scheduler.operations[params["OperationId"]]
    if state.clock.now() < known:
        return {"Result": {"Status": "Creating"}}
    if isinstance(made, str):
        return {"Result": {"Status": "CreateFailure", "FailureMessage": made}}
    return {"Result": {"Status": "Created", "WorkflowInstanceIds": made}}


def list_workflow_instances(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One page of the instances of a business date."""
    project = state.project(integer(params, "ProjectId")).project_id
    date = integer(params, "BizDate")
    found = [
        one
        for one in _seen(state)
        if one.project_id == project
        and one.biz_date == date
        and params.get("Type") in {None, one.kind}
        and params.get("EnvType") in {None, one.environment}
        and params.get("Name", "") in _name(state, one)
    ]
    newest_first = found[::-1]  # documented
    return paged(params, "WorkflowInstances", newest_first, partial(_instance, state))


def get_workflow_instance(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One instance."""
    found = {one.instance_id: one for one in _seen(state)}.get(integer(params, "Id"))
    return state.empty_answer({}) if found is None else {"WorkflowInstance": _instance(state, found)}


def list_task_instances(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One page of the task instances of a business date."""
    project = state.project(integer(params, "ProjectId")).project_id
    date = integer(params, "Bizdate")
    found = [
        (one, task)
        for one in _seen(state)
        if one.project_id == project
        and one.biz_date == date
        and params.get("WorkflowInstanceId") in {None, str(one.instance_id)}
        and params.get("ProjectEnv") in {None, one.environment}
        for task in one.tasks
    ]
    return paged(params, "TaskInstances", found, lambda each: _task_instance(state, *each), 500)


def get_task_instance_log(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """A task instance's log, which begins with the task."""
    wanted = integer(params, "Id")
    for one in state.scheduler.instances.values():
        for task in one.tasks:
            if task.run_id == wanted:
                begun = one.status_of(task, state.clock.now()) != "NotRun"
                return {"TaskInstanceLog": task.life.log if begun else ""}
    return state.empty_answer({})


def stop_workflow_instances(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """Stop instances; that their running tasks then count as failed is a guess, as no status says "stopped"."""
    now, results = state.clock.now(), dict[str, JsonObject]()
    for given in texts(params, "Ids"):
        found = state.scheduler.instances.get(int(given)) if given.isdecimal() else None
        if found is not None and found.stopped is None and now < found.ends:
            found.stopped = now
        results[given] = {"Success": found is not None, "Message": "" if found else "It does not exist."}
    return {"SuccessInfo": results}


def list_tasks(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One page of the tasks of a workspace."""
    project = state.project(integer(params, "ProjectId"))
    environment: Environment = "Dev" if params.get("ProjectEnv") == "Dev" else "Prod"
    tasks = [(task, _told_workflow(state, task)) for task in _tasks(state, project, environment)]
    found = [
        {
            "Id": task.task_id,
            "Name": task.name,
            "ProjectId": project.project_id,
            "ProjectEnv": environment,
            "Type": task.node["script"]["runtime"].get("command", ""),
            "WorkflowId": workflow_id,
        }
        for task, workflow_id in tasks
        if params.get("Name", "") in task.name and params.get("WorkflowId") in {None, str(workflow_id)}
    ]
    return paged(params, "Tasks", found, lambda task: task)


def _make(state: ServiceState, project: Project, kind: InstanceType, params: Parameters) -> list[Instance]:
    properties, given = json_object(params, "DefaultRunProperties"), json_object(params, "TaskParameters")
    environment: Environment = "Dev" if params.get("EnvType") == "Dev" else "Prod"
    dates = _dates(json_object(params, "Periods"))
    if kind == "SupplementData":
        if not dates:
            raise missing("Periods")
        for name in ("Mode", "Parallelism", "Analysis", "RootTaskIds"):  # documented as required
            if name not in properties:
                raise missing(f"DefaultRunProperties.{name}")
        if not 1 <= properties["Parallelism"] <= 10:
            raise ServiceError(400, "InvalidParallelism", "Parallelism is from 1 to 10.")
    tasks = _chosen(_tasks(state, project, environment), kind, integer(params, "WorkflowId"), properties)
    zone = _zone(state, tasks[0].workflow)
    today = dt.datetime.fromtimestamp(state.clock.now(), zone).date()
    by_default = today - timedelta(days=state.switches.default_business_date == "yesterday")
    dates = sorted(set(dates) or {by_default}, reverse=properties.get("Order") == "Desc")
    now, made = state.clock.now(), list[Instance]()
    free = [now] * (properties.get("Parallelism") or len(dates))
    makers = {output: node_id for task in tasks for output, node_id in outputs(task.workflow).items()}
    names = {task.task_id: task.name for task in tasks}
    before = {task.task_id: list(_before(task, makers)) for task in tasks}
    triggers = dict[dt.date, int]()
    for date in [date for date in dates for _ in range(1 + (state.switches.instances_of_date == "two"))]:
        begins = heapq.heappop(free)
        planned = state.scheduler.plan(str(date), begins, names, before)
        for task in planned:
            task.parameters = str(given.get(str(task.task_id), ""))
        instance_id = state.scheduler.next_id()
        instance = Instance(
            instance_id,
            project.project_id,
            kind,
            environment,
            params["Name"],
            tasks[0].workflow_id,
            tasks[0].workflow.body["name"],
            str(date),
            milliseconds(dt.datetime.combine(date, dt.time(), zone).timestamp()),
            now,
            begins,
            planned,
            params.get("WorkflowParameters", ""),
            triggers.setdefault(date, instance_id),
        )
        heapq.heappush(free, instance.ends)
        made.append(instance)
    return made


def _chosen(
    tasks: Iterable[_Task], kind: InstanceType, workflow_id: int, properties: JsonObject
) -> list[_Task]:
    roots, included = _ids(properties, "RootTaskIds"), _ids(properties, "IncludeTaskIds")
    of_kind = [task for task in tasks if _KINDS[kind] in {None, task.kind}]
    if kind in ("SupplementData", "SmokeTest"):
        wanted = included or roots
        found = [task for task in of_kind if task.task_id in wanted]
    else:
        found = [task for task in of_kind if task.workflow_id == workflow_id]
        wanted = included or {task.task_id for task in found}
        found = [task for task in found if task.task_id in wanted]
    unknown = wanted - {task.task_id for task in found}
    if unknown or not found:
        raise refused(f"There is no task {', '.join(map(str, sorted(unknown)))} of this type.")
    if workflow_id not in {_ON_SCHEDULE, *(task.workflow_id for task in found)}:
        raise refused(f"There is no workflow {workflow_id}.")
    return [task for task in found if task.task_id not in _ids(properties, "ExcludeTaskIds")]


def _tasks(state: ServiceState, project: Project, environment: Environment) -> Iterator[_Task]:
    """What runs in an environment; which workflows are in that for development before a pipeline run is a switch."""
    if environment == "Prod":
        workflows = [one for one in state.production.values() if one.project_id == project.project_id]
    elif not project.dev_environment_enabled:
        workflows = []
    else:
        passed = {
            run.key
            for run in state.runs.values()
            for stage in run.stages
            if stage.code == "DEV" and stage.status == "Success"
        }
        all_of_them = state.switches.dev_tasks == "of_the_draft"
        drafts = state.objects(project.project_id)
        workflows = [one for one in drafts if all_of_them or one.key in passed]
    for workflow in workflows:
        for node in workflow.nodes.values():
            yield _Task(scheduling_id(node["id"], "task"), node["name"], node, workflow, environment)


def _before(task: _Task, makers: dict[str, str]) -> Iterator[int]:
    for dependency in task.workflow.dependencies:
        for item in dependency.get("depends", []) if dependency["nodeId"] == task.node["id"] else ():
            maker = makers.get(item.get("output", ""))
            if maker is not None and maker != task.node["id"]:
                yield scheduling_id(maker, "task")


def _dates(periods: JsonObject) -> list[dt.date]:
    ranges = periods.get("BizDates", [])
    if len(ranges) > 7:
        raise ServiceError(400, "InvalidPeriods", "There are at most 7 ranges of business dates.")
    if ("StartTime" in periods) != ("EndTime" in periods):
        raise ServiceError(400, "InvalidPeriods", "StartTime and EndTime go together.")
    found = list[dt.date]()
    for one in ranges:
        try:
            start, end = (dt.date.fromisoformat(one[key]) for key in ("StartBizDate", "EndBizDate"))
        except (KeyError, ValueError):
            raise ServiceError(400, "InvalidPeriods", "A business date is yyyy-mm-dd.") from None
        found += [start + timedelta(days=day) for day in range((end - start).days + 1)]
    return found


def _zone(state: ServiceState, workflow: Workflow) -> dt.tzinfo:
    own = workflow.body.get("trigger", {}).get("timezone")
    if own and state.switches.business_dates_in == "zone_of_the_workflow":
        return ZoneInfo(own)
    return timezone(timedelta(hours=0 if state.switches.business_dates_in == "utc" else 8))


def _ids(properties: JsonObject, name: str) -> set[int]:
    given: list[int] = properties.get(name) or []
    return set(map(int, given))


def _seen(state: ServiceState) -> list[Instance]:
    horizon = state.clock.now() - max(state.switches.stale_reads, state.switches.instances_made_after)
    return [one for one in state.scheduler.instances.values() if one.created <= horizon]


def _name(state: ServiceState, instance: Instance) -> str:
    return instance.name if state.switches.instance_name == "as_sent" else instance.workflow_name


def _told_workflow(state: ServiceState, task: _Task) -> int:
    in_workflow = task.workflow.kind != "Node"
    on_schedule = task.kind == "CycleWorkflow" and not (
        in_workflow and state.switches.workflow_of_task == "own"
    )
    return _ON_SCHEDULE if on_schedule else task.workflow_id


def _instance(state: ServiceState, one: Instance) -> JsonObject:
    now = state.clock.now()
    status = one.status(now, fails_at_once=state.switches.failed_instance == "at_once")
    ends = min(one.ends, one.stopped or one.ends)
    return {
        "Id": one.instance_id,
        "Name": _name(state, one),
        "ProjectId": one.project_id,
        "EnvType": one.environment,
        "Type": one.kind,
        "WorkflowId": one.workflow_id,
        "WorkflowParameters": one.parameters,
        "BizDate": one.biz_date,
        "Status": status,
        "CreateTime": milliseconds(one.created),
        "UnifiedWorkflowInstanceId": one.trigger_id,
        **({"StartedTime": milliseconds(one.begins)} if now >= one.begins else {}),
        **({"FinishedTime": milliseconds(ends)} if now >= ends else {}),
    }


def _task_instance(state: ServiceState, one: Instance, task: TaskRun) -> JsonObject:
    now = state.clock.now()
    return {
        "Id": task.run_id,
        "TaskId": task.task_id,
        "TaskName": task.name,
        "ProjectId": one.project_id,
        "ProjectEnv": one.environment,
        "Bizdate": one.biz_date,
        "Status": one.status_of(task, now),
        "ScriptParameters": task.parameters,
        "RunNumber": 1,
        "WorkflowInstanceId": one.instance_id,
        "WorkflowInstanceType": one.kind,
        "WorkflowName": one.workflow_name,
        "WorkflowId": one.workflow_id,
        **({"FinishedTime": milliseconds(task.ends)} if task.ends and now >= task.ends else {}),
    }
