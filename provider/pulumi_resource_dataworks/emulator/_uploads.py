"""How a file gets to `CreateResource`: AuthorizeFileUpload of OpenPlatform, then PostObject of OSS.

Which parameters and fields there are is what the vendor's SDK sends (9.11.0, `create_resource_advance`); the answers are those
of OpenPlatform's SDK (2019-12-19) and of OSS' help page on PostObject.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ._answers import JsonObject, ServiceError, refused
from ._calls import Operation
from ._model import Upload
from ._state import ServiceState

PRODUCT: Final = "dataworks-public"
OSS_KEY: Final = "LTAIemulatorOfOss00000"
_OSS_SECRET: Final = secrets.token_hex(15)
_VALID_SECONDS: Final = 3600
"""How long an authorization is; unknown."""
_LARGEST: Final = 5 * 2**30
"""Documented of PostObject; whether OpenPlatform allows as much is unknown."""

# --- The operations


class AuthorizeFileUpload(Operation, method="GET", version="2019-12-19"):
    """Of OpenPlatform: where and with which signature a file may be sent, which is the address at which this was asked."""

    product: str

    def answer(self, state: ServiceState) -> JsonObject:
        if self.product != PRODUCT:
            raise ServiceError(400, "InvalidProduct", f"Product is not {PRODUCT}.")
        key = f"{state.account.uid}/{uuid.uuid4()}"
        expires = datetime.fromtimestamp(state.clock.now() + _VALID_SECONDS, UTC)
        conditions = [["eq", "$key", key], ["content-length-range", 0, _LARGEST]]
        policy = {"expiration": expires.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "conditions": conditions}
        encoded = base64.b64encode(json.dumps(policy).encode()).decode()
        # A client puts the two together again: https://{Bucket}.{Endpoint}.
        bucket, _, endpoint = state.host.partition(".")
        return {
            "AccessKeyId": OSS_KEY,
            "Bucket": bucket if endpoint else "upload",
            "Endpoint": endpoint or bucket,
            "ObjectKey": key,
            "EncodedPolicy": encoded,
            "Signature": _signature(encoded),
            "UseAccelerate": False,
        }


class PostObject(Operation, method="POST", version=""):
    """Of OSS: a form with a file, the fields of which have names of their own, and `file`, `size`, `sha256` of what came."""

    def answer(self, state: ServiceState) -> JsonObject:
        params = self.model_extra or {}
        if "file" not in params:
            raise ServiceError(
                400, "MalformedPOSTRequest", "The body is not well-formed multipart/form-data."
            )
        if not params["content-length"]:
            raise ServiceError(
                411, "MissingContentLength", "You must provide the Content-Length HTTP header."
            )
        if params.get("OSSAccessKeyId") != OSS_KEY:
            raise ServiceError(
                403, "InvalidAccessKeyId", "The OSS Access Key Id does not exist in our records."
            )
        if not _is_signed(params):
            raise ServiceError(403, "SignatureDoesNotMatch", "The request signature does not match.")
        said = json.loads(base64.b64decode(params["policy"]))
        (_, _, key), (_, _, largest) = said["conditions"]
        if datetime.fromisoformat(said["expiration"]).timestamp() < state.clock.now():
            raise ServiceError(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
        if params.get("key") != key:
            raise ServiceError(403, "AccessDenied", 'Invalid according to Policy: ["eq", "$key"]')
        if int(params["size"]) > largest:
            raise ServiceError(
                400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size."
            )
        address = f"{state.host}/{key}"
        state.uploads[key] = Upload(address, Path(params["file"]), int(params["size"]), params["sha256"])
        return {"Bucket": state.host.partition(".")[0], "Location": f"http://{address}", "Key": key}


def _is_signed(form: Mapping[str, str]) -> bool:
    return hmac.compare_digest(_signature(form.get("policy", "")), form.get("Signature", ""))


def _signature(policy: str) -> str:
    digest = hmac.new(_OSS_SECRET.encode(), policy.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def uploaded(state: ServiceState, resource_file: str) -> Upload | None:
    """The file that `ResourceFile` names: one that was sent, or one at another address, of which nothing is known."""
    address = resource_file.partition("://")[2]
    known = state.uploads.get(address.partition("/")[2])
    if known is None and address.startswith((f"{state.host}/", f"upload.{state.host}/")):
        raise refused(f"The file cannot be downloaded: {resource_file}")
    return known or (Upload(resource_file, None, 0, "") if address else None)


# --- A form with a file, which goes to disk as it comes


_FILE: Final = re.compile(rb'name="file"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n')
_FIELD: Final = re.compile(rb'name="([^"]*)"\r\n\r\n(.*)\r\n', re.DOTALL)
_LONGEST_HEAD: Final = 2**16


async def received(
    headers: Mapping[str, str], body: AsyncIterator[bytes], state: ServiceState
) -> dict[str, str] | None:
    """The fields of a form, and the file in it as `file`, `size` and `sha256`; None where it is no form with a file.

    OSS ignores what comes after the file.
    """
    kind, _, boundary = headers.get("content-type", "").partition("boundary=")
    if not kind.startswith("multipart/form-data"):
        return None
    end, seen, fields = f"\r\n--{boundary}".encode(), b"", dict[str, str]()
    digest, size, place = hashlib.sha256(), 0, -1
    with tempfile.NamedTemporaryFile(dir=state.folder, delete=False) as file:
        async for chunk in body:
            seen += chunk if place < 0 else b""
            if not fields and (found := _FILE.search(seen)):
                fields = dict(_fields(seen[: found.start()], boundary.encode()))
                seen = seen[found.end() :]
            if fields and place < 0:
                place = seen.find(end)
                ready = seen[: place if place >= 0 else -len(end)]
                seen = seen[len(ready) :]
                digest.update(ready)
                size += len(ready)
                if _is_signed(fields):  # any page in a browser can send a form: it shall not fill the disk
                    file.write(ready)
            elif not fields and len(seen) > _LONGEST_HEAD:
                seen = b""
    fields["content-length"] = headers.get("content-length", "")
    if place < 0:
        return fields
    return {**fields, "file": file.name, "size": str(size), "sha256": digest.hexdigest()}


def _fields(head: bytes, boundary: bytes) -> Iterator[tuple[str, str]]:
    for part in head.split(b"--" + boundary):
        if found := _FIELD.search(part):
            yield found[1].decode(), found[2].decode()
