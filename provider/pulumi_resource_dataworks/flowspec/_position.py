"""Where in a JSON text a value stands. Read only when there is a fault to show."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from ._fault import Path, Step

MAX_DEPTH = 100
"""How deep objects and lists may nest. The deepest public document has 14 levels."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_LINE_END = re.compile("\n")
_ODD = re.compile(r"NaN|-?Infinity|-?[0-9]{1000,}")


def locate(text: str, paths: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """The line and column, both from 1, of the value at each path, or of its nearest parent that is there.

    The text is read once, however many paths there are.
    """
    wanted = set(paths)
    parents = {path[:length] for path in wanted for length in range(len(path) + 1)}
    found: dict[Path, int] = {}
    for here, offset in _values(text):
        if here in parents:
            found.setdefault(here, offset)
            if wanted <= found.keys():
                break
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    offsets = {path: _nearest(found, path) for path in wanted}
    lines = {path: bisect_right(starts, offset) for path, offset in offsets.items()}
    return {path: (line, offsets[path] - starts[line - 1] + 1) for path, line in lines.items()}


def _nearest(found: dict[Path, int], path: Path) -> int:
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 0)


def second_of(text: str, path: Path) -> tuple[int, int]:
    """The line and column of the second value at a path that occurs twice."""
    offsets = (offset for here, offset in _values(text) if here == path)
    next(offsets, 0)
    return line_and_column(text, next(offsets, 0))


def repeated_key(text: str) -> Path:
    """The path of the first key that its object holds twice."""
    seen: set[Path] = set()
    for path, _ in _values(text):
        if path in seen:
            return path
        seen.add(path)
    return ()


def too_deep(text: str, depth: int) -> int:
    """The offset at which the text nests deeper than allowed; 0 where it does not."""
    level = 0
    for token in _TOKEN.finditer(text):
        level += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token.group(), 0)
        if level > depth:
            return token.start()
    return 0


def odd_number(text: str) -> tuple[int, str]:
    """Offset and text of the first number that is none of JSON's, or has thousands of digits."""
    for token in _TOKEN.finditer(text):
        if _ODD.fullmatch(token.group()):
            return token.start(), token.group()
    return 0, "a value"


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """An offset as line and column, both from 1."""
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1


def _values(text: str) -> Iterator[tuple[Path, int]]:
    """Path and offset of each value of a text that is JSON, parents before their children."""
    path: list[Step] = []
    expect_key = False
    containers: list[str] = []
    for token in _TOKEN.finditer(text):
        word = token.group()
        if word in "}]":
            containers.pop()
            path.pop()
            expect_key = False
        elif word == ",":
            expect_key = containers[-1] == "{"
            last = path[-1]
            path[-1] = last + 1 if isinstance(last, int) else last
        elif word == ":":
            expect_key = False
        elif expect_key:
            path[-1] = json.loads(word, strict=False)
        else:
            yield tuple(path), token.start()
            if word in "{[":
                containers.append(word)
                path.append("" if word == "{" else 0)
                expect_key = word == "{"
