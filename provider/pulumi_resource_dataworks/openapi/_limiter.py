"""When a call may go: the clock, and the limit of calls a second."""

import asyncio
import heapq
import itertools
import math
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from ._errors import QuotaExhaustedError

# --- Time as something handed in, so that tests need not wait for it


class Clock(Protocol):
    """What this package asks of time: seconds that only grow, the wall clock in UTC, and a sleep."""

    def monotonic(self) -> float: ...
    def utcnow(self) -> datetime: ...
    async def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's own clock. All instances are equal, as there is one such clock."""

    def monotonic(self) -> float:
        return time.monotonic()

    def utcnow(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


# --- At most so many calls a second for an account, however many resources wait at once
#
# The service counts the calls of a whole account in a region, so all clients of this process with the same account and
# host share one pace: in no second more calls than allowed. A call goes at once where the last second had fewer, and else a
# second after the call arrived that is as many calls back as a second allows. When it arrived is not known, but that it did
# before it was answered, and not much later than it was sent. Where more wait than five seconds take, they go evenly: going at
# once gains nothing then, and what is sent at once arrives later. Whoever comes first goes first, but a call that only
# asks how a job stands lets those go before it that came up to 10 s later: they begin or end something.


_AFTER_SENDING = 1.25
"""Of a second: calls that are sent at once arrive less so, and one too many in some second waits for seconds."""
_EVENLY = 1.04
"""The same where calls are sent one by one."""
_GAP = 0.95
"""Of an even share of a second: between those, so that one which is sent late does not delay all that follow."""
_AFTER_ANSWER = 1.005
"""The same where the earlier call has been answered, so that only the service's clock may run unevenly."""
_SPARE = _AFTER_SENDING - _AFTER_ANSWER
_LONGEST_SEND = 1.0
"""Seconds for which a call that finds no connection holds up the next."""
_SLOWEST = 8.0
_RECOVERY = 0.9
_CROWD = 5
_TOLERANCE = 1e-6
_PATIENCE = 10.0


@dataclass(eq=False)
class _Slot:
    """A call that goes: when it was sent and answered, and what is completed once it is sent, or will not be."""

    sent: float
    gone: asyncio.Future[None]
    answered: float = math.inf

    def free_after(self, second: float, after_sending: float) -> float:
        """When no second can hold both this call and another one."""
        return min(self.sent + after_sending * second, self.answered + _AFTER_ANSWER * second)


class _Pace:
    """Who waits, and when the next call may go."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held_until = -math.inf
        self._slots: list[_Slot] = []
        self._factor = 1.0
        self._waiting: list[tuple[float, int, float, asyncio.Future[_Slot]]] = []
        self._numbers = itertools.count()
        self._server: asyncio.Task[None] | None = None

    async def wait(self, per_second: float, patience: float) -> _Slot:
        """Wait for a slot; those go first who come up to ``patience`` seconds later with none."""
        turn: asyncio.Future[_Slot] = asyncio.get_running_loop().create_future()
        rank = self._clock.monotonic() + patience
        heapq.heappush(self._waiting, (rank, next(self._numbers), per_second, turn))
        if self._server is None or self._server.done():
            self._server = asyncio.create_task(self._serve())
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and not turn.exception():
                turn.result().sent = -math.inf  # it counts for nothing
                turn.result().gone.set_result(None)
            raise

    async def _serve(self) -> None:
        """Who goes next is decided when a slot is free, not before."""
        while self._waiting:
            _, _, per_second, turn = self._waiting[0]
            slot = _Slot(self._clock.monotonic(), asyncio.get_running_loop().create_future())
            if turn.done():
                heapq.heappop(self._waiting)
            elif (wait := self._take(slot, per_second)) > 0:
                # Answers that come meanwhile may have made it shorter.
                await self._clock.sleep(wait - _SPARE if wait > 2 * _SPARE else wait)
            else:
                turn.set_result(slot)
                patience = asyncio.ensure_future(self._clock.sleep(_LONGEST_SEND))
                await asyncio.wait([slot.gone, patience], return_when=asyncio.FIRST_COMPLETED)
                patience.cancel()

    def _take(self, slot: _Slot, per_second: float) -> float:
        """Take the slot and return 0.0, or return the seconds until there is one."""
        now, rate = slot.sent, per_second / self._factor
        # At less than the full pace, calls that go together would add up to more in a second of the service's.
        windows = [(max(1, int(one)), max(1, int(one)) / one) for one in (per_second, rate)]
        evenly = len(self._waiting) > _CROWD * windows[-1][0]
        after = _EVENLY if evenly else _AFTER_SENDING
        longest = max(second for _, second in windows)
        self._slots = [one for one in self._slots if one.free_after(longest, after) - now > _TOLERANCE]
        due = self._held_until
        for calls, second in windows:
            ends = sorted(one.free_after(second, after) for one in self._slots)
            due = max(due, ends[-calls] if len(ends) >= calls else now)
        if evenly and self._slots:
            due = max(due, max(one.sent for one in self._slots) + _GAP / rate)
        if due - now > _TOLERANCE:
            return due - now
        self._slots.append(slot)
        return 0.0

    def throttled(self, seconds: float) -> None:
        """No call is made for ``seconds``, and then all call half as often, for a while."""
        self._held_until = max(self._held_until, self._clock.monotonic() + seconds)
        self._factor = min(self._factor * 2, _SLOWEST)

    def answered(self) -> None:
        """The service answers: come a little closer to the full pace again."""
        self._factor = max(1.0, self._factor * _RECOVERY)

    def used_up(self, error: QuotaExhaustedError) -> None:
        """Of the day's calls, end the wait of all who wait now: their calls would be refused as well, and count."""
        for *_, turn in self._waiting if error.is_daily else ():
            if not turn.done():
                turn.set_exception(error.again())


_paces: dict[tuple[str, str, Clock], _Pace] = {}


class Limiter:
    """One client's entrance to the pace that it shares. All clients that share one run in one event loop."""

    def __init__(self, account: str, base_url: str, calls_per_second: float, clock: Clock) -> None:
        self._clock = clock
        self._per_second = calls_per_second
        self._pace = _paces.setdefault((account, base_url, clock), _Pace(clock))
        self.throttled = self._pace.throttled
        self.answered = self._pace.answered
        self.used_up = self._pace.used_up

    @asynccontextmanager
    async def turn(self, *, yields: bool = False) -> AsyncGenerator[Callable[[], None]]:
        """Enter when this call may go. Being cancelled while waiting costs the others nothing.

        Gives what is to be called when the request has been sent; the end of the block does so, too. ``yields``: let
        others go first that came up to 10 s later.

        Raises:
            QuotaExhaustedError: Another call found the day's quota used up meanwhile.
        """
        slot = await self._pace.wait(self._per_second, _PATIENCE if yields else 0.0)

        def sent() -> None:
            if not slot.gone.done():
                slot.sent = self._clock.monotonic()
                slot.gone.set_result(None)

        try:
            yield sent
        finally:
            sent()
            slot.answered = self._clock.monotonic()
