"""What the service has answered in a run: no look-up is made twice, as calls are scarce. And lists of resources, which are made of it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, Final, TypeVar, cast

from pydantic import TypeAdapter

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import _ownership
from pulumi_resource_dataworks.lifecycle._object_kinds import NODE, OBJECT_KINDS, ObjectKind
from pulumi_resource_dataworks.lifecycle._production import is_in_production
from pulumi_resource_dataworks.lifecycle._run import Learnt
from pulumi_resource_dataworks.lifecycle._step import Context, LifecycleError

from ._arguments import Arguments, choice, project_id, text

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
        self._found = {
            key: value for key, value in self._found.items() if not str(key[0]).startswith("workflow")
        }

    async def once(
        self, what: str, ask: Callable[..., Awaitable[T]], *given: Hashable, **named: Hashable
    ) -> T:
        """What a look-up gives, by its name and arguments; it is asked for where there is no answer yet."""
        key = (what, *given, *named.items())
        async with self._locks.setdefault(key, asyncio.Lock()):
            found = self._found
            if key not in found:
                found[key] = await ask(*given, **named)
            return cast("T", found[key])


class Lookups:
    """The look-ups of one call of a function."""

    def __init__(self, context: Context, answers: Answers) -> None:
        self.context = context
        self.learnt = answers.learnt
        self._once = answers.once

    async def project(self, project_id: int) -> openapi.Project:
        """A workspace by its ID: one call."""
        return await self._once("project", self.context.client.lookups.project, project_id)

    async def projects(self, name: str | None = None) -> list[openapi.Project]:
        """The workspaces of a name, as far as the service compares it, or all: a call for each 100."""
        return await self._once("projects", self.context.client.lookups.projects, name=name)

    async def resource_groups(self, project_id: int | None) -> list[openapi.ResourceGroup]:
        """The resource groups of a workspace, or all: a call for each 100."""
        groups = self.context.client.lookups.resource_groups
        return await self._once("groups", groups, project_id=project_id)

    async def workflow(self, project_id: int, workflow_id: str) -> _ownership.Found | None:
        """A workflow with its document: one call, and two more where the answer leaves open whether it is there."""
        read = partial(_ownership.get, self.context)
        return await self._once("workflow", read, project_id, workflow_id)

    async def runs(self, project_id: int, workflow_id: str) -> list[openapi.PipelineRun]:
        """The pipeline runs of a workflow: a call for each 100."""
        return await self._once(
            "workflow runs", self.context.client.pipelines.of_workflow, project_id, workflow_id
        )

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
        found, listed = dict[str, openapi.WorkflowSummary](), self.context.client.list_workflow_definitions
        for one in (kind,) if kind else openapi.WorkflowSummary.LISTED_KINDS:
            for summary in await self._once("workflow list", listed, project_id, kind=one, name=name):
                found.setdefault(summary.id, summary)
        return sorted(found.values(), key=lambda summary: (summary.path or summary.name, summary.id))

    async def objects(self, project_id: int, kind: ObjectKind) -> list[openapi.StudioObject]:
        """All objects of a kind that stands beside workflows: a call for each 100."""
        listed = kind.operations(self.context.client).called
        found = await self._once(f"workflow {kind.resource}", listed, project_id)
        return sorted(found, key=lambda one: (one.path or one.name, one.id))


# --- The resources that are there, a page at a time, by the IDs that a read and `pulumi import` take


UNLISTED: Final = (
    "DataWorks may leave workflows of kind TriggerWorkflow out of its lists: look such a one up by its ID"
)

_KIND = choice(openapi.WorkflowSummary.LISTED_KINDS, UNLISTED)
_OBJECT = {"projectId": project_id, "name": text, "pathPrefix": text}
LISTED: Final[Mapping[str, Arguments]] = {
    "WorkflowDefinition": Arguments(
        {"projectId": project_id, "kind": _KIND, "name": text, "pathPrefix": text}, ("projectId",)
    ),
    "WorkflowDeployment": Arguments({"projectId": project_id}, ("projectId",)),
    **{kind.resource: Arguments(_OBJECT, ("projectId",)) for kind in OBJECT_KINDS},
}
"""The resources that can be listed, and what a query may hold."""

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of a list is asked for.

    Attributes:
        token: What the page before has given; empty for the first one.
        limit: The most of all pages; anything below 1 is no limit. The CLI lowers it by what it has, others send it again.
        page_size: The most of one page; anything below 1 leaves it open.
    """

    token: str = ""
    limit: int = 0
    page_size: int = 0


@dataclass(slots=True)
class Page:
    """Resources as pairs of ID and name, and the token of the next page, which is empty at the end."""

    resources: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    token: str = ""


async def list_resources(resource: str, given: Mapping[str, Any], lookups: Lookups, wanted: Wanted) -> Page:
    """For each kind of workflow a call for each 100; of deployments one or two more for each workflow that is looked at.

    Of other objects a call for each 100; nodes that stand in a workflow are left out, so workflows are listed too.
    """
    workspace, kind = given["projectId"], given.get("kind", "")
    name, prefix = given.get("name", "*"), given.get("pathPrefix", "").lstrip("/")
    query = hashlib.sha256(repr((resource, workspace, kind, name, prefix)).encode()).hexdigest()
    left, place = _opened(wanted.token, query) if wanted.token else (0, ("", ""))
    limit = min((count for count in (wanted.limit, left) if count > 0), default=0)
    most = min(count for count in (wanted.page_size, limit, _PAGE) if count > 0)
    page = Page()
    for summary in await candidates(resource, lookups, workspace, kind):
        path = summary.path or summary.name
        is_asked_for = fnmatchcase(summary.name, name) and path.startswith(prefix)
        if not is_asked_for or (path, summary.id) <= place:
            continue
        if len(page.resources) == most:
            if limit != most:
                page.token = _token(query, limit - most if limit else 0, place)
            break
        place = path, summary.id
        if resource != "WorkflowDeployment" or await lookups.is_deployed(workspace, summary.id):
            page.resources.append((f"{workspace}/{summary.id}", summary.name))
    return page


async def candidates(
    resource: str, lookups: Lookups, project_id: int, kind: str = ""
) -> Sequence[openapi.WorkflowSummary | openapi.StudioObject]:
    """What can be a resource of a type, by path: of nodes those that stand in no workflow."""
    for one in OBJECT_KINDS:
        if one.resource == resource:
            found = await lookups.objects(project_id, one)
            if one is not NODE:
                return found
            held = tuple(
                f"{flow.path.strip('/')}/" for flow in await lookups.workflows(project_id) if flow.path
            )
            return [node for node in found if not node.path.strip("/").startswith(held)]
    return await lookups.workflows(project_id, kind=kind)


def _token(query: str, left: int, place: tuple[str, str]) -> str:
    """A token names the last workflow of its page, so each one is further on than the one before."""
    return base64.urlsafe_b64encode(json.dumps([query, left, place]).encode()).decode()


def _opened(token: str, query: str) -> tuple[int, tuple[str, str]]:
    with contextlib.suppress(ValueError):
        shape = TypeAdapter(tuple[str, int, tuple[str, str]])
        of, left, place = shape.validate_json(base64.b64decode(token, b"-_", validate=True))
        if of == query:
            return left, place
    raise LifecycleError(
        "the continuation token is not one of this list: it was cut off, or another query has given it. Begin again without one"
    )
