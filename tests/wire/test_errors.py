"""Errors: their codes, their one line, and what a defect of ours looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, plugin_pb2

from pulumi_resource_dataworks._names import printable
from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Fault, Life
from pulumi_resource_dataworks.lifecycle import WorkflowDefinitions
from pulumi_resource_dataworks.openapi import _retry
from pulumi_resource_dataworks.plugin import _steps
from tests.support.documents import PROJECT, flow, nodes
from tests.support.messages import Messages
from tests.support.plugin_process import (
    SECONDS,
    Calls,
    FakeEngine,
    Plugin,
    Seed,
    Start,
    ask,
    raising,
    refusal,
    serving,
    settings,
    urn,
)
from tests.support.wire_values import plain, secret

DOUBTFUL = {grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS}
FAULTS: dict[str, Callable[[str], Fault]] = {
    "permission": lambda action: Fault(action, status=403, code="Forbidden.NoPermission"),
    "key": lambda action: Fault(action, status=400, code="InvalidAccessKeyId.NotFound"),
    "quota": lambda action: Fault(action, status=400, code="Throttling.Api.Risk"),
    "business": lambda action: Fault(action, status=500, code="1101080099", message="no such luck"),
}


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries of the servicer in this process do not wait."""
    monkeypatch.setattr(_retry, "BACKOFF_BASE", 0.001)


def ordinary(error: pytest.ExceptionInfo[grpc.RpcError]) -> str:
    found = refusal(error)
    assert found.code not in DOUBTFUL
    assert found.detail is None
    assert found.text
    assert "Traceback" not in found.text
    assert "defect" not in found.text
    return found.text


ACTIONS = ["GetWorkflowDefinition", "ListWorkflowDefinitions", "ImportWorkflowDefinition"]
CASES = [
    (fault, action)
    for fault in FAULTS
    for action in ACTIONS
    # A business code at Get may mean that there is no such workflow, and a list decides.
    if (fault, action) != ("business", "GetWorkflowDefinition")
]


@pytest.mark.parametrize(("fault", "action"), CASES)
def test_a_create_that_is_refused_is_no_doubt(
    plugin: Plugin, emulator: Emulator, fault: str, action: str
) -> None:
    name = f"{fault}-{action}"
    inputs = plain(plugin.check(name, {"projectId": emulator.project.project_id, "spec": flow(name)}).inputs)
    emulator.add_fault(FAULTS[fault](action))
    with pytest.raises(grpc.RpcError) as error:
        plugin.create(name, inputs)
    assert action in ordinary(error)


@pytest.mark.parametrize("fault", ["permission", "key", "quota"])
def test_other_calls_that_are_refused_are_no_doubt(
    plugin: Plugin, emulator: Emulator, seed: Seed, fault: str
) -> None:
    name = f"other-{fault}"
    resource_id, inputs, state = seed(name, {"projectId": emulator.project.project_id, "spec": flow(name)})
    emulator.add_fault(FAULTS[fault]("GetWorkflowDefinition"))
    with pytest.raises(grpc.RpcError) as error:
        plugin.read(name, resource_id, inputs, state)
    ordinary(error)
    emulator.add_fault(FAULTS[fault]("GetWorkflowDefinition"))
    with pytest.raises(grpc.RpcError) as error:
        plugin.update(name, resource_id, state, {**inputs, "spec": flow(name, "SELECT 2;\n")}, inputs)
    ordinary(error)
    emulator.add_fault(FAULTS[fault]("DeleteWorkflowDefinition"))
    with pytest.raises(grpc.RpcError) as error:
        plugin.delete(name, resource_id, state)
    assert emulator.workflow(resource_id.partition("/")[2])
    ordinary(error)


def test_a_page_of_a_proxy_is_no_doubt(plugin: Plugin, emulator: Emulator) -> None:
    fault = Fault("GetWorkflowDefinition", status=404, body="<html>blocked</html>")
    emulator.add_fault(fault)
    with pytest.raises(grpc.RpcError) as error:
        plugin.read("proxied", f"{emulator.project.project_id}/7000000000000000001")
    assert "dataworks:endpoint" in ordinary(error)


def test_a_urn_that_is_none_is_no_defect(plugin: Plugin) -> None:
    with pytest.raises(grpc.RpcError) as error:
        plugin.check("odd", {}, urn="odd", type="")
    assert "dataworks:index:WorkflowDefinition" in ordinary(error)


