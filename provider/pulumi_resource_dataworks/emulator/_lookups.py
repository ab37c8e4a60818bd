"""The operations about workspaces, resource groups and nodes by themselves, as the vendor's SDK (9.11.0) has them."""

from collections.abc import Iterator

from ._documents import write
from ._errors import Parameters, integer, no_project, paged, texts
from ._json import JsonObject
from ._pipeline_runs import outputs_of_node
from ._state import Account, Project, ResourceGroup, ServiceState, Workflow, milliseconds, scheduling_id


def get_project(state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    """One workspace by its ID."""
    project_id = integer(params, "Id")
    for project in state.projects:
        if project.project_id == project_id:
            return {"Project": _project(project, account)}
    as_workflow = state.switches.unknown_project == "as_workflow"
    raise state.not_found() if as_workflow else no_project(project_id)


def list_projects(state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    """One page of the workspaces, or of those with given names or IDs."""
    names, ids = texts(params, "Names"), texts(params, "Ids")
    found = [
        project
        for project in state.projects
        if (not names or any(_is_called(state, project, name) for name in names))
        and (not ids or str(project.project_id) in ids)
        and params.get("Status") in {None, project.status}
    ]
    page, paging = paged(params, found)
    return {"PagingInfo": {**paging, "Projects": [_project(project, account) for project in page]}}


def list_resource_groups(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One page of resource groups, the name matched anywhere in it; general-purpose ones unless types are named."""
    types = texts(params, "ResourceGroupTypes") or ["CommonV2"]
    statuses = texts(params, "Statuses")
    found = [
        group
        for group in state.resource_groups
        if group.type in types
        and params.get("Name", "") in group.name
        and (not statuses or group.status in statuses)
        and ("ProjectId" not in params or _is_of(state, group, integer(params, "ProjectId")))
    ]
    page, paging = paged(params, found)
    listed = [
        {
            "Id": group.group_id,
            "Name": group.name,
            "ResourceGroupType": group.type,
            "Status": group.status,
            "PaymentType": "PostPaid",
        }
        for group in page
    ]
    return {"PagingInfo": {**paging, "ResourceGroupList": listed}, "Success": True}


def _is_called(state: ServiceState, project: Project, name: str) -> bool:
    if state.switches.project_names == "any_case":
        return name.casefold() == project.identifier.casefold()
    contained = state.switches.project_names == "contained" and name in project.identifier
    return name == project.identifier or contained


def _is_of(state: ServiceState, group: ResourceGroup, project_id: int) -> bool:
    state.project(project_id)
    bound = [project.project_id for project in state.projects] if group.projects is None else group.projects
    if state.switches.groups_of_project == "first":
        return project_id in bound[:1]
    return state.switches.groups_of_project == "all" or project_id in bound


def _project(project: Project, account: Account) -> JsonObject:
    return {
        "Id": project.project_id,
        "Name": project.identifier,
        "DisplayName": project.display_name,
        "Description": project.description,
        "Owner": account.uid,
        "Status": project.status,
        "DevEnvironmentEnabled": project.dev_environment_enabled,
        "DevRoleDisabled": False,
        "PaiTaskEnabled": False,
    }


def get_node(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One node, with its workflow's document around it (recorded traffic, and the vendor's skill)."""
    for workflow, node in _nodes(state, params):
        if node["id"] == params["Id"]:
            body = {**workflow.body, "nodes": [node], "dependencies": []}
            spec = {**workflow.document["spec"], "workflows": [body]}
            text = write({**workflow.document, "spec": spec})
            return {"Node": {**_node(state, workflow, node), "Spec": text}}
    return state.empty_answer({})


def list_nodes(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One page of a workspace's nodes, the name matched anywhere in it."""
    found = [
        (workflow, node)
        for workflow, node in _nodes(state, params)
        if params.get("Name", "") in node["name"]
        and params.get("ContainerId") in {None, workflow.workflow_id}
    ]
    page, paging = paged(params, found)
    listed = [
        {
            **_node(state, workflow, node),
            "Outputs": {"NodeOutputs": [{"Data": output} for output in outputs_of_node(node)]},
        }
        for workflow, node in page
    ]
    # The SDK has text for these numbers here, and only here.
    return {"PagingInfo": {**{key: str(number) for key, number in paging.items()}, "Nodes": listed}}


def _nodes(state: ServiceState, params: Parameters) -> Iterator[tuple[Workflow, JsonObject]]:
    project_id = state.project(integer(params, "ProjectId")).project_id
    for workflow in state.workflows(project_id, stale=True):
        for node in workflow.nodes.values():
            yield workflow, node


def _node(state: ServiceState, workflow: Workflow, node: JsonObject) -> JsonObject:
    deployed = state.production.get(workflow.key)
    has_task = deployed is not None and node["id"] in deployed.nodes and state.switches.scheduling_id_told
    return {
        "Id": state.id_in_answer(node["id"]),
        "Name": node["name"],
        "Owner": node["owner"],
        "ProjectId": workflow.project_id,
        "CreateTime": milliseconds(workflow.created),
        "ModifyTime": milliseconds(workflow.modified),
        **({"TaskId": scheduling_id(node["id"], "task")} if has_task else {}),
    }
