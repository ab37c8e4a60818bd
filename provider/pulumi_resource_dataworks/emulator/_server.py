"""The emulator on a port: in a thread for a test, in the foreground for the command line."""

import asyncio
import contextlib
import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, Final, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ._app import create_app
from ._emulator import Emulator

LOCALHOST: Final = "127.0.0.1"


class ListenError(Exception):
    """An address or a port that is not to be had."""


class _Protocol(H11Protocol):
    """uvicorn's own, which also hands the connection to the application, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """uvicorn's own, which says when it is ready and ends quietly on a signal."""

    def __init__(self, emulator: Emulator, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                create_app(emulator),
                http=_Protocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """As uvicorn's, without raising the signal anew at the end: it was an order to stop, and was obeyed."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {sig: signal.signal(sig, self.handle_exit) for sig in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for sig, handler in before.items():
                signal.signal(sig, handler)


class EmulatorServer:
    """An emulator that listens on a port of this machine while the `with` block lasts.

    Args:
        emulator: What answers; a new one unless given.
        port: The port; a free one unless given.
        host: The address to listen on.

    Example:
        with EmulatorServer() as server:
            call(server.endpoint, server.emulator.account.access_key)
    """

    def __init__(self, emulator: Emulator | None = None, *, port: int = 0, host: str = LOCALHOST) -> None:
        self.emulator = emulator or Emulator()
        self._socket = _listen(host, port)
        self._ready = threading.Event()
        self._server = _Server(self.emulator, self._ready.set)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    @property
    def endpoint(self) -> str:
        """Its address, as `http://127.0.0.1:<port>`."""
        return endpoint_of(self._socket)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(timeout=10):
            raise TimeoutError("the emulator did not start within 10 seconds")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def serve(emulator: Emulator, *, host: str, port: int, ready: Callable[[str, bool], Any]) -> None:
    """Listen until SIGINT or SIGTERM.

    Args:
        emulator: What answers.
        host: The address to listen on.
        port: The port; 0 is a free one.
        ready: Called once connections are accepted, with the endpoint and whether only this machine can reach it.

    Raises:
        ListenError: The address or the port is not to be had.
    """
    with _listen(host, port) as listener:
        local = ipaddress.ip_address(listener.getsockname()[0]).is_loopback
        _Server(emulator, lambda: ready(endpoint_of(listener), local)).run([listener])


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. An answer is two writes: without NODELAY the second waits 40 ms for the first's receipt."""
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        why = str(error.strerror).partition(" (while")[0]
        raise ListenError(f"cannot listen on {host}:{port}: {why}") from None
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def endpoint_of(listener: socket.socket) -> str:
    """The address of a listening socket as a URL."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"
