"""How a field is described, and the field tables of functions, files and other resources that nodes refer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

# --- The words in which the tables are written: what a field is, and what an object_type is


ListOrder = Literal["ordered", "set"]


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
    """One field of an object_type.

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
        plain: The type of a value that has just this shape, as nearly all have; None where it may be anything.
    """

    shape: Shape
    object_type: str = ""
    choices: tuple[str, ...] = ()
    open: Literal["", "kept", "dropped"] = ""
    bits: int = 32
    strict: bool = False
    no_null: bool = False
    order: ListOrder = "ordered"
    default: Any = None
    reset: Any = None
    server: bool = False
    plain: type | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        looked_into = self.shape is Shape.LIST and self.strict
        object.__setattr__(self, "plain", None if looked_into else _PLAIN.get(self.shape))


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One kind of object in a document.

    Attributes:
        fields: Its fields, by their names on the wire.
        keys: What distinguishes two of them in a list that is a set: the first of these that an item has.
        required: What the vendor's parser or its schema asks for.
        aliases: Other spellings that the parser takes, and the field that each means.
        dropped: Keys that the vendor's own documents carry, and its parser drops.
        present: Keys that must be there; their value may be null.
        caseless: Whether the parser takes its keys in any case.
        lost: Keys of another object type. The parser would drop them, and something with them: they are refused with this advice.
    """

    fields: dict[str, Field]
    keys: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    dropped: tuple[str, ...] = ()
    caseless: bool = False
    lost: dict[str, str] = field(default_factory=dict[str, str])


def text(**options: Any) -> Field:
    return Field(Shape.TEXT, **options)


def texts(*names: str) -> dict[str, Field]:
    return dict.fromkeys(names, text())


def integer(**options: Any) -> Field:
    return Field(Shape.INTEGER, **options)


def boolean(**options: Any) -> Field:
    return Field(Shape.BOOLEAN, **options)


def choice(*choices: str, **options: Any) -> Field:
    return Field(Shape.CHOICE, choices=choices, **options)


def one(object_type: str, **options: Any) -> Field:
    return Field(Shape.OBJECT, object_type=object_type, **options)


def ones(*object_types: str) -> dict[str, Field]:
    """Objects that are called as their types are."""
    return {name: one(name) for name in object_types}


def many(object_type: str, order: ListOrder = "set", **options: Any) -> Field:
    return Field(Shape.LIST, object_type=object_type, order=order, **options)


def mapping(**options: Any) -> Field:
    """An object of names and values that nothing else is known of."""
    return Field(Shape.MAP, **options)


def values(**options: Any) -> Field:
    """A list of plain values."""
    return Field(Shape.LIST, **options)


METADATA = Field(Shape.MAP, server=True)
"""The service fills `metadata` on every level with tenant, project, owner and times."""


# --- What stands beside a workflow or is named by its nodes: functions, files, components, rules of data quality, engines


_FUNCTION = ("math", "aggregate", "string", "date", "analytic", "other")
_FILE = ("python", "jar", "archive", "file")
_STORAGE = ("local", "oss", "hdfs", "maven")
_CODE = ("python2", "python3", "java8", "java11", "java17")
_ENGINE = (
    "General",
    "MaxCompute",
    "EMR",
    "Blink",
    "Hologres",
    "MaxGraph",
    "AnalyticDB for PostgreSQL",
    "AnalyticDB for MySQL",
    "CDH",
    "ClickHouse",
    "Flink",
    "Database",
    "Data Integration",
    "Algorithm",
    "StarRocks",
    "Hive",
    "ADB Spark",
    "CUSTOM",
)

RESOURCES: dict[str, ObjectType] = {
    "fileResource": ObjectType(
        {
            **texts("id", "name"),
            **ones("script", "runtimeResource"),
            "type": choice(*_FILE),
            **ones("file", "datasource"),
            "metadata": METADATA,
        },
        keys=("id", "name"),
    ),
    "file": ObjectType({"path": text(), "extension": text(), "storage": one("storage"), "id": text()}),
    "files": ObjectType(dict.fromkeys(("oss", "hdfs"), many("fileOfKind")), caseless=True),
    "fileOfKind": ObjectType({**texts("id", "path", "extension"), "storage": mapping()}, keys=("id", "path")),
    "storage": ObjectType(
        {"type": choice(*_STORAGE, open="dropped"), **texts("endpoint", "bucket", "hdfsUser", "root")},
        present=("type",),  # without one, the parser leaves the storage out
        dropped=("addresses",),
    ),
    "function": ObjectType(
        {
            **texts("id", "name"),
            "script": one("script"),
            "type": choice(*_FUNCTION),
            "className": text(),
            **ones("datasource", "runtimeResource"),
            "fileResources": many("fileResource"),
            **texts(
                "armResource",
                "usageDescription",
                "argumentsDescription",
                "returnValueDescription",
                "usageExample",
                "embeddedCode",
            ),
            "embeddedCodeType": choice(*_CODE),
            "resourceType": choice("file", "embedded"),
            "metadata": METADATA,
        },
        keys=("id", "name"),
    ),
    "component": ObjectType(
        {
            **texts("id", "name", "owner", "description"),
            "script": one("script"),
            "inputs": many("componentParameter", "ordered"),
            "outputs": many("componentParameter", "ordered"),
            "metadata": METADATA,
        },
        keys=("id", "name"),
    ),
    "componentParameter": ObjectType(
        texts("name", "type", "value", "args", "defaultValue", "description"), keys=("name",)
    ),
    "dqcRule": ObjectType(
        {
            **texts("id", "name", "partitionExpression", "ruleConfig", "description"),
            **ones("table", "calcEngine"),
            "schedulerNode": one("depend"),
            "metadata": METADATA,
        },
        keys=("id", "name"),
    ),
    "calcEngine": ObjectType(
        {
            "type": choice(*_ENGINE),
            "datasource": one("datasource"),
            **texts("id", "endpoint", "database", "schema"),
            "version": one("engineVersion"),
            "metadata": METADATA,
        }
    ),
    "engineVersion": ObjectType(texts("versionNumber", "versionInfo")),
    "dataIntegrationJob": ObjectType(
        {**texts("id", "name", "owner", "description"), "script": one("script"), "metadata": METADATA},
        keys=("id", "name"),
    ),
    "dataset": ObjectType(
        {
            "identifier": text(),
            "version": integer(),
            "mountPath": text(),
            "readOnly": boolean(),
            "extOptions": text(),
            "metadata": METADATA,
        },
        keys=("identifier",),
    ),
    "container": ObjectType(
        {
            **texts("image", "imageId"),
            "command": values(strict=True),
            "args": values(strict=True),
            "env": many("envVariable"),
            "metadata": METADATA,
        }
    ),
    "envVariable": ObjectType({"name": text(), "value": text()}, keys=("name",)),
}
