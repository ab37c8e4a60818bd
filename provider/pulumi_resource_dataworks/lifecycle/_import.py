"""Bringing a document into the service: import under IDs that it takes, wait for the job, read back, put in place."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NoReturn, TypeVar

from pulumi_resource_dataworks import flowspec, openapi

from . import _ownership
from ._state import ATTEMPTS, Inputs, State
from ._step import CancelledStepError, Context, HalfDoneError, LifecycleError, places_in

# --- Other IDs for what the service does not know yet, where it refuses those of the document
#
# Whether it refuses an ID that it has never seen, that of a deleted workflow or one that is no number, could not be verified. So
# after a refusal that speaks of an ID the next ones in line are tried, and at last the choice is left to the service.


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


# --- A workflow's name and folder: whether an import changes them is unknown, so they are changed by calls of their own


def in_place(inputs: Inputs, kept: flowspec.Object) -> bool:
    """Whether the service has the workflow under the name and in the folder that were declared."""
    return _name_and_folder(flowspec.workflow_of(kept)) == _name_and_folder(flowspec.workflow_of(inputs.root))


async def put_in_place(context: Context, state: State, kept: flowspec.Object) -> None:
    """Renames and moves a workflow that an import has left where it was: the IDs stay.

    Raises:
        CancelledStepError: The user stopped the run.
        DataWorksError: The service refuses.
    """
    name, folder = _name_and_folder(flowspec.workflow_of(state.inputs.root))
    old_name, old_folder = _name_and_folder(flowspec.workflow_of(kept))
    project_id, client = state.inputs.project_id, context.client
    if name != old_name:
        context.report.status("renaming it" if context.secret else f"renaming {old_name} to {name}")
        await context.ask(client.rename_workflow_definition(project_id, state.workflow_id, name))
    if folder != old_folder:
        context.report.status(
            "moving it" if context.secret else f"moving {name} to {folder or 'the top folder'}"
        )
        await context.ask(client.move_workflow_definition(project_id, state.workflow_id, folder))


def _name_and_folder(workflow: flowspec.Object) -> tuple[str, str]:
    script: flowspec.Object = workflow.get("script") or {}
    path = str(script.get("path") or "").strip("/")
    folder, _, _ = path.rpartition("/")
    return str(workflow["name"]), folder


# --- Bringing a document into the service: import, wait for the job, read back


SECONDS_PER_NODE = 1.2
"""What a job takes for a node, from recorded traffic: 1 to 1.5 s."""

_SENDS = 3
_READS = 4
_FIRST_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be brought into the service.

    Attributes:
        state: The outputs that hold once it is submitted.
        root: The document to send, under its declared IDs, with the values that undo what has left it.
        fresh: Whether the workflow is not there yet.
        removed: The names of the nodes that are there and that the document no longer has.
    """

    state: State
    root: flowspec.Object
    fresh: bool
    removed: tuple[str, ...] = ()

    def advice(self, context: Context) -> str:
        """What may help where the job fails: what lists show, and what becomes of a node in production, is unknown."""
        kind = self.state.inputs.kind
        if self.fresh and not _ownership.is_listed(kind):
            return (
                f". DataWorks may list no {kind}: if one is at this path already, write its ID as the workflow's `id` and set "
                "`adopt: true` to take it over"
            )
        if not self.removed:
            return ""
        return (
            f". The document no longer has {context.named(self.removed)}. If DataWorks refuses that because it is in production, take the workflow "
            "offline first: `pulumi destroy --target <URN of its WorkflowDeployment>`, then `pulumi up` imports and deploys "
            "it; or undeploy the node in Data Studio"
        )


async def apply(context: Context, order: Order) -> State:
    """Imports a document, waits for its job and reads it back.

    Raises:
        HalfDoneError: Something was sent, and its end was not seen or was not what it should be.
        LifecycleError: Nothing was sent.
        DataWorksError: Nothing was sent.
    """
    state = await submit(context, order)
    context.left = partial(_left, state, state.pending_job)
    return await finish(context, state, order.advice(context))


async def submit(context: Context, order: Order) -> State:
    """Sends the document, under other IDs where the service refuses those that it has."""
    context.report.status(f"importing {_nodes(len(order.state.node_ids))}")
    state, refusal = await under_some_ids(
        order.state,
        lambda choice: _submit(context, choice, order.root),
        fresh=order.fresh,
    )
    if refusal is not None:
        context.report.warning(f"DataWorks refused the document's IDs, so it has got others: {refusal}")
    return state


