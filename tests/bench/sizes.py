"""The same workflow as text and as an object, of 1,000 nodes and of 10,000: time beside an echo, and memory."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

from tests.bench.large import document, preview
from tests.bench.provider import BARE, OURS, SMALL, Inputs, inputs, running
from tests.bench.table import Row, of

_SMALL, _LARGE = 1000, 10_000
_RUNS = 3
_SMALL_RUNS = 5
"""Runs of the small one for each of the large one."""
_WARM_UPS = 1

Form = Literal["text", "object"]


@dataclass(frozen=True)
class _Series:
    """What was measured of one form and size: seconds of a preview, and MB over the idle process."""

    ours: list[float] = field(default_factory=list[float])
    echo: list[float] = field(default_factory=list[float])
    peak: list[float] = field(default_factory=list[float])


def rows() -> list[Row]:
    """Both sizes in turn, so that a slow moment hits both; each in processes of its own, so that its peak is its own."""
    forms: tuple[Form, ...] = ("text", "object")
    return [row for form in forms for row in _rows(form, *_measured(form))]


def _rows(form: Form, small: _Series, large: _Series) -> list[Row]:
    echo = median(small.ours) / median(small.echo)
    return [
        of(f"{_SMALL:,} nodes as {form}: Check + Diff, nothing changed", small.ours, "ms"),
        of(f"{_SMALL:,} nodes as {form}: bare servicer that echoes", small.echo, "ms"),
        Row(
            f"{_SMALL:,} nodes as {form}: ratio to the echo",
            echo,
            "x",
            goal=1.3 if form == "object" else None,
        ),
        of(f"{_LARGE:,} nodes as {form}: Check + Diff, nothing changed", large.ours, "ms"),
        Row(
            f"{_LARGE:,} nodes as {form}: ratio to {_SMALL:,}",
            median(large.ours) / median(small.ours),
            "x",
            goal=12,
        ),
        Row(f"{_SMALL:,} nodes as {form}: peak of memory over idle", max(small.peak), "MB"),
        Row(f"{_LARGE:,} nodes as {form}: peak of memory over idle", max(large.peak), "MB"),
    ]


def _measured(form: Form) -> tuple[_Series, _Series]:
    with ExitStack() as stack:
        small, large = (_Trial(stack, form, count) for count in (_SMALL, _LARGE))
        for number in range(-_WARM_UPS, _RUNS):
            for trial in (*[small] * _SMALL_RUNS, large):
                trial.run(count=number >= 0)
        return small.found(), large.found()


class _Trial:
    """A form and size, and the processes that are asked about it."""

    def __init__(self, stack: ExitStack, form: Form, count: int) -> None:
        self._earlier, self._ours, self._bare = (
            stack.enter_context(running(command)) for command in (OURS, OURS, BARE)
        )
        for provider in (self._earlier, self._ours, self._bare):
            provider.handshake()
            provider.configure()
        self._ours.check(inputs(SMALL))
        self._idle = self._ours.memory()
        self._variants = _variants(form, count)
        self._series = _Series()

    def run(self, *, count: bool) -> None:
        """A preview of a resource that exists. What is stored is what each provider has made of the document before."""
        wanted = next(self._variants)
        seconds = sum(preview(self._ours, wanted, self._earlier.check(wanted)))
        echo = sum(preview(self._bare, wanted, wanted))
        if count:
            self._series.ours.append(seconds)
            self._series.echo.append(echo)

    def found(self) -> _Series:
        self._series.peak.append(self._ours.memory(peak=True) - self._idle)
        return self._series


def _variants(form: Form, count: int) -> Iterator[Inputs]:
    """One document after another that no process has seen: the workflow's description differs."""
    whole = document("", count)
    found = inputs({} if form == "text" else whole)
    for number in itertools.count():
        if form == "text":
            whole["spec"]["workflows"][0]["description"] = f"number {number}"
            yield inputs(json.dumps(whole))
        else:
            root: Any = found.fields["spec"].struct_value
            [workflow] = root.fields["spec"].struct_value.fields["workflows"].list_value.values
            workflow.struct_value.fields["description"].string_value = f"number {number}"
            yield found
