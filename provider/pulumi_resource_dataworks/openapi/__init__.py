"""The DataWorks service: a signed, paced, typed client of its OpenAPI 2024-05-18.

Knows neither Pulumi nor what is inside a FlowSpec document.

    settings = Settings.from_config({"region": "cn-shanghai"}, os.environ)
    client = Client(settings)
    job = await client.import_workflow_definition(project_id, spec)
    status = await wait_for_job(client, job.id, expected_seconds=4, timeout=600, cancelled=asyncio.Event())
"""

from typing import TYPE_CHECKING, Any

from ._clock import Clock, SystemClock
from ._credentials import Credentials, CredentialsSource, StaticCredentials
from ._errors import (
    AnswerLost,
    AuthenticationError,
    CredentialsError,
    DataWorksError,
    JobForgotten,
    JobWaitCancelled,
    JobWaitError,
    JobWaitTimeout,
    NotFoundError,
    PermissionDeniedError,
    ProjectNotFoundError,
    QuotaExhaustedError,
    RequestNotSent,
    ServiceError,
    ServiceUnavailableError,
    SettingProblem,
    SettingsError,
    ThrottledError,
    UnreadableAnswer,
    WrongEndpointError,
)
from ._lookups import Project, ResourceGroup
from ._models import AsyncJob, JobStatus, WorkflowDefinition, WorkflowSummary
from ._pipelines import PipelineRun, PipelineRunItem, PipelineStage
from ._settings import AssumeRole, AssumeRoleWithOidc, Settings
from ._wait import JobReader, wait_for_job

if TYPE_CHECKING:
    from ._client import Client

__all__ = [
    "AnswerLost",
    "AssumeRole",
    "AssumeRoleWithOidc",
    "AsyncJob",
    "AuthenticationError",
    "Client",
    "Clock",
    "Credentials",
    "CredentialsError",
    "CredentialsSource",
    "DataWorksError",
    "JobForgotten",
    "JobReader",
    "JobStatus",
    "JobWaitCancelled",
    "JobWaitError",
    "JobWaitTimeout",
    "NotFoundError",
    "PermissionDeniedError",
    "PipelineRun",
    "PipelineRunItem",
    "PipelineStage",
    "Project",
    "ProjectNotFoundError",
    "QuotaExhaustedError",
    "RequestNotSent",
    "ResourceGroup",
    "ServiceError",
    "ServiceUnavailableError",
    "SettingProblem",
    "Settings",
    "SettingsError",
    "StaticCredentials",
    "SystemClock",
    "ThrottledError",
    "UnreadableAnswer",
    "WorkflowDefinition",
    "WorkflowSummary",
    "WrongEndpointError",
    "wait_for_job",
]


def __getattr__(name: str) -> Any:
    """Imports the client, and httpx with it, when it is first asked for: check and diff never do."""
    if name == "Client":
        from ._client import Client  # noqa: PLC0415 - that is the point

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
