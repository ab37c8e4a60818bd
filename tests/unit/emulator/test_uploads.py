"""A file on its way to a file resource, as the vendor's own client sends it, and as a plain client does."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from alibabacloud_dataworks_public20240518 import models  # type: ignore[import-untyped]
from alibabacloud_dataworks_public20240518.client import Client  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.exceptions import ClientException  # type: ignore[import-untyped]
from darabonba.runtime import RuntimeOptions  # type: ignore[import-untyped]

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Fault
from tests.support.proxies import Server, company_certificates, forwarding_to

PROJECT = 10001
SPEC = json.dumps(
    {
        "version": "1.1.0",
        "kind": "Resource",
        "spec": {
            "fileResources": [
                {
                    "name": "udf.jar",
                    "type": "jar",
                    "script": {"path": "sales/udf.jar", "runtime": {"command": "ODPS_JAR"}},
                }
            ]
        },
    }
)


@pytest.fixture
def runtime(server: EmulatorServer, tmp_path: Path) -> Iterator[RuntimeOptions]:
    """The client sends a file by HTTPS whatever its configuration says, so a proxy has to take the TLS off."""
    authority, own = company_certificates(tmp_path, "127.0.0.1")
    with Server({"127.0.0.1": forwarding_to(server.endpoint)}, own) as proxy:
        yield RuntimeOptions(https_proxy=proxy.url, ca=str(authority))


@pytest.fixture
def sender(sdk: Client, server: EmulatorServer) -> Client:
    """Its configuration has a field for OpenPlatform's endpoint, which its constructor forgets."""
    sdk._open_platform_endpoint = server.endpoint.removeprefix("http://")
    sdk._region_id = "cn-shanghai"
    return sdk


