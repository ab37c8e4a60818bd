"""The document as its author wrote it, and without what the provider adds by itself."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Literal

from ._comparison import are_lists, are_objects, entry_of, named_fields, partners, same, same_value
from ._completion import HOLD_VARIABLES, complete
from ._control_completion import shorten
from ._dependencies import output_of, outputs_of
from ._document import (
    Document,
    dependencies_of,
    inner_scopes,
    nodes_of,
    scope_of,
    scopes,
    script_of,
    workflow_of,
)
from ._problems import InvalidDocumentError
from ._tables import UNKNOWN_FIELD, Field, field_of
from ._validation import validate
from ._values import Json, Object, Path, is_list, is_object, is_secret, like, objects, part, rebuilt, relisted

# --- The document as its author wrote it: the form in which Pulumi's state holds it, and how two of them differ


ChangeKind = Literal["add", "update", "delete"]
Differences = Iterator[tuple[Path, ChangeKind]]

_EXACT = 2**53


def authored(value: Json) -> Json:
    """The document without nulls, which mean nothing, and with numbers that a float cannot hold as text."""
    if is_object(value):
        return rebuilt(value, {key: authored(item) for key, item in value.items() if item is not None})
    if is_list(value):
        return relisted(value, [authored(item) for item in value])
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT:
        return like(value, str(value))
    return value


def arranged(old: Object, new: Object, object_type: str = "document") -> Object:
    """The new document with its sets in the order of the old one: Pulumi compares lists by their indices.

    What is new in a set comes last; where something has left it, an entry that stays as it is takes that place, as far as
    there is one, so that an entry which changes keeps its index.
    """
    before = named_fields(old, object_type)
    found: Object = {}
    for key, item in new.items():
        name, field = field_of(object_type, key)
        found[key] = item if type(item) is str else _arranged_value(before.get(name), item, field)
    return rebuilt(new, found)


def _arranged_value(old: Json, new: Json, field: Field) -> Json:
    if old is new:
        return new
    if are_objects(field, old, new):
        return arranged(old, new, field.object_type)
    return _arranged_list(old, new, field) if are_lists(field, old, new) else new


def _arranged_list(old: list[Json], new: list[Json], field: Field) -> list[Json]:
    pairs = partners(new, old, field)
    entry = entry_of(field.object_type)
    items = [
        _arranged_value(old[pairs[place]], item, entry) if place in pairs else item
        for place, item in enumerate(new)
    ]
    if field.order == "ordered":
        return relisted(new, items)
    slots: list[Json] = [None] * len(new)
    later: list[tuple[bool, int]] = []
    for place, item in enumerate(items):
        index = pairs.get(place)
        if index is not None and index < len(new):
            slots[index] = item
        else:
            later.append((index is None or item != old[index], place))
    # What stays as it is goes into the gaps that others have left; what is new or has changed comes last.
    free = iter([slot for slot, item in enumerate(slots) if item is None])
    for _, place in sorted(later):
        slots[next(free)] = items[place]
    return relisted(new, slots)


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


def _spellings(value: Object, object_type: str) -> dict[str, str]:
    """The keys as they are written, by the names of their fields."""
    fields = ((key, *field_of(object_type, key)) for key in value)
    return {name: key for key, name, field in fields if field is not UNKNOWN_FIELD}


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


# --- A document without what the provider adds by itself: the inverse of `complete`
#
# What it leaves out is not believed but tried: `short` completes the result again and compares.


def short(root: Object, *, portable: bool = False) -> Object:
    """The shortest document that means the same as a whole one; that itself where none is found.

    One that is portable has no IDs of the workflow and of its nodes either: what chooses them has to know them.
    """
    for controls in (True, False):
        found: Object = copy.deepcopy(root)
        _shorten(found, portable=portable, controls=controls)
        if _means(found, root):
            return found
    return root


def _means(found: Object, root: Object) -> bool:
    """Whether a shorter document is completed to one that means the same, where it is given the same IDs."""
    workflow = workflow_of(root)
    ids = {name: str(node["id"]) for name, node in nodes_of(workflow)}
    try:
        validate(Document(found))
        completed = complete(found, lambda name: ids[name] if name else str(workflow["id"]))
    except (InvalidDocumentError, KeyError):
        return False
    return same(completed, root)


def references(node: Object) -> Iterator[Object]:
    """What a node's variables say of the nodes that they are of."""
    for key in sorted(HOLD_VARIABLES):
        yield from _node_fields(node.get(key))
    yield from _node_fields(script_of(node).get("parameters"))


