"""What the service fills in where a document is silent, and how a change of it is seen."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ._comparison import entry_of, normal_value, same_value
from ._document import Json, Object, is_list, is_object, nodes_of, part, workflow_of
from ._field_tables import field_of
from ._field_types import Field
from ._node_types import TYPE_IDS

# --- What the service fills in where a document is silent: all that a read for an import leaves out
#
# A value is left out where the service is known to give just that one by itself: then a document without it means the
# same in an update that keeps what is left out, in one that resets it, and in a new workflow. Whatever has no default here
# stays in the document, and so does a value beside a strategy that says another one: whether a node follows a strategy is
# not known, and neither is which of the two somebody meant.
#
# Sources: [F] real traffic of Feb 2025 (DWDevin), [D] the official sample of GetWorkflowDefinition, [B] dumps of real
# workspaces in the vendor's own test resources (2025), [L] the vendor's FlowSpec library and its documentation.
#
# Without a default, as nothing recorded says what the service gives: `autoParse` (dumps show both), `extension`, `cycleType`,
# `sourceType` of a dependency and of an output that is not the owner's own, the other job settings, `cu` of a resource group,
# and of a strategy `timeout`, `instanceMode`, `rerunMode` and the reruns, which were sent in all that is recorded. An `owner`
# is whoever imports, and who that will be cannot be known.


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
        """What the service says of the workspace in the workflow's metadata."""
        return part(part(self.workflow, "metadata"), "project")

    @property
    def command(self) -> str:
        """The node type, of a script or of its runtime."""
        runtime = part(self.holder, "runtime") or self.holder
        return str(runtime.get("command") or "").upper()

    @property
    def own_outputs(self) -> list[Object]:
        """The outputs that the service gives a workflow or a node by itself."""
        name = self.owner.get("name")
        data = [self.owner.get("id")]
        if self.owner is self.workflow and self.project.get("projectIdentifier"):
            data.append(f"{self.project['projectIdentifier']}.{name}")
        return [{"data": one, "refTableName": name} for one in data if one]


@dataclass(frozen=True, slots=True)
class Default:
    """What the service gives a field by itself.

    Attributes:
        value: The value, or what makes it of the surroundings; None where it is not known. Of a list, each entry that may be there.
        source: Where that is known from.
    """

    value: Any | Callable[[Surroundings], Any]
    source: str


def _recurrence(around: Surroundings) -> Json:
    return None if around.kind == "triggerworkflow" else "Normal"


def _of_workspace(key: str) -> Callable[[Surroundings], Json]:
    return lambda around: None if around.portable else around.project.get(key)


def _by_type(values: Mapping[str, Json]) -> Callable[[Surroundings], Json]:
    return lambda around: values.get(around.command)


def _source_type(around: Surroundings) -> Json:
    own = [output["data"] for output in around.own_outputs]
    return "System" if around.holder.get("data") in own else None


_LANGUAGES = {
    "DIDE_SHELL": "shell-script",
    "EMR_SPARK_SQL": "spark-sql",
    "ODPS_SQL": "odps-sql",
    "PYODPS3": "python3",
    "PYTHON": "python3",
}
"""Of types whose scripts are of one language; of an assignment and of a loop's end it is a setting."""

_CONTROLS = ("ASSIGNMENT", "BRANCH", "CYCLE", "CYCLE_END", "JOIN", "TRAVERSE")
_QUARTER = (
    *(f"CONTROLLER_{name}" for name in _CONTROLS),
    *(
        "DIDE_SHELL",
        "EMR_SPARK_SQL",
        "ODPS_SQL",
        "PAI_DLC",
        "PAI_FLOW",
        "PAI_STUDIO",
        "PARAM_HUB",
        "SUB_PROCESS",
    ),
)
_COMPUTE_UNITS = {**dict.fromkeys(_QUARTER, "0.25"), "VIRTUAL": "0", "PYTHON": "0.5"}

_EMR_SPARK_SQL = {
    "ENABLE_SPARKSQL_JDBC": False,
    "FLOW_SKIP_SQL_ANALYZE": False,
    "REUSE_SESSION": False,
    "priority": "1",
    "queue": "default",
}
_NUMBERS = {command.upper(): number for command, number in TYPE_IDS.items()}

_PRIORITY = Default(1, "[L] docs/spec/spec-fields.md: 1 to 8, 1 by default; [B] of a strategy")
_TIMEOUT_UNIT = Default("HOURS", "[L] SpecNode.timeoutUnit: absent means hours; [B] from April 2025 on")

