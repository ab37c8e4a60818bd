"""A plugin in a process of its own, and what it talks to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life
from pulumi_resource_dataworks.openapi import Client, Settings

# gRPC's own notes on closed connections are no output of the provider; read at the first channel, here and in plugins.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

from tests.support.definitions import root_of
from tests.support.plugin_process import FLAGS, FakeEngine, Plugin, Seed, Start, Values, settings, urn
from tests.support.wire_values import plain


@pytest.fixture(scope="session")
def server() -> Iterator[EmulatorServer]:
    """DataWorks on this machine; jobs end at once unless scripted."""
    with EmulatorServer(Emulator(job_life=Life("immediate"))) as running:
        yield running


@pytest.fixture(scope="session")
def engine() -> Iterator[FakeEngine]:
    running = FakeEngine()
    yield running
    running.close()


@pytest.fixture(scope="session")
def process(engine: FakeEngine) -> Iterator[Plugin]:
    """One process for all tests."""
    running = Plugin([*FLAGS, engine.address])
    yield running
    assert running.stop() == (0, "", "")


@pytest.fixture
def plugin(process: Plugin, server: EmulatorServer) -> Plugin:
    """A plugin that has just been configured: a run of its own, which knows nothing of those before it."""
    process.configure(settings(server))
    return process


@pytest.fixture
def start(server: EmulatorServer, engine: FakeEngine) -> Iterator[Start]:
    """Starts configured plugins for one test: what they remember ends with them."""
    running: list[Plugin] = []

    def begin() -> Plugin:
        running.append(Plugin([engine.address]))
        running[-1].configure(settings(server))
        return running[-1]

    yield begin
    for plugin in running:
        assert plugin.stop() == (0, "", "")


@pytest.fixture
def emulator(server: EmulatorServer) -> Emulator:
    return server.emulator


@pytest.fixture
def seed(server: EmulatorServer, plugin: Plugin) -> Seed:
    """What an earlier run has made, without waiting for a job; returns its resource ID, inputs and state."""

    def put(name: str, news: Values) -> tuple[str, dict[str, Any], dict[str, Any]]:
        inputs = plain(plugin.check(name, news).inputs)
        asyncio.run(_import(server, int(inputs["projectId"]), flowspec.canonical(root_of(inputs, urn(name)))))
        workflow = server.emulator.workflows()[-1]
        resource_id = f"{workflow.project_id}/{workflow.workflow_id}"
        found = plugin.read(name, resource_id, inputs, {"spec": inputs["spec"]})
        plugin.configure(settings(server))
        return resource_id, inputs, plain(found.properties)

    return put


async def _import(server: EmulatorServer, project_id: int, spec: str) -> None:
    client = Client(Settings.from_config(settings(server), {}))
    try:
        await client.import_workflow_definition(project_id, spec)
    finally:
        await client.aclose()
