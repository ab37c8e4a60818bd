"""The worst read-back that still means the same, and the scripts of control nodes in JSON."""

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ._errors import is_list, is_object
from ._schema import ENTITIES, NEVER_NULL
from ._world import local_text

# --- The worst read-back that still means the same: everything that the vendor's parser does not tell apart, at once
#
# What may change is taken from the table by which documents are parsed, so `parse` reads the same out of it, but for what
# the service fills in by itself.


Entity = dict[str, Any]

_SETS: Final = frozenset(
    {
        *("nodes", "dependencies", "flow", "depends", "variableDepends"),
        *("nodeOutputs", "tables", "variables", "parameters"),
        *("datasets", "functions", "fileResources"),
    }
)
"""Lists whose order says nothing; a branch's and a join's arms keep theirs."""

_ANEW: Final = frozenset({"Script", "Trigger", "RuntimeResource"})
"""Entities whose ID the service makes; in some read-backs it is there, in others not."""

_IDS: Final = frozenset(
    {"id", "nodeId", "data", "owner", "resourceGroupId", "calendarId", "guid", "logicTableUuid"}
)
"""Fields that hold IDs, which stay text."""

_NO_NULL: Final = NEVER_NULL | {("Spec", "flow")}
_MAY_BE_EMPTY: Final = frozenset({"strategy", "datasource", "runtimeResource", "inputs", "outputs"})

_SCHEDULE: Final = {
    "timeout": 0,
    "timeoutUnit": "HOURS",
    "instanceMode": "T+1",
    "rerunMode": "Allowed",
    "rerunTimes": 3,
    "rerunInterval": 180000,
}
_STRATEGY: Final = {
    **_SCHEDULE,
    "failureStrategy": "Break",
    "recurrenceType": "Normal",
    # That these are filled in is recorded for trigger workflows; with which values is not.
    "priority": 1,
    "priorityWeightStrategy": "Disabled",
    "maxInternalConcurrency": 0,
}

# Each was seen in a read-back of 2025 (DWDevin, the vendor's test resources) or in the vendor's examples.
_FILLED: Final[Mapping[str, Entity]] = {
    "Workflow": {"citable": False, "strategy": {}, "inputs": {}, "nodes": [], "dependencies": []},
    "Node": {"recurrence": "Normal", **_SCHEDULE, "autoParse": False, "inputs": {}},
    "Strategy": _STRATEGY,
    "Runtime": {"cu": "0.25"},
    "NodeOutput": {"isDefault": False, "sourceType": "System"},
    "Depend": {"sourceType": "System"},
    "RuntimeResource": {"resourceGroupId": "1"},
}


_EMR_JOB: Final = {"submitMode": "Local", "priority": 1, "cores": 1, "memory": 1024}


def noisy(document: Mapping[str, Any], seed: str) -> Entity:
    """The document as an unkind service would write it.

    Args:
        document: A document as it is stored, with everything that the service fills in.
        seed: The same seed makes the same noise.
    """
    return _Noise(random.Random(seed)).entity("Specification", document)  # noqa: S311 noise is no secret


class _Noise:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def entity(self, name: str, given: Mapping[str, Any]) -> Entity:
        if name not in ENTITIES:
            return dict(given)
        fields = ENTITIES[name]
        said = {key: item for key, item in given.items() if _says(key, item)}
        full = {**_FILLED.get(name, {}), **self._own(name, said), **said, **self._anew(name, said)}
        made = {key: self._value(key, fields.get(key, "any"), item) for key, item in full.items()}
        if name == "Specification":
            made["kind"] = self._cased(made["kind"])
        for key in [key for key in fields if key not in full]:
            made.update(self._nothing(name, key, fields[key]))
        return self._shuffled(made)

    def _own(self, name: str, said: Mapping[str, Any]) -> Entity:
        """What is filled in by what is there."""
        if name == "Runtime" and str(said.get("command")).startswith("EMR_"):
            return {"emrJobConfig": _EMR_JOB}
        if name == "Trigger" and said.get("type") == "Scheduler":
            return {"cycleType": "Daily"}
        return {"refTableName": said["output"]} if name == "Depend" and "output" in said else {}

    def _anew(self, name: str, said: Mapping[str, Any]) -> Entity:
        """What the service makes at each read: some IDs, and metadata on every level."""
        made: Entity = {"id": self._number()} if name in _ANEW else {}
        if "metadata" in ENTITIES[name]:
            drawn = {"innerVersion": self._chance.randrange(100), "createTime": local_text(self._moment())}
            made["metadata"] = {**drawn, "schedulerNodeId": self._moment(), **said.get("metadata", {})}
        return made

    def _number(self) -> str:
        return str(2**62 + self._chance.randrange(2**62))

    def _moment(self) -> int:
        return 10**9 + self._chance.randrange(10**9)

    def _value(self, key: str, kind: str, value: Any) -> Any:
        kind = kind.replace("raw:", "")
        if kind.startswith("["):
            items = [self.entity(kind[1:-1], item) if is_object(item) else item for item in value]
            return self._chance.sample(items, len(items)) if key in _SETS else items
        if kind in ENTITIES:
            return self.entity(kind, value) if is_object(value) else value
        if kind == "map":
            return self._free(value)
        if kind.startswith(("enum:", "const:")) or kind == "timeunit":
            return self._cased(value)
        return self._retyped(value) if kind in {"int", "long", "bool", "str"} and key not in _IDS else value

    def _retyped(self, value: Any) -> Any:
        """A number as text, a text that is a number as one: the parser reads either."""
        if isinstance(value, str):
            for number in (_number_in(value, int), _number_in(value, float)):
                if number is not None:
                    return number
            return value
        return self._cased(str(value)) if self._chance.random() < 0.5 else value

    def _cased(self, label: str) -> str:
        return self._chance.choice((label.lower(), label.upper(), label.swapcase(), label))

    def _nothing(self, name: str, key: str, kind: str) -> Entity:
        """One of the ways to say nothing about a field."""
        ways: list[Entity] = [{}]
        if (name, key) not in _NO_NULL:
            ways.append({key: None})
        if kind.startswith("["):
            ways.append({key: []})
        if kind == "map" or key in _MAY_BE_EMPTY:
            ways.append({key: {}})
        return self._chance.choice(ways)

    def _free(self, value: Any) -> Any:
        """A free object with its keys in another order; what is in it is free."""
        if is_object(value):
            return self._shuffled({key: self._free(item) for key, item in value.items()})
        return [self._free(item) for item in value] if is_list(value) else value

    def _shuffled(self, entity: Entity) -> Entity:
        return dict(self._chance.sample(list(entity.items()), len(entity)))


def _says(key: str, item: Any) -> bool:
    """Whether a field says something: null and an empty list do not, nor does an empty object in places."""
    return not (item is None or item == [] or (item == {} and key in _MAY_BE_EMPTY))


def _number_in(text: str, kind: type[int] | type[float]) -> int | float | None:
    try:
        number = kind(text)
    except ValueError:
        return None
    return number if str(number) == text and abs(number) < 2**53 else None


# --- The scripts of branches and joins, which say in JSON what their fields say


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
