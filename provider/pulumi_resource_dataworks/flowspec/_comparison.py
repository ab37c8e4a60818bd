"""What a document means, and how two of them differ."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import cast

from ._document import Json, Object, canonical, inner_scopes, nodes_of, objects, scope_of, workflow_of
from ._fields import Field, Shape
from ._ids import rename_ids
from ._tables import ENTITIES, UNKNOWN, field_of

DIGEST_VERSION = "1"
"""Stands before the digest. A change of what the digest is made of gets a new number."""


def same(one: Object, other: Object) -> bool:
    """Whether two documents mean the same: formatting, key order, order of sets and case of labels aside."""
    return one is other or same_object(one, other, "document")


def normal(root: Object) -> Object:
    """The form that two documents share when, and only when, they mean the same."""
    return normal_object(root, "document")


def digest(root: Object) -> str:
    """A hash of what a document means, its own IDs aside: `1:` and 64 hexadecimal digits."""
    workflow = workflow_of(root)
    own = {str(node.get("id")): f"\0{name}" for name, node in nodes_of(workflow)}
    own[str(workflow.get("id"))] = "\0"
    text = canonical(normal(cast("Object", rename_ids(root, own))))
    return f"{DIGEST_VERSION}:{hashlib.sha256(text.encode()).hexdigest()}"


def named_fields(value: Object, object_type: str) -> dict[str, Json]:
    """An object's values by the names of its table; of two spellings of one field, the one that says something."""
    table = ENTITIES.get(object_type)
    if table is not None and value.keys() <= table.fields.keys():
        return value
    found: dict[str, Json] = {}
    for key, item in value.items():
        name, field = field_of(object_type, key)
        if field is not UNKNOWN and (key == name or not found.get(name)) and (item or not found.get(name)):
            found[name] = item
    return found


def normal_object(value: Object, object_type: str) -> Object:
    """The normal form of one object; absent, null, empty and defaulted are one and the same, unknown keys are gone."""
    found: Object = {}
    for name, item in named_fields(value, object_type).items():
        field = field_of(object_type, name)[1]
        if field.server or item is None:
            continue
        shaped = normal_value(item, field)
        if shaped not in ({}, []) and shaped != field.default:
            found[name] = shaped
    return found


def normal_value(value: Json, field: Field) -> Json:
    """The normal form of one value."""
    if field.shape is Shape.ENTITY and isinstance(value, dict):
        return normal_object(cast("Object", value), field.object_type)
    if field.shape is Shape.LIST and isinstance(value, list):
        items = [_normal_item(item, field) for item in cast("list[Json]", value)]
        return sorted(items, key=_sort_key) if field.order == "set" else items
    if field.shape is Shape.CHOICE and isinstance(value, str):
        return _label(value, field)
    return _normal_scalar(value, field.shape)


def _label(value: str, field: Field) -> str:
    """The label that a text means: in any case, or as the constant in the vendor's library, which writes a node's strategy so.

    There `T+1` is T_PLUS_1, `FailureAllowed` FAILURE_ALLOWED and `Denied` ALL_DENIED (dw-common-spec 2.0.0, run).
    """
    folded = value.casefold().removeprefix("all_").replace("_plus_", "+").replace("_", "")
    return next((choice for choice in field.choices if choice.casefold() == folded), value)


def same_object(one: Object, other: Object, object_type: str) -> bool:
    """Whether two objects have one normal form."""
    ours, theirs = named_fields(one, object_type), named_fields(other, object_type)
    return all(
        same_value(ours.get(name), theirs.get(name), field_of(object_type, name)[1])
        for name in ours.keys() | theirs.keys()
    )


def same_value(one: Json, other: Json, field: Field) -> bool:
    """Whether two values mean the same. Items of a list that are written alike are not looked into."""
    if field.server:
        return True
    if isinstance(one, dict) and isinstance(other, dict) and field.shape is Shape.ENTITY:
        return same_object(cast("Object", one), cast("Object", other), field.object_type)
    if isinstance(one, list) and isinstance(other, list) and field.shape is Shape.LIST and field.object_type:
        ours, theirs = cast("list[Json]", one), cast("list[Json]", other)
        pairs = _pairs(ours, theirs, field)
        if pairs is not None:
            return all(
                first == second or same_object(first, second, field.object_type) for first, second in pairs
            )
    return one == other or bool(_bare(one, field) == _bare(other, field))


