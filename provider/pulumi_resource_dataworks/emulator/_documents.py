"""Text to document and document to text, as the vendor's library does both."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeAlias

from ._errors import is_list, is_object
from ._schema import ALIASES, DEFAULTS, ENTITIES, ENUMS, IO_KEYS, KINDS, NEVER_NULL, STORAGES, TIME_UNITS

# --- Text to document, as the vendor's parser does it: coerce, fold case, drop what it does not know


Document: TypeAlias = dict[str, Any]

FIELD_SET_FAIL: Final = "0x5083000000000002"
ENUM_NOT_EXIST: Final = "0x5083000000000004"
PARSE_ERROR: Final = "0x5083000000000005"
TARGET_ENTITY_NOT_FOUND: Final = "0x5083000000000009"


class SpecError(Exception):
    """The document cannot be parsed.

    Attributes:
        code: The vendor's `SpecErrorCode`, such as `0x5083000000000004`.
        hopeless: Whether the service already refuses the call, and not only the job.
    """

    def __init__(self, code: str, message: str, *, hopeless: bool = False) -> None:
        super().__init__(f"errorCode:{code} {message}")
        self.code = code
        self.hopeless = hopeless


def parse(text: str) -> Document:
    """The document in `text`, with its keys in the vendor's order.

    Raises:
        SpecError: As the vendor's parser would; its codes and its wording.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise SpecError(PARSE_ERROR, f"Spec JSON parse failed: {error}", hopeless=True) from None
    if not is_object(document):
        raise SpecError(PARSE_ERROR, "Spec JSON parse failed: not an object", hopeless=True)
    return parse_document(document)


def parse_document(document: Mapping[str, Any]) -> Document:
    """As `parse`, of a text that is already read."""
    kind_of(document)
    # Version 1.0.0 has no `spec`: the whole document is parsed as one (ToDomainRootParser).
    body = document.get("spec", document)
    if not is_object(body):
        raise _wrong_class(body, "Map")
    return _entity("Specification", {**document, "spec": body})


def kind_of(document: Mapping[str, Any]) -> str:
    """The document's kind in the vendor's spelling; the parser matches it in any case and keeps it as it came."""
    value = document.get("kind")
    for kind in KINDS:
        if isinstance(value, str) and kind.lower() == value.lower():
            return kind
    # aliyun/alibabacloud-aiops-skills: kind `Workflow` fails with server error 58014884415, Spec JSON parse failed.
    raise SpecError(PARSE_ERROR, f"Not support spec kind: {value}", hopeless=True)


def _entity(name: str, value: Any) -> Document:
    if isinstance(value, str):
        raise SpecError(
            TARGET_ENTITY_NOT_FOUND, f"Cannot find target entity. spec type:Spec{name} id:{value}"
        )
    if not is_object(value):
        raise _wrong_class(value, "Map")
    given = dict(_spelled(name, value))
    given = _referred(given) if name == "Variable" else given
    _require(name, given)
    fields = ENTITIES[name].items()
    parsed = {key: _value(kind, given[key]) for key, kind in fields if _present(name, key, given)}
    parsed = {
        key: item
        for key, item in parsed.items()
        if item is not None and item != [] and (key, item) != _NO_METADATA
    }
    for key, default in DEFAULTS.get(name, {}).items():
        parsed.setdefault(key, default)
    if name in {"Workflow", "SubFlow", "Node"}:
        for key in ("inputs", "outputs"):
            parsed.setdefault(key, {})
        _own_variables(name, parsed)
    return parsed


_NO_METADATA: Final[tuple[str, Document]] = ("metadata", {})


def _own_variables(name: str, owner: Document) -> None:
    """The parser says of each output variable which node it is of; a workflow's are the workflow's whatever is written."""
    for variable in owner["outputs"].get("variables", ()):
        if name != "Node" or "node" not in variable:
            own = owner.get("id")
            variable["node"] = {} if own is None else {"nodeId": own, "output": own}


def _referred(given: Document) -> Document:
    """A variable in which `from`, another spelling, is its `referenceVariable`, and the node is in a `node` of that."""
    origin = given.get("from")
    if not is_object(origin):
        return given
    node = {name: origin[key] for key, name in _FROM.items() if key in origin}
    return {**given, "referenceVariable": {**origin, "node": node}}


_FROM: Final = {"nodeUuid": "nodeId", "nodeOutput": "output", "nodeName": "refTableName"}


