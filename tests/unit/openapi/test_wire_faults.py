"""What may come over a connection, through the real parser: nothing is taken for an answer that is none."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import httpcore
import httpx
import pytest

from pulumi_resource_dataworks.openapi import AnswerLost, Client, RequestNotSent, UnreadableAnswer, _answers
from pulumi_resource_dataworks.openapi._retry import MAX_TRIES
from tests.support.messages import Messages
from tests.support.services import VirtualClock, settings

JOB = b'{"RequestId": "R", "JobStatus": {"JobId": "7", "Status": "Running"}}'

TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


GOOD = answer(JOB)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BROKEN = {
    "reset": httpcore.ReadError("Connection reset by peer"),
    "silence": httpcore.ReadTimeout(),
    "closed": b"",
    "half a status line": b"HTTP/1.1 2",
    "half the headers": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half a body": answer(JOB[:30], length=len(JOB)),
    "no body": answer(b"", length=len(JOB)),
    "half a chunk": CHUNKED + b"44\r\n" + JOB[:20],
    "chunks without an end": CHUNKED + b"44\r\n" + JOB + b"\r\n",
    "half a body of no given length": b"HTTP/1.1 200 OK\r\n\r\n" + JOB[:40],
    "half of what is packed": answer(gzip.compress(JOB)[:30], "Content-Encoding: gzip"),
    "packed by name only": answer(JOB, "Content-Encoding: gzip"),
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "headers without end": b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000,
    "a proxy's 503": answer(b"<html>busy</html>", "Content-Type: text/html", status="503 Busy"),
    "a proxy's 502 in a charset that is none of text": answer(
        b"<html>busy</html>", "Content-Type: text/html; charset=hex", status="502 Bad Gateway"
    ),
    "a proxy's 504": answer(b"", status="504 Gateway Timeout"),
}
FOREIGN = {
    "a page": answer(b"<html>log in</html>", "Content-Type: text/html"),
    "another place": answer(b"", "Location: http://127.0.0.1:1/", status="302 Found"),
    "nothing at all": answer(b"", status="204 No Content"),
    "brackets without end": answer(b"[" * 100_000),
    "a number without end": answer(b"9" * 10_000),
    "packed twice": answer(gzip.compress(gzip.compress(JOB)), "Content-Encoding: gzip, gzip"),
    "packed otherwise": answer(JOB, "Content-Encoding: br"),
}


class Wire(httpcore.AsyncNetworkBackend):
    """Gives each connection its script: bytes, or an error; the last one for ever."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.scripts: list[bytes | Exception] = []
        self.to_connect: float | Exception = 0.0
        self.written: list[float] = []
        """When each request's first bytes were."""

    async def connect_tcp(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        if isinstance(self.to_connect, Exception):
            raise self.to_connect
        if self.to_connect:
            await self.clock.sleep(self.to_connect)
        return Stream(self, self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0])


