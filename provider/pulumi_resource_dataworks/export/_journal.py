"""What was read from the service so far, so that a run that is stopped goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

import pydantic

from pulumi_resource_dataworks import openapi

from ._folder import JOURNAL, Folder, RefusedError


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
