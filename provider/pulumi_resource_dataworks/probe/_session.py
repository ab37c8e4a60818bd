"""What every probe works with: the service in one workspace, the imports of one run, and what was found."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import httpx

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.openapi._credentials import credentials_for
from pulumi_resource_dataworks.openapi._operations import GET, Operation
from pulumi_resource_dataworks.openapi._transport import Transport

from ._documents import PREFIX, Document, Object, Seen, as_object, new_id

_JOB_TIMEOUT: Final = 600.0
"""Seconds; a scratch workflow has five nodes at most."""
_SECONDS_A_NODE: Final = 1.2
_READ_PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


class UnfitError(Exception):
    """This cannot be probed in this workspace; the text says why."""


@dataclass(frozen=True)
class Finding:
    """A switch's setting and how it was found; where it is not determined, None and why not."""

    setting: Any
    how: str

    @property
    def determined(self) -> bool:
        """Whether the setting is known."""
        return self.setting is not None


@dataclass(frozen=True)
class Ending:
    """How an import ended: the call is refused, or its job fails, with the service's words, or all is done.

    Attributes:
        workflow_id: The workflow's ID by the import's own answer, or "".
        completed: `JobStatus.Completed` of the last poll, raw.
    """

    outcome: Literal["done", "failed", "refused"]
    error: str = ""
    workflow_id: str = ""
    completed: Any = None

    @property
    def words(self) -> str:
        """What happened, for a finding."""
        what = {"done": "done", "failed": "the job fails", "refused": "the call is refused"}[self.outcome]
        return f'{what}: "{self.error}"' if self.error else what


class Recorder(Transport):
    """Counts requests, each try of a call by itself, and keeps what answers say before the client has read them.

    Attributes:
        body: The last answer's JSON object; of a refusal, "Code" and "Message".
        throttled: The refusals that say "too many calls", of a second or of a day.
    """

    calls = 0
    body: Object
    status = 200
    throttled: tuple[openapi.ServiceError, ...] = ()

    async def send(
        self, operation: Operation, parameters: Mapping[str, str], sent: Callable[[], None] = lambda: None
    ) -> Object:
        """As the base does."""
        self.calls += 1
        try:
            self.status, self.body = 200, await super().send(operation, parameters, sent)
        except openapi.ServiceError as error:
            self.status, self.body = error.status, {"Code": error.code, "Message": error.message}
            if isinstance(error, openapi.ThrottledError | openapi.QuotaExhaustedError):
                self.throttled = (*self.throttled, error)
            raise
        return self.body


