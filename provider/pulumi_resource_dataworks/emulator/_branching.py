"""The scripts of branches and joins, which say in JSON what their fields say."""

import json
from collections.abc import Iterator
from typing import Any, Final

from ._json import is_list, is_object

Entity = dict[str, Any]

_BRANCH: Final = "CONTROLLER_BRANCH"
_JOIN: Final = "CONTROLLER_JOIN"


def without_script(body: Entity) -> Iterator[Entity]:
    """The branches and joins of a workflow, inner ones too, whose script does not say what their field says."""
    for node in _entities(body.get("nodes")):
        kind = _kind_of(node)
        if kind is not None and _read(node, kind) != (_arms(node) if kind == _BRANCH else _watched(node)):
            yield node


def with_own_script(value: Any) -> Any:
    """The same nodes, each branch and join with a script as the vendor's library makes it of the field."""
    if is_list(value):
        return [with_own_script(item) for item in value]
    if not is_object(value):
        return value
    entity = {key: with_own_script(item) for key, item in value.items()}
    kind = _kind_of(entity)
    if kind == _BRANCH and _arms(entity):
        entity["script"] = {**entity["script"], "content": json.dumps(_arms(entity), indent=1)}
    elif kind == _JOIN and _watched(entity):
        every = " or " not in entity["join"].get("logic", {}).get("expression", "")
        branches = [
            {"logic": int(every or not place), "node": node, "runStatus": states}
            for place, (node, states) in enumerate(_watched(entity))
        ]
        script = {"branchList": branches, "resultStatus": "1"}
        entity["script"] = {**entity["script"], "content": json.dumps(script, indent=1)}
    return entity


def _entities(value: Any) -> Iterator[Entity]:
    if is_object(value):
        yield value
    for item in value.values() if is_object(value) else value if is_list(value) else ():
        yield from _entities(item)


def _kind_of(entity: Entity) -> str | None:
    script = entity.get("script")
    runtime = script.get("runtime") if is_object(script) else None
    command = str(runtime.get("command")).upper() if is_object(runtime) else ""
    return command if command in {_BRANCH, _JOIN} else None


def _arms(node: Entity) -> list[Entity]:
    arms: list[Entity] = node.get("branch", {}).get("branches", [])
    return [
        {
            "condition": arm.get("when"),
            "nodeoutput": arm.get("output", {}).get("data"),
            **({"description": arm["desc"]} if arm.get("desc") else {}),
        }
        for arm in arms
    ]


def _watched(node: Entity) -> list[tuple[Any, list[str]]]:
    branches: list[Entity] = node.get("join", {}).get("branches", [])
    return [
        (branch.get("output", {}).get("data"), [str(one) for one in branch["assertion"].get("in", [])])
        for branch in branches
    ]


def _read(node: Entity, kind: str) -> Any:
    """What the script says, in the form of the two above; None where it says nothing."""
    try:
        script = json.loads(node["script"].get("content") or "")
        if kind == _BRANCH:
            return [{key: item for key, item in arm.items() if item} for arm in script]
        return [(one["node"], [str(state) for state in one["runStatus"]]) for one in script["branchList"]]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
