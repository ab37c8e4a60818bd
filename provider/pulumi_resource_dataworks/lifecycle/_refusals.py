"""What is not this resource's, and the words in which it is left alone: each names the ways out."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from pulumi_resource_dataworks import flowspec, openapi

from ._context import Context
from ._errors import RefusedError
from ._state import Inputs, State, first_state


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
