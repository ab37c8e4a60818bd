"""A workflow under another name or in another folder."""

from dataclasses import replace
from typing import Any

from ._errors import REFUSED, ServiceError
from ._fill import Filler
from ._parse import kind_of
from ._world import Account, Workflow, World

Entity = dict[str, Any]


def relocate(world: World, account: Account, workflow: Workflow, folder: str, name: str) -> None:
    """Store the workflow as `name` in `folder`; its nodes' paths go with it.

    Raises:
        ServiceError: Something else is there. The words are those of a failed import, the code is unknown.
    """
    path = f"{folder}/{name}" if folder else name
    for other in world.workflows(workflow.project_id):
        if other.path == path and other.workflow_id != workflow.workflow_id:
            raise ServiceError(400, REFUSED, f"target folder already exists: {path}")
    project = world.project(workflow.project_id)
    body = _moved(workflow, path, name, f"{project.identifier}.{workflow.body['name']}")
    now = world.clock.now()
    document = refilled(world, account, workflow, workflow.document, body)
    world.store(
        (workflow.project_id, workflow.workflow_id), replace(workflow, document=document, modified=now), now
    )


def refilled(
    world: World, account: Account, workflow: Workflow, document: Entity, body: Entity
) -> dict[str, Any]:
    """A whole document around a workflow's body that has changed, with what the service fills in.

    Args:
        world: Where it is.
        account: Who is the owner where none is named.
        workflow: What is stored so far.
        document: Where kind and spec-level fields come from.
        body: The new `workflows[0]`.
    """
    project = world.project(workflow.project_id)
    created = {node_id: node["metadata"]["createTime"] for node_id, node in workflow.nodes.items()}
    filler = Filler(project, account, kind_of(document), workflow.workflow_id, world.clock.now(), created)
    version = workflow.document["version"]
    return filler.document(version, document["kind"], document["spec"], body, body.get("nodes", []))


def _moved(workflow: Workflow, path: str, name: str, old_output: str) -> Entity:
    body = workflow.body
    outputs = [entry for entry in body["outputs"]["nodeOutputs"] if entry["data"] != old_output]
    return {
        **body,
        "name": name,
        "script": {**body["script"], "path": path},
        "outputs": {**body["outputs"], "nodeOutputs": [{**entry, "refTableName": name} for entry in outputs]},
        "nodes": [_followed(node, workflow.path, path) for node in body["nodes"]],
    }


def _followed(node: Entity, before: str, after: str) -> Entity:
    path = node["script"]["path"]
    if not path.startswith(f"{before}/"):
        return node
    return {**node, "script": {**node["script"], "path": after + path.removeprefix(before)}}
