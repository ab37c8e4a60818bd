"""The examples in the schema, which the Pulumi Registry shows: Python runs, YAML asks for what there is.

Those of TypeScript and Go are compiled in tests/sdk.
"""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.support import mocked_programs
from tests.support.repository import REPO
from tests.support.sdks import SCHEMA, programs

KNOWN: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))


def test_python_runs(tmp_path: Path) -> None:
    (tmp_path / "orders.json").write_text(mocked_programs.CONFIG["spec"])
    ran = subprocess.run(
        [sys.executable, mocked_programs.__file__],
        input=json.dumps(programs("python")),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(ran.stdout)
    assert {name: answer["error"] for name, answer in answers.items()} == dict.fromkeys(answers, "")
    declaring = {name for name, answer in answers.items() if answer["documents"]}
    assert declaring == {"WorkflowDefinition", "WorkflowDeployment", "WorkflowRun", "readFlowSpec", "Node"}


def test_yaml_asks_for_what_the_schema_has() -> None:
    for text in programs("yaml").values():
        program = yaml.safe_load(text)
        for resource in program.get("resources", {}).values():
            spec = KNOWN["resources"][full(resource["type"])]
            expect(resource["properties"], spec["inputProperties"], spec["requiredInputs"])
        for call in calls(program):
            spec = KNOWN["functions"][full(call["function"])]
            expect(call["arguments"], spec["inputs"]["properties"], spec["inputs"].get("required", ()))


def calls(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from [inner] if key == "fn::invoke" else calls(inner)


def full(token: str) -> str:
    return token.replace(":", ":index:")


def expect(given: dict[str, Any], known: Any, required: Any) -> None:
    assert set(required) <= set(given) <= set(known)


def test_the_registry_s_metadata() -> None:
    keywords = set(KNOWN["keywords"])
    assert {word for word in keywords if "/" in word} == {"category/cloud", "kind/native"}
    start = f"{KNOWN['repository'].replace('github.com', 'raw.githubusercontent.com')}/main/"
    assert KNOWN["logoUrl"].startswith(start)
    logo = REPO / KNOWN["logoUrl"].removeprefix(start)
    assert ET.parse(logo).getroot().get("viewBox") == "0 0 100 100"
    title = (REPO / "docs/_index.md").read_text("utf-8").split("\n")[1]
    assert title == f"title: {KNOWN['displayName']}"
