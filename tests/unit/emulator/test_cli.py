import builtins
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks import cli

PROVIDER = Path(cli.__file__).resolve().parents[1]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_announces_itself_and_stops_on_a_signal(stop: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "pulumi_resource_dataworks.cli",
        "emulator",
        "--project-id",
        "7",
        "--job-seconds",
        "0",
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROVIDER)},
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        announced = json.loads(process.stdout.readline())
        assert set(announced) == {"endpoint", "accessKey", "secretKey", "region", "projectId"}
        assert announced["projectId"] == 7
        assert httpx.get(f"{announced['endpoint']}/_emulator/calls").json() == []
        process.send_signal(stop)
        assert process.wait(timeout=10) == 0
        assert process.stdout.read() == ""
        assert process.stderr.read() == ""


def test_it_is_ready_at_once() -> None:
    began = time.monotonic()
    command = [sys.executable, "-m", "pulumi_resource_dataworks.cli", "emulator"]
    env = {**os.environ, "PYTHONPATH": str(PROVIDER)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None
        process.stdout.readline()
        taken = time.monotonic() - began
        process.terminate()
    assert taken < 5  # some 0.3 s on an idle machine


def test_without_its_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without("starlette", monkeypatch)
    assert cli.main(["emulator"]) == 1
    assert capsys.readouterr().err == (
        "The emulator needs its extra: pip install 'pulumi-resource-dataworks[emulator]'\n"
    )
    without("h11", monkeypatch)
    with pytest.raises(ModuleNotFoundError):
        cli.main(["emulator"])


def without(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(wanted: str, *arguments: Any) -> Any:
        if wanted == "" and "emulator" in (arguments[2] or ()):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return imported(wanted, *arguments)

    imported = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)


@pytest.mark.parametrize("arguments", [[], ["emulator", "--job-seconds", "1", "--job-seconds-per-node", "1"]])
def test_wrong_arguments_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(arguments)
