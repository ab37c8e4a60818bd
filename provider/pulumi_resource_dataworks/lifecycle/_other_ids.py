"""Other IDs for what the service does not know yet, where it refuses those of the document.

Whether it refuses an ID that it has never seen, that of a deleted workflow or one that is no number, nobody could verify. So
after a refusal that speaks of an ID the next ones in line are tried, and at last the choice is left to the service.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from pulumi_resource_dataworks import flowspec, openapi

from ._ids import ATTEMPTS
from ._state import State

T = TypeVar("T")

_ID = re.compile(r"(?<![A-Za-z])ids?(?![A-Za-z])", re.IGNORECASE)
_NOT_OF_A_DOCUMENT = re.compile(r"(request|trace|session|请求)[\s_-]*ids?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """IDs to try.

    Attributes:
        state: The state with the IDs to send, by the declared ones.
        anonymous: The workflow is sent without an ID.
    """

    state: State
    anonymous: bool = False

    def document(self, root: flowspec.Object) -> flowspec.Object:
        """The document as it is sent."""
        renamed: flowspec.Object = flowspec.rename_ids(root, dict(self.state.ids))
        return flowspec.without_workflow_id(renamed) if self.anonymous else renamed


async def under_some_ids(
    state: State, send: Callable[[Choice], Awaitable[T]], *, fresh: bool
) -> tuple[T, openapi.ServiceError | None]:
    """Sends under one choice of IDs after another, until one is taken or a refusal is not of an ID.

    Args:
        state: The state with the IDs that the service is known to have given.
        send: Sends the document under the IDs of a choice.
        fresh: Whether the workflow itself is not there yet.

    Returns:
        What `send` gave, and the refusal of the first choice; None where that was taken.

    Raises:
        ServiceError: The first refusal.
    """
    refusal: openapi.ServiceError | None = None
    for choice in choices(state, fresh=fresh):
        try:
            return await send(choice), refusal
        except openapi.ServiceError as error:  # a refusal is the reason for the next try
            refusal = refusal or error
            if not may_be_about_ids(error, choice.state):
                break
    assert refusal is not None  # noqa: S101 - there is always a first choice
    raise refusal


def choices(state: State, *, fresh: bool) -> Iterator[Choice]:
    """The IDs to try, one after another.

    Args:
        state: The state with the IDs that the service is known to have given.
        fresh: Whether the workflow itself is not there yet.
    """
    yield Choice(state)
    renamed = state
    for attempt in range(1, ATTEMPTS):
        renamed = replace(state, ids={**state.ids, **_next_ids(state, attempt, fresh=fresh)})
        if renamed.ids == state.ids:
            continue
        yield Choice(renamed.called(renamed.ids.get(state.inputs.workflow_id, state.workflow_id)))
    if fresh:
        yield Choice(renamed.called(state.inputs.workflow_id), anonymous=True)


def may_be_about_ids(error: openapi.ServiceError, state: State) -> bool:
    """Whether a refusal may be one of an ID, as far as its text tells."""
    if not error.is_ambiguous_client_error:
        return False
    sent = {state.workflow_id, *state.node_ids.values()}
    told = _NOT_OF_A_DOCUMENT.sub("", error.message.raw)
    return bool(_ID.search(told)) or any(one in told for one in sent)


def _next_ids(state: State, attempt: int, *, fresh: bool) -> dict[str, str]:
    """The next ID in line for the workflow, for each node whose ID was derived, and for what is no number."""
    inputs = state.inputs
    found: dict[str, str] = {}
    if fresh:
        found[inputs.workflow_id] = inputs.derived("", attempt)
    for name, node in flowspec.nodes_of(flowspec.workflow_of(inputs.root)):
        own = str(node["id"])
        known = own in state.ids or (not fresh and own in state.owned)
        if not known and (not own.isdecimal() or own == inputs.derived(name)):
            found[own] = inputs.derived(name, attempt)
    return found
