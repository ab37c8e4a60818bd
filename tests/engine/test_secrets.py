"""Planted secrets through a whole life with everything going wrong: where each is found afterwards."""

from __future__ import annotations

import copy
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Account, Emulator, EmulatorServer, Fault, Life
from tests.support.documents import etl, node, nodes
from tests.support.quotes import QUOTES
from tests.support.stacks import Stack

pytestmark = pytest.mark.starts_plugin

SCRIPT, OTHER = "planted-script-71c0", "planted-other-e2a9"
ACCOUNT = Account(
    access_key="LTAIplanted5d21key", secret_key="planted-secret-9e37", security_token="planted-token-4b8a+/=="
)
PLANTED = (SCRIPT, OTHER, ACCOUNT.access_key, ACCOUNT.secret_key, str(ACCOUNT.security_token))
SAID = "said by the service"
OBEYED = "\x1b]0;title\x07<{%bold%}>"


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    """DataWorks with temporary credentials; it writes an owner of its own into what it keeps."""
    with EmulatorServer(Emulator(accounts=(ACCOUNT,), job_life=Life("seconds", 0.2))) as running:
        running.emulator.switch(other_owner="replaced")
        yield running


def script(line: int, planted: str = SCRIPT) -> str:
    return f"-- line {line}\nSELECT '{planted}' AS a, b/c+d;\n"


def document(line: int, **fields: Any) -> dict[str, Any]:
    return etl(nodes=[node("extract", script(line), **fields), node("load")], owner="7" * 16)


def hidden(document: dict[str, Any]) -> dict[str, Any]:
    """A document whose first script is a secret."""
    whole = copy.deepcopy(document)
    first = nodes(whole)[0]["script"]
    first["content"] = {"fn::secret": first["content"]}
    return whole


def declare(stack: Stack, document: Any, other: int = 0, **keys: str) -> None:
    """Writes the program: a provider, whose keys are secrets, two documents with a secret script, and one without."""
    settings: dict[str, Any] = {
        "region": "cn-shanghai",
        "endpoint": stack.server.endpoint,
        "accessKey": ACCOUNT.access_key,
        "secretKey": ACCOUNT.secret_key,
        "securityToken": ACCOUNT.security_token,
        "dryRunProjects": [stack.project_id],
        **keys,
    }
    second = etl(name="other", nodes=[node("extract", script(other, OTHER))], dependencies=[])
    plain = etl(name="plain", nodes=[node("extract")], dependencies=[])
    options = {"provider": "${account}"}
    resources = {
        name: {
            "type": "dataworks:WorkflowDefinition",
            "properties": {
                "projectId": stack.project_id,
                "spec": spec,
                "validateOnPreview": name == "etl",
            },
            "options": options,
        }
        for name, spec in (("etl", hidden(document)), ("other", hidden(second)), ("plain", plain))
    }
    stack.declare(
        {"account": {"type": "pulumi:providers:dataworks", "properties": settings}, **resources},
        {"nodes": "${etl.nodeIds}", "digest": "${etl.digest}"},
    )


def by_hand(stack: Stack) -> None:
    """Somebody changes each secret script in Data Studio, and adds a node with the same."""
    for workflow in (one for one in stack.emulator.workflows() if not one.path.endswith("plain")):
        changed = copy.deepcopy(workflow.document)
        held = nodes(changed)
        next(one for one in held if one["name"] == "extract")["script"]["content"] += "-- by hand\n"
        held.append(node("theirs", f"SELECT '{SCRIPT}', '{OTHER}';\n", id="555"))
        stack.emulator.edit(workflow.workflow_id, changed)


class Watched:
    """Runs the CLI, and remembers what it prints and the arguments of each process in its session."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.output: list[str] = []
        self.arguments: set[str] = set()

    def run(self, *arguments: str, ok: bool = True) -> str:
        process = self.stack.start(*arguments, "--logtostderr", "-v=9")
        end = time.monotonic() + 120
        while True:
            self._look(process.pid)
            try:
                output, _ = process.communicate(timeout=0.05)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > end:
                    os.killpg(process.pid, signal.SIGKILL)
                    raise
        assert (process.returncode == 0) is ok, output
        self.output.append(output)
        return output

    def _look(self, session: int) -> None:
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    if os.getsid(int(entry.name)) == session:
                        self.arguments.add((entry / "cmdline").read_text("utf-8", errors="replace"))
                except OSError:  # it has ended
                    continue


def test_what_is_planted_is_found_nowhere(stack: Stack, tmp_path: Path) -> None:
    """Nor does the CLI itself write any of it, its log at -v=9 included: its state holds what its secrets provider makes of it."""
    for key in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET"):
        del stack.environment[f"ALIBABA_CLOUD_{key}"]
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    stack.environment["TMPDIR"] = str(temporary)
    watched = Watched(stack)
    run, up = watched.run, ("up", "--yes")
    declare(stack, document(1), secretKey="planted-secret-9e37-wrong")
    assert "dataworks:secretKey" in run(*up, ok=False)
    declare(stack, document(1))
    stack.emulator.add_fault(Fault("ImportWorkflowDefinition", nth=2, when="after", reset=True))
    assert "DataWorks keeps something else than was sent" in run(*up)
    words = f"{SAID}: {QUOTES['its longest line'](script(2))} or {QUOTES['URL'](script(2))}"
    stack.emulator.script_job(Life("seconds", 0.2, "Fail", f"{words} at $.spec.workflows[0].nodes[0]"))
    declare(stack, document(2))
    assert "See spec.workflows[0].nodes[0]" in run("preview", "--diff", ok=False)
    stack.emulator.script_job(Life("seconds", 0.2), times=1)
    stack.emulator.script_job(Life("seconds", 0.2, "Fail", f"{SAID}: {QUOTES['HTML'](script(4, OTHER))}"))
    stack.emulator.script_job(Life("seconds", 0.2, "Fail", words))
    declare(stack, document(2), other=4)
    assert (
        run(*up, ok=False).count("ended as Fail: the text is not shown, because what was sent holds a secret")
        >= 2
    )
    by_hand(stack)
    echo = f"odd: x-acs-security-token: {ACCOUNT.security_token} {OBEYED}"
    stack.emulator.add_fault(
        Fault("GetWorkflowDefinition", times=3, status=403, code="Forbidden.Odd", message=echo)
    )
    shown = run("refresh", "--yes", "--color", "always", ok=False)
    assert "odd: x-acs-security-token: *** \\x1b]0;title\\x07<{ %bold%}>" in shown
    run("refresh", "--yes", "--diff")
    declare(stack, document(3, rerunMode={"fn::secret": SCRIPT}))
    run("preview", "--diff", ok=False)
    questions = (("export",), ("history", "--json"), ("output", "--json"))
    asked = [stack.run("stack", *question).output for question in questions]
    run("destroy", "--yes")
    files = [*stack.state_files(), *temporary.rglob("*"), *tmp_path.rglob("*.log")]
    held = [path.read_text("utf-8", errors="replace") for path in files if path.is_file()]
    assert any("planted" not in text and "WorkflowDefinition" in text for text in held)
    assert any("pulumi-resource-dataworks" in text for text in watched.arguments)
    for planted in (*PLANTED, SAID, OBEYED):
        found = [text for text in (*watched.output, *watched.arguments, *asked, *held) if planted in text]
        assert not found, planted
