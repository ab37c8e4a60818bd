"""A node, a function and its file in production, by the same resource as a workflow."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Life
from tests.support.stacks import Stack

FILE = {"name": "masking.py", "type": "python", "content": {"fn::stringAsset": "class Mask: ...\n"}}
FUNCTION = {
    "name": "mask",
    "type": "string",
    "className": "masking.Mask",
    "fileResources": ["${own-file.name}"],
}


def node(content: str = "SELECT 1;") -> dict[str, Any]:
    script = {"path": "care/vacuum", "runtime": {"command": "ODPS_SQL"}, "content": content}
    return {"spec": {"kind": "Node", "spec": {"nodes": [{"name": "vacuum", "script": script}]}}}


def declare(stack: Stack, *, live: bool = True, **changes: dict[str, Any]) -> None:
    """Writes the program with all three, deployed or not."""
    inputs = {"node": node(), "file": FILE, "function": FUNCTION, **changes}
    kinds = {"node": "Node", "file": "FileResource", "function": "Function"}
    resources: dict[str, Any] = {}
    for name, kind in kinds.items():
        held = {"projectId": stack.project_id, **inputs[name]}
        resources[f"own-{name}"] = {"type": f"dataworks:{kind}", "properties": held}
        key = f"{kind[0].lower()}{kind[1:]}Id"
        asked = {one: f"${{own-{name}.{one}}}" for one in ("projectId", key, "digest")}
        waits = {"dependsOn": ["${live-file}"]} if name == "function" else {}
        if live:
            kept = {"type": "dataworks:WorkflowDeployment", "properties": asked, "options": waits}
            resources[f"live-{name}"] = kept
    stack.declare(resources)


def produced(stack: Stack) -> list[str]:
    """The kinds of what is in production."""
    held = [stack.emulator.production(one.workflow_id) for one in stack.emulator.objects()]
    return sorted(one.kind for one in held if one)


@pytest.fixture
def live(stack: Stack) -> Stack:
    declare(stack)
    stack.up()
    return stack


def test_each_is_deployed_once_and_taken_offline(live: Stack) -> None:
    assert produced(live) == ["Function", "Node", "Resource"]
    assert live.calls("CreatePipelineRun") == 3
    [held] = [one for one in live.state() if one["urn"].endswith("::live-node")]
    assert held["outputs"]["publishedWorkflowId"]
    live.is_quiet()
    declare(live, live=False)
    live.up()
    assert produced(live) == []
    live.destroy()
    assert live.emulator.objects() == []


def test_a_function_whose_file_is_not_deployed_is_a_warning(stack: Stack) -> None:
    declare(stack)
    program = json.loads(stack.program_file.read_text("utf-8"))
    del program["resources"]["live-file"]
    program["resources"]["live-function"]["options"] = {}
    stack.program_file.write_text(json.dumps(program), "utf-8")
    reported = stack.up().output
    assert 'function "mask" uses file resource "masking.py", which is not in production' in reported
    declare(stack)
    assert "which is not in production" not in stack.up().output


def live_id(stack: Stack, kind: str) -> str:
    [held] = [one for one in stack.emulator.objects() if one.kind == kind]
    return str(held.workflow_id)


def test_what_has_changed_is_deployed_again(live: Stack) -> None:
    declare(live, node=node("SELECT 2;"), file={**FILE, "content": {"fn::stringAsset": "class Mask: pass\n"}})
    assert "4 updated" in live.up().output
    assert live.calls("CreatePipelineRun") == 5
    held = live.emulator.production(live_id(live, "Node"))
    assert held is not None
    assert held.body["script"]["content"] == "SELECT 2;"
    live.is_quiet()


def test_one_that_somebody_took_offline_is_deployed_again(live: Stack) -> None:
    live.emulator.deploy(live_id(live, "Function"), "Offline")
    assert "somebody took this function offline" in live.refresh().output
    live.up()
    assert produced(live) == ["Function", "Node", "Resource"]


def test_a_deployment_that_fails_names_what_it_is_of(stack: Stack) -> None:
    declare(stack, live=False)
    stack.up()
    stack.emulator.script_stage("PROD_CHECK", Life("seconds", 0.1, "Fail", "not this one"))
    declare(stack)
    [kind] = {
        re.findall(r"deploying (.+) \d+ ended as Fail", line)[0]
        for line in stack.up(ok=False).output.splitlines()
        if "ended as Fail" in line
    }
    assert kind in {"node", "function", "file resource"}


def test_a_deployment_of_a_node_is_imported(live: Stack) -> None:
    own = live_id(live, "Node")
    live.run(
        "state", "delete", "--yes", next(one["urn"] for one in live.state() if "live-node" in one["urn"])
    )
    reported = live.run(
        "import", "dataworks:index:WorkflowDeployment", "live-node", f"{live.project_id}/{own}", "--yes"
    )
    assert f"nodeId: '{own}'" in reported.output
    live.preview("--expect-no-changes")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"nodeId": "1", "workflowId": "2"}, "nodeId: workflowId is given too"),
        ({"nodeId": "a/b"}, "text without a slash"),
        ({"functionId": "77"}, "there is no function 77 in project"),
    ],
)
def test_what_is_wrong_is_said(stack: Stack, asked: dict[str, Any], words: str) -> None:
    held = {"projectId": stack.project_id, "digest": f"1:{'a' * 64}", **asked}
    stack.declare({"live": {"type": "dataworks:WorkflowDeployment", "properties": held}})
    assert words in stack.preview(ok=False).output
