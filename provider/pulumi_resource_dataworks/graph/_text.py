"""Texts of documents as they can be shown: nothing that a terminal or a browser obeys, and measured in columns."""

from __future__ import annotations

import unicodedata

from pulumi_resource_dataworks._printable import printable as plain

__all__ = ["columns", "plain", "shorten", "wrap"]

_WIDE = frozenset({"W", "F", "A"})


def columns(text: str) -> int:
    """How wide a text is in columns of a monospaced font: Chinese letters take two, combining marks none."""
    return sum(map(_columns, text))


def shorten(text: str, most: int) -> str:
    """The text, or its beginning with `…` where it has more than so many columns."""
    if len(text) <= most and columns(text) <= most:
        return text
    return _head(text, most - 2) + "…"


def wrap(text: str, most: int, lines: int) -> list[str]:
    """A text on at most so many lines of so many columns, broken after a separator where there is one."""
    found: list[str] = []
    while len(found) < lines - 1 and (len(text) > most or columns(text) > most):
        head = _head(text, most)
        cut = max(map(head.rfind, "_-./ ,")) + 1
        head = head[: cut if cut > len(head) // 2 else None]
        found.append(head.rstrip())
        text = text[len(head) :].lstrip()
    return [*found, shorten(text, most)]


def _head(text: str, most: int) -> str:
    taken = 0
    for place, letter in enumerate(text):
        taken += _columns(letter)
        if taken > most:
            return text[: max(place, 1)]
    return text


def _columns(letter: str) -> int:
    if letter.isascii():
        return 1
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in _WIDE else 1
