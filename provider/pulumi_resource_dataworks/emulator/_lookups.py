"""The operations about workspaces and resource groups. Parameters and answers are those of the vendor's SDK (9.11.0)."""

import json
from typing import Any

from ._errors import ServiceError, no_project
from ._json import is_list
from ._parameters import Parameters, integer, paged
from ._world import Account, Project, ResourceGroup, World

Body = dict[str, Any]


def get_project(world: World, account: Account, given: Parameters) -> Body:
    """One workspace by its ID."""
    project_id = integer(given, "Id")
    for project in world.projects:
        if project.project_id == project_id:
            return {"Project": _project(project, account)}
    raise world.missing() if world.switches.unknown_project == "as_workflow" else no_project(project_id)


def list_projects(world: World, account: Account, given: Parameters) -> Body:
    """One page of the workspaces, or of those with given names or IDs."""
    names, ids = _texts(given, "Names"), _texts(given, "Ids")
    found = [
        project
        for project in world.projects
        if (not names or any(_is_called(world, project, name) for name in names))
        and (not ids or str(project.project_id) in ids)
        and given.get("Status") in {None, project.status}
    ]
    page, paging = paged(given, found)
    return {"PagingInfo": {**paging, "Projects": [_project(project, account) for project in page]}}


def list_resource_groups(world: World, _: Account, given: Parameters) -> Body:
    """One page of resource groups, the name matched anywhere in it; general-purpose ones unless types are named."""
    types = _texts(given, "ResourceGroupTypes") or ["CommonV2"]
    statuses = _texts(given, "Statuses")
    found = [
        group
        for group in world.resource_groups
        if group.type in types
        and given.get("Name", "") in group.name
        and (not statuses or group.status in statuses)
        and ("ProjectId" not in given or _is_of(world, group, integer(given, "ProjectId")))
    ]
    page, paging = paged(given, found)
    return {"PagingInfo": {**paging, "ResourceGroupList": [_group(group) for group in page]}, "Success": True}


def _is_called(world: World, project: Project, name: str) -> bool:
    if world.switches.project_names == "any_case":
        return name.casefold() == project.identifier.casefold()
    return name == project.identifier or (
        world.switches.project_names == "contained" and name in project.identifier
    )


def _is_of(world: World, group: ResourceGroup, project_id: int) -> bool:
    world.project(project_id)
    bound = [project.project_id for project in world.projects] if group.projects is None else group.projects
    if world.switches.groups_of_project == "first":
        return project_id in bound[:1]
    return world.switches.groups_of_project == "all" or project_id in bound


def _project(project: Project, account: Account) -> Body:
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


def _group(group: ResourceGroup) -> Body:
    return {
        "Id": group.group_id,
        "Name": group.name,
        "ResourceGroupType": group.type,
        "Status": group.status,
        "PaymentType": "PostPaid",
    }


def _texts(given: Parameters, name: str) -> list[str]:
    """A list that comes as JSON text."""
    try:
        value = json.loads(given.get(name) or "[]")
    except ValueError:
        value = None
    if not is_list(value):
        raise ServiceError(400, f"Invalid{name}", f"{name} is not a list in JSON.")
    return [str(item) for item in value]
