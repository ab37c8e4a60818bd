"""The emulator over HTTP: an ASGI application, on a port in a thread or in the foreground."""

import asyncio
import contextlib
import ipaddress
import signal
import socket
import struct
import threading
from collections.abc import Callable, Generator
from functools import partial
from types import TracebackType
from typing import Any, Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from ._control_endpoint import control_routes
from ._emulator import Emulator
from ._signature import Request
from ._uploads import received

# --- The emulator over HTTP: an ASGI application


RESET_ABORTS = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: closing then sends RST and not FIN."""


def create_app(emulator: Emulator) -> Starlette:
    """The application: the API at `/`, control at `/_emulator/`."""
    api = Route("/", partial(_respond, emulator), methods=["GET", "POST"])
    return Starlette(routes=[api, *control_routes(emulator)])


async def _respond(emulator: Emulator, http: HttpRequest) -> Response:
    headers, gateway = dict(http.headers), emulator.gateway
    form = await received(headers, http.stream(), gateway.state)
    body = b"" if form is not None else await http.body()
    request = Request(http.method, http.url.query, headers, body, form)
    ticket = gateway.admit(request)
    fault = ticket.fault
    if fault and fault.when == "before":
        await asyncio.sleep(fault.delay_seconds)
    answer = gateway.perform(ticket)
    if fault and fault.when == "after":
        await asyncio.sleep(fault.delay_seconds)
    told = {"content-type": "application/json;charset=utf-8", "x-acs-request-id": ticket.request_id}
    response = Response(answer.body, answer.status, {**told, **answer.headers})
    if answer.reset or answer.half:
        _cut(http, response, half=answer.half and not answer.reset)
    return response


def _cut(http: HttpRequest, response: Response, *, half: bool) -> None:
    """Cut the connection under the request, so that what is returned then reaches no one.

    With `half`, the response's head and half of the body that it announces are sent before.
    """
    transport = http.scope.get("state", {}).get("transport")
    if transport is None:
        raise ConnectionResetError("the connection is cut by a fault")
    if half:
        head = b"".join(name + b": " + value + b"\r\n" for name, value in response.raw_headers)
        status, body = f"HTTP/1.1 {response.status_code} \r\n".encode(), bytes(response.body)
        transport.write(status + head + b"\r\n" + body[: len(body) // 2])
        transport.close()
    else:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ABORTS)
        transport.abort()


# --- The emulator on a port: in a thread for a test, in the foreground for the command line


LOCALHOST: Final = "127.0.0.1"


class ListenError(Exception):
    """An address or a port that cannot be used."""


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
    """An emulator that listens on a port of this machine while the `with` block lasts; a free one by default.

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
        return _endpoint(self._socket)

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
    """Listen until SIGINT or SIGTERM; port 0 is a free one.

    `ready` is called once connections are accepted, with the endpoint and whether only this machine can reach it.

    Raises:
        ListenError: The address or the port cannot be used.
    """
    with _listen(host, port) as listener:
        local = ipaddress.ip_address(listener.getsockname()[0]).is_loopback
        _Server(emulator, lambda: ready(_endpoint(listener), local)).run([listener])


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. An answer is two writes: without NODELAY the second waits 40 ms for the first's receipt."""
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        why = str(error.strerror).partition(" (while")[0]
        raise ListenError(f"cannot listen on {host}:{port}: {why}") from None
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _endpoint(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"
