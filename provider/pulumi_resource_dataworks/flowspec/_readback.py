"""What the service gives back, in the words of the author: read, restored, and compared for drift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ._comparison import named_fields, normal_value, same, same_value
from ._completion import main_outputs, output_of
from ._control_completion import folded, refolded
from ._control_nodes import same_content
from ._defaults import OF_ONE_WORKSPACE, Around, is_filled
from ._document import Json, Object, nodes_of, objects, workflow_of
from ._fields import Field, Shape
from ._partners import partners
from ._secrets import like, rebuilt, relisted
from ._tables import UNKNOWN, field_of

# --- What the service gives back, in the words of what the user wrote
#
# The service fills in what a document leaves out, writes keys in an order of its own and gives nodes in another order. So
# a read-back is never compared as it is: it is projected on what was written first. Paths that were not written are left out,
# values that mean the same keep the user's spelling, and what was added behind our back stays to be seen.


_ADDED_SHOWS = frozenset({"nodes", "dependencies", "depends", "flow", "parameters"})
"""Lists in which an entry that the author did not write is somebody's edit; in the others the service fills in entries of its own."""


def project(wrote: Object, actual: Object) -> Object:
    """The read-back in the shape of what was written: equal to it where the service holds just that."""
    return _project_object(wrote, actual, "document", Around.of(actual))


def clean(actual: Object, *, portable: bool = False) -> Object:
    """The whole read-back without what the service fills in: what a person would have written.

    Args:
        actual: The read-back.
        portable: For other workspaces: without owners, and with what this workspace gives by itself.
    """
    return _clean_object(actual, "document", Around.of(actual, portable=portable))


def leave_out(old: Object, new: Object) -> tuple[Object, list[str]]:
    """What has to be sent so that fields which left the document are undone.

    The service may keep what an update leaves out, so a field that is gone is sent once more with the value that the
    service gives a new object.

    Returns:
        The new document with those values, and the paths of the fields for which no such value is known.
    """
    stuck: list[str] = []
    return _undo(old, new, "document", "", stuck), stuck


def _project_object(wrote: Object, actual: Object, object_type: str, around: Around) -> Object:
    around = around.within(actual, object_type)
    theirs = named_fields(actual, object_type)
    found: Object = {}
    for key, ours in wrote.items():
        name, field = field_of(object_type, key)
        if field is UNKNOWN:
            found[key] = ours
            continue
        value = _value(ours, theirs.get(name), field, name, around)
        if value is not None or ours is None:
            found[key] = value
    spelt = {field_of(object_type, key)[0] for key in wrote}
    for name in sorted(_ADDED_SHOWS - spelt):
        field = field_of(object_type, name)[1]
        if theirs.get(name) and field.shape is Shape.LIST:
            found[name] = [_clean_item(item, field, around) for item in theirs[name]]
    return found


def _value(ours: Json, theirs: Json, field: Field, name: str, around: Around) -> Json:
    if field.server or (_means_nothing(ours, field) and _means_nothing(theirs, field)):
        return ours
    if theirs is None:
        return None
    if field.shape is Shape.ENTITY and isinstance(ours, dict) and isinstance(theirs, dict):
        return _project_object(cast("Object", ours), cast("Object", theirs), field.object_type, around)
    if (
        field.shape is Shape.LIST
        and field.object_type
        and isinstance(ours, list)
        and isinstance(theirs, list)
    ):
        return _list(cast("list[Json]", ours), cast("list[Json]", theirs), field, name, around)
    if not field.object_type and field.shape in {Shape.FREE, Shape.MAP, Shape.LIST}:
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
        return _project_object(cast("Object", ours), cast("Object", theirs), field.object_type, around)
    return theirs


def _clean_item(item: Json, field: Field, around: Around) -> Json:
    return _clean_object(cast("Object", item), field.object_type, around) if isinstance(item, dict) else item


