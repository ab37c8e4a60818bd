"""What the service answers instead of a result.

ServiceError
├── gateway errors: words (`SignatureDoesNotMatch`), from the gateway that all Alibaba Cloud products share
└── business errors: numbers (`58014884415`), from DataWorks itself
"""

from typing import Final

SPEC_PARSE_FAILED: Final = "58014884415"
"""Spec JSON parse failed (aliyun/alibabacloud-aiops-skills, troubleshooting)."""

PROJECT_NOT_FOUND: Final = "1101080008"
"""What terraform-provider-alicloud takes for a missing project; on these operations unknown, as is its status."""

REFUSED: Final = "Emulator.UnknownCode"
"""Stands for every business refusal whose number is unknown, so that no client comes to rely on one."""


class ServiceError(Exception):
    """An answer in the error envelope.

    Attributes:
        status: HTTP status.
        code: The envelope's `Code`.
        message: The envelope's `Message`.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


def missing(parameter: str) -> ServiceError:
    """A required parameter is absent, or stands where the operation does not look for it."""
    return ServiceError(400, f"Missing{parameter}", f"{parameter} is mandatory for this action.")
