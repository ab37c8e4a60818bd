"""The emulator over HTTP: an ASGI application."""

import asyncio
import socket
import struct
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from ._control import control_routes
from ._emulator import Emulator
from ._gateway import Answer
from ._signature import Request

RESET_ABORTS = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: closing then sends RST and not FIN."""


def create_app(emulator: Emulator) -> Starlette:
    """The application: the API at `/`, control at `/_emulator/`."""

    async def api(http: HttpRequest) -> Response:
        return await _respond(emulator, http)

    return Starlette(routes=[Route("/", api, methods=["GET", "POST"]), *control_routes(emulator)])


async def _respond(emulator: Emulator, http: HttpRequest) -> Response:
    headers = {name.lower(): value for name, value in http.headers.items()}
    request = Request(http.method, http.url.query, headers, await http.body())
    ticket = emulator.gateway.admit(request)
    fault = ticket.fault
    if fault and fault.when == "before":
        await asyncio.sleep(fault.delay_seconds)
    answer = emulator.gateway.perform(ticket)
    if fault and fault.when == "after":
        await asyncio.sleep(fault.delay_seconds)
    if answer.reset:
        return _reset(http)
    response = _response(answer, ticket.request_id)
    return _half(http, response) if answer.half else response


def _response(answer: Answer, request_id: str) -> Response:
    headers = {
        "content-type": "application/json;charset=utf-8",
        "x-acs-request-id": request_id,
        **answer.headers,
    }
    return Response(answer.body, answer.status, headers)


def _reset(http: HttpRequest) -> Response:
    """Cut the connection under the request; whatever is returned then reaches no one."""
    transport = _transport(http)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ABORTS)
    transport.abort()
    return Response()


def _half(http: HttpRequest, response: Response) -> Response:
    """Send the head and half of the body that it announces, and close."""
    transport = _transport(http)
    head = b"".join(name + b": " + value + b"\r\n" for name, value in response.raw_headers)
    body = bytes(response.body)
    status = f"HTTP/1.1 {response.status_code} \r\n".encode()
    transport.write(status + head + b"\r\n" + body[: len(body) // 2])
    transport.close()
    return Response()


def _transport(http: HttpRequest) -> Any:
    transport = http.scope.get("state", {}).get("transport")
    if transport is None:
        raise ConnectionResetError("the connection is cut by a fault")
    return transport
