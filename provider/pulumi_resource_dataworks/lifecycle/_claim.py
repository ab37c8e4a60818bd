"""What is there already when a workflow is to be created: this resource's own, to be adopted, or in the way."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from pulumi_resource_dataworks import flowspec, openapi

from . import _look
from ._context import Context
from ._refusals import derived_here, id_taken, lost_nodes, path_taken, refuse_strangers
from ._state import Inputs, State, first_state

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
    context.report.status("looking whether the workflow is there already")
    look = _look.by_id if _is_derived(context, inputs) else _look.get
    found = await look(context, inputs.project_id, inputs.workflow_id)
    if found is None:
        summary = await _look.at_path(context, inputs)
        if summary is None:
            return None
        found = await _look.given_out(context, inputs.project_id, summary.id)
    return _claimed(context, inputs, found, held)


async def foresee(
    context: Context, inputs: Inputs, held: Mapping[Workflow, Holder], leaving: AbstractSet[Workflow]
) -> None:
    """At preview: one read by ID where the user chose it, by path where the provider did; a second where that finds one.

    Raises:
        RefusedError: As `claim`.
    """
    workflow_id = inputs.workflow_id
    try:
        if _is_derived(context, inputs):
            summary = await _look.at_path(context, inputs)
            if summary is None or summary.id == workflow_id:
                return
            workflow_id = summary.id
        if (inputs.project_id, workflow_id) not in leaving:
            found = await _look.get(context, inputs.project_id, workflow_id)
            if found is not None:
                _claimed(context, inputs, found, held)
    except openapi.DataWorksError as error:
        context.report.warning(f"could not look whether a workflow is in the way: {error}")


def _is_derived(context: Context, inputs: Inputs) -> bool:
    """Whether the provider chose the workflow's ID."""
    return flowspec.derive_id(context.urn, inputs.project_id, "") == inputs.workflow_id


def _claimed(context: Context, inputs: Inputs, found: _look.Found, held: Mapping[Workflow, Holder]) -> State:
    state = first_state(inputs).met(found.definition, found.root)
    holder = held.get((inputs.project_id, state.workflow_id))
    lost = lost_nodes(inputs, found.root)
    takes = "up takes it over" if context.preview else "taking it over"
    if holder is not None and holder.urn == context.urn:
        refuse_strangers(context.urn, inputs, found.root, holder.owned)
    elif inputs.adopt:
        deletes = f", without its nodes {lost}, which the document does not hold" if lost else ""
        context.report.warning(
            f"workflow {state.workflow_id} is there already, and adopt is set: {takes}{deletes}"
        )
    elif derived_here(context.urn, inputs, state.workflow_id, found.root):
        refuse_strangers(context.urn, inputs, found.root)
        context.report.warning(
            f"workflow {state.workflow_id} is there already under IDs derived for this very resource, from an earlier "
            f"or interrupted run: {takes}"
        )
    elif state.workflow_id == inputs.workflow_id:
        raise id_taken(inputs)
    else:
        raise path_taken(inputs, state.workflow_id)
    return replace(state, owned=flowspec.node_ids(found.root))
