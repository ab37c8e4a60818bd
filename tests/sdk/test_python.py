"""The SDK of Python: functions ask and answer as their types say, which mypy checks with the rest of tests."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.sdks import expect_the_functions
from tests.support.sdks import run

PROGRAMS = Path(__file__).parent / "programs"


def test_functions_ask_and_answer(tmp_path: Path) -> None:
    expect_the_functions(run(sys.executable, PROGRAMS / "functions.py", cwd=tmp_path))


def test_a_function_that_fails_ends_the_program_without_a_traceback(tmp_path: Path) -> None:
    """Pulumi shows a RunError as one error, and the traceback of any other exception."""
    assert "orders.yaml is not there" in run(sys.executable, PROGRAMS / "refused.py", cwd=tmp_path)
