"""One signed request, one answer."""

import ssl
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from ._answers import read_answer
from ._body import ENCODING, UnusableBody, whole
from ._clock import Clock
from ._constants import API_VERSION, CONNECT_TIMEOUT, USER_AGENT
from ._credentials import CredentialsSource
from ._errors import AnswerLost, DataWorksError, RequestNotSent, UnreadableAnswer
from ._keys import hold, without_keys
from ._network import NetworkError, client_options
from ._operations import Operation
from ._settings import Settings
from ._signature import RpcRequest, canonical_query, form_body, signed_headers
from ._words import Words

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

        Calls ``sent`` when the request is on its way, where httpx tells.

        Raises:
            CredentialsError: There is no key pair to sign with.
            RequestNotSent: No connection.
            AnswerLost: A connection, and no answer.
            ServiceError: A refusal.
        """
        request, headers = await self._signed(operation, parameters)
        query = canonical_query(request.query)
        url = f"{self._settings.base_url}/{'?' if query else ''}{query}"
        http = self._client(operation.action)
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
            raise RequestNotSent(
                f"{operation.action}: {without_keys(str(error))}", action=operation.action, transient=False
            ) from error
        except (httpx.HTTPError, UnicodeError) as error:
            raise self._failure(error, operation.action) from error
        except UnusableBody as error:
            text = f"The answer to {operation.action} {error}"
            raise UnreadableAnswer(text, action=operation.action) from error
        return read_answer(response, operation.action, self._place(operation, parameters))

    async def aclose(self) -> None:
        """Close the connections."""
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
            version=API_VERSION,
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

    def _place(self, operation: Operation, parameters: Mapping[str, str]) -> str:
        project = parameters.get("ProjectId" if operation.action != "GetProject" else "Id", "")
        return f"workspace {project} in {self._settings.region or self._settings.host}" if project else ""

    def _timeout(self, operation: Operation) -> httpx.Timeout:
        settings = self._settings
        connect = settings.client_connect_timeout
        read = settings.client_read_timeout
        return httpx.Timeout(
            operation.read_timeout if read is None else read / 1000,
            connect=CONNECT_TIMEOUT if connect is None else connect / 1000,
        )

    def _failure(self, error: httpx.HTTPError | UnicodeError, action: str) -> DataWorksError:
        kind = type(error).__name__
        if not isinstance(error, _NOT_SENT):
            reason = str(Words(str(error))) or kind  # it may quote what came
            return AnswerLost(f"The answer to {action} was lost ({kind}: {reason})", action=action)
        reason = without_keys(str(error)) or kind
        certificate = _certificate_error(error)
        if certificate is not None:
            return RequestNotSent(self._distrust(certificate), action=action, transient=False)
        text = f"{action} could not be sent: no connection to {self._settings.base_url} ({reason}). {self._advice()}"
        return RequestNotSent(
            text, action=action, transient=not isinstance(error, httpx.LocalProtocolError | UnicodeError)
        )

    def _distrust(self, certificate: ssl.SSLError) -> str:
        reason = getattr(certificate, "verify_message", "") or certificate.reason or str(certificate)
        return (
            f"{self._settings.base_url} is not trusted: {reason}. If a proxy inspects TLS here, set SSL_CERT_FILE to "
            "a file with its CA; else check dataworks:endpoint"
        )

    def _advice(self) -> str:
        if self._settings.endpoint:
            return "Check dataworks:endpoint, the network, and HTTPS_PROXY"
        return f"Check dataworks:region ({self._settings.region}), the network, and HTTPS_PROXY"


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
