"""The scripts of branches and joins, which say in JSON what their fields say."""

import json
from collections.abc import Iterator
from typing import Any, Final

from ._json import JsonObject, is_list, is_object

_BRANCH: Final = "CONTROLLER_BRANCH"
_JOIN: Final = "CONTROLLER_JOIN"


def without_script(value: Any) -> Iterator[JsonObject]:
    """The branches and joins in a workflow's body, inner ones too, whose script does not say what their field says."""
    command = _control_command(value) if is_object(value) else None
    if command and _of_script(value, command) != (_arms(value) if command == _BRANCH else _watched(value)):
        yield value
    for item in value.values() if is_object(value) else value if is_list(value) else ():
        yield from without_script(item)


def with_own_script(value: Any) -> Any:
    """The same nodes, each branch and join with a script as the vendor's library makes it of the field."""
    if is_list(value):
        return [with_own_script(item) for item in value]
    if not is_object(value):
        return value
    node = {key: with_own_script(item) for key, item in value.items()}
    command = _control_command(node)
    script: Any = None
    if command == _BRANCH:
        script = _arms(node)
    elif command == _JOIN and _watched(node):
        is_and = " or " not in node["join"].get("logic", {}).get("expression", "")
        branches = [
            {"logic": int(is_and or not place), "node": watched, "runStatus": states}
            for place, (watched, states) in enumerate(_watched(node))
        ]
        script = {"branchList": branches, "resultStatus": "1"}
    return {**node, "script": {**node["script"], "content": json.dumps(script, indent=1)}} if script else node


def _control_command(value: JsonObject) -> str | None:
    script = value.get("script")
    runtime = script.get("runtime") if is_object(script) else None
    command = str(runtime.get("command")).upper() if is_object(runtime) else ""
    return command if command in {_BRANCH, _JOIN} else None


def _arms(node: JsonObject) -> list[JsonObject]:
    arms: list[JsonObject] = node.get("branch", {}).get("branches", [])
    return [
        {"condition": arm.get("when"), "nodeoutput": arm.get("output", {}).get("data")}
        | ({"description": arm["desc"]} if arm.get("desc") else {})
        for arm in arms
    ]


def _watched(node: JsonObject) -> list[tuple[Any, list[str]]]:
    branches: list[JsonObject] = node.get("join", {}).get("branches", [])
    return [
        (branch.get("output", {}).get("data"), [str(one) for one in branch["assertion"].get("in", [])])
        for branch in branches
    ]


def _of_script(node: JsonObject, command: str) -> Any:
    """What the script says, in the form of the two above; None where it says nothing."""
    try:
        script = json.loads(node["script"].get("content") or "")
        if command == _BRANCH:
            return [{key: item for key, item in arm.items() if item} for arm in script]
        return [(one["node"], [str(state) for state in one["runStatus"]]) for one in script["branchList"]]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
