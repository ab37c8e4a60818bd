"""IDs that went through a program which keeps 53 bits of a number."""

from __future__ import annotations

from collections.abc import Iterator

from ._document import Json, Object
from ._fault import Fault, Path

_EXACT, _LARGEST = 2**53, 2**63
_NUMBERS = (int, float)
_MESSAGE = (
    "the ID {} is a number without quotes whose last digits look rounded: fn::toJSON and jq keep 16 or 17"
)
_REMEDY = "Write the ID in quotes, with the digits that DataWorks shows."


def rounded(holder: Object, keys: tuple[str, ...], path: Path) -> Iterator[Fault]:
    """A doubt for each ID of an object that is a number of 2^53 or more, and just what such a program makes of one."""
    for key in keys:
        value: Json = holder.get(key)
        if type(value) in _NUMBERS and _EXACT <= value <= _LARGEST and _looks_rounded(value):
            yield Fault((*path, key), _MESSAGE, _REMEDY, (value,), "warning", "rounded-id")


def _looks_rounded(value: Json) -> bool:
    """Whether a number is a double: all its digits, or the shortest that say which, and zeros."""
    return isinstance(value, float) or str(value) in (f"{float(value):.0f}", _padded(float(value)))


def _padded(value: float) -> str:
    """A whole number as JavaScript writes it: its shortest digits, and zeros."""
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    return (whole + fraction).ljust(len(whole) + int(exponent or 0), "0")
