"""How a picture looks: one sheet for light and dark, measures in pixels, and the shapes of nodes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from ._layout import Place, Point
from ._picture import Sort

# --- How a picture looks: one sheet for light and dark, and measures in pixels


LETTER = 7.9
"""The width of a column at 13 px: monospaced fonts have 0.55 to 0.605 of their size."""

SMALL = 6.7
"""The same at 11 px."""

LARGE = 11.0
"""The same at 18 px."""

_FONT = (
    "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace"
)
_LIGHT = {
    "paper": "#ffffff",
    "ink": "#1f2328",
    "faint": "#59636e",
    "fill": "#f6f8fa",
    "line": "#818b98",
    "added": "#1a7f37",
    "added-fill": "#dafbe1",
    "removed": "#cf222e",
    "removed-fill": "#ffebe9",
    "changed": "#9a6700",
    "changed-fill": "#fff8c5",
}
_DARK = {
    "paper": "#0d1117",
    "ink": "#e6edf3",
    "faint": "#9198a1",
    "fill": "#161b22",
    "line": "#7d8590",
    "added": "#3fb950",
    "added-fill": "#12261e",
    "removed": "#f85149",
    "removed-fill": "#2d1519",
    "changed": "#d29922",
    "changed-fill": "#272115",
}
_SHAPE = (
    f"text {{ font: 13px {_FONT}; white-space: pre }}\n"
    ".name { font-weight: 600 }\n"
    ".title { font-size: 18px; font-weight: 600 }\n"
    ".small { font-size: 11px }\n"
    ".letters { font-size: 10px; font-weight: 600 }\n"
    ".icon { fill: none; stroke-width: 1.2 }\n"
    ".box { stroke-width: 1.2 }\n"
    ".holder .box { fill-opacity: 0.35 }\n"
    ".edge { stroke-width: 1.4 }\n"
    "path.edge { fill: none }\n"
    ".earlier { stroke-dasharray: 6 4 }\n"
    ".outside .box { stroke-dasharray: 3 3 }\n"
    ".added .box, .added.edge { stroke-width: 2.6 }\n"
    ".removed .box { stroke-width: 1.6; stroke-dasharray: 7 4 }\n"
    ".changed .box { stroke-width: 2 }\n"
)


def sheet() -> str:
    """The style sheet."""
    dark = "".join(f"  {line}\n" for line in _colours(_DARK).splitlines())
    return f"\n{_SHAPE}{_colours(_LIGHT)}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"


def _colours(colour: dict[str, str]) -> str:
    rules = [
        f".paper {{ fill: {colour['paper']} }}",
        f"text {{ fill: {colour['ink']} }}",
        f".faint {{ fill: {colour['faint']} }}",
        f".box {{ fill: {colour['fill']}; stroke: {colour['line']} }}",
        f".edge, .icon {{ stroke: {colour['line']} }}",
        f".head {{ fill: {colour['line']} }}",
        f".outside .box {{ fill: {colour['paper']} }}",
    ]
    for word in ("added", "removed", "changed"):
        rules += [
            f".{word} .box {{ fill: {colour[word + '-fill']}; stroke: {colour[word]} }}",
            f".{word}.edge {{ stroke: {colour[word]} }}",
            f".{word}.head, text.{word}, .{word} .sign {{ fill: {colour[word]} }}",
        ]
    return "\n".join(rules) + "\n"


# --- The pieces of an SVG picture: numbers, lines of text, and the shapes and icons of the kinds of nodes


ICON_WIDTH = 26.0
ICON_HEIGHT = 17.0

_LETTERS: dict[Sort, str] = {
    Sort.SQL: "SQL",
    Sort.PYTHON: "PY",
    Sort.SHELL: "SH",
    Sort.SYNC: "DI",
    Sort.OTHER: "···",
}


def number(value: float) -> str:
    """A number of pixels, to a tenth."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def add_text(parent: ET.Element, text: str, look: str, at: Point) -> ET.Element:
    """Writes a line, from its left end on the base line."""
    element = ET.SubElement(parent, "text", {"class": look, "x": number(at[0]), "y": number(at[1])})
    element.text = text
    return element


def add_shape(parent: ET.Element, sort: Sort, place: Place, *, holds: bool) -> None:
    """Draws the border of a box: round ends for a virtual node, cut corners for a control node."""
    if sort is Sort.CONTROL and not holds:
        cut = 9.0
        left, top, right, bottom = place.x, place.y, place.x + place.width, place.y + place.height
        corners = [
            (left + cut, top),
            (right - cut, top),
            (right, top + cut),
            (right, bottom - cut),
            (right - cut, bottom),
            (left + cut, bottom),
            (left, bottom - cut),
            (left, top + cut),
        ]
        points = " ".join(f"{number(x)},{number(y)}" for x, y in corners)
        ET.SubElement(parent, "polygon", {"class": "box", "points": points})
        return
    size = {"width": number(place.width), "height": number(place.height)}
    radius = place.height / 2 if sort is Sort.VIRTUAL and not holds else 5.0
    corner = {"x": number(place.x), "y": number(place.y), "rx": number(radius)}
    ET.SubElement(parent, "rect", {"class": "box", **corner, **size})


def add_icon(parent: ET.Element, sort: Sort, at: Point) -> None:
    """Draws the sign of a kind of node, its upper left corner at a point."""
    x, y = at
    middle, centre = x + ICON_WIDTH / 2, y + ICON_HEIGHT / 2
    if sort in _LETTERS:
        size = {"width": number(ICON_WIDTH), "height": number(ICON_HEIGHT), "rx": "3"}
        ET.SubElement(parent, "rect", {"class": "icon", "x": number(x), "y": number(y), **size})
        text = add_text(parent, _LETTERS[sort], "letters faint", (middle, centre + 3.5))
        text.set("text-anchor", "middle")
    elif sort is Sort.CONTROL:
        points = ((middle, y), (middle + 9, centre), (middle, y + ICON_HEIGHT), (middle - 9, centre))
        text_points = " ".join(f"{number(one)},{number(other)}" for one, other in points)
        ET.SubElement(parent, "polygon", {"class": "icon", "points": text_points})
    elif sort is Sort.VIRTUAL:
        circle = {"cx": number(middle), "cy": number(centre), "r": "7"}
        ET.SubElement(parent, "circle", {"class": "icon", **circle})
    else:
        path = f"M{number(middle - 9)},{number(centre)} h14 m-5,-5 l5,5 l-5,5"
        ET.SubElement(parent, "path", {"class": "icon", "d": path})
