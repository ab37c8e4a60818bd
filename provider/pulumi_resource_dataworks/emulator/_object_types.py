"""FlowSpec's object types as the vendor's library knows them: one description for parsing, writing and filling documents.

Source: the vendor's domain classes (aliyun/dataworks-spec, library 2.0.0-1) and the documents that this library wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ._calls import JsonObject


@dataclass(frozen=True)
class Field:
    """A field of an object type.

    Attributes:
        type: `str` (numbers are taken for text), `text` (they are not), `texts` (a list of them), `list` (of anything), `int`,
            `long`, `bool`, `flag` (nothing but true and false), `map` (a free object), `timeunit`, `storage`, `variable` (always
            the label `Variable`), or the name of an enum or an object type.
        many: Whether it is a list of these.
        only_read: The parser judges it, and the writer leaves it out.
        reflected: The writer leaves it to fastjson2, which writes keys by the alphabet and the Java names of labels.
    """

    type: str
    many: bool
    only_read: bool
    reflected: bool


def _lines(table: str) -> dict[str, list[str]]:
    """The words of each name's line; a line that begins with a space goes on with the one before it."""
    rows = (row.partition(":") for row in table.strip().replace("\n ", " ").splitlines())
    return {name: words.split() for name, _, words in rows}


def _field(notation: str) -> Field:
    prefix, _, kind = notation.rpartition(":")
    return Field(
        kind.strip("[]"), kind.startswith("["), only_read=prefix == "read", reflected=prefix == "raw"
    )


ENUMS: Final[Mapping[str, list[str]]] = _lines("""
NodeRecurrenceType: Normal Pause Skip NoneAuto
NodeInstanceModeType: T+1 Immediately
NodeRerunModeType: Allowed Denied FailureAllowed
DependencyType: Normal CrossCycleDependsOnSelf CrossCycleDependsOnChildren CrossCycleDependsOnOtherNode
TriggerType: Scheduler Manual Streaming None Custom
CycleType: Daily NotDaily
VariableScopeType: Tenant Workspace Workflow NodeParameter NodeContext
VariableType: NoKvVariableExpression System Constant NodeOutput PaiOutput PassThrough
ArtifactType: Table File NodeOutput Variable
SourceType: System Manual CodeParse
FailureStrategy: Continue Break
PriorityWeightStrategy: Disabled Upstream
FunctionType: math aggregate string date analytic other
SpecFileResourceType: python jar archive file
SpecEmbeddedCodeType: python2 python3 java8 java11 java17
SpecEmbeddedResourceType: file embedded
""") | {
    "CalcEngineType": [
        *("General", "MaxCompute", "EMR", "Blink", "Hologres", "MaxGraph"),
        *("AnalyticDB for PostgreSQL", "AnalyticDB for MySQL", "CDH", "ClickHouse", "Flink", "Database"),
        *("Data Integration", "Algorithm", "StarRocks", "Hive", "ADB Spark", "CUSTOM"),
    ],
}
"""The labels of each enum; a label of a document is matched in any case."""

