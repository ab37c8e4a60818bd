"""Whoever reads the output of a command may stop: no traceback, no message, an exit code of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_resource_dataworks import cli
from tests.support.documents import etl

PROVIDER = Path(cli.__file__).resolve().parents[1]
COMMANDS = [
    ["validate"],
    ["validate", "--format", "json"],
    ["graph", "--format", "mermaid"],
    ["graph"],
]


@pytest.fixture
def document(tmp_path: Path) -> str:
    file = tmp_path / "document.json"
    file.write_text(json.dumps({**etl(), "colour": 1}), encoding="utf-8")
    return str(file)


def run(command: list[str], shell: str) -> subprocess.CompletedProcess[str]:
    """Runs it through a shell, which can close a stream before the start."""
    whole = [sys.executable, "-m", "pulumi_resource_dataworks.cli", *command]
    env = {**os.environ, "PYTHONPATH": str(PROVIDER)}
    return subprocess.run(
        ["bash", "-c", shell, "bash", *whole],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_reader_who_stops_ends_the_command_quietly(command: list[str], document: str) -> None:
    ended = run([*command, document], '"$@" | true; exit ${PIPESTATUS[0]}')
    assert ended.returncode == 141
    assert "Error" not in ended.stderr


@pytest.mark.parametrize("command", [*COMMANDS, ["--help"]], ids=" ".join)
def test_an_output_that_is_closed_from_the_start_is_none(command: list[str], document: str) -> None:
    files = [] if command == ["--help"] else [document]
    ended = run([*command, *files], '"$@" >&-')
    assert (ended.returncode, "Error" in ended.stderr) == (0, False)


def test_errors_that_nobody_reads_end_a_command_quietly(document: str) -> None:
    ended = run(["validate", document], '"$@" 2>&-')
    assert (ended.returncode, ended.stdout.count("warning")) == (0, 1)


def test_an_output_that_is_full_is_said(document: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    ended = run(["validate", document], '"$@" >/dev/full')
    assert ended.returncode == 2
    assert ended.stderr == "pulumi-dataworks: [Errno 28] No space left on device\n"


def test_the_emulator_says_nothing_where_its_first_line_is_read_by_none() -> None:
    ended = run(["emulator"], '"$@" | true; exit ${PIPESTATUS[0]}')
    assert (ended.returncode, ended.stderr) == (141, "")
