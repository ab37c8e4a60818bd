"""A provider in place of pulumi-alicloud: the types of docs/scope.md, whose resources it accepts without making anything.

Inputs become outputs. A workspace gets the ID of the emulator's. The inputs and outputs are those of pulumi-alicloud 3.95.
"""

# ruff: noqa: ARG002, N802 - the methods are those of gRPC

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

PROJECT = "alicloud:dataworks/project:Project"
DATA_SOURCE = "alicloud:dataworks/dataSource:DataSource"


def _resource(required: dict[str, str], optional: dict[str, str]) -> dict[str, Any]:
    properties = {name: {"type": kind} for name, kind in {**required, **optional}.items()}
    return {
        "properties": properties,
        "required": list(required),
        "inputProperties": properties,
        "requiredInputs": list(required),
    }


SCHEMA = {
    "name": "alicloud",
    "version": "3.95.0",
    "meta": {"moduleFormat": "(.*)(?:/[^/]*)"},
    "resources": {
        PROJECT: _resource(
            {"displayName": "string", "projectName": "string"},
            {"description": "string", "devEnvironmentEnabled": "boolean", "paiTaskEnabled": "boolean"},
        ),
        DATA_SOURCE: _resource(
            {
                "connectionProperties": "string",
                "connectionPropertiesMode": "string",
                "dataSourceName": "string",
                "projectId": "integer",
                "type": "string",
            },
            {"description": "string"},
        ),
    },
}


class Alicloud(provider_pb2_grpc.ResourceProviderServicer):
    """Accepts whatever is declared, and remembers what it was asked to make."""

    def __init__(self, project_id: int) -> None:
        self.project_id = project_id
        self.made: dict[str, dict[str, Any]] = {}

    def GetSchema(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema=json.dumps(SCHEMA))

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=str(SCHEMA["version"]))

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse()

    def Configure(self, request: Any, context: Any) -> Any:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        changed = request.olds != request.news
        kinds = provider_pb2.DiffResponse.DiffChanges
        return provider_pb2.DiffResponse(changes=kinds.DIFF_SOME if changed else kinds.DIFF_NONE)

    def Create(self, request: Any, context: Any) -> Any:
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        kind = request.urn.split("::")[2].rpartition("$")[2]
        self.made[kind] = dict(request.properties)
        own = str(self.project_id) if kind == PROJECT else f"{self.project_id}:1"
        return provider_pb2.CreateResponse(id=own, properties=request.properties)

    def Delete(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()


@contextmanager
def serving(provider: Alicloud) -> Iterator[int]:
    """Serves it on loopback; the port."""
    server = grpc.server(futures.ThreadPoolExecutor(4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(grace=None).wait()
