"""The folder of an export: what an earlier export has written there, and what somebody has edited since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

MANIFEST = ".dataworks-export.json"
JOURNAL = ".dataworks-export.journal"
_HALF_WRITTEN = ".dataworks-export.tmp"
_FORMAT = 1
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
    _hashes: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

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
        manifest = _read(path / MANIFEST)
        if manifest is not None:
            there = About(**manifest["about"])
            if there != about:
                raise RefusedError(
                    f"{path} holds the export `{there}`, and this is `{about}`: give another folder"
                )
            folder.names, folder._hashes = manifest["names"], manifest["files"]
        elif not (path / JOURNAL).exists() and path.is_dir() and any(path.iterdir()):
            raise RefusedError(f"{path} is not empty, and no export is in it: give a new folder")
        return folder

    @property
    def journal(self) -> Path:
        """Where what was read is kept until all of it is there."""
        return self.path / JOURNAL

    def write(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> list[str]:
        """Writes all files, and removes those of the earlier export that are no more.

        It can be killed at any time: the next export knows the files of both.

        Args:
            files: What to write, by path from the folder.
            names: The name of each workflow's resource by a hash of its ID.

        Returns:
            Files of the earlier export that are no more, and that stay because somebody has edited them.

        Raises:
            RefusedError: Somebody has edited files that would be overwritten; nothing was written.
            OSError: A file cannot be written.
        """
        new = {path: _hash(content) for path, content in files.items()}
        there = {path: self._hash_there(path) for path in {*files, *self._hashes}}
        edited = sorted(
            path
            for path, found in there.items()
            if found is not None and found not in (new.get(path), *self._hashes.get(path, ()))
        )
        overwritten = [path for path in edited if path in new]
        if overwritten:
            listed = "\n".join(f"  {path}" for path in overwritten[:_MANY])
            more = f"\n  and {len(overwritten) - _MANY} more" if len(overwritten) > _MANY else ""
            raise RefusedError(
                f"{len(overwritten)} files in {self.path} are not as an export has written them:\n{listed}{more}\n"
                "Nothing was written. Export into another folder and compare the two, or move these files away."
            )
        known = {
            path: sorted({*self._hashes.get(path, ()), *filter(None, [new.get(path)])}) for path in there
        }
        self._put(MANIFEST, self._manifest(known, names))
        for path, content in files.items():
            if there[path] != new[path]:
                self._put(path, content)
        for path in sorted(self._hashes.keys() - files.keys() - set(edited)):
            self._remove(path)
        self._put(MANIFEST, self._manifest({path: [one] for path, one in new.items()}, names))
        return [path for path in edited if path not in new]

    def _manifest(self, files: Mapping[str, list[str]], names: Mapping[str, str]) -> bytes:
        held = {"format": _FORMAT, "about": asdict(self.about), "names": dict(sorted(names.items()))}
        held["files"] = dict(sorted(files.items()))
        return (json.dumps(held, ensure_ascii=False, indent=1) + "\n").encode()

    def _hash_there(self, path: str) -> str | None:
        try:
            return _hash((self.path / path).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _put(self, path: str, content: bytes) -> None:
        """Writes a file so that it is there wholly or not at all."""
        target, half = self.path / path, self.path / _HALF_WRITTEN
        target.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(content)
        half.replace(target)

    def _remove(self, path: str) -> None:
        target = self.path / path
        target.unlink(missing_ok=True)
        with suppress(OSError):  # the first folder that holds something else
            for folder in target.relative_to(self.path).parents:
                (self.path / folder).rmdir()


def hash_of_id(workflow_id: str) -> str:
    """What stands for a workflow in a manifest, which is to hold no ID."""
    return hashlib.sha256(workflow_id.encode()).hexdigest()[:16]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        held = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        held = None
    if not isinstance(held, dict) or cast("dict[str, Any]", held).get("format") != _FORMAT:
        raise RefusedError(f"{path} cannot be read: it is no list of this version's. Give a new folder")
    return cast("dict[str, Any]", held)
