"""Read: for an import, for a refresh, and when there is nothing left to read."""

from __future__ import annotations

import copy
from typing import Any

import grpc
import pytest

from pulumi_resource_dataworks.emulator import Emulator
from tests.support.documents import flow, nodes
from tests.support.plugin_process import Plugin, Seed, refusal
from tests.support.wire_values import is_secret, plain, secret

SCRIPT = "spec.spec.workflows[0].nodes[0].script.content"


def content(spec: dict[str, Any]) -> str:
    return str(nodes(spec)[0]["script"]["content"])


def by_hand(emulator: Emulator, workflow_id: str, script: str) -> None:
    document = copy.deepcopy(emulator.workflow(workflow_id).document)
    document["spec"]["workflows"][0]["nodes"][0]["script"]["content"] = script
    emulator.edit(workflow_id, document)


def test_an_id_alone_gives_inputs_and_state_that_check_takes(
    plugin: Plugin, emulator: Emulator, seed: Seed
) -> None:
    news = {"projectId": emulator.project.project_id, "spec": flow("imported", "SELECT 5;\n")}
    resource_id, _, _ = seed("imported", news)
    answer = plugin.read("adopted", resource_id)
    assert answer.id == resource_id
    assert answer.HasField("inputs")
    assert answer.HasField("properties")
    inputs, state = plain(answer.inputs), plain(answer.properties)
    assert set(inputs) == {"projectId", "spec"}
    assert content(inputs["spec"]) == "SELECT 5;\n"
    assert state["spec"] == inputs["spec"]
    assert state["workflowId"] == resource_id.partition("/")[2]
    again = plugin.check("adopted", inputs, inputs)
    assert not again.failures
    assert plain(again.inputs) == inputs
    assert not plugin.diff("adopted", resource_id, inputs, inputs).hasDetailedDiff


def test_get_passes_its_inputs_as_the_state_too(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    news = {"projectId": emulator.project.project_id, "spec": flow("got")}
    resource_id, _, _ = seed("got", news)
    answer = plugin.read("got", resource_id, {}, {})
    assert answer.id == resource_id
    assert plain(answer.properties)["name"] == "got"


@pytest.mark.parametrize("known", [False, True], ids=["import", "refresh"])
def test_what_is_gone_has_no_id_and_no_properties(
    plugin: Plugin, emulator: Emulator, seed: Seed, known: bool
) -> None:
    name = f"gone-{known}"
    resource_id, inputs, state = seed(name, {"projectId": emulator.project.project_id, "spec": flow(name)})
    emulator.remove(resource_id.partition("/")[2])
    answer = plugin.read(name, resource_id, inputs, state) if known else plugin.read(name, resource_id)
    assert answer.id == ""
    assert not answer.HasField("properties")
    assert not answer.HasField("inputs")


def test_a_refresh_without_drift_changes_nothing(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    news = {"projectId": emulator.project.project_id, "spec": flow("quiet")}
    resource_id, inputs, state = seed("quiet", news)
    answer = plugin.read("quiet", resource_id, inputs, state)
    assert plain(answer.inputs) == inputs
    assert plain(answer.properties) == state


def test_a_refresh_shows_what_somebody_changed(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    news = {"projectId": emulator.project.project_id, "spec": flow("drifting")}
    resource_id, inputs, state = seed("drifting", news)
    by_hand(emulator, resource_id.partition("/")[2], "SELECT 'by hand';\n")
    answer = plugin.read("drifting", resource_id, inputs, state)
    assert content(plain(answer.inputs)["spec"]) == "SELECT 'by hand';\n"
    assert content(plain(answer.properties)["spec"]) == "SELECT 'by hand';\n"
    inverted = plugin.diff(
        "drifting", resource_id, plain(answer.inputs), inputs, state=plain(answer.properties)
    )
    assert list(inverted.detailedDiff) == [SCRIPT]
    assert not inverted.replaces


def test_a_refresh_keeps_a_secret(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    news = {"projectId": emulator.project.project_id, "spec": flow("hushed")}
    resource_id, inputs, state = seed("hushed", news)
    hidden = {**inputs, "spec": secret(inputs["spec"])}
    answer = plugin.read("hushed", resource_id, hidden, {**state, "spec": secret(state["spec"])})
    assert plain(answer.inputs) == hidden
    properties: dict[str, Any] = plain(answer.properties)
    assert is_secret(properties["spec"])
    assert is_secret(properties["nodeIds"])


@pytest.mark.parametrize("resource_id", ["", "x", "1", "1/", "/1", "1/2/3", "-1/2", "0/7", "a/b", "1 /2"])
def test_an_id_of_another_form_is_refused(plugin: Plugin, emulator: Emulator, resource_id: str) -> None:
    before = len(emulator.calls)
    with pytest.raises(grpc.RpcError) as error:
        plugin.read("malformed", resource_id)
    found = refusal(error)
    assert found.code is grpc.StatusCode.FAILED_PRECONDITION
    assert "<projectId>/<workflowId>" in found.text
    assert len(emulator.calls) == before
