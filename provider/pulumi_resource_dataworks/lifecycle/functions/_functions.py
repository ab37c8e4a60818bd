"""The functions by name, and what each answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle._refresh import imported
from pulumi_resource_dataworks.lifecycle._run import Learnt
from pulumi_resource_dataworks.lifecycle._step import Context, LifecycleError

from ._arguments import Arguments, CheckFailure, UnansweredError
from ._documents import read_flow_spec
from ._listing import LISTED, UNLISTED, Page, Wanted, list_resources
from ._lookups import Answers, Lookups

Values = dict[str, Any]

_SHOWN = 10


def _hint(context: Context, name: str, known: Iterable[str]) -> str:
    """` Did you mean "x"?`, else which names there are, the first of them; nothing for a name that is a secret."""
    names = tuple(dict.fromkeys(one for one in known if one))
    if context.secret:
        return ""
    near = f" {flowspec.near(name, names)}".rstrip()
    if near or not names:
        return near or " There is none at all."
    shown = ", ".join(f'"{name}"' for name in names[:_SHOWN])
    return f" There are {shown}" + (f" and {len(names) - _SHOWN} more." if len(names) > _SHOWN else ".")


# --- getProject: a workspace by its ID or its name


_MODES = {True: "standard", False: "simple"}


async def get_project(arguments: Arguments, lookups: Lookups) -> Values:
    """By ID one call; by name one, and for a name that is not there one more for each 100 workspaces."""
    arguments.one_of("projectId", "name")
    project_id, name = arguments.project_id(required=False), arguments.text("name")
    arguments.end()
    project = (
        await _project_called(lookups, name) if project_id is None else await _project(lookups, project_id)
    )
    lookups.learnt.workspaces[int(project.id)] = project.name
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


async def _project(lookups: Lookups, project_id: int) -> openapi.Project:
    try:
        return await lookups.project(project_id)
    except (openapi.ProjectNotFoundError, openapi.NotFoundError) as error:
        raise LifecycleError(f"getProject: {error}") from error


async def _project_called(lookups: Lookups, name: str) -> openapi.Project:
    context, projects = lookups.context, list[openapi.Project]()
    for asked in (name, None):  # how the service compares names is not documented
        projects = await lookups.projects(asked)
        found = [project for project in projects if project.name == name]
        if len(found) > 1:
            ids = ", ".join(project.id for project in found)
            raise LifecycleError(
                f"getProject: {len(found)} workspaces have the name {context.quoted(name)}: write projectId, one of {ids}"
            )
        if found:
            return found[0]
    hint = _hint(context, name, (project.name for project in projects))
    shown = [project for project in projects if project.display_name == name]
    if shown and not context.secret:
        hint = f' That is the display name of workspace "{shown[0].name}" ({shown[0].id}): write its name.'
    raise LifecycleError(
        f"getProject: no workspace that this account may see in this region has the name {context.quoted(name)}.{hint} "
        "Check dataworks:region, or write projectId"
    )


# --- getResourceGroup: the ID of a resource group, by its name


async def get_resource_group(arguments: Arguments, lookups: Lookups) -> Values:
    """One call for each 100 resource groups, whatever the number of names; where it is not the workspace's, one more."""
    name = arguments.text("name", required=True)
    project_id = arguments.project_id(required=False)
    arguments.end()
    groups = await lookups.resource_groups(project_id)
    found = [group for group in groups if group.name == name]
    if not found:
        others = [] if project_id is None else await lookups.resource_groups(None)
        raise LifecycleError(_no_such_group(lookups.context, name, project_id, groups or others, others))
    if len(found) > 1:
        listed = ", ".join(f"{group.id} ({group.type})" for group in found)
        raise LifecycleError(
            f"getResourceGroup: {len(found)} resource groups have the name {lookups.context.quoted(name)}: {listed}. Write the ID of "
            "one of them where the document names the group"
        )
    [group] = found
    return {"id": group.id, "name": group.name, "type": group.type, "status": group.status}


def _no_such_group(
    context: Context,
    name: str,
    project_id: int | None,
    known: list[openapi.ResourceGroup],
    others: list[openapi.ResourceGroup],
) -> str:
    where = "in this region" if project_id is None else f"of workspace {project_id}"
    elsewhere = next((group for group in others if group.name == name), None)
    if elsewhere is not None:
        return (
            f"getResourceGroup: the resource group {context.quoted(name)} ({elsewhere.id}) is not one {where}, as far as DataWorks lists "
            "them. Bind it to the workspace in the DataWorks console, or leave projectId out if it is bound"
        )
    return (
        f"getResourceGroup: no resource group {where} has the name {context.quoted(name)}."
        f"{_hint(context, name, (group.name for group in known))} Check the name and dataworks:region"
    )


# --- getWorkflowDefinition and listWorkflowDefinitions: workflows that are there, whoever made them


_OUTPUTS = ("projectId", "workflowId", "name", "path", "spec", "digest", "nodeIds", "nodeOutputs", "owner")
_KINDS = {kind.casefold(): kind for kind in ("CycleWorkflow", "ManualWorkflow", "TriggerWorkflow")}


