"""The two fronts of the lifecycle behind one kind of stack: a program is declared for either as for the YAML host."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from tests.support.program_host import PROGRAM
from tests.support.stacks import Stack

Ability = Literal[
    "asks DataWorks in a preview",
    "keeps what is half done",
    "ends in an error without a traceback",
    "hides a secret's own text only",
]
"""What only the plugin can do, as `pulumi.dynamic` has no way for it (docs/dynamic.md)."""

OTHER = 10002
"""A second workspace."""
PLANTED = "planted-script-71c0"
"""A secret that is to be seen nowhere."""
DYNAMIC_MODULE = "pulumi-python:dynamic/dataworks:"
_WITH_A_PROGRAM = frozenset({"preview", "up"})
_HOST = "pulumi-resource-pulumi-python"


@dataclass
class DynamicStack(Stack):
    """A stack whose workflows are dynamic resources.

    Attributes:
        program: The port of the process that runs programs.
    """

    program: int = 0
    fails_with_traceback: ClassVar[bool] = True

    def declare(
        self,
        resources: dict[str, Any],
        outputs: dict[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        super().declare({}, None, config, **more)
        program = {"resources": resources, "outputs": outputs or {}}
        self.program_file.write_text(json.dumps(program), "utf-8")

    @property
    def program_file(self) -> Path:
        return self.folder / PROGRAM

    def start(self, *arguments: str, own_plugin: bool = False) -> subprocess.Popen[str]:
        client = (f"--client=127.0.0.1:{self.program}",) if arguments[0] in _WITH_A_PROGRAM else ()
        return super().start(*arguments, *client, own_plugin=own_plugin)

    def resources(self) -> list[dict[str, Any]]:
        kind = f"{DYNAMIC_MODULE}WorkflowDefinition"
        return [resource for resource in self.state() if resource["type"] == kind]


def can(stack: Stack, ability: Ability) -> bool:
    """Whether the stack's front can do what only the plugin can."""
    del ability
    return not isinstance(stack, DynamicStack)


def dynamic(stack: Stack, program: int) -> DynamicStack:
    """The stack, with dynamic resources."""
    add_dynamic_host(stack.environment)
    return DynamicStack(stack.folder, stack.environment, stack.server, None, stack.name, program)


def add_dynamic_host(environment: dict[str, str]) -> None:
    """Lets the CLI of an environment start dynamic resources, where its own host for Python programs does not."""
    environment["PULUMI_PYTHON_CMD"] = sys.executable
    if shutil.which(_HOST, path=environment["PATH"]):
        return
    script = Path(environment["PULUMI_HOME"], "plugins", "resource-pulumi-python-v3.0.0", _HOST)
    script.parent.mkdir(parents=True)
    script.write_text('#!/bin/sh\nexec "$PULUMI_PYTHON_CMD" -u -m pulumi.dynamic "$@"\n', "utf-8")
    script.chmod(0o755)


@contextmanager
def program_host() -> Iterator[int]:
    """The port of a process that runs the programs of dynamic stacks, one at a time."""
    command = [sys.executable, str(Path(__file__).with_name("program_host.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()
