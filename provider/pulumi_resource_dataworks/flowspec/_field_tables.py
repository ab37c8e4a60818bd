"""What each field of a FlowSpec document is: one table per object_type, read by everything else.

The fields, their types and their enum labels are those of the vendor's FlowSpec library (`dw-common-spec` 2.0.0), which
reads enum labels in any case, numbers for text and text for numbers, and takes an explicit null for an absent field.
What is below a map is kept and compared as it stands.
"""

from __future__ import annotations

from ._field_types import (
    METADATA,
    RESOURCES,
    Field,
    ObjectType,
    Shape,
    boolean,
    choice,
    integer,
    many,
    mapping,
    one,
    ones,
    text,
    texts,
    values,
)

_FREE = Field(Shape.FREE)
UNKNOWN_FIELD = Field(Shape.FREE)
"""A key that no table names: the vendor's parser drops it."""

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
    "priority": integer(),
    "timeout": integer(reset=0),
    "timeoutUnit": choice(*_TIME_UNITS, open="dropped"),
    "instanceMode": choice(*_INSTANCE_MODE, reset="T+1"),
    "rerunMode": choice(*_RERUN_MODE, reset="Allowed"),
    "rerunTimes": integer(),
    "rerunInterval": integer(),
    "ignoreBranchConditionSkip": boolean(reset=False),
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

_WORKFLOW: dict[str, Field] = {
    **texts("id", "name"),
    "type": choice(*IMPORTED_KINDS, open="kept"),
    "owner": text(),
    "description": text(reset=""),
    "citable": boolean(),
    **ones("script", "trigger", "strategy"),
    "inputs": one("io"),
    "outputs": one("io"),
    "nodes": many("node"),
    "dependencies": many("dependency"),
    "metadata": METADATA,
}
"""Shared by a workflow and what a combined node or a subflow holds."""

_LOOP: dict[str, Field] = {
    "nodes": many("node"),
    "flow": many("dependency"),
    "maxIterations": integer(),
    "parallelism": integer(),
    "metadata": METADATA,
}

_AS_FLOW = {"dependencies": "Write it as flow."}

_VARIABLE_FIELDS: dict[str, Field] = {
    "id": text(server=True, strict=True),
    "inputName": text(strict=True),
    "name": text(strict=True),
    "scope": choice(*_SCOPE),
    "type": choice(*_VARIABLE),
    # The vendor's parser sets it whatever is written.
    "artifactType": Field(Shape.FREE, server=True),
    "value": text(strict=True),
    "description": text(strict=True),
    "node": one("depend"),
    "referenceVariable": one("variable"),
    "metadata": METADATA,
}

_DEPEND: dict[str, Field] = {
    "type": choice(*_DEPENDENCY),
    "nodeId": text(strict=True),
    "output": text(strict=True),
    "refTableName": text(strict=True),
    "sourceType": choice(*_SOURCE),
    "metadata": METADATA,
}