# A key that is not in the table is dropped, as the vendor's parser drops it. The order of fields is the order in which the
# vendor writes: an object's own first field, its id, the rest. Where no written document shows a field, it stands where the
# class declares it. A field is `key:type`, or only its key for a `str`; `[...]` is a list, `read:` before the type is
# `only_read`, `raw:` is `reflected`.
OBJECT_TYPES: Final[Mapping[str, Mapping[str, Field]]] = {
    name: {key: _field(kind or "str") for key, _, kind in (word.partition(":") for word in words)}
    for name, words in _lines("""
Specification: version:text kind spec:Spec metadata:map
Spec: name id type strategy:Strategy owner description nodes:[Node] workflows:[Workflow] flow:[FlowDepend]
    files:read:map fileResources:[FileResource] functions:[Function] artifacts:read:map
    datasources:[Datasource] dqcRules:[DqcRule] variables:[Variable] components:[Component] tables:[Table]
    dataIntegrationJobs:[DataIntegrationJob] triggers:read:[Trigger] scripts:read:[Script]
    runtimeResources:read:[RuntimeResource]
Workflow: script:Script id trigger:Trigger strategy:Strategy type name owner description citable:bool
    metadata:map inputs:Io outputs:Io nodes:[Node] dependencies:[FlowDepend]
SubFlow: output script:Script trigger:Trigger strategy:Strategy type name owner description citable:bool
    id metadata:map inputs:Io outputs:Io nodes:[Node] dependencies:[FlowDepend]
Node: recurrence:NodeRecurrenceType id priority:int timeout:int timeoutUnit:timeunit
    instanceMode:NodeInstanceModeType rerunMode:NodeRerunModeType rerunTimes:int rerunInterval:int
    ignoreBranchConditionSkip:bool autoParse:bool datasource:raw:Datasource script:Script trigger:Trigger
    runtimeResource:RuntimeResource reference:raw:Reference branch:Branch join:Join combined:SubFlow name
    owner description component:raw:Component strategy:raw:Strategy subflow:SubFlow paiflow:Paiflow
    metadata:map datasets:[Dataset] inputs:Io outputs:Io functions:[Function] fileResources:[FileResource]
    param-hub:ParamHub do-while:DoWhile for-each:ForEach
Script: language path extension runtime:Runtime content id metadata:map parameters:[Variable]
Runtime: engine command commandTypeId:int template:map emrJobConfig:map cdhJobConfig:map adbJobConfig:map
    lindormJobConfig:map sparkConf:map flinkConf:map streamJobConfig:map paiflowConf:map
    maxComputeConf:map container:raw:Container cu metadata:map
Trigger: type:TriggerType id cron cycleType:CycleType recurrence:NodeRecurrenceType startTime endTime
    timezone delaySeconds:int calendarId:long identifier metadata:map
Strategy: priority:int priorityWeightStrategy:PriorityWeightStrategy maxInternalConcurrency:int
    timeout:int timeoutUnit:timeunit instanceMode:NodeInstanceModeType rerunMode:NodeRerunModeType
    rerunTimes:int rerunInterval:int ignoreBranchConditionSkip:bool failureStrategy:FailureStrategy
    recurrenceType:NodeRecurrenceType
FlowDepend: nodeId metadata:map depends:[Depend] variableDepends:[VariableDepend]
VariableDepend: variableName metadata:map depends:[VariableSource]
Depend: nodeId:text type:DependencyType output:text sourceType:SourceType metadata:map refTableName:text
VariableSource: variableName nodeId:text type:DependencyType output:text sourceType:SourceType
    metadata:map refTableName:text
Io: nodeOutputs:[NodeOutput] tables:[Table] variables:[Variable]
NodeOutput: data artifactType:ArtifactType sourceType:SourceType refTableName isDefault:bool id
    metadata:map
Variable: inputName:text artifactType:variable name:text scope:VariableScopeType type:VariableType value:text
    description:text id:text node:Depend referenceVariable:Variable
Table: name artifactType:ArtifactType sourceType:SourceType guid ddl hasPartition:bool isVisible:bool
    calcEngine:CalcEngine engineType entityType logicTableUuid id metadata:map
RuntimeResource: resourceGroup id resourceGroupId cu metadata:map
Datasource: name id type subType config metadata:map
Branch: branches:[BranchCase] metadata:map
BranchCase: when valueType:VariableType desc fromVariable output:NodeOutput metadata:map
Join: branches:[JoinBranch] logic:JoinLogic
JoinBranch: name nodeId output:NodeOutput assertion:Assertion
JoinLogic: expression:text
Assertion: field in:list
DoWhile: nodes:[Node] flow:[FlowDepend] while:Node maxIterations:int parallelism:int
ForEach: nodes:[Node] flow:[FlowDepend] array:Variable maxIterations:int parallelism:int
Paiflow: nodes:[Node] flow:[FlowDepend]
ParamHub: variables:[Variable]
Dataset: identifier version:int mountPath readOnly:flag extOptions
FileResource: name id script:raw:Script runtimeResource:raw:RuntimeResource type:SpecFileResourceType
    file:File datasource:Datasource metadata:map
File: storage:storage path extension id
Function: name id script:raw:Script type:FunctionType className datasource:Datasource
    runtimeResource:RuntimeResource armResource usageDescription argumentsDescription
    returnValueDescription usageExample embeddedCodeType:SpecEmbeddedCodeType
    resourceType:SpecEmbeddedResourceType embeddedCode metadata:map fileResources:[FileResource]
Component: name id owner description script:raw:Script inputs:raw:[ComponentParameter]
    outputs:raw:[ComponentParameter] metadata:map
ComponentParameter: name type value args defaultValue description
DqcRule: name id table:Table calcEngine:CalcEngine partitionExpression schedulerNode:Depend ruleConfig
    description metadata:map
CalcEngine: type:CalcEngineType id datasource:raw:Datasource endpoint database schema
    version:raw:EngineVersion metadata:map
EngineVersion: versionNumber versionInfo
DataIntegrationJob: name id script:raw:Script owner description metadata:map
Container: args:texts command:texts image imageId env:raw:[EnvVariable] metadata:map
EnvVariable: name value
Reference: output:text
""").items()
}
"""Each object type's fields by their keys."""

