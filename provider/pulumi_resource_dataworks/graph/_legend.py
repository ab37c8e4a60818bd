"""What stands around the graph: the workflow above it, and below it what the signs mean, as far as they are used."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from ._layout import Place, Point, Size
from ._picture import WORDS, Line, Picture, Sign, Sort, columns, plain, shorten, wrap
from ._style import ICON_HEIGHT, ICON_WIDTH, LARGE, LETTER, SMALL, add_icon, add_shape, add_text

_COLUMNS = 110
_ROW = 19.0
_TITLE = 26.0
_SWATCH = 30.0
_GAP = 26.0
_WIDTH = 760.0


def head_size(picture: Picture) -> Size:
    """The size of what stands above."""
    lines = _lines(picture)
    widths = [columns(text) * LETTER for _, text in lines] + [columns(_title(picture)) * LARGE]
    return max(widths), _TITLE + len(lines) * _ROW


def add_head(root: ET.Element, picture: Picture, corner: Point) -> None:
    """Writes the workflow's name, and the lines about it."""
    x, y = corner
    add_text(root, _title(picture), "title", (x, y + 18))
    y += _TITLE + 14
    for sign, text in _lines(picture):
        add_text(root, text, WORDS.get(sign, "faint"), (x, y))
        y += _ROW


def legend_size(picture: Picture) -> Size:
    """The size of what stands below."""
    placed = list(_placed(picture))
    return _WIDTH, max((at[1] for _, at in placed), default=-_ROW) + _ROW


def add_legend(root: ET.Element, picture: Picture, corner: Point) -> None:
    """Draws each sign that is used, with its meaning."""
    group = ET.SubElement(root, "g", {"class": "legend"})
    for entry, (left, top) in _placed(picture):
        x, y = corner[0] + left, corner[1] + top
        if isinstance(entry.of, Sort):
            add_icon(group, entry.of, (x, y - 2))
        elif entry.of in WORDS:
            box = ET.SubElement(group, "g", {"class": WORDS[entry.of]})
            add_shape(box, Sort.OTHER, Place(x, y - 1, ICON_WIDTH, ICON_HEIGHT - 2), holds=False)
        else:
            look = {"class": f"edge {entry.of}".strip(), "marker-end": "url(#head)"}
            ET.SubElement(group, "path", {**look, "d": f"M{x:g},{y + 7:g} h{ICON_WIDTH:g}"})
        add_text(group, entry.text, "small faint", (x + _SWATCH + 4, y + 11))


@dataclass(frozen=True, slots=True)
class _Entry:
    of: Sort | str
    text: str


def _entries(picture: Picture) -> Iterator[_Entry]:
    sorts = {box.sort for box in picture.boxes}
    yield from (_Entry(sort, sort.value) for sort in Sort if sort in sorts)
    if any(not arrow.earlier for arrow in picture.arrows):
        yield _Entry("", "runs before, in the same cycle")
    if any(arrow.earlier for arrow in picture.arrows):
        yield _Entry("earlier", "ran before, in the last cycle")
    if picture.compared:
        yield from (_Entry(sign, f"{sign} {word}") for sign, word in WORDS.items())


def _placed(picture: Picture) -> Iterator[tuple[_Entry, Point]]:
    x = y = 0.0
    for entry in _entries(picture):
        width = _SWATCH + columns(entry.text) * SMALL
        if x and x + width > _WIDTH:
            x, y = 0.0, y + _ROW + 4
        yield entry, (x, y)
        x += width + _GAP


def _title(picture: Picture) -> str:
    return shorten(plain(picture.name), _COLUMNS // 2)


def _lines(picture: Picture) -> list[tuple[Sign, str]]:
    return [
        (line.sign, text)
        for line in picture.lines
        for text in wrap(plain(f"{line.sign} {_with_words(line)}".strip()), _COLUMNS, 3)
    ]


def _with_words(line: Line) -> str:
    words = _in_words(line.cron)
    return f"{line.text} ({words})" if words else line.text


def _in_words(cron: str) -> str:
    """A schedule in English; empty for one that cannot be read."""
    if not cron:
        return ""
    descriptor: Any = importlib.import_module("cron_descriptor")
    options = descriptor.Options()
    options.use_24hour_time_format = True
    options.locale_code = "en_US"
    try:
        words: str = descriptor.get_description(cron, options)
    except (descriptor.FormatError, ValueError, IndexError):
        return ""
    return words
