"""getWorkflowDefinition and listWorkflowDefinitions: workflows that are there, whoever made them."""

from __future__ import annotations

from typing import Any

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import _look
from pulumi_resource_dataworks.lifecycle._context import Context
from pulumi_resource_dataworks.lifecycle._errors import LifecycleError
from pulumi_resource_dataworks.lifecycle._production import is_in_production
from pulumi_resource_dataworks.lifecycle.workflow_definition import imported

from ._arguments import Arguments
from ._reads import Ask, Reads
from ._words import near

_OUTPUTS = (
    "projectId",
    "workflowId",
    "name",
    "path",
    "spec",
    "digest",
    "nodeIds",
    "nodeOutputs",
    "owner",
    "createTime",
)
_KINDS = ("CycleWorkflow", "ManualWorkflow", "TriggerWorkflow")
_UNLISTED = (
    "DataWorks may leave workflows of kind TriggerWorkflow out of its lists: look such a one up by workflowId"
)


def get_workflow_definition(arguments: Arguments) -> Ask:
    """By ID a read and a list of its pipeline runs; by name or path a list of each kind, by part of the name, before."""
    arguments.one_of("workflowId", "name", "path")
    project_id = arguments.project_id()
    workflow_id, name = arguments.workflow_id(), arguments.text("name")
    path = arguments.text("path").strip("/")

    async def ask(context: Context, reads: Reads) -> dict[str, Any]:
        key, wanted = ("path", path) if path else ("name", name)
        found_id = workflow_id or await _id_of(context, reads, project_id, key, wanted)
        found = _there(project_id, found_id, await reads.workflow(context, project_id, found_id))
        return _values(project_id, found, await reads.runs(context, project_id, found_id))

    return ask


def list_workflow_definitions(arguments: Arguments) -> Ask:
    """For each of the two kinds that can be listed, one call for each 100 workflows."""
    project_id = arguments.project_id()

    async def ask(context: Context, reads: Reads) -> dict[str, Any]:
        listed = await reads.workflows(context, project_id)
        return {"workflows": [_summary(summary) for summary in listed]}

    return ask


async def _id_of(context: Context, reads: Reads, project_id: int, key: str, wanted: str) -> str:
    """The ID of the one workflow with this name, or path.

    Raises:
        LifecycleError: There is none, or there are several.
    """
    name = wanted.rpartition("/")[2] if key == "path" else wanted
    listed = await reads.workflows(context, project_id, name)
    found = _matching(listed, key, wanted)
    if not found:
        listed = await reads.workflows(context, project_id)
        found = _matching(listed, key, wanted)
    if not found:
        names = near(context, wanted, (_said(summary, key) for summary in listed))
        raise LifecycleError(
            f"getWorkflowDefinition: no workflow of workspace {project_id} has the {key} {context.quoted(wanted)}.{names} {_UNLISTED}"
        )
    if len(found) > 1:
        several = ", ".join(
            summary.id if context.secret else f"{summary.path} ({summary.id})" for summary in found
        )
        other = "path or workflowId" if key == "name" else "workflowId"
        raise LifecycleError(
            f"getWorkflowDefinition: {len(found)} workflows of workspace {project_id} have the {key} {context.quoted(wanted)}: {several}. "
            f"Write {other} instead"
        )
    return found[0].id


def _matching(listed: list[openapi.WorkflowSummary], key: str, wanted: str) -> list[openapi.WorkflowSummary]:
    return [summary for summary in listed if _said(summary, key) == wanted]


def _said(summary: openapi.WorkflowSummary, key: str) -> str:
    return summary.path.strip("/") if key == "path" else summary.name


def _there(project_id: int, workflow_id: str, found: _look.Found | None) -> _look.Found:
    if found is None:
        raise LifecycleError(
            f"getWorkflowDefinition: there is no workflow with the ID {workflow_id} in workspace {project_id}. Check "
            "workflowId (Data Studio shows it under Show Spec), projectId and dataworks:region"
        )
    home = found.definition.project_id
    if home not in (None, project_id):
        raise LifecycleError(
            f"getWorkflowDefinition: workflow {workflow_id} is in workspace {home}, and not in {project_id}"
        )
    return found


def _values(project_id: int, found: _look.Found, runs: list[openapi.PipelineRun]) -> dict[str, Any]:
    outputs = imported("", project_id, found)[1]
    published = found.definition.workflow_id
    values = {key: outputs[key] for key in _OUTPUTS if key in outputs}
    values |= {"kind": _kind(found), "deployed": is_in_production(published, runs)}
    return {**values, "publishedWorkflowId": published} if published and values["deployed"] else values


def _kind(found: _look.Found) -> str:
    said = str(found.root.get("kind"))
    return next((kind for kind in _KINDS if kind.casefold() == said.casefold()), said)


def _summary(summary: openapi.WorkflowSummary) -> dict[str, Any]:
    return {
        "workflowId": summary.id,
        "name": summary.name,
        "path": summary.path,
        "kind": summary.kind,
        "owner": summary.owner,
    }
