"""Whose a workflow is: the look at the service, what is taken over, and the words in which the rest is refused."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from pulumi_resource_dataworks import flowspec, openapi

from ._definition_state import DefinitionInputs, DefinitionState
from ._lost_answers import pauses
from ._state import legible
from ._step import Context, LifecycleError, RefusedError

Workflow = tuple[int, str]
"""Project ID and workflow ID."""


# --- Looking at the service: is the workflow there, under which ID, and is it surely gone


@dataclass(frozen=True, slots=True)
class Found:
    """A workflow as the service holds it: its answer, and the document in it."""

    definition: openapi.WorkflowDefinition
    root: flowspec.Object


async def get(context: Context, project_id: int, workflow_id: str, *, confirm: bool = True) -> Found | None:
    """The workflow with this ID; None where the service says that there is none.

    The codes for "not found" are not published, so an answer that might mean it is checked against the list of the
    workspace's workflows before it is believed. Pass `confirm=False` for an ID that only this resource can have derived.

    Raises:
        DataWorksError: Whether it is there is not known.
    """
    try:
        return await _read(context, project_id, workflow_id)
    except openapi.NotFoundError:
        return None
    except openapi.ServiceError as error:
        if not error.is_ambiguous_client_error:
            raise
        if not (confirm and await _listed(context, project_id, workflow_id)):
            return None
    return await _read(context, project_id, workflow_id)  # a job may have made it between the two looks


async def is_confirmed_gone(context: Context, project_id: int, workflow_id: str, kind: str) -> bool:
    """Whether a workflow that could not be got is in no list either, as far as lists can see its kind."""
    return not (is_listed(kind) and await _listed(context, project_id, workflow_id, (kind,)))


def is_listed(kind: str) -> bool:
    """Whether lists are known to show workflows of a kind."""
    return kind.casefold() in {listed.casefold() for listed in openapi.WorkflowSummary.LISTED_KINDS}


async def read_unless_gone(context: Context, project_id: int, workflow_id: str) -> Found | None:
    """As `get`, for a workflow of whatever kind whose absence has to be sure; raises as `read_listed`."""
    found = await get(context, project_id, workflow_id)
    if found is None and await _listed(context, project_id, workflow_id):
        return await read_listed(context, project_id, workflow_id)
    return found


async def read_listed(context: Context, project_id: int, workflow_id: str) -> Found:
    """As `get`, for a workflow that a list names although a read before did not find it.

    Raises:
        LifecycleError: The service still does not give it out.
        DataWorksError: Whether it is there is not known.
    """
    for pause in (0.0, *pauses(2)):  # a job may have made it since, or reads may be stale
        await context.pause(pause)
        found = await get(context, project_id, workflow_id)
        if found is not None:
            return found
    raise LifecycleError(
        f"DataWorks lists workflow {workflow_id}, but reading it fails as if it were missing. Try again later"
    )


async def at_path(context: Context, inputs: DefinitionInputs) -> openapi.WorkflowSummary | None:
    """The workflow that has this document's path or declared ID, by a look at those of its name."""
    listed = context.client.list_workflow_definitions
    for summary in await listed(inputs.project_id, kind=inputs.kind, name=inputs.name):
        if summary.id == inputs.workflow_id or (summary.path or "").strip("/") == inputs.path.strip("/"):
            return summary
    return None


async def found_again(context: Context, state: DefinitionState) -> Found | None:
    """The workflow under the ID that it should have; else at its path, where the service has given it another."""
    found = await get(context, *state.workflow)
    if found is not None:
        return found
    summary = await at_path(context, state.inputs)
    return await get(context, state.inputs.project_id, summary.id) if summary else None


async def found_unheard(
    context: Context, state: DefinitionState, *, adopt: bool | None = False
) -> Found | None:
    """As `found_again`, where nothing says that what is at the path came from an import of ours.

    Raises:
        RefusedError: It is somebody else's, and not to be adopted.
    """
    found = await found_again(context, state)
    if found is None or adopt or found.definition.id == state.workflow_id or _is_of(state, found):
        return found
    raise _is_taken(context, state.inputs, found.definition.id)