async def get_workflow_definition(arguments: Arguments, lookups: Lookups) -> Values:
    """By ID a read and a list of its pipeline runs; by name or path a list of each kind, by part of the name, before."""
    arguments.one_of("workflowId", "name", "path")
    project_id = arguments.project_id() or 0
    workflow_id, name = arguments.workflow_id(), arguments.text("name")
    path = arguments.text("path").strip("/")
    arguments.end()
    if not workflow_id:
        workflow_id = await _id_of(lookups, project_id, *(("path", path) if path else ("name", name)))
    found = await lookups.workflow(project_id, workflow_id)
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
    deployed, published = await lookups.is_deployed(project_id, workflow_id), found.definition.workflow_id
    outputs = imported("", project_id, found)[1]
    kind = str(found.root.get("kind"))
    values = {key: outputs[key] for key in (*_OUTPUTS, "createTime") if key in outputs}
    values |= {"kind": _KINDS.get(kind.casefold(), kind), "deployed": deployed}
    return {**values, "publishedWorkflowId": published} if published and deployed else values


async def list_workflow_definitions(arguments: Arguments, lookups: Lookups) -> Values:
    """For each of the two kinds that can be listed, one call for each 100 workflows."""
    project_id = arguments.project_id() or 0
    arguments.end()
    listed = [
        {
            "workflowId": summary.id,
            "name": summary.name,
            "path": summary.path,
            "kind": summary.kind,
            "owner": summary.owner,
        }
        for summary in await lookups.workflows(project_id)
    ]
    return {"workflows": listed}


async def _id_of(lookups: Lookups, project_id: int, key: str, wanted: str) -> str:
    """The ID of the one workflow with this name, or path.

    Raises:
        LifecycleError: There is none, or there are several.
    """

    def value(summary: openapi.WorkflowSummary) -> str:
        return summary.path.strip("/") if key == "path" else summary.name

    context, listed = lookups.context, list[openapi.WorkflowSummary]()
    what = f"of workspace {project_id}"
    has = f"the {key} {context.quoted(wanted)}"
    for name in (wanted.rpartition("/")[2] if key == "path" else wanted, None):
        listed = await lookups.workflows(project_id, name)
        found = [summary for summary in listed if value(summary) == wanted]
        if len(found) > 1:
            several = ", ".join(one.id if context.secret else f"{one.path} ({one.id})" for one in found)
            other = "path or workflowId" if key == "name" else "workflowId"
            raise LifecycleError(
                f"getWorkflowDefinition: {len(found)} workflows {what} have {has}: {several}. Write {other} instead"
            )
        if found:
            return found[0].id
    hint = _hint(context, wanted, map(value, listed))
    raise LifecycleError(f"getWorkflowDefinition: no workflow {what} has {has}.{hint} {UNLISTED}")


# --- The functions by name, and what each answers


FUNCTIONS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Arguments, Lookups], Awaitable[Values]]]]] = {
    "getProject": (("projectId", "name"), get_project),
    "getResourceGroup": (("name", "projectId"), get_resource_group),
    "getWorkflowDefinition": (("projectId", "workflowId", "name", "path"), get_workflow_definition),
    "listWorkflowDefinitions": (("projectId",), list_workflow_definitions),
    "readFlowSpec": (("path", "variables"), read_flow_spec),
}
"""By name, the arguments that each takes, and what answers it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answers: values by name, or what is wrong with the arguments; nothing where one is not known yet."""

    values: Values = field(default_factory=dict[str, Any])
    failures: list[CheckFailure] = field(default_factory=list[CheckFailure])


class Functions:
    """The functions of one run: what it was answered once is not asked again.

    Args:
        learnt: Where to note what the checks of the run's resources use.
    """

    def __init__(self, learnt: Learnt | None = None) -> None:
        self._answers = Answers(learnt or Learnt())

    def forget_workflows(self) -> None:
        """To be called when a resource of this run may have written to the service."""
        self._answers.forget_workflows()

    async def is_deployed(self, context: Context, project_id: int, workflow_id: str) -> bool:
        """Whether a workflow is in production: one call, and one more where no run has brought it there or out of it."""
        return await Lookups(context, self._answers).is_deployed(project_id, workflow_id)

    async def invoke(self, context: Context, function: str, given: Mapping[str, Any]) -> Answer:
        """Answers a function, given its arguments; the context's `secret` says that one of them is secret.

        Raises:
            LifecycleError: There is none, or more than one, of what is looked for; or there is no such function.
            DataWorksError: The service refuses.
        """
        if function not in FUNCTIONS:
            raise LifecycleError(f"this provider has no function {function}, only {', '.join(FUNCTIONS)}")
        takes, answer = FUNCTIONS[function]
        arguments = Arguments(function, given, takes)
        try:
            return Answer(await answer(arguments, Lookups(context, self._answers)))
        except UnansweredError:
            return Answer(failures=arguments.failures)

    async def resources(
        self, context: Context, resource: str, query: Mapping[str, Any], wanted: Wanted
    ) -> Page | None:
        """A page of the resources of a kind that a query asks for; None where something of the query is not known yet.

        Raises:
            LifecycleError: Something is wrong with the query, or its continuation token is not one of this query.
            DataWorksError: The service refuses.
        """
        arguments = Arguments(f"a list of {resource}", query, LISTED[resource])
        try:
            return await list_resources(resource, arguments, Lookups(context, self._answers), wanted)
        except UnansweredError:
            if arguments.failures:
                raise LifecycleError(" ".join(failure.reason for failure in arguments.failures)) from None
            return None
