"""Text to document and document to text, as the vendor's library does both."""

import copy
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import Any, Final

from ._answers import JsonObject, each_object, is_list, is_object

# --- FlowSpec as the vendor's library knows it, out of `flowspec.toml`: one table for parsing, writing and filling documents


@dataclass(frozen=True)
class Field:
    """A field of an object type.

    Attributes:
        type: `str` (numbers are taken for text), `text` (they are not), `texts` (a list of them), `list` (of anything), `int`,
            `long`, `bool`, `flag` (nothing but true and false), `map` (a free object), `timeunit`, `storage`, `variable` (always
            the label `Variable`), or the name of an enum or an object type.
        many: Whether it is a list of these.
        only_read: The parser judges it, and the writer leaves it out.
        reflected: The writer leaves it to fastjson2, which writes keys by the alphabet and the Java names of labels.
    """

    type: str
    many: bool
    only_read: bool
    reflected: bool


def _field(notation: str) -> Field:
    prefix, _, kind = notation.rpartition(":")
    return Field(
        kind.strip("[]"), kind.startswith("["), only_read=prefix == "read", reflected=prefix == "raw"
    )


TABLES: Final[JsonObject] = tomllib.loads(
    resources.files("pulumi_resource_dataworks.emulator").joinpath("flowspec.toml").read_text("utf-8")
)
ENUMS: Final[Mapping[str, list[str]]] = TABLES["enums"]
OBJECT_TYPES: Final[Mapping[str, Mapping[str, Field]]] = {
    name: {key: _field(kind or "str") for key, _, kind in (word.partition(":") for word in words.split())}
    for name, words in TABLES["object_types"].items()
}
TIME_UNITS: Final[list[str]] = TABLES["time_units"]
KINDS: Final[list[str]] = TABLES["kinds"]
STORAGES: Final[Mapping[str, list[str]]] = TABLES["storages"]
ALIASES: Final[Mapping[str, Mapping[str, str]]] = TABLES["aliases"]
DEFAULTS: Final[Mapping[str, JsonObject]] = TABLES["defaults"]
REQUIRED: Final[Mapping[str, list[str]]] = TABLES["required"]

NEVER_NULL: Final = frozenset(
    {
        *(("Spec", key) for key, field in OBJECT_TYPES["Spec"].items() if field.type != "str"),
        *(("Io", key) for key in OBJECT_TYPES["Io"]),
        ("JoinBranch", "assertion"),
    }
)
"""Fields, by their object type, whose explicit null the parser refuses; elsewhere it is an absent field."""


# --- Text to document, as the vendor's parser does it: coerce, fold case, drop what it does not know


FIELD_SET_FAIL: Final = "0x5083000000000002"
ENUM_NOT_EXIST: Final = "0x5083000000000004"
PARSE_ERROR: Final = "0x5083000000000005"
TARGET_ENTITY_NOT_FOUND: Final = "0x5083000000000009"


class SpecError(Exception):
    """The document cannot be parsed.

    Attributes:
        code: The vendor's `SpecErrorCode`, such as `0x5083000000000004`.
        refuses_call: Whether the service already refuses the call, and not only the job.
    """

    def __init__(self, code: str, message: str, *, refuses_call: bool = False) -> None:
        super().__init__(f"errorCode:{code} {message}")
        self.code = code
        self.refuses_call = refuses_call


