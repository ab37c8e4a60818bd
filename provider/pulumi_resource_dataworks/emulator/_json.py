"""JSON: what a piece of it is, and how what comes from outside is read into the class that it is for."""

import json
from typing import Any, Final, TypeAlias, TypeGuard, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

T = TypeVar("T")
JsonObject: TypeAlias = dict[str, Any]

STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True)
"""No other key, and no value that has to be converted."""


def is_object(value: Any) -> TypeGuard[JsonObject]:
    """Whether it is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether it is a list."""
    return isinstance(value, list)


def read(kind: "type[T] | TypeAdapter[T]", given: bytes | str) -> T:
    """A JSON text as an object of a class.

    Raises:
        ValueError: It is not JSON, has a key that the class does not have, or a value that a key does not take; names the
            key and what it takes.
    """
    adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
    try:
        return adapter.validate_json(given)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise ValueError(
            "; ".join(_problem(each["loc"], each["type"], each["msg"]) for each in problems)
        ) from None


def read_value(kind: type[T], given: Any) -> T:
    """A JSON value as an object of a class; raises as `read` does."""
    return read(kind, json.dumps(given))


def _problem(place: tuple[int | str, ...], kind: str, message: str) -> str:
    if kind in {"unexpected_keyword_argument", "extra_forbidden"}:
        message = "there is no such key"
    where = ".".join(map(str, place))
    return (
        f"{where}: {message.removeprefix('Value error, ')}"
        if where
        else message.removeprefix("Value error, ")
    )
