"""What an HTTP answer means: a bounded body to read, or which error of our tree."""

import re
import zlib
from collections.abc import Mapping
from typing import Any, Final, cast

import httpx

from ._errors import (
    DAY_USED_UP,
    NONCE_USED,
    TRANSIENT_STATUSES,
    AnswerLost,
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    ProjectNotFoundError,
    QuotaExhaustedError,
    ServiceError,
    ServiceUnavailableError,
    ThrottledError,
    UnreadableAnswer,
    WrongEndpointError,
)
from ._operations import parse_json
from ._words import LONGEST, Words, label

LARGEST_ANSWER: Final = 32 * 1024 * 1024
"""Bytes of an answer, before and after decompression: twice the largest document that can be read, with its escapes."""

# The error envelope and the codes are those of the Alibaba Cloud error diagnosis page, the DataWorks codes page, and what
# the vendor's Terraform provider handles for this API version; each constant says which.


# DataWorks codes page: the day's calls, and the edition's quota. The figures: DataWorks OpenAPI quotas, 2026-05-09.
_QUOTA = {
    DAY_USED_UP: "This account has used up its calls of DataWorks for today in this region (100 a day in the Basic edition, "
    "those of all its RAM users together, failed ones included). Run this again tomorrow, or take an edition without a "
    "daily limit. At which hour the day ends is not documented",
    "Throttling.Resource": "A quota of this account's DataWorks edition is used up, and trying again at once is no help. "
    "Documented are calls a day (Basic: 100) and a month (Basic: 3,100)",
}
# The numbers of "Throttling.User" and "Throttling.Resource": the Terraform provider, and a raw answer of its acceptance tests.
_THROTTLED = frozenset({"9990020002", "9990040003"})

# Gateway codes (error diagnosis page) by how they begin, and which setting each is about.
_AUTHENTICATION = {
    "InvalidAccessKeyId": "Check dataworks:accessKey (or the profile or role in use): the service does not know it",
    "SignatureDoesNotMatch": "Check dataworks:secretKey: it does not belong to dataworks:accessKey",
    "IncompleteSignature": "Check dataworks:accessKey and dataworks:secretKey, and any proxy that rewrites requests",
    "InvalidSecurityToken": "Check dataworks:securityToken: temporary credentials expire",
    "MissingSecurityToken": "Check dataworks:securityToken: this AccessKey is a temporary one and needs it",
    "InvalidTimeStamp": "Check this machine's clock: it differs from the service's by more than 15 minutes",
    NONCE_USED: "The request arrived twice; a proxy may have repeated it",
}
_WRONG_HOST = "Check dataworks:endpoint: this host does not serve DataWorks OpenAPI 2024-05-18"
_NO_SUCH_OPERATION = {
    "InvalidAction.NotFound": _WRONG_HOST,
    "InvalidApi.NotFound": _WRONG_HOST,
    "Forbidden.Not.Server": "Check dataworks:region: DataWorks is not offered there",
}
# 400010 and 1101080166: the caller is not a member of the workspace (Terraform provider).
_PERMISSION = re.compile(r"Forbidden|NoPermission|ResourceNotAuthorized|(400010|1101080166)$")
_PERMISSION_HINT = (
    "The RAM user behind dataworks:accessKey needs a policy that allows dataworks:* and must be a member of the "
    "workspace (projectId)"
)
# What RAM adds to a refusal, and the types of policies (RAM's DecodeDiagnosticMessage page), each with who can change it.
_DENIAL = ("AuthAction", "PolicyType", "NoPermissionType", "AuthPrincipalType", "AuthPrincipalDisplayName")
_RAM = "whoever administers RAM in this account"
_USER = "the RAM user or role behind dataworks:accessKey"
_ROLE_SOURCE = "whoever wrote it (dataworks:assumeRole.policy, or the source of dataworks:securityToken)"
_POLICIES = {
    "ControlPolicy": ("a control policy of the resource directory", "whoever administers the directory"),
    "AccountLevelIdentityBasedPolicy": (f"the policies of {_USER}", _RAM),
    "ResourceGroupLevelIdentityBasedPolicy": (f"the policies that {_USER} has for a resource group", _RAM),
    "SessionPolicy": ("the policy with which the role was assumed", _ROLE_SOURCE),
    "AssumeRolePolicy": ("the trust policy of the role", _RAM),
}
# GetProject's code in the Terraform provider.
_NO_PROJECT = "1101080008"

