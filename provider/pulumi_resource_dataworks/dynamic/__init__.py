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

from ._objects import FileResource, Function, Node
from ._provider import (
    DeploymentProvider,
    FileResourceProvider,
    FunctionProvider,
    NodeProvider,
    Provider,
    RunProvider,
)
from ._resources import WorkflowDefinition, WorkflowDeployment, WorkflowRun

__all__ = [
    "DeploymentProvider",
    "FileResource",
    "FileResourceProvider",
    "Function",
    "FunctionProvider",
    "Node",
    "NodeProvider",
    "Provider",
    "RunProvider",
    "WorkflowDefinition",
    "WorkflowDeployment",
    "WorkflowRun",
]
