"""Runs: pipeline runs, which bring a workflow to production and out of it; and instances, which are a workflow's own runs.

Parameters, shapes and statuses are those of the vendor's SDK (9.11.0), whose models carry the documentation. The words of
stages that were seen are in the emulator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from ._operations import Answer, Identifier, Integer, Item, Items, Operation, Operations, inner, status_among
from ._words import Free, Label, Text, Words, are_withheld, label, text_of

# --- Pipeline runs. Only statuses are relied on, never a stage's code or place in a list known beforehand


_STATUSES = ("Init", "Running", "Success", "Fail", "Termination", "Cancel")
_UNENDED = ("Init", "Running")
_KINDS = {"Node": "node", "WorkflowDefinition": "workflow", "Resource": "resource", "Function": "function"}
Status = Annotated[str, status_among(_STATUSES)]
"""One of _STATUSES, or a word that we do not know."""


class PipelineStage(Answer):
    """A stage of a pipeline run."""

    code: Text
    """What ExecPipelineRunStage calls it."""
    name: Free = Words()
    """The name that DataWorks shows for it."""
    type: Label = ""
    """"Deploy", "Check", "Offline", "Build" or "Delete"."""
    status: Status = ""
    step: Integer = None
    """Its place; None where the answer does not say."""
    message: Free = Words()
    """Why it failed, or ""."""
    description: Free = Words()
    detail: Free = Words()
    """JSON where it is an object, of no known shape."""

    @property
    def failed(self) -> bool:
        """Whether it ended, and not well."""
        return self.status not in (*_UNENDED, "Success", "")

    @property
    def shown(self) -> dict[str, str]:
        """What may be shown of it: no name where the service's words are not."""
        name = "" if are_withheld() else str(self.name)
        return {"code": label(self.code), "name": name, "type": self.type, "status": self.status}

    @property
    def title(self) -> str:
        """The stage as a message names it."""
        code, name = self.shown["code"], self.shown["name"]
        return f"{name} ({code})" if name and name != code else code


class PipelineRun(Item):
    """A run that deploys a workflow or takes it offline."""

    id: Identifier = ""
    status: Status = ""
    creator: Label = ""
    """An account."""
    create_time: Integer = None
    """Milliseconds since 1970."""
    message: Free = Words()
    """Why it failed, or ""."""
    description: Free = Words()
    """What the account that made it wrote."""
    stages: Items[PipelineStage] = Field(default=[])
    request_id: Label = ""

    @property
    def ended(self) -> bool:
        """Whether it will not change any more. A status that we do not know is not an end."""
        return self.status in _STATUSES and self.status not in _UNENDED

    @property
    def takes_offline(self) -> bool:
        """Whether it takes something out of production: no run says so, but a stage of such a type is in it."""
        return any(stage.type.casefold() in ("offline", "delete") for stage in self.stages)

    @property
    def is_out_of_production(self) -> bool:
        """Whether the stage that takes something out of production has succeeded, whatever comes behind it."""
        return any(stage.type.casefold() == "offline" and stage.status == "Success" for stage in self.stages)

    @property
    def took_effect(self) -> bool:
        """Whether production is as it was made to be: an abolished run may have done it."""
        return self.status == "Success" or self.is_out_of_production

    @property
    def in_order(self) -> list[PipelineStage]:
        """The stages by their step, where every one has one; else as they were given."""
        if any(stage.step is None for stage in self.stages):
            return self.stages
        return sorted(self.stages, key=lambda stage: stage.step or 0)


class PipelineRunItem(Item):
    """What a run deploys: the workflow, or one of its nodes."""

    id: Identifier = ""
    name: Free = Words()
    type: Label = ""
    """One of _KINDS."""
    status: Status = ""
    message: Free = Words()
    """Why it failed, or ""."""

    @property
    def title(self) -> str:
        """The object as a message names it: by its ID where the service's words are not shown."""
        kind = _KINDS.get(self.type, self.type)
        return f"{kind} {label(self.id)}" if are_withheld() else f'{kind} "{self.name}"'


