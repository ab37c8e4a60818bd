"""The process and the calls before any resource."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from pulumi_resource_dataworks import __version__
from pulumi_resource_dataworks.emulator import EmulatorServer
from tests.support.documents import etl
from tests.support.plugin_process import FLAGS, SECONDS, TYPE, FakeEngine, Plugin, refusal, settings, urn

OFFERED = {
    "Handshake",
    "Attach",
    "GetPluginInfo",
    "GetSchema",
    "Cancel",
    "CheckConfig",
    "DiffConfig",
    "Configure",
    "Check",
    "Diff",
    "Create",
    "Read",
    "Update",
    "Delete",
    "Invoke",
}
SERVICE = provider_pb2.DESCRIPTOR.services_by_name["ResourceProvider"]
WARNS = etl(id="7000000000000000001")
WARNS["spec"]["id"] = "7000000000000000002"


@pytest.fixture(scope="module")
def bare() -> Iterator[Plugin]:
    """A plugin that knows no engine and no settings."""
    running = Plugin([])
    yield running
    assert running.stop() == (0, "", "")


def test_the_first_line_is_the_port_and_there_is_no_other(bare: Plugin) -> None:
    assert bare.first_line.endswith("\n")
    assert 1024 <= int(bare.first_line) < 65536
    assert bare.first_line == f"{int(bare.first_line)}\n"


def test_an_interrupt_ends_it_quietly_as_a_termination_does() -> None:
    plugin = Plugin([])
    plugin.stub.GetPluginInfo(empty_pb2.Empty(), timeout=SECONDS)
    assert plugin.stop(signal.SIGINT) == (0, "", "")


def test_flags_come_before_the_engine(plugin: Plugin, engine: FakeEngine) -> None:
    assert isinstance(plugin.process.args, list)
    assert plugin.process.args[-len(FLAGS) - 1 :] == [*FLAGS, engine.address]
    plugin.check("flags", {"projectId": 7, "spec": WARNS})
    assert [log.urn for log in engine.about(urn("flags"))] == [urn("flags")]


def test_handshake_says_what_it_takes_and_where_the_engine_is(server: EmulatorServer) -> None:
    engine, plugin = FakeEngine(), Plugin(["127.0.0.1:9"])
    request = provider_pb2.ProviderHandshakeRequest(
        engine_address=engine.address, configure_with_urn=True, accepts_byte_string=True
    )
    answer = plugin.stub.Handshake(request, timeout=SECONDS)
    assert answer.accept_secrets
    assert answer.accept_resources
    assert not answer.accept_outputs
    assert not answer.supports_autonaming_configuration
    plugin.configure(settings(server))
    plugin.check("handshake", {"projectId": 7, "spec": WARNS})
    plugin.stop()
    engine.close()
    assert engine.about(urn("handshake"))


def test_attach_says_where_the_engine_is(server: EmulatorServer) -> None:
    engine, plugin = FakeEngine(), Plugin([])
    plugin.stub.Attach(plugin_pb2.PluginAttach(address=engine.address), timeout=SECONDS)
    plugin.configure(settings(server))
    plugin.check("attach", {"projectId": 7, "spec": WARNS})
    plugin.stop()
    engine.close()
    assert engine.about(urn("attach"))


def test_the_version_has_no_v(bare: Plugin) -> None:
    assert bare.stub.GetPluginInfo(empty_pb2.Empty(), timeout=SECONDS).version == __version__
    assert __version__[0].isdigit()


def test_the_schema_describes_the_resource(bare: Plugin) -> None:
    answer = bare.stub.GetSchema(provider_pb2.GetSchemaRequest(version=0), timeout=SECONDS)
    schema = json.loads(answer.schema)
    assert schema["name"] == "dataworks"
    assert schema["version"] == __version__
    resource = schema["resources"][TYPE]
    assert set(resource["requiredInputs"]) == {"projectId", "spec"}
    assert "workflowId" in resource["properties"]


@pytest.mark.parametrize("name", sorted({method.name for method in SERVICE.methods} - OFFERED))
def test_the_rest_is_unimplemented(bare: Plugin, name: str) -> None:
    method = SERVICE.methods_by_name[name]
    request = getattr(provider_pb2, method.input_type.name, empty_pb2.Empty)()
    with pytest.raises(grpc.RpcError) as error:
        list(getattr(bare.stub, name)(request, timeout=SECONDS))
    assert refusal(error).code is grpc.StatusCode.UNIMPLEMENTED


def test_configure_says_what_it_takes(plugin: Plugin, server: EmulatorServer) -> None:
    answer = plugin.configure(settings(server))
    assert answer.acceptSecrets
    assert answer.supportsPreview
    assert answer.acceptResources
    assert not answer.acceptOutputs


def test_it_needs_no_more_than_a_region_in_the_environment_and_no_engine_that_listens() -> None:
    environment = {"ALIBABA_CLOUD_REGION_ID": "cn-hangzhou", "PATH": "/usr/bin"}
    plugin = Plugin(["127.0.0.1:9"], environment)
    plugin.configure({"version": "0.1.0", "pluginDownloadURL": "x", "__internal": "{}"})
    answer = plugin.check("alone", {"projectId": 7, "spec": WARNS})
    assert plugin.stop() == (0, "", "")
    assert not answer.failures


def test_configure_names_what_is_wrong(bare: Plugin) -> None:
    with pytest.raises(grpc.RpcError) as error:
        bare.configure({"region": "cn-shanghai", "callsPerSecond": "soon", "acessKey": "x"})
    found = refusal(error)
    assert found.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "dataworks:callsPerSecond" in found.text
    assert "dataworks:acessKey" in found.text
    assert "accessKey" in found.text
