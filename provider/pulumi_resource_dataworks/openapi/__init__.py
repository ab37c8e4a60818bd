"""The DataWorks service: a signed, paced, typed client of its OpenAPI 2024-05-18.

Knows neither Pulumi nor what is inside a FlowSpec document.

    settings = Settings.from_config({"region": "cn-shanghai"}, os.environ)
    client = Client(settings)
    job = await client.import_workflow_definition(project_id, spec)
    status = await wait_for_job(client, job.id, expected_seconds=4, timeout=600, cancelled=asyncio.Event())
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
from ._jobs import JobReader, Length, Span, learn, poll_times, wait_for_job
from ._limiter import Clock, SystemClock
from ._models import AsyncJob, JobStatus, WorkflowDefinition, WorkflowSummary
from ._settings import AssumeRole, AssumeRoleWithOidc, Settings
from ._words import Words, withhold_words

if TYPE_CHECKING:
    from ._client import Client
    from ._instances import Task, TaskInstance, WorkflowInstance
    from ._lookups import Project, ResourceGroup
    from ._objects import StudioObject, StudioObjects
    from ._pipelines import PipelineRun, PipelineRunItem, PipelineStage


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
    "Length",
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
    "Span",
    "StaticCredentials",
    "StudioObject",
    "StudioObjects",
    "SystemClock",
    "Task",
    "TaskInstance",
    "ThrottledError",
    "UnreadableAnswer",
    "Words",
    "WorkflowDefinition",
    "WorkflowInstance",
    "WorkflowSummary",
    "WrongEndpointError",
    "learn",
    "poll_times",
    "wait_for_job",
    "withhold_words",
]


_LATER = {
    "Client": "_client",
    **dict.fromkeys(("Task", "TaskInstance", "WorkflowInstance"), "_instances"),
    **dict.fromkeys(("Project", "ResourceGroup"), "_lookups"),
    **dict.fromkeys(("StudioObject", "StudioObjects"), "_objects"),
    **dict.fromkeys(("PipelineRun", "PipelineRunItem", "PipelineStage"), "_pipelines"),
}
"""What few steps need, by the module that has it."""


def __getattr__(name: str) -> Any:
    """Imports the client, and httpx with it, when it is first asked for: check and diff never do. So with what it answers."""
    if name in _LATER:
        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
