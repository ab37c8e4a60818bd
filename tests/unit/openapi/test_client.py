"""What each operation sends, and what it makes of the answers."""

import json
import ssl
import subprocess
import sys
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks import __version__
from pulumi_resource_dataworks.openapi import (
    AnswerLost,
    Client,
    NotFoundError,
    RequestNotSent,
    UnreadableAnswer,
)
from pulumi_resource_dataworks.openapi._client import GET, IMPORT
from pulumi_resource_dataworks.openapi._credentials import credentials_for
from pulumi_resource_dataworks.openapi._operations import Operation
from pulumi_resource_dataworks.openapi._transport import Transport
from tests.support.messages import Messages
from tests.support.services import Service, VirtualClock, job_answer, ok, raw, refusal, settings

JOB = {"Id": "77", "Response": "88", "Status": "Running", "Completed": False}


def item(number: int) -> dict[str, Any]:
    return {"Id": number, "Name": f"w{number}", "Script": {"Path": f"f/w{number}"}, "Type": "CycleWorkflow"}


def page(*numbers: int, total: object = None) -> httpx.Response:
    return ok(PagingInfo={"WorkflowDefinitions": [item(number) for number in numbers], "TotalCount": total})


async def test_import_sends_a_signed_form(client: Client, service: Service) -> None:
    service.will(ok(AsyncJob=JOB))
    job = await client.import_workflow_definition(12, '{"a": "é +"}')
    assert (job.id, job.workflow_id, job.status, job.request_id) == ("77", "88", "Running", "REQ")
    request = service.requests[0]
    assert (request.method, str(request.url)) == ("POST", "https://dataworks.cn-shanghai.aliyuncs.com/")
    assert service.parameters() == {"ProjectId": "12", "Spec": '{"a": "é +"}'}
    assert request.headers["x-acs-action"] == "ImportWorkflowDefinition"
    assert request.headers["x-acs-version"] == "2024-05-18"
    assert request.headers["x-acs-date"] == "2025-01-02T03:04:05Z"
    assert request.headers["host"] == "dataworks.cn-shanghai.aliyuncs.com"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["authorization"].startswith(
        "ACS3-HMAC-SHA256 Credential=AK,SignedHeaders=content-type;host;"
    )


async def test_a_dry_run_says_so(client: Client, service: Service) -> None:
    service.will(ok(AsyncJob=JOB))
    await client.import_workflow_definition(12, "{}", dry_run=True)
    assert service.parameters() == {"ProjectId": "12", "Spec": "{}", "DryRun": "true"}


async def test_every_call_says_who_we_are(client: Client, service: Service) -> None:
    service.will(job_answer("Running"))
    await client.get_job_status("7")
    headers = service.requests[0].headers
    assert headers["user-agent"] == f"pulumi-resource-dataworks/{__version__}"
    assert headers["accept"] == "application/json"


async def test_what_is_signed_is_what_is_sent(client: Client, service: Service) -> None:
    service.will(job_answer("Running"))
    await client.get_job_status("a b*~/é")
    assert service.requests[0].url.query == b"JobId=a%20b%2A~%2F%C3%A9"


async def test_get_job_status(client: Client, service: Service) -> None:
    service.will(job_answer("success", Completed="True", CreateTime="1739347230123"))
    status = await client.get_job_status("7")
    assert (status.job_id, status.status, status.completed, status.request_id) == ("7", "Success", True, "R")
    assert service.requests[0].method == "GET"
    assert service.parameters() == {"JobId": "7"}


async def test_a_status_without_an_id_keeps_ours(client: Client, service: Service) -> None:
    service.will(ok(JobStatus={"Status": "Running"}))
    assert (await client.get_job_status("7")).job_id == "7"


@pytest.mark.parametrize(("with_scripts", "flag"), [(True, "true"), (False, "false")])
async def test_get_workflow(client: Client, service: Service, with_scripts: bool, flag: str) -> None:
    wire = '{"RequestId":"R","WorkflowDefinition":{"Id":4937433629620853475,"Name":"n","Spec":"{}","ProjectId":"12"}}'
    service.will(raw(wire))
    found = await client.get_workflow_definition(
        12, "4937433629620853475", include_script_content=with_scripts
    )
    assert (found.id, found.project_id, found.workflow_id) == ("4937433629620853475", 12, None)
    assert service.parameters() == {
        "ProjectId": "12",
        "Id": "4937433629620853475",
        "IncludeScriptContent": flag,
    }


