"""Jobs, and waiting for one in such a way that a cancel is heard at once and a hiccup of the network is not fatal."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine, Iterator
from typing import Annotated, Any, NamedTuple, Protocol, TypeVar, cast

from pydantic import Field

from ._errors import (
    DataWorksError,
    JobForgotten,
    JobWaitCancelled,
    JobWaitError,
    JobWaitTimeout,
    ServiceError,
)
from ._limiter import Clock, SystemClock
from ._operations import Answer, Boolean, Identifier, Integer, status_among
from ._retry import race
from ._words import Free, Label, Words

# --- A job, as the service answers


_STATUSES = ("Running", "Success", "Fail", "Cancel")
_Status = Annotated[str, status_among(_STATUSES)]


class AsyncJob(Answer):
    """The job that an import began; that it began says nothing about how it will end."""

    id: Identifier = Field(min_length=1)
    workflow_id: Identifier = Field(default="", validation_alias="Response")
    """Known from the first answer, for creates too; "" where it is missing."""
    status: _Status = ""
    progress: Integer = None
    """0 to 100."""
    error: Free = Words()
    """Why it failed, or ""."""
    request_id: Label = ""
    create_time: Integer = None


class JobStatus(Answer):
    """How a job stands. ``status`` decides; ``completed`` only where there is no known status."""

    job_id: Identifier = ""
    status: _Status = ""
    """"Running", "Success", "Fail" or "Cancel" (or a word that we do not know)."""
    completed: Boolean = None
    error: Free = Words()
    """Why it failed, or ""."""
    request_id: Label = ""

    @property
    def is_of_no_job(self) -> bool:
        """Whether this says that there is no such job: the documentation's sample has "Not Found" as an error."""
        return self.status == "Fail" and self.error.raw.strip(" .").casefold() == "not found"

    @property
    def ended(self) -> bool:
        if self.status in _STATUSES:
            return self.status != "Running"
        return self.completed is True

    @property
    def succeeded(self) -> bool:
        """Whether the job ended well. A word that we do not know is not a success."""
        return self.status == "Success" or (not self.status and self.completed is True and not self.error)


# --- When to poll what should last about so long: a job, or a stage of a pipeline run
#
# Calls are scarce (5 a second for a whole account, 100 a day in the Basic edition). A step that polls each 18 % of the time
# gone knows of the end after a tenth of the length, in some 40 polls in 10 minutes. Knowing how long it should take, it can do
# better with fewer: densely where the end is likely, hardly before. How long is guessed at first, and then learnt.


_SHORTEST = 1.5
"""Seconds: what should be shorter is treated as of this length, as the first poll of a third of it is soon enough."""
_LIKELY = (0.75, 1.26)
"""Of a guessed length: between these the end is likely (1 to 1.5 s a node were seen, and 1.2 s are expected). Where
the number of polls is even, one is just after the expected length itself."""
_LEARNT = (0.72, 1.4)
"""The same of the mean of lengths that vary by a quarter, which is not known exactly. With what follows, the mean wait is half
of that at a guess from the third run on, with no more polls (`make bench`)."""
_MOST_LIKELY_POLLS = 8
"""In the former: sqrt(expected) polls, as a long job may be known of later; 8 lose 3 % of a long job's length."""
_DENSER = 2.5
"""How much closer polls are at a learnt length than at a guessed one."""
_CLOSEST = 0.8
"""Seconds between them, so that what is short takes few."""
_SAME = 0.25
"""Seconds by which lengths differ that are the same but for the network's and the clocks' doing."""
_GROWTH = 1.18
"""Each time is so much later than the one before, but for the likely ones."""
_EARLY = (0.4, 3)
"""The end is seldom in the first part of a guessed length, but with an error at once: there, times grow threefold."""
_FIRST = 5.0
"""Seconds by which the first poll is made, for what fails at once."""
_APART = 2.5
"""Seconds between polls before a guessed end, so that a small workflow takes two polls."""
_LONGEST = 60.0
"""Seconds between polls: a deployment must not stand still for longer, however long it has been running."""
_SANE = 1800.0
"""Seconds, as long as a step may take: longer ones in a state are not believed, as somebody may have edited it."""

Span = tuple[float, float]
"""Seconds: at the first it had not ended, at the second it had."""


