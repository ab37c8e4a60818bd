"""Measures the provider against the least that one can be, and against its goals: `make bench`.

Figures of one run are to be compared with each other, not with those of another machine. A goal that is missed is said,
and is no error.
"""

from __future__ import annotations

import sys
import time

from tests.bench import fronts, large, many, start, waiting
from tests.bench.table import show


def main() -> None:
    begin = time.perf_counter()
    show("Start and memory", start.rows())
    show("Waiting for jobs", waiting.rows())
    show("The same jobs, with others' schedules", waiting.peers())
    show(f"Many workflows, at {many.LIMIT} calls a second", many.rows())
    show(f"No change in {fronts.MANY} resources, pulumi up --skip-preview", fronts.rows())
    show("A large document, Check + Diff", large.rows())
    sys.stdout.write(f"\n{time.perf_counter() - begin:.0f} s\n")


if __name__ == "__main__":
    main()
