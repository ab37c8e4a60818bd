"""The process: a server on a free port of loopback, whose number is the first line of the output."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import os
import signal
import sys

import grpc.aio

from ._protocol import provider_pb2_grpc
from ._servicer import Servicer

_MAX_MESSAGE = 400 * 1024 * 1024
"""What the engine and the other Pulumi hosts allow."""

_ORPHAN_SECONDS = 1.0

_GRACE_SECONDS = 2.0

_GC_THRESHOLD = (50_000, 20, 50)
"""A document of 1,000 nodes is 40,000 objects without a cycle: Python's own threshold collects 60 times for each copy."""

_MALLOC = ((-8, 1), (-3, 128 * 1024), (-1, 64 << 20))
"""M_ARENA_MAX; M_MMAP_THRESHOLD, at the value that glibc begins with and else raises for good; M_TRIM_THRESHOLD (mallopt(3))."""

_OPTIONS = [
    ("grpc.max_receive_message_length", _MAX_MESSAGE),
    ("grpc.max_send_message_length", _MAX_MESSAGE),
    ("grpc.server_max_unrequested_time_in_server", 30 * 60),
]


def main() -> int:
    """Serves the engine whose address is the last argument, until it ends this process.

    Returns:
        The exit status.
    """
    address = sys.argv[-1] if len(sys.argv) > 1 else ""
    gc.set_threshold(*_GC_THRESHOLD)
    _give_memory_back()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(address))
    return 0


def _give_memory_back() -> None:
    """Of a message of 12 MB, glibc otherwise keeps five times as much, in an arena for each of gRPC's threads."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library
            for option, value in _MALLOC:
                ctypes.CDLL(None).mallopt(option, value)


async def _serve(engine_address: str) -> None:
    servicer = Servicer(engine_address)
    server: grpc.aio.Server = grpc.aio.server(options=_OPTIONS)  # pyright: ignore[reportUnknownMemberType] - the stubs leave handlers open
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    reasons = {asyncio.create_task(stop.wait()), asyncio.create_task(_until_orphaned())}
    await asyncio.wait(reasons, return_when=asyncio.FIRST_COMPLETED)
    for reason in reasons:
        reason.cancel()
    await servicer.aclose()
    await server.stop(grace=_GRACE_SECONDS)
    # grpcio 1.85 can return before an answered call's own task has ended, and prints a traceback where asyncio cancels that.
    if rest := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(rest, timeout=_GRACE_SECONDS)


async def _until_orphaned() -> None:
    """Ends once the process that started this one is gone: a killed CLI takes no plugin with it by itself."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - no event tells of a parent's death
        await asyncio.sleep(_ORPHAN_SECONDS)