def _bare(value: Json, field: Field) -> Json:
    shaped = None if value is None else normal_value(value, field)
    return None if shaped in ({}, []) or shaped == field.default else shaped


def _pairs(one: list[Json], other: list[Json], field: Field) -> list[tuple[Object, Object]] | None:
    """The items of two lists side by side where each has a key of its own; None where they have to be looked at whole."""
    if len(one) != len(other) or not all(isinstance(item, dict) for item in (*one, *other)):
        return None
    ours, theirs = cast("list[Object]", one), cast("list[Object]", other)
    if field.order == "ordered":
        return list(zip(ours, theirs, strict=True))
    key = next(iter(ENTITIES[field.object_type].keys), "")
    by_key = {str(item.get(key)): item for item in theirs if item.get(key)}
    ours_by_key = {str(item.get(key)): item for item in ours if item.get(key)}
    if len(by_key) != len(theirs) or by_key.keys() != ours_by_key.keys():
        return None
    return [(item, by_key[name]) for name, item in ours_by_key.items()]


def _normal_item(item: Json, field: Field) -> Json:
    return normal_object(cast("Object", item), field.object_type) if isinstance(item, dict) else item


_sort_key = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=repr).encode
"""Puts a set in order; an item may hold what is not known yet."""


_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")


def _normal_scalar(value: Json, shape: Shape) -> Json:
    if shape is Shape.TEXT and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if shape is Shape.INTEGER and isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if shape is Shape.BOOLEAN and isinstance(value, str):
        return value.casefold() == "true"
    return _without_nulls(value)


