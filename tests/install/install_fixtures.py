"""Fixtures of the install paths. A test module says `pytest_plugins = ["install_fixtures"]` and does not import this."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import REPO, Stack, engine, new_stack, server
from install_paths import BUILT, Environment, copy_clone, new_environment, run

__all__ = ["engine", "server"]


@pytest.fixture
def user(engine: Path, server: Any, tmp_path: Path) -> Stack:
    """A stack of somebody who has the Pulumi CLI alone on PATH: no Python, and none of the tests' programs."""
    stack = new_stack(engine, server, tmp_path)
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
