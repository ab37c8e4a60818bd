"""A picture as SVG: one file without a script or anything from elsewhere, for light and for dark pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import Template
from typing import NamedTuple
from xml.etree import ElementTree as ET

from pulumi_resource_dataworks._names import printable

from ._layout import Point, Rectangle, lay_out
from ._picture import WORDS, Arrow, Box, Category, Picture, columns, shorten, wrap

MAX_PARTS = 5000
"""Nodes and dependencies that are laid out: 4,900 dependencies between 140 nodes take 8 s, and more than in proportion."""

# The width of a column: monospaced fonts have 0.55 to 0.605 of their size.
_LETTER = 7.9  # at 13 px
_SMALL = 6.7  # at 11 px
_LARGE = 11.0  # at 18 px

_MARGIN, _GAP, _PAD = 24.0, 28.0, 12.0
_NAME, _LINE = 17.0, 15.0  # the heights of lines in a box
_ICON_WIDTH, _ICON_HEIGHT = 26.0, 17.0
_COLUMNS = 34
"""Columns of a name in a box, on each of two lines; all of it is in the box's title."""

_ICON_LETTERS = {
    Category.SQL: "SQL",
    Category.PYTHON: "PY",
    Category.SHELL: "SH",
    Category.SYNC: "DI",
    Category.OTHER: "···",
}
_COLOURS = {  # on a light page, and on a dark one
    "paper": ("#ffffff", "#0d1117"),
    "ink": ("#1f2328", "#e6edf3"),
    "faint": ("#59636e", "#9198a1"),
    "fill": ("#f6f8fa", "#161b22"),
    "line": ("#818b98", "#7d8590"),
    "added": ("#1a7f37", "#3fb950"),
    "added_fill": ("#dafbe1", "#12261e"),
    "removed": ("#cf222e", "#f85149"),
    "removed_fill": ("#ffebe9", "#2d1519"),
    "changed": ("#9a6700", "#d29922"),
    "changed_fill": ("#fff8c5", "#272115"),
}
_SHAPES = """
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace;
 white-space: pre }
.name { font-weight: 600 }
.title { font-size: 18px; font-weight: 600 }
.small { font-size: 11px }
.letters { font-size: 10px; font-weight: 600 }
.middle { text-anchor: middle }
.icon { fill: none; stroke-width: 1.2 }
.box { stroke-width: 1.2 }
.holder .box { fill-opacity: 0.35 }
.edge { stroke-width: 1.4 }
path.edge { fill: none }
.earlier { stroke-dasharray: 6 4 }
.outside .box { stroke-dasharray: 3 3 }
.added .box, .added.edge { stroke-width: 2.6 }
.removed .box { stroke-width: 1.6; stroke-dasharray: 7 4 }
.changed .box { stroke-width: 2 }
"""
_PAGE = Template("""\
.paper { fill: $paper }
text { fill: $ink }
.faint { fill: $faint }
.box { fill: $fill; stroke: $line }
.edge, .icon { stroke: $line }
.head { fill: $line }
.outside .box { fill: $paper }
""")
_CHANGE = Template("""\
.$word .box { fill: $fill; stroke: $colour }
.$word.edge { stroke: $colour }
.$word.head, text.$word, .$word .sign { fill: $colour }
""")


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
    head, head_width, head_height = _head(picture)
    graph, graph_width, graph_height = _graph(picture)
    legend, legend_width, legend_height = _legend(picture)
    graph_top = _MARGIN + head_height + _GAP
    legend_top = graph_top + graph_height + _GAP
    width = max(head_width, graph_width, legend_width) + 2 * _MARGIN
    height = legend_top + legend_height + _MARGIN
    size = {"width": _number(width), "height": _number(height)}
    box = {"viewBox": f"0 0 {size['width']} {size['height']}"}
    name = {"role": "img", "aria-labelledby": "title desc"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, **box, **name})
    about = [picture.summary, *(f"{line.sign} {line.text}".strip() for line in picture.lines)]
    _add(root, "title", text=shorten(printable(picture.name), 200), id="title")
    _add(root, "desc", text=shorten(printable(". ".join(about)), 2000), id="desc")
    _add(root, "style", text=_style_sheet())
    definitions = _add(root, "defs")
    for word in ("", *WORDS.values()):
        size = {"markerWidth": "8", "markerHeight": "8", "markerUnits": "userSpaceOnUse"}
        place = {"viewBox": "0 0 8 8", "refX": "7", "refY": "4", "orient": "auto"}
        tip = ET.SubElement(definitions, "marker", {"id": _tip(word), **place, **size})
        _add(tip, "path", f"head {word}", d="M0,0 L8,4 L0,8 z")
    _add(root, "rect", "paper", width="100%", height="100%")
    for group, top in ((head, _MARGIN), (graph, graph_top), (legend, legend_top)):
        group.set("transform", f"translate({_number(_MARGIN)} {_number(top)})")
        root.append(group)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def _style_sheet() -> str:
    light, dark = ("".join(_colours(page)) for page in (0, 1))
    return f"{_SHAPES}{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"


