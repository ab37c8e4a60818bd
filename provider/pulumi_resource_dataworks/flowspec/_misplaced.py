"""Where a thing belongs that stands where the vendor's parser would drop it, or in another shape than it reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache

from ._document import Json
from ._fault import Phrase
from ._fields import Field, Shape
from ._near import folded, slip
from ._tables import ENTITIES

_EVERYWHERE = frozenset({"id", "name", "type", "metadata", "description", "owner", "output", "nodes"})
"""Fields of so many kinds of object that they do not say which is meant."""

_DEPENDENCIES = (
    "Write it in dependencies, beside the workflow's nodes: "
    '{{"nodeId": "this node", "depends": [{{"nodeId": "the node that it waits for"}}]}}.'
)
_LOST = {
    ("node", "depends"): _DEPENDENCIES,
    ("node", "dependsOn"): _DEPENDENCIES,
    ("node", "depends_on"): _DEPENDENCIES,
    ("node", "dependencies"): _DEPENDENCIES,
    ("node", "flow"): _DEPENDENCIES,
    ("dependency", "dependsOn"): "Move its entries into depends.",
    ("dependency", "depends_on"): "Move its entries into depends.",
    ("document", "nodes"): "Write them as spec.workflows[0].nodes.",
    ("document", "dependencies"): "Write them as spec.workflows[0].dependencies.",
    ("document", "flow"): "Write it as spec.workflows[0].dependencies.",
}
"""Where nodes and their dependencies belong: elsewhere the service drops them (seen in recorded traffic)."""

_BELONGS = {
    ("node", "type"): "Write the node's type as script.runtime.command.",
    ("node", "sql"): "Write it as script.content.",
    ("node", "code"): "Write it as script.content.",
    ("script", "code"): "Write it as content.",
    ("node", "schedule"): "Write it as trigger, with type Scheduler and cron.",
    ("workflow", "schedule"): "Write it as trigger, with type Scheduler and cron.",
    ("workflow", "resourceGroup"): "Write it as runtimeResource.resourceGroup of each node.",
    ("workflow", "runtimeResource"): "Write it in each node.",
    ("workflow", "recurrence"): "Write it as strategy.recurrenceType.",
    ("dependency", "name"): "Write it as nodeId.",
    ("dependency", "node"): "Write it as nodeId.",
    ("dependency", "output"): "Write it as depends[].output.",
    ("depend", "name"): "Write it as nodeId.",
    ("depend", "node"): "Write it as nodeId.",
    ("document", "apiVersion"): "Write it as version.",
    ("nodeOutput", "name"): "Write it as data.",
}
"""Where keys belong that no field is called; most are in the vendor's list of what is often invented."""

_SYNONYMS = {"dependency": {"dependsOn": "depends", "upstream": "depends"}}


def field_meant(entity: str, key: str, free: tuple[str, ...]) -> str | None:
    """The field of the same object that a key is meant for: of which it is a slip of the pen, or another word."""
    words = {**{name: name for name in free}, **_SYNONYMS.get(entity, {})}
    return next((name for word, name in words.items() if name in free and slip(key, word)), None)


def where_it_is_lost(entity: str, key: str) -> str | None:
    """A sentence that says where nodes or their dependencies belong; nothing for a key that holds others."""
    return _LOST.get((entity, key))


def where_it_belongs(entity: str, key: str) -> str | None:
    """A sentence that says where a key belongs; nothing where that is not known."""
    place = place_of(entity, key)
    return _BELONGS.get((entity, key)) or (f"Write it as {place}." if place else None)


@lru_cache(maxsize=256)
def place_of(entity: str, key: str) -> str | None:
    """The place below an object where a field of this name belongs: `runtimeResource.resourceGroup` for a node."""
    if key in _EVERYWHERE:
        return None
    level = [(entity, "")]
    for _ in range(2):
        level = [found for holder, path in level for found in _parts(holder, path)]
        places = [
            f"{path}{name}"
            for part, path in level
            for name in ENTITIES[part].fields
            if name == key or folded(name) == folded(key)
        ]
        if places:
            return places[0] if len(places) == 1 else None
    return None


def _parts(entity: str, path: str) -> Iterator[tuple[str, str]]:
    """The objects that an object holds, each with its path."""
    for name, field in ENTITIES[entity].fields.items():
        if field.entity and field.entity != entity and field.shape is Shape.ENTITY:
            yield field.entity, f"{path}{name}."
        elif field.entity == "depend":
            yield field.entity, f"{path}{name}[]."


_KEYS = {
    "calcEngine": "type",
    "component": "name",
    "datasource": "name",
    "depend": "nodeId",
    "logic": "expression",
    "reference": "output",
    "runtime": "command",
    "runtimeResource": "resourceGroup",
    "script": "content",
    "trigger": "cron",
}
"""The field that a text in place of an object is meant for, where no key of its entity says so."""

_LONGEST = 60
"""Letters of a text up to which it is shown in an object."""

_UNITS = {
    "timeout": "timeoutUnit says of what",
    "rerunInterval": "it counts milliseconds",
    "delaySeconds": "it counts seconds",
}


def as_object(value: Json, field: Field) -> Phrase | None:
    """How a text in place of an object, or in a list of objects, is written as one; nothing for a reference by ID."""
    table = ENTITIES.get(field.entity)
    keys = [_KEYS[field.entity]] if field.entity in _KEYS else list(table.keys[-1:]) if table else []
    if not isinstance(value, str) or not keys or value.startswith("{{"):
        return None
    text = value if len(value) <= _LONGEST else value[: _LONGEST - 3] + "..."
    return Phrase(json.dumps({keys[0]: text}, ensure_ascii=False))


def how_to_write(value: Json, field: Field, key: str) -> str:
    """A sentence that says how a value of another shape is written."""
    fields = tuple(ENTITIES[field.entity].fields) if field.entity in ENTITIES else ()
    if isinstance(value, dict) and value.keys() & set(fields):
        return "Put it in brackets: a list of one."
    if field.shape is Shape.TEXT and isinstance(value, int | float):
        return "Put it in quotes."
    if field.shape is Shape.INTEGER:
        return f"Write digits alone{': ' + _UNITS[key] if key in _UNITS else ''}."
    if isinstance(value, str) and value.startswith("{{"):
        return "Write it out: a reference by ID is not resolved here."
    if fields:
        first = ", ".join(fields[:_FEW]) + (" and others" if len(fields) > _FEW else "")
        return f"{'Its fields are' if field.shape is Shape.ENTITY else 'Write objects in brackets, with'} {first}."
    return f"Write {'a list of texts' if field.shape is Shape.LIST and field.strict else field.shape.value}."


_FEW = 5
"""Fields of an object that are named where it is written otherwise."""
