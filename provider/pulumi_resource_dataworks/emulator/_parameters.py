"""A call's parameters: text on the wire, numbers and booleans to the operations."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ._errors import ServiceError, missing

T = TypeVar("T")
Parameters = Mapping[str, str]


def integer(given: Parameters, name: str, default: int | None = None) -> int:
    """A number, or the default where the parameter is left out.

    Raises:
        ServiceError: It is no number, or left out though there is no default.
    """
    if name not in given and default is not None:
        return default
    try:
        return int(given[name])
    except KeyError:
        raise missing(name) from None
    except ValueError:
        raise ServiceError(400, f"Invalid{name}", f"{name} is not a number.") from None


def boolean(given: Parameters, name: str, *, default: bool = False) -> bool:
    """Whether the parameter says true."""
    # The Python SDK sends True, other SDKs true.
    return given[name].lower() == "true" if name in given else default


def paged(given: Parameters, found: Sequence[T]) -> tuple[Sequence[T], dict[str, Any]]:
    """The page that is asked for, and what every list tells of its pages.

    Raises:
        ServiceError: PageSize is beyond what the lists document.
    """
    number, size = integer(given, "PageNumber", 1), integer(given, "PageSize", 10)
    if not 1 <= size <= 100:
        raise ServiceError(400, "InvalidPageSize", "PageSize is at most 100.")
    page = found[(number - 1) * size : number * size]
    return page, {"PageNumber": number, "PageSize": size, "TotalCount": len(found)}
