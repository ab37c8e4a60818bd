"""A document with every field of every table in it."""

import copy
from collections.abc import Iterator
from itertools import count
from typing import Any

from tests.unit.flowspec.support import Object

from pulumi_resource_dataworks.flowspec._fields import Field, Shape
from pulumi_resource_dataworks.flowspec._tables import ENTITIES

_NEEDED = {
    "script": ("runtime",),
    "runtime": ("command",),
    "depend": ("output",),
    "trigger": ("type",),
    "assertion": ("field",),
}

_GIVEN: dict[tuple[str, str], Any] = {
    ("document", "version"): "1.1.0",
    ("spec", "id"): "7",
    ("workflow", "id"): "7",
    ("trigger", "cron"): "00 03 00 * * ?",
    ("trigger", "startTime"): "2024-01-01 00:00:00",
    ("trigger", "endTime"): "2034-01-01 00:00:00",
    ("runtime", "command"): "ODPS_SQL",
    ("variable", "artifactType"): "Variable",
}

_NODE: Object = {"name": "standalone", "script": {"runtime": {"command": "ODPS_SQL"}, "content": "SELECT 1;"}}
_OUTPUT: Object = {"data": "p.o", "artifactType": "NodeOutput"}

_FREE: dict[str, Any] = {
    "nodes": [_NODE],
    "variables": [{"name": "v", "scope": "Workflow", "type": "Constant", "value": "1"}],
    **{
        key: [{"name": "x"}] for key in ("triggers", "scripts", "datasources", "dqcRules", "runtimeResources")
    },
    **{key: [{"name": "x"}] for key in ("fileResources", "functions", "components", "dataIntegrationJobs")},
    **{key: {"k": ["v"]} for key in ("files", "artifacts", "template")},
    "tables": [{"guid": "g", "name": "t"}],
    "datasets": [{"identifier": "d", "version": 3, "mountPath": "/m"}],
    "reference": {"output": "p.o"},
    "component": _NODE,
    "container": {"image": "i", "args": ["a", "b"], "env": [{"name": "n", "value": "v"}]},
    "in": ["1", "2"],
    "from": {"nodeUuid": "1", "nodeOutput": "p.o"},
    "variableDepends": [{"variableName": "v", "depends": [{"type": "Normal", "output": "p.o"}]}],
    **dict.fromkeys(("hasPartition", "isVisible", "citable"), True),
    **{key: {"nodeOutputs": [_OUTPUT]} for key in ("inputs", "outputs")},
    "script": {"path": "p", "runtime": {"command": "ODPS_SQL"}},
    "trigger": {"type": "Scheduler", "cron": "00 03 00 * * ?"},
    "strategy": {"timeout": 3, "rerunMode": "Allowed"},
}


def full() -> Object:
    """The document; each text in it is another one."""
    return _Maker().entity("document", "")


class _Maker:
    def __init__(self) -> None:
        self.numbers: Iterator[int] = count(100)
        self.made: set[tuple[str, str]] = set()

    def entity(self, name: str, holder: str) -> Object:
        """An object with all fields where it is the first of its kind in a field of that name, else with what it needs."""
        table = ENTITIES[name]
        needed = {*table.keys, *table.required, *table.present, *_NEEDED.get(name, ())}
        is_first = (name, holder) not in self.made
        self.made.add((name, holder))
        keys = [key for key in table.fields if is_first or key in needed]
        found: Object = {}
        for key in keys:
            given = _GIVEN.get((name, key))
            found[key] = self.value(table.fields[key], key) if given is None else given
        if name in {"workflow", "controller"} and "nodes" in found:
            for dependency in [*found["dependencies"], *found.get("flow", ())]:
                dependency["nodeId"] = found["nodes"][0]["name"]
        return found

    def value(self, field: Field, key: str) -> Any:
        number = next(self.numbers)
        if field.shape is Shape.ENTITY:
            return self.entity(field.entity, key)
        if field.shape is Shape.LIST and field.entity:
            several = 1 if field.entity == "workflow" else 2
            return [self.entity(field.entity, key) for _ in range(several)]
        simple: dict[Shape, Any] = {
            Shape.TEXT: str(number) if key == "id" else f"{key} {number}",
            Shape.INTEGER: number,
            Shape.BOOLEAN: True,
            Shape.CHOICE: field.choices[0] if field.choices else None,
            Shape.MAP: {"k": {"l": [number, None]}},
            Shape.FREE: f"{key} {number}",
            Shape.LIST: [f"{key} {number}"],
        }
        free = field.shape in {Shape.FREE, Shape.LIST} and key in _FREE
        return copy.deepcopy(_FREE[key]) if free else simple[field.shape]
