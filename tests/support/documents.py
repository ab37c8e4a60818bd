"""Documents for the tests: small ones, one with every field, and ones of any size."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from itertools import count
from typing import Any

from pulumi_resource_dataworks.flowspec._tables import OBJECT_TYPES, Field, Shape

Object = dict[str, Any]

ETL: dict[str, Any] = {
    "version": "1.1.0",
    "kind": "CycleWorkflow",
    "spec": {
        "workflows": [
            {
                "name": "daily_orders",
                "trigger": {"type": "Scheduler", "cron": "00 03 00 * * ?", "timezone": "Asia/Shanghai"},
                "nodes": [
                    {
                        "name": "extract",
                        "script": {"runtime": {"command": "ODPS_SQL"}, "content": "SELECT 1;\nSELECT 2;\n"},
                    },
                    {
                        "name": "load",
                        "script": {"runtime": {"command": "ODPS_SQL"}, "content": "SELECT 3;\n"},
                    },
                ],
                "dependencies": [{"nodeId": "load", "depends": [{"type": "Normal", "nodeId": "extract"}]}],
            }
        ]
    },
}


def etl(**changes: Any) -> dict[str, Any]:
    """The document with other fields of its workflow."""
    document = copy.deepcopy(ETL)
    document["spec"]["workflows"][0].update(changes)
    return document


def node(name: str, content: str = "SELECT 1;\n", **more: Any) -> dict[str, Any]:
    """A SQL node."""
    return {"name": name, "script": {"runtime": {"command": "ODPS_SQL"}, "content": content}, **more}


def nodes(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes of a document, to change."""
    found: list[dict[str, Any]] = document["spec"]["workflows"][0]["nodes"]
    return found


def rich() -> dict[str, Any]:
    """A document with something of everything."""
    inner = [node("x", id="31"), node("y")]
    loop = {"nodes": inner, "flow": [{"nodeId": "y", "depends": [{"nodeId": "x"}]}], "while": node("end")}
    variable = {
        "name": "v",
        "scope": "NodeContext",
        "type": "NodeOutput",
        "node": {"output": "p.o"},
        "value": "1",
    }
    full = node(
        "b",
        id="22",
        timeout=3,
        rerunMode="Allowed",
        inputs={"nodeOutputs": [{"data": "p.o"}], "variables": [variable]},
        outputs={"nodeOutputs": [{"data": "b.out", "isDefault": True}], "variables": [variable]},
        branch={"branches": [{"when": "1", "output": {"data": "b.out"}}]},
        metadata={"a": [1]},
    )
    edges = [
        {"nodeId": "b", "depends": [{"nodeId": "a"}, {"output": "p.o"}, {"type": "CrossCycleDependsOnSelf"}]}
    ]
    each = {**node("each"), "foreach": {"nodes": [node("z")]}}
    nodes = [node("a"), full, {**node("loop"), "do-while": loop}, each]
    root = etl(nodes=nodes, dependencies=edges, strategy={"timeout": "3"}, description="d", id="5")
    root["spec"]["id"] = "5"
    return root


_LINES = 20


def generate(count: int, name: str = "generated", seed: int = 1) -> dict[str, Any]:
    """A workflow of `count` SQL nodes in a DAG: each but the first depends on one to three earlier nodes."""
    chance = random.Random(seed)
    names = [f"node_{number:05}" for number in range(count)]
    dependencies = [
        {"nodeId": names[number], "depends": _depends(names[:number], chance)} for number in range(1, count)
    ]
    workflow = {
        "name": name,
        "trigger": {"type": "Scheduler", "cron": "00 03 00 * * ?", "timezone": "Asia/Shanghai"},
        "nodes": [_node(node, chance) for node in names],
        "dependencies": dependencies,
    }
    return {"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [workflow]}}


def _node(name: str, chance: random.Random) -> dict[str, Any]:
    return {
        "name": name,
        "script": {"runtime": {"command": "ODPS_SQL"}, "content": sql(name, chance)},
        "rerunTimes": chance.randrange(4),
        "priority": chance.choice([1, 3, 5, 7, 8]),
    }


def sql(name: str, chance: random.Random) -> str:
    """A statement of 20 lines with everything that a template language could mistake for its own."""
    columns = [f"  , nvl(c{chance.randrange(100)}, 0) AS 列_{line}" for line in range(_LINES - 6)]
    lines = [
        f"-- {name}: \"quoted\", 'quoted', \\n, ${{not_pulumi}}, {{{{jinja}}}}, %d",
        f"INSERT OVERWRITE TABLE dwd_{name} PARTITION (ds = '20260101')",
        "SELECT id",
        *columns,
        f"FROM ods_{name}",
        "WHERE ds = '20260101' AND note <> 'a;b'",
        ";",
    ]
    return "\n".join(lines) + "\n"


def _depends(earlier: list[str], chance: random.Random) -> list[dict[str, Any]]:
    chosen = chance.sample(earlier, min(len(earlier), chance.randint(1, 3)))
    return [{"type": "Normal", "nodeId": name} for name in sorted(chosen)]


_NEEDED = {
    "script": ("runtime",),
    "runtime": ("command",),
    "depend": ("output",),
    "variableSource": ("output",),
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
_FREE: dict[str, Any] = {
    **{key: ["1", "2"] for key in ("in", "args", "command", "addresses")},
}


def full() -> Object:
    """The document; each text in it is another one. No nodes stand beside the workflow, as they would be lost."""
    found = _Maker().entity("document", "")
    del found["spec"]["nodes"]
    return found


class _Maker:
    def __init__(self) -> None:
        self.numbers: Iterator[int] = count(100)
        self.made: set[tuple[str, str]] = set()

    def entity(self, name: str, holder: str) -> Object:
        """An object with all fields where it is the first of its kind in a field of that name, else with what it needs."""
        table = OBJECT_TYPES[name]
        needed = {*table.keys, *table.required, *table.present, *_NEEDED.get(name, ())}
        is_first = (name, holder) not in self.made
        self.made.add((name, holder))
        keys = [key for key in table.fields if is_first or key in needed]
        found: Object = {}
        for key in keys:
            given = _GIVEN.get((name, key))
            found[key] = self.value(table.fields[key], key) if given is None else given
        if name == "dependency":
            found.setdefault("depends", [{"type": "CrossCycleDependsOnSelf"}])
        if "nodes" in found and name != "spec":
            for dependency in [*found.get("dependencies", ()), *found.get("flow", ())]:
                dependency["nodeId"] = found["nodes"][0]["name"]
        return found

    def value(self, field: Field, key: str) -> Any:
        number = next(self.numbers)
        if field.shape is Shape.OBJECT:
            return self.entity(field.object_type, key)
        if field.shape is Shape.LIST and field.object_type:
            several = 1 if field.object_type == "workflow" else 2
            return [self.entity(field.object_type, key) for _ in range(several)]
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


PROJECT = 12345


def flow(name: str, *scripts: str, **changes: Any) -> dict[str, Any]:
    """A workflow with a node for each script, `n0` and so on; with one node unless more are given."""
    entries = [node(f"n{index}", script) for index, script in enumerate(scripts or ("SELECT 1;\n",))]
    return etl(name=name, nodes=entries, dependencies=[], **changes)
