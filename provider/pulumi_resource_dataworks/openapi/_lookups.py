"""Workspaces and resource groups: what a document has to name and does not make.

Parameters and answers are those of the vendor's SDK (9.11.0), and so are the texts about them.
"""

import json
from typing import Final

from pydantic import Field

from ._models import Boolean, Identifier, Item
from ._operations import GET_PROJECT, LIST_PROJECTS, LIST_RESOURCE_GROUPS
from ._results import Operations, Page, all_pages, one
from ._words import Text

RESOURCE_GROUP_TYPES: Final = (
    "CommonV2",
    "ExclusiveDataIntegration",
    "ExclusiveScheduler",
    "ExclusiveDataService",
)
"""All that the SDK names; where none is asked for, the service lists those of CommonV2 alone."""


class Project(Item):
    """A workspace."""

    id: Identifier = Field(min_length=1)
    name: Text = ""
    """A part of names of outputs."""
    display_name: Text = ""
    description: Text = ""
    owner: Text = ""
    """A user ID."""
    status: Text = ""
    """"Available", "Initializing", "Forbidden", "Frozen" and so on."""
    dev_environment_enabled: Boolean = None
    """Whether development and production are apart; None where the answer does not say."""


class ResourceGroup(Item):
    """A resource group, with an ID such as "Serverless_res_group_524257424564736_1"."""

    id: Identifier = Field(min_length=1)
    name: Text = ""
    type: Text = Field(default="", validation_alias="ResourceGroupType")
    """One of RESOURCE_GROUP_TYPES."""
    status: Text = ""
    """"Normal", "Stop", "Freezed" and so on."""


class Lookups(Operations):
    """The operations about workspaces and resource groups."""

    async def project(self, project_id: int) -> Project:
        """Return a workspace.

        Raises:
            ProjectNotFoundError: As far as the answer shows.
            NotFoundError: The answer holds none.
        """
        parameters = {"Id": str(project_id)}
        return await one(self._call, GET_PROJECT, parameters, Project, f"workspace {project_id}")

    async def projects(self, *, name: str | None = None) -> list[Project]:
        """Return the workspaces that the account may see, or those that the service takes to have this name.

        It does not say how it compares names, so compare the result yourself.
        """
        # The SDK sends lists of this operation as JSON.
        parameters = {} if name is None else {"Names": json.dumps([name], ensure_ascii=False)}
        return await all_pages(self._call, LIST_PROJECTS, parameters, Page[Project])

    async def resource_groups(self, *, project_id: int | None = None) -> list[ResourceGroup]:
        """Return resource groups of every type, or those of a workspace.

        The service does not say what makes a group one of a workspace's.
        """
        parameters = {"ResourceGroupTypes": json.dumps(RESOURCE_GROUP_TYPES)}
        if project_id is not None:
            parameters["ProjectId"] = str(project_id)
        return await all_pages(self._call, LIST_RESOURCE_GROUPS, parameters, Page[ResourceGroup])
