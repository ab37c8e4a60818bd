"""Control nodes: what follows from their fields, written in and taken out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pulumi_resource_dataworks.flowspec._nodes as graph

from ._nodes import BRANCH, JOIN, NodeIndex, arms_of, command_of, listed, script_of, watched_by, watches
from ._scripts import branch_content, is_blank, join_content, same_content
from ._tables import KNOWN_COMMANDS
from ._values import Json, Object, copied, objects, part, rebuilt, secret, secrets_of

COLLECTION = "loopDataArray"
"""The name under which a for-each gets what it walks."""


def hub_of(node: Object) -> Object:
    """A parameter node's field, in whichever spelling."""
    return part(node, "param-hub") or part(node, "paramHub")


def collection_of(node: Object) -> tuple[list[Object], list[Object]]:
    """The parameters and the inputs that bind a for-each's collection."""
    parameters = objects(script_of(node).get("parameters"))
    inputs = listed(node, "inputs", "variables")[1]
    return (
        [one for one in parameters if one.get("name") == COLLECTION],
        [one for one in inputs if one.get("inputName") == COLLECTION],
    )


# --- What follows from the fields of control nodes, and DataWorks runs or shows
#
# Source: the vendor's pages on node types (`controller/` of its DataStudio skill); not tried on the service. A branch and a join
# run their script, a JSON text; the arms of a branch are outputs of its node; a join's branches are dependencies too; a for-each's
# collection is a parameter and an input; a parameter node's variables are its outputs.


OUTPUT = {"artifactType": "NodeOutput"}
RESULT = {"name": "outputs", "scope": "NodeContext", "type": "NodeOutput", "value": "${outputs}"}
"""The variable that holds what an assignment node's last line gave."""


def _arm_entries(node: Object) -> list[Object]:
    return [{**OUTPUT, **part(arm, "output")} for arm in arms_of(node)]


def _handed_on(node: Object) -> list[Object]:
    """The variables of a parameter or an assignment node; the vendor's parser adds the node that they are of."""
    own = str(node.get("id"))
    outputs = [str(entry.get("data")) for entry in listed(node, "outputs", "nodeOutputs")[1]]
    place = {"nodeId": own, "output": own if own in outputs or not outputs else min(outputs)}
    variables = [RESULT] if command_of(node) == graph.ASSIGNMENT else objects(hub_of(node).get("variables"))
    return [{"node": place, **variable} for variable in variables]


def _collection_inputs(node: Object) -> list[Object]:
    references = (part(parameter, "referenceVariable") for parameter in collection_of(node)[0])
    return [collection_input(reference) for reference in references if reference]


def collection_input(reference: Object) -> Object:
    """The input of a for-each for the variable that its parameter refers to."""
    own = {key: reference[key] for key in ("name", "value") if reference.get(key)}
    return {**RESULT, **own, "inputName": COLLECTION, "referenceVariable": reference}


class Derived(NamedTuple):
    """Entries of a list of `inputs` or `outputs` that follow from a control node's field: which they are, and by what key."""

    side: str
    name: str
    key: str
    entries: Callable[[Object], list[Object]]


class Control(NamedTuple):
    """A type of control nodes.

    Attributes:
        field: The field that says what it does; empty where it has none.
        holds: Whether that field holds nodes.
        content: Makes the script of the field; None where the field does not say all of it.
        derived: The list of inputs or outputs that follows from the field.
    """

    field: str
    holds: bool = False
    content: Callable[[Object], str | None] | None = None
    derived: Derived | None = None


_VARIABLES = Derived("outputs", "variables", "name", _handed_on)

CONTROLS = {
    BRANCH: Control(
        "branch", content=branch_content, derived=Derived("outputs", "nodeOutputs", "data", _arm_entries)
    ),
    JOIN: Control("join", content=join_content),
    graph.DO_WHILE: Control("doWhile", holds=True),
    graph.FOR_EACH: Control(
        "foreach", holds=True, derived=Derived("inputs", "variables", "inputName", _collection_inputs)
    ),
    graph.SUB_PROCESS: Control("subflow", holds=True),
    graph.PARAM_HUB: Control("paramHub", derived=_VARIABLES),
    graph.ASSIGNMENT: Control("", derived=_VARIABLES),
}
ORDINARY = KNOWN_COMMANDS - CONTROLS.keys()
"""The node types that are no control nodes, as most nodes have them."""


# --- Filling in


def fill_node(node: Object) -> None:
    """Writes into a node what follows from its own fields."""
    command = command_of(node)
    control = CONTROLS.get(command)
    if command == graph.FOR_EACH:
        _fill_collection(node)
    elif control and control.derived:
        side, name, key, entries = control.derived
        known = {str(entry.get(key)) for entry in listed(node, side, name)[1]}
        made = {str(entry[key]): dict(entry) for entry in entries(node) if entry.get(key) not in (None, "")}
        _add(node, side, name, [entry for own, entry in made.items() if own not in known])
    if command == BRANCH:
        _fill_content(node, branch_content(node), node.get("branch"))


def fill_joins(owner: Object, key: str, index: NodeIndex) -> None:
    """Writes the outputs that joins watch in place of the names of nodes, the dependencies on them, and the scripts.

    Args:
        owner: The workflow or control node that holds the nodes.
        key: Where its dependencies are written.
        index: Its own nodes.
    """
    for node in graph.scope_of(owner):
        join = part(node, "join")
        branches = [_with_output(branch, index) for branch in _branches(node)]
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
    own = index.entries_of(owner, node)
    known = {index.output(word) or word for entry in own for word in graph.awaited(entry)}
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
    before, after = copied(sent), copied(now)
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
    return watches(node) if "join" in node and command_of(node) == JOIN else []


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
