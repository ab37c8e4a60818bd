"""Orders and their revenue: two workflows, on a resource group that is looked up by its name."""

from pathlib import Path

import pulumi
import pulumi_dataworks as dataworks
from pulumi_dataworks import flowspec

SQL = Path(__file__).parent / "sql"

config = pulumi.Config()
project = dataworks.get_project(project_id=config.require_int("projectId"))
group = dataworks.get_resource_group(name=config.require("resourceGroup"), project_id=project.project_id)

# What ${bizdate} means in the SQL: the day before the run's.
BIZDATE = flowspec.VariableArgs(
    name="bizdate",
    scope=flowspec.VariableScope.NODE_PARAMETER,
    type=flowspec.VariableType.SYSTEM,
    value="$[yyyymmdd-1]",
)


def daily(workflow: str, node: str, waits_for: pulumi.Input[str]) -> dataworks.WorkflowDefinition:
    """Declare a workflow with one node, which waits for an output of another workflow's node."""
    script = flowspec.ScriptArgs(
        runtime=flowspec.RuntimeArgs(command="ODPS_SQL"),
        content=(SQL / f"{node}.sql").read_text(encoding="utf-8"),
        parameters=[BIZDATE],
    )
    runs_on = flowspec.RuntimeResourceArgs(resource_group=group.id)
    depends = [flowspec.DependArgs(type=flowspec.DependencyType.NORMAL, output=waits_for)]
    body = flowspec.WorkflowArgs(
        name=workflow,
        trigger=flowspec.TriggerArgs(
            type=flowspec.TriggerType.SCHEDULER, cron="00 30 01 * * ?", timezone="Asia/Shanghai"
        ),
        nodes=[flowspec.NodeArgs(name=node, script=script, runtime_resource=runs_on)],
        dependencies=[flowspec.DependencyArgs(node_id=node, depends=depends)],
    )
    return dataworks.WorkflowDefinition(
        workflow,
        project_id=project.project_id,
        spec=flowspec.FlowSpecArgs(
            kind=flowspec.Kind.CYCLE_WORKFLOW, spec=flowspec.SpecArgs(workflows=[body])
        ),
    )


orders = daily("orders", "clean_orders", project.root_output)
revenue = daily("revenue", "revenue_per_day", orders.node_outputs["clean_orders"])

pulumi.export("workspace", project.name)
pulumi.export("resourceGroup", group.id)
pulumi.export("workflowIds", {"orders": orders.workflow_id, "revenue": revenue.workflow_id})
