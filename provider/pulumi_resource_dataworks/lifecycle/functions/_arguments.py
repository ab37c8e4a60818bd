"""The arguments of a function, what the service has answered in a run, and the words of an error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import _ownership
from pulumi_resource_dataworks.lifecycle._check import Checked, project_id_of
from pulumi_resource_dataworks.lifecycle._pipeline_run import runs_of
from pulumi_resource_dataworks.lifecycle._step import Context, Opaque, Unknown, has_unknown

# --- The arguments of a function: all their failures at once


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """One failure of the arguments.

    Attributes:
        argument: Which one.
        reason: What is wrong and what to write instead, in a sentence or two.
    """

    argument: str
    reason: str


class Arguments:
    """What a program gave to a function.

    Args:
        function: The function's name.
        given: By name; an argument that is null is not given.
        takes: The names that the function takes.

    Attributes:
        failures: All that was found so far.
        unknown: Whether one is not known yet.
    """

    def __init__(self, function: str, given: Mapping[str, Any], takes: Sequence[str]) -> None:
        self._function = function
        self._given = {key: value for key, value in given.items() if value is not None}
        self.unknown = has_unknown(self._given)
        self.failures = [
            CheckFailure(
                key,
                f'"{key}" is no argument of {function}. {flowspec.near(key, tuple(takes))}It takes {_listed(takes, "and")}.',
            )
            for key in self._given
            if key not in takes and not key.startswith("__")
        ]

    def has(self, name: str) -> bool:
        """Whether it is given."""
        return name in self._given

    def one_of(self, *names: str) -> None:
        """Finds failure unless just one of these is given."""
        given = [name for name in names if self.has(name)]
        if len(given) != 1:
            what = f"{_listed(given, 'and')} are given" if given else "none is given"
            self.failures.append(
                CheckFailure(
                    (given or names)[0], f"{self._function} takes one of {_listed(names, 'and')}, and {what}."
                )
            )

    def project_id(self) -> int:
        """The workspace's ID; 0 where it is none or not known."""
        checked = Checked()
        found = project_id_of(self._given.get("projectId"), checked)
        self.failures += [CheckFailure("projectId", reason) for reason in checked.failures]
        return found if isinstance(found, int) else 0

    def text(self, name: str, *, required: bool = False) -> str:
        """A text without the space around it; empty where it is none, not given or not known."""
        value = self._given.get(name)
        if value is None and required:
            self.failures.append(CheckFailure(name, f"{name} is missing."))
        if value is None or isinstance(value, Unknown):
            return ""
        if isinstance(value, str) and value.strip():
            return value.strip()
        what = (
            value.what
            if isinstance(value, Opaque)
            else "an empty text"
            if isinstance(value, str)
            else _kind(value)
        )
        self.failures.append(CheckFailure(name, f"{name} has to be a text, not {what}."))
        return ""

    def values(self, name: str) -> dict[str, Any]:
        """An object; empty where it is none, or not given."""
        value = self._given.get(name, {})
        if isinstance(value, Mapping):
            return dict(cast("Mapping[str, Any]", value))
        self.failures.append(CheckFailure(name, f"{name} has to be an object, not {_kind(value)}."))
        return {}

    def workflow_id(self) -> str:
        """As `text`, for an ID of a workflow; a number has lost digits already, unless it is small."""
        value = self._given.get("workflowId")
        if isinstance(value, int | float) and not isinstance(value, bool):
            reason = 'workflowId has to be a text, such as "7234567890123456789": a number of so many digits is rounded.'
            self.failures.append(CheckFailure("workflowId", reason))
            return ""
        return self.text("workflowId")


def _kind(value: Any) -> str:
    kinds = ((bool, "a boolean"), (list, "a list"), (dict, "an object"))
    return next((told for kind, told in kinds if isinstance(value, kind)), "a number")


def _listed(names: Sequence[str], word: str) -> str:
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last


# --- What an error says of names: which are there, and which looks like the one that is not


_SHOWN = 10


