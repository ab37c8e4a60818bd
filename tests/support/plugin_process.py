"""The plugin as the engine starts it, or in this process: its calls with plain values on this side, and what it calls."""

from __future__ import annotations

import asyncio
import copy
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

import grpc
import grpc.aio
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc, status_pb2

from pulumi_resource_dataworks.emulator import EmulatorServer
from pulumi_resource_dataworks.plugin._servicer import Servicer
from tests.support.cli import kept_environment
from tests.support.wire_values import struct

TYPE = "dataworks:index:WorkflowDefinition"
SECONDS = 20.0
OPTIONS = [
    ("grpc.max_receive_message_length", 400 << 20),
    ("grpc.max_send_message_length", 400 << 20),
    ("grpc.max_metadata_size", 16 << 20),  # both as the engine's own
    ("grpc.absolute_max_metadata_size", 16 << 20),
]

Values = Mapping[str, Any]


def urn(name: str, parents: str = "", kind: str = TYPE) -> str:
    return f"urn:pulumi:test::wire::{parents}{kind}::{name}"


class Calls:
    """A connection to a provider.

    Attributes:
        kind: The resource that the calls are about.
    """

    def __init__(self, port: int, kind: str = TYPE) -> None:
        self.kind = kind
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)
        self.stub: Any = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def about(self, kind: str) -> Calls:
        """The same about another resource."""
        other = copy.copy(self)
        other.kind = kind
        return other

    def close(self) -> None:
        self.channel.close()

    def check_config(self, news: Values) -> Any:
        return self.stub.CheckConfig(provider_pb2.CheckRequest(news=struct(news)), timeout=SECONDS)

    def diff_config(self, olds: Values, news: Values) -> Any:
        request = provider_pb2.DiffRequest(old_inputs=struct(olds), olds=struct(olds), news=struct(news))
        return self.stub.DiffConfig(request, timeout=SECONDS)

    def configure(self, args: Values) -> Any:
        request = provider_pb2.ConfigureRequest(args=struct(args), acceptSecrets=True, acceptResources=True)
        return self.stub.Configure(request, timeout=SECONDS)

    def _of(self, name: str) -> dict[str, Any]:
        return {"urn": urn(name, kind=self.kind), "type": self.kind, "name": name}

    def check(self, name: str, news: Values, olds: Values | None = None, **more: Any) -> Any:
        values: dict[str, Any] = {"olds": struct(olds or {}), "news": struct(news)}
        request = provider_pb2.CheckRequest(**{**self._of(name), **values, **more})
        return self.stub.Check(request, timeout=SECONDS)

    def diff(self, name: str, resource_id: str, olds: Values, news: Values, **more: Any) -> Any:
        state = struct(more.pop("state", olds))
        values: dict[str, Any] = {"olds": state, "old_inputs": struct(olds), "news": struct(news)}
        request = provider_pb2.DiffRequest(id=resource_id, **self._of(name), **values, **more)
        return self.stub.Diff(request, timeout=SECONDS)

    def create_request(self, name: str, news: Values, **more: Any) -> provider_pb2.CreateRequest:
        return provider_pb2.CreateRequest(**self._of(name), properties=struct(news), **more)

    def create(self, name: str, news: Values, **more: Any) -> Any:
        return self.stub.Create(self.create_request(name, news, **more), timeout=SECONDS)

    def read(
        self, name: str, resource_id: str, inputs: Values | None = None, state: Values | None = None
    ) -> Any:
        """A read; for an import without inputs and state, which are then left out."""
        request = provider_pb2.ReadRequest(id=resource_id, **self._of(name))
        if inputs is not None:
            request.inputs.CopyFrom(struct(inputs))
        if state is not None:
            request.properties.CopyFrom(struct(state))
        return self.stub.Read(request, timeout=SECONDS)

    def update(
        self,
        name: str,
        resource_id: str,
        state: Values,
        news: Values,
        olds: Values | None = None,
        **more: Any,
    ) -> Any:
        values: dict[str, Any] = {
            "olds": struct(state),
            "old_inputs": struct(news if olds is None else olds),
            "news": struct(news),
        }
        request = provider_pb2.UpdateRequest(id=resource_id, **self._of(name), **values, **more)
        return self.stub.Update(request, timeout=SECONDS)

    def invoke_request(self, function: str, args: Values) -> Any:
        return provider_pb2.InvokeRequest(tok=f"dataworks:index:{function}", args=struct(args))

    def invoke(self, function: str, args: Values) -> Any:
        return self.stub.Invoke(self.invoke_request(function, args), timeout=SECONDS)

    def delete(self, name: str, resource_id: str, state: Values) -> None:
        request = provider_pb2.DeleteRequest(id=resource_id, **self._of(name), properties=struct(state))
        self.stub.Delete(request, timeout=SECONDS)


