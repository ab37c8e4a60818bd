"""IDs inside a document: the service may give others than those that were declared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from ._document import Json, Object, nodes_of, workflow_of
from ._secrets import like

_ID_KEYS = frozenset({"id", "nodeId", "output", "data"})
_JOIN = '{"branchList"'
"""How the script of a join begins, which holds outputs."""
_QUOTED = re.compile(r'"([^"\\]*)"')


def rename_ids(value: Json, ids: dict[str, str]) -> Json:
    """The document with other IDs, wherever one stands for a workflow, a node or a node's output."""
    if not ids:
        return value
    if isinstance(value, list):
        return [rename_ids(item, ids) for item in cast("list[Json]", value)]
    if isinstance(value, dict):
        return {key: _renamed(key, item, ids) for key, item in cast("Object", value).items()}
    return value


def actual_ids(declared: Object, actual: Object, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The IDs that the service gave instead of the declared ones.

    The workflow is found by its position; a node by its declared ID, then by the one that the service is known to have
    given for it, then by its name, where nothing else declares the node of that name.
    """
    known = known or {}
    ours, theirs = workflow_of(declared), workflow_of(actual)
    found = {str(ours["id"]): str(theirs.get("id") or ours["id"])}
    names = {str(node.get("id")): name for name, node in nodes_of(theirs)}
    nodes = [(name, str(node["id"])) for name, node in nodes_of(ours)]
    claimed = {own if own in names else known.get(own, own) for _, own in nodes}
    free = {name: own for own, name in names.items() if own not in claimed}
    for name, own in nodes:
        if own in names:
            continue
        if known.get(own) in names:
            found[own] = known[own]
        elif name in free:
            found[own] = free[name]
    return {one: other for one, other in found.items() if one != other}


def _renamed(key: str, item: Json, ids: dict[str, str]) -> Json:
    if key in _ID_KEYS and isinstance(item, str | int):
        return ids.get(str(item), item)
    if key == "content" and isinstance(item, str) and item.startswith(_JOIN):
        return like(item, _QUOTED.sub(lambda found: f'"{ids.get(found[1], found[1])}"', item))
    return rename_ids(item, ids)
