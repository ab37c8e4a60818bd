"""A component: three workflows, in which nodes wait for nodes of another workflow."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi
import pulumi_dataworks as dataworks
from pulumi_dataworks import flowspec

SQL = Path(__file__).parent / "sql"


class SalesWarehouse(pulumi.ComponentResource):
    """The daily workflows `orders`, `payments` and `customers`, each for what its name says.

    Attributes:
        workflow_ids: The workflows' IDs in Data Studio, by name.
    """

    workflow_ids: pulumi.Output[dict[str, str]]

    def __init__(self, name: str, project_id: int, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sales:index:Warehouse", name, {}, opts)
        self._prefix, self._project_id = name, project_id
        orders = self._workflow("orders", {"clean_orders": []})
        cleaned = orders.node_outputs["clean_orders"]
        payments = self._workflow(
            "payments",
            {"clean_payments": [], "match_payments": [node("clean_payments"), output(cleaned)]},
        )
        matched = payments.node_outputs["match_payments"]
        customers = self._workflow(
            "customers",
            {
                "current_customers": [],
                "revenue_per_customer": [node("current_customers"), output(matched)],
            },
        )
        workflows = {"orders": orders, "payments": payments, "customers": customers}
        self.workflow_ids = pulumi.Output.all(
            **{key: workflow.workflow_id for key, workflow in workflows.items()}
        )
        self.register_outputs({"workflowIds": self.workflow_ids})

    def _workflow(
        self, name: str, nodes: Mapping[str, Sequence[flowspec.DependArgs]]
    ) -> dataworks.WorkflowDefinition:
        """Declare a daily workflow of SQL nodes, each with what it waits for."""
        workflow = flowspec.WorkflowArgs(
            name=name,
            trigger=flowspec.TriggerArgs(
                type=flowspec.TriggerType.SCHEDULER, cron="00 30 01 * * ?", timezone="Asia/Shanghai"
            ),
            nodes=[sql_node(key) for key in nodes],
            dependencies=[
                flowspec.DependencyArgs(node_id=key, depends=list(depends))
                for key, depends in nodes.items()
                if depends
            ],
        )
        return dataworks.WorkflowDefinition(
            f"{self._prefix}-{name}",
            project_id=self._project_id,
            spec=flowspec.FlowSpecArgs(
                kind=flowspec.Kind.CYCLE_WORKFLOW, spec=flowspec.SpecArgs(workflows=[workflow])
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def node(name: str) -> flowspec.DependArgs:
    """Wait for a node of the same workflow."""
    return flowspec.DependArgs(node_id=name)


def output(data: pulumi.Output[str]) -> flowspec.DependArgs:
    """Wait for a node of another workflow, by its output."""
    return flowspec.DependArgs(output=data)


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
