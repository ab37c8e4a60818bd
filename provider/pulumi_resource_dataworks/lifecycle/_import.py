"""Bringing a document into the service: import under IDs that it takes, wait for the job, read back, put in place."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from pulumi_resource_dataworks import flowspec, openapi

from . import _ownership
from ._definition_state import ATTEMPTS, DefinitionInputs, DefinitionState
from ._lost_answers import SENDS, pauses, send_once
from ._state import report_rewrites
from ._step import CancelledStepError, Context, LifecycleError, places_in

# --- Other IDs for what the service does not know yet, where it refuses those of the document
#
# Whether it refuses an ID that it has never seen, that of a deleted workflow or one that is not a number, could not be verified. So
# after a refusal that speaks of an ID the next ones in line are tried, and at last the choice is left to the service.


T = TypeVar("T")

_ID = re.compile(r"(?<![A-Za-z])ids?(?![A-Za-z])", re.IGNORECASE)
_NOT_OF_A_DOCUMENT = re.compile(r"(request|trace|session|请求)[\s_-]*ids?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IdsToTry:
    """IDs under which a document is sent: those of the state, and none for the workflow where it is anonymous."""

    state: DefinitionState
    anonymous: bool = False

    def document(self, root: flowspec.Object) -> str:
        """The text of the document as it is sent."""
        renamed = self.state.under_actual_ids(root)
        return flowspec.canonical(flowspec.without_workflow_id(renamed) if self.anonymous else renamed)


async def under_some_ids(
    state: DefinitionState, send: Callable[[IdsToTry], Awaitable[T]], *, fresh: bool
) -> tuple[T, openapi.ServiceError | None]:
    """Sends under some IDs after others, until they are taken or a refusal is not of an ID.

    The first are those that the service is known to have given; `fresh` says that the workflow itself is not there yet.
    Gives what `send` gave, and the refusal of the first IDs; None where these were taken.

    Raises:
        ServiceError: The first refusal.
    """
    refusal: openapi.ServiceError | None = None
    for ids in _ids_to_try(state, fresh=fresh):
        try:
            return await send(ids), refusal
        except openapi.ServiceError as error:  # a refusal is the reason for the next try
            refusal = refusal or error
            if not _may_be_about_ids(error, ids.state):
                break
    assert refusal is not None  # noqa: S101 - there are always first ones
    raise refusal


def _ids_to_try(state: DefinitionState, *, fresh: bool) -> Iterator[IdsToTry]:
    yield IdsToTry(state)
    renamed = state
    for attempt in range(1, ATTEMPTS):
        ids = {**state.ids, **_next_ids(state, attempt, fresh=fresh)}
        workflow_id = ids.get(state.inputs.workflow_id, state.workflow_id)
        renamed = replace(state, ids=ids, workflow_id=workflow_id)
        if ids != state.ids:
            yield IdsToTry(renamed)
    if fresh:
        yield IdsToTry(replace(renamed, workflow_id=state.inputs.workflow_id), anonymous=True)


def _may_be_about_ids(error: openapi.DataWorksError, state: DefinitionState) -> bool:
    """Whether an error may be a refusal of an ID, as far as its text says."""
    if not (isinstance(error, openapi.ServiceError) and error.is_ambiguous_client_error):
        return False
    text = _NOT_OF_A_DOCUMENT.sub("", error.message.raw)
    return bool(_ID.search(text)) or any(one in text for one in state.known_ids.values())


def _next_ids(state: DefinitionState, attempt: int, *, fresh: bool) -> dict[str, str]:
    """The next ID in line for the workflow, for each node whose ID was derived, and for what is not a number."""
    inputs = state.inputs
    found = {inputs.workflow_id: inputs.derived("", attempt)} if fresh else {}
    for name, node in inputs.nodes.items():
        own = str(node["id"])
        known = own in state.ids or (not fresh and own in state.owned)
        if not known and (not own.isdecimal() or own == inputs.derived(name)):
            found[own] = inputs.derived(name, attempt)
    return found


# --- A workflow's name and folder: whether an import changes them is unknown, so they are changed by calls of their own


def _is_in_place(inputs: DefinitionInputs, kept: flowspec.Object) -> bool:
    """Whether the service has the workflow under the name and in the folder that were declared."""
    return _name_and_folder(kept) == _name_and_folder(inputs.root)


async def _put_in_place(context: Context, state: DefinitionState, kept: flowspec.Object) -> None:
    """Renames and moves a workflow that an import has left where it was: the IDs stay."""
    name, folder = _name_and_folder(state.inputs.root)
    old_name, old_folder = _name_and_folder(kept)
    client, secret = context.client, context.secret
    try:
        if name != old_name:
            context.report.status("renaming it" if secret else f"renaming {old_name} to {name}")
            await client.rename_workflow_definition(*state.workflow, name)
        if folder != old_folder:
            context.report.status("moving it" if secret else f"moving {name} to {folder or 'the top folder'}")
            await client.move_workflow_definition(*state.workflow, folder)
    except (openapi.DataWorksError, CancelledStepError) as error:
        message = f"the import is done, but the workflow is not where it should be: {error}"
        raise state.half_done(message) from error


def _name_and_folder(root: flowspec.Object) -> tuple[str, str]:
    workflow = flowspec.workflow_of(root)
    script: flowspec.Object = workflow.get("script") or {}
    folder, _, _ = str(script.get("path") or "").strip("/").rpartition("/")
    return str(workflow["name"]), folder


# --- Bringing a document into the service: import, wait for the job, read back


SECONDS_PER_NODE = 1.2
"""What a job takes for a node, from recorded traffic: 1 to 1.5 s."""


_ABOUT_THE_PLACE = {
    "": "",
    "moved": (
        ". If another workflow has the new path, give this one another. If that one leaves the path in this program, run `pulumi up` again, or let "
        "this resource wait for it (dependsOn); to swap two paths, give one of the two a third path first"
    ),
    "gone": (
        ". If somebody has made another workflow at this path, run `pulumi refresh`: the next `pulumi up` then says how to take it over or to "
        "keep both"
    ),
}


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is to be brought into the service.

    Attributes:
        state: The outputs that hold once it is submitted.
        root: The document to send, under its declared IDs, with the values that undo what has left it.
        fresh: Whether the workflow is not there yet.
        removed: The names of the nodes that are there and that the document no longer has.
        place: What is not known of the document's path: that it is free where the workflow is to be moved there, or is gone.
    """

    state: DefinitionState
    root: flowspec.Object
    fresh: bool
    removed: tuple[str, ...] = ()
    place: Literal["", "moved", "gone"] = ""

    def advice(self, context: Context) -> str:
        """Advice for a job that fails. "May", as it is unknown which workflows lists show, and whether a node in production can be removed."""
        kind = self.state.inputs.kind
        if self.fresh and not _ownership.is_listed(kind):
            return (
                f". DataWorks may list no {kind}: if one is at this path already, write its ID as the workflow's `id` and set "
                "`adopt: true` to take it over"
            )
        if not self.removed:
            return _ABOUT_THE_PLACE[self.place]
        return (
            f"{_ABOUT_THE_PLACE[self.place]}. The document no longer has {context.named(self.removed)}. If DataWorks refuses that because it is in production, take the workflow "
            "offline first: `pulumi destroy --target <URN of its WorkflowDeployment>`, then `pulumi up` imports and deploys "
            "it; or undeploy the node in Data Studio"
        )


