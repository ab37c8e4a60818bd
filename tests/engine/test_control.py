"""Control nodes in their author's short form: what follows from their fields arrives, and is no drift."""

from __future__ import annotations

import json
from typing import Any

from tests.support.controls import Object, controls
from tests.support.documents import nodes
from tests.support.stacks import Stack, resources_in


def declare(stack: Stack, document: Object) -> None:
    """The document as a file: in the program itself `${...}` would be Pulumi's."""
    (stack.folder / "flow.json").write_text(json.dumps(document), "utf-8")
    stack.workflow({"fn::readFile": "./flow.json"})


def held(stack: Stack) -> dict[str, Object]:
    [workflow] = stack.emulator.workflows()
    return {one["name"]: one for one in workflow.document["spec"]["workflows"][0]["nodes"]}


def depends(stack: Stack, name: str) -> list[str]:
    [workflow] = stack.emulator.workflows()
    own = held(stack)[name]["id"]
    edges = workflow.document["spec"]["workflows"][0]["dependencies"]
    return [depend["output"] for edge in edges if edge["nodeId"] == own for depend in edge["depends"]]


def test_a_short_branch_join_and_for_each_work_whether_or_not_the_script_is_needed(stack: Stack) -> None:
    stack.emulator.switch(control_script="needed", read_back_noise="worst")
    document = controls()
    declare(stack, document)
    assert "warning" not in stack.up().output
    _look(stack)
    stack.is_quiet()
    for setting in ("rewritten", "as_sent"):
        stack.emulator.switch(control_script=setting)
        nodes(document)[0]["branch"]["branches"][0]["desc"] = setting
        declare(stack, document)
        assert "1 updated" in stack.up().output
        assert setting in held(stack)["fork"]["script"]["content"]
        _look(stack)
        stack.is_quiet()


def test_an_import_prints_the_short_form(stack: Stack) -> None:
    stack.emulator.switch(control_script="rewritten")
    declare(stack, controls())
    stack.up()
    resource = stack.resource()
    stack.run("state", "delete", "--yes", resource["urn"])
    code = stack.folder / "code.yaml"
    own = ("dataworks:index:WorkflowDefinition", "etl", resource["id"])
    stack.run("import", "--yes", "--skip-preview", "--protect=false", "--out", str(code), *own)
    [found] = resources_in(code.read_text("utf-8")).values()
    [workflow] = found["properties"]["spec"]["spec"]["workflows"]
    printed = {one["name"]: one for one in workflow["nodes"]}
    assert not any("content" in printed[name]["script"] for name in ("fork", "merge"))
    assert not any("outputs" in printed[name] for name in ("fork", "pick", "hub"))
    assert [one["nodeId"] for one in printed["merge"]["join"]["branches"]] == ["rest", "work"]
    assert "inputs" not in printed["each"]


def _look(stack: Stack) -> None:
    found: dict[str, Any] = held(stack)
    arms = json.loads(found["fork"]["script"]["content"])
    assert [(one["condition"], one["nodeoutput"]) for one in arms] == [
        ("'${day}' == 'sun'", "shop.sunday"),
        ("'${day}' != 'sun'", "shop.week"),
    ]
    outputs = {one["data"] for one in found["fork"]["outputs"]["nodeOutputs"]}
    assert outputs == {found["fork"]["id"], "shop.sunday", "shop.week"}
    watched = [found["rest"]["id"], found["work"]["id"]]
    assert [one["output"]["data"] for one in found["merge"]["join"]["branches"]] == watched
    join = json.loads(found["merge"]["script"]["content"])
    assert [one["node"] for one in join["branchList"]] == watched
    assert sorted(depends(stack, "merge")) == sorted(watched)
    [given] = found["each"]["inputs"]["variables"]
    assert given["referenceVariable"]["node"]["nodeId"] == found["pick"]["id"]
    assert [one["name"] for one in found["hub"]["outputs"]["variables"]] == ["round"]


def test_what_disagrees_is_refused_at_preview_and_said_with_both(stack: Stack) -> None:
    document = controls()
    script = [{"condition": "1", "nodeoutput": "shop.sunday"}, {"condition": "0", "nodeoutput": "shop.week"}]
    nodes(document)[0]["script"]["content"] = json.dumps(script)
    declare(stack, document)
    reported = stack.preview(ok=False).output
    assert "branch.branches[0].when says \"'${day}' == 'sun'\"" in reported
    assert stack.emulator.workflows() == []
