"""What is in a picture, whatever draws it: plain texts as the documents have them, measured in columns."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate
from typing import Literal

Sign = Literal["", "+", "-", "~"]
"""What becomes of something: nothing, added, removed, changed."""

WORDS: dict[Sign, str] = {"+": "added", "-": "removed", "~": "changed"}


class NotDrawnError(Exception):
    """Nothing can be drawn: what to say, and the exit status of the command."""

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.status = status


class Category(Enum):
    """What a box stands for, which decides its shape."""

    SQL = "SQL"
    PYTHON = "Python"
    SHELL = "shell"
    SYNC = "synchronization"
    VIRTUAL = "virtual node"
    CONTROL = "control node"
    OTHER = "other node"
    OUTSIDE = "node of another workflow"


@dataclass(frozen=True, slots=True)
class Box:
    """A node, or what another workflow makes.

    Attributes:
        key: Unique in the picture.
        marks: What to know about its runs, such as `paused`.
        holder: The key of the control node that holds it; empty for none.
        changes: The fields that differ, and where it came from.
    """

    key: str
    name: str
    command: str = ""
    category: Category = Category.OTHER
    marks: tuple[str, ...] = ()
    holder: str = ""
    sign: Sign = ""
    changes: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        return " · ".join(filter(None, (self.command, *self.marks)))


@dataclass(frozen=True, slots=True)
class Arrow:
    """A dependency.

    Attributes:
        source: The key of the box that goes first; that with `target` waits.
        earlier: Which runs of the cycle before are waited for; empty for those of the same cycle.
        condition: When a branch goes this way.
    """

    source: str
    target: str
    earlier: str = ""
    condition: str = ""
    sign: Sign = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line about the workflow as a whole."""

    text: str
    sign: Sign = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A workflow, or what becomes of it.

    Attributes:
        boxes: Each after the one that holds it.
        compared: Whether it shows a difference.
        summary: In a sentence, what there is or what changes.
    """

    name: str
    lines: list[Line] = field(default_factory=list[Line])
    boxes: list[Box] = field(default_factory=list[Box])
    arrows: list[Arrow] = field(default_factory=list[Arrow])
    compared: bool = False
    summary: str = ""

    @property
    def holders(self) -> frozenset[str]:
        """The keys of the control nodes that hold others."""
        return frozenset(box.holder for box in self.boxes if box.holder)


# --- Texts, measured in columns of a monospaced font


def columns(text: str) -> int:
    """How wide a text is: Chinese letters take two columns, combining marks none."""
    if text.isascii():
        return len(text)
    letters = [letter for letter in text if not unicodedata.combining(letter)]
    wide = sum(unicodedata.east_asian_width(letter) in "WFA" for letter in letters)
    return len(letters) + wide


def shorten(text: str, most: int) -> str:
    """The text, or its beginning with `…` where it has more than so many columns."""
    return text if len(text) <= most and columns(text) <= most else _head(text, most - 2) + "…"


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
    widths = list(accumulate(map(columns, text)))
    return text[: max(bisect_right(widths, most), 1)]
