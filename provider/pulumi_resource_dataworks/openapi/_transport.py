"""One signed request, one answer."""

import hashlib
import hmac
import ssl
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote, urlencode

import httpx

from ._answers import ENCODING, UnusableBody, read_answer, whole
from ._credentials import Credentials, CredentialsSource
from ._errors import AnswerLost, DataWorksError, RequestNotSent, UnreadableAnswer
from ._network import NetworkError, client_options
from ._pacing import Clock
from ._settings import API_VERSION, CONNECT_TIMEOUT, IMPORT_READ_TIMEOUT, READ_TIMEOUT, USER_AGENT, Settings
from ._words import Words, hold, without_keys

# --- The operations, and how the service wants each: method, place of the parameters, whether it may be sent twice


@dataclass(frozen=True)
class Operation:
    """How the service wants one operation.

    Attributes:
        action: Its name.
        method: GET sends parameters in the URL, POST in a form,
        in_query: or in the URL as well,
        query: or only those with these names.
        idempotent: Whether sending it twice is the same as once.
        read_timeout: Seconds, where the settings say nothing.
        yields: Whether it lets other calls go first.
    """

    action: str
    method: Literal["GET", "POST"] = "GET"
    in_query: bool = False
    query: tuple[str, ...] = ()
    idempotent: bool = True
    read_timeout: float = READ_TIMEOUT
    yields: bool = False


IMPORT = Operation(
    "ImportWorkflowDefinition", method="POST", idempotent=False, read_timeout=IMPORT_READ_TIMEOUT
)
GET_JOB = Operation("GetJobStatus", yields=True)
GET = Operation("GetWorkflowDefinition")
LIST = Operation("ListWorkflowDefinitions")
DELETE = Operation("DeleteWorkflowDefinition", method="POST")
RENAME = Operation("RenameWorkflowDefinition", method="POST", in_query=True)
MOVE = Operation("MoveWorkflowDefinition", method="POST")
CREATE_RUN = Operation("CreatePipelineRun", method="POST", idempotent=False)
GET_RUN = Operation("GetPipelineRun", yields=True)
EXEC_STAGE = Operation("ExecPipelineRunStage", method="POST", query=("ProjectId",), idempotent=False)
LIST_RUNS = Operation("ListPipelineRuns")
LIST_RUN_ITEMS = Operation("ListPipelineRunItems")
ABOLISH_RUN = Operation("AbolishPipelineRun", method="POST")


# --- Alibaba Cloud's V3 signature, ACS3-HMAC-SHA256, as pure functions
#
# From "V3 request structure and signature" of the Alibaba Cloud SDK documentation. The signed headers are the documented
# ones (``host``, ``content-type``, every ``x-acs-*``), not all that are sent as the SDK does: an HTTP client or a proxy
# may rewrite the others.


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
