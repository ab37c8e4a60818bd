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
