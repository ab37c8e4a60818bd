"""IDs as the service makes them: decimal text of 19 digits, from 2^62 up to 2^63 (the vendor's `UuidUtils`)."""

import hashlib
import secrets
import uuid

_HALF = 2**62


def new_id() -> str:
    """An ID that was never given out."""
    return str(_HALF + secrets.randbelow(_HALF))


def derived_id(*parts: str) -> str:
    """An ID that the same parts always give: a script's, a trigger's."""
    return str(_HALF + stable(*parts, below=_HALF))


def stable(*parts: str, below: int) -> int:
    """A number that looks drawn and is the same whenever the parts are."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return int.from_bytes(digest[:16], "big") % below


def request_id() -> str:
    """A request's ID as the gateway writes it."""
    return str(uuid.uuid4()).upper()