CREATE_RUN = Operation("CreatePipelineRun", "Id", "POST", idempotent=False)
GET_RUN = Operation("GetPipelineRun", "Pipeline", yields=True)
EXEC_STAGE = Operation("ExecPipelineRunStage", method="POST", query=("ProjectId",), idempotent=False)
LIST_RUNS = Operation("ListPipelineRuns", "PipelineRuns")
LIST_RUN_ITEMS = Operation("ListPipelineRunItems", "PipelineRunItems")
ABOLISH_RUN = Operation("AbolishPipelineRun", method="POST")


class Pipelines(Operations):
    """The operations about pipeline runs."""

    async def create(
        self, project_id: int, workflow_id: str, kind: Literal["Online", "Offline"], description: str
    ) -> str:
        """Create a run that deploys a workflow with all its nodes, or takes it offline; return the run's ID. Not idempotent.

        Its first stage begins by itself; the others wait for `execute`. RunMode is Normal.

        Raises:
            AnswerLost: Look with `of_workflow` before you send it again.
        """
        return await self._made(
            CREATE_RUN,
            ProjectId=project_id,
            Type=kind,
            ObjectIds=[workflow_id],
            Description=description,
            RunMode="Normal",
        )

    async def get(self, project_id: int, run_id: str) -> PipelineRun:
        """Return how a run stands."""
        found = await self._one(GET_RUN, PipelineRun, f"run {run_id}", ProjectId=project_id, Id=run_id)
        return found if found.id else found.model_copy(update={"id": run_id})

    async def execute(self, project_id: int, run_id: str, code: str) -> None:
        """Begin a stage; that it was begun says nothing about its end.

        Raises:
            AnswerLost: Look with `get` before you send it again.
            ServiceError: Such as for a stage that is not the next one, or one that only a person can pass.
        """
        await self._call(EXEC_STAGE, ProjectId=project_id, Id=run_id, Code=code)

    async def of_workflow(self, project_id: int, workflow_id: str) -> list[PipelineRun]:
        """Return all runs of a workflow, the newest first."""
        runs = await self._all(LIST_RUNS, PipelineRun, ProjectId=project_id, ObjectId=workflow_id)
        return sorted(runs, key=lambda run: run.create_time or 0, reverse=True)

    async def items(self, project_id: int, run_id: str) -> list[PipelineRunItem]:
        return await self._all(LIST_RUN_ITEMS, PipelineRunItem, ProjectId=project_id, PipelineRunId=run_id)

    async def abolish(self, project_id: int, run_id: str) -> None:
        """End a run that has not ended; it becomes "Cancel"."""
        await self._call(ABOLISH_RUN, ProjectId=project_id, Id=run_id)


# --- Instances: what a run of a workflow is in the scheduling system, and the tasks that it is made of


Environment = Literal["Prod", "Dev"]
_ENDED: Final = ("Success", "Failure")
_LONGEST_LINE: Final = 1_000
"""Characters of a log's line that are shown: what stands behind it, such as IDs, is to fit into a message, too."""


class Creation(Answer):
    """How the making of instances stands."""

    status: Label = ""
    """"Creating", "Created" or "CreateFailure"."""
    failure_message: Free = Words()
    workflow_instance_ids: Items[Identifier] = Field(default=[])
    request_id: Label = ""


class _Instance(Item):
    status: Label = ""
    finished_time: Integer = None

    @property
    def ended(self) -> bool:
        """Whether it will not change by itself, but for a rerun; what is stopped counts as failed."""
        return self.status in _ENDED


class WorkflowInstance(_Instance):
    """A workflow's run for one business date."""

    name: Text = ""
    biz_date: Integer = None
    """The beginning of the business date."""
    started_time: Integer = None
    trigger_id: Identifier = Field(default="", validation_alias="UnifiedWorkflowInstanceId")
    """What all instances of a business date have in common that one call has made."""


class TaskInstance(_Instance):
    """A task's run in a workflow instance."""

    task_name: Text = ""

    @property
    def is_at_work(self) -> bool:
        """Whether it has begun, or waits for something else than the tasks before it. So has a status that we do not know."""
        return not self.ended and self.status != "NotRun"


