"""What exists in the service: its time, its IDs, workspaces, workflows, and what takes time."""

import hashlib
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Final, Literal

import pydantic

from ._answers import STRICT, JsonObject, ServiceError

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
Key = tuple[int, str]
"""The IDs of a workspace and of a workflow in it."""


def new_id() -> str:
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


# --- What is there


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
        dev_environment_enabled: Whether it is in standard mode, with an environment for development.
        resource_group: The default of its nodes, as are the number of that group and the fields that follow it.
        datasource: The MaxCompute data source.
        rerun_interval: In milliseconds.
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
        type: In the words of ListResourceGroups.
        projects: The IDs of the workspaces that it is bound to; None for all of them.
    """

    group_id: str = "Serverless_res_group_524257424564736_1"
    name: str = "emulated_group"
    type: str = "CommonV2"
    status: str = "Normal"
    projects: tuple[int, ...] | None = None


OBJECTS: Final = {"Node": "nodes", "Resource": "fileResources", "Function": "functions"}
"""The kinds of documents that hold one object outside of workflows, each with the list in `spec` that holds it."""


@dataclass(frozen=True)
class Upload:
    """The content of a file resource.

    Attributes:
        address: Where the service is to get it.
        path: Where it lies on disk; None for a file at an address of somebody else's, of which nothing is known.
        size: In bytes.
    """

    address: str
    path: Path | None
    size: int
    sha256: str


@dataclass(frozen=True)
class Workflow:
    """One stored workflow definition, or another object of Data Studio; times are seconds.

    Attributes:
        workflow_id: Its ID in Data Studio.
        kind: In the vendor's spelling; List's `Type`.
        document: The FlowSpec document with everything that the service fills in.
        published: Whether it is in production.
        scheduling_id: `WorkflowId`: its ID on the scheduling side once it is published.
        scene: Where in the tree of Data Studio a node is, as `CreateNode` was asked.
        file: The content of a file resource.
    """

    workflow_id: str
    project_id: int
    kind: str
    document: JsonObject
    created: float
    modified: float
    published: bool = False
    scheduling_id: int | None = None
    scene: str = "DATAWORKS_PROJECT"
    file: Upload | None = None

    @property
    def key(self) -> Key:
        return self.project_id, self.workflow_id

    @property
    def body(self) -> JsonObject:
        """The workflow or the object itself: the document's `spec.workflows[0]`, for one."""
        body: JsonObject = self.document["spec"][OBJECTS.get(self.kind, "workflows")][0]
        return body

    @property
    def nodes(self) -> dict[str, JsonObject]:
        """Its nodes by ID; a node outside of workflows is its own."""
        nodes = [self.body] if self.kind == "Node" else self.body.get("nodes", [])
        return {node["id"]: node for node in nodes}

    @property
    def dependencies(self) -> list[JsonObject]:
        """What its nodes depend on."""
        holder = self.document["spec"] if self.kind in OBJECTS else self.body
        found: list[JsonObject] = holder.get("flow" if self.kind in OBJECTS else "dependencies", [])
        return found

    @property
    def path(self) -> str:
        """Where it stands in Data Studio's tree, its own name included."""
        return str(self.body["script"]["path"])


# --- What takes time: an import's job, and the stages of a pipeline run


Status = Literal["Init", "Running", "Success", "Fail", "Termination", "Cancel"]
RunKind = Literal["Online", "Offline"]


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class Life:
    """How a job or a stage lives.

    Attributes:
        progression: It ends at once, after a number of polls, after some seconds, or after some seconds a node.
        amount: That number; of no meaning for `immediate`.
        outcome: How it ends. A job that would end in Success still fails on a document that the service refuses.
        error: The error text of a job that ends otherwise.
    """

    # Nodes of real traffic were made 1 to 1.5 s apart, one after the other (DWDevin, 2 and 4 nodes).
    progression: Literal["immediate", "polls", "seconds", "seconds_per_node"] = "seconds_per_node"
    amount: Annotated[float, pydantic.Field(ge=0)] = 1.2
    outcome: Literal["Success", "Fail", "Cancel"] = "Success"
    error: str = ""


@dataclass(kw_only=True)
class Task:
    """A job or a stage; times are seconds.

    Attributes:
        nodes: How many nodes its workflow has.
        begun: When it begins: for a job in a queue, when the one before it ends.
        polls: How often it was asked for since.
        error: Why it did not end in Success.
    """

    life: Life
    nodes: int
    begun: float = 0
    polls: int = 0
    status: Status = "Running"
    error: str = ""
    ended: float = 0

    @property
    def end(self) -> float:
        """When it ends by time."""
        nodes = {"seconds": 1, "seconds_per_node": max(self.nodes, 1)}.get(self.life.progression, 0)
        return self.begun + nodes * self.life.amount

    def settle(self, now: float, effect: Callable[[float], None]) -> None:
        """Bring it to its end where that has come; `effect` raises ServiceError to fail."""
        by_polls = self.life.progression == "polls"
        if self.status != "Running" or now < self.end or (by_polls and self.polls < self.life.amount):
            return
        # The effect bears the time at which the task ended, not the time at which somebody looked.
        self.ended = now if by_polls else self.end
        self.status, self.error = self.life.outcome, self.life.error
        if self.status == "Success":
            try:
                effect(self.ended)
            except ServiceError as refusal:
                self.status, self.error = "Fail", refusal.message


@dataclass(kw_only=True)
class Job(Task):
    """An import's job.

    Attributes:
        workflow_key: Of the workflow that it makes.
        effect: What it does at a successful end, with the time of the end.
    """

    job_id: str
    workflow_key: Key
    created: float
    effect: Callable[[float], None]

    def advance(self, now: float) -> None:
        self.settle(now, self.effect)
        if self.status != "Running":
            self.effect = nothing  # the effect holds the document


def nothing(*_: object) -> None:
    """An effect that is none."""


@dataclass(kw_only=True)
class Stage(Task):
    """A stage of a pipeline run.

    Attributes:
        automatic: Whether it begins by itself.
        manual: Whether only a person can pass it.
    """

    code: str
    name: str
    type: str
    automatic: bool
    manual: bool
    status: Status = "Init"


@dataclass
class Run:
    """One pipeline run; times are seconds.

    Attributes:
        package: The workflow as it was when the run was made.
        message: Why it did not end in Success.
        culprit: The ID of the object that made a stage fail, where one did.
    """

    kind: RunKind
    created: float
    modified: float
    package: Workflow
    stages: list[Stage]
    creator: str = "2000000000000002"  # somebody else than the first account
    description: str = ""
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: Status = "Running"
    message: str = ""
    culprit: str = ""

    @property
    def key(self) -> Key:
        """The workflow's."""
        return self.package.key

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self.status in _ENDED

    @property
    def current(self) -> Stage | None:
        """The first stage that has not ended well."""
        return next((stage for stage in self.stages if stage.status != "Success"), None)


_ENDED: Final = ("Success", "Fail", "Termination", "Cancel")
