"""What the service has answered in a run: no look-up is made twice, as calls are scarce."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar, cast

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import _ownership
from pulumi_resource_dataworks.lifecycle._object_kinds import ObjectKind
from pulumi_resource_dataworks.lifecycle._pipeline_run import runs_of
from pulumi_resource_dataworks.lifecycle._production import is_in_production
from pulumi_resource_dataworks.lifecycle._run import Learnt
from pulumi_resource_dataworks.lifecycle._step import Context

T = TypeVar("T")
_Key = tuple[Hashable, ...]


class Answers:
    """The service's answers so far. What is asked while the same is under way waits for that answer."""

    def __init__(self, learnt: Learnt) -> None:
        self.learnt = learnt
        self._found: dict[_Key, Any] = {}
        self._locks: dict[_Key, asyncio.Lock] = {}

    def forget_workflows(self) -> None:
        """Forgets what is known of workflows: one has been written. An answer that is under way is not kept."""
        self._found = {key: value for key, value in self._found.items() if key[0] != "workflow"}

    async def once(self, key: _Key, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer of this key; it is asked for where there is none yet."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            found = self._found
            if key not in found:
                found[key] = await ask()
            return cast("T", found[key])


class Lookups:
    """The look-ups of one call of a function."""

    def __init__(self, context: Context, answers: Answers) -> None:
        self.context = context
        self.learnt = answers.learnt
        self._once = answers.once

    async def project(self, project_id: int) -> openapi.Project:
        """A workspace by its ID: one call."""
        project = self.context.client.lookups.project
        return await self._once(("project", project_id), lambda: project(project_id))

    async def projects(self, name: str | None = None) -> list[openapi.Project]:
        """The workspaces of a name, as far as the service compares it, or all: a call for each 100."""
        projects = self.context.client.lookups.projects
        return await self._once(("projects", name), lambda: projects(name=name))

    async def resource_groups(self, project_id: int | None) -> list[openapi.ResourceGroup]:
        """The resource groups of a workspace, or all: a call for each 100."""
        groups = self.context.client.lookups.resource_groups
        return await self._once(("groups", project_id), lambda: groups(project_id=project_id))

    async def workflow(self, project_id: int, workflow_id: str) -> _ownership.Found | None:
        """A workflow with its document: one call, and two more where the answer leaves open whether it is there."""
        key = ("workflow", project_id, workflow_id)
        return await self._once(key, lambda: _ownership.get(self.context, project_id, workflow_id))

    async def runs(self, project_id: int, workflow_id: str) -> list[openapi.PipelineRun]:
        """The pipeline runs of a workflow: a call for each 100."""
        key = ("workflow", "runs", project_id, workflow_id)
        return await self._once(key, lambda: runs_of(self.context, project_id, workflow_id))

    async def is_deployed(self, project_id: int, workflow_id: str) -> bool:
        """Whether a workflow is in production: its runs say so, and where none has succeeded the workflow itself."""
        runs = await self.runs(project_id, workflow_id)
        if any(run.took_effect for run in runs):
            return is_in_production(None, runs)
        found = await self.workflow(project_id, workflow_id)
        return found is not None and is_in_production(found.definition.workflow_id, runs)

    async def workflows(
        self, project_id: int, name: str | None = None, kind: str = ""
    ) -> list[openapi.WorkflowSummary]:
        """The workflows whose name holds this one, or all, of one kind or of each that is listed: for each, a call for each 100."""
        found: dict[str, openapi.WorkflowSummary] = {}
        for one in (kind,) if kind else openapi.WorkflowSummary.LISTED_KINDS:
            for summary in await self._of_kind(project_id, one, name):
                found.setdefault(summary.id, summary)
        return sorted(found.values(), key=lambda summary: (summary.path or summary.name, summary.id))

    async def objects(self, project_id: int, kind: ObjectKind) -> list[openapi.StudioObject]:
        """All objects of a kind that stands beside workflows: a call for each 100."""
        listed = kind.operations(self.context.client).called
        found = await self._once(("workflow", project_id, kind.resource), lambda: listed(project_id))
        return sorted(found, key=lambda one: (one.path or one.name, one.id))

    async def _of_kind(self, project_id: int, kind: str, name: str | None) -> list[openapi.WorkflowSummary]:
        listed = self.context.client.list_workflow_definitions
        key = ("workflow", project_id, kind, name)
        return await self._once(key, lambda: listed(project_id, kind=kind, name=name))
