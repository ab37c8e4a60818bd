from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.emulator import Emulator, Fault

Call = Callable[..., httpx.Response]


@pytest.mark.parametrize(
    ("action", "params", "status", "code"),
    [
        ("CreateComponent", {}, 404, "InvalidAction.NotFound"),
        ("GetJobStatus", {}, 400, "MissingJobId"),
        ("ImportWorkflowDefinition", {"ProjectId": 10001}, 400, "MissingSpec"),
        ("ImportWorkflowDefinition", {"ProjectId": "x", "Spec": "{}"}, 400, "InvalidProjectId"),
        ("DeleteWorkflowDefinition", {"Id": "1"}, 400, "MissingProjectId"),
        ("ListWorkflowDefinitions", {"ProjectId": 10001, "PageSize": 101}, 400, "InvalidPageSize"),
        ("ListWorkflowDefinitions", {"ProjectId": 1}, 403, "1101080008"),
    ],
)
def test_what_the_gateway_refuses(
    call: Call, emulator: Emulator, action: str, params: dict[str, Any], status: int, code: str
) -> None:
    answer = call(action, params)
    assert (answer.status_code, answer.json()["Code"]) == (status, code)
    (logged,) = emulator.calls
    assert (logged.action, logged.status, logged.code) == (action, status, code)
    assert logged.request_id == answer.json()["RequestId"]


def test_parameters_are_looked_for_where_the_operation_has_them(call: Call) -> None:
    params = {"ProjectId": 10001, "Id": "1"}
    assert call("DeleteWorkflowDefinition", params, method="GET").json()["Code"] == "UnsupportedHTTPMethod"
    assert call("GetJobStatus", {"JobId": "1"}, method="POST").json()["Code"] == "UnsupportedHTTPMethod"


def test_another_version_has_no_such_action(call: Call) -> None:
    answer = call("GetJobStatus", {"JobId": "1"}, over={"x-acs-version": "2020-05-18"})
    assert (answer.status_code, answer.json()["Code"]) == (404, "InvalidAction.NotFound")


def test_the_log_says_what_took_effect_and_no_secret(call: Call, emulator: Emulator) -> None:
    call("ListWorkflowDefinitions", {"ProjectId": 10001})
    call("GetWorkflowDefinition", {"ProjectId": 10001, "Id": "1"})
    call("GetJobStatus", {"JobId": "1"}, secret="wrong")
    emulator.add_fault(Fault(when="after", status=502, body="<html>"))
    call("ListWorkflowDefinitions", {"ProjectId": 10001})
    reported = [(entry.action, entry.project, entry.took_effect, entry.status) for entry in emulator.calls]
    assert reported == [
        ("ListWorkflowDefinitions", 10001, True, 200),
        ("GetWorkflowDefinition", 10001, False, 400),
        ("GetJobStatus", None, False, 400),
        ("ListWorkflowDefinitions", 10001, True, 502),
    ]
    times = [entry.time for entry in emulator.calls]
    assert times == sorted(times)
    assert emulator.account.secret_key not in repr(emulator.calls)
    assert emulator.account.access_key not in repr(emulator.calls)
