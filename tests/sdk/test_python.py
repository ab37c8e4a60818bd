"""The SDK of Python: functions ask and answer as their types say, which mypy checks with the rest of tests."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.sdks import expect_the_functions
from tests.support.sdks import run

PROGRAMS = Path(__file__).parent / "programs"


def test_functions_ask_and_answer(tmp_path: Path) -> None:
    expect_the_functions(run(sys.executable, PROGRAMS / "functions.py", cwd=tmp_path))
