"""The plugin as the engine starts it: a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

from tests.wire.calls import Calls

from pulumi_resource_dataworks.emulator import EmulatorServer

FLAGS = ("--logtostderr", "-v=3", "--tracing", "file:///nowhere")
"""What the engine puts before its address where it is told to be talkative."""


class Plugin(Calls):
    """A running plugin.

    Attributes:
        first_line: The first line of its output.
        process: The process.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pulumi_resource_dataworks", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment() if environment is None else dict(environment),
        )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        try:
            super().__init__(int(self.first_line))
        except ValueError:
            raise AssertionError(f"no port but {self.first_line!r}, {self.end()}") from None

    def stop(self, name: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Ends the process with a signal; returns its status and the rest of its output."""
        self.close()
        self.process.send_signal(name)
        return self.end()

    def end(self) -> tuple[int, str, str]:
        """Status and the rest of the output of a process that ends, or is made to."""
        try:
            rest, errors = self.process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            rest, errors = self.process.communicate()
        return self.process.returncode, rest, errors


def settings(server: EmulatorServer) -> dict[str, str]:
    """A provider's configuration for the emulator, at a pace that does not slow tests down."""
    account = server.emulator.account
    return {
        "region": "cn-shanghai",
        "endpoint": server.endpoint,
        "accessKey": account.access_key,
        "secretKey": account.secret_key,
        "callsPerSecond": "1000",
    }


def clean_environment() -> dict[str, str]:
    """This environment without what would configure the provider."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PULUMI_", "ALIBABA_", "ALICLOUD_"))
    }
    return {**kept, "HOME": "/nonexistent", "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
