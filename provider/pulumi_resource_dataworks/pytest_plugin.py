"""DataWorks on localhost in a user's own tests: the pytest fixture `dataworks`.

pytest loads this module in every run where the package is installed, so it imports nothing else before a test asks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .emulator import Call, Emulator, EmulatorServer, Workflow


class DataWorks:
    """An emulator that listens, and that the environment points at.

    Attributes:
        environment: The variables that are set, for a process that is given an environment of its own.
    """

    def __init__(self, server: EmulatorServer, region: str) -> None:
        self._server = server
        account = server.emulator.account
        self.environment = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": account.access_key,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": account.secret_key,
            "ALIBABA_CLOUD_REGION_ID": region,
            "ALIBABA_CLOUD_DATAWORKS_ENDPOINT": server.endpoint,
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        }

    @property
    def emulator(self) -> Emulator:
        """The emulator: its switches, faults and jobs, and what was stored and called."""
        return self._server.emulator

    @property
    def endpoint(self) -> str:
        """Its address, as `http://127.0.0.1:<port>`."""
        return self._server.endpoint

    @property
    def project_id(self) -> int:
        """The workspace's ID."""
        return self.emulator.project.project_id

    def workflows(self) -> list[Workflow]:
        """The workflows that are stored now, the oldest first."""
        return self.emulator.workflows()

    def calls(self, action: str | None = None) -> list[Call]:
        """The calls so far, all or those of one operation."""
        return [call for call in self.emulator.calls if action in {None, call.action}]


@pytest.fixture
def dataworks(monkeypatch: pytest.MonkeyPatch) -> Iterator[DataWorks]:
    """DataWorks on a free port of this machine, for one test; its jobs end at once.

    The environment names its endpoint, region and keys, and no other of Alibaba Cloud's.
    """
    try:
        from . import emulator  # noqa: PLC0415 only a test that asks pays for it, and the extra may be missing
    except ModuleNotFoundError as error:
        if error.name not in {"starlette", "uvicorn"}:
            raise
        from ._names import install_with  # noqa: PLC0415 as above

        pytest.fail(f"The fixture dataworks needs an extra: {install_with('emulator')}", pytrace=False)
    for name in [name for name in os.environ if name.startswith(("ALIBABA_CLOUD_", "ALICLOUD_"))]:
        monkeypatch.delenv(name)
    with emulator.EmulatorServer(emulator.Emulator(job_life=emulator.Life("immediate"))) as server:
        running = DataWorks(server, emulator.REGION)
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running
