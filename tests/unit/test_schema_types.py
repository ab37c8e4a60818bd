"""The types of a document in schema.json: fresh, and wide enough for every real document."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec._tables import ENTITIES
from tests.support.corpus import READY, SHARED, needs_shared
from tests.support.repository import REPO

PATH = REPO / "provider/pulumi_resource_dataworks/plugin/schema.json"
SCHEMA: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
TYPES: dict[str, Any] = SCHEMA["types"]
DOCUMENT = "dataworks:flowspec:FlowSpec"


@needs_shared
def test_the_types_are_what_the_tool_writes() -> None:
    program = "import sys, pathlib; sys.path.insert(0, 'tools'); import gen_types as tool;"
    program += "sys.stdout.write(tool.written(tool.SCHEMA.read_text('utf-8'), tool.VENDOR))"
    done = subprocess.run([sys.executable, "-c", program], cwd=REPO, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == PATH.read_text(encoding="utf-8"), "run `make schema`"


def test_spec_is_text_or_a_typed_document() -> None:
    spec = SCHEMA["resources"]["dataworks:index:WorkflowDefinition"]["inputProperties"]["spec"]
    assert spec["oneOf"] == [{"type": "string"}, {"$ref": f"#/types/{DOCUMENT}"}]


def test_every_reference_leads_to_a_type_and_every_type_is_reached() -> None:
    reached = {DOCUMENT}
    waiting = [DOCUMENT]
    while waiting:
        for reference in re.findall(r'"#/types/([^"]+)"', json.dumps(TYPES[waiting.pop()])):
            if reference not in reached:
                reached.add(reference)
                waiting.append(reference)
    assert reached == {token for token in TYPES if token.startswith("dataworks:flowspec:")}


def test_names_are_names_of_every_language() -> None:
    for token, found in TYPES.items():
        for name in found.get("properties", {}):
            assert re.fullmatch(r"[a-z][A-Za-z0-9]*", name), (token, name)
        for label in found.get("enum", ()):
            assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", label["name"]), (token, label)


def test_an_enum_is_closed_exactly_where_the_parser_refuses_other_labels() -> None:
    closed = {
        choices
        for entity in ENTITIES.values()
        for field in entity.fields.values()
        if (choices := field.choices) and not field.open
    }
    enums = {tuple(label["value"] for label in found["enum"]) for found in TYPES.values() if "enum" in found}
    assert enums == closed
    assert "enum" not in TYPES["dataworks:flowspec:Runtime"]["properties"]["command"]


def misfits(value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    """What of a value its type has no place for."""
    token = schema.get("$ref", "").removeprefix("#/types/")
    if token == "pulumi.json#/Any" or value is None:
        return
    if token:
        yield from misfits(value, TYPES[token], path)
    elif schema["type"] == "array":
        for index, item in enumerate(value):
            yield from misfits(item, schema["items"], f"{path}[{index}]")
    elif schema["type"] == "object" and "properties" in schema:
        for key, item in value.items():
            known = {"do-while": "doWhile", "for-each": "forEach", "param-hub": "paramHub"}.get(key, key)
            if known not in schema["properties"]:
                yield f"{path}.{key}"
            else:
                yield from misfits(item, schema["properties"][known], f"{path}.{key}")


DROPPED = re.compile(r"\.maxIteration$")
"""Of real documents: a misspelling of the vendor's own, which its parser drops too."""


@pytest.mark.parametrize("path", [SHARED / "documents" / name for name in READY], ids=lambda path: path.name)
def test_every_real_document_has_a_place_in_the_types(path: Path) -> None:
    root = json.loads(path.read_text(encoding="utf-8"))
    assert [miss for miss in misfits(root, TYPES[DOCUMENT], "") if not DROPPED.search(miss)] == []