TIME_UNITS: Final = ("NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS")

KINDS: Final = (
    *("CycleWorkflow", "ManualWorkflow", "TriggerWorkflow", "ManualNode", "TemporaryWorkflow", "PaiFlow"),
    *("BatchDeployment", "DataSource", "DataQuality", "DataCatalog", "Table", "Node", "Component"),
    *("Resource", "Function", "DataIntegrationJob"),
)
"""Kinds that the parser takes; `Workflow` and `DataService` are in its enum and yet refused."""

STORAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "oss": ("endpoint", "type", "bucket"),
    "hdfs": ("type", "hdfsUser"),
    "local": ("root", "type"),
    "maven": ("type",),
}
"""What is read and written of a storage, by its type."""

ALIASES: Final[Mapping[str, Mapping[str, str]]] = {
    # The parser takes both spellings, the writer emits the one with the hyphen.
    "Node": {"doWhile": "do-while", "foreach": "for-each", "paramHub": "param-hub"},
    "DoWhile": {"specWhile": "while"},
    "Spec": {"dependencies": "flow"},
    "Workflow": {"flow": "dependencies"},
    "SubFlow": {"flow": "dependencies"},
}
"""Other spellings that the parser reads when the first one is absent."""

IO_KEYS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("nodeoutput", "nodeoutputs", "output", "outputs"), "nodeOutputs"),
    **dict.fromkeys(("table", "tables"), "tables"),
    **dict.fromkeys(("variable", "variables"), "variables"),
}
"""Keys of `inputs` and `outputs` are matched in any case, singular or plural."""

DEFAULTS: Final[Mapping[str, JsonObject]] = {
    "NodeOutput": {"artifactType": "NodeOutput"},
    "Variable": {"artifactType": "Variable", "name": "unnamed"},
    "Table": {"artifactType": "Table"},
    "Join": {"logic": {"expression": ""}},
    "ParamHub": {"variables": []},
    **{name: {"inputs": {}, "outputs": {}} for name in ("Workflow", "SubFlow", "Node")},
}
"""What a parsed object holds although its text leaves it out."""

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "Variable": ("scope", "type"),
    "JoinBranch": ("name", "assertion"),
    "Reference": ("output",),
}

NEVER_NULL: Final = frozenset(
    {
        *(("Spec", key) for key, field in OBJECT_TYPES["Spec"].items() if field.type != "str"),
        *(("Io", key) for key in OBJECT_TYPES["Io"]),
        ("JoinBranch", "assertion"),
    }
)
"""Fields, by their object type, whose explicit null the parser refuses; elsewhere it is an absent field."""
