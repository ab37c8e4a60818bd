"""Whether two documents mean the same, where they differ, and which entries of two lists are the same one.

Everything here walks a document by the tables of its fields: `named_fields` gives an object's values by their fields, and a list
is looked into where its entries have a table.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from ._document import canonical
from ._nodes import nodes_of, workflow_of
from ._tables import OBJECT_TYPES, UNKNOWN_FIELD, Field, Shape, field_of
from ._values import Json, Object, Path, is_list, is_object, is_secret, like

DIGEST_VERSION = "1"
"""Stands before the digest. A change of what the digest is made of gets a new number."""


def same(one: Object, other: Object) -> bool:
    """Whether two documents mean the same: formatting, key order, order of sets and case of labels aside."""
    return same_value(one, other, entry_of("document"))


def digest(root: Object) -> str:
    """A hash of what a document means, its own IDs ignored: `1:` and 64 hexadecimal digits."""
    workflow = workflow_of(root)
    own = {str(node.get("id")): f"\0{name}" for name, node in nodes_of(workflow)}
    own[str(workflow.get("id"))] = "\0"
    text = canonical(normal_object(rename_ids(root, own), "document"))
    return f"{DIGEST_VERSION}:{hashlib.sha256(text.encode()).hexdigest()}"


def named_fields(value: Object, object_type: str) -> Object:
    """An object's values by the names of its table."""
    table = OBJECT_TYPES.get(object_type)
    if table is not None and value.keys() <= table.fields.keys():
        return value
    return {name: value[key] for name, key in _spellings(value, object_type).items()}


def _spellings(value: Object, object_type: str) -> dict[str, str]:
    """An object's keys by the names of their fields; of two spellings of one field, the one that says something."""
    found: dict[str, str] = {}
    for key, item in value.items():
        name, field = field_of(object_type, key)
        said = name in found and value[found[name]]
        if field is not UNKNOWN_FIELD and not (said and (key != name or not item)):
            found[name] = key
    return found


@functools.cache
def entry_of(object_type: str) -> Field:
    """What each entry of a list of such objects is."""
    return Field(Shape.OBJECT, object_type=object_type)


def are_objects(field: Field, *values: Json) -> bool:
    """Whether values of a field are objects that its table is for."""
    return field.shape is Shape.OBJECT and all(map(is_object, values))


def are_lists(field: Field, *values: Json) -> bool:
    """Whether values of a field are lists whose entries a table is for."""
    return field.shape is Shape.LIST and bool(field.object_type) and all(map(is_list, values))


# --- The normal form: what two values share when, and only when, they mean the same


def normal_object(value: Object, object_type: str) -> Object:
    """The normal form of one object; absent, null, empty and defaulted are one and the same, unknown keys are gone."""
    found: Object = {}
    for name, item in named_fields(value, object_type).items():
        field = field_of(object_type, name)[1]
        shaped = None if field.server else meaning(item, field)
        if shaped is not None:
            found[name] = shaped
    return found


def meaning(value: Json, field: Field) -> Json:
    """The normal form of a value; None where it says no more than its absence."""
    shaped = None if value is None else normal_value(value, field)
    return None if shaped in ({}, []) or shaped == field.default else shaped


def is_empty(value: Json, field: Field) -> bool:
    """Whether a value means the same as leaving it out. Stops at the first part that means something."""
    if are_objects(field, value):
        fields = named_fields(value, field.object_type)
        return all(
            inner.server or is_empty(item, inner)
            for item, inner in ((item, field_of(field.object_type, name)[1]) for name, item in fields.items())
        )
    return not value if are_lists(field, value) else meaning(value, field) is None


def normal_value(value: Json, field: Field) -> Json:
    """The normal form of one value."""
    if field.shape is Shape.OBJECT and is_object(value):
        return normal_object(value, field.object_type)
    if field.shape is Shape.LIST and is_list(value):
        items = [normal_object(item, field.object_type) if is_object(item) else item for item in value]
        return sorted(items, key=_sort_key) if field.order == "set" else items
    return _normal_scalar(value, field)


