"""The life of a WorkflowDefinition: check, diff, create, read, update, delete, on plain values.

What other runs and other resources must not undo is kept per process in `Held`: see `WorkflowDefinitions.delete`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks._names import BOOKKEEPING

from . import _ownership
from ._check import Checked, check_definition, check_document
from ._definition_state import (
    DefinitionInputs,
    DefinitionState,
    keeping_digest,
    owned_nodes,
    preview_outputs,
    unknown_outputs,
    written_id,
)
from ._diff import Difference, diff, ignoring
from ._dry_run import dry_run
from ._existing_workflow import (
    after_a_glance_at_its_job,
    after_its_job,
    as_far_as_known,
    explain_refusal,
    import_request,
    imported,
    look_before_delete,
    refreshed,
    resume,
)
from ._import import ImportRequest, apply
from ._ownership import Holder, Workflow, claim, foresee, found_unheard, refuse_foreign
from ._production import Upstream, upstream_of
from ._run import Learnt, Options, TakenOver, warn_of_leaving
from ._state import bookkeeping, workflow_of
from ._step import Change, Context, HalfDoneError, Unknown, has_unknown, nothing_lost

Outputs = dict[str, Any]

_NODE = {"id": None, "name": None}
NAMING = {
    "projectId": None,
    "spec": {"spec": {"id": None, "workflows": {**_NODE, "script": {"path": None}, "nodes": _NODE}}},
}
"""What of the inputs names the workflow and its nodes, as `declare` asks for it."""

HELD = {"projectId": None, "workflowId": None}
"""The outputs that name the workflow of a resource, as `has` asks for them."""

HOLDING = {"workflowId": None, "nodeIds": None, BOOKKEEPING: None}
"""The outputs that say which workflow and which nodes a resource holds, as `hold` asks for them."""


@dataclass(slots=True)
class WorkflowDefinitions:
    """The workflow definitions of one run.

    Attributes:
        options: What the provider's settings say.
        taken_over: The workflows that a resource of this run has taken over, in whichever process.
        learnt: What the functions of this run have learnt.
        having: By URN, the workflow that a resource has already, as far as Check was given it.
        own_ids: Which resource of this run has a workflow, or declares it by an ID that its author has written.
        chosen: By ID that an author has written, the project that it is for, and the resource.
        paths: Which resource of this run declares a path, by project.
        held: The workflows that live resources of this run hold, and which: no delete may touch them.
        leaving: The workflows that are deleted before their replacement is created, and whose they are.
        takers: Which new resource of this run takes over a workflow, or will.
        upstream: What the workflows need that this run has imported.
        written: By URN, the documents as they were written, where a preview may have to name their lines.
    """

    options: Options = field(default_factory=Options)
    taken_over: TakenOver = field(default_factory=TakenOver)
    learnt: Learnt = field(default_factory=Learnt)
    having: dict[str, Workflow] = field(default_factory=dict[str, Workflow])
    own_ids: dict[Workflow, str] = field(default_factory=dict[Workflow, str])
    chosen: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    paths: dict[tuple[int, str], str] = field(default_factory=dict[tuple[int, str], str])
    held: dict[Workflow, Holder] = field(default_factory=dict[Workflow, Holder])
    leaving: dict[Workflow, str] = field(default_factory=dict[Workflow, str])
    takers: dict[Workflow, str] = field(default_factory=dict[Workflow, str])
    upstream: dict[Workflow, Upstream] = field(default_factory=dict[Workflow, Upstream])
    written: dict[str, flowspec.Document] = field(default_factory=dict[str, flowspec.Document])

    def check(self, urn: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None) -> Checked:
        """Validates the inputs; makes no call."""
        found = check_definition(news, olds, self.learnt)
        if found.document is not None and not found.failures and isinstance(found.inputs["projectId"], int):
            if self.options.dry_run_projects:
                self.written[urn] = found.document
            found.failures += self.declare(urn, found.inputs["projectId"], found.inputs["spec"])
        return found

    def is_right(self, document: flowspec.Object) -> bool:
        """Whether nothing can be said of a document, and its lines will not be asked for."""
        found = check_document(document)
        return found.document is not None and not (found.warnings or self.options.dry_run_projects)

    def foreseen(self, urn: str, inputs: Mapping[str, Any]) -> Outputs:
        """The outputs of inputs that are wholly known, as far as they follow from these alone."""
        return DefinitionState.first(DefinitionInputs.of(inputs, urn)).to_pulumi()

    def has(self, urn: str, outputs: Mapping[str, Any]) -> None:
        """Notes the workflow that a resource has by its outputs (`HELD`), for `declare`; older engines do not send them."""
        if outputs.get("workflowId"):
            self.having[urn] = int(outputs["projectId"]), str(outputs["workflowId"])

    def declare(self, urn: str, project_id: int, spec: flowspec.Object) -> list[str]:
        """Notes what a resource of this run declares; what it shares with another is a failure.

        Of the document no more is needed than what names the workflow and its nodes (`NAMING`).
        """
        failures: list[str] = []
        had, path, hidden = self.having.get(urn), flowspec.path_of(spec), flowspec.hides_names(spec)
        own = written_id(spec) or (had[1] if had and had[0] == project_id else None)
        other = self.own_ids.setdefault((project_id, str(own)), urn) if own else urn
        if other != urn:
            failures.append(
                f"spec.workflows[0].id: {'this workflow' if hidden else f'workflow {own}'} of project {project_id} is declared "
                f"by {other} too. Give each resource a workflow of its own: leave the ID out, or remove one of the two."
            )
        failures += self._chosen_elsewhere(urn, project_id, spec)
        other = self.takers.get(had, urn) if had else urn
        if other != urn and not failures:
            failures.append(
                f"spec.workflows[0].script.path: {other} is at the path that this resource leaves, and takes over its workflow. Let that "
                "one wait for this one (`dependsOn`), or add it once this one has moved."
            )
        other = self.paths.setdefault((project_id, path.strip("/")), urn)
        if other != urn and not failures:
            failures.append(
                f"spec.workflows[0].script.path: {'this path' if hidden else f'the path {path}'} of project {project_id} is declared by "
                f"{other} too, and a path can be taken once. Give one of the two another name or path, or remove it."
            )
        return failures

    def _chosen_elsewhere(self, urn: str, project_id: int, spec: flowspec.Object) -> list[str]:
        """A failure where an ID that the author has written is written for another project, too; derived ones differ."""
        nodes = flowspec.nodes_of(flowspec.workflow_of(spec))
        ids = {"": written_id(spec), **{name: node.get("id") for name, node in nodes}}
        for node, own in [(name, str(one)) for name, one in ids.items() if one]:
            elsewhere, other = self.chosen.setdefault(own, (project_id, urn))
            if elsewhere != project_id and other != urn:
                secret = flowspec.hides_names(spec)
                place = (
                    f'the id of node "{"[secret]" if secret else node}"' if node else "spec.workflows[0].id"
                )
                failure = (
                    f"{place}: the ID {'[secret]' if secret else own} is written for project {project_id} here, and for "
                    f"project {elsewhere} in {other}. Whether DataWorks takes one ID in two workspaces for two things is unknown, so "
                    "this could change the other one. Leave the IDs out of the document: then each project gets its own."
                )
                return [failure]
        return []

    def diff(self, urn: str, change: Change) -> Difference:
        """Compares old inputs with new ones; makes no call."""
        found = diff(urn, change)
        if found.delete_before_replace:
            self.leaving[workflow_of(change.resource_id, change.outputs)] = urn
        elif not found.replaces:
            self.hold(urn, change.resource_id, change.outputs)
        return found

    def hold(self, urn: str, resource_id: str, outputs: Mapping[str, Any]) -> None:
        """Notes that a resource which this run declares keeps its workflow."""
        path = next((path for (_, path), other in self.paths.items() if other == urn), None)
        if path is not None:
            self.held[workflow_of(resource_id, outputs)] = Holder(urn, owned_nodes(outputs), path)

    def makes(self, workflow: Workflow) -> bool:
        """Whether a resource of this run has a workflow, or is to make it under the ID that its author has written."""
        return workflow in self.held or workflow in self.own_ids

    async def create(self, context: Context, news: Mapping[str, Any]) -> tuple[str, Outputs]:
        """Imports a workflow that is not there yet; gives the resource's ID, empty in a preview, and its outputs.

        Raises:
            RefusedError: A workflow that is not this resource's is in the way.
            HalfDoneError: Something was sent.
            LifecycleError: Nothing was sent.
            DataWorksError: Nothing was sent.
        """
        _hide(context, news)
        if context.preview:
            return "", await self._preview_create(context, news)
        inputs = DefinitionInputs.of(news, context.urn)
        context.expect(len(flowspec.node_ids(inputs.root)))
        first = DefinitionState.first(inputs)
        taken = await claim(context, first, self.held)
        if taken is not None:
            self.taken_over.note(taken.workflow)
            self.takers[taken.workflow] = context.urn
        state = await self._apply(context, ImportRequest(taken or first, inputs.root, fresh=taken is None))
        # A replacement that the program asks for, at another path, leaves the workflow that diff took for kept.
        for workflow in [one for one, holder in self.held.items() if holder.urn == context.urn]:
            if workflow != state.workflow:
                del self.held[workflow]
        return state.resource_id, state.to_pulumi()

    async def read(
        self, context: Context, resource_id: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]
    ) -> tuple[Outputs, Outputs] | None:
        """Inputs and outputs as the service holds them, in the words of what was written.

        For an import `inputs` has no `spec`, and `outputs` is empty. None where the workflow is surely gone.

        Raises:
            HalfDoneError: The resource's import job still runs.
        """
        _hide(context, inputs, outputs)
        workflow = workflow_of(resource_id, outputs)
        written = "spec" in inputs and "spec" in outputs
        state = DefinitionState.of(context.urn, resource_id, outputs) if written else None
        if state is not None and state.pending_job is not None:
            found = await after_a_glance_at_its_job(context, state)
        else:
            found = await _ownership.get(context, *workflow)
        if found is None:
            kind = state.inputs.kind if state else "CycleWorkflow"
            if await _ownership.is_confirmed_gone(context, *workflow, kind):
                return None
            found = await _ownership.read_listed(context, *workflow)
        if state is None:
            return imported(context.urn, workflow[0], found)
        now = DefinitionInputs.of(inputs, context.urn, state.known_ids)
        read, kept = refreshed(context, replace(state, inputs=now), found)
        return read, keeping_digest(context.urn, resource_id, outputs, kept)

    async def update(self, context: Context, change: Change) -> Outputs:
        """Imports the whole document under the known IDs, after a pending job and a look at what is there.

        Raises:
            RefusedError: The workflow holds nodes that the import would delete and that are not this resource's.
            HalfDoneError: Something was sent.
            LifecycleError: Nothing was sent.
            DataWorksError: Nothing was sent.
        """
        _hide(context, change.olds, change.outputs, change.news)
        if context.stateless:
            diff(context.urn, change).refuse_replacement(change.resource_id)
        state = DefinitionState.of(context.urn, change.resource_id, change.outputs)
        if _is_unknown(change.news):
            context.report_changes(*as_far_as_known(state.inputs.spec, change.news["spec"]))
            return {**unknown_outputs(change.news), "workflowId": state.workflow_id}
        after = await self._update(context, state, change)
        return keeping_digest(context.urn, change.resource_id, change.outputs, after.to_pulumi())

    async def _update(self, context: Context, state: DefinitionState, change: Change) -> DefinitionState:
        old = DefinitionInputs.of(change.olds, context.urn, state.known_ids)
        new = DefinitionInputs.of(change.news, context.urn, state.known_ids)
        new = ignoring(state.inputs, new, context.ignore_changes)
        is_same = flowspec.same(state.root, state.under_actual_ids(new.root))
        if context.preview:
            if not is_same:
                if not isinstance(change.news.get("adopt"), Unknown):
                    refuse_foreign(context, state, new, state.under_actual_ids(old.root))
                context.report_changes(state.inputs.root, new.root)
                if context.strict and state.pending_job is None:
                    async with _ownership.looking_ahead(context, state.workflow[0], "somebody has edited it"):
                        found = await _ownership.get(context, *state.workflow)
                        import_request(context, state, old, new, found)
            after = replace(state.updated(new), pending_job=None)
            await dry_run(context, self.options, after, self.written.get(context.urn), fresh=False)
            return replace(after, owned=frozenset(after.node_ids.values()))
        if is_same and state.settled and state.pending_job is None:
            return replace(state, inputs=new)
        context.expect(len(flowspec.node_ids(new.root)))
        answer_lost = state.pending_job == ""
        if state.pending_job is not None:
            state, done = await resume(context, state)
            if done and is_same:
                return replace(state, inputs=new)
        found = await (
            found_unheard(context, state, adopt=new.adopt)
            if answer_lost
            else _ownership.get(context, *state.workflow)
        )
        return await self._apply(context, import_request(context, state, old, new, found))

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
        if workflow in self.held or self.taken_over.holds(workflow):
            context.report.info(
                f"the resource that replaces this one holds its workflow, which stays (workflow {workflow[1]})"
            )
            return
        if "pendingJob" in bookkeeping(outputs):
            workflow = await after_its_job(context, DefinitionState.of(context.urn, resource_id, outputs))
        elif context.strict and "spec" in outputs:
            await look_before_delete(context, DefinitionState.of(context.urn, resource_id, outputs))
        try:
            await context.client.delete_workflow_definition(*workflow)
        except openapi.NotFoundError:
            return
        except openapi.ServiceError as error:
            if not error.is_ambiguous_client_error:
                raise
            await explain_refusal(context, workflow, error)

    async def _apply(self, context: Context, request: ImportRequest) -> DefinitionState:
        state: DefinitionState | None = None
        try:
            with nothing_lost(context):
                state = await apply(context, request)
                self.upstream[state.workflow] = upstream_of(state.root)
                return state
        except HalfDoneError as error:
            state = cast("DefinitionState", error.state)
            raise
        finally:
            if state is not None:
                self.held[state.workflow] = Holder(context.urn, state.owned, state.inputs.path)

    async def _preview_create(self, context: Context, news: Mapping[str, Any]) -> Outputs:
        if _is_unknown(news):
            return unknown_outputs(news)
        first = DefinitionState.first(DefinitionInputs.of(news, context.urn))
        warn_of_leaving(context, "workflow", self.leaving)
        if not isinstance(news.get("adopt"), Unknown):
            taken = await foresee(context, first, self.held, self.leaving.keys())
            if taken is not None:
                self.takers[taken.workflow] = context.urn
        await dry_run(context, self.options, first, self.written.get(context.urn), fresh=True)
        return preview_outputs(first.inputs)


def _is_unknown(news: Mapping[str, Any]) -> bool:
    return has_unknown(news["spec"]) or isinstance(news["projectId"], Unknown)


def _hide(context: Context, *holders: Mapping[str, Any]) -> None:
    """Keeps names out of this step's messages where one may be a secret."""
    if context.secret:
        context.hides_names = any(flowspec.hides_names(holder.get("spec")) for holder in holders)
