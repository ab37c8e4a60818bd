"""What happens to a resource in its life, on plain values: one module per resource.

Knows the documents (`flowspec`) and the service (`openapi`), and none of the fronts that call it.
"""

from ._check import Checked
from ._context import Context, Reporter
from ._diff import Difference
from ._errors import CancelledStepError, HalfDoneError, LifecycleError, RefusedError
from ._options import Options
from ._values import UNKNOWN, Opaque, Unknown
from .workflow_definition import WorkflowDefinitions

__all__ = [
    "UNKNOWN",
    "CancelledStepError",
    "Checked",
    "Context",
    "Difference",
    "HalfDoneError",
    "LifecycleError",
    "Opaque",
    "Options",
    "RefusedError",
    "Reporter",
    "Unknown",
    "WorkflowDefinitions",
]
