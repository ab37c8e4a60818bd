"""FlowSpec's entities as the vendor's library knows them: one table for parsing, coercing and writing.

Source: the vendor's domain classes (aliyun/dataworks-spec, library 2.0.0-1) and the documents that this library wrote.
A key that is not in an entity's table is dropped, as the vendor's parser drops it. The order of a table is the order in
which the vendor writes: an entity's own first field, its id, the rest. Where no written document shows a field, it stands
where the class declares it.

A field's kind is `str` (numbers are taken for text), `text` (they are not), `int`, `bool`, `map` (free object), `any`, `const:<value>`,
`enum:<name>`, `<Entity>` or `[<Entity>]`.
"""

from collections.abc import Mapping
from typing import Final

ENUMS: Final[Mapping[str, tuple[str, ...]]] = {
    "NodeRecurrenceType": ("Normal", "Pause", "Skip", "NoneAuto"),
    "NodeInstanceModeType": ("T+1", "Immediately"),
    "NodeRerunModeType": ("Allowed", "Denied", "FailureAllowed"),
    "DependencyType": (
        "Normal",
        "CrossCycleDependsOnSelf",
        "CrossCycleDependsOnChildren",
        "CrossCycleDependsOnOtherNode",
    ),
    "TriggerType": ("Scheduler", "Manual", "Streaming", "None", "Custom"),
    "CycleType": ("Daily", "NotDaily"),
    "VariableScopeType": ("Tenant", "Workspace", "Workflow", "NodeParameter", "NodeContext"),
    "VariableType": (
        "NoKvVariableExpression",
        "System",
        "Constant",
        "NodeOutput",
        "PaiOutput",
        "PassThrough",
    ),
    "ArtifactType": ("Table", "File", "NodeOutput", "Variable"),
    "SourceType": ("System", "Manual", "CodeParse"),
    "FailureStrategy": ("Continue", "Break"),
    "PriorityWeightStrategy": ("Disabled", "Upstream"),
}

TIME_UNITS: Final = ("NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS")

KINDS: Final = (
    "CycleWorkflow",
    "ManualWorkflow",
    "TriggerWorkflow",
    "ManualNode",
    "TemporaryWorkflow",
    "PaiFlow",
    "BatchDeployment",
    "DataSource",
    "DataQuality",
    "DataCatalog",
    "Table",
    "Node",
    "Component",
    "Resource",
    "Function",
    "DataIntegrationJob",
)
"""Kinds that the parser takes; `Workflow` and `DataService` are in its enum and yet refused."""

_SCHEDULE: Final = {
    "timeout": "int",
    "timeoutUnit": "timeunit",
    "instanceMode": "enum:NodeInstanceModeType",
    "rerunMode": "enum:NodeRerunModeType",
    "rerunTimes": "int",
    "rerunInterval": "int",
    "ignoreBranchConditionSkip": "bool",
}
_JOB_CONFIGS: Final = (
    "emrJobConfig",
    "cdhJobConfig",
    "adbJobConfig",
    "lindormJobConfig",
    "sparkConf",
    "flinkConf",
    "streamJobConfig",
    "paiflowConf",
    "maxComputeConf",
)
_SUBFLOW: Final = {
    "script": "Script",
    "id": "str",
    "trigger": "Trigger",
    "strategy": "Strategy",
    "name": "str",
    "type": "str",
    "owner": "str",
    "description": "str",
    "citable": "bool",
    "metadata": "map",
    "inputs": "Io",
    "outputs": "Io",
    "nodes": "[Node]",
    "dependencies": "[FlowDepend]",
}

