"""Plain values of a document, the places at which they stand, and secrets among them.

A secret is a value of the usual type that knows that no message may quote it. It keeps its mark wherever the value itself goes; what
is made of it, such as a hash, has to be marked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeGuard, TypeVar

Json = Any
"""None, bool, int, float, str, list or dict with text keys."""

Object = dict[str, Json]
Step = str | int
Path = tuple[Step, ...]
Holder = TypeVar("Holder", dict[str, Any], list[Any])


def show_path(path: Path) -> str:
    """A path as Pulumi writes it: `spec.workflows[0].nodes[7]["odd key"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.replace("-", "_").isidentifier():
            text += f".{step}" if text else step
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{quoted}"]'
    return text


def is_object(value: Json) -> TypeGuard[Object]:
    """Whether a value is an object."""
    return isinstance(value, dict)


def is_list(value: Json) -> TypeGuard[list[Json]]:
    """Whether a value is a list."""
    return isinstance(value, list)


def objects(value: Json) -> list[Object]:
    """The objects of a list; nothing where it is not a list."""
    return [item for item in value if isinstance(item, dict)] if is_list(value) else []


def part(holder: Object, key: str) -> Object:
    """An object below another; an empty one where there is none."""
    value = holder.get(key)
    return value if is_object(value) else {}


def is_exact(number: float) -> bool:
    """Whether a number is below 2^53: from there on Pulumi, which keeps doubles, and JavaScript may round it."""
    return abs(number) < 2**53


def as_whole(number: float) -> int | float:
    """3600 for 3600.0, as which Pulumi hands over numbers and Python writes them: the vendor's parser takes no 3600.0."""
    return int(number) if number.is_integer() and is_exact(number) else number


# --- Secrets


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
    if is_object(value):
        return SecretObject({key: _part(item) for key, item in value.items()})
    return SecretList(map(_part, value)) if is_list(value) else value


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
    if is_object(new) and is_object(old):
        return {key: secret_where_new(old.get(key), item) for key, item in new.items()}
    if is_list(new) and is_list(old):
        partners = [*old, *[None] * len(new)]
        return [
            item if item in old else secret_where_new(one, item)
            for one, item in zip(partners, new, strict=False)
        ]
    return _part(new)


def rebuilt(model: Holder, items: Holder) -> Holder:
    """An object or a list made anew from another, marked where that was."""
    return type(model)(items) if is_secret(model) else items


def mapped(value: Json, change: Callable[[Json], Json]) -> Json:
    """An object or a list with each of its items changed; any other value as it is."""
    if is_object(value):
        return rebuilt(value, {key: change(item) for key, item in value.items()})
    return rebuilt(value, [change(item) for item in value]) if is_list(value) else value


def copied(value: Json) -> Json:
    """A copy at every depth."""
    return mapped(value, copied)


def secret_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every secret inside a value that no other secret holds."""
    yield from (here for here, _ in _secrets(value, path))


def secrets_of(value: Any) -> list[Any]:
    """Every secret inside a value that no other secret holds."""
    return [found for _, found in _secrets(value, ())]


def _secrets(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if is_secret(value):
        yield path, value
    elif is_object(value):
        for key, item in value.items():
            if type(item) is not str:
                yield from _secrets(item, (*path, key))
    elif is_list(value):
        for index, item in enumerate(value):
            yield from _secrets(item, (*path, index))


_NAMING = frozenset(
    {"id", "name", "path", "data", "output", "nodeId", "refTableName", "kind", "outputs", "nodeOutputs"}
)


def hides_names(value: Any) -> bool:
    """Whether a secret inside a document may be part of what the workflow or a node is called."""
    if is_object(value):
        return any(
            bool(secrets_of(item)) if key in _NAMING else hides_names(item) for key, item in value.items()
        )
    return is_list(value) and any(map(hides_names, value))
