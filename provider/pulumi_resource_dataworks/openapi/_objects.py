"""What stands in Data Studio (workflows, nodes, functions and file resources), and what their documents name beside it.

Operations, parameters and answers are those of the vendor's SDK (9.11.0). It has the same operations for nodes, functions and
file resources; those of workflows are in `_client`.
"""

from typing import ClassVar, Final, Literal

from pydantic import AliasPath, Field

from ._operations import (
    Answer,
    Boolean,
    DocumentText,
    Identifier,
    Integer,
    Item,
    Items,
    Operation,
    Operations,
    SchedulingId,
    Send,
)
from ._words import Label, Text

# --- Workflows


class WorkflowDefinition(Answer):
    """A workflow as the service holds it."""

    id: Identifier = ""
    """In Data Studio."""
    name: Text = ""
    owner: Text = ""
    """A user ID."""
    project_id: Integer = None
    create_time: Integer = None
    modify_time: Integer = None
    spec: DocumentText = ""
    """FlowSpec as JSON text, as read back: reordered and with fields that the service adds."""
    workflow_id: SchedulingId = None
    """Its ID on the scheduling side, which it has once it was published."""
    request_id: Label = ""


class WorkflowSummary(Item):
    """A line of a list."""

    LISTED_KINDS: ClassVar[tuple[str, ...]] = ("CycleWorkflow", "ManualWorkflow")
    """The kinds that ListWorkflowDefinitions documents; whether it sees a TriggerWorkflow is unknown."""
    name: Text = ""
    path: Text = Field(default="", validation_alias=AliasPath("Script", "Path"))
    """With the name; "" where the service leaves it out."""
    kind: Text = Field(default="", validation_alias="Type")
    """One of LISTED_KINDS."""
    owner: Text = ""
    modify_time: Integer = None
    """Whether every edit of a node changes it is unknown."""


# --- Nodes, functions and file resources


ObjectNoun = Literal["Node", "Function", "Resource"]


class NodeOutput(Answer):
    """An output of a node; ``data`` is what a dependency calls it."""

    data: Text = ""


class StudioObject(Item):
    """A node, a function or a file resource in Data Studio."""

    name: Text = ""
    path: Text = Field(default="", validation_alias=AliasPath("Script", "Path"))
    """With the name; in a list only, and "" where the service leaves it out."""
    owner: Text = ""
    """A user ID."""
    create_time: Integer = None
    modify_time: Integer = None
    task_id: SchedulingId = None
    """A node's ID on the scheduling side, which it has once it was deployed."""
    spec: DocumentText = ""
    """FlowSpec as JSON text; of a node in a workflow the workflow, with this node alone. Empty in a list."""
    outputs: Items[NodeOutput] = Field(default=[], validation_alias=AliasPath("Outputs", "NodeOutputs"))
    """A node's, in a list only."""
    request_id: Label = ""


class _Created(Item):
    id: Identifier = Field(min_length=1)


class StudioObjects(Operations):
    """The operations about one kind of object, all of them synchronous."""

    def __init__(self, send: Send, noun: ObjectNoun) -> None:
        super().__init__(send)
        self.noun = noun
        self._create = Operation(f"Create{noun}", "Id", "POST", idempotent=False)
        self._get = Operation(f"Get{noun}", noun)
        self._list = Operation(f"List{noun}s", f"{noun}s")
        self._update, self._rename, self._move, self._delete = (
            Operation(f"{verb}{noun}", method="POST") for verb in ("Update", "Rename", "Move", "Delete")
        )

    async def create(self, project_id: int, spec: str, more: dict[str, str]) -> str:
        """Create an object; return its ID. Not idempotent.

        Args:
            project_id: The workspace.
            spec: FlowSpec as JSON text.
            more: Of a node its Scene, and its ContainerId; of a file resource its ResourceFile.

        Raises:
            AnswerLost: Look with `called` before you send it again.
        """
        return await self._made(self._create, _Created, ProjectId=project_id, Spec=spec, **more)

    async def get(self, project_id: int, own_id: str) -> StudioObject:
        """Return an object."""
        what = f"{self.noun.lower()} {own_id}"
        return await self._one(self._get, StudioObject, what, ProjectId=project_id, Id=own_id)

    async def update(self, project_id: int, own_id: str, spec: str, more: dict[str, str]) -> None:
        """Change what the document holds, and leave the rest; a file resource gets another file with ResourceFile."""
        await self._call(self._update, ProjectId=project_id, Id=own_id, Spec=spec, **more)

    async def rename(self, project_id: int, own_id: str, name: str) -> None:
        """Give an object another name, in the folder where it is."""
        await self._call(self._rename, ProjectId=project_id, Id=own_id, Name=name)

    async def move(self, project_id: int, own_id: str, folder: str) -> None:
        """Put an object into another folder."""
        await self._call(self._move, ProjectId=project_id, Id=own_id, Path=folder)

    async def delete(self, project_id: int, own_id: str) -> None:
        """Delete an object from Data Studio. A published node is refused: it has to be undeployed first."""
        await self._call(self._delete, ProjectId=project_id, Id=own_id)

    async def called(
        self, project_id: int, name: str = "", container_id: str = "", scene: str = ""
    ) -> list[StudioObject]:
        """Return the objects whose names hold this one, all without one; of nodes, those in a container or a scene where it is given.

        Scenes are called otherwise here than in `create`: "DataworksManualTask".
        """
        where = {"Name": name or None, "ContainerId": container_id or None, "Scene": scene or None}
        return await self._all(self._list, StudioObject, ProjectId=project_id, **where)


# --- Workspaces and resource groups: what a document has to name and does not make


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


GET_PROJECT = Operation("GetProject", "Project")
LIST_PROJECTS = Operation("ListProjects", "Projects", "POST")
LIST_RESOURCE_GROUPS = Operation("ListResourceGroups", "ResourceGroupList")


class Lookups(Operations):
    """The operations about workspaces and resource groups."""

    async def project(self, project_id: int) -> Project:
        """Return a workspace.

        Raises:
            ProjectNotFoundError: As far as the answer shows; NotFoundError where it holds none.
        """
        return await self._one(GET_PROJECT, Project, f"workspace {project_id}", Id=project_id)

    async def projects(self, *, name: str | None = None) -> list[Project]:
        """Return the workspaces that the account may see, or those that the service takes to have this name.

        It does not say how it compares names, so compare the result yourself.
        """
        return await self._all(LIST_PROJECTS, Project, Names=None if name is None else [name])

    async def resource_groups(self, *, project_id: int | None = None) -> list[ResourceGroup]:
        """Return resource groups of every type, or those of a workspace.

        The service does not say what makes a group one of a workspace's.
        """
        return await self._all(
            LIST_RESOURCE_GROUPS,
            ResourceGroup,
            ResourceGroupTypes=RESOURCE_GROUP_TYPES,
            ProjectId=project_id,
        )