class Refusal:
    """The error that a call ended with.

    Attributes:
        code: Its gRPC code.
        text: What the user reads.
        detail: The resource that is half done, or None.
    """

    def __init__(self, error: Any) -> None:
        self.code: grpc.StatusCode = error.code()
        self.text = str(error.details())
        self.detail = _half_done(error)


def refusal(error: pytest.ExceptionInfo[grpc.RpcError]) -> Refusal:
    return Refusal(error.value)


def _half_done(error: Any) -> provider_pb2.ErrorResourceInitFailed | None:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            # The Go engine trusts the details only where the two agree.
            assert status.code == error.code().value[0]
            assert status.message == error.details()
            detail = provider_pb2.ErrorResourceInitFailed()
            assert status.details[-1].Unpack(detail)
            return detail
    return None


FLAGS = ("--logtostderr", "-v=3", "--tracing", "file:///nowhere")
"""What the engine puts before its address where it is asked to be talkative."""


class Plugin(Calls):
    """A running plugin.

    Attributes:
        first_line: The first line of its output.
        process: The process.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pulumi_resource_dataworks", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment() if environment is None else dict(environment),
        )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        try:
            super().__init__(int(self.first_line))
        except ValueError:
            raise AssertionError(f"no port but {self.first_line!r}, {self.end()}") from None

    def stop(self, name: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Ends the process with a signal; returns its status and the rest of its output."""
        self.close()
        self.process.send_signal(name)
        return self.end()

    def end(self) -> tuple[int, str, str]:
        """Status and the rest of the output of a process that ends, or is made to."""
        try:
            rest, errors = self.process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            rest, errors = self.process.communicate()
        return self.process.returncode, rest, errors


def settings(server: EmulatorServer) -> dict[str, str]:
    """A provider's configuration for the emulator, at a pace that does not slow tests down."""
    account = server.emulator.account
    return {
        "region": "cn-shanghai",
        "endpoint": server.endpoint,
        "accessKey": account.access_key,
        "secretKey": account.secret_key,
        "callsPerSecond": "1000",
    }


def clean_environment() -> dict[str, str]:
    """This environment without what would configure the provider."""
    return {**kept_environment(), "HOME": "/nonexistent", "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}


P = ParamSpec("P")
T = TypeVar("T")


@asynccontextmanager
async def serving(engine_address: str) -> AsyncIterator[Calls]:
    servicer = Servicer(engine_address)
    server: grpc.aio.Server = grpc.aio.server()
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    calls = Calls(server.add_insecure_port("127.0.0.1:0"))
    await server.start()
    try:
        yield calls
    finally:
        calls.close()
        await server.stop(None)
        await servicer.aclose()


async def ask(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Makes a blocking call while the servicer goes on."""
    return await asyncio.to_thread(call, *args, **kwargs)


def raising(error: Exception) -> Callable[..., Any]:
    """Stands in for a step of a resource's life."""

    def step(*_: Any, **__: Any) -> Any:
        raise error

    return step


Start = Callable[..., Plugin]
Seed = Callable[[str, Values], tuple[str, dict[str, Any], dict[str, Any]]]


class FakeEngine(engine_pb2_grpc.EngineServicer):
    """Listens on a port of its own from the start.

    Attributes:
        logs: Every Log request so far.
        address: Where it listens.
    """

    def __init__(self) -> None:
        self.logs: list[engine_pb2.LogRequest] = []
        self._server = grpc.server(ThreadPoolExecutor(4))
        engine_pb2_grpc.add_EngineServicer_to_server(self, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def Log(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        self.logs.append(request)
        return empty_pb2.Empty()

    def about(self, urn: str) -> list[engine_pb2.LogRequest]:
        """What was logged of a resource."""
        return [log for log in self.logs if log.urn == urn]

    def close(self) -> None:
        self._server.stop(None).wait()
