"""The operations about nodes by themselves. Parameters and answers are those of the vendor's SDK (9.11.0)."""

from collections.abc import Iterator
from typing import Any

from ._clock import milliseconds
from ._ids import stable
from ._parameters import Parameters, integer, paged
from ._world import Account, Workflow, World
from ._write import write

Body = dict[str, Any]


def get_node(world: World, _: Account, given: Parameters) -> Body:
    """One node, with its workflow's document around it (recorded traffic, and the vendor's skill)."""
    project_id = world.project(integer(given, "ProjectId")).project_id
    for workflow, node in _nodes(world, project_id):
        if node["id"] == given["Id"]:
            body = {**workflow.body, "nodes": [node], "dependencies": []}
            spec = {**workflow.document["spec"], "workflows": [body]}
            return {
                "Node": {**_node(world, workflow, node), "Spec": write({**workflow.document, "spec": spec})}
            }
    return world.nothing({})


def list_nodes(world: World, _: Account, given: Parameters) -> Body:
    """One page of a workspace's nodes, the name matched anywhere in it."""
    project_id = world.project(integer(given, "ProjectId")).project_id
    found = [
        (workflow, node)
        for workflow, node in _nodes(world, project_id)
        if given.get("Name", "") in node["name"] and given.get("ContainerId") in {None, workflow.workflow_id}
    ]
    page, paging = paged(given, found)
    listed = [{**_node(world, *one), "Outputs": _outputs(one[1])} for one in page]
    # The SDK has text for these numbers here, and only here.
    return {"PagingInfo": {**{key: str(number) for key, number in paging.items()}, "Nodes": listed}}


def _nodes(world: World, project_id: int) -> Iterator[tuple[Workflow, Body]]:
    for workflow in world.workflows(project_id, stale=True):
        for node in workflow.nodes.values():
            yield workflow, node


def _node(world: World, workflow: Workflow, node: Body) -> Body:
    deployed = world.production.get((workflow.project_id, workflow.workflow_id))
    told = deployed is not None and node["id"] in deployed.nodes and world.switches.scheduling_id_told
    return {
        "Id": world.on_wire(node["id"]),
        "Name": node["name"],
        "Owner": node["owner"],
        "ProjectId": workflow.project_id,
        "CreateTime": milliseconds(workflow.created),
        "ModifyTime": milliseconds(workflow.modified),
        **({"TaskId": 10**9 + stable(node["id"], "task", below=10**9)} if told else {}),
    }


def _outputs(node: Body) -> Body:
    made: list[Body] = node["outputs"].get("nodeOutputs", [])
    return {"NodeOutputs": [{"Data": output["data"]} for output in made if "data" in output]}
