"""The process and the calls before any resource."""

from __future__ import annotations

import asyncio
import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, plugin_pb2, provider_pb2

from pulumi_resource_dataworks import __version__
from pulumi_resource_dataworks.emulator import EmulatorServer, Life
from pulumi_resource_dataworks.plugin._servicer import Servicer
from tests.support.documents import etl, flow
from tests.support.plugin_process import (
    FLAGS,
    SECONDS,
    TYPE,
    Calls,
    FakeEngine,
    Plugin,
    Refusal,
    refusal,
    settings,
    urn,
)
from tests.support.waiting import wait_for
from tests.support.wire_values import plain

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
    "List",
}
SERVICE = provider_pb2.DESCRIPTOR.services_by_name["ResourceProvider"]
PLUGIN = [sys.executable, "-m", "pulumi_resource_dataworks"]
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


def test_no_task_holds_up_the_end_of_a_process_that_has_said_something(engine: FakeEngine) -> None:
    async def tasks_left() -> set[asyncio.Task[object]]:
        servicer = Servicer(engine.address)
        servicer.log.send(engine_pb2.INFO, "importing")
        await servicer.log.flush()
        await servicer.aclose()
        _, left = await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()}, timeout=SECONDS)
        return left

    assert asyncio.run(tasks_left()) == set()


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_a_create_keeps_its_job(
    server: EmulatorServer, engine: FakeEngine, name: signal.Signals
) -> None:
    """As where a terminal, a supervisor or a container stops the whole process group, the engine included."""
    plugin, emulator = Plugin([engine.address]), server.emulator
    plugin.configure(settings(server))
    emulator.script_job(Life("seconds", 30))
    given = {"projectId": emulator.project.project_id, "spec": flow(f"stopped-{name.name}")}
    inputs, polls = plain(plugin.check("stopped", given).inputs), emulator.count("GetJobStatus")
    running = plugin.stub.Create.future(plugin.create_request("stopped", inputs), timeout=SECONDS)
    wait_for(lambda: emulator.count("GetJobStatus") > polls, SECONDS)
    plugin.process.send_signal(name)
    found = Refusal(running.exception())
    assert found.detail is not None
    assert plain(found.detail.properties)["__state"]["pendingJob"]
    plugin.close()
    assert plugin.end() == (0, "", "")


STANDING_STILL = """
import sys, time
from pulumi_resource_dataworks.plugin import _host, _servicer, main
_host._GRACE_SECONDS = 0.5
_servicer.Servicer.GetPluginInfo = lambda *_: time.sleep(60)
sys.exit(main())
"""
STARTING_IT = """
import subprocess, sys
plugin = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, text=True)
print(plugin.pid, plugin.stdout.readline(), flush=True)
sys.stdin.read()
"""


def test_a_plugin_whose_loop_stands_still_ends_with_its_parent() -> None:
    command = [sys.executable, "-c", STARTING_IT, STANDING_STILL]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid, port = map(int, parent.stdout.readline().split())
        calls = Calls(port)
        waiting = calls.stub.GetPluginInfo.future(empty_pb2.Empty(), timeout=SECONDS)
        with pytest.raises(grpc.FutureTimeoutError):
            waiting.exception(timeout=0.5)
        parent.communicate("")
    wait_for(lambda: not Path(f"/proc/{pid}").exists(), SECONDS)
    calls.close()


def test_help_is_printed_and_nothing_served() -> None:
    done = subprocess.run([*PLUGIN, "--help"], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "pulumi-dataworks --help" in done.stdout


@pytest.mark.parametrize("closed", [">&-", "> /dev/full", "| true"])
def test_without_standard_output_it_ends_with_a_line(closed: str) -> None:
    command = f"set -o pipefail; {shlex.join(PLUGIN)} 127.0.0.1:9 {closed}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "the port could not be printed: standard output is closed\n"


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