@pytest.mark.parametrize("body", [{}, {"WorkflowDefinition": None}, {"WorkflowDefinition": {}}])
async def test_an_empty_200_is_not_found(
    client: Client, service: Service, body: dict[str, Any], messages: Messages
) -> None:
    service.will(ok(**body))
    with pytest.raises(NotFoundError) as refused:
        await client.get_workflow_definition(12, "5")
    messages(refused.value)


async def test_an_empty_job_status_is_not_found(client: Client, service: Service, messages: Messages) -> None:
    service.will(ok(JobStatus=None))
    with pytest.raises(NotFoundError) as refused:
        await client.get_job_status("7")
    messages(refused.value)


async def test_a_blank_200_is_nobodys_answer(client: Client, service: Service) -> None:
    service.will(raw(""))
    with pytest.raises(UnreadableAnswer):
        await client.get_workflow_definition(12, "5")


async def test_a_definition_without_an_id_keeps_ours(client: Client, service: Service) -> None:
    service.will(ok(WorkflowDefinition={"Spec": "{}"}))
    assert (await client.get_workflow_definition(12, "5")).id == "5"


@pytest.mark.parametrize("inner", ['{"Id":4.9e18}', '"text"', "[1]", "5"])
async def test_unknown_shapes_are_named(
    client: Client, service: Service, inner: str, messages: Messages
) -> None:
    service.will(raw(f'{{"RequestId":"R","WorkflowDefinition":{inner}}}'))
    with pytest.raises(UnreadableAnswer) as refused:
        await client.get_workflow_definition(12, "5")
    messages(refused.value)


async def test_an_import_answer_without_a_job_is_a_lost_answer(client: Client, service: Service) -> None:
    service.will(ok())
    with pytest.raises(AnswerLost):
        await client.import_workflow_definition(12, "{}")
    assert len(service.requests) == 1


async def test_list_reads_all_pages(client: Client, service: Service) -> None:
    service.will(page(*range(100), total="150"), page(*range(100, 150), total=150))
    found = await client.list_workflow_definitions(12, kind="CycleWorkflow", name="w")
    assert [workflow.id for workflow in found] == [str(number) for number in range(150)]
    assert (found[3].path, found[3].kind, found[3].name) == ("f/w3", "CycleWorkflow", "w3")
    assert service.parameters(0) == {
        "ProjectId": "12",
        "Type": "CycleWorkflow",
        "PageSize": "100",
        "PageNumber": "1",
        "Name": "w",
    }
    assert service.parameters(1)["PageNumber"] == "2"


async def test_list_stops_on_a_page_that_does_not_advance(client: Client, service: Service) -> None:
    service.will(page(1, 2, total=500))
    assert len(await client.list_workflow_definitions(12, kind="CycleWorkflow")) == 2
    assert len(service.requests) == 2


async def test_list_goes_on_when_the_service_gives_smaller_pages(client: Client, service: Service) -> None:
    service.will(page(1, 2, total=3), page(3, total=3))
    assert len(await client.list_workflow_definitions(12, kind="CycleWorkflow")) == 3


@pytest.mark.parametrize(("first", "calls"), [(99, 1), (100, 2)])
async def test_list_without_a_total(client: Client, service: Service, first: int, calls: int) -> None:
    service.will(page(*range(first)), page())
    assert len(await client.list_workflow_definitions(12, kind="CycleWorkflow")) == first
    assert len(service.requests) == calls


@pytest.mark.parametrize("body", [{}, {"PagingInfo": None}, {"PagingInfo": {"WorkflowDefinitions": None}}])
async def test_an_empty_list(client: Client, service: Service, body: dict[str, Any]) -> None:
    service.will(ok(**body))
    assert await client.list_workflow_definitions(12, kind="ManualWorkflow") == []
    assert "Name" not in service.parameters()


async def test_a_listed_workflow_without_a_type_has_the_one_asked_for(
    client: Client, service: Service
) -> None:
    service.will(ok(PagingInfo={"TotalCount": 1, "WorkflowDefinitions": [{"Id": "1"}]}))
    assert (await client.list_workflow_definitions(12, kind="ManualWorkflow"))[0].kind == "ManualWorkflow"


async def test_delete(client: Client, service: Service) -> None:
    service.will(ok(Success=True))
    await client.delete_workflow_definition(12, "5")
    assert (service.requests[0].method, service.parameters()) == ("POST", {"ProjectId": "12", "Id": "5"})


async def test_delete_of_what_is_not_there(client: Client, service: Service) -> None:
    service.will(refusal(404, "X", "workflow not found"))
    with pytest.raises(NotFoundError):
        await client.delete_workflow_definition(12, "5")


async def test_rename(client: Client, service: Service) -> None:
    service.will(ok(Success=True))
    await client.rename_workflow_definition(12, "5", "orders")
    assert service.actions == ["RenameWorkflowDefinition"]
    assert service.parameters() == {"ProjectId": "12", "Id": "5", "Name": "orders"}


