"""Instances: what a run of a workflow is in the scheduling system, and the tasks that it is made of.

Parameters, shapes and statuses are those of the vendor's SDK (9.11.0), whose models carry the documentation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import Field

from ._models import Answer, Identifier, Integer, Item, Items
from ._operations import (
    CREATE_INSTANCES,
    GET_CREATION,
    GET_INSTANCE,
    GET_TASK_LOG,
    LIST_INSTANCES,
    LIST_TASK_INSTANCES,
    LIST_TASKS,
    STOP_INSTANCES,
)
from ._results import Operations, Page, all_pages, inner, one, read
from ._words import Free, Label, Text, Words, text_of

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


class Instances(Operations):
    """The operations about instances."""

    async def create(self, request: Mapping[str, Any]) -> str:
        """Begin to make instances, which run as soon as they are made; return the ID of that operation.

        Not idempotent: tried again only where the service has surely not taken it.

        Args:
            request: The parameters, as the SDK names them. Objects go as JSON, and what is empty is left out.

        Raises:
            AnswerLost: Look with `of_date` before you send it again.
        """
        parameters = {
            key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for key, value in request.items()
            if value
        }
        body = await self._call(CREATE_INSTANCES, parameters)
        return read(Item, {"Id": body.get("OperationId")}, body, CREATE_INSTANCES).id

    async def creation(self, operation_id: str) -> Creation:
        """Return how the making of instances stands.

        Raises:
            NotFoundError: As far as the answer shows.
        """
        asked = {"OperationId": operation_id}
        return await one(self._call, GET_CREATION, asked, Creation, f"operation {operation_id}")

    async def get(self, instance_id: str) -> WorkflowInstance:
        """Return a workflow instance.

        Raises:
            NotFoundError: As far as the answer shows.
        """
        asked = {"Id": instance_id}
        return await one(self._call, GET_INSTANCE, asked, WorkflowInstance, f"instance {instance_id}")

    async def of_date(
        self, project_id: int, kind: str, environment: Environment, biz_date: int
    ) -> list[WorkflowInstance]:
        """Return the workflow instances of one type and business date, which is given by its first millisecond."""
        asked = {"ProjectId": str(project_id), "Type": kind, "EnvType": environment, "BizDate": str(biz_date)}
        return await all_pages(self._call, LIST_INSTANCES, asked, Page[WorkflowInstance])

    async def tasks(
        self, project_id: int, environment: Environment, instance: WorkflowInstance
    ) -> list[TaskInstance]:
        """Return the task instances of a workflow instance."""
        asked = {
            "ProjectId": str(project_id),
            "ProjectEnv": environment,
            "Bizdate": str(instance.biz_date or 0),
            "WorkflowInstanceId": instance.id,
        }
        return await all_pages(self._call, LIST_TASK_INSTANCES, asked, Page[TaskInstance])

    async def log_end(self, task_instance_id: str, lines: int) -> list[Words]:
        """Return the last lines of a task instance's log that are not blank."""
        body = await self._call(GET_TASK_LOG, {"Id": task_instance_id})
        text = text_of(inner(body, GET_TASK_LOG.result) or "")
        ends = [one for one in text.splitlines() if one.strip()][-lines:]
        return [Words(one if len(one) <= _LONGEST_LINE else f"{one[:_LONGEST_LINE]}...") for one in ends]

    async def stop(self, instance_ids: Sequence[str], comment: str) -> bool:
        """Stop workflow instances; return whether the service has said of each that it did."""
        ids = json.dumps([int(one) if one.isdecimal() else one for one in instance_ids])
        body = await self._call(STOP_INSTANCES, {"Ids": ids, "Comment": comment})
        found: Any = inner(body, STOP_INSTANCES.result)
        results: list[Any] = list(found.values()) if isinstance(found, dict) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        return len(results) >= len(instance_ids) and all(
            str(result.get("Success")).lower() == "true" for result in results
        )

    async def tasks_of(
        self, project_id: int, environment: Environment, *, workflow_id: str = "", name: str = ""
    ) -> list[Task]:
        """Return the tasks of a workflow, or those whose names hold one; the workflow's ID is that on the scheduling side."""
        asked = {"ProjectId": str(project_id), "ProjectEnv": environment}
        asked |= {key: value for key, value in (("WorkflowId", workflow_id), ("Name", name)) if value}
        return await all_pages(self._call, LIST_TASKS, asked, Page[Task])
