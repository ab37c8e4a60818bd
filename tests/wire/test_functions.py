"""Invoke: functions over the wire, with secrets, unknowns, faults and errors."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf import empty_pb2

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Fault, ResourceGroup
from tests.support.documents import flow
from tests.support.messages import Messages
from tests.support.plugin_process import SECONDS, Plugin, Refusal, Seed, Start, refusal, settings
from tests.support.waiting import wait_for
from tests.support.wire_values import UNKNOWN, UNKNOWNS, asset, output, plain, secret

PROJECT = {
    "projectId": 10001.0,
    "name": "emulated_workspace",
    "displayName": "Emulated workspace",
    "description": "",
    "owner": "1000000000000001",
    "status": "Available",
    "mode": "simple",
    "rootOutput": "emulated_workspace_root",
}


def reported(plugin: Plugin, function: str, **args: object) -> dict[str, object]:
    answer = plugin.invoke(function, args)
    assert list(answer.failures) == []
    return plain(getattr(answer, "return"))


def test_each_function_answers(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    project_id = emulator.project.project_id
    assert reported(plugin, "getProject", projectId=project_id) == PROJECT
    assert reported(plugin, "getProject", name="emulated_workspace") == PROJECT
    group = reported(plugin, "getResourceGroup", projectId=project_id, name="emulated_group")
    assert group["id"] == ResourceGroup().group_id
    resource_id, _, state = seed("looked-up", {"projectId": project_id, "spec": flow("looked-up")})
    found = reported(plugin, "getWorkflowDefinition", projectId=project_id, path="looked-up")
    assert f"{project_id}/{found['workflowId']}" == resource_id
    assert (found["nodeIds"], found["nodeOutputs"]) == (state["nodeIds"], state["nodeOutputs"])
    assert (found["deployed"], found["kind"]) == (False, "CycleWorkflow")
    listed = reported(plugin, "listWorkflowDefinitions", projectId=project_id)["workflows"]
    assert isinstance(listed, list)
    assert found["workflowId"] in [each["workflowId"] for each in listed]


def test_a_run_asks_once_and_the_next_one_again(
    plugin: Plugin, emulator: Emulator, server: EmulatorServer
) -> None:
    before = emulator.count("GetProject")
    for _ in range(3):
        reported(plugin, "getProject", projectId=10001)
    assert emulator.count("GetProject") == before + 1
    plugin.configure(settings(server))
    reported(plugin, "getProject", projectId=10001)
    assert emulator.count("GetProject") == before + 2


def test_what_a_resource_has_written_is_seen(plugin: Plugin, emulator: Emulator) -> None:
    asked = {"projectId": emulator.project.project_id, "name": "seen-at-once"}
    inputs = plain(
        plugin.check("seen", {"projectId": asked["projectId"], "spec": flow("seen-at-once")}).inputs
    )
    with pytest.raises(grpc.RpcError):
        plugin.invoke("getWorkflowDefinition", asked)
    plugin.create("seen", inputs, preview=True)
    before = len(emulator.calls)
    with pytest.raises(grpc.RpcError):
        plugin.invoke("getWorkflowDefinition", asked)
    assert len(emulator.calls) == before  # a preview has written nothing
    plugin.create("seen", inputs)
    assert reported(plugin, "getWorkflowDefinition", **asked)


def test_every_fault_is_a_failure_of_its_argument(
    plugin: Plugin, emulator: Emulator, messages: Messages
) -> None:
    before = len(emulator.calls)
    answer = plugin.invoke("getWorkflowDefinition", {"name": asset("x"), "path": "a", "workflowid": "1"})
    assert [failure.property for failure in answer.failures] == ["workflowid", "name", "projectId", "name"]
    messages(answer.failures[0].reason)
    messages(answer.failures[3].reason)
    assert plain(getattr(answer, "return")) == {}
    assert len(emulator.calls) == before


@pytest.mark.parametrize("sentinel", [*UNKNOWNS.values(), secret(UNKNOWN), output()])
def test_what_is_not_known_yet_is_not_asked(plugin: Plugin, emulator: Emulator, sentinel: object) -> None:
    before = len(emulator.calls)
    assert reported(plugin, "getProject", projectId=sentinel) == {}
    assert reported(plugin, "getWorkflowDefinition", projectId=10001, path=sentinel) == {}
    assert len(emulator.calls) == before


def test_what_a_secret_has_found_is_secret(plugin: Plugin) -> None:
    found = reported(plugin, "getProject", name=secret("emulated_workspace"))
    assert found == {key: secret(value) for key, value in PROJECT.items()}


def test_no_error_quotes_a_secret(plugin: Plugin, emulator: Emulator) -> None:
    emulator.add_fault(Fault("ListProjects", status=400, code="1", message="planted-name is odd"))
    for words in ("code 1; request ID", "has the name [secret]"):
        with pytest.raises(grpc.RpcError) as error:
            plugin.invoke("getProject", {"name": secret("planted-name")})
        assert "planted" not in refusal(error).text
        assert words in refusal(error).text


@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("getProject", {"projectId": 404}),
        ("getProject", {"name": "emulated"}),
        ("getResourceGroup", {"name": "x"}),
        ("getWorkflowDefinition", {"projectId": 10001, "workflowId": "404"}),
        ("getWorkflowDefinition", {"projectId": 404, "name": "x"}),
        ("getNode", {}),
    ],
)
def test_an_error_is_one_readable_text(
    plugin: Plugin, function: str, args: dict[str, object], messages: Messages
) -> None:
    with pytest.raises(grpc.RpcError) as error:
        plugin.invoke(function, args)
    found = refusal(error)
    assert found.code == grpc.StatusCode.FAILED_PRECONDITION
    messages(found.text)
    assert "defect" not in found.text


def test_it_hears_a_cancel(start: Start, emulator: Emulator) -> None:
    plugin, calls = start(), emulator.count("GetProject")
    emulator.add_fault(Fault("GetProject", when="after", delay_seconds=SECONDS))
    request = plugin.invoke_request("getProject", {"projectId": 10001})
    running = plugin.stub.Invoke.future(request, timeout=SECONDS)
    wait_for(lambda: emulator.count("GetProject") > calls, SECONDS)
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=SECONDS)
    assert Refusal(running.exception()).code == grpc.StatusCode.CANCELLED
