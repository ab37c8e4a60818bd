"""What a read for an import leaves out: a known default, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import clean, complete, project, same
from pulumi_resource_dataworks.flowspec._tables import OBJECT_TYPES, field_of
from tests.support.documents import etl, node, nodes
from tests.support.flowspecs import Object, chooser, completed, workflow
from tests.support.read_backs import Service

PROJECT = {"projectIdentifier": "shop", "schedulerMaxRetryTimes": 3, "schedulerRetryInterval": 120000}


def read_back(*given: Object, kind: str = "CycleWorkflow", metadata: Any = None, **more: Any) -> Object:
    """A document as the service gives it back, of these nodes."""
    root = completed({**etl(nodes=list(given), dependencies=[], **more), "kind": kind})
    workflow(root)["metadata"] = {"project": PROJECT} if metadata is None else metadata
    return root


def cleaned(name: str, value: Any, **more: Any) -> bool:
    """Whether a node's field is left out."""
    [found] = nodes(clean(read_back(node("a", **{name: value}), **more)))
    return name not in found


FILLED: Object = {
    "recurrence": "Normal",
    "priority": 1,
    "timeout": 0,
    "timeoutUnit": "HOURS",
    "instanceMode": "T+1",
    "rerunMode": "Allowed",
    "rerunTimes": 3,
    "rerunInterval": 120000,
}
SET: Object = {
    "recurrence": "Pause",
    "priority": 8,
    "timeout": 2,
    "timeoutUnit": "MINUTES",
    "instanceMode": "Immediately",
    "rerunMode": "Denied",
    "rerunTimes": 0,
    "rerunInterval": 180000,
    "owner": "42",
    "autoParse": False,
}


def test_what_the_service_fills_in_is_left_out_in_any_spelling() -> None:
    written = {**FILLED, "recurrence": "normal", "rerunTimes": "3", "timeoutUnit": "hours"}
    for given in (FILLED, written):
        [found] = nodes(clean(read_back(node("a", **given))))
        assert found.keys() == {"id", "name", "script", "outputs"}


@pytest.mark.parametrize("name", SET)
def test_what_somebody_set_stays(name: str) -> None:
    assert not cleaned(name, SET[name])


def test_what_somebody_set_stays_beside_a_strategy_that_says_the_same() -> None:
    strategy = {"priority": 8, "timeout": 4}
    [found] = nodes(clean(read_back(node("a", **SET), strategy=strategy)))
    assert {name: found[name] for name in SET} == SET


@pytest.mark.parametrize("name", FILLED)
def test_a_default_stays_where_a_strategy_around_it_says_another_value(name: str) -> None:
    strategy = {"recurrenceType" if name == "recurrence" else name: SET[name]}
    assert cleaned(name, FILLED[name], strategy={**FILLED, "recurrenceType": "Normal"})
    assert not cleaned(name, FILLED[name], strategy=strategy)
    [found] = nodes(clean(read_back(node("a", strategy=strategy, **{name: FILLED[name]}))))
    assert name in found
    loop = {**node("l", strategy=strategy), "do-while": {"nodes": [node("x", **{name: FILLED[name]})]}}
    [found] = nodes(clean(read_back(loop)))
    assert name in found["do-while"]["nodes"][0]


def test_a_strategy_keeps_what_nothing_is_known_to_fill_in() -> None:
    strategy = {
        "priority": 1,
        "priorityWeightStrategy": "Disabled",
        "maxInternalConcurrency": 0,
        "recurrenceType": "Normal",
    }
    kept = {"timeout": 0, "instanceMode": "T+1", "rerunMode": "Allowed", "failureStrategy": "Break"}
    reruns = {"rerunTimes": 3, "rerunInterval": 120000}
    found = clean(read_back(node("a"), strategy={**strategy, **kept, **reruns, "timeoutUnit": "HOURS"}))
    assert workflow(found)["strategy"] == {**kept, **reruns}


@pytest.mark.parametrize("name", ["rerunTimes", "rerunInterval"])
def test_the_workspaces_reruns_stay_where_the_document_does_not_have_them(name: str) -> None:
    assert cleaned(name, FILLED[name])
    assert not cleaned(name, FILLED[name], metadata={})
    root = read_back(node("a", **{name: FILLED[name]}))
    assert name in nodes(clean(root, portable=True))[0]


