"""Scripts that would run nothing, or something else than their author sees."""

import json
from typing import Any

import pytest

from tests.support.documents import etl
from tests.support.flowspecs import Object, problems_of

BIZDATE = {"name": "bizdate", "scope": "NodeParameter", "type": "System", "value": "$[yyyymmdd-1]"}


def running(content: Any, command: str = "ODPS_SQL", node: Object | None = None, **script: Any) -> Object:
    whole = {"runtime": {"command": command}, "content": content, **script}
    return etl(nodes=[{"name": "a", "script": whole, **(node or {})}], dependencies=[])


def rules(root: Object) -> list[tuple[str, str]]:
    return [(problem.rule, problem.severity) for problem in problems_of(root)]


@pytest.mark.parametrize("content", ["", " \n\t", None])
@pytest.mark.parametrize("command", ["ODPS_SQL", "odps_sql", "MYSQL", "DIDE_SHELL", "PYODPS3"])
def test_an_empty_script_is_doubted(content: Any, command: str) -> None:
    assert rules(running(content, command)) == [("empty-script", "warning")]


@pytest.mark.parametrize("command", ["VIRTUAL", "CONTROLLER_WAIT", "ODPS_SPARK", "CHECK", "DI"])
def test_a_node_that_needs_no_script_is_not(command: str) -> None:
    assert rules(running(None, command)) == []


@pytest.mark.parametrize(
    ("content", "is_job"),
    [
        ('{"type": "job", "version": "2.0", "steps": [], "extend": {}}', True),
        ('{"type": "job", "version": ${speed}, "extend": {"day": $[yyyymmdd]}, "steps": "${speed}"}', True),
        ("select * from x", False),
        ('["job"]', False),
        ("{'type': 'job'}", False),
    ],
)
def test_a_data_integration_job_is_a_json_object(content: str, *, is_job: bool) -> None:
    root = running(content, "DI", parameters=[{**BIZDATE, "name": "speed"}])
    assert rules(root) == ([] if is_job else [("job-content", "warning")])


def test_a_job_with_a_slip_is_said_with_its_line() -> None:
    job = '{"type": "job",\n "speed": ${speed},\n "steps": [],}'
    [problem] = problems_of(running(job, "DI", parameters=[{**BIZDATE, "name": "speed"}]))
    assert "in its line 3, a comma stands before the closing }. Remove the comma." in problem.render()


@pytest.mark.parametrize(
    ("job", "missing"),
    [
        ({"type": "job", "version": "2.0", "steps": []}, "extend"),
        ({"job": {"content": []}}, "type, version, steps, extend"),
    ],
)
def test_a_job_without_a_part_that_is_required_is_doubted(job: dict[str, Any], missing: str) -> None:
    [problem] = problems_of(running(json.dumps(job), "DI"))
    assert (problem.rule, problem.severity) == ("job-part", "warning")
    assert f"has no {missing}, which" in problem.render()


def test_a_variable_without_a_parameter_is_doubted() -> None:
    text = "SELECT '${bizdate}', '${hour}' FROM t WHERE day = '${bizdat}';\n"
    [problem] = problems_of(running(text, parameters=[BIZDATE]))
    assert (problem.rule, problem.severity) == ("undeclared-parameter", "warning")
    assert "has ${hour}, ${bizdat}, and" in problem.render()
    [problem] = problems_of(running("SELECT '${bizdat}';", parameters=[BIZDATE]))
    assert 'Did you mean "bizdate"? Write' in problem.render()
    job = '{"type": "job", "version": "2.0", "steps": ["${bizdate}"], "extend": {}}'
    assert rules(running(job, "DI")) == [("undeclared-parameter", "warning")]


