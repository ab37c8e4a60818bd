"""The dynamic front: `WorkflowDefinition` for Python programs, without a plugin to install.

    from pulumi_resource_dataworks.dynamic import WorkflowDefinition

    WorkflowDefinition("daily-orders", project_id=123456, spec=flow_spec)

Inputs, outputs, IDs and what happens at DataWorks are those of the plugin's `dataworks.WorkflowDefinition`, from the same
lifecycle. `pulumi.dynamic` cannot give a resource everything that a plugin can (docs/dynamic.md):

* a step that fails keeps nothing in the state: the next `pulumi up` finds by the derived IDs what it has begun;
* a preview asks DataWorks nothing, and shows the outputs of an update as not known;
* a step that runs is not cancelled, four run at a time, and an error comes with Python's traceback;
* no `pulumi import`, no `.get()`.
"""

from ._provider import Provider
from ._resource import WorkflowDefinition

__all__ = ["Provider", "WorkflowDefinition"]
