"""ACS3-HMAC-SHA256 from the server's side: recompute from what arrived, and compare.

Source: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl, quote

from ._answers import ServiceError
from ._model import Account

ALGORITHM: Final = "ACS3-HMAC-SHA256"
VALID_SECONDS: Final = 15 * 60
"""How far a request's date may lie from the server's."""

_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=([^,]*),\s*SignedHeaders=([^,]*),\s*Signature=([0-9a-f]*)"
)


@dataclass(frozen=True)
class Request:
    """A request as it arrived: the query as it stood in the URL, headers by lower-case name, the very bytes.

    Attributes:
        form: In place of the bytes, a form for OSS with what came of the file in it.
    """

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    form: Mapping[str, str] | None = None


class Verifier:
    """Says who signed a request. Remembers nonces for as long as a date is valid."""

    def __init__(self) -> None:
        self._nonces: dict[str, float] = {}

    def verify(self, request: Request, accounts: Sequence[Account], now: float) -> Account:
        """Which of the accounts signed; `now` is the server's time in seconds."""
        key, signed, signature = _authorization(request)
        account = next((account for account in accounts if account.access_key == key), None)
        if account is None:
            raise ServiceError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        _check_date(request, now)
        if _header(request, "x-acs-content-sha256") != hashlib.sha256(request.body).hexdigest():
            raise _mismatch("x-acs-content-sha256 is not the hash of the body that arrived.")
        _check_signature(request, account, signed, signature)
        if request.headers.get("x-acs-security-token") != account.security_token:
            code = "InvalidSecurityToken.MismatchWithAccessKey"
            raise ServiceError(400, code, "Security token is not the key's.")
        self._use_nonce(request, now)
        return account

    def _use_nonce(self, request: Request, now: float) -> None:
        nonce = _header(request, "x-acs-signature-nonce")
        self._nonces = {
            known: moment for known, moment in self._nonces.items() if now - moment < 2 * VALID_SECONDS
        }
        if nonce in self._nonces:
            raise ServiceError(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
        self._nonces[nonce] = now


def canonical_request(request: Request, signed: Sequence[str]) -> str:
    """The text whose hash is signed: method, path, query, headers, their names, the body's hash."""
    headers = "".join(f"{name}:{_header(request, name).strip()}\n" for name in signed)
    pairs = sorted(parse_qsl(request.query, keep_blank_values=True))
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
    digest = _header(request, "x-acs-content-sha256")
    return "\n".join((request.method, "/", query, headers, ";".join(signed), digest))


def signature_of(text: str, secret_key: str) -> str:
    """The signature of a canonical request, in hexadecimal."""
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(text.encode()).hexdigest()}"
    return hmac.new(secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def _authorization(request: Request) -> tuple[str, list[str], str]:
    match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if match is None:
        # A code of the gateway's older signatures; of version 3 it is unknown.
        message = f"Authorization is not of the form {ALGORITHM} Credential=..."
        raise ServiceError(400, "IncompleteSignature", message)
    key, names, signature = match.groups()
    return key, names.split(";"), signature


def _check_date(request: Request, now: float) -> None:
    text = _header(request, "x-acs-date")
    try:
        date = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        message = "x-acs-date is not yyyy-MM-ddTHH:mm:ssZ."
        raise ServiceError(400, "InvalidTimeStamp.Format", message) from None
    if abs(now - date.timestamp()) > VALID_SECONDS:
        raise ServiceError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")


def _check_signature(request: Request, account: Account, signed: list[str], signature: str) -> None:
    must = {name for name in request.headers if name.startswith("x-acs-")} | {"host"}
    must |= {"content-type"} & request.headers.keys()
    if unsigned := must - set(signed):
        raise _mismatch(f"Headers that have to be signed are not: {', '.join(sorted(unsigned))}.")
    if signed != sorted(signed):
        raise _mismatch("SignedHeaders are not sorted.")
    text = canonical_request(request, signed)
    if not hmac.compare_digest(signature_of(text, account.secret_key), signature):
        raise _mismatch(f"server canonical request is: {text}")


def _header(request: Request, name: str) -> str:
    if name not in request.headers:
        raise ServiceError(400, "MissingParameter", f"Header {name} is mandatory for this action.")
    return request.headers[name]


def _mismatch(detail: str) -> ServiceError:
    message = f"Specified signature is not matched with our calculation. {detail}"
    return ServiceError(400, "SignatureDoesNotMatch", message)
