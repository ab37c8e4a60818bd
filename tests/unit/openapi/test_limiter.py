"""One pace for all who share an account."""

import asyncio

import httpx
import pytest
from tests.unit.openapi.support import Service, VirtualClock, job_answer, refusal, settings

from pulumi_resource_dataworks.openapi import Client
from pulumi_resource_dataworks.openapi._limiter import Limiter


def limiter(clock: VirtualClock, account: str = "AK", url: str = "https://h", rate: float = 5.0) -> Limiter:
    return Limiter(account, url, rate, clock)


async def turns(clock: VirtualClock, *limiters: Limiter, calls: int) -> list[tuple[float, int]]:
    order: list[tuple[float, int]] = []

    async def one(number: int, entrance: Limiter) -> None:
        await entrance.wait_turn()
        order.append((clock.now, number))

    await asyncio.gather(*(one(number, limiters[number % len(limiters)]) for number in range(calls)))
    return order


async def test_calls_are_spaced_evenly_and_in_order(clock: VirtualClock) -> None:
    order = await turns(clock, limiter(clock), calls=20)
    assert [number for _, number in order] == list(range(20))
    assert [time for time, _ in order] == pytest.approx([0.2 * number for number in range(20)], abs=1e-4)


async def test_equal_accounts_share_and_take_turns(clock: VirtualClock) -> None:
    order = await turns(clock, limiter(clock), limiter(clock), calls=10)
    assert [number for _, number in order] == list(range(10))
    assert order[-1][0] == pytest.approx(1.8, abs=1e-4)


@pytest.mark.parametrize("other", [{"account": "other"}, {"url": "https://other"}])
async def test_others_are_not_held_up(clock: VirtualClock, other: dict[str, str]) -> None:
    order = await turns(clock, limiter(clock), limiter(clock, **other), calls=10)  # type: ignore[arg-type]
    assert order[-1][0] == pytest.approx(0.8, abs=1e-4)


async def test_a_rest_earns_no_burst(clock: VirtualClock) -> None:
    one = limiter(clock)
    await one.wait_turn()
    await clock.sleep(100)
    order = await turns(clock, one, calls=3)
    assert [time for time, _ in order] == pytest.approx([100, 100.2, 100.4], abs=1e-4)


async def test_cancelled_waiters_cost_the_others_nothing(clock: VirtualClock) -> None:
    one = limiter(clock)
    await one.wait_turn()
    waiting = [asyncio.ensure_future(one.wait_turn()) for _ in range(200)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await one.wait_turn()
    assert clock.now == pytest.approx(0.2, abs=1e-4)


async def test_a_throttled_answer_slows_everyone_for_a_while(clock: VirtualClock) -> None:
    one, other = limiter(clock), limiter(clock)
    await one.wait_turn()
    one.throttled(3.0)
    first = await turns(clock, other, calls=3)
    assert [time for time, _ in first] == pytest.approx([3.0, 3.4, 3.8], abs=1e-4)
    for _ in range(50):
        other.answered()
    await turns(clock, one, calls=1)
    start = clock.now
    await turns(clock, one, calls=2)
    assert clock.now - start == pytest.approx(0.4, abs=1e-4)  # two full intervals of 0.2 s again


async def test_slowness_has_a_limit(clock: VirtualClock) -> None:
    one = limiter(clock)
    for _ in range(20):
        one.throttled(0.0)
    order = await turns(clock, one, calls=2)
    assert order[1][0] - order[0][0] == pytest.approx(8 * 0.2, abs=1e-4)


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


def test_a_pace_outlives_its_event_loop() -> None:
    clock = VirtualClock()

    async def burst() -> None:
        await turns(clock, limiter(clock), calls=5)

    asyncio.run(burst())
    asyncio.run(burst())
    assert clock.now == pytest.approx(1.8, abs=1e-4)
