import pytest

from pulumi_resource_dataworks.flowspec._tables import KNOWN_COMMANDS
from pulumi_resource_dataworks.graph._outline import category_of
from pulumi_resource_dataworks.graph._picture import Category, columns, shorten, wrap


@pytest.mark.parametrize(
    ("command", "category"),
    [
        ("ODPS_SQL", Category.SQL),
        ("odps_sql", Category.SQL),
        ("EMR_HIVE", Category.SQL),
        ("StarRocks", Category.SQL),
        ("ADB_for_MySQL", Category.SQL),
        ("PYODPS3", Category.PYTHON),
        ("EMR_PYSPARK", Category.PYTHON),
        ("ODPS_PYTHON", Category.PYTHON),
        ("DIDE_SHELL", Category.SHELL),
        ("CDH_SPARK_SHELL", Category.SHELL),
        ("DI", Category.SYNC),
        ("VIRTUAL", Category.VIRTUAL),
        ("VIRTUAL_WORKFLOW", Category.VIRTUAL),
        ("CONTROLLER_BRANCH", Category.CONTROL),
        ("SUB_PROCESS", Category.CONTROL),
        ("FTP_CHECK", Category.CONTROL),
        ("ODPS_SPARK", Category.OTHER),
        ("DT", Category.SYNC),
        ("something new", Category.OTHER),
        ("", Category.OTHER),
    ],
)
def test_the_kind_of_a_command(command: str, category: Category) -> None:
    assert category_of(command) is category


def test_most_commands_say_what_they_are() -> None:
    others = [command for command in KNOWN_COMMANDS if category_of(command) is Category.OTHER]
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
