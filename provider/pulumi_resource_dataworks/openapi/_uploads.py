"""Files on their way into the service: Alibaba Cloud's OpenPlatform grants an upload to OSS, whose address a create or update names.

As the vendor's SDK (9.11.0) does it in `create_resource_advance`; but there the asynchronous client holds the whole file in memory.
"""

import io
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from pydantic import Field

from ._answers import UnusableBody, whole
from ._errors import (
    AnswerLost,
    RequestNotSent,
    ServiceError,
    ServiceUnavailableError,
    ThrottledError,
    UnreadableAnswer,
)
from ._network import NetworkError, client_options
from ._operations import Answer, Operation, read
from ._retry import Retry
from ._settings import Settings
from ._words import Words

_AUTHORIZE = Operation("AuthorizeFileUpload", version="2019-12-19")
_POST: Final = "the upload of the file"
_TIMEOUT = httpx.Timeout(120, connect=5)
_EXPIRED: Final = "Policy expired"
"""Of an AccessDenied: the form is too old (OSS' page on errors of PostObject). Another one is not."""
_FAULT = re.compile(r"<(Code|Message|RequestId)>([^<]*)<")


class _Grant(Answer):
    """Where a file may be put, and with which signature."""

    access_key_id: str
    bucket: str = Field(min_length=1)
    encoded_policy: str
    endpoint: str = Field(min_length=1)
    object_key: str = Field(min_length=1)
    signature: str


class Uploads:
    """Uploads files.

    Args:
        call: Sends an operation to OpenPlatform, once.
        retry: Tries again.
        settings: How OpenPlatform is reached.
        transport: Instead of the network, for tests.
    """

    def __init__(
        self,
        call: Callable[..., Awaitable[dict[str, Any]]],
        retry: Retry,
        settings: Settings,
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self._call = call
        self._retry = retry
        self._settings = settings
        self._transport = transport

    async def upload(self, source: str | bytes) -> str:
        """Upload a file by its name, or a text; return the address that a create or update names. A file is streamed.

        Each try asks for a form of its own, and reads the file from its beginning.

        Raises:
            OSError: The file cannot be read.
            DataWorksError: It was not uploaded. Nothing is left of it that anybody would see.
        """

        async def attempt() -> str:
            with _opened(source) as file:
                return await self._post(await self._grant(), file)

        return await self._retry.run(attempt, action=_POST, idempotent=True)

    async def _grant(self) -> _Grant:
        region = self._settings.region or self._settings.place[0]
        asked = {"Product": "dataworks-public", **({"RegionId": region} if region else {})}
        body = await self._call(_AUTHORIZE, asked)
        return read(_Grant, body, body, _AUTHORIZE)

    async def _post(self, grant: _Grant, file: Any) -> str:
        host = f"{grant.bucket}.{grant.endpoint}"
        url = f"{urlsplit(self._settings.open_platform_url).scheme}://{host}/"
        fields = {
            "OSSAccessKeyId": grant.access_key_id,
            "policy": grant.encoded_policy,
            "Signature": grant.signature,
            "key": grant.object_key,
            "success_action_status": "201",
        }
        try:
            options = {} if self._transport else client_options(url)
            async with httpx.AsyncClient(transport=self._transport, timeout=_TIMEOUT, **options) as http:
                parts = {"file": (grant.object_key, file, "")}
                async with http.stream("POST", url, data=fields, files=parts) as streamed:
                    answer = await whole(streamed)
        except NetworkError as error:
            raise RequestNotSent(str(error), action=_POST, transient=False) from error
        except httpx.HTTPError as error:
            text = f"The upload of the file to {host} broke off ({Words(str(error)) or type(error).__name__})"
            raise AnswerLost(text, action=_POST) from error
        except UnusableBody as error:
            raise UnreadableAnswer(f"The answer to {_POST} {error}", action=_POST) from error
        if answer.status_code not in (200, 201, 204):
            raise _refusal(answer)
        return f"http://{host}/{grant.object_key}"


def _opened(source: str | bytes) -> io.BytesIO | io.BufferedReader:
    return io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")


def _refusal(answer: httpx.Response) -> ServiceError:
    """The error of an answer of OSS, which is XML."""
    said, status = dict(_FAULT.findall(answer.text[:10_000])), answer.status_code
    fails = status >= 500 or status == 408
    kind = ThrottledError if status == 429 else ServiceUnavailableError if fails else ServiceError
    error = kind(
        said.get("Message", ""),
        code=said.get("Code", ""),
        status=status,
        action=_POST,
        request_id=said.get("RequestId", ""),
    )
    error.transient = error.transient or _EXPIRED in said.get("Message", "")
    return error
