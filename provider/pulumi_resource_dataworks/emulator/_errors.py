"""What the service answers instead of a result.

ServiceError
├── gateway errors: words (`SignatureDoesNotMatch`), from the gateway that all Alibaba Cloud products share
└── business errors: numbers (`58014884415`), from DataWorks itself
"""

from collections.abc import Mapping
from typing import Final

SPEC_PARSE_FAILED: Final = "58014884415"
"""Spec JSON parse failed (aliyun/alibabacloud-aiops-skills, troubleshooting)."""

PROJECT_NOT_FOUND: Final = "1101080008"
"""What terraform-provider-alicloud takes for a missing project; on these operations unknown, as is its status."""

NO_MEMBER: Final = "400010"
"""What terraform-provider-alicloud takes for a caller who does not belong to the tenant; its status is 403."""

REFUSED: Final = "Emulator.UnknownCode"
"""Stands for every business refusal whose number is unknown, so that no client comes to rely on one."""


class ServiceError(Exception):
    """An answer in the error envelope.

    Attributes:
        status: HTTP status.
        code: The envelope's `Code`.
        message: The envelope's `Message`.
        denial: The envelope's `AccessDeniedDetail`; None where there is none.
    """

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
