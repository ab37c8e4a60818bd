"""The fixture `example`: an example of the repository as a project of a test, and the emulator beside it.

A test module says `pytest_plugins = ["example_run"]` and imports this module for its types alone: so pytest loads it as
a plugin, with the fixtures of the engine tests, and its asserts tell what they have seen.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import REPO, Stack, engine, new_stack, server
from pulumi_resource_dataworks.emulator import EmulatorServer

__all__ = ["Example", "Run", "engine", "example", "server"]

LEFT_BY_USERS = shutil.ignore_patterns(".venv", "__pycache__", "node_modules", "bin", "Pulumi.*.yaml")

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
        shutil.rmtree(folder)
        shutil.copytree(REPO / "examples" / name, folder, ignore=LEFT_BY_USERS)
        (folder / ".venv").symlink_to(Path(sys.prefix))
        self.stack.run("stack", "init", STACK)
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
        """Takes a program that makes one workflow from SQL with `${bizdate}` through its life."""
        emulator = self.stack.emulator
        assert "2 to create" in run("preview")
        assert emulator.workflows() == []
        output = run("up")
        [workflow] = emulator.workflows()
        assert workflow.workflow_id in output
        assert "from $PATH" not in output
        assert all("'${bizdate}'" in content for content in self.stack.scripts().values())
        assert "2 unchanged" in run("preview")
        assert "2 deleted" in run("destroy")
        assert emulator.workflows() == []


@pytest.fixture
def example(engine: Path, server: EmulatorServer, tmp_path: Path) -> Example:
    """A project to put an example into."""
    return Example(new_stack(engine, server, tmp_path))
