"""Control nodes: which they are, where their fields are, and the scripts of branches and joins."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple

from ._document import named_by, runtime_of, script_of
from ._tables import KNOWN_COMMANDS, TYPE_IDS, field_of
from ._values import Json, Object, is_list, is_object, objects, part

# --- Control nodes: which they are, and where their fields are


BRANCH, JOIN = "CONTROLLER_BRANCH", "CONTROLLER_JOIN"
FOR_EACH, DO_WHILE = "CONTROLLER_TRAVERSE", "CONTROLLER_CYCLE"
ASSIGNMENT, PARAM_HUB, SUB_PROCESS = "CONTROLLER_ASSIGNMENT", "PARAM_HUB", "SUB_PROCESS"
COLLECTION = "loopDataArray"
"""The name under which a for-each gets what it walks."""


def command_of(node: Object) -> str:
    """A node's type in capitals, also where a control node has its number alone."""
    runtime = runtime_of(node)
    command = runtime.get("command")
    if isinstance(command, str) and command:
        return command.upper()
    return _BY_TYPE_ID.get(str(runtime.get("commandTypeId")), "")


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


# --- The scripts of branches and joins: JSON texts that say what their fields say, and that DataWorks runs
#
# Source: the vendor's pages on both (`controller/` of its DataStudio skill) and its FlowSpec library; not tried on the service.


_SUCCEEDED = "1"
_STATUSES = frozenset({_SUCCEEDED, "2", "3"})
_AND, _OR = 1, 2
_WORD = re.compile(r"[^\s()]+")
_OPERATORS = frozenset({"and", "or", "not"})

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def branch_content(node: Object) -> str | None:
    """The script of a branch node; None where an arm is not whole."""
    arms = [
        (arm.get("when"), part(arm, "output").get("data"), arm.get("desc") or "") for arm in arms_of(node)
    ]
    if not arms or any(word in (None, "") for when, output, _ in arms for word in (when, output)):
        return None
    return _write(
        [
            {"condition": str(when), "nodeoutput": str(output), "description": str(desc)}
            for when, output, desc in arms
        ]
    )


def join_content(node: Object) -> str | None:
    """The script of a join whose branches have outputs; None where its fields do not say all of it."""
    join = part(node, "join")
    logic = logic_of(join)
    branches = objects(join.get("branches"))
    statuses = [statuses_of(branch) for branch in branches]
    outputs = [part(branch, "output").get("data") for branch in branches]
    if logic is None or not all(statuses) or not all(outputs):
        return None
    entries = [
        {"node": str(output), "runStatus": [int(one) for one in found], "logic": logic}
        for output, found in zip(outputs, statuses, strict=True)
    ]
    return _write({"branchList": entries, "resultStatus": _SUCCEEDED})


def statuses_of(branch: Object) -> list[str]:
    """The numbers of the run states at which a join's branch counts; empty where one is none of DataWorks'."""
    given = part(branch, "assertion").get("in")
    found = [str(one) for one in given] if is_list(given) else []
    return found if set(found) <= _STATUSES else []


def expression_of(join: Object) -> str:
    """A join's expression; empty where there is none."""
    return str(part(join, "logic").get("expression") or "")


def words_of(expression: str) -> tuple[list[str], set[str]]:
    """The branches that an expression names, and its operators."""
    words = [word for word in _WORD.findall(expression) if word.casefold() not in _OPERATORS]
    operators = {word.casefold() for word in _WORD.findall(expression)} & _OPERATORS
    return words, operators


def logic_of(join: Object) -> int | None:
    """How a join's script combines all of its branches; None where the expression says something else."""
    words, operators = words_of(expression_of(join))
    names = {str(branch.get("name")) for branch in objects(join.get("branches"))}
    if not words or set(words) != names or len(operators) > 1 or "not" in operators:
        return None
    return _OR if operators == {"or"} else _AND


ArmScript = tuple[str, str, str]
"""What the script of a branch says of an arm: its condition, output and description."""


class JoinScript(NamedTuple):
    """What the script of a join says.

    Attributes:
        states: The watched outputs, sorted, each with the run states at which it counts.
        every: Whether all of them have to; None where there is one.
        result: The state that the join then has.
    """

    states: list[tuple[str, frozenset[str]]]
    every: bool | None
    result: str


def read_content(content: Json) -> list[ArmScript] | JoinScript | None:
    """What a script says, in whichever layout; None where it is neither a branch's nor a join's."""
    if not isinstance(content, str) or content.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        value = json.loads(content)
        return _join_script(value) if is_object(value) else _arm_scripts(value)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _arm_scripts(value: Json) -> list[ArmScript] | None:
    entries = objects(value)
    if len(entries) != len(value):
        return None
    return [
        (str(one["condition"]), str(one["nodeoutput"]), str(one.get("description") or "")) for one in entries
    ] or None


def _join_script(script: Object) -> JoinScript | None:
    """The vendor's page and its library write a join in two ways.

    These are numbers or texts for the states, and for "or" 2 at every branch or 0 at all but the first.
    """
    branches = script.get("branchList")
    entries = objects(json.loads(branches) if isinstance(branches, str) else branches)
    if not entries:
        return None
    states = sorted((str(one["node"]), frozenset(map(str, one["runStatus"]))) for one in entries)
    others = {str(one.get("logic")) == str(_AND) for one in entries[1:]}
    every = others.pop() if len(others) == 1 else None
    return JoinScript(states, every, str(script.get("resultStatus") or _SUCCEEDED))


def same_content(one: Json, other: Json) -> bool:
    """Whether two scripts are a branch's or a join's and say the same."""
    found = read_content(one)
    return found is not None and found == read_content(other)


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
    variables = [RESULT] if command_of(node) == ASSIGNMENT else objects(hub_of(node).get("variables"))
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
    DO_WHILE: Control("doWhile", holds=True),
    FOR_EACH: Control(
        "foreach", holds=True, derived=Derived("inputs", "variables", "inputName", _collection_inputs)
    ),
    SUB_PROCESS: Control("subflow", holds=True),
    PARAM_HUB: Control("paramHub", derived=_VARIABLES),
    ASSIGNMENT: Control("", derived=_VARIABLES),
}
_BY_TYPE_ID = {str(TYPE_IDS[command]): command for command in CONTROLS}

ORDINARY = KNOWN_COMMANDS - CONTROLS.keys()
"""The node types that are no control nodes, as most nodes have them."""
