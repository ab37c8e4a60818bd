"""Reading: what cannot be read is said once, at its line and column."""

import json
import math
import time
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import InvalidDocumentError, Problem, canonical, read, read_canonical
from pulumi_resource_dataworks.flowspec._document import MAX_TEXT
from pulumi_resource_dataworks.flowspec._texts import MAX_DEPTH
from tests.support.corpus import each_ready
from tests.support.flowspecs import at, completed, problems_of, put, text_of
from tests.support.messages import Messages


def refused(source: object) -> list[Problem]:
    with pytest.raises(InvalidDocumentError) as caught:
        read(source)
    return caught.value.problems


def only(source: object) -> Problem:
    (problem,) = refused(source)
    assert problem.severity == "error"
    return problem


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"kind": "x",\n "spec": }', 2, 10),
        ('{"kind": "x"\n  "spec": {}}', 2, 3),
        ('{"kind": "x",\n', 2, 1),
        ("{'kind': 1}", 1, 2),
        ('{"kind":\n\n "a\tb"}', 3, 4),
        ('{"kind": "x"} more', 1, 15),
    ],
)
def test_a_syntax_problem_is_shown_where_it_is(text: str, line: int, column: int) -> None:
    problem = only(text)
    assert (problem.line, problem.column) == (line, column)
    assert "not JSON" in problem.message


@pytest.mark.parametrize(
    ("text", "path", "line", "column"),
    [
        ('{"a": 1,\n "a": 2}', ("a",), 2, 7),
        ('{"a": {"b": 1,\n\n   "b": {}}}', ("a", "b"), 3, 9),
        ('{"a": [0, {"k": "x, {", "k":\n2}]}', ("a", 1, "k"), 2, 1),
        ('{"a": {"x": 1}, "b": {"x": 1},\n"a": 0}', ("a",), 2, 6),
        ('{"\\u0061": 1,\n"a": 2}', ("a",), 2, 6),
        ('{"a\\"b": 1, "a\\"b":\n null}', ('a"b',), 2, 2),
    ],
)
def test_a_key_that_is_written_twice_is_shown_at_its_second_place(
    text: str, path: tuple[Any, ...], line: int, column: int
) -> None:
    problem = only(text)
    assert (problem.path, problem.line, problem.column) == (path, line, column)
    assert problem.values == (path[-1],)


@pytest.mark.parametrize(
    "text", ["[]", '[{"kind": "CycleWorkflow"}]', '"text"', "null", "true", "12", "1e300", "9" * 30]
)
def test_a_text_that_holds_no_object_is_no_document(text: str, messages: Messages) -> None:
    problem = only(text)
    assert (problem.path, problem.line, problem.column) == ((), 1, 1)
    messages(problem.remedy)


@pytest.mark.parametrize("source", [None, 3, 2.5, True, ["x"], b"{}"])
def test_what_is_neither_text_nor_object_is_no_document(source: object) -> None:
    assert only(source).path == ()


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_words_that_are_no_json_numbers_are_refused(word: str) -> None:
    assert word in only(f'{{"a": {word}}}').message


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_floats_that_are_no_json_numbers_are_refused_at_their_path(value: float) -> None:
    assert only({"a": [1, value]}).path == ("a", 1)


def test_numbers_past_all_bounds_are_refused_where_they_stand() -> None:
    problem = only('{"a": 1,\n "b": [0, 1e999]}')
    assert (problem.path, problem.line, problem.column) == (("b", 1), 2, 11)
    assert "9" * 5000 not in only(f'{{"a": {"9" * 5000}}}').render()


def test_text_keeps_whole_numbers_of_any_size() -> None:
    assert read('{"id": 7342349832749832749832, "f": 2.5}').root == {"id": 7342349832749832749832, "f": 2.5}


def test_whole_numbers_of_a_text_are_whole() -> None:
    """Pulumi hands numbers of another stack over as floats, and Python writes them as 3600.0."""
    text = '{"a": 3600.0, "b": [1.8e5], "c": 2.5, "d": 1e16, "e": -0.0, "f": 1}'
    root = read(text).root
    assert json.dumps(root) == '{"a": 3600, "b": [180000], "c": 2.5, "d": 1e+16, "e": 0, "f": 1}'
    assert json.dumps(read(f"# YAML\n{text}").root) == json.dumps(root)


@pytest.mark.parametrize(
    ("text", "path", "line", "column"),
    [
        ('{"a": 1,\n "b": "x\\ud800y"}', ("b",), 2, 7),
        ('{"a": [\n"\\udc00"]}', ("a", 0), 2, 1),
    ],
)
def test_half_of_a_surrogate_pair_is_refused(
    text: str, path: tuple[Any, ...], line: int, column: int
) -> None:
    problem = only(text)
    assert (problem.path, problem.line, problem.column) == (path, line, column)


def test_half_of_a_surrogate_pair_is_refused_in_a_key_too() -> None:
    assert only('{"a": {"\\ud800": 1}}').path == ("a",)


