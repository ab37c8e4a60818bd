"""What the service fills in where a document is silent, and how a change of it is seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from ._comparison import normal_value, same_value
from ._nodes import nodes_of, workflow_of
from ._tables import NODE_TYPES, OBJECT_TYPES, Field, NodeType, field_of
from ._values import Json, Object, copied, is_list, is_object, objects, part

# --- What the service fills in where a document is silent: all that a read for an import leaves out
#
# A value is left out where the service is known to give just that one by itself: then a document without it means the
# same in an update that keeps what is left out, in one that resets it, and in a new workflow. Whatever has no default in
# `fields.toml` stays in the document, and so does a value beside a strategy that says another one: whether a node follows a
# strategy is not known, and neither is which of the two somebody meant.


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a value of a read-back stands in.

    Attributes:
        kind: The document's kind.
        workflow: Its workflow.
        portable: Whether the document is meant for other workspaces: the defaults of this one say nothing there.
        owner: The workflow or node that it is of.
        holder: The object that has it.
        strategies: The strategies of all objects around it.
    """

    kind: str
    workflow: Object
    portable: bool
    owner: Object
    holder: Object
    strategies: tuple[Object, ...] = ()

    @classmethod
    def of(cls, root: Object, *, portable: bool = False) -> Surroundings:
        """The beginning, outside of the whole document."""
        workflow = workflow_of(root)
        return cls(str(root.get("kind")).casefold(), workflow, portable, workflow, root)

    def within(self, holder: Object, object_type: str) -> Surroundings:
        """The same one step further in."""
        owner = holder if object_type in {"workflow", "node"} else self.owner
        strategy = holder.get("strategy")
        strategies = (*self.strategies, strategy) if is_object(strategy) else self.strategies
        return replace(self, owner=owner, holder=holder, strategies=strategies)

    @property
    def project(self) -> Object:
        """What the service says of the workspace in the metadata of the workflow, or of a node that stands alone."""
        holders = self.workflow, self.owner
        of_workflow, of_owner = (part(part(one, "metadata"), "project") for one in holders)
        return of_workflow or of_owner

    @property
    def node_type(self) -> NodeType | None:
        """The node type, of a script or of its runtime."""
        runtime = part(self.holder, "runtime") or self.holder
        return NODE_TYPES.get(str(runtime.get("command") or "").upper())

    @property
    def own_outputs(self) -> list[Object]:
        """The outputs that the service gives a workflow or a node by itself."""
        name = self.owner.get("name")
        data = [self.owner.get("id")]
        if self.owner is self.workflow and self.project.get("projectIdentifier"):
            data.append(f"{self.project['projectIdentifier']}.{name}")
        return [{"data": one, "refTableName": name} for one in data if one]


def workspace_of(root: Object) -> str:
    """The workspace's name, which the service writes into the metadata of a workflow; empty where it does not."""
    name = Surroundings.of(root).project.get("projectIdentifier")
    return name if isinstance(name, str) else ""


def _source_of_output(around: Surroundings) -> Json:
    own = [output["data"] for output in around.own_outputs]
    return "System" if around.holder.get("data") in own else None


_TEMPLATE = re.compile(
    r"(#!.*\n)?(?P<rule>[#/-]*\*{20,}[#/-]*)\n[#/-]*author:.*\n[#/-]*create time:.*\n(?P=rule)\s*"
)


def _template(around: Surroundings) -> Json:
    content = around.holder.get("content")
    return content if isinstance(content, str) and _TEMPLATE.fullmatch(content) else None


def _of_workspace(key: str) -> Callable[[Surroundings], Json]:
    return lambda around: None if around.portable else around.project.get(key)


def _of_type(key: str) -> Callable[[Surroundings], Json]:
    return lambda around: (
        around.node_type and {"commandTypeId": around.node_type.number, **around.node_type.filled}.get(key)
    )


