"""Waiting for a job, in such a way that a cancel is heard at once and a hiccup of the network is not fatal."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Protocol, TypeVar

from ._errors import DataWorksError, JobForgotten, JobWaitCancelled, JobWaitTimeout, ServiceError
from ._models import JobStatus
from ._pacing import Clock, SystemClock

# --- When to poll a job that should last about ``expected`` seconds
#
# Calls are scarce (5 a second for a whole account, 100 a day in the Basic edition), and a job's length is known roughly
# from its number of nodes. A step that polls each 18 % of the time gone knows of the end after a tenth of the job's length,
# in some 40 polls in 10 minutes. Knowing the expected length, it can do better with fewer: densely where the job is
# likely to end, hardly before.


_SHORTEST = 1.5
"""Seconds: a shorter job is treated as one of this length, as the first poll of a third of it is soon enough."""
_LIKELY = (0.75, 1.26)
"""Of the expected length: between these a job is likely to end (1 to 1.5 s a node were seen, and 1.2 s are expected). Where
the number of polls is even, one is just after the expected length itself."""
_MOST_LIKELY_POLLS = 8
"""Between them: sqrt(expected) polls, as a long job may be known of later; 8 lose 3 % of a long job's length."""
_GROWTH = 1.18
"""Each time is so much later than the one before, but for the likely ones."""
_EARLY = (0.4, 3)
"""Jobs seldom end in the first part of the expected length, but with an error at once: there, times grow threefold."""
_FIRST = 5.0
"""Seconds by which the first poll is made, for a job that fails at once."""
_APART = 2.5
"""Seconds between polls before the likely end, so that a small workflow takes two polls."""
_LONGEST = 60.0
"""Seconds between polls: a deployment must not stand still for longer, however long its job has been running."""


def poll_times(expected: float) -> Iterator[float]:
    """Yield, without end, the seconds after submission at which to poll; strictly growing."""
    expected = max(expected, _SHORTEST)
    begin, end = (share * expected for share in _LIKELY)
    count = min(math.ceil(math.sqrt(expected)), _MOST_LIKELY_POLLS)
    likely = [begin + (end - begin) * number / count for number in range(1, count + 1)]
    early = [_before(likely[0], expected)]
    while early[-1] > _FIRST:
        early.append(_before(early[-1], expected))
    yield from reversed(early)
    yield from likely
    while True:
        end += min(end * (_GROWTH - 1), _LONGEST)
        yield end


def _before(time: float, expected: float) -> float:
    share, growth = _EARLY
    earlier = time / growth if time <= share * expected else min(time / _GROWTH, time - _APART)
    return max(earlier, _SHORTEST / growth)


# --- The wait


T = TypeVar("T")

_UNKNOWN_POLLS = 5
_UNKNOWN_SECONDS = 30.0
_GRACE = 30.0
"""Seconds that a poll begun before the deadline may take beyond it."""


class JobReader(Protocol):
    """The part of `Client` that is needed here."""

    async def get_job_status(self, job_id: str) -> JobStatus: ...


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
        on_poll: Is called with each status, and the seconds waited.

    Raises:
        JobWaitTimeout: The deadline passed. Passing faults (no connection, throttling, 5xx) are waited out until then.
        JobWaitCancelled: ``cancelled`` was set.
        JobForgotten: The job was seen and is unknown now, or stayed unknown for 5 polls and 30 s. (That an unknown
            job is tolerated at first is a precaution: when a job becomes visible is not documented.)
        DataWorksError: A poll failed for good, such as for lack of permission.
    """
    wait = _Wait(client, job_id, timeout, cancelled, clock or SystemClock())
    for due in poll_times(expected_seconds):
        if due < wait.elapsed:
            continue
        await wait.sleep_until(due)
        status = await wait.poll()
        if status is not None and on_poll is not None:
            on_poll(status, wait.elapsed)
        if status is not None and status.ended:
            return status
        wait.check_deadline()
    raise AssertionError("poll times do not end")  # pragma: no cover


class _Wait:
    def __init__(
        self, client: JobReader, job_id: str, limit: float | None, cancelled: asyncio.Event, clock: Clock
    ) -> None:
        self._client, self._job_id, self._limit = client, job_id, limit
        self._cancelled, self._clock = cancelled, clock
        self._started = clock.monotonic()
        self._last: JobStatus | None = None
        self._last_error: DataWorksError | None = None
        self._unknown = 0

    @property
    def elapsed(self) -> float:
        return self._clock.monotonic() - self._started

    async def sleep_until(self, due: float) -> None:
        due = due if self._limit is None else min(due, self._limit)
        await self._or_cancel(self._clock.sleep(max(0.0, due - self.elapsed)))

    async def poll(self) -> JobStatus | None:
        """Return the status, or None where this poll brings none."""
        try:
            self._last = await self._or_cancel(self._client.get_job_status(self._job_id), bounded=True)
        except DataWorksError as error:
            # GetJobStatus has no parameter but the job's ID, so a refusal that is about nothing else is about it.
            is_about_job = isinstance(error, ServiceError) and error.is_ambiguous_client_error
            if not (error.transient or is_about_job):
                raise
            self._last_error = error
            if is_about_job:
                self._count_unknown(error)
            return None
        self._last_error = None
        return self._last

    def check_deadline(self) -> None:
        # A sleep may end a hair early by the clock's own arithmetic.
        if self._limit is not None and self.elapsed >= self._limit - 1e-6:
            raise self._timed_out()

    def _count_unknown(self, error: DataWorksError) -> None:
        self._unknown += 1
        waited_enough = self._unknown >= _UNKNOWN_POLLS and self.elapsed >= _UNKNOWN_SECONDS
        if self._last is not None or waited_enough:
            text = f"DataWorks no longer knows job {self._job_id} after {self.elapsed:.0f} s: {error}"
            raise JobForgotten(text, job_id=self._job_id, elapsed=self.elapsed) from error

    async def _or_cancel(self, work: Coroutine[Any, Any, T], *, bounded: bool = False) -> T:
        """Return what ``work`` returns, unless the event (or, if bounded, the deadline's grace) comes first."""
        if self._cancelled.is_set():
            work.close()
            raise self._stopped()
        task = asyncio.ensure_future(work)
        tasks: list[asyncio.Future[Any]] = [task, asyncio.ensure_future(self._cancelled.wait())]
        if bounded and self._limit is not None:
            grace = self._limit + _GRACE - self.elapsed
            tasks.append(asyncio.ensure_future(self._clock.sleep(max(0.0, grace))))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            for one in tasks:
                one.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        raise self._stopped() if self._cancelled.is_set() else self._timed_out()

    def _stopped(self) -> JobWaitCancelled:
        text = f"Stopped waiting for job {self._job_id} after {self.elapsed:.0f} s; the job goes on"
        return JobWaitCancelled(text, job_id=self._job_id, elapsed=self.elapsed)

    def _timed_out(self) -> JobWaitTimeout:
        stands = f"its status is {self._last.status}" if self._last else "its status was never learnt"
        reason = f" (last poll: {self._last_error})" if self._last_error else ""
        text = f"Job {self._job_id} has not ended after {self.elapsed:.0f} s; {stands}{reason}"
        return JobWaitTimeout(text, job_id=self._job_id, elapsed=self.elapsed)
