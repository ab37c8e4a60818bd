"""The suffix of a script's file, by what runs it.

From the file extensions of the vendor's FlowSpec library (`CodeProgramType`, 2.0.0-1), each without the parts that no
editor knows: `.mc.spark.json` is `.json`. Types that it does not have go by their names.
"""

from __future__ import annotations

import json
from typing import cast

from pulumi_resource_dataworks.flowspec import Object

_OTHER = ".txt"

_SUFFIXES = {
    ".sh": """SHELL DIDE_SHELL SSH EXTREME_STORAGE EMR_SPARK EMR_MR EMR_SHELL EMR_SPARK_SHELL EMR_SPARK_STREAMING CDH_SPARK
        CDH_SHELL CDH_SPARK_SHELL CDH_MR PAI_DLC ODPS_SHELL SERVERLESS_SPARK_BATCH SERVERLESS_SPARK_STREAMING EMR_SCOOP""",
    ".pl": "PERL ODPS_PERL",
    ".py": "PYTHON PYODPS PYODPS2 PYODPS3 ODPS_XLIB ALINK EMR_PYSPARK SERVERLESS_PYSPARK",
    ".ipynb": "NOTEBOOK",
    ".sql": """HIVE YSF_DESEN ODPS_SQL LIGHTNING_SQL ODPS_SPARK_SQL ODPS_MR ODPS_SCRIPT COMPONENT_SQL SQL_COMPONENT EMR_HIVE
        EMR_HIVE_CLI EMR_SPARK_SQL EMR_PRESTO EMR_IMPALA EMR_STREAMING_SQL EMR_TRINO EMR_KYUUBI CDH_HIVE CDH_SPARK_SQL
        CDH_PRESTO CDH_IMPALA HOLOGRES_DEVELOP HOLOGRES_SQL CLICK_SQL POSTGRESQL MYSQL SQLSERVER ORACLE STARROCKS DRDS DORIS
        MARIADB SELECTDB REDSHIFT SAPHANA VERTICA OCEANBASE DB2 ADB_FOR_POSTGRESQL ADB_FOR_MYSQL ADB_SPARK_SQL
        SERVERLESS_SPARK_SQL SERVERLESS_KYUUBI""",
}
_BY_COMMAND = {command: suffix for suffix, commands in _SUFFIXES.items() for command in commands.split()}


def suffix_of(node: Object) -> str:
    """The suffix of a node's script, with its dot. The script of any other type is JSON where it reads as such."""
    script = cast("Object", node.get("script") or {})
    runtime = cast("Object", script.get("runtime") or {})
    command = str(runtime.get("command") or "").upper()
    if command in _BY_COMMAND:
        return _BY_COMMAND[command]
    if _is_json(str(script.get("content") or "")):
        return ".json"
    return ".sql" if "SQL" in command else _OTHER


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False
