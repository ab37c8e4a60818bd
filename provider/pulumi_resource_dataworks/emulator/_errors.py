"""What the service answers instead of a result, and how the parameters of a call are read."""

import json
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from ._json import JsonObject, is_list

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
    """An answer in the error envelope: HTTP status, `Code`, `Message`, and `AccessDeniedDetail` where there is one."""

    def __init__(self, status: int, code: str, message: str, denial: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.denial = denial


def no_project(project_id: int) -> ServiceError:
    """There is no such workspace."""
    return ServiceError(403, PROJECT_NOT_FOUND, f"Project {project_id} does not exist.")


def missing(parameter: str) -> ServiceError:
    """A required parameter is absent, or stands where the operation does not look for it."""
    return ServiceError(400, f"Missing{parameter}", f"{parameter} is mandatory for this action.")


# --- A call's parameters: text on the wire, numbers, booleans and lists to the operations


T = TypeVar("T")
Parameters = Mapping[str, str]


def integer(params: Parameters, name: str, default: int | None = None) -> int:
    """A number, or the default where the parameter is left out.

    Raises:
        ServiceError: It is not a number, or left out though there is no default.
    """
    if name not in params and default is not None:
        return default
    try:
        return int(params[name])
    except KeyError:
        raise missing(name) from None
    except ValueError:
        raise ServiceError(400, f"Invalid{name}", f"{name} is not a number.") from None


def boolean(params: Parameters, name: str, *, default: bool = False) -> bool:
    """Whether the parameter says true."""
    # The Python SDK sends True, other SDKs true.
    return params[name].lower() == "true" if name in params else default


def texts(params: Parameters, name: str) -> list[str]:
    """A list that comes as JSON text; empty where it is left out.

    Raises:
        ServiceError: It is not one.
    """
    try:
        value = json.loads(params.get(name) or "[]")
    except ValueError:
        value = None
    if not is_list(value):
        raise ServiceError(400, f"Invalid{name}", f"{name} is not a list in JSON.")
    return [str(item) for item in value]


def paged(params: Parameters, found: Sequence[T]) -> tuple[Sequence[T], JsonObject]:
    """The page that is asked for, and what every list says of its pages.

    Raises:
        ServiceError: PageSize is beyond what the lists document.
    """
    number, size = integer(params, "PageNumber", 1), integer(params, "PageSize", 10)
    if not 1 <= size <= 100:
        raise ServiceError(400, "InvalidPageSize", "PageSize is at most 100.")
    page = found[(number - 1) * size : number * size]
    return page, {"PageNumber": number, "PageSize": size, "TotalCount": len(found)}
