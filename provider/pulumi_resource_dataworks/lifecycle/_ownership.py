"""Whose a workflow is: the look at the service, what is taken over, and the words in which the rest is refused."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from pulumi_resource_dataworks import flowspec, openapi

from ._state import Inputs, State, first_state
from ._step import Context, LifecycleError, RefusedError

# --- Looking at the service: is the workflow there, under which ID, and is it surely gone


_PAUSES = (0.0, 1.0, 2.0)
"""Seconds before each further read of what is listed: a job may have made it since the first, or reads may be stale."""


@dataclass(frozen=True, slots=True)
class Found:
    """A workflow as the service holds it.

    Attributes:
        definition: The service's answer.
        root: Its document.
    """

    definition: openapi.WorkflowDefinition
    root: flowspec.Object


async def get(context: Context, project_id: int, workflow_id: str) -> Found | None:
    """The workflow with this ID; None where the service says that there is none.

    The codes for "not found" are not published, so an answer that might mean it is checked against the list of the
    workspace's workflows before it is believed.

    Raises:
        DataWorksError: It cannot be told.
    """
    try:
        return await _read(context, project_id, workflow_id)
    except openapi.NotFoundError:
        return None
    except openapi.ServiceError as error:
        if not error.is_ambiguous_client_error:
            raise
        if not await _listed(context, project_id, workflow_id):
            return None
    return await _read(context, project_id, workflow_id)  # a job may have made it between the two looks


async def by_id(context: Context, project_id: int, workflow_id: str) -> Found | None:
    """As `get`, for an ID that only the asking resource derives: a refusal is not confirmed by lists of all workflows.

    Raises:
        DataWorksError: It cannot be told.
    """
    try:
        return await _read(context, project_id, workflow_id)
    except openapi.ServiceError as error:
        if error.is_ambiguous_client_error:
            return None
        raise


async def surely_gone(context: Context, project_id: int, workflow_id: str, kind: str) -> bool:
    """Whether a workflow that could not be got is in no list either, as far as lists can see its kind."""
    if not is_listed(kind):
        return True
    found = await context.ask(context.client.list_workflow_definitions(project_id, kind=kind))
    return all(summary.id != workflow_id for summary in found)


def is_listed(kind: str) -> bool:
    """Whether lists are known to show workflows of a kind."""
    return kind.casefold() in {listed.casefold() for listed in openapi.WorkflowSummary.LISTED_KINDS}


async def unless_gone(context: Context, project_id: int, workflow_id: str) -> Found | None:
    """As `get`, for a workflow of whatever kind whose absence has to be sure.

    Raises:
        LifecycleError: The service lists it and does not give it out.
        DataWorksError: It cannot be told.
    """
    found = await get(context, project_id, workflow_id)
    if found is None and await _listed(context, project_id, workflow_id):
        return await given_out(context, project_id, workflow_id)
    return found


async def given_out(context: Context, project_id: int, workflow_id: str) -> Found:
    """As `get`, for a workflow that a list names although a read before did not find it.

    Raises:
        LifecycleError: The service still does not give it out.
        DataWorksError: It cannot be told.
    """
    for pause in _PAUSES:
        await context.pause(pause)
        found = await get(context, project_id, workflow_id)
        if found is not None:
            return found
    raise LifecycleError(f"DataWorks lists workflow {workflow_id} but does not give it out: try again later")


async def at_path(context: Context, inputs: Inputs) -> openapi.WorkflowSummary | None:
    """The workflow that has this document's path or declared ID, by a look at those of its name."""
    call = context.client.list_workflow_definitions(inputs.project_id, kind=inputs.kind, name=inputs.name)
    for summary in await context.ask(call):
        if summary.id == inputs.workflow_id or (summary.path or "").strip("/") == inputs.path.strip("/"):
            return summary
    return None


async def _read(context: Context, project_id: int, workflow_id: str) -> Found:
    definition = await context.ask(context.client.get_workflow_definition(project_id, workflow_id))
    return Found(definition, document(definition))


async def _listed(context: Context, project_id: int, workflow_id: str) -> bool:
    for kind in openapi.WorkflowSummary.LISTED_KINDS:
        found = await context.ask(context.client.list_workflow_definitions(project_id, kind=kind))
        if any(summary.id == workflow_id for summary in found):
            return True
    return False


def document(definition: openapi.WorkflowDefinition | openapi.Node) -> flowspec.Object:
    """The document of an answer.

    Raises:
        LifecycleError: It cannot be read.
    """
    try:
        root = flowspec.read(definition.spec).root
        flowspec.workflow_of(root)
    except (flowspec.InvalidDocumentError, KeyError, IndexError, TypeError) as error:
        raise LifecycleError(
            f"DataWorks gave {definition.id} back in a form that cannot be read "
            f"(request {definition.request_id}): please report it with the request ID"
        ) from error
    return root


