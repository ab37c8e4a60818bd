"""When a call is tried again, and when it is given up, each in one place."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, NoReturn, TypeVar, cast

from ._errors import (
    NONCE_USED,
    AnswerLost,
    DataWorksError,
    RequestNotSent,
    ServiceError,
    ServiceUnavailableError,
    ThrottledError,
)
from ._limiter import Clock

# Tried again is what the vendor's own code calls retryable: throttling, HTTP 408/429/500/502/503/504, a service that is
# unavailable, a connection that failed: 6 tries within 2 minutes, and throttling for 10, however often, as other programs
# may be using up the account's calls just now. Never a used-up quota. A call that must not run twice is tried again only where
# the service has surely not processed it; otherwise `AnswerLost` says at once that someone has to look.

MAX_TRIES: Final = 6
RETRY_BUDGET: Final = 120.0
"""Seconds from the first failure after which no other try is begun."""
THROTTLED_BUDGET: Final = 600.0
"""The same where the service only says "too many calls": it has not processed them, and others may be calling."""
BACKOFF_BASE: Final = 0.5
BACKOFF_CAP: Final = 20.0
RETRY_AFTER_CAP: Final = 60.0
"""Seconds; what a header asks beyond that is cut, so that no answer can hang a deployment."""

T = TypeVar("T")


async def race(
    work: Coroutine[Any, Any, T],
    cancelled: asyncio.Event,
    make_error: Callable[[], Exception],
    time: Coroutine[Any, Any, None] | None = None,
) -> T:
    """Return what ``work`` returns, unless the event is set, or ``time`` ends, before it does: then it is ended.

    Raises:
        Exception: What ``make_error`` made, as it was ended; where the event was set already, before it began.
    """
    given = [work] if time is None else [work, time]
    if cancelled.is_set():
        for one in given:
            one.close()
        raise make_error()
    tasks: list[asyncio.Future[Any]] = [asyncio.ensure_future(one) for one in (*given, cancelled.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            return cast("T", tasks[0].result())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    raise make_error()


Race = Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]]
"""Waits for a call, and may give it up: then it raises what says so."""


class Retry:
    """The loop around one call at a time; holds no state between calls.

    ``on_throttled`` gets the seconds by which everybody should hold back, ``on_wait`` a sentence why the user waits.
    ``race`` is what waits for a call with all its tries, if that may be given up.
    """

    def __init__(
        self,
        clock: Clock,
        on_throttled: Callable[[float], None],
        on_wait: Callable[[str], None] | None,
        race: Race | None = None,
    ) -> None:
        self._clock = clock
        self._on_throttled = on_throttled
        self._on_wait = on_wait
        self._race = race

    def within(self, race: Race) -> Retry:
        return Retry(self._clock, self._on_throttled, self._on_wait, race)

    async def run(self, attempt: Callable[[], Awaitable[T]], *, action: str, idempotent: bool) -> T:
        """Return what ``attempt`` returns, which is called anew for each try.

        Raises:
            AnswerLost: Not idempotent, and what became of the request is unknown.
            DataWorksError: Whatever the last try raised.
        """
        tries = self._tries(attempt, action=action, idempotent=idempotent)
        return cast("T", await (self._race(tries) if self._race else tries))

    async def _tries(self, attempt: Callable[[], Awaitable[T]], *, action: str, idempotent: bool) -> T:
        failed_first, lost = None, False
        numbers: Counter[bool] = Counter()
        while True:
            try:
                return await attempt()
            except DataWorksError as error:
                # Counted from the first answer: before it, the call may have waited long for its turn.
                failed_first = self._clock.monotonic() if failed_first is None else failed_first
                throttled = isinstance(error, ThrottledError)
                numbers[throttled] += 1
                delay = self._delay_after(error, numbers[throttled], failed_first, idempotent)
                if delay is None:
                    _raise_for_good(error, lost=lost, action=action, idempotent=idempotent)
                lost = lost or is_outcome_unknown(error)
                if self._on_wait is not None and throttled:
                    self._on_wait(f"DataWorks throttles {action}; trying again in {delay:.1f} s")
                elif self._on_wait is not None:
                    number = numbers[throttled] + 1
                    self._on_wait(f"{error}: {action}; try {number} of {MAX_TRIES} in {delay:.1f} s")
            await self._clock.sleep(delay)

    def _delay_after(
        self, error: DataWorksError, number: int, failed_first: float, idempotent: bool
    ) -> float | None:
        delay = backoff(error, number)
        throttled = isinstance(error, ThrottledError)
        if throttled:
            self._on_throttled(delay)
        elif number == MAX_TRIES or not is_retryable(error, idempotent=idempotent):
            return None
        spent = self._clock.monotonic() - failed_first
        return delay if spent + delay <= (THROTTLED_BUDGET if throttled else RETRY_BUDGET) else None


def is_retryable(error: DataWorksError, *, idempotent: bool) -> bool:
    """Return whether another try may help and cannot harm."""
    return error.transient and (idempotent or isinstance(error, RequestNotSent | ThrottledError))


def is_outcome_unknown(error: DataWorksError) -> bool:
    """Return whether the request may have taken effect in spite of the error."""
    if isinstance(error, ServiceUnavailableError):
        return error.status >= 500 or error.status == 408
    # A nonce that was used means that the same request arrived before: a proxy sent it twice.
    repeated = isinstance(error, ServiceError) and error.code == NONCE_USED
    return repeated or isinstance(error, AnswerLost)


def backoff(error: DataWorksError, number: int) -> float:
    """Return the seconds to wait after try ``number``: what the service asks, else full jitter, exponential."""
    if isinstance(error, ThrottledError) and error.retry_after is not None:
        return min(error.retry_after, RETRY_AFTER_CAP)
    ceiling = min(BACKOFF_CAP, BACKOFF_BASE * 2.0 ** min(number - 1, 30))
    return random.uniform(0, ceiling)  # noqa: S311 - spreads load, guards nothing


def _raise_for_good(error: DataWorksError, *, lost: bool, action: str, idempotent: bool) -> NoReturn:
    if isinstance(error, ServiceError):
        error.after_lost_answer = lost
        if not idempotent and is_outcome_unknown(error):
            text = f"{error}. Whether it took effect is unknown"
            raise AnswerLost(text, action=action, status=error.status) from error
    raise error
