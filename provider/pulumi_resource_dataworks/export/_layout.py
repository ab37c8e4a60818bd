"""Where everything of a workflow lies: its scripts in files of their own, the rest of its document beside them."""

from __future__ import annotations

import copy
import json
from typing import Any, cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import Json, Object

from ._names import Names
from ._suffix import suffix_of
from ._values import Joined, NodeOutput, ScriptFile, Setting

DOCUMENT = "workflow.json"
"""The name of a workflow's document in its folder."""

_FIRST = ("version", "kind", "id", "nodeId", "name", "type", "description", "path")
_LAST = ("inputs", "outputs", "nodes", "dependencies", "spec", "content")


def take_scripts_out(root: Object, folder: str, names: Names) -> tuple[Object, dict[str, bytes]]:
    """Puts each script into a file of its own.

    Args:
        root: A document.
        folder: The workflow's folder, from the program's.
        names: The names in it.

    Returns:
        The document with `ScriptFile` for the scripts, its keys, nodes and dependencies in an order that no read-back
        changes, and the files.
    """
    found: Object = copy.deepcopy(root)
    files: dict[str, bytes] = {}
    workflow = flowspec.workflow_of(found)
    for name, node in sorted(flowspec.nodes_of(workflow), key=lambda named: named[0]):
        script = cast("Object", node["script"])
        content = script.get("content")
        if isinstance(content, str) and content:
            file = names.take(name.replace("/", "."), suffix_of(node))
            files[f"{folder}/{file}"] = content.encode()
            script["content"] = ScriptFile(folder, file)
    for scope in flowspec.scopes(workflow):
        _sort(scope)
    return cast("Object", _ordered(found)), files


def as_json(document: Object) -> bytes:
    """A document as a file, with `{"fn::...": ...}` for what the program puts in its place."""
    return (json.dumps(document, ensure_ascii=False, indent=2, default=_function) + "\n").encode()


def _function(value: Any) -> Json:
    if isinstance(value, ScriptFile):
        return {"fn::readFile": value.name}
    if isinstance(value, Setting):
        return {"fn::config": value.key}
    if isinstance(value, NodeOutput):
        return {"fn::nodeOutput": [value.resource, value.node]}
    assert isinstance(value, Joined)  # noqa: S101 - there is no fifth
    return {"fn::join": ["", [_function(value.setting), value.rest]]}


def _sort(scope: Object) -> None:
    """The service gives nodes in another order at each import; none of these orders has a meaning."""
    if isinstance(scope.get("nodes"), list):
        scope["nodes"] = sorted(flowspec.objects(scope["nodes"]), key=lambda node: str(node.get("name")))
    for key in ("dependencies", "flow"):
        if isinstance(scope.get(key), list):
            scope[key] = sorted(scope[key], key=lambda one: str(one.get("nodeId")))


def _ordered(value: Json) -> Json:
    if isinstance(value, dict):
        entries = cast("Object", value)
        return {key: _ordered(entries[key]) for key in sorted(entries, key=_rank)}
    return [_ordered(item) for item in cast("list[Json]", value)] if isinstance(value, list) else value


def _rank(key: str) -> tuple[int, str]:
    if key in _FIRST:
        return _FIRST.index(key), ""
    if key in _LAST:
        return len(_FIRST) + 1 + _LAST.index(key), ""
    return len(_FIRST), key
