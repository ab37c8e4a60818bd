"""Nodes by themselves: which one makes an output, and whether it is in production.

Shapes from the vendor's SDK (9.11.0: GetNode, ListNodes).
"""

from pydantic import AliasPath, Field

from ._models import Answer, DocumentText, Item, SchedulingId
from ._operations import Operation
from ._pages import Call, Items, Page, all_pages
from ._reading import empty, inner, read
from ._words import Label, Text

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
