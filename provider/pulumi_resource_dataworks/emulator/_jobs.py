"""An asynchronous job's life as data: how it comes to its end, and to which."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import pydantic

from ._errors import ServiceError
from ._json import STRICT

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
    """One job; times are seconds.

    Attributes:
        workflow_key: Project and ID of the workflow that it makes.
        nodes: How many nodes its document holds.
        not_before: When the job begins at the earliest: a queue's end.
        effect: What it does at a successful end, with the time of the end; raises ServiceError to fail.
        polls: How often it was asked for.
        error: Why it did not end in Success.
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
        by_polls = self.life.progression == "polls"
        if self.status != "Running" or now < self.end or (by_polls and self.polls < self.life.amount):
            return
        # The effect bears the time at which the job ended, not the time at which somebody looked.
        self.ended = now if by_polls else self.end
        self.status, self.error = self.life.outcome, self.life.error
        if self.life.outcome == "Success":
            try:
                self.effect(self.ended)
            except ServiceError as refusal:
                self.status, self.error = "Fail", refusal.message
        self.effect = _no_effect  # the effect holds the document


def _no_effect(_: float) -> None:
    pass
