"""What the service gives back, in the words of the author: read, restored, and compared for drift."""

from __future__ import annotations

from collections.abc import Mapping

from ._comparison import (
    are_lists,
    are_objects,
    entry_of,
    is_empty,
    named_fields,
    normal_value,
    partners,
    same,
    same_value,
)
from ._controls import folded, refolded
from ._defaults import OF_ONE_WORKSPACE, Surroundings, is_filled
from ._nodes import main_outputs, nodes_of, output_of, workflow_of
from ._scripts import same_content
from ._tables import UNKNOWN_FIELD, Field, Shape, field_of
from ._values import Json, Object, Path, is_list, is_object, like, mapped, objects, rebuilt

# --- What the service gives back, in the words of what the user wrote
#
# The service fills in what a document leaves out, writes keys in an order of its own and gives nodes in another order. So
# a read-back is never compared as it is: it is projected on what was written first. Paths that were not written are left out,
# values that mean the same keep the user's spelling, and what was added behind our back stays to be seen.


_ADDED_SHOWS = frozenset({"nodes", "dependencies", "depends", "flow", "parameters"})
"""Lists in which an entry that the author did not write is somebody's edit; in the others the service fills in entries of its own."""


def project(wrote: Object, actual: Object) -> Object:
    """The read-back in the shape of what was written: equal to it where the service holds just that."""
    return _project_object(wrote, actual, "document", Surroundings.of(actual))


def clean(actual: Object, *, portable: bool = False) -> Object:
    """The whole read-back without what the service fills in: what a person would have written.

    One that is portable is for other workspaces: without owners, and with what this workspace gives by itself.
    """
    return _clean_object(actual, "document", Surroundings.of(actual, portable=portable))


def reset_removed(old: Object, new: Object) -> tuple[Object, list[Path]]:
    """What has to be sent so that fields which left the document are undone.

    The service may keep what an update leaves out, so a field that is gone is sent once more with the value that the
    service gives a new object.

    Returns:
        The new document with those values, and the paths of the fields for which no such value is known.
    """
    stuck: list[Path] = []
    return _undo_object(old, new, "document", (), stuck), stuck


def _project_object(wrote: Object, actual: Object, object_type: str, around: Surroundings) -> Object:
    around = around.within(actual, object_type)
    theirs = named_fields(actual, object_type)
    found: Object = {}
    for key, ours in wrote.items():
        name, field = field_of(object_type, key)
        value = (
            ours if field is UNKNOWN_FIELD else _project_value(ours, theirs.get(name), field, name, around)
        )
        if value is not None or ours is None:
            found[key] = value
    spelt = {field_of(object_type, key)[0] for key in wrote}
    for name in sorted(_ADDED_SHOWS - spelt):
        field = field_of(object_type, name)[1]
        if theirs.get(name) and field.shape is Shape.LIST:
            found[name] = _clean_value(theirs[name], field, around)
    return found


def _project_value(ours: Json, theirs: Json, field: Field, name: str, around: Surroundings) -> Json:
    if field.server or (_says_nothing(ours, field) and _says_nothing(theirs, field)):
        return ours
    if theirs is None:
        return None
    if are_objects(field, ours, theirs):
        return _project_object(ours, theirs, field.object_type, around)
    if are_lists(field, ours, theirs):
        return _project_list(ours, theirs, field, name, around)
    if not field.object_type and field.shape in {Shape.FREE, Shape.MAP, Shape.LIST}:
        kept = _covers(ours, theirs)
    else:
        kept = same_value(ours, theirs, field) or _same_script(ours, theirs, name)
    return ours if kept else like(ours, _shown(theirs, field))


def _project_list(
    ours: list[Json], theirs: list[Json], field: Field, name: str, around: Surroundings
) -> list[Json]:
    pairs = partners(ours, theirs, field)
    entry = entry_of(field.object_type)
    found = [
        _project_value(ours[place], theirs[partner], entry, "", around)
        for place, partner in sorted(pairs.items())
    ]
    if name in _ADDED_SHOWS or field.order == "ordered":
        taken = set(pairs.values())
        found += [
            _clean_value(item, entry, around) for place, item in enumerate(theirs) if place not in taken
        ]
    return found


def _shown(value: Json, field: Field) -> Json:
    """A value of a read-back as a document has it: a label in its own spelling."""
    return normal_value(value, field) if field.shape is Shape.CHOICE else value


def _says_nothing(value: Json, field: Field) -> bool:
    return value == "" or is_empty(value, field)


