"""What each field of a FlowSpec document is: one table per entity, read by everything else.

The fields, their types and their enum labels are those of the vendor's FlowSpec library (`dw-common-spec` 2.0.0), which
reads enum labels in any case, numbers for text and text for numbers, and takes an explicit null for an absent field.
A field that no table names is kept and compared as it stands.
"""

from __future__ import annotations

from typing import Any

from ._fields import Entity, Field, ListOrder, Shape


def _text(**options: Any) -> Field:
    return Field(Shape.TEXT, **options)


def _integer(**options: Any) -> Field:
    return Field(Shape.INTEGER, **options)


def _boolean(**options: Any) -> Field:
    return Field(Shape.BOOLEAN, **options)


def _choice(*choices: str, **options: Any) -> Field:
    return Field(Shape.CHOICE, choices=choices, **options)


def _one(entity: str, **options: Any) -> Field:
    return Field(Shape.ENTITY, entity=entity, **options)


def _many(entity: str, order: ListOrder = "set", **options: Any) -> Field:
    return Field(Shape.LIST, entity=entity, order=order, **options)


FREE = Field(Shape.FREE)
FREE_ARTIFACT = Field(Shape.FREE, server=True)
"""A variable's artifact type: the vendor's parser sets it whatever is written."""
UNKNOWN = Field(Shape.FREE)
"""A key that no table names: the vendor's parser drops it."""
MAP = Field(Shape.MAP)
FREE_LIST = Field(Shape.LIST)
_METADATA = Field(Shape.MAP, server=True)
"""The service fills `metadata` on every level with tenant, project, owner and times."""

IMPORTED_KINDS = ("CycleWorkflow", "ManualWorkflow", "TriggerWorkflow")
_RECURRENCE = ("Normal", "Pause", "Skip", "NoneAuto")
_INSTANCE_MODE = ("T+1", "Immediately")
_RERUN_MODE = ("Allowed", "Denied", "FailureAllowed")
_DEPENDENCY = (
    "Normal",
    "CrossCycleDependsOnSelf",
    "CrossCycleDependsOnChildren",
    "CrossCycleDependsOnOtherNode",
)
_TRIGGER = ("Scheduler", "Manual", "Streaming", "None", "Custom")
_SOURCE = ("System", "Manual", "CodeParse")
_SCOPE = ("Tenant", "Workspace", "Workflow", "NodeParameter", "NodeContext")
_VARIABLE = ("NoKvVariableExpression", "System", "Constant", "NodeOutput", "PaiOutput", "PassThrough")
_TIME_UNITS = ("NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS")
_ARTIFACT = ("Table", "File", "NodeOutput", "Variable")

_SCHEDULE: dict[str, Field] = {
    "priority": _integer(filled=True),
    "timeout": _integer(reset=0, filled=True),
    "timeoutUnit": _choice(*_TIME_UNITS, open=True, filled=True),
    "instanceMode": _choice(*_INSTANCE_MODE, reset="T+1", filled=True),
    "rerunMode": _choice(*_RERUN_MODE, reset="Allowed", filled=True),
    "rerunTimes": _integer(filled=True),
    "rerunInterval": _integer(filled=True),
    "ignoreBranchConditionSkip": _boolean(reset=False),
}
"""Shared by a node and a workflow's strategy. The reset values are what the service fills in for a new node; those of
rerunTimes and rerunInterval come from the workspace's settings, so nothing general undoes them."""

_JOB_CONFIGS = (
    "cdhJobConfig",
    "adbJobConfig",
    "lindormJobConfig",
    "sparkConf",
    "flinkConf",
    "streamJobConfig",
    "paiflowConf",
    "maxComputeConf",
)

_SPEC_LISTS = (
    "variables",
    "triggers",
    "scripts",
    "files",
    "artifacts",
    "datasources",
    "dqcRules",
    "runtimeResources",
    "fileResources",
    "functions",
    "nodes",
    "components",
    "tables",
    "dataIntegrationJobs",
)
"""Lists beside the workflow that the parser reads; the import takes the workflow alone."""

