"""Bounded runs of `make fuzz-plugin` and `make fuzz-service`, always the same."""

import subprocess
import sys

import pytest

from tests.support.repository import REPO


@pytest.mark.parametrize(("target", "count"), [("plugin", 10), ("service", 12)])
def test_a_seeded_part_finds_nothing(target: str, count: int) -> None:
    command = [sys.executable, "-m", f"tests.fuzz.{target}", "--count", str(count), "--seed", "20261129"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=REPO)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{count} inputs" in done.stdout
    assert " 0 failures" in done.stdout
