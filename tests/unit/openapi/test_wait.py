import asyncio
import itertools
from collections.abc import Callable

import httpx
import pytest

from pulumi_resource_dataworks.openapi import (
    Client,
    JobForgotten,
    JobStatus,
    JobWaitCancelled,
    JobWaitTimeout,
    PermissionDeniedError,
    QuotaExhaustedError,
    RequestNotSent,
    ServiceError,
    ServiceUnavailableError,
    ThrottledError,
    wait_for_job,
)
from tests.support.messages import Messages
from tests.support.services import Service, VirtualClock, html, job_answer, refusal

Step = str | Exception


class Jobs:
    """Answers polls from a function of the time."""

    def __init__(self, clock: VirtualClock, answer: Callable[[float], Step], latency: float = 0.0) -> None:
        self.clock = clock
        self.answer = answer
        self.latency = latency
        self.polls: list[float] = []

    async def get_job_status(self, job_id: str) -> JobStatus:
        self.polls.append(self.clock.now)
        if self.latency:
            await self.clock.sleep(self.latency)
        step = self.answer(self.clock.now)
        if isinstance(step, Exception):
            raise step
        return JobStatus(job_id=job_id, status=step)


def service_error(kind: type[ServiceError], status: int, code: str = "1") -> ServiceError:
    return kind("text", code=code, status=status, action="GetJobStatus")


def lasts(seconds: float, end: str = "Success") -> Callable[[float], Step]:
    return lambda now: end if now >= seconds else "Running"


@pytest.mark.parametrize("end", ["Success", "Fail", "Cancel"])
async def test_the_end_is_returned_good_or_bad(clock: VirtualClock, end: str) -> None:
    jobs = Jobs(clock, lasts(3, end))
    status = await wait_for_job(
        jobs, "7", expected_seconds=3, timeout=60, cancelled=asyncio.Event(), clock=clock
    )
    assert (status.status, status.job_id) == (end, "7")
    assert clock.now - 3 < 0.5


async def test_changes_are_reported_once(clock: VirtualClock) -> None:
    reported: list[tuple[str, float]] = []
    jobs = Jobs(clock, lasts(4))
    await wait_for_job(
        jobs,
        "7",
        expected_seconds=4,
        timeout=None,
        cancelled=asyncio.Event(),
        clock=clock,
        on_poll=lambda status, elapsed: reported.append((status.status, elapsed)),
    )
    assert [status for status, _ in reported] == ["Running"] * (len(reported) - 1) + ["Success"]
    assert [elapsed for _, elapsed in reported] == jobs.polls


@pytest.mark.parametrize("timeout", [0.0, 0.2, 7.0, 61.5])
async def test_the_last_poll_is_at_the_deadline(
    clock: VirtualClock, timeout: float, messages: Messages
) -> None:
    jobs = Jobs(clock, lambda _: "Running")
    with pytest.raises(JobWaitTimeout) as caught:
        await wait_for_job(
            jobs, "7", expected_seconds=3, timeout=timeout, cancelled=asyncio.Event(), clock=clock
        )
    messages(caught.value)
    assert jobs.polls[-1] == pytest.approx(timeout)
    assert caught.value.job_id == "7"
    assert caught.value.elapsed == pytest.approx(timeout)


async def test_time_is_counted_from_the_beginning_of_the_wait(clock: VirtualClock) -> None:
    clock.now = 1000.0
    jobs = Jobs(clock, lambda _: "Running")
    with pytest.raises(JobWaitTimeout) as caught:
        await wait_for_job(jobs, "7", expected_seconds=3, timeout=7, cancelled=asyncio.Event(), clock=clock)
    assert caught.value.elapsed == pytest.approx(7)
    assert jobs.polls[-1] == pytest.approx(1007)


async def test_an_end_seen_at_the_deadline_counts(clock: VirtualClock) -> None:
    jobs = Jobs(clock, lasts(7))
    status = await wait_for_job(
        jobs, "7", expected_seconds=100, timeout=7, cancelled=asyncio.Event(), clock=clock
    )
    assert status.succeeded


async def test_a_poll_that_hangs_does_not_outlast_the_deadline_by_much(clock: VirtualClock) -> None:
    jobs = Jobs(clock, lambda _: "Running", latency=1e6)
    with pytest.raises(JobWaitTimeout, match="never learnt"):
        await wait_for_job(jobs, "7", expected_seconds=3, timeout=10, cancelled=asyncio.Event(), clock=clock)
    assert clock.now == pytest.approx(40)


