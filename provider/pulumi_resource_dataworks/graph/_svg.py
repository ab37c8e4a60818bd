"""A picture as SVG: one file without a script or anything from elsewhere, for light and for dark pages.

The library graphlay lays it out: layers, and a control node's inner nodes inside it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from importlib import resources
from typing import Any
from xml.etree import ElementTree as ET

from pulumi_resource_dataworks._names import printable

from ._picture import WORDS, Arrow, Box, Category, NotDrawnError, Picture, columns, shorten, wrap

Point = tuple[float, float]
Size = tuple[float, float]
Rectangle = tuple[float, float, float, float]
"""The upper left corner, width and height, in pixels."""

MAX_PARTS = 5000
"""Nodes and dependencies that are laid out: 4,900 dependencies between 140 nodes take 8 s, and more than in proportion."""

_MANY = 300
"""Boxes, or arrows, above which a cheaper way to place them is taken: the other takes half a minute where a thousand wait
for one, and a minute where each of 45 waits for 45."""

_CROWD = 12
"""Dependencies of one box above which lines run closer to each other, and together where they begin or end together."""

# The width of a column: monospaced fonts have 0.55 to 0.605 of their size.
_LETTER = 7.9  # at 13 px
_SMALL = 6.7  # at 11 px
_LARGE = 11.0  # at 18 px

_MARGIN, _GAP, _PAD = 24.0, 28.0, 12.0
_NAME, _LINE = 17.0, 15.0  # the heights of lines in a box
_ICON_WIDTH, _ICON_HEIGHT = 26.0, 17.0
_COLUMNS = 34
"""Columns of a name in a box, on each of two lines; all of it is in the box's title."""

_ICONS = {
    Category.SQL: "SQL",
    Category.PYTHON: "PY",
    Category.SHELL: "SH",
    Category.SYNC: "DI",
    Category.VIRTUAL: "○",
    Category.CONTROL: "◇",
    Category.OTHER: "···",
}


def svg(picture: Picture) -> str:
    """Writes a picture as SVG. The same picture gives the same text.

    Raises:
        NotDrawnError: It has too many nodes and dependencies.
        ModuleNotFoundError: The extra `graph` is not installed.
    """
    if len(picture.boxes) + len(picture.arrows) > MAX_PARTS:
        why = (
            f"it has {len(picture.boxes):,} nodes and {len(picture.arrows):,} dependencies, and an SVG is drawn of "
            f"up to {MAX_PARTS:,} of both together. Use --format mermaid"
        )
        raise NotDrawnError(f"{picture.name} is not drawn: {why}", 1)
    named = {"role": "img", "aria-labelledby": "title desc"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **named})
    about = [picture.summary, *(f"{line.sign} {line.text}".strip() for line in picture.lines)]
    _add(root, "title", text=shorten(printable(picture.name), 200), id="title")
    _add(root, "desc", text=shorten(printable(". ".join(about)), 2000), id="desc")
    style = resources.files("pulumi_resource_dataworks.graph").joinpath("picture.css")
    _add(root, "style", text=f"\n{style.read_text('utf-8')}")
    definitions = _add(root, "defs")
    for word in ("", *WORDS.values()):
        size = {"markerWidth": "8", "markerHeight": "8", "markerUnits": "userSpaceOnUse"}
        place = {"viewBox": "0 0 8 8", "refX": "7", "refY": "4", "orient": "auto"}
        tip = _add(definitions, "marker", id=f"head-{word}", **place, **size)
        _add(tip, "path", f"head {word}", d="M0,0 L8,4 L0,8 z")
    _add(root, "rect", "paper", width="100%", height="100%")
    width, bottom = 0.0, _MARGIN
    for group, group_width, group_height in (_head(picture), _graph(picture), _legend(picture)):
        group.set("transform", f"translate({_MARGIN} {bottom:.1f})")
        root.append(group)
        width, bottom = max(width, group_width), bottom + group_height + _GAP
    for key, value in (("width", width + 2 * _MARGIN), ("height", bottom - _GAP + _MARGIN)):
        root.set(key, f"{value:.1f}")
    root.set("viewBox", f"0 0 {root.get('width')} {root.get('height')}")
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


