"""Control nodes: which they are, where their fields are, their scripts, and the conditions of a branch."""

from __future__ import annotations

import ast
import builtins
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ._document import Json, Object, named_by, objects, part, runtime_of, script_of
from ._node_types import KNOWN_COMMANDS, NODE_TYPES
from ._problems import Path, Problem, doubt
from ._tables import field_of

if TYPE_CHECKING:
    from ._completion import NodeIndex


# --- Control nodes: which they are, and where their fields are


BRANCH, JOIN = "CONTROLLER_BRANCH", "CONTROLLER_JOIN"
FOR_EACH, DO_WHILE = "CONTROLLER_TRAVERSE", "CONTROLLER_CYCLE"
ASSIGNMENT, PARAM_HUB, SUB_PROCESS = "CONTROLLER_ASSIGNMENT", "PARAM_HUB", "SUB_PROCESS"
COLLECTION = "loopDataArray"
"""The name under which a for-each gets what it walks."""

_COMMANDS = (ASSIGNMENT, BRANCH, JOIN, DO_WHILE, FOR_EACH, PARAM_HUB, SUB_PROCESS)
_BY_TYPE_ID = {NODE_TYPES[command].type_id: command for command in _COMMANDS}

ORDINARY = KNOWN_COMMANDS.difference(_COMMANDS)
"""The node types that are no control nodes, as most nodes have them."""


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
        {
            "condition": arm.get("when"),
            "nodeoutput": part(arm, "output").get("data"),
            "description": arm.get("desc") or "",
        }
        for arm in arms_of(node)
    ]
    whole = all(arm["condition"] not in (None, "") and arm["nodeoutput"] not in (None, "") for arm in arms)
    return _write([_as_texts(arm) for arm in arms]) if arms and whole else None


def _as_texts(arm: dict[str, Json]) -> dict[str, str]:
    return {key: str(value) for key, value in arm.items()}


def join_content(join: Object) -> str | None:
    """The script of a join whose branches have outputs; None where its fields do not say all of it."""
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
    found = [str(one) for one in cast("list[Any]", given)] if isinstance(given, list) else []
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


@dataclass(frozen=True, slots=True)
class Arms:
    """What the script of a branch says: by arm its condition, output and description."""

    arms: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """What the script of a join says.

    Attributes:
        states: By the watched output, the run states at which it counts.
        every: Whether all of them have to; None where there is one.
        result: The state that the join then has.
    """

    states: tuple[tuple[str, frozenset[str]], ...]
    every: bool | None
    result: str


def read_content(content: Json) -> Arms | Watch | None:
    """What a script says, in whichever layout; None where it is neither a branch's nor a join's.

    The vendor's page and its library write a join in two ways: numbers or texts for the states, and for "or" 2 at every
    branch or 0 at all but the first.
    """
    if not isinstance(content, str) or content.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        value = json.loads(content)
        if isinstance(value, dict):
            held = cast("Object", value)
            found = held.get("branchList")
            return _watch(held, json.loads(found) if isinstance(found, str) else found)
        return _arms(value)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _arms(value: Json) -> Arms | None:
    entries = objects(value)
    if not entries or len(entries) != len(value):
        return None
    return Arms(
        tuple(
            (str(one["condition"]), str(one["nodeoutput"]), str(one.get("description") or ""))
            for one in entries
        )
    )


def _watch(holder: Object, branches: Json) -> Watch | None:
    entries = objects(branches)
    if not entries:
        return None
    states = sorted((str(one["node"]), frozenset(map(str, one["runStatus"]))) for one in entries)
    others = {str(one.get("logic")) == str(_AND) for one in entries[1:]}
    every = others.pop() if len(others) == 1 else None
    return Watch(tuple(states), every, str(holder.get("resultStatus") or _SUCCEEDED))


def same_content(one: Json, other: Json) -> bool:
    """Whether two scripts are a branch's or a join's and say the same."""
    found = read_content(one)
    return found is not None and found == read_content(other)


# --- The conditions of a branch: Python in which each `${name}` is replaced by its parameter's text before it is read


