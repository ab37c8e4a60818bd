from __future__ import annotations

import pytest

from pulumi_resource_dataworks.export._documents import suffix_of
from pulumi_resource_dataworks.flowspec._tables import KNOWN_COMMANDS


def suffix(command: str, content: str = "x") -> str:
    return suffix_of({"script": {"runtime": {"command": command}, "content": content}})


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("ODPS_SQL", ".sql"),
        ("odps_sql", ".sql"),
        ("Oracle", ".sql"),
        ("ADB_for_MySQL", ".sql"),
        ("PYODPS3", ".py"),
        ("DIDE_SHELL", ".sh"),
        ("EMR_SPARK", ".sh"),
        ("PERL", ".pl"),
        ("NOTEBOOK", ".ipynb"),
        ("VIRTUAL", ".txt"),
        ("SOME_NEW_SQL", ".sql"),
    ],
)
def test_the_command_says_what_the_script_is(command: str, expected: str) -> None:
    assert suffix(command) == expected


@pytest.mark.parametrize("command", ["DI", "CONTROLLER_JOIN", "FLINK_SQL_STREAM", "SOME_NEW_SQL"])
def test_a_script_that_is_json_is_called_so(command: str) -> None:
    assert suffix(command, '{"type": "job"}') == ".json"
    assert suffix(command, "{") != ".json"


def test_the_language_decides_where_the_command_does_not() -> None:
    script = {"runtime": {"command": "CONTROLLER_ASSIGNMENT"}, "language": "odps", "content": "SELECT 1;"}
    assert suffix_of({"script": script}) == ".sql"
    assert suffix_of({"script": {**script, "runtime": {"command": "PYODPS3"}}}) == ".py"


def test_a_node_without_command_or_script_is_text() -> None:
    assert suffix_of({}) == suffix_of({"script": {"runtime": {"commandTypeId": 10}}}) == ".txt"


def test_every_known_sql_command_is_sql() -> None:
    others = {command for command in KNOWN_COMMANDS if "SQL" in command.upper() and suffix(command) != ".sql"}
    assert others == set()
