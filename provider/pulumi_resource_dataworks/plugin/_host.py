"""The process: a server on a free port of loopback, whose number is the first line of the output."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

import grpc.aio

from pulumi_resource_dataworks import __version__
from pulumi_resource_dataworks._protocol import provider_pb2_grpc

from ._servicer import Servicer

_MAX_MESSAGE = 400 * 1024 * 1024
"""What the engine and the other Pulumi hosts allow."""

_ORPHAN_SECONDS = 1.0

_GRACE_SECONDS = 20.0
"""How long steps have to end half done, which is at once but for an abandoned pipeline run that is ended (15 s)."""

_RELEASE_SECONDS = 1.0
"""How long an engine that got the same signal may take to say so."""

_REST_SECONDS = 2.0

_USAGE = f"""\
pulumi-resource-dataworks {__version__}: the DataWorks provider, which Pulumi starts by itself.

It prints the port of 127.0.0.1 on which it serves Pulumi's engine. The engine's own address is the last argument.
For tools to be used by hand: pulumi-dataworks --help
"""

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
    """Serves the engine whose address is the last argument, until it ends this process; the exit status is returned."""
    address = sys.argv[-1] if len(sys.argv) > 1 else ""
    if address in ("-h", "--help"):
        sys.stdout.write(_USAGE)
        return 0
    gc.set_threshold(*_GC_THRESHOLD)
    _give_memory_back()
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(_serve(address))
    return 0


def _give_memory_back() -> None:
    """Of a message of 12 MB, glibc otherwise keeps five times as much, in an arena for each of gRPC's threads."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library
            for option, value in _MALLOC:
                ctypes.CDLL(None).mallopt(option, value)


async def _serve(engine_address: str) -> int:
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
    if not _print_port(port):
        await server.stop(grace=None)
        return 1
    orphaned = functools.partial(loop.call_soon_threadsafe, stop.set)
    threading.Thread(target=_watch_parent, args=(os.getppid(), orphaned), daemon=True).start()
    await stop.wait()
    # A signal to the whole process group: the engine waits for the steps that run, and saves how they end.
    servicer.cancelled.set()
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(servicer.released.wait(), _RELEASE_SECONDS)
    await server.stop(grace=_GRACE_SECONDS)
    await servicer.aclose()
    # grpcio 1.85 can return before an answered call's own task has ended, and prints a traceback where asyncio cancels that.
    if rest := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(rest, timeout=_REST_SECONDS)
    return 0


def _print_port(port: int) -> bool:
    """Whether the port could be printed: without standard output there is no engine to serve."""
    try:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
    except (OSError, AttributeError):  # the latter where Python has found it closed
        sys.stdout = None  # else Python tries once more to flush it
        with contextlib.suppress(OSError, AttributeError):
            sys.stderr.write("the port could not be printed: standard output is closed\n")
        return False
    return True


def _watch_parent(parent: int, orphaned: Callable[[], object]) -> None:
    """Ends this process once the one that started it is gone, even if the loop stands still: a killed CLI takes no plugin with it."""
    while os.getppid() == parent:
        time.sleep(_ORPHAN_SECONDS)
    with contextlib.suppress(RuntimeError):  # the loop has ended already
        orphaned()
    time.sleep(_GRACE_SECONDS)
    os._exit(1)
