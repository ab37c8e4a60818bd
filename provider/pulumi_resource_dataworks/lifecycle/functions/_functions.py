"""The functions by name, and what each answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import _ownership
from pulumi_resource_dataworks.lifecycle._production import is_in_production
from pulumi_resource_dataworks.lifecycle._step import Context, LifecycleError
from pulumi_resource_dataworks.lifecycle.workflow_definition import imported

from ._arguments import Arguments, Ask, CheckFailure, Reads, near
from ._documents import read_flow_spec

# --- getProject: a workspace by its ID or its name


_MODES = {True: "standard", False: "simple"}


def get_project(arguments: Arguments) -> Ask:
    """By ID one call; by name one, and for a name that is not there one more for each 100 workspaces."""
    arguments.one_of("projectId", "name")
    project_id = arguments.project_id() if arguments.has("projectId") else 0
    name = arguments.text("name")

    async def ask(context: Context, reads: Reads) -> dict[str, Any]:
        found = await _by_name(context, reads, name) if name else await _by_id(context, reads, project_id)
        return _values(found)

    return ask


async def _by_id(context: Context, reads: Reads, project_id: int) -> openapi.Project:
    try:
        return await reads.project(context, project_id)
    except (openapi.ProjectNotFoundError, openapi.NotFoundError) as error:
        raise LifecycleError(f"getProject: {error}") from error


async def _by_name(context: Context, reads: Reads, name: str) -> openapi.Project:
    found = _called(await reads.projects(context, name), name)
    if not found:
        # How the service compares names is not documented.
        everything = await reads.projects(context)
        found = _called(everything, name)
        if not found:
            raise LifecycleError(_none_is_called(context, everything, name))
    if len(found) > 1:
        ids = ", ".join(project.id for project in found)
        raise LifecycleError(
            f"getProject: {len(found)} workspaces have the name {context.quoted(name)}: write projectId, one of {ids}"
        )
    return found[0]


def _called(projects: list[openapi.Project], name: str) -> list[openapi.Project]:
    return [project for project in projects if project.name == name]


def _none_is_called(context: Context, projects: list[openapi.Project], name: str) -> str:
    shown = [project for project in projects if project.display_name == name]
    help_ = near(context, name, (project.name for project in projects))
    if shown and not context.secret:
        help_ = f' That is the display name of workspace "{shown[0].name}" ({shown[0].id}): write its name.'
    return (
        f"getProject: no workspace that this account may see in this region has the name {context.quoted(name)}.{help_} "
        "Check dataworks:region, or write projectId"
    )


def _values(project: openapi.Project) -> dict[str, Any]:
    values = {
        "projectId": int(project.id),
        "name": project.name,
        "displayName": project.display_name,
        "description": project.description,
        "owner": project.owner,
        "status": project.status,
        # The vendor's skill for agents: the workspace's root node has the output `<name>_root`.
        "rootOutput": f"{project.name}_root",
    }
    if project.dev_environment_enabled is not None:
        values["mode"] = _MODES[project.dev_environment_enabled]
    return values


# --- getResourceGroup: the ID of a resource group, by its name


def get_resource_group(arguments: Arguments) -> Ask:
    """One call for each 100 resource groups, whatever the number of names; where it is not the workspace's, one more."""
    name = arguments.text("name", required=True)
    project_id = arguments.project_id() if arguments.has("projectId") else None

    async def ask(context: Context, reads: Reads) -> dict[str, Any]:
        groups = await reads.resource_groups(context, project_id)
        found = _groups_called(groups, name)
        if len(found) > 1:
            raise LifecycleError(_several(context, name, found))
        if not found:
            others = [] if project_id is None else await reads.resource_groups(context, None)
            raise LifecycleError(_no_group_is_called(context, name, project_id, groups, others))
        group = found[0]
        return {"id": group.id, "name": group.name, "type": group.type, "status": group.status}

    return ask


