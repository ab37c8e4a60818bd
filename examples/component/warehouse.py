"""A component: three workflows, in which nodes wait for nodes of another workflow."""

import pulumi
import pulumi_dataworks as dataworks


class SalesWarehouse(pulumi.ComponentResource):
    """The daily workflows `orders`, `payments` and `customers`, each for what its name says.

    Attributes:
        workflow_ids: The workflows' IDs in Data Studio, by name.
    """

    workflow_ids: pulumi.Output[dict[str, str]]

    def __init__(self, name: str, project_id: int, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sales:index:Warehouse", name, {}, opts)

        def workflow(named: str, **variables: pulumi.Output[str]) -> dataworks.WorkflowDefinition:
            # In `apply` the document is read as soon as the variables are known, which is in the first preview.
            document = pulumi.Output.from_input(variables).apply(
                lambda known: dataworks.read_flow_spec(
                    path=f"workflows/{named}.yaml", variables=known, opts=pulumi.InvokeOptions(parent=self)
                )
            )
            return dataworks.WorkflowDefinition(
                f"{name}-{named}",
                project_id=project_id,
                spec=document.spec,
                opts=pulumi.ResourceOptions(parent=self),
            )

        orders = workflow("orders")
        payments = workflow("payments", orders=orders.node_outputs["clean_orders"])
        customers = workflow("customers", payments=payments.node_outputs["match_payments"])
        self.workflow_ids = pulumi.Output.all(
            orders=orders.workflow_id, payments=payments.workflow_id, customers=customers.workflow_id
        )
        self.register_outputs({"workflowIds": self.workflow_ids})
