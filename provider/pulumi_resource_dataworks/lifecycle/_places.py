"""The places of a document that the service names in its words."""

from __future__ import annotations

import re
from typing import Any

from pulumi_resource_dataworks import flowspec, openapi

Path = tuple[str | int, ...]

_PLACE = re.compile(r"\$((?:\.[A-Za-z_][\w-]*|\[\d+\]|\['[^']*'\])+)")
_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']*)'\]")


def places_in(words: openapi.Words, document: flowspec.Document, *, secret: bool) -> str:
    """What the service's JSONPaths mean, in the document as it was written: a sentence, or nothing.

    Args:
        words: What the service says.
        document: What it says it of.
        secret: Whether the words may quote a secret: then a path ends where the document has no such place.
    """
    paths: list[Path] = [
        tuple(int(index) if index else name or quoted for name, index, quoted in _STEP.findall(found))
        for found in _PLACE.findall(words.raw)
    ]
    paths = [_there(path, document.root) for path in paths] if secret else paths
    faults = [flowspec.Fault(path, "this", "") for path in dict.fromkeys(paths) if path]
    placed = [
        f"{flowspec.show_path(fault.path)}"
        + (f" (line {fault.line}, column {fault.column})" if fault.line else "")
        for fault in document.place(faults)
    ]
    return f". See {', '.join(placed)}" if placed else ""


def _there(path: Path, root: flowspec.Object) -> Path:
    """As much of a path as a document has; what is inside a secret is a secret."""
    held: Any = root
    for number, step in enumerate(path):
        try:
            held = None if flowspec.is_secret(held) else held[step]
        except (KeyError, IndexError, TypeError):
            held = None
        if held is None:
            return path[:number]
    return path
