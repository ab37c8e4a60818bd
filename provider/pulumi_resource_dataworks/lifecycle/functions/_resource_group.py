"""getResourceGroup: the ID of a resource group, by its name."""

from __future__ import annotations

from typing import Any

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle._context import Context
from pulumi_resource_dataworks.lifecycle._errors import LifecycleError

from ._arguments import Arguments
from ._reads import Ask, Reads
from ._words import near


def get_resource_group(arguments: Arguments) -> Ask:
    """One call for each 100 resource groups, whatever the number of names; where it is not the workspace's, one more."""
    name = arguments.text("name", required=True)
    project_id = arguments.project_id() if arguments.has("projectId") else None

    async def ask(context: Context, reads: Reads) -> dict[str, Any]:
        groups = await reads.resource_groups(context, project_id)
        found = _called(groups, name)
        if len(found) > 1:
            raise LifecycleError(_several(context, name, found))
        if not found:
            others = [] if project_id is None else await reads.resource_groups(context, None)
            raise LifecycleError(_none_is_called(context, name, project_id, groups, others))
        group = found[0]
        return {"id": group.id, "name": group.name, "type": group.type, "status": group.status}

    return ask


def _called(groups: list[openapi.ResourceGroup], name: str) -> list[openapi.ResourceGroup]:
    return [group for group in groups if group.name == name]


def _several(context: Context, name: str, found: list[openapi.ResourceGroup]) -> str:
    listed = ", ".join(f"{group.id} ({group.type})" for group in found)
    return (
        f"getResourceGroup: {len(found)} resource groups have the name {context.quoted(name)}: {listed}. Write the ID of one of them "
        "where the document names the group"
    )


def _none_is_called(
    context: Context,
    name: str,
    project_id: int | None,
    groups: list[openapi.ResourceGroup],
    others: list[openapi.ResourceGroup],
) -> str:
    where = "in this region" if project_id is None else f"of workspace {project_id}"
    elsewhere = _called(others, name)
    if elsewhere:
        return (
            f"getResourceGroup: the resource group {context.quoted(name)} ({elsewhere[0].id}) is none {where}, as far as DataWorks lists "
            "them. Bind it to the workspace in the DataWorks console, or leave projectId out if it is bound"
        )
    return (
        f"getResourceGroup: no resource group {where} has the name {context.quoted(name)}."
        f"{near(context, name, (group.name for group in groups or others))} Check the name and dataworks:region"
    )
