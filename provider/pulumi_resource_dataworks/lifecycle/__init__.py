"""What happens to a resource in its life, on plain values: one module per resource.

Knows the documents (`flowspec`) and the service (`openapi`), and none of the fronts that call it.
"""

from pulumi_resource_dataworks.flowspec import as_whole as as_whole
from pulumi_resource_dataworks.flowspec import is_secret as is_secret
from pulumi_resource_dataworks.flowspec import secret as secret

from ._check import Checked as Checked
from ._diff import Difference as Difference
from ._object_kinds import FILE_RESOURCE as FILE_RESOURCE
from ._object_kinds import FUNCTION as FUNCTION
from ._object_kinds import NODE as NODE
from ._object_kinds import ObjectKind as ObjectKind
from ._resource_types import ResourceType as ResourceType
from ._resource_types import resource_types as resource_types
from ._run import Learnt as Learnt
from ._run import Options as Options
from ._run import Place as Place
from ._step import UNKNOWN as UNKNOWN
from ._step import Asset as Asset
from ._step import CancelledStepError as CancelledStepError
from ._step import Change as Change
from ._step import Context as Context
from ._step import HalfDoneError as HalfDoneError
from ._step import LifecycleError as LifecycleError
from ._step import RefusedError as RefusedError
from ._step import Reporter as Reporter
from ._step import Unknown as Unknown
from ._step import UnsupportedValue as UnsupportedValue
from ._step import nothing_lost as nothing_lost
from ._step import odd_values as odd_values
from .functions import Answer as Answer
from .functions import Functions as Functions
from .functions import Wanted as Wanted
from .studio_object import StudioObjects as StudioObjects
from .workflow_definition import HELD as HELD
from .workflow_definition import HOLDING as HOLDING
from .workflow_definition import NAMING as NAMING
from .workflow_definition import WorkflowDefinitions as WorkflowDefinitions
from .workflow_deployment import WorkflowDeployments as WorkflowDeployments
from .workflow_run import WorkflowRuns as WorkflowRuns
