"""What a step of a resource's life is given from outside: whose it is, whom to tell, and when to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pulumi_resource_dataworks.openapi import Clock, DataWorksError, SystemClock

from ._errors import CancelledStepError, HalfDoneError, LifecycleError

if TYPE_CHECKING:
    from pulumi_resource_dataworks.openapi import Client

T = TypeVar("T")

DEFAULT_TIMEOUT = 30 * 60.0
"""How long a step may take where the resource has no customTimeouts, in seconds, at the least."""

TIMEOUT_PER_NODE = 6.0
"""How long it may take for each node, in seconds: five times what recorded traffic shows."""


class Reporter(Protocol):
    """Tells the user what happens. Calls return at once."""

    def status(self, message: str) -> None:
        """Shows progress in the resource's row; the next status takes its place."""

    def info(self, message: str) -> None:
        """Says something that stays."""

    def warning(self, message: str) -> None:
        """Says something that stays and asks for attention."""


@dataclass(slots=True)
class Context:
    """One step of one resource.

    Attributes:
        urn: The resource's URN.
        client: The service.
        report: Whom to tell.
        cancelled: Set when the user stops the run.
        timeout: How long the step may take, in seconds; None for the default.
        preview: Whether this only shows what would be done.
        ignore_changes: Property paths below `spec` that keep their old value.
        strict: Whether it is an error that the service keeps something else than was sent.
        secret: Whether the step was given a secret: then no message shows what only the service has said.
        hides_names: Whether names may be a secret: then no message shows one.
        clock: Where time comes from.
        left: Once something may have been sent: how the step ends if it ends now, given the reason.
    """

    urn: str
    client: Client
    report: Reporter
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    timeout: float | None = None
    preview: bool = False
    ignore_changes: tuple[str, ...] = ()
    strict: bool = False
    secret: bool = False
    hides_names: bool = False
    clock: Clock = field(default_factory=SystemClock)
    left: Callable[[str], HalfDoneError] | None = None
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self._deadline = self.clock.monotonic() + (self.timeout or DEFAULT_TIMEOUT)

    def expect(self, nodes: int) -> None:
        """Gives the step the time that a workflow of so many nodes may need, where the user has set none."""
        if not self.timeout:
            self._deadline += max(0.0, nodes * TIMEOUT_PER_NODE - DEFAULT_TIMEOUT)

    @property
    def remaining(self) -> float:
        """How many seconds the step still has; never negative."""
        return max(0.0, self._deadline - self.clock.monotonic())

    def quoted(self, name: str) -> str:
        """A name of the document for a message."""
        return "[secret]" if self.hides_names else f'"{name}"'

    def named(self, nodes: Sequence[str]) -> str:
        """Nodes for a message; only their number where others may have named them after a secret."""
        if self.secret:
            return "1 node" if len(nodes) == 1 else f"{len(nodes)} nodes"
        return ", ".join(f'"{name}"' for name in nodes)

    async def ask(self, call: Coroutine[Any, Any, T]) -> T:
        """Waits for a call to the service, but not past the step's time or the user's patience.

        Raises:
            CancelledStepError: The user stopped the run, or the time is up; what became of the call is unknown.
        """
        task = asyncio.ensure_future(call)
        stop = asyncio.ensure_future(self.cancelled.wait())
        try:
            await asyncio.wait({task, stop}, timeout=self.remaining, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise CancelledStepError("stopped by the user" if stop.done() else "the step's time is up")
        finally:
            await _end(task, stop)

    async def pause(self, seconds: float) -> None:
        """Sleeps, but no longer than until the user stops the run.

        Raises:
            CancelledStepError: The user stopped the run.
        """
        await self.ask(self.clock.sleep(seconds))


@contextmanager
def nothing_lost(context: Context) -> Generator[None]:
    """Lets whatever is raised once something was sent end the step half done, defects of this provider too."""
    try:
        yield
    except HalfDoneError:
        raise
    except Exception as error:
        if context.left is None:
            raise
        foreseen = isinstance(error, LifecycleError | DataWorksError)
        end = context.left(str(error) if foreseen else f"unexpected {type(error).__name__}")
        end.defect = None if foreseen else error
        raise end from error


async def _end(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
