"""Alibaba Cloud's V3 signature, ACS3-HMAC-SHA256, as pure functions.

From "V3 request structure and signature" of the Alibaba Cloud SDK documentation. The signed headers are the documented
ones (``host``, ``content-type``, every ``x-acs-*``), not all that are sent as the SDK does: an HTTP client or a proxy
may rewrite the others.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from ._credentials import Credentials

ALGORITHM = "ACS3-HMAC-SHA256"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class RpcRequest:
    """A call of the RPC style, before it is signed.

    Attributes:
        method: "GET" or "POST".
        host: As in the Host header, with the port where it is not the scheme's own.
        action: The operation's name.
        version: The API's version, such as "2024-05-18".
        query: Parameters of the URL.
        body: The form, encoded by `form_body`; empty for GET.
    """

    method: str
    host: str
    action: str
    version: str
    query: Mapping[str, str]
    body: bytes = b""


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Return the parameters sorted and RFC 3986 encoded: what is signed, and what must be sent."""
    return "&".join(f"{_encode(name)}={_encode(parameters[name])}" for name in sorted(parameters))


def form_body(parameters: Mapping[str, str]) -> bytes:
    """Return the parameters as a form, sorted, as the official SDK writes it (a space is "+")."""
    return urlencode(sorted(parameters.items())).encode()


def signed_headers(
    request: RpcRequest, credentials: Credentials, *, date: datetime, nonce: str
) -> dict[str, str]:
    """Return all headers that the service needs, ``Authorization`` among them.

    Args:
        request: What to sign.
        credentials: With whose key.
        date: Now, in UTC; the service accepts 15 minutes of difference.
        nonce: Any text that was not used before.
    """
    headers = _headers(request, credentials, date, nonce)
    canonical = canonical_request(request, headers)
    to_sign = f"{ALGORITHM}\n{_sha256(canonical.encode())}"
    signature = hmac.new(credentials.access_key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key_id},"
        f"SignedHeaders={';'.join(sorted(headers))},Signature={signature}"
    )
    return headers


def canonical_request(request: RpcRequest, headers: Mapping[str, str]) -> str:
    """Return the text whose hash is signed. RPC calls all go to the path ``/``."""
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    query = canonical_query(request.query)
    names = ";".join(sorted(headers))
    return f"{request.method}\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"


def _headers(request: RpcRequest, credentials: Credentials, date: datetime, nonce: str) -> dict[str, str]:
    headers = {
        "host": request.host,
        "x-acs-action": request.action,
        "x-acs-version": request.version,
        "x-acs-date": date.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-content-sha256": _sha256(request.body),
    }
    if request.body:
        headers["content-type"] = FORM
    if credentials.security_token:
        headers["x-acs-accesskey-id"] = credentials.access_key_id
        headers["x-acs-security-token"] = credentials.security_token
    return headers


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
