"""What follows from a control node's fields is written into it here, and taken out again."""

from __future__ import annotations

import copy
from collections.abc import Iterable

from ._control_nodes import (
    BRANCH,
    COLLECTION,
    CONTROLS,
    FOR_EACH,
    JOIN,
    OUTPUT,
    RESULT,
    awaited,
    branch_content,
    collection_input,
    collection_of,
    command_of,
    is_blank,
    join_content,
    listed,
    same_content,
    watched_by,
)
from ._dependencies import NodeIndex, entries_of
from ._document import script_of
from ._values import Json, Object, objects, part, rebuilt, secret, secrets_of

# --- Filling in


def fill_node(node: Object) -> None:
    """Writes into a node what follows from its own fields."""
    command = command_of(node)
    control = CONTROLS.get(command)
    if command == FOR_EACH:
        _fill_collection(node)
    elif control and control.derived:
        side, name, key, entries = control.derived
        known = {str(entry.get(key)) for entry in listed(node, side, name)[1]}
        made = {str(entry[key]): dict(entry) for entry in entries(node) if entry.get(key) not in (None, "")}
        _add(node, side, name, [entry for own, entry in made.items() if own not in known])
    if command == BRANCH:
        _fill_content(node, branch_content(node), node.get("branch"))


def fill_joins(owner: Object, nodes: Iterable[Object], key: str, index: NodeIndex) -> None:
    """Writes the outputs that joins watch in place of the names of nodes, the dependencies on them, and the scripts.

    Args:
        owner: The workflow or control node that holds the nodes.
        nodes: Its own nodes.
        key: Where its dependencies are written.
        index: The same nodes by what they are called.
    """
    for node in nodes:
        if "join" not in node or command_of(node) != JOIN:
            continue
        join = part(node, "join")
        branches = [_with_output(branch, index) for branch in objects(join.get("branches"))]
        if branches:
            node["join"] = rebuilt(join, {**join, "branches": branches})
            _depend(owner, node, branches, key, index)
            _fill_content(node, join_content(node), join)


def _with_output(branch: Object, index: NodeIndex) -> Object:
    word = watched_by(branch)
    output = index.output(word)
    if output is None:
        return branch
    held = {**OUTPUT, **part(branch, "output"), "data": output}
    said = index.find(branch.get("nodeId")) is index.find(word)
    rest = {key: item for key, item in branch.items() if not (key == "nodeId" and said)}
    return rebuilt(branch, {**rest, "output": held})


def _depend(owner: Object, node: Object, branches: list[Object], key: str, index: NodeIndex) -> None:
    own = entries_of(owner, node, index)
    known = {index.output(word) or word for entry in own for word in awaited(entry)}
    outputs = dict.fromkeys(part(branch, "output").get("data") for branch in branches)
    missing = [{"type": "Normal", "output": one} for one in outputs if one and one not in known]
    if not missing:
        return
    if not own:
        own = [{"nodeId": node["id"]}]
        owner[key] = [*objects(owner.get(key)), *own]
    own[0]["depends"] = [*objects(own[0].get("depends")), *missing]


def _fill_collection(node: Object) -> None:
    """A for-each's collection, which is written twice: as a parameter, and as an input with that name."""
    parameters, given = collection_of(node)
    array = next((part(node, key).get("array") for key in ("for-each", "foreach") if key in node), None)
    references = (part(held, "referenceVariable") for held in [*parameters, *given, *objects([array])])
    reference = next(filter(None, references), None)
    if reference is None:
        return
    if not parameters:
        script = script_of(node)
        bound: Object = {**RESULT, "name": COLLECTION, "referenceVariable": reference}
        entries = [*objects(script.get("parameters")), bound]
        node["script"] = rebuilt(script, {**script, "parameters": entries})
    if not given:
        _add(node, "inputs", "variables", [collection_input(reference)])


def _add(node: Object, side: str, name: str, entries: list[Object]) -> None:
    if entries:
        key, held = listed(node, side, name)
        holder = part(node, side)
        node[side] = rebuilt(holder, {**holder, key: [*held, *entries]})


def _fill_content(node: Object, content: str | None, source: Json) -> None:
    script = script_of(node)
    if content is not None and is_blank(script.get("content")):
        content = secret(content) if secrets_of(source) else content
        node["script"] = rebuilt(script, {**script, "content": content})


# --- Folding back


def folded(node: Object) -> Object:
    """A node without the script that follows from its fields: what a person would have written."""
    if "branch" not in node and "join" not in node:
        return node
    control, script = CONTROLS.get(command_of(node)), script_of(node)
    made = control.content(node) if control and control.content else None
    if made is None or not same_content(script.get("content"), made):
        return node
    return rebuilt(node, {**node, "script": _without_content(script)})


def refolded(wrote: Object, sent: Object, now: Object, found: Object) -> Object:
    """A node in its author's form, without what follows from its fields as somebody has changed them.

    Args:
        wrote: The node as its author wrote it.
        sent: The same, completed.
        now: What is there.
        found: The author's node with the changes from what was sent to what is there.
    """
    control = CONTROLS.get(command_of(sent))
    if not control or not (control.content or control.derived):
        return found
    before, after = copy.deepcopy(sent), copy.deepcopy(now)
    for node in (before, after):
        shorten(node, {})
    same = {key for key in ("inputs", "outputs") if key not in wrote and before.get(key) == after.get(key)}
    found = {key: item for key, item in found.items() if key not in same}
    scripts = [script_of(node) for node in (wrote, now, after)]
    if [("content" in script) for script in scripts] == [False, True, False]:
        found["script"] = _without_content(part(found, "script"))
    return found


def shorten(node: Object, names: dict[str, str]) -> None:
    """Takes out of a completed node what `fill_node` and `fill_joins` write into it.

    Args:
        node: The node; it is changed.
        names: The names of the nodes beside it, by the output that a dependency on them names.
    """
    node.update(folded(node))
    control = CONTROLS.get(command_of(node))
    if control and control.derived:
        side, name, _, entries = control.derived
        _take(node, side, name, entries(node))
    for branch in _branches(node):
        output = part(branch, "output")
        is_plain = str(output.get("artifactType", "NodeOutput")).casefold() == "nodeoutput"
        if is_plain and "data" in output and str(output["data"]) in names:
            del branch["output"]
            branch["nodeId"] = names[str(output["data"])]


def watched_outputs(node: Object) -> list[Object]:
    """The outputs that a join watches, as its branches have them."""
    return [part(branch, "output") for branch in _branches(node) if part(branch, "output")]


def _branches(node: Object) -> list[Object]:
    return objects(part(node, "join").get("branches")) if command_of(node) == JOIN else []


def _without_content(script: Object) -> Object:
    return rebuilt(script, {key: item for key, item in script.items() if key != "content"})


def _take(node: Object, side: str, name: str, made: list[Object]) -> None:
    """Removes entries that are made of a field, and the list and what holds it where nothing else is in them."""
    key, held = listed(node, side, name)
    rest = [entry for entry in held if _typed(entry, name) not in made]
    if len(rest) == len(held):
        return
    holder = part(node, side)
    holder[key] = rest
    if not rest:
        del holder[key]
    if not holder:
        del node[side]


def _typed(entry: Object, name: str) -> Object:
    """An entry with the type that an output has anyway, or without the one that the vendor's parser gives each variable."""
    if name == "nodeOutputs":
        return {**OUTPUT, **entry}
    return {key: item for key, item in entry.items() if key != "artifactType"}