async def test_a_poll_begun_before_the_deadline_may_finish(clock: VirtualClock) -> None:
    jobs = Jobs(clock, lasts(5), latency=20)
    status = await wait_for_job(
        jobs, "7", expected_seconds=1, timeout=10, cancelled=asyncio.Event(), clock=clock
    )
    assert status.succeeded


async def test_a_slow_poll_is_not_followed_by_a_burst(clock: VirtualClock) -> None:
    def answer(now: float) -> Step:
        jobs.latency = 0.0  # only the first poll is slow
        return "Success" if now >= 40 else "Running"

    jobs = Jobs(clock, answer, latency=20)
    await wait_for_job(jobs, "7", expected_seconds=3, timeout=None, cancelled=asyncio.Event(), clock=clock)
    gaps = [later - earlier for earlier, later in itertools.pairwise(jobs.polls[2:])]
    assert min(gaps) > 2


async def test_a_machine_that_slept_past_the_deadline_asks_once_more(clock: VirtualClock) -> None:
    async def close_the_lid() -> None:
        await clock.sleep(6)
        clock.now += 3600

    jobs = Jobs(clock, lasts(100))
    closing = asyncio.ensure_future(close_the_lid())
    status = await wait_for_job(
        jobs, "7", expected_seconds=120, timeout=1800, cancelled=asyncio.Event(), clock=clock
    )
    await closing
    assert status.succeeded
    assert len(jobs.polls) == 2


async def test_a_machine_that_slept_catches_no_poll_up(clock: VirtualClock) -> None:
    def answer(now: float) -> Step:
        clock.now += 3600 * (len(jobs.polls) == 1)
        return "Success" if now >= 4000 else "Running"

    jobs = Jobs(clock, answer)
    await wait_for_job(jobs, "7", expected_seconds=3, timeout=None, cancelled=asyncio.Event(), clock=clock)
    gaps = [later - earlier for earlier, later in itertools.pairwise(jobs.polls[1:])]
    assert min(gaps) == pytest.approx(60)


@pytest.mark.parametrize("moment", [0.0, 0.1, 2.0, 100.0])
async def test_cancel_is_heard_at_once_while_sleeping(
    clock: VirtualClock, moment: float, messages: Messages
) -> None:
    cancelled = asyncio.Event()
    jobs = Jobs(clock, lambda _: "Running")

    async def stop() -> None:
        await clock.sleep(moment)
        cancelled.set()

    stopping = asyncio.ensure_future(stop())
    with pytest.raises(JobWaitCancelled) as caught:
        await wait_for_job(jobs, "7", expected_seconds=1000, timeout=None, cancelled=cancelled, clock=clock)
    messages(caught.value)
    await stopping
    assert clock.now == pytest.approx(moment)
    assert caught.value.job_id == "7"
    assert caught.value.elapsed == pytest.approx(moment)


async def test_cancel_is_heard_at_once_while_polling(clock: VirtualClock) -> None:
    cancelled = asyncio.Event()
    jobs = Jobs(clock, lambda _: "Running", latency=1000)

    async def stop() -> None:
        await clock.sleep(30)
        cancelled.set()

    stopping = asyncio.ensure_future(stop())
    with pytest.raises(JobWaitCancelled):
        await wait_for_job(jobs, "7", expected_seconds=1, timeout=None, cancelled=cancelled, clock=clock)
    assert asyncio.all_tasks() <= {asyncio.current_task(), stopping}
    await stopping
    assert clock.now == pytest.approx(30)


async def test_a_wait_cancelled_before_it_begins_asks_nothing(clock: VirtualClock) -> None:
    cancelled = asyncio.Event()
    cancelled.set()
    jobs = Jobs(clock, lambda _: "Running")
    with pytest.raises(JobWaitCancelled):
        await wait_for_job(jobs, "7", expected_seconds=1, timeout=0, cancelled=cancelled, clock=clock)
    assert jobs.polls == []


