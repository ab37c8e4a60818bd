"""The conditions of branches: Python, once the parameters' texts are put in."""

import pytest

from pulumi_resource_dataworks.flowspec._scripts import when_problems

PARAMETERS = {"text": "test1", "number": "42", "date": "$[yyyymmdd]", "quoted": "'x'", "free": None}


@pytest.mark.parametrize(
    "when",
    [
        "1 == 1",
        "'${text}' == 'test1'",
        '"${text}" in ("a", "b")',
        "${number} > 10",
        "${date} == '20240101'",
        "${quoted} == 'x'",
        "${free} >= 3 or '${free}' == ''",
        "not (${number} > 1 and '${text}' == 'b')",
        "len('${text}') > 3",
        "'${text}_${number}' == 'x_1'",
        "${text}${number} == 3",
        "${dag.loopTimes} < 3",
        "${bizdate[0:4]} > 3",
        " ${number} > 1\n",
        "'\\d' != '${text}'",
        "1 == 'a'",
        "1" * 5000 + " = 1",
    ],
)
def test_nothing_is_said_of_a_condition_that_can_be_read(when: str) -> None:
    assert list(when_problems(when, PARAMETERS, ("when",))) == []


@pytest.mark.parametrize(
    ("when", "rule", "words"),
    [
        ("${text} == 'test1'", "when-quotes", """Write "'${text}'"."""),
        ("${number} > 1 and ${text} == 'a'", "when-quotes", '"test1"'),
        ("'${number}' > 10", "when-quotes", "with a number"),
        ("10 == '${text}'", "when-quotes", "with a number"),
        ("risk > 3", "when-quotes", '"${risk}" for a parameter'),
        ("${text} = 1", "when-python", "not a Python expression"),
        ("1 == 1 && 2 == 2", "when-python", "not a Python expression"),
        ("", "when-python", "not a Python expression"),
        ("(" * 300, "when-python", "not a Python expression"),
        ("${hour} > 3", "when-parameter", '"${hour}"'),
        ("'${hour}' == '${hour}'", "when-parameter", "script.parameters"),
        ("${Größe} > 3", "when-parameter", '"${Größe}"'),
    ],
)
def test_what_python_could_not_read_is_a_warning(when: str, rule: str, words: str) -> None:
    [problem] = when_problems(when, PARAMETERS, ("when",))
    assert (problem.rule, problem.severity, problem.path) == (rule, "warning", ("when",))
    assert words in problem.render()
