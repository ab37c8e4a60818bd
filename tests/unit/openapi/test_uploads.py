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
)
from tests.support.services import Service, ok, refusal

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


def fault(status: int, code: str) -> httpx.Response:
    text = f"<Error><Code>{code}</Code><Message>no</Message><RequestId>R-9</RequestId></Error>"
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


async def test_a_refusal_of_oss_is_told(client: Client, service: Service) -> None:
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


async def test_a_proxy_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
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
