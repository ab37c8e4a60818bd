"""The examples and the demo, as a user runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import REPO, Stack


def test_the_yaml_example_applies_and_keeps_its_placeholders(stack: Stack) -> None:
    shutil.rmtree(stack.folder)
    shutil.copytree(REPO / "examples" / "yaml", stack.folder)
    (stack.folder / ".venv").symlink_to(Path(sys.prefix))
    stack.run("stack", "init", "example")
    stack.run("config", "set", "projectId", str(stack.project_id))
    output = stack.up().output
    [workflow] = stack.emulator.workflows()
    assert workflow.workflow_id in output
    assert "warning: using pulumi-resource-dataworks from $PATH" not in output
    assert all("${bizdate}" in content for content in stack.scripts().values())
    assert "2 unchanged" in stack.preview().output
    stack.destroy()
    assert stack.emulator.workflows() == []


def test_the_demo_shows_every_step(engine: Path) -> None:
    environment = {**os.environ, "PATH": f"{engine}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, str(REPO / "tools" / "demo.py")]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=240, cwd=REPO
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every step showed what it had to" in done.stdout
    assert "from $PATH" not in done.stdout
