"""A workflow that is there: how it is read, what an update of it sends, and an import of it whose end was not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi_resource_dataworks import flowspec, openapi

from ._definition_state import DefinitionInputs, DefinitionState, Ids
from ._diff import ignoring
from ._import import ImportRequest, finish, wait
from ._ownership import Found, Workflow, found_again, found_unheard, get, refuse_foreign
from ._state import bookkeeping, reset_removed
from ._step import Context, HalfDoneError, LifecycleError, RefusedError, without_unknowns

Outputs = dict[str, Any]


# --- What was read, as inputs and outputs: for an import, and for a refresh


def imported(urn: str, project_id: int, found: Found) -> tuple[Outputs, Outputs]:
    """Inputs and outputs of a workflow that Pulumi has not seen before: the document in the form of an author."""
    whole = flowspec.complete(flowspec.clean(found.root), lambda _: found.definition.id)
    ids = {name: str(node["id"]) for name, node in flowspec.nodes_of(flowspec.workflow_of(whole))}
    known = {**ids, "": str(flowspec.workflow_of(whole)["id"])}
    spec = flowspec.authored(flowspec.short(whole, portable=True))
    inputs = DefinitionInputs(project_id, spec, Ids(urn, project_id, known))
    state = DefinitionState.first(inputs).with_answer(found.definition, whole)
    state = replace(state, owned=frozenset(state.node_ids.values()), left_out=state.beside(found.root))
    return inputs.to_pulumi(), state.to_pulumi()


def refreshed(context: Context, state: DefinitionState, found: Found) -> tuple[Outputs, Outputs]:
    """Inputs and outputs after a look at the workflow; what has drifted is reported."""
    before, now = state.inputs, _as_it_is(context, state, found)
    if now.spec is not before.spec:
        context.report_changes(before.root, now.root, "has drifted: ")
    met = replace(state, inputs=now, pending_job=None).with_answer(found.definition, found.root)
    fresh = replace(met, ids=state.ids)
    return now.to_pulumi(), fresh.to_pulumi()


def _as_it_is(context: Context, state: DefinitionState, found: Found) -> DefinitionInputs:
    """The inputs with what is there written in; the same document where it is as it was sent."""
    before, root = state.inputs, state.as_declared(found.root)
    nodes = flowspec.nodes_of(flowspec.workflow_of(root))
    known = {**{name: str(node.get("id")) for name, node in nodes}, "": before.workflow_id}
    spec = flowspec.drifted(before.spec, before.root, root)
    ids = replace(before.ids, known=known)
    if spec is not before.spec:
        # What the document leaves out may be derived from what has changed, such as a path.
        spec = flowspec.drifted(spec, replace(before, spec=spec, ids=ids).root, root)
    spec = flowspec.with_fields(spec, state.changed_beside(found.root))
    if context.secret:
        spec = flowspec.secret_where_new(before.spec, spec)
    return replace(before, spec=spec, ids=ids)


# --- An update: what is sent, and what is said of what it changes or overwrites


def import_request(
    context: Context,
    state: DefinitionState,
    old: DefinitionInputs,
    new: DefinitionInputs,
    found: Found | None,
) -> ImportRequest:
    """What to send for an update, after one look at what is there; an edit at an ignored path stays."""
    if found is not None and state.settled and context.ignore_changes:
        actual = _as_it_is(context, state, found)
        sent, new = (ignoring(actual, one, context.ignore_changes) for one in (state.inputs, new))
        state = replace(state, inputs=sent)
    updated = state.updated(new)
    if found is None:
        context.report.warning(f"the workflow is not there: importing it (workflow {state.workflow_id})")
        first = DefinitionState(
            new,
            state.workflow_id,
            updated.ids,
            owner=state.owner,
            took=state.took,
            took_nodes=state.took_nodes,
        )
        return ImportRequest(first, new.root, fresh=True, place="gone")
    refuse_foreign(context, state, new, found.root)
    _warn_of_edits(context, state, old, new, found.root)
    root = reset_removed(context, old.root, new.root)
    known = updated.with_answer(found.definition, found.root)
    removed = flowspec.changes(known.projected(found.root), new.root).removed
    is_moved = old.path.strip("/") != new.path.strip("/")
    return ImportRequest(known, root, fresh=False, removed=tuple(removed), place="moved" if is_moved else "")


def _warn_of_edits(
    context: Context,
    state: DefinitionState,
    old: DefinitionInputs,
    new: DefinitionInputs,
    actual: flowspec.Object,
) -> None:
    """Warns of edits that the import overwrites, or refuses it; what an interrupted or failed run of ours left is not one."""

    def differs(inputs: DefinitionInputs) -> str:
        changes = flowspec.changes(inputs.root, replace(state, inputs=inputs).as_declared(actual))
        return context.described(changes)

    since_sent = differs(state.inputs)
    _warn_of_settings(context, state.changed_beside(actual), state.inputs, new)
    if since_sent and differs(old) and differs(new):
        context.warn_of_loss(
            f"this overwrites an edit made outside of Pulumi since the last run, which {since_sent}"
        )


def _warn_of_settings(
    context: Context, changed: Mapping[str, flowspec.Object], sent: DefinitionInputs, new: DefinitionInputs
) -> None:
    """Names what somebody has set that the document leaves out: an import may set it back."""
    before, nodes = ({"": flowspec.workflow_of(one.root), **one.nodes} for one in (sent, new))
    lost = [
        f'{path} of "{name}"' if name else f"the workflow's {path}"
        for name, fields in changed.items()
        for path, value in fields.items()
        if name in nodes and flowspec.leaves_out(nodes[name], before[name], path, value)
    ]
    if lost:
        listed = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        context.warn_of_loss(
            f"somebody changed {'settings' if context.hides_names else listed} since the last run, and the document leaves it out: "
            "this import may set it back. To keep it, write it into the document (`pulumi refresh` shows the values)"
        )


def as_far_as_known(old: flowspec.Object, new: Any) -> tuple[flowspec.Object, flowspec.Object]:
    """Both documents as they are written; the old one twice where the new one's workflow as a whole is not known."""
    known: flowspec.Object = without_unknowns(new) or {}
    [body] = flowspec.objects([known.get("spec")]) or [{}]
    return old, known if any(flowspec.objects(body.get("workflows"))) else old


