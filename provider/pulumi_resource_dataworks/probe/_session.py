"""What every question works with: one workspace, scratch documents, and what was found."""

import asyncio
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, cast

import httpx

from pulumi_resource_dataworks import openapi

# --- The scratch documents: what real imports hold (FlowSpec 1.1.0), and nothing that would do anything if it ran


Object = dict[str, Any]

PREFIX: Final = "pulumi_dataworks_probe_"
"""What the names of all runs begin with; ten digits of the run and "_" follow."""
CONTENT: Final = "echo 'a scratch script of pulumi-dataworks probe'\n"


def new_id() -> str:
    """An ID that nothing has, as the service makes them: 19 digits, from 2^62 up."""
    return str(2**62 + secrets.randbelow(2**62))


@dataclass
class Document:
    """One scratch workflow, to be changed and sent: the run's prefix and ``what`` are its name.

    Without an ID the service chooses one. Nodes and dependencies are as in FlowSpec.
    """

    prefix: str
    what: str
    workflow_id: str | None = field(default_factory=new_id)
    nodes: list[Object] = field(default_factory=list[Object])
    dependencies: list[Object] = field(default_factory=list[Object])

    @property
    def name(self) -> str:
        return f"{self.prefix}{self.what}"

    @property
    def path(self) -> str:
        """The workflow's path; all of the run are in one folder."""
        return f"{self.prefix.strip('_').replace('_', '-')}/{self.name}"

    def add(self, what: str, **more: Any) -> str:
        """Adds a node with more fields, and returns its name."""
        node_id, name = new_id(), f"{self.name}_{what}"
        output = {"data": node_id, "artifactType": "NodeOutput", "refTableName": name}
        script = {"path": f"{self.path}/{name}", "runtime": {"command": "DIDE_SHELL"}, "content": CONTENT}
        node = {"id": node_id, "name": name, "recurrence": "Normal", "script": script, "inputs": {}}
        self.nodes.append({**node, "outputs": {"nodeOutputs": [output]}, **more})
        return name

    def text(self) -> str:
        body: Object = {
            "name": self.name,
            "script": {"path": self.path, "runtime": {"command": "WORKFLOW"}},
            "trigger": {"type": "Scheduler", "cron": "00 00 00 * * ?", "timezone": "Asia/Shanghai"},
            "inputs": {},
            "outputs": {},
            "nodes": self.nodes,
            "dependencies": self.dependencies,
        }
        spec: Object = {"name": self.name, "type": "CycleWorkflow", "workflows": [body]}
        if self.workflow_id is not None:
            body["id"] = spec["id"] = self.workflow_id
        return json.dumps({"version": "1.1.0", "kind": "CycleWorkflow", "spec": spec})


def body_of(seen: openapi.WorkflowDefinition) -> Object:
    """The `spec.workflows[0]` of a document as it reads back; empty where it cannot be read."""
    try:
        return as_object(json.loads(seen.spec)["spec"]["workflows"][0])
    except (ValueError, LookupError, TypeError):
        return {}


def node_of(seen: openapi.WorkflowDefinition, name: str) -> Object:
    """A node; empty where it is not there. Numbers in it may have come as text, and text as numbers."""
    named = [one for one in objects(body_of(seen).get("nodes")) if str(one.get("name")) == name]
    return named[0] if named else {}


def objects(value: Any) -> list[Object]:
    """The objects of a list; none where it is not a list."""
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [as_object(item) for item in items]


def as_object(value: Any) -> Object:
    """A JSON object; empty where it is not one."""
    return cast("Object", value) if isinstance(value, dict) else {}


# --- What every question works with: the service in one workspace, what the run has made there, and what was found
#
# The one rule: what is changed or deleted was read just before, and its name begins with the run's prefix. An ID is no proof.


PATIENCE: Final = 60.0
"""Seconds after which an import that was not seen to end has come to its end, or was never taken."""
_PAUSES: Final = (2.0, 8.0, 20.0, 30.0, 5.0)
"""Seconds between looks of a clean-up: the last is for what was first seen when the patience ended."""
_READ_PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
_JOB_TIMEOUT: Final = 600.0


class UnfitError(Exception):
    """This cannot be probed in this workspace; the text says why."""


@dataclass(frozen=True)
class Finding:
    """A switch's setting and how it was found; where it is not determined, None and why not."""

    setting: Any
    how: str

    @property
    def determined(self) -> bool:
        return self.setting is not None


@dataclass(frozen=True)
class Ending:
    """How an import ended, and the workflow's ID by the import's own answer, or ""."""

    error: str = ""
    workflow_id: str = ""
    done: bool = False


