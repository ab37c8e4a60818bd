"""The fixtures `take` and `example`: a copy of an example as a project of a test, and the emulator beside it.

`take` is for Python and YAML. Where the CLI has no host for Python, tools/inline.py runs its commands on the program, in one
process for the whole test.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life, Project
from tests.support.repository import REPO
from tests.support.stacks import Result, Stack, engine, new_stack, plugin, server, stack_in
from tests.support.vault import PROVIDER

__all__ = [
    "Example",
    "PythonExample",
    "Run",
    "Take",
    "engine",
    "example",
    "plugin",
    "server",
    "take",
    "two_workspaces",
]

OPERATIONS = {"preview", "up", "refresh", "destroy"}
LEFT_BY_USERS = shutil.ignore_patterns(
    ".venv", "__pycache__", ".pytest_cache", "node_modules", "bin", "Pulumi.*.yaml"
)
PROJECTS = (10001, 10002)
TRY = "try"


def copy_example(source: Path, folder: Path) -> None:
    """Copies a project, and the workflow's folder where that lies beside it, as that of examples/retail does."""
    shutil.copytree(source, folder, ignore=LEFT_BY_USERS, dirs_exist_ok=True)
    if (source.parent / "workflow").is_dir():
        shutil.copytree(source.parent / "workflow", folder.parent / "workflow", dirs_exist_ok=True)


