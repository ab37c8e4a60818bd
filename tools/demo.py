#!/usr/bin/env python3
"""examples/retail in Python against the emulator, with the real Pulumi engine, step by step: `make demo`.

Each step prints its command and what the engine says, and has to show what it is there for: else the demo ends with
status 1. Everything is in a temporary folder (project, state, PULUMI_HOME), which is gone afterwards, as is the emulator.

A released Pulumi CLI runs the example as it stands. A CLI without a host for Python programs, as `make engine` builds it,
runs the same program through Pulumi's Automation API; the commands shown are those that have the same effect.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import inline
from engine import BuildError, engine

REPO = Path(__file__).resolve().parents[1]
EXAMPLE = REPO / "examples" / "retail"
VENV = Path(sys.prefix)
STACK = "demo"
SECONDS_PER_NODE, SECONDS_PER_STAGE = "0.1", 0.5
SQL_FILE = "workflow/sql/clean_orders.sql"
OLD_SQL, NEW_SQL = "customer_id > 0", "customer_id > 100"
DOCUMENT_CRON, COLLEAGUE_CRON = "00 30 01 * * ?", "00 30 09 * * ?"


class DemoError(Exception):
    """A step failed, or did not show what it had to."""


@dataclass(frozen=True)
class Service:
    """The emulator, as it announced itself."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str
    project_id: int

    def workflows(self) -> list[dict[str, Any]]:
        """What it holds now."""
        with urllib.request.urlopen(f"{self.endpoint}/_emulator/workflows", timeout=10) as answer:  # noqa: S310
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def edit(self, workflow: dict[str, Any], old: str, new: str) -> None:
        """Change a workflow as a colleague does in Data Studio, behind Pulumi's back."""
        self.control(
            "edit", {"id": workflow["id"], "document": json.loads(workflow["spec"].replace(old, new))}
        )

    def control(self, what: str, body: dict[str, Any]) -> None:
        """Send a command to the emulator itself."""
        headers = {"Content-Type": "application/json"}
        url, data = f"{self.endpoint}/_emulator/{what}", json.dumps(body).encode()
        urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10).close()  # noqa: S310


def main() -> int:
    """Play the demo; the exit status is returned."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that a kill cleans up too
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C reaches the CLI as well: its end is the demo's
    begin = time.monotonic()
    try:
        engine_folder = engine()
        with tempfile.TemporaryDirectory(prefix="dataworks-demo-") as folder, emulator() as service:
            prepare(Path(folder), engine_folder, service)
            play(Path(folder) / "retail", service)
    except (DemoError, BuildError) as error:
        print(f"\ndemo: FAILED: {error}", file=sys.stderr)
        return 1
    print(f"\ndemo: every step showed what it had to, in {time.monotonic() - begin:.0f} s")
    return 0


@contextmanager
def emulator() -> Iterator[Service]:
    """DataWorks on a free port, in a process of its own."""
    command = ["pulumi-dataworks", "emulator", "--port", "0", "--job-seconds-per-node", SECONDS_PER_NODE]
    print(f"$ {' '.join(command)} &")
    command[0] = str(VENV / "bin" / command[0])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise DemoError("the emulator ended before it was ready")
            print(line, end="", flush=True)
            reported = json.loads(line)
            service = Service(
                reported["endpoint"],
                reported["accessKey"],
                reported["secretKey"],
                reported["region"],
                reported["projectId"],
            )
            service.control("stage", {"progression": "seconds", "amount": SECONDS_PER_STAGE})
            yield service
        finally:
            process.terminate()


def prepare(folder: Path, engine_folder: Path, service: Service) -> None:
    """Copy the example, point this process's environment at the emulator, and make a stack."""
    project = folder / "retail/python"
    ignored = shutil.ignore_patterns(".venv", "__pycache__", "Pulumi.*.yaml", "node_modules", "typescript")
    shutil.copytree(EXAMPLE, project.parent, ignore=ignored)
    (project / ".venv").symlink_to(VENV)
    (folder / "state").mkdir()
    for name in [name for name in os.environ if name.startswith(("PULUMI_", "ALIBABA_", "ALICLOUD_"))]:
        del os.environ[name]
    shown = {
        "ALIBABA_CLOUD_DATAWORKS_ENDPOINT": service.endpoint,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": service.access_key,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": service.secret_key,
        "ALIBABA_CLOUD_REGION_ID": service.region,
    }
    os.environ |= shown | {
        "PATH": f"{engine_folder}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase of the demo",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "PULUMI_CREDENTIAL_STORE": "plaintext",
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
    }
    for name, value in shown.items():
        print(f"$ export {name}={value}")
    pulumi(project, "stack", "init", STACK)
    pulumi(project, "config", "set", "projectId", str(service.project_id))