def _colours(page: int) -> Iterator[str]:
    colours = {name: both[page] for name, both in _COLOURS.items()}
    yield _PAGE.substitute(colours)
    for word in WORDS.values():
        yield _CHANGE.substitute(word=word, colour=colours[word], fill=colours[f"{word}_fill"])


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
    legend = ET.Element("g", {"class": "legend"})
    x, y, most = 0.0, 0.0, 760.0
    entries = list(_legend_entries(picture))
    for of, text in entries:
        width = 30 + columns(text) * _SMALL
        if x and x + width > most:
            x, y = 0.0, y + 23
        if isinstance(of, Category):
            _add_icon(legend, of, x, y - 2)
        elif of in WORDS.values():
            group = _add(legend, "g", of)
            _add_shape(group, Category.OTHER, (x, y - 1, _ICON_WIDTH, _ICON_HEIGHT - 2))
        else:
            path = f"M{x:g},{y + 7:g} h{_ICON_WIDTH:g}"
            _add(legend, "path", f"edge {of}", d=path, **{"marker-end": f"url(#{_tip('')})"})
        _add(legend, "text", "small faint", text, x=x + 34, y=y + 11)
        x += width + 26
    return legend, most, y + 19 if entries else 0


def _legend_entries(picture: Picture) -> Iterator[tuple[Category | str, str]]:
    used = {box.category for box in picture.boxes}
    yield from ((category, category.value) for category in Category if category in used)
    if any(not arrow.earlier for arrow in picture.arrows):
        yield "", "runs before, in the same cycle"
    if any(arrow.earlier for arrow in picture.arrows):
        yield "earlier", "ran before, in the last cycle"
    if picture.compared:
        yield from ((word, f"{sign} {word}") for sign, word in WORDS.items())


# --- The graph


class _BoxText(NamedTuple):
    """The lines in a box by their class and height, and the size that they take."""

    lines: list[tuple[str, float, str]]
    width: float
    height: float


def _graph(picture: Picture) -> tuple[ET.Element, float, float]:
    holders = picture.holders
    loops: dict[str, list[str]] = {}
    for arrow in picture.arrows:
        if arrow.source == arrow.target and arrow.earlier:
            loop = f"{arrow.sign} {arrow.earlier}".strip()
            loops.setdefault(arrow.source, []).append(f"waits for {loop}")
    texts = {box.key: _box_text(box, loops.get(box.key, []), box.key in holders) for box in picture.boxes}
    labels = [_label(arrow) for arrow in picture.arrows]
    layout = lay_out(
        picture,
        {key: (text.width, text.height) for key, text in texts.items()},
        [(columns(label) * _SMALL + 8, 15.0) if label else None for label in labels],
        max((texts[key].height for key in holders), default=0.0),
    )
    graph = ET.Element("g")
    for box in picture.boxes:
        if box.key in holders:
            _add_box(graph, box, texts[box.key], layout.boxes[box.key], is_holder=True)
    names = {box.key: shorten(printable(box.name), 200) for box in picture.boxes}
    for arrow, (points, middle), label in zip(picture.arrows, layout.routes, labels, strict=True):
        word = WORDS.get(arrow.sign, "")
        tip = {"marker-end": f"url(#{_tip(word)})"}
        path = _add(
            graph, "path", f"edge {word} {'earlier' if arrow.earlier else ''}", d=_path(points), **tip
        )
        _add(path, "title", text=f"{names[arrow.target]} ← {names[arrow.source]}")
        if label and middle:
            _add_label(graph, label, word, middle)
    for box in picture.boxes:
        if box.key not in holders:
            _add_box(graph, box, texts[box.key], layout.boxes[box.key], is_holder=False)
    return graph, *layout.size


def _box_text(box: Box, loops: list[str], is_holder: bool) -> _BoxText:
    """The texts of a box, and the earlier runs of its own that it waits for; of a holder, those above its inner nodes."""
    wide, high = (2 * _COLUMNS, 1) if is_holder else (_COLUMNS, 2)
    about = " · ".join(filter(None, (box.about, *loops)))
    name = f"{box.sign} {printable(box.name)}" if box.sign else printable(box.name)
    lines = [("name", _NAME, line) for line in wrap(name, wide, high)]
    for look, text in (("small faint", about), ("small sign", ", ".join(box.changes))):
        lines += [(look, _LINE, line) for line in wrap(printable(text), wide + 12, high) if line]
    widths = [columns(text) * (_LETTER if look == "name" else _SMALL) for look, _, text in lines]
    width = max(widths) + _ICON_WIDTH + 8 + 2 * _PAD
    return _BoxText(lines, max(width, 96.0), sum(height for _, height, _ in lines) + 1.5 * _PAD)


