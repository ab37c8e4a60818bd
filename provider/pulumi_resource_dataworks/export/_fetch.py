"""Reads the workflows of a workspace, and keeps what was read so that a stopped run goes on."""

from __future__ import annotations

import asyncio
import difflib
import fnmatch
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO

import pydantic

from pulumi_resource_dataworks import openapi

from ._folder import JOURNAL, Folder, RefusedError

# --- What was read from the service so far, so that a run that is stopped goes on where it was


class _Head(pydantic.BaseModel):
    project_id: int
    began: str


class Entry(pydantic.BaseModel):
    """A workflow that was read.

    Attributes:
        id: Its ID.
        listed: What the list said of it just before; where any of it differs, the workflow is read again.
        spec: Its document as the service gave it.
    """

    id: str
    listed: tuple[str, str, int | None]
    spec: str


def listed_as(summary: openapi.WorkflowSummary) -> tuple[str, str, int | None]:
    """The name, path and time of change of a workflow in a list."""
    return summary.name, summary.path, summary.modify_time


@dataclass(slots=True)
class Journal:
    """A file to which each workflow is added as soon as it is read.

    Attributes:
        entries: What is in it, by workflow ID.
        began: When the run began that made it.
    """

    entries: dict[str, Entry]
    began: str
    _file: IO[bytes]

    @classmethod
    @contextmanager
    def open(cls, folder: Folder) -> Generator[Journal]:
        """The journal of a run that was stopped, or a new one.

        Raises:
            RefusedError: It is another workspace's, or no journal.
            OSError: The file cannot be read or written.
        """
        head, entries = _read(folder)
        lines = [head, *entries.values()]
        folder.put(JOURNAL, b"".join(map(_line, lines)))  # without half a line that a kill has left
        with (folder.path / JOURNAL).open("ab") as file:
            yield cls(entries, head.began, file)

    def add(self, entry: Entry) -> None:
        """Keeps a workflow, also where the process is killed next."""
        self.entries[entry.id] = entry
        self._file.write(_line(entry))
        self._file.flush()


def kept_in(folder: Folder) -> int:
    """How many workflows the journal of a folder holds."""
    return len(_read(folder)[1])


def _line(value: pydantic.BaseModel) -> bytes:
    return json.dumps(value.model_dump()).encode() + b"\n"  # ASCII: half of a character pair is no UTF-8


def _read(folder: Folder) -> tuple[_Head, dict[str, Entry]]:
    """The journal, without lines that a kill has cut."""
    lines = (folder.read(JOURNAL) or b"").splitlines()
    project_id = folder.about.project_id
    if not lines:
        return _Head(project_id=project_id, began=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")), {}
    try:
        head = _Head.model_validate_json(lines[0])
    except pydantic.ValidationError:
        raise RefusedError(
            f"{folder.path / JOURNAL} cannot be read: delete it, and all is read anew"
        ) from None
    if head.project_id != project_id:
        raise RefusedError(
            f"{folder.path} holds what was read of workspace {head.project_id}, and this is {project_id}: give another "
            "folder"
        )
    entries: dict[str, Entry] = {}
    for line in lines[1:]:
        try:
            entry = Entry.model_validate_json(line)
        except pydantic.ValidationError:
            continue
        entries[entry.id] = entry
    return head, entries


# --- Reads the workflows of a workspace: its lists, and then each one


_SAID = 50
"""After so many workflows a line says how far the run is: every ten seconds at 5 calls a second."""

_AT_ONCE = 4
"""Calls that are under way at once: the client keeps to its calls a second, and an answer may take longer than that."""


@dataclass(slots=True)
class Fetched:
    """What a workspace holds.

    Attributes:
        workflows: The chosen workflows, by path.
        specs: Their documents as the service gave them, by ID.
        refused: By ID, why one could not be read.
        gone: Names of those that were deleted after they had been listed.
    """

    workflows: list[openapi.WorkflowSummary]
    specs: dict[str, str] = field(default_factory=dict[str, str])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    gone: list[str] = field(default_factory=list[str])


async def listed(client: openapi.Client, project_id: int, name: str) -> list[openapi.WorkflowSummary]:
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
        raise RefusedError(_nothing(project_id, name, sorted({summary.name for summary in found})))
    return sorted(chosen, key=lambda summary: (summary.path or summary.name, summary.kind, summary.id))


async def fetch(
    client: openapi.Client,
    project_id: int,
    chosen: list[openapi.WorkflowSummary],
    journal: Journal,
    say: Callable[[str], None],
) -> Fetched:
    """Reads each workflow that the journal does not hold as it is listed now.

    Raises:
        DataWorksError: The service cannot be asked any more; what was read is in the journal.
    """
    fetched = Fetched(chosen)
    todo: list[openapi.WorkflowSummary] = []
    for summary in chosen:
        entry = journal.entries.get(summary.id)
        if entry is not None and entry.listed == listed_as(summary):
            fetched.specs[summary.id] = entry.spec
        else:
            todo.append(summary)
    if not todo:
        return fetched
    waiting = _counted(todo, len(chosen), say)
    try:
        async with asyncio.TaskGroup() as workers:
            for _ in range(_AT_ONCE):
                workers.create_task(_work(client, project_id, waiting, journal, fetched))
    except ExceptionGroup as errors:  # the first stops the others
        raise errors.exceptions[0] from None
    return fetched


async def _work(
    client: openapi.Client,
    project_id: int,
    waiting: Iterable[openapi.WorkflowSummary],
    journal: Journal,
    fetched: Fetched,
) -> None:
    for summary in waiting:
        try:
            definition = await client.get_workflow_definition(project_id, summary.id)
        except openapi.NotFoundError:
            fetched.gone.append(summary.name)
        except openapi.ServiceError as error:
            if type(error) is not openapi.ServiceError:
                raise  # of the account or the service, so of every call
            fetched.refused[summary.id] = str(error)
        else:
            fetched.specs[summary.id] = definition.spec
            journal.add(Entry(id=summary.id, listed=listed_as(summary), spec=definition.spec))


def _counted(
    todo: list[openapi.WorkflowSummary], total: int, say: Callable[[str], None]
) -> Iterator[openapi.WorkflowSummary]:
    """Those to read, with a line now and then that says how far the run is."""
    for done, summary in enumerate(todo, total - len(todo)):
        if done and done % _SAID == 0:
            say(f"{done} of {workflows(total)}")
        yield summary


def workflows(number: int) -> str:
    """So many workflows, in words."""
    return "1 workflow" if number == 1 else f"{number} workflows"


def _nothing(project_id: int, name: str, names: list[str]) -> str:
    if not names:
        return f"workspace {project_id} has no workflow that can be listed"
    near = difflib.get_close_matches(re.sub(r"[*?\[\]]", "", name), names, n=3, cutoff=0.4) or names[:3]
    shown = ", ".join(f'"{one}"' for one in near)
    return (
        f'no workflow of workspace {project_id} has a name like "{name}". Of the {len(names)} names there, the nearest '
        f"are {shown}"
    )
