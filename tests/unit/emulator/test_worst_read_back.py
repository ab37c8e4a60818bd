"""The worst read-back means what the usual one means: the same parser, which agrees with the vendor's, reads both."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Emulator, Life
from pulumi_resource_dataworks.emulator._documents import parse, write_as_given
from pulumi_resource_dataworks.emulator._read_back import worst_read_back
from tests.support.corpus import READY, loaded, named

Ask = Callable[..., dict[str, Any]]
WORKFLOW = "5000000000000000001"
FILLED = {
    *("timeout", "timeoutUnit", "instanceMode", "rerunMode", "rerunTimes", "rerunInterval", "recurrence"),
    *("failureStrategy", "recurrenceType", "priority", "priorityWeightStrategy", "maxInternalConcurrency"),
    *("autoParse", "citable", "strategy", "cycleType", "sourceType", "isDefault", "refTableName"),
    *("cu", "resourceGroupId", "emrJobConfig", "metadata", "id"),
}


def document() -> dict[str, Any]:
    one, two = "7000000000000000001", "7000000000000000002"

    def node(node_id: str, name: str, command: str) -> dict[str, Any]:
        script = {"path": f"flow/{name}", "runtime": {"command": command}, "content": "1"}
        return {"id": node_id, "name": name, "rerunTimes": 3, "instanceMode": "T+1", "script": script}

    depends = [{"type": "Normal", "output": one}, {"type": "CrossCycleDependsOnSelf"}]
    body = {
        "id": WORKFLOW,
        "name": "flow",
        "script": {"path": "flow", "runtime": {"command": "WORKFLOW"}},
        "nodes": [node(one, "111", "EMR_SPARK_SQL"), node(two, "two", "PYTHON")],
        "dependencies": [{"nodeId": two, "depends": depends}, {"nodeId": one, "depends": depends[1:]}],
    }
    return {"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [body]}}


def stored(ask: Ask, text: str) -> tuple[Emulator, str]:
    emulator = Emulator(strict=False, job_life=Life("immediate"))
    job = ask(emulator, "ImportWorkflowDefinition", ProjectId=10001, Spec=text)["AsyncJob"]
    return emulator, job["Response"]


def read(ask: Ask, emulator: Emulator, workflow_id: str) -> str:
    answer = ask(emulator, "GetWorkflowDefinition", Id=workflow_id, IncludeScriptContent="true")
    return str(answer["WorkflowDefinition"]["Spec"])


@pytest.fixture
def reads(ask: Ask) -> list[str]:
    """What is read usually, and five times at the worst."""
    emulator, workflow_id = stored(ask, json.dumps(document()))
    texts = [read(ask, emulator, workflow_id)]
    emulator.switch(read_back_noise="worst")
    return [*texts, *(read(ask, emulator, workflow_id) for _ in range(5))]


def workflow_of(text: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(text)["spec"]["workflows"][0]
    return body


def entities(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from entities(item)


def test_every_read_differs_from_the_one_before_it(reads: list[str]) -> None:
    assert len(set(reads)) == len(reads)


def test_the_same_read_is_the_same_again(ask: Ask, reads: list[str]) -> None:
    emulator, workflow_id = stored(ask, json.dumps(document()))
    stable = emulator.workflow(workflow_id).document
    assert worst_read_back(stable, "a") == worst_read_back(stable, "a")
    assert write_as_given(worst_read_back(stable, "a")) != write_as_given(worst_read_back(stable, "b"))
    emulator.switch(read_back_noise="worst")
    again = read(ask, emulator, workflow_id)
    # Times of creation apart, which are the clock's.
    assert list(workflow_of(again)) == list(workflow_of(reads[1]))


def test_all_that_may_change_changes(reads: list[str]) -> None:
    bodies = [workflow_of(text) for text in reads[1:]]
    assert len({tuple(body) for body in bodies}) > 1
    assert len({tuple(node["id"] for node in body["nodes"]) for body in bodies}) == 2
    assert len({body["script"]["id"] for body in bodies}) == 5
    spelt = {node["instanceMode"] for body in bodies for node in body["nodes"]}
    assert len(spelt) == 2
    assert {type(node["rerunTimes"]) for body in bodies for node in body["nodes"]} == {int, str}
    assert {node["name"] for body in bodies for node in body["nodes"]} == {111, "two"}
    nodes = [node for body in bodies for node in body["nodes"]]
    assert {repr(node.get("description", "absent")) for node in nodes} == {"None", "'absent'"}
    assert {repr(node.get("datasets", "absent")) for node in nodes} == {"None", "'absent'", "[]"}
    assert {repr(node.get("datasource", "absent")) for node in nodes} == {"None", "'absent'", "{}"}
    assert all("metadata" in node["script"]["runtime"] for node in nodes)


def test_no_id_becomes_a_number_or_another(reads: list[str]) -> None:
    for text in reads:
        body = workflow_of(text)
        assert body["id"] == WORKFLOW
        assert {node["id"] for node in body["nodes"]} == {"7000000000000000001", "7000000000000000002"}
        assert all(isinstance(item["id"], str) for item in entities(body) if item.get("id") is not None)


@pytest.mark.parametrize(
    "file",
    [
        path
        for path in READY
        if {"id", "script"} <= loaded(path)["spec"]["workflows"][0].keys()
        and named(path) != "observatory_night"  # the parser refuses ALL_DENIED, as which it is written
    ],
    ids=named,
)
def test_the_parser_reads_the_same_out_of_every_document(file: Path, ask: Ask) -> None:
    emulator, workflow_id = stored(ask, file.read_text(encoding="utf-8"))
    usual = parse(read(ask, emulator, workflow_id))
    emulator.switch(read_back_noise="worst")
    for _ in range(5):
        worst = parse(read(ask, emulator, workflow_id))
        assert differences(usual, worst, "$") == []


def differences(usual: Any, worst: Any, where: str) -> list[str]:
    """Where two read documents mean something else, but for what the service fills in and makes anew."""
    if isinstance(usual, dict) and isinstance(worst, dict):
        return list(_fields(usual, worst, where))
    if (
        isinstance(usual, list) and isinstance(worst, list) and where.endswith(".branches")
    ):  # these have an order
        return [entry for pair in zip(usual, worst, strict=True) for entry in differences(*pair, where)]
    if isinstance(usual, list) and isinstance(worst, list) and len(usual) == len(worst):
        rest = list(worst)
        for item in usual:
            twin = next((other for other in rest if not differences(item, other, where)), None)
            if twin is None:
                return [f"{where}: {item}"]
            rest.remove(twin)
        return []
    same = usual == worst or (where == "$.kind" and usual.lower() == worst.lower())
    return [] if same else [f"{where}: {usual!r}, {worst!r}"]


def _fields(usual: dict[str, Any], worst: dict[str, Any], where: str) -> Iterator[str]:
    for key, value in usual.items():
        made = key == "metadata" or (
            key == "id" and where.endswith((".script", ".trigger", ".runtimeResource"))
        )
        if made or (value in ({}, []) and key not in worst):
            continue
        yield from differences(value, worst.get(key), f"{where}.{key}")
    for key in worst.keys() - usual.keys() - FILLED:
        if worst[key] not in ({}, []):
            yield f"{where}.{key} is new: {worst[key]}"
