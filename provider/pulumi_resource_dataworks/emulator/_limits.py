"""How many calls a DataWorks edition allows, and which call is one too many.

Source: help page "Use DataWorks OpenAPI" (use-dataworks-openapi, 2026-05-09). Counted are all calls of a main account with
its RAM users in a region: here, all calls.
"""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ._errors import ServiceError
from ._switches import Switches

Edition = Literal["basic", "standard", "professional", "enterprise"]
_SHANGHAI_OFFSET: Final = 8 * 3600
_DAY: Final = 24 * 3600


@dataclass(frozen=True)
class Limits:
    """What an edition allows.

    Attributes:
        reads: Calls a second whose name begins with Get or List.
        writes: Calls a second of all others; None where they count together with the reads.
        day: Calls a day; None for any number.
    """

    reads: int
    writes: int | None = None
    day: int | None = None


EDITIONS: Final[Mapping[Edition, Limits]] = {
    "basic": Limits(reads=5, day=100),
    "standard": Limits(reads=5),
    "professional": Limits(reads=5),
    "enterprise": Limits(reads=50, writes=20),
}


class Usage:
    """The calls so far, as far as they still count."""

    def __init__(self) -> None:
        self._days: Counter[int] = Counter()
        self._seconds: dict[bool, deque[float]] = {True: deque(), False: deque()}

    def count(self, action: str, now: float, edition: Edition, switches: Switches) -> None:
        """Count a call at `now`, in seconds of the emulator's clock.

        Raises:
            ServiceError: It is one too many.
        """
        limits = EDITIONS[edition]
        day = int((now + _SHANGHAI_OFFSET) // _DAY)  # whose midnight it is that ends a day is unknown
        self._days[day] += 1  # documented: failed calls count
        if limits.day is not None and self._days[day] > limits.day:
            message = f"The daily limit of {limits.day} calls is used up."
            raise ServiceError(switches.quota_status, switches.quota_code, message)
        is_read = limits.writes is None or action.startswith(("Get", "List"))
        allowed = limits.reads if is_read or limits.writes is None else limits.writes
        passed = self._seconds[is_read]
        is_sliding = switches.qps_window == "sliding"
        while passed and (passed[0] <= now - 1 if is_sliding else passed[0] < int(now)):
            passed.popleft()
        if len(passed) >= allowed:
            message = f"Request was denied due to user flow control: at most {allowed} calls a second."
            raise ServiceError(switches.throttling_status, switches.throttling_code, message)
        passed.append(now)
