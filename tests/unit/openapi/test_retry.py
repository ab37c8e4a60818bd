"""Each rule of when a call is tried again."""

from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.openapi import (
    AnswerLost,
    AuthenticationError,
    Client,
    DataWorksError,
    NotFoundError,
    QuotaExhaustedError,
    RequestNotSent,
    ServiceError,
    ServiceUnavailableError,
    ThrottledError,
)
from pulumi_resource_dataworks.openapi._retry import MAX_TRIES, RETRY_BUDGET, THROTTLED_BUDGET, backoff
from tests.support.messages import Messages
from tests.support.services import Service, VirtualClock, html, job_answer, ok, raw, refusal, settings

JOB = ok(AsyncJob={"Id": "77"})
THROTTLED: list[Any] = [
    refusal(400, "Throttling.User"),
    refusal(429, "Throttling.Api"),
    refusal(400, "9990020002"),
    refusal(400, "9990040003", "Throttling.Resource"),
    refusal(503, "Rejected.Throttling"),
    refusal(400, "1101080999", "busy", **{"x-acs-retry-after": "500"}),
    refusal(400, "1101080999", "Throttling.User: slow down"),
    html(429),
]
PASSING: list[Any] = [
    refusal(503, "ServiceUnavailable"),
    refusal(500, "InternalError"),
    refusal(408, "Timeout"),
    html(502),
    html(503),
    html(504),
    httpx.ConnectError("no route"),
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("reset"),
]
LASTING: list[tuple[Any, type[DataWorksError]]] = [
    (refusal(429, "Throttling.Api.Risk"), QuotaExhaustedError),
    (refusal(429, "Throttling.Resource"), QuotaExhaustedError),
    (refusal(400, "SignatureDoesNotMatch"), AuthenticationError),
    (refusal(400, "SignatureNonceUsed"), AuthenticationError),
    (refusal(404, "X"), NotFoundError),
    (refusal(400, "InvalidParameter"), ServiceError),
    (refusal(500, "58014884415"), ServiceError),
    (html(403), AnswerLost),
    (raw("nonsense"), AnswerLost),
    (httpx.LocalProtocolError("bad header"), RequestNotSent),
]
NOT_PROCESSED: list[Any] = [
    *THROTTLED,
    httpx.ConnectError("no route"),
    httpx.ConnectTimeout("slow"),
    httpx.ProxyError("no"),
]
UNKNOWN: list[Any] = [
    refusal(500, "InternalError"),
    refusal(503, "ServiceUnavailable"),
    refusal(408, "Timeout"),
    refusal(400, "SignatureNonceUsed"),
    html(502),
    raw("nonsense"),
    httpx.ReadTimeout("slow"),
    httpx.WriteError("broken"),
    httpx.RemoteProtocolError("reset"),
]


@pytest.mark.parametrize("fault", PASSING)
async def test_reads_are_tried_again(client: Client, service: Service, said: list[str], fault: Any) -> None:
    service.will(fault, job_answer("Running"))
    assert (await client.get_job_status("7")).status == "Running"
    assert len(service.requests) == 2
    assert len(said) == 1
    assert "GetJobStatus; try 2 of 6 in" in said[0]


@pytest.mark.parametrize("fault", THROTTLED)
async def test_throttled_calls_wait(client: Client, service: Service, said: list[str], fault: Any) -> None:
    service.will(*[fault] * 9, job_answer("Running"))
    assert (await client.get_job_status("7")).status == "Running"
    assert len(service.requests) == 10
    assert len(said) == 9
    assert all(text.startswith("DataWorks throttles GetJobStatus; trying again in ") for text in said)


@pytest.mark.parametrize(("fault", "kind"), LASTING)
async def test_what_will_not_pass_is_reported_at_once(
    client: Client, service: Service, said: list[str], fault: Any, kind: type[DataWorksError]
) -> None:
    service.will(fault)
    with pytest.raises(kind) as caught:
        await client.get_job_status("7")
    assert type(caught.value) is kind or kind is AnswerLost
    assert (len(service.requests), said) == (1, [])


@pytest.mark.parametrize("fault", NOT_PROCESSED)
async def test_imports_are_tried_again_when_surely_not_taken(
    client: Client, service: Service, fault: Any
) -> None:
    service.will(fault, JOB)
    assert (await client.import_workflow_definition(1, "{}")).id == "77"
    assert len(service.requests) == 2


@pytest.mark.parametrize("fault", UNKNOWN)
async def test_imports_are_never_sent_twice_blindly(client: Client, service: Service, fault: Any) -> None:
    service.will(fault, JOB)
    with pytest.raises(AnswerLost) as caught:
        await client.import_workflow_definition(1, "{}")
    assert caught.value.action == "ImportWorkflowDefinition"
    assert len(service.requests) == 1


async def test_a_lost_import_keeps_what_the_service_said(
    client: Client, service: Service, messages: Messages
) -> None:
    service.will(refusal(500, "InternalError", "boom"))
    with pytest.raises(AnswerLost) as caught:
        await client.import_workflow_definition(1, "{}")
    messages(caught.value)
    assert caught.value.status == 500
    assert isinstance(caught.value.__cause__, ServiceUnavailableError)


