"""The types of a document in schema.json: fresh, and wide enough for every real document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec._tables import OBJECT_TYPES
from pulumi_resource_dataworks.lifecycle import NODE, StudioObjects, WorkflowDeployments, WorkflowRuns
from tests.support.corpus import SCHEMAS, each_ready, loaded, vendors
from tests.support.repository import REPO
from tools.gen_types import DOCUMENT, Types, schemas, written

PATH = REPO / "provider/pulumi_resource_dataworks/plugin/schema.json"
SCHEMA: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
TYPES: dict[str, Any] = SCHEMA["types"]


class Standing(Types):
    """Made from the types as they stand where `make schema` reads the vendor's schemas."""

    def __init__(self) -> None:
        super().__init__({})
        for name, words in sorted(self.words.items()):
            found = TYPES[self.token(name)]
            before = {new: old for old, new in words.get("renamed", {}).items()}
            properties = {before.get(key, key): value for key, value in found["properties"].items()}
            left_out: dict[str, Any] = {key: {} for key in words.get("without", ())}
            self.vendor[name] = {**found, "properties": {**properties, **left_out}}

    def of_vendor(self, value: dict[str, Any]) -> dict[str, Any]:
        return dict(value)


def test_the_types_say_what_the_words_and_the_tables_say() -> None:
    text = PATH.read_text(encoding="utf-8")
    assert written(text, Standing()) == text, "run `make schema`"


if SCHEMAS:

    @pytest.mark.parametrize("folder", SCHEMAS, ids=lambda folder: str(folder.name))
    def test_the_types_are_made_of_the_vendors_schemas(folder: Path) -> None:
        text = PATH.read_text(encoding="utf-8")
        assert written(text, Types(schemas(folder))) == text, "run `make schema`"


def test_spec_is_text_or_a_typed_document() -> None:
    spec = SCHEMA["resources"]["dataworks:index:WorkflowDefinition"]["inputProperties"]["spec"]
    # The document first: Pulumi's generator for Go writes an object as the first of the types.
    assert spec["oneOf"] == [{"$ref": f"#/types/{DOCUMENT}"}, {"type": "string"}]


def test_every_reference_leads_to_a_type_and_every_type_is_reached() -> None:
    reached = {DOCUMENT}
    waiting = [DOCUMENT]
    while waiting:
        for reference in re.findall(r'"#/types/([^"]+)"', json.dumps(TYPES[waiting.pop()])):
            if reference not in reached:
                reached.add(reference)
                waiting.append(reference)
    assert reached == {DOCUMENT, *(token for token in TYPES if token.startswith("dataworks:flowspec:"))}


def test_names_are_names_of_every_language() -> None:
    for token, found in TYPES.items():
        for name in found.get("properties", {}):
            assert re.fullmatch(r"[a-z][A-Za-z0-9]*", name), (token, name)
        for label in found.get("enum", ()):
            assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", label["name"]), (token, label)


def test_an_enum_is_closed_exactly_where_the_parser_refuses_other_labels() -> None:
    closed = {
        choices
        for entity in OBJECT_TYPES.values()
        for field in entity.fields.values()
        if (choices := field.choices) and not field.open
    }
    enums = {
        tuple(label["value"] for label in found["enum"])
        for token, found in TYPES.items()
        if "enum" in found and token.startswith("dataworks:flowspec:")
    }
    assert enums == closed
    assert "enum" not in TYPES["dataworks:flowspec:Runtime"]["properties"]["command"]


@pytest.mark.parametrize(
    ("resource", "key"),
    [
        ("WorkflowDeployment", "approval"),
        ("WorkflowRun", "type"),
        ("WorkflowRun", "order"),
        ("Node", "scene"),
    ],
)
def test_an_input_has_the_choices_that_its_check_takes(resource: str, key: str) -> None:
    of: dict[str, Any] = {
        "WorkflowDeployment": WorkflowDeployments(),
        "WorkflowRun": WorkflowRuns(),
        "Node": StudioObjects(NODE),
    }
    given = SCHEMA["resources"][f"dataworks:index:{resource}"]["inputProperties"][key]
    choices = [label["value"] for label in TYPES[given["$ref"].removeprefix("#/types/")]["enum"]]
    sentence = f"{key} has to be"
    for value in (*choices, "other"):
        failures = of[resource].check("urn", {key: value}, None).failures
        assert any(failure.startswith(sentence) for failure in failures) is (value == "other"), (
            value,
            failures,
        )
    [refusal] = [one for one in failures if one.startswith(sentence)]
    assert set(re.findall(r"\b[A-Z_]{5,}|[A-Z][a-z]\w+|(?<=\")\w+(?=\")", refusal)) == set(choices)


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


@each_ready
def test_every_document_has_a_place_in_the_types(file: Path) -> None:
    """As the vendor's library writes it, without the other spellings that its parser takes."""
    root = loaded(vendors(file) if vendors(file).exists() else file)
    assert [miss for miss in misfits(root, TYPES[DOCUMENT], "") if not DROPPED.search(miss)] == []
