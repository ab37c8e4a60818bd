"""Uploads: what OpenPlatform and OSS are asked, and what becomes of each of their answers."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from pulumi_resource_dataworks.openapi import (
    AnswerLost,
    Client,
    PermissionDeniedError,
    RequestNotSent,
    ServiceError,
    Settings,
    ThrottledError,
)
from pulumi_resource_dataworks.openapi._retry import BACKOFF_CAP, THROTTLED_BUDGET
from tests.support.services import Service, VirtualClock, ok, refusal

GRANT = ok(
    AccessKeyId="OSSKEY",
    Bucket="bucket",
    Endpoint="oss-cn-shanghai.aliyuncs.com",
    ObjectKey="42/some-key",
    EncodedPolicy="cG9saWN5",
    Signature="c2ln",
    UseAccelerate=False,
)
CREATED = httpx.Response(201, text="<PostResponse><Key>42/some-key</Key></PostResponse>")
ADDRESS = "http://bucket.oss-cn-shanghai.aliyuncs.com/42/some-key"


def fault(status: int, code: str, message: str = "no") -> httpx.Response:
    text = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>R-9</RequestId></Error>"
    return httpx.Response(status, text=text)


async def test_a_file_goes_where_openplatform_says(client: Client, service: Service, tmp_path: Path) -> None:
    file = tmp_path / "udf.jar"
    file.write_bytes(b"\x00jar\r\n" * 50_000)
    service.will(GRANT, CREATED)
    assert await client.uploads.upload(str(file)) == ADDRESS
    asked, sent = service.requests
    assert str(asked.url).partition("?")[0] == "https://openplatform.aliyuncs.com/"
    assert dict(asked.url.params) == {"Product": "dataworks-public", "RegionId": "cn-shanghai"}
    assert asked.headers["x-acs-version"] == "2019-12-19"
    assert str(sent.url) == "https://bucket.oss-cn-shanghai.aliyuncs.com/"
    assert "authorization" not in sent.headers
    body = sent.content
    assert int(sent.headers["content-length"]) == len(body)
    assert b"\x00jar\r\n" * 50_000 in body
    fields = [part.partition(b'name="')[2].partition(b'"')[0].decode() for part in body.split(b"--")]
    named = [name for name in fields if name]
    assert named == ["OSSAccessKeyId", "policy", "Signature", "key", "success_action_status", "file"]


async def test_a_text_is_uploaded_as_well_and_an_empty_one(client: Client, service: Service) -> None:
    for text in (b"x = 1\n", b""):
        service.will(GRANT, CREATED)
        assert await client.uploads.upload(text) == ADDRESS


async def test_what_passes_is_tried_again_with_another_grant(client: Client, service: Service) -> None:
    service.will(GRANT, fault(503, "ServiceUnavailable"), GRANT, httpx.ReadError("reset"), GRANT, CREATED)
    assert await client.uploads.upload(b"x") == ADDRESS
    assert len(service.requests) == 6


EXPIRED = "Invalid according to Policy: Policy expired."


@pytest.mark.parametrize(
    "trouble",
    [
        fault(429, "TooManyRequests"),
        fault(408, "RequestTimeout"),
        fault(403, "AccessDenied", EXPIRED),
        httpx.WriteError("broken pipe"),
    ],
    ids=["throttled", "timeout", "expired", "cut"],
)
async def test_each_try_has_a_form_of_its_own_and_the_whole_file(
    client: Client, service: Service, tmp_path: Path, trouble: httpx.Response | Exception
) -> None:
    file = tmp_path / "udf.jar"
    file.write_bytes(b"\x00jar\r\n" * 50_000)
    service.will(GRANT, trouble, GRANT, trouble, GRANT, CREATED)
    assert await client.uploads.upload(str(file)) == ADDRESS
    sizes = [int(sent.headers["content-length"]) for sent in service.requests[1::2]]
    assert [len(sent.content) for sent in service.requests[1::2]] == sizes
    assert len(set(sizes)) == 1


async def test_throttling_is_waited_for_as_long_as_that_of_dataworks_and_holds_back_none_of_its_calls(
    client: Client, service: Service, clock: VirtualClock, said: list[str]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return fault(429, "TooManyRequests") if request.method == "POST" else GRANT

    service.will(answer)
    with pytest.raises(ThrottledError):
        await client.uploads.upload(b"x")
    assert THROTTLED_BUDGET - BACKOFF_CAP < clock.now <= THROTTLED_BUDGET
    assert all("throttles the upload of the file; trying again in " in text for text in said)
    before = clock.now
    service.will(ok(WorkflowDefinition={"Id": "7"}))
    await client.get_workflow_definition(1, "7")
    assert clock.now == before


async def test_a_refusal_of_oss_is_reported(client: Client, service: Service) -> None:
    service.will(GRANT, fault(403, "AccessDenied"))
    with pytest.raises(ServiceError, match=r"no \(code AccessDenied; request ID R-9"):
        await client.uploads.upload(b"x")


@pytest.mark.parametrize(
    ("answer", "error"),
    [(refusal(403, "NoPermission"), PermissionDeniedError), (ok(Bucket="b"), AnswerLost)],
)
async def test_no_grant_is_no_upload(
    client: Client, service: Service, answer: httpx.Response, error: type[Exception]
) -> None:
    service.will(answer)
    with pytest.raises(error):
        await client.uploads.upload(b"x")


async def test_a_file_that_is_gone_is_no_call(client: Client, service: Service) -> None:
    with pytest.raises(FileNotFoundError):
        await client.uploads.upload("gone.jar")
    assert service.requests == []


async def test_a_proxy_that_cannot_be_used_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nothing://proxy")
    settings = Settings.from_config({"region": "cn-shanghai", "accessKey": "A", "secretKey": "S"}, {})
    client = Client(settings)
    try:
        with pytest.raises(RequestNotSent, match="HTTPS_PROXY"):
            await client.uploads.upload(b"x")
    finally:
        await client.aclose()


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"region": "cn-shanghai"}, "https://openplatform.aliyuncs.com"),
        ({"endpoint": "http://127.0.0.1:80"}, "http://127.0.0.1"),
        ({"endpoint": "dataworks-vpc.cn-shanghai.aliyuncs.com"}, "https://openplatform.aliyuncs.com"),
        ({"region": "cn-shanghai", "openPlatformEndpoint": "a.example"}, "https://a.example"),
    ],
)
def test_where_openplatform_is(given: dict[str, str], url: str) -> None:
    assert Settings.from_config(given, {}).open_platform_url == url
