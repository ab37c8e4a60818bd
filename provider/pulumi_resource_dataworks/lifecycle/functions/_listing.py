"""The resources that are there, a page at a time, by the IDs that a read and `pulumi import` take."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from pydantic import TypeAdapter

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle._object_kinds import NODE, OBJECT_KINDS
from pulumi_resource_dataworks.lifecycle._step import LifecycleError

from ._arguments import Arguments
from ._lookups import Lookups

LISTED: Final = {
    "WorkflowDefinition": ("projectId", "kind", "name", "pathPrefix"),
    "WorkflowDeployment": ("projectId",),
    **{kind.resource: ("projectId", "name", "pathPrefix") for kind in OBJECT_KINDS},
}
"""The resources that can be listed, and what a query may hold."""

_PAGE = 100
UNLISTED: Final = (
    "DataWorks may leave workflows of kind TriggerWorkflow out of its lists: look such a one up by its ID"
)


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


async def list_resources(resource: str, arguments: Arguments, lookups: Lookups, wanted: Wanted) -> Page:
    """For each kind of workflow a call for each 100; of deployments one or two more for each workflow that is looked at.

    Of other objects a call for each 100; nodes that stand in a workflow are left out, so workflows are listed too.
    """
    project_id = arguments.project_id() or 0
    kind = arguments.choice("kind", openapi.WorkflowSummary.LISTED_KINDS, UNLISTED)
    name, prefix = arguments.text("name") or "*", arguments.text("pathPrefix").lstrip("/")
    arguments.end()
    query = hashlib.sha256(repr((resource, project_id, kind, name, prefix)).encode()).hexdigest()
    left, place = _opened(wanted.token, query) if wanted.token else (0, ("", ""))
    limit = min((count for count in (wanted.limit, left) if count > 0), default=0)
    most = min(count for count in (wanted.page_size, limit, _PAGE) if count > 0)
    page = Page()
    for summary in await _candidates(resource, lookups, project_id, kind):
        path = summary.path or summary.name
        is_asked_for = fnmatchcase(summary.name, name) and path.startswith(prefix)
        if not is_asked_for or (path, summary.id) <= place:
            continue
        if len(page.resources) == most:
            if limit != most:
                page.token = _token(query, limit - most if limit else 0, place)
            break
        place = path, summary.id
        if resource != "WorkflowDeployment" or await lookups.is_deployed(project_id, summary.id):
            page.resources.append((f"{project_id}/{summary.id}", summary.name))
    return page


async def _candidates(
    resource: str, lookups: Lookups, project_id: int, kind: str
) -> Sequence[openapi.WorkflowSummary | openapi.StudioObject]:
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