# Not-found codes of workflow operations are not published. Known ones of this API version are numbers, with texts
# like these (publish object, project member, data source), so the text decides.
_ABSENT_CODE = re.compile(r"NotFound|NotExist", re.IGNORECASE)
_ABSENT_TEXT = re.compile(
    r"not\s*found|not\s*exist|(does|do|did)\s*(not|n't)\s*exist|不存在|未找到|找不到", re.IGNORECASE
)
_PROJECT_WORD = re.compile(r"project|workspace|工作空间|项目", re.IGNORECASE)
_OBJECT_WORD = re.compile(r"workflow|node|definition|file|job|工作流|节点|任务|对象", re.IGNORECASE)

_LONGEST_QUOTE = 160


def read_answer(response: httpx.Response, action: str, place: str = "") -> dict[str, Any]:
    """Return the JSON object of a good answer; ``place`` is the workspace that it was asked about, and the region.

    Raises:
        AnswerLost: It broke off, where nothing says how long it should have been.
        ServiceError: The service refused; also with ``Success: false`` inside a 200.
        UnreadableAnswer: Something else answered.
    """
    body = _json_object(response)
    if body is None and response.is_success and response.content.lstrip().startswith(b"{"):
        raise AnswerLost(f"The answer to {action} broke off", action=action, status=response.status_code)
    success = "" if body is None else str(body.get("Success", body.get("success")))
    if body is not None and response.is_success and success.strip().lower() != "false":
        return body
    is_envelope = body is not None and (response.is_success or _field(body, "Code", "ErrorCode"))
    if not is_envelope and not _is_throttled(response.status_code, "", "", response.headers):
        # A proxy's own 404 must not pass for a missing workflow.
        raise _unreadable(response, action)
    raise service_error(response.status_code, body or {}, action, response.headers, place)


def service_error(
    status: int, body: Mapping[str, Any], action: str, headers: Mapping[str, str], place: str = ""
) -> ServiceError:
    """Return the error that an envelope stands for."""
    code, message = _field(body, "Code", "ErrorCode"), _field(body, "Message", "ErrorMessage")
    kind, advice = _classify(status, code[:LONGEST], message[:LONGEST], headers)
    denial = _denial(body) if kind is PermissionDeniedError else {}
    if kind is NotFoundError and action == "GetProject":
        kind = ProjectNotFoundError
    lead = _advice(denial) or advice
    if kind is ProjectNotFoundError and place:
        lead = f"there is no {place}, as far as this account may see: check projectId and dataworks:region"
    error = kind(
        message,
        code=code,
        status=status,
        action=action,
        request_id=_field(body, "RequestId") or headers.get("x-acs-request-id", ""),
        recommend=_field(body, "Recommend"),
        facts=[f"{name} {Words(value)}" for name, value in denial.items()],
        lead=lead,
    )
    if isinstance(error, ThrottledError):
        error.retry_after = _retry_after(headers)
    return error


def _denial(body: Mapping[str, Any]) -> dict[str, str]:
    """What RAM says of a refused access; empty where it says nothing."""
    detail = body.get("AccessDeniedDetail", body.get("accessDeniedDetail"))
    if not isinstance(detail, Mapping):
        return {}
    found = {name: _field(cast("Mapping[str, Any]", detail), name) for name in _DENIAL}
    return {name: value for name, value in found.items() if value}


def _advice(denial: Mapping[str, str]) -> str:
    """Which policy refuses, and who can change it; nothing for a type that RAM's page does not name."""
    if denial.get("PolicyType") not in _POLICIES:
        return ""
    policy, who = _POLICIES[denial["PolicyType"]]
    verb, remedy = "not allowed", "allow it"
    if denial.get("NoPermissionType") == "ExplicitDeny":
        verb, remedy = "denied", "remove the Deny: no Allow outweighs it"
    return f"{label(denial.get('AuthAction', 'this'))} is {verb} by {policy}. Ask {who} to {remedy}"


