"""What every probe works with: the calls, journalled; what was learnt so far; what was found."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pulumi_resource_dataworks import openapi

from ._documents import Document, Names, Object, Seen, new_id
from ._journal import Journal, Key, Sent
from ._wire import Heard, Recorder, Service

JOB_TIMEOUT: Final = 600.0
"""Seconds; a scratch workflow has five nodes at most."""
LOST_JOBS: Final = 2
"""After so many the run ends: each costs a dozen polls, and tells nothing."""
_SECONDS_A_NODE: Final = 1.2
_READ_PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


class StoppedError(Exception):
    """The user stops the run."""


class UnfitError(Exception):
    """Nothing can be probed in this workspace; the text says why."""


@dataclass(frozen=True)
class Finding:
    """What is known of one switch.

    Attributes:
        setting: How it is set; of no meaning where it could not be told.
        told: Whether it could be told.
        how: How it was found, or why it could not be told.
    """

    setting: Any
    told: bool
    how: str


@dataclass(frozen=True)
class Ending:
    """How an import ended.

    Attributes:
        outcome: `refused` is the call itself, `failed` its job; `unknown` where the service has forgotten the job.
        error: The service's words where it was refused or failed.
        sent: Its line in the journal.
        told_id: Whether the import's own answer held a workflow ID.
        completed: `JobStatus.Completed` of the last poll, raw.
    """

    outcome: Literal["done", "failed", "refused", "unknown"]
    error: str
    sent: Sent
    told_id: bool = False
    completed: Any = None

    @property
    def is_bad(self) -> bool:
        """Whether it was surely not imported."""
        return self.outcome in {"refused", "failed"}

    @property
    def words(self) -> str:
        """What happened, for a finding."""
        if self.outcome == "unknown":
            return "the job's end was not to be seen"
        return {"done": "done", "failed": "the job fails", "refused": "the call is refused"}[self.outcome] + (
            f': "{self.error}"' if self.error else ""
        )


@dataclass
class Bench:
    """One run's state.

    Attributes:
        service: The client.
        recorder: What it heard last.
        journal: What is to be undone.
        project_id: The workspace.
        second_project_id: Another workspace, if the user gave one.
        clock: Where time comes from.
        cancelled: Set when the user stops the run.
        say: Told what is being done.
        findings: Switch to finding.
    """

    service: Service
    recorder: Recorder
    journal: Journal
    project_id: int
    second_project_id: int | None
    clock: openapi.Clock
    cancelled: asyncio.Event
    say: Callable[[str], None]
    findings: dict[str, Finding] = field(default_factory=dict[str, Finding])

    unknown_job: tuple[int, str] | None = None
    """Status and code of the refusal of a job that never was."""
    unknown_job_error: str = ""
    """The error of such a job, where the service says that it failed."""
    stale: float = 0.0
    """Seconds for which a read may be older than a write."""
    ids: Literal["unknown", "kept", "replaced", "refused"] = "unknown"
    """What becomes of a new workflow ID."""
    first_job: float | None = None
    """How long the first import of one node took, in seconds."""
    jobs: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    """Jobs that were seen to end, each with the moment by the clock's `monotonic`."""
    lost_jobs: int = 0
    """How many jobs were not seen to their end."""
    largest: int = 0
    """Bytes of the largest document that was imported."""
    workflow: Document | None = None
    """A scratch workflow that is there, to be updated."""

    @property
    def names(self) -> Names:
        """The run's names."""
        return self.journal.names

    # --- findings

    def found(self, switch: str, setting: Any, how: str) -> None:
        """A switch is set so."""
        self.findings[switch] = Finding(setting, told=True, how=how)

    def untold(self, why: str, *switches: str) -> None:
        """These cannot be told, unless they have been already."""
        for switch in switches:
            self.findings.setdefault(switch, Finding(None, told=False, how=why))

    # --- calls

    def document(self, what: str) -> Document:
        """A new scratch document, with an ID of its own where the service takes one."""
        return Document(self.names, what, None if self.ids == "refused" else new_id())

    def check(self) -> None:
        """Raise StoppedError if the user wants to stop."""
        if self.cancelled.is_set():
            raise StoppedError

    async def pause(self, seconds: float) -> None:
        """Sleep, but hear the user.

        Raises:
            StoppedError: The user stops the run.
        """
        if seconds <= 0:
            return self.check()
        alarms = [
            asyncio.ensure_future(self.clock.sleep(seconds)),
            asyncio.ensure_future(self.cancelled.wait()),
        ]
        try:
            await asyncio.wait(alarms, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for alarm in alarms:
                alarm.cancel()
            await asyncio.wait(alarms)
        return self.check()

    async def submit(
        self, document: Document, *, project_id: int | None = None, dry_run: bool = False
    ) -> Ending | Sent:
        """Send an import; an Ending where the call is refused."""
        self.check()
        project_id = project_id or self.project_id
        now = self.clock.utcnow().timestamp()
        sent = self.journal.sending(project_id, document.workflow_id, document.kind, now)
        try:
            job = await self.service.import_workflow_definition(project_id, document.text(), dry_run=dry_run)
        except openapi.ServiceError as error:
            self.journal.note(sent, "refused")
            if not error.is_ambiguous_client_error:
                raise
            return Ending("refused", error.message, sent)
        self.journal.note(sent, "running", job.id, job.workflow_id)
        return sent

    async def finish(self, sent: Sent, nodes: int = 1) -> Ending:
        """Wait for an import's end.

        Raises:
            UnfitError: The service has forgotten it, as it has others.
        """
        told_id = bool(sent.workflow)
        expected = _SECONDS_A_NODE * nodes
        if self.first_job is not None:
            # The jobs before tell when this one will be done: so one poll is enough for most.
            age = self.clock.utcnow().timestamp() - sent.at
            await self.pause(self.first_job + _SECONDS_A_NODE * (nodes - 1) - age)
            expected = 1.0
        try:
            status = await openapi.wait_for_job(
                self,
                sent.job,
                expected_seconds=expected,
                timeout=JOB_TIMEOUT,
                cancelled=self.cancelled,
                clock=self.clock,
            )
        except openapi.JobForgotten:
            self.journal.note(sent, "sent")
            self.lost_jobs += 1
            if self.lost_jobs >= LOST_JOBS:
                raise UnfitError("jobs are forgotten before they are seen to end") from None
            return Ending("unknown", "", sent, told_id)
        except openapi.JobWaitCancelled:
            raise StoppedError from None
        return self.ended(sent, status)

    def ended(self, sent: Sent, status: openapi.JobStatus) -> Ending:
        """Take down how a job ended; the recorder has its last poll."""
        told_id = bool(sent.workflow)
        completed = self.recorder.last.inner("JobStatus").get("Completed")
        self.journal.note(sent, "ended")
        self.jobs.append((sent.job, self.clock.monotonic()))
        if self.first_job is None:
            self.first_job = max(0.0, self.clock.utcnow().timestamp() - sent.at)
        outcome: Literal["done", "failed"] = "done" if status.succeeded else "failed"
        return Ending(outcome, "" if status.succeeded else status.error, sent, told_id, completed)

    async def imported(self, document: Document) -> Ending:
        """Import a document, to the end."""
        sent = await self.submit(document)
        ending = sent if isinstance(sent, Ending) else await self.finish(sent, len(document.nodes))
        if ending.outcome == "done":
            self.largest = max(self.largest, len(document.text().encode()))
        return ending

    async def get_job_status(self, job_id: str) -> openapi.JobStatus:
        """As the client does; a job that the service says it does not know is not found, however it says so."""
        self.check()
        try:
            status = await self.service.get_job_status(job_id)
        except openapi.ServiceError as error:
            if self.unknown_job is not None and (error.status, error.code) == self.unknown_job:
                raise _not_found(error.message) from error
            raise
        if self.unknown_job_error and (status.status, status.error) == ("Fail", self.unknown_job_error):
            raise _not_found(status.error)
        return status

    async def get(self, workflow_id: str, *, project_id: int | None = None) -> Seen | None:
        """Read a workflow; None where it is not there."""
        self.check()
        try:
            found = await self.service.get_workflow_definition(project_id or self.project_id, workflow_id)
        except openapi.ServiceError as error:
            if not error.is_ambiguous_client_error and (error.status, error.code) != self.journal.absent:
                raise
            return None
        return Seen.of(found.id, found.owner, found.spec)

    async def look_for(self, document: Document, sent: Sent | None = None) -> Seen | None:
        """Look for what an import has made, once: by the answer's ID, or else by its own, or else by its name."""
        told = sent.workflow if sent is not None else ""
        workflow_id = told or document.workflow_id
        found = await self.get(workflow_id) if workflow_id else None
        if found is None and not told and (self.ids != "kept" or workflow_id is None):
            self.check()
            listed = await self.service.list_workflow_definitions(
                self.project_id, kind=document.kind, name=document.name
            )
            ids = [line.id for line in listed if line.name == document.name]
            found = await self.get(ids[0]) if ids else None
        if found is not None and sent is not None:
            self.journal.note(sent, sent.state, workflow=found.workflow_id)
        return found

    async def wait_for(self, document: Document, sent: Sent) -> Seen | None:
        """Look until it is there; None where it is not within a minute."""
        for pause in _READ_PAUSES:
            await self.pause(pause)
            if (found := await self.look_for(document, sent)) is not None:
                return found
        return None

    async def settle(self) -> None:
        """Wait until reads are fresh."""
        await self.pause(self.stale)

    async def reread(self, workflow_id: str) -> Seen:
        """Read what is surely there, fresh.

        Raises:
            UnfitError: It is not there.
        """
        await self.settle()
        found = await self.get(workflow_id)
        if found is None:
            raise UnfitError("a scratch workflow is gone: somebody else deletes in this workspace")
        return found

    async def delete(self, key: Key) -> None:
        """Delete a workflow of ours."""
        self.check()
        await self.service.delete_workflow_definition(*key)
        self.journal.gone(key)

    def adopt(self, document: Document, seen: Seen) -> None:
        """This is the scratch workflow from now on, under the IDs that the service uses."""
        document.workflow_id = seen.workflow_id
        for node in document.nodes:
            node["id"] = seen.at(node["name"], "id") or node["id"]
        self.workflow = document


def of(heard: Heard) -> tuple[int, str]:
    """By what an answer is known again."""
    return heard.status, heard.code


def first(document: Document) -> Object:
    """A document's first node."""
    return document.nodes[0]


def _not_found(message: str) -> openapi.NotFoundError:
    return openapi.NotFoundError(message, code="", status=404, action="GetJobStatus")
