"""A DataWorks workflow that runs daily at 00:03, without a plugin: one SQL node, and a second one after it."""

from pathlib import Path

import pulumi

from pulumi_resource_dataworks import dynamic as dataworks

SQL = Path(__file__).parent / "sql"


def sql_node(name: str) -> dict:
    """Declare a node whose SQL is in a file of its name; ${bizdate} in it is the day before the run's."""
    bizdate = {"name": "bizdate", "scope": "NodeParameter", "type": "System", "value": "$[yyyymmdd-1]"}
    return {
        "name": name,
        "script": {
            "runtime": {"command": "ODPS_SQL"},
            "content": (SQL / f"{name}.sql").read_text(encoding="utf-8"),
            "parameters": [bizdate],
        },
    }


daily_orders = {
    "name": "daily_orders",
    "trigger": {"type": "Scheduler", "cron": "00 03 00 * * ?", "timezone": "Asia/Shanghai"},
    "nodes": [sql_node("extract_orders"), sql_node("summarise_orders")],
    "dependencies": [{"nodeId": "summarise_orders", "depends": [{"nodeId": "extract_orders"}]}],
}

workflow = dataworks.WorkflowDefinition(
    "daily-orders",
    project_id=pulumi.Config().require_int("projectId"),
    spec={"kind": "CycleWorkflow", "spec": {"workflows": [daily_orders]}},
)

pulumi.export("workflowId", workflow.workflow_id)
pulumi.export("nodeIds", workflow.node_ids)
