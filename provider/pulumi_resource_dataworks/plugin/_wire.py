"""Values as Pulumi puts them on the wire, and as plain values of this program.

The marks are those of the engine's `sdk/go/common/resource/plugin/rpc.go`: secrets, outputs and references are objects
with a signature, unknowns are texts that nobody else writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from google.protobuf import struct_pb2

from pulumi_resource_dataworks.lifecycle import UNKNOWN, Opaque, Unknown

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of a secret, and none itself
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
_ASSETS = {"c44067f5952c0a294b673a41bacd8c17": "an asset", "0def7320c3a5731c473e5ecbe6d01bc7": "an archive"}
_UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        _UNKNOWN_TEXT,
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
_EXACT = 2**53


@dataclass(slots=True)
class Properties:
    """A resource's properties as plain values.

    Attributes:
        values: By name; UNKNOWN where a value is not known yet.
        secrets: The names of the properties that are, or hold, a secret.
    """

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    secrets: set[str] = field(default_factory=set[str])


def decode(properties: struct_pb2.Struct) -> Properties:
    """Properties from the wire."""
    found = Properties()
    for key, value in properties.fields.items():
        secrets: list[bool] = []
        found.values[key] = _decode(value, secrets)
        if secrets:
            found.secrets.add(key)
    return found


def encode(values: Mapping[str, Any], secrets: Iterable[str] = ()) -> struct_pb2.Struct:
    """Properties for the wire; those named as secrets are marked so."""
    hidden = set(secrets)
    struct = struct_pb2.Struct()
    for key, value in values.items():
        target = struct.fields[key]
        if key in hidden:
            fields = target.struct_value.fields
            fields[_SIGNATURE].string_value = _SECRET
            target = fields["value"]
        _encode(value, target)
    return struct


def _decode(value: struct_pb2.Value, secrets: list[bool]) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in _UNKNOWNS else text
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) <= _EXACT else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item, secrets) for item in value.list_value.values]
    if kind == "struct_value":
        return _decode_object(value.struct_value, secrets)
    return None


def _decode_object(struct: struct_pb2.Struct, secrets: list[bool]) -> Any:
    fields = struct.fields
    mark = fields[_SIGNATURE].string_value if _SIGNATURE in fields else ""
    if not mark:
        return {key: _decode(item, secrets) for key, item in fields.items()}
    if mark == _SECRET or (mark == _OUTPUT and "secret" in fields and fields["secret"].bool_value):
        secrets.append(True)
    if mark in (_SECRET, _OUTPUT):
        return _decode(fields["value"], secrets) if "value" in fields else UNKNOWN
    if mark == _REFERENCE:
        return _decode(fields["id"], secrets) if "id" in fields else Opaque("a resource")
    return Opaque(_ASSETS.get(mark, "a value that is not plain"))


def _encode(value: Any, target: struct_pb2.Value) -> None:
    if isinstance(value, Unknown):
        target.string_value = _UNKNOWN_TEXT
    elif value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, Mapping):
        target.struct_value.SetInParent()
        for key, item in cast("Mapping[str, Any]", value).items():
            _encode(item, target.struct_value.fields[key])
    elif isinstance(value, Sequence):
        target.list_value.SetInParent()
        for item in cast("Sequence[Any]", value):
            _encode(item, target.list_value.values.add())
    else:
        raise TypeError(f"a {type(value).__name__} cannot go on the wire")
