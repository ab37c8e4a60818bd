import re
import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Fault, create_app

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


def test_a_denial_says_who_was_denied_what(call: Call, emulator: Emulator) -> None:
    denial = {"PolicyType": "ControlPolicy", "NoPermissionType": "ExplicitDeny"}
    emulator.add_fault(Fault("ImportWorkflowDefinition", status=403, code="Forbidden.RAM", denial=denial))
    assert call(*IMPORT).json()["AccessDeniedDetail"] == {
        **denial,
        "AuthAction": "dataworks:ImportWorkflowDefinition",
        "AuthPrincipalType": "SubUser",
        "AuthPrincipalDisplayName": emulator.account.name,
        "AuthPrincipalOwnerId": emulator.account.uid,
        "EncodedDiagnosticMessage": "AQEAAAAA",
    }
    emulator.add_fault(Fault("ImportWorkflowDefinition", status=403, code="Forbidden.RAM"))
    assert "AccessDeniedDetail" not in call(*IMPORT).json()


@pytest.mark.parametrize(("when", "stored"), [("before", 0), ("after", 1)])
def test_a_reset_leaves_no_answer(call: Call, emulator: Emulator, when: Any, stored: int) -> None:
    emulator.add_fault(Fault("ImportWorkflowDefinition", when=when, reset=True))
    with pytest.raises(httpx.ReadError):
        call(*IMPORT)
    assert len(emulator.workflows()) == stored
    (entry,) = emulator.calls
    assert (entry.action, entry.status, entry.took_effect) == (
        "ImportWorkflowDefinition",
        0,
        when == "after",
    )
    assert call(*IMPORT).status_code == 200


@pytest.mark.parametrize(("when", "stored"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("status", [None, 503])
def test_half_a_response_breaks_off(
    call: Call, emulator: Emulator, when: Any, stored: int, status: int | None
) -> None:
    emulator.add_fault(Fault("ImportWorkflowDefinition", when=when, status=status, half=True))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        call(*IMPORT)
    assert len(emulator.workflows()) == stored
    assert emulator.calls[-1].status == 0
    assert call(*IMPORT).status_code == 200


def spoken(server: EmulatorServer, request: bytes) -> bytes:
    """All that comes back on a connection until it is closed."""
    host, port = server.endpoint.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_half_a_response_announces_the_whole() -> None:
    loose = Emulator(strict=False)
    loose.add_fault(Fault(when="after", half=True))
    request = b"GET /?ProjectId=10001 HTTP/1.1\r\nhost: x\r\nx-acs-version: 2024-05-18\r\n"
    request += b"x-acs-action: ListWorkflowDefinitions\r\nconnection: close\r\n\r\n"
    with EmulatorServer(loose) as server:
        head, _, body = spoken(server, request).partition(b"\r\n\r\n")
        whole = spoken(server, request).partition(b"\r\n\r\n")[2]
    (announced,) = re.findall(rb"content-length: (\d+)", head)
    assert len(body) == int(announced) // 2
    assert len(whole) == int(announced)
    assert body[:12] == whole[:12]


def test_a_fault_hits_its_operation_alone_and_the_first_that_fits_goes_first(
    call: Call, emulator: Emulator
) -> None:
    emulator.add_fault(Fault("GetJobStatus", nth=3, status=503, body="<html>503</html>"))
    emulator.add_fault(Fault(nth=5, status=500, code="InternalError"))
    assert call(*IMPORT).status_code == 200
    answers = [call("GetJobStatus", {"JobId": "1"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [400, 400, 503, 500]
    assert answers[2].headers["content-type"] == "text/html"


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
