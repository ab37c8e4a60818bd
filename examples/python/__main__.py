"""A DataWorks workflow that runs daily at 00:03: one SQL node, and a second one after it."""

import json
from pathlib import Path

import pulumi
import pulumi_dataworks as dataworks

SQL = Path(__file__).parent / "sql"


def sql_node(name: str) -> dict:
    """Declare a node whose SQL is in a file of its name; ${bizdate} in it is the day before the run's."""
    bizdate = {
        "name": "bizdate",
        "artifactType": "Variable",
        "scope": "NodeParameter",
        "type": "System",
        "value": "$[yyyymmdd-1]",
    }
    return {
        "name": name,
        "script": {
            "runtime": {"command": "ODPS_SQL"},
            "content": (SQL / f"{name}.sql").read_text(encoding="utf-8"),
            "parameters": [bizdate],
        },
    }


flow_spec = {
    "version": "1.1.0",
    "kind": "CycleWorkflow",
    "spec": {
        "workflows": [
            {
                "name": "daily_orders",
                "trigger": {"type": "Scheduler", "cron": "00 03 00 * * ?", "timezone": "Asia/Shanghai"},
                "nodes": [sql_node("extract_orders"), sql_node("summarise_orders")],
                "dependencies": [
                    {
                        "nodeId": "summarise_orders",
                        "depends": [{"type": "Normal", "nodeId": "extract_orders"}],
                    }
                ],
            }
        ]
    },
}

workflow = dataworks.WorkflowDefinition(
    "daily-orders",
    project_id=pulumi.Config().require_int("projectId"),
    spec=json.dumps(flow_spec),
)

pulumi.export("workflowId", workflow.workflow_id)
