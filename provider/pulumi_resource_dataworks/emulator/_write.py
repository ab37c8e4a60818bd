"""Document to text, as the vendor's writer does it.

The form is known to the byte from 58 documents that the vendor's own library wrote: tabs, no space after a colon, an empty
object over three lines, and free maps in the order of a Java HashMap.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ._json import is_list, is_object
from ._schema import ENTITIES

_scalar = json.JSONEncoder(ensure_ascii=False).encode


def write(document: Mapping[str, Any]) -> str:
    """The text of a FlowSpec document, in the order and the whitespace of GetWorkflowDefinition."""
    return as_it_is(ordered(document))


def as_it_is(document: Mapping[str, Any]) -> str:
    """The text of a document in the same whitespace, its keys in the order in which they are given."""
    return _pretty(document, 0)


def ordered(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same document with its keys in the order in which the vendor writes them."""
    in_order: dict[str, Any] = _ordered("Specification", document)
    return in_order


def _ordered(kind: str, value: Any) -> Any:
    if is_list(value):
        return [_ordered(kind.strip("[]"), item) for item in value]
    if not is_object(value):
        return value
    if kind == "map":
        return {key: _ordered("map", value[key]) for key in _hash_map_order(value)}
    fields = ENTITIES.get(kind, {})
    known = {key: _ordered(fields[key], value[key]) for key in fields if key in value}
    return known | {key: item for key, item in value.items() if key not in known}


def _hash_map_order(keys: Iterable[str]) -> list[str]:
    """Keys as a java.util.HashMap that just holds them iterates over them: by bucket, then as they came."""
    known = list(keys)
    buckets = 1
    while len(known) > buckets * 3 / 4:
        buckets *= 2
    mask = buckets - 1
    return sorted(known, key=lambda key: _spread(key) & mask)


def _spread(key: str) -> int:
    code = 0
    units = key.encode("utf-16-be")
    for high, low in zip(units[::2], units[1::2], strict=True):
        code = (31 * code + (high << 8 | low)) & 0xFFFFFFFF
    return code ^ code >> 16


def _pretty(value: Any, depth: int) -> str:
    if is_object(value):
        items = [f"{_scalar(key)}:{_pretty(item, depth + 1)}" for key, item in value.items()]
        return _block("{", items, "}", depth)
    if is_list(value):
        # An empty list is nowhere in the 58 documents; fastjson2 writes it in two characters.
        return _block("[", [_pretty(item, depth + 1) for item in value], "]", depth) if value else "[]"
    return _scalar(value)


def _block(opening: str, items: list[str], closing: str, depth: int) -> str:
    inner = "\n" + "\t" * (depth + 1)
    outer = "\n" + "\t" * depth
    return opening + inner + f",{inner}".join(items) + outer + closing
