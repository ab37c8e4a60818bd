"""What each version of ours wrote into a state previews clean today: no upgrade shows a change that nobody made.

`states/<version>/<case>.json` holds the program's document and the stack as `pulumi stack export` gives it. A case that the
present version lacks is recorded by the test, which then fails: look at the file, and commit it. A recorded file never changes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import __version__
from tests.support.documents import etl, nodes, rich
from tests.support.stacks import Stack

pytestmark = pytest.mark.starts_plugin

STATES = Path(__file__).parent / "states"


def named() -> dict[str, Any]:
    document = etl()
    nodes(document)[0]["id"] = "extract"
    return document


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "short": (etl(), {}),
    "rich": ({"fn::toJSON": rich()}, {}),
    "other-ids": (named(), {"unknown_workflow_id": "replaced", "non_numeric_node_id": "replaced"}),
    "rewritten": (etl(owner="123456"), {"other_owner": "replaced"}),
}
"""Documents of the states, and the settings of the service that they met."""

RECORDED = sorted(STATES.glob("*/*.json"))


@pytest.mark.parametrize("case", CASES)
def test_the_present_version_has_its_states(stack: Stack, case: str) -> None:
    path = STATES / __version__ / f"{case}.json"
    if path.exists():
        return
    document, switches = CASES[case]
    stack.emulator.switch(**switches)
    stack.workflow(document)
    stack.up()
    exported = json.loads(stack.run("stack", "export").output)
    exported["deployment"]["manifest"].pop("plugins", None)
    for resource in exported["deployment"]["resources"]:
        resource.pop("sourcePosition", None)
        resource.pop("stackTrace", None)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"document": document, "stack": exported}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    pytest.fail(f"recorded {path.relative_to(STATES)}: look at it, and commit it")


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_state_of_every_version_previews_clean(stack: Stack, path: Path) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    stack.workflow(recorded["document"], properties={"projectId": 10001})
    (stack.folder / "state.json").write_text(json.dumps(recorded["stack"]), encoding="utf-8")
    stack.run("stack", "import", "--file", "state.json")
    assert "2 unchanged" in stack.preview("--diff").output
    assert stack.calls() == 0