def _add_box(graph: ET.Element, box: Box, text: _BoxText, place: Rectangle, *, is_holder: bool) -> None:
    word = WORDS.get(box.sign, "")
    group = _add(graph, "g", f"node {box.category.name.lower()} {word} {'holder' if is_holder else ''}")
    what = ", ".join(filter(None, (word, box.category.value)))
    title = [shorten(printable(line), 1000) for line in (box.name, box.about, what, ", ".join(box.changes))]
    _add(group, "title", text="\n".join(filter(None, title)))
    _add_shape(group, Category.OTHER if is_holder else box.category, place)
    x, y = place[0] + _PAD, place[1] + _PAD / 2
    _add_icon(group, box.category, x, y + 2)
    y += 14
    for look, height, line in text.lines:
        _add(group, "text", look, line, x=x + _ICON_WIDTH + 8, y=y)
        y += height


def _label(arrow: Arrow) -> str:
    """What stands beside an arrow. A loop has no space for more than its sign."""
    earlier = "" if arrow.source == arrow.target else arrow.earlier
    return shorten(printable(" ".join(filter(None, (arrow.sign, earlier, arrow.condition)))), 40)


def _add_label(graph: ET.Element, label: str, word: str, middle: Point) -> None:
    """Writes a label on its arrow; a sign alone stands in a circle."""
    x, y = middle
    if label in WORDS:
        _add(graph, "circle", f"paper edge {word}", cx=x, cy=y, r=7)
    else:
        width = columns(label) * _SMALL + 4
        _add(graph, "rect", "paper", x=x - width / 2, y=y - 7, width=width, height=14)
    _add(graph, "text", f"small middle {word or 'faint'}", label, x=x, y=y + 4)


# --- The pieces: shapes, icons, lines, numbers


def _add_shape(parent: ET.Element, category: Category, place: Rectangle) -> None:
    """Draws the border of a box: round ends for a virtual node, cut corners for a control node."""
    x, y, width, height = place
    if category is Category.CONTROL:
        right, bottom, cut = x + width, y + height, 9.0
        top_corners = [(x, y + cut), (x + cut, y), (right - cut, y), (right, y + cut)]
        corners = [*top_corners, (right, bottom - cut), (right - cut, bottom), (x + cut, bottom)]
        _add(parent, "polygon", "box", points=_points([*corners, (x, bottom - cut)]))
    else:
        radius = height / 2 if category is Category.VIRTUAL else 5
        _add(parent, "rect", "box", x=x, y=y, width=width, height=height, rx=radius)


def _add_icon(parent: ET.Element, category: Category, x: float, y: float) -> None:
    """Draws the sign of a kind of node, its upper left corner at a point."""
    middle, centre = x + _ICON_WIDTH / 2, y + _ICON_HEIGHT / 2
    if category in _ICON_LETTERS:
        _add(parent, "rect", "icon", x=x, y=y, width=_ICON_WIDTH, height=_ICON_HEIGHT, rx=3)
        _add(parent, "text", "letters middle faint", _ICON_LETTERS[category], x=middle, y=centre + 3.5)
    elif category is Category.CONTROL:
        corners = [(middle, y), (middle + 9, centre), (middle, y + _ICON_HEIGHT), (middle - 9, centre)]
        _add(parent, "polygon", "icon", points=_points(corners))
    elif category is Category.VIRTUAL:
        _add(parent, "circle", "icon", cx=middle, cy=centre, r=7)
    else:
        _add(parent, "path", "icon", d=f"M{_points([(middle - 9, centre)])} h14 m-5,-5 l5,5 l-5,5")


def _path(points: Sequence[Point]) -> str:
    """A line through points, its corners rounded."""
    text = f"M{_points(points[:1])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        bend = _points([corner, _toward(corner, after)])
        text += f" L{_points([_toward(corner, before)])} Q{bend}"
    return f"{text} L{_points(points[-1:])}"


def _toward(corner: Point, other: Point) -> Point:
    """The point 6 px from a corner on the way to another, no further than half of it."""
    x, y = other[0] - corner[0], other[1] - corner[1]
    length = (x * x + y * y) ** 0.5
    part = min(6 / length, 0.5) if length else 0.0
    return corner[0] + x * part, corner[1] + y * part


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _tip(word: str) -> str:
    return f"head-{word}" if word else "head"


def _number(value: float) -> str:
    """A number of pixels, to a tenth."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _add(
    parent: ET.Element, tag: str, look: str = "", text: str | None = None, **attributes: float | str
) -> ET.Element:
    """Adds an element of the classes in `look`, with numbers as pixels."""
    found = {"class": " ".join(look.split())} if look else {}
    found |= {key: value if isinstance(value, str) else _number(value) for key, value in attributes.items()}
    element = ET.SubElement(parent, tag, found)
    element.text = text
    return element
