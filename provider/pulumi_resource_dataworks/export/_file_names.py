"""Names that every file system can hold, of files and folders, and the names of resources."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

_LONGEST = 255
"""Bytes that a name may have in ext4, APFS and, as characters, in NTFS."""

_LONGEST_PATH = 1000
"""Bytes of a path in Data Studio above which its folders are left out: macOS takes 1,024, and a script's name follows."""

_NO_RESOURCE = {"pulumi", "projectId"}
"""Pulumi YAML has the first for itself, and a portable program the second as a setting."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)


def parts_of(path: str) -> tuple[str, ...]:
    """The folders of a path in Data Studio, and the name at its end."""
    return tuple(part for part in path.split("/") if part.strip())


class Names:
    """The names in one folder. No two are alike to a file system that ignores case and how an accent is encoded."""

    def __init__(self, *taken: str) -> None:
        self._taken = {_folded(name) for name in taken}

    def take(self, wanted: str, suffix: str = "") -> str:
        """A safe name for something, with a number where another one has it; `suffix` includes its dot."""
        stem, end, number = _safe(wanted), suffix, 1
        while True:
            # A cut name must end as a name may.
            cut = stem.encode()[: _LONGEST - len(end.encode())].decode(errors="ignore").rstrip(". ") or "_"
            if _folded(cut + end) not in self._taken:
                self._taken.add(_folded(cut + end))
                return cut + end
            number += 1
            end = f"-{number}{suffix}"


class Folders:
    """The folder of each document, as they lie in Data Studio.

    Attributes:
        names: By folder, the names in it.
    """

    def __init__(self, root: str, *taken: str) -> None:
        self.names: dict[str, Names] = {root: Names(*taken)}
        self._taken = taken
        self._known: dict[tuple[str, ...], str] = {(): root}
        self._used: set[str] = set()

    def take(self, parts: tuple[str, ...]) -> str:
        """A folder for what has this path, whose names are in `names`; nothing else gets it."""
        if len("/".join(parts).encode(errors="replace")) > _LONGEST_PATH:
            parts = parts[-1:]
        folder = self._folder(parts)
        if folder in self._used:
            folder = self._new(parts)
        self._used.add(folder)
        return folder

    def _folder(self, parts: tuple[str, ...]) -> str:
        if parts not in self._known:
            self._known[parts] = self._new(parts)
        return self._known[parts]

    def _new(self, parts: tuple[str, ...]) -> str:
        parent = self._folder(parts[:-1])
        folder = f"{parent}/{self.names[parent].take(parts[-1])}"
        self.names[folder] = Names(*self._taken)
        return folder


def resource_names(paths: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """A name for each resource, by key; no two are the same.

    It is its own in Data Studio. Where two have the same one, or a program has it for something else, the folders above stand
    before it, as many as distinguish them.

    Args:
        paths: By key, the folders of each with its own name at the end.
    """
    depth = dict.fromkeys(paths, 1)
    while True:
        wanted = {one: _joined(paths[one][-count:]) for one, count in depth.items()}
        often = Counter(wanted.values())
        often.update(_NO_RESOURCE)
        deeper = [one for one, name in wanted.items() if often[name] > 1 and depth[one] < len(paths[one])]
        if not deeper:
            break
        for one in deeper:
            depth[one] += 1
    found: dict[str, str] = {}
    taken = {*_NO_RESOURCE}
    for one in sorted(wanted, key=lambda one: (wanted[one], tuple(paths[one]), one)):
        name, number = wanted[one], 1
        while name in taken:
            number += 1
            name = f"{wanted[one]}-{number}"
        found[one] = name
        taken.add(name)
    return found


def _joined(parts: Sequence[str]) -> str:
    return "-".join(filter(None, map(_word, parts))) or "workflow"


def _word(text: str) -> str:
    """Letters and digits of any script, `_`, `.` and `-`; each run of others is one `-`."""
    kept = (
        letter if unicodedata.category(letter)[0] in "LMN" or letter in "_.-" else "-"
        for letter in unicodedata.normalize("NFC", text)
    )
    return re.sub("--+", "-", "".join(kept)).strip("-.")


def _safe(text: str) -> str:
    """A text as a name on Windows, macOS and Linux: never a path, hidden, or a device."""
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text))
    name = "".join(letter if letter.isprintable() else "_" for letter in name).strip().rstrip(". ")
    return f"_{name}" if not name or name.startswith(".") or _DEVICES.match(name) else name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