async def test_an_import_refused_with_a_4xx_is_no_lost_answer(client: Client, service: Service) -> None:
    service.will(refusal(400, "1101080999", "refused"))
    with pytest.raises(ServiceError, match="refused"):
        await client.import_workflow_definition(1, "{}")
    assert len(service.requests) == 1


async def test_every_try_is_signed_anew(client: Client, service: Service) -> None:
    service.will(refusal(429, "Throttling", **{"x-acs-retry-after": "3000"}), job_answer("Running"))
    await client.get_job_status("7")
    first, second = (request.headers for request in service.requests)
    for name in ("x-acs-date", "x-acs-signature-nonce", "authorization"):
        assert first[name] != second[name]


async def test_tries_are_bounded(client: Client, service: Service) -> None:
    service.will(html(502))
    with pytest.raises(AnswerLost):
        await client.get_job_status("7")
    assert len(service.requests) == MAX_TRIES


async def test_tries_are_bounded_in_time(clock: VirtualClock) -> None:
    """30 s of silence each."""

    async def silence(_: httpx.Request) -> httpx.Response:
        await clock.sleep(30)
        raise httpx.ReadTimeout("")

    slow = Client(settings(), transport=httpx.MockTransport(silence), clock=clock)
    with pytest.raises(AnswerLost, match="ReadTimeout"):
        await slow.get_job_status("7")
    assert RETRY_BUDGET < clock.now <= RETRY_BUDGET + 60


async def test_the_time_in_the_queue_is_no_time_of_trying(clock: VirtualClock, service: Service) -> None:
    service.will(lambda _: job_answer("Running"))
    slow = Client(settings(callsPerSecond=0.005), transport=httpx.MockTransport(service.handle), clock=clock)
    await slow.get_job_status("7")
    service.will(html(502), job_answer("Running"))
    await slow.get_job_status("7")  # waits 200 s for its turn, fails, and waits as long again
    assert clock.now > 2 * RETRY_BUDGET


async def test_throttling_is_bounded_in_time(client: Client, service: Service, clock: VirtualClock) -> None:
    service.will(refusal(429, "Throttling", **{"x-acs-retry-after": "50000"}))
    with pytest.raises(ThrottledError):
        await client.get_job_status("7")
    assert len(service.requests) == 13  # at 0, 50, ..., 600 s
    assert clock.now <= THROTTLED_BUDGET + 1


async def test_throttling_does_not_use_up_the_tries(client: Client, service: Service) -> None:
    service.will(*[refusal(429, "Throttling"), html(502)] * 5, job_answer("Running"))
    assert (await client.get_job_status("7")).status == "Running"


async def test_the_services_wish_is_honoured(
    client: Client, service: Service, clock: VirtualClock, said: list[str], messages: Messages
) -> None:
    service.will(refusal(429, "Throttling", **{"x-acs-retry-after": "2500"}), job_answer("Running"))
    await client.get_job_status("7")
    assert clock.now == pytest.approx(2.5, abs=0.01)
    messages(said)


@pytest.mark.parametrize("wish", ["3600000", "9" * 400, "9" * 5000])
async def test_the_services_wish_has_a_limit(
    client: Client, service: Service, clock: VirtualClock, wish: str
) -> None:
    service.will(refusal(429, "Throttling", **{"x-acs-retry-after": wish}), job_answer("Running"))
    await client.get_job_status("7")
    assert clock.now == pytest.approx(60, abs=0.01)


def test_the_backoff_is_full_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    lows: set[float] = set()

    def highest(low: float, high: float) -> float:
        lows.add(low)
        return high

    monkeypatch.setattr("random.uniform", highest)
    error = RequestNotSent("x", action="A")
    assert [backoff(error, number) for number in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 20, 20]
    assert backoff(error, 5000) == 20
    assert lows == {0}


@pytest.mark.parametrize("wish", ["0", "-5", "soon", "1.5", ""])
async def test_a_wish_that_is_none_is_none(client: Client, service: Service, wish: str) -> None:
    service.will(refusal(429, "Throttling", **{"x-acs-retry-after": wish}), job_answer("Running"))
    await client.get_job_status("7")
    assert len(service.requests) == 2


@pytest.mark.parametrize("lost", [httpx.ReadTimeout("slow"), html(502), refusal(500, "InternalError")])
async def test_a_delete_that_had_taken_effect_succeeds(client: Client, service: Service, lost: Any) -> None:
    service.will(lost, refusal(404, "X", "not found"))
    await client.delete_workflow_definition(1, "5")
    assert len(service.requests) == 2


@pytest.mark.parametrize("fault", [httpx.ConnectError("no route"), refusal(429, "Throttling")])
async def test_a_delete_that_had_not_been_processed_reports_the_truth(
    client: Client, service: Service, fault: Any
) -> None:
    service.will(fault, refusal(404, "X", "not found"))
    with pytest.raises(NotFoundError):
        await client.delete_workflow_definition(1, "5")


async def test_other_refusals_after_a_lost_delete_are_marked(client: Client, service: Service) -> None:
    service.will(html(502), refusal(400, "1234", "?"))
    with pytest.raises(ServiceError) as caught:
        await client.delete_workflow_definition(1, "5")
    assert caught.value.after_lost_answer
