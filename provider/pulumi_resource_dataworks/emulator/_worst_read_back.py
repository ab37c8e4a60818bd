"""The worst read-back that still means the same: everything that the vendor's parser takes for the same, at once.

What may change is taken from the table by which documents are parsed, so `parse` reads the same out of it, but for what
the service fills in by itself.
"""

import random
from collections.abc import Mapping
from typing import Any, Final

from ._calls import JsonObject, each_object
from ._documents import ENUMS, FILLED, NEVER_NULL, OBJECT_TYPES, Field
from ._model import local_text

_SETS: Final = frozenset(
    {
        *("nodes", "dependencies", "flow", "depends", "variableDepends"),
        *("nodeOutputs", "tables", "variables", "parameters"),
        *("datasets", "functions", "fileResources"),
    }
)
"""Lists whose order says nothing; a branch's and a join's arms keep theirs."""

_NEW_IDS: Final = frozenset({"Script", "Trigger", "RuntimeResource"})
"""Object types whose ID the service makes; in some read-backs it is there, in others not."""

_IDS: Final = frozenset(
    {"id", "nodeId", "data", "owner", "resourceGroupId", "calendarId", "guid", "logicTableUuid"}
)
"""Fields that hold IDs, which stay text."""

_MAY_BE_EMPTY: Final = frozenset({"strategy", "datasource", "runtimeResource", "inputs", "outputs"})


def worst_read_back(document: Mapping[str, Any], seed: str) -> JsonObject:
    """A stored document as a service might write it that changes all that it may; one seed makes one noise."""
    return _Noise(random.Random(seed)).object("Specification", document)  # noqa: S311 noise is no secret


class _Noise:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def object(self, name: str, given: Mapping[str, Any]) -> JsonObject:
        fields = OBJECT_TYPES[name]
        sent = {key: item for key, item in given.items() if _says_something(key, item)}
        full = {**FILLED.get(name, {}), **_filled_by(name, sent), **sent, **self._new(name, sent)}
        made = {key: self._value(key, fields.get(key), item) for key, item in full.items()}
        if name == "Specification":
            made["kind"] = self._cased(made["kind"])
        for key, field in fields.items():
            if key not in full:
                made.update(self._absent(name, key, field))
        return self._shuffled(made)

    def _new(self, name: str, sent: Mapping[str, Any]) -> JsonObject:
        """What the service makes at each read: some IDs, and metadata on every level."""
        made: JsonObject = {"id": str(2**62 + self._chance.randrange(2**62))} if name in _NEW_IDS else {}
        if "metadata" in OBJECT_TYPES[name]:
            drawn = {"innerVersion": self._chance.randrange(100), "createTime": local_text(self._moment())}
            made["metadata"] = {**drawn, "schedulerNodeId": self._moment(), **sent.get("metadata", {})}
        return made

    def _moment(self) -> int:
        return 10**9 + self._chance.randrange(10**9)

    def _value(self, key: str, field: Field | None, value: Any) -> Any:
        if field is None:
            return value
        if field.many:
            items = [self.object(field.type, item) for item in value]
            return self._chance.sample(items, len(items)) if key in _SETS else items
        if field.type in OBJECT_TYPES:
            return self.object(field.type, value)
        if field.type == "map":
            return each_object(value, self._shuffled)  # what is in a free object is free
        if field.type in ENUMS or field.type in {"variable", "timeunit"}:
            return self._cased(value)
        may_change = field.type in {"int", "long", "bool", "str"} and key not in _IDS
        return self._retyped(value) if may_change else value

    def _retyped(self, value: Any) -> Any:
        """A number as text, a text that is a number as one: the parser reads either."""
        if not isinstance(value, str):
            return self._cased(str(value)) if self._chance.random() < 0.5 else value
        numbers = (_number_in(value, int), _number_in(value, float))
        return next((number for number in numbers if number is not None), value)

    def _cased(self, label: str) -> str:
        return self._chance.choice((label.lower(), label.upper(), label.swapcase(), label))

    def _absent(self, name: str, key: str, field: Field) -> JsonObject:
        """One of the ways to say nothing about a field."""
        ways: list[JsonObject] = [{}]
        if (name, key) not in NEVER_NULL:
            ways.append({key: None})
        if field.many and not field.only_read:
            ways.append({key: []})
        if (field.type == "map" and not field.only_read) or key in _MAY_BE_EMPTY:
            ways.append({key: {}})
        return self._chance.choice(ways)

    def _shuffled(self, given: JsonObject) -> JsonObject:
        return dict(self._chance.sample(list(given.items()), len(given)))


def _filled_by(name: str, sent: Mapping[str, Any]) -> JsonObject:
    if name == "Runtime" and str(sent.get("command")).startswith("EMR_"):
        return {"emrJobConfig": {"submitMode": "Local", "priority": 1, "cores": 1, "memory": 1024}}
    if name == "Trigger" and sent.get("type") == "Scheduler":
        return {"cycleType": "Daily"}
    return {"refTableName": sent["output"]} if name == "Depend" and "output" in sent else {}


def _says_something(key: str, item: Any) -> bool:
    """Null and an empty list say nothing, nor does an empty object in places."""
    return not (item is None or item == [] or (item == {} and key in _MAY_BE_EMPTY))


def _number_in(text: str, kind: type[int] | type[float]) -> int | float | None:
    try:
        number = kind(text)
    except ValueError:
        return None
    return number if str(number) == text and abs(number) < 2**53 else None
