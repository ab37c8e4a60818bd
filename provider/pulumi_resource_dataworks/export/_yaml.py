"""Values as Pulumi YAML writes them, and what stands in a document for a value that the program puts there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from pulumi_resource_dataworks.flowspec import Json, Object

# --- What stands in an exported document for a value that the program puts there


RESERVED = "fn::"
"""How the keys of Pulumi YAML's functions begin; the programs in other languages put values in their place too."""


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """The text of a file.

    Attributes:
        folder: The workflow's folder, from the program's.
        name: The file's name in it.
    """

    folder: str
    name: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of the stack's configuration.

    Attributes:
        key: Its key.
        is_number: Whether it looks like a number, which Pulumi YAML would round.
    """

    key: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class NodeOutput:
    """What another workflow's dependency writes to depend on a node.

    Attributes:
        resource: The name of the workflow's resource.
        node: The node's name, as the output `nodeOutputs` has it.
    """

    resource: str
    node: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A value of the configuration with text behind it.

    Attributes:
        setting: What it begins with.
        rest: The text.
    """

    setting: Setting
    rest: str


def replaced(value: Json, change: Callable[[tuple[str | int, ...], Json], Json]) -> Json:
    """A copy in which each plain value is what `change` makes of it and of its path."""
    return _replaced(value, (), change)


def plain_values(value: Json) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every value that is no object and no list, with its path."""
    if isinstance(value, dict):
        for key, item in cast("dict[str, Json]", value).items():
            yield from (((key, *path), found) for path, found in plain_values(item))
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Json]", value)):
            yield from (((index, *path), found) for path, found in plain_values(item))
    else:
        yield (), value


def _replaced(
    value: Json, path: tuple[str | int, ...], change: Callable[[tuple[str | int, ...], Json], Json]
) -> Json:
    if isinstance(value, dict):
        return {
            key: _replaced(item, (*path, key), change) for key, item in cast("dict[str, Json]", value).items()
        }
    if isinstance(value, list):
        return [
            _replaced(item, (*path, index), change) for index, item in enumerate(cast("list[Json]", value))
        ]
    return change(path, value)


# --- Values as Pulumi YAML writes them: `${...}` for what is known later, `$$` for a `$` that would begin one
#
# It makes a number of a setting that looks like one, and rounds it: such a setting is written `id:<digits>`.


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_WIDTH = 100


def block(value: Json) -> Iterator[str]:
    """The lines of an object or a list that is not empty."""
    if isinstance(value, dict):
        for key, item in cast("Object", value).items():
            yield from _entry(f"{scalar(key)}:", item)
    else:
        for item in cast("list[Json]", value):
            if _is_inline(item):
                yield f"- {_inline(item)}"
                continue
            first, *rest = block(item)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)


def scalar(value: Json) -> str:
    """A value that is no object and no list, so that Pulumi takes nothing in it for its own."""
    if isinstance(value, str):
        return quoted(_escaped(value))
    return json.dumps(value)


def quoted(text: str) -> str:
    """A text that YAML reads as just that: plain where no reader can take it for anything else."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return "".join(map(_printable, json.dumps(text, ensure_ascii=False)))


def _entry(key: str, item: Json) -> Iterator[str]:
    if _is_inline(item):
        yield f"{key} {_inline(item)}"
    else:
        yield key
        yield from (f"  {line}" for line in block(item))


def _is_inline(value: Json) -> bool:
    """Whether a value is a scalar, empty, or an object of a few scalars that fits into a line."""
    if isinstance(value, dict):
        entries = cast("Object", value)
        return (
            not any(isinstance(item, dict | list) for item in entries.values())
            and len(_inline(value)) < _WIDTH
        )
    return value == [] if isinstance(value, list) else True


def _inline(value: Json) -> str:
    if isinstance(value, dict):
        entries = [f"{scalar(key)}: {_inline(item)}" for key, item in cast("Object", value).items()]
        return f"{{ {', '.join(entries)} }}" if entries else "{}"
    if isinstance(value, ScriptFile):
        return f"{{ fn::readFile: {scalar(f'./{value.folder}/{value.name}')} }}"
    if isinstance(value, Setting):
        text = quoted(f"${{{value.key}}}")
        return f'{{ fn::select: [1, {{ fn::split: [":", {text}] }}] }}' if value.is_number else text
    if isinstance(value, Joined):
        return quoted(f"${{{value.setting.key}}}{_escaped(value.rest)}")
    if isinstance(value, NodeOutput):
        return quoted(f"${{[{_subscript(value.resource)}].nodeOutputs[{_subscript(value.node)}]}}")
    return scalar(value) if value != [] else "[]"


def _escaped(text: str) -> str:
    return re.sub(r"\$(?=[{$])", "$$", text)


def _subscript(name: str) -> str:
    return '"' + name.replace('"', '\\"') + '"'


def _printable(letter: str) -> str:
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
