"""Single mutations of a document, always the same ones in the same order: what the verdicts are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

FIRST = 4
"""How many entries of a list are looked at."""

Steps = tuple[str | int, ...]
Edit = Callable[[Any, Any], Any]
"""From a container of its own and a step into it to the container to take its place."""


class Mutation(NamedTuple):
    """A document in which one value is another.

    Attributes:
        pointer: The JSON pointer of the value.
        op: What was done to it.
        document: The whole document; it shares what is as before.
    """

    pointer: str
    op: str
    document: Any


def mutations(document: Any) -> Iterator[Mutation]:
    """Every mutation of a document."""
    for steps, value, holder in _walk(document, (), None):
        edits = dict(_edits(value))
        if isinstance(holder, dict):
            edits = {"drop": _without, **edits, "misspell": _misspelt}
        for op, edit in edits.items():
            yield Mutation(pointer(steps), op, _edited(document, steps, edit))


def pointer(steps: Steps) -> str:
    """The JSON pointer of a place."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _walk(value: Any, steps: Steps, holder: Any) -> Iterator[tuple[Steps, Any, Any]]:
    """Every value below a document with its place and what holds it, from the outside in."""
    if steps:
        yield steps, value, holder
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, (*steps, key), value)
    elif isinstance(value, list):
        for index, item in enumerate(value[:FIRST]):
            yield from _walk(item, (*steps, index), value)


def _edits(value: Any) -> Iterator[tuple[str, Edit]]:
    """What is put in place of a value, by what is done to it."""
    yield "null", _put(None)
    for op, new in _others(value):
        yield op, _put(new)


def _others(value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case str():
            yield "empty", ""
            yield "change", str(int(value) + 1) if value.isdigit() else value + "x"
            if value.lower() != value:
                yield "lower", value.lower()
            if value.upper() != value:
                yield "upper", value.upper()
            yield "as-object", {"value": value}
            yield "as-number", 7
        case bool():
            yield "change", not value
            yield "as-string", str(value).lower()
        case int() | float():
            yield "change", value + 1
            yield "negative", -1
            yield "as-string", str(value)
            yield "as-object", {"value": value}
        case list():
            yield "empty", []
            if len(value) > 1:
                yield "reverse", value[::-1]
            if value:
                yield "duplicate", [*value, value[0]]
            yield "as-string", "x"
            yield "as-object", {}
        case dict():
            yield "empty", {}
            yield "unknown-key", {**value, "unknownKey": "x"}
            yield "reorder", dict(reversed(value.items()))
            yield "as-string", "x"
            yield "as-list", []


def _put(new: Any) -> Edit:
    def put(holder: Any, step: Any) -> Any:
        holder[step] = new
        return holder

    return put


def _without(holder: Any, step: Any) -> Any:
    del holder[step]
    return holder


def _misspelt(holder: Any, step: Any) -> Any:
    other = step[:-1] if step.endswith("s") else step + "s"
    return {other if key == step else key: value for key, value in holder.items()}


def _edited(value: Any, steps: Steps, edit: Edit) -> Any:
    own = value.copy()
    if len(steps) == 1:
        return edit(own, steps[0])
    own[steps[0]] = _edited(value[steps[0]], steps[1:], edit)
    return own
