"""How a picture looks: one sheet for light and dark, and measures in pixels."""

from __future__ import annotations

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
