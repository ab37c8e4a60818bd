"""Workspaces and resource groups: what a document has to name and does not make.

Parameters and answers are those of the vendor's SDK (9.11.0); the texts about them are its descriptions.
"""

import json
from typing import Final

from pydantic import Field

from ._models import Boolean, Identifier, Item
from ._operations import Operation
from ._pages import Call, Items, Page, all_pages
from ._reading import empty, inner, read
from ._words import Text

RESOURCE_GROUP_TYPES: Final = (
    "CommonV2",
    "ExclusiveDataIntegration",
    "ExclusiveScheduler",
    "ExclusiveDataService",
)
"""All that the SDK names; where none is asked for, the service lists those of CommonV2 alone."""

GET_PROJECT = Operation("GetProject")
LIST_PROJECTS = Operation("ListProjects", method="POST")
LIST_RESOURCE_GROUPS = Operation("ListResourceGroups")


class Project(Item):
    """A workspace.

    Attributes:
        id: Its ID.
        name: Its name, which is a part of names of outputs.
        display_name: Its name for people.
        description: What it is for.
        owner: The owner's user ID.
        status: "Available", "Initializing", "Forbidden", "Frozen" and so on.
        dev_environment_enabled: Whether development and production are apart; None where the answer does not say.
    """

    id: Identifier = Field(min_length=1)
    name: Text = ""
    display_name: Text = ""
    description: Text = ""
    owner: Text = ""
    status: Text = ""
    dev_environment_enabled: Boolean = None


class ResourceGroup(Item):
    """A resource group.

    Attributes:
        id: Its unique identifier, such as "Serverless_res_group_524257424564736_1".
        name: Its name for people.
        type: One of RESOURCE_GROUP_TYPES.
        status: "Normal", "Stop", "Freezed" and so on.
    """

    id: Identifier = Field(min_length=1)
    name: Text = ""
    type: Text = Field(default="", validation_alias="ResourceGroupType")
    status: Text = ""


class _ProjectPage(Page[Project]):
    items: Items[Project] = Field(default=[], validation_alias="Projects")


class _ResourceGroupPage(Page[ResourceGroup]):
    items: Items[ResourceGroup] = Field(default=[], validation_alias="ResourceGroupList")


class Lookups:
    """The operations about workspaces and resource groups. Each raises what every operation of `Client` raises."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def project(self, project_id: int) -> Project:
        """Return a workspace.

        Raises:
            ProjectNotFoundError: As far as the answer tells.
            NotFoundError: The answer holds none.
        """
        body = await self._call(GET_PROJECT, {"Id": str(project_id)})
        part = inner(body, "Project")
        if not part:
            raise empty(GET_PROJECT, f"workspace {project_id}", body)
        return read(Project, {"Id": project_id, **part}, body, GET_PROJECT)

    async def projects(self, *, name: str | None = None) -> list[Project]:
        """Return the workspaces that the account may see, over all pages.

        Args:
            name: Only those that the service takes to have this name: it does not say how it compares, so compare the
                result yourself.
        """
        # The SDK sends lists of this operation as JSON.
        parameters = {} if name is None else {"Names": json.dumps([name], ensure_ascii=False)}
        return await all_pages(self._call, LIST_PROJECTS, parameters, _ProjectPage)

    async def resource_groups(self, *, project_id: int | None = None) -> list[ResourceGroup]:
        """Return resource groups of every type, over all pages.

        Args:
            project_id: Only those of this workspace; the service does not say what makes a group one of those.
        """
        parameters = {"ResourceGroupTypes": json.dumps(RESOURCE_GROUP_TYPES)}
        if project_id is not None:
            parameters["ProjectId"] = str(project_id)
        return await all_pages(self._call, LIST_RESOURCE_GROUPS, parameters, _ResourceGroupPage)
