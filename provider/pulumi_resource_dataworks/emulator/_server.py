"""The emulator over HTTP: its API, control over it, and the port that both are on.

No control request is signed, so what a web page could send is refused: a POST has to be `application/json`, which a page
cannot send to another address without being asked first, and `Host` has to be a name that no page is loaded from.
"""

import asyncio
import ipaddress
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import partial
from types import TracebackType
from typing import Annotated, Any, Final, Self

import pydantic
import uvicorn
from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from ._answers import STRICT, JsonObject, called, read
from ._documents import write
from ._emulator import Emulator, EmulatorSettings, Id, Kind
from ._gateway import Fault
from ._instances import ScriptedTask
from ._model import Life, Workflow
from ._signature import Request
from ._uploads import received

# --- The API, and the faults that its connections meet


RESET_ABORTS = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: closing then sends RST and not FIN."""


def create_app(emulator: Emulator) -> Starlette:
    """An ASGI application: the API at `/`, control at `/_emulator/`."""
    control = [
        *(_control(name, "POST", partial(act, emulator)) for name, act in _POSTS.items()),
        *(_control(name, "GET", partial(look, emulator)) for name, look in _GETS.items()),
    ]
    return Starlette(routes=[Route("/", partial(_respond, emulator), methods=["GET", "POST"]), *control])


async def _respond(emulator: Emulator, http: HttpRequest) -> Response:
    headers, gateway = dict(http.headers), emulator.gateway
    form = await received(headers, http.stream(), gateway.state)
    body = b"" if form is not None else await http.body()
    ticket = gateway.admit(Request(http.method, http.url.query, headers, body, form))
    fault = ticket.fault
    if fault and fault.when == "before":
        await asyncio.sleep(fault.delay_seconds)
    answer = gateway.perform(ticket)
    if fault and fault.when == "after":
        await asyncio.sleep(fault.delay_seconds)
    headers = {"content-type": "application/json;charset=utf-8", "x-acs-request-id": ticket.request_id}
    response = Response(answer.body, answer.status, {**headers, **answer.headers})
    if fault and fault.cuts:
        _cut(http, response, half=not fault.reset)
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


# --- Control, for a test in another process


Act = Callable[[Emulator, bytes], Any]
Times = Annotated[int, Field(ge=1, le=10_000)]
Seconds = Annotated[float, Field(alias="advance", ge=0, le=10**9)]


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class _Job(Life):
    times: Times | None = None


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class _Stage(Life):
    code: str | None = None
    times: Times = 1


def _faults(emulator: Emulator, body: list[Fault] | Fault) -> None:
    if body == []:
        emulator.clear_faults()
    for fault in body if isinstance(body, list) else [body]:
        emulator.add_fault(fault)


def _job(emulator: Emulator, body: _Job) -> None:
    if body.times is None:
        emulator.set_job_life(body)
    else:
        emulator.script_job(body, body.times)


def _stage(emulator: Emulator, body: _Stage) -> None:
    if body.code is None:
        emulator.set_stage_life(body)
    else:
        emulator.script_stage(body.code, body, body.times)


def _switches(emulator: Emulator, **changes: Any) -> JsonObject:
    emulator.switch(**changes)
    return emulator.switches.as_json()


def _deploy(emulator: Emulator, workflow_id: Id, kind: Kind = "Online") -> JsonObject:
    return {"id": emulator.deploy(workflow_id, kind)}


def _clock(emulator: Emulator, seconds: Seconds) -> None:
    emulator.clock.advance(seconds)


def _whole(kind: Any, act: Callable[[Emulator, Any], None]) -> Act:
    """A body that is one argument."""
    return lambda emulator, body: act(emulator, read(kind, body))


def _keys(act: Callable[..., Any]) -> Act:
    """A body whose keys are the arguments."""
    return lambda emulator, body: called(partial(act, emulator), body)


_POSTS: Final[Mapping[str, Act]] = {
    "faults": _whole(list[Fault] | Fault, _faults),
    "job": _whole(_Job, _job),
    "stage": _whole(_Stage, _stage),
    "task": _whole(ScriptedTask, lambda emulator, task: emulator.scheduler.script(task)),
    "configure": _whole(EmulatorSettings, Emulator.configure),
    "switches": _keys(_switches),
    "edit": _keys(Emulator.edit),
    "edit-node": _keys(Emulator.edit_node),
    "publish": _keys(Emulator.publish),
    "approve": _keys(Emulator.approve),
    "deploy": _keys(_deploy),
    "lock": _keys(Emulator.lock),
    "edition": _keys(Emulator.set_edition),
    "clock": _keys(_clock),
}
"""What each POST does with its body; a result is the answer."""


def _calls(emulator: Emulator, query: Mapping[str, str]) -> list[JsonObject]:
    return [asdict(call) for call in emulator.calls if query.get("action") in {None, call.action}]


def _runs(emulator: Emulator, _: Any) -> list[JsonObject]:
    return [
        {"id": run.run_id, "type": run.kind, "workflow": run.key[1], "status": run.status}
        | {"stages": [{"code": stage.code, "status": stage.status} for stage in run.stages]}
        for run in emulator.runs()
    ]


def _stored(found: Iterable[Workflow]) -> list[JsonObject]:
    return [
        {"id": one.workflow_id, "projectId": one.project_id, "kind": one.kind, "path": one.path}
        | {"published": one.published, "spec": write(one.document)}
        | ({"file": {**asdict(one.file), "path": str(one.file.path or "")}} if one.file else {})
        for one in found
    ]


def _instances(emulator: Emulator, _: Any) -> list[JsonObject]:
    now = emulator.clock.now()
    return [
        {"id": one.instance_id, "type": one.kind, "environment": one.environment, "date": one.date}
        | {"name": one.name, "status": one.status(now, fails_at_once=False), "parameters": one.parameters}
        | {"tasks": {task.name: one.status_of(task, now) for task in one.tasks}}
        for one in emulator.scheduler.instances.values()
    ]


_GETS: Final[Mapping[str, Callable[[Emulator, Mapping[str, str]], Any]]] = {
    "calls": _calls,
    "workflows": lambda emulator, _: _stored(emulator.workflows()),
    "objects": lambda emulator, _: _stored(emulator.objects()),
    "runs": _runs,
    "instances": _instances,
    "switches": lambda emulator, _: emulator.switches.as_json(),
}


def _control(name: str, method: str, act: Callable[[Any], Any]) -> Route:
    async def endpoint(request: HttpRequest) -> Response:
        if not _is_local(request.url.hostname or ""):
            host = request.headers.get("host", "")
            why = f"the control endpoint is called by an IP address or a name without a dot, not {host}"
            return _refused(why, 403)
        if method == "GET":
            return JSONResponse(act(request.query_params))
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _refused("the header Content-Type has to be application/json", 415)
        try:
            return JSONResponse(act(await request.body()) or {})
        except ValueError as error:
            return _refused(str(error), 400)

    return Route(f"/_emulator/{name}", endpoint, methods=[method])


def _is_local(host: str) -> bool:
    """Whether `Host` is an IP address or a name without a dot.

    A page whose own name is made to mean this machine (DNS rebinding) sends that name, and names of pages have a dot.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and "." not in host
    return True


