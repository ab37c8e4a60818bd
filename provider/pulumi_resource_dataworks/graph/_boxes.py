"""The boxes: what is written in one, how much space that takes, and its shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from ._elements import ICON_WIDTH, add_icon, add_shape, add_text
from ._layout import Place
from ._picture import WORDS, Box
from ._style import LETTER, SMALL
from ._text import columns, plain, shorten, wrap

_PAD = 12.0
_ICON = ICON_WIDTH + 8.0
_NAME = 17.0
_LINE = 15.0
_COLUMNS = 34
"""Columns of a name in a box, on each of two lines; all of it is in the box's title."""


@dataclass(frozen=True, slots=True)
class Face:
    """What is written in a box, and its size in pixels."""

    names: tuple[str, ...]
    about: tuple[str, ...]
    changes: tuple[str, ...]
    width: float
    height: float


def face_of(box: Box, loops: Sequence[str], *, holds: bool) -> Face:
    """Lays out the texts of a box; for one that holds others, those above its inner nodes.

    Args:
        box: The box.
        loops: Which earlier runs of its own it waits for.
        holds: Whether it holds others.
    """
    sign = f"{box.sign} " if box.sign else ""
    wide, high = (2 * _COLUMNS, 1) if holds else (_COLUMNS, 2)
    names = wrap(sign + plain(box.name), wide, high)
    waits = (f"waits for {loop}" for loop in loops)
    told = plain(" · ".join(part for part in (box.command, *box.marks, *waits) if part))
    about = wrap(told, wide + 12, high) if told else []
    changes = wrap(plain(", ".join(box.changes)), wide + 12, high) if box.changes else []
    texts = [columns(name) * LETTER for name in names]
    texts += [columns(line) * SMALL for line in (*about, *changes)]
    width = max(texts) + _ICON + 2 * _PAD
    height = len(names) * _NAME + (len(about) + len(changes)) * _LINE + _PAD
    return Face(tuple(names), tuple(about), tuple(changes), max(width, 96.0), height)


def add_box(graph: ET.Element, box: Box, face: Face, place: Place, *, holds: bool) -> None:
    """Draws a box."""
    kinds = ("node", box.sort.name.lower(), WORDS.get(box.sign, ""), "holder" if holds else "")
    group = ET.SubElement(graph, "g", {"class": " ".join(filter(None, kinds))})
    ET.SubElement(group, "title").text = _title(box)
    add_shape(group, box.sort, place, holds=holds)
    top = place.y + _PAD / 2
    add_icon(group, box.sort, (place.x + _PAD, top + 2))
    x, y = place.x + _PAD + _ICON, top + 14
    for look, texts, step in (
        ("name", face.names, _NAME),
        ("small faint", face.about, _LINE),
        ("small sign", face.changes, _LINE),
    ):
        for text in texts:
            add_text(group, text, look, (x, y))
            y += step


def _title(box: Box) -> str:
    what = ", ".join(filter(None, (WORDS.get(box.sign, ""), box.sort.value)))
    about = " · ".join(filter(None, (box.command, *box.marks)))
    lines = [box.name, about, what, ", ".join(box.changes)]
    return "\n".join(shorten(plain(line), 1000) for line in lines if line)
