"""Documents in YAML: what is written is what is read."""

import json
import time
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import InvalidDocumentError, read, same
from pulumi_resource_dataworks.flowspec._texts import read_yaml
from tests.support.documents import ETL
from tests.support.flowspecs import errors_of, problems_of, workflow

TEXT = """
version: 1.10            # not the number 1.1
kind: CycleWorkflow
spec:
  workflows:
    - name: on           # not true
      id: 0123           # not an octal
      trigger: &daily
        type: Scheduler
        cron: 00 03 00 * * ?
        startTime: 1970-01-01 00:00:00
        delaySeconds: 10
      nodes:
        - name: 12:30:45
          trigger: *daily
          rerunTimes: 3
          autoParse: true
          description: ~
          script:
            <<: {path: 'x/12:30:45'}
            runtime: {command: ODPS_SQL, cu: 0.25}
            content: |
              SELECT 1;
"""


def test_text_stays_what_was_written() -> None:
    root = read(TEXT).root
    flow = workflow(root)
    [node] = flow["nodes"]
    assert root["version"] == "1.10"
    assert (flow["name"], flow["id"], node["name"]) == ("on", "0123", "12:30:45")
    assert node["trigger"] == flow["trigger"]
    assert flow["trigger"]["startTime"] == "1970-01-01 00:00:00"
    assert (node["rerunTimes"], node["autoParse"], node["description"]) == (3, True, None)
    assert node["script"]["runtime"]["cu"] == "0.25"
    assert node["script"]["path"] == "x/12:30:45"
    assert node["script"]["content"] == "SELECT 1;\n"


def test_what_is_text_keeps_its_zeros_and_what_is_a_number_is_whole() -> None:
    [node] = workflow(read(TEXT.replace("rerunTimes: 3", "rerunTimes: 3.0").replace("0.25", "1.0")).root)[
        "nodes"
    ]
    assert (repr(node["rerunTimes"]), node["script"]["runtime"]["cu"]) == ("3", "1.0")


def test_yaml_and_json_of_one_document_are_equal() -> None:
    as_yaml = json.dumps(ETL, indent=1).replace("{", "{ ", 1)
    assert same(read(f"# a comment\n{as_yaml}").root, read(json.dumps(ETL)).root)


def test_a_problem_has_its_place_in_yaml() -> None:
    [problem] = errors_of(TEXT.replace("rerunTimes: 3", "rerunTimes: three"))
    assert problem.path[-1] == "rerunTimes"
    assert (problem.line, problem.column) == (16, 23)
    assert not problems_of(TEXT)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: *x", "stands for nothing"),
        ("a: &x [*x]", "inside itself"),
        ("a: !!python/object:os.system x", "tag"),
        ("a: 1\na: 2", "twice"),
        ("? [a]\n: c", "key"),
        ("a: {{group}}", 'a placeholder in quotes: "{{name}}"'),
        ("--- {a: b}\n--- {a: b}", "more than one"),
        ("a: {<<: 3}", "<<"),
        ("- " * 50000 + "x", "nested"),
        ("", "not a FlowSpec document"),
        ("a: b: c", "not YAML"),
        ("\0", "not YAML"),
    ],
)
def test_what_cannot_be_read_says_why_and_where(text: str, word: str) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        read(text)
    [problem] = caught.value.problems
    assert word in problem.render()
    assert problem.line > 0


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("kind: [", 2, 1),
        ("kind: CycleWorkflow\n  spec: x", 2, 7),
        ("kind: CycleWorkflow\nspec:\n\t- x", 3, 1),
    ],
)
def test_a_syntax_problem_is_shown_where_it_is(text: str, line: int, column: int) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        read(text)
    [problem] = caught.value.problems
    assert (problem.line, problem.column) == (line, column)


def test_a_billion_laughs_are_few() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    begin = time.process_time()
    with pytest.raises(InvalidDocumentError):
        read("\n".join(lines))
    assert time.process_time() - begin < 1


def test_an_anchor_is_expanded_where_it_is_used() -> None:
    found: Any = read("kind: &k CycleWorkflow\nspec: {type: *k}").root
    assert found["spec"]["type"] == "CycleWorkflow"


def test_merges_into_a_big_object_take_no_time_and_win_as_yaml_says() -> None:
    many = "".join(f", k{number}: 1" for number in range(30_000))
    merges = ", ".join(["*first"] * 1000)
    text = f"x: &first {{a: first, b: first}}\ny: {{<<: [{{a: list}}, {merges}], b: own{many}}}\n"
    begin = time.process_time()
    found = read_yaml(text)["y"]
    assert time.process_time() - begin < 5
    assert (found["a"], found["b"], len(found)) == ("list", "own", 30_002)


def test_aliases_of_a_long_text_count_by_its_length() -> None:
    aliases = "\n".join(["- *text"] * 50)
    kept = read_yaml(f"- &text {'x' * 20_000}\n{aliases}\n")
    assert len(kept) == 51
    with pytest.raises(InvalidDocumentError) as caught:
        read_yaml(f"- &text {'x' * 500_000}\n{aliases}\n")
    assert "aliases stand for more than" in caught.value.problems[0].message
