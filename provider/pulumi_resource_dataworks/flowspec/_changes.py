"""How one document differs from another, in the words of its author; and the author's form of a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from ._comparison import (
    are_lists,
    are_objects,
    entry_of,
    is_empty,
    named_fields,
    normal_value,
    partners,
    same_value,
)
from ._nodes import depends_of, inner_scopes, nodes_of, own_nodes, runtime_of, script_of, workflow_of
from ._tables import Field, field_of
from ._values import Json, Object, is_exact, is_object, like, mapped, rebuilt

# --- The document as its author wrote it: the form in which Pulumi's state holds it, and how two of them differ


def authored(value: Json) -> Json:
    """The document without nulls, which mean nothing, and with numbers that a float cannot hold as text."""
    if is_object(value):
        return rebuilt(value, {key: authored(item) for key, item in value.items() if item is not None})
    if isinstance(value, int) and not isinstance(value, bool) and not is_exact(value):
        return like(value, str(value))
    return mapped(value, authored)


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
        return rebuilt(new, items)
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
    return rebuilt(new, slots)


# --- What is said of it


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


@dataclass(frozen=True, slots=True)
class _Node:
    """A node and where it stands: in which control node, none for the workflow, and in which field of that."""

    name: str
    value: Object
    holder: str
    field: str


def changes(old: Object, new: Object) -> Changes:
    """How the new document differs from the old one; nodes are the same by ID, then by name."""
    before, after = _nodes_by_key(old), _nodes_by_key(new)
    pairs = _pair(before, after)
    edges_before, edges_after = (
        {edge_of(*pair) for pair in depends_of(workflow_of(root))} for root in (old, new)
    )
    ignored = _NODES if edges_before == edges_after else _NODES | _FLOWS
    old_path, path = (_path(workflow_of(root)) for root in (old, new))
    changed: dict[str, list[str]] = {}
    moved: dict[str, str] = {}
    for key, other in pairs.items():
        was, now = before[key], after[other]
        fields = list(_differing(was.value, now.value, "node", ignored))
        if "script.path" in fields and _path(now.value) == path + _path(was.value).removeprefix(old_path):
            fields.remove("script.path")  # it goes along with its workflow
        if fields:
            changed[now.name] = fields
        if was.field != now.field or pairs.get(was.holder, was.holder) != now.holder:
            moved[now.name] = was.name
    kept = set(pairs.values())
    gone = {key: node for key, node in before.items() if key not in pairs}
    came = [node for key, node in after.items() if key not in kept]
    return Changes(
        added=[node.name for node in came],
        removed=[node.name for node in gone.values()],
        changed=changed,
        renamed=dict(_renamed(gone, came)),
        moved=moved,
        edges_added=sorted(edges_after - edges_before, key=repr),
        edges_removed=sorted(edges_before - edges_after, key=repr),
        workflow=list(_differing(workflow_of(old), workflow_of(new), "workflow", ignored)),
        document=[field for field in _differing(old, new, "document", ignored) if field != "spec.workflows"],
    )


def _path(holder: Object) -> str:
    return str(script_of(holder).get("path") or "")


def _nodes_by_key(root: Object) -> dict[str, _Node]:
    """Every node by its ID, else its name; those of control nodes too."""
    names = {id(node): name for name, node in nodes_of(workflow_of(root))}

    def inside(owner: Object, holder: str, field: str) -> Iterator[tuple[str, _Node]]:
        for path, node in own_nodes(owner, ()):
            name = names[id(node)]
            key = str(node.get("id") or name)
            yield key, _Node(name, node, holder, f"{field}.{field_of('doWhile', str(path[0]))[0]}")
            for inner_field, inner in inner_scopes(node):
                yield from inside(inner, key, field_of("node", inner_field)[0])

    return dict(inside(workflow_of(root), "", ""))


def _pair(before: dict[str, _Node], after: dict[str, _Node]) -> dict[str, str]:
    pairs = {key: key for key in before if key in after}
    names = {node.name: key for key, node in after.items() if key not in before}
    for key, node in before.items():
        if key not in after and node.name in names:
            pairs[key] = names.pop(node.name)
    return pairs


def _renamed(gone: dict[str, _Node], came: list[_Node]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Removed nodes whose script is that of one added node, and of no other."""
    for own, node in gone.items():
        content = _script(node.value)
        alike = [added.name for added in came if content and _script(added.value) == content]
        if len(alike) == 1 and own.isdecimal():
            yield node.name, (alike[0], own)


def _script(node: Object) -> tuple[Json, ...]:
    content = script_of(node).get("content")
    return (content, runtime_of(node).get("command")) if content else ()


_NODES = frozenset({"nodes", "while"})
_FLOWS = frozenset({"dependencies", "flow"})
_SCOPES = {"workflow", "subflow", "doWhile", "foreach", "paiflow"}


def _differing(
    old: Object, new: Object, object_type: str, ignored: frozenset[str], prefix: str = ""
) -> Iterator[str]:
    """The names of the fields in which two objects differ; of a scope, those that are reported otherwise are left aside."""
    before, after = named_fields(old, object_type), named_fields(new, object_type)
    for name in before | after:
        one, other = before.get(name), after.get(name)
        field = field_of(object_type, name)[1]
        if same_value(one, other, field) or (object_type in _SCOPES and name in ignored):
            continue
        if are_objects(field, one, other) and not (is_empty(one, field) or is_empty(other, field)):
            yield from _differing(before[name], after[name], field.object_type, ignored, f"{prefix}{name}.")
        else:
            yield prefix + name


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
