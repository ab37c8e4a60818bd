"""Proxies and certificates as the environment names them, for every HTTP client of this package alike.

httpx reads the same variables itself, but stops at a ``NO_PROXY`` that holds an IPv6 network, takes no notice of IPv4
networks, and does not say which variable is wrong. The credentials library reads half of them.
"""

import os
import re
import ssl
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

import httpx

from ._endpoint import check_host, is_loopback

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