def test_an_unknown_workspace_is_no_doubt(plugin: Plugin) -> None:
    inputs = plain(plugin.check("nowhere", {"projectId": 987654, "spec": flow("nowhere")}).inputs)
    with pytest.raises(grpc.RpcError) as error:
        plugin.create("nowhere", inputs)
    assert "projectId" in ordinary(error)


async def test_a_service_that_is_away_is_no_doubt(server: EmulatorServer, engine: FakeEngine) -> None:
    async with serving(engine.address) as calls:
        await ask(calls.configure, {**settings(server), "endpoint": "http://127.0.0.1:9"})
        inputs = await _checked(calls, "away")
        with pytest.raises(grpc.RpcError) as error:
            await ask(calls.create, "away", inputs)
    assert refusal(error).code is grpc.StatusCode.UNAVAILABLE
    assert "dataworks:endpoint" in ordinary(error)


async def test_a_service_in_trouble_is_no_doubt(server: EmulatorServer, engine: FakeEngine) -> None:
    server.emulator.add_fault(Fault("GetWorkflowDefinition", times=50, status=503))
    async with serving(engine.address) as calls:
        await ask(calls.configure, settings(server))
        inputs = await _checked(calls, "trouble")
        with pytest.raises(grpc.RpcError) as error:
            await ask(calls.create, "trouble", inputs)
    server.emulator.clear_faults()
    ordinary(error)


async def test_a_poll_that_is_refused_keeps_the_job(server: EmulatorServer, engine: FakeEngine) -> None:
    server.emulator.add_fault(FAULTS["permission"]("GetJobStatus"))
    async with serving(engine.address) as calls:
        await ask(calls.configure, settings(server))
        inputs = await _checked(calls, "unpolled", server.emulator.project.project_id)
        with pytest.raises(grpc.RpcError) as error:
            await ask(calls.create, "unpolled", inputs)
    detail = refusal(error).detail
    assert detail is not None
    assert plain(detail.properties)["__state"]["pendingJob"]


STEPS: dict[str, Callable[[Calls, dict[str, Any]], Any]] = {
    "check": lambda calls, _: calls.check("broken", {"projectId": PROJECT, "spec": flow("broken")}),
    "diff": lambda calls, inputs: calls.diff("broken", "1/2", inputs, {**inputs, "adopt": True}),
    "create": lambda calls, inputs: calls.create("broken", inputs),
    "read": lambda calls, inputs: calls.read("broken", "1/2", inputs, inputs),
    "update": lambda calls, inputs: calls.update("broken", "1/2", inputs, inputs),
    "delete": lambda calls, inputs: calls.delete("broken", "1/2", inputs),
}


@pytest.mark.parametrize("step", STEPS)
async def test_a_defect_is_one_line_and_its_traceback_is_debug_output(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch, step: str, messages: Messages
) -> None:
    engine = FakeEngine()
    async with serving(engine.address) as calls:
        await ask(calls.configure, settings(server))
        inputs = await _checked(calls, "broken")
        monkeypatch.setattr(WorkflowDefinitions, step, raising(KeyError("the inner word")))
        with pytest.raises(grpc.RpcError) as error:
            await ask(STEPS[step], calls, inputs)
    engine.close()
    found = refusal(error)
    assert found.code is grpc.StatusCode.FAILED_PRECONDITION
    assert "/issues" in found.text
    assert "KeyError" in found.text
    assert "\n" not in found.text
    assert "Traceback" not in found.text
    assert "the inner word" not in found.text
    [log] = [log for log in engine.about(urn("broken")) if "Traceback" in log.message]
    assert log.severity == engine_pb2.DEBUG
    assert "the inner word" in log.message
    messages(found.text)


async def test_a_defect_after_the_import_keeps_the_resource(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch, messages: Messages
) -> None:
    engine = FakeEngine()
    async with serving(engine.address) as calls:
        await ask(calls.configure, settings(server))
        inputs = await _checked(calls, "kept", server.emulator.project.project_id)
        monkeypatch.setattr(_steps.Steps, "_outputs", raising(UnicodeError("the inner word")))
        with pytest.raises(grpc.RpcError) as error:
            await ask(calls.create, "kept", inputs)
    engine.close()
    found = refusal(error)
    assert found.detail is not None
    outputs = plain(found.detail.properties)
    assert outputs["__state"]["pendingJob"]
    assert server.emulator.workflow(outputs["workflowId"])
    assert [log for log in engine.about(urn("kept")) if "the inner word" in log.message]
    messages(found.text)


