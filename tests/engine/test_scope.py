"""The program of docs/scope.md: a workspace and a data source of pulumi-alicloud, and a workflow of ours in it.

pulumi-alicloud itself is not here: tests.support.alicloud stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life, Project
from tests.support.alicloud import DATA_SOURCE, PROJECT, Alicloud, serving
from tests.support.pages import blocks
from tests.support.repository import PLUGIN_FOLDER, REPO
from tests.support.stacks import Stack

[PROGRAM] = [block.text for block in blocks("yaml") if block.page == REPO / "docs/scope.md"]


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    """DataWorks as it is once the workspace exists."""
    life = Life("seconds", 0.2)
    emulator = Emulator(projects=(Project(identifier="sales"),), job_life=life, stage_life=life)
    with EmulatorServer(emulator) as running:
        yield running


@pytest.fixture
def alicloud(stack: Stack) -> Iterator[Alicloud]:
    provider = Alicloud(stack.project_id)
    with serving(provider) as port:
        stack.others = {"alicloud": port}
        yield provider


def test_a_workflow_in_a_workspace_of_the_same_program(stack: Stack, alicloud: Alicloud) -> None:
    plugins = f"plugins: {{ providers: [{{ name: dataworks, path: {PLUGIN_FOLDER} }}] }}\n"
    stack.program_file.write_text(PROGRAM.replace("name: platform", "name: engine-test") + plugins)
    stack.run("config", "set", "--secret", "password", "of no worth")
    stack.run("config", "set", "dataworks:endpoint", stack.server.endpoint)

    preview = stack.preview("--diff")
    assert preview.warnings == []
    [orders] = re.findall(r"WorkflowDefinition::orders\]\n +projectId: (.*)\n", preview.output)
    assert orders == "[unknown]"
    assert 'content: "SELECT COUNT(*) FROM orders;"' in preview.output
    assert stack.calls() == 0

    stack.up()
    assert alicloud.made[PROJECT]["projectName"] == "sales"
    assert alicloud.made[DATA_SOURCE]["projectId"] == stack.project_id
    [workflow] = stack.emulator.workflows()
    assert workflow.project_id == stack.project_id
    assert stack.deployed()["outputs"]["status"] == "Online"
    stack.preview("--expect-no-changes")

    stack.destroy()
    assert not stack.emulator.workflows()
