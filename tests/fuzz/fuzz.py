"""Malformed documents without end: `make fuzz`.

Each input goes through everything that a document goes through before it is sent. It is either refused with an
`InvalidDocumentError`, or goes through; nothing else may be raised, and it takes neither long nor much memory.
"""

from __future__ import annotations

import argparse
import math
import random
import resource
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from pulumi_resource_dataworks import flowspec
from tests.fuzz.malform import MAKERS

SECONDS = 1.0
MEGABYTES = 500
SHOWN = 300
URN = "urn:pulumi:dev::shop::dataworks:index:WorkflowDefinition::etl"


def through(source: object) -> bool:
    """Everything from the text to what is compared; whether it was a document."""
    try:
        document = flowspec.read(source)
        flowspec.validate(document)
    except flowspec.InvalidDocumentError as error:
        reported = [problem.render(secret=secret) for problem in error.problems for secret in (False, True)]
        if not reported:
            raise AssertionError("refused without a problem") from error
        return False
    done = flowspec.complete(document.root, lambda name: flowspec.derive_id(URN, 1, "", name))
    text = flowspec.canonical(done)
    text.encode()
    again = flowspec.read_canonical(text).root
    if not flowspec.same(done, again) or flowspec.digest(done) != flowspec.digest(again):
        raise AssertionError("it means something else after it was written and read")
    return True


def peak() -> float:
    """The most memory that this program has had, in megabytes.

    Linux hands the maximum of `getrusage` on to a child's program, where the parent is a pytest that has had 500 MB.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts bytes


class Fuzz:
    """One run: what has been tried, and what has failed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.tried: Counter[str] = Counter()
        self.documents = 0
        self.slowest = 0.0
        self.failures = 0
        self.kinds: Counter[str] = Counter()
        self._peak_reported = False

    def one(self, number: int) -> None:
        """Tries the input with a number: it is the same in every run with this seed."""
        chance = random.Random(f"{self.seed}/{number}")
        maker = chance.choice(MAKERS)
        source = maker(chance)
        self.tried[maker.__name__] += 1
        begin = time.process_time()  # what is pure waits for nothing, and other programs do not count
        try:
            self.documents += through(source)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            frame = traceback.extract_tb(error.__traceback__)[-1]
            self._fail(number, source, f"{type(error).__name__} in {frame.name}", str(error)[:200])
        seconds = time.process_time() - begin
        self.slowest = max(self.slowest, seconds)
        if seconds > SECONDS:
            self._fail(number, source, f"slow: {maker.__name__}", f"{seconds:.1f} s")
        if peak() > MEGABYTES and not self._peak_reported:
            self._peak_reported = True
            self._fail(number, source, f"memory: {maker.__name__}", f"{peak():.0f} MB")

    def _fail(self, number: int, source: object, kind: str, detail: str) -> None:
        self.failures += 1
        self.kinds[kind] += 1
        if self.kinds[kind] > 3:
            return
        text = source if isinstance(source, str) else repr(source)
        sys.stdout.write(f"FAILED --seed {self.seed} --only {number}: {kind}: {detail}\n")
        sys.stdout.write(f"  {len(text):,} characters: {text[:SHOWN]!a}\n")


def main() -> int:
    """Runs until the count or the time is up."""
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr] # text it is
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="how many inputs (100000)")
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop after this time")
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(10**9), help="of a former run"
    )
    parser.add_argument("--only", type=int, help="the number of one input of that run")
    arguments = parser.parse_args()
    fuzz = Fuzz(arguments.seed)
    begin = time.monotonic()
    sys.stdout.write(f"seed {arguments.seed}\n")
    for number in range(arguments.count) if arguments.only is None else [arguments.only]:
        if time.monotonic() - begin > arguments.seconds:
            break
        fuzz.one(number)
    total, seconds = fuzz.tried.total(), time.monotonic() - begin
    sys.stdout.write(f"{total:,} inputs in {seconds:.0f} s, {fuzz.documents:,} of them documents; ")
    sys.stdout.write(f"slowest {fuzz.slowest:.2f} s, peak {peak():.0f} MB, {fuzz.failures} failures\n")
    for kind, count in fuzz.kinds.most_common():
        sys.stdout.write(f"  {count} x {kind}\n")
    return 1 if fuzz.failures else 0


if __name__ == "__main__":
    sys.exit(main())
