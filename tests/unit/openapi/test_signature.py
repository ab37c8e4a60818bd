"""Against the documentation's vector and three made with the official SDK."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_resource_dataworks.openapi import Credentials
from pulumi_resource_dataworks.openapi._transport import (
    RpcRequest,
    canonical_query,
    canonical_request,
    form_body,
    signed_headers,
)

PAIR = Credentials("YourAccessKeyId", "YourAccessKeySecret")
SPEC = '{"version":"1.1.0","kind":"CycleWorkflow","spec":{"workflows":[{"name":"a b+c*~é"}]}}'
DATE = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
NONCE = "0123456789abcdef0123456789abcdef"


def dataworks(method: str, action: str, query: Mapping[str, str], body: bytes = b"") -> RpcRequest:
    return RpcRequest(method, "dataworks.cn-shanghai.aliyuncs.com", action, "2024-05-18", query, body)


def signature(headers: Mapping[str, str]) -> str:
    return headers["Authorization"].rpartition("Signature=")[2]


def test_the_documented_vector() -> None:
    query = {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    request = RpcRequest("POST", "ecs.cn-shanghai.aliyuncs.com", "RunInstances", "2014-05-26", query)
    date = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)
    headers = signed_headers(request, PAIR, date=date, nonce="3156853299f313e23d1673dc12e1703d")
    unsigned = {name: value for name, value in headers.items() if name != "Authorization"}
    digest = hashlib.sha256(canonical_request(request, unsigned).encode()).hexdigest()
    assert digest == "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
    assert signature(headers) == "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"


def test_a_form() -> None:
    body = form_body({"Spec": SPEC, "ProjectId": "123456"})
    headers = signed_headers(
        dataworks("POST", "ImportWorkflowDefinition", {}, body), PAIR, date=DATE, nonce=NONCE
    )
    assert body.startswith(b"ProjectId=123456&Spec=%7B%22version%22%3A")
    assert (
        headers["x-acs-content-sha256"] == "64383e2cda8ece09c294ef285bdc4f245aa1251a1ebbdfd2db1a5543fec894b7"
    )
    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=content-type;host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=c9bdc84fb6db6487755b2793882eb2e656f1c71b1d5a0bf83e5072ed1f79fac5"
    )


def test_a_form_with_a_security_token() -> None:
    pair = Credentials("YourAccessKeyId", "YourAccessKeySecret", "STS.token/+==")
    body = form_body({"DryRun": "True", "ProjectId": "123456", "Spec": "{}"})
    headers = signed_headers(
        dataworks("POST", "ImportWorkflowDefinition", {}, body), pair, date=DATE, nonce=NONCE
    )
    assert headers["x-acs-accesskey-id"] == "YourAccessKeyId"
    assert headers["x-acs-security-token"] == "STS.token/+=="
    assert signature(headers) == "4660bcafb33e341c492f4b492d364edf884219c77092c67330316f2e6578a055"


def test_a_query() -> None:
    request = dataworks("GET", "GetJobStatus", {"JobId": "1234567691239009"})
    headers = signed_headers(request, PAIR, date=DATE, nonce=NONCE)
    assert "content-type" not in headers
    assert signature(headers) == "7021c8dee78fdfaf4378cf5160b7fe3f410e8d9e768d7e8fceae917d3e1bf3d5"


@pytest.mark.parametrize(
    ("value", "encoded"),
    [(" ", "%20"), ("*", "%2A"), ("~", "~"), ("a+b", "a%2Bb"), ("中", "%E4%B8%AD"), ("/", "%2F")],
)
def test_queries_are_encoded_as_rfc_3986(value: str, encoded: str) -> None:
    assert canonical_query({"k": value}) == f"k={encoded}"


@given(st.text(), st.text())
def test_every_difference_in_the_secret_shows(one: str, other: str) -> None:
    request = dataworks("GET", "GetJobStatus", {"JobId": "1"})
    try:
        pairs = [Credentials("AK", secret) for secret in (one, other)]
        first, second = (signature(signed_headers(request, pair, date=DATE, nonce=NONCE)) for pair in pairs)
    except UnicodeEncodeError:
        return
    # HMAC pads a short key with zero bytes, so only those do not count.
    if len(one) < 16 and len(other) < 16:
        assert (first == second) == (one.rstrip("\0") == other.rstrip("\0"))


def test_secrets_are_not_shown() -> None:
    shown = repr(Credentials("AK", "the-secret", "the-token"))
    assert "the-secret" not in shown
    assert "the-token" not in shown
