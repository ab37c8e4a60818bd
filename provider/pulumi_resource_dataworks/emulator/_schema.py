"""Entities beside a workflow, or named by its nodes, as the vendor's library knows them: see `_schema`."""

from collections.abc import Mapping
from typing import Any, Final

# --- Entities beside a workflow, or named by its nodes, as the vendor's library knows them: see `_schema`


RESOURCE_ENUMS: Final[Mapping[str, tuple[str, ...]]] = {
    "FunctionType": ("math", "aggregate", "string", "date", "analytic", "other"),
    "SpecFileResourceType": ("python", "jar", "archive", "file"),
    "SpecEmbeddedCodeType": ("python2", "python3", "java8", "java11", "java17"),
    "SpecEmbeddedResourceType": ("file", "embedded"),
    "CalcEngineType": (
        *("General", "MaxCompute", "EMR", "Blink", "Hologres", "MaxGraph"),
        *("AnalyticDB for PostgreSQL", "AnalyticDB for MySQL", "CDH", "ClickHouse", "Flink", "Database"),
        *("Data Integration", "Algorithm", "StarRocks", "Hive", "ADB Spark", "CUSTOM"),
    ),
}

RESOURCE_ENTITIES: Final[Mapping[str, Mapping[str, str]]] = {
    "Dataset": {
        "identifier": "str",
        "version": "int",
        "mountPath": "str",
        "readOnly": "flag",
        "extOptions": "str",
    },
    "FileResource": {
        "name": "str",
        "id": "str",
        "script": "raw:Script",
        "runtimeResource": "raw:RuntimeResource",
        "type": "enum:SpecFileResourceType",
        "file": "File",
        "datasource": "Datasource",
        "metadata": "map",
    },
    "File": {"storage": "storage", "path": "str", "extension": "str", "id": "str"},
    "Function": {
        "name": "str",
        "id": "str",
        "script": "raw:Script",
        "type": "enum:FunctionType",
        "className": "str",
        "datasource": "Datasource",
        "runtimeResource": "RuntimeResource",
        **dict.fromkeys(("armResource", "usageDescription", "argumentsDescription"), "str"),
        **dict.fromkeys(("returnValueDescription", "usageExample"), "str"),
        "embeddedCodeType": "enum:SpecEmbeddedCodeType",
        "resourceType": "enum:SpecEmbeddedResourceType",
        "embeddedCode": "str",
        "metadata": "map",
        "fileResources": "[FileResource]",
    },
    "Component": {
        "name": "str",
        "id": "str",
        "owner": "str",
        "description": "str",
        "script": "raw:Script",
        "inputs": "[raw:ComponentParameter]",
        "outputs": "[raw:ComponentParameter]",
        "metadata": "map",
    },
    "ComponentParameter": dict.fromkeys(
        ("name", "type", "value", "args", "defaultValue", "description"), "str"
    ),
    "DqcRule": {
        "name": "str",
        "id": "str",
        "table": "Table",
        "calcEngine": "CalcEngine",
        "partitionExpression": "str",
        "schedulerNode": "Depend",
        "ruleConfig": "str",
        "description": "str",
        "metadata": "map",
    },
    "CalcEngine": {
        "type": "enum:CalcEngineType",
        "id": "str",
        "datasource": "raw:Datasource",
        "endpoint": "str",
        "database": "str",
        "schema": "str",
        "version": "raw:EngineVersion",
        "metadata": "map",
    },
    "EngineVersion": {"versionNumber": "str", "versionInfo": "str"},
    "DataIntegrationJob": {
        "name": "str",
        "id": "str",
        "script": "raw:Script",
        "owner": "str",
        "description": "str",
        "metadata": "map",
    },
    "Container": {
        "args": "texts",
        "command": "texts",
        "image": "str",
        "imageId": "str",
        "env": "[raw:EnvVariable]",
        "metadata": "map",
    },
    "EnvVariable": {"name": "str", "value": "str"},
    "Reference": {"output": "text"},
}

STORAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "oss": ("endpoint", "type", "bucket"),
    "hdfs": ("type", "hdfsUser"),
    "local": ("root", "type"),
    "maven": ("type",),
}
"""What is read and written of a storage, by its type."""


# --- FlowSpec's entities as the vendor's library knows them: one table for parsing, coercing and writing
#
# Source: the vendor's domain classes (aliyun/dataworks-spec, library 2.0.0-1) and the documents that this library wrote.
# A key that is not in an entity's table is dropped, as the vendor's parser drops it. The order of a table is the order in
# which the vendor writes: an entity's own first field, its id, the rest. Where no written document shows a field, it stands
# where the class declares it.
#
# A field's kind is `str` (numbers are taken for text), `text` (they are not), `texts` (a list of them), `list` (of anything), `int`, `long`, `bool`, `flag`
# (nothing but true and false), `map` (free object), `any`, `const:<value>`, `enum:<name>`, `<Entity>` or `[<Entity>]`. Of an
# entity, `raw:` before the name: the writer leaves it to fastjson2, which writes keys by the alphabet and the Java names of labels.


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
    **RESOURCE_ENUMS,
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
    "type": "str",
    "name": "str",
    "owner": "str",
    "description": "str",
    "citable": "bool",
    "metadata": "map",
    "inputs": "Io",
    "outputs": "Io",
    "nodes": "[Node]",
    "dependencies": "[FlowDepend]",
}

_LATE: Final = ("id", "metadata", "inputs", "outputs", "nodes", "dependencies")