def test_whole_surrogate_pairs_are_characters() -> None:
    assert read('{"a": "\\ud83d\\ude00"}').root == {"a": "\U0001f600"}


def test_the_longest_text_is_read_and_a_longer_one_is_not() -> None:
    text = '{"a": ""}'
    fill = MAX_TEXT - len(text)
    assert len(read(f'{{"a": "{"x" * fill}"}}').root["a"]) == fill
    started = time.process_time()
    assert f"{MAX_TEXT + 1:,}" in only(f'{{"a": "{"x" * (fill + 1)}"}}').message
    assert time.process_time() - started < 1


def nested(levels: int) -> dict[str, Any]:
    value: Any = []
    for _ in range(levels - 2):
        value = [value]
    return {"a": value}


def test_the_deepest_nesting_is_read_and_a_deeper_one_is_not() -> None:
    fine, deep = nested(MAX_DEPTH + 1), nested(MAX_DEPTH + 2)
    assert read(fine).root == fine
    assert read(json.dumps(fine)).root == fine
    for source in (deep, json.dumps(deep)):
        problem = only(source)
        assert len(problem.path) == MAX_DEPTH + 1
        assert str(MAX_DEPTH) in problem.message


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_nesting_without_end_is_refused_and_no_crash(opening: str) -> None:
    started = time.process_time()
    only(opening * 200_000)
    assert time.process_time() - started < 1


def test_every_rounded_number_of_an_object_is_refused_at_once() -> None:
    problems = refused(
        {"spec": {"id": 2.0**53 + 2, "ok": 2**53 - 1, "edge": 2**53, "ids": [5, -(2**60)]}, "version": 1e30}
    )
    assert {problem.path for problem in problems} == {
        ("spec", "id"),
        ("spec", "edge"),
        ("spec", "ids", 1),
        ("version",),
    }
    assert all("2^53" in problem.message and "quotes" in problem.remedy for problem in problems)
    assert all((problem.line, problem.column) == (0, 0) for problem in problems)


def test_all_that_an_object_cannot_hold_is_refused_at_once() -> None:
    paths = [problem.path for problem in refused({"a": 2**53, "b": "\ud800", "c": {"\ud800": 1}})]
    assert paths == [("a",), ("b",), ("c",)]


def test_whole_floats_of_an_object_are_whole_numbers() -> None:
    root = read({"a": 3.0, "b": 2.5, "c": True, "d": [4.0], "e": 2.0**53 - 1}).root
    assert root == {"a": 3, "b": 2.5, "c": True, "d": [4], "e": 2**53 - 1}
    assert [type(root[key]) for key in "abce"] == [int, float, bool, int]
    assert type(root["d"][0]) is int


def test_what_json_cannot_hold_is_refused_at_its_path() -> None:
    assert only({"a": {"b": object()}}).path == ("a", "b")


def test_tuples_are_lists() -> None:
    assert read({"a": ({"b": 1},)}).root == {"a": [{"b": 1}]}


def test_an_object_is_copied() -> None:
    source: dict[str, Any] = {"a": {"b": [1]}}
    root = read(source).root
    source["a"]["b"].append(2)
    assert root == {"a": {"b": [1]}}


def test_text_and_object_give_the_same_document() -> None:
    root = completed()
    assert read(json.dumps(root)).root == read(root).root == root


def test_the_line_of_every_value_is_found() -> None:
    root = completed()
    text, where = text_of(root)
    document = read(text)
    for path, line in where.items():
        (placed,) = document.place([Problem(path, "m", "r")])
        assert placed.line == line, path
        column = text.splitlines()[line - 1][placed.column - 1 :]
        value = at(root, path)
        start = "{" if isinstance(value, dict) else "[" if isinstance(value, list) else json.dumps(value)
        assert column.startswith(start), path


def test_what_is_not_there_is_placed_at_its_nearest_parent() -> None:
    root = completed()
    text, where = text_of(root)
    (placed,) = read(text).place([Problem(("spec", "workflows", 0, "nope", 3), "m", "r")])
    assert placed.line == where["spec", "workflows", 0]


def test_an_object_has_no_lines() -> None:
    assert {problem.line for problem in problems_of(put(completed(), ("kind",), "x"))} == {0}


@each_ready
def test_canonical_text_is_a_fixed_point(file: Path) -> None:
    root = read(file.read_text(encoding="utf-8")).root
    text = canonical(root)
    assert canonical(read(text).root) == text
    assert read_canonical(text).root == root
    backwards = json.loads(text, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert canonical(backwards) == text


def test_canonical_text_keeps_what_pulumi_would_lose() -> None:
    root: dict[str, Any] = {
        "z": None,
        "a": 7342349832749832749,
        "b": "\u5de5\u4f5c\u6d41",
        "c": 1.5,
        "d": [],
        "e": {},
    }
    text = canonical(root)
    assert text == '{"a":7342349832749832749,"b":"\u5de5\u4f5c\u6d41","c":1.5,"d":[],"e":{},"z":null}'
    assert read(text).root == root
