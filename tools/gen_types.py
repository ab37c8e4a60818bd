#!/usr/bin/env python3
"""Write the types of a FlowSpec document into the provider's schema.json.

Fields come from the vendor's JSON Schemas and, where those are silent, from our tables; closed enums from the tables,
which the vendor's parser has verified; names and descriptions from flowspec_types.yaml. The document itself is in the module of the
resources, as their Go SDK would import a module that only a choice of types names, and not compile. Other types than these
are left as they are.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import yaml

from pulumi_resource_dataworks.flowspec._tables import OBJECT_TYPES, Field, Shape

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "provider/pulumi_resource_dataworks/plugin/schema.json"
WORDS = ROOT / "tools/flowspec_types.yaml"
MODULE = "dataworks:flowspec:"
DOCUMENT = "dataworks:index:FlowSpec"
ANY = {"$ref": "pulumi.json#/Any"}

TABLES = {
    "Specification": "document",
    "DataWorksWorkflowSpec": "spec",
    "SpecWorkflow": "workflow",
    "SpecNode": "node",
    "SpecPaiflow": "paiflow",
    "SpecParamHub": "paramHub",
    "SpecBranch": "branch",
    "SpecBranches": "branchArm",
    "SpecJoin": "join",
    "SpecJoinBranch": "joinBranch",
    "SpecAssertion": "assertion",
    "SpecLogic": "logic",
    "SpecScript": "script",
    "SpecScriptRuntime": "runtime",
    "SpecTrigger": "trigger",
    "SpecScheduleStrategy": "strategy",
    "SpecArtifact": "io",
    "SpecNodeOutput": "nodeOutput",
    "SpecVariable": "variable",
    "SpecTable": "table",
    "SpecFlowDepend": "dependency",
    "SpecDepend": "depend",
    "SpecRuntimeResource": "runtimeResource",
    "SpecDatasource": "datasource",
    "SpecDoWhile": "doWhile",
    "SpecForEach": "foreach",
    "SpecSubFlow": "subflow",
    "SpecVariableFlowDepend": "variableDepend",
    "SpecVariableDepend": "variableSource",
    "SpecDataset": "dataset",
    "SpecFileResource": "fileResource",
    "SpecObjectStorageFile": "file",
    "SpecStorage": "storage",
    "SpecFunction": "function",
    "SpecComponent": "component",
    "SpecComponentParameter": "componentParameter",
    "SpecCalcEngine": "calcEngine",
    "SpecContainer": "container",
    "SpecContainerEnvVar": "envVariable",
}
"""Our table of each of the vendor's schemas. Tables without one are of any type."""

Json = dict[str, Any]