# --- What stands around the graph: the workflow above it, and below it what the signs mean, as far as they are used


def _head(picture: Picture) -> tuple[ET.Element, float, float]:
    """The workflow's name, and the lines about it; with their width and height."""
    head = ET.Element("g")
    title = shorten(printable(picture.name), 55)
    width, y = columns(title) * _LARGE, 40.0
    _add(head, "text", "title", title, x=0, y=18)
    for line in picture.lines:
        for part in wrap(printable(f"{line.sign} {line.text}".strip()), 110, 3):
            _add(head, "text", WORDS.get(line.sign, "faint"), part, x=0, y=y)
            width, y = max(width, columns(part) * _LETTER), y + 19
    return head, width, y - 14


def _legend(picture: Picture) -> tuple[ET.Element, float, float]:
    """Each sign that is used, with its meaning; with their width and height."""
    used = {box.category for box in picture.boxes}
    cycles = {bool(arrow.earlier) for arrow in picture.arrows}
    entries: list[tuple[Category | str, str]] = [(one, one.value) for one in Category if one in used]
    entries += [("", "runs before, in the same cycle")] if False in cycles else []
    entries += [("earlier", "ran before, in the last cycle")] if True in cycles else []
    entries += [(word, f"{sign} {word}") for sign, word in WORDS.items()] if picture.compared else []
    legend = ET.Element("g", {"class": "legend"})
    x, y, most = 0.0, 0.0, 760.0
    for of, text in entries:
        width = 30 + columns(text) * _SMALL
        if x and x + width > most:
            x, y = 0.0, y + 23
        if isinstance(of, Category):
            _add_icon(legend, of, x, y - 2)
        elif of in WORDS.values():
            sign = _add(legend, "g", of)
            _add(sign, "rect", "box", x=x, y=y - 1, width=_ICON_WIDTH, height=_ICON_HEIGHT - 2, rx=5.0)
        else:
            path = f"M{x:g},{y + 7:g} h{_ICON_WIDTH:g}"
            _add(legend, "path", f"edge {of}", d=path, **{"marker-end": "url(#head-)"})
        _add(legend, "text", "small faint", text, x=x + 34, y=y + 11)
        x += width + 26
    return legend, most, y + 19 if entries else 0


# --- The graph


_Lines = list[tuple[str, float, str]]
"""The lines in a box, each with its class and its height."""


def _graph(picture: Picture) -> tuple[ET.Element, float, float]:
    holders = picture.holders
    loops: dict[str, list[str]] = {}
    for arrow in picture.arrows:
        if arrow.source == arrow.target and arrow.earlier:
            loop = f"{arrow.sign} {arrow.earlier}".strip()
            loops.setdefault(arrow.source, []).append(f"waits for {loop}")
    texts = {box.key: _box_text(box, loops.get(box.key, []), box.key in holders) for box in picture.boxes}
    labels = [_label(arrow) for arrow in picture.arrows]
    boxes, routes, size = _lay_out(picture, {key: size for key, (_, size) in texts.items()}, labels)
    graph = ET.Element("g")
    for box in picture.boxes:
        _add_box(graph, box, texts[box.key][0], boxes[box.key], is_holder=box.key in holders)
    names = {box.key: shorten(printable(box.name), 200) for box in picture.boxes}
    for arrow, (points, middle), label in zip(picture.arrows, routes, labels, strict=True):
        word = WORDS.get(arrow.sign, "")
        look, tip = f"edge {word} {'earlier' if arrow.earlier else ''}", {"marker-end": f"url(#head-{word})"}
        path = _add(graph, "path", look, d=f"M{' '.join(f'{x:.1f},{y:.1f}' for x, y in points)}", **tip)
        _add(path, "title", text=f"{names[arrow.target]} ← {names[arrow.source]}")
        if label and middle:
            (x, y), width = middle, columns(label) * _SMALL + 4
            _add(graph, "rect", "paper", x=x - width / 2, y=y - 7, width=width, height=14)
            _add(graph, "text", f"small middle {word or 'faint'}", label, x=x, y=y + 4)
    return graph, *size


