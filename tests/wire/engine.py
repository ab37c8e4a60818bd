"""The engine as far as a provider calls it: it takes what is logged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


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
