"""A picture as SVG: one file without a script or anything from elsewhere, for light and for dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from ._layout import Place, Plan, Point, Size, plan
from ._legend import add_head, add_legend, head_size, legend_size
from ._picture import WORDS, Arrow, Box, Picture, columns, plain, shorten, wrap
from ._style import ICON_WIDTH, LETTER, SMALL, add_icon, add_shape, add_text, number, sheet

# --- The boxes: what is written in one, how much space that takes, and its shape


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


# --- A picture as SVG: one file without a script or anything from elsewhere, for light and for dark pages


MAX_PARTS = 5000
"""Nodes and dependencies that are laid out: 4,900 dependencies between 140 nodes take 8 s, and more than in proportion."""

MARGIN = 24.0
_GAP = 28.0
_ROUND = 6.0
_LABEL = 40
"""Columns of an arrow's label."""


def too_big_for_svg(picture: Picture) -> str:
    """Why a picture is not drawn; empty where it is."""
    if len(picture.boxes) + len(picture.arrows) <= MAX_PARTS:
        return ""
    return (
        f"it has {len(picture.boxes):,} nodes and {len(picture.arrows):,} dependencies, and an SVG is drawn of up to "
        f"{MAX_PARTS:,} of both together. Use --format mermaid"
    )


def svg(picture: Picture) -> str:
    """Writes a picture as SVG. The same picture gives the same text.

    Raises:
        ModuleNotFoundError: The extra `graph` is not installed.
    """
    holders = picture.holders
    loops: dict[str, list[str]] = {}
    for arrow in picture.arrows:
        if arrow.source == arrow.target and arrow.earlier:
            loops.setdefault(arrow.source, []).append(f"{arrow.sign} {arrow.earlier}".strip())
    faces = {box.key: face_of(box, loops.get(box.key, ()), holds=box.key in holders) for box in picture.boxes}
    header = max((face.height for key, face in faces.items() if key in holders), default=0.0)
    labels = [_label(arrow) for arrow in picture.arrows]
    sizes = {key: (face.width, face.height) for key, face in faces.items()}
    planned = plan(picture, sizes, [_label_size(label) for label in labels], header)
    head, legend = head_size(picture), legend_size(picture)
    width = max(planned.size[0], head[0], legend[0]) + 2 * MARGIN
    top = MARGIN + head[1] + _GAP
    bottom = top + planned.size[1] + _GAP
    root = _root(picture, width, bottom + legend[1] + MARGIN)
    add_head(root, picture, (MARGIN, MARGIN))
    _draw(root, picture, planned, faces, labels, (MARGIN, top))
    add_legend(root, picture, (MARGIN, bottom))
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def _root(picture: Picture, width: float, height: float) -> ET.Element:
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": number(width),
            "height": number(height),
            "viewBox": f"0 0 {number(width)} {number(height)}",
            "role": "img",
            "aria-labelledby": "title desc",
        },
    )
    ET.SubElement(root, "title", {"id": "title"}).text = shorten(plain(picture.name), 200)
    told = [picture.summary, *(f"{line.sign} {line.text}".strip() for line in picture.lines)]
    ET.SubElement(root, "desc", {"id": "desc"}).text = shorten(plain(". ".join(told)), 2000)
    ET.SubElement(root, "style").text = sheet()
    definitions = ET.SubElement(root, "defs")
    for sign in ("", *WORDS):
        word = WORDS.get(sign, "")
        size = {
            "viewBox": "0 0 8 8",
            "markerWidth": "8",
            "markerHeight": "8",
            "markerUnits": "userSpaceOnUse",
        }
        place = {"id": f"head{word and '-' + word}", "refX": "7", "refY": "4", "orient": "auto"}
        marker = ET.SubElement(definitions, "marker", {**place, **size})
        ET.SubElement(marker, "path", {"class": f"head {word}".strip(), "d": "M0,0 L8,4 L0,8 z"})
    ET.SubElement(root, "rect", {"class": "paper", "width": "100%", "height": "100%"})
    return root


def _draw(
    root: ET.Element,
    picture: Picture,
    planned: Plan,
    faces: dict[str, Face],
    labels: Sequence[str],
    corner: Point,
) -> None:
    holders = picture.holders
    place = {"transform": f"translate({number(corner[0])} {number(corner[1])})"}
    graph = ET.SubElement(root, "g", place)
    for box in picture.boxes:
        if box.key in holders:
            add_box(graph, box, faces[box.key], planned.places[box.key], holds=True)
    for arrow, route, label in zip(picture.arrows, planned.routes, labels, strict=True):
        word = WORDS.get(arrow.sign, "")
        kinds = ("edge", word, "earlier" if arrow.earlier else "")
        look = {"class": " ".join(filter(None, kinds)), "marker-end": f"url(#head{word and '-' + word})"}
        path = ET.SubElement(graph, "path", {**look, "d": _path(route.points)})
        ET.SubElement(path, "title").text = _about(arrow, picture)
        if label and route.label:
            _add_label(graph, label, word, route.label)
    for box in picture.boxes:
        if box.key not in holders:
            add_box(graph, box, faces[box.key], planned.places[box.key], holds=False)


def _about(arrow: Arrow, picture: Picture) -> str:
    names = {box.key: box.name for box in picture.boxes if box.key in (arrow.source, arrow.target)}
    ends = (shorten(plain(names[end]), 200) for end in (arrow.target, arrow.source))
    return " ← ".join(ends)


def _label(arrow: Arrow) -> str:
    """What stands beside an arrow. A loop has no space for more than its sign."""
    earlier = "" if arrow.source == arrow.target else arrow.earlier
    told = " ".join(part for part in (arrow.sign, earlier, arrow.condition) if part)
    return shorten(plain(told), _LABEL)


def _label_size(label: str) -> Size | None:
    return (columns(label) * SMALL + 8, 15.0) if label else None


def _add_label(graph: ET.Element, label: str, word: str, middle: Point) -> None:
    """Writes a label on its arrow; a sign alone stands in a circle."""
    x, y = middle
    if label in WORDS:
        circle = {"cx": number(x), "cy": number(y), "r": "7"}
        ET.SubElement(graph, "circle", {"class": f"paper edge {word}", **circle})
    else:
        width = columns(label) * SMALL + 4
        size = {"width": number(width), "height": "14", "x": number(x - width / 2), "y": number(y - 7)}
        ET.SubElement(graph, "rect", {"class": "paper", **size})
    text = add_text(graph, label, f"small {word or 'faint'}", (x, y + 4))
    text.set("text-anchor", "middle")


def _path(points: Sequence[Point]) -> str:
    """A line through points, its corners rounded."""
    first, *rest = points
    text = f"M{_pair(first)}"
    for before, corner, after in zip(points, rest, rest[1:], strict=False):
        text += f" L{_pair(_toward(corner, before))} Q{_pair(corner)} {_pair(_toward(corner, after))}"
    return f"{text} L{_pair(rest[-1])}" if rest else text


def _toward(corner: Point, other: Point) -> Point:
    """The point near a corner on the way to another, no further than half of it."""
    x, y = other[0] - corner[0], other[1] - corner[1]
    length = (x * x + y * y) ** 0.5
    part = min(_ROUND / length, 0.5) if length else 0.0
    return corner[0] + x * part, corner[1] + y * part


def _pair(point: Point) -> str:
    return f"{number(point[0])},{number(point[1])}"
