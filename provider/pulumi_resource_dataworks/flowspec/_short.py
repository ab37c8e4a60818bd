"""A document without what the provider adds by itself: the inverse of `complete`.

What it leaves out is not believed but tried: `short` completes the result again and compares.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import cast

from ._control import shorten
from ._document import Document, Json, Object, inner_scopes, nodes_of, objects, scope_of, workflow_of
from ._fault import InvalidDocumentError
from ._meaning import same
from ._resolve import HOLD_VARIABLES, complete, output_of, outputs_of
from ._validate import validate


def short(root: Object, *, portable: bool = False) -> Object:
    """The shortest document that means the same; the given one where none is found.

    Args:
        root: A whole document, as a read for `pulumi import` gives it.
        portable: Leave out the IDs of the workflow and of its nodes too: what chooses them has to know them.
    """
    for controls in (True, False):
        found: Object = copy.deepcopy(root)
        _shorten(found, portable=portable, controls=controls)
        if means(found, root):
            return found
    return root


def means(found: Object, root: Object) -> bool:
    """Whether a shorter document is completed to one that means the same, where it is given the same IDs."""
    workflow = workflow_of(root)
    ids = {name: str(node["id"]) for name, node in nodes_of(workflow)}
    try:
        validate(Document(found))
        completed = complete(found, lambda name: ids[name] if name else str(workflow["id"]))
    except (InvalidDocumentError, KeyError):
        return False
    return same(completed, root)


def scopes(owner: Object) -> Iterator[Object]:
    """A workflow, and every set of nodes that a control node in it holds."""
    yield owner
    for node in scope_of(owner):
        for _, inner in inner_scopes(node):
            yield from scopes(inner)


def references(node: Object) -> Iterator[Object]:
    """What a node's variables say of the nodes that they are of."""
    for key in sorted(HOLD_VARIABLES):
        yield from _node_fields(node.get(key))
    yield from _node_fields(_object(node, "script").get("parameters"))


def _node_fields(value: Json) -> Iterator[Object]:
    if isinstance(value, list):
        for item in cast("list[Json]", value):
            yield from _node_fields(item)
    elif isinstance(value, dict):
        fields = cast("Object", value)
        if isinstance(fields.get("node"), dict):
            yield fields["node"]
        for item in fields.values():
            yield from _node_fields(item)


def _shorten(root: Object, *, portable: bool, controls: bool) -> None:
    spec, workflow = root["spec"], workflow_of(root)
    name, own = workflow["name"], str(workflow["id"])
    path = str(workflow["script"]["path"])
    for key, value in (("id", own), ("name", name), ("type", root["kind"])):
        if spec.get(key) == value:
            del spec[key]
    for scope in list(scopes(workflow)):
        _name_nodes(scope, portable=portable, controls=controls)
    _shorten_paths(workflow, path)
    _drop_default(workflow["script"], "path", name)
    _drop_default(workflow["script"].get("runtime") or {}, "command", "WORKFLOW")
    for holder, key in ((workflow["script"], "runtime"), (workflow, "script")):
        _drop_default(holder, key, {})
    if portable:
        _leave_out_ids(root, own)


def _name_nodes(scope: Object, *, portable: bool, controls: bool) -> None:
    """Dependencies by the nodes' names, and no output that a node has by itself."""
    nodes = {str(node["id"]): node for node in scope_of(scope)}
    by_output = {word: node for own, node in nodes.items() for word in (*outputs_of(node), own)}
    names = {output_of(node): str(node["name"]) for node in nodes.values()}
    for node in nodes.values():
        if controls:
            shorten(node, names)
        _drop_own_output(node)
    main = {own: output_of(node) for own, node in nodes.items()}
    for dependency in dependencies_of(scope):
        dependent = nodes.get(str(dependency.get("nodeId")))
        dependency["nodeId"] = dependent["name"] if dependent else dependency["nodeId"]
        for depend in objects(dependency.get("depends")):
            depended = by_output.get(str(depend.get("output") or ""))
            if depended is not None:
                _name_depended(depend, depended, main[str(depended["id"])])
    if portable:
        for place in (place for node in nodes.values() for place in references(node)):
            for key in ("nodeId", "output"):
                named = nodes.get(str(place.get(key) or ""))
                place.update({key: named["name"]} if named else {})


def dependencies_of(scope: Object) -> list[Object]:
    """What a set of nodes says of who waits for whom, in both spellings."""
    return objects(scope.get("dependencies")) + objects(scope.get("flow"))


def _name_depended(depend: Object, node: Object, main: str) -> None:
    """`{"nodeId": name}` for a dependency on a node's own ID or main output; another output stays."""
    if depend["output"] in (main, str(node["id"])):
        del depend["output"]
        depend["nodeId"] = node["name"]
    _drop_default(depend, "refTableName", node["name"])


def _drop_own_output(node: Object) -> None:
    """Leaves out the output that is the node's ID, where it is the only one: the provider makes it."""
    entries = objects(_object(node, "outputs").get("nodeOutputs"))
    default = {"data": str(node["id"]), "artifactType": "nodeoutput", "refTableName": node["name"]}
    if [{**entry, "artifactType": str(entry.get("artifactType")).casefold()} for entry in entries] == [
        default
    ]:
        del node["outputs"]["nodeOutputs"]
        _drop_default(node, "outputs", {})


def _shorten_paths(owner: Object, path: str) -> None:
    for node in scope_of(owner):
        own = str(node["script"].get("path"))
        _drop_default(node["script"], "path", f"{path}/{node['name']}")
        for _, inner in inner_scopes(node):
            _shorten_paths(inner, own)


def _leave_out_ids(root: Object, own: str) -> None:
    workflow = workflow_of(root)
    for dependency in dependencies_of(root["spec"]):
        if str(dependency.get("nodeId")) == own:
            dependency["nodeId"] = workflow["name"]
    workflow.pop("id")
    for _, node in nodes_of(workflow):
        node.pop("id", None)


def _object(holder: Object, key: str) -> Object:
    return holder.get(key) or {}


def _drop_default(holder: Object, key: str, default: Json) -> None:
    if key in holder and holder[key] == default:
        del holder[key]
