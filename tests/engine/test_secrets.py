"""Planted secrets through a whole life with everything going wrong: none is in any output, state or file afterwards."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Account, Emulator, EmulatorServer, Fault, Life
from tests.support.documents import etl, node, nodes
from tests.support.stacks import Stack

pytestmark = pytest.mark.starts_plugin

SCRIPT = "planted-script-71c0"
ACCOUNT = Account(
    access_key="LTAIplanted5d21key", secret_key="planted-secret-9e37", security_token="planted-token-4b8a+/=="
)
PLANTED = (SCRIPT, ACCOUNT.access_key, ACCOUNT.secret_key, str(ACCOUNT.security_token))


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    """DataWorks with temporary credentials; it writes an owner of its own into what it keeps."""
    with EmulatorServer(Emulator(accounts=(ACCOUNT,), job_life=Life("seconds", 0.2))) as running:
        running.emulator.switch(other_owner="replaced")
        yield running


def declare(stack: Stack, document: Any, **keys: str) -> None:
    """Writes the program with an explicit provider, whose keys are secrets, and a script that is one."""
    hidden = copy.deepcopy(document)
    first = nodes(hidden)[0]["script"]
    first["content"] = {"fn::secret": first["content"]}
    settings: dict[str, Any] = {
        "region": "cn-shanghai",
        "endpoint": stack.server.endpoint,
        "accessKey": ACCOUNT.access_key,
        "secretKey": ACCOUNT.secret_key,
        "securityToken": ACCOUNT.security_token,
        "validateOnPreview": True,
        "dryRunProjects": [stack.project_id],
        **keys,
    }
    flow = {"projectId": stack.project_id, "spec": hidden}
    options = {"provider": "${account}"}
    stack.declare(
        {
            "account": {"type": "pulumi:providers:dataworks", "properties": settings},
            "etl": {"type": "dataworks:WorkflowDefinition", "properties": flow, "options": options},
        },
        {"nodes": "${etl.nodeIds}", "digest": "${etl.digest}"},
    )


def document(line: int, **fields: Any) -> dict[str, Any]:
    return etl(
        nodes=[node("extract", f"SELECT '{SCRIPT}', {line};\n", **fields), node("load")], owner="7" * 16
    )


def by_hand(workflow: dict[str, Any]) -> None:
    """Somebody changes the secret script in Data Studio, and adds a node."""
    held = {one["name"]: one for one in workflow["nodes"]}
    held["extract"]["script"]["content"] = f"SELECT '{SCRIPT}', 'by hand';\n"
    workflow["nodes"].append(node("theirs", id="555"))


def test_what_is_planted_is_found_nowhere(stack: Stack) -> None:
    for key in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET"):
        del stack.environment[f"ALIBABA_CLOUD_{key}"]
    told: list[str] = []

    def run(*arguments: str, ok: bool = True) -> str:
        told.append(stack.run(*arguments, "--logtostderr", "-v=3", ok=ok).output)
        return told[-1]

    up = ("up", "--yes")
    declare(stack, document(1), secretKey="planted-secret-9e37-wrong")
    assert "dataworks:secretKey" in run(*up, ok=False)
    declare(stack, document(1))
    stack.emulator.add_fault(Fault("ImportWorkflowDefinition", nth=2, when="after", reset=True))
    assert "DataWorks keeps something else than was sent" in run(*up)
    assert stack.resource()["outputs"]["__state"]["4dabf18193072939515e22adb298388d"]
    words = f"cannot parse SELECT '{SCRIPT}', 2;"
    stack.emulator.script_job(Life("seconds", 0.2, "Fail", f"{words} at $.spec.workflows[0].nodes[0]"))
    declare(stack, document(2))
    assert "DataWorks would refuse this document" in run("preview", "--diff", ok=False)
    stack.emulator.script_job(Life("seconds", 0.2), times=1)
    stack.emulator.script_job(Life("seconds", 0.2, "Fail", words))
    assert "cannot parse" in run(*up, ok=False)
    stack.edit(by_hand)
    run("refresh", "--yes", "--diff")
    assert "somebody added" in run(*up, "--skip-preview", ok=False)
    declare(stack, document(3, rerunMode={"fn::secret": SCRIPT}))
    run("preview", "--diff", ok=False)
    run("destroy", "--yes")
    held = [path.read_text("utf-8", errors="replace") for path in stack.state_files()]
    logs = [path.read_text("utf-8", errors="replace") for path in stack.folder.parent.rglob("*.log")]
    for planted in PLANTED:
        assert not [text for text in (*told, *held, *logs) if planted in text], planted
