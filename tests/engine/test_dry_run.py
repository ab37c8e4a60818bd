"""The service's own dry run: asked only where the workspace is known to honour it, and never in place of an import."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.documents import etl, node
from tests.support.nightly import nightly
from tests.support.stacks import Stack


def dry_runs(stack: Stack) -> list[bool]:
    """Of every import that arrived, whether it was to be a dry one."""
    calls = stack.emulator.calls
    return ["DryRun" in call.params for call in calls if call.action == "ImportWorkflowDefinition"]


def clashing(stack: Stack) -> str:
    """A document that only the service can refuse: it changes what kind of node an existing one is."""
    stack.workflow(etl())
    stack.up()
    changed = etl(nodes=[node("extract"), node("load")])
    changed["spec"]["workflows"][0]["nodes"][1]["script"]["runtime"]["command"] = "DIDE_SHELL"
    return json.dumps(changed, indent=2)


@pytest.mark.parametrize("where", ["provider", "resource"])
def test_preview_shows_what_the_service_would_refuse_with_its_line(stack: Stack, where: str) -> None:
    text = clashing(stack)
    config: dict[str, Any] = {"dryRunProjects": [stack.project_id]}
    (stack.folder / "etl.json").write_text(text)
    spec = {"fn::readFile": "./etl.json"}
    if where == "provider":
        stack.workflow(spec, config={**config, "validateOnPreview": True})
    else:
        stack.workflow(spec, config=config, properties={"validateOnPreview": True})
    before = dry_runs(stack)
    refused = stack.preview(ok=False).output
    assert dry_runs(stack)[len(before) :] == [True]
    assert "DataWorks would refuse this document" in refused
    line = next(number for number, line in enumerate(text.splitlines(), 1) if '"load"' in line)
    assert "spec.workflows[0].nodes[1] (line " in refused
    assert f"(line {line - 1}, " in refused
    assert {item["name"]: item["script"]["runtime"]["command"] for item in nodes_of(stack)}[
        "load"
    ] == "ODPS_SQL"


def nodes_of(stack: Stack) -> list[dict[str, Any]]:
    [workflow] = stack.emulator.workflows()
    found: list[dict[str, Any]] = workflow.document["spec"]["workflows"][0]["nodes"]
    return found


def test_a_document_that_the_service_takes_is_previewed_and_applied(stack: Stack) -> None:
    stack.workflow(etl(), config={"validateOnPreview": True, "dryRunProjects": [stack.project_id]})
    stack.preview()
    assert dry_runs(stack) == [True]
    assert stack.emulator.workflows() == []
    stack.run("up", "--yes")
    assert dry_runs(stack) == [True, True, False]
    assert "2 unchanged" in stack.preview().output
    assert dry_runs(stack) == [True, True, False]


CONFIGS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({}, {"validateOnPreview": True}),
    ({"validateOnPreview": True, "dryRunProjects": [999]}, {}),
    ({"validateOnPreview": True, "dryRunProjects": [10001]}, {"validateOnPreview": False}),
]


@pytest.mark.parametrize(
    ("config", "properties"),
    [*CONFIGS, nightly({"dryRunProjects": [10001]}, {})],
)
def test_nothing_else_sends_it(stack: Stack, config: dict[str, Any], properties: dict[str, Any]) -> None:
    """On a service that ignores it: each would be an import at preview."""
    stack.emulator.switch(dry_run="ignored")
    stack.workflow(etl(), config=config, properties=properties)
    reported = stack.preview().output
    wanted = config.get("validateOnPreview") or properties.get("validateOnPreview")
    known = stack.project_id in config.get("dryRunProjects", [])
    assert ("nothing says that project 10001 honours it" in reported) is bool(wanted and not known)
    assert stack.emulator.workflows() == []
    stack.up()
    stack.refresh()
    stack.destroy()
    assert dry_runs(stack) == [False]