def _without_nulls(value: Json) -> Json:
    """A free value as the vendor's parser reads it: an explicit null in an object is an absent field."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in cast("Object", value).items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in cast("list[Json]", value)]
    return value


@dataclass(frozen=True, slots=True)
class Edge:
    """One dependency: a node, and what it depends on."""

    node: str
    type: str
    output: str


@dataclass(frozen=True, slots=True)
class Changes:
    """How one document differs from another, in the words of its author.

    Attributes:
        added: Names of nodes that only the new one has.
        removed: Names of nodes that only the old one has.
        changed: Names of nodes that differ, with the names of the fields that do.
        renamed: Removed nodes that an added one is like, by name: its name, and the ID that would keep the history.
        moved: Nodes that another control node holds, or none any more: their names, and those that they had.
        edges_added: Dependencies that only the new one has.
        edges_removed: Dependencies that only the old one has.
        workflow: The workflow's own fields that differ.
        document: The fields around the workflow that differ.
    """

    added: list[str] = dataclass_field(default_factory=list[str])
    removed: list[str] = dataclass_field(default_factory=list[str])
    changed: dict[str, list[str]] = dataclass_field(default_factory=dict[str, list[str]])
    renamed: dict[str, tuple[str, str]] = dataclass_field(default_factory=dict[str, tuple[str, str]])
    moved: dict[str, str] = dataclass_field(default_factory=dict[str, str])
    edges_added: list[Edge] = dataclass_field(default_factory=list[Edge])
    edges_removed: list[Edge] = dataclass_field(default_factory=list[Edge])
    workflow: list[str] = dataclass_field(default_factory=list[str])
    document: list[str] = dataclass_field(default_factory=list[str])

    def describe(self) -> str:
        """One line: `changes the script of "a" and "b"; adds "c"; ...`; empty where nothing differs. Equal changes are one."""
        alike: dict[str, list[str]] = {}
        for name, fields in self.changed.items():
            alike.setdefault(", ".join(map(_field, sorted(fields))), []).append(name)
        groups = sorted(alike.items(), key=lambda group: (group[0] != _SCRIPT, -len(group[1])))
        parts = [f"changes {fields} of {_listed(names)}" for fields, names in groups[:_MANY]]
        rest = [name for _, names in groups[_MANY:] for name in names]
        parts += [f"changes other fields of {_listed(rest)}"] if rest else []
        old, new = set(self.renamed), {name for name, _ in self.renamed.values()}
        added = [name for name in self.added if name not in new]
        removed = [name for name in self.removed if name not in old]
        parts += [
            f"{verb} {_listed(names)}" for verb, names in (("adds", added), ("removes", removed)) if names
        ]
        parts += _first(
            [
                f'replaces "{name}" by "{other}", likely a rename: to keep its history, give it the id {own}'
                for name, (other, own) in self.renamed.items()
            ],
            "renames",
        )
        parts += _first([f'moves "{old}" to "{new}"' for new, old in self.moved.items()], "moves")
        for verb, edges in (("adds", self.edges_added), ("removes", self.edges_removed)):
            parts += [f"{verb} {_dependencies(len(edges))}"] if edges else []
        parts += [f"changes the workflow's {', '.join(sorted(self.workflow))}"] if self.workflow else []
        parts += [f"changes the document's {', '.join(sorted(self.document))}"] if self.document else []
        return "; ".join(parts)

    def count(self) -> str:
        """The same without a name from the document, for one that is a secret: `adds 1 node; changes 2 nodes`."""
        counts = {"adds": len(self.added), "removes": len(self.removed), "moves": len(self.moved)}
        counts["changes"] = len(self.changed)
        parts = [f"{verb} {number} node{'s' * (number > 1)}" for verb, number in counts.items() if number]
        edges = len(self.edges_added) + len(self.edges_removed)
        parts += [f"changes {_dependencies(edges)}"] if edges else []
        parts += ["changes the workflow's own fields"] if self.workflow or self.document else []
        return "; ".join(parts)


def _dependencies(number: int) -> str:
    return "1 dependency" if number == 1 else f"{number} dependencies"


def changes(old: Object, new: Object) -> Changes:
    """How the new document differs from the old one; nodes are the same by ID, then by name."""
    before, after = _nodes_by_key(old), _nodes_by_key(new)
    pairs = _pair(before, after)
    edges_before, edges_after = set(_edges(workflow_of(old))), set(_edges(workflow_of(new)))
    aside = _NODES if edges_before == edges_after else _NODES | _FLOWS
    changed: dict[str, list[str]] = {}
    for old_key, new_key in pairs.items():
        fields = list(_differing(before[old_key][1], after[new_key][1], "node", aside))
        if fields:
            changed[after[new_key][0]] = fields
    places_before, places_after = _places(old, before), _places(new, after)
    kept = set(pairs.values())
    gone = {key: held for key, held in before.items() if key not in pairs}
    came = [held for key, held in after.items() if key not in kept]
    return Changes(
        added=[name for name, _ in came],
        removed=[name for name, _ in gone.values()],
        changed=changed,
        renamed=dict(_renamed(gone, came)),
        moved={
            after[other][0]: before[one][0]
            for one, other in pairs.items()
            if _moved(places_before[one], places_after[other], pairs)
        },
        edges_added=sorted(edges_after - edges_before, key=repr),
        edges_removed=sorted(edges_before - edges_after, key=repr),
        workflow=list(_differing(workflow_of(old), workflow_of(new), "workflow", aside)),
        document=[field for field in _differing(old, new, "document", aside) if field != "spec.workflows"],
    )


def _renamed(
    gone: dict[str, tuple[str, Object]], came: list[tuple[str, Object]]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Removed nodes whose script is that of one added node, and of no other."""
    for own, (name, node) in gone.items():
        content = _script(node)
        alike = [other for other, added in came if content and _script(added) == content]
        if len(alike) == 1 and own.isdecimal():
            yield name, (alike[0], own)


def _script(node: Object) -> tuple[Json, ...]:
    script: Object = node.get("script") or {}
    runtime: Object = script.get("runtime") or {}
    return (script["content"], runtime.get("command")) if script.get("content") else ()