_MADE: Mapping[str, Callable[[Surroundings], Json]] = {
    "recurrence": lambda around: None if around.kind == "triggerworkflow" else "Normal",
    "workflow owner": lambda around: around.workflow.get("owner"),
    "own outputs": lambda around: around.own_outputs if around.owner is around.workflow else None,
    "source of an output": _source_of_output,
    "template": _template,
    **{
        f"workspace {key}": _of_workspace(key) for key in ("schedulerMaxRetryTimes", "schedulerRetryInterval")
    },
    **{f"type {key}": _of_type(key) for key in ("commandTypeId", "language", "cu", "emrJobConfig")},
}
"""How `fields.toml` has a value made of what it stands in; None where it is not known. Of a list, each entry that may be there."""

OF_ONE_WORKSPACE = frozenset({"owner"})
"""What a document for other workspaces cannot have."""

_FOLLOWS = {"recurrence": "recurrenceType"}
"""A node's fields that a strategy has under another name."""


def is_filled(object_type: str, name: str, value: Json, around: Surroundings) -> bool:
    """Whether a value is the one that the service gives where a document leaves it out."""
    default = OBJECT_TYPES[object_type].filled.get(name, {})
    known: Json = _MADE[default["made"]](around) if "made" in default else default.get("value")
    if known is None:
        return False
    field = field_of(object_type, name)[1]
    if is_list(known):
        entries = value if is_list(value) else [value]
        return all(any(same_value([one], [entry], field) for one in known) for entry in entries)
    beside: list[Json] = []
    if object_type in {"node", "strategy"}:
        beside = [strategy.get(_FOLLOWS.get(name, name)) for strategy in around.strategies]
    return all(one is None or same_value(one, known, field) for one in (value, *beside))


# --- What a document leaves out and the service fills in: kept beside it, so that somebody's change of it is seen


_WITH_WATCHED = ("trigger", "strategy")
_WATCHED = {
    owner: {
        f"{part}.{name}" if part else name: field
        for part in ("", *parts)
        for name, field in sorted(OBJECT_TYPES[part or owner].fields.items(), key=lambda row: row[0])
        if field.watched
    }
    for owner, parts in {
        "workflow": _WITH_WATCHED,
        "node": (*_WITH_WATCHED, "script", "datasource", "runtimeResource"),
    }.items()
}
"""The fields that decide when, where and how something runs, below a workflow and below a node."""

_LISTS = (
    "outputs.nodeOutputs",
    "outputs.variables",
    "outputs.tables",
    "inputs.variables",
    "inputs.tables",
    "functions",
    "fileResources",
    "datasets",
)
_ADDED_TO = {
    owner: {
        path: field_of(part or owner, last)[1]
        for path in _LISTS
        for part, _, last in [path.rpartition(".")]
        if (part or last) in OBJECT_TYPES[owner].fields
    }
    for owner in ("workflow", "node")
}
"""The lists below a workflow and below a node to which the service adds entries of its own, and people do: an import is without these."""

_ALL = "*"

LeftOut = Mapping[str, Mapping[str, Json]]
"""By node name, the workflow's an empty one, the values that a read-back showed of fields that the document leaves out, and of
lists the keys of entries that it does not have; what most nodes have under `*`, and None for one that a node has not."""


def left_out(sent: Object, actual: Object) -> LeftOut:
    """What a read-back shows beside what was sent, under the same IDs."""
    nodes = {
        name: {
            **_fields(kind, own, there),
            **{path: sorted(entries) for path, entries in _added(kind, own, there, actual).items()},
        }
        for name, kind, own, there in _pairs(sent, actual)
    }
    workflow = nodes.pop("")
    common: Object = {}
    for path in (*_WATCHED["node"], *_ADDED_TO["node"]):
        shown = [fields[path] for fields in nodes.values() if path in fields]
        if shown:
            common[path] = _most(shown)
    kept: dict[str, Object] = {_ALL: common} if common else {}
    for name, fields in nodes.items():
        own = {path: fields.get(path) for path in {*common, *fields} if fields.get(path) != common.get(path)}
        if own:
            kept[name] = dict(sorted(own.items()))
    return {**kept, "": workflow} if workflow else kept


def _most(values: list[Json]) -> Json:
    """The value that stands most often in a list."""
    often = Counter(map(repr, values)).most_common(1)[0][0]
    return next(value for value in values if repr(value) == often)


