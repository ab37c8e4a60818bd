from datetime import UTC, datetime, timedelta

from pulumi_resource_dataworks.openapi import SystemClock


async def test_the_systems_clock() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.001)
    assert clock.monotonic() > before
    assert abs(clock.utcnow() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock == SystemClock()
