"""The orders that have not been paid, daily, imported and deployed in the workspace of the stack's configuration."""

import pulumi
import pulumi_dataworks as dataworks

config = pulumi.Config()
document = dataworks.read_flow_spec(
    path="unpaid_orders_daily.yaml",
    variables={
        "dataSource": config.require("dataSource"),
        "resourceGroup": config.require("resourceGroup"),
    },
)

workflow = dataworks.WorkflowDefinition(
    "unpaid-orders", project_id=config.require_int("projectId"), spec=document.spec
)
digest = workflow.digest
if date := config.get("smokeDate"):  # production waits for the test of just this document
    smoke = dataworks.WorkflowRun(
        "smoke",
        project_id=workflow.project_id,
        workflow_id=workflow.workflow_id,
        type="SmokeTest",
        business_dates=[date],
        digest=workflow.digest,
    )
    digest = smoke.digest
deployment = dataworks.WorkflowDeployment(
    "unpaid-orders",
    project_id=workflow.project_id,
    workflow_id=workflow.workflow_id,
    digest=digest,
    description=f"unpaid orders, stack {pulumi.get_stack()}",
)

pulumi.export("workflowId", workflow.workflow_id)
pulumi.export("publishedWorkflowId", deployment.published_workflow_id)
