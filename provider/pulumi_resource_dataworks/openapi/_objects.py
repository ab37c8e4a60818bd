"""What stands in Data Studio beside workflows: nodes, functions and file resources.

Operations, parameters and answers are those of the vendor's SDK (9.11.0), which has the same set for each kind.
"""

from typing import Literal

from pydantic import AliasPath, Field

from ._models import Answer, DocumentText, Identifier, Integer, Item, Items, SchedulingId
from ._operations import Operation
from ._results import Call, Operations, Page, all_pages, one, read
from ._words import Label, Text

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
    task_id: SchedulingId = None
    """A node's ID on the scheduling side, which it has once it was deployed."""
    spec: DocumentText = ""
    """FlowSpec as JSON text; of a node in a workflow the workflow, with this node alone. Empty in a list."""
    outputs: Items[NodeOutput] = Field(default=[], validation_alias=AliasPath("Outputs", "NodeOutputs"))
    """A node's, in a list only."""
    request_id: Label = ""


class _Created(Answer):
    id: Identifier = Field(min_length=1)


class StudioObjects(Operations):
    """The operations about one kind of object, all of them synchronous."""

    def __init__(self, call: Call, noun: ObjectNoun) -> None:
        super().__init__(call)
        self.noun = noun
        self._create = Operation(f"Create{noun}", method="POST", idempotent=False)
        self._get = Operation(f"Get{noun}", noun)
        self._list = Operation(f"List{noun}s", f"{noun}s")
        self._update, self._rename, self._move, self._delete = (
            Operation(f"{verb}{noun}", method="POST") for verb in ("Update", "Rename", "Move", "Delete")
        )

    async def create(self, project_id: int, spec: str, more: dict[str, str]) -> str:
        """Create an object; return its ID.

        Not idempotent: tried again only where the service has surely not taken it.

        Args:
            project_id: The workspace.
            spec: FlowSpec as JSON text.
            more: Of a node its Scene, and its ContainerId; of a file resource its ResourceFile.

        Raises:
            AnswerLost: Look with `called` before you send it again.
        """
        body = await self._call(self._create, {"ProjectId": str(project_id), "Spec": spec, **more})
        return read(_Created, {"Id": body.get("Id")}, body, self._create).id

    async def get(self, project_id: int, own_id: str) -> StudioObject:
        """Return an object.

        Raises:
            NotFoundError: As far as the answer shows; an answer without an object counts as such.
        """
        what = f"{self.noun.lower()} {own_id}"
        return await one(self._call, self._get, _key(project_id, own_id), StudioObject, what)

    async def update(self, project_id: int, own_id: str, spec: str, more: dict[str, str]) -> None:
        """Change what the document holds, and leave the rest; a file resource gets another file with ResourceFile."""
        await self._call(self._update, {**_key(project_id, own_id), "Spec": spec, **more})

    async def rename(self, project_id: int, own_id: str, name: str) -> None:
        """Give an object another name, in the folder where it is."""
        await self._call(self._rename, {**_key(project_id, own_id), "Name": name})

    async def move(self, project_id: int, own_id: str, folder: str) -> None:
        """Put an object into another folder."""
        await self._call(self._move, {**_key(project_id, own_id), "Path": folder})

    async def delete(self, project_id: int, own_id: str) -> None:
        """Delete an object from Data Studio. A published node is refused: it has to be undeployed first.

        Raises:
            NotFoundError: As far as the answer shows.
        """
        await self._call(self._delete, _key(project_id, own_id))

    async def called(
        self, project_id: int, name: str = "", container_id: str = "", scene: str = ""
    ) -> list[StudioObject]:
        """Return the objects whose names hold this one, all without one; of nodes, those in a container or a scene where it is given.

        Scenes are called otherwise here than in `create`: "DataworksManualTask".
        """
        asked = {"ProjectId": str(project_id), "Name": name, "ContainerId": container_id, "Scene": scene}
        parameters = {key: value for key, value in asked.items() if value}
        return await all_pages(self._call, self._list, parameters, Page[StudioObject])


def _key(project_id: int, own_id: str) -> dict[str, str]:
    return {"ProjectId": str(project_id), "Id": own_id}
