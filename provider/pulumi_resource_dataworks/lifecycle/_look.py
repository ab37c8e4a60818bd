"""Looking at the service: is the workflow there, under which ID, and is it surely gone."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_resource_dataworks import flowspec, openapi

from ._context import Context
from ._errors import LifecycleError
from ._state import Inputs

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