def changed_since(sent: Object, actual: Object, before: LeftOut) -> dict[str, Object]:
    """The fields that the document leaves out and that are not as they were: by node name, path and value.

    A value that is no longer shown is no change, as reads may be stale; nor is the known default where none was shown. A list to
    which somebody has added is given whole: what was sent, and that.
    """
    found: dict[str, Object] = {}
    for name, kind, own, there in _pairs(sent, actual):
        known = {**(before.get(_ALL, {}) if name else {}), **before.get(name, {})}
        for path, value in _fields(kind, own, there).items():
            field, was = _WATCHED[kind][path], known.get(path)
            default = field.reset if field.default is None else field.default
            if value != was and not (was is None and value == default):
                found.setdefault(name, {})[path] = value
        for path, entries in _added(kind, own, there, actual).items():
            new = [entry for key, entry in entries.items() if key not in (known.get(path) or ())]
            if new:
                found.setdefault(name, {})[path] = [*_listed(own, path), *new]
    return found


def leaves_out(new: Object, sent: Object, path: str, value: Json) -> bool:
    """Whether a workflow, or a node, does not say what `changed_since` gave beside what was sent; of a list, not all of it."""
    if path in _LISTS and is_list(value):
        said = [_key(entry) for owner in (new, sent) for entry in _listed(owner, path)]
        return any(_key(entry) not in said for entry in objects(value))
    return path.split(".", maxsplit=1)[0] not in new


def with_fields(spec: Object, changes: Mapping[str, Object]) -> Object:
    """The author's document with those fields written in; the same object where there are none."""
    if not changes:
        return spec
    done: Object = copied(spec)
    for name, owner in [("", workflow_of(done)), *nodes_of(workflow_of(done))]:
        for path, value in changes.get(name, {}).items():
            *steps, last = path.split(".")
            holder = owner
            for step in steps:
                holder = holder.setdefault(step, {})
            holder[last] = value
    return done


def _pairs(sent: Object, actual: Object) -> Iterator[tuple[str, str, Object, Object]]:
    """By the name that was sent, the workflow's an empty one, each workflow and node of both: its kind, what was sent, and what is there."""
    ours = {str(node.get("id")): (name, node) for name, node in nodes_of(workflow_of(sent))}
    yield "", "workflow", workflow_of(sent), workflow_of(actual)
    for _, node in nodes_of(workflow_of(actual)):
        name, own = ours.get(str(node.get("id")), ("", None))
        if own is not None:
            yield name, "node", own, node


def _added(kind: str, sent: Object, there: Object, actual: Object) -> dict[str, dict[str, Object]]:
    """By path and key, the entries of lists that only the second has, but for the outputs that each workflow and node has."""
    own = {str(there.get("id")), f"{workspace_of(actual)}.{there.get('name')}"}
    found: dict[str, dict[str, Object]] = {}
    for path, field in _ADDED_TO[kind].items():
        ours = {_key(entry) for entry in _listed(sent, path)} | own
        entries = objects(normal_value(list(_listed(there, path)), field))
        new = {_key(entry): entry for entry in entries if _key(entry) not in ours}
        if new:
            found[path] = new
    return found


def _listed(owner: Object, path: str) -> list[Object]:
    holder, _, last = path.rpartition(".")
    return list(objects((part(owner, holder) if holder else owner).get(last)))


def _key(entry: Object) -> str:
    """What distinguishes an entry from others in its list."""
    return next((str(entry[key]) for key in ("data", "guid", "identifier", "name") if entry.get(key)), "")


def _fields(object_type: str, sent: Object, actual: Object) -> Object:
    found: Object = {}
    for path, field in _WATCHED[object_type].items():
        value = _value_at(actual, path, field)
        if value is not None and _value_at(sent, path, field) is None:
            found[path] = value
    return found


def _value_at(owner: Object, path: str, field: Field) -> Json:
    """The normal form of the value at a path; None where it says nothing."""
    *steps, last = path.split(".")
    for step in steps:
        owner = part(owner, step)
    value = owner.get(last)
    shaped = None if value is None else normal_value(value, field)
    return None if shaped in ("", [], {}) else shaped
