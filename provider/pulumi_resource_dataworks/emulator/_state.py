"""What exists: accounts, workspaces, workflows with their past, jobs; their IDs and their time."""

import hashlib
import secrets
import time
import uuid
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeVar

from ._errors import NO_MEMBER, ServiceError, no_project
from ._jobs import Job, Life
from ._json import JsonObject
from ._limits import Edition, Usage
from ._switches import Switches

if TYPE_CHECKING:
    from ._pipeline_runs import Run

K = TypeVar("K")

# --- The emulator's time: the machine's, which a test may set forward


_SHANGHAI = timezone(timedelta(hours=8))


class Clock:
    """Seconds since the epoch. Jobs and stale reads live by it; signatures live by the machine's own time."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """The time in seconds."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass at once, so that a test need not wait for a job."""
        self._ahead += seconds


def milliseconds(seconds: float) -> int:
    """A moment as the API writes it: milliseconds since the epoch."""
    return int(seconds * 1000)


def local_text(seconds: float) -> str:
    """A moment as the service writes it into metadata: `yyyy-MM-dd HH:mm:ss`, in China's time."""
    return datetime.fromtimestamp(seconds, _SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


# --- IDs as the service makes them: decimal text of 19 digits, from 2^62 up to 2^63 (the vendor's `UuidUtils`)


_HALF = 2**62


def new_id() -> str:
    """An ID that was never given out."""
    return str(_HALF + secrets.randbelow(_HALF))


def derived_id(*parts: str) -> str:
    """An ID that the same parts always give: a script's, a trigger's."""
    return str(_HALF + stable(*parts, below=_HALF))


def stable(*parts: str, below: int) -> int:
    """A number that looks drawn and is the same whenever the parts are."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return int.from_bytes(digest[:16], "big") % below


def scheduling_id(own_id: str, kind: str) -> int:
    """The ID that something has on the scheduling side: about ten digits in real traffic."""
    return 10**9 + stable(own_id, kind, below=10**9)


def request_id() -> str:
    """A request's ID as the gateway writes it."""
    return str(uuid.uuid4()).upper()


# --- What exists


Key = tuple[int, str]
"""The IDs of a workspace and of a workflow in it."""

_JOBS = 10_000
"""How many jobs that have ended are remembered."""
_OLD = 1000
"""How many pipeline runs that have ended, and how many workflows that were deleted, are remembered with their documents."""
_VERSIONS = 50
"""How many versions of a workflow are remembered, for reads that are stale."""


@dataclass(frozen=True)
class Account:
    """Who may call.

    Attributes:
        security_token: The STS token that has to come along, where the account has one.
        uid: The owner of what it makes.
        name: The owner's name in metadata.
    """

    access_key: str = "LTAIemulator0000000000"
    secret_key: str = "emulator-secret-of-no-worth"  # noqa: S105 a public value
    security_token: str | None = None
    uid: str = "1000000000000001"
    name: str = "emulator@example.com"


@dataclass(frozen=True)
class Project:
    """A workspace and what it fills into nodes.

    Attributes:
        identifier: Its name, as in output names (`<identifier>.<workflow>`).
        display_name: Its name for people.
        dev_environment_enabled: Whether it is in standard mode, with an environment for development.
        resource_group: The default resource group of nodes.
        resource_group_id: That group's number.
        datasource: The default MaxCompute data source of nodes.
        rerun_times: Default `rerunTimes` of nodes.
        rerun_interval: Default `rerunInterval` of nodes, in milliseconds.
    """

    project_id: int = 10001
    identifier: str = "emulated_workspace"
    display_name: str = "Emulated workspace"
    description: str = ""
    status: str = "Available"
    dev_environment_enabled: bool = False
    tenant_id: str = "524257424564736"
    resource_group: str = "Serverless_res_group_524257424564736_1"
    resource_group_id: str = "1"
    datasource: str = "odps_first"
    rerun_times: int = 3
    rerun_interval: int = 120000


@dataclass(frozen=True)
class ResourceGroup:
    """What nodes run on. A group that is bound to a workspace may be used there.

    Attributes:
        group_id: What a document names.
        name: Its name for people.
        type: Its type, in the words of ListResourceGroups.
        projects: The IDs of the workspaces that it is bound to; None for all of them.
    """

    group_id: str = "Serverless_res_group_524257424564736_1"
    name: str = "emulated_group"
    type: str = "CommonV2"
    status: str = "Normal"
    projects: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Workflow:
    """One stored workflow definition; times are seconds.

    Attributes:
        workflow_id: Its ID in Data Studio.
        kind: Its kind in the vendor's spelling; List's `Type`.
        document: The FlowSpec document with everything that the service fills in.
        published: Whether it is in production.
        scheduling_id: `WorkflowId`: its ID on the scheduling side once it is published.
    """

    workflow_id: str
    project_id: int
    kind: str
    document: JsonObject
    created: float
    modified: float
    published: bool = False
    scheduling_id: int | None = None

    @property
    def key(self) -> Key:
        """Its workspace and its ID."""
        return self.project_id, self.workflow_id

    @property
    def body(self) -> JsonObject:
        """The document's `spec.workflows[0]`."""
        body: JsonObject = self.document["spec"]["workflows"][0]
        return body

    @property
    def nodes(self) -> dict[str, JsonObject]:
        """Its nodes by ID."""
        return {node["id"]: node for node in self.body["nodes"]}

    @property
    def path(self) -> str:
        """Where it stands in Data Studio's tree, its own name included."""
        return str(self.body["script"]["path"])


@dataclass
class ServiceState:
    """Everything that the service remembers."""

    accounts: list[Account] = field(default_factory=lambda: [Account()])
    projects: list[Project] = field(default_factory=lambda: [Project()])
    resource_groups: list[ResourceGroup] = field(default_factory=lambda: [ResourceGroup()])
    switches: Switches = field(default_factory=Switches)
    clock: Clock = field(default_factory=Clock)
    edition: Edition | None = None
    usage: Usage = field(default_factory=Usage)
    job_life: Life = field(default_factory=Life)
    scripted_jobs: deque[Life] = field(default_factory=deque[Life])
    jobs: dict[str, Job] = field(default_factory=dict[str, Job])
    stage_life: Life = field(default_factory=lambda: Life("seconds", 2))
    scripted_stages: dict[str, deque[Life]] = field(default_factory=dict[str, deque[Life]])
    runs: dict[str, "Run"] = field(default_factory=dict[str, "Run"])
    production: dict[Key, Workflow] = field(default_factory=dict[Key, Workflow])
    locked: set[Key] = field(default_factory=set[Key])
    reads: Counter[str] = field(default_factory=Counter[str])
    _past: dict[Key, list[tuple[float, Workflow | None]]] = field(
        default_factory=dict[Key, list[tuple[float, Workflow | None]]]
    )

    def project(self, project_id: int) -> Project:
        """The workspace with that ID.

        Raises:
            ServiceError: There is none. The real answer of these operations is unknown.
        """
        for project in self.projects:
            if project.project_id == project_id:
                return project
        if self.switches.unknown_project_elsewhere == "as_workflow":
            raise self.not_found()
        if self.switches.unknown_project_elsewhere == "no_member":
            raise ServiceError(403, NO_MEMBER, f"The user is no member of project {project_id}.")
        raise no_project(project_id)

    def id_in_answer(self, own: str) -> str | int:
        """An ID as answers have it."""
        return int(own) if self.switches.ids_on_wire == "numbers" and own.isdigit() else own

    def not_found(self) -> ServiceError:
        """What refuses a call about something that is not there."""
        switches = self.switches
        return ServiceError(switches.not_found_status, switches.not_found_code, switches.not_found_message)

    def empty_answer(self, empty: JsonObject) -> JsonObject:
        """The empty answer to such a call, at the setting where it has one.

        Raises:
            ServiceError: At any other.
        """
        if self.switches.not_found_empty:
            return empty
        raise self.not_found()

    def settle(self) -> None:
        """Let every job end whose time has come, in the order in which they end."""
        now = self.clock.now()
        for job in sorted(self.running_jobs(), key=lambda job: job.end):
            job.settle(now)
        for run in self.runs.values():
            run.settle(self, now)

    def store(self, key: Key, workflow: Workflow | None, now: float) -> None:
        """Write a workflow, or None for one that is deleted."""
        past = self._past.setdefault(key, [])
        past.append((now, workflow))
        del past[:-_VERSIONS]
        if workflow is None:
            _forget(self._past, [other for other in self._past if self.is_deleted(other)], _OLD)

    def add_job(self, job: Job) -> None:
        """Begin a job."""
        self.jobs[job.job_id] = job
        _forget(self.jobs, [one.job_id for one in self.jobs.values() if one.status != "Running"], _JOBS)

    def add_run(self, run: "Run") -> None:
        """Begin a pipeline run."""
        self.runs[run.run_id] = run
        _forget(self.runs, [one.run_id for one in self.runs.values() if one.ended], _OLD)

    def current(self, key: Key) -> Workflow | None:
        """What is there now: what a write sees."""
        past = self._past.get(key)
        return past[-1][1] if past else None

    def readable(self, key: Key) -> Workflow | None:
        """What a read sees: what was there before the writes of the last `stale_reads` seconds."""
        horizon = self.clock.now() - self.switches.stale_reads
        known = [workflow for moment, workflow in self._past.get(key, []) if moment <= horizon]
        return known[-1] if known else None

    def is_deleted(self, key: Key) -> bool:
        """Whether a workflow with this ID was deleted."""
        return key in self._past and self.current(key) is None

    def last(self, key: Key) -> Workflow | None:
        """What is there, or was there before it was deleted."""
        known = [workflow for _, workflow in self._past.get(key, []) if workflow is not None]
        return known[-1] if known else None

    def located(self, key: Key) -> Key:
        """Where the thing with that ID is: in the workspace that was named, or in the one that has it."""
        if self.switches.same_id_in_two_projects != "one_thing" or key in self._past:
            return key
        return next((other for other in self._past if other[1] == key[1]), key)

    def is_elsewhere(self, key: Key) -> bool:
        """Whether another workspace has a workflow with that ID."""
        return any(other[1] == key[1] and other != key and self.current(other) for other in self._past)

    def workflows(self, project_id: int | None = None, *, stale: bool = False) -> Iterator[Workflow]:
        """The workflows of a workspace, or of all, the oldest first."""
        look = self.readable if stale else self.current
        for key in list(self._past):
            workflow = look(key)
            if workflow is not None and project_id in {None, key[0]}:
                yield workflow

    def is_path_taken(self, path: str, key: Key) -> bool:
        """Whether another workflow of the workspace is at that path."""
        return any(other.path == path and other.key != key for other in self.workflows(key[0]))

    def running_jobs(self) -> list[Job]:
        """The jobs that have not ended."""
        return [job for job in self.jobs.values() if job.status == "Running"]

    def last_job(self, key: Key) -> Job | None:
        """The running job that will be the last to write this workflow."""
        jobs = (job for job in self.running_jobs() if job.workflow_key == key)
        return max(jobs, key=lambda job: job.end, default=None)

    def next_job_life(self) -> Life:
        """How the next job lives: as scripted, or as jobs do here."""
        return self.scripted_jobs.popleft() if self.scripted_jobs else self.job_life

    def next_stage_life(self, code: str) -> Life:
        """How the stage with this code lives in the next run: as scripted, or as stages do here."""
        scripted = self.scripted_stages.get(code)
        return scripted.popleft() if scripted else self.stage_life


def _forget(known: dict[K, Any], over: list[K], kept: int) -> None:
    """Forget the oldest of what is over."""
    for key in over[:-kept]:
        del known[key]
