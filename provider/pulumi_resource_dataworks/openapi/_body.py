"""The body of an answer: bounded on the wire and after decompression."""

import zlib
from typing import cast

import httpx

from ._constants import LARGEST_ANSWER

ENCODING = "gzip"
"""What a request asks for, and the only compression that is taken."""


class UnusableBody(Exception):  # noqa: N818 - a state of affairs
    """The body is too large, or compressed otherwise than asked for. The text says which, as the end of a sentence."""


async def whole(response: httpx.Response) -> httpx.Response:
    """Return an answer that is being streamed with its body, decompressed.

    httpx itself bounds neither what it reads nor what it decompresses, and takes any number of nested compressions.

    Raises:
        UnusableBody: It is larger than `LARGEST_ANSWER`, or compressed otherwise than asked for.
        httpx.HTTPError: The connection failed, or the body is not what its header says.
    """
    body = bytearray()
    async for part in cast("httpx.AsyncByteStream", response.stream):
        body += part
        if len(body) > LARGEST_ANSWER:
            raise _too_large()
    headers = response.headers.copy()
    encoding = headers.pop("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", ENCODING):
        raise UnusableBody(f'is compressed with "{encoding[:40]}", and {ENCODING} was asked for')
    content = _inflated(body) if encoding == ENCODING else bytes(body)
    return httpx.Response(response.status_code, headers=headers, content=content)


def _inflated(body: bytearray) -> bytes:
    packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = packed.decompress(body, LARGEST_ANSWER + 1)
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error
    if len(found) > LARGEST_ANSWER:
        raise _too_large()
    if not packed.eof:
        raise httpx.DecodingError("the compressed body broke off")
    return found


def _too_large() -> UnusableBody:
    return UnusableBody(f"is larger than {LARGEST_ANSWER:,} bytes")