ENTITIES: dict[str, Entity] = {
    "document": Entity(
        {
            "version": _text(strict=True),
            "kind": _choice(*IMPORTED_KINDS),
            "spec": _one("spec"),
            "metadata": _METADATA,
        },
        required=("kind", "spec"),
    ),
    "spec": Entity(
        {
            "id": _text(),
            "name": _text(),
            "type": _choice(*IMPORTED_KINDS, open=True),
            "strategy": _one("strategy"),
            "owner": _text(filled=True),
            "description": _text(reset=""),
            "workflows": _many("workflow", no_null=True),
            **dict.fromkeys(_SPEC_LISTS, FREE),
            "flow": _many("dependency", no_null=True),
            "dependencies": _many("dependency"),
            "metadata": _METADATA,
        },
        required=("workflows",),
    ),
    "workflow": Entity(
        {
            "id": _text(),
            "name": _text(),
            "type": _choice(*IMPORTED_KINDS, open=True),
            "owner": _text(filled=True),
            "description": _text(reset=""),
            "citable": _boolean(filled=True),
            "script": _one("script"),
            "trigger": _one("trigger"),
            "strategy": _one("strategy"),
            "inputs": _one("io"),
            "outputs": _one("io", filled=True),
            "nodes": _many("node"),
            "dependencies": _many("dependency"),
            "metadata": _METADATA,
        },
        keys=("id", "name"),
        required=("name",),
        aliases={"flow": "dependencies"},
    ),
    "node": Entity(
        {
            "id": _text(),
            "name": _text(),
            "recurrence": _choice(*_RECURRENCE, reset="Normal", filled=True),
            **_SCHEDULE,
            "autoParse": _boolean(filled=True),
            "owner": _text(filled=True),
            "description": _text(reset=""),
            "script": _one("script"),
            "trigger": _one("trigger"),
            "strategy": _one("strategy"),
            "datasource": _one("datasource"),
            "runtimeResource": _one("runtimeResource"),
            "inputs": _one("io"),
            "outputs": _one("io"),
            "datasets": FREE_LIST,
            "fileResources": FREE_LIST,
            "functions": FREE_LIST,
            "reference": FREE,
            "component": FREE,
            "branch": _one("branch"),
            "join": _one("join"),
            "doWhile": _one("controller"),
            "foreach": _one("controller"),
            "combined": _one("controller"),
            "subflow": _one("controller"),
            "paiflow": _one("paiflow"),
            "paramHub": _one("paramHub"),
            "metadata": _METADATA,
        },
        keys=("id", "name"),
        required=("name", "script"),
        aliases={"do-while": "doWhile", "for-each": "foreach", "forEach": "foreach", "param-hub": "paramHub"},
    ),
    "controller": Entity(
        {
            "nodes": _many("node"),
            "while": _one("node"),
            "flow": _many("dependency"),
            "dependencies": _many("dependency"),
            "maxIterations": _integer(),
            "parallelism": _integer(),
            "array": _one("variable"),
            **dict.fromkeys(
                ("id", "name", "output", "citable", "inputs", "outputs", "script", "type", "owner"), FREE
            ),
            **dict.fromkeys(("trigger", "strategy", "description"), FREE),
            "metadata": _METADATA,
        },
        aliases={"specWhile": "while"},
        dropped=("maxIteration",),
    ),
    "paiflow": Entity({"nodes": _many("node"), "flow": _many("dependency"), "metadata": _METADATA}),
    "paramHub": Entity({"variables": _many("variable"), "metadata": _METADATA}),
    "branch": Entity({"branches": _many("branchArm", "ordered"), "metadata": _METADATA}),
    "branchArm": Entity(
        {
            "when": _text(),
            "desc": _text(),
            "output": _one("nodeOutput"),
            "fromVariable": FREE,
            "valueType": _choice(*_VARIABLE),
            "metadata": _METADATA,
        },
    ),
    "join": Entity(
        {
            "branches": _many("joinBranch", "ordered"),
            "logic": _one("logic"),
            "metadata": _METADATA,
        },
        dropped=("resultStatus",),
    ),
    "joinBranch": Entity(
        {
            "name": _text(),
            "nodeId": _text(),
            "output": _one("nodeOutput"),
            "assertion": _one("assertion"),
            "metadata": _METADATA,
        },
        required=("assertion",),
        present=("name",),
    ),
    "assertion": Entity({"field": _text(), "in": FREE_LIST, "metadata": _METADATA}),
    "logic": Entity({"expression": _text(strict=True), "metadata": _METADATA}),
    "script": Entity(
        {
            "id": _text(server=True),
            "path": _text(),
            "extension": _text(filled=True),
            "language": _text(filled=True),
            "content": _text(),
            "runtime": _one("runtime"),
            "parameters": _many("variable"),
            "metadata": _METADATA,
        },
    ),
    "runtime": Entity(
        {
            "engine": _text(),
            "command": _text(),
            "commandTypeId": _integer(filled=True),
            "cu": _text(filled=True),
            "template": FREE,
            "container": FREE,
            **dict.fromkeys(_JOB_CONFIGS, MAP),
            "emrJobConfig": Field(Shape.MAP, filled=True),
            "metadata": _METADATA,
        },
    ),
    "trigger": Entity(
        {
            "id": _text(server=True),
            "type": _choice(*_TRIGGER),
            "cron": _text(),
            "cycleType": _choice("Daily", "NotDaily", filled=True),
            "recurrence": _choice(*_RECURRENCE),
            "startTime": _text(),
            "endTime": _text(),
            "timezone": _text(),
            "delaySeconds": _integer(reset=0),
            "calendarId": _integer(),
            "identifier": _text(),
            "metadata": _METADATA,
        },
    ),
    "strategy": Entity(
        {
            **_SCHEDULE,
            "priorityWeightStrategy": _choice("Disabled", "Upstream", filled=True),
            "maxInternalConcurrency": _integer(filled=True),
            "failureStrategy": _choice("Continue", "Break"),
            "recurrenceType": _choice(*_RECURRENCE, filled=True),
            "metadata": _METADATA,
        },
    ),
    "io": Entity(
        {
            "nodeOutputs": _many("nodeOutput", no_null=True),
            "variables": _many("variable", no_null=True),
            "tables": _many("table", no_null=True),
            "files": FREE,
        },
        aliases={
            "nodeOutput": "nodeOutputs",
            "output": "nodeOutputs",
            "outputs": "nodeOutputs",
            "variable": "variables",
            "table": "tables",
        },
    ),
    "nodeOutput": Entity(
        {
            "id": _text(server=True),
            "data": _text(),
            "artifactType": _choice(*_ARTIFACT, default="NodeOutput"),
            "refTableName": _text(),
            "isDefault": _boolean(server=True),
            "sourceType": _choice(*_SOURCE, filled=True),
            "nodeId": _text(),
            "output": _text(),
            "metadata": _METADATA,
        },
        keys=("data",),
    ),
    "variable": Entity(
        {
            "id": _text(server=True, strict=True),
            "inputName": _text(strict=True),
            "name": _text(strict=True),
            "scope": _choice(*_SCOPE),
            "type": _choice(*_VARIABLE),
            "artifactType": FREE_ARTIFACT,
            "value": _text(strict=True),
            "description": _text(),
            "node": _one("depend"),
            "referenceVariable": _one("variable"),
            "from": FREE,
            "metadata": _METADATA,
        },
        keys=("name",),
        required=("scope", "type"),
    ),
    "table": Entity(
        {
            "id": _text(server=True),
            "guid": _text(),
            "name": _text(),
            **dict.fromkeys(
                ("ddl", "hasPartition", "isVisible", "calcEngine", "engineType", "entityType"), FREE
            ),
            "logicTableUuid": FREE,
            "artifactType": _choice(*_ARTIFACT, default="Table"),
            "metadata": _METADATA,
        },
        keys=("guid", "name"),
    ),
    "dependency": Entity(
        {"nodeId": _text(), "depends": _many("depend"), "variableDepends": FREE, "metadata": _METADATA},
        keys=("nodeId",),
        required=("nodeId",),
    ),
    "depend": Entity(
        {
            "type": _choice(*_DEPENDENCY),
            "nodeId": _text(strict=True),
            "output": _text(strict=True),
            "refTableName": _text(strict=True),
            "sourceType": _choice(*_SOURCE, filled=True),
            "metadata": _METADATA,
        },
    ),
    "runtimeResource": Entity(
        {
            "id": _text(server=True),
            "resourceGroup": _text(),
            "resourceGroupId": _text(),
            "resourceGroupName": _text(filled=True),
            "cu": _text(filled=True),
            "metadata": _METADATA,
        },
    ),
    "datasource": Entity(
        {
            "id": _text(server=True),
            "name": _text(),
            "type": _text(),
            "subType": _text(),
            "config": FREE,
            "metadata": _METADATA,
        },
    ),
}


def field_of(entity: str, key: str) -> tuple[str, Field]:
    """The table's name and field for a key as written; an unknown key is kept as it stands."""
    table = ENTITIES.get(entity)
    if table is None:
        return key, FREE
    name = table.aliases.get(key, key)
    return name, table.fields.get(name, UNKNOWN)