# --- What is not this resource's, and the words in which it is left alone: each names the ways out


def nothing_is_lost(inputs: Inputs, actual: flowspec.Object, definition: openapi.WorkflowDefinition) -> bool:
    """Whether an import of the document takes nothing from a workflow that is there.

    So it is with one of our kind that holds just this document, and with what a killed import of it has left: a part of
    its nodes, none of them changed, under IDs that only this resource derives.
    """
    if str(actual.get("kind")).casefold() != inputs.kind.casefold():
        return False
    state = first_state(inputs).met(definition, actual)
    kept = state.projected(actual)
    if flowspec.same(kept, inputs.root):
        return True
    if not is_own_work(inputs, actual, definition):
        return False
    left = flowspec.changes(kept, inputs.root)
    return not (
        left.removed or left.changed or left.moved or left.edges_removed or left.workflow or left.document
    )


def is_own_work(inputs: Inputs, actual: flowspec.Object, definition: openapi.WorkflowDefinition) -> bool:
    """Whether a workflow, or a node of it, has an ID that only this resource derives."""
    nodes = flowspec.nodes_of(flowspec.workflow_of(actual))
    return definition.id in inputs.in_line("") or any(
        str(node.get("id")) in inputs.in_line(name) for name, node in nodes
    )


def refuse_foreign(context: Context, state: State, new: Inputs, actual: flowspec.Object) -> None:
    """Refuses to delete what somebody else added: the import replaces the whole set of nodes."""
    declared = flowspec.node_ids(new.root)
    known = state.owned | {state.ids[one] for one in declared if one in state.ids}
    foreign = _strangers(new, actual, known)
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


def lost_nodes(inputs: Inputs, actual: flowspec.Object) -> list[str]:
    """The nodes of a workflow that an import of the document would delete."""
    return _unknown_nodes(inputs, actual, flowspec.node_ids(inputs.root))


def _unknown_nodes(inputs: Inputs, actual: flowspec.Object, known: AbstractSet[str]) -> list[str]:
    """The nodes whose ID is not known and whose name the document does not have: nothing else keeps them alive."""
    names = {name for name, _ in flowspec.nodes_of(flowspec.workflow_of(inputs.root))}
    held = flowspec.nodes_of(flowspec.workflow_of(actual))
    return [name for name, node in held if str(node.get("id")) not in known and name not in names]


def _strangers(inputs: Inputs, actual: flowspec.Object, owned: frozenset[str]) -> list[str]:
    """The nodes of the workflow that are neither in the document nor ones that this resource would have made."""
    made = {
        str(node.get("id"))
        for name, node in flowspec.nodes_of(flowspec.workflow_of(actual))
        if str(node.get("id")) in inputs.in_line(name)
    }
    return _unknown_nodes(inputs, actual, flowspec.node_ids(inputs.root) | owned | made)


def id_taken(inputs: Inputs) -> RefusedError:
    """The document's own workflow ID is somebody else's."""
    return RefusedError(
        f"workflow {inputs.workflow_id} exists in project {inputs.project_id} already and is not this resource's. "
        f"{_ways_out(inputs, inputs.workflow_id)}, or leave the workflow's id out of the document. Was the resource "
        "renamed in the program? Then give it an alias with its old name"
    )


def path_taken(inputs: Inputs, workflow_id: str) -> RefusedError:
    """Another workflow stands at the document's path: a path can be taken once."""
    path = "document's path" if flowspec.hides_names(inputs.spec) else f"path {inputs.path}"
    return RefusedError(
        f"the {path} of project {inputs.project_id} is taken by workflow {workflow_id}, which is not this "
        f"resource's. {_ways_out(inputs, workflow_id)}, or give this one another name or path. Was the resource renamed "
        "in the program? Then give it an alias with its old name"
    )


def _ways_out(inputs: Inputs, workflow_id: str) -> str:
    command = "pulumi import dataworks:index:WorkflowDefinition <name>"
    return (
        f"To manage that workflow with this resource, run `{command} {inputs.project_id}/{workflow_id}`, or set "
        "`adopt: true` on the resource, and up makes it what the document says"
    )


# --- What the service says at a preview that `up` would hear too


async def raise_definite(context: Context, project_id: int, error: openapi.DataWorksError) -> None:
    """Ends a preview whose look at the service has failed for good.

    A refusal that may mean anything, as codes for "not found" are not published, is asked about: is it the workspace?

    Raises:
        ServiceError: The account may not, is unknown, or asks at the wrong place; or there is no such workspace.
    """
    if not isinstance(error, openapi.ServiceError):
        return
    if error.is_definite:
        raise error
    if error.is_ambiguous_client_error:
        try:
            await context.ask(context.client.lookups.project(project_id))
        except (openapi.ProjectNotFoundError, openapi.NotFoundError) as absent:
            raise absent from error
        except openapi.DataWorksError:
            return


