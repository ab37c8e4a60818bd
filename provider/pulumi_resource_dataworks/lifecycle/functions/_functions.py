"""The functions by name, and what each answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_resource_dataworks import document_file, flowspec, openapi
from pulumi_resource_dataworks.lifecycle._existing_workflow import imported
from pulumi_resource_dataworks.lifecycle._production import is_in_production
from pulumi_resource_dataworks.lifecycle._run import Learnt
from pulumi_resource_dataworks.lifecycle._step import Context, LifecycleError

from ._arguments import Arguments, CheckFailure, project_id, text, values, workflow_id
from ._lookups import LISTED, UNLISTED, Answers, Lookups, Page, Wanted, candidates, list_resources

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


async def get_project(given: Values, lookups: Lookups) -> Values:
    """By ID one call; by name one, and for a name that is not there one more for each 100 workspaces."""
    by_name = "name" in given
    project = await (
        _project_called(lookups, given["name"]) if by_name else _project(lookups, given["projectId"])
    )
    lookups.learnt.workspaces[int(project.id)] = project.name
    found: Values = {
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
        found["mode"] = _MODES[project.dev_environment_enabled]
    return found


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


async def get_resource_group(given: Values, lookups: Lookups) -> Values:
    """One call for each 100 resource groups, whatever the number of names; where it is not the workspace's, one more."""
    name, workspace = given["name"], given.get("projectId")
    quoted, groups = lookups.context.quoted(name), await lookups.resource_groups(workspace)
    found = [group for group in groups if group.name == name]
    if len(found) > 1:
        listed = ", ".join(f"{group.id} ({group.type})" for group in found)
        raise LifecycleError(
            f"getResourceGroup: {len(found)} resource groups have the name {quoted}: {listed}. Write the ID of one of them where the "
            "document names the group"
        )
    if found:
        [group] = found
        return {"id": group.id, "name": group.name, "type": group.type, "status": group.status}
    others = [] if workspace is None else await lookups.resource_groups(None)
    where = "in this region" if workspace is None else f"of workspace {workspace}"
    for group in others:
        if group.name == name:
            raise LifecycleError(
                f"getResourceGroup: the resource group {quoted} ({group.id}) is not one {where}, as far as DataWorks lists "
                "them. Bind it to the workspace in the DataWorks console, or leave projectId out if it is bound"
            )
    hint = _hint(lookups.context, name, (group.name for group in groups or others))
    raise LifecycleError(
        f"getResourceGroup: no resource group {where} has the name {quoted}.{hint} Check the name and dataworks:region"
    )


# --- getWorkflowDefinition and listWorkflowDefinitions: workflows that are there, whoever made them


_OUTPUTS = ("projectId", "workflowId", "name", "path", "spec", "digest", "nodeIds", "nodeOutputs", "owner")
_KINDS = {kind.casefold(): kind for kind in ("CycleWorkflow", "ManualWorkflow", "TriggerWorkflow")}


async def get_workflow_definition(given: Values, lookups: Lookups) -> Values:
    """By ID a read and a list of its pipeline runs; by name or path a list of each kind, by part of the name, before."""
    workspace, own_id = given["projectId"], given.get("workflowId")
    if not own_id:
        key = "path" if given.get("path", "").strip("/") else "name"
        own_id = await _id_of(lookups, workspace, key, given.get(key, "").strip("/"))
    found = await lookups.workflow(workspace, own_id)
    if found is None:
        raise LifecycleError(
            f"getWorkflowDefinition: there is no workflow with the ID {own_id} in workspace {workspace}. Check "
            "workflowId (Data Studio shows it under Show Spec), projectId and dataworks:region"
        )
    home = found.definition.project_id
    if home not in (None, workspace):
        raise LifecycleError(
            f"getWorkflowDefinition: workflow {own_id} is in workspace {home}, and not in {workspace}"
        )
    deployed, published = await lookups.is_deployed(workspace, own_id), found.definition.workflow_id
    outputs = imported("", workspace, found)[1]
    kind = str(found.root.get("kind"))
    shown = {key: outputs[key] for key in (*_OUTPUTS, "createTime") if key in outputs}
    shown |= {"kind": _KINDS.get(kind.casefold(), kind), "deployed": deployed}
    return {**shown, "publishedWorkflowId": published} if published and deployed else shown


async def list_workflow_definitions(given: Values, lookups: Lookups) -> Values:
    """For each of the two kinds that can be listed, one call for each 100 workflows."""
    keys = ("name", "path", "kind", "owner")
    listed = await lookups.workflows(given["projectId"])
    return {
        "workflows": [{"workflowId": one.id, **{key: getattr(one, key) for key in keys}} for one in listed]
    }