async def _read(context: Context, project_id: int, workflow_id: str) -> Found:
    definition = await context.client.get_workflow_definition(project_id, workflow_id)
    return Found(definition, document(definition))


async def _listed(
    context: Context,
    project_id: int,
    workflow_id: str,
    kinds: Iterable[str] = openapi.WorkflowSummary.LISTED_KINDS,
) -> bool:
    for kind in kinds:
        found = await context.client.list_workflow_definitions(project_id, kind=kind)
        if any(summary.id == workflow_id for summary in found):
            return True
    return False


def document(definition: openapi.WorkflowDefinition | openapi.StudioObject) -> flowspec.Object:
    """The document of an answer.

    Raises:
        LifecycleError: It cannot be read.
    """
    with legible(definition, "workflow"):
        root = flowspec.read(definition.spec).root
        flowspec.workflow_of(root)
    return root


# --- What is not this resource's, and the words in which it is left alone: each names the ways out


def _nothing_is_lost(state: DefinitionState, found: Found, *, own: bool) -> bool:
    """Whether an import of the document takes nothing from the workflow that was found.

    So it is with one of our kind that holds just this document, and with what a killed import of it has left: a part of
    its nodes, none of them changed, under IDs that only this resource derives (`own`).
    """
    if str(found.root.get("kind")).casefold() != state.inputs.kind.casefold():
        return False
    kept = state.projected(found.root)
    if flowspec.same(kept, state.inputs.root):
        return True
    if not own:
        return False
    left = flowspec.changes(kept, state.inputs.root)
    changed = (
        left.workflow or left.document or set(left.changed) - _below_the_workflow(state.inputs, kept, left)
    )
    return not (changed or left.removed or left.moved or left.edges_removed)


def _below_the_workflow(
    inputs: DefinitionInputs, kept: flowspec.Object, changes: flowspec.Changes
) -> set[str]:
    """The nodes of which nothing differs but a path that the service has put below the workflow's."""
    nodes = dict(flowspec.nodes_of(flowspec.workflow_of(kept)))
    return {
        name
        for name, fields in changes.changed.items()
        if fields == ["script.path"]
        and nodes[name]["script"]["path"] == f"{inputs.path}/{inputs.nodes[name]['script']['path']}"
    }


def _is_of(state: DefinitionState, found: Found) -> bool:
    """Whether a workflow under another ID came from an import of this resource: it has our nodes, or just the document."""
    ours = {*state.owned, *state.node_ids.values()}
    return bool(ours & flowspec.node_ids(found.root)) or _nothing_is_lost(
        state.with_answer(found.definition, found.root), found, own=True
    )


def _own_nodes(inputs: DefinitionInputs, actual: flowspec.Object) -> set[str]:
    """The IDs of nodes that only this resource derives."""
    nodes = flowspec.nodes_of(flowspec.workflow_of(actual))
    return {str(node.get("id")) for name, node in nodes if str(node.get("id")) in inputs.derivable_ids(name)}


def refuse_foreign(
    context: Context, state: DefinitionState, new: DefinitionInputs, actual: flowspec.Object
) -> None:
    """Refuses to delete what somebody else added: the import replaces the whole set of nodes."""
    declared = flowspec.node_ids(new.root)
    known = {state.ids[one] for one in declared if one in state.ids}
    foreign = _lost_nodes(new, actual, state.owned | known)
    if foreign and new.adopt:
        deletes = "up deletes" if context.preview else "deleting"
        context.report.warning(
            f"adopt is set: {deletes} what somebody added to this workflow: {context.named(foreign)}"
        )
    elif foreign:
        raise RefusedError(
            f"somebody added to this workflow what the document does not hold, and the import would delete it: "
            f"{context.named(foreign)}. Add it to the document (`pulumi refresh`, then `pulumi preview --diff`, show it), "
            "delete it in Data Studio, or set `adopt: true` on the resource, and the import deletes it"
        )


