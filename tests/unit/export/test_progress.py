from __future__ import annotations

import pytest

from pulumi_resource_dataworks.export._progress import Progress
from tests.support.messages import Messages


def test_there_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch, messages: Messages) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    lines: list[str] = []
    progress = Progress(lines.append, 500, 400, _began=now, _said=now)
    for _ in range(100):
        now += 0.25
        progress.step()
    messages(lines)
