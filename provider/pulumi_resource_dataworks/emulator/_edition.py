"""How many calls a DataWorks edition allows, and who is over it.

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
_READS: Final = ("Get", "List")
_UTC_OF_SHANGHAI: Final = 8 * 3600
_DAY: Final = 24 * 3600


@dataclass(frozen=True)
class Limits:
    """What an edition allows.

    Attributes:
        reads: Calls a second whose name begins as a read's.
        writes: Calls a second of all others.
        together: Whether both are counted as one, against `reads`.
        day: Calls a day; None for any number.
    """

    reads: int
    writes: int
    together: bool
    day: int | None


EDITIONS: Final[Mapping[Edition, Limits]] = {
    "basic": Limits(reads=5, writes=5, together=True, day=100),
    "standard": Limits(reads=5, writes=5, together=True, day=None),
    "professional": Limits(reads=5, writes=5, together=True, day=None),
    "enterprise": Limits(reads=50, writes=20, together=False, day=None),
}


class Usage:
    """The calls so far, as far as they still count."""

    def __init__(self) -> None:
        self._days: Counter[int] = Counter()
        self._seconds: dict[str, deque[float]] = {}

    def count(self, action: str, now: float, edition: Edition, switches: Switches) -> None:
        """Count a call.

        Args:
            action: The operation.
            now: Seconds of the emulator's clock.
            edition: Whose limits hold.
            switches: What an answer to too many calls looks like, and how a second is counted.

        Raises:
            ServiceError: It is one too many.
        """
        limits = EDITIONS[edition]
        day = int((now + _UTC_OF_SHANGHAI) // _DAY)  # whose midnight it is that ends a day is unknown
        self._days[day] += 1  # documented: failed calls count
        if limits.day is not None and self._days[day] > limits.day:
            raise _quota(switches, limits.day)
        self._in_this_second(action, now, limits, switches)

    def _in_this_second(self, action: str, now: float, limits: Limits, switches: Switches) -> None:
        is_read = limits.together or action.startswith(_READS)
        allowed = limits.reads if is_read else limits.writes
        passed = self._seconds.setdefault("reads" if is_read else "writes", deque())
        sliding = switches.qps_window == "sliding"
        while passed and (passed[0] <= now - 1 if sliding else passed[0] < int(now)):
            passed.popleft()
        if len(passed) >= allowed:
            raise _throttled(switches, allowed)
        passed.append(now)


def _throttled(switches: Switches, allowed: int) -> ServiceError:
    said = f"Request was denied due to user flow control: at most {allowed} calls a second."
    return ServiceError(switches.throttling_status, switches.throttling_code, said)


def _quota(switches: Switches, allowed: int) -> ServiceError:
    said = f"The daily limit of {allowed} calls is used up."
    return ServiceError(switches.quota_status, switches.quota_code, said)
