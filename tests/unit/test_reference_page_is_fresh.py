"""docs/reference.md is what the schema says, and leaves nothing of it out."""

import json
import runpy

from tests.support.repository import REPO

PAGE = (REPO / "docs" / "reference.md").read_text("utf-8")


def test_the_page_is_what_the_schema_says() -> None:
    tool = runpy.run_path(str(REPO / "tools" / "reference_doc.py"))
    assert tool["page"]() == PAGE


def test_the_page_has_every_input_output_function_setting_and_type() -> None:
    schema = json.loads((REPO / "provider/pulumi_resource_dataworks/plugin/schema.json").read_text("utf-8"))
    holders = [schema["config"]["variables"]]
    for resource in schema["resources"].values():
        holders += [resource["inputProperties"], resource["properties"]]
    for function in schema["functions"].values():
        holders += [function["inputs"]["properties"], function["outputs"]["properties"]]
    holders += [spec.get("properties", {}) for spec in schema["types"].values()]
    assert [name for holder in holders for name in holder if f"| `{name}` |" not in PAGE] == []
    types = [token.rpartition(":")[2] for token in {**schema["types"], **schema["functions"]}]
    assert [name for name in types if f"\n### {name}\n" not in PAGE] == []
