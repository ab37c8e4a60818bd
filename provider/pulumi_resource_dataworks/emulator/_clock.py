"""The emulator's time: the machine's, which a test may set forward."""

import time
from datetime import datetime, timedelta, timezone

_SHANGHAI = timezone(timedelta(hours=8))


class Clock:
    """Seconds since the epoch. Jobs and stale reads live by it; signatures live by the machine's own time."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """The time in seconds."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass at once, so that a test need not wait for a job."""
        self._ahead += seconds


def milliseconds(seconds: float) -> int:
    """A moment as the API writes it: milliseconds since the epoch."""
    return int(seconds * 1000)


def local_text(seconds: float) -> str:
    """A moment as the service writes it into metadata: `yyyy-MM-dd HH:mm:ss`, in China's time."""
    return datetime.fromtimestamp(seconds, _SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