def _same_script(ours: Json, theirs: Json, name: str) -> bool:
    """Whether two scripts are the same but for a last line break: whether the service keeps one is unknown.

    A control node's script is JSON, and may come back in another layout.
    """
    if name != "content" or not (isinstance(ours, str) and isinstance(theirs, str)):
        return False
    return ours.removesuffix("\n") == theirs.removesuffix("\n") or same_content(ours, theirs)


def _covers(ours: Json, theirs: Json) -> bool:
    """Whether a free value holds what was written, whatever else the service put beside it."""
    if is_object(ours):
        held = theirs if is_object(theirs) else {}
        return all(_covers(item, held.get(key)) for key, item in ours.items())
    if is_list(ours):
        entries = theirs if is_list(theirs) else []
        return len(ours) == len(entries) and all(map(_covers, ours, entries))
    if ours is None or isinstance(ours, bool):
        return bool(ours == theirs) or (ours is None and not theirs)
    return str(ours) == str(theirs)


def _clean_object(actual: Object, object_type: str, around: Surroundings) -> Object:
    around = around.within(actual, object_type)
    found: Object = {}
    for key, item in actual.items():
        name, field = field_of(object_type, key)
        if (
            field is UNKNOWN_FIELD
            or field.server
            or item is None
            or (around.portable and name in OF_ONE_WORKSPACE)
        ):
            continue
        value = _clean_value(item, field, around)
        if value not in ({}, []) and not is_filled(object_type, name, value, around):
            found[key] = value
    return folded(found) if object_type == "node" else found


def _clean_value(value: Json, field: Field, around: Surroundings) -> Json:
    if are_objects(field, value):
        return _clean_object(value, field.object_type, around)
    if field.shape is Shape.LIST and is_list(value):
        return [_clean_value(item, entry_of(field.object_type), around) for item in value]
    return _shown(value, field)


def _undo_object(old: Object, new: Object, object_type: str, path: Path, stuck: list[Path]) -> Object:
    found = dict(new)
    spelt = {field_of(object_type, key)[0]: key for key in new}
    for key, before in old.items():
        name, field = field_of(object_type, key)
        here = (*path, key)
        if name in spelt and found[spelt[name]] is not None:
            found[spelt[name]] = _undo_value(before, new[spelt[name]], field, here, stuck)
        elif field is UNKNOWN_FIELD or field.server or _says_nothing(before, field):
            continue
        elif field.shape is Shape.LIST:
            found[key] = []
        elif field.reset is not None:
            found[key] = field.reset
        else:
            stuck.append(here)
    return found


def _undo_value(old: Json, new: Json, field: Field, path: Path, stuck: list[Path]) -> Json:
    if are_objects(field, old, new):
        return _undo_object(old, new, field.object_type, path, stuck)
    if not are_lists(field, old, new):
        return new
    entry = entry_of(field.object_type)
    found = list(new)
    for place, partner in partners(new, old, field).items():
        found[place] = _undo_value(old[partner], new[place], entry, (*path, place), stuck)
    return found


# --- Values that the service keeps in another form than they were sent: known ones are no drift


_NAMES = ("id", "nodeId", "name", "data", "output", "guid")
"""What distinguishes the entries of a list, the first that an entry has."""


def restore(sent: Json, kept: Json, now: Json) -> Json:
    """What is there now, with what was sent wherever the service still keeps just what it made of it.

    Args:
        sent: What was sent.
        kept: What a read-back showed right after, projected on `sent`.
        now: A later read-back, projected on `sent`.
    """
    if now == kept:
        return sent
    if all(map(is_object, (sent, kept, now))):
        found = {
            key: restore(sent[key], kept[key], value) if key in sent and key in kept else value
            for key, value in now.items()
        }
        dropped = {key: value for key, value in sent.items() if key not in kept and key not in now}
        return {**found, **dropped}
    if all(map(is_list, (sent, kept, now))):
        ours, theirs = _by_name(sent), _by_name(kept)
        return [
            restore(ours[name], theirs[name], item) if name in ours and name in theirs else item
            for name, item in _by_name(now).items()
        ]
    return now


def _by_name(entries: list[Json]) -> dict[object, Json]:
    """The entries by what distinguishes them; by their place where nothing does, or where two are alike."""
    found: dict[object, Json] = {}
    for place, entry in enumerate(entries):
        names = ((key, str(entry[key])) for key in _NAMES if entry.get(key)) if is_object(entry) else ()
        name = next(iter(names), None)
        found[place if name is None or name in found else name] = entry
    return found


# --- What the service holds now, in the form in which the author wrote it: only what differs is written anew


