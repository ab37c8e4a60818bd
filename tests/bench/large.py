"""Check and Diff of a large document, as an object and as text, against a servicer that says it back; and memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

from tests.bench.provider import BARE, OURS, SMALL, Inputs, Provider, inputs, running
from tests.bench.table import Row, of

_NODES = 1000
_MANY = 10_000
_LINES = 20
_WARM_UPS = 3
_RUNS = 15
_RUNS_OF_MANY = 3

Form = Literal["object", "text"]


@dataclass(frozen=True)
class _Series:
    """Seconds of a preview, and the most memory over the idle process in MB."""

    same: list[float] = field(default_factory=list[float])
    changed: list[float] = field(default_factory=list[float])
    echo: list[float] = field(default_factory=list[float])
    peak: list[float] = field(default_factory=list[float])


def rows() -> list[Row]:
    """Previews of a resource that exists, each of a document that the process has never seen."""
    return [row for form in ("object", "text") for row in _rows(form, goals=form == "object")]


def _rows(form: Form, *, goals: bool) -> list[Row]:
    found, many = _measured(form, _NODES, _RUNS), _measured(form, _MANY, _RUNS_OF_MANY)
    size = f"{_NODES} nodes, {len(json.dumps(document(''))) / 1e6:.2f} MB of text"
    echo, same = median(found.echo), median(found.same)
    grows = f"the echo's own: {median(many.echo) / echo:.1f}"
    rows = [
        of(f"{_NODES:,} nodes as {form}: bare servicer that echoes", found.echo, "ms"),
        of(f"{_NODES:,} nodes as {form}: nothing changed", found.same, "ms"),
        of(f"{_NODES:,} nodes as {form}: one script changed", found.changed, "ms"),
    ]
    ratios: list[tuple[str, float, str, float]] = [
        ("nothing changed, to the echo", same / echo, size, 1.2),
        ("one script changed, to the echo", median(found.changed) / echo, "", 2.0),
        (f"nothing changed, {_MANY:,} nodes to {_NODES:,}", median(many.same) / same, grows, 11),
    ]
    rows += [
        Row(f"as {form}: {name}", value, "x", spread, goal if goals else None)
        for name, value, spread, goal in ratios
    ]
    return [
        *rows,
        Row(
            f"{_MANY:,} nodes as {form}: peak of memory over idle",
            max(many.peak),
            "MB",
            goal=214 if goals else None,
        ),
    ]


def _measured(form: Form, count: int, runs: int) -> _Series:
    """What is stored is what another process has made of the document, so that this one sees it for the first time."""
    found = _Series()
    with running(OURS) as earlier, running(OURS) as ours, running(BARE) as bare:
        for provider in (earlier, ours, bare):
            provider.handshake()
            provider.configure()
        ours.check(inputs(SMALL))
        idle = ours.memory()
        for number in range(-min(_WARM_UPS, runs), runs):
            whole = document(f"number {number}", count)
            wanted = _inputs(form, whole)
            stored = earlier.check(wanted)
            same, echo = preview(ours, wanted, stored), preview(bare, wanted, stored)
            peak = ours.memory(peak=True) - idle
            whole["spec"]["workflows"][0]["nodes"][-1]["script"]["content"] += "SELECT 777;\n"
            changed = preview(ours, _inputs(form, whole), stored, different=True)
            if number >= 0:
                found.same.append(same)
                found.echo.append(echo)
                found.changed.append(changed)
                found.peak.append(peak)
    return found


def _inputs(form: Form, whole: dict[str, Any]) -> Inputs:
    return inputs(json.dumps(whole) if form == "text" else whole)


def document(note: str, count: int = _NODES) -> dict[str, Any]:
    """A document as a user's program makes it; each note gives another."""
    script = "".join(f"SELECT {line} AS a FROM t;\n" for line in range(_LINES))
    nodes = [
        {
            "name": f"node_{index:04}",
            "script": {
                "runtime": {"command": "ODPS_SQL"},
                "content": f"-- {note} {index}\n{script}{'-' * 380}\nSELECT {index} ;\n",
            },
            "trigger": {"type": "Scheduler", "cron": "00 03 00 * * ?", "timezone": "Asia/Shanghai"},
        }
        for index in range(count)
    ]
    chain = [
        {"nodeId": f"node_{index:04}", "depends": [{"type": "Normal", "nodeId": f"node_{index - 1:04}"}]}
        for index in range(1, count)
    ]
    workflow = {"name": "large", "nodes": nodes, "dependencies": chain}
    return {"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [workflow]}}


def preview(provider: Provider, wanted: Inputs, stored: Inputs, *, different: bool = False) -> float:
    """Seconds for Check and Diff, as the engine calls them."""
    news = provider.check(wanted, stored)
    check = provider.took
    assert provider.diff(stored, news) is different
    return check + provider.took