def _box_text(box: Box, loops: list[str], is_holder: bool) -> tuple[_Lines, Size]:
    """What stands in a box, with the earlier runs of its own that it waits for; of a holder, above its inner nodes."""
    wide, high = (2 * _COLUMNS, 1) if is_holder else (_COLUMNS, 2)
    about = " · ".join(filter(None, (box.about, *loops)))
    lines: _Lines = [
        ("name", _NAME, line) for line in wrap(f"{box.sign} {printable(box.name)}".lstrip(), wide, high)
    ]
    for look, text in (("small faint", about), ("small sign", ", ".join(box.changes))):
        lines += [(look, _LINE, line) for line in wrap(printable(text), wide + 12, high) if line]
    widths = [columns(text) * (_LETTER if look == "name" else _SMALL) for look, _, text in lines]
    width = max(widths) + _ICON_WIDTH + 8 + 2 * _PAD
    return lines, (max(width, 96.0), sum(height for _, height, _ in lines) + 1.5 * _PAD)


def _add_box(graph: ET.Element, box: Box, lines: _Lines, place: Rectangle, *, is_holder: bool) -> None:
    word = WORDS.get(box.sign, "")
    group = _add(graph, "g", f"node {box.category.name.lower()} {word} {'holder' if is_holder else ''}")
    what = ", ".join(filter(None, (word, box.category.value)))
    title = [shorten(printable(line), 1000) for line in (box.name, box.about, what, ", ".join(box.changes))]
    _add(group, "title", text="\n".join(filter(None, title)))
    x, y, width, height = place
    # Round ends for a virtual node, sharp corners for a control node that holds none.
    round_ends, sharp = box.category is Category.VIRTUAL, box.category is Category.CONTROL and not is_holder
    radius = height / 2 if round_ends else 0 if sharp else 5
    _add(group, "rect", "box", x=x, y=y, width=width, height=height, rx=radius)
    x, y = x + _PAD, y + _PAD / 2
    _add_icon(group, box.category, x, y + 2)
    y += 14
    for look, height, line in lines:
        _add(group, "text", look, line, x=x + _ICON_WIDTH + 8, y=y)
        y += height


def _label(arrow: Arrow) -> str:
    """What stands beside an arrow. A loop has no space for more than its sign."""
    earlier = "" if arrow.source == arrow.target else arrow.earlier
    return shorten(printable(" ".join(filter(None, (arrow.sign, earlier, arrow.condition)))), 40)


# --- Where boxes and arrows go


def _lay_out(
    picture: Picture, sizes: Mapping[str, Size], labels: Sequence[str]
) -> tuple[dict[str, Rectangle], list[tuple[list[Point], Point | None]], Size]:
    """Each box by its key, each arrow's corners with the middle of its label, and the size of all, from (0, 0) on."""
    import graphlay  # noqa: PLC0415 the extra may be missing

    sides = ("width", "height")
    numbers = {box.key: number for number, box in enumerate(picture.boxes)}
    nodes = [
        {"size": dict(zip(sides, sizes[box.key], strict=True))}
        | ({"parent": numbers[box.holder]} if box.holder else {})
        for box in picture.boxes
    ]
    edges = [
        {"source": numbers[arrow.source], "target": numbers[arrow.target]}
        | ({"label_size": {"width": columns(label) * _SMALL + 8, "height": 15.0}} if label else {})
        for arrow, label in zip(picture.arrows, labels, strict=True)
    ]
    edges += [{"source": numbers[one], "target": numbers[other]} for one, other in _columns(picture)]
    # Free above the inner nodes, and then around them: graphlay's own option for a header leads arrows through it (0.3.1).
    header = max((sizes[key][1] for key in picture.holders), default=0.0)
    raw = graphlay.layout({"nodes": nodes, "edges": edges}, options=_options(picture, header)).raw
    least, most = raw["bounds"]["min"], raw["bounds"]["max"]

    def moved(point: Mapping[str, float]) -> Point:
        return point["x"] - least["x"], point["y"] - least["y"]

    boxes: dict[str, Rectangle] = {}
    for box, node in zip(picture.boxes, raw["nodes"], strict=True):
        (x, y), width, height = moved(node["center"]), node["size"]["width"], node["size"]["height"]
        boxes[box.key] = (x - width / 2, y - height / 2, width, height)
    routes = [
        (list(map(moved, edge["points"])), edge["label_anchor"] and moved(edge["label_anchor"]))
        for edge in raw["edges"][: len(picture.arrows)]
    ]
    return boxes, routes, moved(most)


