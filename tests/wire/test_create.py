"""Create: what a preview knows, what a run reports, and what is left when it ends early."""

from __future__ import annotations

import json
import time
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2

from pulumi_resource_dataworks.emulator import Emulator, Life
from tests.support.documents import flow
from tests.support.plugin_process import SECONDS, FakeEngine, Plugin, Refusal, Seed, Start, refusal, urn
from tests.support.waiting import wait_for
from tests.support.wire_values import UNKNOWN, plain

LONG = Life("seconds", 60)


def checked(plugin: Plugin, emulator: Emulator, name: str, document: Any = None) -> dict[str, Any]:
    news = {"projectId": emulator.project.project_id, "spec": document or flow(name)}
    answer = plugin.check(name, news)
    assert not answer.failures
    return plain(answer.inputs)


def test_a_preview_knows_what_follows_from_the_document(plugin: Plugin, emulator: Emulator) -> None:
    inputs = checked(plugin, emulator, "preview")
    before, imports = len(emulator.calls), emulator.count("ImportWorkflowDefinition")
    answer = plugin.create("preview", inputs, preview=True)
    outputs = plain(answer.properties)
    assert answer.id == ""
    later = {"workflowId", "nodeIds", "owner", "createTime"}
    assert later == {key for key, value in outputs.items() if value == UNKNOWN}
    assert outputs["name"] == outputs["path"] == "preview"
    assert outputs["spec"] == inputs["spec"]
    assert set(outputs["nodeOutputs"]) == {"n0"}
    assert outputs["digest"]
    assert len(emulator.calls) - before <= 1
    assert emulator.count("ImportWorkflowDefinition") == imports


def test_a_preview_of_an_unknown_document_makes_no_call(plugin: Plugin, emulator: Emulator) -> None:
    before = len(emulator.calls)
    outputs = plain(plugin.create("dark", {"projectId": 1, "spec": UNKNOWN}, preview=True).properties)
    assert outputs.pop("projectId") == 1
    assert outputs.pop("__place")
    assert set(outputs.values()) == {UNKNOWN}
    assert len(emulator.calls) == before


