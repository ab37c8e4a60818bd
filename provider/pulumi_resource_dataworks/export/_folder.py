"""The folder of an export: what an earlier export has written there, and what somebody has edited since.

Nothing is ever deleted, nothing is written through a link that leads outside, and no file is overwritten but one that an
export has written.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pydantic

MANIFEST = ".dataworks-export.json"
KEPT = ".dataworks-export.read"
"""The folder of documents that were read by a run that has not written its program yet."""

_HALF_WRITTEN = ".dataworks-export.tmp"
_MOST_LISTED = 10


class RefusedError(Exception):
    """Why nothing was written; says what to do."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is exported, and as what; `name` is a pattern of workflows' names. Another export does not go into its folder."""

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
    about: ExportRequest
    names: dict[str, str]
    files: dict[str, str]


class Folder:
    """The folder that an export goes into.

    Attributes:
        names: The name of each workflow's resource by a hash of its ID, as an earlier export gave them.

    Raises:
        RefusedError: It holds something else.
        OSError: It cannot be read.
    """

    def __init__(self, path: Path, request: ExportRequest) -> None:
        self.path = path
        self.request = request
        self.names: dict[str, str] = {}
        self._hashes: dict[str, str] = {}
        if path.exists() and not path.is_dir():
            raise RefusedError(f"{path} is a file: give the name of a folder")
        manifest = self.read(MANIFEST)
        if manifest is not None:
            self._continue(manifest)
        elif path.is_dir() and any(path.iterdir()):
            raise RefusedError(f"{path} is not empty, and no export is in it: give a new folder")

    def _continue(self, manifest: bytes) -> None:
        try:
            there = _Manifest.model_validate_json(manifest)
        except pydantic.ValidationError:
            raise RefusedError(
                f"{self.path / MANIFEST} cannot be read: no export has written it so. Give a new folder"
            ) from None
        if there.about != self.request:
            raise RefusedError(
                f"{self.path} holds the export `{there.about}`, and this is `{self.request}`: give another folder"
            )
        self.names, self._hashes = there.names, there.files

    def start(self) -> None:
        """Makes the folder this export's, so that a run that is stopped can go on."""
        if self.read(MANIFEST) is None:
            self._put_manifest()

    def kept(self) -> list[Path]:
        """The documents below `KEPT`; no other file, as a link may lead elsewhere in the folder."""
        return sorted(self._inside(KEPT).glob(f"{'[0-9a-f]' * 16}.json"))

    def write(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> list[str]:
        """Writes all files, by path from the folder; `names` is for the next export's `names`.

        Returns:
            Files of the earlier export that are not part of this one. They stay.

        Raises:
            RefusedError: A file would be overwritten that no export has written so; nothing was written.
            OSError: A file cannot be written.
        """
        new = {path: _hash(content) for path, content in files.items()}
        there = {
            path: _hash(content)
            for path in sorted({*new, *self._hashes})
            if (content := self.read(path)) is not None
        }
        edited = sorted(
            path for path in new.keys() & there if there[path] not in (new[path], self._hashes.get(path))
        )
        if edited:
            listed = "".join(f"\n  {path}" for path in edited[:_MOST_LISTED])
            more = f"\n  and {len(edited) - _MOST_LISTED} more" if len(edited) > _MOST_LISTED else ""
            raise RefusedError(
                f"{len(edited)} files in {self.path} are not as an export has written them:{listed}{more}\n"
                "Nothing was written. Export into another folder and compare the two, or move these files away."
            )
        for path, content in files.items():
            if there.get(path) != new[path]:
                self.put(path, content)
        stay = sorted((self._hashes.keys() - new.keys()) & there.keys())
        self._hashes = new | {path: self._hashes[path] for path in stay}
        self.names = dict(names)
        self._put_manifest()
        for kept in self.kept():
            kept.unlink()
        with contextlib.suppress(OSError):  # it is not there, or holds somebody's file
            (self.path / KEPT).rmdir()
        return stay

    def _put_manifest(self) -> None:
        names, hashes = dict(sorted(self.names.items())), dict(sorted(self._hashes.items()))
        manifest = _Manifest(about=self.request, names=names, files=hashes)
        self.put(MANIFEST, manifest.model_dump_json(indent=1).encode() + b"\n")

    def read(self, path: str) -> bytes | None:
        """A file in the folder; None where there is none.

        Raises:
            RefusedError: It leads outside, or is not a file.
        """
        target = self._inside(path)
        if not os.path.lexists(target):
            return None
        if not target.is_file():
            raise RefusedError(f"{target} is not a file: move it away")
        return target.read_bytes()

    def put(self, path: str, content: bytes) -> None:
        """Writes a file so that it is there wholly or not at all; it is a new one, whatever links lead to the old one."""
        target, half = self._inside(path), self._inside(_HALF_WRITTEN)
        target.parent.mkdir(parents=True, exist_ok=True)
        half.unlink(missing_ok=True)
        half.write_bytes(content)
        half.replace(target)

    def _inside(self, path: str) -> Path:
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


def hash_of(text: str) -> str:
    """Stands for a text such as the ID of a workflow, which a portable export must not hold."""
    return _hash(text.encode(errors="surrogatepass"))[:16]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
