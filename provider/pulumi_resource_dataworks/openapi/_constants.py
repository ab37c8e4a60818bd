"""The figures and names that the service or we have chosen, each with its unit."""

from typing import Final

from pulumi_resource_dataworks import __version__

API_VERSION: Final = "2024-05-18"
USER_AGENT: Final = f"pulumi-resource-dataworks/{__version__}"

CONNECT_TIMEOUT: Final = 5.0
"""Seconds."""
READ_TIMEOUT: Final = 30.0
"""Seconds of silence on an open connection."""
IMPORT_READ_TIMEOUT: Final = 120.0
"""Seconds; a document of a thousand nodes is megabytes, and no documented figure says how long taking it in lasts."""

CALLS_PER_SECOND: Final = 5.0
"""The service's limit for one account in one region, in every edition but Enterprise (DataWorks OpenAPI quotas)."""

MAX_TRIES: Final = 6
RETRY_BUDGET: Final = 120.0
"""Seconds from the first failure after which no other try is begun."""
THROTTLED_BUDGET: Final = 600.0
"""The same where the service only says "too many calls": it has not processed them, and others may be calling."""
BACKOFF_BASE: Final = 0.5
BACKOFF_CAP: Final = 20.0
RETRY_AFTER_CAP: Final = 60.0
"""Seconds; what a header asks beyond that is cut, so that no answer can hang a deployment."""

LARGEST_ANSWER: Final = 32 * 1024 * 1024
"""Bytes of an answer, before and after decompression: twice the largest document that can be read, with its escapes."""

PAGE_SIZE: Final = 100
"""The largest page that List operations give."""
