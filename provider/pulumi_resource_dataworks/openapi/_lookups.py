"""Workspaces, resource groups and single nodes: what a document has to name and does not make.

Parameters and answers are those of the vendor's SDK (9.11.0), and so are the texts about them.
"""

import json
from typing import Final

from pydantic import AliasPath, Field

from ._models import Answer, Boolean, DocumentText, Identifier, Item, Items, SchedulingId
from ._operations import GET_NODE, GET_PROJECT, LIST_NODES, LIST_PROJECTS, LIST_RESOURCE_GROUPS
from ._results import Operations, Page, all_pages, one
from ._words import Label, Text

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


class NodeOutput(Answer):
    """An output of a node; ``data`` is what a dependency calls it."""

    data: Text = ""


class Node(Item):
    """A node in Data Studio."""

    name: Text = ""
    task_id: SchedulingId = None
    """Its ID on the scheduling side, which it has once it was deployed."""
    spec: DocumentText = ""
    """FlowSpec as JSON text: the workflow, with this node alone. Empty in a list."""
    outputs: Items[NodeOutput] = Field(default=[], validation_alias=AliasPath("Outputs", "NodeOutputs"))
    """In a list only."""
    request_id: Label = ""


class Nodes(Operations):
    """The operations about nodes: which one makes an output, and whether it is in production."""

    async def get(self, project_id: int, node_id: str) -> Node:
        """Return a node.

        Raises:
            NotFoundError: As far as the answer shows; an answer without a node counts as such.
        """
        parameters = {"ProjectId": str(project_id), "Id": node_id}
        return await one(self._call, GET_NODE, parameters, Node, f"node {node_id}")

    async def in_workflow(self, project_id: int, workflow_id: str) -> list[Node]:
        """Return the nodes of a workflow."""
        parameters = {"ProjectId": str(project_id), "ContainerId": workflow_id}
        return await all_pages(self._call, LIST_NODES, parameters, Page[Node])

    async def called(self, project_id: int, name: str) -> list[Node]:
        """Return the nodes whose names hold this one."""
        parameters = {"ProjectId": str(project_id), "Name": name}
        return await all_pages(self._call, LIST_NODES, parameters, Page[Node])
