"""What the service gives, however odd, is in the project or left out with a reason, and never lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.export._assemble import Project, assemble
from pulumi_resource_dataworks.export._kinds import WORKFLOW
from pulumi_resource_dataworks.export._workspace import ExportRequest, Listed, Workspace
from tests.support.messages import Messages
from tests.support.workspaces import sql, workflow


def made(*specs: str, portable: bool = False) -> Project:
    """A project of these documents; the workflows are listed as w0, w1, ..."""
    listed = [
        Listed(openapi.WorkflowSummary(id=str(number), name=f"w{number}"), WORKFLOW)
        for number in range(len(specs))
    ]
    fetched = Workspace(listed, {one.key: spec for one, spec in zip(listed, specs, strict=True)})
    return assemble(fetched, ExportRequest(10001, "python", portable, "*"), None)


def text(root: dict[str, Any]) -> str:
    return flowspec.canonical(root)


GOOD = text(workflow("good", [sql("a", "SELECT 1;\n")]))


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "{half",
        "[1]",
        '{"kind": "CycleWorkflow"}',
        '{"kind": "CycleWorkflow", "spec": {"workflows": []}}',
        '{"kind": "Node", "spec": {"workflows": [{"name": "x"}]}}',
    ],
)
def test_what_cannot_be_read_is_left_out(spec: str, messages: Messages) -> None:
    project = made(spec, GOOD)
    messages(project.left_out["w0"])
    assert project.left_out.keys() == {"w0"}
    assert project.members == "1 workflow"
    assert project.files["left-out/w0.json"].decode() == spec
    assert "workflows/good/a.sql" in project.files


@pytest.mark.parametrize("portable", [False, True])
def test_of_two_with_one_path_the_second_is_left_out(portable: bool, messages: Messages) -> None:
    other = workflow("good", [sql("b", "SELECT 2;\n")], kind="ManualWorkflow")
    flowspec.workflow_of(other)["id"] = other["spec"]["id"] = "77"
    project = made(GOOD, text(other), portable=portable)
    assert project.members == "1 workflow"
    messages(project.left_out["good"])


def test_what_names_its_node_by_id_stays_so_where_it_is() -> None:
    """Where only the service's own workspace is meant, references of variables are left as they are."""
    node = sql("assign", "SELECT 1;\n")
    root = workflow("daily", [node])
    own = flowspec.workflow_of(root)["nodes"][0]["id"]
    variable = {
        "name": "v",
        "scope": "NodeContext",
        "type": "NodeOutput",
        "node": {"nodeId": own, "output": own},
    }
    flowspec.workflow_of(root)["nodes"][0]["outputs"]["variables"] = [variable]
    held = json.loads(made(text(root)).files["workflows/daily/workflow.json"])
    [found] = held["spec"]["workflows"][0]["nodes"][0]["outputs"]["variables"]
    assert found["node"] == {"nodeId": own, "output": own}