async def _submit(context: Context, choice: Choice, root: flowspec.Object) -> State:
    """Sends the document; where an answer is lost, looks for its effect and sends the same once more."""
    lost: openapi.AnswerLost | None = None
    for attempt in range(_SENDS):
        if lost is not None:
            met = await _look_again(context, choice.state, lost, _FIRST_PAUSE * 2 ** (attempt - 1))
            choice = choice if met is None else Choice(met)
        try:
            return _submitted(choice.state, await _send(context, choice, root, lost))
        except openapi.AnswerLost as error:
            lost = error
    return half_done(choice.state, f"the answer to the import was lost {_SENDS} times: {lost}", "", lost)


async def _send(
    context: Context, choice: Choice, root: flowspec.Object, lost: openapi.AnswerLost | None
) -> openapi.AsyncJob:
    """One send.

    Errors after a lost answer leave the resource half done: the first send may have had its effect. Not so a refusal of
    an ID: it would have met the first send too, whose document was the same.
    """
    state = choice.state
    text = flowspec.canonical(choice.document(root))
    call = context.client.import_workflow_definition(state.inputs.project_id, text)
    context.left = partial(_left, state, "")
    try:
        return await context.ask(call)
    except CancelledStepError as error:
        return half_done(state, f"{error}, while the import was being sent", "", error)
    except openapi.AnswerLost:
        raise
    except openapi.DataWorksError as error:
        if lost is None or (isinstance(error, openapi.ServiceError) and may_be_about_ids(error, state)):
            context.left = None
            raise
        return half_done(state, str(error), "", error)


def _submitted(state: State, job: openapi.AsyncJob) -> State:
    declared = state.inputs.workflow_id
    actual = job.workflow_id or state.workflow_id
    ids = {**state.ids, declared: actual} if actual != declared else state.ids
    return _owning(replace(state, workflow_id=actual, ids=ids, pending_job=job.id))


def _owning(state: State) -> State:
    """The state that counts the document's nodes among its own, beside those that it had before."""
    return replace(state, owned=state.owned | frozenset(state.node_ids.values()))


async def _look_again(context: Context, state: State, lost: openapi.AnswerLost, pause: float) -> State | None:
    """What a lost import has left behind: the workflow under its ID, or under another at its path; None where nothing."""
    context.report.status(
        "the answer to the import was lost: looking for the workflow before sending it again"
    )
    try:
        await context.pause(pause)
        found = await found_again(context, state)
    except (openapi.DataWorksError, CancelledStepError, LifecycleError) as error:
        return half_done(state, f"{lost}; and then: {error}", "", error)
    return state.met(found.definition, found.root) if found else None


async def finish(context: Context, state: State, advice: str = "") -> State:
    """Waits for the pending job and reads the workflow back.

    Args:
        context: The step.
        state: What was submitted.
        advice: What to say beside the reason for which the job failed.

    Raises:
        HalfDoneError: The job failed, or its end was not seen, or the service did not keep what was sent.
    """
    job = await wait(context, state)
    if job is not None and not job.succeeded:
        words = f"{job.error or 'it gives no reason'} (request {job.request_id})"
        if context.secret:
            words += places_in(job.error, flowspec.Document(state.inputs.spec), secret=True)
        ended = f"the import job {job.job_id} ended as {job.status}: {words}"
        half_done(state, ended + advice)
    context.report.status("reading it back")
    ended = "the import job succeeded" if job else "it is not known what became of the import job"
    kept = await _read_back(context, state, ended)
    context.report.status(f"{_nodes(len(kept.node_ids))} in place")
    return replace(kept, pending_job=None, settled=True, owned=frozenset(kept.node_ids.values()))


async def wait(context: Context, state: State) -> openapi.JobStatus | None:
    """Waits for the end of the pending job; None where there is none, or the service has forgotten it.

    Raises:
        HalfDoneError: The end was not seen.
    """
    if not state.pending_job:
        return None
    count = len(state.node_ids)
    context.report.status(f"importing {_nodes(count)} (job {state.pending_job})")
    try:
        return await openapi.wait_for_job(
            context.client,
            state.pending_job,
            expected_seconds=SECONDS_PER_NODE * max(1, count),
            timeout=context.remaining,
            cancelled=context.cancelled,
            clock=context.clock,
            on_poll=lambda status, elapsed: _tell_progress(context, status, elapsed, count),
        )
    except openapi.JobForgotten:
        context.report.warning(
            f"DataWorks no longer knows the import job: going by what the workflow is now (job {state.pending_job})"
        )
        return None
    except openapi.JobWaitError as error:
        return half_done(state, f"{error}; the next `pulumi up` resumes it", state.pending_job, error)
    except (openapi.DataWorksError, CancelledStepError) as error:
        later = "the job goes on in DataWorks, and the next `pulumi up` resumes it"
        return half_done(state, f"{error}; {later}", state.pending_job, error)