def _columns(picture: Picture) -> Iterator[tuple[str, str]]:
    """Boxes without a dependency, each above another: as many columns as rows, and not one row of all."""
    tied = {end for arrow in picture.arrows for end in (arrow.source, arrow.target)}
    loose: dict[str, list[str]] = {}
    for box in picture.boxes:
        if box.key not in tied:
            loose.setdefault(box.holder, []).append(box.key)
    for keys in loose.values():
        yield from zip(keys, keys[math.isqrt(len(keys) - 1) + 1 :], strict=False)


def _options(picture: Picture, header: float) -> dict[str, Any]:
    ends = Counter(end for arrow in picture.arrows for end in (arrow.source, arrow.target))
    crowded = max(ends.values(), default=0) > _CROWD
    many = max(len(picture.boxes), len(picture.arrows)) > _MANY
    lanes = {"lane_gap": 4, "merge_edges": "both"} if crowded else {}
    return {
        "direction": "leftright" if _is_wide(picture) else "topbottom",
        "spacing": {"layer_gap": 44, "node_gap": 26, "compound_padding": max(header, 20.0)},
        "routing": {"port_sides": "facing_only", **lanes},
        "coords": {"placement": "brandes_koepf" if many else "network_simplex"},
        # Both take minutes where a thousand wait for one, and change little elsewhere.
        "tuning": {"routing": {"port_relax_rounds": 0} | ({"overlap_repair_rounds": 0} if many else {})},
    }


def _is_wide(picture: Picture) -> bool:
    """Whether far more boxes stand side by side than one after the other: these are laid out from left to right."""
    tops: dict[str, str] = {}
    for box in picture.boxes:
        tops[box.key] = tops.get(box.holder, box.key)
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for arrow in picture.arrows:
        if tops[arrow.source] != tops[arrow.target]:
            sorter.add(tops[arrow.target], tops[arrow.source])
    layers: list[int] = []
    try:
        sorter.prepare()
    except CycleError:
        return False
    while ready := sorter.get_ready():
        layers.append(len(ready))
        sorter.done(*ready)
    return max(layers, default=0) > max(3 * len(layers), 8)  # boxes are wider than high


# --- The pieces


def _add_icon(parent: ET.Element, category: Category, x: float, y: float) -> None:
    """Draws the sign of a kind of node, its upper left corner at a point."""
    middle, centre = x + _ICON_WIDTH / 2, y + _ICON_HEIGHT / 2
    if category is Category.OUTSIDE:
        _add(parent, "path", "icon", d=f"M{middle - 9:.1f},{centre:.1f} h14 m-5,-5 l5,5 l-5,5")
    else:
        _add(parent, "rect", "icon", x=x, y=y, width=_ICON_WIDTH, height=_ICON_HEIGHT, rx=3)
        _add(parent, "text", "letters middle faint", _ICONS[category], x=middle, y=centre + 3.5)


def _add(
    parent: ET.Element, tag: str, look: str = "", text: str | None = None, **attributes: float | str
) -> ET.Element:
    """Adds an element of the classes in `look`, with numbers as pixels, to a tenth."""
    found = {"class": " ".join(look.split())} if look else {}
    found |= {key: value if isinstance(value, str) else f"{value:.1f}" for key, value in attributes.items()}
    element = ET.SubElement(parent, tag, found)
    element.text = text
    return element
