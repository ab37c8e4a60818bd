"""Update and Delete."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest

from pulumi_resource_dataworks.emulator import Emulator, Life
from tests.support.documents import flow, nodes
from tests.support.plugin_process import FakeEngine, Plugin, Seed, Start, refusal, urn
from tests.support.wire_values import UNKNOWN, plain, secret


def scripts(emulator: Emulator, resource_id: str) -> list[str]:
    nodes = emulator.workflow(resource_id.partition("/")[2]).document["spec"]["workflows"][0]["nodes"]
    return sorted(node["script"]["content"] for node in nodes)


def news_of(
    plugin: Plugin, emulator: Emulator, name: str, olds: dict[str, Any], *texts: str
) -> dict[str, Any]:
    news = {"projectId": emulator.project.project_id, "spec": flow(name, *texts)}
    return plain(plugin.check(name, news, olds).inputs)


def test_an_update_imports_the_document(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    resource_id, olds, state = seed("up", {"projectId": emulator.project.project_id, "spec": flow("up")})
    news = news_of(plugin, emulator, "up", olds, "SELECT 2;\n", "SELECT 3;\n")
    outputs = plain(plugin.update("up", resource_id, state, news, olds).properties)
    assert scripts(emulator, resource_id) == ["SELECT 2;\n", "SELECT 3;\n"]
    assert outputs["spec"] == news["spec"]
    assert outputs["workflowId"] == state["workflowId"]
    assert outputs["nodeIds"]["n0"] == state["nodeIds"]["n0"]
    assert set(outputs["nodeIds"]) == {"n0", "n1"}


def test_ids_that_the_document_leaves_out_later_stay(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    document = flow("keeps", id="7000000000000000011")
    nodes(document)[0]["id"] = "7000000000000000020"
    resource_id, olds, state = seed("keeps", {"projectId": emulator.project.project_id, "spec": document})
    assert resource_id.endswith("/7000000000000000011")
    news = news_of(plugin, emulator, "keeps", olds, "SELECT 2;\n")
    outputs = plain(plugin.update("keeps", resource_id, state, news, olds).properties)
    assert outputs["spec"] == flow("keeps", "SELECT 2;\n")
    assert (outputs["workflowId"], outputs["nodeIds"]) == (
        "7000000000000000011",
        {"n0": "7000000000000000020"},
    )
    assert scripts(emulator, resource_id) == ["SELECT 2;\n"]


def test_a_preview_of_an_update_makes_no_call(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    name = "foresee"
    resource_id, olds, state = seed(name, {"projectId": emulator.project.project_id, "spec": flow(name)})
    news = news_of(plugin, emulator, name, olds, "SELECT 2;\n")
    before = len(emulator.calls)
    outputs = plain(plugin.update(name, resource_id, state, news, olds, preview=True).properties)
    assert outputs["workflowId"] == state["workflowId"]
    assert outputs["spec"] == news["spec"]
    assert UNKNOWN not in json.dumps(outputs)
    dark = {**news, "spec": UNKNOWN}
    outputs = plain(plugin.update(name, resource_id, state, dark, olds, preview=True).properties)
    assert outputs["workflowId"] == state["workflowId"]
    assert outputs["digest"] == UNKNOWN
    assert len(emulator.calls) == before


def test_an_update_that_fails_is_half_done(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    name = "broken"
    resource_id, olds, state = seed(name, {"projectId": emulator.project.project_id, "spec": flow(name)})
    emulator.script_job(Life("immediate", outcome="Fail", error="no space"))
    news = news_of(plugin, emulator, name, olds, "SELECT 2;\n")
    with pytest.raises(grpc.RpcError) as error:
        plugin.update(name, resource_id, state, news, olds)
    found = refusal(error)
    assert found.detail is not None
    assert found.detail.id == resource_id
    assert "no space" in found.detail.reasons[0]
    assert plain(found.detail.properties)["workflowId"] == state["workflowId"]


def test_an_ignored_path_is_not_sent(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    name = "ignoring"
    resource_id, olds, state = seed(name, {"projectId": emulator.project.project_id, "spec": flow(name)})
    news = news_of(plugin, emulator, name, olds, "SELECT 2;\n", "SELECT 3;\n")
    paths = ["spec.workflows[0].nodes[0].script.content"]
    plugin.update(name, resource_id, state, news, olds, ignoreChanges=paths)
    assert scripts(emulator, resource_id) == ["SELECT 1;\n", "SELECT 3;\n"]


def test_what_somebody_added_is_not_deleted(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    name = "shared"
    resource_id, olds, state = seed(name, {"projectId": emulator.project.project_id, "spec": flow(name)})
    workflow = emulator.workflow(resource_id.partition("/")[2])
    document = json.loads(json.dumps(workflow.document))
    added = {**document["spec"]["workflows"][0]["nodes"][0], "id": "7000000000000000555", "name": "theirs"}
    document["spec"]["workflows"][0]["nodes"].append(added)
    emulator.edit(workflow.workflow_id, document)
    news = news_of(plugin, emulator, name, olds, "SELECT 2;\n")
    with pytest.raises(grpc.RpcError) as error:
        plugin.update(name, resource_id, state, news, olds)
    assert refusal(error).code is grpc.StatusCode.ALREADY_EXISTS
    assert '"theirs"' in refusal(error).text
    assert refusal(error).detail is None


def test_delete_twice_is_as_good_as_once(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    name = "twice"
    resource_id, _, state = seed(name, {"projectId": emulator.project.project_id, "spec": flow(name)})
    plugin.delete(name, resource_id, state)
    plugin.delete(name, resource_id, state)
    assert resource_id.partition("/")[2] not in {one.workflow_id for one in emulator.workflows()}


def test_a_published_workflow_stays_and_the_way_out_is_reported(
    plugin: Plugin, emulator: Emulator, seed: Seed
) -> None:
    name = "public"
    resource_id, _, state = seed(name, {"projectId": emulator.project.project_id, "spec": flow(name)})
    emulator.publish(resource_id.partition("/")[2])
    with pytest.raises(grpc.RpcError) as error:
        plugin.delete(name, resource_id, state)
    assert refusal(error).code is grpc.StatusCode.FAILED_PRECONDITION
    assert "take it offline first" in refusal(error).text


def test_what_this_run_created_is_not_deleted_by_it(
    plugin: Plugin, start: Start, emulator: Emulator, engine: FakeEngine
) -> None:
    """A forced replacement creates under the same derived ID and deletes "the old one" last."""
    name = "replaced"
    news = {"projectId": emulator.project.project_id, "spec": flow(name)}
    created = plugin.create(name, plain(plugin.check(name, news).inputs))
    state = plain(created.properties)
    plugin.delete(name, created.id, state)
    assert emulator.workflow(state["workflowId"])
    [said] = [log for log in engine.about(urn(name)) if not log.ephemeral]
    assert state["workflowId"] in said.message
    assert "stays" in said.message
    start().delete(name, created.id, state)
    assert state["workflowId"] not in {one.workflow_id for one in emulator.workflows()}


@pytest.mark.parametrize("content", ["SELECT 1;\n", "SELECT 2;\n"])
def test_a_resource_that_stays_keeps_its_workflow_from_the_delete_of_another(
    plugin: Plugin, emulator: Emulator, seed: Seed, content: str
) -> None:
    name = "stays"
    resource_id, olds, state = seed(name, {"projectId": emulator.project.project_id, "spec": flow(name)})
    news = news_of(plugin, emulator, name, olds, content)
    assert (news == olds) is (content == "SELECT 1;\n")
    plugin.diff(name, resource_id, olds, news, state=state)
    plugin.delete("other", resource_id, state)
    assert state["workflowId"] in {one.workflow_id for one in emulator.workflows()}


def test_a_secret_state_is_understood(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    name = "sealed"
    resource_id, olds, state = seed(name, {"projectId": emulator.project.project_id, "spec": flow(name)})
    news = news_of(plugin, emulator, name, olds, "SELECT 2;\n")
    sealed = {key: secret(value) for key, value in state.items()}
    plugin.update(name, resource_id, sealed, news, {**olds, "spec": secret(olds["spec"])})
    assert scripts(emulator, resource_id) == ["SELECT 2;\n"]
    plugin.delete(name, resource_id, sealed)
