"""An asynchronous job's life as data: how it comes to its end, and to which."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import pydantic

from ._check import STRICT
from ._errors import ServiceError

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
