"""The DataWorks service: a signed, paced, typed client of its OpenAPI 2024-05-18.

Knows neither Pulumi nor what is inside a FlowSpec document.

    settings = Settings.from_config({"region": "cn-shanghai"}, os.environ)
    client = Client(settings)
    job = await client.import_workflow_definition(project_id, spec)
    status = await wait_for_job(client, job.id, expected_seconds=4, timeout=600, cancelled=asyncio.Event())
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._credentials import Credentials as Credentials
from ._credentials import StaticCredentials as StaticCredentials
from ._errors import AnswerLost as AnswerLost
from ._errors import AuthenticationError as AuthenticationError
from ._errors import CredentialsError as CredentialsError
from ._errors import DataWorksError as DataWorksError
from ._errors import JobForgotten as JobForgotten
from ._errors import JobWaitCancelled as JobWaitCancelled
from ._errors import JobWaitError as JobWaitError
from ._errors import JobWaitTimeout as JobWaitTimeout
from ._errors import NotFoundError as NotFoundError
from ._errors import PermissionDeniedError as PermissionDeniedError
from ._errors import ProjectNotFoundError as ProjectNotFoundError
from ._errors import QuotaExhaustedError as QuotaExhaustedError
from ._errors import RequestNotSent as RequestNotSent
from ._errors import ServiceError as ServiceError
from ._errors import ServiceUnavailableError as ServiceUnavailableError
from ._errors import SettingProblem as SettingProblem
from ._errors import SettingsError as SettingsError
from ._errors import ThrottledError as ThrottledError
from ._errors import UnreadableAnswer as UnreadableAnswer
from ._errors import WrongEndpointError as WrongEndpointError
from ._jobs import AsyncJob as AsyncJob
from ._jobs import JobStatus as JobStatus
from ._jobs import Length as Length
from ._jobs import Span as Span
from ._jobs import learn as learn
from ._jobs import poll_times as poll_times
from ._jobs import wait_for_job as wait_for_job
from ._limiter import Clock as Clock
from ._limiter import SystemClock as SystemClock
from ._retry import is_outcome_unknown as is_outcome_unknown
from ._retry import race as race
from ._settings import Settings as Settings
from ._words import Words as Words
from ._words import withhold_words as withhold_words

if TYPE_CHECKING:
    from ._client import Client as Client
    from ._objects import Project as Project
    from ._objects import ResourceGroup as ResourceGroup
    from ._objects import StudioObject as StudioObject
    from ._objects import StudioObjects as StudioObjects
    from ._objects import WorkflowDefinition as WorkflowDefinition
    from ._objects import WorkflowSummary as WorkflowSummary
    from ._runs import PipelineRun as PipelineRun
    from ._runs import PipelineRunItem as PipelineRunItem
    from ._runs import PipelineStage as PipelineStage
    from ._runs import Task as Task
    from ._runs import TaskInstance as TaskInstance
    from ._runs import WorkflowInstance as WorkflowInstance

_LATER = {
    "_client": "Client",
    "_objects": "Project ResourceGroup StudioObject StudioObjects WorkflowDefinition WorkflowSummary",
    "_runs": "PipelineRun PipelineRunItem PipelineStage Task TaskInstance WorkflowInstance",
}
"""What few steps need, by the module that has it."""


def __getattr__(name: str) -> Any:
    """Imports the client, and httpx with it, when it is first asked for: check and diff never do. So with what it answers."""
    for module, names in _LATER.items():
        if name in names.split():
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
