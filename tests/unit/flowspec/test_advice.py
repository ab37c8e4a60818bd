"""What the parser takes and the scheduler would not, and what only looks wrong."""

import pytest

from tests.support.documents import etl, node
from tests.support.flowspecs import Object, errors_of, faults_of, workflow


def chain(*names: str) -> Object:
    """A workflow in which each node depends on the one before it."""
    pairs = zip(names[1:], names, strict=False)
    edges = [{"nodeId": one, "depends": [{"type": "Normal", "nodeId": other}]} for one, other in pairs]
    return etl(nodes=[node(name) for name in dict.fromkeys(names)], dependencies=edges)


def test_nodes_that_wait_for_each_other_are_named() -> None:
    [fault] = errors_of(chain("a", "b", "c", "a"))
    assert fault.rule == "cycle"
    shown = fault.render()
    assert shown.index('"c"') < shown.index('"b"') or shown.index('"b"') < shown.index('"a"')
    assert all(f'"{name}"' in shown for name in "abc")
    assert not errors_of(chain("a", "b", "c"))


def test_a_node_may_wait_for_its_own_run_before() -> None:
    depends = [{"type": "CrossCycleDependsOnSelf", "output": "extract"}]
    assert not errors_of(etl(dependencies=[{"nodeId": "extract", "depends": depends}]))


@pytest.mark.parametrize("key", ["do-while", "paiflow"])
def test_a_cycle_inside_a_control_node_is_found_there(key: str) -> None:
    inner = workflow(chain("x", "y", "x"))
    body = {"nodes": inner["nodes"], "flow": inner["dependencies"]}
    [fault] = errors_of(etl(nodes=[{**node("l"), key: body}], dependencies=[]))
    assert (fault.rule, fault.path[-2]) == ("cycle", key)


def test_the_steps_of_a_pai_flow_have_types_of_their_own() -> None:
    step = {"name": "kmeans", "script": {"runtime": {"command": "PAI_FLOW_KMEANS"}}}
    flow: Object = {"nodes": [step], "flow": [{"nodeId": "kmeans", "depends": [{"nodeId": "kmaens"}]}]}
    [fault] = faults_of(etl(nodes=[{**node("l"), "paiflow": flow}], dependencies=[]))
    assert (fault.rule, fault.path[-5:]) == ("lost-dependency", ("flow", 0, "depends", 0, "nodeId"))
    assert not faults_of(etl(nodes=[{**node("l"), "paiflow": {}}], dependencies=[]))


@pytest.mark.parametrize(
    ("trigger", "rule"),
    [
        ({"type": "scheduler", "cron": "3 0 * * *"}, "cron"),
        ({"type": "Scheduler", "cron": "00 03 00 * * ?"}, None),
        ({"type": "Scheduler", "cron": "0 0 0 * * ? *"}, None),
        ({"type": "Manual", "cron": "never"}, None),
        ({"type": "Scheduler", "startTime": "tomorrow"}, "time"),
        ({"type": "Scheduler", "endTime": "9999-01-01T00:00:00"}, None),
    ],
)
def test_times_are_times(trigger: Object, rule: str | None) -> None:
    assert [fault.rule for fault in errors_of(etl(trigger=trigger))] == ([rule] if rule else [])


def test_doubts_are_warnings() -> None:
    many = etl(nodes=[node(f"n{number}") for number in range(401)], dependencies=[])
    odd = etl(
        nodes=[{**node("a"), "script": {"path": "x/b", "runtime": {"command": "ODPS_SQLL"}}}], dependencies=[]
    )
    found = [(fault.rule, fault.severity) for fault in [*faults_of(many), *faults_of(odd)]]
    assert found == [("many-nodes", "warning"), ("path", "warning"), ("command", "warning")]