def test_a_preview_names_what_is_in_the_way(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    project = emulator.project.project_id
    seed("owner", {"projectId": project, "spec": flow("taken", id="7000000000000000101")})
    inputs = checked(plugin, emulator, "late", flow("taken"))
    with pytest.raises(grpc.RpcError) as error:
        plugin.create("late", inputs, preview=True)
    assert refusal(error).code is grpc.StatusCode.ALREADY_EXISTS
    assert f"{project}/7000000000000000101" in refusal(error).text


def test_a_create_returns_what_is_there_and_reports_of_its_progress(
    plugin: Plugin, emulator: Emulator, engine: FakeEngine
) -> None:
    inputs = checked(plugin, emulator, "real")
    answer = plugin.create("real", inputs)
    outputs = plain(answer.properties)
    workflow = emulator.workflow(outputs["workflowId"])
    assert answer.id == f"{emulator.project.project_id}/{workflow.workflow_id}"
    assert outputs["spec"] == inputs["spec"]
    assert outputs["nodeIds"] == {"n0": next(iter(workflow.nodes))}
    assert outputs["owner"]
    assert outputs["createTime"].endswith("Z")
    assert "pendingJob" not in outputs.get("__state", {})
    assert UNKNOWN not in json.dumps(outputs)
    logs = engine.about(urn("real"))
    assert logs
    assert all(log.ephemeral and log.severity == engine_pb2.INFO for log in logs)
    messages = [log.message for log in logs]
    assert len(set(messages)) == len(messages)
    assert any("importing 1 node (job " in message for message in messages)


def test_what_is_not_ours_is_refused(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    project = emulator.project.project_id
    seed("holder", {"projectId": project, "spec": flow("held", id="7000000000000000102")})
    imports = emulator.count("ImportWorkflowDefinition")
    inputs = checked(plugin, emulator, "latecomer", flow("held"))
    with pytest.raises(grpc.RpcError) as error:
        plugin.create("latecomer", inputs)
    found = refusal(error)
    assert found.code is grpc.StatusCode.ALREADY_EXISTS
    assert found.detail is None
    assert "pulumi import" in found.text
    assert emulator.count("ImportWorkflowDefinition") == imports


def test_a_job_that_fails_leaves_the_resource_half_done(plugin: Plugin, emulator: Emulator) -> None:
    emulator.script_job(Life("immediate", outcome="Fail", error="quota of nodes exceeded"))
    inputs = checked(plugin, emulator, "failing")
    with pytest.raises(grpc.RpcError) as error:
        plugin.create("failing", inputs)
    found = refusal(error)
    assert found.code is grpc.StatusCode.FAILED_PRECONDITION
    assert found.detail is not None
    outputs = plain(found.detail.properties)
    assert found.detail.id == f"{emulator.project.project_id}/{outputs['workflowId']}"
    assert list(found.detail.reasons) == [found.text]
    assert "quota of nodes exceeded" in found.text
    assert not found.detail.HasField("inputs")
    assert "pendingJob" not in outputs.get("__state", {})
    assert outputs["spec"] == inputs["spec"]
    assert UNKNOWN not in json.dumps(outputs)


def test_a_timeout_keeps_the_job_and_the_next_update_resumes_it(plugin: Plugin, emulator: Emulator) -> None:
    emulator.script_job(LONG)
    inputs = checked(plugin, emulator, "slow")
    begin = time.monotonic()
    with pytest.raises(grpc.RpcError) as error:
        plugin.create("slow", inputs, timeout=2)
    assert time.monotonic() - begin > 1.9
    detail = refusal(error).detail
    assert detail is not None
    assert "resumes it" in detail.reasons[0]
    outputs = plain(detail.properties)
    assert outputs["__state"]["pendingJob"]
    imports = emulator.count("ImportWorkflowDefinition")
    emulator.clock.advance(LONG.amount)
    done = plain(plugin.update("slow", detail.id, outputs, inputs).properties)
    assert "pendingJob" not in done["__state"]
    assert done["nodeIds"]["n0"] in emulator.workflow(done["workflowId"]).nodes
    assert emulator.count("ImportWorkflowDefinition") == imports


def test_cancel_ends_a_create_at_once_and_keeps_its_job(start: Start, emulator: Emulator) -> None:
    plugin = start()
    emulator.script_job(LONG)
    inputs, polls = checked(plugin, emulator, "stopped"), emulator.count("GetJobStatus")
    running = plugin.stub.Create.future(plugin.create_request("stopped", inputs), timeout=SECONDS)
    wait_for(lambda: emulator.count("GetJobStatus") > polls, SECONDS)
    polls = emulator.count("GetJobStatus")
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=SECONDS)
    found = Refusal(running.exception())
    assert emulator.count("GetJobStatus") <= polls + 1  # one may have been on its way
    assert found.detail is not None
    assert plain(found.detail.properties)["__state"]["pendingJob"]
    with pytest.raises(grpc.RpcError) as error:
        plugin.create("after", checked(plugin, emulator, "after"))
    assert refusal(error).code is grpc.StatusCode.CANCELLED
    assert refusal(error).detail is None


def test_creates_run_side_by_side(plugin: Plugin, emulator: Emulator) -> None:
    names = [f"parallel-{index}" for index in range(5)]
    requests = [plugin.create_request(name, checked(plugin, emulator, name)) for name in names]
    emulator.script_job(LONG, times=len(names))
    imports = emulator.count("ImportWorkflowDefinition")
    running = [plugin.stub.Create.future(request, timeout=SECONDS) for request in requests]
    plugin.check("between", {"projectId": 1, "spec": flow("between")})
    wait_for(lambda: emulator.count("ImportWorkflowDefinition") == imports + len(names), SECONDS)
    assert not any(future.done() for future in running)
    emulator.clock.advance(LONG.amount)
    answers = [future.result() for future in running]
    assert len({answer.id for answer in answers}) == len(names)
