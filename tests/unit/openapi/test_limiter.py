"""One pace for all who share an account."""

import asyncio
import itertools
from collections import Counter

import httpx
import pytest

from pulumi_resource_dataworks.openapi import AsyncJob, Client, QuotaExhaustedError
from pulumi_resource_dataworks.openapi._limiter import Limiter
from tests.support.services import Service, VirtualClock, job_answer, ok, refusal, settings

RATE = 5.0
SECOND = 1.005
"""Seconds after an answer in which a call still counts, a little more than the service's own second."""
UNANSWERED = 1.25
"""The same after it was sent, where no answer has come: it may have been on its way for a quarter of a second."""
EVENLY = 1.04
"""The same where many wait."""


def slot(number: int) -> float:
    """When a call may go, of many that are there at once and are answered at once."""
    return SECOND * (number // 5)


def limiter(clock: VirtualClock, account: str = "AK", url: str = "https://h", rate: float = RATE) -> Limiter:
    return Limiter(account, url, rate, clock)


async def go(entrance: Limiter, *, yields: bool = False) -> None:
    async with entrance.turn(yields=yields):
        pass


async def turns(clock: VirtualClock, *limiters: Limiter, calls: int) -> list[tuple[float, int]]:
    order: list[tuple[float, int]] = []

    async def one(number: int, entrance: Limiter) -> None:
        await go(entrance)
        order.append((clock.now, number))

    await asyncio.gather(*(one(number, limiters[number % len(limiters)]) for number in range(calls)))
    return order


async def test_five_calls_go_at_once_and_the_next_a_second_later_in_order(clock: VirtualClock) -> None:
    order = await turns(clock, limiter(clock), calls=20)
    assert [number for _, number in order] == list(range(20))
    assert [time for time, _ in order] == pytest.approx([slot(number) for number in range(20)], abs=1e-4)


async def test_no_second_holds_more_calls_than_allowed(clock: VirtualClock) -> None:
    times = [time for time, _ in await turns(clock, limiter(clock), calls=100)]
    assert all(later - earlier > 1 + 0.004 for earlier, later in zip(times, times[5:], strict=False))


async def test_many_calls_go_evenly(clock: VirtualClock) -> None:
    """What is sent at once arrives later, and a late one is one too many in the next second."""
    times = [time for time, _ in await turns(clock, limiter(clock), calls=100)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps[:70]) == pytest.approx(0.95 / RATE)
    assert max(gaps[:70]) < 0.3
    assert times[-1] <= 100 / RATE * EVENLY


@pytest.mark.parametrize("latency", [0.01, 0.03, 0.2, 0.3, 3.0])
async def test_a_second_begins_with_an_answer_or_a_while_after_a_call_was_sent(
    clock: VirtualClock, latency: float
) -> None:
    """It arrived in between, and where no answer comes it may be late by so much."""
    one, sent = limiter(clock), list[float]()

    async def call() -> None:
        async with one.turn() as leaves:
            sent.append(clock.now)
            leaves()
            await clock.sleep(latency)

    await asyncio.gather(*(call() for _ in range(11)))
    after = min(latency + SECOND, UNANSWERED)
    assert sent == pytest.approx([0] * 5 + [after] * 5 + [2 * after], abs=1e-4)


async def test_equal_accounts_share_and_take_turns(clock: VirtualClock) -> None:
    order = await turns(clock, limiter(clock), limiter(clock), calls=10)
    assert [number for _, number in order] == list(range(10))
    assert order[-1][0] == pytest.approx(slot(9), abs=1e-4)


@pytest.mark.parametrize("other", [{"account": "other"}, {"url": "https://other"}])
async def test_others_are_not_held_up(clock: VirtualClock, other: dict[str, str]) -> None:
    order = await turns(clock, limiter(clock), limiter(clock, **other), calls=10)  # type: ignore[arg-type]
    assert order[-1][0] == pytest.approx(0, abs=1e-4)


async def test_a_rest_earns_no_more_than_one_second_holds(clock: VirtualClock) -> None:
    one = limiter(clock)
    await go(one)
    await clock.sleep(100)
    order = await turns(clock, one, calls=6)
    assert [time - 100 for time, _ in order] == pytest.approx([*[0] * 5, SECOND], abs=1e-4)


@pytest.mark.parametrize(("rate", "together", "second"), [(0.5, 1, 2.0), (1.0, 1, 1.0), (2.5, 2, 0.8)])
async def test_other_rates_hold_over_any_time(
    clock: VirtualClock, rate: float, together: int, second: float
) -> None:
    times = [time for time, _ in await turns(clock, limiter(clock, rate=rate), calls=6)]
    assert times == pytest.approx([number // together * second * SECOND for number in range(6)], abs=1e-4)


async def test_the_second_begins_when_the_call_is_sent(clock: VirtualClock) -> None:
    """A connection has to be made, or this process is busy: the call arrives late, and the next must not be early."""
    one = limiter(clock, rate=1)

    async def slow() -> None:
        async with one.turn() as sent:
            await clock.sleep(0.5)
            sent()
            await clock.sleep(100)  # the answer, for which nobody has to wait

    slowly = asyncio.ensure_future(slow())
    await asyncio.sleep(0)
    await go(one)
    assert clock.now == pytest.approx(0.5 + UNANSWERED, abs=1e-4)
    slowly.cancel()


async def test_a_call_that_finds_no_connection_holds_up_the_next_for_a_second(clock: VirtualClock) -> None:
    one = limiter(clock)

    async def stuck() -> None:
        async with one.turn():
            await clock.sleep(1000)

    hanging = asyncio.ensure_future(stuck())
    await asyncio.sleep(0)
    await go(one)
    assert clock.now == pytest.approx(1.0, abs=1e-4)
    hanging.cancel()


async def test_polls_let_others_go_first(clock: VirtualClock) -> None:
    one, order = limiter(clock), list[str]()

    async def call(name: str, *, yields: bool) -> None:
        await go(one, yields=yields)
        order.append(name)

    polls = [call(f"poll {number}", yields=True) for number in range(3)]
    await asyncio.gather(call("first", yields=False), *polls, call("import", yields=False))
    assert order == ["first", "import", "poll 0", "poll 1", "poll 2"]


async def test_job_status_is_what_lets_others_go_first(clock: VirtualClock, service: Service) -> None:
    service.will(lambda _: ok(AsyncJob={"Id": "7"}, JobStatus={"Status": "Running"}))
    known = settings(callsPerSecond=RATE)
    client = Client(known, transport=httpx.MockTransport(service.handle), clock=clock)
    polls = [client.get_job_status("7") for _ in range(2)]
    await asyncio.gather(*polls, client.import_workflow_definition(1, "{}"))
    assert service.actions == ["ImportWorkflowDefinition", "GetJobStatus", "GetJobStatus"]


async def test_polls_do_not_starve(clock: VirtualClock) -> None:
    """Others come as fast as they may go, for a minute."""
    one, polled = limiter(clock), list[float]()

    async def poll() -> None:
        await go(one, yields=True)
        polled.append(clock.now)

    async def others() -> None:
        for _ in range(300):
            await go(one)

    await asyncio.gather(others(), others(), poll())
    assert polled[0] == pytest.approx(10, abs=1)


async def test_cancelled_waiters_cost_the_others_nothing(clock: VirtualClock) -> None:
    one = limiter(clock)
    await go(one)
    await turns(clock, one, calls=4)
    waiting = [asyncio.ensure_future(go(one)) for _ in range(200)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await go(one)
    assert clock.now == pytest.approx(SECOND, abs=1e-4)


@pytest.mark.parametrize("steps", range(12))
async def test_a_call_cancelled_at_any_moment_blocks_nobody(clock: VirtualClock, steps: int) -> None:
    one = limiter(clock, rate=1)
    task = asyncio.ensure_future(go(one))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await go(one)
    assert clock.now == pytest.approx(0, abs=SECOND + 1e-4)


async def test_a_throttled_answer_slows_everyone_for_a_while(clock: VirtualClock) -> None:
    one, other = limiter(clock), limiter(clock)
    await go(one)
    one.throttled(3.0)
    first = await turns(clock, other, calls=3)
    half = 2 * SECOND * 2 / RATE  # two calls in as long as the half pace gives two
    assert [time for time, _ in first] == pytest.approx([3, 3, 3 + half], abs=1e-4)
    for _ in range(50):
        other.answered()
    await clock.sleep(10)
    start = clock.now
    order = await turns(clock, one, calls=6)
    assert [time - start for time, _ in order] == pytest.approx(
        [*[0] * 5, SECOND], abs=1e-4
    )  # the full pace again


async def test_no_second_holds_more_while_the_full_pace_comes_back(clock: VirtualClock) -> None:
    one, times = limiter(clock), list[float]()
    one.throttled(0.0)
    for _ in range(30):
        await go(one)
        times.append(clock.now)
        one.answered()
    assert all(later - earlier > 1 + 0.004 for earlier, later in zip(times, times[5:], strict=False))


async def test_a_throttled_answer_holds_also_those_who_have_just_called(clock: VirtualClock) -> None:
    one = limiter(clock)
    await turns(clock, one, calls=7)
    start = clock.now
    one.throttled(30.0)
    await go(one)
    assert clock.now - start == pytest.approx(30)


@pytest.mark.parametrize(("later", "order"), [(9.5, ["other", "poll"]), (10.5, ["poll", "other"])])
async def test_a_poll_waits_for_those_who_come_within_ten_seconds(
    clock: VirtualClock, later: float, order: list[str]
) -> None:
    one, done = limiter(clock), list[str]()
    one.throttled(20.0)

    async def call(name: str, begin: float, *, yields: bool) -> None:
        await clock.sleep(begin)
        await go(one, yields=yields)
        done.append(name)

    await asyncio.gather(call("poll", 0.0, yields=True), call("other", later, yields=False))
    assert done == order


async def test_a_cancel_is_one_also_where_the_day_is_used_up_just_then(clock: VirtualClock) -> None:
    one = limiter(clock)
    one.throttled(20.0)
    waiting = asyncio.ensure_future(go(one))
    await asyncio.sleep(0)
    one.used_up(QuotaExhaustedError("enough", code="Throttling.Api.Risk", status=429, action="Get"))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_slowness_has_a_limit(clock: VirtualClock) -> None:
    one = limiter(clock)
    for _ in range(20):
        one.throttled(0.0)
    order = await turns(clock, one, calls=2)
    assert order[1][0] - order[0][0] == pytest.approx(8 / RATE * SECOND, abs=1e-4)


async def test_clients_of_one_key_share_the_throttling(clock: VirtualClock, service: Service) -> None:
    service.will(refusal(429, "Throttling", **{"x-acs-retry-after": "5000"}), lambda _: job_answer("Running"))
    transport = httpx.MockTransport(service.handle)
    one, other = (Client(settings(), transport=transport, clock=clock) for _ in range(2))
    times: list[float] = []

    async def ask(client: Client) -> None:
        await client.get_job_status("7")
        times.append(clock.now)

    await asyncio.gather(ask(one), ask(other))
    assert len(service.requests) == 3
    assert min(times) >= 5.0


@pytest.mark.parametrize("processes", [2, 4])
async def test_processes_that_do_not_know_of_each_other_all_come_through(
    clock: VirtualClock, processes: int
) -> None:
    """Each has the pace to itself, and the service allows all of them together 5 calls in a second of its clock."""
    taken: Counter[int] = Counter()
    throttled = 0

    def handle(_: httpx.Request) -> httpx.Response:
        nonlocal throttled
        if taken[int(clock.now)] == RATE:
            throttled += 1
            return refusal(429, "Throttling.User")
        taken[int(clock.now)] += 1
        return job_answer("Running")

    async def process(number: int) -> None:
        # Another key is another pace, as in another process.
        known = settings(callsPerSecond=RATE, accessKey=f"AK{number}")
        client = Client(known, transport=httpx.MockTransport(handle), clock=clock)
        await asyncio.gather(*(client.get_job_status("7") for _ in range(200)))

    await asyncio.gather(*(process(number) for number in range(processes)))
    assert taken.total() == 200 * processes
    assert 0 < throttled < taken.total() / 2
    assert clock.now < 1.5 * taken.total() / RATE


async def test_a_used_up_day_stops_all_at_once(clock: VirtualClock, service: Service) -> None:
    service.will(refusal(429, "Throttling.Api.Risk", "enough"))
    known = settings(callsPerSecond=RATE)
    client = Client(known, transport=httpx.MockTransport(service.handle), clock=clock)
    calls = [client.get_workflow_definition(1, str(number)) for number in range(200)]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(end) for end in ends} == {QuotaExhaustedError}
    assert len({str(end) for end in ends}) == 1
    assert len(set(map(id, ends))) == 200
    assert len(service.requests) == 1
    assert clock.now < 1


async def test_a_used_up_day_is_asked_about_again(client: Client, service: Service) -> None:
    service.will(refusal(429, "Throttling.Api.Risk"), job_answer("Running"))
    with pytest.raises(QuotaExhaustedError):
        await client.get_job_status("7")
    assert (await client.get_job_status("7")).status == "Running"


async def test_another_quota_stops_nobody_else(client: Client, service: Service) -> None:
    service.will(refusal(429, "Throttling.Resource"), ok(AsyncJob={"Id": "1"}))
    got, made = await asyncio.gather(
        client.get_workflow_definition(1, "2"),
        client.import_workflow_definition(1, "{}"),
        return_exceptions=True,
    )
    assert isinstance(got, QuotaExhaustedError)
    assert "Documented are calls a day" in str(got)
    assert isinstance(made, AsyncJob)


def test_a_pace_outlives_its_event_loop() -> None:
    clock = VirtualClock()

    async def burst() -> None:
        await turns(clock, limiter(clock), calls=5)

    asyncio.run(burst())
    asyncio.run(burst())
    assert clock.now == pytest.approx(slot(9), abs=1e-4)
