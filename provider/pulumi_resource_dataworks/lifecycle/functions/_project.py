"""getProject: a workspace by its ID or its name."""

from __future__ import annotations

from typing import Any

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle._context import Context
from pulumi_resource_dataworks.lifecycle._errors import LifecycleError

from ._arguments import Arguments
from ._reads import Ask, Reads
from ._words import near

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
