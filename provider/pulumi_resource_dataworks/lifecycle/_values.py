"""Values that are not known yet, as lifecycle and fronts share them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

Path = tuple[str | int, ...]


class Unknown:
    """A value that a preview cannot know yet. There is one: UNKNOWN."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, memo: object) -> Unknown:
        return self


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of a Pulumi program that no input here takes, such as an asset.

    Attributes:
        what: What it is, with its article.
    """

    what: str


def odd_values(value: Any) -> list[tuple[Path, Any]]:
    """What inside a value is no plain one, with its path: opaque, not known yet, or a secret."""
    return _odd(value, ())


def has_unknown(value: Any) -> bool:
    """Whether something inside a value is not known yet."""
    return any(isinstance(found, Unknown) for _, found in _odd(value, ()))


_PLAIN = frozenset({str, int, float, bool, type(None)})


def _odd(value: Any, path: Path) -> list[tuple[Path, Any]]:
    """What is neither plain nor made of plain values, with its path. A document is thousands of values that are."""
    if isinstance(value, dict):
        items: Iterable[tuple[str | int, Any]] = cast("dict[str, Any]", value).items()
    elif isinstance(value, list):
        items = enumerate(cast("list[Any]", value))
    else:
        return [] if type(value) in _PLAIN else [(path, value)]
    return [found for step, item in items if type(item) not in _PLAIN for found in _odd(item, (*path, step))]


def without_unknowns(value: Any) -> Any:
    """The value with None where something is unknown."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Mapping):
        return {key: without_unknowns(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [without_unknowns(item) for item in cast("Sequence[Any]", value)]
    return value