def _lost_nodes(
    inputs: DefinitionInputs, actual: flowspec.Object, known: AbstractSet[str] = frozenset()
) -> list[str]:
    """The nodes of a workflow that an import of the document would delete, but for those of known IDs."""
    kept = known | flowspec.node_ids(inputs.root)
    held = flowspec.nodes_of(flowspec.workflow_of(actual))
    return [name for name, node in held if str(node.get("id")) not in kept and name not in inputs.nodes]


def _is_taken(context: Context, inputs: DefinitionInputs, workflow_id: str) -> RefusedError:
    """The document's own workflow ID is somebody else's, or another workflow stands at its path."""
    if workflow_id == inputs.workflow_id:
        taken = (
            f"workflow {workflow_id} exists in project {inputs.project_id} already and is not this resource's"
        )
    else:
        path = "document's path" if flowspec.hides_names(inputs.spec) else f"path {inputs.path}"
        taken = f"the {path} of project {inputs.project_id} is taken by workflow {workflow_id}, which is not this resource's"
    written = workflow_id == inputs.workflow_id and not inputs.is_id_derived
    change = (
        "leave the workflow's id out of the document" if written else "give this one another name or path"
    )
    kind, own_id = "dataworks:index:WorkflowDefinition", f"{inputs.project_id}/{workflow_id}"
    if context.stateless:
        return RefusedError(
            f"{taken}: without a state, nothing says what an earlier create has made. To change that workflow, run `pulumi do {kind} "
            f"upsert {own_id} --stateless`, or set `adopt: true`. To keep both, {change}"
        )
    return RefusedError(
        f"{taken}. To manage that workflow here as it is, run `pulumi import {kind} <name> {own_id}`. To make it what the document says, set `adopt: true` "
        f"on the resource. To keep both, {change}. Was the resource renamed in the program? Then give it an alias with its old name"
    )


# --- What the service says at a preview that `up` would hear too


@asynccontextmanager
async def looking_ahead(context: Context, project_id: int, what: str) -> AsyncGenerator[None]:
    """Lets a preview go on, with a warning, where it could not look whether `what`: but not where `up` would fail for good.

    A refusal that may mean anything, as codes for "not found" are not published, is asked about: is it the workspace?

    Raises:
        ServiceError: The account may not, is unknown, or asks at the wrong place; or there is no such workspace.
    """
    try:
        yield
    except openapi.DataWorksError as error:
        if isinstance(error, openapi.ServiceError) and error.is_definite:
            raise
        if isinstance(error, openapi.ServiceError) and error.is_ambiguous_client_error:
            try:
                await context.client.lookups.project(project_id)
            except (openapi.ProjectNotFoundError, openapi.NotFoundError) as absent:
                raise absent from error
            except openapi.DataWorksError:
                pass
        context.report.warning(f"could not look whether {what}: {error}")


# --- What is there already when a workflow is to be created: this resource's own, to be adopted, or in the way


@dataclass(frozen=True, slots=True)
class Holder:
    """A live resource that holds a workflow, the IDs of the nodes that it has made, and the path that it declares in this run."""

    urn: str
    owned: frozenset[str]
    path: str = ""

    def leaves(self, urn: str, path: str) -> bool:
        """Whether another resource moves its workflow away from a path."""
        return self.urn != urn and self.path.strip("/") != path.strip("/")


async def claim(
    context: Context, first: DefinitionState, held: Mapping[Workflow, Holder]
) -> DefinitionState | None:
    """The state of the workflow that is taken over; None where nothing is there. `first` is that of a new one.

    Raises:
        RefusedError: What is there is not this resource's, and is not to be adopted.
    """
    context.report.status("looking for the workflow")
    found = await get(context, *first.workflow, confirm=not first.inputs.is_id_derived)
    if found is None:
        summary = await at_path(context, first.inputs)
        if summary is None:
            return None
        found = await read_listed(context, first.inputs.project_id, summary.id)
    return _claimed(context, first, found, held)


