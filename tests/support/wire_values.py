"""Values as the engine writes them on the wire; written from its source, so that the provider can disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format, struct_pb2

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS = {
    "bool": "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "number": "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "string": UNKNOWN,
    "array": "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "asset": "030794c1-ac77-496b-92df-f27374a8bd58",
    "archive": "e48ece36-62e2-4504-bad9-02848725956a",
    "object": "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


def output(**parts: Any) -> dict[str, Any]:
    """An output: `value` is left out where it is not known, `secret` and `dependencies` where there are none."""
    return {SIGNATURE: OUTPUT, **parts}


def asset(text: str) -> dict[str, Any]:
    return {SIGNATURE: ASSET, "text": text}


def archive(path: str) -> dict[str, Any]:
    return {SIGNATURE: ARCHIVE, "path": path}


def reference(**parts: Any) -> dict[str, Any]:
    """A resource; `id` is left out for a component, and unknown where it is not created yet."""
    return {SIGNATURE: REFERENCE, "urn": "urn:pulumi:test::wire::a:b:C::other", **parts}


def is_secret(value: Any) -> bool:
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(values), struct_pb2.Struct())


def plain(message: struct_pb2.Struct) -> dict[str, Any]:
    """What is on the wire, marks included."""
    found: dict[str, Any] = json_format.MessageToDict(message)
    return found
