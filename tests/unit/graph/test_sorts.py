import pytest

from pulumi_resource_dataworks.flowspec._node_types import KNOWN_COMMANDS
from pulumi_resource_dataworks.graph._outline import sort_of
from pulumi_resource_dataworks.graph._picture import Sort, columns, shorten, wrap


@pytest.mark.parametrize(
    ("command", "sort"),
    [
        ("ODPS_SQL", Sort.SQL),
        ("odps_sql", Sort.SQL),
        ("EMR_HIVE", Sort.SQL),
        ("StarRocks", Sort.SQL),
        ("ADB_for_MySQL", Sort.SQL),
        ("PYODPS3", Sort.PYTHON),
        ("EMR_PYSPARK", Sort.PYTHON),
        ("ODPS_PYTHON", Sort.PYTHON),
        ("DIDE_SHELL", Sort.SHELL),
        ("CDH_SPARK_SHELL", Sort.SHELL),
        ("DI", Sort.SYNC),
        ("VIRTUAL", Sort.VIRTUAL),
        ("VIRTUAL_WORKFLOW", Sort.VIRTUAL),
        ("CONTROLLER_BRANCH", Sort.CONTROL),
        ("SUB_PROCESS", Sort.CONTROL),
        ("FTP_CHECK", Sort.CONTROL),
        ("ODPS_SPARK", Sort.OTHER),
        ("DT", Sort.SYNC),
        ("something new", Sort.OTHER),
        ("", Sort.OTHER),
    ],
)
def test_the_kind_of_a_command(command: str, sort: Sort) -> None:
    assert sort_of(command) is sort


def test_most_commands_tell_what_they_are() -> None:
    others = [command for command in KNOWN_COMMANDS if sort_of(command) is Sort.OTHER]
    assert len(others) < len(KNOWN_COMMANDS) / 2


def test_chinese_letters_take_two_columns() -> None:
    assert columns("ab") == 2
    assert columns("订单") == 4
    assert columns("e\u0301") == 1


def test_a_text_is_cut_where_it_is_too_long() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abcdefg", 6) == "abcd…"
    assert columns(shorten("订" * 50, 21)) <= 21


def test_a_text_breaks_after_a_separator() -> None:
    assert wrap("dwd_orders_of_the_day", 12, 2) == ["dwd_orders_", "of_the_day"]
    assert wrap("x" * 30, 12, 2) == ["x" * 12, "x" * 10 + "…"]
    assert wrap("short", 12, 2) == ["short"]
