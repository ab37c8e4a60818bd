"""The operations about instances and tasks, as the vendor's SDK (9.11.0) has them."""

import datetime as dt
import heapq
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import Field, Json

from ._answers import JsonObject, ServiceError, missing, refused
from ._calls import Given, Operation, Texts
from ._instances import Environment, Instance, InstanceType, TaskRun
from ._model import Workflow, milliseconds, scheduling_id
from ._pipelines import outputs
from ._state import ServiceState

_KINDS: Final = {
    "SupplementData": "CycleWorkflow",
    "ManualWorkflow": "ManualWorkflow",
    "TriggerWorkflow": "TriggerWorkflow",
    "SmokeTest": None,
}
_ON_SCHEDULE: Final = 1
"""Documented: the WorkflowId of scheduled tasks."""

# --- Instances are made


class _Range(Given):
    start_biz_date: dt.date
    end_biz_date: dt.date

    def dates(self) -> list[dt.date]:
        days = (self.end_biz_date - self.start_biz_date).days
        return [self.start_biz_date + timedelta(days=day) for day in range(days + 1)]


class _Periods(Given):
    biz_dates: Annotated[tuple[_Range, ...], Field(max_length=7)] = ()
    start_time: str | None = None
    end_time: str | None = None


class _RunProperties(Given):
    mode: str | None = None
    parallelism: Annotated[int, Field(ge=1, le=10)] | None = None
    analysis: Any = None
    order: str | None = None
    root_task_ids: frozenset[int] | None = None
    include_task_ids: frozenset[int] | None = None
    exclude_task_ids: frozenset[int] | None = None


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


class CreateWorkflowInstances(Operation, method="POST"):
    """Make instances, one for each business date; they run at once."""

    project_id: int
    name: str
    type: InstanceType
    workflow_id: int
    env_type: Environment = "Prod"
    periods: Json[_Periods] = _Periods()
    workflow_parameters: str = ""
    task_parameters: Json[JsonObject] | None = None
    default_run_properties: Json[_RunProperties] = _RunProperties()

    def answer(self, state: ServiceState) -> JsonObject:
        known = state.clock.now() + state.switches.instances_made_after
        if (self.periods.start_time is None) != (self.periods.end_time is None):
            raise ServiceError(400, "InvalidPeriods", "StartTime and EndTime go together.")
        if self.type == "SupplementData":
            self._refuse_incomplete()
        try:
            made: list[Instance] | str = self._made(state, self._tasks(state))
        except ServiceError as refusal:
            if state.switches.refused_instances == "at_once":
                raise
            made = refusal.message
        operation = str(uuid.uuid4())
        state.scheduler.add(operation, known, made)
        return {"OperationId": operation}

    def _refuse_incomplete(self) -> None:
        if not self.periods.biz_dates:
            raise missing("Periods")
        given = self.default_run_properties.model_dump(by_alias=True)
        for name in ("Mode", "Parallelism", "Analysis", "RootTaskIds"):  # documented as required
            if given[name] is None:
                raise missing(f"DefaultRunProperties.{name}")

    def _tasks(self, state: ServiceState) -> list[_Task]:
        """Those that are chosen."""
        properties = self.default_run_properties
        found = [
            task
            for task in _tasks(state, self.project_id, self.env_type)
            if _KINDS[self.type] in {None, task.kind}
        ]
        if self.type in ("SupplementData", "SmokeTest"):
            wanted = {*(properties.include_task_ids or properties.root_task_ids or ())}
        else:
            found = [task for task in found if task.workflow_id == self.workflow_id]
            wanted = {*(properties.include_task_ids or (task.task_id for task in found))}
        found = [task for task in found if task.task_id in wanted]
        unknown = wanted - {task.task_id for task in found}
        if unknown or not found:
            raise refused(f"There is no task {', '.join(map(str, sorted(unknown)))} of this type.")
        if self.workflow_id not in {_ON_SCHEDULE, *(task.workflow_id for task in found)}:
            raise refused(f"There is no workflow {self.workflow_id}.")
        return [task for task in found if task.task_id not in (properties.exclude_task_ids or ())]

    def _dates(self, state: ServiceState, zone: dt.tzinfo) -> list[dt.date]:
        today = dt.datetime.fromtimestamp(state.clock.now(), zone).date()
        by_default = today - timedelta(days=state.switches.default_business_date == "yesterday")
        dates = {date for each in self.periods.biz_dates for date in each.dates()} or {by_default}
        in_order = sorted(dates, reverse=self.default_run_properties.order == "Desc")
        return [date for date in in_order for _ in range(1 + (state.switches.instances_of_date == "two"))]

    def _made(self, state: ServiceState, tasks: list[_Task]) -> list[Instance]:
        zone, scheduler = _zone(state, tasks[0].workflow), state.scheduler
        dates, now, made = self._dates(state, zone), state.clock.now(), list[Instance]()
        free = [now] * (self.default_run_properties.parallelism or len(dates))
        makers = {output: node_id for task in tasks for output, node_id in outputs(task.workflow).items()}
        names = {task.task_id: task.name for task in tasks}
        before = {task.task_id: list(_before(task, makers)) for task in tasks}
        triggers = dict[dt.date, int]()
        for date in dates:
            begins = heapq.heappop(free)
            planned, instance_id = scheduler.plan(str(date), begins, names, before), scheduler.next_id()
            for task in planned:
                task.parameters = str((self.task_parameters or {}).get(str(task.task_id), ""))
            instance = Instance(
                instance_id=instance_id,
                project_id=self.project_id,
                kind=self.type,
                environment=self.env_type,
                name=self.name,
                workflow_id=tasks[0].workflow_id,
                workflow_name=tasks[0].workflow.body["name"],
                date=str(date),
                biz_date=milliseconds(dt.datetime.combine(date, dt.time(), zone).timestamp()),
                created=now,
                begins=begins,
                tasks=planned,
                parameters=self.workflow_parameters,
                trigger_id=triggers.setdefault(date, instance_id),
            )
            heapq.heappush(free, instance.ends)
            made.append(instance)
        return made


