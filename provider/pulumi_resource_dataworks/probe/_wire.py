"""The client that the probe calls with, and what it hears as it comes: before the client has smoothed it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.openapi._operations import GET


@dataclass(frozen=True)
class Heard:
    """One answer, raw.

    Attributes:
        status: HTTP status.
        body: The JSON object; empty where the body is none.
    """

    status: int
    body: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The envelope's `Code`, or ""."""
        return str(self.body.get("Code") or "")

    def inner(self, name: str) -> Mapping[str, Any]:
        """An object inside the body; empty where there is none."""
        found = self.body.get(name)
        return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


_THROTTLED = "9990020002"
"""terraform-provider-alicloud: this number is "Throttling.User"."""


class Recorder(httpx.AsyncBaseTransport):
    """Passes requests on, counts them, and keeps the last answer.

    Attributes:
        calls: How many requests went out, each try counted.
        last: The last answer.
        throttled: The answers that say "too many calls", of a second or of a day.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.calls = 0
        self.last = Heard(0, {})
        self.throttled: list[Heard] = []
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass one request on."""
        self.calls += 1
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        await response.aclose()
        self.last = Heard(response.status_code, _object(body))
        if response.status_code == 429 or "Throttling" in self.last.code or self.last.code == _THROTTLED:
            self.throttled.append(self.last)
        # The body is decoded and whole now; these two would say otherwise.
        headers = [item for item in response.headers.multi_items() if item[0] not in _OF_THE_WAY]
        return httpx.Response(response.status_code, headers=headers, content=body)

    async def aclose(self) -> None:
        """Close what is behind."""
        await self._inner.aclose()


_OF_THE_WAY = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class Network(httpx.AsyncBaseTransport):
    """The network as httpx would take it: a client that is given a transport looks for no proxy by itself.

    Args:
        trust_env: Whether the environment's proxies and certificates count.
    """

    def __init__(self, *, trust_env: bool) -> None:
        self._http = httpx.AsyncClient(trust_env=trust_env)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        return await self._http.send(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()


class Service(openapi.Client):
    """The provider's client, and the one call that it never makes."""

    async def get_without_flag(self, project_id: int, workflow_id: str) -> None:
        """GetWorkflowDefinition without IncludeScriptContent; the recorder has the answer."""
        await self._call(GET, {"ProjectId": str(project_id), "Id": workflow_id})


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
