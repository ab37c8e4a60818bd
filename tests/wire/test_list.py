"""List: pages over the wire, what ends them, and errors as everywhere."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Fault, Project
from tests.support.documents import flow
from tests.support.messages import Messages
from tests.support.plugin_process import SECONDS, TYPE, FakeEngine, Plugin, Seed, Start, refusal
from tests.support.waiting import wait_for
from tests.support.wire_values import UNKNOWN, secret, struct

NAMES = [f"listed-{number}" for number in range(5)]


def responses(plugin: Plugin, kind: str = TYPE, **more: Any) -> list[provider_pb2.ListResponse]:
    query = {"projectId": 10001, "name": "listed-*"} if "query" not in more else more.pop("query")
    request = provider_pb2.ListRequest(token=kind, query=struct(query), **more)
    return list(plugin.stub.List(request, timeout=SECONDS))


@pytest.fixture
def ids(seed: Seed, emulator: Emulator) -> dict[str, str]:
    """Some workflows, by name; they are there already when the second test asks."""
    known = {found.body["name"]: f"10001/{found.workflow_id}" for found in emulator.workflows()}
    missing = [name for name in NAMES if name not in known]
    known |= {name: seed(name, {"projectId": 10001, "spec": flow(name)})[0] for name in missing}
    return {name: known[name] for name in NAMES}


def test_results_come_first_and_the_continuation_last(plugin: Plugin, ids: dict[str, str]) -> None:
    found, token = dict[str, str](), ""
    for size in (2, 2, 1):
        *results, last = responses(plugin, page_size=2, continuation_token=token)
        assert [one.WhichOneof("response") for one in results] == ["result"] * size
        assert last.WhichOneof("response") == "continuation"
        found |= {one.result.name: one.result.id for one in results}
        token = last.continuation.continuation_token
        assert bool(token) is (size == 2)
    assert found == ids


def test_an_id_is_one_that_a_read_takes(plugin: Plugin, ids: dict[str, str]) -> None:
    first = responses(plugin, limit=1)[0].result
    assert first.id == ids[first.name]
    assert plugin.read("any", first.id).id == first.id


def test_an_unknown_in_the_query_gives_computed_alone(plugin: Plugin, emulator: Emulator) -> None:
    before = len(emulator.calls)
    for query in ({"projectId": UNKNOWN}, {"projectId": 10001, "name": secret(UNKNOWN)}):
        [only] = responses(plugin, query=query)
        assert only.WhichOneof("response") == "computed"
    assert len(emulator.calls) == before


def test_nothing_is_an_empty_continuation(plugin: Plugin) -> None:
    for kind in (TYPE, "dataworks:index:WorkflowDeployment"):
        [only] = responses(
            plugin, kind, query={"projectId": 10001} if kind != TYPE else {"projectId": 10001, "name": "no"}
        )
        assert only.WhichOneof("response") == "continuation"
        assert not only.continuation.continuation_token


def test_errors_are_those_of_every_call(
    plugin: Plugin, emulator: Emulator, ids: dict[str, str], messages: Messages
) -> None:
    assert ids
    wrong: list[dict[str, Any]] = [
        {"query": {}},
        {"query": {"projectId": 10001, "name": secret("x"), "nam": "y"}},
        {"continuation_token": "elsewhere"},
        {"kind": "dataworks:index:Nothing"},
    ]
    for more in wrong:
        with pytest.raises(grpc.RpcError) as error:
            responses(plugin, **more)
        assert refusal(error).code is grpc.StatusCode.FAILED_PRECONDITION
        messages(refusal(error).text)
    emulator.add_fault(
        Fault("ListWorkflowDefinitions", status=403, code="Forbidden.Access", message="Not you.")
    )
    with pytest.raises(grpc.RpcError) as error:
        responses(plugin)
    emulator.clear_faults()
    assert "Forbidden.Access" in refusal(error).text


def test_throttling_is_waited_for_and_reported(
    plugin: Plugin, emulator: Emulator, engine: FakeEngine, ids: dict[str, str]
) -> None:
    logged = len(engine.logs)
    emulator.add_fault(
        Fault(
            "ListWorkflowDefinitions", status=429, code="Throttling.User", headers={"x-acs-retry-after": "1"}
        )
    )
    assert len(responses(plugin)) == len(ids) + 1
    assert any("DataWorks throttles" in log.message for log in engine.logs[logged:])


def test_a_cancel_ends_it_while_it_waits(start: Start, server: EmulatorServer, messages: Messages) -> None:
    plugin = start()
    running = hanging(plugin, server)
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=SECONDS)
    with pytest.raises(grpc.RpcError) as error:
        list(running)
    assert refusal(error).code is grpc.StatusCode.CANCELLED
    messages(refusal(error).text)


def test_a_caller_that_goes_away_ends_it(start: Start, server: EmulatorServer) -> None:
    running = hanging(start(), server)
    running.cancel()
    before = server.emulator.count("ListWorkflowDefinitions")
    with pytest.raises(AssertionError):
        wait_for(lambda: server.emulator.count("ListWorkflowDefinitions") > before, 3)


def hanging(plugin: Plugin, server: EmulatorServer) -> Any:
    """A list that waits, as the service has asked it to."""
    emulator = server.emulator
    before = emulator.count("ListWorkflowDefinitions")
    emulator.add_fault(
        Fault("ListWorkflowDefinitions", status=429, code="Throttling", headers={"x-acs-retry-after": "1500"})
    )
    query = struct({"projectId": Project().project_id})
    running = plugin.stub.List(provider_pb2.ListRequest(token=TYPE, query=query), timeout=SECONDS)
    wait_for(lambda: emulator.count("ListWorkflowDefinitions") > before, SECONDS)
    return running