ENTITIES: Final[Mapping[str, Mapping[str, str]]] = {
    "Specification": {"version": "text", "kind": "str", "spec": "Spec", "metadata": "map"},
    "Spec": {
        "name": "str",
        "id": "str",
        "type": "str",
        "strategy": "Strategy",
        "owner": "str",
        "description": "str",
        "workflows": "[Workflow]",
        "nodes": "[Node]",
        "flow": "[FlowDepend]",
        "dependencies": "[FlowDepend]",
        "variables": "[Variable]",
    },
    "Workflow": _SUBFLOW,
    "SubFlow": {**_SUBFLOW, "output": "any"},
    "Node": {
        "recurrence": "enum:NodeRecurrenceType",
        "id": "str",
        "branch": "Branch",
        "priority": "int",
        **_SCHEDULE,
        "autoParse": "bool",
        "datasource": "Datasource",
        "datasets": "[Dataset]",
        "script": "Script",
        "trigger": "Trigger",
        "runtimeResource": "RuntimeResource",
        "fileResources": "[FileResource]",
        "functions": "[Function]",
        "reference": "any",
        "join": "Join",
        "name": "str",
        "owner": "str",
        "description": "str",
        "component": "any",
        "strategy": "Strategy",
        "paiflow": "Paiflow",
        "combined": "SubFlow",
        "subflow": "SubFlow",
        "metadata": "map",
        "inputs": "Io",
        "outputs": "Io",
        "do-while": "DoWhile",
        "for-each": "ForEach",
        "param-hub": "ParamHub",
    },
    "Script": {
        "language": "str",
        "extension": "str",
        "path": "str",
        "runtime": "Runtime",
        "content": "str",
        "id": "str",
        "metadata": "map",
        "parameters": "[Variable]",
    },
    "Runtime": {
        "engine": "str",
        "command": "str",
        "commandTypeId": "int",
        "template": "map",
        **dict.fromkeys(_JOB_CONFIGS, "map"),
        "container": "map",
        "cu": "str",
        "metadata": "map",
    },
    "Trigger": {
        "type": "enum:TriggerType",
        "id": "str",
        "recurrence": "enum:NodeRecurrenceType",
        "cron": "str",
        "cycleType": "enum:CycleType",
        "startTime": "str",
        "endTime": "str",
        "timezone": "str",
        "delaySeconds": "int",
        "calendarId": "int",
        "identifier": "str",
        "metadata": "map",
    },
    "Strategy": {
        "priority": "int",
        "priorityWeightStrategy": "enum:PriorityWeightStrategy",
        "maxInternalConcurrency": "int",
        **_SCHEDULE,
        "failureStrategy": "enum:FailureStrategy",
        "recurrenceType": "enum:NodeRecurrenceType",
        "metadata": "map",
    },
    "FlowDepend": {
        "nodeId": "str",
        "depends": "[Depend]",
        "variableDepends": "[VariableDepend]",
        "metadata": "map",
    },
    "VariableDepend": {"variableName": "str", "depends": "[Depend]", "metadata": "map"},
    "Depend": {
        "nodeId": "text",
        "type": "enum:DependencyType",
        "output": "text",
        "sourceType": "enum:SourceType",
        "refTableName": "text",
        "metadata": "map",
    },
    "Io": {"nodeOutputs": "[NodeOutput]", "tables": "[Table]", "variables": "[Variable]"},
    "NodeOutput": {
        "data": "str",
        "artifactType": "enum:ArtifactType",
        "sourceType": "enum:SourceType",
        "refTableName": "str",
        "isDefault": "bool",
        "id": "str",
        "metadata": "map",
    },
    "Variable": {
        "inputName": "text",
        "artifactType": "const:Variable",
        "name": "text",
        "scope": "enum:VariableScopeType",
        "type": "enum:VariableType",
        "value": "text",
        "description": "text",
        "id": "text",
        "metadata": "map",
        "node": "Depend",
        "referenceVariable": "Variable",
    },
    "Table": {
        "name": "str",
        "artifactType": "enum:ArtifactType",
        "guid": "str",
        "ddl": "str",
        "hasPartition": "bool",
        "isVisible": "bool",
        "calcEngine": "any",
        "engineType": "str",
        "entityType": "str",
        "logicTableUuid": "str",
        "id": "str",
        "metadata": "map",
    },
    "RuntimeResource": {"resourceGroup": "str", "id": "str", "resourceGroupId": "str", "metadata": "map"},
    "Datasource": {
        "name": "str",
        "id": "str",
        "type": "str",
        "subType": "str",
        "config": "any",
        "metadata": "map",
    },
    "Dataset": {
        "identifier": "str",
        "version": "int",
        "mountPath": "str",
        "readOnly": "bool",
        "extOptions": "any",
        "metadata": "map",
    },
    # Standalone resources and functions are no part of a workflow's import: carried as they are.
    "FileResource": {"name": "str", "id": "str", "script": "any", "runtimeResource": "any", "type": "any"},
    "Function": {"name": "str", "id": "str", "script": "any", "type": "any", "className": "str"},
    "Branch": {"branches": "[BranchCase]", "metadata": "map"},
    "BranchCase": {
        "when": "str",
        "desc": "str",
        "output": "NodeOutput",
        "fromVariable": "any",
        "valueType": "any",
        "metadata": "map",
    },
    "Join": {"branches": "[JoinBranch]", "logic": "JoinLogic", "metadata": "map"},
    "JoinBranch": {
        "name": "str",
        "output": "NodeOutput",
        "nodeId": "any",
        "assertion": "Assertion",
        "metadata": "map",
    },
    "JoinLogic": {"expression": "str"},
    "Assertion": {"field": "str", "in": "any"},
    "DoWhile": {
        "nodes": "[Node]",
        "flow": "[FlowDepend]",
        "while": "Node",
        "maxIterations": "int",
        "parallelism": "int",
        "metadata": "map",
    },
    "ForEach": {
        "nodes": "[Node]",
        "flow": "[FlowDepend]",
        "array": "Variable",
        "maxIterations": "int",
        "parallelism": "int",
        "metadata": "map",
    },
    "Paiflow": {"nodes": "[Node]", "flow": "[FlowDepend]", "metadata": "map"},
    "ParamHub": {"variables": "[Variable]", "metadata": "map"},
}

ALIASES: Final[Mapping[str, Mapping[str, str]]] = {
    # The parser takes both spellings, the writer emits the one with the hyphen.
    "Node": {
        "doWhile": "do-while",
        "foreach": "for-each",
        "paramHub": "param-hub",
    },
    "DoWhile": {"specWhile": "while", "dependencies": "flow"},
    "ForEach": {"dependencies": "flow"},
    "Workflow": {"flow": "dependencies"},
    "SubFlow": {"flow": "dependencies"},
    "Variable": {"from": "referenceVariable"},
}
"""Other spellings that the parser reads when the first one is absent."""

IO_KEYS: Final[Mapping[str, str]] = {
    "nodeoutput": "nodeOutputs",
    "nodeoutputs": "nodeOutputs",
    "output": "nodeOutputs",
    "outputs": "nodeOutputs",
    "table": "tables",
    "tables": "tables",
    "variable": "variables",
    "variables": "variables",
}
"""Keys of `inputs` and `outputs` are matched in any case, singular or plural."""

DEFAULTS: Final[Mapping[str, Mapping[str, str]]] = {
    "NodeOutput": {"artifactType": "NodeOutput"},
    "Variable": {"artifactType": "Variable"},
    "Table": {"artifactType": "Table"},
}
"""What a parsed entity holds although its text leaves it out."""

NEVER_NULL: Final = frozenset(
    {
        ("Spec", "workflows"),
        ("Io", "nodeOutputs"),
        ("Io", "variables"),
        ("Join", "branches"),
        ("JoinBranch", "assertion"),
    }
)
"""Fields, by their entity, whose explicit null the parser refuses; elsewhere it is an absent field."""
