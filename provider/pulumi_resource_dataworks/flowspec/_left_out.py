"""What a document leaves out and the service fills in: kept beside it, so that somebody's change of it is seen."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import cast

from ._document import Json, Object, nodes_of, workflow_of
from ._fields import Field
from ._meaning import normal_value
from ._tables import field_of

_SCHEDULE = (
    "priority",
    "timeout",
    "timeoutUnit",
    "instanceMode",
    "rerunMode",
    "rerunTimes",
    "rerunInterval",
    "ignoreBranchConditionSkip",
)
_OFTEN = ("type", "cron", "startTime", "endTime", "timezone", "delaySeconds", "calendarId", "recurrence")
_BOTH = (
    "description",
    *(f"trigger.{name}" for name in _OFTEN),
    *(
        f"strategy.{name}"
        for name in (*_SCHEDULE, "failureStrategy", "recurrenceType", "maxInternalConcurrency")
    ),
)
_WATCHED = {
    "workflow": _BOTH,
    "node": (
        *_BOTH,
        *_SCHEDULE,
        "recurrence",
        "script.parameters",
        "datasource.name",
        "runtimeResource.resourceGroup",
        "runtimeResource.cu",
    ),
}
"""The fields that decide when, where and how something runs, below a workflow and below a node."""

_ALL = "*"

LeftOut = Mapping[str, Mapping[str, Json]]
"""By node name, the workflow's an empty one, the values that a read-back showed of fields that the document leaves out;
what most nodes have under `*`, and None for one that a node has not."""


def left_out(sent: Object, actual: Object) -> LeftOut:
    """What a read-back shows beside what was sent, under the same IDs."""
    found = {name: {path: value for path, value, _ in fields} for name, fields in _values(sent, actual)}
    nodes = {name: fields for name, fields in found.items() if name}
    common: Object = {}
    for path in _WATCHED["node"]:
        shown = [fields[path] for fields in nodes.values() if path in fields]
        if shown:
            common[path] = _most(shown)
    kept: dict[str, Object] = {_ALL: common} if common else {}
    for name, fields in nodes.items():
        own = {path: fields.get(path) for path in {*common, *fields} if fields.get(path) != common.get(path)}
        if own:
            kept[name] = dict(sorted(own.items()))
    return {**kept, **({"": found[""]} if found.get("") else {})}


def _most(values: list[Json]) -> Json:
    """The value that stands most often in a list."""
    often = Counter(map(repr, values)).most_common(1)[0][0]
    return next(value for value in values if repr(value) == often)


def changed_since(sent: Object, actual: Object, before: LeftOut) -> dict[str, Object]:
    """The fields that the document leaves out and that are not as they were: by node name, path and value.

    A value that is no longer shown is no change, as reads may be stale; nor is the known default where none was shown.
    """
    found: dict[str, Object] = {}
    for name, fields in _values(sent, actual):
        known = {**(before.get(_ALL, {}) if name else {}), **before.get(name, {})}
        for path, value, field in fields:
            was = known.get(path)
            default = field.reset if field.default is None else field.default
            if value != was and not (was is None and value == default):
                found.setdefault(name, {})[path] = value
    return found


def with_fields(spec: Object, changes: Mapping[str, Object]) -> Object:
    """The author's document with those fields written in; the same object where there are none."""
    if not changes:
        return spec
    done = copy.deepcopy(spec)
    for name, entity in [("", workflow_of(done)), *nodes_of(workflow_of(done))]:
        for path, value in changes.get(name, {}).items():
            *steps, last = path.split(".")
            holder = entity
            for step in steps:
                holder = cast("Object", holder.setdefault(step, {}))
            holder[last] = value
    return done


def _values(sent: Object, actual: Object) -> Iterator[tuple[str, list[tuple[str, Json, Field]]]]:
    """By node of both, the watched fields that only the second has."""
    ours = {str(node.get("id")): (name, node) for name, node in nodes_of(workflow_of(sent))}
    yield "", list(_fields("workflow", workflow_of(sent), workflow_of(actual)))
    for _, node in nodes_of(workflow_of(actual)):
        name, own = ours.get(str(node.get("id")), ("", None))
        if own is not None:
            yield name, list(_fields("node", own, node))


def _fields(entity: str, sent: Object, actual: Object) -> Iterator[tuple[str, Json, Field]]:
    for path in _WATCHED[entity]:
        value, field = _at(actual, path, entity)
        said, _ = _at(sent, path, entity)
        if value not in (None, "", [], {}) and said in (None, "", [], {}):
            yield path, value, field


def _at(value: Object, path: str, entity: str) -> tuple[Json, Field]:
    """The normal form of the value at a path, and its field."""
    held: Json = value
    field = field_of(entity, "")[1]
    for step in path.split("."):
        field = field_of(entity, step)[1]
        held = cast("Object", held).get(step) if isinstance(held, dict) else None
        entity = field.entity
    return (None if held is None else normal_value(held, field)), field
