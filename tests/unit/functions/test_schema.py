"""The schema says of each function what it takes and gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.lifecycle import functions
from tests.support.documents import etl
from tests.support.functions import HERE, Asking
from tests.support.repository import REPO

SCHEMA = json.loads((REPO / "provider/pulumi_resource_dataworks/plugin/schema.json").read_text("utf-8"))
DECLARED: dict[str, Any] = {token.rpartition(":")[2]: spec for token, spec in SCHEMA["functions"].items()}
ASKED: dict[str, dict[str, Any]] = {
    "getProject": {"projectId": HERE},
    "getResourceGroup": {"name": "shared"},
    "getWorkflowDefinition": {"projectId": HERE, "name": "orders"},
    "listWorkflowDefinitions": {"projectId": HERE},
    "readFlowSpec": {"path": "daily.json"},
}


def test_every_function_is_declared_with_its_arguments() -> None:
    takes = {name: set(arguments.readers) for name, (arguments, _) in functions.FUNCTIONS.items()}
    assert takes == {name: set(spec["inputs"]["properties"]) for name, spec in DECLARED.items()}


@pytest.mark.parametrize("name", DECLARED)
async def test_it_gives_what_is_declared(
    ask: Asking, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "daily.json").write_text(json.dumps(etl()))
    own = await ask.named("orders")
    ask.emulator.publish(own)
    found, outputs = await ask(name, **ASKED[name]), DECLARED[name]["outputs"]
    assert found.keys() == outputs["properties"].keys() >= set(outputs["required"])
    kinds: dict[str, type] = {
        "integer": int,
        "string": str,
        "boolean": bool,
        "object": dict,
        "array": list,
    }
    for key, value in found.items():
        declared = outputs["properties"][key]
        assert type(value) is kinds[declared.get("type", "object")], key
        assert "type" in declared or declared["$ref"] == "pulumi.json#/Any", key
    for row in found.get("workflows", []):
        assert row.keys() == SCHEMA["types"]["dataworks:index:WorkflowSummary"]["properties"].keys()
