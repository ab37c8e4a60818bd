"""What kind of thing a node runs, by its command. The commands are those that `flowspec` knows; any other is told by its words."""

from __future__ import annotations

from ._picture import Sort

_CONTROL = frozenset({"SUB_PROCESS", "COMBINED_NODE", "PARAM_HUB", "SCHEDULER_TRIGGER", "DEPENDENT", "CHECK"})
_SYNC = frozenset({"DI", "DATAX", "DATAX2", "DT", "CDP", "RI", "DD_MERGE", "TT_MERGE"})
_DATABASES = frozenset(
    [
        "DB2",
        "DORIS",
        "DRDS",
        "MARIADB",
        "OCEANBASE",
        "ORACLE",
        "REDSHIFT",
        "SAPHANA",
        "SELECTDB",
        "STARROCKS",
        "VERTICA",
    ]
)
_WORDS: tuple[tuple[Sort, tuple[str, ...]], ...] = (
    (Sort.CONTROL, ("CONTROLLER_", "CHECK_", "_CHECK", "_INSPECT")),
    (Sort.VIRTUAL, ("VIRTUAL",)),
    (Sort.PYTHON, ("PYTHON", "PYODPS", "PYSPARK", "NOTEBOOK")),
    (Sort.SHELL, ("SHELL", "SSH", "PERL")),
    (
        Sort.SQL,
        (
            "SQL",
            "HIVE",
            "PRESTO",
            "IMPALA",
            "TRINO",
            "KYUUBI",
            "ODPS_SCRIPT",
            "ODPS_DDL",
            "HOLOGRES",
            "ADB_FOR_",
        ),
    ),
)


def sort_of(command: str) -> Sort:
    """The kind of a command, in any case; OTHER where its words tell nothing."""
    word = command.upper()
    if word in _CONTROL:
        return Sort.CONTROL
    if word in _SYNC:
        return Sort.SYNC
    if word in _DATABASES:
        return Sort.SQL
    return next((sort for sort, parts in _WORDS if any(part in word for part in parts)), Sort.OTHER)