class Session(openapi.Client):
    """The provider's client in one workspace, and one run's state; transport and clock are as the client's.

    Attributes:
        say: Takes what is being done, as a sentence.
        prefix: What all names of the run begin with.
        findings: Switch to finding.
        made: IDs of workflows that may be there.
        pending: The job of an import whose end was not seen, "" where its answer was not; None where there is none.
        ids: What becomes of a new workflow ID.
        workflow: The scratch workflow that is there once `basics` is done.
        absent: HTTP status and code of the answer to a missing workflow, once it is known.
        unknown_job: By what the answer to a job that never was is known: status and code, or status and error.
        stale: Seconds for which a read may be older than a write, as far as is known.
    """

    workflow: Document

    def __init__(
        self,
        settings: openapi.Settings,
        project_id: int,
        say: Callable[[str], None],
        transport: httpx.AsyncBaseTransport | None = None,
        clock: openapi.Clock | None = None,
    ) -> None:
        self.clock = clock or openapi.SystemClock()
        super().__init__(settings, clock=self.clock, on_wait=say)
        self.recorder = Recorder(settings, credentials_for(settings), transport, self.clock)
        self._transport = self.recorder
        self.project_id, self.say = project_id, say
        self.prefix = f"{PREFIX}{secrets.token_hex(5)}_"
        self.findings: dict[str, Finding] = {}
        self.made: dict[str, None] = {}
        self.pending: str | None = None
        self.ids: Literal["unknown", "kept", "replaced", "refused"] = "unknown"
        self.absent: tuple[int, str] | None = None
        self.unknown_job: tuple[int | str, str] | None = None
        self.stale = 0.0

    def found(self, switch: str, setting: Any, how: str) -> None:
        """A switch is set so; where the setting is None, the service does what no setting describes."""
        if setting is None:
            self.undetermined(f"neither: {how}", switch)
        else:
            self.findings[switch] = Finding(setting, how)

    def undetermined(self, why: str, *switches: str) -> None:
        """These are not determined, unless they have been already."""
        for switch in switches:
            self.findings.setdefault(switch, Finding(None, why))

    def document(self, what: str) -> Document:
        """A new scratch document, with an ID of its own where the service takes one."""
        return Document(self.prefix, what, None if self.ids == "refused" else new_id())

    async def submit(self, document: Document, *, dry_run: bool = False) -> Ending | openapi.AsyncJob:
        """Send an import; an Ending where the call is refused."""
        self._note(document.workflow_id)
        self.pending = ""
        try:
            job = await self.import_workflow_definition(self.project_id, document.text(), dry_run=dry_run)
        except openapi.ServiceError as error:
            self.pending = None
            if not error.is_ambiguous_client_error:
                raise
            return Ending("refused", error.message)
        self.pending = job.id
        self._note(job.workflow_id)
        return job

    def _note(self, workflow_id: str | None) -> None:
        if workflow_id:
            self.made[workflow_id] = None

    async def finish(self, job: openapi.AsyncJob, nodes: int = 1) -> Ending:
        """Wait for an import's end; JobWaitError where the service forgets it, or it lasts too long."""
        await self.clock.sleep(_SECONDS_A_NODE * nodes)  # so that one poll is enough for most
        return self.ended(job, await self.wait(job.id))

    async def wait(self, job_id: str) -> openapi.JobStatus:
        """The last status of a job; raises as `finish` does."""
        never = asyncio.Event()
        try:
            return await openapi.wait_for_job(
                self, job_id, expected_seconds=1.0, timeout=_JOB_TIMEOUT, cancelled=never, clock=self.clock
            )
        except openapi.JobForgotten:
            self.pending = ""
            raise

    def ended(self, job: openapi.AsyncJob, status: openapi.JobStatus) -> Ending:
        """How a job ended; the recorder has its last poll."""
        self.pending = None
        completed = as_object(self.recorder.body.get("JobStatus")).get("Completed")
        if status.succeeded:
            return Ending("done", "", job.workflow_id, completed)
        return Ending("failed", status.error, job.workflow_id, completed)

    async def imported(self, document: Document) -> Ending:
        """Import a document, to the end."""
        job = await self.submit(document)
        return job if isinstance(job, Ending) else await self.finish(job, len(document.nodes))

    async def get_job_status(self, job_id: str) -> openapi.JobStatus:
        """As the client does; a job that the service does not know is not found, however the service says so."""
        try:
            status = await super().get_job_status(job_id)
        except openapi.ServiceError as error:
            if (error.status, error.code) != self.unknown_job:
                raise
        else:
            if (status.status, status.error) != self.unknown_job:
                return status
        raise openapi.NotFoundError("No such job.", code="", status=404, action="GetJobStatus")

    async def read(self, workflow_id: str) -> Seen | None:
        """A workflow; None where it is not there."""
        try:
            found = await self.get_workflow_definition(self.project_id, workflow_id)
        except openapi.ServiceError as error:
            if not await self.is_missing(error):
                raise
            return None
        return Seen(found.id, found.name, found.owner, found.spec)

    async def read_without_flag(self, workflow_id: str) -> Seen:
        """A read without IncludeScriptContent, which the provider never makes."""
        body = await self._call(GET, {"ProjectId": str(self.project_id), "Id": workflow_id})
        return Seen(workflow_id, "", "", str(as_object(body.get("WorkflowDefinition")).get("Spec")))

    async def list(self, name: str) -> list[openapi.WorkflowSummary]:
        """The workflows whose names begin so, as far as the list shows."""
        found = await self.list_workflow_definitions(self.project_id, kind="CycleWorkflow", name=name)
        return [line for line in found if line.name.startswith(name)]

    async def is_missing(self, error: openapi.ServiceError) -> bool:
        """Whether this may be how the service says that a workflow is not there."""
        if error.is_ambiguous_client_error:
            return True
        if self.absent is None and isinstance(error, openapi.ServiceUnavailableError):
            try:  # what it says of a workflow that never was
                await self.get_workflow_definition(self.project_id, new_id())
            except openapi.ServiceError as sample:
                self.absent = sample.status, sample.code
        return (error.status, error.code) == self.absent

    async def look_for(self, document: Document, workflow_id: str = "") -> Seen | None:
        """Look for what an import has made, once: by the answer's ID, or else by its own, or else by its name."""
        known = workflow_id or document.workflow_id
        seen = await self.read(known) if known else None
        if seen is None and not workflow_id and self.ids != "kept":
            ids = [line.id for line in await self.list(document.name) if line.name == document.name]
            seen = await self.read(ids[0]) if ids else None
        self._note(seen.workflow_id if seen else None)
        return seen

    async def wait_for(self, document: Document, ending: Ending) -> Seen:
        """Look until it is there; UnfitError where it is not within a minute."""
        for pause in _READ_PAUSES:
            await self.clock.sleep(pause)
            if (seen := await self.look_for(document, ending.workflow_id)) is not None:
                return seen
        raise UnfitError(f"an import makes nothing that can be read: {ending.words}")

    async def reread(self, document: Document) -> Seen:
        """Read what is surely there, once reads are fresh; UnfitError where it is not."""
        await self.clock.sleep(self.stale)
        seen = await self.read(str(document.workflow_id))
        if seen is None:
            raise UnfitError("a scratch workflow is gone: somebody else deletes in this workspace")
        return seen

    async def delete(self, seen: Seen) -> None:
        """Delete what was just read; UnfitError where it is none of the run's."""
        if not seen.name.startswith(self.prefix):
            raise UnfitError(f"what was imported reads back as {seen.name}, and is not deleted")
        await self.delete_workflow_definition(self.project_id, seen.workflow_id)
        self.made.pop(seen.workflow_id, None)
