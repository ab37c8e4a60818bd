"""Document to text, as the vendor's writer does it.

The form is known to the byte from documents that the vendor's own library wrote: tabs, no space after a colon, an empty
object or list over three lines, and free maps in the order of a Java HashMap.
"""

import json
import re
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
    if kind.startswith("raw:"):
        return _raw(kind.removeprefix("raw:"), value)
    fields = ENTITIES.get(kind, {})
    known = {key: _ordered(fields[key], value[key]) for key in fields if key in value}
    if kind in {"Depend", "VariableSource"} and "output" not in known:
        known.pop("refTableName", None)  # the library has it as a field of the output
    return known | {key: item for key, item in value.items() if key not in fields}


def _raw(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """An entity that the vendor's writer leaves to fastjson2."""
    fields = ENTITIES[name]
    return {key: _raw_value(fields.get(key, "any"), value[key]) for key in sorted(value)}


def _raw_value(kind: str, value: Any) -> Any:
    kind = kind.replace("raw:", "")
    if is_list(value):
        return [_raw_value(kind.strip("[]"), item) for item in value]
    if is_object(value):
        return _raw(kind, value) if kind in ENTITIES else _ordered(kind, value)
    return _java_name(value) if kind.startswith("enum:") else value


def _java_name(label: str) -> str:
    """The constant behind a label: `T+1` is T_PLUS_1, `FailureAllowed` FAILURE_ALLOWED, `Denied` ALL_DENIED."""
    if label in {"Allowed", "Denied"}:
        return f"ALL_{label.upper()}"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", label).replace("+", "_PLUS_").upper()


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
        return _block("[", [_pretty(item, depth + 1) for item in value], "]", depth)
    return _scalar(value)


def _block(opening: str, items: list[str], closing: str, depth: int) -> str:
    inner = "\n" + "\t" * (depth + 1)
    outer = "\n" + "\t" * depth
    return opening + inner + f",{inner}".join(items) + outer + closing
