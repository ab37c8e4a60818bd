"""What a run has made, in a file, so that another run can undo it when this one is killed.

One JSON object a line, written to the disk before the call that it tells of.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._documents import Names

Key = tuple[int, str]


@dataclass
class Sent:
    """One import that was sent, or was about to be.

    Attributes:
        number: Its place in the journal.
        project_id: The workspace.
        given: The workflow ID in its document, if any.
        kind: The document's kind.
        at: When, in seconds since 1970.
        job: The job's ID, once it is known.
        workflow: The workflow's ID by the answer, or by a look; "" until it is known.
        state: `sent` without an answer so far, `running`, `ended`, or `refused`.
        is_new: Whether nothing was known to be under its ID when it was sent.
    """

    number: int
    project_id: int
    given: str | None
    kind: str
    at: float
    job: str = ""
    workflow: str = ""
    state: str = "sent"
    is_new: bool = True

    @property
    def key(self) -> Key:
        """Where it makes something, as far as is known; without an ID, nowhere."""
        return self.project_id, self.workflow or self.given or ""


class Journal:
    """The file, and what it says.

    Attributes:
        path: The file.
        names: The run's names.
        project_id: The workspace.
        base_url: The service's address.
        sent: The imports.
        absent: HTTP status and code of the answer to a missing workflow, once it is known.
        stale: Seconds for which a read may be older than a write, as far as is known.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names = Names("")
        self.project_id = 0
        self.base_url = ""
        self.sent: list[Sent] = []
        self.absent: tuple[int, str] | None = None
        self.stale = 0.0
        self._alive: dict[Key, None] = {}

    @classmethod
    def begin(cls, path: Path, names: Names, project_id: int, base_url: str) -> "Journal":
        """A new journal.

        Raises:
            FileExistsError: There is one already: a run was killed, or still runs.
        """
        path.open("x", encoding="utf-8").close()
        journal = cls(path)
        journal._write({"begin": names.token, "project": project_id, "endpoint": base_url})
        return journal

    @classmethod
    def load(cls, path: Path) -> "Journal":
        """What a killed run left.

        Raises:
            OSError: It cannot be read; FileNotFoundError where there is none.
            ValueError: It is no journal.
        """
        journal = cls(path)
        text = path.read_text(encoding="utf-8")
        if not text.endswith("\n"):
            path.write_text(f"{text}\n", encoding="utf-8")
        for line in text.splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the line that the kill cut off tells of a call that was not made
            journal._apply(entry)
        if not journal.names.token:
            raise ValueError("it is no journal of a probe")
        return journal

    def sending(self, project_id: int, given: str | None, kind: str, at: float) -> Sent:
        """An import is about to be sent."""
        number = len(self.sent)
        self._write({"sending": number, "project": project_id, "id": given, "kind": kind, "at": at})
        return self.sent[number]

    def note(self, sent: Sent, state: str, job: str = "", workflow: str = "") -> None:
        """What became of an import, as far as is known now."""
        self._write({"note": sent.number, "state": state, "job": job or sent.job, "workflow": workflow})

    def gone(self, key: Key) -> None:
        """A workflow is deleted, or was never made."""
        self._write({"gone": list(key)})

    def missing(self, status: int, code: str) -> None:
        """This is how a missing workflow is answered."""
        self._write({"missing": [status, code]})

    def reads_are_stale(self, seconds: float) -> None:
        """This is how long a read may be older than a write."""
        self._write({"stale": seconds})

    @property
    def alive(self) -> list[Key]:
        """What is to be deleted, the oldest first."""
        return list(self._alive)

    @property
    def places(self) -> list[tuple[int, str]]:
        """Workspaces and kinds in which something of the run's may be."""
        return list(dict.fromkeys((sent.project_id, sent.kind) for sent in self.sent))

    def end(self) -> None:
        """Nothing is left: no journal is needed."""
        self.path.unlink()

    def _write(self, entry: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._apply(entry)

    def _apply(self, entry: dict[str, Any]) -> None:
        readers: dict[str, Callable[[dict[str, Any]], None]] = {
            "begin": self._begin,
            "sending": self._sending,
            "note": self._note,
            "gone": self._gone,
            "missing": self._missing,
            "stale": self._stale,
        }
        for name, reader in readers.items():
            if name in entry:
                reader(entry)

    def _begin(self, entry: dict[str, Any]) -> None:
        self.names = Names(entry["begin"])
        self.project_id, self.base_url = entry["project"], entry["endpoint"]

    def _sending(self, entry: dict[str, Any]) -> None:
        sent = Sent(entry["sending"], entry["project"], entry["id"], entry["kind"], entry["at"])
        sent.is_new = sent.key not in self._alive
        self.sent.append(sent)
        self._add(sent)

    def _note(self, entry: dict[str, Any]) -> None:
        sent = self.sent[int(entry["note"])]
        sent.state, sent.job = entry["state"], entry["job"]
        if sent.is_new and (sent.state == "refused" or entry["workflow"]):
            self._alive.pop(sent.key, None)
        sent.workflow = entry["workflow"] or sent.workflow
        if sent.state != "refused":
            self._add(sent)

    def _add(self, sent: Sent) -> None:
        if sent.key[1]:
            self._alive[sent.key] = None

    def _gone(self, entry: dict[str, Any]) -> None:
        project_id, workflow_id = entry["gone"]
        self._alive.pop((project_id, workflow_id), None)

    def _missing(self, entry: dict[str, Any]) -> None:
        status, code = entry["missing"]
        self.absent = status, code

    def _stale(self, entry: dict[str, Any]) -> None:
        self.stale = entry["stale"]
