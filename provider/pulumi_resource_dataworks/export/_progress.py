"""How far a long run is: a line that is redrawn on a terminal, and a line now and then elsewhere."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TextIO

_WIDTH = 30
_PAUSE = 10.0
"""Seconds between two lines where nobody watches."""


def workflows(number: int) -> str:
    """So many workflows, in words."""
    return "1 workflow" if number == 1 else f"{number} workflows"


@dataclass(slots=True)
class Progress:
    """The progress of a run.

    Attributes:
        out: Where to show it.
        total: How many steps there are.
        done: How many were done before.
    """

    out: TextIO
    total: int
    done: int = 0
    _began: float = field(default_factory=time.monotonic)
    _made: int = 0
    _shown: float = field(default_factory=time.monotonic)

    def step(self) -> None:
        """Counts one more."""
        self.done, self._made = self.done + 1, self._made + 1
        now = time.monotonic()
        text = f"{self.done} of {workflows(self.total)}{self._left(now)}"
        if self.out.isatty():
            filled = _WIDTH * self.done // self.total
            self.out.write(f"\r\033[K[{'#' * filled}{'.' * (_WIDTH - filled)}] {text}")
            self.out.flush()
        elif now - self._shown >= _PAUSE:
            self._shown = now
            self.out.write(f"{text}\n")
            self.out.flush()

    def end(self) -> None:
        """Leaves the line, where there is one."""
        if self._made and self.out.isatty():
            self.out.write("\n")
            self.out.flush()

    def _left(self, now: float) -> str:
        seconds = round((now - self._began) / self._made * (self.total - self.done))
        return f", about {seconds // 60} min {seconds % 60} s left" if seconds else ""
