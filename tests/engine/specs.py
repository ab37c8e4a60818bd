"""The documents of the engine tests."""

from __future__ import annotations

import copy
from typing import Any

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
