import hashlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.emulator import Account, Emulator, EmulatorServer, Life
from pulumi_resource_dataworks.emulator._answers import ServiceError
from pulumi_resource_dataworks.emulator._signature import Request, Verifier, canonical_request, signature_of

KEY = Account(access_key="YourAccessKeyId", secret_key="YourAccessKeySecret")
EMPTY = hashlib.sha256(b"").hexdigest()
DATAWORKS = {
    "host": "dataworks.cn-shanghai.aliyuncs.com",
    "x-acs-version": "2024-05-18",
    "x-acs-date": "2025-01-02T03:04:05Z",
    "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
}
NOW = 1735787045  # 2025-01-02T03:04:05Z
SPEC = (
    "%7B%22version%22%3A%221.1.0%22%2C%22kind%22%3A%22CycleWorkflow%22%2C%22spec%22%3A%7B%22workflows%22%3A%5B%7B"
    "%22name%22%3A%22a+b%2Bc%2A~%C3%A9%22%7D%5D%7D%7D"
)


def form(action: str, body: str, **more: str) -> Request:
    typed = {"x-acs-action": action, "content-type": "application/x-www-form-urlencoded"}
    digest = {"x-acs-content-sha256": hashlib.sha256(body.encode()).hexdigest()}
    return Request("POST", "", {**DATAWORKS, **typed, **digest, **more}, body.encode())


VECTORS = {
    "the documentation's": (
        Request(
            "POST",
            "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
            {
                "host": "ecs.cn-shanghai.aliyuncs.com",
                "x-acs-action": "RunInstances",
                "x-acs-version": "2014-05-26",
                "x-acs-date": "2023-10-26T10:22:32Z",
                "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
                "x-acs-content-sha256": EMPTY,
            },
        ),
        "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
        1698315752,
        None,
    ),
    "a form": (
        form("ImportWorkflowDefinition", f"ProjectId=123456&Spec={SPEC}"),
        "c9bdc84fb6db6487755b2793882eb2e656f1c71b1d5a0bf83e5072ed1f79fac5",
        NOW,
        None,
    ),
    "an STS token": (
        form(
            "ImportWorkflowDefinition",
            "DryRun=True&ProjectId=123456&Spec=%7B%7D",
            **{"x-acs-accesskey-id": KEY.access_key, "x-acs-security-token": "STS.token/+=="},
        ),
        "4660bcafb33e341c492f4b492d364edf884219c77092c67330316f2e6578a055",
        NOW,
        "STS.token/+==",
    ),
    "a query": (
        Request(
            "GET",
            "JobId=1234567691239009",
            DATAWORKS | {"x-acs-action": "GetJobStatus", "x-acs-content-sha256": EMPTY},
        ),
        "7021c8dee78fdfaf4378cf5160b7fe3f410e8d9e768d7e8fceae917d3e1bf3d5",
        NOW,
        None,
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_published_signatures_are_accepted(name: str) -> None:
    request, signature, now, token = VECTORS[name]
    names = sorted(request.headers)
    assert signature_of(canonical_request(request, names), KEY.secret_key) == signature
    authorization = (
        f"ACS3-HMAC-SHA256 Credential={KEY.access_key},SignedHeaders={';'.join(names)},Signature={signature}"
    )
    headers = {**request.headers, "authorization": authorization}
    signed = Request(request.method, request.query, headers, request.body)
    account = Account(KEY.access_key, KEY.secret_key, security_token=token)
    assert Verifier().verify(signed, [account], now) == account
    with pytest.raises(ServiceError, match="SignatureDoesNotMatch"):
        Verifier().verify(signed, [Account(KEY.access_key, "another", security_token=token)], now)
    with pytest.raises(ServiceError, match="InvalidSecurityToken"):
        Verifier().verify(signed, [Account(KEY.access_key, KEY.secret_key, security_token="another")], now)
    with pytest.raises(ServiceError, match=r"InvalidTimeStamp\.Expired"):
        Verifier().verify(signed, [account], now + 901)


def test_the_documentations_canonical_request_hashes_as_published() -> None:
    request = VECTORS["the documentation's"][0]
    text = canonical_request(request, sorted(request.headers))
    published = "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
    assert hashlib.sha256(text.encode()).hexdigest() == published


REFUSALS: dict[str, tuple[dict[str, Any], int, str]] = {
    "clock": ({"over": {"x-acs-date": "2020-01-01T00:00:00Z"}}, 400, "InvalidTimeStamp.Expired"),
    "date": ({"over": {"x-acs-date": "yesterday"}}, 400, "InvalidTimeStamp.Format"),
    "secret": ({"secret": "another"}, 400, "SignatureDoesNotMatch"),
    "body": ({"over": {"x-acs-content-sha256": "0" * 64}}, 400, "SignatureDoesNotMatch"),
    "unsigned header": ({"forged": {"x-acs-extra": "1"}}, 400, "SignatureDoesNotMatch"),
    "token": ({"over": {"x-acs-security-token": "t"}}, 400, "InvalidSecurityToken.MismatchWithAccessKey"),
    "no signature": ({"forged": {"authorization": ""}}, 400, "IncompleteSignature"),
    "unsorted": (
        {"forged": {"authorization": "ACS3-HMAC-SHA256 Credential=K,SignedHeaders=x,Signature=0"}},
        404,
        "InvalidAccessKeyId.NotFound",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_wrong_signature_is_refused(name: str, call: Callable[..., httpx.Response]) -> None:
    how, status, code = REFUSALS[name]
    answer = call("GetJobStatus", {"JobId": "1"}, **how)
    assert (answer.status_code, answer.json()["Code"]) == (status, code)
    assert {"RequestId", "HostId", "Message", "Recommend"} < answer.json().keys()


def test_a_nonce_serves_once(call: Callable[..., httpx.Response]) -> None:
    once = {"over": {"x-acs-signature-nonce": "n"}}
    first = call("ListWorkflowDefinitions", {"ProjectId": 10001}, **once)
    second = call("ListWorkflowDefinitions", {"ProjectId": 10001}, **once)
    assert (first.status_code, second.json()["Code"]) == (200, "SignatureNonceUsed")


def test_signed_headers_are_sorted_and_present(
    server: EmulatorServer, call: Callable[..., httpx.Response]
) -> None:
    key = server.emulator.account.access_key
    names = (
        "x-acs-version;x-acs-signature-nonce;x-acs-date;x-acs-content-sha256;x-acs-action;host;content-type"
    )
    forged = {"authorization": f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={names},Signature=0"}
    assert "not sorted" in call("GetJobStatus", {"JobId": "1"}, forged=forged).json()["Message"]
    answer = httpx.get(
        server.endpoint, headers=forged | {"x-acs-action": "GetJobStatus", "x-acs-version": "2024-05-18"}
    )
    assert answer.json()["Code"] == "MissingParameter"


def test_loose_takes_anything() -> None:
    with EmulatorServer(Emulator(strict=False, job_life=Life("immediate"))) as server:
        headers = {"x-acs-action": "ListWorkflowDefinitions", "x-acs-version": "2024-05-18"}
        assert httpx.get(f"{server.endpoint}/?ProjectId=10001", headers=headers).status_code == 200
