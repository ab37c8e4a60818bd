"""What was read from the service so far, so that a run that is stopped goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pulumi_resource_dataworks import openapi

from ._folder import RefusedError


@dataclass(frozen=True, slots=True)
class Entry:
    """A workflow that was read.

    Attributes:
        listed: What the list said of it just before: its name, path and time of change.
        spec: Its document as the service gave it.
    """

    listed: tuple[str, str, int | None]
    spec: str

    @classmethod
    def of(cls, summary: openapi.WorkflowSummary, spec: str) -> Entry:
        """An entry for what was read after this line of the list."""
        return cls(listed_as(summary), spec)


def listed_as(summary: openapi.WorkflowSummary) -> tuple[str, str, int | None]:
    """What shows in a list that a workflow has changed: where any of it differs, it is read again."""
    return summary.name, summary.path, summary.modify_time


@dataclass(slots=True)
class Journal:
    """A file to which each workflow is added as soon as it is read.

    Attributes:
        path: The file.
        entries: What is in it, by workflow ID.
        began: When the run began that made it; None where it is new.
    """

    path: Path
    _file: IO[str]
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    began: str | None = None

    @classmethod
    @contextmanager
    def open(cls, path: Path, project_id: int) -> Generator[Journal]:
        """The journal of a run that was stopped, or a new one.

        Raises:
            RefusedError: It is another workspace's.
            OSError: The file cannot be read or written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = _lines(path) if path.exists() else iter(())
        head = next(lines, None)
        with path.open("a", encoding="utf-8") as file:
            journal = cls(path, file)
            if head is None:
                file.truncate(0)
                now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
                journal._write({"projectId": project_id, "began": now})
            else:
                journal._take_up(head, lines, project_id)
            yield journal

    def _take_up(self, head: dict[str, Any], lines: Iterator[dict[str, Any]], project_id: int) -> None:
        if head.get("projectId") != project_id:
            raise RefusedError(
                f"{self.path.parent} holds what was read of workspace {head.get('projectId')}, and this is "
                f"{project_id}: give another folder"
            )
        self.began = str(head.get("began"))
        for line in lines:
            name, folder, time = line["listed"]
            self.entries[line["id"]] = Entry((name, folder, time), line["spec"])
        self._file.write("\n")  # after half a line that a kill has left

    def add(self, workflow_id: str, entry: Entry) -> None:
        """Keeps a workflow, also where the process is killed next."""
        self.entries[workflow_id] = entry
        self._write({"id": workflow_id, "listed": entry.listed, "spec": entry.spec})

    def _write(self, line: object) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def kept_in(path: Path) -> int:
    """How many workflows a journal holds; none where there is no journal."""
    return sum("spec" in line for line in _lines(path)) if path.exists() else 0


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a journal, without one that a kill has cut."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found