def _groups_called(groups: list[openapi.ResourceGroup], name: str) -> list[openapi.ResourceGroup]:
    return [group for group in groups if group.name == name]


def _several(context: Context, name: str, found: list[openapi.ResourceGroup]) -> str:
    listed = ", ".join(f"{group.id} ({group.type})" for group in found)
    return (
        f"getResourceGroup: {len(found)} resource groups have the name {context.quoted(name)}: {listed}. Write the ID of one of them "
        "where the document names the group"
    )


def _no_group_is_called(
    context: Context,
    name: str,
    project_id: int | None,
    groups: list[openapi.ResourceGroup],
    others: list[openapi.ResourceGroup],
) -> str:
    where = "in this region" if project_id is None else f"of workspace {project_id}"
    elsewhere = _groups_called(others, name)
    if elsewhere:
        return (
            f"getResourceGroup: the resource group {context.quoted(name)} ({elsewhere[0].id}) is none {where}, as far as DataWorks lists "
            "them. Bind it to the workspace in the DataWorks console, or leave projectId out if it is bound"
        )
    return (
        f"getResourceGroup: no resource group {where} has the name {context.quoted(name)}."
        f"{near(context, name, (group.name for group in groups or others))} Check the name and dataworks:region"
    )


# --- getWorkflowDefinition and listWorkflowDefinitions: workflows that are there, whoever made them


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
        return _workflow_values(project_id, found, await reads.runs(context, project_id, found_id))

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


def _there(project_id: int, workflow_id: str, found: _ownership.Found | None) -> _ownership.Found:
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


def _workflow_values(
    project_id: int, found: _ownership.Found, runs: list[openapi.PipelineRun]
) -> dict[str, Any]:
    outputs = imported("", project_id, found)[1]
    published = found.definition.workflow_id
    values = {key: outputs[key] for key in _OUTPUTS if key in outputs}
    values |= {"kind": _kind(found), "deployed": is_in_production(published, runs)}
    return {**values, "publishedWorkflowId": published} if published and values["deployed"] else values


def _kind(found: _ownership.Found) -> str:
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


# --- The functions by name, and what each answers


FUNCTIONS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Arguments], Ask]]]] = {
    "getProject": (("projectId", "name"), get_project),
    "getResourceGroup": (("name", "projectId"), get_resource_group),
    "getWorkflowDefinition": (("projectId", "workflowId", "name", "path"), get_workflow_definition),
    "listWorkflowDefinitions": (("projectId",), list_workflow_definitions),
    "readFlowSpec": (("path", "variables"), read_flow_spec),
}
"""By name, the arguments that each takes, and what makes a question of them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answers.

    Attributes:
        values: By name; empty where there are failures, or an argument is not known yet.
        failures: What is wrong with the arguments.
    """

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    failures: list[CheckFailure] = field(default_factory=list[CheckFailure])


class Functions:
    """The functions of one run: what it has once been told is not asked again."""

    def __init__(self) -> None:
        self._reads = Reads()

    def forget_workflows(self) -> None:
        """To be called when a resource of this run may have written to the service."""
        self._reads.forget_workflows()

    async def invoke(self, context: Context, function: str, given: Mapping[str, Any]) -> Answer:
        """Answers a function.

        Args:
            context: The call; its `secret` says that an argument is one.
            function: The function's name.
            given: Its arguments.

        Raises:
            LifecycleError: There is none, or more than one, of what is looked for; or there is no such function.
            DataWorksError: The service refuses.
        """
        if function not in FUNCTIONS:
            raise LifecycleError(f"this provider has no function {function}, only {', '.join(FUNCTIONS)}")
        takes, understand = FUNCTIONS[function]
        arguments = Arguments(function, given, takes)
        ask = understand(arguments)
        if arguments.failures or arguments.unknown:
            return Answer(failures=arguments.failures)
        return Answer(await ask(context, self._reads))
