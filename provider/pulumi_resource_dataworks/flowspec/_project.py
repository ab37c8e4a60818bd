"""What the service gives back, in the words of what the user wrote.

The service fills in what a document leaves out, writes keys in an order of its own and gives nodes in another order. So
a read-back is never compared as it is: it is projected on what was written first. Paths that nobody wrote are left out,
values that mean the same keep the user's spelling, and what was added behind our back stays to be seen.
"""

from __future__ import annotations

from typing import cast

from ._control import folded
from ._control_scripts import same_content
from ._defaults import OF_ONE_WORKSPACE, Around, is_filled
from ._document import Json, Object
from ._fields import Field, Shape
from ._meaning import named_fields, normal_value
from ._partners import partners
from ._secret import like
from ._tables import UNKNOWN, field_of

_ADDED_SHOWS = frozenset({"nodes", "dependencies", "depends", "flow", "parameters"})
"""Lists in which an entry that nobody wrote is somebody's edit; in the others the service fills in entries of its own."""


def project(wrote: Object, actual: Object) -> Object:
    """The read-back in the shape of what was written: equal to it where the service holds just that."""
    return _entity(wrote, actual, "document", Around.of(actual))


def clean(actual: Object, *, portable: bool = False) -> Object:
    """The whole read-back without what the service fills in: what a person would have written.

    Args:
        actual: The read-back.
        portable: For other workspaces: without owners, and with what this workspace gives by itself.
    """
    return _clean_entity(actual, "document", Around.of(actual, portable=portable))


def leave_out(old: Object, new: Object) -> tuple[Object, list[str]]:
    """What has to be sent so that fields which left the document are undone.

    The service may keep what an update leaves out, so a field that is gone is sent once more with the value that the
    service gives a new object.

    Returns:
        The new document with those values, and the paths of the fields for which no such value is known.
    """
    stuck: list[str] = []
    return _undo(old, new, "document", "", stuck), stuck


def _entity(wrote: Object, actual: Object, entity: str, around: Around) -> Object:
    around = around.within(actual, entity)
    theirs = named_fields(actual, entity)
    found: Object = {}
    for key, ours in wrote.items():
        name, field = field_of(entity, key)
        if field is UNKNOWN:
            found[key] = ours
            continue
        value = _value(ours, theirs.get(name), field, name, around)
        if value is not None or ours is None:
            found[key] = value
    spelt = {field_of(entity, key)[0] for key in wrote}
    for name in sorted(_ADDED_SHOWS - spelt):
        field = field_of(entity, name)[1]
        if theirs.get(name) and field.shape is Shape.LIST:
            found[name] = [_clean_item(item, field, around) for item in theirs[name]]
    return found


def _value(ours: Json, theirs: Json, field: Field, name: str, around: Around) -> Json:
    if field.server or (_means_nothing(ours, field) and _means_nothing(theirs, field)):
        return ours
    if theirs is None:
        return None
    if field.shape is Shape.ENTITY and isinstance(ours, dict) and isinstance(theirs, dict):
        return _entity(cast("Object", ours), cast("Object", theirs), field.entity, around)
    if field.shape is Shape.LIST and field.entity and isinstance(ours, list) and isinstance(theirs, list):
        return _list(cast("list[Json]", ours), cast("list[Json]", theirs), field, name, around)
    if not field.entity and field.shape in {Shape.FREE, Shape.MAP, Shape.LIST}:
        kept = _covers(ours, theirs)
    else:
        kept = normal_value(ours, field) == normal_value(theirs, field) or _same_script(ours, theirs, name)
    return cast("Json", ours if kept else like(ours, _shown(theirs, field)))


def _shown(value: Json, field: Field) -> Json:
    """A value of a read-back as a document has it: a label in its own spelling."""
    return normal_value(value, field) if field.shape is Shape.CHOICE else value


def _means_nothing(value: Json, field: Field) -> bool:
    if value is None or value == "":
        return True
    shaped = normal_value(value, field)
    return shaped in ({}, []) or bool(shaped == field.default)


def _same_script(ours: Json, theirs: Json, name: str) -> bool:
    """Whether the service keeps a script's last line break is unknown, so one is not told from none.

    A control node's script is JSON, and may come back in another layout.
    """
    if name != "content" or not (isinstance(ours, str) and isinstance(theirs, str)):
        return False
    return ours.removesuffix("\n") == theirs.removesuffix("\n") or same_content(ours, theirs)


