"""One step of a resource's life: what it is given, what ends it early, values that are not known yet, and places that errors name."""

from __future__ import annotations

import asyncio
import re
from collections.abc import (
    Coroutine,
    Generator,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.openapi import Clock, DataWorksError, SystemClock

if TYPE_CHECKING:
    from pulumi_resource_dataworks.openapi import Client


# --- What ends a step of a resource's life early
#
# * LifecycleError        nothing was done, or nothing that the state has to know
# x RefusedError        doing it would touch what is not ours: the text names the ways out
# x CancelledStepError  the user stopped the run, or the step's time was up, before anything was sent
# x HalfDoneError       something was sent: what it carries belongs into the state


class State(Protocol):
    """What the outputs of a resource hold."""

    @property
    def resource_id(self) -> str:
        """The resource's ID: `<projectId>/<workflowId>`."""
        ...

    def to_pulumi(self) -> dict[str, Any]:
        """The outputs as Pulumi keeps them."""
        ...


class LifecycleError(Exception):
    """The step failed, and the state stays as it was. The text is for the user."""


class RefusedError(LifecycleError):
    """The step would take over, overwrite or delete what this resource did not make."""


class CancelledStepError(LifecycleError):
    """The user stopped the run, or the step's time was up, while a call was under way."""


class HalfDoneError(LifecycleError):
    """Something was sent to the service, and its end was not seen, or was not what it should be.

    Attributes:
        state: The resource as far as it is known, with the pending job or run while there is one.
        defect: What ended the step, where that is a defect of this provider.
        awaits: Whether nothing but a person's decision is missing, and the next step needs no state to go on.
    """

    def __init__(
        self, message: str, state: State, defect: Exception | None = None, *, awaits: bool = False
    ) -> None:
        super().__init__(message)
        self.state = state
        self.defect = defect
        self.awaits = awaits

    @property
    def id(self) -> str:
        """The resource's ID."""
        return self.state.resource_id

    @property
    def outputs(self) -> dict[str, Any]:
        """The resource's outputs."""
        return self.state.to_pulumi()


# --- Values that are not known yet, as lifecycle and fronts share them


Path = tuple[str | int, ...]


class Unknown:
    """A value that a preview cannot know yet. There is one: UNKNOWN."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, memo: object) -> Unknown:
        return self


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class UnsupportedValue:
    """A value of a Pulumi program that no input here takes, such as an asset.

    Attributes:
        what: What it is, with its article.
    """

    what: str


@dataclass(frozen=True, slots=True)
class Asset(UnsupportedValue):
    """A file or a text of a Pulumi program, which few inputs take; an address where it is neither.

    Attributes:
        hash: The SHA-256 of its content, in hexadecimal digits, as the engine has found it.
        path: The file, as the program names it.
        text: The text, where it is one.
        uri: The address.
    """

    hash: str = ""
    path: str = ""
    text: str = ""
    uri: str = ""


_PLAIN = frozenset({str, int, float, bool, type(None)})


def odd_values(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """What inside a value is opaque, not known yet or a secret, with its path: of a document, few of thousands."""
    if isinstance(value, dict):
        items: Iterable[tuple[str | int, Any]] = cast("dict[str, Any]", value).items()
    elif isinstance(value, list):
        items = enumerate(cast("list[Any]", value))
    else:
        return [] if type(value) in _PLAIN else [(path, value)]
    return [
        found for step, item in items if type(item) not in _PLAIN for found in odd_values(item, (*path, step))
    ]


def has_unknown(value: Any) -> bool:
    """Whether something inside a value is not known yet."""
    return any(isinstance(found, Unknown) for _, found in odd_values(value))


def without_unknowns(value: Any) -> Any:
    """The value with None where something is unknown."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Mapping):
        return {key: without_unknowns(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [without_unknowns(item) for item in cast("Sequence[Any]", value)]
    return value


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked of a resource that is there.

    Attributes:
        resource_id: Its ID.
        olds: Its inputs so far.
        outputs: Its outputs: what was sent last, and what the service has answered.
        news: The inputs that are asked for.
        ignore_changes: Property paths below `spec` that keep their old value.
        stateless: Whether the run has no state: then nothing is replaced.
    """

    resource_id: str
    olds: Mapping[str, Any]
    outputs: Mapping[str, Any]
    news: Mapping[str, Any]
    ignore_changes: Sequence[str] = ()
    stateless: bool = False


# --- What a step of a resource's life is given from outside: whose it is, what shows its progress, and when to stop


T = TypeVar("T")

DEFAULT_TIMEOUT = 30 * 60.0
"""How long a step may take where the resource has no customTimeouts, in seconds, at the least."""

TIMEOUT_PER_NODE = 6.0
"""How long it may take for each node, in seconds: five times what recorded traffic shows."""


class Reporter(Protocol):
    """Says to the user what happens. Calls return at once."""

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
        client: The service. A call ends with the step: at its deadline, and where the user stops the run.
        unraced: The service, for what has an end of its own.
        report: What the user is shown.
        cancelled: Set when the user stops the run.
        timeout: How long the step may take, in seconds; None for the default.
        preview: Whether this only shows what would be done.
        ignore_changes: Property paths below `spec` that keep their old value.
        strict: Whether it is an error that an update overwrites an edit, and that the service keeps something else than was sent.
        secret: Whether the step was given a secret: then no message shows what only the service has said.
        hides_names: Whether names may be a secret: then no message shows one.
        stateless: Whether the run has no state, and every resource one URN: that says nothing of who made what.
        clock: Where time comes from.
        state_if_stopped: Once something may have been sent: the state to keep if the step ends now.
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
    stateless: bool = False
    clock: Clock = field(default_factory=SystemClock)
    state_if_stopped: State | None = None
    unraced: Client = field(init=False)
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self._deadline = self.clock.monotonic() + (self.timeout or DEFAULT_TIMEOUT)
        self.unraced, self.client = self.client, self.client.within(self.race)

    def expect(self, nodes: int) -> None:
        """Gives the step the time that a workflow of so many nodes may need, where the user has set none."""
        self.allow(nodes * TIMEOUT_PER_NODE)

    def allow(self, seconds: float) -> None:
        """Gives the step so much time in all, where the user has set none."""
        if not self.timeout:
            self._deadline += max(0.0, seconds - DEFAULT_TIMEOUT)

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

    @property
    def name(self) -> str:
        """The resource's name in the program; empty where there is none."""
        return self.urn.rpartition("::")[2]

    def described(self, changes: flowspec.Changes) -> str:
        """What the service did to a document, for a message; only how much where it may quote a secret."""
        return changes.count() if self.secret else changes.describe()

    def warn_of_loss(self, message: str) -> None:
        """Warns that what somebody set since the last run may be lost.

        Raises:
            RefusedError: The provider's setting `strict` asks for that.
        """
        if self.strict:
            raise RefusedError(
                f"{message}. The provider's setting `strict` refuses that, and nothing was changed. Run `pulumi refresh --diff` to see it: "
                "after that the same command goes on"
            )
        self.report.warning(message)

    def report_changes(self, old: flowspec.Object, new: flowspec.Object, before: str = "") -> None:
        """Reports the changed nodes, or their number where names are secret. Begins with the resource's name, which `--diff` does not show."""
        changes = flowspec.changes(old, new)
        hidden = self.hides_names or (before and self.secret)
        summary = changes.count() if hidden else changes.describe()
        if summary:
            self.report.info(f"{self.name}{' ' if before else ': '}{before}{summary}")

    async def race(self, call: Coroutine[Any, Any, T]) -> T:
        """Waits for a call, but not past the step's time or the user's patience.

        Raises:
            CancelledStepError: The user stopped the run, or the time is up; what became of the call is unknown.
        """
        return await openapi.race(call, self.cancelled, self._stopped, asyncio.sleep(self.remaining))

    def _stopped(self) -> CancelledStepError:
        return CancelledStepError(
            "stopped by the user" if self.cancelled.is_set() else "the step's time is up"
        )

    async def pause(self, seconds: float) -> None:
        """Sleeps, but no longer than until the user stops the run.

        Raises:
            CancelledStepError: The user stopped the run.
        """
        await self.race(self.clock.sleep(seconds))


@contextmanager
def nothing_lost(context: Context) -> Generator[None]:
    """Lets whatever is raised once something was sent end the step half done, defects of this provider too."""
    try:
        yield
    except HalfDoneError:
        raise
    except Exception as error:
        if context.state_if_stopped is None:
            raise
        if isinstance(error, LifecycleError | DataWorksError):
            raise HalfDoneError(str(error), context.state_if_stopped) from error
        raise HalfDoneError(f"unexpected {type(error).__name__}", context.state_if_stopped, error) from error


# --- The places of a document that the service names in its words


_PLACE = re.compile(r"\$((?:\.[A-Za-z_][\w-]*|\[\d+\]|\['[^']*'\])+)")
_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']*)'\]")


def places_in(words: openapi.Words, document: flowspec.Document, *, secret: bool) -> str:
    """What JSONPaths in the service's words mean, in the document as it was written: a sentence, or nothing.

    Where the words may quote a secret a path ends where the document has no such place.
    """
    paths: list[Path] = [
        tuple(int(index) if index else name or quoted for name, index, quoted in _STEP.findall(found))
        for found in _PLACE.findall(words.raw)
    ]
    if secret:
        paths = [_existing(path, document.root) for path in paths]
    problems = [flowspec.Problem(path, "this", "") for path in dict.fromkeys(paths) if path]
    placed = [
        flowspec.show_path(problem.path)
        + (f" (line {problem.line}, column {problem.column})" if problem.line else "")
        for problem in document.place(problems)
    ]
    return f". See {', '.join(placed)}" if placed else ""


def _existing(path: Path, root: flowspec.Object) -> Path:
    """As much of a path as a document has; what is inside a secret is a secret."""
    held: Any = root
    for number, step in enumerate(path):
        try:
            held = None if flowspec.is_secret(held) else held[step]
        except (KeyError, IndexError, TypeError):
            held = None
        if held is None:
            return path[:number]
    return path
