"""The servicer in this process, where a test may reach into it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

import grpc.aio
from pulumi.runtime.proto import provider_pb2_grpc
from tests.wire.calls import Calls

from pulumi_resource_dataworks.plugin._servicer import Servicer

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
