"""Proxies, certificates and credentials services between the plugin and DataWorks: one setting for both HTTP stacks."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest
from pulumi.runtime.proto import engine_pb2

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life
from tests.support.documents import flow
from tests.support.plugin_process import FakeEngine, Plugin, clean_environment, refusal, settings, urn
from tests.support.proxies import Server, company_certificates, forwarding_to, hands_out_keys
from tests.support.wire_values import plain

STS, DATAWORKS = "sts.aliyuncs.com", "dataworks.cn-shanghai.aliyuncs.com"
ROLE = '{"roleArn": "acs:ram::1:role/deploy"}'
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def environment(**variables: str) -> dict[str, str]:
    kept = {key: value for key, value in clean_environment().items() if key.lower() not in PROXIES}
    return {**kept, "GRPC_VERBOSITY": "ERROR", **variables}


def test_a_credentials_service_on_this_machine_is_asked_directly(server: EmulatorServer) -> None:
    with Server({"": hands_out_keys}) as service, Server({"": hands_out_keys}) as proxy:
        plugin = Plugin([], environment(HTTP_PROXY=proxy.url, ALL_PROXY=proxy.url))
        plugin.configure({"endpoint": server.endpoint, "credentialsUri": f"{service.url}/keys"})
        with pytest.raises(grpc.RpcError):  # the emulator does not know the token
            plugin.invoke("getProject", {"projectId": 10001})
        assert plugin.stop()[0] == 0
    assert service.asked == ["GET /keys"]
    assert proxy.asked == []


def test_both_stacks_trust_the_ca_of_a_proxy_that_inspects_tls(tmp_path: Path) -> None:
    ca, shown = company_certificates(tmp_path, STS, DATAWORKS)
    loose = EmulatorServer(Emulator(strict=False))
    with loose, Server({STS: hands_out_keys, DATAWORKS: forwarding_to(loose.endpoint)}, shown) as proxy:
        for trusted in (str(ca), ""):
            plugin = Plugin([], environment(HTTPS_PROXY=proxy.url, SSL_CERT_FILE=trusted))
            keys = {"accessKey": "AK", "secretKey": "SK", "region": "cn-shanghai"}
            plugin.configure({**keys, "assumeRole": ROLE})
            if trusted:
                plugin.invoke("getProject", {"projectId": 10001})
                assert proxy.asked == [f"CONNECT {STS}", f"CONNECT {DATAWORKS}"]
            else:
                with pytest.raises(grpc.RpcError, match="CERTIFICATE_VERIFY_FAILED"):
                    plugin.invoke("getProject", {"projectId": 10001})
            assert plugin.stop()[0] == 0


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "grpc_proxy"])
def test_the_engine_hears_warnings_although_a_proxy_is_set(name: str) -> None:
    engine = FakeEngine()
    with EmulatorServer(Emulator(job_life=Life("immediate"))) as server:
        server.emulator.switch(other_owner="replaced")
        plugin = Plugin([engine.address], environment(**{name: "http://127.0.0.1:9"}))
        plugin.configure(settings(server))
        document = flow("reported")
        document["spec"]["workflows"][0]["owner"] = "123456789"
        inputs = plain(plugin.check("reported", {"projectId": 10001, "spec": document}).inputs)
        plugin.create("reported", inputs)
        assert plugin.stop() == (0, "", "")
    engine.close()
    assert any("keeps something else" in log.message for log in engine.about(urn("reported")))


def test_a_proxy_that_is_none_is_named(server: EmulatorServer) -> None:
    plugin = Plugin([], environment(ALL_PROXY="gopher://proxy.corp"))
    plugin.configure({**settings(server), "endpoint": "http://emulator.corp"})
    with pytest.raises(grpc.RpcError) as error:
        plugin.invoke("getProject", {"projectId": 10001})
    assert plugin.stop()[0] == 0
    assert "ALL_PROXY names no proxy" in refusal(error).text


def test_real_keys_without_tls_are_a_warning() -> None:
    engine = FakeEngine()
    plugin = Plugin([engine.address], environment())
    keys = {"accessKey": "LTAIreal", "secretKey": "SK"}
    for endpoint in ("https://gateway.corp", "http://gateway.corp"):
        plugin.configure({"endpoint": endpoint, **keys})
    plugin.check("reported", {"projectId": 10001, "spec": flow("reported")})
    assert plugin.stop() == (0, "", "")
    engine.close()
    [log] = engine.logs
    assert log.severity == engine_pb2.WARNING
    assert "http://gateway.corp is reached without TLS" in log.message
