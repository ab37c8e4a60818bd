import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.emulator import Emulator, Fault, create_app

Call = Callable[..., httpx.Response]
SPEC = (
    '{"kind":"CycleWorkflow","spec":{"workflows":[{"id":"5000000000000000001","name":"w",'
    '"script":{"path":"w","runtime":{"command":"WORKFLOW"}}}]}}'
)
IMPORT = ("ImportWorkflowDefinition", {"ProjectId": 10001, "Spec": SPEC})


def test_before_stands_in_place_of_the_effect(call: Call, emulator: Emulator) -> None:
    headers = {"x-acs-retry-after": "1500"}
    emulator.add_fault(Fault("ImportWorkflowDefinition", status=429, code="Throttling.Api", headers=headers))
    answer = call(*IMPORT)
    assert (answer.status_code, answer.json()["Code"]) == (429, "Throttling.Api")
    assert answer.headers["x-acs-retry-after"] == "1500"
    assert emulator.workflows() == []
    assert call(*IMPORT).status_code == 200


def test_after_keeps_the_effect_and_loses_the_answer(call: Call, emulator: Emulator) -> None:
    emulator.add_fault(
        Fault("ImportWorkflowDefinition", when="after", status=502, body="<html>Bad Gateway</html>")
    )
    answer = call(*IMPORT)
    assert (answer.status_code, answer.text) == (502, "<html>Bad Gateway</html>")
    assert len(emulator.workflows()) == 1


@pytest.mark.parametrize(("when", "stored"), [("before", 0), ("after", 1)])
def test_a_reset_leaves_no_answer(call: Call, emulator: Emulator, when: Any, stored: int) -> None:
    emulator.add_fault(Fault("ImportWorkflowDefinition", when=when, reset=True))
    with pytest.raises(httpx.ReadError):
        call(*IMPORT)
    assert len(emulator.workflows()) == stored
    assert [(entry.action, entry.status) for entry in emulator.calls] == [("ImportWorkflowDefinition", 0)]
    assert call(*IMPORT).status_code == 200


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_delay_alone_lets_the_answer_be(call: Call, emulator: Emulator, when: Any) -> None:
    emulator.add_fault(Fault(when=when, delay_seconds=0.2))
    began = time.monotonic()
    assert call(*IMPORT).status_code == 200
    assert time.monotonic() - began >= 0.2


def test_the_nth_call_is_hit_so_many_times(call: Call, emulator: Emulator) -> None:
    emulator.add_fault(Fault("GetJobStatus", nth=2, times=2, status=503))
    statuses = [call("GetJobStatus", {"JobId": "1"}).status_code for _ in range(4)]
    assert statuses == [400, 503, 503, 400]
    assert call(*IMPORT).status_code == 200
    emulator.add_fault(Fault(status=503))
    emulator.clear_faults()
    assert call(*IMPORT).status_code == 200


async def test_a_reset_without_a_connection_is_an_error() -> None:
    emulator = Emulator(strict=False)
    emulator.add_fault(Fault(reset=True))
    headers = {"x-acs-action": "GetJobStatus", "x-acs-version": "2024-05-18"}
    transport = httpx.ASGITransport(create_app(emulator))
    async with httpx.AsyncClient(transport=transport, base_url="http://emulator") as client:
        with pytest.raises(ConnectionResetError):
            await client.get("/?JobId=1", headers=headers)
