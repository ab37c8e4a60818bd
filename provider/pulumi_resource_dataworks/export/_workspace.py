"""Reads the workflows of a workspace, and keeps what was read so that a stopped run goes on."""

from __future__ import annotations

import asyncio
import difflib
import fnmatch
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from pulumi_resource_dataworks import openapi

from ._folder import Folder, RefusedError

_SAID = 50
"""After so many workflows a line says how far the run is: every ten seconds at 5 calls a second."""

_AT_ONCE = 4
"""Calls that are under way at once: the client keeps to its calls a second, and an answer may take longer than that."""


@dataclass(slots=True)
class Workspace:
    """What was read of a workspace.

    Attributes:
        listed: The chosen workflows, by path.
        specs: Their documents as the service gave them, by ID.
        refused: By ID, why one could not be read.
        deleted: Names of those that were deleted after they had been listed.
    """

    listed: list[openapi.WorkflowSummary]
    specs: dict[str, str] = field(default_factory=dict[str, str])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    deleted: list[str] = field(default_factory=list[str])


async def list_workflows(client: openapi.Client, project_id: int, name: str) -> list[openapi.WorkflowSummary]:
    """The workflows whose names match a pattern, of all kinds that can be listed, by path.

    Raises:
        RefusedError: There is none.
    """
    found = [
        summary
        for kind in openapi.WorkflowSummary.LISTED_KINDS
        for summary in await client.list_workflow_definitions(project_id, kind=kind)
    ]
    chosen = [summary for summary in found if fnmatch.fnmatchcase(summary.name, name)]
    if not chosen:
        raise RefusedError(_nothing_found(project_id, name, sorted({summary.name for summary in found})))
    return sorted(chosen, key=lambda summary: (summary.path or summary.name, summary.kind, summary.id))


async def read_workflows(
    client: openapi.Client,
    listed: list[openapi.WorkflowSummary],
    folder: Folder,
    say: Callable[[str], None],
) -> Workspace:
    """Reads each workflow that the folder does not keep as it is listed now.

    Raises:
        DataWorksError: The service cannot be asked any more; what was read is kept in the folder.
    """
    workspace = Workspace(listed)
    for summary in listed:
        if (kept := folder.kept(_kept_as(folder, summary))) is not None:
            workspace.specs[summary.id] = kept.decode(errors="surrogatepass")
    unread = [summary for summary in listed if summary.id not in workspace.specs]
    if workspace.specs:
        say(f"{count_workflows(len(workspace.specs))} read by an earlier run")
    waiting = enumerate(unread, len(workspace.specs))

    async def work() -> None:
        for done, summary in waiting:
            if done and done % _SAID == 0:
                say(f"{done} of {count_workflows(len(listed))}")
            await _read(client, summary, folder, workspace)

    try:
        async with asyncio.TaskGroup() as workers:
            for _ in range(_AT_ONCE):
                workers.create_task(work())
    except ExceptionGroup as errors:  # the first stops the others
        raise errors.exceptions[0] from None
    return workspace


async def _read(
    client: openapi.Client, summary: openapi.WorkflowSummary, folder: Folder, workspace: Workspace
) -> None:
    try:
        definition = await client.get_workflow_definition(folder.request.project_id, summary.id)
    except openapi.NotFoundError:
        workspace.deleted.append(summary.name)
    except openapi.ServiceError as error:
        if type(error) is not openapi.ServiceError:
            raise  # of the account or the service, so of every call
        workspace.refused[summary.id] = str(error)
    else:
        workspace.specs[summary.id] = definition.spec
        folder.keep(_kept_as(folder, summary), definition.spec.encode(errors="surrogatepass"))


def _kept_as(folder: Folder, summary: openapi.WorkflowSummary) -> str:
    """The file of a document that was read. What the list says of it is in the name: one that has changed is read again."""
    listed = (folder.request.project_id, summary.id, summary.name, summary.path, summary.modify_time)
    return f"{hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:16]}.json"


def count_workflows(number: int) -> str:
    """So many workflows, in words."""
    return "1 workflow" if number == 1 else f"{number} workflows"


def _nothing_found(project_id: int, name: str, names: list[str]) -> str:
    if not names:
        return f"workspace {project_id} has no workflow that can be listed"
    near = difflib.get_close_matches(re.sub(r"[*?\[\]]", "", name), names, n=3, cutoff=0.4) or names[:3]
    shown = ", ".join(f'"{one}"' for one in near)
    return (
        f'no workflow of workspace {project_id} has a name like "{name}". Of the {len(names)} names there, the nearest '
        f"are {shown}"
    )
