"""What was read of a workflow, as inputs and outputs: for an import, and for a refresh."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_resource_dataworks import flowspec

from ._definition_state import DefinitionInputs, DefinitionState, Ids
from ._ownership import Found
from ._step import Context

Outputs = dict[str, Any]


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
    now = replace(before, spec=spec, ids=ids)
    if spec is not before.spec:
        context.report_changes(before.root, now.root, "has drifted: ")
    met = replace(state, inputs=now, pending_job=None).with_answer(found.definition, found.root)
    fresh = replace(met, ids=state.ids)
    return now.to_pulumi(), fresh.to_pulumi()
