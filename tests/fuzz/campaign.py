"""The command line of a fuzz target, and its count of what was tried and what has failed."""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable

SECONDS = 5.0
"""Of processor time for one input, jobs and pauses on a clock that costs none included."""
ALARM = 30.0
"""Seconds after which an input hangs."""


class Finding(Exception):  # noqa: N818 - a state of affairs
    """Something that must not be: the text says what."""


def campaign(what: str | None, count: int, one: Callable[[random.Random], Awaitable[str]]) -> int:
    """Runs inputs until the count or the time is up; the exit status.

    Args:
        what: The target's description.
        count: How many inputs, where the command line does not say.
        one: Tries an input that a source of randomness makes, and returns its sort, to be counted.
    """
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--count", type=int, default=count, help=f"how many inputs ({count})")
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop after this time")
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(10**9), help="of a former run"
    )
    parser.add_argument("--only", type=int, help="the number of one input of that run")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr] # text it is
    sys.stdout.write(f"seed {arguments.seed}\n")
    sorts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    slowest, begin = 0.0, time.monotonic()
    for number in range(arguments.count) if arguments.only is None else [arguments.only]:
        if time.monotonic() - begin > arguments.seconds:
            break
        spent = time.process_time()
        try:
            sorts[_run(one, random.Random(f"{arguments.seed}/{number}"))] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            kind = _kind(error)
            kinds[kind] += 1
            if kinds[kind] <= 3 or arguments.only is not None:
                sys.stdout.write(
                    f"FAILED --seed {arguments.seed} --only {number}: {kind}: {str(error)[:600]}\n"
                )
            if arguments.only is not None:
                traceback.print_exc()
        slowest = max(slowest, time.process_time() - spent)
        if time.process_time() - spent > SECONDS:
            kinds["slow"] += 1
            sys.stdout.write(f"FAILED --seed {arguments.seed} --only {number}: slow\n")
    seconds = time.monotonic() - begin
    sys.stdout.write(
        f"{sorts.total() + kinds.total():,} inputs in {seconds:.0f} s; slowest {slowest:.2f} s; "
    )
    sys.stdout.write(f"{kinds.total()} failures\n")
    for sort, times in sorts.most_common():
        sys.stdout.write(f"  {times:,} x {sort}\n")
    for kind, times in kinds.most_common():
        sys.stdout.write(f"  {times} failures: {kind}\n")
    return 1 if kinds else 0


def _run(one: Callable[[random.Random], Awaitable[str]], chance: random.Random) -> str:
    async def bounded() -> str:
        return await asyncio.wait_for(one(chance), ALARM)

    return asyncio.run(bounded())


def _kind(error: Exception) -> str:
    if isinstance(error, Finding):
        return str(error).partition(":")[0]
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}"
