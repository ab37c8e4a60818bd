"""Waiting for a job, in such a way that a cancel is heard at once and a hiccup of the network is not fatal."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ._errors import DataWorksError, JobForgotten, JobWaitCancelled, JobWaitTimeout, ServiceError
from ._models import JobStatus
from ._pacing import Clock, SystemClock

# --- When to ask after a job that should last about ``expected`` seconds
#
# Calls are scarce (5 a second for a whole account, 100 a day in the Basic edition), and a job's length is known roughly
# from its number of nodes. So, with E the expected length:
#
# * from 0.75 E to 1.26 E, where the job is likely to end, sqrt(E) polls evenly spread, but at most 8: they are far apart
# where the job is long, and few where it is short;
# * before, few: at E/24, for a job that fails at once (0.5 s at least, 5 s at most), then at three times that; and from
# E/3 on one every 16 % of the time gone, but no two within 2.5 s;
# * after, intervals grow to 18 % of the time gone, but never beyond 60 s.
#
# So a step waits for a tenth of the job's length after its end, or 2 s where that is more, unless the job is shorter than
# half of what was expected: then it may be for a quarter of that.


_SHORTEST = 1.0
_LIKELY_FROM = 0.75
_LIKELY_TO = 1.26
_LIKELY_AT_MOST = 8
_FIRST_SHARE = 1 / 24
_FIRST_AT_LEAST = 0.5
_FIRST_AT_MOST = 5.0
_EARLY_GROWTH = 3
_EARLY_FROM = 1 / 3
_EARLY_SHARE = 0.16
_APART = 2.5
_LATE_GROWTH = 1.5
_LATE_SHARE = 0.18
_LATE_AT_LEAST = 0.35
_LATE_AT_MOST = 60.0


def poll_times(expected: float) -> Iterator[float]:
    """Yield, without end, the seconds after submission at which to poll; strictly growing."""
    expected = max(expected, _SHORTEST)
    likely = _likely(expected)
    yield from _early(expected, likely[0])
    yield from likely
    yield from _late(likely[-1], likely[-1] - likely[-2] if len(likely) > 1 else 0.0)


def _likely(expected: float) -> list[float]:
    count = min(math.ceil(math.sqrt(expected)), _LIKELY_AT_MOST)
    step = (_LIKELY_TO - _LIKELY_FROM) / count
    return [(_LIKELY_FROM + step * number) * expected for number in range(1, count + 1)]


def _early(expected: float, end: float) -> list[float]:
    later = list(_back_from(end, max(_EARLY_FROM * expected, _APART)))[::-1]
    found = [min(max(_FIRST_AT_LEAST, _FIRST_SHARE * expected), _FIRST_AT_MOST)]
    while (time := max(_EARLY_GROWTH * found[-1], found[-1] + _APART)) <= _before((later or [end])[0]):
        found.append(time)
    return found + later


def _back_from(time: float, least: float) -> Iterator[float]:
    while (time := _before(time)) > least:
        yield time


def _before(time: float) -> float:
    return time - max(_APART, _EARLY_SHARE * time)


def _late(time: float, interval: float) -> Iterator[float]:
    while True:
        interval = max(min(interval * _LATE_GROWTH, _LATE_SHARE * time, _LATE_AT_MOST), _LATE_AT_LEAST)
        time += interval
        yield time


# --- Waiting for a job, in such a way that a cancel is heard at once and a hiccup of the network is not fatal


T = TypeVar("T")

_UNKNOWN_POLLS = 5
_UNKNOWN_SECONDS = 30.0
_GRACE = 30.0
"""Seconds that a poll begun before the deadline may take beyond it."""


class JobReader(Protocol):
    """The part of `Client` that is needed here."""

    async def get_job_status(self, job_id: str) -> JobStatus:
        """Return how the job stands."""
        ...


async def wait_for_job(  # noqa: PLR0913 - each is a fact about this one wait
    client: JobReader,
    job_id: str,
    *,
    expected_seconds: float,
    timeout: float | None,
    cancelled: asyncio.Event,
    clock: Clock | None = None,
    on_poll: Callable[[JobStatus, float], None] | None = None,
) -> JobStatus:
    """Poll a job until it ends, as `poll_times` says, and return its last status, be it good or bad.

    Args:
        client: Who asks.
        job_id: From the import's answer.
        expected_seconds: About how long it should take; 1 to 1.5 s a node were seen.
        timeout: Seconds, or None for no end. The last poll is at the deadline, none is begun after it.
        cancelled: Set it to stop waiting; the job itself goes on.
        clock: Instead of the machine's, for tests.
        on_poll: Told each status, and the seconds waited.

    Raises:
        JobWaitTimeout: The deadline passed. Passing faults (no connection, throttling, 5xx) are waited out until then.
        JobWaitCancelled: ``cancelled`` was set.
        JobForgotten: The job was seen and is unknown now, or stayed unknown for 5 polls and 30 s. (That an unknown
            job is tolerated at first is a precaution: when a job becomes visible is not documented.)
        DataWorksError: A poll failed for good, such as for lack of permission.
    """
    wait = _Wait(
        client=client,
        job_id=job_id,
        limit=timeout,
        cancelled=cancelled,
        clock=clock or SystemClock(),
        on_poll=on_poll,
    )
    for due in poll_times(expected_seconds):
        if due < wait.elapsed:
            continue
        await wait.sleep_until(due)
        status = await wait.poll()
        if status is not None and status.ended:
            return status
        wait.check_deadline()
    raise AssertionError("poll times do not end")  # pragma: no cover


@dataclass(kw_only=True)
class _Wait:
    client: JobReader
    job_id: str
    limit: float | None
    cancelled: asyncio.Event
    clock: Clock
    on_poll: Callable[[JobStatus, float], None] | None
    last: JobStatus | None = None
    last_error: DataWorksError | None = None
    unknown: int = 0

    def __post_init__(self) -> None:
        self.started = self.clock.monotonic()

    @property
    def elapsed(self) -> float:
        return self.clock.monotonic() - self.started

    async def sleep_until(self, due: float) -> None:
        if self.limit is not None:
            due = min(due, self.limit)
        await self._or_cancel(self.clock.sleep(max(0.0, due - self.elapsed)))

    async def poll(self) -> JobStatus | None:
        """Return the status, or None where this poll tells nothing."""
        try:
            status = await self._or_cancel(self.client.get_job_status(self.job_id), bounded=True)
        except ServiceError as error:
            if not (error.transient or error.is_ambiguous_client_error):
                raise
            self._count_unknown(error)
        except DataWorksError as error:
            if not error.transient:
                raise
            self.last_error = error
        else:
            self._note(status)
            return status
        return None

    def check_deadline(self) -> None:
        # A sleep may end a hair early by the clock's own arithmetic.
        if self.limit is not None and self.elapsed >= self.limit - 1e-6:
            raise self._timed_out()

    def _count_unknown(self, error: ServiceError) -> None:
        self.last_error = error
        if not error.is_ambiguous_client_error:
            return
        # GetJobStatus has no parameter but the job's ID, so a refusal that is about nothing else is about it.
        self.unknown += 1
        waited_enough = self.unknown >= _UNKNOWN_POLLS and self.elapsed >= _UNKNOWN_SECONDS
        if self.last is not None or waited_enough:
            text = f"DataWorks no longer knows job {self.job_id} after {self.elapsed:.0f} s: {error}"
            raise JobForgotten(text, job_id=self.job_id, elapsed=self.elapsed) from error

    def _note(self, status: JobStatus) -> None:
        self.last, self.last_error = status, None
        if self.on_poll is not None:
            self.on_poll(status, self.elapsed)

    async def _or_cancel(self, work: Coroutine[Any, Any, T], *, bounded: bool = False) -> T:
        """Return what ``work`` returns, unless the event (or, if bounded, the deadline's grace) comes first."""
        if self.cancelled.is_set():
            work.close()
            raise self._stopped()
        task = asyncio.ensure_future(work)
        alarms: list[asyncio.Future[Any]] = [asyncio.ensure_future(self.cancelled.wait())]
        if bounded and self.limit is not None:
            grace = self.limit + _GRACE - self.elapsed
            alarms.append(asyncio.ensure_future(self.clock.sleep(max(0.0, grace))))
        try:
            await asyncio.wait([task, *alarms], return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            await _drop(task, *alarms)
        raise self._stopped() if self.cancelled.is_set() else self._timed_out()

    def _stopped(self) -> JobWaitCancelled:
        text = f"Stopped waiting for job {self.job_id} after {self.elapsed:.0f} s; the job goes on"
        return JobWaitCancelled(text, job_id=self.job_id, elapsed=self.elapsed)

    def _timed_out(self) -> JobWaitTimeout:
        stands = f"its status is {self.last.status}" if self.last else "its status was never learnt"
        reason = f" (last poll: {self.last_error})" if self.last_error else ""
        text = f"Job {self.job_id} has not ended after {self.elapsed:.0f} s; {stands}{reason}"
        return JobWaitTimeout(text, job_id=self.job_id, elapsed=self.elapsed)


async def _drop(*tasks: "asyncio.Future[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
