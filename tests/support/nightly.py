"""How much is run: a part of each matrix, or all of it with NIGHTLY=1, as `make nightly` does."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from typing import TypeVar

import pytest

Case = TypeVar("Case")

NIGHTLY = bool(os.environ.get("NIGHTLY"))


def nightly(*values: object) -> object:
    """The values of a parametrized test's case that is tried in nightly runs alone."""
    return pytest.param(*values, marks=pytest.mark.nightly)


def part(cases: Iterable[Case], *, at_least: int = 1) -> list[Case]:
    """A tenth of the cases in their order, always the same ones; at night all."""
    known = list(cases)
    if NIGHTLY:
        return known
    size = min(len(known), max(at_least, len(known) // 10))
    drawn = random.Random(len(known)).sample(range(len(known)), size)
    return [known[index] for index in sorted(drawn)]