def near(context: Context, name: str, known: Iterable[str]) -> str:
    """` Did you mean "x"?`, else which there are, the first of them; nothing for a name that is a secret."""
    names = tuple(dict.fromkeys(one for one in known if one))
    if context.secret:
        return ""
    return f" {flowspec.near(name, names)}".rstrip() or _listed_names(names)


def _listed_names(names: tuple[str, ...]) -> str:
    if not names:
        return " There is none at all."
    shown = ", ".join(f'"{name}"' for name in names[:_SHOWN])
    return f" There are {shown}" + (f" and {len(names) - _SHOWN} more." if len(names) > _SHOWN else ".")


# --- What the service has answered in a run: no look-up is made twice, as calls are scarce


T = TypeVar("T")


class Reads:
    """The service's answers so far. What is asked while the same is under way waits for that answer."""

    def __init__(self) -> None:
        self._found: dict[tuple[Hashable, ...], Any] = {}
        self._locks: dict[tuple[Hashable, ...], asyncio.Lock] = {}

    def forget_workflows(self) -> None:
        """Forgets what is known of workflows: one has been written. An answer that is under way is not kept."""
        self._found = {key: value for key, value in self._found.items() if key[0] != "workflow"}

    async def project(self, context: Context, project_id: int) -> openapi.Project:
        """A workspace by its ID: one call."""
        lookups = context.client.lookups
        return await self._once(("project", project_id), lambda: context.ask(lookups.project(project_id)))

    async def projects(self, context: Context, name: str | None = None) -> list[openapi.Project]:
        """The workspaces of a name, as far as the service compares it, or all: a call for each 100."""
        lookups = context.client.lookups
        return await self._once(("projects", name), lambda: context.ask(lookups.projects(name=name)))

    async def resource_groups(self, context: Context, project_id: int | None) -> list[openapi.ResourceGroup]:
        """The resource groups of a workspace, or all: a call for each 100."""
        groups = context.client.lookups.resource_groups
        return await self._once(("groups", project_id), lambda: context.ask(groups(project_id=project_id)))

    async def workflow(self, context: Context, project_id: int, workflow_id: str) -> _ownership.Found | None:
        """A workflow with its document: one call, and two more where the answer leaves open whether it is there."""
        return await self._once(
            ("workflow", project_id, workflow_id), lambda: _ownership.get(context, project_id, workflow_id)
        )

    async def runs(self, context: Context, project_id: int, workflow_id: str) -> list[openapi.PipelineRun]:
        """The pipeline runs of a workflow: a call for each 100."""
        return await self._once(
            ("workflow", "runs", project_id, workflow_id), lambda: runs_of(context, project_id, workflow_id)
        )

    async def workflows(
        self, context: Context, project_id: int, name: str | None = None
    ) -> list[openapi.WorkflowSummary]:
        """The workflows whose name holds this one, or all: for each kind, a call for each 100."""
        found: dict[str, openapi.WorkflowSummary] = {}
        for kind in openapi.WorkflowSummary.LISTED_KINDS:
            for summary in await self._of_kind(context, project_id, kind, name):
                found.setdefault(summary.id, summary)
        return sorted(found.values(), key=lambda summary: (summary.path or summary.name, summary.id))

    async def _of_kind(
        self, context: Context, project_id: int, kind: str, name: str | None
    ) -> list[openapi.WorkflowSummary]:
        listed = context.client.list_workflow_definitions
        return await self._once(
            ("workflow", project_id, kind, name),
            lambda: context.ask(listed(project_id, kind=kind, name=name)),
        )

    async def _once(self, key: tuple[Hashable, ...], ask: Callable[[], Awaitable[T]]) -> T:
        async with self._locks.setdefault(key, asyncio.Lock()):
            found = self._found
            if key not in found:
                found[key] = await ask()
            return cast("T", found[key])


Ask = Callable[[Context, Reads], Awaitable[dict[str, Any]]]
"""A question that is understood: it gives the function's result."""
