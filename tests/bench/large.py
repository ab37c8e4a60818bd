"""Check and Diff of a large document as text, against a servicer that says it back."""

from __future__ import annotations

import json
from statistics import median
from typing import Any

from tests.bench.provider import BARE, OURS, Inputs, Provider, inputs, running
from tests.bench.table import Row, of

_NODES = 1000
_LINES = 20
_WARM_UPS = 3
_RUNS = 15


def rows() -> list[Row]:
    """Previews of a resource that exists, each of a document that the process has never seen."""
    checks: list[float] = []
    diffs: list[float] = []
    changed: list[float] = []
    echoed: list[float] = []
    with running(OURS) as earlier, running(OURS) as ours, running(BARE) as bare:
        for provider in (earlier, ours, bare):
            provider.handshake()
            provider.configure()
        for number in range(-_WARM_UPS, _RUNS):
            quiet, other = text(f"{number} quiet"), text(f"{number} changing")
            wanted, stored = inputs(quiet), earlier.check(inputs(quiet))
            check, diff = preview(ours, wanted, stored)
            echo = sum(preview(bare, wanted, stored))
            stored = earlier.check(inputs(other))
            edited = inputs(other.replace("SELECT 999 ", "SELECT 777 ", 1))
            change = sum(preview(ours, edited, stored, different=True))
            if number >= 0:
                checks.append(check)
                diffs.append(diff)
                changed.append(change)
                echoed.append(echo)
    both = [check + diff for check, diff in zip(checks, diffs, strict=True)]
    size = f"{_NODES} nodes, {len(text('').encode()) / 1e6:.2f} MB of text"
    return [
        of("Check, nothing changed", checks, "ms"),
        of("Diff, nothing changed", diffs, "ms"),
        of("Check + Diff, nothing changed", both, "ms", 60),
        of("Check + Diff, one script changed", changed, "ms", 60),
        of("Check + Diff, bare servicer that echoes", echoed, "ms"),
        Row("nothing changed: ratio of the medians", median(both) / median(echoed), "x", size),
        Row("one script changed: ratio of the medians", median(changed) / median(echoed), "x"),
    ]


def text(note: str) -> str:
    return json.dumps(document(note))


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


def preview(
    provider: Provider, wanted: Inputs, stored: Inputs, *, different: bool = False
) -> tuple[float, float]:
    """Seconds for Check and for Diff, as the engine calls them."""
    news = provider.check(wanted, stored)
    check = provider.took
    assert provider.diff(stored, news) is different
    return check, provider.took