class Session:
    """One run, all of whose names begin with ``prefix``.

    Attributes:
        made: IDs of workflows that may be there.
        pending: The job of an import whose end was not seen, "" where its answer was not; None where there is none.
        absent: HTTP status and code of the answer to a missing workflow, once it is known.
        stale: Seconds for which a read may be older than a write, as far as is known.
    """

    def __init__(
        self,
        settings: openapi.Settings,
        project_id: int,
        say: Callable[[str], None],
        transport: httpx.AsyncBaseTransport | None = None,
        clock: openapi.Clock | None = None,
    ) -> None:
        self.clock = clock or openapi.SystemClock()
        self.client = openapi.Client(settings, transport=transport, clock=self.clock, on_wait=say)
        self.project_id, self.say = project_id, say
        self.prefix = f"{PREFIX}{secrets.token_hex(5)}_"
        self.findings: dict[str, Finding] = {}
        self.made: dict[str, None] = {}
        self.pending: str | None = None
        self.absent: tuple[int, str] | None = None
        self.stale = 0.0

    def found(self, switch: str, setting: Any, how: str) -> None:
        """A switch is set so; where the setting is None, the service does what no setting describes."""
        self.findings[switch] = Finding(setting, how if setting is not None else f"neither: {how}")

    def undetermined(self, why: str, *switches: str) -> None:
        """Say why switches are not determined, unless they have been already."""
        for switch in switches:
            self.findings.setdefault(switch, Finding(None, why))

    async def imported(self, document: Document, *, dry_run: bool = False) -> Ending:
        known = document.workflow_id in self.made
        if document.workflow_id:
            self.made[document.workflow_id] = None
        self.pending = ""
        try:
            job = await self.client.import_workflow_definition(
                self.project_id, document.text(), dry_run=dry_run
            )
        except openapi.ServiceUnavailableError:  # it may have been taken
            raise
        except openapi.ServiceError as error:
            self.pending = None
            if not known:
                self.made.pop(str(document.workflow_id), None)
            if not error.is_ambiguous_client_error:
                raise
            return Ending(str(error.message))
        self.pending = job.id
        if job.workflow_id:
            self.made[job.workflow_id] = None
        status = await self._wait(job.id, 1.2 * len(document.nodes))
        return Ending(str(status.error), job.workflow_id, status.succeeded)

    async def _wait(self, job_id: str, seconds: float) -> openapi.JobStatus:
        never, limit, clock = asyncio.Event(), _JOB_TIMEOUT, self.clock
        status = await openapi.wait_for_job(
            self.client, job_id, expected_seconds=seconds, timeout=limit, cancelled=never, clock=clock
        )
        self.pending = None
        return status

    async def read(self, workflow_id: str) -> openapi.WorkflowDefinition | None:
        try:
            return await self.client.get_workflow_definition(self.project_id, workflow_id)
        except openapi.ServiceError as error:
            if not error.is_ambiguous_client_error and (error.status, error.code) != self.absent:
                raise
            return None

    def is_own(self, seen: openapi.WorkflowDefinition, workflow_id: str) -> bool:
        """Whether what was read under an ID has it, and a name of this run."""
        return seen.id == workflow_id and seen.name.startswith(self.prefix)

    async def read_own(self, workflow_id: str) -> openapi.WorkflowDefinition:
        """A workflow of the run, once reads are fresh; UnfitError where it is gone, or is none."""
        await self.clock.sleep(self.stale)
        seen = await self.read(workflow_id)
        if seen is None:
            raise UnfitError("a scratch workflow is gone: somebody else deletes in this workspace")
        if not self.is_own(seen, workflow_id):
            raise UnfitError(f"what has the ID of a scratch workflow is {seen.name}, and is left alone")
        return seen

    async def look_for(self, document: Document, workflow_id: str = "") -> openapi.WorkflowDefinition | None:
        """Look once for what an import has made: by the answer's ID, its own, or its name."""
        ids = [one for one in (workflow_id, document.workflow_id) if one]
        ids += [line.id for line in await self.list() if line.name == document.name]
        for one in dict.fromkeys(ids):
            seen = await self.read(one)
            if seen and seen.name == document.name and self.is_own(seen, one):
                self.made[one] = None
                return seen
        return None

    async def wait_for(self, document: Document, ending: Ending) -> openapi.WorkflowDefinition:
        """Look until it is there; UnfitError where it is not within a minute."""
        for pause in _READ_PAUSES:
            await self.clock.sleep(pause)
            if (seen := await self.look_for(document, ending.workflow_id)) is not None:
                return seen
        raise UnfitError("an import makes nothing that can be read")

    async def list(self, name: str = "") -> list[openapi.WorkflowSummary]:
        """The workflows whose names begin so (as those of the run), as far as the list shows."""
        name = name or self.prefix
        found = await self.client.list_workflow_definitions(self.project_id, kind="CycleWorkflow", name=name)
        return [line for line in found if line.name.startswith(name)]

    async def delete(self, workflow_id: str) -> bool:
        """Delete a workflow if it is there, and return whether it may have been the run's: others are left alone."""
        seen = await self.read(workflow_id)
        if seen is None:
            return True
        if not self.is_own(seen, workflow_id):
            self.say(
                f"not deleted, as its name does not begin with {self.prefix}: {seen.name} ({workflow_id})"
            )
            return False
        self.say(f"deleting {seen.name} ({workflow_id})")
        await self.client.delete_workflow_definition(self.project_id, workflow_id)
        return True

    async def delete_all(self) -> dict[str, str]:
        """Delete what the run has made and what the list shows of it, until that is nothing; about a minute at most.

        Returns what is still there, ID to name.

        Raises:
            DataWorksError: The service cannot be reached, or refuses to be called.
        """
        if self.pending:  # its job would make the workflow again
            with suppress(openapi.ServiceError, openapi.JobWaitError):
                await self._wait(self.pending, 1)
        found, others = dict.fromkeys(self.made, ""), set[str]()
        until = self.clock.monotonic() + (0 if self.pending is None else PATIENCE + self.stale)
        for pause in (*_PAUSES, 0.0):
            for workflow_id in found:
                try:
                    if not await self.delete(workflow_id):
                        others.add(workflow_id)
                except openapi.ServiceError as error:
                    if not error.is_ambiguous_client_error:
                        raise
                    self.say(str(error))  # it is gone, or published: the list decides
            await self.clock.sleep(self.stale if found else 0)
            found = {line.id: line.name for line in await self.list() if line.id not in others}
            waits = self.clock.monotonic() < until
            if not pause or not (found or waits):
                break
            why = "an import may still be running" if waits else "some are still listed"
            self.say(f"looking again in {pause:.0f} s: {why}")
            await self.clock.sleep(pause)
        return found