OBJECT_TYPES: dict[str, ObjectType] = {
    "document": ObjectType(
        {
            "version": text(strict=True),
            "kind": choice(*IMPORTED_KINDS),
            "spec": one("spec"),
            "metadata": METADATA,
        },
        required=("kind", "spec"),
    ),
    "spec": ObjectType(
        {
            **texts("id", "name"),
            "type": choice(*IMPORTED_KINDS, open="kept"),
            "strategy": one("strategy", no_null=True),
            "owner": text(),
            "description": text(reset=""),
            "workflows": many("workflow", no_null=True),
            "variables": many("variable", no_null=True),
            "triggers": many("trigger", no_null=True, server=True),
            "scripts": many("script", no_null=True, server=True),
            "datasources": many("datasource", no_null=True),
            "dqcRules": many("dqcRule", no_null=True),
            "runtimeResources": many("runtimeResource", no_null=True, server=True),
            "fileResources": many("fileResource", no_null=True),
            "functions": many("function", no_null=True),
            "components": many("component", no_null=True),
            "tables": many("table", no_null=True),
            "dataIntegrationJobs": many("dataIntegrationJob", no_null=True),
            "nodes": many("node", no_null=True),
            "files": one("files", no_null=True, server=True),
            "artifacts": one("io", no_null=True, server=True),
            "flow": many("dependency", no_null=True),
            "dependencies": many("dependency", no_null=True),
            "metadata": METADATA,
        },
        required=("workflows",),
    ),
    "workflow": ObjectType(
        _WORKFLOW, keys=("id", "name"), required=("name",), aliases={"flow": "dependencies"}
    ),
    "subflow": ObjectType({**_WORKFLOW, "output": text()}, aliases={"flow": "dependencies"}),
    "node": ObjectType(
        {
            **texts("id", "name"),
            "recurrence": choice(*_RECURRENCE, reset="Normal"),
            **_SCHEDULE,
            "autoParse": boolean(),
            "owner": text(),
            "description": text(reset=""),
            **ones("script", "trigger", "strategy", "datasource", "runtimeResource"),
            "inputs": one("io"),
            "outputs": one("io"),
            "datasets": many("dataset"),
            "fileResources": many("fileResource"),
            "functions": many("function"),
            **ones("reference", "component", "branch", "join", "doWhile", "foreach"),
            "combined": one("subflow"),
            **ones("subflow", "paiflow", "paramHub"),
            "metadata": METADATA,
        },
        keys=("id", "name"),
        required=("name", "script"),
        aliases={"do-while": "doWhile", "for-each": "foreach", "forEach": "foreach", "param-hub": "paramHub"},
    ),
    "doWhile": ObjectType(
        {**_LOOP, "while": one("node")},
        aliases={"specWhile": "while"},
        dropped=("maxIteration",),
        lost={**_AS_FLOW, "array": "Only a for-each walks an array."},
    ),
    "foreach": ObjectType(
        {**_LOOP, "array": one("variable")},
        dropped=("maxIteration",),
        lost={**_AS_FLOW, **dict.fromkeys(("while", "specWhile"), "Only a do-while has a condition.")},
    ),
    "reference": ObjectType({"output": text(strict=True)}, required=("output",)),
    "paiflow": ObjectType(
        {"nodes": many("node"), "flow": many("dependency"), "metadata": METADATA}, lost=_AS_FLOW
    ),
    "paramHub": ObjectType({"variables": many("variable"), "metadata": METADATA}),
    "branch": ObjectType({"branches": many("branchArm", "ordered"), "metadata": METADATA}),
    "branchArm": ObjectType(
        {
            **texts("when", "desc"),
            "output": one("nodeOutput"),
            "fromVariable": text(),
            "valueType": choice(*_VARIABLE),
            "metadata": METADATA,
        }
    ),
    "join": ObjectType(
        {"branches": many("joinBranch", "ordered"), "logic": one("logic"), "metadata": METADATA},
        dropped=("resultStatus",),
    ),
    "joinBranch": ObjectType(
        {
            **texts("name", "nodeId"),
            "output": one("nodeOutput"),
            "assertion": one("assertion"),
            "metadata": METADATA,
        },
        required=("assertion",),
        present=("name",),
    ),
    "assertion": ObjectType({"field": text(), "in": values(), "metadata": METADATA}),
    "logic": ObjectType({"expression": text(strict=True), "metadata": METADATA}),
    "script": ObjectType(
        {
            "id": text(server=True),
            **texts("path", "extension", "language", "content"),
            "runtime": one("runtime"),
            "parameters": many("variable"),
            "metadata": METADATA,
        }
    ),
    "runtime": ObjectType(
        {
            **texts("engine", "command"),
            "commandTypeId": integer(),
            "cu": text(),
            "template": mapping(),
            "container": one("container"),
            **dict.fromkeys(_JOB_CONFIGS, mapping()),
            "emrJobConfig": mapping(),
            "metadata": METADATA,
        }
    ),
    "trigger": ObjectType(
        {
            "id": text(server=True),
            "type": choice(*_TRIGGER),
            "cron": text(),
            "cycleType": choice("Daily", "NotDaily"),
            "recurrence": choice(*_RECURRENCE),
            **texts("startTime", "endTime", "timezone"),
            "delaySeconds": integer(reset=0),
            "calendarId": integer(bits=64),
            "identifier": text(),
            "metadata": METADATA,
        }
    ),
    "strategy": ObjectType(
        {
            **_SCHEDULE,
            "priorityWeightStrategy": choice("Disabled", "Upstream"),
            "maxInternalConcurrency": integer(),
            "failureStrategy": choice("Continue", "Break"),
            "recurrenceType": choice(*_RECURRENCE),
            "metadata": METADATA,
        }
    ),
    "io": ObjectType(
        {
            "nodeOutputs": many("nodeOutput", no_null=True),
            "variables": many("variable", no_null=True),
            "tables": many("table", no_null=True),
        },
        aliases={
            "nodeOutput": "nodeOutputs",
            "output": "nodeOutputs",
            "outputs": "nodeOutputs",
            "variable": "variables",
            "table": "tables",
        },
        caseless=True,
    ),
    "nodeOutput": ObjectType(
        {
            "id": text(server=True),
            "data": text(),
            "artifactType": choice(*_ARTIFACT, default="NodeOutput"),
            "refTableName": text(),
            "isDefault": boolean(server=True),
            "sourceType": choice(*_SOURCE),
            "metadata": METADATA,
        },
        keys=("data",),
        lost={"output": "Write it as data."},
    ),
    "variable": ObjectType(
        {**_VARIABLE_FIELDS, "from": one("fromVariable", no_null=True)},
        keys=("name",),
        required=("scope", "type"),
    ),
    "fromVariable": ObjectType(
        {**_VARIABLE_FIELDS, **dict.fromkeys(("nodeUuid", "nodeOutput", "nodeName"), text(strict=True))},
        required=("scope", "type"),
    ),
    "table": ObjectType(
        {
            "id": text(server=True),
            **texts("guid", "name", "ddl", "engineType", "entityType", "logicTableUuid"),
            **dict.fromkeys(("hasPartition", "isVisible"), boolean()),
            "calcEngine": one("calcEngine"),
            "sourceType": choice(*_SOURCE),
            "artifactType": choice(*_ARTIFACT, default="Table"),
            "metadata": METADATA,
        },
        keys=("guid", "name"),
    ),
    "dependency": ObjectType(
        {
            "nodeId": text(),
            "depends": many("depend"),
            "variableDepends": many("variableDepend"),
            "metadata": METADATA,
        },
        keys=("nodeId",),
        required=("nodeId",),
    ),
    "variableDepend": ObjectType(
        {"variableName": text(), "depends": many("variableSource"), "metadata": METADATA},
        keys=("variableName",),
    ),
    "depend": ObjectType(_DEPEND),
    "variableSource": ObjectType({**_DEPEND, "variableName": text()}),
    "runtimeResource": ObjectType(
        {
            "id": text(server=True),
            **texts("resourceGroup", "resourceGroupId"),
            "resourceGroupName": text(server=True),
            "cu": text(),
            "metadata": METADATA,
        }
    ),
    "datasource": ObjectType(
        {"id": text(server=True), **texts("name", "type", "subType", "config"), "metadata": METADATA}
    ),
    **RESOURCES,
}


def field_of(object_type: str, key: str) -> tuple[str, Field]:
    """The table's name and field for a key as written; an unknown key is kept as it stands."""
    table = OBJECT_TYPES.get(object_type)
    if table is None:
        return key, _FREE
    name = table.aliases.get(key, key)
    if table.caseless and name not in table.fields:
        spelt = next(
            (one for one in (*table.fields, *table.aliases) if one.casefold() == key.casefold()), key
        )
        name = table.aliases.get(spelt, spelt)
    return name, table.fields.get(name, UNKNOWN_FIELD)
