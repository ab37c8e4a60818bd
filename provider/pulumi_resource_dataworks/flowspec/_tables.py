"""What each field of a FlowSpec document is, and which node types are known: the tables `fields.toml` and `node_types.json`.

`fields.toml` has one table for each kind of object. `node_types.json` says where it is from. The vendor keeps adding node types, and
its parser takes any: an unknown one is doubted, never refused.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from importlib import resources
from typing import Any, Literal, cast


class Shape(Enum):
    """How the value of a field looks."""

    TEXT = "text"
    INTEGER = "a whole number"
    BOOLEAN = "true or false"
    CHOICE = "one of a list"
    OBJECT = "an object"
    LIST = "a list"
    MAP = "an object of names and values"
    FREE = "anything"


_PLAIN: dict[Shape, type] = {
    Shape.TEXT: str,
    Shape.CHOICE: str,
    Shape.INTEGER: int,
    Shape.BOOLEAN: bool,
    Shape.OBJECT: dict,
    Shape.LIST: list,
    Shape.MAP: dict,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind of object; its row has these words.

    Attributes:
        shape: How its value looks.
        object_type: The table of the object, or of each item of the list.
        choices: The labels that the vendor's parser knows; it refuses any other, unless `open`.
        open: The parser takes an unknown label: `kept` as it stands, or `dropped` without a word.
        bits: How long a whole number is in the vendor's library, which refuses a longer one.
        strict: The parser takes JSON text only: a number or a boolean in its place is refused. Of a list, for its items.
        no_null: The parser refuses an explicit null, which elsewhere is an absent field.
        order: Whether the order of a list has a meaning.
        default: What the vendor's parser assumes where the field is absent.
        reset: What undoes the field once it has left the document; None where nothing is known to.
        server: Filled in by the service, and never compared.
        watched: Decides when, where and how something runs: where a document leaves it out, a change of it is drift all the same.
        unit: What a number counts, for who wrote none.
        doubts: The rules that say of a number whether it is one that an author means.
        plain: The type of a value that has just this shape, as nearly all have; None where it may be anything.
    """

    shape: Shape
    object_type: str = ""
    choices: tuple[str, ...] = ()
    open: Literal["", "kept", "dropped"] = ""
    bits: int = 32
    strict: bool = False
    no_null: bool = False
    order: Literal["ordered", "set"] = "ordered"
    default: Any = None
    reset: Any = None
    server: bool = False
    watched: bool = False
    unit: str = ""
    doubts: str = ""
    plain: type | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        looked_into = self.strict if self.shape is Shape.LIST else self.doubts and self.shape is Shape.INTEGER
        object.__setattr__(self, "plain", None if looked_into else _PLAIN.get(self.shape))


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One kind of object in a document.

    Attributes:
        fields: Its fields, by their names on the wire.
        keys: What distinguishes two of them in a list that is a set: the first of these that an item has.
        required: What the vendor's parser or its schema asks for.
        present: Keys that must be there; their value may be null.
        aliases: Other spellings that the parser takes, and the field that each means.
        dropped: Keys that the vendor's own documents carry, and its parser drops.
        caseless: Whether the parser takes its keys in any case.
        synonyms: Other words for fields, which the parser drops.
        lost: Keys of another kind of object. The parser would drop them, and something with them: they are refused with this advice.
        misplaced: Where nodes and dependencies belong: elsewhere the service drops them (seen in recorded traffic). Refused.
        elsewhere: Where keys belong that no field is called; most are in the vendor's list of what is often invented.
        text_means: The field that a text in place of the object is meant for, where no key says so.
        filled: What the service gives a field by itself: `value`, or how it is `made`; and the `source` of that.
    """

    fields: Mapping[str, Field]
    keys: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    dropped: tuple[str, ...] = ()
    caseless: bool = False
    synonyms: Mapping[str, str] = field(default_factory=dict[str, str])
    lost: Mapping[str, str] = field(default_factory=dict[str, str])
    misplaced: Mapping[str, str] = field(default_factory=dict[str, str])
    elsewhere: Mapping[str, str] = field(default_factory=dict[str, str])
    text_means: str = ""
    filled: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])


_TEXT = resources.files("pulumi_resource_dataworks.flowspec").joinpath("fields.toml").read_text("utf-8")
_TABLES: dict[str, Any] = tomllib.loads(_TEXT)
_WORD = re.compile(r'(\w+)(?:=("[^"]*"|\S+))?')
_SHAPES = {
    **{shape.name.lower(): shape for shape in Shape},
    "anything": Shape.FREE,
    "values": Shape.LIST,
    "set": Shape.LIST,
}


def _rows(text: str) -> dict[str, str]:
    """What each row says of its names."""
    rows = (row.partition(": ") for row in text.splitlines())
    return {name: words for names, _, words in rows for name in names.split(", ")}


def _fields(text: str) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for name, words in _rows(text).items():
        shared = _fields(_TABLES["shared"][name[2:]]) if name.startswith("+ ") else None
        found |= shared or {name: _field(name, words)}
    return found


def _field(name: str, row: str) -> Field:
    words, _, more = row.partition(" ")
    shape, _, of = words.removesuffix(")").partition("(")
    options: dict[str, Any] = {
        word: value if word == "open" else json.loads(value or "true") for word, value in _WORD.findall(more)
    }
    if shape == "choice":
        options["choices"] = tuple(_TABLES["labels"][of])
    elif shape in {"object", "list", "set"}:
        options |= {"object_type": of or name, "order": "set" if shape == "set" else "ordered"}
    return Field(_SHAPES[shape], **options)


def _object_type(table: dict[str, Any]) -> ObjectType:
    found: dict[str, Any] = {
        key: tuple(cast("list[Any]", value)) if isinstance(value, list) else value
        for key, value in table.items()
    }
    for key in found.keys() & {"lost", "misplaced", "elsewhere"}:
        found[key] = _rows(found[key])
    found["fields"] = _fields(found["fields"])
    return ObjectType(**found)


OBJECT_TYPES = {name: _object_type(table) for name, table in _TABLES["object"].items()}
IMPORTED_KINDS: tuple[str, ...] = OBJECT_TYPES["document"].fields["kind"].choices

UNKNOWN_FIELD = Field(Shape.FREE)
"""A key that no table names: the vendor's parser drops it."""

