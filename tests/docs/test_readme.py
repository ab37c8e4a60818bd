"""README's first program, step by step, says what README shows."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from pulumi_resource_dataworks.emulator import Life
from tests.support.examples import Take
from tests.support.pages import Block, blocks
from tests.support.repository import PLUGIN_FOLDER, REPO

pytest_plugins = ["tests.support.examples"]


def shown(language: str, start: str) -> Block:
    """The one block of README that begins so."""
    found = [block for block in blocks(language) if block.page == REPO / "README.md"]
    [block] = [block for block in found if block.text.startswith(start)]
    return block


def masked(output: str) -> list[str]:
    """What the CLI says of an up, without what differs from run to run: numbers, and how often a poll tells of itself."""
    lines = [line.rstrip() for line in output.strip().splitlines() if not line.startswith("@")]
    lines = [re.sub(r"job \d+|\d+s\b|about \d+ .* left", "…", line) for line in lines if line]
    return list(dict.fromkeys(lines))


@pytest.mark.starts_plugin
def test_the_first_program(take: Take, tmp_path: Path) -> None:
    source = tmp_path / "daily-orders"
    source.mkdir()
    (source / "Pulumi.yaml").write_text(shown("yaml", "name: daily-orders").text, "utf-8")
    (source / "__main__.py").write_text(shown("python", "import json").text, "utf-8")
    example = take(source, "dev")
    example.emulator.set_job_life(Life("seconds_per_node", 1.2))
    assert masked(example.up().output) == masked(shown("", "Updating (dev)").text)
    assert "2 unchanged" in example.preview().output


def test_the_emulator_s_first_line() -> None:
    command = [str(PLUGIN_FOLDER / "pulumi-dataworks"), "emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        process.terminate()
    expected = json.loads(shown("json", '{"endpoint"').text)
    assert {**told, "endpoint": ""} == {**expected, "endpoint": ""}
