"""What is not this resource's, and the words in which it is left alone: each names the ways out."""

from __future__ import annotations

from pulumi_resource_dataworks import flowspec

from ._errors import RefusedError
from ._state import Inputs, State


def is_ours(urn: str, inputs: Inputs) -> bool:
    """Whether the workflow's ID is the one that only this resource derives."""
    return inputs.workflow_id == flowspec.derive_id(urn, inputs.project_id, "")


def refuse_strangers(
    urn: str, inputs: Inputs, actual: flowspec.Object, owned: frozenset[str] = frozenset()
) -> None:
    """Refuses to take over a workflow of ours that holds nodes which this resource would not have made."""
    strange = _strangers(urn, inputs, actual, owned)
    if strange:
        raise RefusedError(
            f"workflow {inputs.workflow_id} carries the ID of this very resource, but holds nodes that it did not "
            f"make: {_named(strange)}. {_import_way(inputs, inputs.workflow_id)}"
        )


def refuse_foreign(state: State, new: Inputs, actual: flowspec.Object) -> None:
    """Refuses to delete what somebody else added: the import replaces the whole set of nodes."""
    declared = flowspec.node_ids(new.root)
    known = state.owned | declared | {state.ids[one] for one in declared if one in state.ids}
    held = flowspec.nodes_of(flowspec.workflow_of(actual))
    foreign = [name for name, node in held if str(node.get("id")) not in known]
    if foreign:
        raise RefusedError(
            f"somebody added to this workflow what the document does not hold, and the import would delete it: "
            f"{_named(foreign)}. Add it to the document (`pulumi refresh`, then `pulumi preview --diff`, show it), "
            "or delete it in Data Studio"
        )


def _strangers(urn: str, inputs: Inputs, actual: flowspec.Object, owned: frozenset[str]) -> list[str]:
    """The nodes of the workflow that are neither in the document nor ones that this resource would have made."""
    known = flowspec.node_ids(inputs.root) | owned
    return [
        name
        for name, node in flowspec.nodes_of(flowspec.workflow_of(actual))
        if str(node.get("id")) not in known
        and str(node.get("id")) != flowspec.derive_id(urn, inputs.project_id, name)
    ]


def id_taken(inputs: Inputs) -> RefusedError:
    """The document's own workflow ID is somebody else's."""
    return RefusedError(
        f"workflow {inputs.workflow_id} exists in project {inputs.project_id} already and is not this resource's. "
        f"{_import_way(inputs, inputs.workflow_id)}, or leave the workflow's id out of the document. Was the resource "
        "renamed in the program? Then give it an alias with its old name"
    )


def path_taken(inputs: Inputs, workflow_id: str) -> RefusedError:
    """Another workflow stands at the document's path: a path can be taken once."""
    return RefusedError(
        f"the path {inputs.path} of project {inputs.project_id} is taken by workflow {workflow_id}, which is not this "
        f"resource's. {_import_way(inputs, workflow_id)}, or give this one another name or path. Was the resource renamed "
        "in the program? Then give it an alias with its old name"
    )


def _import_way(inputs: Inputs, workflow_id: str) -> str:
    command = "pulumi import dataworks:index:WorkflowDefinition <name>"
    return f"To manage that workflow with this resource, run `{command} {inputs.project_id}/{workflow_id}`"


def _named(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
