"""What stands in an exported document for a value that the program puts there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from pulumi_resource_dataworks.flowspec import Json

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
