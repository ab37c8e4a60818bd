"""A provider's process as the bench needs it: started and asked with a stopwatch, and weighed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

BARE = (sys.executable, str(Path(__file__).with_name("bare_servicer.py")))
DEVELOPERS = (sys.executable, "-m", "pulumi_resource_dataworks")
"""Our plugin with all that this environment holds: httpx loads its own command line where click and rich are there."""
OURS = (
    sys.executable,
    "-c",
    "import sys; sys.modules['click'] = None; from pulumi_resource_dataworks.plugin import main; main()",
)
"""Our plugin as `pip install` of it alone gives it: without click."""
TYPE = "dataworks:index:WorkflowDefinition"
URN = f"urn:pulumi:bench::bench::{TYPE}::etl"
SETTINGS = {"region": "cn-shanghai", "endpoint": "http://127.0.0.1:9", "accessKey": "AK", "secretKey": "SK"}
SMALL = (
    '{"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [{"name": "w", "nodes": ['
    '{"name": "n", "script": {"runtime": {"command": "ODPS_SQL"}, "content": "SELECT 1;"}}]}]}}'
)
_SIZES = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]
_TIMEOUT = 60

Inputs = struct_pb2.Struct


class Provider:
    """A running provider.

    Attributes:
        to_port_line: Seconds from its start to its port line.
        took: Seconds of the last Check or Diff, from a request that is made to an answer that is read.
    """

    def __init__(self, command: Sequence[str]) -> None:
        started = time.perf_counter()
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.took = 0.0
        assert self._process.stdout is not None
        port = int(self._process.stdout.readline())
        self.to_port_line = time.perf_counter() - started
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=_SIZES)
        self._stub: Any = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def handshake(self) -> None:
        self._stub.Handshake(provider_pb2.ProviderHandshakeRequest(), timeout=_TIMEOUT)

    def configure(self) -> None:
        self._stub.Configure(provider_pb2.ConfigureRequest(args=_struct(SETTINGS)), timeout=_TIMEOUT)

    def check(self, news: Inputs, olds: Inputs | None = None) -> Inputs:
        """The inputs that it makes of what a user wrote."""
        request = provider_pb2.CheckRequest(urn=URN, type=TYPE, news=news, olds=olds)
        answer = self._timed(self._stub.Check, request)
        assert not answer.failures, answer.failures
        found: Inputs = answer.inputs
        return found

    def diff(self, olds: Inputs, news: Inputs) -> bool:
        """Whether it calls them different."""
        request = provider_pb2.DiffRequest(
            id="10001/7000000000000000001", urn=URN, type=TYPE, olds=olds, old_inputs=olds, news=news
        )
        return bool(self._timed(self._stub.Diff, request).hasDetailedDiff)

    def memory(self, *, peak: bool = False) -> float:
        """Its memory in MB, now or at its most, from /proc; without one, what ps says of now."""
        status = Path(f"/proc/{self._process.pid}/status")
        if status.exists():
            name = "VmHWM:" if peak else "VmRSS:"
            [line] = [line for line in status.read_text("utf-8").splitlines() if line.startswith(name)]
            return int(line.split()[1]) / 1024
        command = ["ps", "-o", "rss=", "-p", str(self._process.pid)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024

    def _timed(self, call: Any, request: Any) -> Any:
        begin = time.perf_counter()
        answer = call(request, timeout=_TIMEOUT)
        self.took = time.perf_counter() - begin
        return answer

    def close(self) -> None:
        self._channel.close()
        self._process.terminate()
        self._process.communicate(timeout=_TIMEOUT)


@contextmanager
def running(command: Sequence[str]) -> Iterator[Provider]:
    provider = Provider(command)
    try:
        yield provider
    finally:
        provider.close()


def inputs(spec: str | dict[str, Any]) -> Inputs:
    """A resource's inputs with a document as text or as an object."""
    return _struct({"projectId": 10001, "spec": spec})


def _struct(values: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(values, struct_pb2.Struct())
