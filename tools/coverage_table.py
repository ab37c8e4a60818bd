#!/usr/bin/env python3
"""Print what the last `coverage run` reached of each package, and fail where lines or branches are under 95 %."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import PurePath

GOAL = 95.0
COUNTS = ("num_statements", "covered_lines", "num_branches", "covered_branches")


def main() -> int:
    """Print a line for each package and one for all of them."""
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", "-"]
    reported = subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout
    files = json.loads(reported)["files"]
    packages: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, file in files.items():
        counts = {key: file["summary"][key] for key in COUNTS}
        for package in (PurePath(name).parent.name, "all"):
            packages[package].update(counts)
    total = packages.pop("all")
    for package, counts in [*sorted(packages.items()), ("all", total)]:
        lines, branches = shares(counts)
        print(f"{package:28} {lines:6.1f} % of {counts['num_statements']:5} lines", end="")
        print(f" {branches:6.1f} % of {counts['num_branches']:5} branches")
    return 0 if min(shares(total)) >= GOAL else 1


def shares(counts: Counter[str]) -> tuple[float, float]:
    """Percent of the lines and of the branches that were reached."""
    lines, branches = counts["num_statements"] or 1, counts["num_branches"] or 1
    return 100 * counts["covered_lines"] / lines, 100 * counts["covered_branches"] / branches


if __name__ == "__main__":
    sys.exit(main())
