"""What `pulumi up` costs where nothing has changed: with our plugin, with the least that a plugin can be, and without one."""

from __future__ import annotations

import json
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life
from tests.bench.many import document, engine
from tests.bench.provider import BARE, OURS
from tests.bench.table import Row, of
from tests.support.fronts import dynamic, program_host
from tests.support.stacks import Stack, new_stack

MANY = 100
_RUNS = 7
_NODES = 20


@dataclass
class _PluginStack(Stack):
    """A stack in YAML whose provider the CLI starts with a command of the bench."""

    def use(self, command: tuple[str, ...]) -> None:
        folder = self.folder.parent / "bin"
        folder.mkdir()
        script = folder / "pulumi-resource-dataworks"
        script.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', "utf-8")
        script.chmod(0o755)
        file = self.folder / "Pulumi.yaml"
        project = json.loads(file.read_text("utf-8"))
        project["plugins"]["providers"][0]["path"] = str(folder)
        file.write_text(json.dumps(project), "utf-8")


def rows() -> list[Row]:
    """Runs in turn, so that a slow moment of the machine hits all alike; the best of each counts."""
    found: dict[str, list[float]] = {}
    with ExitStack() as held:
        stacks = {
            "bare servicer": _with_plugin(held, BARE),
            "our plugin": _with_plugin(held, OURS),
            "dynamic front": dynamic(_stack(held), held.enter_context(program_host())),
        }
        _declare(stacks["dynamic front"])
        for stack in stacks.values():
            stack.up()
        for _ in range(_RUNS):
            for name, stack in stacks.items():
                seconds = stack.up("--expect-no-changes").seconds
                found.setdefault(name, []).append(seconds)
    bare, ours, other = (min(series) for series in found.values())
    return [
        *(of(name, series, "s") for name, series in found.items()),
        Row("our plugin to the bare servicer, best of each", ours / bare, "x", goal=1.15),
        Row("dynamic front to the bare servicer, best of each", other / bare, "x"),
    ]


def _with_plugin(held: ExitStack, command: tuple[str, ...]) -> Stack:
    place = _stack(held)
    stack = _PluginStack(place.folder, place.environment, place.server)
    _declare(stack)
    stack.use(command)
    return stack


def _declare(stack: Stack) -> None:
    """A hundred workflows."""
    resources = {
        f"w{number:03}": {
            "type": "dataworks:WorkflowDefinition",
            "properties": {
                "projectId": stack.project_id,
                "spec": document(f"orders_{number:03}", _NODES),
            },
        }
        for number in range(MANY)
    }
    stack.declare(resources, config={"callsPerSecond": 1000})


def _stack(held: ExitStack) -> Stack:
    return held.enter_context(_new_stack())


@contextmanager
def _new_stack() -> Iterator[Stack]:
    """A new stack, and a service without limits that is done at once: the first `up` is not what is measured."""
    emulator = Emulator(job_life=Life("seconds", 0))
    with tempfile.TemporaryDirectory(prefix="dataworks-bench-") as name, EmulatorServer(emulator) as server:
        yield new_stack(engine(), server, Path(name), secrets="passphrase")
