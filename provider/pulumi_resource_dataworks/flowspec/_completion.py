"""What the provider adds to a document, and the document without it: IDs, outputs, dependencies that name a node."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import cast

import pulumi_resource_dataworks.flowspec._nodes as graph

from ._comparison import same
from ._controls import fill_joins, fill_node, shorten
from ._document import Document
from ._nodes import (
    NodeIndex,
    dependencies_of,
    inner_scopes,
    nodes_of,
    output_of,
    scope_of,
    script_of,
    workflow_of,
)
from ._problems import InvalidDocumentError
from ._tables import field_of
from ._validation import validate
from ._values import Json, Object, copied, is_object, mapped, objects, part

VERSION = "1.1.0"
"""The FlowSpec version of a document that holds a workflow and its nodes together."""

ChooseId = Callable[[str], str]
"""Gives the ID for a node's name, or the workflow's for an empty one."""


_FIRST = 2**62
_GUESS, _MARK = 2**38, 2**24


def derive_id(urn: str, project_id: int, path: str, name: str, attempt: int = 0) -> str:
    """An ID that only this resource, path and name give: a decimal number in [2^62, 2^63), as the service's own are.

    `path` is the workflow's, and `name` the node's, empty for the workflow; `attempt` is from 1 on the next ID in line after a
    refused one.
    """
    guess = _hash(urn, str(project_id), path.strip("/"), name, *([str(attempt)] if attempt else [])) % _GUESS
    return str(_FIRST + guess * _MARK + _mark(urn, project_id, guess))


def is_derived(own: str, urn: str, project_id: int) -> bool:
    """Whether an ID is one that a resource of this type derives for a workspace: its last 24 bits say so."""
    if not (own.isascii() and own.isdecimal() and len(own) == 19 and _FIRST <= int(own) < 2 * _FIRST):
        return False
    guess, mark = divmod(int(own) - _FIRST, _MARK)
    return mark == _mark(urn, project_id, guess)


def _mark(urn: str, project_id: int, guess: int) -> int:
    """Of the URN only the resource's own type counts: `dataworks:...`, or `pulumi-python:dynamic/...`."""
    kind = urn.rpartition("::")[0].rpartition("$")[2].rpartition("::")[2]
    return _hash("pulumi-dataworks", kind, str(project_id), str(guess)) % _MARK


def _hash(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8], "big")


def path_of(root: Object) -> str:
    """The workflow's path, its name included: as it is written, or as it is filled in."""
    workflow = workflow_of(root)
    return str(script_of(workflow).get("path") or workflow["name"])


def complete(root: Object, choose: ChooseId) -> Object:
    """The document with everything in it that the user may leave out.

    The order matters. A dependency may name a node by its ID, its name or an output, so all nodes have their IDs and
    outputs before any name is looked up; and a name means a node of the same set, so each set of inner nodes is
    completed by itself, after the node that holds it. What follows from a control node's fields comes after the IDs too,
    as it holds these.
    The document has no problems, and stays as it is.
    """
    done: Object = copied(root)
    spec, workflow = done["spec"], workflow_of(done)
    done["version"] = done.get("version") or VERSION
    workflow["id"] = str(workflow.get("id") or spec.get("id") or choose(""))
    for holder, key, value in _implied(done):
        if holder.get(key) in (None, ""):
            holder[key] = value
    for dependency in dependencies_of(spec):
        word = str(dependency["nodeId"])  # a number would be dropped
        dependency["nodeId"] = workflow["id"] if word == workflow["name"] else word
    for name, node in nodes_of(workflow):
        if "forEach" in node:  # as the types of the SDKs have it: the vendor's parser would drop it
            node["for-each"] = node.pop("forEach")
        node["id"] = str(node.get("id") or choose(name))
        _fill_outputs(node)
    _complete_scope(workflow, "dependencies")
    return done


