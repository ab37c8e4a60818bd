"""At most so many calls a second for an account, however many resources wait at once.

The service counts the calls of a whole account in a region, so all clients of this process with the same account and
host share one pace. Whoever comes first goes first; there are no bursts, since the service counts each second.
"""

import asyncio
import threading
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from ._clock import Clock

_SLOWEST = 8.0
_RECOVERY = 0.9
_TOLERANCE = 1e-6


@dataclass
class Pace:
    """When the next call may go. Shared by threads."""

    _next: float = float("-inf")
    _factor: float = 1.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, now: float, interval: float) -> float:
        """Take the slot at ``now`` and return 0.0, or return the seconds until there is one."""
        with self._lock:
            wait = self._next - now
            if wait > _TOLERANCE:
                return wait
            self._next = now + interval * self._factor
            return 0.0

    def slow_down(self, now: float, seconds: float) -> None:
        """The service throttles: nobody calls for ``seconds``, and then all call half as often, for a while."""
        with self._lock:
            self._next = max(self._next, now + seconds)
            self._factor = min(self._factor * 2, _SLOWEST)

    def speed_up(self) -> None:
        """The service answers: come a little closer to the full pace again."""
        with self._lock:
            self._factor = max(1.0, self._factor * _RECOVERY)


_paces: dict[tuple[str, str, Clock], Pace] = {}
_queues: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, asyncio.Lock]] = WeakKeyDictionary()


class Limiter:
    """One client's entrance to the pace it shares."""

    def __init__(self, account: str, base_url: str, calls_per_second: float, clock: Clock) -> None:
        self._clock = clock
        self._interval = 1.0 / calls_per_second
        self._pace = _paces.setdefault((account, base_url, clock), Pace())

    async def wait_turn(self) -> None:
        """Return when this call may go. Being cancelled while waiting costs the others nothing."""
        # asyncio.Lock serves in order of arrival, and only whoever holds it waits for the clock.
        async with self._queue():
            while (wait := self._pace.take(self._clock.monotonic(), self._interval)) > 0:
                await self._clock.sleep(wait)

    def throttled(self, seconds: float) -> None:
        """Tell everyone who shares the pace."""
        self._pace.slow_down(self._clock.monotonic(), seconds)

    def answered(self) -> None:
        """Tell everyone who shares the pace."""
        self._pace.speed_up()

    def _queue(self) -> asyncio.Lock:
        locks = _queues.setdefault(asyncio.get_running_loop(), {})
        return locks.setdefault(id(self._pace), asyncio.Lock())