_FREE = Field(Shape.FREE)


def field_of(object_type: str, key: str) -> tuple[str, Field]:
    """The table's name and field for a key as written; an unknown key is kept as it stands."""
    table = OBJECT_TYPES.get(object_type)
    if table is None:
        return key, _FREE
    name = table.aliases.get(key, key)
    if table.caseless and name not in table.fields:
        spelt = next(
            (one for one in (*table.fields, *table.aliases) if one.casefold() == key.casefold()), key
        )
        name = table.aliases.get(spelt, spelt)
    return name, table.fields.get(name, UNKNOWN_FIELD)


# --- The node types: what `script.runtime.command` may say


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeType:
    """A row of the table; the table itself says what each field means. None is what no source says."""

    command: str
    group: str
    number: int | None = None
    name: str | None = None
    content: str | None = None
    languages: Sequence[str] = ()
    suffix: str | None = None
    checked: str = ""
    file: str = ""
    datasource: str | None = None
    required: Sequence[str] = ()
    note: str = ""
    open: str = ""
    filled: Mapping[str, Any] = field(default_factory=dict[str, Any])
    page: str | None = None


_TABLE = resources.files("pulumi_resource_dataworks.flowspec").joinpath("node_types.json")
_ROWS: list[dict[str, Any]] = json.loads(_TABLE.read_text("utf-8"))["types"]

NODE_TYPES: Mapping[str, NodeType] = {row["command"].upper(): NodeType(**row) for row in _ROWS}
"""By command in capitals, as the vendor's parser takes any case; by group, then by name."""

KNOWN_COMMANDS = frozenset(known.command for known in NODE_TYPES.values())
TYPE_IDS = {known.command: known.number for known in NODE_TYPES.values() if known.number}
