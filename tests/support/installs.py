"""What a user installs: built wheels in a new virtual environment, a copy of the clone, the release archive.

Nothing here comes from the tests' own environment: pip takes the dependencies from a folder of wheels
(tools/wheelhouse.py), and PATH holds the Pulumi CLI and nothing of Python's.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.documents import etl
from tests.support.repository import REPO
from tests.support.stacks import Stack, engine, new_stack, server

__all__ = ["engine", "server"]

CLONE = ("CHANGELOG.md", "LICENSE", "PulumiPlugin.yaml", "README.md", "pyproject.toml", "provider")
"""What of a clone the provider is built from."""
BUILT = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "dist")
WARNING = "pulumi-resource-dataworks from $PATH"


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and the wheels that pip may take packages from."""

    folder: Path
    wheelhouse: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    def install(self, *what: Path) -> None:
        """Lets pip install something, with its dependencies."""
        pip = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install")
        run(self.bin / "python", *pip, "--no-index", "--find-links", self.wheelhouse, *what)


def run(
    *command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = ""
) -> str:
    """Runs a command that has to succeed, and returns what it prints."""
    done = subprocess.run(
        command, cwd=cwd, env=env, input=stdin, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout


def new_environment(folder: Path, wheelhouse: Path) -> Environment:
    """Makes an empty virtual environment."""
    venv.create(folder, with_pip=True, symlinks=True)
    return Environment(folder, wheelhouse)


def copy_clone(folder: Path) -> Path:
    """Copies what the provider is built from, as a clone has it."""
    folder.mkdir(parents=True)
    for name in CLONE:
        if (REPO / name).is_dir():
            shutil.copytree(REPO / name, folder / name, ignore=BUILT)
        else:
            shutil.copyfile(REPO / name, folder / name)
    return folder


def write_program(stack: Stack, **sections: Any) -> None:
    """Writes a program of one workflow, `etl`, which says nothing of where the provider is but in these sections."""
    program = yaml.safe_load((stack.folder / "Pulumi.yaml").read_text("utf-8"))
    program.pop("plugins", None)
    properties = {"projectId": stack.project_id, "spec": etl()}
    program["resources"] = {"etl": {"type": "dataworks:WorkflowDefinition", "properties": properties}}
    program["outputs"] = {"workflowId": "${etl.workflowId}"}
    (stack.folder / "Pulumi.yaml").write_text(yaml.safe_dump(program | sections), "utf-8")


def install_archive(stack: Stack, archive: Path) -> str:
    """Installs the archive as its users do, and returns the version that it bears."""
    [version] = re.findall(r"-v(\d+\.\d+\.\d+)-", archive.name)
    stack.run("plugin", "install", "resource", "dataworks", f"v{version}", "--file", str(archive))
    return str(version)


def live(stack: Stack) -> None:
    """Takes the program through preview, up, preview and destroy."""
    outputs = [stack.preview().output]
    assert "2 to create" in outputs[0]
    outputs.append(stack.up().output)
    [workflow] = stack.emulator.workflows()
    assert workflow.workflow_id in outputs[1]
    outputs.append(stack.preview().output)
    assert "2 unchanged" in outputs[2]
    outputs.append(stack.destroy().output)
    assert stack.emulator.workflows() == []
    assert all(WARNING not in output for output in outputs), outputs


@pytest.fixture
def user(engine: Path, server: Any, tmp_path: Path) -> Stack:
    """A stack of somebody who has the Pulumi CLI alone on PATH: no Python, and none of the tests' programs."""
    stack = new_stack(engine, server, tmp_path, secrets="passphrase")
    commands = tmp_path / "commands"
    commands.mkdir()
    for command in engine.glob("pulumi*"):
        (commands / command.name).symlink_to(command)
    stack.environment["PATH"] = str(commands)
    return stack


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Makes a folder once for all workers of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def once(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = base / name, base / f"{name}.done"
        with (base / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                done.touch()
        return folder

    return once


@pytest.fixture(scope="session")
def wheelhouse() -> Path:
    """The folder with all that the wheels depend on."""
    return _tool("wheelhouse.py")


@pytest.fixture(scope="session")
def archive(shared: Callable[..., Path]) -> Path:
    """The release archive."""
    [built] = shared("archive", lambda folder: _tool("archive.py", "--out", folder)).iterdir()
    return built


@pytest.fixture(scope="session")
def wheels(shared: Callable[..., Path]) -> list[Path]:
    """The wheel of the provider and that of its SDK, built from copies, as a build of the SDK writes beside its sources."""

    def build(folder: Path) -> None:
        sources = [copy_clone(folder / "clone"), folder / "sdk"]
        shutil.copytree(REPO / "sdk/python", sources[1], ignore=BUILT)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "wheel", "--no-deps"]
        run(*pip, "--no-build-isolation", "--wheel-dir", folder, *sources)

    return sorted(shared("wheels", build).glob("*.whl"))


@pytest.fixture(scope="session")
def installed(shared: Callable[..., Path], wheels: list[Path], wheelhouse: Path) -> Environment:
    """An environment with both wheels."""

    def make(folder: Path) -> None:
        new_environment(folder, wheelhouse).install(*wheels)

    return Environment(shared("installed", make), wheelhouse)


def _tool(name: str, *arguments: str | Path) -> Path:
    """Runs one of the repository's tools; the last line that it prints is a path."""
    return Path(run(sys.executable, REPO / "tools" / name, *arguments).splitlines()[-1])
