from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pulumi_resource_dataworks import cli, openapi
from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life
from tests.support.workspaces import settings

Run = Callable[..., int]


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    """DataWorks with an empty workspace."""
    with EmulatorServer(Emulator(job_life=Life("seconds", 0))) as running:
        yield running


@pytest.fixture
def run(server: EmulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in this process, on the emulator as fast as it can, into the folder `out`."""
    monkeypatch.setattr(openapi.Settings, "from_config", classmethod(lambda *_: settings(server)))

    def run(*arguments: str, language: str = "python", out: str = "out") -> int:
        which = [] if "--name" in arguments else ["--all"]
        given = [
            "--project-id",
            "10001",
            *which,
            "--language",
            language,
            "--out",
            str(tmp_path / out),
            *arguments,
        ]
        return cli.main(["export", *given])

    return run
