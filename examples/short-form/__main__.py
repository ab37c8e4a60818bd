"""Orders, payments and customers become a daily report of revenue; whatever may be left out is left out."""

from pathlib import Path

import pulumi
import pulumi_dataworks as dataworks
from pulumi_dataworks import flowspec

SQL = Path(__file__).parent / "sql"

# Each node, and the nodes that it waits for.
WAITS_FOR = {
    "clean_orders": [],
    "clean_payments": [],
    "current_customers": [],
    "revenue_per_customer": ["clean_orders", "clean_payments", "current_customers"],
}

# What ${bizdate} means in the SQL: the day before the run's.
BIZDATE = flowspec.VariableArgs(
    name="bizdate",
    scope=flowspec.VariableScope.NODE_PARAMETER,
    type=flowspec.VariableType.SYSTEM,
    value="$[yyyymmdd-1]",
)


def sql_node(name: str) -> flowspec.NodeArgs:
    """Declare a node whose SQL is in a file of its name."""
    script = flowspec.ScriptArgs(
        runtime=flowspec.RuntimeArgs(command="ODPS_SQL"),
        content=(SQL / f"{name}.sql").read_text(encoding="utf-8"),
        parameters=[BIZDATE],
    )
    return flowspec.NodeArgs(name=name, script=script)


def dependency(name: str, others: list[str]) -> flowspec.DependencyArgs:
    """Let a node wait for others, all by name."""
    return flowspec.DependencyArgs(
        node_id=name, depends=[flowspec.DependArgs(node_id=other) for other in others]
    )


daily_revenue = flowspec.WorkflowArgs(
    name="daily_revenue",
    trigger=flowspec.TriggerArgs(
        type=flowspec.TriggerType.SCHEDULER, cron="00 30 01 * * ?", timezone="Asia/Shanghai"
    ),
    nodes=[sql_node(name) for name in WAITS_FOR],
    dependencies=[dependency(name, others) for name, others in WAITS_FOR.items() if others],
)

workflow = dataworks.WorkflowDefinition(
    "daily-revenue",
    project_id=pulumi.Config().require_int("projectId"),
    spec=dataworks.FlowSpecArgs(
        kind=flowspec.Kind.CYCLE_WORKFLOW, spec=flowspec.SpecArgs(workflows=[daily_revenue])
    ),
)

pulumi.export("workflowId", workflow.workflow_id)
pulumi.export("nodeIds", workflow.node_ids)