async def _id_of(lookups: Lookups, workspace: int, key: str, wanted: str) -> str:
    """The ID of the one workflow with this name, or path.

    Raises:
        LifecycleError: There is none, or there are several.
    """

    def value(summary: openapi.WorkflowSummary) -> str:
        return summary.path.strip("/") if key == "path" else summary.name

    context, listed = lookups.context, list[openapi.WorkflowSummary]()
    what = f"of workspace {workspace}"
    has = f"the {key} {context.quoted(wanted)}"
    for name in (wanted.rpartition("/")[2] if key == "path" else wanted, None):
        listed = await lookups.workflows(workspace, name)
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


# --- readFlowSpec: a document in a file, with its scripts in files beside it. It makes no call


async def read_flow_spec(given: Values, lookups: Lookups) -> Values:
    """The document with its files and variables in their places, once it has no error."""
    name = given["path"]
    try:
        document = document_file.read_document(name, given.get("variables", {}))
        if flowspec.validate_any(document):
            lookups.learnt.documents.appendleft(document)
    except document_file.UnreadableFileError as error:
        raise LifecycleError(
            f"readFlowSpec: {name} cannot be read: {error}. A relative path begins in the folder of the Pulumi program"
        ) from error
    except document_file.UnusedVariableError as error:
        unused = ", ".join(f"{{{{{one}}}}}" for one in error.names)
        raise LifecycleError(
            f"readFlowSpec: {name} does not use every variable that is given: write {unused} in it, or remove the variable"
        ) from error
    except flowspec.InvalidDocumentError as error:
        found = [problem for problem in error.problems if problem.severity == "error"]
        lines = [problem.render(secret=lookups.context.secret) for problem in found]
        raise LifecycleError("\n".join([f"readFlowSpec: {name} cannot be imported:", *lines])) from error
    return {"spec": document.root}


# --- The functions by name, and what each answers


_WORKFLOW = {"projectId": project_id, "workflowId": workflow_id, "name": text, "path": text}
FUNCTIONS: Final[Mapping[str, tuple[Arguments, Callable[[Values, Lookups], Awaitable[Values]]]]] = {
    "getProject": (
        Arguments({"projectId": project_id, "name": text}, one_of=("projectId", "name")),
        get_project,
    ),
    "getResourceGroup": (Arguments({"name": text, "projectId": project_id}, ("name",)), get_resource_group),
    "getWorkflowDefinition": (
        Arguments(_WORKFLOW, ("projectId",), one_of=("workflowId", "name", "path")),
        get_workflow_definition,
    ),
    "listWorkflowDefinitions": (
        Arguments({"projectId": project_id}, ("projectId",)),
        list_workflow_definitions,
    ),
    "readFlowSpec": (Arguments({"path": text, "variables": values}, ("path",)), read_flow_spec),
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

    async def is_deployed(
        self, context: Context, workspace: int, one: openapi.WorkflowSummary | openapi.StudioObject
    ) -> bool:
        """Whether something that was listed is in production.

        One call; of a workflow one more where no run has brought it there or out of it.
        """
        lookups = Lookups(context, self._answers)
        if isinstance(one, openapi.StudioObject):
            return is_in_production(one.task_id, await lookups.runs(workspace, one.id))
        return await lookups.is_deployed(workspace, one.id)

    async def listed(
        self, context: Context, workspace: int, resource: str
    ) -> Sequence[openapi.WorkflowSummary | openapi.StudioObject]:
        """What can be a resource of a type, by path: of nodes those that stand in no workflow.

        A call for each 100 workflows of a kind, or for each 100 objects; of nodes for the workflows too, where they are not known.
        """
        return await candidates(resource, Lookups(context, self._answers), workspace)

    async def invoke(self, context: Context, function: str, given: Mapping[str, Any]) -> Answer:
        """Answers a function, given its arguments; the context's `secret` says that one of them is secret.

        Raises:
            LifecycleError: There is none, or more than one, of what is looked for; or there is no such function.
            DataWorksError: The service refuses.
        """
        if function not in FUNCTIONS:
            raise LifecycleError(f"this provider has no function {function}, only {', '.join(FUNCTIONS)}")
        takes, answer = FUNCTIONS[function]
        arguments, failures = takes.read(function, given)
        if arguments is None:
            return Answer(failures=failures)
        return Answer(await answer(arguments, Lookups(context, self._answers)))

    async def resources(
        self, context: Context, resource: str, query: Mapping[str, Any], wanted: Wanted
    ) -> Page | None:
        """A page of the resources of a kind that a query asks for; None where something of the query is not known yet.

        Raises:
            LifecycleError: Something is wrong with the query, or its continuation token is not one of this query.
            DataWorksError: The service refuses.
        """
        arguments, failures = LISTED[resource].read(f"a list of {resource}", query)
        if failures:
            raise LifecycleError(" ".join(failure.reason for failure in failures))
        if arguments is None:
            return None
        return await list_resources(resource, arguments, Lookups(context, self._answers), wanted)