_DEPEND: Final = {
    "nodeId": "text",
    "type": "enum:DependencyType",
    "output": "text",
    "sourceType": "enum:SourceType",
    "metadata": "map",
    "refTableName": "text",
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
        "nodes": "[Node]",
        "workflows": "[Workflow]",
        "flow": "[FlowDepend]",
        "files": "read:map",
        "fileResources": "[FileResource]",
        "functions": "[Function]",
        "artifacts": "read:map",
        "datasources": "[Datasource]",
        "dqcRules": "[DqcRule]",
        "variables": "[Variable]",
        "components": "[Component]",
        "tables": "[Table]",
        "dataIntegrationJobs": "[DataIntegrationJob]",
        "triggers": "read:[Trigger]",
        "scripts": "read:[Script]",
        "runtimeResources": "read:[RuntimeResource]",
    },
    "Workflow": _SUBFLOW,
    "SubFlow": {
        "output": "str",
        **{key: kind for key, kind in _SUBFLOW.items() if key not in _LATE},
        **{key: _SUBFLOW[key] for key in _LATE},
    },
    "Node": {
        "recurrence": "enum:NodeRecurrenceType",
        "id": "str",
        "priority": "int",
        **_SCHEDULE,
        "autoParse": "bool",
        "datasource": "raw:Datasource",
        "script": "Script",
        "trigger": "Trigger",
        "runtimeResource": "RuntimeResource",
        "reference": "raw:Reference",
        "branch": "Branch",
        "join": "Join",
        "combined": "SubFlow",
        "name": "str",
        "owner": "str",
        "description": "str",
        "component": "raw:Component",
        "strategy": "raw:Strategy",
        "subflow": "SubFlow",
        "paiflow": "Paiflow",
        "metadata": "map",
        "datasets": "[Dataset]",
        "inputs": "Io",
        "outputs": "Io",
        "functions": "[Function]",
        "fileResources": "[FileResource]",
        "param-hub": "ParamHub",
        "do-while": "DoWhile",
        "for-each": "ForEach",
    },
    "Script": {
        "language": "str",
        "path": "str",
        "extension": "str",
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
        "container": "raw:Container",
        "cu": "str",
        "metadata": "map",
    },
    "Trigger": {
        "type": "enum:TriggerType",
        "id": "str",
        "cron": "str",
        "cycleType": "enum:CycleType",
        "recurrence": "enum:NodeRecurrenceType",
        "startTime": "str",
        "endTime": "str",
        "timezone": "str",
        "delaySeconds": "int",
        "calendarId": "long",
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
    },
    "FlowDepend": {
        "nodeId": "str",
        "metadata": "map",
        "depends": "[Depend]",
        "variableDepends": "[VariableDepend]",
    },
    "VariableDepend": {"variableName": "str", "metadata": "map", "depends": "[VariableSource]"},
    "Depend": _DEPEND,
    "VariableSource": {"variableName": "str", **_DEPEND},
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
        "node": "Depend",
        "referenceVariable": "Variable",
    },
    "Table": {
        "name": "str",
        "artifactType": "enum:ArtifactType",
        "sourceType": "enum:SourceType",
        "guid": "str",
        "ddl": "str",
        "hasPartition": "bool",
        "isVisible": "bool",
        "calcEngine": "CalcEngine",
        "engineType": "str",
        "entityType": "str",
        "logicTableUuid": "str",
        "id": "str",
        "metadata": "map",
    },
    "RuntimeResource": {
        "resourceGroup": "str",
        "id": "str",
        "resourceGroupId": "str",
        "cu": "str",
        "metadata": "map",
    },
    "Datasource": {
        "name": "str",
        "id": "str",
        "type": "str",
        "subType": "str",
        "config": "str",
        "metadata": "map",
    },
    "Branch": {"branches": "[BranchCase]", "metadata": "map"},
    "BranchCase": {
        "when": "str",
        "valueType": "enum:VariableType",
        "desc": "str",
        "fromVariable": "str",
        "output": "NodeOutput",
        "metadata": "map",
    },
    "Join": {"branches": "[JoinBranch]", "logic": "JoinLogic"},
    "JoinBranch": {
        "name": "str",
        "nodeId": "str",
        "output": "NodeOutput",
        "assertion": "Assertion",
    },
    "JoinLogic": {"expression": "text"},
    "Assertion": {"field": "str", "in": "list"},
    "DoWhile": {
        "nodes": "[Node]",
        "flow": "[FlowDepend]",
        "while": "Node",
        "maxIterations": "int",
        "parallelism": "int",
    },
    "ForEach": {
        "nodes": "[Node]",
        "flow": "[FlowDepend]",
        "array": "Variable",
        "maxIterations": "int",
        "parallelism": "int",
    },
    "Paiflow": {"nodes": "[Node]", "flow": "[FlowDepend]"},
    "ParamHub": {"variables": "[Variable]"},
    **RESOURCE_ENTITIES,
}

ALIASES: Final[Mapping[str, Mapping[str, str]]] = {
    # The parser takes both spellings, the writer emits the one with the hyphen.
    "Node": {
        "doWhile": "do-while",
        "foreach": "for-each",
        "paramHub": "param-hub",
    },
    "DoWhile": {"specWhile": "while"},
    "Spec": {"dependencies": "flow"},
    "Workflow": {"flow": "dependencies"},
    "SubFlow": {"flow": "dependencies"},
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

DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "NodeOutput": {"artifactType": "NodeOutput"},
    "Variable": {"artifactType": "Variable", "name": "unnamed"},
    "Table": {"artifactType": "Table"},
    "Join": {"logic": {"expression": ""}},
    "ParamHub": {"variables": []},
}
"""What a parsed entity holds although its text leaves it out."""

NEVER_NULL: Final = frozenset(
    {
        *(("Spec", key) for key, kind in ENTITIES["Spec"].items() if kind not in {"str", "int"}),
        *(("Io", key) for key in ENTITIES["Io"]),
        ("JoinBranch", "assertion"),
    }
)
"""Fields, by their entity, whose explicit null the parser refuses; elsewhere it is an absent field."""
