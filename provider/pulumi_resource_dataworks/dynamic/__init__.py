"""The dynamic front: the resources for Python programs, without a plugin to install.

    from pulumi_resource_dataworks.dynamic import WorkflowDefinition, WorkflowDeployment

    orders = WorkflowDefinition("daily-orders", project_id=123456, spec=flow_spec)
    WorkflowDeployment(
        "daily-orders", project_id=orders.project_id, workflow_id=orders.workflow_id, digest=orders.digest
    )

Inputs, outputs, IDs and what happens at DataWorks are those of the plugin's resources of these names, from the same
lifecycle. `pulumi.dynamic` cannot give a resource everything that a plugin can (docs/dynamic.md):

* a step that fails keeps nothing in the state: the next `pulumi up` finds by IDs, marks and names what it has begun;
* a preview asks DataWorks nothing, and shows the outputs of an update as not known;
* a step that runs is not cancelled, four run at a time, and an error comes with Python's traceback;
* no `pulumi import`, no `.get()`.
"""

from ._provider import DeploymentProvider as DeploymentProvider
from ._provider import FileResourceProvider as FileResourceProvider
from ._provider import FunctionProvider as FunctionProvider
from ._provider import NodeProvider as NodeProvider
from ._provider import Provider as Provider
from ._provider import RunProvider as RunProvider
from ._resources import FileResource as FileResource
from ._resources import Function as Function
from ._resources import Node as Node
from ._resources import WorkflowDefinition as WorkflowDefinition
from ._resources import WorkflowDeployment as WorkflowDeployment
from ._resources import WorkflowRun as WorkflowRun
