#!/usr/bin/env python3
"""Run the CLI's commands on a Python program through Pulumi's Automation API, for a CLI without a host for Python.

As a script: the project's folder is the argument. Each line on stdin is a JSON list, the stack and then a command with
its flags: `["dev", "preview", "--diff"]`. Each is answered by a line on stdout: `{"status": 0, "output": "..."}`.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import yaml
from pulumi import automation

NEVER_ASKED = {"--yes", "--skip-preview"}  # what the Automation API sends by itself

Show = Callable[[str], None]


def select(project: Path, stack: str) -> automation.Stack:
    """Return a stack that is there already; its program runs in this process, as a language host would run it."""

    def program() -> None:
        runpy.run_path(str(project / "__main__.py"))

    if str(project) not in sys.path:
        sys.path.insert(0, str(project))
    settings = yaml.safe_load((project / "Pulumi.yaml").read_text("utf-8"))
    return automation.select_stack(
        stack_name=stack,
        project_name=settings["name"],
        program=program,
        opts=automation.LocalWorkspaceOptions(work_dir=str(project)),
    )


def run(stack: automation.Stack, command: str, *flags: str, show: Show) -> bool:
    """Run `preview`, `up`, `refresh` or `destroy`, showing each line, and return whether it succeeded."""
    names = [flag.removeprefix("--").replace("-", "_") for flag in flags if flag not in NEVER_ASKED]
    try:
        getattr(stack, command)(on_output=show, on_error=show, **dict.fromkeys(names, True))
    except automation.errors.CommandError:
        return False
    return True


def main() -> int:
    """Answer commands until stdin ends; what the program prints goes to stderr."""
    project = Path(sys.argv[1]).absolute()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    stacks: dict[str, automation.Stack] = {}
    for line in sys.stdin:
        name, command, *flags = json.loads(line)
        if name not in stacks:
            stacks[name] = select(project, name)
        lines: list[str] = []
        done = run(stacks[name], command, *flags, show=lines.append)
        answer = {"status": 0 if done else 1, "output": "\n".join(lines)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
