"""One resource, a service that it talks to, and time that costs nothing."""

from pathlib import Path

import pytest

from tests.support.definitions import Object, Run


@pytest.fixture
def run() -> Run:
    return Run()


@pytest.fixture
async def made(run: Run) -> tuple[Run, tuple[str, Object, Object]]:
    """A workflow that is there, and the next run."""
    state = await run.create()
    return run.again(), state


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is noted of creates is of this test alone."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