class Types:
    """The types, made from the vendor's schemas, which are given by name."""

    def __init__(self, vendor: dict[str, Json]) -> None:
        words: Json = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
        self.words: dict[str, Json] = words["types"]
        self.enums: dict[str, Json] = words["enums"]
        self.by_labels = {tuple(enum["labels"]): name for name, enum in self.enums.items()}
        self.by_entity = {entity: self.words[name]["name"] for name, entity in TABLES.items()}
        self.vendor = vendor

    def all(self) -> dict[str, Json]:
        """Every type by its token: the objects, then the enums."""
        objects = {self.token(name): self.object(name) for name in self.vendor}
        return {**objects, **{MODULE + name: self.enum(name) for name in self.enums}}

    def token(self, name: str) -> str:
        """The token of the type of one of the vendor's schemas."""
        return DOCUMENT if name == "Specification" else MODULE + self.words[name]["name"]

    def object(self, name: str) -> Json:
        """The type of one of the vendor's schemas."""
        words = self.words[name]
        properties = self.properties(name)
        required = words.get("required", self.required(name))
        described: Json = words.get("fields", {})
        unknown = {*described, *required} - set(properties)
        if unknown:
            raise KeyError(f"{name} has no field {', '.join(sorted(unknown))}")
        for key, value in properties.items():
            if key == "metadata":
                value["description"] = "Filled in by the service, and never compared."
            elif key in described:
                value["description"] = described[key]
        found = {"type": "object", "description": words["description"], "properties": properties}
        return {**found, "required": required} if required else found

    def properties(self, name: str) -> dict[str, Json]:
        """The fields of a type: the vendor's, those of our table, and those of the words."""
        words = self.words[name]
        found = self.properties(words["like"]) if "like" in words else {}
        found |= {key: self.of_vendor(value) for key, value in self.vendor[name]["properties"].items()}
        if name in TABLES:
            for key, field in OBJECT_TYPES[TABLES[name]].fields.items():
                if key not in found or field.shape is Shape.CHOICE:
                    found[key] = self.of_field(field)
        found |= {key: self.simple(value) for key, value in words.get("more", {}).items()}
        for key in words.get("without", ()):
            del found[key]
        renamed: Json = words.get("renamed", {})
        return {renamed.get(key, key): value for key, value in found.items()}

    def required(self, name: str) -> list[str]:
        """What has to be written: as our table says, which knows the short form."""
        if name in TABLES:
            return list(OBJECT_TYPES[TABLES[name]].required)
        return list(self.vendor[name].get("required", ()))

    def of_vendor(self, value: Json) -> Json:
        """The type of a field of the vendor's schemas."""
        if "$ref" in value:
            file = value["$ref"].rsplit("/", 1)[-1].removesuffix(".schema.json")
            return self.simple(self.words[file]["name"])
        if value.get("type") == "array":
            return {"type": "array", "items": self.of_vendor(value.get("items") or {})}
        if value.get("type") == "object":
            return {"type": "object", "additionalProperties": ANY}
        made = {"type": value["type"]} if "type" in value else dict(ANY)
        return {**made, "description": value["description"]} if "description" in value else made

    def of_field(self, field: Field) -> Json:
        """The type of a field of our tables."""
        if field.shape is Shape.CHOICE and not field.open:
            return self.simple(self.by_labels[field.choices])
        if field.shape is Shape.OBJECT:
            return self.of_entity(field.object_type)
        if field.shape is Shape.LIST:
            return {"type": "array", "items": self.of_entity(field.object_type)}
        if field.shape is Shape.MAP:
            return {"type": "object", "additionalProperties": ANY}
        plain = {
            Shape.TEXT: "string",
            Shape.CHOICE: "string",
            Shape.INTEGER: "integer",
            Shape.BOOLEAN: "boolean",
        }
        return {"type": plain[field.shape]} if field.shape in plain else dict(ANY)

    def of_entity(self, entity: str) -> Json:
        """The type of one of our tables."""
        return self.simple(self.by_entity[entity]) if entity in self.by_entity else dict(ANY)

    def simple(self, name: str) -> Json:
        """A plain type, or one of ours by its name."""
        return {"type": name} if name.islower() else {"$ref": f"#/types/{MODULE}{name}"}

    def enum(self, name: str) -> Json:
        """A closed enum."""
        enum = self.enums[name]
        names = enum.get("names", {})
        labels = [
            {"name": names.get(label, label), "value": label, "description": says}
            for label, says in enum["labels"].items()
        ]
        return {"type": "string", "description": enum["description"], "enum": labels}


def schemas(folder: Path) -> dict[str, Json]:
    """The vendor's schemas in a folder, by name."""
    return {
        path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.schema.json"))
    }


def written(schema: str, types: Types) -> str:
    """The text of schema.json with the types of today."""
    root: Json = json.loads(schema)
    others = {token: value for token, value in root["types"].items() if not token.startswith(MODULE)}
    root["types"] = {**others, **types.all()}
    return json.dumps(root, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write schema.json."""
    parser = argparse.ArgumentParser(description="Write the types of a FlowSpec document into schema.json.")
    parser.add_argument("--schemas", type=Path, required=True, help="folder of the vendor's JSON Schemas")
    options = parser.parse_args()
    vendor = schemas(options.schemas)
    if not vendor:
        sys.stderr.write(f"gen_types: no JSON Schemas in {options.schemas}\n")
        return 1
    text = written(SCHEMA.read_text(encoding="utf-8"), Types(vendor))
    SCHEMA.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
