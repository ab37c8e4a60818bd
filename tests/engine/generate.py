"""Workflows of any size, the same ones in every run."""

from __future__ import annotations

import random
from typing import Any

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
        f"INSERT OVERWRITE TABLE dwd_{name} PARTITION (ds = '${{bizdate}}')",
        "SELECT id",
        *columns,
        f"FROM ods_{name}",
        "WHERE ds = '${bizdate}' AND note <> 'a;b'",
        ";",
    ]
    return "\n".join(lines) + "\n"


def _depends(earlier: list[str], chance: random.Random) -> list[dict[str, Any]]:
    chosen = chance.sample(earlier, min(len(earlier), chance.randint(1, 3)))
    return [{"type": "Normal", "nodeId": name} for name in sorted(chosen)]
