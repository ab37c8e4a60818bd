"""One sales warehouse in a DataWorks workspace: `pulumi up` makes its three workflows."""

import pulumi
from warehouse import SalesWarehouse

warehouse = SalesWarehouse("sales", project_id=pulumi.Config().require_int("projectId"))

pulumi.export("workflowIds", warehouse.workflow_ids)