def parse(text: str) -> JsonObject:
    """The document in `text`, with its keys in the vendor's order; errors have the vendor's codes and wording."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise SpecError(PARSE_ERROR, f"Spec JSON parse failed: {error}", refuses_call=True) from None
    if not is_object(document):
        raise SpecError(PARSE_ERROR, "Spec JSON parse failed: not an object", refuses_call=True)
    return parse_document(document)


def parse_document(document: Mapping[str, Any]) -> JsonObject:
    """As `parse`, of a text that is already read."""
    kind_of(document)
    # Version 1.0.0 has no `spec`: the whole document is parsed as one (ToDomainRootParser).
    body = _map(document.get("spec", document))
    return _object("Specification", {**document, "spec": body})


def kind_of(document: Mapping[str, Any]) -> str:
    """The document's kind in the vendor's spelling; the parser matches it in any case and keeps it as it came."""
    value = document.get("kind")
    for kind in KINDS:
        if isinstance(value, str) and kind.lower() == value.lower():
            return kind
    # aliyun/alibabacloud-aiops-skills: kind `Workflow` fails with server error 58014884415, Spec JSON parse failed.
    raise SpecError(PARSE_ERROR, f"Not support spec kind: {value}", refuses_call=True)


def _object(name: str, value: Any) -> JsonObject:
    _refuse_reference(name, value)
    given = dict(_spelled(name, _map(value)))
    if name == "Variable" and is_object(given.get("from")):
        given["referenceVariable"] = _reference(given["from"])
    _require(name, given)
    parsed: JsonObject = {}
    for key, field in OBJECT_TYPES[name].items():
        item = _value(field, given[key]) if _is_present(name, key, field, given) else None
        if not (item is None or item == [] or (key == "metadata" and item == {})):
            parsed[key] = item
    parsed = {**copy.deepcopy(DEFAULTS.get(name, {})), **parsed}
    if "outputs" in DEFAULTS.get(name, {}):
        _own_variables(name, parsed)
    return parsed


def _refuse_reference(name: str, value: Any) -> None:
    """In documents of an older shape an object may be named by its ID; the service finds none."""
    if isinstance(value, str):
        message = f"Cannot find target entity. spec type:Spec{name} id:{value}"
        raise SpecError(TARGET_ENTITY_NOT_FOUND, message)


def _own_variables(name: str, owner: JsonObject) -> None:
    """The parser says of each output variable which node it is of; a workflow's are the workflow's whatever is written."""
    for variable in owner["outputs"].get("variables", ()):
        if name != "Node" or "node" not in variable:
            own = owner.get("id")
            variable["node"] = {} if own is None else {"nodeId": own, "output": own}


def _reference(origin: JsonObject) -> JsonObject:
    """A variable's `from` as its other spelling, `referenceVariable`, has it: the node is in a `node` of its own."""
    spellings = {"nodeUuid": "nodeId", "nodeOutput": "output", "nodeName": "refTableName"}
    return {**origin, "node": {name: origin[key] for key, name in spellings.items() if key in origin}}


