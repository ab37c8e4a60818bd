"""The least that a provider in Python can be: Pulumi's own stubs, which say back what they are told."""

import asyncio
import sys
from typing import Any

import grpc.aio
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc


class Bare(provider_pb2_grpc.ResourceProviderServicer):
    async def Handshake(self, *_: Any) -> Any:  # noqa: N802 - the protocol's name, as below
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    async def Configure(self, *_: Any) -> Any:  # noqa: N802
        return provider_pb2.ConfigureResponse(acceptSecrets=True)

    async def Check(self, request: Any, _: Any) -> Any:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    async def Diff(self, *_: Any) -> Any:  # noqa: N802
        return provider_pb2.DiffResponse()


async def serve() -> None:
    server: grpc.aio.Server = grpc.aio.server(options=[("grpc.max_receive_message_length", 400 << 20)])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Bare(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve())
