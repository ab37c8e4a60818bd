"""The operations, one function each."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import httpx

from ._credentials import CredentialsSource, credentials_for
from ._errors import NotFoundError, QuotaExhaustedError
from ._jobs import AsyncJob, JobStatus
from ._limiter import Clock, Limiter, SystemClock
from ._objects import Lookups, StudioObjects, WorkflowDefinition, WorkflowSummary
from ._operations import Body, Operation, Operations, empty, inner, read
from ._retry import Race, Retry
from ._runs import Instances, Pipelines
from ._settings import Settings
from ._transport import Transport
from ._uploads import Uploads

_IMPORT_READ_TIMEOUT = 120.0
"""Seconds; a document of a thousand nodes is megabytes, and no documented figure says how long taking it in lasts."""
IMPORT = Operation(
    "ImportWorkflowDefinition", "AsyncJob", "POST", idempotent=False, read_timeout=_IMPORT_READ_TIMEOUT
)
GET_JOB = Operation("GetJobStatus", "JobStatus", yields=True)
GET = Operation("GetWorkflowDefinition", "WorkflowDefinition")
LIST = Operation("ListWorkflowDefinitions", "WorkflowDefinitions")
DELETE = Operation("DeleteWorkflowDefinition", method="POST")
RENAME = Operation("RenameWorkflowDefinition", method="POST", in_query=True)
MOVE = Operation("MoveWorkflowDefinition", method="POST")


class Client(Operations):
    """DataWorks OpenAPI 2024-05-18, as far as workflow definitions need it.

    Every call waits for its turn (see ``calls_per_second``), is signed anew for each try, and is tried again where
    that helps and cannot harm. Use it within one event loop, and close it. Lists are read over all pages. IDs of
    workflows are those in Data Studio.

    Args:
        settings: Where to and as whom.
        credentials: Instead of those that the settings name.
        transport: Instead of the network, for tests.
        clock: Instead of the machine's, for tests.
        on_wait: Gets a sentence when the user has to wait, such as "DataWorks throttles ...".

    Raises (every operation):
        CredentialsError: No key pair could be had.
        RequestNotSent: No connection; the service has seen nothing.
        AnswerLost: The request may have taken effect.
        NotFoundError: There is nothing of the ID that was given, as far as the answer shows, which may be an empty one.
        ServiceError: The service refused; see its other subclasses.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        credentials: CredentialsSource | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        self.base_url = settings.base_url
        self._settings = settings
        self._uploads_by = transport
        clock = clock or SystemClock()
        source = credentials or credentials_for(settings)
        self._limiter = Limiter(source.account, settings.base_url, settings.calls_per_second, clock)
        self._transport = Transport(settings, source, transport, clock)
        self._retry = Retry(clock, self._limiter.throttled, on_wait)
        platform = settings.model_copy(update={"endpoint": settings.open_platform_url})
        self._platform = Transport(platform, source, transport, clock)
        # OpenPlatform and OSS count calls of their own: what they throttle holds back no call of DataWorks.
        self._own_retry = Retry(clock, lambda _: None, on_wait)
        self._gather()

    def _gather(self) -> None:
        """Make what sends: this and what holds the operations of one kind."""
        super().__init__(self._sent)
        self.uploads = Uploads(self._platform.send, self._own_retry, self._settings, self._uploads_by)
        self.pipelines = Pipelines(self._sent)
        self.lookups = Lookups(self._sent)
        self.nodes = StudioObjects(self._sent, "Node")
        self.functions = StudioObjects(self._sent, "Function")
        self.file_resources = StudioObjects(self._sent, "Resource")
        self.instances = Instances(self._sent)

    def within(self, race: Race) -> Client:
        """Return this client for one step: ``race`` waits for each of its calls and uploads, and may give it up.

        What became of a call that is given up is unknown. The connections are this client's.
        """
        found = copy.copy(self)
        found._retry = self._retry.within(race)  # noqa: SLF001 - this class's own
        found._own_retry = self._own_retry.within(race)  # noqa: SLF001 - as above
        found._gather()  # noqa: SLF001 - as above
        return found

    async def import_workflow_definition(
        self, project_id: int, spec: str, *, dry_run: bool = False
    ) -> AsyncJob:
        """Create a workflow with all its nodes, or update the one whose ID the document holds; return the job that does it.

        Only the job's end says whether it succeeds. Not idempotent.

        Args:
            project_id: The workspace.
            spec: FlowSpec as JSON text; of several workflows in it the service takes the first.
            dry_run: Only validate. **A service that does not know the parameter imports**, and nothing shows it.

        Raises:
            AnswerLost: Look, by ID and then by path, before you send it again.
        """
        body = await self._call(IMPORT, ProjectId=project_id, Spec=spec, DryRun=dry_run or None)
        return read(AsyncJob, inner(body, IMPORT.result), body, IMPORT)

    async def get_job_status(self, job_id: str) -> JobStatus:
        """Return how a job stands.

        Raises:
            NotFoundError: The service does not know the job (yet, or any more).
        """
        status = await self._one(GET_JOB, JobStatus, f"job {job_id}", JobId=job_id)
        if status.is_of_no_job:
            raise empty(GET_JOB, f"job {job_id}", {"RequestId": status.request_id})
        return status if status.job_id else status.model_copy(update={"job_id": job_id})

    async def get_workflow_definition(
        self, project_id: int, workflow_id: str, *, include_script_content: bool = True
    ) -> WorkflowDefinition:
        """Return a workflow with its nodes, and with their scripts, which may be large."""
        body = await self._call(
            GET, ProjectId=project_id, Id=workflow_id, IncludeScriptContent=include_script_content
        )
        found = read(WorkflowDefinition, inner(body, GET.result), body, GET)
        if not (found.id or found.spec):
            raise empty(GET, f"workflow {workflow_id}", body)
        return found if found.id else found.model_copy(update={"id": workflow_id})

    async def list_workflow_definitions(
        self, project_id: int, *, kind: str, name: str | None = None
    ) -> list[WorkflowSummary]:
        """Return all workflows of one kind ("CycleWorkflow" or "ManualWorkflow").

        ``name`` is a part of the name: the service matches loosely, so compare the result yourself.
        """
        found = await self._all(LIST, WorkflowSummary, ProjectId=project_id, Type=kind, Name=name)
        return [item if item.kind else item.model_copy(update={"kind": kind}) for item in found]

    async def delete_workflow_definition(self, project_id: int, workflow_id: str) -> None:
        """Delete a workflow from Data Studio. A published one is refused: it has to be undeployed first.

        Raises:
            NotFoundError: There was none, and no earlier try of this call can have deleted it.
        """
        try:
            await self._call(DELETE, ProjectId=project_id, Id=workflow_id)
        except NotFoundError as error:
            if not error.after_lost_answer:
                raise

    async def rename_workflow_definition(self, project_id: int, workflow_id: str, name: str) -> None:
        """Give a workflow another name, in the folder where it is; refused where another workflow has it there."""
        await self._call(RENAME, ProjectId=project_id, Id=workflow_id, Name=name)

    async def move_workflow_definition(self, project_id: int, workflow_id: str, folder: str) -> None:
        """Put a workflow into another folder; refused where another workflow has its name there."""
        await self._call(MOVE, ProjectId=project_id, Id=workflow_id, Path=folder)

    async def aclose(self) -> None:
        await self._transport.aclose()
        await self._platform.aclose()

    async def _sent(self, operation: Operation, parameters: Mapping[str, str]) -> Body:
        async def attempt() -> Body:
            async with self._limiter.turn(yields=operation.yields) as sent:
                try:
                    return await self._transport.send(operation, parameters, sent)
                except QuotaExhaustedError as error:
                    self._limiter.used_up(error)
                    raise

        body = await self._retry.run(attempt, action=operation.action, idempotent=operation.idempotent)
        self._limiter.answered()
        return body
