"""What is there already when a workflow is to be created: this resource's own, to be adopted, or in the way."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from pulumi_resource_dataworks import flowspec, openapi

from . import _look
from ._context import Context
from ._definite import raise_definite
from ._refusals import id_taken, is_own_work, lost_nodes, nothing_is_lost, path_taken, refuse_foreign
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
    context.report.status("looking for the workflow")
    look = _look.by_id if _is_derived(inputs) else _look.get
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
        ServiceError: The workspace is not there, or not for this account.
    """
    workflow_id = inputs.workflow_id
    try:
        if _is_derived(inputs):
            summary = await _look.at_path(context, inputs)
            if summary is None:
                return
            workflow_id = summary.id
        if (inputs.project_id, workflow_id) not in leaving:
            found = await _look.get(context, inputs.project_id, workflow_id)
            if found is not None:
                _claimed(context, inputs, found, held)
    except openapi.DataWorksError as error:
        await raise_definite(context, inputs.project_id, error)
        context.report.warning(f"could not look whether a workflow is in the way: {error}")


def _is_derived(inputs: Inputs) -> bool:
    """Whether the provider chose the workflow's ID."""
    return inputs.derived("") == inputs.workflow_id


def _claimed(context: Context, inputs: Inputs, found: _look.Found, held: Mapping[Workflow, Holder]) -> State:
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
