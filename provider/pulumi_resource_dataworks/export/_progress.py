"""How far a long run is: a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_PAUSE = 5.0
"""Seconds between two lines."""


def workflows(number: int) -> str:
    """So many workflows, in words."""
    return "1 workflow" if number == 1 else f"{number} workflows"


@dataclass(slots=True)
class Progress:
    """The progress of a run.

    Attributes:
        say: Shows a line.
        total: How many steps there are.
        done: How many were done before.
    """

    say: Callable[[str], None]
    total: int
    done: int = 0
    _made: int = 0
    _began: float = field(default_factory=time.monotonic)
    _said: float = field(default_factory=time.monotonic)

    def step(self) -> None:
        """Counts one more."""
        self.done, self._made = self.done + 1, self._made + 1
        now = time.monotonic()
        if now - self._said >= _PAUSE:
            self._said = now
            left = round((now - self._began) / self._made * (self.total - self.done))
            until = f", about {left // 60} min {left % 60} s left" if left else ""
            self.say(f"{self.done} of {workflows(self.total)}{until}")
