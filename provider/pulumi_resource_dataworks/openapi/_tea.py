"""The HTTP calls of the credentials library, made by httpx through the one network of this package.

The library's own way (``Tea.core.TeaCore``, Tea 0.4.3) sends calls to loopback and to the metadata service through a proxy
whatever ``NO_PROXY`` says, trusts no CA of ``SSL_CERT_FILE`` behind one, and prints requests where ``DEBUG=sdk`` is set.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import httpx

from ._network import client_options

_CONNECT_MS = 5000
_READ_MS = 10_000


class NetworkTea:
    """Stands in the library's modules for ``TeaCore``."""

    @staticmethod
    def do_action(request: Any, options: Mapping[str, Any] | None = None) -> Any:
        """Send a request and return its answer.

        Raises:
            httpx.HTTPError: There is none.
            NetworkError: The environment's settings cannot be used.
        """
        url = str(import_module("Tea.core").TeaCore.compose_url(request))
        given = options or {}
        connect, read = given.get("connectTimeout") or _CONNECT_MS, given.get("readTimeout") or _READ_MS
        timeout = httpx.Timeout(read / 1000, connect=connect / 1000)
        with httpx.Client(**client_options(url), timeout=timeout) as http:
            got = http.request(request.method, url, content=request.body, headers=request.headers)
        answer = import_module("Tea.response").TeaResponse()
        answer.status_code, answer.status_message = got.status_code, got.reason_phrase
        answer.headers, answer.body = dict(got.headers), got.content
        return answer


def take_over() -> None:
    """Let every provider of the library, also those that it makes of a profile, call through this."""
    for name, module in list(sys.modules.items()):
        if name.startswith("alibabacloud_credentials.provider.") and hasattr(module, "TeaCore"):
            vars(module)["TeaCore"] = NetworkTea
