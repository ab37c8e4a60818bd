"""The document as its author wrote it, and without what the provider adds by itself."""

from __future__ import annotations

import copy
import operator
from collections.abc import Iterator
from typing import Any, Literal, cast

from ._comparison import named_fields, same, same_value
from ._completion import HOLD_VARIABLES, complete, output_of, outputs_of
from ._control_completion import shorten
from ._document import Document, Json, Object, inner_scopes, nodes_of, objects, scope_of, workflow_of
from ._fields import Field, Shape
from ._partners import partners
from ._problems import InvalidDocumentError, Path
from ._secrets import is_secret, like, rebuilt, relisted
from ._tables import UNKNOWN, field_of
from ._validation import validate

# --- The document as its author wrote it: the form in which Pulumi's state holds it, and how two of them differ


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


def arranged(old: Object, new: Object, object_type: str = "document") -> Object:
    """The new document with its sets in the order of the old one: Pulumi compares lists by their indices.

    What is new in a set comes last; where something has left it, an entry that stays as it is takes that place, as far as
    there is one, so that an entry which changes keeps its index.
    """
    before = named_fields(old, object_type)
    found: Object = {}
    for key, item in new.items():
        name, field = field_of(object_type, key)
        other = before.get(name)
        if item is other or type(item) is str:
            found[key] = item
            continue
        if field.shape is Shape.ENTITY and isinstance(item, dict) and isinstance(other, dict):
            found[key] = arranged(cast("Object", other), cast("Object", item), field.object_type)
        elif (
            field.shape is Shape.LIST
            and field.object_type
            and isinstance(item, list)
            and isinstance(other, list)
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
        return arranged(cast("Object", old), cast("Object", new), field.object_type)
    return new


def differences(old: Object, new: Object) -> dict[Path, ChangeKind]:
    """The smallest places in which two documents differ in meaning, the new one arranged as the old one."""
    return dict(_object_differences(old, new, "document", ()))


def _object_differences(
    old: Object, new: Object, object_type: str, path: Path
) -> Iterator[tuple[Path, ChangeKind]]:
    before, after = _spellings(old, object_type), _spellings(new, object_type)
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name), after.get(name)
        field = field_of(object_type, name)[1]
        if one and other and one != other:
            if not same_value(old[one], new[other], field):
                yield (*path, one), "delete"
                yield (*path, other), "add"
        else:
            key = one or other or name
            yield from _value(old.get(key), new.get(key), field, (*path, key))


def _spellings(value: Object, object_type: str) -> dict[str, str]:
    """The keys as they are written, by the names of their fields."""
    return {
        field_of(object_type, key)[0]: key for key in value if field_of(object_type, key)[1] is not UNKNOWN
    }


def _value(old: Json, new: Json, field: Field, path: Path) -> Iterator[tuple[Path, ChangeKind]]:
    if field.server or old is new or (old is not None and type(old) is type(new) and old == new):
        return
    plain = not (is_secret(old) or is_secret(new))
    if plain and isinstance(old, dict) and isinstance(new, dict):
        if field.shape is Shape.ENTITY:
            yield from _object_differences(cast("Object", old), cast("Object", new), field.object_type, path)
        else:
            yield from _map(cast("Object", old), cast("Object", new), field, path)
        return
    if (
        plain
        and field.shape is Shape.LIST
        and field.object_type
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
        yield from _object_differences(cast("Object", old), cast("Object", new), field.object_type, path)
    elif old != new:
        yield path, "update"


def _same(old: Json, new: Json, field: Field) -> bool:
    one = Field(Shape.ENTITY, object_type=field.object_type)
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


# --- A document without what the provider adds by itself: the inverse of `complete`
#
# What it leaves out is not believed but tried: `short` completes the result again and compares.


def short(root: Object, *, portable: bool = False) -> Object:
    """The shortest document that means the same; the given one where none is found.

    Args:
        root: A whole document, as a read for `pulumi import` gives it.
        portable: Leave out the IDs of the workflow and of its nodes too: what chooses them has to know them.
    """
    for controls in (True, False):
        found: Object = copy.deepcopy(root)
        _shorten(found, portable=portable, controls=controls)
        if means(found, root):
            return found
    return root


def means(found: Object, root: Object) -> bool:
    """Whether a shorter document is completed to one that means the same, where it is given the same IDs."""
    workflow = workflow_of(root)
    ids = {name: str(node["id"]) for name, node in nodes_of(workflow)}
    try:
        validate(Document(found))
        completed = complete(found, lambda name: ids[name] if name else str(workflow["id"]))
    except (InvalidDocumentError, KeyError):
        return False
    return same(completed, root)


def scopes(owner: Object) -> Iterator[Object]:
    """A workflow, and every set of nodes that a control node in it holds."""
    yield owner
    for node in scope_of(owner):
        for _, inner in inner_scopes(node):
            yield from scopes(inner)


def references(node: Object) -> Iterator[Object]:
    """What a node's variables say of the nodes that they are of."""
    for key in sorted(HOLD_VARIABLES):
        yield from _node_fields(node.get(key))
    yield from _node_fields(_object(node, "script").get("parameters"))


def _node_fields(value: Json) -> Iterator[Object]:
    if isinstance(value, list):
        for item in cast("list[Json]", value):
            yield from _node_fields(item)
    elif isinstance(value, dict):
        fields = cast("Object", value)
        if isinstance(fields.get("node"), dict):
            yield fields["node"]
        for item in fields.values():
            yield from _node_fields(item)


def _shorten(root: Object, *, portable: bool, controls: bool) -> None:
    spec, workflow = root["spec"], workflow_of(root)
    name, own = workflow["name"], str(workflow["id"])
    path = str(workflow["script"]["path"])
    for key, value in (("id", own), ("name", name), ("type", root["kind"])):
        if spec.get(key) == value:
            del spec[key]
    for scope in list(scopes(workflow)):
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


def dependencies_of(scope: Object) -> list[Object]:
    """What a set of nodes says of who waits for whom, in both spellings."""
    return objects(scope.get("dependencies")) + objects(scope.get("flow"))


def _name_depended(depend: Object, node: Object, main: str) -> None:
    """`{"nodeId": name}` for a dependency on a node's own ID or main output; another output stays."""
    if depend["output"] in (main, str(node["id"])):
        del depend["output"]
        depend["nodeId"] = node["name"]
    _drop_default(depend, "refTableName", node["name"])


def _drop_own_output(node: Object) -> None:
    """Leaves out the output that is the node's ID, where it is the only one: the provider makes it."""
    entries = objects(_object(node, "outputs").get("nodeOutputs"))
    default = {"data": str(node["id"]), "artifactType": "nodeoutput", "refTableName": node["name"]}
    if [{**entry, "artifactType": str(entry.get("artifactType")).casefold()} for entry in entries] == [
        default
    ]:
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


def _object(holder: Object, key: str) -> Object:
    return holder.get(key) or {}


def _drop_default(holder: Object, key: str, default: Json) -> None:
    if key in holder and holder[key] == default:
        del holder[key]