TEXTS = {
    "a refusal": Fault(
        "ImportWorkflowDefinition", status=400, body='{"Code": "1", "Message": "bad \\ud800"}'
    ),
    "a poll": Fault("GetJobStatus", status=403, body='{"Code": "Forbidden", "Message": "bad \\ud800"}'),
}


@pytest.mark.parametrize("fault", TEXTS.values(), ids=TEXTS)
def test_half_of_a_surrogate_pair_from_the_service_is_shown_as_a_replacement(
    plugin: Plugin, emulator: Emulator, fault: Fault
) -> None:
    name = f"halved-{fault.action}"
    inputs = plain(plugin.check(name, {"projectId": emulator.project.project_id, "spec": flow(name)}).inputs)
    emulator.add_fault(fault)
    with pytest.raises(grpc.RpcError) as error:
        plugin.create(name, inputs)
    found = refusal(error)
    assert "bad \ufffd" in found.text
    assert bool(found.detail) is (fault.action == "GetJobStatus")


async def test_a_defect_does_not_quote_a_secret_document(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = FakeEngine()
    async with serving(engine.address) as calls:
        await ask(calls.configure, settings(server))
        inputs = await _checked(calls, "hidden")

        words = "planted words"

        async def step(*_: Any) -> Any:
            raise KeyError(words)

        monkeypatch.setattr(WorkflowDefinitions, "create", step)
        with pytest.raises(grpc.RpcError):
            await ask(calls.create, "hidden", {**inputs, "spec": secret(inputs["spec"])})
    engine.close()
    assert [log for log in engine.logs if "in step\n" in log.message and log.message.endswith("KeyError")]
    assert not [log for log in engine.logs if "planted words" in log.message]


def test_the_next_run_of_an_attached_process_is_not_cancelled(start: Start, emulator: Emulator) -> None:
    plugin = start()
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=SECONDS)
    plugin.stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:9"), timeout=SECONDS)
    plugin.read("attached", f"{emulator.project.project_id}/7000000000000000001")


def test_the_next_run_of_an_attached_process_is_reported(start: Start) -> None:
    plugin, engine = start(), FakeEngine()
    document = flow("reported", id="7000000000000000061")
    document["spec"]["id"] = "7000000000000000062"
    news = {"projectId": PROJECT, "spec": document}
    plugin.check("reported", news)
    plugin.stub.Attach(plugin_pb2.PluginAttach(address=engine.address), timeout=SECONDS)
    plugin.check("reported", news)
    engine.close()
    assert engine.about(urn("reported"))


async def _checked(calls: Calls, name: str, project_id: int = PROJECT) -> dict[str, Any]:
    answer = await ask(calls.check, name, {"projectId": project_id, "spec": flow(name)})
    assert not answer.failures
    return plain(answer.inputs)


OBEYED = "\x1b]0;title\x07\x9b31m\u202e <{%bold%}>"


def test_nothing_that_a_terminal_obeys_leaves_the_plugin(
    plugin: Plugin, emulator: Emulator, engine: FakeEngine
) -> None:
    project = emulator.project.project_id
    document = flow("obeyed")
    nodes(document)[0]["recurrence"] = OBEYED
    odd = plugin.check("obeyed", {"projectId": project, "spec": document})
    inputs = plain(plugin.check("obeyed", {"projectId": project, "spec": flow("obeyed")}).inputs)
    texts = [*(failure.reason for failure in odd.failures)]
    emulator.add_fault(Fault("ImportWorkflowDefinition", status=400, code=OBEYED, message=OBEYED))
    emulator.script_job(Life("immediate", outcome="Fail", error=f"odd: {OBEYED}"))
    for _ in range(2):
        with pytest.raises(grpc.RpcError) as error:
            plugin.create("obeyed", inputs)
        texts.append(refusal(error).text)
    detail = refusal(error).detail
    assert detail is not None
    with pytest.raises(grpc.RpcError) as error:
        plugin.invoke("getProject", {"name": OBEYED})
    texts += [*detail.reasons, refusal(error).text, *(log.message for log in engine.about(urn("obeyed")))]
    assert sum("<{ %bold%}>" in text and "\\x1b]0;title\\x07" in text for text in texts) >= 5
    assert [text for text in texts if printable(text, lines=True) != text] == []
