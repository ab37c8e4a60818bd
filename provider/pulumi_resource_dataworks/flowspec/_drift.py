"""What the service holds now, in the form in which the author wrote it: only what differs is written anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ._control import refolded
from ._document import Json, Object, nodes_of, objects, workflow_of
from ._fields import Field, Shape
from ._meaning import named_fields, same, same_value
from ._partners import partners
from ._resolve import main_outputs, output_of
from ._secret import like, rebuilt, relisted
from ._tables import UNKNOWN, field_of


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
    found = _entity(wrote, sent, now, "document", _names(now))
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


def _entity(wrote: Object, sent: Object, now: Object, entity: str, names: Mapping[str, str]) -> Object:
    before, after = named_fields(sent, entity), named_fields(now, entity)
    found: Object = {}
    spelt: set[str] = set()
    for key, value in wrote.items():
        name, field = field_of(entity, key)
        spelt.add(name)
        one, other = before.get(name), after.get(name)
        if field is UNKNOWN or same_value(one, other, field):
            found[key] = value
        elif other is not None:
            found[key] = _value(value, one, other, field, names)
    for name in sorted(after.keys() - spelt):
        field = field_of(entity, name)[1]
        if not same_value(before.get(name), after[name], field):
            found[name] = _added(after[name], field.entity, names)
    if entity == "node":
        found = refolded(wrote, sent, now, found)
    elif entity == "joinBranch" and "output" in found and "output" not in wrote:
        found = _watching(found, names)
    elif entity == "script" and "content" in before and "content" not in after and "content" not in spelt:
        found["content"] = ""  # what follows from the node's fields is gone
    return rebuilt(wrote, found)


def _watching(branch: Object, names: Mapping[str, str]) -> Object:
    """A join's branch that watches another output than its author wrote, by the node's name."""
    name = names.get(str(cast("Object", branch["output"]).get("data")))
    rest = {key: item for key, item in branch.items() if key not in ("nodeId", "output")}
    return {**rest, "output": branch["output"]} if name is None else {**rest, "nodeId": name}


def _value(wrote: Json, sent: Json, now: Json, field: Field, names: Mapping[str, str]) -> Json:
    if field.shape is Shape.ENTITY and all(isinstance(one, dict) for one in (wrote, sent, now)):
        return _entity(cast("Object", wrote), cast("Object", sent), cast("Object", now), field.entity, names)
    if (
        field.shape is Shape.LIST
        and field.entity
        and all(isinstance(one, list) for one in (wrote, sent, now))
    ):
        lists = cast("list[Json]", wrote), cast("list[Json]", sent), cast("list[Json]", now)
        if len(lists[0]) <= len(lists[1]):
            return _list(*lists, field, names)
    return like(wrote, now)


def _list(
    wrote: list[Json], sent: list[Json], now: list[Json], field: Field, names: Mapping[str, str]
) -> list[Json]:
    pairs = partners(sent, now, field)
    found: list[Json] = []
    for place, item in enumerate(wrote):
        if place in pairs:
            one, other = sent[place], now[pairs[place]]
            if all(isinstance(held, dict) for held in (item, one, other)):
                item = _entity(item, one, other, field.entity, names)  # noqa: PLW2901
            elif one != other:
                item = like(item, other)  # noqa: PLW2901
            found.append(item)
    taken = set(pairs.values())
    for place in range(len(wrote), len(sent)):  # what follows from other fields
        if place in pairs and not same_value([sent[place]], [now[pairs[place]]], field):
            taken.remove(pairs[place])
    return found + [_added(item, field.entity, names) for place, item in enumerate(now) if place not in taken]


def _added(value: Json, entity: str, names: Mapping[str, str]) -> Json:
    """What somebody added, with the nodes' names in its dependencies."""
    if isinstance(value, list):
        return [_added(item, entity, names) for item in cast("list[Json]", value)]
    if entity == "dependency" and isinstance(value, dict):
        entry = cast("Object", value)
        depends = [_depend(one, names) for one in objects(entry.get("depends"))]
        return {
            **entry,
            "nodeId": names.get(str(entry.get("nodeId")), entry.get("nodeId")),
            "depends": depends,
        }
    return _depend(cast("Object", value), names) if entity == "depend" and isinstance(value, dict) else value


def _depend(depend: Object, names: Mapping[str, str]) -> Object:
    name = names.get(str(depend.get("output") or depend.get("nodeId")))
    if name is None:
        return depend
    rest = {key: value for key, value in depend.items() if key not in ("output", "nodeId", "refTableName")}
    return {**rest, "nodeId": name}
