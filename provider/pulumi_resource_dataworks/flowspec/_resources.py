"""What stands beside a workflow or is named by its nodes: functions, files, components, rules of data quality, engines."""

from __future__ import annotations

from ._fields import METADATA, Entity, boolean, choice, integer, many, mapping, one, text, values

_FUNCTION = ("math", "aggregate", "string", "date", "analytic", "other")
_FILE = ("python", "jar", "archive", "file")
_STORAGE = ("local", "oss", "hdfs", "maven")
_CODE = ("python2", "python3", "java8", "java11", "java17")
_ENGINE = (
    "General",
    "MaxCompute",
    "EMR",
    "Blink",
    "Hologres",
    "MaxGraph",
    "AnalyticDB for PostgreSQL",
    "AnalyticDB for MySQL",
    "CDH",
    "ClickHouse",
    "Flink",
    "Database",
    "Data Integration",
    "Algorithm",
    "StarRocks",
    "Hive",
    "ADB Spark",
    "CUSTOM",
)

RESOURCES: dict[str, Entity] = {
    "fileResource": Entity(
        {
            "id": text(),
            "name": text(),
            "script": one("script"),
            "runtimeResource": one("runtimeResource"),
            "type": choice(*_FILE),
            "file": one("file"),
            "datasource": one("datasource"),
            "metadata": METADATA,
        },
        keys=("id", "name"),
    ),
    "file": Entity({"path": text(), "extension": text(), "storage": one("storage"), "id": text()}),
    "files": Entity(dict.fromkeys(("oss", "hdfs"), many("fileOfKind")), caseless=True),
    "fileOfKind": Entity(
        {**dict.fromkeys(("id", "path", "extension"), text()), "storage": mapping()},
        keys=("id", "path"),
    ),
    "storage": Entity(
        {
            "type": choice(*_STORAGE, open="dropped"),
            "endpoint": text(),
            "bucket": text(),
            "hdfsUser": text(),
            "root": text(),
        },
        present=("type",),  # without one, the parser leaves the storage out
        dropped=("addresses",),
    ),
    "function": Entity(
        {
            "id": text(),
            "name": text(),
            "script": one("script"),
            "type": choice(*_FUNCTION),
            "className": text(),
            "datasource": one("datasource"),
            "runtimeResource": one("runtimeResource"),
            "fileResources": many("fileResource"),
            **dict.fromkeys(("armResource", "usageDescription", "argumentsDescription"), text()),
            **dict.fromkeys(("returnValueDescription", "usageExample", "embeddedCode"), text()),
            "embeddedCodeType": choice(*_CODE),
            "resourceType": choice("file", "embedded"),
            "metadata": METADATA,
        },
        keys=("id", "name"),
    ),
    "component": Entity(
        {
            **dict.fromkeys(("id", "name", "owner", "description"), text()),
            "script": one("script"),
            "inputs": many("componentParameter", "ordered"),
            "outputs": many("componentParameter", "ordered"),
            "metadata": METADATA,
        },
        keys=("id", "name"),
    ),
    "componentParameter": Entity(
        dict.fromkeys(("name", "type", "value", "args", "defaultValue", "description"), text()),
        keys=("name",),
    ),
    "dqcRule": Entity(
        {
            **dict.fromkeys(("id", "name", "partitionExpression", "ruleConfig", "description"), text()),
            "table": one("table"),
            "calcEngine": one("calcEngine"),
            "schedulerNode": one("depend"),
            "metadata": METADATA,
        },
        keys=("id", "name"),
    ),
    "calcEngine": Entity(
        {
            "type": choice(*_ENGINE),
            "datasource": one("datasource"),
            **dict.fromkeys(("id", "endpoint", "database", "schema"), text()),
            "version": one("engineVersion"),
            "metadata": METADATA,
        }
    ),
    "engineVersion": Entity(dict.fromkeys(("versionNumber", "versionInfo"), text())),
    "dataIntegrationJob": Entity(
        {
            **dict.fromkeys(("id", "name", "owner", "description"), text()),
            "script": one("script"),
            "metadata": METADATA,
        },
        keys=("id", "name"),
    ),
    "dataset": Entity(
        {
            "identifier": text(),
            "version": integer(),
            "mountPath": text(),
            "readOnly": boolean(),
            "extOptions": text(),
            "metadata": METADATA,
        },
        keys=("identifier",),
    ),
    "container": Entity(
        {
            "image": text(),
            "imageId": text(),
            "command": values(strict=True),
            "args": values(strict=True),
            "env": many("envVariable"),
            "metadata": METADATA,
        }
    ),
    "envVariable": Entity({"name": text(), "value": text()}, keys=("name",)),
}