@pytest.mark.parametrize(
    ("content", "command", "more"),
    [
        ("SELECT '${bizdate}';", "ODPS_SQL", {"parameters": [BIZDATE]}),
        (
            "SELECT '${x}';",
            "ODPS_SQL",
            {"parameters": [{**BIZDATE, "type": "NoKvVariableExpression", "name": "-"}]},
        ),
        ("SELECT '${x}';", "ODPS_SQL", {"node": {"inputs": {"variables": [{**BIZDATE, "inputName": "x"}]}}}),
        ("SELECT '${dag.loopTimes}';", "ODPS_SQL", {}),
        ("SELECT 1; -- not ${bizdate}\n", "ODPS_SQL", {}),
        ("set hivevar:d = 1; SELECT ${d};", "EMR_HIVE", {}),
        ("echo ${HOME}\n", "DIDE_SHELL", {}),
        ("f'${x}'\n", "PYODPS3", {}),
    ],
)
def test_a_variable_that_something_gives_a_value_is_not(content: str, command: str, more: Object) -> None:
    assert rules(running(content, command, **more)) == []


def test_the_parameters_around_a_node_count() -> None:
    root = running("SELECT '${bizdate}', '${region}';")
    root["spec"]["workflows"][0]["script"] = {"parameters": [{**BIZDATE, "scope": "Workflow"}]}
    root["spec"]["variables"] = [{**BIZDATE, "name": "region", "scope": "Workflow"}]
    assert rules(root) == []


def test_a_parameter_is_written_once_and_closed() -> None:
    [problem] = problems_of(running("SELECT 1;", parameters=[BIZDATE, {**BIZDATE, "value": "1"}]))
    assert (problem.rule, problem.severity) == ("parameter-twice", "warning")
    assert problem.path[-3:] == ("parameters", 1, "name")
    for value in ("$[yyyymmdd-1", "${yyyymmdd-1", "a-$[hh24"):
        assert rules(running("SELECT 1;", parameters=[{**BIZDATE, "value": value}])) == [
            ("parameter-value", "warning")
        ]
    for value in ("$bizdate", "$[yyyymmdd-1]", "${yyyymmdd}", "[1"):
        assert rules(running("SELECT 1;", parameters=[{**BIZDATE, "value": value}])) == []


def test_what_pulumi_yaml_writes_for_no_value_is_doubted() -> None:
    assert rules(running("SELECT '<nil>';")) == [("no-value", "warning")]
    assert rules(running("SELECT nil < 1;")) == []


def test_windows_line_breaks_break_a_shell() -> None:
    text = "set -e\r\necho hello\r\n"
    for command in ("DIDE_SHELL", "EMR_SHELL", "SSH"):
        assert rules(running(text, command)) == [("crlf", "warning")]
    assert rules(running(text, "CONTROLLER_ASSIGNMENT", language="shell-script")) == [("crlf", "warning")]
    assert rules(running("SELECT 1;\r\n")) == rules(running("print(1)\r\n", "PYODPS3")) == []


@pytest.mark.parametrize(
    ("content", "command", "words"),
    [
        ("\ufeffSELECT 1;\n", "ODPS_SQL", "line 1 of the script has U+FEFF"),
        ("SELECT 1;\nSELECT\u00a01;\n", "ODPS_SQL", "line 2 of the script has U+00A0"),
        ("x\u200b = 1\n", "PYODPS3", "line 1 of the script has U+200B"),
        ("echo\u202f1\n", "DIDE_SHELL", "line 1 of the script has U+202F"),
    ],
)
def test_a_character_that_cannot_be_seen_is_doubted(content: str, command: str, words: str) -> None:
    [problem] = problems_of(running(content, command))
    assert (problem.rule, problem.severity) == ("invisible-character", "warning")
    assert words in problem.render()


@pytest.mark.parametrize(
    ("content", "command"),
    [("SELECT 1; -- a\u00a0b\n", "ODPS_SQL"), ("# a\u00a0b\n", "PYODPS3"), ("SELECT '列';\n", "ODPS_SQL")],
)
def test_one_in_a_comment_is_not(content: str, command: str) -> None:
    assert rules(running(content, command)) == []


def test_a_resource_group_is_some() -> None:
    for group, expected in (
        ("", [("empty-resource-group", "warning")]),
        (" ", [("empty-resource-group", "warning")]),
        ("g", []),
    ):
        root = running("SELECT 1;", node={"runtimeResource": {"resourceGroup": group}})
        assert rules(root) == expected


def test_a_slash_in_a_name_is_doubted() -> None:
    root = running("SELECT 1;", node={"name": "fea/tures"})
    [problem] = problems_of(root)
    assert (problem.rule, problem.severity, problem.path[-1]) == ("slash", "warning", "name")