_sort_key = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=repr).encode
"""Puts a set in order; an item may hold what is not known yet."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")


def _normal_scalar(value: Json, field: Field) -> Json:
    shape = field.shape
    if isinstance(value, str):
        if shape is Shape.CHOICE:
            return _label(value, field.choices)
        if shape is Shape.INTEGER and _WHOLE.fullmatch(value):
            return int(value)
        return value.casefold() == "true" if shape is Shape.BOOLEAN else value
    if shape is Shape.TEXT and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return _without_nulls(value)


def _label(value: str, choices: Iterable[str]) -> str:
    """The label that a text means: in any case, or as the constant in the vendor's library, which writes a node's strategy so.

    There `T+1` is T_PLUS_1, `FailureAllowed` FAILURE_ALLOWED and `Denied` ALL_DENIED (dw-common-spec 2.0.0, run).
    """
    folded = value.casefold().removeprefix("all_").replace("_plus_", "+").replace("_", "")
    return next((choice for choice in choices if choice.casefold() == folded), value)


def _without_nulls(value: Json) -> Json:
    """A free value as the vendor's parser reads it: an explicit null in an object is an absent field."""
    if is_object(value):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if is_list(value) else value


# --- Which entry is which


def partners(ours: list[Json], theirs: list[Json], field: Field) -> dict[int, int]:
    """Which entry of the other list is which of ours, by their places.

    In a list whose order has a meaning, it is the one at the same place. In a set, it is the one with the same first key (a
    node's ID), else with the same next key (its name): all entries are looked for by the first key before any is by the next, so
    that a node which took over another's name does not take its partner away. Keys need not be unique while a document is
    compared: of several candidates, one that means just the same is taken first, and each is taken once. An entry that has no
    key, as one of `depends`, has the partner that holds all that was written of it: the service adds fields to it.
    """
    if field.order == "ordered":
        return {place: place for place in range(min(len(ours), len(theirs)))}
    if field.object_type == "workflow" and len(ours) == len(theirs) == 1:
        return {0: 0}  # a document has one, also under another name
    found: dict[int, int] = {}
    free = dict.fromkeys(range(len(theirs)))

    def take(place: int, candidates: Iterable[int]) -> None:
        several = [other for other in candidates if other in free]
        if several:
            found[place] = _closest(ours[place], several, theirs, field.object_type)
            del free[found[place]]

    table = OBJECT_TYPES.get(field.object_type)
    keys = table.keys if table else ()
    for key in keys:
        places = _places(theirs, key)
        for place, item in enumerate(ours):
            if place not in found and _key(item, key):
                take(place, places.get(_key(item, key), ()))
    for place, item in enumerate(ours):
        if place not in found and not any(_key(item, key) for key in keys):
            take(place, [other for other in free if _holds(theirs[other], item, field.object_type)])
    return found


def _key(item: Json, key: str) -> str:
    """An entry's value of a key as text; empty where it has none."""
    value = item.get(key) if is_object(item) else None
    return "" if value is None else str(value)


