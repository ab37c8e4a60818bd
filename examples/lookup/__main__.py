"""Orders and their revenue: two workflows, on a resource group that is looked up by its name."""

import pulumi
import pulumi_dataworks as dataworks

config = pulumi.Config()
project = dataworks.get_project(project_id=config.require_int("projectId"))
group = dataworks.get_resource_group(name=config.require("resourceGroup"), project_id=project.project_id)

orders = dataworks.WorkflowDefinition(
    "orders",
    project_id=project.project_id,
    spec=dataworks.read_flow_spec(
        path="orders.yaml", variables={"resourceGroup": group.id, "waitsFor": project.root_output}
    ).spec,
)


def revenue_after(output: str) -> object:
    """Read a document in `apply`: as soon as the variable is known, which is in the first preview."""
    document = dataworks.read_flow_spec(
        path="revenue.yaml", variables={"resourceGroup": group.id, "waitsFor": output}
    )
    return document.spec


revenue = dataworks.WorkflowDefinition(
    "revenue",
    project_id=project.project_id,
    spec=orders.node_outputs["clean_orders"].apply(revenue_after),
)

pulumi.export("workspace", project.name)
pulumi.export("resourceGroup", group.id)
pulumi.export("workflowIds", {"orders": orders.workflow_id, "revenue": revenue.workflow_id})