class GetCreateWorkflowInstancesResult(Operation, method="GET"):
    operation_id: str

    def answer(self, state: ServiceState) -> JsonObject:
        if self.operation_id not in state.scheduler.operations:
            return state.empty_answer({})
        known, made = state.scheduler.operations[self.operation_id]
        if state.clock.now() < known:
            return {"Result": {"Status": "Creating"}}
        if isinstance(made, str):
            return {"Result": {"Status": "CreateFailure", "FailureMessage": made}}
        return {"Result": {"Status": "Created", "WorkflowInstanceIds": made}}


# --- Instances and tasks are read, and stopped


class ListWorkflowInstances(Operation, method="POST"):
    project_id: int
    biz_date: int

    def answer(self, state: ServiceState) -> JsonObject:
        newest_first = reversed(_seen(state))  # documented
        return self.page("WorkflowInstances", (_instance(state, one) for one in newest_first))


class GetWorkflowInstance(Operation, method="GET"):
    id: int

    def answer(self, state: ServiceState) -> JsonObject:
        found = {one.instance_id: one for one in _seen(state)}.get(self.id)
        return state.empty_answer({}) if found is None else {"WorkflowInstance": _instance(state, found)}


class ListTaskInstances(Operation, method="POST"):
    page_size: Annotated[int, Field(ge=1, le=500)] = 10
    project_id: int
    bizdate: int

    def answer(self, state: ServiceState) -> JsonObject:
        of_date = [one for one in _seen(state) if one.biz_date == self.bizdate]
        tasks = (_task_instance(state, one, task) for one in of_date for task in one.tasks)
        return self.page("TaskInstances", tasks)


class GetTaskInstanceLog(Operation, method="GET"):
    """A task instance's log, which begins with the task."""

    id: int

    def answer(self, state: ServiceState) -> JsonObject:
        for one in state.scheduler.instances.values():
            for task in one.tasks:
                if task.run_id == self.id:
                    begun = one.status_of(task, state.clock.now()) != "NotRun"
                    return {"TaskInstanceLog": task.life.log if begun else ""}
        return state.empty_answer({})


class StopWorkflowInstances(Operation, method="POST"):
    """Stop instances; that their running tasks then count as failed is a guess, as no status says "stopped"."""

    ids: Texts

    def answer(self, state: ServiceState) -> JsonObject:
        now, results = state.clock.now(), dict[str, JsonObject]()
        for given in self.ids:
            found = state.scheduler.instances.get(int(given)) if given.isdecimal() else None
            if found is not None and found.stopped is None and now < found.ends:
                found.stopped = now
            results[given] = {"Success": found is not None, "Message": "" if found else "It does not exist."}
        return {"SuccessInfo": results}


class ListTasks(Operation, method="POST"):
    project_id: int
    project_env: Environment = "Prod"

    def answer(self, state: ServiceState) -> JsonObject:
        tasks = _tasks(state, self.project_id, self.project_env)
        return self.page("Tasks", (_task(state, task) for task in tasks))


def _task(state: ServiceState, task: _Task) -> JsonObject:
    own = task.workflow.kind != "Node" and state.switches.workflow_of_task == "own"
    return {
        "Id": task.task_id,
        "Name": task.name,
        "ProjectId": task.workflow.project_id,
        "ProjectEnv": task.environment,
        "Type": task.node["script"]["runtime"].get("command", ""),
        "WorkflowId": _ON_SCHEDULE if task.kind == "CycleWorkflow" and not own else task.workflow_id,
    }


def _tasks(state: ServiceState, project_id: int, environment: Environment) -> Iterator[_Task]:
    """What runs in an environment; which workflows are in that for development before a pipeline run is a switch."""
    if environment == "Prod":
        workflows = [one for one in state.production.values() if one.project_id == project_id]
    elif not state.project(project_id).dev_environment_enabled:
        workflows = []
    else:
        passed = {
            run.key
            for run in state.runs.values()
            for stage in run.stages
            if stage.code == "DEV" and stage.status == "Success"
        }
        all_of_them = state.switches.dev_tasks == "of_the_draft"
        drafts = state.objects(project_id)
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


def _zone(state: ServiceState, workflow: Workflow) -> dt.tzinfo:
    own = workflow.body.get("trigger", {}).get("timezone")
    if own and state.switches.business_dates_in == "zone_of_the_workflow":
        return ZoneInfo(own)
    return timezone(timedelta(hours=0 if state.switches.business_dates_in == "utc" else 8))


def _seen(state: ServiceState) -> list[Instance]:
    horizon = state.clock.now() - max(state.switches.stale_reads, state.switches.instances_made_after)
    return [one for one in state.scheduler.instances.values() if one.created <= horizon]


def _instance(state: ServiceState, one: Instance) -> JsonObject:
    now = state.clock.now()
    status = one.status(now, fails_at_once=state.switches.failed_instance == "at_once")
    ends = min(one.ends, one.stopped or one.ends)
    return {
        "Id": one.instance_id,
        "Name": one.name if state.switches.instance_name == "as_sent" else one.workflow_name,
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