def _clean_object(actual: Object, object_type: str, around: Around) -> Object:
    around = around.within(actual, object_type)
    found: Object = {}
    for key, item in actual.items():
        name, field = field_of(object_type, key)
        if field is UNKNOWN or field.server or item is None or (around.portable and name in OF_ONE_WORKSPACE):
            continue
        value = _clean_value(item, field, around)
        if value not in ({}, []) and not is_filled(object_type, name, value, around):
            found[key] = value
    return folded(found) if object_type == "node" else found


def _clean_value(value: Json, field: Field, around: Around) -> Json:
    if field.shape is Shape.ENTITY and isinstance(value, dict):
        return _clean_object(cast("Object", value), field.object_type, around)
    if field.shape is Shape.LIST and isinstance(value, list):
        return [_clean_item(item, field, around) for item in cast("list[Json]", value)]
    return _shown(value, field)


def _undo(old: Object, new: Object, object_type: str, path: str, stuck: list[str]) -> Object:
    found = dict(new)
    after = {field_of(object_type, key)[0]: key for key in new}
    for key, before in old.items():
        name, field = field_of(object_type, key)
        here = f"{path}.{key}" if path else key
        if name not in after or found[after[name]] is None:
            _undo_field(found, key, before, field, here, stuck)
        elif field.shape is Shape.ENTITY and isinstance(before, dict) and isinstance(new[after[name]], dict):
            found[after[name]] = _undo(
                cast("Object", before), cast("Object", new[after[name]]), field.object_type, here, stuck
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
            found[place] = _undo(cast("Object", one), cast("Object", other), field.object_type, here, stuck)
    return found


# --- Values that the service keeps in another form than they were sent: known ones are no drift


_NAMES = ("id", "nodeId", "name", "data", "output", "guid")
"""What tells entries of a list apart, the first that an entry has."""


def restore(sent: Json, kept: Json, now: Json) -> Json:
    """What is there now, with what was sent wherever the service still keeps just what it made of it.

    Args:
        sent: What was sent.
        kept: What a read-back showed right after, projected on `sent`.
        now: A later read-back, projected on `sent`.
    """
    if now == kept:
        return sent
    if isinstance(sent, dict) and isinstance(kept, dict) and isinstance(now, dict):
        return _object(cast("Object", sent), cast("Object", kept), cast("Object", now))
    if isinstance(sent, list) and isinstance(kept, list) and isinstance(now, list):
        return _rewritten_list(cast("list[Json]", sent), cast("list[Json]", kept), cast("list[Json]", now))
    return now


def _object(sent: Object, kept: Object, now: Object) -> Object:
    dropped = {key: value for key, value in sent.items() if key not in kept and key not in now}
    found = {
        key: restore(sent[key], kept[key], value) if key in sent and key in kept else value
        for key, value in now.items()
    }
    return {**found, **dropped}


def _rewritten_list(sent: list[Json], kept: list[Json], now: list[Json]) -> list[Json]:
    ours, theirs = _by_name(sent), _by_name(kept)
    return [
        restore(ours[name], theirs[name], item) if name in ours and name in theirs else item
        for name, item in _by_name(now).items()
    ]


def _by_name(items: list[Json]) -> dict[object, Json]:
    """The entries by what tells them apart; by their place where nothing does, or where it tells two alike."""
    found: dict[object, Json] = {}
    for place, item in enumerate(items):
        name = _name(item)
        found[place if name is None or name in found else name] = item
    return found


def _name(item: Json) -> tuple[str, str] | None:
    if not isinstance(item, dict):
        return None
    entry = cast("Object", item)
    return next(((key, str(entry[key])) for key in _NAMES if entry.get(key)), None)


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
    after = {str(node.get("id")): str(node.get("name")) for _, node in nodes_of(workflow_of(now))}
    before = {str(node.get("id")): str(node.get("name")) for _, node in nodes_of(workflow_of(sent))}
    names = {name: after[own] for own, name in before.items() if after.get(own, name) != name}
    found = _drifted_object(wrote, sent, now, "document", _names(now))
    return cast("Object", _called(found, names)) if names else found


def _called(value: Json, names: Mapping[str, str]) -> Json:
    """The document with the new names of nodes where its dependencies have the old ones."""
    if isinstance(value, list):
        return relisted(
            cast("list[Json]", value), [_called(item, names) for item in cast("list[Json]", value)]
        )
    if isinstance(value, dict):
        entry = cast("Object", value)
        found = {key: _called(item, names) for key, item in entry.items()}
        if isinstance(entry.get("nodeId"), str):
            found["nodeId"] = names.get(entry["nodeId"], entry["nodeId"])
        return rebuilt(entry, found)
    return value


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
        if field is UNKNOWN or same_value(one, other, field):
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
        found = _watching(found, names)
    elif (
        object_type == "script" and "content" in before and "content" not in after and "content" not in spelt
    ):
        found["content"] = ""  # what follows from the node's fields is gone
    return rebuilt(wrote, found)


def _watching(branch: Object, names: Mapping[str, str]) -> Object:
    """A join's branch that watches another output than its author wrote, by the node's name."""
    name = names.get(str(cast("Object", branch["output"]).get("data")))
    rest = {key: item for key, item in branch.items() if key not in ("nodeId", "output")}
    return {**rest, "output": branch["output"]} if name is None else {**rest, "nodeId": name}


def _drifted_value(wrote: Json, sent: Json, now: Json, field: Field, names: Mapping[str, str]) -> Json:
    if field.shape is Shape.ENTITY and all(isinstance(one, dict) for one in (wrote, sent, now)):
        return _drifted_object(
            cast("Object", wrote), cast("Object", sent), cast("Object", now), field.object_type, names
        )
    if (
        field.shape is Shape.LIST
        and field.object_type
        and all(isinstance(one, list) for one in (wrote, sent, now))
    ):
        lists = cast("list[Json]", wrote), cast("list[Json]", sent), cast("list[Json]", now)
        if len(lists[0]) <= len(lists[1]):
            return _drifted_list(*lists, field, names)
    return like(wrote, now)


def _drifted_list(
    wrote: list[Json], sent: list[Json], now: list[Json], field: Field, names: Mapping[str, str]
) -> list[Json]:
    pairs = partners(sent, now, field)
    found: list[Json] = []
    for place, item in enumerate(wrote):
        if place in pairs:
            one, other = sent[place], now[pairs[place]]
            if all(isinstance(held, dict) for held in (item, one, other)):
                item = _drifted_object(item, one, other, field.object_type, names)  # noqa: PLW2901
            elif one != other:
                item = like(item, other)  # noqa: PLW2901
            found.append(item)
    taken = set(pairs.values())
    for place in range(len(wrote), len(sent)):  # what follows from other fields
        if place in pairs and not same_value([sent[place]], [now[pairs[place]]], field):
            taken.remove(pairs[place])
    return found + [
        _added(item, field.object_type, names) for place, item in enumerate(now) if place not in taken
    ]


def _added(value: Json, object_type: str, names: Mapping[str, str]) -> Json:
    """What somebody added, with the nodes' names in its dependencies."""
    if isinstance(value, list):
        return [_added(item, object_type, names) for item in cast("list[Json]", value)]
    if object_type == "dependency" and isinstance(value, dict):
        entry = cast("Object", value)
        depends = [_depend(one, names) for one in objects(entry.get("depends"))]
        return {
            **entry,
            "nodeId": names.get(str(entry.get("nodeId")), entry.get("nodeId")),
            "depends": depends,
        }
    return (
        _depend(cast("Object", value), names)
        if object_type == "depend" and isinstance(value, dict)
        else value
    )


def _depend(depend: Object, names: Mapping[str, str]) -> Object:
    name = names.get(str(depend.get("output") or depend.get("nodeId")))
    if name is None:
        return depend
    rest = {key: value for key, value in depend.items() if key not in ("output", "nodeId", "refTableName")}
    return {**rest, "nodeId": name}
