"""Which entries of two lists are the same one."""

from __future__ import annotations

from typing import cast

from ._comparison import normal_object
from ._document import Json, Object
from ._fields import Field
from ._tables import ENTITIES


def partners(ours: list[Json], theirs: list[Json], field: Field) -> dict[int, int]:
    """Which entry of the other list is which of ours, by their places.

    In a list whose order has a meaning, the one at the same place. In a set, the one with the same first key, else with
    the same next key; for an entry without any key, one that holds all that was written of it.
    """
    if field.order == "ordered":
        return {place: place for place in range(min(len(ours), len(theirs)))}
    found: dict[int, int] = {}
    free = set(range(len(theirs)))
    table = ENTITIES.get(field.object_type)
    keys = table.keys if table else ()
    for key in keys:
        places = _places(theirs, key)
        for place, item in enumerate(ours):
            if place in found:
                continue
            same_key = [other for other in places.get(_key(item, key), ()) if other in free]
            if same_key:
                found[place] = _closest(item, same_key, theirs, field.object_type)
                free.remove(found[place])
    if field.object_type == "workflow" and len(ours) == len(theirs) == 1:
        return {0: 0}  # a document has one, also under another name
    for place, item in enumerate(ours):
        if place not in found and not any(_key(item, key) for key in keys):
            alike = [other for other in sorted(free) if _alike(item, theirs[other], field.object_type)]
            if alike:
                found[place] = _closest(item, alike, theirs, field.object_type)
                free.remove(found[place])
    return found


def _key(item: Json, key: str) -> str:
    """An entry's value of a key as text; empty where it has none."""
    value = cast("Object", item).get(key) if isinstance(item, dict) else None
    return "" if value is None else str(value)


def _places(items: list[Json], key: str) -> dict[str, list[int]]:
    """The places of a list's entries by their values of a key."""
    found: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        value = _key(item, key)
        if value:
            found.setdefault(value, []).append(place)
    return found


def _closest(item: Json, places: list[int], items: list[Json], object_type: str) -> int:
    """The first of several places whose entry means just the same, else the first."""
    if len(places) == 1 or not isinstance(item, dict):
        return places[0]
    wanted = normal_object(cast("Object", item), object_type)
    exact = (place for place in places if normal_object(cast("Object", items[place]), object_type) == wanted)
    return next(exact, places[0])


def _alike(ours: Json, theirs: Json, object_type: str) -> bool:
    """Whether an entry without a key of its own, as a dependency's, is this one: all that was written is there."""
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return bool(ours == theirs)
    wanted, got = (
        normal_object(cast("Object", ours), object_type),
        normal_object(cast("Object", theirs), object_type),
    )
    aside = {"sourceType"}
    if "output" in wanted and wanted["output"] == got.get("output"):
        aside |= {"nodeId", "refTableName"}
    return all(key in aside or got.get(key) == value for key, value in wanted.items())
