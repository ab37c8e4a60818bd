"""The scripts of branches and joins: JSON texts that say what their fields say, and that DataWorks runs.

Source: the vendor's pages on both (`controller/` of its DataStudio skill) and its FlowSpec library; not tried on the service.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from ._control_nodes import arms_of
from ._document import Json, Object, objects, part

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
