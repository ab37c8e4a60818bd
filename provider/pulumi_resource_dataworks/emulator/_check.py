"""Settings that come as JSON, held against the fields of the class that they are for."""

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from ._json import is_object


def checked(kind: type, noun: str, given: Any) -> dict[str, Any]:
    """The given fields of `kind`, each with a value that it takes.

    Args:
        kind: A class whose annotations say what its fields take.
        noun: What to call a field where it is wrong.
        given: Name to value.

    Raises:
        ValueError: No object, a name that is no field, or a value that the field does not take; says what there is.
    """
    if not is_object(given):
        raise ValueError(f"a JSON object with {noun}s is wanted, not {given!r}")
    known = get_type_hints(kind)
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"no {noun} {name!r}; there are {', '.join(known)}")
        if not _takes(known[name], value):
            raise ValueError(f"{noun} {name} {_wanted(known[name])}, not {value!r}")
    return given


def _takes(kind: Any, value: Any) -> bool:
    origin = get_origin(kind)
    if origin is Literal:
        return any(
            value is choice or (isinstance(value, str) and value == choice) for choice in get_args(kind)
        )
    if origin in {Union, UnionType}:
        return any(_takes(one, value) for one in get_args(kind))
    if origin is Mapping:
        return is_object(value) and all(isinstance(item, str) for item in value.values())
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, origin or kind) or (kind is float and isinstance(value, int))


def _wanted(kind: Any) -> str:
    kinds = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
    words: list[str] = []
    for one in kinds:
        words += get_args(one) if get_origin(one) is Literal else [_WORDS.get(get_origin(one) or one, "")]
    return f"is {words[0]}" if len(words) == 1 else f"is one of {', '.join(words)}"


_WORDS: Final[Mapping[Any, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    dict: "an object",
    list: "a list",
    Mapping: "an object of texts",
    NoneType: "null",
}
