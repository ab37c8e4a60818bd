"""Workspaces, resource groups and single nodes: what a document has to name and does not make."""

import json
from typing import Final

from pydantic import AliasPath, Field

from ._models import Answer, Boolean, DocumentText, Identifier, Item, SchedulingId
from ._pages import Call, Items, Page, all_pages, empty, inner, read
from ._transport import Operation
from ._words import Label, Text

# --- Workspaces and resource groups: what a document has to name and does not make
#
# Parameters and answers are those of the vendor's SDK (9.11.0); the texts about them are its descriptions.


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


# --- Nodes by themselves: which one makes an output, and whether it is in production
#
# Shapes from the vendor's SDK (9.11.0: GetNode, ListNodes).


GET_NODE = Operation("GetNode")
LIST_NODES = Operation("ListNodes")


class NodeOutput(Answer):
    """An output of a node.

    Attributes:
        data: What a dependency calls it.
    """

    data: Text = ""


class Node(Item):
    """A node in Data Studio.

    Attributes:
        id: Its ID.
        name: Its name.
        task_id: Its ID on the scheduling side, which it has once it was deployed; else None.
        spec: FlowSpec as JSON text: the workflow, with this node alone. Empty in a list.
        outputs: Its outputs, in a list.
        request_id: Of the call.
    """

    name: Text = ""
    task_id: SchedulingId = None
    spec: DocumentText = ""
    outputs: Items[NodeOutput] = Field(default=[], validation_alias=AliasPath("Outputs", "NodeOutputs"))
    request_id: Label = ""


class _NodePage(Page[Node]):
    items: Items[Node] = Field(default=[], validation_alias="Nodes")


class Nodes:
    """The operations about nodes. Each raises what every operation of `Client` raises."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def get(self, project_id: int, node_id: str) -> Node:
        """Return a node.

        Raises:
            NotFoundError: As far as the answer tells; an answer without a node counts as such.
        """
        body = await self._call(GET_NODE, {"ProjectId": str(project_id), "Id": node_id})
        part = inner(body, "Node")
        if not part:
            raise empty(GET_NODE, f"node {node_id}", body)
        return read(Node, {"Id": node_id, **part}, body, GET_NODE)

    async def called(self, project_id: int, name: str) -> list[Node]:
        """Return the nodes in whose name there is this one, over all pages."""
        parameters = {"ProjectId": str(project_id), "Name": name}
        return await all_pages(self._call, LIST_NODES, parameters, _NodePage)