# --- A pending job: of an import whose end was not seen


async def after_a_glance_at_its_job(context: Context, state: DefinitionState) -> Found | None:
    """The workflow of a pending job; a job that runs, or may run, keeps the resource half done."""
    ended = False
    if state.pending_job:
        try:
            job = await context.client.get_job_status(state.pending_job)
        except openapi.NotFoundError:
            pass
        else:
            ended = job.ended
            if not ended:
                message = f"import job {job.job_id} still runs: the next `pulumi up` resumes it"
                raise state.half_done(message, state.pending_job)
    try:
        found = await found_unheard(context, state)
    except RefusedError as error:
        raise state.half_done(str(error), state.pending_job) from error
    if found is None and not ended:
        message = (
            "neither the workflow nor the job that imports it can be seen: the next `pulumi up` looks again"
        )
        raise state.half_done(message, state.pending_job)
    return found


async def resume(context: Context, state: DefinitionState) -> tuple[DefinitionState, bool]:
    """Sees the pending job to its end; a job that failed is repaired by the import that follows."""
    if not state.pending_job:
        context.report.status("resuming")
        return replace(state, pending_job=None), False
    context.report.status(f"resuming the import (job {state.pending_job})")
    try:
        return await finish(context, state), True
    except HalfDoneError as error:
        if "pendingJob" in bookkeeping(error.outputs):
            raise
        context.report.warning(f"{error}; importing again")
        return replace(state, pending_job=None), False


async def after_its_job(context: Context, state: DefinitionState) -> Workflow:
    """The half-done workflow once its import has ended: a delete before would be undone by it.

    Where the import's answer was lost it may have another ID than was asked for; then its nodes show whose it is.
    """
    if state.pending_job:
        context.report.status(
            f"waiting for the import before the workflow is deleted (job {state.pending_job})"
        )
        try:
            await wait(context, state)
        except HalfDoneError as error:
            raise LifecycleError(f"nothing was deleted: {error}") from error
    found = await found_again(context, state)
    if found and flowspec.node_ids(found.root) & {*state.owned, *state.node_ids.values()}:
        return state.inputs.project_id, found.definition.id or state.workflow_id
    return state.workflow


async def look_before_delete(context: Context, state: DefinitionState) -> None:
    """Warns of edits that no refresh has shown and that a delete loses, or refuses it."""
    found = await get(context, *state.workflow)
    if found is None:
        return
    changes = flowspec.changes(state.inputs.root, state.as_declared(found.root))
    beside = {f"changes {path}" for fields in state.changed_beside(found.root).values() for path in fields}
    lost = context.described(changes) or ", ".join(sorted(beside))
    if lost:
        context.warn_of_loss(f"this deletes an edit made outside of Pulumi since the last run, which {lost}")


async def explain_refusal(context: Context, workflow: Workflow, error: openapi.ServiceError) -> None:
    """Nothing to do where the workflow is gone; else the ways out beside the service's words."""
    found = await get(context, *workflow)
    if found is None:
        return
    published = (
        " It is deployed to production"
        if found.definition.workflow_id
        else " If it is deployed to production"
    )
    raise LifecycleError(
        f"{error}.{published}: take it offline first (Data Studio, Deploy, Offline), then run this again. To leave the "
        "workflow in DataWorks and only forget it, set retainOnDelete on the resource"
    ) from error
