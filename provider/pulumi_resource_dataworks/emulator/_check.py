"""What comes as JSON from outside: read by pydantic, strictly, into the class that it is for."""

import json
from typing import Any, Final, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

T = TypeVar("T")

STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True)
"""No other key, and no value that has to be converted."""


def read(kind: type[T], given: bytes | str) -> T:
    """A JSON text as an object of a class.

    Raises:
        ValueError: It is no JSON, has a key that the class does not have, or a value that a key does not take; says at
            which key, and what is wanted.
    """
    try:
        return TypeAdapter(kind).validate_json(given)
    except ValidationError as error:
        raise ValueError(words(error)) from None


def read_value(kind: type[T], given: Any) -> T:
    """A JSON value as an object of a class; raises as `read` does."""
    return read(kind, json.dumps(given))


def words(error: ValidationError) -> str:
    """All that is wrong, in one line."""
    return "; ".join(
        ": ".join(filter(None, (".".join(map(str, one["loc"])), _problem(one["type"], one["msg"]))))
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    )


def _problem(kind: str, message: str) -> str:
    if kind in {"unexpected_keyword_argument", "extra_forbidden"}:
        return "there is no such key"
    return message.removeprefix("Value error, ")