def test_a_trigger_workflows_recurrence_stays() -> None:
    assert not cleaned("recurrence", "Normal", kind="TriggerWorkflow")
    root = read_back(node("a"), kind="TriggerWorkflow", strategy={"recurrenceType": "Normal"})
    assert workflow(clean(root))["strategy"] == {"recurrenceType": "Normal"}


@pytest.mark.parametrize(
    ("command", "filled"),
    [
        ("ODPS_SQL", {"language": "odps-sql", "commandTypeId": 10, "cu": "0.25"}),
        ("odps_sql", {"language": "odps-sql", "commandTypeId": "10", "cu": 0.25}),
        ("VIRTUAL", {"commandTypeId": 99, "cu": "0"}),
        ("PYTHON", {"language": "python3", "commandTypeId": 1322, "cu": "0.5"}),
        ("CONTROLLER_ASSIGNMENT", {"commandTypeId": 1100, "cu": "0.25"}),
        ("EMR_MR", {"commandTypeId": 230}),
    ],
)
def test_what_a_script_gets_by_its_node_type_is_left_out(command: str, filled: Object) -> None:
    assert script(command, filled) == {"runtime": {"command": command}}


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("ODPS_SQL", {"cu": "2"}),
        ("ODPS_SQL", {"commandTypeId": 24}),
        ("ODPS_SQL", {"language": "sql"}),
        ("ODPS_SQL", {"extension": ".sql"}),
        ("CONTROLLER_ASSIGNMENT", {"language": "shell-script"}),
        ("EMR_MR", {"cu": "0.25"}),
        ("EMR_SPARK_SQL", {"emrJobConfig": {"priority": "1", "queue": "default"}}),
        ("UNHEARD_OF", {"cu": "0.25", "commandTypeId": 4000, "language": "odps-sql"}),
        ("", {"commandTypeId": 10}),
    ],
)
def test_what_a_script_does_not_get_by_its_node_type_stays(command: str, given: Object) -> None:
    found = script(command, given)
    assert {**found, **found["runtime"]}.items() >= given.items()


def script(command: str, given: Object) -> Object:
    """The script of a read-back with these fields, of the script or of its runtime, without its path."""
    own = {name: value for name, value in given.items() if name in {"language", "extension"}}
    rest = {name: value for name, value in given.items() if name not in own}
    runtime = {**({"command": command} if command else {}), **rest}
    [found] = nodes(clean(read_back({"name": "a", "script": {"runtime": runtime, **own}})))
    del found["script"]["path"]
    return dict(found["script"])


def test_emr_settings_are_left_out_where_all_of_them_are_the_services() -> None:
    filled = {
        "priority": "1",
        "queue": "default",
        "REUSE_SESSION": False,
        "ENABLE_SPARKSQL_JDBC": False,
        "FLOW_SKIP_SQL_ANALYZE": False,
    }
    assert "emrJobConfig" not in script("EMR_SPARK_SQL", {"emrJobConfig": filled})["runtime"]
    changed = {**filled, "queue": "mine"}
    assert script("EMR_SPARK_SQL", {"emrJobConfig": changed})["runtime"]["emrJobConfig"] == changed


def own_outputs(root: Object, *names: str, **more: Any) -> list[Object]:
    return [
        {"data": name, "artifactType": "NodeOutput", "refTableName": workflow(root)["name"], **more}
        for name in names
    ]


def test_the_workflows_own_outputs_are_left_out_and_others_stay_with_them() -> None:
    root = read_back(node("a"), citable=False)
    own = str(workflow(root)["id"])
    both = own_outputs(root, own, "shop.daily_orders", sourceType="System")
    for given in (both, both[:1]):
        workflow(root)["outputs"] = {"nodeOutputs": given}
        assert workflow(clean(root)).keys() == {"id", "name", "script", "trigger", "nodes"}
    variable = {"name": "v", "scope": "Workflow", "type": "Constant", "value": "1"}
    workflow(root)["outputs"] = {"nodeOutputs": both, "variables": [variable]}
    assert workflow(clean(root))["outputs"] == {"variables": [variable]}
    workflow(root)["outputs"] = {"nodeOutputs": [*both, *own_outputs(root, "mine", sourceType="Manual")]}
    found = workflow(clean(root))["outputs"]["nodeOutputs"]
    assert [(one["data"], one.get("sourceType")) for one in found] == [
        (own, None),
        ("shop.daily_orders", None),
        ("mine", "Manual"),
    ]
    workflow(root).update(citable=True, outputs={"nodeOutputs": own_outputs(root, "other.daily_orders")})
    assert workflow(clean(root)).keys() >= {"citable", "outputs"}