async def apply(context: Context, request: ImportRequest) -> DefinitionState:
    """Imports a document, under other IDs where the service refuses its own, waits for the job and reads it back.

    Raises:
        HalfDoneError: Something was sent, and its end was not seen or was not what it should be.
        LifecycleError: Nothing was sent.
        DataWorksError: Nothing was sent.
    """
    context.report.status(f"importing {_nodes(len(request.state.node_ids))}")
    state, refusal = await under_some_ids(
        request.state, lambda ids: _submit(context, ids, request.root), fresh=request.fresh
    )
    if refusal is not None:
        context.report.warning(f"DataWorks refused the document's IDs, so it has got others: {refusal}")
    context.state_if_stopped = state.sent(state.pending_job)
    return await finish(context, state, request.advice, resumed=False)


async def _submit(context: Context, ids: IdsToTry, root: flowspec.Object) -> DefinitionState:
    """Sends the document; where an answer is lost, what it made is sent the same once more, under the IDs that it has."""

    async def send() -> DefinitionState:
        state = ids.state
        context.state_if_stopped = state.sent("")
        text = ids.document(root)
        job = await context.client.import_workflow_definition(state.inputs.project_id, text)
        declared, actual = state.inputs.workflow_id, job.workflow_id or state.workflow_id
        renamed = {**state.ids, declared: actual} if actual != declared else state.ids
        return replace(state.sent(job.id), workflow_id=actual, ids=renamed)

    async def look(sent: int) -> None:
        nonlocal ids
        if sent == SENDS:
            return
        context.report.status(
            "the answer to the import was lost: looking for the workflow before sending it again"
        )
        await context.pause(pauses(SENDS)[sent - 1])
        found = await _ownership.found_unheard(context, ids.state)
        if found is not None:
            ids = IdsToTry(ids.state.with_answer(found.definition, found.root))

    # A refusal of an ID would have met the first send too, whose document was the same.
    return await send_once(
        context,
        "the import",
        send,
        look,
        lambda message: ids.state.half_done(message, ""),
        proves_no_effect=lambda error: _may_be_about_ids(error, ids.state),
    )


