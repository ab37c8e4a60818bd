"""An emulator, on a port or without one, and two clients: the official SDK, and one that signs by hand."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from alibabacloud_dataworks_public20240518.client import Client  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.models import Config  # type: ignore[import-untyped]

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life

GET = {"GetJobStatus", "GetWorkflowDefinition", "ListWorkflowDefinitions"}
IN_QUERY = {*GET, "RenameWorkflowDefinition"}


@pytest.fixture
def emulator() -> Emulator:
    return Emulator(job_life=Life("immediate"))


@pytest.fixture
def server(emulator: Emulator) -> Iterator[EmulatorServer]:
    with EmulatorServer(emulator) as running:
        yield running


@pytest.fixture
def sdk(server: EmulatorServer) -> Client:
    account = server.emulator.account
    return Client(
        Config(
            access_key_id=account.access_key,
            access_key_secret=account.secret_key,
            protocol="http",
            endpoint=server.endpoint.removeprefix("http://"),
        )
    )


@pytest.fixture
def call(server: EmulatorServer) -> Iterator[Callable[..., httpx.Response]]:
    """Signs by the documentation alone; `over` replaces headers before, `forged` after the signature is made."""

    def send(
        action: str,
        params: dict[str, Any],
        over: dict[str, str] | None = None,
        forged: dict[str, str] | None = None,
        secret: str | None = None,
        method: str | None = None,
    ) -> httpx.Response:
        method = method or ("GET" if action in GET else "POST")
        encoded = urlencode(
            sorted((name, str(value)) for name, value in params.items()), quote_via=quote, safe="~"
        )
        body = "" if method == "GET" else encoded
        query = encoded if method == "GET" else ""
        headers = _headers(server, action, body) | (over or {})
        names = sorted(headers)
        lines = "".join(f"{name}:{headers[name]}\n" for name in names)
        digest = headers["x-acs-content-sha256"]
        canonical = "\n".join((method, "/", query, lines, ";".join(names), digest))
        to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        account = server.emulator.account
        key = (secret or account.secret_key).encode()
        signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
        credential = f"Credential={account.access_key},SignedHeaders={';'.join(names)},Signature={signature}"
        headers |= {"authorization": f"ACS3-HMAC-SHA256 {credential}"} | (forged or {})
        url = f"{server.endpoint}/?{query}" if query else server.endpoint
        return client.request(method, url, content=body, headers=headers)

    with httpx.Client(verify=False) as client:
        yield send


def _headers(server: EmulatorServer, action: str, body: str) -> dict[str, str]:
    return {
        "host": server.endpoint.removeprefix("http://"),
        "content-type": "application/x-www-form-urlencoded",
        "x-acs-action": action,
        "x-acs-version": "2024-05-18",
        "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-content-sha256": hashlib.sha256(body.encode()).hexdigest(),
    }


@pytest.fixture
def ask() -> Callable[..., dict[str, Any]]:
    """Asks an emulator that does not check signatures, without HTTP; a refusal comes back as its envelope."""
    from pulumi_resource_dataworks.emulator._signature import Request

    def send(emulator: Emulator, action: str, **params: Any) -> dict[str, Any]:
        text = urlencode({name: str(value) for name, value in params.items()})
        method = "GET" if action in GET else "POST"
        headers = {"x-acs-action": action, "x-acs-version": "2024-05-18"}
        query, body = (text, b"") if action in IN_QUERY else ("", text.encode())
        gateway = emulator.gateway
        answer = gateway.perform(gateway.admit(Request(method, query, headers, body)))
        decoded: dict[str, Any] = json.loads(answer.body)
        return decoded

    return send
