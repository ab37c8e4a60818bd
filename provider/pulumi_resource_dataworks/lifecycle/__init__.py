"""What happens to a resource in its life, on plain values: one module per resource.

Knows the documents (`flowspec`) and the service (`openapi`), and none of the fronts that call it.
"""

from pulumi_resource_dataworks.flowspec import is_secret, secret

from ._check import Checked
from ._diff import Difference
from ._resource_types import ResourceType, resource_types
from ._run import Options, Place
from ._step import (
    UNKNOWN,
    CancelledStepError,
    Context,
    HalfDoneError,
    LifecycleError,
    Opaque,
    RefusedError,
    Reporter,
    Unknown,
    nothing_lost,
    odd_values,
)
from .functions import Answer, Functions
from .workflow_definition import HOLDING, NAMING, WorkflowDefinitions
from .workflow_deployment import WorkflowDeployments

__all__ = [
    "HOLDING",
    "NAMING",
    "UNKNOWN",
    "Answer",
    "CancelledStepError",
    "Checked",
    "Context",
    "Difference",
    "Functions",
    "HalfDoneError",
    "LifecycleError",
    "Opaque",
    "Options",
    "Place",
    "RefusedError",
    "Reporter",
    "ResourceType",
    "Unknown",
    "WorkflowDefinitions",
    "WorkflowDeployments",
    "is_secret",
    "nothing_lost",
    "odd_values",
    "resource_types",
    "secret",
]