_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[^\W\d]\w*")
_MARK = re.compile(r"dw_(\d+)_dw")
_LONGEST = 2_000
_BUILTINS = frozenset(dir(builtins))


def when_problems(when: str, parameters: Mapping[str, str | None], path: Path) -> Iterator[Problem]:
    """The doubts about a condition.

    Args:
        when: The condition.
        parameters: The values of the node's parameters by their names; None for one that is not written down.
        path: Where the condition is.
    """
    names = _PLACEHOLDER.findall(when)
    for name in dict.fromkeys(names):
        if _NAME.fullmatch(name) and name not in parameters:
            message = "the condition uses {}, and no parameter of the node is called so"
            remedy = "Add it to script.parameters of this node: only these are put in."
            yield doubt(path, message, remedy, f"${{{name}}}", rule="when-parameter")
    tree = _read(_marked(when))
    if tree is None:
        if len(when) <= _LONGEST and _read(_filled(when, parameters)) is None:
            message = "the condition {} is no Python expression"
            remedy = "Write it with ==, !=, <, >, and, or, not; a text stands in quotes."
            yield doubt(path, message, remedy, when, rule="when-python")
        return
    for item in ast.walk(tree):
        if isinstance(item, ast.Name):
            yield from _name_problems(item.id, names, parameters, path)
        elif isinstance(item, ast.Compare):
            yield from _comparison_problems(item, names, path)


def _name_problems(
    word: str, names: list[str], parameters: Mapping[str, str | None], path: Path
) -> Iterator[Problem]:
    mark = _MARK.fullmatch(word)
    if mark:
        name = names[int(mark[1])]
        value = parameters.get(name)
        if value is not None and not _is_python(value):
            message = f"{{}} stands for the text {{}}, and has no quotes around it: {_AS_NAME}"
            remedy = "Write {}."
            values = (f"${{{name}}}", value, f"'${{{name}}}'")
            yield Problem(path, message, remedy, values, severity="warning", rule="when-quotes")
    elif word not in _BUILTINS and not _MARK.search(word):
        message = f"{{}} is neither a parameter nor in quotes: {_AS_NAME}"
        remedy = "Write {} for a text, or {} for a parameter."
        values = (word, f"'{word}'", f"${{{word}}}")
        yield Problem(path, message, remedy, values, severity="warning", rule="when-quotes")


_AS_NAME = "Python takes it for a name that nothing defines"


def _comparison_problems(item: ast.Compare, names: list[str], path: Path) -> Iterator[Problem]:
    """A text that is a parameter, beside a number: another type, whatever the value."""
    for one, other in zip([item.left, *item.comparators], item.comparators, strict=False):
        pair = [side.value for side in (one, other) if isinstance(side, ast.Constant)]
        marks = [_MARK.fullmatch(value) for value in pair if isinstance(value, str)]
        if len(pair) == 2 and len(marks) == 1 and marks[0] and not isinstance(pair[0], type(pair[1])):
            name = names[int(marks[0][1])]
            message = "the condition compares the text {} with a number"
            remedy = "Write {} without quotes for a number, or put the number in quotes."
            values = (f"'${{{name}}}'", f"${{{name}}}")
            yield Problem(path, message, remedy, values, severity="warning", rule="when-quotes")


def _marked(when: str) -> str:
    """The condition with a name of its own for each placeholder: inside of quotes it is text."""
    count = iter(range(len(when)))
    return _PLACEHOLDER.sub(lambda _: f"dw_{next(count)}_dw", when)


def _filled(when: str, parameters: Mapping[str, str | None]) -> str:
    return _PLACEHOLDER.sub(lambda found: parameters.get(found[1]) or "1", when)


def _is_python(value: str) -> bool:
    """Whether a parameter's text is a value of Python by itself; what the scheduler makes of `$...` may be one."""
    tree = None if "$" in value else _read(value)
    return "$" in value or (tree is not None and not any(isinstance(one, ast.Name) for one in ast.walk(tree)))


def _read(text: str) -> ast.AST | None:
    if len(text) > 2 * _LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
