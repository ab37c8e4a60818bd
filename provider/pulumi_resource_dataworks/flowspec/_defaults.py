"""What the service fills in where a document is silent: all that a read for an import leaves out.

A value is left out where the service is known to give just that one by itself: then a document without it means the
same in an update that keeps what is left out, in one that resets it, and in a new workflow. Whatever has no default here
stays in the document, and so does a value beside a strategy that says another one: whether a node follows a strategy is
not known, and neither is which of the two somebody meant.

Sources: [F] real traffic of Feb 2025 (DWDevin), [D] the official sample of GetWorkflowDefinition, [B] dumps of real
workspaces in the vendor's own test resources (2025), [L] the vendor's FlowSpec library and its documentation.

Without a default, as nothing recorded says what the service gives: `autoParse` (dumps show both), `extension`, `cycleType`,
`sourceType` of a dependency and of an output that is not the owner's own, the other job settings, `cu` of a resource group,
and of a strategy `timeout`, `instanceMode`, `rerunMode` and the reruns, which were sent in all that is recorded. An `owner`
is whoever imports, and who that will be cannot be known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from ._commands import TYPE_IDS
from ._document import Json, Object, part, workflow_of
from ._meaning import same_value
from ._tables import field_of


@dataclass(frozen=True, slots=True)
class Around:
    """What a value of a read-back stands in.

    Attributes:
        kind: The document's kind.
        workflow: Its workflow.
        portable: Whether the document is meant for other workspaces: the defaults of this one say nothing there.
        owner: The workflow or node that it is of.
        holder: The object that has it.
        strategies: What the strategies around it say.
    """

    kind: str
    workflow: Object
    portable: bool
    owner: Object
    holder: Object
    strategies: tuple[Object, ...] = ()

    @classmethod
    def of(cls, root: Object, *, portable: bool = False) -> Around:
        """The beginning, outside of the whole document."""
        workflow = workflow_of(root)
        return cls(str(root.get("kind")).casefold(), workflow, portable, workflow, root)

    def within(self, holder: Object, entity: str) -> Around:
        """The same one step further in."""
        owner = holder if entity in {"workflow", "node"} else self.owner
        strategy = holder.get("strategy")
        more = (cast("Object", strategy),) if isinstance(strategy, dict) else ()
        return replace(self, owner=owner, holder=holder, strategies=(*self.strategies, *more))

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
    def own_outputs(self) -> list[Json]:
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
        value: The value, or what makes it of what is around; None where it is not known. Of a list, each entry that may be there.
        source: Where that is known from.
    """

    value: Any | Callable[[Around], Any]
    source: str


def _recurrence(around: Around) -> Json:
    return None if around.kind == "triggerworkflow" else "Normal"


def _of_workspace(key: str) -> Callable[[Around], Json]:
    return lambda around: None if around.portable else around.project.get(key)


def _source_type(around: Around) -> Json:
    own = [cast("Object", output)["data"] for output in around.own_outputs]
    return "System" if around.holder.get("data") in own else None


_LANGUAGES = {
    "DIDE_SHELL": "shell-script",
    "EMR_SPARK_SQL": "spark-sql",
    "ODPS_SQL": "odps-sql",
    "PYODPS3": "python3",
    "PYTHON": "python3",
}
"""Of types whose scripts are of one language; of an assignment and of a loop's end it is a setting."""

_QUARTER = (
    "CONTROLLER_ASSIGNMENT",
    "CONTROLLER_BRANCH",
    "CONTROLLER_CYCLE",
    "CONTROLLER_CYCLE_END",
    "CONTROLLER_JOIN",
    "CONTROLLER_TRAVERSE",
    "DIDE_SHELL",
    "EMR_SPARK_SQL",
    "ODPS_SQL",
    "PAI_DLC",
    "PAI_FLOW",
    "PAI_STUDIO",
    "PARAM_HUB",
    "SUB_PROCESS",
)
_COMPUTE_UNITS = {**dict.fromkeys(_QUARTER, "0.25"), "VIRTUAL": "0", "PYTHON": "0.5"}

_EMR_JOB_CONFIGS = {
    "EMR_SPARK_SQL": {
        "ENABLE_SPARKSQL_JDBC": False,
        "FLOW_SKIP_SQL_ANALYZE": False,
        "REUSE_SESSION": False,
        "priority": "1",
        "queue": "default",
    }
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
    "script": {"language": Default(lambda around: _LANGUAGES.get(around.command), "[F][B] by node type")},
    "runtime": {
        "commandTypeId": Default(lambda around: _NUMBERS.get(around.command), "[L] CodeProgramType"),
        "cu": Default(lambda around: _COMPUTE_UNITS.get(around.command), "[F][B] by node type"),
        "emrJobConfig": Default(lambda around: _EMR_JOB_CONFIGS.get(around.command), "[F] by node type"),
    },
    "io": {
        "nodeOutputs": Default(
            lambda around: around.own_outputs if around.owner is around.workflow else None,
            "[F] the workflow's ID, and its name after the workspace's; [D] the ID alone",
        ),
    },
    "nodeOutput": {"sourceType": Default(_source_type, "[B] of the owner's own outputs")},
}
"""By entity and field, what is left out of a document that is read for an import."""

OF_ONE_WORKSPACE = frozenset({"owner"})
"""What a document for other workspaces cannot have."""

_FOLLOWS = {"recurrence": "recurrenceType"}
"""A node's fields that a strategy has under another name."""


def is_filled(entity: str, name: str, value: Json, around: Around) -> bool:
    """Whether a value is the one that the service gives where a document leaves it out."""
    default = DEFAULTS.get(entity, {}).get(name)
    known = default.value(around) if default and callable(default.value) else default and default.value
    if known is None:
        return False
    field = field_of(entity, name)[1]
    if isinstance(known, list):
        given = cast("list[Json]", value) if isinstance(value, list) else [value]
        return all(
            any(same_value([one], [item], field) for item in cast("list[Json]", known)) for one in given
        )
    key = _FOLLOWS.get(name, name)
    beside = [strategy.get(key) for strategy in around.strategies] if entity in {"node", "strategy"} else []
    return all(one is None or same_value(one, known, field) for one in (value, *beside))
