"""What documents/orchard_sensors.json is made by: a workflow of 120 nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

VALLEYS = ("east", "west", "upper", "lower", "lake")
SENSORS = ("soil", "leaf", "bark", "wind", "frost", "rain", "light", "bees")
ARCHIVES = 9
ID = "5200000000000000000"


class Step(NamedTuple):
    """A node: what it runs, after which others, and whether its own last run is one of them."""

    name: str
    command: str
    content: str
    needs: tuple[str, ...] = ()
    cycle: bool = False


def orchard() -> dict[str, Any]:
    """The document."""
    steps = list(_steps())
    ids = {step.name: f"52000000000000{number:05d}" for number, step in enumerate(steps, 1)}
    workflow = {
        "id": ID,
        "name": "orchard_sensors",
        "script": {"path": "Orchard/orchard_sensors", "runtime": {"command": "WORKFLOW"}},
        "trigger": {
            "type": "Scheduler",
            "cron": "00 50 04 * * ?",
            "startTime": "2026-03-01 00:00:00",
            "endTime": "2026-11-30 00:00:00",
            "timezone": "Europe/Rome",
            "delaySeconds": 0,
        },
        "nodes": [_node(ids[step.name], step) for step in steps],
        "dependencies": [
            {"nodeId": ids[step.name], "depends": list(_depends(step, ids))} for step in steps if step.needs
        ],
    }
    spec = {"name": "orchard_sensors", "id": ID, "type": "CycleWorkflow", "workflows": [workflow]}
    return {"version": "1.1.0", "kind": "CycleWorkflow", "spec": spec}


def _node(own: str, step: Step) -> dict[str, Any]:
    return {
        "id": own,
        "name": step.name,
        "recurrence": "Normal",
        "script": {
            "path": f"Orchard/orchard_sensors/{step.name}",
            "runtime": {"command": step.command},
            "content": step.content,
        },
        "outputs": {"nodeOutputs": [{"data": own, "artifactType": "NodeOutput", "refTableName": step.name}]},
    }


def _depends(step: Step, ids: dict[str, str]) -> Iterator[dict[str, str]]:
    for need in step.needs:
        yield {"type": "Normal", "output": ids[need], "refTableName": need}
    if step.cycle:
        yield {"type": "CrossCycleDependsOnSelf"}


def _steps() -> Iterator[Step]:
    """Fan out, chains, fan in, and fan out again."""
    yield Step("sunrise", "VIRTUAL", "")
    places = [(valley, sensor) for valley in VALLEYS for sensor in SENSORS]
    for valley, sensor in places:
        pull = f"lora-gw pull --valley {valley} --sensor {sensor} | odpscmd tunnel upload - ods_{sensor}\n"
        yield Step(f"read_{valley}_{sensor}", "DIDE_SHELL", pull, ("sunrise",))
    for valley, sensor in places:
        median = (
            f"INSERT OVERWRITE TABLE dwd_{sensor} PARTITION (valley = '{valley}')\n"
            f"SELECT tree_no, MEDIAN(value) FROM ods_{sensor}\n"
            f"WHERE  valley = '{valley}' AND value IS NOT NULL\nGROUP BY tree_no;\n"
        )
        yield Step(f"clean_{valley}_{sensor}", "ODPS_SQL", median, (f"read_{valley}_{sensor}",))
    for sensor in SENSORS:
        trees = f"for tree in o.get_table('dwd_{sensor}').head(9999):\n    print(tree['tree_no'], tree[1])\n"
        yield Step(f"map_{sensor}", "PYODPS3", trees, tuple(f"clean_{valley}_{sensor}" for valley in VALLEYS))
    for valley in VALLEYS:
        yield from _watering(valley)
    check = '{"type": "table", "table": "dwd_frost"}'
    yield Step("frost_warning", "CHECK_NODE", check, ("map_frost",))
    for number in range(1, ARCHIVES + 1):
        drop = f"ALTER TABLE ods_{SENSORS[number % 8]} DROP IF EXISTS PARTITION (ds < '2{number:03d}0101');\n"
        yield Step(f"archive_{number:02d}", "ODPS_SQL", drop, ("frost_warning",))
    yield Step("sunset", "VIRTUAL", "", tuple(f"log_{valley}" for valley in VALLEYS))


def _watering(valley: str) -> Iterator[Step]:
    score = f"SELECT AVG(score) FROM dws_tree WHERE valley = '{valley}';\n"
    litres = f"SELECT SUM(litres) FROM dws_need WHERE valley = '{valley}';\n"
    pump = f"mqtt pub orchard/{valley}/pump --from-table dws_need\n"
    maps = tuple(f"map_{sensor}" for sensor in SENSORS[:3])
    yield Step(f"health_{valley}", "ODPS_SQL", score, maps, cycle=True)
    yield Step(f"water_{valley}", "ODPS_SQL", litres, (f"health_{valley}",))
    yield Step(f"pump_{valley}", "DIDE_SHELL", pump, (f"water_{valley}",), cycle=True)
    yield Step(f"log_{valley}", "VIRTUAL", "", (f"pump_{valley}",))