async def test_move(client: Client, service: Service) -> None:
    service.will(ok(Success=True))
    await client.move_workflow_definition(12, "5", "team/daily")
    assert service.actions == ["MoveWorkflowDefinition"]
    assert service.parameters() == {"ProjectId": "12", "Id": "5", "Path": "team/daily"}


NOT_SENT = [
    httpx.ConnectError("[Errno -2] Name or service not known"),
    httpx.ConnectTimeout("slow"),
    httpx.PoolTimeout("full"),
    httpx.ProxyError("407 Proxy Authentication Required"),
]
LOST = [
    httpx.ReadTimeout(""),
    httpx.ReadError("reset"),
    httpx.WriteError("broken pipe"),
    httpx.WriteTimeout("slow"),
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
    httpx.DecodingError("bad gzip"),
]


@pytest.mark.parametrize("error", NOT_SENT, ids=lambda error: type(error).__name__)
async def test_what_was_not_sent(
    client: Client, service: Service, error: httpx.HTTPError, messages: Messages
) -> None:
    service.will(error)
    with pytest.raises(RequestNotSent) as caught:
        await client.import_workflow_definition(12, "{}")
    messages(caught.value)
    assert str(error) in str(caught.value)
    assert caught.value.action == "ImportWorkflowDefinition"


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
async def test_what_was_sent_and_not_answered(
    client: Client, service: Service, error: httpx.HTTPError
) -> None:
    service.will(error)
    with pytest.raises(AnswerLost, match=type(error).__name__):
        await client.import_workflow_definition(12, "{}")


async def test_a_given_endpoint_is_what_to_check(
    service: Service, clock: VirtualClock, messages: Messages
) -> None:
    service.will(httpx.ConnectError("refused"))
    made = Client(
        settings(endpoint="http://127.0.0.1:1"), transport=httpx.MockTransport(service.handle), clock=clock
    )
    with pytest.raises(RequestNotSent) as refused:
        await made.get_job_status("7")
    messages(refused.value)


async def test_certificates_are_not_tried_again(client: Client, service: Service, messages: Messages) -> None:
    certificate = ssl.SSLCertVerificationError(1, "certificate verify failed")
    certificate.verify_message = "self-signed certificate in certificate chain"
    error = httpx.ConnectError("[SSL]")
    error.__cause__ = certificate
    service.will(error)
    with pytest.raises(RequestNotSent) as refused:
        await client.get_job_status("7")
    messages(refused.value)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("given", "operation", "seconds"),
    [
        ({}, GET, (5.0, 30.0)),
        ({}, IMPORT, (5.0, 120.0)),
        ({"clientConnectTimeout": 1500, "clientReadTimeout": 2500}, IMPORT, (1.5, 2.5)),
    ],
)
async def test_timeouts_are_milliseconds_in_settings(
    clock: VirtualClock,
    service: Service,
    given: dict[str, Any],
    operation: Operation,
    seconds: tuple[float, float],
) -> None:
    service.will(ok())
    found = settings(**given)
    sender = Transport(found, credentials_for(found), httpx.MockTransport(service.handle), clock)
    await sender.send(operation, {})
    timeout = service.requests[0].extensions["timeout"]
    assert (timeout["connect"], timeout["read"]) == seconds


async def test_an_environment_that_breaks_the_http_client(
    monkeypatch: pytest.MonkeyPatch, clock: VirtualClock, messages: Messages
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://nowhere")
    made = Client(settings(), clock=clock)
    with pytest.raises(RequestNotSent) as refused:
        await made.get_job_status("7")
    messages(refused.value)


async def test_an_id_that_fits_in_no_url(client: Client, service: Service, messages: Messages) -> None:
    with pytest.raises(RequestNotSent) as refused:
        await client.get_job_status("7" * 70_000)
    messages(refused.value)
    assert service.requests == []


async def test_connections_are_used_again_and_closed(client: Client, service: Service) -> None:
    service.will(lambda _: job_answer("Running"))
    await client.get_job_status("7")
    first = client._transport._http
    await client.get_job_status("7")
    assert client._transport._http is first
    await client.aclose()
    assert first is not None
    assert first.is_closed
    await client.aclose()


def test_the_import_is_cheap() -> None:
    program = (
        "import sys, json, pulumi_resource_dataworks.openapi;"
        "print(json.dumps([m for m in sys.modules if m.partition('.')[0] in"
        " ('alibabacloud_credentials', 'Tea', 'aiohttp', 'requests', 'pulumi', 'grpc')]))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == []
