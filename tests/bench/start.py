"""How fast a plugin starts, and what it weighs while it waits."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.provider import BARE, DEVELOPERS, OURS, SMALL, Provider, inputs, running
from tests.bench.table import Row, of
from tests.support.repository import unpack

_RUNS = 9
_COMMANDS = {
    "bare servicer": BARE,
    "our plugin": OURS,
    "our plugin among developers' packages": DEVELOPERS,
}
_ARCHIVE_TOOL = Path(__file__).parents[2] / "tools" / "archive.py"


@dataclass(frozen=True)
class _Series:
    """What was measured of one command: seconds from its start, and MB."""

    port_line: list[float] = field(default_factory=list[float])
    answered: list[float] = field(default_factory=list[float])
    at_rest: list[float] = field(default_factory=list[float])
    in_use: list[float] = field(default_factory=list[float])


def rows() -> list[Row]:
    """Runs in turn, so that a slow moment of the machine hits all alike; the first of each is a warm-up."""
    with TemporaryDirectory() as folder:
        archive = _unpacked_archive(Path(folder))
        commands = {**_COMMANDS, "release archive": (str(archive / "plugin" / "pulumi-resource-dataworks"),)}
        found = {name: _Series() for name in commands}
        for number in range(-1, _RUNS):
            for name, command in commands.items():
                with running(command) as provider:
                    _measure(provider, found[name] if number >= 0 else _Series())
        size = sum(file.stat().st_size for file in archive.glob("*.tar.gz")) / 1e6
    bare, ours = found["bare servicer"], found["our plugin"]
    return [
        *(of(f"port line, {name}", series.port_line, "ms") for name, series in found.items()),
        Row("port line, ratio", _ratio(ours.port_line, bare.port_line), "x", goal=1.2),
        *(of(f"+ Configure, Check, {name}", series.answered, "ms") for name, series in found.items()),
        Row("+ Configure, Check, ratio", _ratio(ours.answered, bare.answered), "x"),
        Row(
            "port line, archive to wheel",
            _ratio(found["release archive"].port_line, ours.port_line),
            "x",
            goal=1.3,
        ),
        Row("release archive, packed", size, "MB"),
        *(_memory("memory after the port line", name, series.at_rest) for name, series in found.items()),
        *(_memory("memory after Configure, Check", name, series.in_use) for name, series in found.items()),
    ]


def _unpacked_archive(folder: Path) -> Path:
    """The folder with the release archive, and what is in it as `plugin`."""
    subprocess.run([sys.executable, _ARCHIVE_TOOL, "--out", folder], stdout=subprocess.DEVNULL, check=True)
    [archive] = folder.iterdir()
    unpack(archive, folder / "plugin")
    return folder


def _measure(provider: Provider, series: _Series) -> None:
    """Both moments: after the port line, and after the answer to the first Check."""
    series.at_rest.append(provider.memory())
    begin = time.perf_counter()
    provider.handshake()
    provider.configure()
    provider.check(inputs(SMALL))
    series.port_line.append(provider.to_port_line)
    series.answered.append(provider.to_port_line + time.perf_counter() - begin)
    series.in_use.append(provider.memory())


def _ratio(ours: list[float], bare: list[float]) -> float:
    return median(ours) / median(bare)


def _memory(when: str, name: str, values: list[float]) -> Row:
    spread = f"min {min(values):.1f}, max {max(values):.1f}, n {len(values)}"
    return Row(f"{when}, {name}", median(values), "MB", spread, 55 if name == "our plugin" else None)