class Length(NamedTuple):
    """How long something took, in seconds: the span in which the last one ended, narrower where earlier ones agree; and the mean of all."""

    low: float
    high: float
    mean: float

    @classmethod
    def kept(cls, value: object) -> Length | None:
        """What a state says; None where that is no length that could have been learnt."""
        numbers = cast("list[object]", value) if isinstance(value, list) else []
        if len(numbers) != 3 or not all(isinstance(one, int | float) for one in numbers):
            return None
        length = cls(*cast("list[float]", numbers))
        low, high, mean = length
        return length if 0 <= low < high <= _SANE and high / 1.5 <= mean <= 1.5 * high else None

    def times(self, factor: float) -> Length | None:
        """The length of something so many times as large."""
        return Length.kept([seconds * factor for seconds in self])


def learn(known: Length | None, seen: Span, expected: float) -> Length:
    """Return what is known after another wait. A guess that the first one confirms counts as one more."""
    took = seen[1]
    if known is None:
        return Length(*seen, (took + expected) / 2 if abs(took - expected) < expected / 4 else took)
    if abs(took - known.mean) > known.mean / 3:
        return Length(*seen, took)
    low, high = max(known.low, seen[0]), min(known.high, took)
    mean = known.mean + (took - known.mean) / 4
    return Length(low, high, mean) if low < high else Length(*seen, mean)


def poll_times(expected: float, known: Length | None = None) -> Iterator[float]:
    """Yield, without end, the seconds after submission at which to poll; strictly growing.

    ``known`` is what `learn` made of earlier waits, and goes before ``expected``.
    """
    times = _around(known) if known else _guessed(max(expected, _SHORTEST))
    yield from times
    time = times[-1]
    while True:
        time += min(time * (_GROWTH - 1), _LONGEST)
        yield time


def _step(length: float) -> float:
    begin, end = _LIKELY
    return (end - begin) * length / min(math.ceil(math.sqrt(length)), _MOST_LIKELY_POLLS)


def _guessed(expected: float) -> list[float]:
    begin, end = (share * expected for share in _LIKELY)
    step = _step(expected)
    count = round((end - begin) / step)
    times = [begin + step * number for number in range(1, count + 1)]
    share, growth = _EARLY
    while times[0] > _FIRST or len(times) == count:
        time = times[0]
        earlier = time / growth if time <= share * expected else min(time / _GROWTH, time - _APART)
        times.insert(0, max(earlier, _SHORTEST / growth))
    return times


def _around(known: Length) -> list[float]:
    """Around the mean ever more densely, as what has not ended is the likelier to; and at the last length, as it may be the same."""
    low, high, mean = known.low, known.high, max(known.mean, _SHORTEST)
    begin, end = (share * mean for share in _LEARNT)

    def gap(time: float) -> float:
        return max(_step(mean) / _DENSER * max(3 - 2 * time / mean, 0.5), _CLOSEST)

    times = [high]
    while (time := times[0] - gap(times[0])) > begin:
        times.insert(0, time)
    if high - low < 2 * gap(high):
        times = [time for time in times if not low < time < high]
        times.append((low + high) / 2 if high - low > 2 * _SAME else high + _SAME)
    if begin > 2 * _FIRST:
        times.append(_FIRST)
    while high < end:
        high += gap(high)
        times.append(high)
    return sorted(times)


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
    known: Length | None = None,
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
        known: What `learn` made of earlier waits for such a job, from its submission on.
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
    for due in poll_times(expected_seconds, known):
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
        grace = None
        if bounded and self._limit is not None:
            grace = self._clock.sleep(max(0.0, self._limit + _GRACE - self.elapsed))
        return await race(work, self._cancelled, self._stopped, grace)

    def _stopped(self) -> JobWaitError:
        if not self._cancelled.is_set():
            return self._timed_out()
        text = f"Stopped waiting for job {self._job_id} after {self.elapsed:.0f} s; the job goes on"
        return JobWaitCancelled(text, job_id=self._job_id, elapsed=self.elapsed)

    def _timed_out(self) -> JobWaitTimeout:
        stands = f"its status is {self._last.status}" if self._last else "its status was never learnt"
        reason = f" (last poll: {self._last_error})" if self._last_error else ""
        text = f"Job {self._job_id} has not ended after {self.elapsed:.0f} s; {stands}{reason}"
        return JobWaitTimeout(text, job_id=self._job_id, elapsed=self.elapsed)