async def test_cancelling_the_task_leaves_nothing_behind(clock: VirtualClock) -> None:
    jobs = Jobs(clock, lambda _: "Running", latency=1000)
    before = asyncio.all_tasks()
    waiting = asyncio.ensure_future(
        wait_for_job(jobs, "7", expected_seconds=1, timeout=None, cancelled=asyncio.Event(), clock=clock)
    )
    await clock.sleep(5)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert asyncio.all_tasks() == before


async def test_passing_faults_are_waited_out(clock: VirtualClock) -> None:
    jobs = Jobs(clock, lambda now: RequestNotSent("no route", action="A") if now < 50 else "Success")
    status = await wait_for_job(
        jobs, "7", expected_seconds=3, timeout=600, cancelled=asyncio.Event(), clock=clock
    )
    assert status.succeeded


@pytest.mark.parametrize("kind", [ThrottledError, ServiceUnavailableError])
async def test_passing_refusals_are_no_sign_of_a_forgotten_job(
    clock: VirtualClock, kind: type[ServiceError]
) -> None:
    fault = service_error(kind, 503, "Word")
    jobs = Jobs(clock, lambda now: "Running" if now < 5 else fault if now < 90 else "Success")
    status = await wait_for_job(
        jobs, "7", expected_seconds=3, timeout=600, cancelled=asyncio.Event(), clock=clock
    )
    assert status.succeeded


@pytest.mark.parametrize(
    "answer",
    [RequestNotSent("no route", action="A"), service_error(ServiceUnavailableError, 503, "Word"), "Running"],
)
async def test_what_the_last_poll_reported_is_named_at_the_deadline(
    clock: VirtualClock, answer: Step, messages: Messages
) -> None:
    jobs = Jobs(clock, lambda _: answer)
    with pytest.raises(JobWaitTimeout) as caught:
        await wait_for_job(jobs, "7", expected_seconds=3, timeout=60, cancelled=asyncio.Event(), clock=clock)
    messages(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        service_error(PermissionDeniedError, 403),
        service_error(QuotaExhaustedError, 429),
        RequestNotSent("not trusted", action="A", transient=False),
    ],
)
async def test_lasting_faults_end_the_wait(clock: VirtualClock, error: Exception) -> None:
    jobs = Jobs(clock, lambda _: error)
    with pytest.raises(type(error)):
        await wait_for_job(jobs, "7", expected_seconds=3, timeout=60, cancelled=asyncio.Event(), clock=clock)
    assert len(jobs.polls) == 1


NOT_FOUND = refusal(404, "X", "job not found")
ODD = refusal(400, "1234", "?")


async def wait(client: Client, clock: VirtualClock, expected: float = 3) -> JobStatus:
    return await wait_for_job(
        client, "7", expected_seconds=expected, timeout=600, cancelled=asyncio.Event(), clock=clock
    )


@pytest.mark.parametrize("answer", [NOT_FOUND, ODD])
async def test_a_job_may_be_invisible_at_first(
    client: Client, service: Service, clock: VirtualClock, answer: httpx.Response
) -> None:
    service.will(*[answer] * 4, job_answer("Success"))
    assert (await wait(client, clock)).succeeded


@pytest.mark.parametrize("answer", [NOT_FOUND, ODD])
async def test_a_job_that_stays_invisible_is_forgotten(
    client: Client, service: Service, clock: VirtualClock, answer: httpx.Response, messages: Messages
) -> None:
    service.will(answer)
    with pytest.raises(JobForgotten) as caught:
        await wait(client, clock)
    messages(caught.value)
    assert caught.value.job_id == "7"
    assert 30 <= caught.value.elapsed < 45
    assert isinstance(caught.value.__cause__, ServiceError)


async def test_few_polls_are_not_enough_to_forget(
    client: Client, service: Service, clock: VirtualClock
) -> None:
    service.will(NOT_FOUND)
    with pytest.raises(JobForgotten):
        await wait(client, clock, expected=1000)
    assert len(service.requests) == 5


async def test_a_job_that_was_seen_is_forgotten_at_once(
    client: Client, service: Service, clock: VirtualClock
) -> None:
    service.will(job_answer("Running"), NOT_FOUND)
    with pytest.raises(JobForgotten):
        await wait(client, clock)
    assert len(service.requests) == 2


async def test_a_client_that_gave_up_retrying_is_asked_again(
    client: Client, service: Service, clock: VirtualClock
) -> None:
    service.will(*[html(502)] * 10, job_answer("Success"))
    assert (await wait(client, clock)).succeeded
