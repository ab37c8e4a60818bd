"""A daily DataWorks workflow from a document in a file, without a plugin."""

from pathlib import Path

import pulumi

from pulumi_resource_dataworks import dynamic as dataworks

workflow = dataworks.WorkflowDefinition(
    "daily-orders",
    project_id=pulumi.Config().require_int("projectId"),
    spec=Path("daily_orders.yaml").read_text(encoding="utf-8"),
)

pulumi.export("workflowId", workflow.workflow_id)
pulumi.export("nodeIds", workflow.node_ids)
