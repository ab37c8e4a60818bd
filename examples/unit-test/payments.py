"""A daily workflow that finds late payments."""

from pathlib import Path

import pulumi
import pulumi_dataworks as dataworks
from pulumi_dataworks import flowspec

SQL = Path(__file__).parent / "sql"


def declare() -> None:
    """Declare the workflow in the workspace that the configuration names, and export its ID."""
    late_payments = flowspec.WorkflowArgs(
        name="late_payments_daily",
        trigger=flowspec.TriggerArgs(
            type=flowspec.TriggerType.SCHEDULER, cron="00 00 03 * * ?", timezone="Asia/Shanghai"
        ),
        nodes=[sql_node("clean_payments"), sql_node("late_payments")],
        dependencies=[
            flowspec.DependencyArgs(
                node_id="late_payments", depends=[flowspec.DependArgs(node_id="clean_payments")]
            )
        ],
    )
    workflow = dataworks.WorkflowDefinition(
        "late-payments",
        project_id=pulumi.Config().require_int("projectId"),
        spec=dataworks.FlowSpecArgs(
            kind=flowspec.Kind.CYCLE_WORKFLOW, spec=flowspec.SpecArgs(workflows=[late_payments])
        ),
    )
    pulumi.export("workflowId", workflow.workflow_id)


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
    return flowspec.NodeArgs(name=name, script=script)
