"""What the service has answered in a run: no look-up is made twice, as calls are scarce."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar, cast

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import _look
from pulumi_resource_dataworks.lifecycle._context import Context
from pulumi_resource_dataworks.lifecycle._pipeline import runs_of

T = TypeVar("T")


class Reads:
    """The service's answers so far. What is asked while the same is under way waits for that answer."""

    def __init__(self) -> None:
        self._found: dict[tuple[Hashable, ...], Any] = {}
        self._locks: dict[tuple[Hashable, ...], asyncio.Lock] = {}

    def forget_workflows(self) -> None:
        """Forgets what is known of workflows: one has been written. An answer that is under way is not kept."""
        self._found = {key: value for key, value in self._found.items() if key[0] != "workflow"}

    async def project(self, context: Context, project_id: int) -> openapi.Project:
        """A workspace by its ID: one call."""
        lookups = context.client.lookups
        return await self._once(("project", project_id), lambda: context.ask(lookups.project(project_id)))

    async def projects(self, context: Context, name: str | None = None) -> list[openapi.Project]:
        """The workspaces of a name, as far as the service compares it, or all: a call for each 100."""
        lookups = context.client.lookups
        return await self._once(("projects", name), lambda: context.ask(lookups.projects(name=name)))

    async def resource_groups(self, context: Context, project_id: int | None) -> list[openapi.ResourceGroup]:
        """The resource groups of a workspace, or all: a call for each 100."""
        groups = context.client.lookups.resource_groups
        return await self._once(("groups", project_id), lambda: context.ask(groups(project_id=project_id)))

    async def workflow(self, context: Context, project_id: int, workflow_id: str) -> _look.Found | None:
        """A workflow with its document: one call, and two more where the answer leaves open whether it is there."""
        return await self._once(
            ("workflow", project_id, workflow_id), lambda: _look.get(context, project_id, workflow_id)
        )

    async def runs(self, context: Context, project_id: int, workflow_id: str) -> list[openapi.PipelineRun]:
        """The pipeline runs of a workflow: a call for each 100."""
        return await self._once(
            ("workflow", "runs", project_id, workflow_id), lambda: runs_of(context, project_id, workflow_id)
        )

    async def workflows(
        self, context: Context, project_id: int, name: str | None = None
    ) -> list[openapi.WorkflowSummary]:
        """The workflows whose name holds this one, or all: for each kind, a call for each 100."""
        found: dict[str, openapi.WorkflowSummary] = {}
        for kind in openapi.WorkflowSummary.LISTED_KINDS:
            for summary in await self._of_kind(context, project_id, kind, name):
                found.setdefault(summary.id, summary)
        return sorted(found.values(), key=lambda summary: (summary.path or summary.name, summary.id))

    async def _of_kind(
        self, context: Context, project_id: int, kind: str, name: str | None
    ) -> list[openapi.WorkflowSummary]:
        listed = context.client.list_workflow_definitions
        return await self._once(
            ("workflow", project_id, kind, name),
            lambda: context.ask(listed(project_id, kind=kind, name=name)),
        )

    async def _once(self, key: tuple[Hashable, ...], ask: Callable[[], Awaitable[T]]) -> T:
        async with self._locks.setdefault(key, asyncio.Lock()):
            found = self._found
            if key not in found:
                found[key] = await ask()
            return cast("T", found[key])


Ask = Callable[[Context, Reads], Awaitable[dict[str, Any]]]
"""A question that is understood: it gives the function's result."""
