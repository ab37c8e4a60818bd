"""The orders that nobody has paid, daily, imported and deployed in the workspace that the stack's configuration names."""

from pathlib import Path

import pulumi
import pulumi_dataworks as dataworks
from pulumi_dataworks import flowspec

SQL = Path(__file__).parent / "sql"

config = pulumi.Config()
data_source = flowspec.DatasourceArgs(name=config.require("dataSource"), type="odps")
resource_group = flowspec.RuntimeResourceArgs(resource_group=config.require("resourceGroup"))


def sql_node(name: str) -> flowspec.NodeArgs:
    """Declare a node whose SQL is in a file of its name; ${bizdate} in it is the day before the run's."""
    bizdate = flowspec.VariableArgs(
        name="bizdate",
        scope=flowspec.VariableScope.NODE_PARAMETER,
        type=flowspec.VariableType.SYSTEM,
        value="$[yyyymmdd-1]",
    )
    script = flowspec.ScriptArgs(
        runtime=flowspec.RuntimeArgs(command="ODPS_SQL"),
        content=(SQL / f"{name}.sql").read_text(encoding="utf-8"),
        parameters=[bizdate],
    )
    return flowspec.NodeArgs(
        name=name, script=script, datasource=data_source, runtime_resource=resource_group
    )


sources = ["clean_orders", "clean_payments"]
unpaid_orders = flowspec.WorkflowArgs(
    name="unpaid_orders_daily",
    trigger=flowspec.TriggerArgs(
        type=flowspec.TriggerType.SCHEDULER, cron="00 00 02 * * ?", timezone="Asia/Shanghai"
    ),
    nodes=[sql_node(name) for name in [*sources, "unpaid_orders"]],
    dependencies=[
        flowspec.DependencyArgs(
            node_id="unpaid_orders", depends=[flowspec.DependArgs(node_id=source) for source in sources]
        )
    ],
)

workflow = dataworks.WorkflowDefinition(
    "unpaid-orders",
    project_id=config.require_int("projectId"),
    spec=flowspec.FlowSpecArgs(
        kind=flowspec.Kind.CYCLE_WORKFLOW, spec=flowspec.SpecArgs(workflows=[unpaid_orders])
    ),
)

deployment = dataworks.WorkflowDeployment(
    "unpaid-orders",
    project_id=workflow.project_id,
    workflow_id=workflow.workflow_id,
    digest=workflow.digest,
    description=f"unpaid orders, stack {pulumi.get_stack()}",
)

pulumi.export("workflowId", workflow.workflow_id)
pulumi.export("publishedWorkflowId", deployment.published_workflow_id)
