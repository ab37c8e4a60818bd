"""Talking to the engine while a step runs: progress in the resource's row, and what stays in the diagnostics."""

from __future__ import annotations

import asyncio
import contextlib
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio

from pulumi_resource_dataworks._names import printable

from ._protocol import engine_pb2, engine_pb2_grpc

_FLUSH_SECONDS = 5.0
_OPTIONS = [("grpc.enable_http_proxy", 0)]
"""The engine is on this machine; gRPC takes `http_proxy` for loopback addresses too."""


class EngineLog:
    """The engine's log: messages go out in order, and no step waits for them.

    Attributes:
        address: Where the engine listens, from the command line, Handshake or Attach: the last one wins. Empty where
            there is none.
        may_await: Whether the engine may know that a resource awaits something, which it says without a reason.
        quiet: Whether what only informs is for `--debug`, as `pulumi do` prints it between the lines of its JSON.
    """

    def __init__(self, address: str = "") -> None:
        self.address = address
        self.may_await = False
        self.quiet = False
        self._queue: asyncio.Queue[tuple[str, engine_pb2.LogRequest]] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None

    def send(
        self,
        severity: engine_pb2.LogSeverity.ValueType,
        message: str,
        urn: str = "",
        *,
        ephemeral: bool = False,
    ) -> None:
        """Puts a message on its way; without an engine it is dropped."""
        if not self.address:
            return
        if self.quiet and severity == engine_pb2.INFO:
            severity = engine_pb2.DEBUG
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        shown = printable(message, lines=True)
        request = engine_pb2.LogRequest(severity=severity, message=shown, urn=urn, ephemeral=ephemeral)
        self._queue.put_nowait((self.address, request))

    async def flush(self) -> None:
        """Waits until all that was sent has arrived, or the engine has stopped listening."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._queue.join(), _FLUSH_SECONDS)

    def close(self) -> None:
        """Sends nothing more."""
        if self._worker is not None:
            self._worker.cancel()

    async def _work(self) -> None:
        stubs: dict[str, Any] = {}
        while True:
            address, request = await self._queue.get()
            if address not in stubs:
                channel = grpc.aio.insecure_channel(address, options=_OPTIONS)
                stubs[address] = engine_pb2_grpc.EngineStub(channel)
            with contextlib.suppress(grpc.RpcError):
                await stubs[address].Log(request, timeout=_FLUSH_SECONDS)
            self._queue.task_done()


@dataclass(slots=True)
class StepReporter:
    """Reports to the user on one step of one resource; or on none, where the URN is empty."""

    log: EngineLog
    urn: str

    def status(self, message: str) -> None:
        """Shows progress in the resource's row."""
        self.log.send(engine_pb2.INFO, message, self.urn, ephemeral=True)

    def info(self, message: str) -> None:
        """Says something that stays."""
        self.log.send(engine_pb2.INFO, message, self.urn)

    def warning(self, message: str) -> None:
        """Says something that stays and asks for attention."""
        self.log.send(engine_pb2.WARNING, message, self.urn)


CURRENT_STEP: ContextVar[StepReporter] = ContextVar("CURRENT_STEP")
"""Whose step the running task belongs to: the client reports to it what it waits for."""


def show_status(message: str) -> None:
    """Shows in the row of the resource at work what its call waits for."""
    if reporter := CURRENT_STEP.get(None):
        reporter.status(message)
