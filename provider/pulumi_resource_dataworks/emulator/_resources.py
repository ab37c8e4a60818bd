"""Entities beside a workflow, or named by its nodes, as the vendor's library knows them: see `_schema`."""

from collections.abc import Mapping
from typing import Final

ENUMS: Final[Mapping[str, tuple[str, ...]]] = {
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

ENTITIES: Final[Mapping[str, Mapping[str, str]]] = {
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