@dataclass
class PythonExample(Stack):
    """A project in `folder`, and the stack that commands are about in `name`."""

    inline: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def project(self) -> str:
        """The project's name."""
        return str(yaml.safe_load((self.folder / "Pulumi.yaml").read_text("utf-8"))["name"])

    def run(self, *arguments: str, ok: bool = True) -> Result:
        """Runs the CLI, or the Automation API where the CLI cannot run the program."""
        if arguments[0] not in OPERATIONS:
            return super().run(*arguments, ok=ok)
        if self._has_host():
            return super().run(*arguments, "--stack", self.name, ok=ok)
        process = self.inline[0] if self.inline else self._start_inline()
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps([self.name, *arguments]) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline() or '{"status": 1, "output": "the program died"}')
        assert (answer["status"] == 0) is ok, answer["output"]
        return Result(answer["status"], answer["output"], 0)

    def nodes(self, path: str, project_id: int = PROJECTS[0]) -> dict[str, dict[str, Any]]:
        """The nodes of a workflow of the service, by name."""
        return {node["name"]: node for node in self.workflow_at(path, project_id)["nodes"]}

    def workflow_at(self, path: str, project_id: int = PROJECTS[0]) -> dict[str, Any]:
        """A workflow of the service, as its document has it."""
        [found] = [
            stored
            for stored in self.emulator.workflows()
            if (stored.path, stored.project_id) == (path, project_id)
        ]
        workflow: dict[str, Any] = found.document["spec"]["workflows"][0]
        return workflow

    def configured(self) -> list[str]:
        """The stacks that the example has configuration for."""
        return sorted(file.name.split(".")[1] for file in self.folder.glob("Pulumi.*.yaml"))

    def configure(self, source: Path) -> None:
        """Writes what a user would set for the stack: the workspace where the example names none, and the endpoint."""
        file = f"Pulumi.{self.name}.yaml"
        kept = source / file
        written = yaml.safe_load(kept.read_text("utf-8"))["config"] if kept.exists() else {}
        config = {
            f"{self.project}:projectId": PROJECTS[0],
            **written,
            "dataworks:endpoint": self.server.endpoint,
        }
        (self.folder / file).write_text(yaml.safe_dump({"config": config}), "utf-8")

    def _has_host(self) -> bool:
        runtime = yaml.safe_load((self.folder / "Pulumi.yaml").read_text("utf-8"))["runtime"]
        name = runtime if isinstance(runtime, str) else runtime["name"]
        return bool(shutil.which(f"pulumi-language-{name}", path=self.environment["PATH"]))

    def _start_inline(self) -> subprocess.Popen[str]:
        script = str(REPO / "tools" / "inline.py")
        attached = {} if self.plugin is None else {"PULUMI_DEBUG_PROVIDERS": f"dataworks:{self.plugin}"}
        process = subprocess.Popen(
            [sys.executable, script, str(self.folder)],
            cwd=self.folder,
            env={**self.environment, **attached},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.inline.append(process)
        return process


Take = Callable[..., PythonExample]


@pytest.fixture
def two_workspaces() -> Iterator[EmulatorServer]:
    """DataWorks on this machine with two workspaces, the second in standard mode; jobs are short."""
    first, second = PROJECTS
    projects = [
        Project(project_id=first),
        Project(project_id=second, identifier="second_workspace", dev_environment_enabled=True),
    ]
    short = Life("seconds", 0.2)
    with EmulatorServer(Emulator(projects=projects, job_life=short, stage_life=short)) as running:
        yield running


@pytest.fixture
def take(
    request: pytest.FixtureRequest, engine: Path, two_workspaces: EmulatorServer, tmp_path: Path
) -> Iterator[Take]:
    """Makes a copy of an example, or of another folder, with a stack `try` or with the stacks that are named.

    In a test marked `starts_plugin` the CLI starts the provider as Pulumi.yaml says; else one runs already, which saves time.
    """
    marked = request.node.get_closest_marker("starts_plugin")
    port = None if marked else request.getfixturevalue("plugin")
    taken: list[PythonExample] = []

    def take_one(name: str | Path, *stacks: str) -> PythonExample:
        place = stack_in(engine, two_workspaces, tmp_path, port)
        example = PythonExample(place.folder, place.environment, two_workspaces, port)
        taken.append(example)
        source = REPO / "examples" / name
        copy_example(source, example.folder)
        (example.folder / ".venv").symlink_to(Path(sys.prefix))
        for stack in stacks or [TRY]:
            example.name = stack
            example.configure(source)
            example.run("stack", "init", stack, "--secrets-provider", PROVIDER)
        return example

    yield take_one
    for process in [process for example in taken for process in example.inline]:
        process.communicate(timeout=30)


STACK = "example"

Run = Callable[[str], str]
"""Runs a command of the CLI (`preview`, `up`, `destroy`), expects it to succeed and returns what it says."""


@dataclass
class Example:
    """A project in `stack.folder`; `stack.environment` points at the engine and the emulator."""

    stack: Stack

    def take(self, name: str) -> Path:
        """Puts a copy of an example in place of the project, with a stack `example` and the provider in its .venv."""
        folder = self.stack.folder
        copy_example(REPO / "examples" / name, folder)
        (folder / ".venv").symlink_to(Path(sys.prefix))
        self.stack.run("stack", "init", STACK, "--secrets-provider", PROVIDER)
        self.stack.run("config", "set", "projectId", str(self.stack.project_id))
        return folder

    def pulumi(self, command: str) -> str:
        """Runs the CLI on the project as it is: for a program whose language host is there."""
        confirmation = [] if command == "preview" else ["--yes", "--skip-preview"]
        return self.stack.run(command, *confirmation).output

    def inline(self, driver: list[str], project: str, command: str) -> str:
        """Runs a command through a driver of the Automation API: for a program whose language host is not there."""
        done = subprocess.run(
            [*driver, project, STACK, command],
            cwd=self.stack.folder,
            env=self.stack.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def live(self, run: Run) -> None:
        """Takes a program that imports and deploys one document with SQL and variables through its life."""
        emulator = self.stack.emulator
        assert "3 to create" in run("preview")
        assert emulator.workflows() == []
        output = run("up")
        [workflow] = emulator.workflows()
        assert workflow.workflow_id in output
        assert workflow.published
        assert "pulumi-resource-dataworks from $PATH" not in output
        text = json.dumps(workflow.document)
        assert "'${bizdate}'" in text
        assert "{{" not in text
        assert "3 unchanged" in run("preview")
        assert "3 deleted" in run("destroy")
        assert emulator.workflows() == []


@pytest.fixture
def example(engine: Path, server: EmulatorServer, tmp_path: Path) -> Example:
    """A project to put an example into."""
    return Example(new_stack(engine, server, tmp_path))