def _covers(ours: Json, theirs: Json) -> bool:
    """Whether a free value holds what was written, whatever else the service put beside it."""
    if isinstance(ours, dict):
        held: Object = cast("Object", theirs) if isinstance(theirs, dict) else {}
        return all(_covers(item, held.get(key)) for key, item in cast("Object", ours).items())
    if isinstance(ours, list):
        wanted = cast("list[Json]", ours)
        found: list[Json] = cast("list[Json]", theirs) if isinstance(theirs, list) else []
        return len(wanted) == len(found) and all(map(_covers, wanted, found))
    if ours is None or isinstance(ours, bool):
        return bool(ours == theirs) or (ours is None and not theirs)
    return str(ours) == str(theirs)


def _list(ours: list[Json], theirs: list[Json], field: Field, name: str, around: Around) -> list[Json]:
    pairs = partners(ours, theirs, field)
    found = [_item(ours[place], theirs[partner], field, around) for place, partner in sorted(pairs.items())]
    if name in _ADDED_SHOWS or field.order == "ordered":
        taken = set(pairs.values())
        found += [_clean_item(item, field, around) for place, item in enumerate(theirs) if place not in taken]
    return found


def _item(ours: Json, theirs: Json, field: Field, around: Around) -> Json:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return _entity(cast("Object", ours), cast("Object", theirs), field.entity, around)
    return theirs


def _clean_item(item: Json, field: Field, around: Around) -> Json:
    return _clean_entity(cast("Object", item), field.entity, around) if isinstance(item, dict) else item


def _clean_entity(actual: Object, entity: str, around: Around) -> Object:
    around = around.within(actual, entity)
    found: Object = {}
    for key, item in actual.items():
        name, field = field_of(entity, key)
        if field is UNKNOWN or field.server or item is None or (around.portable and name in OF_ONE_WORKSPACE):
            continue
        value = _clean_value(item, field, around)
        if value not in ({}, []) and not is_filled(entity, name, value, around):
            found[key] = value
    return folded(found) if entity == "node" else found


def _clean_value(value: Json, field: Field, around: Around) -> Json:
    if field.shape is Shape.ENTITY and isinstance(value, dict):
        return _clean_entity(cast("Object", value), field.entity, around)
    if field.shape is Shape.LIST and isinstance(value, list):
        return [_clean_item(item, field, around) for item in cast("list[Json]", value)]
    return _shown(value, field)


def _undo(old: Object, new: Object, entity: str, path: str, stuck: list[str]) -> Object:
    found = dict(new)
    after = {field_of(entity, key)[0]: key for key in new}
    for key, before in old.items():
        name, field = field_of(entity, key)
        here = f"{path}.{key}" if path else key
        if name not in after or found[after[name]] is None:
            _undo_field(found, key, before, field, here, stuck)
        elif field.shape is Shape.ENTITY and isinstance(before, dict) and isinstance(new[after[name]], dict):
            found[after[name]] = _undo(
                cast("Object", before), cast("Object", new[after[name]]), field.entity, here, stuck
            )
        elif field.shape is Shape.LIST and isinstance(before, list) and isinstance(new[after[name]], list):
            found[after[name]] = _undo_list(cast("list[Json]", before), new[after[name]], field, here, stuck)
    return found


def _undo_field(found: Object, key: str, before: Json, field: Field, here: str, stuck: list[str]) -> None:
    if field is UNKNOWN or field.server or _means_nothing(before, field):
        return
    if field.shape is Shape.LIST:
        found[key] = []
    elif field.reset is not None:
        found[key] = field.reset
    else:
        stuck.append(here)


def _undo_list(
    before: list[Json], after: list[Json], field: Field, path: str, stuck: list[str]
) -> list[Json]:
    pairs = partners(after, before, field)
    found = list(after)
    for place, partner in pairs.items():
        one, other = before[partner], after[place]
        if isinstance(one, dict) and isinstance(other, dict):
            here = f"{path}[{place}]"
            found[place] = _undo(cast("Object", one), cast("Object", other), field.entity, here, stuck)
    return found