def play(retail: Path, service: Service) -> None:
    """The life of a workflow; after each step, what it has to have shown."""
    run = runner(retail / "python")
    expect("3 to create", run("preview"))

    output = run("up")
    [workflow] = service.workflows()
    expect("importing 15 nodes (job ", output)
    expect("3 created", output)
    expect(workflow["id"], output)
    if not workflow["published"]:
        raise DemoError("the workflow is not in production")
    print(f'The emulator holds workflow {workflow["id"]}, "{workflow["path"]}", and it is in production.')

    expect("3 unchanged", run("preview"))

    [line] = [one for one in (retail / SQL_FILE).read_text("utf-8").splitlines() if OLD_SQL in one]
    say(f"An author changes {SQL_FILE}: {OLD_SQL} becomes {NEW_SQL}.")
    (retail / SQL_FILE).write_text((retail / SQL_FILE).read_text("utf-8").replace(OLD_SQL, NEW_SQL), "utf-8")
    output = run("preview", "--diff")
    expect("2 to update", output)
    expect(f"- {line}", output)
    expect(f"+ {line.replace(OLD_SQL, NEW_SQL)}", output)

    expect("2 updated", run("up"))
    [updated] = service.workflows()
    expect(workflow["id"], updated["id"])
    expect(NEW_SQL, updated["spec"])

    say("A colleague changes the schedule in Data Studio: 01:30 becomes 09:30.")
    service.edit(updated, DOCUMENT_CRON, COLLEAGUE_CRON)
    output = run("refresh", "--diff")
    expect("1 updated", output)
    expect(COLLEAGUE_CRON, output)
    run("up")
    expect(DOCUMENT_CRON, service.workflows()[0]["spec"])

    expect("3 deleted", run("destroy"))
    if service.workflows():
        raise DemoError("after the destroy the emulator still holds a workflow")
    print("The emulator holds no workflow.")


def say(text: str) -> None:
    """Show what happens beside Pulumi."""
    print(f"\n({text})")


def expect(text: str, output: str) -> None:
    """Fail unless the text is there."""
    if text not in output:
        raise DemoError(f'"{text}" was to be seen, and is not')


def runner(project: Path) -> Callable[..., str]:
    """What runs a command about the program: the CLI, or the Automation API where the CLI knows no Python."""
    if shutil.which("pulumi-language-python"):
        return lambda command, *flags: pulumi(project, command, *flags, *confirmation(command))
    print("\n(This CLI has no host for Python programs: Pulumi's Automation API runs the same program.)")
    stack = inline.select(project, STACK)

    def run(command: str, *flags: str) -> str:
        announce(command, *flags, *confirmation(command))
        lines: list[str] = []

        def show(line: str) -> None:
            keep(line, lines)

        if not inline.run(stack, command, *flags, show=show):
            raise DemoError(f"`pulumi {command}` failed")
        return checked("\n".join(lines))

    return run


def confirmation(command: str) -> list[str]:
    """The flags without which the CLI would ask; the Automation API sends the same."""
    return [] if command == "preview" else ["--yes", "--skip-preview"]


def pulumi(project: Path, *arguments: str) -> str:
    """Run the CLI, showing its command and its output as it comes."""
    announce(*arguments)
    lines: list[str] = []
    with subprocess.Popen(
        ["pulumi", "--non-interactive", *arguments],
        cwd=project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            keep(line, lines)
    if process.returncode:
        raise DemoError(f"`pulumi {' '.join(arguments)}` ended with status {process.returncode}")
    return checked("\n".join(lines))


def announce(*arguments: str) -> None:
    """Show a command as a person types it."""
    print(f"\n$ pulumi {' '.join(arguments)}", flush=True)


def keep(line: str, lines: list[str]) -> None:
    """Show a line of output, and note it."""
    lines.append(line.rstrip("\n"))
    print(lines[-1], flush=True)


def checked(output: str) -> str:
    """Return the output; a warning about the plugin's whereabouts is a defect of this set-up."""
    if "pulumi-resource-dataworks from $PATH" in output:
        raise DemoError("the CLI took the provider from PATH instead of the project's .venv")
    return output


if __name__ == "__main__":
    sys.exit(main())
