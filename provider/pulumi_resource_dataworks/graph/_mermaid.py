"""A picture as Mermaid text, for Markdown that GitHub and GitLab show. Mermaid lays it out itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pulumi_resource_dataworks._names import printable

from ._picture import WORDS, Arrow, Box, Category, Line, Picture, Sign, shorten

MAX_CHARACTERS = 50_000
"""Mermaid's own `maxTextSize`: it refuses a longer text."""

MAX_EDGES = 500
"""Mermaid's own `maxEdges`: it refuses more."""

_COLUMNS = 60
_SAFE = frozenset(" ,/")
_OBEYED = re.compile(r"(?<=\\)(?=n)|(?<=:)(?=fa-)|(?<=\$)(?=\$)")
"""Inside a line break, an icon or a formula: Mermaid obeys these however they are spelt."""

_NOTHING = "\u200b"
"""A space of no width."""

_SHAPES: dict[Category, tuple[str, str]] = {
    Category.SQL: ("[(", ")]"),
    Category.PYTHON: ("(", ")"),
    Category.SHELL: ("[[", "]]"),
    Category.SYNC: ("[/", "/]"),
    Category.VIRTUAL: ("([", "])"),
    Category.CONTROL: ("{{", "}}"),
    Category.OTHER: ("[", "]"),
    Category.OUTSIDE: (">", "]"),
}
_STYLES: dict[Sign, str] = {
    "+": "fill:#dafbe1,stroke:#1a7f37,stroke-width:3px,color:#1f2328",
    "-": "fill:#ffebe9,stroke:#cf222e,stroke-dasharray:6 4,color:#1f2328",
    "~": "fill:#fff8c5,stroke:#9a6700,stroke-width:2px,color:#1f2328",
}
_STROKES: dict[Sign, str] = {"+": "stroke:#1a7f37,stroke-width:3px", "-": "stroke:#cf222e,stroke-width:2px"}


def mermaid(picture: Picture) -> str:
    """Writes a picture as a Mermaid flowchart."""
    picture = _without_loops(picture)
    names = {box.key: f"n{number}" for number, box in enumerate(picture.boxes)}
    inner: dict[str, list[Box]] = {}
    for box in picture.boxes:
        inner.setdefault(box.holder, []).append(box)
    lines = [Line(picture.name), *picture.lines]
    about = "<br/>".join(_label(f"{line.sign} {line.text}".strip()) for line in lines)
    text = ["flowchart TB", f'  about["{about}"]']
    text += _nodes("", inner, names, "  ")
    text += [f"  {_edge(arrow, names)}" for arrow in picture.arrows]
    text += _styles(picture, names)
    return "\n".join(text) + "\n"


def too_big_for(text: str, picture: Picture) -> str:
    """Why Mermaid would not show a text; empty where it does."""
    if len(text) > MAX_CHARACTERS:
        return f"the text has {len(text):,} characters and Mermaid takes {MAX_CHARACTERS:,}"
    if len(picture.arrows) > MAX_EDGES:
        return f"there are {len(picture.arrows):,} dependencies and Mermaid takes {MAX_EDGES:,}"
    return ""


def _without_loops(picture: Picture) -> Picture:
    """The picture with words in place of arrows from a box that holds others to itself: Mermaid 10 fails at these."""
    holders = picture.holders
    marks: dict[str, list[str]] = {}
    arrows: list[Arrow] = []
    for arrow in picture.arrows:
        if arrow.source == arrow.target and arrow.source in holders:
            mark = f"{arrow.sign} waits for {arrow.earlier or 'itself'}".strip()
            marks.setdefault(arrow.source, []).append(mark)
        else:
            arrows.append(arrow)
    boxes = [replace(box, marks=(*box.marks, *marks.get(box.key, ()))) for box in picture.boxes]
    return replace(picture, boxes=boxes, arrows=arrows)


def _nodes(holder: str, inner: dict[str, list[Box]], names: dict[str, str], indent: str) -> Iterator[str]:
    for box in inner.get(holder, []):
        if box.key not in inner:
            opening, closing = _SHAPES[box.category]
            yield f'{indent}{names[box.key]}{opening}"{_text(box)}"{closing}'
            continue
        yield f'{indent}subgraph {names[box.key]}["{_text(box).replace("<br/>", " · ")}"]'
        yield f"{indent}  direction TB"
        yield from _nodes(box.key, inner, names, indent + "  ")
        yield f"{indent}end"


def _text(box: Box) -> str:
    lines = [f"{box.sign} {box.name}".strip(), box.about, ", ".join(box.changes)]
    return "<br/>".join(_label(line) for line in lines if line)


def _edge(arrow: Arrow, names: dict[str, str]) -> str:
    line = "-.->" if arrow.earlier else "-->"
    about = ", ".join(filter(None, (WORDS.get(arrow.sign), arrow.earlier, arrow.condition)))
    label = f'|"{_label(about)}"|' if about else ""
    return f"{names[arrow.source]} {line}{label} {names[arrow.target]}"


def _styles(picture: Picture, names: dict[str, str]) -> Iterator[str]:
    yield "  classDef about fill:none,stroke:none"
    yield "  class about about"
    outside = [names[box.key] for box in picture.boxes if box.category is Category.OUTSIDE]
    if outside:
        yield "  classDef outside stroke-dasharray:3 3"
        yield f"  class {','.join(outside)} outside"
    for sign, name in WORDS.items():
        members = [names[box.key] for box in picture.boxes if box.sign == sign]
        if members:
            yield f"  classDef {name} {_STYLES[sign]}"
            yield f"  class {','.join(members)} {name}"
    for sign, style in _STROKES.items():
        numbers = [str(number) for number, arrow in enumerate(picture.arrows) if arrow.sign == sign]
        if numbers:
            yield f"  linkStyle {','.join(numbers)} {style}"


def _label(text: str) -> str:
    """A text between quotes: letters and digits of any script stay, all that Mermaid or Markdown might obey does not."""
    shown = _OBEYED.sub(_NOTHING, shorten(printable(text), _COLUMNS))
    return "".join(
        letter if _is_safe(shown, place) else f"#{ord(letter)};" for place, letter in enumerate(shown)
    )


def _is_safe(text: str, place: int) -> bool:
    """Whether a letter means itself. `_` and `-` do inside a word; elsewhere Markdown sees emphasis, or a list."""
    letter = text[place]
    if letter in "_-":
        return 0 < place < len(text) - 1 and text[place - 1].isalnum() and text[place + 1].isalnum()
    return letter in _SAFE or letter.isalnum() or not letter.isascii()