def test_an_owner_stays_and_is_named_once_for_the_document() -> None:
    root = read_back(node("a", owner="42"), owner="42")
    root["spec"]["owner"] = "42"
    found = clean(root)
    assert (found["spec"].get("owner"), workflow(found)["owner"], nodes(found)[0]["owner"]) == (
        None,
        "42",
        "42",
    )
    root["spec"]["owner"] = "43"
    assert clean(root)["spec"]["owner"] == "43"


def test_a_document_for_other_workspaces_has_no_owner() -> None:
    resource = {"resourceGroup": "g", "cu": "2"}
    root = read_back(node("a", owner="42", runtimeResource=resource), owner="42")
    assert nodes(clean(root))[0]["runtimeResource"] == resource
    found = clean(root, portable=True)
    assert nodes(found)[0]["runtimeResource"] == resource
    assert "owner" not in {**workflow(found), **nodes(found)[0]}


def test_a_node_that_somebody_added_is_shown_with_what_was_set() -> None:
    wrote = completed(etl(nodes=[node("a")], dependencies=[], strategy={"timeout": 4}))
    there = completed(etl(nodes=[node("a"), node("b", timeout=0, recurrence="Normal", rerunTimes=3)]))
    workflow(there).update(strategy={"timeout": 4}, metadata={"project": PROJECT})
    [added] = [one for one in nodes(project(wrote, there)) if one["name"] == "b"]
    assert (added.get("timeout"), added.keys() & {"recurrence", "rerunTimes"}) == (0, set())


def test_every_default_is_of_a_field_and_has_a_source() -> None:
    for entity, object_type in OBJECT_TYPES.items():
        for name, default in object_type.filled.items():
            assert field_of(entity, name)[1].shape.name != "FREE", (entity, name)
            assert default["source"].startswith("["), (entity, name)


def test_a_plain_document_stays_as_short_as_it_was_written() -> None:
    wrote = completed(etl())
    found = clean(Service().kept(wrote))
    given = {"datasource", "runtimeResource", "trigger"}
    for one in [workflow(found), *nodes(found)]:
        del one["owner"]
        for key in given & one.keys():
            del one[key]
    del workflow(wrote)["trigger"]
    assert same(complete(found, chooser()), wrote)


LINES = "#{0}#\n##author:somebody\n##create time:2025-05-22 20:21:35\n#{0}#\n".format("*" * 68)


@pytest.mark.parametrize(
    ("content", "is_left_out"),
    [
        (LINES, True),
        (f"#!/bin/bash\n{LINES}\n", True),
        (LINES.replace("#", "--"), True),
        (f"{LINES}echo 1\n", False),
        (f"# mine\n{LINES}", False),
        ("#author: me\n#create time: now\n", False),
        ("", False),
    ],
)
def test_a_script_that_is_the_service_s_own_comment_alone_is_left_out(
    content: str, is_left_out: bool
) -> None:
    [found] = nodes(clean(read_back(node("a", content))))
    assert ("content" not in found["script"]) is is_left_out


def test_a_trigger_keeps_what_says_when() -> None:
    says = {"type": "Scheduler", "cron": "00 17 00 * * ?", "timezone": "Asia/Shanghai"}
    bounds = {"startTime": "1970-01-01 00:00:00", "endTime": "9999-01-01 00:00:00"}
    for trigger in ({**says, **bounds, "delaySeconds": 0}, {**says, "endTime": "2027-01-01 00:00:00"}):
        root = read_back(node("a", trigger=trigger), trigger=trigger)
        kept = {**says, **({} if "delaySeconds" in trigger else {"endTime": trigger["endTime"]})}
        found = clean(root)
        assert [workflow(found)["trigger"], nodes(found)[0]["trigger"]] == [kept, kept]
