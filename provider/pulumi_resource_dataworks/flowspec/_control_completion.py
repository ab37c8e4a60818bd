"""What follows from a control node's fields is written into it here, and taken out again.

Source: the vendor's pages on node types (`controller/` of its DataStudio skill); not tried on the service. A branch and a join
run their script, a JSON text; the arms of a branch are outputs of its node; a join's branches are dependencies too; a for-each's
collection is a parameter and an input; a parameter node's variables are its outputs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ._control_nodes import (
    ASSIGNMENT,
    BRANCH,
    COLLECTION,
    FOR_EACH,
    JOIN,
    ORDINARY,
    PARAM_HUB,
    arms_of,
    awaited,
    branch_content,
    collection_of,
    command_of,
    entries_of,
    hub_of,
    is_blank,
    join_content,
    listed,
    same_content,
    watched_by,
)
from ._document import Json, Object, objects, part, script_of
from ._secrets import rebuilt, secret, secrets_of

if TYPE_CHECKING:
    from ._completion import NodeIndex


_OUTPUT = {"artifactType": "NodeOutput"}
_RESULT = {"name": "outputs", "scope": "NodeContext", "type": "NodeOutput", "value": "${outputs}"}
"""The variable that holds what an assignment node's last line gave."""


def arm_entries(node: Object) -> list[Object]:
    """The outputs of a branch node for its arms, as a list of outputs has them."""
    return [{**_OUTPUT, **part(arm, "output")} for arm in arms_of(node)]


def _handed_on(node: Object) -> list[Object]:
    """The output variables of a parameter or an assignment node; the vendor's parser adds the node that they are of."""
    own = str(node.get("id"))
    outputs = [str(entry.get("data")) for entry in listed(node, "outputs", "nodeOutputs")[1]]
    place = {"nodeId": own, "output": own if own in outputs or not outputs else min(outputs)}
    variables = [_RESULT] if command_of(node) == ASSIGNMENT else objects(hub_of(node).get("variables"))
    return [{"node": place, **variable} for variable in variables]


# --- Filling in


def fill_node(node: Object) -> None:
    """Writes into a node what follows from its own fields."""
    command = command_of(node)
    if command in ORDINARY:
        return
    if command == BRANCH:
        known = {str(entry.get("data")) for entry in listed(node, "outputs", "nodeOutputs")[1]}
        _add(node, "outputs", "nodeOutputs", _unknown(arm_entries(node), "data", known))
        _fill_content(node, branch_content(node), node.get("branch"))
    elif command in (PARAM_HUB, ASSIGNMENT):
        known = {str(entry.get("name")) for entry in listed(node, "outputs", "variables")[1]}
        _add(node, "outputs", "variables", _unknown(_handed_on(node), "name", known))
    elif command == FOR_EACH:
        _fill_collection(node)


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
            _fill_content(node, join_content(node["join"]), join)


def _with_output(branch: Object, index: NodeIndex) -> Object:
    word = watched_by(branch)
    output = index.output(word)
    if output is None:
        return branch
    held = {**_OUTPUT, **part(branch, "output"), "data": output}
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
        bound: Object = {**_RESULT, "name": COLLECTION, "referenceVariable": reference}
        entries = [*objects(script.get("parameters")), bound]
        node["script"] = rebuilt(script, {**script, "parameters": entries})
    if not given:
        _add(node, "inputs", "variables", [collection_input(reference)])


def collection_input(reference: Object) -> Object:
    """The input of a for-each for the variable that its parameter refers to."""
    own = {key: reference[key] for key in ("name", "value") if reference.get(key)}
    return {**_RESULT, **own, "inputName": COLLECTION, "referenceVariable": reference}


def _unknown(entries: Iterable[Object], key: str, known: set[str]) -> list[Object]:
    """The entries with a key that none has yet, each once."""
    found = {str(entry[key]): dict(entry) for entry in entries if entry.get(key) not in (None, "")}
    return [entry for name, entry in found.items() if name not in known]


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
    command = command_of(node)
    made = branch_content(node) if command == BRANCH else None
    made = join_content(part(node, "join")) if command == JOIN else made
    script = script_of(node)
    if made is None or not same_content(script.get("content"), made):
        return node
    rest = {key: item for key, item in script.items() if key != "content"}
    return rebuilt(node, {**node, "script": rebuilt(script, rest)})


_FIELDS = frozenset({BRANCH, JOIN, PARAM_HUB, ASSIGNMENT, FOR_EACH})


def refolded(wrote: Object, sent: Object, now: Object, found: Object) -> Object:
    """A node in its author's form, without what follows from its fields as somebody has changed them.

    Args:
        wrote: The node as its author wrote it.
        sent: The same, completed.
        now: What is there.
        found: The author's node with the changes from what was sent to what is there.
    """
    if command_of(sent) not in _FIELDS:
        return found
    before, after = copy.deepcopy(sent), copy.deepcopy(now)
    for node in (before, after):
        shorten(node, {})
    same = {key for key in ("inputs", "outputs") if key not in wrote and before.get(key) == after.get(key)}
    found = {key: item for key, item in found.items() if key not in same}
    scripts = [script_of(node) for node in (wrote, now, after)]
    if [("content" in script) for script in scripts] == [False, True, False]:
        script = part(found, "script")
        rest = {key: item for key, item in script.items() if key != "content"}
        found["script"] = rebuilt(script, rest)
    return found


def shorten(node: Object, names: dict[str, str]) -> None:
    """Takes out of a completed node what `fill_node` and `fill_joins` write into it.

    Args:
        node: The node; it is changed.
        names: The names of the nodes beside it, by the output that a dependency on them names.
    """
    node.update(folded(node))
    command = command_of(node)
    if command == BRANCH:
        made = arm_entries(node)
        _take(node, "outputs", "nodeOutputs", lambda entry: {**_OUTPUT, **entry} in made)
    elif command in (PARAM_HUB, ASSIGNMENT):
        handed_on = _handed_on(node)
        _take(node, "outputs", "variables", lambda entry: _without_type(entry) in handed_on)
    elif command == FOR_EACH:
        made = [collection_input(one["referenceVariable"]) for one in collection_of(node)[0] if _refers(one)]
        _take(node, "inputs", "variables", lambda entry: _without_type(entry) in made)
    elif command == JOIN:
        for branch in objects(part(node, "join").get("branches")):
            output = part(branch, "output")
            if _is_plain(output) and str(output["data"]) in names:
                del branch["output"]
                branch["nodeId"] = names[str(output["data"])]


def watched_outputs(node: Object) -> list[Object]:
    """The outputs that a join watches, as its branches have them."""
    branches = objects(part(node, "join").get("branches")) if command_of(node) == JOIN else []
    return [part(branch, "output") for branch in branches if part(branch, "output")]


def _refers(variable: Object) -> bool:
    return isinstance(variable.get("referenceVariable"), dict)


def _without_type(entry: Object) -> Object:
    return {key: item for key, item in entry.items() if key != "artifactType"}


def _is_plain(output: Object) -> bool:
    return "data" in output and str(output.get("artifactType", "NodeOutput")).casefold() == "nodeoutput"


def _take(node: Object, side: str, name: str, is_made: Callable[[Object], bool]) -> None:
    """Removes entries, and the list and what holds it where nothing else is in them."""
    key, held = listed(node, side, name)
    rest = [entry for entry in held if not is_made(entry)]
    if len(rest) == len(held):
        return
    holder = part(node, side)
    holder[key] = rest
    if not rest:
        del holder[key]
    if not holder:
        del node[side]