class Stream(httpcore.AsyncNetworkStream):
    def __init__(self, wire: Wire, script: bytes | Exception) -> None:
        self.wire = wire
        self.script = script
        self.begun = False

    async def start_tls(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        return self

    async def write(self, buffer: bytes, *_: Any, **__: Any) -> None:
        if buffer and not self.begun:
            self.begun = True
            self.wire.written.append(self.wire.clock.now)

    async def read(self, max_bytes: int, *_: Any, **__: Any) -> bytes:
        if isinstance(self.script, Exception):
            raise self.script
        part, self.script = self.script[:max_bytes], self.script[max_bytes:]
        return part

    async def aclose(self) -> None:
        pass


@pytest.fixture
def wire(clock: VirtualClock) -> Wire:
    return Wire(clock)


Connect = Callable[..., Client]


@pytest.fixture
async def connect(clock: VirtualClock, wire: Wire) -> AsyncIterator[Connect]:
    """Makes clients whose every call has a connection of its own."""
    made: list[Client] = []

    def connect(**changes: Any) -> Client:
        transport = httpx.AsyncHTTPTransport(verify=TLS)
        transport._pool = httpcore.AsyncConnectionPool(TLS, network_backend=wire, max_keepalive_connections=0)
        made.append(Client(settings(**changes), transport=transport, clock=clock))
        return made[-1]

    yield connect
    for client in made:
        await client.aclose()


def scripts(found: dict[str, Any]) -> Iterable[Any]:
    return [pytest.param(script, id=name) for name, script in found.items()]


@pytest.mark.parametrize("script", scripts(BROKEN))
async def test_a_read_is_tried_again(connect: Connect, wire: Wire, script: bytes | Exception) -> None:
    wire.scripts = [script, GOOD]
    assert (await connect().get_job_status("7")).status == "Running"
    assert len(wire.written) == 2


@pytest.mark.parametrize("script", scripts(BROKEN))
async def test_a_read_gives_up_in_time(
    connect: Connect, wire: Wire, clock: VirtualClock, script: bytes | Exception
) -> None:
    wire.scripts = [script]
    with pytest.raises(AnswerLost):
        await connect().get_job_status("7")
    assert len(wire.written) == MAX_TRIES
    assert clock.now < 60


@pytest.mark.parametrize("script", scripts({**BROKEN, **FOREIGN}))
async def test_an_import_is_sent_once(connect: Connect, wire: Wire, script: bytes | Exception) -> None:
    wire.scripts = [script]
    with pytest.raises(AnswerLost):
        await connect().import_workflow_definition(1, "{}" * 100_000)
    assert len(wire.written) == 1


@pytest.mark.parametrize("script", scripts(FOREIGN))
async def test_what_is_no_answer_is_said_at_once(
    connect: Connect, wire: Wire, script: bytes, messages: Messages
) -> None:
    wire.scripts = [script]
    with pytest.raises(UnreadableAnswer) as refused:
        await connect().get_job_status("7")
    messages(refused.value)
    assert len(wire.written) == 1


LIMIT = 4_000
FITS = JOB + b" " * (LIMIT - len(JOB))


@pytest.mark.parametrize("body", [JOB, FITS])
async def test_what_is_packed_is_read(
    connect: Connect, wire: Wire, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.scripts = [answer(gzip.compress(body), "Content-Encoding: gzip")]
    monkeypatch.setattr(_answers, "LARGEST_ANSWER", LIMIT)
    assert (await connect().get_job_status("7")).status == "Running"


@pytest.mark.parametrize(
    "script",
    scripts(
        {
            "as it is": answer(FITS + b" "),
            "of no given length": b"HTTP/1.1 200 OK\r\n\r\n" + FITS + b" ",
            "packed": answer(gzip.compress(FITS + b" "), "Content-Encoding: gzip"),
        }
    ),
)
async def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    connect: Connect, wire: Wire, script: bytes, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.scripts = [script]
    monkeypatch.setattr(_answers, "LARGEST_ANSWER", LIMIT)
    with pytest.raises(UnreadableAnswer) as refused:
        await connect().get_job_status("7")
    messages(refused.value)


@pytest.mark.parametrize("error", [httpcore.ConnectError("refused"), httpcore.ConnectTimeout()])
async def test_without_a_connection_nothing_was_sent(connect: Connect, wire: Wire, error: Exception) -> None:
    wire.to_connect = error
    with pytest.raises(RequestNotSent):
        await connect().import_workflow_definition(1, "{}")


async def test_a_call_counts_from_when_it_was_sent_and_not_from_when_it_had_to_connect(
    connect: Connect, wire: Wire
) -> None:
    wire.scripts, wire.to_connect = [GOOD], 0.5
    client = connect(callsPerSecond=2.0)
    await asyncio.gather(*(client.get_job_status("7") for _ in range(3)))
    assert wire.written == pytest.approx([0.5, 1.0, 2.005], abs=1e-4)


async def test_the_next_call_does_not_wait_for_the_answer(
    connect: Connect, wire: Wire, clock: VirtualClock
) -> None:
    wire.scripts = [httpcore.ReadTimeout(), GOOD]
    client = connect(callsPerSecond=5.0)

    async def slow_read(*_: Any, **__: Any) -> bytes:
        await clock.sleep(10)
        return GOOD

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stream, "read", slow_read)
        await asyncio.gather(client.get_job_status("7"), client.get_job_status("8"))
    assert wire.written == [0.0, 0.0]
