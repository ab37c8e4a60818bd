"""Check and Diff of a large document as text, against a servicer that says it back."""

from __future__ import annotations

import json
import time
from statistics import median

from tests.bench.provider import BARE, OURS, Provider, running
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
            quiet, other = document(f"{number} quiet"), document(f"{number} changing")
            stored, changing = earlier.check(quiet), earlier.check(other)
            check, diff = _preview(ours, quiet, stored, different=False)
            edited = other.replace("SELECT 999 ", "SELECT 777 ", 1)
            change = sum(_preview(ours, edited, changing, different=True))
            echo = sum(_preview(bare, quiet, stored, different=False))
            if number >= 0:
                checks.append(check)
                diffs.append(diff)
                changed.append(change)
                echoed.append(echo)
    both = [check + diff for check, diff in zip(checks, diffs, strict=True)]
    size = f"{_NODES} nodes, {len(document('').encode()) / 1e6:.2f} MB of text"
    return [
        of("Check, nothing changed", checks, "ms"),
        of("Diff, nothing changed", diffs, "ms"),
        of("Check + Diff, nothing changed", both, "ms", 60),
        of("Check + Diff, one script changed", changed, "ms", 60),
        of("Check + Diff, bare servicer that echoes", echoed, "ms"),
        Row("nothing changed: ratio of the medians", median(both) / median(echoed), "x", size),
        Row("one script changed: ratio of the medians", median(changed) / median(echoed), "x"),
    ]


def document(note: str) -> str:
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
        for index in range(_NODES)
    ]
    chain = [
        {"nodeId": f"node_{index:04}", "depends": [{"type": "Normal", "nodeId": f"node_{index - 1:04}"}]}
        for index in range(1, _NODES)
    ]
    workflow = {"name": "large", "nodes": nodes, "dependencies": chain}
    return json.dumps({"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [workflow]}})


def _preview(provider: Provider, wanted: str, stored: str, *, different: bool) -> tuple[float, float]:
    """Seconds for Check and for Diff, as the engine calls them."""
    begin = time.perf_counter()
    news = provider.check(wanted, stored)
    between = time.perf_counter()
    answer = provider.diff(stored, news)
    end = time.perf_counter()
    assert answer is different
    return between - begin, end - between
