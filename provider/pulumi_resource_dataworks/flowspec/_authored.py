"""The document as its author wrote it: the form in which Pulumi's state holds it, and how two of them differ."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, Literal, cast

from ._document import Json, Object
from ._fault import Path
from ._fields import Field, Shape
from ._meaning import named_fields, same_value
from ._partners import partners
from ._secret import is_secret, like, rebuilt, relisted
from ._tables import UNKNOWN, field_of

ChangeKind = Literal["add", "update", "delete"]

_EXACT = 2**53


def authored(value: Json) -> Json:
    """The document without nulls, which mean nothing, and with numbers that a float cannot hold as text.

    What needs no change is the same object: of a large document that is nearly all.
    """
    if isinstance(value, dict):
        whole = cast("Object", value)
        made = {key: authored(item) for key, item in whole.items() if item is not None}
        kept = len(made) == len(whole) and all(map(operator.is_, made.values(), whole.values()))
        return whole if kept else rebuilt(whole, made)
    if isinstance(value, list):
        items = cast("list[Json]", value)
        found = [authored(item) for item in items]
        return items if all(map(operator.is_, found, items)) else relisted(items, found)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT:
        return like(value, str(value))
    return value


def arranged(old: Object, new: Object, entity: str = "document") -> Object:
    """The new document with its sets in the order of the old one: Pulumi compares lists by their indices.

    What is new in a set comes last; where something has left it, an entry that stays as it is takes that place, as far as
    there is one, so that an entry which changes keeps its index.
    """
    before = named_fields(old, entity)
    found: Object = {}
    for key, item in new.items():
        name, field = field_of(entity, key)
        other = before.get(name)
        if item is other or type(item) is str:
            found[key] = item
            continue
        if field.shape is Shape.ENTITY and isinstance(item, dict) and isinstance(other, dict):
            found[key] = arranged(cast("Object", other), cast("Object", item), field.entity)
        elif (
            field.shape is Shape.LIST and field.entity and isinstance(item, list) and isinstance(other, list)
        ):
            found[key] = _arranged_list(cast("list[Json]", other), cast("list[Json]", item), field)
        else:
            found[key] = item
    return new if all(map(operator.is_, found.values(), new.values())) else rebuilt(new, found)


def _arranged_list(old: list[Json], new: list[Json], field: Field) -> list[Json]:
    pairs = partners(new, old, field)
    items = [
        _arranged_item(old[pairs[place]], item, field) if place in pairs else item
        for place, item in enumerate(new)
    ]
    if field.order == "ordered":
        return new if all(map(operator.is_, items, new)) else relisted(new, items)
    slots: list[Json | None] = [None] * len(new)
    later: list[tuple[bool, int]] = []
    for place in range(len(new)):
        index = pairs.get(place)
        if index is not None and index < len(new):
            slots[index] = items[place]
        else:
            later.append((index is None or items[place] != old[index], place))
    # What stays as it is goes into the gaps that others have left; what is new or has changed comes last.
    free = iter([slot for slot, item in enumerate(slots) if item is None])
    for _, place in sorted(later):
        slots[next(free)] = items[place]
    return new if all(map(operator.is_, slots, new)) else relisted(new, cast("list[Json]", slots))


def _arranged_item(old: Json, new: Json, field: Field) -> Json:
    if old is new:
        return new
    if isinstance(old, dict) and isinstance(new, dict):
        return arranged(cast("Object", old), cast("Object", new), field.entity)
    return new


def differences(old: Object, new: Object) -> dict[Path, ChangeKind]:
    """The smallest places in which two documents differ in meaning, the new one arranged as the old one."""
    return dict(_entity(old, new, "document", ()))


def _entity(old: Object, new: Object, entity: str, path: Path) -> Iterator[tuple[Path, ChangeKind]]:
    before, after = _spellings(old, entity), _spellings(new, entity)
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name), after.get(name)
        field = field_of(entity, name)[1]
        if one and other and one != other:
            if not same_value(old[one], new[other], field):
                yield (*path, one), "delete"
                yield (*path, other), "add"
        else:
            key = one or other or name
            yield from _value(old.get(key), new.get(key), field, (*path, key))


def _spellings(value: Object, entity: str) -> dict[str, str]:
    """The keys as they are written, by the names of their fields."""
    return {field_of(entity, key)[0]: key for key in value if field_of(entity, key)[1] is not UNKNOWN}


def _value(old: Json, new: Json, field: Field, path: Path) -> Iterator[tuple[Path, ChangeKind]]:
    if field.server or old is new or (old is not None and type(old) is type(new) and old == new):
        return
    plain = not (is_secret(old) or is_secret(new))
    if plain and isinstance(old, dict) and isinstance(new, dict):
        if field.shape is Shape.ENTITY:
            yield from _entity(cast("Object", old), cast("Object", new), field.entity, path)
        else:
            yield from _map(cast("Object", old), cast("Object", new), field, path)
        return
    if (
        plain
        and field.shape is Shape.LIST
        and field.entity
        and isinstance(old, list)
        and isinstance(new, list)
    ):
        yield from _list(cast("list[Json]", old), cast("list[Json]", new), field, path)
    elif _is_odd(new) or not same_value(old, new, field):
        yield path, "add" if old is None else "delete" if new is None else "update"


def _map(old: Object, new: Object, field: Field, path: Path) -> Iterator[tuple[Path, ChangeKind]]:
    if same_value(old, new, field):
        return
    for key in [*old, *(key for key in new if key not in old)]:
        one, other = old.get(key), new.get(key)
        if isinstance(one, dict) and isinstance(other, dict) and not (is_secret(one) or is_secret(other)):
            yield from _map(cast("Object", one), cast("Object", other), field, (*path, key))
        elif one != other:
            yield (*path, key), "add" if one is None else "delete" if other is None else "update"


def _list(old: list[Json], new: list[Json], field: Field, path: Path) -> Iterator[tuple[Path, ChangeKind]]:
    pairs = partners(new, old, field)
    moved = {index: place for place, index in pairs.items() if index != place}
    for index in range(max(len(old), len(new))):
        here = (*path, index)
        if pairs.get(index) == index:
            yield from _item(old[index], new[index], field, here)
            continue
        arrives = index < len(new) and (index not in pairs or not _same(old[pairs[index]], new[index], field))
        leaves = index < len(old) and (index not in moved or not _same(old[index], new[moved[index]], field))
        if arrives or leaves:
            yield here, "update" if arrives and leaves else "add" if arrives else "delete"


def _item(old: Json, new: Json, field: Field, path: Path) -> Iterator[tuple[Path, ChangeKind]]:
    if old is new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and not (is_secret(old) or is_secret(new)):
        yield from _entity(cast("Object", old), cast("Object", new), field.entity, path)
    elif old != new:
        yield path, "update"


def _same(old: Json, new: Json, field: Field) -> bool:
    one = Field(Shape.ENTITY, entity=field.entity)
    return same_value(old, new, one)


def _is_odd(value: Json) -> bool:
    """Whether a value is none of JSON's: one that is not known yet."""
    return not (value is None or isinstance(value, str | int | float | dict | list))


def show_property(path: tuple[Any, ...]) -> str:
    """A path as Pulumi writes it: `spec.workflows[0].nodes[7]["odd key"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier() or step.replace("-", "_").isidentifier():
            text += f".{step}" if text else step
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{quoted}"]'
    return text
