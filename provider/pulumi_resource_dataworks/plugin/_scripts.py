"""Documents in which scripts alone have changed: found as messages, so that the rest of a large one is never decoded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf import struct_pb2

from ._wire import decode, decode_some

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