def _node_fields(value: Json) -> Iterator[Object]:
    if is_object(value) and is_object(value.get("node")):
        yield value["node"]
    for item in value.values() if is_object(value) else value if is_list(value) else ():
        yield from _node_fields(item)


def _shorten(root: Object, *, portable: bool, controls: bool) -> None:
    spec, workflow = root["spec"], workflow_of(root)
    name, own = workflow["name"], str(workflow["id"])
    path = str(workflow["script"]["path"])
    for key, value in (("id", own), ("name", name), ("type", root["kind"])):
        if spec.get(key) == value:
            del spec[key]
    for _, scope in list(scopes(workflow)):
        _name_nodes(scope, portable=portable, controls=controls)
    _shorten_paths(workflow, path)
    _drop_default(workflow["script"], "path", name)
    _drop_default(workflow["script"].get("runtime") or {}, "command", "WORKFLOW")
    for holder, key in ((workflow["script"], "runtime"), (workflow, "script")):
        _drop_default(holder, key, {})
    if portable:
        _leave_out_ids(root, own)


def _name_nodes(scope: Object, *, portable: bool, controls: bool) -> None:
    """Dependencies by the nodes' names, and no output that a node has by itself."""
    nodes = {str(node["id"]): node for node in scope_of(scope)}
    by_output = {word: node for own, node in nodes.items() for word in (*outputs_of(node), own)}
    names = {output_of(node): str(node["name"]) for node in nodes.values()}
    for node in nodes.values():
        if controls:
            shorten(node, names)
        _drop_own_output(node)
    main = {own: output_of(node) for own, node in nodes.items()}
    for dependency in dependencies_of(scope):
        dependent = nodes.get(str(dependency.get("nodeId")))
        dependency["nodeId"] = dependent["name"] if dependent else dependency["nodeId"]
        for depend in objects(dependency.get("depends")):
            depended = by_output.get(str(depend.get("output") or ""))
            if depended is not None:
                _name_depended(depend, depended, main[str(depended["id"])])
    if portable:
        for place in (place for node in nodes.values() for place in references(node)):
            for key in ("nodeId", "output"):
                named = nodes.get(str(place.get(key) or ""))
                place.update({key: named["name"]} if named else {})


def _name_depended(depend: Object, node: Object, main: str) -> None:
    """`{"nodeId": name}` for a dependency on a node's own ID or main output; another output stays."""
    if depend["output"] in (main, str(node["id"])):
        del depend["output"]
        depend["nodeId"] = node["name"]
    _drop_default(depend, "refTableName", node["name"])


def _drop_own_output(node: Object) -> None:
    """Leaves out the output that is the node's ID, where it is the only one: the provider makes it."""
    default = {"data": str(node["id"]), "artifactType": "nodeoutput", "refTableName": node["name"]}
    entries = objects(part(node, "outputs").get("nodeOutputs"))
    labelled = [{**entry, "artifactType": str(entry.get("artifactType")).casefold()} for entry in entries]
    if labelled == [default]:
        del node["outputs"]["nodeOutputs"]
        _drop_default(node, "outputs", {})


def _shorten_paths(owner: Object, path: str) -> None:
    for node in scope_of(owner):
        own = str(node["script"].get("path"))
        _drop_default(node["script"], "path", f"{path}/{node['name']}")
        for _, inner in inner_scopes(node):
            _shorten_paths(inner, own)


def _leave_out_ids(root: Object, own: str) -> None:
    workflow = workflow_of(root)
    for dependency in dependencies_of(root["spec"]):
        if str(dependency.get("nodeId")) == own:
            dependency["nodeId"] = workflow["name"]
    workflow.pop("id")
    for _, node in nodes_of(workflow):
        node.pop("id", None)


def _drop_default(holder: Object, key: str, default: Json) -> None:
    if key in holder and holder[key] == default:
        del holder[key]
