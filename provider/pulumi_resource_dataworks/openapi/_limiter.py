"""At most so many calls a second for an account, however many resources wait at once.

The service counts the calls of a whole account in a region, so all clients of this process with the same account and
host share one pace. There are no bursts, since the service counts each second: a call goes an interval after the one
before was sent (not after it was allowed to go), and five and a little after the fifth before. Whoever comes first goes first, but a call that only asks how a job
stands lets those go before it that came up to 10 s later: they begin or end something.
"""

import asyncio
import heapq
import itertools
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from ._clock import Clock
from ._errors import QuotaExhaustedError

_WINDOW = 5
_MARGIN = 1.04
"""Of the window: calls arrive less evenly than they are sent, and a sixth in some second would be one too many."""
_LONGEST_SEND = 1.0
"""Seconds for which a call that finds no connection holds up the next."""
_SLOWEST = 8.0
_RECOVERY = 0.9
_TOLERANCE = 1e-6
_PATIENCE = 10.0


@dataclass
class Pace:
    """When the next call may go. Shared by threads."""

    _held_until: float = float("-inf")
    _sent: deque[float] = field(default_factory=lambda: deque(maxlen=_WINDOW))
    _factor: float = 1.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, now: float, interval: float) -> float:
        """Take the slot at ``now`` and return 0.0, or return the seconds until there is one."""
        with self._lock:
            wait = self._due(interval * self._factor) - now
            if wait > _TOLERANCE:
                return wait
            self._sent.append(now)
            return 0.0

    def sent(self, now: float) -> None:
        """The call that took the last slot has left at ``now``."""
        with self._lock:
            self._sent[-1] = now

    def slow_down(self, now: float, seconds: float) -> None:
        """The service throttles: nobody calls for ``seconds``, and then all call half as often, for a while."""
        with self._lock:
            self._held_until = max(self._held_until, now + seconds)
            self._factor = min(self._factor * 2, _SLOWEST)

    def speed_up(self) -> None:
        """The service answers: come a little closer to the full pace again."""
        with self._lock:
            self._factor = max(1.0, self._factor * _RECOVERY)

    def _due(self, interval: float) -> float:
        after_last = self._sent[-1] + interval if self._sent else self._held_until
        full = len(self._sent) == _WINDOW
        after_window = self._sent[0] + _WINDOW * interval * _MARGIN if full else self._held_until
        return max(self._held_until, after_last, after_window)


_Sent = asyncio.Future[None]


class _Queue:
    """Who waits for a slot, in one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, float, asyncio.Future[_Sent]]] = []
        self._numbers = itertools.count()
        self._server: asyncio.Task[None] | None = None

    async def wait(self, pace: Pace, clock: Clock, interval: float, rank: float) -> _Sent:
        """Return what to complete as soon as the call is sent, or will not be."""
        turn: asyncio.Future[_Sent] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._numbers), interval, turn))
        if self._server is None or self._server.done():
            self._server = asyncio.create_task(self._serve(pace, clock))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and not turn.exception():
                turn.result().set_result(None)
            raise

    async def _serve(self, pace: Pace, clock: Clock) -> None:
        """Who goes next is decided when a slot is free, not before."""
        while self._somebody_waits():
            now, (_, _, interval, turn) = clock.monotonic(), self._waiting[0]
            wait = pace.take(now, interval)
            if wait > 0:
                await clock.sleep(wait)
            else:
                sent: _Sent = asyncio.get_running_loop().create_future()
                turn.set_result(sent)
                patience = asyncio.ensure_future(clock.sleep(_LONGEST_SEND))
                await asyncio.wait([sent, patience], return_when=asyncio.FIRST_COMPLETED)
                patience.cancel()

    def refuse_all(self, error: QuotaExhaustedError) -> None:
        """End the wait of all who wait now: their calls would be refused as well, and count."""
        for *_, turn in self._waiting:
            if not turn.done():
                turn.set_exception(error.again())

    def _somebody_waits(self) -> bool:
        while self._waiting and self._waiting[0][3].done():
            heapq.heappop(self._waiting)
        return bool(self._waiting)


_paces: dict[tuple[str, str, Clock], Pace] = {}
_queues: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, _Queue]] = WeakKeyDictionary()


class Limiter:
    """One client's entrance to the pace it shares."""

    def __init__(self, account: str, base_url: str, calls_per_second: float, clock: Clock) -> None:
        self._clock = clock
        self._interval = 1.0 / calls_per_second
        self._pace = _paces.setdefault((account, base_url, clock), Pace())

    @asynccontextmanager
    async def turn(self, *, yields: bool = False) -> AsyncGenerator[Callable[[], None]]:
        """Enter when this call may go. Being cancelled while waiting costs the others nothing.

        Yields what is to be called when the request has been sent; the end of the block says so, too.

        Args:
            yields: Whether it lets others go first that came up to 10 s later.

        Raises:
            QuotaExhaustedError: Another call found the day's quota used up meanwhile.
        """
        rank = self._clock.monotonic() + (_PATIENCE if yields else 0.0)
        gone = await self._queue().wait(self._pace, self._clock, self._interval, rank)

        def sent() -> None:
            if not gone.done():
                self._pace.sent(self._clock.monotonic())
                gone.set_result(None)

        try:
            yield sent
        finally:
            sent()

    def throttled(self, seconds: float) -> None:
        """Tell everyone who shares the pace."""
        self._pace.slow_down(self._clock.monotonic(), seconds)

    def used_up(self, error: QuotaExhaustedError) -> None:
        """Tell everyone who waits."""
        if error.is_daily:
            self._queue().refuse_all(error)

    def answered(self) -> None:
        """Tell everyone who shares the pace."""
        self._pace.speed_up()

    def _queue(self) -> _Queue:
        queues = _queues.setdefault(asyncio.get_running_loop(), {})
        return queues.setdefault(id(self._pace), _Queue())