def _refused(why: str, status: int) -> Response:
    return JSONResponse({"error": why}, status)


# --- The port: in a thread of its own, for a test and for the command line


LOCALHOST: Final = "127.0.0.1"
_STOPS: Final = (signal.SIGINT, signal.SIGTERM)


class ListenError(Exception):
    """An address or a port that cannot be used."""


class _Protocol(H11Protocol):
    """uvicorn's own, which also hands the connection to the application, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class EmulatorServer:
    """An emulator that listens on a port of this machine while the `with` block lasts; a free one by default.

    Raises ListenError where the address or the port cannot be used.

    Example:
        with EmulatorServer() as server:
            call(server.endpoint, server.emulator.account.access_key)
    """

    def __init__(self, emulator: Emulator | None = None, *, port: int = 0, host: str = LOCALHOST) -> None:
        self.emulator = emulator or Emulator()
        self._socket = _listen(host, port)
        config = uvicorn.Config(
            create_app(self.emulator),
            http=_Protocol,
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    @property
    def host(self) -> str:
        """The address that it listens on."""
        return str(self._socket.getsockname()[0])

    @property
    def endpoint(self) -> str:
        """Its address, as `http://127.0.0.1:<port>`."""
        return f"http://{self.host}:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()  # connections wait in the socket's queue until it is there
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
    stopped = threading.Event()

    def stop(*_: object) -> None:
        stopped.set()

    with EmulatorServer(emulator, host=host, port=port) as server:
        before = {order: signal.signal(order, stop) for order in _STOPS}
        try:
            ready(server.endpoint, ipaddress.ip_address(server.host).is_loopback)
            while not stopped.wait(1):  # without a limit Windows would not hear Ctrl-C
                pass
        finally:
            for order, handler in before.items():
                signal.signal(order, handler)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. An answer is two writes: without NODELAY the second waits 40 ms for the first's receipt."""
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        why = str(error.strerror).partition(" (while")[0]
        raise ListenError(f"cannot listen on {host}:{port}: {why}") from None
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