def _places(items: list[Json], key: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        found.setdefault(_key(item, key), []).append(place)
    return found


def _closest(item: Json, places: list[int], items: list[Json], object_type: str) -> int:
    """The first of several places whose entry means just the same, else the first."""
    if len(places) == 1:
        return places[0]
    entry = entry_of(object_type)
    return next((place for place in places if same_value(item, items[place], entry)), places[0])


def _holds(theirs: Json, ours: Json, object_type: str) -> bool:
    """Whether an entry has everything that ours says. Two dependencies on one output are the same, whatever their nodeId is."""
    if not (is_object(ours) and is_object(theirs)):
        return bool(ours == theirs)
    wanted, got = normal_object(ours, object_type), normal_object(theirs, object_type)
    ignored = {"sourceType"}
    if "output" in wanted and wanted["output"] == got.get("output"):
        ignored |= {"nodeId", "refTableName"}
    return all(key in ignored or got.get(key) == value for key, value in wanted.items())


# --- Whether two values differ, and where


ChangeKind = Literal["add", "update", "delete"]
Differences = Iterator[tuple[Path, ChangeKind]]


def same_value(one: Json, other: Json, field: Field) -> bool:
    """Whether two values mean the same; the normal form is only made of parts that are not written alike."""
    if field.server or one == other:
        return True
    if are_objects(field, one, other):
        return not any(_object_differences(one, other, field.object_type, ()))
    if are_lists(field, one, other):
        return len(one) == len(other) and not any(_list_differences(one, other, field, ()))
    return bool(meaning(one, field) == meaning(other, field))


def differences(old: Object, new: Object) -> dict[Path, ChangeKind]:
    """The smallest places in which two documents differ in meaning, the new one arranged as the old one."""
    return dict(_object_differences(old, new, "document", ()))


def _object_differences(old: Object, new: Object, object_type: str, path: Path) -> Differences:
    before, after = _spellings(old, object_type), _spellings(new, object_type)
    for name in before | after:
        one, other = before.get(name), after.get(name)
        field = field_of(object_type, name)[1]
        if one and other and one != other:
            if not same_value(old[one], new[other], field):
                yield (*path, one), "delete"
                yield (*path, other), "add"
        else:
            key = one or other or name
            yield from _differences(old.get(key), new.get(key), field, (*path, key))


def _differences(old: Json, new: Json, field: Field, path: Path) -> Differences:
    if field.server or old is new or (type(old) is type(new) and old == new):
        return
    whole = is_secret(old) or is_secret(new)
    if are_objects(field, old, new) and not whole:
        yield from _object_differences(old, new, field.object_type, path)
    elif are_lists(field, old, new) and not whole:
        yield from _list_differences(old, new, field, path)
    elif is_object(old) and is_object(new) and not whole:
        yield from _map_differences(old, new, field, path)
    elif _is_odd(new) or not same_value(old, new, field):
        yield path, _kind(old, new)


def _kind(old: Json, new: Json) -> ChangeKind:
    return "add" if old is None else "delete" if new is None else "update"


def _map_differences(old: Object, new: Object, field: Field, path: Path) -> Differences:
    """The same of an object that has no table: each of its keys counts, also one whose value is empty."""
    if same_value(old, new, field):
        return
    for key in old | new:
        one, other = old.get(key), new.get(key)
        if is_object(one) and is_object(other) and not (is_secret(one) or is_secret(other)):
            yield from _map_differences(one, other, field, (*path, key))
        elif one != other:
            yield (*path, key), _kind(one, other)


def _list_differences(old: list[Json], new: list[Json], field: Field, path: Path) -> Differences:
    pairs = partners(new, old, field)
    entry = entry_of(field.object_type)
    moved = {index: place for place, index in pairs.items() if index != place}
    for index in range(max(len(old), len(new))):
        here = (*path, index)
        if pairs.get(index) == index:
            yield from _differences(old[index], new[index], entry, here)
            continue
        arrives = index < len(new) and not (
            index in pairs and same_value(old[pairs[index]], new[index], entry)
        )
        leaves = index < len(old) and not (
            index in moved and same_value(old[index], new[moved[index]], entry)
        )
        if arrives or leaves:
            yield here, "update" if arrives and leaves else "add" if arrives else "delete"


def _is_odd(value: Json) -> bool:
    """Whether a value is none of JSON's: one that is not known yet."""
    return not (value is None or isinstance(value, str | int | float | dict | list))


# --- IDs inside a document: the service may give others than those that were declared


_ID_KEYS = frozenset({"id", "nodeId", "output", "data"})
_JOIN = '{"branchList"'
"""How the script of a join begins, which holds outputs."""
_QUOTED = re.compile(r'"([^"\\]*)"')


def rename_ids(value: Json, ids: dict[str, str]) -> Json:
    """The document with other IDs, wherever one stands for a workflow, a node or a node's output."""
    if not ids:
        return value
    if is_list(value):
        return [rename_ids(item, ids) for item in value]
    if is_object(value):
        return {key: _renamed(key, item, ids) for key, item in value.items()}
    return value


def actual_ids(declared: Object, actual: Object, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The IDs that the service gave instead of the declared ones.

    The workflow is found by its position; a node by its declared ID, then by the one that the service is known to have
    given for it, then by its name, where nothing else declares the node of that name.
    """
    known = known or {}
    ours, theirs = workflow_of(declared), workflow_of(actual)
    found = {str(ours["id"]): str(theirs.get("id") or ours["id"])}
    names = {str(node.get("id")): name for name, node in nodes_of(theirs)}
    nodes = [(name, str(node["id"])) for name, node in nodes_of(ours)]
    claimed = {own if own in names else known.get(own, own) for _, own in nodes}
    free = {name: own for own, name in names.items() if own not in claimed}
    for name, own in nodes:
        if own in names:
            continue
        if known.get(own) in names:
            found[own] = known[own]
        elif name in free:
            found[own] = free[name]
    return {one: other for one, other in found.items() if one != other}


def _renamed(key: str, item: Json, ids: dict[str, str]) -> Json:
    if key in _ID_KEYS and isinstance(item, str | int):
        return ids.get(str(item), item)
    if key == "content" and isinstance(item, str) and item.startswith(_JOIN):
        return like(item, _QUOTED.sub(lambda found: f'"{ids.get(found[1], found[1])}"', item))
    return rename_ids(item, ids)
