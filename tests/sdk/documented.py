"""What the tests of the SDKs share: the schema's example in a language, and what a typed program has to hand over."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pulumi_resource_dataworks.flowspec import read, validate

SCHEMA = Path(__file__).resolve().parents[2] / "provider/pulumi_resource_dataworks/plugin/schema.json"


def program(language: str) -> str:
    """The program in the resource's description."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    description = schema["resources"]["dataworks:index:WorkflowDefinition"]["description"]
    [found] = re.findall(rf"```{language}\n(.*?)```", description, re.DOTALL)
    return str(found)


def expect_the_functions(lines: str) -> None:
    """Expects what programs/functions.* print: each function was asked with its arguments, and answered."""
    *asked, found = map(json.loads, lines.splitlines())
    assert found == ["a", "Serverless_1", "8"]
    assert sorted(asked, key=str) == [
        ["dataworks:index:getProject", {"projectId": 10001}],
        ["dataworks:index:getResourceGroup", {"name": "shared", "projectId": 10001}],
        ["dataworks:index:getWorkflowDefinition", {"path": "a/orders", "projectId": 10001}],
        ["dataworks:index:listWorkflowDefinitions", {"projectId": 10001}],
    ]


def expect_the_typed_document(inputs: dict[str, Any]) -> None:
    """Expects the inputs of programs/typed.*: the names are FlowSpec's, and the document is valid."""
    [workflow] = inputs["spec"]["spec"]["workflows"]
    again, each = workflow["nodes"]
    assert again["doWhile"]["while"]["name"] == "x"
    assert (again["rerunMode"], again["rerunTimes"]) == ("FailureAllowed", 3)
    assert each["forEach"]["nodes"][0]["script"]["content"] == "SELECT '${bizdate}';"
    assert each["join"]["branches"][0]["assertion"] == {"field": "status", "in": [1, "2"]}
    assert workflow["dependencies"] == [
        {"nodeId": "each", "depends": [{"type": "Normal", "nodeId": "again"}]}
    ]
    assert validate(read(inputs["spec"])) == []
