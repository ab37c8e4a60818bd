"""What goes wrong and how long it takes, as data: faults, and the lives of jobs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, TypeVar

import pydantic
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from ._errors import ServiceError

# --- What comes as JSON from outside: read by pydantic, strictly, into the class that it is for


T = TypeVar("T")

STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True)
"""No other key, and no value that has to be converted."""


def read(kind: type[T], given: bytes | str) -> T:
    """A JSON text as an object of a class.

    Raises:
        ValueError: It is no JSON, has a key that the class does not have, or a value that a key does not take; says at
            which key, and what is wanted.
    """
    try:
        return TypeAdapter(kind).validate_json(given)
    except ValidationError as error:
        raise ValueError(words(error)) from None


def read_value(kind: type[T], given: Any) -> T:
    """A JSON value as an object of a class; raises as `read` does."""
    return read(kind, json.dumps(given))


def words(error: ValidationError) -> str:
    """All that is wrong, in one line."""
    return "; ".join(
        ": ".join(filter(None, (".".join(map(str, one["loc"])), _problem(one["type"], one["msg"]))))
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    )


def _problem(kind: str, message: str) -> str:
    if kind in {"unexpected_keyword_argument", "extra_forbidden"}:
        return "there is no such key"
    return message.removeprefix("Value error, ")


# --- Faults as data: which call they hit, and what they do to its effect and to its answer


ANY = "*"

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^([!-~]([ -~]*[!-~])?)?$")]


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class Fault:
    """One planned fault.

    Attributes:
        action: The operation that it hits, such as `GetJobStatus`; `*` is any.
        nth: The first call that it hits, counted from the time the fault is set; the next one is 1.
        times: How many calls it hits from there.
        when: `before` stands in place of the effect; `after` keeps the effect and loses the answer.
        status: HTTP status of the answer; None leaves the answer alone (a mere delay).
        code: The envelope's `Code`.
        message: The envelope's `Message`.
        denial: The envelope's `AccessDeniedDetail`; what it does not name of who was denied what is filled in.
        body: A body that is no envelope, such as a proxy's HTML page.
        headers: Headers of the answer, such as `x-acs-retry-after` in milliseconds.
        delay_seconds: How long the answer waits.
        reset: The connection is reset and there is no answer.
        half: Half of the answer's body is sent, then the connection closes.
    """

    action: str = ANY
    nth: Annotated[int, Field(ge=1)] = 1
    times: Annotated[int, Field(ge=1)] = 1
    when: Literal["before", "after"] = "before"
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    code: str = "ServiceUnavailable"
    message: str = "A fault that was asked for."
    denial: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str | None = None
    headers: Mapping[HeaderName, HeaderValue] = field(default_factory=dict[str, str])
    delay_seconds: Annotated[float, Field(ge=0, le=3600)] = 0
    reset: bool = False
    half: bool = False

    @property
    def stands_in(self) -> bool:
        """Whether it takes the effect's place: a mere delay does not."""
        return self.when == "before" and (self.reset or self.half or self.status is not None)


@dataclass
class _Planned:
    fault: Fault
    seen: int = 0

    def counts(self, action: str) -> bool:
        if self.fault.action not in {ANY, action}:
            return False
        self.seen += 1
        return self.seen >= self.fault.nth

    @property
    def spent(self) -> bool:
        return self.seen >= self.fault.nth + self.fault.times - 1


class FaultPlan:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault; several may wait at once, the first that fits a call hits it."""
        self._planned.append(_Planned(fault))

    def clear(self) -> None:
        """Forget every fault."""
        self._planned.clear()

    def hit(self, action: str) -> Fault | None:
        """The fault that hits this call. Every planned fault counts the call."""
        hits = [planned.fault for planned in self._planned if planned.counts(action)]
        self._planned = [planned for planned in self._planned if not planned.spent]
        return hits[0] if hits else None


# --- An asynchronous job's life as data: how it comes to its end, and to which


Progression = Literal["immediate", "polls", "seconds", "seconds_per_node"]
Outcome = Literal["Success", "Fail", "Cancel"]


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class Life:
    """How a job lives.

    Attributes:
        progression: It ends at once, after a number of polls, after some seconds, or after some seconds a node.
        amount: That number; of no meaning for `immediate`.
        outcome: How it ends. A job that would end in Success still fails on a document that the service refuses.
        error: The error text of a job that ends otherwise.
    """

    # Nodes of real traffic were made 1 to 1.5 s apart, one after the other (DWDevin, 2 and 4 nodes).
    progression: Progression = "seconds_per_node"
    amount: Annotated[float, pydantic.Field(ge=0)] = 1.2
    outcome: Outcome = "Success"
    error: str = ""

    def seconds(self, nodes: int) -> float:
        """How long it lives; 0 where it does not end by time."""
        if self.progression == "seconds_per_node":
            return self.amount * max(nodes, 1)
        return self.amount if self.progression == "seconds" else 0


@dataclass
class Job:
    """One job.

    Attributes:
        job_id: Its ID.
        workflow_key: Project and ID of the workflow that it makes.
        life: How it lives.
        nodes: How many nodes its document holds.
        created: When it was submitted, in seconds.
        not_before: When the job ends at the earliest: a queue's end.
        effect: What it does at a successful end; raises ServiceError to fail.
        polls: How often it was asked for.
        status: Running, or how it ended.
        error: Why it did not end in Success.
        ended: When it ended, in seconds.
    """

    job_id: str
    workflow_key: tuple[int, str]
    life: Life
    nodes: int
    created: float
    not_before: float
    effect: Callable[[float], None]
    polls: int = 0
    status: Literal["Running", "Success", "Fail", "Cancel"] = "Running"
    error: str = ""
    ended: float = 0

    @property
    def end(self) -> float:
        """When it ends by time."""
        return max(self.created, self.not_before) + self.life.seconds(self.nodes)

    def settle(self, now: float) -> None:
        """Bring it to its end where that has come."""
        polled = self.life.progression != "polls" or self.polls >= self.life.amount
        if self.status != "Running" or now < self.end or not polled:
            return
        # The effect bears the time at which the job ended, not the time at which somebody looked.
        self.ended = now if self.life.progression == "polls" else self.end
        self.status, self.error = self.life.outcome, self.life.error
        if self.life.outcome == "Success":
            self._take_effect()
        self.effect = _nothing  # it holds the document

    def _take_effect(self) -> None:
        try:
            self.effect(self.ended)
        except ServiceError as refusal:
            self.status, self.error = "Fail", refusal.message


def _nothing(_: float) -> None:
    pass