def not_there(workflow: tuple[int, str], words: str = "") -> LifecycleError:
    """What is to be deployed does not exist.

    Args:
        workflow: Its project and its ID.
        words: The service's.
    """
    project_id, workflow_id = workflow
    said = f" DataWorks says: {words}" if words else ""
    return LifecycleError(
        f"there is no workflow {workflow_id} in project {project_id} to deploy: check workflowId and projectId. If another "
        f"stack makes the workflow, run `pulumi up` there first; a single node cannot be deployed.{said}"
    )


# --- What is there already when a workflow is to be created: this resource's own, to be adopted, or in the way


Workflow = tuple[int, str]
"""Project ID and workflow ID."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A live resource that holds a workflow.

    Attributes:
        urn: The resource.
        owned: The IDs of the nodes that it has made.
    """

    urn: str
    owned: frozenset[str]


async def claim(context: Context, inputs: Inputs, held: Mapping[Workflow, Holder]) -> State | None:
    """The state of the workflow that is taken over; None where nothing is there.

    Raises:
        RefusedError: What is there is not this resource's, and is not to be adopted.
    """
    context.report.status("looking for the workflow")
    look = by_id if _is_derived(inputs) else get
    found = await look(context, inputs.project_id, inputs.workflow_id)
    if found is None:
        summary = await at_path(context, inputs)
        if summary is None:
            return None
        found = await given_out(context, inputs.project_id, summary.id)
    return _claimed(context, inputs, found, held)


async def foresee(
    context: Context, inputs: Inputs, held: Mapping[Workflow, Holder], leaving: AbstractSet[Workflow]
) -> None:
    """At preview: one read by ID where the user chose it, by path where the provider did; a second where that finds one.

    Raises:
        RefusedError: As `claim`.
        ServiceError: The workspace is not there, or not for this account.
    """
    workflow_id = inputs.workflow_id
    try:
        if _is_derived(inputs):
            summary = await at_path(context, inputs)
            if summary is None:
                return
            workflow_id = summary.id
        if (inputs.project_id, workflow_id) not in leaving:
            found = await get(context, inputs.project_id, workflow_id)
            if found is not None:
                _claimed(context, inputs, found, held)
    except openapi.DataWorksError as error:
        await raise_definite(context, inputs.project_id, error)
        context.report.warning(f"could not look whether a workflow is in the way: {error}")


def _is_derived(inputs: Inputs) -> bool:
    """Whether the provider chose the workflow's ID."""
    return inputs.derived("") == inputs.workflow_id


def _claimed(context: Context, inputs: Inputs, found: Found, held: Mapping[Workflow, Holder]) -> State:
    """The state of a workflow that is there, where this resource may have it.

    An ID that is derived is no title: two stacks may have one URN. What is found is taken over where a live resource of
    this run holds it, where nothing is lost, or where `adopt` says so. A forced replacement (`--replace`, taint) is not to
    be told from a first create, and after a rename its URN is another one: it finds its own workflow as it made it.
    """
    state = first_state(inputs).met(found.definition, found.root)
    holder = held.get((inputs.project_id, state.workflow_id))
    takes = "up takes it over" if context.preview else "taking it over"
    if holder is not None and holder.urn == context.urn:
        refuse_foreign(context, replace(state, owned=holder.owned), inputs, found.root)
    elif inputs.adopt:
        lost = lost_nodes(inputs, found.root)
        deletes = (
            f", without its nodes {context.named(lost)}, which the document does not hold" if lost else ""
        )
        context.report.warning(
            f"a workflow is there already, and adopt is set: {takes}{deletes} (workflow {state.workflow_id})"
        )
    elif state.workflow_id != inputs.workflow_id and not _is_derived(inputs):
        raise path_taken(inputs, state.workflow_id)
    elif is_own_work(inputs, found.root, found.definition) and nothing_is_lost(
        inputs, found.root, found.definition
    ):
        context.report.info(
            f"the workflow is there already, as this resource made it: {takes} (workflow {state.workflow_id})"
        )
    elif flowspec.is_derived(state.workflow_id, context.urn, inputs.project_id) and nothing_is_lost(
        inputs, found.root, found.definition
    ):
        context.report.warning(
            f"a resource of another name or stack has made this workflow, and it holds just this document: {takes}. If that "
            "resource was renamed, give it an alias; if another stack declares it too, remove it from one of the two "
            f"(workflow {state.workflow_id})"
        )
    elif state.workflow_id == inputs.workflow_id:
        raise id_taken(inputs)
    else:
        raise path_taken(inputs, state.workflow_id)
    return replace(state, owned=flowspec.node_ids(found.root))