async def finish(
    context: Context,
    state: DefinitionState,
    advice: Callable[[Context], str] = lambda _: "",
    *,
    resumed: bool = True,
) -> DefinitionState:
    """Waits for the pending job and reads the workflow back; `advice` is said where the job failed, or may have.

    Of a job that is `resumed` it is not known how long it has been running, so nothing is learnt of it.

    Raises:
        HalfDoneError: The job failed, or its end was not seen, or the service did not keep what was sent.
    """
    job, seen = await wait(context, state, resumed=resumed)
    if job is not None and not job.succeeded:
        words = f"{job.error or 'it gives no reason'} (request {job.request_id})"
        if context.secret:
            words += places_in(job.error, flowspec.Document(state.inputs.spec), secret=True)
        raise state.half_done(f"the import job {job.job_id} ended as {job.status}: {words}{advice(context)}")
    context.report.status("reading it back")
    ended = "the import job succeeded" if job else "it is not known what became of the import job"
    kept = await _read_back(context, state, ended, "" if job else advice(context))
    context.report.status(f"{_nodes(len(kept.node_ids))} in place")
    if job is not None and not resumed:
        kept = kept.having_taken(seen, expected_seconds(len(kept.node_ids)))
    return replace(kept, pending_job=None, settled=True, owned=frozenset(kept.node_ids.values()))


async def wait(
    context: Context, state: DefinitionState, *, resumed: bool = True
) -> tuple[openapi.JobStatus | None, openapi.Span]:
    """Waits for the end of the pending job, and says between which seconds it ended.

    There is no job where none is pending, or the service has forgotten it.

    Raises:
        HalfDoneError: The end was not seen.
    """
    seen = [0.0, 0.0]
    if not state.pending_job:
        return None, (0.0, 0.0)
    count = len(state.node_ids)
    known = None if resumed else state.should_take
    expected = known.mean if known else expected_seconds(count)

    def on_poll(status: openapi.JobStatus, elapsed: float) -> None:
        seen[status.ended] = elapsed
        report_progress(context, status, elapsed, count, expected)

    context.report.status(f"importing {_nodes(count)} (job {state.pending_job})")
    try:
        job = await openapi.wait_for_job(
            context.unraced,
            state.pending_job,
            expected_seconds=expected,
            known=known,
            timeout=context.remaining,
            cancelled=context.cancelled,
            clock=context.clock,
            on_poll=on_poll,
        )
    except openapi.JobForgotten:
        context.report.warning(
            f"DataWorks no longer knows the import job: going by what the workflow is now (job {state.pending_job})"
        )
        return None, (0.0, 0.0)
    except openapi.DataWorksError as error:
        later = "the next `pulumi up` resumes it"
        if not isinstance(error, openapi.JobWaitError):
            later = f"the job goes on in DataWorks, and {later}"
        raise state.half_done(f"{error}; {later}", state.pending_job) from error
    return job, (seen[0], seen[1])


def expected_seconds(count: int) -> float:
    """How long the import of so many nodes should take, as far as recorded traffic says."""
    return SECONDS_PER_NODE * max(1, count)


def report_progress(
    context: Context, status: openapi.JobStatus, elapsed: float, count: int, expected: float
) -> None:
    """Shows how far a job of so many expected seconds should be, as the service does not say."""
    if status.ended:
        return
    if elapsed < expected:
        progress = f"~{int(elapsed / expected * count)} of {_nodes(count)}, {expected - elapsed:.0f} s left"
    else:
        progress = f"{elapsed:.0f} s, usually {expected:.0f} s, for {_nodes(count)}"
    context.report.status(f"{progress} (import job {status.job_id})")


async def _read_back(context: Context, state: DefinitionState, ended: str, advice: str) -> DefinitionState:
    """The state after a read that shows all that was sent; reads right after a write may be stale.

    `ended` is what is known of the import job, for a message, and `advice` its end where something is not there.
    """
    lost, moved, there = "the workflow", False, None
    for pause in (0.0, *pauses(3)):
        try:
            await context.pause(pause)
            found = await _ownership.found_again(context, state)
        except (openapi.DataWorksError, LifecycleError) as error:
            message = f"the import is done, but could not be read back: {error}"
            raise state.half_done(message, state.pending_job) from error
        if found is None:
            continue
        state = state.with_answer(found.definition, found.root)
        kept = state.projected(found.root)
        lost = _lost(context, state.inputs.root, kept)
        state = replace(state, left_out=state.beside(found.root))
        if not lost and _is_in_place(state.inputs, kept):
            _warn_of_roots(context, state, flowspec.workspace_of(found.root))
            return _with_rewrites(context, state, kept)
        if not lost and not moved:
            moved = True
            await _put_in_place(context, state, kept)
        there = None if lost else kept
    if there is not None:
        return _with_rewrites(context, state, there)
    raise state.half_done(f"{ended}, but DataWorks did not keep {lost}{advice}")


def _warn_of_roots(context: Context, state: DefinitionState, workspace: str) -> None:
    for root in flowspec.foreign_roots(state.inputs.root, workspace) if workspace else ():
        context.report.warning(root.render(secret=context.hides_names))


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


def _with_rewrites(context: Context, state: DefinitionState, kept: flowspec.Object) -> DefinitionState:
    """The state that knows what the service made of the document, so that it is no drift later."""
    rewritten = context.described(flowspec.changes(state.inputs.root, kept))
    if not rewritten:
        return replace(state, rewrites=None)
    report_rewrites(context, rewritten, state.half_done)
    as_kept = state.under_actual_ids(kept)
    return replace(state, rewrites=(flowspec.canonical(state.root), flowspec.canonical(as_kept)))


def _nodes(count: int) -> str:
    return "1 node" if count == 1 else f"{count} nodes"
