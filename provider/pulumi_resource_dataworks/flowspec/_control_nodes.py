"""Control nodes: which they are, and where their fields are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._commands import KNOWN_COMMANDS
from ._document import Json, Object, named_by, objects, part, runtime_of, script_of
from ._tables import field_of

if TYPE_CHECKING:
    from ._resolve import NodeIndex

BRANCH, JOIN = "CONTROLLER_BRANCH", "CONTROLLER_JOIN"
FOR_EACH, DO_WHILE = "CONTROLLER_TRAVERSE", "CONTROLLER_CYCLE"
ASSIGNMENT, PARAM_HUB, SUB_PROCESS = "CONTROLLER_ASSIGNMENT", "PARAM_HUB", "SUB_PROCESS"
COLLECTION = "loopDataArray"
"""The name under which a for-each gets what it walks."""

_TYPE_IDS = {
    "1100": ASSIGNMENT,
    "1101": BRANCH,
    "1102": JOIN,
    "1103": DO_WHILE,
    "1106": FOR_EACH,
    "1115": PARAM_HUB,
    "1122": SUB_PROCESS,
}

ORDINARY = KNOWN_COMMANDS - {*_TYPE_IDS.values()}
"""The node types that are no control nodes, as most nodes have them."""


def command_of(node: Object) -> str:
    """A node's type in capitals, also where a control node has its number alone."""
    runtime = runtime_of(node)
    command = runtime.get("command")
    if isinstance(command, str) and command:
        return command.upper()
    return _TYPE_IDS.get(str(runtime.get("commandTypeId")), "")


def hub_of(node: Object) -> Object:
    """A parameter node's field, in whichever spelling."""
    return part(node, "param-hub") or part(node, "paramHub")


def arms_of(node: Object) -> list[Object]:
    """The arms of a branch node, in their order."""
    return objects(part(node, "branch").get("branches")) if command_of(node) == BRANCH else []


def arm_outputs(node: Object) -> list[str]:
    """The outputs that the arms of a branch node are."""
    if "branch" not in node:
        return []
    data = (part(arm, "output").get("data") for arm in arms_of(node))
    return [str(one) for one in data if one not in (None, "")]


def watched_by(branch: Object) -> Json:
    """What a join's branch says that it watches: an output, or the name or ID of a node."""
    return part(branch, "output").get("data") or branch.get("nodeId") or branch.get("name")


def entries_of(owner: Object, node: Object, index: NodeIndex) -> list[Object]:
    """The entries of a workflow's or control node's `dependencies` and `flow` that are of a node."""
    entries = objects(owner.get("dependencies")) + objects(owner.get("flow"))
    return [entry for entry in entries if index.find(entry.get("nodeId")) is node]


def awaited(entry: Object) -> list[Json]:
    """What an entry of `dependencies` says that is waited for in the same cycle."""
    return [
        named_by(depend)
        for depend in objects(entry.get("depends"))
        if str(depend.get("type") or "Normal").casefold() == "normal"
    ]


def listed(node: Object, side: str, name: str) -> tuple[str, list[Object]]:
    """The entries of a list of `inputs` or `outputs`, and the key under which it is written."""
    holder = part(node, side)
    key = next((key for key in holder if field_of("io", key)[0] == name), name)
    return key, objects(holder.get(key))


def collection_of(node: Object) -> tuple[list[Object], list[Object]]:
    """The parameters and the inputs that bind a for-each's collection."""
    parameters = objects(script_of(node).get("parameters"))
    inputs = listed(node, "inputs", "variables")[1]
    return (
        [one for one in parameters if one.get("name") == COLLECTION],
        [one for one in inputs if one.get("inputName") == COLLECTION],
    )


def is_blank(content: Json) -> bool:
    """Whether a control node's script is left out: the vendor's page calls an empty one as good as none."""
    return content is None or (isinstance(content, str) and not content.strip())