def _spelled(name: str, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Items of `value` under the names that the table has; the first spelling wins over its aliases."""
    aliases = ALIASES.get(name, {})
    for key, item in value.items():
        known = aliases.get(key.lower() if name == "Io" else key)
        if known is None or known == key or not value.get(known):
            yield known or key, item


def _is_present(name: str, key: str, field: Field, given: Mapping[str, Any]) -> bool:
    """Whether there is anything to parse; an empty thing of the wrong type passes in places, and is refused in others."""
    item = given.get(key)
    if key in given and item is None and (name, key) in NEVER_NULL:
        raise SpecError(PARSE_ERROR, "NullPointerException: null")
    if item == {} and field.many and not field.only_read:
        return (name, key) in NEVER_NULL
    if item == []:
        return field.type in {"Spec", "Io", "map", "Assertion", "JoinLogic"} and not field.only_read
    return item is not None


def _require(name: str, given: Mapping[str, Any]) -> None:
    for key in REQUIRED.get(name, ()):
        if key not in given or (name != "JoinBranch" and given[key] in (None, "")):
            owner = {"Variable": "variable", "JoinBranch": "branch"}.get(name, name)
            raise SpecError(PARSE_ERROR, f"{key} field of {owner} is required")


def _value(field: Field, value: Any) -> Any:
    if field.many:
        _refuse_reference(field.type, value)
        if not is_list(value):
            raise SpecError(FIELD_SET_FAIL, "Field set fail. Please check your spec content and field type.")
        read: Any = [_object(field.type, item) for item in value]
    elif field.type in ENUMS:
        read = _label(field.type, value)
    elif field.type in OBJECT_TYPES:
        read = _object(field.type, value)
    else:
        read = _SCALARS[field.type](value)
    return None if field.only_read else read


def _label(enum: str, value: Any) -> str:
    wanted = _text(value).lower()
    for label in ENUMS[enum]:
        if label.lower() == wanted:
            return label
    raise SpecError(ENUM_NOT_EXIST, f"Enum not found. Enum: {enum} Value:{value}")


def _wrong_class(value: Any, wanted: str) -> SpecError:
    return SpecError(FIELD_SET_FAIL, f"ClassCastException: {type(value).__name__} cannot be cast to {wanted}")


def _map(value: Any) -> JsonObject:
    if not is_object(value):
        raise _wrong_class(value, "Map")
    return value


def _list(value: Any) -> list[Any]:
    if not is_list(value):
        raise _wrong_class(value, "List")
    return value


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


def _integer(value: Any, java_class: str, bits: int) -> int:
    is_number = not isinstance(value, bool) and re.fullmatch(r"[+-]?[0-9]+", str(value))
    if not is_number or not -(2 ** (bits - 1)) <= int(value) < 2 ** (bits - 1):
        message = f"Type conversion error. Expect type: {java_class} Actual value:{value}"
        raise SpecError(FIELD_SET_FAIL, message)
    return int(value)


def _texts(value: Any) -> list[str]:
    if not is_list(value) or not all(isinstance(item, str) for item in value):
        raise _wrong_class(value, "List")
    return value


def _boolean(value: Any) -> bool:
    return str(value).lower() == "true"  # java.lang.Boolean.valueOf: anything else is false


def _flag(value: Any) -> bool:
    if not isinstance(value, bool) and str(value) not in {"true", "false"}:
        raise SpecError(PARSE_ERROR, f"JSONException: can not convert to boolean : {value}")
    return _boolean(value)


def _storage(value: Any) -> JsonObject | None:
    given = _map(value)
    kind = str(given.get("type")).lower()
    known = {key: _string(given[key]) for key in STORAGES.get(kind, ()) if key in given}
    return {**known, "type": kind} if known else None


def _time_unit(value: Any) -> str | None:
    unit = _text(value).upper()
    return unit if unit in TIME_UNITS else None


def _without_nulls(value: JsonObject) -> JsonObject:
    return {key: item for key, item in value.items() if item is not None}


_SCALARS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "str": _string,
    "text": _text,
    "texts": _texts,
    "list": _list,
    "int": partial(_integer, java_class="Integer", bits=32),
    "long": partial(_integer, java_class="Long", bits=64),
    "bool": _boolean,
    "flag": _flag,
    "storage": _storage,
    "map": lambda value: each_object(_map(value), _without_nulls),
    "timeunit": _time_unit,
    "variable": lambda _: "Variable",
}


# --- Document to text, as the vendor's writer does it
#
# The form is known from documents that the vendor's own library wrote: tabs, no space after a colon, an empty object or list
# over three lines. The keys of free maps come in the order of a Java HashMap there; here they stay as they are.


def write(document: Mapping[str, Any]) -> str:
    """The text of a FlowSpec document, in the order and the whitespace of GetWorkflowDefinition."""
    return write_as_given(ordered(document))


def write_as_given(document: Mapping[str, Any]) -> str:
    """The text of a document in the same whitespace, its keys in the order in which they are given."""
    text = json.dumps(document, ensure_ascii=False, indent="\t", separators=(",", ":"))
    return _EMPTY.sub(r"\1\2\3\n\1\t\n\1\4", text)


_EMPTY: Final = re.compile(r"^(\t*)(.*)([\[{])([\]}],?)$", re.MULTILINE)
"""A line with an empty object or list: only these end in two brackets, as text ends in a quotation mark."""


def ordered(document: Mapping[str, Any]) -> JsonObject:
    """The same document with its keys in the order in which the vendor writes them."""
    in_order: JsonObject = _in_order(_ROOT, document)
    return in_order


_ROOT: Final = Field("Specification", many=False, only_read=False, reflected=False)


def _in_order(field: Field | None, value: Any, *, reflected: bool = False) -> Any:
    if field is None:
        return value
    if is_list(value):
        return [_in_order(field, item, reflected=reflected) for item in value]
    reflected = reflected or field.reflected
    if reflected and field.type in ENUMS:
        return _java_name(value)
    fields = OBJECT_TYPES.get(field.type)
    if fields is None or not is_object(value):
        return value
    known = (key for key in fields if key in value)
    keys = sorted(value) if reflected else [*known, *(key for key in value if key not in fields)]
    written = {key: _in_order(fields.get(key), value[key], reflected=reflected) for key in keys}
    if field.type in {"Depend", "VariableSource"} and "output" not in value and not reflected:
        written.pop("refTableName", None)  # the library has it as a field of the output
    return written


def _java_name(label: str) -> str:
    """The constant behind a label: `T+1` is T_PLUS_1, `FailureAllowed` FAILURE_ALLOWED, `Denied` ALL_DENIED."""
    if label in {"Allowed", "Denied"}:
        return f"ALL_{label.upper()}"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", label).replace("+", "_PLUS_").upper()
