"""What DataWorks holds after `pulumi up`, by the real engine and provider against the emulator."""

from pathlib import Path

import payments
import pytest
from pulumi import automation

PROJECT = Path(__file__).parents[1]


@pytest.fixture
def stack(dataworks, tmp_path):
    """A stack of the program with its state in a temporary folder; everything of it is gone afterwards."""
    options = automation.LocalWorkspaceOptions(
        work_dir=str(PROJECT),
        env_vars={
            **dataworks.environment,
            "PULUMI_BACKEND_URL": f"file://{tmp_path}",
            "PULUMI_CONFIG_PASSPHRASE": "a passphrase of the tests",
        },
    )
    stack = automation.create_stack(
        "emulator", project_name="dataworks-unit-test", program=payments.declare, opts=options
    )
    stack.set_config("projectId", automation.ConfigValue(str(dataworks.project_id)))
    yield stack
    stack.destroy()
    stack.workspace.remove_stack("emulator")


def test_up_makes_the_workflow_and_finds_it_unchanged(dataworks, stack):
    outputs = stack.up().outputs
    [workflow] = dataworks.workflows()
    assert outputs["workflowId"].value == workflow.workflow_id
    nodes = workflow.document["spec"]["workflows"][0]["nodes"]
    assert {node["name"] for node in nodes} == {"clean_payments", "late_payments"}
    assert all("${bizdate}" in node["script"]["content"] for node in nodes)

    assert stack.preview(refresh=True, expect_no_changes=True).change_summary == {"same": 2}
    assert len(dataworks.calls("ImportWorkflowDefinition")) == 1
