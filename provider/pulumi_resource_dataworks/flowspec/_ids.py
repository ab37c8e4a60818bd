"""IDs inside a document: the service may give others than those that were declared."""

from __future__ import annotations

from typing import cast

from ._document import Json, Object, nodes_of, workflow_of

_ID_KEYS = frozenset({"id", "nodeId", "output", "data"})


def rename_ids(value: Json, ids: dict[str, str]) -> Json:
    """The document with other IDs, wherever one stands for a workflow, a node or a node's output."""
    if not ids:
        return value
    if isinstance(value, list):
        return [rename_ids(item, ids) for item in cast("list[Json]", value)]
    if isinstance(value, dict):
        return {key: _renamed(key, item, ids) for key, item in cast("Object", value).items()}
    return value


def actual_ids(declared: Object, actual: Object) -> dict[str, str]:
    """The IDs that the service gave instead of the declared ones: workflow by position, nodes by ID, then by name."""
    ours, theirs = workflow_of(declared), workflow_of(actual)
    found = {str(ours["id"]): str(theirs.get("id") or ours["id"])}
    known = {str(node.get("id")) for _, node in nodes_of(theirs)}
    by_name = {name: str(node.get("id")) for name, node in nodes_of(theirs)}
    for name, node in nodes_of(ours):
        if str(node["id"]) not in known and name in by_name:
            found[str(node["id"])] = by_name[name]
    return {one: other for one, other in found.items() if one != other}


def _renamed(key: str, item: Json, ids: dict[str, str]) -> Json:
    if key in _ID_KEYS and isinstance(item, str):
        return ids.get(item, item)
    return rename_ids(item, ids)