def without_workflow_id(root: Object) -> Object:
    """The document with no ID for the workflow: the service chooses one. The document stays as it is."""
    bare: Object = {key: value for key, value in workflow_of(root).items() if key != "id"}
    spec = {key: value for key, value in root["spec"].items() if key != "id"}
    return {**root, "spec": {**spec, "workflows": [bare]}}


def _implied(root: Object) -> Iterator[tuple[Object, str, Json]]:
    """What follows from the names in a document: each value with its holder and key. Nothing has to be written there.

    A path follows from that around it, so each is asked for once the one before is written, or left out.
    """
    spec, workflow = root["spec"], workflow_of(root)
    yield spec, "id", workflow["id"]
    yield spec, "name", workflow["name"]
    yield spec, "type", root["kind"]
    name, script = str(workflow["name"]), _held(workflow, "script")
    yield script, "path", name
    yield _held(script, "runtime"), "command", "WORKFLOW"
    yield from _implied_paths(workflow, str(script.get("path") or name))


def _implied_paths(owner: Object, path: str) -> Iterator[tuple[Object, str, Json]]:
    for node in scope_of(owner):
        own, script = f"{path}/{node['name']}", _held(node, "script")
        yield script, "path", own
        for _, inner in inner_scopes(node):
            yield from _implied_paths(inner, str(script.get("path") or own))


def _held(holder: Object, key: str) -> Object:
    """The object below a key, which is there from now on."""
    holder[key] = holder.get(key) or {}
    return cast("Object", holder[key])


def _fill_outputs(node: Object) -> None:
    """The output that the service gives a node without one: its own ID."""
    if not graph.main_outputs(node):
        output = {"data": node["id"], "artifactType": "NodeOutput", "refTableName": node["name"]}
        key, held = graph.listed(node, "outputs", "nodeOutputs")
        node["outputs"] = {**(node.get("outputs") or {}), key: [*held, output]}


def _complete_scope(owner: Object, edges: str) -> None:
    index = NodeIndex.of(owner)
    as_flow = owner.get("flow") and not owner.get("dependencies")
    fill_joins(owner, "flow" if as_flow else edges, index)
    for dependency in dependencies_of(owner):
        _resolve(dependency, index)
    for node in scope_of(owner):
        for holder, keys in ((node, graph.HOLD_VARIABLES), (node["script"], {"parameters"})):
            for key in keys & holder.keys():
                holder[key] = _resolve_variables(holder[key], index)
        for _, inner in inner_scopes(node):
            if is_object(inner.get("array")):
                inner["array"] = _resolve_variables(inner["array"], index)
        fill_node(node)
        for key, inner in inner_scopes(node):
            loop = field_of("node", key)[0] in _LOOPS
            _complete_scope(inner, "flow" if loop else "dependencies")


_LOOPS = frozenset({"doWhile", "foreach", "paiflow"})
"""The control nodes whose dependencies are written as `flow`."""


def _resolve(dependency: Object, index: NodeIndex) -> None:
    node = index.find(dependency["nodeId"])
    if node is not None:
        dependency["nodeId"] = node["id"]
    for _, depend in graph.depends_with_paths(dependency):
        depend["type"] = depend.get("type") or "Normal"
        named = graph.named_by(depend)
        output = index.output(named)
        if output is None:
            continue
        if not depend.get("output"):
            depend.pop("nodeId", None)
        depend["output"] = output
        name = (index.find(named) or {}).get("name")
        depend["refTableName"] = depend.get("refTableName") or (None if name is None else str(name))


def _resolve_variables(value: Json, index: NodeIndex) -> Json:
    """Variables, with IDs where they name the nodes that they are of."""
    found = mapped(value, lambda item: _resolve_variables(item, index))
    if not is_object(found):
        return found
    if is_object(found.get("from")):
        found["referenceVariable"] = _referred(found.pop("from"), index)
    if is_object(found.get("node")):
        place: Object = found["node"]
        node, output = index.find(place.get("nodeId")), index.output(place.get("output") or "")
        named = {"nodeId": node and node["id"], "output": output}
        found["node"] = {**place, **{key: item for key, item in named.items() if item}}
    return found


