"""The least that a provider in Python can be: Pulumi's own stubs, which say back what they are given."""

import asyncio
import signal
import sys
from typing import Any

import grpc.aio
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

SCHEMA = """{
  "name": "dataworks",
  "version": "0.1.0",
  "resources": {
    "dataworks:index:WorkflowDefinition": {
      "inputProperties": {"projectId": {"type": "integer"}, "spec": {"$ref": "pulumi.json#/Any"}}
    }
  }
}"""
"""All that a program in YAML has to know of the resource."""


class Bare(provider_pb2_grpc.ResourceProviderServicer):
    async def Handshake(self, *_: Any) -> Any:  # noqa: N802 - the protocol's name, as below
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    async def Configure(self, *_: Any) -> Any:  # noqa: N802
        return provider_pb2.ConfigureResponse(acceptSecrets=True)

    async def Check(self, request: Any, _: Any) -> Any:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    async def Create(self, request: Any, _: Any) -> Any:  # noqa: N802
        return provider_pb2.CreateResponse(id="1", properties=request.properties)

    async def GetPluginInfo(self, *_: Any) -> Any:  # noqa: N802
        return plugin_pb2.PluginInfo(version="0.1.0")

    async def GetSchema(self, *_: Any) -> Any:  # noqa: N802
        return provider_pb2.GetSchemaResponse(schema=SCHEMA)

    async def Diff(self, *_: Any) -> Any:  # noqa: N802
        return provider_pb2.DiffResponse()


async def serve() -> None:
    server: grpc.aio.Server = grpc.aio.server(options=[("grpc.max_receive_message_length", 400 << 20)])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Bare(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await stop.wait()
    await server.stop(grace=None)


if __name__ == "__main__":
    asyncio.run(serve())
