"""The life of a WorkflowDefinition: check, diff, create, read, update, delete, on plain values.

What other runs and other resources must not undo is kept per process in `Held`: see `WorkflowDefinitions.delete`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_resource_dataworks import flowspec, openapi

from . import _look
from ._apply import Order, apply, finish, found_again, half_done, wait
from ._check import Checked, check, chosen_elsewhere
from ._claim import Holder, Workflow, claim, foresee
from ._context import Context
from ._diff import Difference, diff, ignoring
from ._dry_run import dry_run
from ._errors import HalfDoneError, LifecycleError
from ._options import Options
from ._refusals import refuse_foreign
from ._state import (
    Inputs,
    State,
    first_state,
    keeping_digest,
    parse_id,
    preview_outputs,
    unknown_outputs,
    workflow_of,
)
from ._values import Unknown

Outputs = dict[str, Any]


@dataclass(slots=True)
class WorkflowDefinitions:
    """The workflow definitions of one run.

    Attributes:
        options: What the provider's settings say.
        declared: Which resource of this run declares a workflow.
        chosen: By ID that an author has written, the project that it is for, and the resource.
        paths: Which resource of this run declares a path, by project.
        held: The workflows that live resources of this run hold, and which: no delete may touch them.
        leaving: The workflows that are deleted before their replacement is created.
        written: By URN, the documents as they were written, where a dry run may have to name their lines.
    """

    options: Options = field(default_factory=Options)
    declared: dict[Workflow, str] = field(default_factory=dict[Workflow, str])
    chosen: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    paths: dict[tuple[int, str], str] = field(default_factory=dict[tuple[int, str], str])
    held: dict[Workflow, Holder] = field(default_factory=dict[Workflow, Holder])
    leaving: set[Workflow] = field(default_factory=set[Workflow])
    written: dict[str, flowspec.Document] = field(default_factory=dict[str, flowspec.Document])

    def check(
        self, urn: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None, *, secret: bool
    ) -> Checked:
        """Validates the inputs and chooses missing IDs; makes no call."""
        found = check(urn, news, olds, secret=secret)
        if self.options.dry_run_projects and found.document is not None:
            self.written[urn] = found.document
        if isinstance(found.inputs.get("spec"), str):
            inputs = Inputs.of(found.inputs)
            other = self.declared.setdefault((inputs.project_id, inputs.workflow_id), urn)
            if other != urn:
                found.failures.append(
                    f"spec.workflows[0].id: workflow {inputs.workflow_id} of project {inputs.project_id} is declared "
                    f"by {other} too. Give each resource a workflow of its own: leave the ID out, or remove one of the two."
                )
            if found.document is not None:
                about = inputs.project_id, found.document
                found.failures += chosen_elsewhere(self.chosen, urn, *about, secret=secret)
            other = self.paths.setdefault((inputs.project_id, inputs.path.strip("/")), urn)
            if other != urn and not found.failures:
                found.failures.append(
                    f"spec.workflows[0].script.path: the path {inputs.path} of project {inputs.project_id} is declared by "
                    f"{other} too, and a path can be taken once. Give one of the two another name or path, or remove it."
                )
        return found

    def diff(
        self,
        urn: str,
        resource_id: str,
        olds: Mapping[str, Any],
        old_outputs: Mapping[str, Any],
        news: Mapping[str, Any],
        ignore_changes: Sequence[str] = (),
    ) -> Difference:
        """Compares old inputs with new ones; makes no call."""
        found = diff(olds, news, ignore_changes, old_outputs)
        workflow = workflow_of(resource_id, old_outputs)
        if found.delete_before_replace:
            self.leaving.add(workflow)
        elif not found.replaces and urn in self.declared.values():
            self.held[workflow] = Holder(urn, frozenset(old_outputs.get("ownedNodeIds") or ()))
        return found

    async def create(self, context: Context, news: Mapping[str, Any]) -> tuple[str, Outputs]:
        """Imports a workflow that is not there yet.

        Returns:
            The resource's ID, empty in a preview, and its outputs.

        Raises:
            RefusedError: A workflow that is not this resource's is in the way.
            HalfDoneError: Something was sent.
            LifecycleError: Nothing was sent.
            DataWorksError: Nothing was sent.
        """
        _hide(context, news)
        if context.preview:
            return "", await self._preview_create(context, news)
        inputs = Inputs.of(news)
        context.expect(len(flowspec.node_ids(inputs.root)))
        taken = await claim(context, inputs, self.held)
        order = Order(taken or first_state(inputs), inputs.root, fresh=taken is None)
        state = await self._apply(context, order)
        return state.resource_id, state.to_pulumi()

    async def read(
        self, context: Context, resource_id: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]
    ) -> tuple[Outputs, Outputs] | None:
        """What the service holds, in the words of what was written; None where the workflow is surely gone.

        Args:
            context: The step.
            resource_id: `<projectId>/<workflowId>`.
            inputs: The inputs of the state; without `spec` for an import.
            outputs: The outputs of the state; empty for an import.

        Returns:
            Inputs and outputs.

        Raises:
            HalfDoneError: The resource's import job still runs.
        """
        _hide(context, inputs, outputs)
        project_id, workflow_id = workflow_of(resource_id, outputs)
        written = "spec" in inputs and "spec" in outputs
        state = State.of(resource_id, outputs) if written else None
        pending = state is not None and state.pending_job is not None
        ended = await self._glance_at_job(context, state) if state and pending else True
        if state and pending:
            found = await found_again(context, state)
        else:
            found = await _look.get(context, project_id, workflow_id)
        if found is None and state and not ended:
            message = "neither the workflow nor the job that imports it can be seen: the next `pulumi up` looks again"
            half_done(state, message, state.pending_job)
        if found is None:
            kind = Inputs.of(inputs).kind if written else "CycleWorkflow"
            if await _look.surely_gone(context, project_id, workflow_id, kind):
                return None
            found = await _look.given_out(context, project_id, workflow_id)
        if state is None:
            return imported(project_id, found)
        now, kept = _refreshed(replace(state, inputs=Inputs.of(inputs)), found)
        return now, keeping_digest(outputs, kept)

    async def update(
        self,
        context: Context,
        resource_id: str,
        olds: Mapping[str, Any],
        old_outputs: Mapping[str, Any],
        news: Mapping[str, Any],
    ) -> Outputs:
        """Imports the whole document under the known IDs, after a pending job and a look at what is there.

        Raises:
            RefusedError: The workflow holds nodes that the import would delete and that are not this resource's.
            HalfDoneError: Something was sent.
            LifecycleError: Nothing was sent.
            DataWorksError: Nothing was sent.
        """
        return keeping_digest(old_outputs, await self._update(context, resource_id, olds, old_outputs, news))

    async def _update(
        self,
        context: Context,
        resource_id: str,
        olds: Mapping[str, Any],
        old_outputs: Mapping[str, Any],
        news: Mapping[str, Any],
    ) -> Outputs:
        _hide(context, olds, old_outputs, news)
        state = State.of(resource_id, old_outputs)
        if isinstance(news.get("spec"), Unknown):
            return {**unknown_outputs(news["projectId"]), "workflowId": state.workflow_id}
        old = Inputs.of(olds)
        new = ignoring(state.inputs, Inputs.of(news), context.ignore_changes)
        if context.preview:
            if not isinstance(news.get("adopt"), Unknown):
                refuse_foreign(context, state, new, flowspec.rename_ids(old.root, dict(state.ids)))
            _tell_changes(context, flowspec.changes(old.root, new.root))
            after = replace(state, inputs=new, ids=_kept_ids(state, new), rewrites=None, pending_job=None)
            await dry_run(context, self.options, after, self.written.get(context.urn), fresh=False)
            return replace(after, owned=frozenset(after.node_ids.values())).to_pulumi()
        context.expect(len(flowspec.node_ids(new.root)))
        answer_lost = state.pending_job == ""
        if state.pending_job is not None:
            state, done = await self._resume(context, state)
            if done and flowspec.same(state.inputs.root, new.root):
                return replace(state, inputs=new).to_pulumi()
        look = found_again(context, state) if answer_lost else _look.get(context, *state.workflow)
        return (await self._apply(context, _order(context, state, old, new, await look))).to_pulumi()

    async def delete(self, context: Context, resource_id: str, outputs: Mapping[str, Any]) -> None:
        """Deletes the workflow, unless a live resource of this run holds it.

        In a forced replacement the engine creates first, under the same derived ID, and deletes "the old one" last:
        that is the same workflow, so it stays.

        Raises:
            LifecycleError: The service refuses.
            DataWorksError: The service refuses.
        """
        _hide(context, outputs)
        workflow = workflow_of(resource_id, outputs)
        if workflow in self.held:
            context.report.info(f"workflow {workflow[1]} stays: the resource that replaces this one holds it")
            return
        if outputs.get("pendingJob") and "spec" in outputs:
            workflow = await _after_its_job(context, State.of(resource_id, outputs))
        try:
            await context.ask(context.client.delete_workflow_definition(*workflow))
        except openapi.NotFoundError:
            return
        except openapi.ServiceError as error:
            if error.is_ambiguous_client_error:
                await _explain_refusal(context, workflow, error)
            else:
                raise

    async def _apply(self, context: Context, order: Order) -> State:
        try:
            state = await apply(context, order)
        except HalfDoneError as error:
            owned = frozenset(error.outputs["ownedNodeIds"])
            self.held[parse_id(error.id)] = Holder(context.urn, owned)
            raise
        self.held[state.workflow] = Holder(context.urn, state.owned)
        return state

    async def _preview_create(self, context: Context, news: Mapping[str, Any]) -> Outputs:
        if isinstance(news.get("spec"), Unknown):
            return unknown_outputs(news.get("projectId"))
        inputs = Inputs.of(news)
        if not isinstance(news.get("adopt"), Unknown):
            await foresee(context, inputs, self.held, self.leaving)
        await dry_run(context, self.options, first_state(inputs), self.written.get(context.urn), fresh=True)
        return preview_outputs(inputs)

    async def _glance_at_job(self, context: Context, state: State) -> bool:
        """Whether the pending job is known to have ended; one that still runs keeps the resource half done."""
        if not state.pending_job:
            return False
        try:
            job = await context.ask(context.client.get_job_status(state.pending_job))
        except openapi.NotFoundError:
            return False
        if not job.ended:
            message = f"import job {job.job_id} still runs: the next `pulumi up` resumes it"
            half_done(state, message, state.pending_job)
        return True

    async def _resume(self, context: Context, state: State) -> tuple[State, bool]:
        """Sees the pending job to its end; a job that failed is repaired by the import that follows."""
        context.report.status(f"resuming import job {state.pending_job}" if state.pending_job else "resuming")
        if not state.pending_job:
            return replace(state, pending_job=None), False
        try:
            return await finish(context, state), True
        except HalfDoneError as error:
            if error.outputs.get("pendingJob"):
                raise
            context.report.warning(f"{error}; importing again")
            return replace(state, pending_job=None), False


def _hide(context: Context, *holders: Mapping[str, Any]) -> None:
    """Keeps every text of the documents out of the messages of this step, where they are secrets."""
    if context.secret:
        for holder in holders:
            if isinstance(holder.get("spec"), str):
                context.hidden |= flowspec.texts(flowspec.read_canonical(str(holder["spec"])).root)


def _order(context: Context, state: State, old: Inputs, new: Inputs, found: _look.Found | None) -> Order:
    """What to send for an update, after one look at what is there."""
    if found is None:
        context.report.warning(f"workflow {state.workflow_id} is not there: importing it")
        return Order(
            State(new, state.workflow_id, _kept_ids(state, new), owner=state.owner), new.root, fresh=True
        )
    refuse_foreign(context, state, new, found.root)
    _warn_of_edits(context, state, old, new, found.root)
    root, stuck = flowspec.leave_out(old.root, new.root)
    if stuck:
        listed = ", ".join(stuck[:5])
        context.report.warning(
            f"{listed}: left out of the document, but nothing known undoes it, and DataWorks may keep its old value. "
            "Write the value that you want."
        )
    known = replace(state, inputs=new, ids=_kept_ids(state, new), rewrites=None)
    known = known.met(found.definition, found.root)
    removed = flowspec.changes(known.projected(found.root), new.root).removed
    return Order(known, root, fresh=False, removed=tuple(removed))


def _kept_ids(state: State, new: Inputs) -> dict[str, str]:
    declared = flowspec.node_ids(new.root) | {new.workflow_id}
    return {one: other for one, other in state.ids.items() if one in declared}


def _warn_of_edits(context: Context, state: State, old: Inputs, new: Inputs, actual: flowspec.Object) -> None:
    """Tells of edits that the import overwrites; what an interrupted or failed run of ours left is none."""

    def differs(inputs: Inputs) -> str:
        return flowspec.changes(inputs.root, replace(state, inputs=inputs).as_declared(actual)).describe()

    since_sent = differs(state.inputs)
    if since_sent and differs(old) and differs(new):
        context.report.warning(
            f"somebody changed this workflow since the last run, and this overwrites it: it {since_sent}"
        )


def _tell_changes(context: Context, changes: flowspec.Changes) -> None:
    """Says in the resource's row which nodes change; how many, where the document is a secret."""
    told = changes.count() if context.secret else changes.describe()
    if told:
        context.report.status(told)