def _tell_progress(context: Context, status: openapi.JobStatus, elapsed: float, count: int) -> None:
    """How far a job should be: the service does not tell, so it is what recorded traffic shows for a node."""
    expected = SECONDS_PER_NODE * max(1, count)
    if status.ended:
        return
    if elapsed < expected:
        told = f"~{int(elapsed / SECONDS_PER_NODE)} of {_nodes(count)}, {expected - elapsed:.0f} s left"
    else:
        told = f"{elapsed:.0f} s, usually {expected:.0f} s, for {_nodes(count)}"
    context.report.status(f"{told} (import job {status.job_id})")


async def _read_back(context: Context, state: State, ended: str) -> State:
    """The state after a read that shows all that was sent; reads right after a write may be stale.

    Args:
        context: The step.
        state: What was sent.
        ended: What is known of the import job, for a message.
    """
    lost, moved, there = "the workflow", False, None
    for attempt in range(_READS):
        try:
            await context.pause(_FIRST_PAUSE * 2 ** (attempt - 1) if attempt else 0)
            found = await found_again(context, state)
        except (openapi.DataWorksError, LifecycleError) as error:
            return half_done(
                state, f"the import is done, but could not be read back: {error}", state.pending_job, error
            )
        if found is None:
            continue
        state = state.met(found.definition, found.root)
        kept = state.projected(found.root)
        lost = _lost(context, state.inputs.root, kept)
        state = replace(state, left_out=state.beside(found.root))
        if not lost and in_place(state.inputs, kept):
            return _with_rewrites(context, state, kept)
        if not lost and not moved:
            moved = True
            await _put_in_place(context, state, kept)
        there = None if lost else kept
    if there is not None:
        return _with_rewrites(context, state, there)
    return half_done(state, f"{ended}, but DataWorks did not keep {lost}")


async def _put_in_place(context: Context, state: State, kept: flowspec.Object) -> None:
    try:
        await put_in_place(context, state, kept)
    except (openapi.DataWorksError, CancelledStepError) as error:
        half_done(
            state, f"the import is done, but the workflow is not where it should be: {error}", None, error
        )


async def found_again(context: Context, state: State) -> _ownership.Found | None:
    """The workflow under the ID that it should have; else at its path, where the service has given it another."""
    found = await _ownership.get(context, state.inputs.project_id, state.workflow_id)
    if found is not None:
        return found
    summary = await _ownership.at_path(context, state.inputs)
    return await _ownership.get(context, state.inputs.project_id, summary.id) if summary else None


def _lost(context: Context, sent: flowspec.Object, kept: flowspec.Object) -> str:
    """What of the document is not there: nodes, dependencies, scripts. Nothing where all is."""
    gone = flowspec.changes(sent, kept)
    parts = [f"node {context.quoted(name)}" for name in gone.removed]
    parts += [
        "a dependency" if context.hides_names else f"the dependency of {edge.node} on {edge.output}"
        for edge in gone.edges_removed
    ]
    scripts = [name for name, fields in gone.changed.items() if "script.content" in fields]
    parts += [f"the script of node {context.quoted(name)}" for name in scripts]
    return ", ".join(parts)


def _with_rewrites(context: Context, state: State, kept: flowspec.Object) -> State:
    """The state that knows what the service made of the document, so that it is no drift later."""
    changes = flowspec.changes(state.inputs.root, kept)
    rewritten = context.described(changes)
    if not rewritten:
        return replace(state, rewrites=None)
    message = f"DataWorks keeps something else than was sent: it {rewritten}"
    if context.strict:
        half_done(state, f"{message}. The provider's setting `strict` makes this an error")
    context.report.warning(message)
    kept = flowspec.rename_ids(kept, dict(state.ids))
    return replace(state, rewrites=(flowspec.canonical(state.root), flowspec.canonical(kept)))


def half_done(
    state: State, message: str, job: str | None = None, cause: BaseException | None = None
) -> NoReturn:
    """Ends the step with what is known, so that the next run goes on from there."""
    raise _left(state, job, message) from cause


def _left(state: State, job: str | None, message: str) -> HalfDoneError:
    left = replace(state, pending_job=job, settled=False)
    outputs: Mapping[str, Any] = _owning(left).to_pulumi()
    return HalfDoneError(message, id=state.resource_id, outputs=outputs)


def _nodes(count: int) -> str:
    return "1 node" if count == 1 else f"{count} nodes"
