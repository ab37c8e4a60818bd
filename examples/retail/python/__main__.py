"""A retailer's night: the document of ../workflow, imported into a workspace and deployed."""

import pulumi
import pulumi_dataworks as dataworks

config = pulumi.Config()
project = dataworks.get_project(project_id=config.require_int("projectId"))
document = dataworks.read_flow_spec(
    path="../workflow/retail_daily.yaml",
    variables={
        "workspace": project.name,
        "maxcompute": config.require("maxcompute"),
        "shop": config.require("shop"),
        "resourceGroup": config.require("resourceGroup"),
    },
)

retail = dataworks.WorkflowDefinition("retail", project_id=project.project_id, spec=document.spec)
production = dataworks.WorkflowDeployment(
    "production", project_id=project.project_id, workflow_id=retail.workflow_id, digest=retail.digest
)

pulumi.export("workflowId", retail.workflow_id)
pulumi.export("publishedWorkflowId", production.published_workflow_id)
