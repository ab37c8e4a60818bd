from __future__ import annotations

import io

import pytest

from pulumi_resource_dataworks.export._progress import Progress
from tests.support.messages import Messages


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_a_terminal_has_a_bar(clock: list[float], messages: Messages) -> None:
    out = Terminal()
    progress = Progress(out, 500, 100, clock[0], _shown=clock[0])
    clock[0] = 0.5
    progress.step()
    progress.end()
    messages(out.getvalue())


def test_a_log_has_a_line_now_and_then(clock: list[float], messages: Messages) -> None:
    out = io.StringIO()
    progress = Progress(out, 100, 0, clock[0], _shown=clock[0])
    for _ in range(100):
        clock[0] += 0.25
        progress.step()
    progress.end()
    messages(out.getvalue().splitlines())
