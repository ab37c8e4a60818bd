"""Reads the workflows of a workspace into a folder, where what was read is kept, so that a stopped run goes on."""

from __future__ import annotations

import asyncio
import difflib
import fnmatch
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_resource_dataworks import openapi

# --- The folder of an export: a new one, or that of a run that was stopped. No file that is there is ever overwritten


KEPT = ".dataworks-export.read"
"""The folder of documents that were read by a run that has not written its program yet."""

_MOST_LISTED = 10


class RefusedError(Exception):
    """Why nothing was written; says what to do."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is exported, and as what; `name` is a pattern of workflows' names."""

    project_id: int
    language: str
    portable: bool
    name: str

    def __str__(self) -> str:
        kind = " --portable" if self.portable else ""
        which = "--all" if self.name == "*" else f"--name '{self.name}'"
        return f"--project-id {self.project_id} {which} --language {self.language}{kind}"


class Folder:
    """The folder that an export goes into.

    Raises:
        RefusedError: It holds something else.
        OSError: It cannot be read.
    """

    def __init__(self, path: Path, request: ExportRequest) -> None:
        self.path, self.request = path, request
        self._kept = path / KEPT
        if path.exists() and not path.is_dir():
            raise RefusedError(f"{path} is a file: give the name of a folder")
        was_stopped = self._kept.is_dir() and not self._kept.is_symlink()
        if path.is_dir() and not was_stopped and any(path.iterdir()):
            raise RefusedError(f"{path} is not empty, and no stopped export is in it: give a new folder")

    def start(self) -> None:
        """Makes the folder this export's, so that a run that is stopped can go on."""
        self._kept.mkdir(parents=True, exist_ok=True)

    def count_kept(self) -> int:
        """How many documents are kept."""
        return len(list(self._kept.glob("*.json")))

    def kept(self, name: str) -> bytes | None:
        """A document that a stopped run has kept under a name; None where it has not."""
        file = self._kept / name
        return file.read_bytes() if file.is_file() else None

    def keep(self, name: str, document: bytes) -> None:
        """Keeps a document for the next run."""
        self._put(self._kept / name, document)

    def write(self, files: Mapping[str, bytes]) -> None:
        """Writes all files, by path from the folder, and forgets what was kept.

        Raises:
            RefusedError: One is there and holds something else; nothing was written.
            OSError: A file cannot be written.
        """
        others = sorted(path for path, content in files.items() if self._holds_another(path, content))
        if others:
            listed = "".join(f"\n  {path}" for path in others[:_MOST_LISTED])
            more = f"\n  and {len(others) - _MOST_LISTED} more" if len(others) > _MOST_LISTED else ""
            raise RefusedError(
                f"{len(others)} files in {self.path} are not of this export:{listed}{more}\n"
                "Nothing was written. Export into another folder and compare the two, or move these files away."
            )
        self.start()
        for path, content in files.items():
            self._put(self.path / path, content)
        shutil.rmtree(self._kept)

    def _holds_another(self, path: str, content: bytes) -> bool:
        target = self.path / path
        return target.exists() and not (target.is_file() and target.read_bytes() == content)

    def _put(self, target: Path, content: bytes) -> None:
        """Writes a file so that it is there wholly or not at all."""
        half = self._kept / "half"
        half.write_bytes(content)
        target.parent.mkdir(parents=True, exist_ok=True)
        half.replace(target)


# --- The workflows of a workspace


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