class Task(Item):
    """A task: what a node is in the scheduling system."""

    name: Text = ""
    workflow_id: Identifier = ""


CREATE_INSTANCES = Operation("CreateWorkflowInstances", "OperationId", "POST", idempotent=False)
GET_CREATION = Operation("GetCreateWorkflowInstancesResult", "Result", yields=True)
GET_INSTANCE = Operation("GetWorkflowInstance", "WorkflowInstance", yields=True)
LIST_INSTANCES = Operation("ListWorkflowInstances", "WorkflowInstances", "POST")
LIST_TASK_INSTANCES = Operation("ListTaskInstances", "TaskInstances", "POST", yields=True)
GET_TASK_LOG = Operation("GetTaskInstanceLog", "TaskInstanceLog")
STOP_INSTANCES = Operation("StopWorkflowInstances", "SuccessInfo", "POST")
LIST_TASKS = Operation("ListTasks", "Tasks", "POST")


class Instances(Operations):
    """The operations about instances."""

    async def create(self, request: Mapping[str, Any]) -> str:
        """Begin to make instances, which run as soon as they are made; return the ID of that operation. Not idempotent.

        Args:
            request: The parameters, as the SDK names them; what is empty is left out.

        Raises:
            AnswerLost: Look with `of_date` before you send it again.
        """
        given = {name: value for name, value in request.items() if value}
        return await self._made(CREATE_INSTANCES, **given)

    async def creation(self, operation_id: str) -> Creation:
        """Return how the making of instances stands."""
        what = f"operation {operation_id}"
        return await self._one(GET_CREATION, Creation, what, OperationId=operation_id)

    async def get(self, instance_id: str) -> WorkflowInstance:
        """Return a workflow instance."""
        return await self._one(GET_INSTANCE, WorkflowInstance, f"instance {instance_id}", Id=instance_id)

    async def of_date(
        self, project_id: int, kind: str, environment: Environment, biz_date: int
    ) -> list[WorkflowInstance]:
        """Return the workflow instances of one type and business date, which is given by its first millisecond."""
        about = {"Type": kind, "EnvType": environment, "BizDate": biz_date}
        return await self._all(LIST_INSTANCES, WorkflowInstance, ProjectId=project_id, **about)

    async def tasks(
        self, project_id: int, environment: Environment, instance: WorkflowInstance
    ) -> list[TaskInstance]:
        """Return the task instances of a workflow instance."""
        about = {"Bizdate": instance.biz_date or 0, "WorkflowInstanceId": instance.id}
        return await self._all(
            LIST_TASK_INSTANCES, TaskInstance, ProjectId=project_id, ProjectEnv=environment, **about
        )

    async def log_end(self, task_instance_id: str, lines: int) -> list[Words]:
        """Return the last lines of a task instance's log that are not blank."""
        body = await self._call(GET_TASK_LOG, Id=task_instance_id)
        text = text_of(inner(body, GET_TASK_LOG.result) or "")
        ends = [one for one in text.splitlines() if one.strip()][-lines:]
        return [Words(one if len(one) <= _LONGEST_LINE else f"{one[:_LONGEST_LINE]}...") for one in ends]

    async def stop(self, instance_ids: Sequence[str], comment: str) -> bool:
        """Stop workflow instances; return whether the service has said of each that it did."""
        ids = [int(one) if one.isdecimal() else one for one in instance_ids]
        body = await self._call(STOP_INSTANCES, Ids=ids, Comment=comment)
        found: Any = inner(body, STOP_INSTANCES.result)
        results: list[Any] = list(found.values()) if isinstance(found, dict) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        return len(results) >= len(instance_ids) and all(
            str(result.get("Success")).lower() == "true" for result in results
        )

    async def tasks_of(
        self, project_id: int, environment: Environment, *, workflow_id: str = "", name: str = ""
    ) -> list[Task]:
        """Return the tasks of a workflow, or those whose names hold one; the workflow's ID is that on the scheduling side."""
        which = {"WorkflowId": workflow_id or None, "Name": name or None}
        return await self._all(LIST_TASKS, Task, ProjectId=project_id, ProjectEnv=environment, **which)