DEFAULTS: Mapping[str, Mapping[str, Default]] = {
    "spec": {
        "owner": Default(lambda around: around.workflow.get("owner"), "[F][D] it is the workflow's owner"),
    },
    "workflow": {"citable": Default(False, "[F] in every read-back")},
    "node": {
        "recurrence": Default(_recurrence, "[F]; a trigger workflow's is not recorded"),
        "priority": _PRIORITY,
        "timeout": Default(0, "[F], [B] in 54 nodes of 55; the vendor's guide says 4"),
        "timeoutUnit": _TIMEOUT_UNIT,
        "instanceMode": Default("T+1", "[F]"),
        "rerunMode": Default("Allowed", "[F]"),
        "rerunTimes": Default(_of_workspace("schedulerMaxRetryTimes"), "[F] the workspace's setting"),
        "rerunInterval": Default(_of_workspace("schedulerRetryInterval"), "[F] the workspace's setting"),
    },
    "strategy": {
        "priority": _PRIORITY,
        "priorityWeightStrategy": Default("Disabled", "[B] in every dump that has it"),
        "maxInternalConcurrency": Default(0, "[B] in every dump that has it"),
        "timeoutUnit": _TIMEOUT_UNIT,
        "recurrenceType": Default(_recurrence, "[F]; NoneAuto of a trigger workflow in [B]"),
    },
    "script": {"language": Default(_by_type(_LANGUAGES), "[F][B] by node type")},
    "runtime": {
        "commandTypeId": Default(_by_type(_NUMBERS), "[L] CodeProgramType"),
        "cu": Default(_by_type(_COMPUTE_UNITS), "[F][B] by node type"),
        "emrJobConfig": Default(_by_type({"EMR_SPARK_SQL": _EMR_SPARK_SQL}), "[F] by node type"),
    },
    "io": {
        "nodeOutputs": Default(
            lambda around: around.own_outputs if around.owner is around.workflow else None,
            "[F] the workflow's ID, and its name after the workspace's; [D] the ID alone",
        ),
    },
    "nodeOutput": {"sourceType": Default(_source_type, "[B] of the owner's own outputs")},
}
"""By object_type and field, what is left out of a document that is read for an import."""

OF_ONE_WORKSPACE = frozenset({"owner"})
"""What a document for other workspaces cannot have."""

_FOLLOWS = {"recurrence": "recurrenceType"}
"""A node's fields that a strategy has under another name."""


def is_filled(object_type: str, name: str, value: Json, around: Surroundings) -> bool:
    """Whether a value is the one that the service gives where a document leaves it out."""
    default = DEFAULTS.get(object_type, {}).get(name)
    known: Json = default and (default.value(around) if callable(default.value) else default.value)
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


_RERUNS = ("rerunMode", "rerunTimes", "rerunInterval")
_SCHEDULE = ("priority", "timeout", "timeoutUnit", "instanceMode", *_RERUNS, "ignoreBranchConditionSkip")
_TRIGGER = ("type", "cron", "startTime", "endTime", "timezone", "delaySeconds", "calendarId", "recurrence")
_STRATEGY = (*_SCHEDULE, "failureStrategy", "recurrenceType", "maxInternalConcurrency")
_RUNS_WITH = ("script.parameters", "datasource.name", "runtimeResource.resourceGroup", "runtimeResource.cu")
_BOTH = (
    "description",
    *(f"trigger.{name}" for name in _TRIGGER),
    *(f"strategy.{name}" for name in _STRATEGY),
)


def _field_at(object_type: str, path: str) -> Field:
    field = entry_of(object_type)
    for step in path.split("."):
        field = field_of(field.object_type, step)[1]
    return field


_WATCHED = {
    object_type: {path: _field_at(object_type, path) for path in paths}
    for object_type, paths in {
        "workflow": _BOTH,
        "node": (*_BOTH, *_SCHEDULE, "recurrence", *_RUNS_WITH),
    }.items()
}
"""The fields that decide when, where and how something runs, below a workflow and below a node."""

_ALL = "*"

LeftOut = Mapping[str, Mapping[str, Json]]
"""By node name, the workflow's an empty one, the values that a read-back showed of fields that the document leaves out;
what most nodes have under `*`, and None for one that a node has not."""


def left_out(sent: Object, actual: Object) -> LeftOut:
    """What a read-back shows beside what was sent, under the same IDs."""
    nodes = dict(_filled_in(sent, actual))
    workflow = nodes.pop("")
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
    return {**kept, "": workflow} if workflow else kept


def _most(values: list[Json]) -> Json:
    """The value that stands most often in a list."""
    often = Counter(map(repr, values)).most_common(1)[0][0]
    return next(value for value in values if repr(value) == often)


def changed_since(sent: Object, actual: Object, before: LeftOut) -> dict[str, Object]:
    """The fields that the document leaves out and that are not as they were: by node name, path and value.

    A value that is no longer shown is no change, as reads may be stale; nor is the known default where none was shown.
    """
    found: dict[str, Object] = {}
    for name, fields in _filled_in(sent, actual):
        known = {**(before.get(_ALL, {}) if name else {}), **before.get(name, {})}
        for path, value in fields.items():
            field, was = _WATCHED["node" if name else "workflow"][path], known.get(path)
            default = field.reset if field.default is None else field.default
            if value != was and not (was is None and value == default):
                found.setdefault(name, {})[path] = value
    return found


def with_fields(spec: Object, changes: Mapping[str, Object]) -> Object:
    """The author's document with those fields written in; the same object where there are none."""
    if not changes:
        return spec
    done = copy.deepcopy(spec)
    for name, owner in [("", workflow_of(done)), *nodes_of(workflow_of(done))]:
        for path, value in changes.get(name, {}).items():
            *steps, last = path.split(".")
            holder = owner
            for step in steps:
                holder = holder.setdefault(step, {})
            holder[last] = value
    return done


def _filled_in(sent: Object, actual: Object) -> Iterator[tuple[str, Object]]:
    """By node of both, the watched fields that only the second has."""
    ours = {str(node.get("id")): (name, node) for name, node in nodes_of(workflow_of(sent))}
    yield "", _fields("workflow", workflow_of(sent), workflow_of(actual))
    for _, node in nodes_of(workflow_of(actual)):
        name, own = ours.get(str(node.get("id")), ("", None))
        if own is not None:
            yield name, _fields("node", own, node)


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
