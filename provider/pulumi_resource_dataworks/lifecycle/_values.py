"""Values that are not known yet, as lifecycle and fronts share them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

Path = tuple[str | int, ...]


class Unknown:
    """A value that a preview cannot know yet. There is one: UNKNOWN."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, memo: object) -> Unknown:
        return self


UNKNOWN: Final = Unknown()


def unknown_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of each unknown value inside a value."""
    if isinstance(value, Unknown):
        yield path
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            yield from unknown_paths(item, (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(cast("Sequence[Any]", value)):
            yield from unknown_paths(item, (*path, index))


def without_unknowns(value: Any) -> Any:
    """The value with None where something is unknown."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Mapping):
        return {key: without_unknowns(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [without_unknowns(item) for item in cast("Sequence[Any]", value)]
    return value
