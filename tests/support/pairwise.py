"""Rows of settings in which every two settings meet that can."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from typing import Any

Setting = tuple[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Constraint:
    """Settings that no row combines: one of each."""

    never: Mapping[str, tuple[Any, ...]]
    why: str

    def forbids(self, row: Mapping[str, Any]) -> bool:
        for name, settings in self.never.items():
            if name not in row or row[name] not in settings:
                return False
        return True


@dataclass(frozen=True, eq=False)
class Matrix:
    """What may be set, and how.

    Attributes:
        factors: By name the settings, the default first.
        constraints: What cannot be combined.
        slow: Factors that make a test take long.
    """

    factors: Mapping[str, tuple[Any, ...]]
    constraints: tuple[Constraint, ...]
    slow: tuple[str, ...] = ()

    @cached_property
    def defaults(self) -> Row:
        return {name: settings[0] for name, settings in self.factors.items()}

    @cached_property
    def settings(self) -> list[Setting]:
        return [(name, setting) for name, all_of_it in self.factors.items() for setting in all_of_it]

    @cached_property
    def bound(self) -> tuple[str, ...]:
        """The factors that any constraint is about."""
        return tuple(dict.fromkeys(name for constraint in self.constraints for name in constraint.never))

    def is_allowed(self, row: Mapping[str, Any]) -> bool:
        """Whether a row, or part of one, breaks no constraint."""
        return not any(constraint.forbids(row) for constraint in self.constraints)

    def departures(self, row: Mapping[str, Any]) -> set[Setting]:
        """The settings of a row that are not the default."""
        return {(name, setting) for name, setting in row.items() if setting != self.defaults[name]}

    def completed(self, part: Mapping[str, Any]) -> Row | None:
        """A whole row with these settings, and with defaults where that is possible; None where no row has them."""
        bound = self._completed(frozenset((name, part[name]) for name in self.bound if name in part))
        return None if bound is None else {**self.defaults, **part, **bound}

    @cache  # noqa: B019 - there are two of them, and each is there to the end
    def _completed(self, part: frozenset[Setting]) -> Row | None:
        row = dict(part)
        return self._extended(row) if self.is_allowed(row) else None

    def _extended(self, row: Row) -> Row | None:
        missing = next((name for name in self.bound if name not in row), None)
        if missing is None:
            return row
        about = [one for one in self.constraints if missing in one.never]
        for setting in self.factors[missing]:
            longer = {**row, missing: setting}
            if not any(constraint.forbids(longer) for constraint in about):
                found = self._extended(longer)
                if found is not None:
                    return found
        return None

    @cached_property
    def pairs(self) -> Mapping[Setting, frozenset[Setting]]:
        """By setting, those of other factors that some row has beside it."""
        found = {one: set[Setting]() for one in self.settings}
        for one, other in combinations(self.settings, 2):
            if one[0] != other[0] and self._can_meet(one, other):
                found[one].add(other)
                found[other].add(one)
        return {one: frozenset(partners) for one, partners in found.items()}

    def _can_meet(self, one: Setting, other: Setting) -> bool:
        return not {one[0], other[0]} & {*self.bound} or self.completed(dict((one, other))) is not None

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Rows in which every possible pair occurs, always the same ones."""
        dice, rows = random.Random(17), list[Row]()
        uncovered = {one: set(partners) for one, partners in self.pairs.items()}
        while any(uncovered.values()):
            tried = [self._greedy(dice, uncovered) for _ in range(20)]
            best = max(tried, key=lambda row: sum(len(uncovered[one] & row.items()) for one in row.items()))
            rows.append({name: best[name] for name in self.factors})
            for one in best.items():
                uncovered[one] -= best.items()
        return tuple(rows)

    def _greedy(self, dice: random.Random, uncovered: Mapping[Setting, set[Setting]]) -> Row:
        """A row around a pair that is not covered yet, each factor in turn at the setting that covers the most."""
        one = dice.choice([one for one, partners in uncovered.items() if partners])
        row: Row = dict([one, dice.choice(sorted(uncovered[one], key=repr))])
        names = [*dice.sample(self.bound, len(self.bound)), *dice.sample([*self.factors], len(self.factors))]
        for name in names:
            if name in row:
                continue
            settings = self.factors[name]
            possible = [(name, setting) for setting in dice.sample(settings, len(settings))]
            if name in self.bound:
                possible = [pair for pair in possible if self.completed({**row, name: pair[1]}) is not None]
            row[name] = max(possible, key=lambda pair: len(uncovered[pair] & row.items()))[1]
        return row

    @cached_property
    def sample(self) -> Row:
        """The row in which the most settings are off their default, what is slow left at it."""
        best = max(self.rows, key=lambda row: len(self.departures(row)))
        return {**best, **{name: self.defaults[name] for name in self.slow}}
