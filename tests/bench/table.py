"""What was measured, as people read it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        name: What was measured.
        value: The figure that counts.
        unit: Its unit.
        spread: How it varied, or of what it is.
        goal: The most that it should be; None where there is no goal.
    """

    name: str
    value: float
    unit: Literal["ms", "s", "MB", "x", "polls", "calls"]
    spread: str = ""
    goal: float | None = None

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return f"goal {_number(self.goal)}: {'met' if self.value <= self.goal else 'MISSED'}"


def of(name: str, values: Sequence[float], unit: Literal["ms", "s"], goal: float | None = None) -> Row:
    """A row of a series in seconds: its median, least and most."""
    scale = 1000 if unit == "ms" else 1
    least, middle, most = (scale * value for value in (min(values), median(values), max(values)))
    spread = f"min {_number(least)}, max {_number(most)}, n {len(values)}"
    return Row(name, middle, unit, spread, goal)


def show(title: str, rows: Sequence[Row]) -> None:
    """Writes a table to the standard output."""
    out = sys.stdout
    out.write(f"\n{title}\n")
    for row in rows:
        line = f"  {row.name:<68} {_number(row.value):>8} {row.unit:<5}  {row.spread:<34}  {row.verdict}"
        out.write(f"{line.rstrip()}\n")
    out.flush()


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