async def foresee(
    context: Context,
    first: DefinitionState,
    held: Mapping[Workflow, Holder],
    leaving: AbstractSet[Workflow],
) -> DefinitionState | None:
    """The state of the workflow that up will take over; None where there is none.

    One read by ID where the user chose it, by path where the provider did; a second where that finds one.

    Raises:
        RefusedError: As `claim`.
        ServiceError: The workspace is not there, or not for this account.
    """
    project_id, workflow_id = first.workflow
    async with looking_ahead(context, project_id, "a workflow is in the way"):
        if first.inputs.is_id_derived:
            summary = await at_path(context, first.inputs)
            if summary is None and not context.stateless:
                return None
            workflow_id = summary.id if summary else workflow_id
            holder = held.get((project_id, workflow_id))
            if holder is not None and holder.leaves(context.urn, first.inputs.path):
                context.report.info(
                    f"another resource leaves this path in the same run: this one has to come after it (`dependsOn`), {holder.urn}"
                )
                return None
        if (project_id, workflow_id) not in leaving:
            found = await get(context, project_id, workflow_id)
            if found is not None:
                return _claimed(context, first, found, held)
    return None


def _claimed(
    context: Context, first: DefinitionState, found: Found, held: Mapping[Workflow, Holder]
) -> DefinitionState:
    """The state of a workflow that is there, where this resource may have it.

    A derived ID alone does not make it ours: two stacks may have one URN. What is found is taken over where a live resource of
    this run holds it, where nothing is lost, or where `adopt` says so. A forced replacement (`--replace`, taint) looks
    like a first create, and after a rename its URN is another one: it finds its own workflow as it made it. Without a state
    every create has one URN, and only `adopt` takes anything over.
    """
    inputs, state = first.inputs, first.with_answer(found.definition, found.root)
    holder = held.get((inputs.project_id, state.workflow_id))
    takes = "up takes it over" if context.preview else "taking it over"
    own = found.definition.id in inputs.derivable_ids("") or bool(_own_nodes(inputs, found.root))
    if holder is not None and holder.urn == context.urn:
        refuse_foreign(context, replace(state, owned=holder.owned), inputs, found.root)
    elif holder is not None and inputs.is_id_derived and holder.leaves(context.urn, inputs.path):
        raise RefusedError(
            f"another resource of this program has not left this path yet: run `pulumi up` again, and let this one wait for it (`dependsOn`) "
            f"(workflow {state.workflow_id} of project {inputs.project_id}, {holder.urn})"
        )
    elif holder is not None:
        raise RefusedError(
            "another resource of this program has the workflow that is there already. Leave the ID out, give this one another name "
            f"or path, or remove one of the two (workflow {state.workflow_id} of project {inputs.project_id}, {holder.urn})"
        )
    elif inputs.adopt:
        lost = _lost_nodes(inputs, found.root)
        deletes = (
            f", without its nodes {context.named(lost)}, which the document does not hold" if lost else ""
        )
        context.report.warning(
            f"a workflow is there already, and adopt is set: {takes}{deletes} (workflow {state.workflow_id})"
        )
    elif context.stateless or not (
        (state.workflow_id == inputs.workflow_id or inputs.is_id_derived)
        and (own or flowspec.is_derived(state.workflow_id, context.urn, inputs.project_id))
        and _nothing_is_lost(state, found, own=own)
    ):
        raise _is_taken(context, inputs, state.workflow_id)
    elif own:
        context.report.info(
            f"the workflow is there already, as this resource made it: {takes} (workflow {state.workflow_id})"
        )
    else:
        context.report.warning(
            f"a resource of another name or stack has made this workflow, and it holds just this document: {takes}. If that "
            "resource was renamed, give it an alias. If it stays in a state, that of another stack or this one's after `--target`, take it out "
            f"there with `pulumi state delete`: destroying it deletes this workflow (workflow {state.workflow_id})"
        )
    return replace(state, owned=flowspec.node_ids(found.root))