def _spelled(name: str, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Items of `value` under the names that the table has; the first spelling wins over its aliases."""
    aliases = IO_KEYS if name == "Io" else ALIASES.get(name, {})
    for key, item in value.items():
        known = aliases.get(key.lower() if name == "Io" else key)
        if known is not None and value.get(known) and known != key:
            continue
        yield known or key, item


def _present(name: str, key: str, given: Mapping[str, Any]) -> bool:
    """Whether there is anything to parse; an empty thing of the wrong kind passes in places, and is refused in others."""
    item = given.get(key)
    if key in given and item is None and (name, key) in NEVER_NULL:
        raise SpecError(PARSE_ERROR, "NullPointerException: null")
    kind = ENTITIES[name][key]
    if item == {} and kind.startswith("["):
        return (name, key) in NEVER_NULL
    if item == []:
        return kind in {"Spec", "Io", "map", "Assertion", "JoinLogic"}
    return item is not None


def _require(name: str, given: Mapping[str, Any]) -> None:
    required = _REQUIRED.get(name, ())
    entity = {"Variable": "variable", "JoinBranch": "branch"}.get(name, name)
    for key in required:
        if key not in given or (name != "JoinBranch" and given[key] in (None, "")):
            raise SpecError(PARSE_ERROR, f"{key} field of {entity} is required")


_REQUIRED: Final = {
    "Variable": ("scope", "type"),
    "JoinBranch": ("name", "assertion"),
    "Reference": ("output",),
}


def _value(kind: str, value: Any) -> Any:
    if kind.startswith("read:"):  # judged, and never written
        _value(kind.removeprefix("read:"), value)
        return None
    kind = kind.replace("raw:", "")
    if kind.startswith("["):
        return _list(kind[1:-1], value)
    if kind.startswith("const:"):
        return kind.removeprefix("const:")
    if kind.startswith("enum:"):
        return _enum(kind.removeprefix("enum:"), value)
    scalar = _SCALARS.get(kind)
    return scalar(value) if scalar else _entity(kind, value)


def _list(name: str, value: Any) -> list[Document]:
    if isinstance(value, str):
        raise SpecError(
            TARGET_ENTITY_NOT_FOUND, f"Cannot find target entity. spec type:Spec{name} id:{value}"
        )
    if not is_list(value):
        raise SpecError(FIELD_SET_FAIL, "Field set fail. Please check your spec content and field type.")
    return [_entity(name, item) for item in value]


def _enum(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_class(value, "String")
    for label in ENUMS[name]:
        if label.lower() == value.lower():
            return label
    raise SpecError(ENUM_NOT_EXIST, f"Enum not found. Enum: {name} Value:{value}")


def _string(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if is_object(value):  # java.util.Map.toString
        return "{" + ", ".join(f"{key}={_string(item)}" for key, item in value.items()) + "}"
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_class(value, "String")
    return value


def _integer(value: Any, bits: int = 32) -> int:
    text = str(value)
    if (
        isinstance(value, bool)
        or not _WHOLE.fullmatch(text)
        or not -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1)
    ):
        expected = "Integer" if bits == 32 else "Long"
        raise SpecError(
            FIELD_SET_FAIL, f"Type conversion error. Expect type: {expected} Actual value:{value}"
        )
    return int(text)


_WHOLE: Final = re.compile(r"[+-]?[0-9]+")


def _texts(value: Any) -> list[str]:
    if not is_list(value) or not all(isinstance(item, str) for item in value):
        raise _wrong_class(value, "List")
    return list(value)


def _any_list(value: Any) -> list[Any]:
    if not is_list(value):
        raise _wrong_class(value, "List")
    return list(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool) and str(value) not in {"true", "false"}:
        raise SpecError(PARSE_ERROR, f"JSONException: can not convert to boolean : {value}")
    return _boolean(value)


def _storage(value: Any) -> Document | None:
    if not is_object(value):
        raise _wrong_class(value, "Map")
    kind = str(value.get("type")).lower()
    return {
        key: kind if key == "type" else _string(value[key]) for key in STORAGES.get(kind, ()) if key in value
    } or None


def _boolean(value: Any) -> bool:
    return str(value).lower() == "true"  # java.lang.Boolean.valueOf: anything else is false


def _time_unit(value: Any) -> str | None:
    unit = _text(value).upper()
    return unit if unit in TIME_UNITS else None


def _map(value: Any) -> Document:
    if not is_object(value):
        raise _wrong_class(value, "Map")
    found: Document = _without_nulls(value)
    return found


def _without_nulls(value: Any) -> Any:
    if is_list(value):
        return [_without_nulls(item) for item in value]
    if is_object(value):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value


def _wrong_class(value: Any, wanted: str) -> SpecError:
    return SpecError(FIELD_SET_FAIL, f"ClassCastException: {type(value).__name__} cannot be cast to {wanted}")


_SCALARS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "str": _string,
    "text": _text,
    "texts": _texts,
    "list": _any_list,
    "int": _integer,
    "long": partial(_integer, bits=64),
    "bool": _boolean,
    "flag": _flag,
    "storage": _storage,
    "map": _map,
    "timeunit": _time_unit,
    "any": lambda value: value,
}


# --- Document to text, as the vendor's writer does it
#
# The form is known to the byte from documents that the vendor's own library wrote: tabs, no space after a colon, an empty
# object or list over three lines, and free maps in the order of a Java HashMap.


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
