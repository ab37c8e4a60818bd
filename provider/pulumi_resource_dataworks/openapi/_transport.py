"""One signed request, one answer."""

import hashlib
import hmac
import ssl
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx

from pulumi_resource_dataworks import __version__

from ._answers import ENCODING, UnusableBody, read_answer, whole
from ._credentials import Credentials, CredentialsSource
from ._errors import AnswerLost, DataWorksError, RequestNotSent, UnreadableAnswer
from ._limiter import Clock
from ._network import NetworkError, client_options
from ._operations import Operation
from ._settings import Settings
from ._words import Words, hold, without_keys

USER_AGENT: Final = f"pulumi-resource-dataworks/{__version__}"
CONNECT_TIMEOUT: Final = 5.0
"""Seconds."""

# --- Alibaba Cloud's V3 signature, ACS3-HMAC-SHA256, as pure functions
#
# From "V3 request structure and signature" of the Alibaba Cloud SDK documentation. The signed headers are the documented
# ones (``host``, ``content-type``, every ``x-acs-*``), not all that are sent as the SDK does: an HTTP client or a proxy
# may rewrite the others.


ALGORITHM = "ACS3-HMAC-SHA256"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class RpcRequest:
    """A call of the RPC style, before it is signed: to the path ``/``, with parameters in the query or in a form.

    ``host`` is as in the Host header, with the port where it is not the scheme's own.
    """

    method: str
    host: str
    action: str
    version: str
    query: Mapping[str, str]
    body: bytes = b""


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Return the parameters sorted and RFC 3986 encoded: what is signed, and what must be sent."""
    return urlencode(sorted(parameters.items()), safe="", quote_via=quote)


def form_body(parameters: Mapping[str, str]) -> bytes:
    """Return the parameters as a form, sorted, as the official SDK writes it (a space is "+")."""
    return urlencode(sorted(parameters.items())).encode()


def signed_headers(
    request: RpcRequest, credentials: Credentials, *, date: datetime, nonce: str
) -> dict[str, str]:
    """Return all headers that the service needs, ``Authorization`` among them.

    ``date`` is now, in UTC (the service accepts 15 minutes of difference), ``nonce`` any text that was not used before.
    """
    headers = {
        "host": request.host,
        "x-acs-action": request.action,
        "x-acs-version": request.version,
        "x-acs-date": date.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-content-sha256": hashlib.sha256(request.body).hexdigest(),
    }
    if request.body:
        headers["content-type"] = FORM
    if credentials.security_token:
        headers["x-acs-accesskey-id"] = credentials.access_key_id
        headers["x-acs-security-token"] = credentials.security_token
    canonical = canonical_request(request, headers)
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(credentials.access_key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key_id},"
        f"SignedHeaders={';'.join(sorted(headers))},Signature={signature}"
    )
    return headers


def canonical_request(request: RpcRequest, headers: Mapping[str, str]) -> str:
    """Return the text whose hash is signed."""
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    query = canonical_query(request.query)
    names = ";".join(sorted(headers))
    return f"{request.method}\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"


# --- One signed request, one answer


# Raised before a byte of the request was sent. PoolTimeout: no connection was free.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    UnicodeError,  # a name that no resolver takes
)


class Transport:
    """Signs and sends. Connections are opened at the first call and used again."""

    def __init__(
        self,
        settings: Settings,
        credentials: CredentialsSource,
        transport: httpx.AsyncBaseTransport | None,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._transport = transport
        self._clock = clock
        self._http: httpx.AsyncClient | None = None

    async def send(
        self, operation: Operation, parameters: Mapping[str, str], sent: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """Try once, with a date, nonce and signature of its own, and return the answer's JSON object.

        Calls ``sent`` when the request is on its way, where httpx reports it.

        Raises:
            CredentialsError: There is no key pair to sign with.
            RequestNotSent: No connection.
            AnswerLost: A connection, and no answer.
            ServiceError: A refusal.
        """
        action = operation.action
        request, headers = await self._signed(operation, parameters)
        query = canonical_query(request.query)
        url = f"{self._settings.base_url}/{'?' if query else ''}{query}"
        http = self._client(action)
        try:
            async with http.stream(
                request.method,
                url,
                content=request.body,
                headers=headers,
                timeout=self._timeout(operation),
                extensions={"trace": _listener(sent)},
            ) as streamed:
                response = await whole(streamed)
        except httpx.InvalidURL as error:
            text = f"{action}: {without_keys(str(error))}"
            raise RequestNotSent(text, action=action, transient=False) from error
        except (httpx.HTTPError, UnicodeError) as error:
            raise self._failure(error, action) from error
        except UnusableBody as error:
            raise UnreadableAnswer(f"The answer to {action} {error}", action=action) from error
        project = parameters.get("Id" if action == "GetProject" else "ProjectId")
        place = f"workspace {project} in {self._settings.region or self._settings.host}" if project else ""
        return read_answer(response, action, place)

    async def aclose(self) -> None:
        if self._http is not None:
            http, self._http = self._http, None
            await http.aclose()

    async def _signed(
        self, operation: Operation, parameters: Mapping[str, str]
    ) -> tuple[RpcRequest, dict[str, str]]:
        everything = operation.method == "GET" or operation.in_query
        query = parameters if everything else {name: parameters[name] for name in operation.query}
        form = {name: value for name, value in parameters.items() if name not in query}
        request = RpcRequest(
            method=operation.method,
            host=self._settings.host,
            action=operation.action,
            version=operation.version,
            query=query,
            body=b"" if everything else form_body(form),
        )
        pair = await self._credentials.get()
        hold(pair.access_key_id, pair.access_key_secret, pair.security_token)
        headers = signed_headers(request, pair, date=self._clock.utcnow(), nonce=uuid.uuid4().hex)
        ours = {"Accept": "application/json", "Accept-Encoding": ENCODING, "User-Agent": USER_AGENT}
        return request, {**headers, **ours}

    def _client(self, action: str) -> httpx.AsyncClient:
        if self._http is None:
            try:
                options = {} if self._transport else client_options(self._settings.base_url)
            except NetworkError as error:
                raise RequestNotSent(str(error), action=action, transient=False) from error
            self._http = httpx.AsyncClient(transport=self._transport, **options)
        return self._http

    def _timeout(self, operation: Operation) -> httpx.Timeout:
        read, connect = self._settings.client_read_timeout, self._settings.client_connect_timeout
        return httpx.Timeout(
            read / 1000 if read else operation.read_timeout,
            connect=connect / 1000 if connect else CONNECT_TIMEOUT,
        )

    def _failure(self, error: httpx.HTTPError | UnicodeError, action: str) -> DataWorksError:
        kind, url = type(error).__name__, self._settings.base_url
        if not isinstance(error, _NOT_SENT):
            reason = str(Words(str(error))) or kind  # it may quote what came
            return AnswerLost(f"The answer to {action} was lost ({kind}: {reason})", action=action)
        if (certificate := _certificate_error(error)) is not None:
            reason = getattr(certificate, "verify_message", "") or certificate.reason or str(certificate)
            text = (
                f"{url} is not trusted: {reason}. If a proxy inspects TLS here, set SSL_CERT_FILE to a file with its "
                "CA; else check dataworks:endpoint"
            )
            return RequestNotSent(text, action=action, transient=False)
        setting = "endpoint" if self._settings.endpoint else f"region ({self._settings.region})"
        emulated = f"that the emulator still runs, and dataworks:{setting}"
        checks = (
            emulated if self._settings.is_loopback else f"dataworks:{setting}, the network, and HTTPS_PROXY"
        )
        text = f"{action} could not be sent: no connection to {url} ({without_keys(str(error)) or kind}). Check {checks}"
        is_ours = isinstance(error, httpx.LocalProtocolError | UnicodeError)
        return RequestNotSent(text, action=action, transient=not is_ours)


def _listener(sent: Callable[[], None]) -> Callable[[str, Any], Awaitable[None]]:
    async def trace(event: str, _: Any) -> None:
        if event == "http11.send_request_headers.complete":
            sent()

    return trace


def _certificate_error(error: BaseException) -> ssl.SSLError | None:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause
