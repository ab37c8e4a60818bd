"""The folder of an export: what an earlier export has written there, and what somebody has edited since.

Nothing is ever deleted, nothing is written through a link that leads outside, and no file is overwritten but one that an
export has written.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pydantic

MANIFEST = ".dataworks-export.json"
JOURNAL = ".dataworks-export.journal"
_HALF_WRITTEN = ".dataworks-export.tmp"
_MANY = 10


class RefusedError(Exception):
    """Why nothing was written; says what to do."""


@dataclass(frozen=True, slots=True)
class About:
    """What an export is of: another one does not go into its folder.

    Attributes:
        project_id: The workspace.
        language: The program's.
        portable: Whether it is for other workspaces.
        name: Which workflows, as a pattern of their names.
    """

    project_id: int
    language: str
    portable: bool
    name: str

    def __str__(self) -> str:
        kind = " --portable" if self.portable else ""
        which = "--all" if self.name == "*" else f"--name '{self.name}'"
        return f"--project-id {self.project_id} {which} --language {self.language}{kind}"


class _Manifest(pydantic.BaseModel):
    """What an export keeps in its folder: what it is of, its resources' names, and a hash of each file."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid")

    format: Literal[1] = 1
    about: About
    names: dict[str, str]
    files: dict[str, str]


@dataclass(slots=True)
class Folder:
    """The folder that an export goes into.

    Attributes:
        path: Where it is.
        about: What the export is of.
        names: The name of each workflow's resource by a hash of its ID, as an earlier export gave them.
    """

    path: Path
    about: About
    names: dict[str, str] = field(default_factory=dict[str, str])
    _hashes: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, path: Path, about: About) -> Folder:
        """The folder, where this export may go into it.

        Raises:
            RefusedError: It holds something else.
            OSError: It cannot be read.
        """
        if path.exists() and not path.is_dir():
            raise RefusedError(f"{path} is a file: give the name of a folder")
        folder = cls(path, about)
        text = folder.read(MANIFEST)
        if text is not None:
            folder._take_up(text)
        elif folder.read(JOURNAL) is None and path.is_dir() and any(path.iterdir()):
            raise RefusedError(f"{path} is not empty, and no export is in it: give a new folder")
        return folder

    def _take_up(self, text: bytes) -> None:
        try:
            there = _Manifest.model_validate_json(text)
        except pydantic.ValidationError:
            raise RefusedError(
                f"{self.path / MANIFEST} cannot be read: no export has written it so. Give a new folder"
            ) from None
        if there.about != self.about:
            raise RefusedError(
                f"{self.path} holds the export `{there.about}`, and this is `{self.about}`: give another folder"
            )
        self.names, self._hashes = there.names, there.files

    def write(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> list[str]:
        """Writes all files.

        Args:
            files: What to write, by path from the folder.
            names: The name of each workflow's resource by a hash of its ID.

        Returns:
            Files of the earlier export that are not part of this one. They stay.

        Raises:
            RefusedError: A file would be overwritten that no export has written so; nothing was written.
            OSError: A file cannot be written.
        """
        new = {path: _hash(content) for path, content in files.items()}
        there = {path: self._hash_there(path) for path in sorted({*new, *self._hashes})}
        edited = sorted(
            path for path, own in new.items() if there[path] not in (None, own, self._hashes.get(path))
        )
        if edited:
            listed = "\n".join(f"  {path}" for path in edited[:_MANY])
            more = f"\n  and {len(edited) - _MANY} more" if len(edited) > _MANY else ""
            raise RefusedError(
                f"{len(edited)} files in {self.path} are not as an export has written them:\n{listed}{more}\n"
                "Nothing was written. Export into another folder and compare the two, or move these files away."
            )
        for path, content in files.items():
            if there[path] != new[path]:
                self.put(path, content)
        stay = sorted(path for path in self._hashes.keys() - new.keys() if there[path] is not None)
        hashes = new | {path: self._hashes[path] for path in stay}
        manifest = _Manifest(
            about=self.about, names=dict(sorted(names.items())), files=dict(sorted(hashes.items()))
        )
        self.put(MANIFEST, manifest.model_dump_json(indent=1).encode() + b"\n")
        return stay

    def read(self, path: str) -> bytes | None:
        """A file in the folder; None where there is none.

        Raises:
            RefusedError: It leads outside, or something else is there that is no file.
        """
        target = self._place(path)
        if not os.path.lexists(target):
            return None
        if not target.is_file():
            raise RefusedError(f"{target} is no file: move it away")
        return target.read_bytes()

    def put(self, path: str, content: bytes) -> None:
        """Writes a file so that it is there wholly or not at all; it is a new one, whatever links lead to the old one."""
        target, half = self._place(path), self._place(_HALF_WRITTEN)
        target.parent.mkdir(parents=True, exist_ok=True)
        half.unlink(missing_ok=True)
        half.write_bytes(content)
        half.replace(target)

    def _place(self, path: str) -> Path:
        target = self.path / path
        try:  # realpath does not fail on links that lead in a circle, as Path.resolve does
            inside = Path(os.path.realpath(self.path)) in Path(os.path.realpath(target)).parents
        except ValueError:  # a null byte
            inside = False
        if not inside:
            raise RefusedError(
                f"{target} leads out of {self.path}, and nothing is read or written there. Give a new folder"
            )
        return target

    def _hash_there(self, path: str) -> str | None:
        content = self.read(path)
        return None if content is None else _hash(content)


def hash_of_id(workflow_id: str) -> str:
    """What stands for a workflow in a manifest, which is to hold no ID."""
    return hashlib.sha256(workflow_id.encode()).hexdigest()[:16]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
