"""Secrets inside a document: values of the usual types that know that no message may quote them.

A secret keeps its mark wherever the value itself goes. What is made of it, such as a hash, has to be marked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from ._paths import Path


class SecretText(str):
    """A text that is a secret."""

    __slots__ = ()


class SecretInteger(int):
    """A whole number that is a secret."""


class SecretNumber(float):
    """A number that is a secret."""


class SecretObject(dict[str, Any]):
    """An object that is a secret as a whole."""


class SecretList(list[Any]):
    """A list that is a secret as a whole."""


_SECRETS = (SecretText, SecretInteger, SecretNumber, SecretObject, SecretList)


def secret(value: Any) -> Any:
    """The value, marked at every depth: its parts may go on alone.

    A boolean cannot be marked, so one that is a secret by itself becomes the text that the vendor's parser takes for it.
    """
    if isinstance(value, str):
        return SecretText(value)
    if isinstance(value, bool):
        return SecretText(str(value).lower())
    if isinstance(value, int):
        return SecretInteger(value)
    if isinstance(value, float):
        return SecretNumber(value)
    if isinstance(value, dict):
        return SecretObject({key: _part(item) for key, item in cast("dict[str, Any]", value).items()})
    if isinstance(value, list):
        return SecretList(map(_part, cast("list[Any]", value)))
    return value


def _part(value: Any) -> Any:
    return value if isinstance(value, bool) else secret(value)


def is_secret(value: Any) -> bool:
    """Whether the value as a whole is a secret."""
    return isinstance(value, _SECRETS)


def like(model: Any, value: Any) -> Any:
    """The value, marked where the one in whose place it stands is a secret."""
    return secret(value) if is_secret(model) else value


def secret_where_new(old: Any, new: Any) -> Any:
    """The new value, with every text marked as secret that the old value does not have in the same place."""
    if new == old or is_secret(new):
        return new
    if isinstance(new, dict) and isinstance(old, dict):
        before, after = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        return {key: secret_where_new(before.get(key), item) for key, item in after.items()}
    if isinstance(new, list) and isinstance(old, list):
        entries, items = cast("list[Any]", old), cast("list[Any]", new)
        partners = [*entries, *[None] * len(items)]
        return [
            item if item in entries else secret_where_new(one, item)
            for one, item in zip(partners, items, strict=False)
        ]
    return _part(new)


def rebuilt(model: dict[str, Any], items: dict[str, Any]) -> dict[str, Any]:
    """An object made anew from another, marked where that was."""
    return SecretObject(items) if isinstance(model, SecretObject) else items


def relisted(model: list[Any], items: list[Any]) -> list[Any]:
    """A list made anew from another, marked where that was."""
    return SecretList(items) if isinstance(model, SecretList) else items


def secret_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every secret inside a value that no other secret holds."""
    yield from (here for here, _ in _secrets(value, path))


def secrets_of(value: Any) -> list[Any]:
    """Every secret inside a value that no other secret holds."""
    return [found for _, found in _secrets(value, ())]


def _secrets(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if is_secret(value):
        yield path, value
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            if type(item) is not str:
                yield from _secrets(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)):
            yield from _secrets(item, (*path, index))


_NAMING = frozenset(
    {"id", "name", "path", "data", "output", "nodeId", "refTableName", "kind", "outputs", "nodeOutputs"}
)


def hides_names(value: Any) -> bool:
    """Whether a secret inside a document may be part of what the workflow or a node is called."""
    if isinstance(value, dict):
        return any(
            bool(secrets_of(item)) if key in _NAMING else hides_names(item)
            for key, item in cast("dict[str, Any]", value).items()
        )
    return isinstance(value, list) and any(map(hides_names, cast("list[Any]", value)))