def drifted(wrote: Object, sent: Object, now: Object) -> Object:
    """The author's document with the changes from what was sent to what is there; the same object where there are none.

    Args:
        wrote: The author's document.
        sent: The same, completed.
        now: What is there, projected on what was sent.
    """
    if same(sent, now):
        return wrote
    before, after = (
        {str(node.get("id")): str(node.get("name")) for _, node in nodes_of(workflow_of(root))}
        for root in (sent, now)
    )
    names = {name: after[own] for own, name in before.items() if after.get(own, name) != name}
    found = _drifted_object(wrote, sent, now, "document", _names(now))
    return _with_names(found, names) if names else found


def _with_names(value: Json, names: Mapping[str, str]) -> Json:
    """The document with the new names of nodes where its dependencies have the old ones."""
    found = mapped(value, lambda item: _with_names(item, names))
    if is_object(found) and isinstance(found.get("nodeId"), str):
        found["nodeId"] = names.get(found["nodeId"], found["nodeId"])
    return found


def _names(root: Object) -> dict[str, str]:
    """The names of the nodes by their IDs and outputs: what a dependency that somebody added may say."""
    found: dict[str, str] = {}
    for name, node in nodes_of(workflow_of(root)):
        if "/" not in name and "#" not in name:
            found |= dict.fromkeys([*main_outputs(node)[:1], output_of(node), str(node.get("id"))], name)
    return found


def _drifted_object(
    wrote: Object, sent: Object, now: Object, object_type: str, names: Mapping[str, str]
) -> Object:
    before, after = named_fields(sent, object_type), named_fields(now, object_type)
    found: Object = {}
    spelt: set[str] = set()
    for key, value in wrote.items():
        name, field = field_of(object_type, key)
        spelt.add(name)
        one, other = before.get(name), after.get(name)
        if field is UNKNOWN_FIELD or same_value(one, other, field):
            found[key] = value
        elif other is not None:
            found[key] = _drifted_value(value, one, other, field, names)
    for name in sorted(after.keys() - spelt):
        field = field_of(object_type, name)[1]
        if not same_value(before.get(name), after[name], field):
            found[name] = _added(after[name], field.object_type, names)
    if object_type == "node":
        found = refolded(wrote, sent, now, found)
    elif object_type == "joinBranch" and "output" in found and "output" not in wrote:
        rest = {key: item for key, item in found.items() if key != "nodeId"}
        found = _named(rest, found["output"].get("data"), names)
    elif object_type == "script" and "content" in before.keys() - after.keys() - spelt:
        found["content"] = ""  # what follows from the node's fields is gone
    return rebuilt(wrote, found)


def _drifted_value(wrote: Json, sent: Json, now: Json, field: Field, names: Mapping[str, str]) -> Json:
    if are_objects(field, wrote, sent, now):
        return _drifted_object(wrote, sent, now, field.object_type, names)
    if are_lists(field, wrote, sent, now) and len(wrote) <= len(sent):
        return _drifted_list(wrote, sent, now, field, names)
    return like(wrote, now)


def _drifted_list(
    wrote: list[Json], sent: list[Json], now: list[Json], field: Field, names: Mapping[str, str]
) -> list[Json]:
    """The author's list; its entries stand in what was sent at the same places, before those that follow from other fields."""
    pairs = partners(sent, now, field)
    entry = entry_of(field.object_type)
    alike = {place for place, other in pairs.items() if same_value(sent[place], now[other], entry)}
    found = [
        item if place in alike else _drifted_value(item, sent[place], now[pairs[place]], entry, names)
        for place, item in enumerate(wrote)
        if place in pairs
    ]
    taken = {other for place, other in pairs.items() if place < len(wrote) or place in alike}
    return found + [
        _added(item, field.object_type, names) for place, item in enumerate(now) if place not in taken
    ]


def _added(value: Json, object_type: str, names: Mapping[str, str]) -> Json:
    """What somebody added, with the nodes' names in its dependencies."""
    if is_list(value):
        return [_added(item, object_type, names) for item in value]
    if object_type == "dependency" and is_object(value):
        own = value.get("nodeId")
        depends = [_depend(one, names) for one in objects(value.get("depends"))]
        return {**value, "nodeId": names.get(str(own), own), "depends": depends}
    return _depend(value, names) if object_type == "depend" and is_object(value) else value


def _depend(depend: Object, names: Mapping[str, str]) -> Object:
    return _named(depend, depend.get("output") or depend.get("nodeId"), names)


def _named(holder: Object, word: Json, names: Mapping[str, str]) -> Object:
    """What says a node's output or ID, by the node's name where that is known."""
    name = names.get(str(word))
    if name is None:
        return holder
    rest = {key: item for key, item in holder.items() if key not in ("output", "nodeId", "refTableName")}
    return {**rest, "nodeId": name}