_FROM = {"nodeUuid": "nodeId", "nodeOutput": "output", "nodeName": "refTableName"}


def _referred(variable: Object, index: NodeIndex) -> Object:
    """What a variable is `from` as its `referenceVariable`, which is how the vendor's library reads and writes it."""
    own: Object = {key: item for key, item in variable.items() if key not in _FROM}
    own["node"] = {name: variable[key] for key, name in _FROM.items() if variable.get(key)}
    return cast("Object", _resolve_variables(own, index))


# --- A document without what the provider adds by itself: the inverse of `complete`
#
# What it leaves out is not believed but tried: `short` completes the result again and compares.


def short(root: Object, *, portable: bool = False) -> Object:
    """The shortest document that means the same as a whole one; that itself where none is found.

    One that is portable has no IDs of the workflow and of its nodes either: what chooses them has to know them.
    """
    for controls in (True, False):
        found: Object = copied(root)
        _shorten(found, portable=portable, controls=controls)
        if _means(found, root):
            return found
    return root


def _means(found: Object, root: Object) -> bool:
    """Whether a shorter document is completed to one that means the same, where it is given the same IDs."""
    workflow = workflow_of(root)
    ids = {name: str(node["id"]) for name, node in nodes_of(workflow)}
    try:
        validate(Document(found))
        completed = complete(found, lambda name: ids[name] if name else str(workflow["id"]))
    except (InvalidDocumentError, KeyError):
        return False
    return same(completed, root)


def _shorten(root: Object, *, portable: bool, controls: bool) -> None:
    workflow = workflow_of(root)
    for _, scope in list(graph.scopes(workflow)):
        _name_nodes(scope, portable=portable, controls=controls)
    for holder, key, value in _implied(root):
        _drop_default(holder, key, value)
    for holder, key in ((workflow["script"], "runtime"), (workflow, "script")):
        _drop_default(holder, key, {})
    if portable:
        _leave_out_ids(root, str(workflow["id"]))


def _name_nodes(scope: Object, *, portable: bool, controls: bool) -> None:
    """Dependencies by the nodes' names, and no output that a node has by itself."""
    nodes = {str(node["id"]): node for node in scope_of(scope)}
    by_output = {word: node for own, node in nodes.items() for word in (*graph.outputs_of(node), own)}
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
        for place in (place for node in nodes.values() for place in graph.references(node)):
            for key in ("nodeId", "output"):
                named = nodes.get(str(place.get(key) or ""))
                place.update({key: named["name"]} if named else {})


def _name_depended(depend: Object, node: Object, main: str) -> None:
    """`{"nodeId": name}` for a dependency on a node's own ID or main output; another output stays."""
    if depend["output"] in (main, str(node["id"])):
        del depend["output"]
        depend["nodeId"] = node["name"]
    _drop_default(depend, "refTableName", node["name"])


def _drop_own_output(node: Object) -> None:
    """Leaves out the output that is the node's ID, where it is the only one: the provider makes it."""
    default = {"data": str(node["id"]), "artifactType": "nodeoutput", "refTableName": node["name"]}
    entries = objects(part(node, "outputs").get("nodeOutputs"))
    labelled = [{**entry, "artifactType": str(entry.get("artifactType")).casefold()} for entry in entries]
    if labelled == [default]:
        del node["outputs"]["nodeOutputs"]
        _drop_default(node, "outputs", {})


def _leave_out_ids(root: Object, own: str) -> None:
    workflow = workflow_of(root)
    for dependency in dependencies_of(root["spec"]):
        if str(dependency.get("nodeId")) == own:
            dependency["nodeId"] = workflow["name"]
    workflow.pop("id")
    for _, node in nodes_of(workflow):
        node.pop("id", None)


def _drop_default(holder: Object, key: str, default: Json) -> None:
    if key in holder and holder[key] == default:
        del holder[key]
