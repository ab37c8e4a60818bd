"""Proxies, exceptions and certificates, for DataWorks and for the credentials library alike."""

import os
import re
import ssl
import sys
from collections.abc import Mapping
from importlib import import_module
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

import httpx

from ._hosts import check_host, is_loopback

# --- Proxies and certificates as the environment names them, for every HTTP client of this package alike
#
# httpx reads the same variables itself, but stops at a ``NO_PROXY`` that holds an IPv6 network, takes no notice of IPv4
# networks, and does not say which variable is wrong. The credentials library reads half of them.


_METADATA = "100.100.100.200"
"""The metadata service of an ECS instance: it answers the instance alone."""
_PORTS = {"http": 80, "https": 443}


class NetworkError(Exception):
    """A variable of the environment cannot be used; the text names it."""


def client_options(url: str) -> dict[str, Any]:
    """Return what httpx's clients take for calls to this address.

    Raises:
        NetworkError: What the environment says of it cannot be used.
    """
    proxy = proxy_for(url)
    if url.startswith("http:") and (proxy is None or proxy.url.scheme != "https"):
        return {"proxy": proxy, "verify": False, "trust_env": False}  # reading CAs takes 20 ms
    trusted = _certificates()
    if proxy is not None and proxy.url.scheme == "https":
        proxy = httpx.Proxy(proxy.url, auth=proxy.auth, ssl_context=trusted)
    return {"proxy": proxy, "verify": trusted, "trust_env": False}


def proxy_for(url: str) -> httpx.Proxy | None:
    """Return the proxy for calls to this address; None for a host that no proxy can reach or that ``NO_PROXY`` names.

    Raises:
        NetworkError: The variable that names the proxy cannot be used.
    """
    parts, known = urlsplit(url), getproxies()  # the system's own settings, too, on Windows and macOS
    host = parts.hostname or ""
    if is_loopback(host) or host == _METADATA or _is_exempt(parts, known.get("no", "")):
        return None
    scheme = next((one for one in (parts.scheme, "all") if known.get(one)), None)
    return None if scheme is None else _proxy(f"{scheme}_proxy", known[scheme])


def _proxy(variable: str, given: str) -> httpx.Proxy:
    text = given if "://" in given else f"http://{given}"
    try:
        parts = urlsplit(text)
        check_host(parts.hostname or "")
        parts.port  # noqa: B018 - it is parsed when read
        return httpx.Proxy(text)
    except (ValueError, httpx.InvalidURL):
        name = next((one for one in os.environ if one.lower() == variable), variable.upper())
        forms = "http://host:8080, https://host:8443 or socks5://host:1080"
        raise NetworkError(f"{name} names no proxy that can be used: write it as {forms}") from None


def _certificates() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # SSLError is one
        name = "SSL_CERT_FILE" if os.environ.get("SSL_CERT_FILE") else "SSL_CERT_DIR"
        raise NetworkError(
            f"{name} cannot be used ({error.strerror or error}): set it to the CAs to trust"
        ) from None


def _is_exempt(parts: SplitResult, listed: str) -> bool:
    return any(_covers(entry, parts) for entry in re.split(r"[,\s]+", listed.lower()))


def _covers(entry: str, parts: SplitResult) -> bool:
    """Whether an entry of ``NO_PROXY`` names a host, a domain or a network that the address is in; what is neither covers nothing."""
    host = parts.hostname or ""
    if entry == "*":
        return True
    entry = entry.rpartition("://")[2]
    try:
        network = ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        name, colon, port = entry.partition(":")
        named = name.lstrip("*").lstrip(".")
        fits = not colon or port == str(parts.port or _PORTS.get(parts.scheme))
        return bool(named) and fits and (host == named or host.endswith(f".{named}"))
    try:
        return ip_address(host) in network
    except ValueError:
        return False


# --- The HTTP calls of the credentials library, made by httpx through the one network of this package
#
# The library's own way (``Tea.core.TeaCore``, Tea 0.4.3) sends calls to loopback and to the metadata service through a proxy
# whatever ``NO_PROXY`` says, trusts no CA of ``SSL_CERT_FILE`` behind one, and prints requests where ``DEBUG=sdk`` is set.


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
