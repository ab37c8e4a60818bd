"""Values and documents as Pulumi puts them on the wire, and as plain values of this program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from google.protobuf import struct_pb2
from google.protobuf.message import Message

from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Asset,
    Unknown,
    UnsupportedValue,
    as_whole,
    is_secret,
    secret,
)

# The marks are those of the engine's `sdk/go/common/resource/plugin/rpc.go`: secrets, outputs and references are objects
# with a signature, unknowns are texts that nothing else writes.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of a secret, and none itself
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
_ASSET = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
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


@dataclass(slots=True)
class Properties:
    """A resource's properties as plain values.

    Attributes:
        values: By name; UNKNOWN where a value is not known yet. A secret inside a value knows that it is one.
        secrets: The names of the properties that are a secret as a whole.
    """

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    secrets: set[str] = field(default_factory=set[str])


def decode(
    properties: struct_pb2.Struct, known: tuple[struct_pb2.Struct, Properties] | None = None
) -> Properties:
    """Properties from the wire; what is the same in a `known` message, and was decoded already, is the same object."""
    found = {
        key: _decode_like(value, known[0].fields[key], known[1].values[key])
        if known and key in known[1].values
        else _decode(value)
        for key, value in properties.fields.items()
    }
    return Properties(found, {key for key, value in properties.fields.items() if _is_marked(value)})


def _decode_like(value: struct_pb2.Value, other: struct_pb2.Value, known: Any) -> Any:
    """A value of which a part, or all, may be known already. Messages are compared in C."""
    if value == other:
        return known
    if is_secret(known) or _is_marked(value):
        return _decode(value)
    if isinstance(known, dict) and value.WhichOneof("kind") == "struct_value":
        theirs, items = other.struct_value.fields, cast("dict[str, Any]", known)
        if _SIGNATURE not in value.struct_value.fields:
            return {
                key: _decode_like(item, theirs[key], items[key]) if key in items else _decode(item)
                for key, item in value.struct_value.fields.items()
            }
    if isinstance(known, list) and value.WhichOneof("kind") == "list_value":
        entries = cast("list[Any]", known)
        pairs = zip(value.list_value.values, other.list_value.values, entries, strict=False)
        rest = value.list_value.values[len(entries) :]
        return [*(_decode_like(*pair) for pair in pairs), *map(_decode, rest)]
    return _decode(value)


Picked = Mapping[str, "Picked | None"]
"""The keys of an object, or of each object of a list, that are wanted, and those below; None for a whole value."""


def decode_some(properties: struct_pb2.Struct, wanted: Picked) -> dict[str, Any]:
    """Some of the properties as plain values, where the others are many and not asked for."""
    return {
        key: _pick(properties.fields[key], below) for key, below in wanted.items() if key in properties.fields
    }


def _pick(value: struct_pb2.Value, wanted: Picked | None) -> Any:
    if _is_marked(value):
        return secret(_pick(value.struct_value.fields["value"], wanted))
    if wanted is None:
        return _decode(value)
    if value.WhichOneof("kind") == "list_value":
        return [_pick(item, wanted) for item in value.list_value.values]
    return decode_some(value.struct_value, wanted)


def is_marked_inside(properties: struct_pb2.Struct) -> bool:
    """Whether something in a message is a secret, an output, a reference or an asset."""
    return _SIGNATURE.encode() in properties.SerializeToString()


def holds_secret(request: Message) -> bool:
    """Whether anything in a message is a secret."""
    return _SECRET.encode() in request.SerializeToString()


def encode(values: Mapping[str, Any], secrets: Iterable[str] = ()) -> struct_pb2.Struct:
    """Properties for the wire; those named as secrets are marked so, and what knows itself that it is one."""
    hidden = set(secrets)
    struct = struct_pb2.Struct()
    for key, value in values.items():
        target = struct.fields[key]
        _encode(value, _sealed(target) if key in hidden else target, plain=key in hidden)
    return struct


def _sealed(target: struct_pb2.Value) -> struct_pb2.Value:
    """Marks a value as a secret; where its own value goes."""
    fields = target.struct_value.fields
    fields[_SIGNATURE].string_value = _SECRET
    return fields["value"]


def _is_marked(value: struct_pb2.Value) -> bool:
    if value.WhichOneof("kind") != "struct_value":
        return False
    fields = value.struct_value.fields
    mark = fields[_SIGNATURE].string_value if _SIGNATURE in fields else ""
    return mark == _SECRET or (mark == _OUTPUT and "secret" in fields and fields["secret"].bool_value)


def _decode(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in _UNKNOWNS else text
    if kind == "number_value":
        return as_whole(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind != "struct_value":
        return None
    fields = value.struct_value.fields
    if _SIGNATURE not in fields:
        return {key: _decode(item) for key, item in fields.items()}
    mark = fields[_SIGNATURE].string_value
    if mark in (_SECRET, _OUTPUT):
        found = _decode(fields["value"]) if "value" in fields else UNKNOWN
        return secret(found) if _is_marked(value) else found
    if mark == _REFERENCE:
        return _decode(fields["id"]) if "id" in fields else UnsupportedValue("a resource")
    if mark == _ASSET:
        return Asset("an asset", **{key: fields[key].string_value for key in _OF_AN_ASSET if key in fields})
    return UnsupportedValue("an archive" if mark == _ARCHIVE else "a value that is not plain")


_OF_AN_ASSET = ("hash", "path", "text", "uri")


def _items(value: Mapping[str, Any] | Asset) -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    held = {key: getattr(value, key) for key in _OF_AN_ASSET}
    return {_SIGNATURE: _ASSET, **{key: text for key, text in held.items() if text}}.items()


def _encode(value: Any, target: struct_pb2.Value, *, plain: bool = False) -> None:
    if not plain and is_secret(value):
        target, plain = _sealed(target), True
    if isinstance(value, Mapping | Asset):
        target.struct_value.SetInParent()
        for key, item in _items(cast("Mapping[str, Any] | Asset", value)):
            _encode(item, target.struct_value.fields[key], plain=plain)
    elif isinstance(value, list):
        target.list_value.SetInParent()
        for item in cast("list[Any]", value):
            _encode(item, target.list_value.values.add(), plain=plain)
    elif isinstance(value, str | Unknown):
        target.string_value = value if isinstance(value, str) else _UNKNOWN_TEXT
    elif value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    else:
        raise TypeError(f"a {type(value).__name__} cannot go on the wire")


# --- Documents in which scripts alone have changed: found as messages, so that the rest of a large one is never decoded


_SHELL = {"spec": {"version": None, "kind": None, "spec": {"workflows": {"name": None}}}}


def changed_scripts(old: struct_pb2.Struct, new: struct_pb2.Struct) -> list[int] | None:
    """The places of the nodes whose script is another text; None where anything else of the inputs differs, too."""
    workflows = _apart(old, new, "spec", "spec", "workflows")
    if workflows is None or any(len(held.list_value.values) != 1 for held in workflows):
        return None
    one, other = (held.list_value.values[0].struct_value for held in workflows)
    holders = _apart(one, other, "nodes")
    if holders is None:
        return None
    nodes, others = (holder.list_value.values for holder in holders)
    places = [place for place, pair in enumerate(zip(nodes, others, strict=False)) if pair[0] != pair[1]]
    only_scripts = all(_is_script(nodes[place].struct_value, others[place].struct_value) for place in places)
    return places if places and only_scripts and len(nodes) == len(others) else None


def with_nodes(inputs: struct_pb2.Struct, places: Iterable[int]) -> Any:
    """The document with these nodes alone, and no dependency."""
    document = decode_some(inputs, _SHELL)["spec"]
    [workflow] = (
        inputs.fields["spec"].struct_value.fields["spec"].struct_value.fields["workflows"].list_value.values
    )
    nodes = workflow.struct_value.fields["nodes"].list_value.values
    document["spec"]["workflows"][0]["nodes"] = [decode(nodes[place].struct_value).values for place in places]
    return document


def _is_script(old: struct_pb2.Struct, new: struct_pb2.Struct) -> bool:
    texts = _apart(old, new, "script", "content")
    return texts is not None and all(text.string_value for text in texts)


def _apart(
    old: struct_pb2.Struct, new: struct_pb2.Struct, step: str, *path: str
) -> tuple[struct_pb2.Value, struct_pb2.Value] | None:
    """Both values at a path, where everything beside it is equal; None where it is not."""
    ours, theirs = old.fields, new.fields
    if step not in ours or len(ours) != len(theirs):
        return None
    for key in ours:
        if key not in theirs or (key != step and ours[key] != theirs[key]):
            return None
    pair = ours[step], theirs[step]
    return _apart(pair[0].struct_value, pair[1].struct_value, *path) if path else pair
