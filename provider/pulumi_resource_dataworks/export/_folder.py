"""The folder of an export: a new one, or that of a run that was stopped. No file that is there is ever overwritten."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