@pytest.mark.parametrize(
    "content", [b"", b"print(1)\r\n--\r\n", bytes(range(256)) * 4000], ids=["empty", "short", "long"]
)
def test_the_official_client_sends_a_file(
    sender: Client, runtime: RuntimeOptions, emulator: Emulator, content: bytes
) -> None:
    request = models.CreateResourceAdvanceRequest(
        project_id=PROJECT, spec=SPEC, resource_file_object=io.BytesIO(content)
    )
    made = sender.create_resource_advance(request, runtime).body.id
    [stored] = emulator.objects()
    assert stored.workflow_id == made
    assert stored.file is not None
    assert stored.file.path is not None
    assert stored.file.path.read_bytes() == content
    assert (stored.file.size, stored.file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert [call.action for call in emulator.calls] == ["AuthorizeFileUpload", "PostObject", "CreateResource"]
    assert emulator.calls[-1].params["ResourceFile"] == f"http://{stored.file.address}"

    changed = models.UpdateResourceAdvanceRequest(
        id=made, project_id=PROJECT, spec=SPEC, resource_file_object=io.BytesIO(b"other")
    )
    assert sender.update_resource_advance(changed, runtime).body.success
    [stored] = emulator.objects()
    assert stored.file is not None
    assert stored.file.size == 5
    without = models.UpdateResourceRequest(id=made, project_id=PROJECT, spec=SPEC)
    assert sender.update_resource(without).body.success
    assert emulator.objects()[0].file == stored.file


@pytest.fixture
def authorized(ask_platform: Callable[[], dict[str, Any]]) -> dict[str, str]:
    """The fields of a form, as OpenPlatform's answer has them."""
    reported = ask_platform()
    return {
        "OSSAccessKeyId": reported["AccessKeyId"],
        "policy": reported["EncodedPolicy"],
        "Signature": reported["Signature"],
        "key": reported["ObjectKey"],
        "success_action_status": "201",
    }


@pytest.fixture
def ask_platform(call: Callable[..., httpx.Response]) -> Callable[[], dict[str, Any]]:
    def ask() -> dict[str, Any]:
        version = {"x-acs-version": "2019-12-19"}
        answer = call("AuthorizeFileUpload", {"Product": "dataworks-public"}, over=version, method="GET")
        reported: dict[str, Any] = answer.json()
        return reported

    return ask


def files_on_disk(emulator: Emulator) -> list[Path]:
    return [path for path in emulator.gateway.state.folder.iterdir() if path.stat().st_size]


def test_where_a_file_goes(
    server: EmulatorServer, ask_platform: Callable[[], dict[str, Any]], emulator: Emulator
) -> None:
    reported = ask_platform()
    assert f"http://{reported['Bucket']}.{reported['Endpoint']}" == server.endpoint
    assert reported["UseAccelerate"] is False
    emulator.set_edition("basic")
    for _ in range(101):
        assert "Code" not in ask_platform()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"OSSAccessKeyId": "x"}, 403, "InvalidAccessKeyId"),
        ({"Signature": "x"}, 403, "SignatureDoesNotMatch"),
        ({"policy": "e30="}, 403, "SignatureDoesNotMatch"),
        ({"key": "x"}, 403, "AccessDenied"),
    ],
)
def test_a_form_that_is_refused(
    server: EmulatorServer, authorized: dict[str, str], change: dict[str, str], status: int, code: str
) -> None:
    answer = httpx.post(server.endpoint, data={**authorized, **change}, files={"file": b"content"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/xml")
    assert f"<Code>{code}</Code>" in answer.text
    assert server.emulator.gateway.state.uploads == {}
    is_signed = not {"policy", "Signature"} & change.keys()
    assert len(files_on_disk(server.emulator)) == is_signed


def test_forms_without_what_they_need(server: EmulatorServer, authorized: dict[str, str]) -> None:
    whole = httpx.Request("POST", server.endpoint, data=authorized, files={"file": b"content"})
    body, kind = whole.read(), {"content-type": whole.headers["content-type"]}
    chunked = httpx.post(server.endpoint, content=iter([body]), headers=kind)
    assert (chunked.status_code, "MissingContentLength" in chunked.text) == (411, True)
    cut = httpx.post(server.endpoint, content=body[:-80], headers=kind)
    assert (cut.status_code, "MalformedPOSTRequest" in cut.text) == (400, True)
    without = httpx.post(server.endpoint, content=b"x" * 200_000, headers=kind)
    assert (without.status_code, "MalformedPOSTRequest" in without.text) == (400, True)
    server.emulator.clock.advance(3601)
    late = httpx.post(server.endpoint, content=body, headers=kind)
    assert (late.status_code, "Policy expired" in late.text) == (403, True)


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_form_that_comes_in_pieces(server: EmulatorServer, authorized: dict[str, str], size: int) -> None:
    content = b"\r\n--" + bytes(range(256)) * 3 + b"\r\n--half a boundary"
    request = httpx.Request("POST", server.endpoint, data=authorized, files={"file": content})
    body = request.read()
    pieces = (body[place : place + size] for place in range(0, len(body), size))
    headers = {"content-type": request.headers["content-type"], "content-length": str(len(body))}
    answer = httpx.post(server.endpoint, content=pieces, headers=headers)
    assert answer.status_code == 201
    assert f"<Key>{authorized['key']}</Key>" in answer.text
    [upload] = server.emulator.gateway.state.uploads.values()
    assert upload.path is not None
    assert upload.path.read_bytes() == content
    assert upload.sha256 == hashlib.sha256(content).hexdigest()


def test_faults_hit_the_way_of_a_file(
    server: EmulatorServer, authorized: dict[str, str], emulator: Emulator
) -> None:
    emulator.add_fault(Fault("PostObject", status=503, code="ServiceUnavailable"))
    emulator.add_fault(Fault("PostObject", nth=2, when="after", reset=True))
    down = httpx.post(server.endpoint, data=authorized, files={"file": b"content"})
    assert (down.status_code, "<Code>ServiceUnavailable</Code>" in down.text) == (503, True)
    assert emulator.gateway.state.uploads == {}
    with pytest.raises(httpx.TransportError):
        httpx.post(server.endpoint, data=authorized, files={"file": b"content"})
    assert len(emulator.gateway.state.uploads) == 1
    assert [(call.status, call.took_effect) for call in emulator.calls[-2:]] == [(503, False), (0, True)]


def test_a_file_at_an_address(sdk: Client, server: EmulatorServer, emulator: Emulator) -> None:
    address = "https://bucket.oss-cn-shanghai.example/udf.jar?Signature=x"
    sdk.create_resource(models.CreateResourceRequest(project_id=PROJECT, spec=SPEC, resource_file=address))
    [stored] = emulator.objects()
    assert stored.file is not None
    assert (stored.file.address, stored.file.path) == (address, None)
    reported = httpx.get(f"{server.endpoint}/_emulator/objects").json()[0]["file"]
    assert reported == {"address": address, "path": "", "size": 0, "sha256": ""}
    never_sent = f"{server.endpoint}/1000000000000001/x"
    request = models.UpdateResourceRequest(
        id=stored.workflow_id, project_id=PROJECT, spec=SPEC, resource_file=never_sent
    )
    with pytest.raises(ClientException, match="cannot be downloaded"):
        sdk.update_resource(request)
