"""Time as something handed in, so that tests need not wait for it."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What this package asks of time."""

    def monotonic(self) -> float:
        """Return seconds that only grow; their origin means nothing."""
        ...

    def utcnow(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's own clock. All instances are equal, as there is one such clock."""

    def monotonic(self) -> float:
        """Return seconds that only grow; their origin means nothing."""
        return time.monotonic()

    def utcnow(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""
        await asyncio.sleep(seconds)