_NODES = frozenset({"nodes", "while"})
_FLOWS = frozenset({"dependencies", "flow"})
_SCOPES = {"workflow", "subflow", "doWhile", "foreach", "paiflow"}


def _differing(
    old: Object, new: Object, object_type: str, aside: frozenset[str], prefix: str = ""
) -> Iterator[str]:
    """The names of the fields in which two objects differ; of a scope, those that are told otherwise are left aside."""
    if old == new:
        return
    before, after = normal_object(old, object_type), normal_object(new, object_type)
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key), after.get(key)
        if one == other or (object_type in _SCOPES and key in aside):
            continue
        field = field_of(object_type, key)[1]
        if field.shape is Shape.ENTITY and isinstance(one, dict) and isinstance(other, dict):
            ours, theirs = cast("Object", one), cast("Object", other)
            yield from _differing(ours, theirs, field.object_type, aside, f"{prefix}{key}.")
        else:
            yield prefix + key


Place = tuple[str, str]
"""Where a node stands: the key of the control node that holds it, none for the workflow, and the field in that."""


def _places(root: Object, nodes: dict[str, tuple[str, Object]]) -> dict[str, Place]:
    """Where each node stands, by its key."""
    keys = {id(node): key for key, (_, node) in nodes.items()}

    def below(owner: Object, holder: str, field: str) -> Iterator[tuple[str, Place]]:
        for part, held in (
            ("nodes", owner.get("nodes")),
            ("while", [owner.get("while"), owner.get("specWhile")]),
        ):
            for node in objects(held):
                key = keys.get(id(node), "")
                yield key, (holder, f"{field}.{part}")
                for name, inner in inner_scopes(node):
                    yield from below(inner, key, field_of("node", name)[0])

    return dict(below(workflow_of(root), "", ""))


def _moved(before: Place, after: Place, pairs: dict[str, str]) -> bool:
    return before[1] != after[1] or pairs.get(before[0], before[0]) != after[0]


def _nodes_by_key(root: Object) -> dict[str, tuple[str, Object]]:
    return {str(node.get("id") or name): (name, node) for name, node in nodes_of(workflow_of(root))}


def _pair(before: dict[str, tuple[str, Object]], after: dict[str, tuple[str, Object]]) -> dict[str, str]:
    pairs = {key: key for key in before if key in after}
    names = {name: key for key, (name, _) in after.items() if key not in before}
    for key, (name, _) in before.items():
        if key not in after and name in names:
            pairs[key] = names.pop(name)
    return pairs


def _edges(owner: Object) -> Iterator[Edge]:
    return (edge_of(*pair) for pair in depends_of(owner))


def depends_of(owner: Object) -> Iterator[tuple[Object, Object]]:
    """Each entry of a workflow's `dependencies`, with each of its `depends`; those of inner sets of nodes too."""
    for key in ("dependencies", "flow"):
        for dependency in objects(owner.get(key)):
            for depend in objects(dependency.get("depends")):
                yield dependency, depend
    for node in scope_of(owner):
        for _, inner in inner_scopes(node):
            yield from depends_of(inner)


def edge_of(dependency: Object, depend: Object) -> Edge:
    """One of the things that an entry of `dependencies` says its node depends on."""
    target = depend.get("output") or depend.get("nodeId") or ""
    kind = normal_value(depend.get("type") or "Normal", field_of("depend", "type")[1])
    return Edge(str(dependency.get("nodeId")), str(kind), str(target))


_SCRIPT = "the script"
_MANY = 3
"""How many clauses of a kind a summary has at the most."""


def _field(path: str) -> str:
    return _SCRIPT if path == "script.content" else path


def _first(parts: list[str], noun: str) -> list[str]:
    rest = len(parts) - _MANY
    return parts[:_MANY] + ([f"{rest} more {noun if rest > 1 else noun[:-1]}"] if rest > 0 else [])


def _listed(names: list[str]) -> str:
    """The names; of many the first ones, after their number."""
    quoted = [f'"{name}"' for name in names]
    if len(names) > _LISTED:
        return f"{len(names)} nodes: {', '.join(quoted[:3])} and {len(names) - 3} more"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


_LISTED = 5
