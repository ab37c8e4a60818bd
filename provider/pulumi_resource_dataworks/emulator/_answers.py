"""The JSON of calls and answers, and the error that a call may be answered with."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, TypeGuard, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

T = TypeVar("T")
JsonObject: TypeAlias = dict[str, Any]

# --- JSON


STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True)
"""No other key, and no value that has to be converted."""


def is_object(value: Any) -> TypeGuard[JsonObject]:
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def each_object(value: Any, change: Callable[[JsonObject], JsonObject]) -> Any:
    """The same JSON with every object in it changed, inner ones first."""
    if is_list(value):
        return [each_object(item, change) for item in value]
    if is_object(value):
        return change({key: each_object(item, change) for key, item in value.items()})
    return value


def read(kind: type[T], given: bytes | str) -> T:
    """A JSON text as an object of a class.

    Raises:
        ValueError: It is not JSON, has a key that the class does not have, or a value that a key does not take; names the
            key and what it takes.
    """
    return _read(TypeAdapter(kind), given)


def called(function: Any, given: bytes) -> Any:
    """The result of a function whose arguments are the keys of a JSON object; raises ValueError as `read` does."""
    read(JsonObject, given)
    return _read(TypeAdapter(function, config=STRICT), given)


def _read(adapter: TypeAdapter[T], given: bytes | str) -> T:
    try:
        return adapter.validate_json(given)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise ValueError("; ".join(map(_problem, problems))) from None


def _problem(problem: ErrorDetails) -> str:
    is_unknown = problem["type"] in {"unexpected_keyword_argument", "extra_forbidden"}
    message = "there is no such key" if is_unknown else problem["msg"].removeprefix("Value error, ")
    return ": ".join(filter(None, (".".join(map(str, problem["loc"])), message)))


# --- What the service answers instead of a result
#
# A code is words (`SignatureDoesNotMatch`) where it comes from the gateway that all Alibaba Cloud products share, and a number
# (`58014884415`) where it comes from DataWorks itself.


SPEC_PARSE_FAILED: Final = "58014884415"
"""Spec JSON parse failed (aliyun/alibabacloud-aiops-skills, troubleshooting)."""

PROJECT_NOT_FOUND: Final = "1101080008"
"""What terraform-provider-alicloud takes for a missing project; on these operations unknown, as is its status."""

NO_MEMBER: Final = "400010"
"""What terraform-provider-alicloud takes for a caller who does not belong to the tenant; its status is 403."""

REFUSED: Final = "Emulator.UnknownCode"
"""Stands for every business refusal whose number is unknown, so that no client comes to rely on one."""


class ServiceError(Exception):
    """An answer in the error envelope; `denial` is its `AccessDeniedDetail`."""

    def __init__(self, status: int, code: str, message: str, denial: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.denial = denial


def refused(message: str) -> ServiceError:
    return ServiceError(400, REFUSED, message)


def no_project(project_id: int) -> ServiceError:
    return ServiceError(403, PROJECT_NOT_FOUND, f"Project {project_id} does not exist.")


def missing(parameter: str) -> ServiceError:
    """A required parameter is absent, or stands where the operation does not look for it."""
    return ServiceError(400, f"Missing{parameter}", f"{parameter} is mandatory for this action.")
