"""Pipeline runs: how a workflow gets to production, and out of it.

Shapes from the vendor's SDK (GetPipelineRun, ListPipelineRuns, ListPipelineRunItems); the words of stages that were
seen are in the emulator. Only statuses are relied on, never a stage's code or place in a list known beforehand.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ._models import Answer, Identifier, Integer, Item, Items
from ._operations import ABOLISH_RUN, CREATE_RUN, EXEC_STAGE, GET_RUN, LIST_RUN_ITEMS, LIST_RUNS
from ._results import Operations, Page, all_pages, one, read
from ._words import Free, Label, Text, Words, are_withheld, label

_STATUSES = ("Init", "Running", "Success", "Fail", "Termination", "Cancel")
_UNENDED = ("Init", "Running")
_KINDS = {"Node": "node", "WorkflowDefinition": "workflow", "Resource": "resource", "Function": "function"}


def _status(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return next((known for known in _STATUSES if known.casefold() == text.casefold()), label(text))


Status = Annotated[str, BeforeValidator(_status)]
"""One of _STATUSES, or a word that we do not know."""


class PipelineStage(Answer):
    """A stage of a pipeline run."""

    code: Text
    """What ExecPipelineRunStage calls it."""
    name: Free = Words()
    """What people call it."""
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


class Pipelines(Operations):
    """The operations about pipeline runs."""

    async def create(
        self, project_id: int, workflow_id: str, kind: Literal["Online", "Offline"], description: str
    ) -> str:
        """Create a run that deploys a workflow with all its nodes, or takes it offline; return the run's ID.

        Its first stage begins by itself; the others wait for `execute`. RunMode is Normal.

        Not idempotent: tried again only where the service has surely not taken it.

        Raises:
            AnswerLost: Look with `of_workflow` before you send it again.
        """
        parameters = {
            "ProjectId": str(project_id),
            "Type": kind,
            "ObjectIds": json.dumps([workflow_id]),
            "Description": description,
            "RunMode": "Normal",
        }
        body = await self._call(CREATE_RUN, parameters)
        return read(PipelineRun, {"Id": body.get("Id")}, body, CREATE_RUN).id

    async def get(self, project_id: int, run_id: str) -> PipelineRun:
        """Return how a run stands.

        Raises:
            NotFoundError: As far as the answer shows.
        """
        parameters = {"ProjectId": str(project_id), "Id": run_id}
        found = await one(self._call, GET_RUN, parameters, PipelineRun, f"run {run_id}")
        return found if found.id else found.model_copy(update={"id": run_id})

    async def execute(self, project_id: int, run_id: str, code: str) -> None:
        """Begin a stage; that it was begun says nothing about its end.

        Raises:
            AnswerLost: Look with `get` before you send it again.
            ServiceError: Such as for a stage that is not the next one, or one that only a person can pass.
        """
        await self._call(EXEC_STAGE, {"ProjectId": str(project_id), "Id": run_id, "Code": code})

    async def of_workflow(self, project_id: int, workflow_id: str) -> list[PipelineRun]:
        """Return all runs of a workflow, the newest first."""
        about = {"ProjectId": str(project_id), "ObjectId": workflow_id}
        runs = await all_pages(self._call, LIST_RUNS, about, Page[PipelineRun])
        return sorted(runs, key=lambda run: run.create_time or 0, reverse=True)

    async def items(self, project_id: int, run_id: str) -> list[PipelineRunItem]:
        about = {"ProjectId": str(project_id), "PipelineRunId": run_id}
        return await all_pages(self._call, LIST_RUN_ITEMS, about, Page[PipelineRunItem])

    async def abolish(self, project_id: int, run_id: str) -> None:
        """End a run that has not ended; it becomes "Cancel"."""
        await self._call(ABOLISH_RUN, {"ProjectId": str(project_id), "Id": run_id})