def imported(project_id: int, found: _look.Found) -> tuple[Outputs, Outputs]:
    """Inputs and outputs of a workflow that Pulumi has not seen before."""
    root = flowspec.complete(flowspec.clean(found.root), lambda _: found.definition.id)
    state = first_state(Inputs(project_id, flowspec.canonical(root))).met(found.definition, root)
    return state.inputs.to_pulumi(), replace(state, owned=frozenset(state.node_ids.values())).to_pulumi()


def _refreshed(state: State, found: _look.Found) -> tuple[Outputs, Outputs]:
    root = state.as_declared(found.root)
    now = replace(state.inputs, text=flowspec.canonical(root))
    fresh = replace(state, inputs=now, pending_job=None)
    fresh = replace(fresh.met(found.definition, found.root), ids=state.ids)
    return now.to_pulumi(), fresh.to_pulumi()


async def _after_its_job(context: Context, state: State) -> Workflow:
    """The half-done workflow once its import has ended: a delete before would be undone by it.

    Where the import's answer was lost it may have another ID than was asked for; then its nodes tell whose it is.
    """
    if state.pending_job:
        context.report.status(f"waiting for import job {state.pending_job} before the workflow is deleted")
        try:
            await wait(context, state)
        except HalfDoneError as error:
            raise LifecycleError(f"nothing was deleted: {error}") from error
    found = await found_again(context, state)
    if found and flowspec.node_ids(found.root) & {*state.owned, *state.node_ids.values()}:
        return state.inputs.project_id, found.definition.id or state.workflow_id
    return state.workflow


async def _explain_refusal(context: Context, workflow: Workflow, error: openapi.ServiceError) -> None:
    """Nothing to do where the workflow is gone; else the ways out beside the service's words."""
    found = await _look.get(context, *workflow)
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