def _classify(
    status: int, code: str, message: str, headers: Mapping[str, str]
) -> tuple[type[ServiceError], str]:
    if code in _QUOTA:
        return QuotaExhaustedError, _QUOTA[code]
    if _is_throttled(status, code, message, headers):
        return ThrottledError, ""
    if code in _NO_SUCH_OPERATION:
        return WrongEndpointError, _NO_SUCH_OPERATION[code]
    for prefix, hint in _AUTHENTICATION.items():
        if code.startswith(prefix):
            return AuthenticationError, hint
    if status == 401:
        return AuthenticationError, "Check dataworks:accessKey and dataworks:secretKey"
    if code != _NO_PROJECT and (status == 403 or _PERMISSION.match(code)):
        return PermissionDeniedError, _PERMISSION_HINT
    return _classify_by_object(status, code, message)


def _is_throttled(status: int, code: str, message: str, headers: Mapping[str, str]) -> bool:
    """Whether the service has not processed a call, as too many are made: before anything else that an answer may mean.

    As the Terraform provider and the vendor's SDK (darabonba-openapi, for the header) have it.
    """
    is_named = "Throttling" in code or code in _THROTTLED or message.startswith("Throttling.")
    return is_named or status == 429 or _retry_after(headers) is not None


def _classify_by_object(status: int, code: str, message: str) -> tuple[type[ServiceError], str]:
    # Inside a 5xx without a business code, "not found" is about the service's own parts.
    is_about_request = status < 500 or code.isdigit()
    is_absent = (
        status == 404 or _ABSENT_CODE.search(code) or (is_about_request and _ABSENT_TEXT.search(message))
    )
    text = f"{code} {message}"
    is_about_project = _PROJECT_WORD.search(text) and not _OBJECT_WORD.search(text)
    if code == _NO_PROJECT or (is_absent and is_about_project):
        return ProjectNotFoundError, "Check projectId and dataworks:region: the workspace is unknown there"
    if is_absent:
        return NotFoundError, ""
    is_business = code.isdigit() and status in {200, 500}
    if code == "ServiceUnavailable" or (status in TRANSIENT_STATUSES and not is_business):
        return ServiceUnavailableError, ""
    return ServiceError, ""


def _json_object(response: httpx.Response) -> dict[str, Any] | None:
    try:
        body = parse_json(response.content)
    except (ValueError, RecursionError):  # the latter for brackets without end
        return None
    return cast("dict[str, Any]", body) if isinstance(body, dict) else None


def _field(body: Mapping[str, Any], *names: str) -> str:
    # The official SDK also reads the lower-case variants.
    for name in names:
        for spelling in (name, name[0].lower() + name[1:]):
            value = body.get(spelling)
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                return str(value)
    return ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds. The header has milliseconds: the official SDK hands it to a sleep in ms."""
    value = headers.get("x-acs-retry-after", "").strip()
    # float and not int, which refuses thousands of digits; too many for a float are infinite.
    return float(value) / 1000 or None if value.isascii() and value.isdigit() else None


def _unreadable(response: httpx.Response, action: str) -> UnreadableAnswer:
    kind = label(response.headers.get("content-type", "").partition(";")[0]) or "no content type"
    # The header's charset may be any codec of Python's, and the page of any size.
    page = response.content[:LONGEST].decode(errors="replace")
    quote = " ".join(re.sub(r"<[^<>]*>", " ", page).split())
    quote = f"{quote[:_LONGEST_QUOTE]}..." if len(quote) > _LONGEST_QUOTE else quote or "(empty)"
    text = f'{action} was answered by something other than DataWorks (HTTP {response.status_code}, {kind}): "{Words(quote)}"'
    advice = "Check dataworks:endpoint, and HTTPS_PROXY if there is a proxy"
    return UnreadableAnswer(f"{text}. {advice}", action=action, status=response.status_code)


# --- The body of an answer: bounded on the wire and after decompression


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
