"""Validation: each rule once, at the exact path and line; every problem at once; and nothing about good documents."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import (
    InvalidDocumentError,
    Problem,
    complete,
    read,
    show_path,
    validate,
)
from tests.support.broken_documents import DEPENDENCY, NODE, RULES, add, drop, loop, write
from tests.support.corpus import each_ready, each_refused, loaded
from tests.support.documents import etl, node
from tests.support.flowspecs import (
    WORKFLOW,
    Object,
    Path_,
    changed,
    chooser,
    errors_of,
    problems_of,
    text_of,
    workflow,
)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_speaks_once_at_its_place(rule: str) -> None:
    change, path, words = RULES[rule]
    root = changed(etl(), change)
    text, where = text_of(root)
    (problem,) = problems_of(text)
    assert (problem.severity, problem.path) == ("error", path)
    shown = problem.render()
    assert all(word in shown for word in words), shown
    nearest = next(path[:length] for length in range(len(path), -1, -1) if path[:length] in where)
    assert problem.line == where[nearest]
    assert shown.startswith(f"{show_path(path)} (line {problem.line}, column {problem.column}): ")
    assert shown.endswith((".", "?"))
    (same,) = problems_of(root)
    assert (same.path, same.message, same.values) == (problem.path, problem.message, problem.values)


ACCEPTED: dict[str, Callable[[Object], object]] = {
    "nothing wrong": lambda _: None,
    "no version": drop("version"),
    "another version": write("2.0.0", "version"),
    "kind in another case": write("cycleworkflow", "kind"),
    "manual": write("ManualWorkflow", "kind"),
    "trigger": write("TriggerWorkflow", "kind"),
    "choice in another case": write("failureallowed", *NODE, "rerunMode"),
    "number as text": write("3", *NODE, "rerunTimes"),
    "signed number as text": write("+3", *NODE, "rerunTimes"),
    "text as number": write(300, *NODE, "script", "runtime", "cu"),
    "boolean as text": write("TRUE", *WORKFLOW, "citable"),
    "null": write(None, *NODE, "timeout"),
    "null list": write(None, *WORKFLOW, "dependencies"),
    "no nodes": lambda root: workflow(root).update(nodes=[], dependencies=[]),
    "command of another case": write("notebook", *NODE, "script", "runtime", "command"),
    "command by number": write({"commandTypeId": 10}, *NODE, "script", "runtime"),
    "external output": write({"output": "other.out"}, *DEPENDENCY, "depends", 0),
    "own past": write({"type": "CrossCycleDependsOnSelf"}, *DEPENDENCY, "depends", 0),
    "inner node named as an outer one": add(loop([node("extract"), node("load")])),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_doubts_are_no_problems(case: str) -> None:
    assert problems_of(changed(etl(), ACCEPTED[case])) == []


def test_a_key_that_the_parser_drops_is_doubted_and_a_misspelt_one_refused() -> None:
    [doubt] = problems_of(changed(etl(), write(1, *NODE, "later")))
    assert (doubt.severity, doubt.path[-1]) == ("warning", "later")
    [problem] = errors_of(changed(etl(), write("Pause", *NODE, "recurence")))
    assert "recurrence" in problem.render()
    both = changed(changed(etl(), write("Pause", *NODE, "recurrence")), write("Pause", *NODE, "recurence"))
    assert not errors_of(both)


def test_a_dependency_may_call_a_node_by_all_that_is_known_of_it() -> None:
    outputs = {"nodeOutputs": [{"data": "shop.raw"}]}
    root = etl(nodes=[node("a", id="11", outputs=outputs), node("b")])
    for word in ("11", "a", "shop.raw"):
        for key in ("nodeId", "refTableName", "output"):
            workflow(root)["dependencies"] = [{"nodeId": "b", "depends": [{key: word}]}]
            assert problems_of(root) == []
        workflow(root)["dependencies"] = [{"nodeId": word, "depends": []}]
        assert problems_of(root) == []


def test_a_spec_id_beside_the_workflows_own_is_a_warning() -> None:
    root = changed(etl(id="12"), lambda root: root["spec"].update(id="34"))
    text, where = text_of(root)
    (problem,) = validate(read(text))
    assert (problem.severity, problem.path, problem.line) == ("warning", ("spec", "id"), where["spec", "id"])
    assert '"34"' in problem.render()
    assert '"12"' in problem.render()
    assert problems_of(changed(root, lambda root: root["spec"].update(id=12))) == []


def test_every_problem_is_reported_at_once_warnings_too() -> None:
    one = changed(etl(), write("Sometimes", *NODE, "recurrence"))
    one = changed(one, write(2.5, *NODE, "timeout"))
    one = changed(one, drop(*WORKFLOW, "nodes", 1, "name"))
    one = changed(one, write([], "version"))
    assert {problem.path for problem in problems_of(one)} == {
        ("version",),
        (*NODE, "recurrence"),
        (*NODE, "timeout"),
        (*WORKFLOW, "nodes", 1, "name"),
    }
    two = changed(etl(id="12"), lambda root: root["spec"].update(id="34"))
    two = changed(two, write("nobody", *DEPENDENCY, "nodeId"))
    two = changed(two, write("load", *NODE, "name"))
    with pytest.raises(InvalidDocumentError) as caught:
        validate(read(two))
    assert [(problem.severity, problem.path) for problem in caught.value.problems] == [
        ("warning", ("spec", "id")),
        ("error", (*WORKFLOW, "nodes", 1, "name")),
        ("error", (*DEPENDENCY, "nodeId")),
        ("error", (*DEPENDENCY, "depends", 0, "nodeId")),
    ]


def test_a_json_file_of_another_kind_is_reported_as_such() -> None:
    (problem,) = problems_of({"name": "app", "scripts": {}})
    assert problem.path == ()
    assert "name, scripts" in problem.render()
    (problem,) = problems_of({})
    assert problem.path == ()


@each_ready
def test_public_documents_that_can_be_imported_have_no_error(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert [problem.render() for problem in errors_of(text)] == []
    done = complete(read(text).root, chooser())
    assert [problem.render() for problem in errors_of(done)] == []


@each_refused
def test_public_documents_that_cannot_be_imported_are_reported_with_what_to_do(file: Path) -> None:
    found = errors_of(file.read_text(encoding="utf-8"))
    assert found
    for problem in found:
        assert problem.line > 0
        assert problem.remedy.split()[0] in {
            "Write",
            "Move",
            "Declare",
            "The",
            "A",
            "It",
            "Leave",
            "{}Write",
            "Did",
        }, problem.remedy
    root = loaded(file)
    flat = root.get("kind") in ("CycleWorkflow", "ManualWorkflow") and "nodes" in (root.get("spec") or {})
    if flat:
        assert [problem.path for problem in found] == [("spec", "workflows")]
        assert "spec.workflows[0]" in found[0].remedy


SECRET = "Zq7-topsecret"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "id twice, number and text"])
def test_a_secret_document_is_not_quoted(rule: str) -> None:
    change, path, _ = RULES[rule]

    def mark(value: Any) -> Any:
        """Every text of the document made unmistakable; keys stay."""
        if isinstance(value, dict):
            return {key: mark(item) for key, item in value.items()}
        if isinstance(value, list):
            return [mark(item) for item in value]
        return f"{SECRET}{value}" if isinstance(value, str) and value else value

    keep = {"kind", "type", "command", "recurrence", "rerunMode"}

    def restore(marked: Any, plain: Any) -> None:
        """The words of the vendor's vocabulary as they were, so that the same rule speaks."""
        items = marked.items() if isinstance(marked, dict) else enumerate(marked)
        for key, item in list(items):
            if isinstance(item, dict | list):
                restore(item, plain[key])
            elif key in keep and path[-1] != key:
                marked[key] = plain[key]

    root = changed(etl(), change)
    marked = mark(root)
    restore(marked, root)
    found = errors_of(json.dumps(marked))
    assert found
    assert any(problem.path == path for problem in found)
    for problem in found:
        shown = problem.render(secret=True)
        assert SECRET not in shown
        assert show_path(problem.path) in shown
        assert not any(str(value) in shown for value in problem.values if len(str(value)) > 3), shown


def test_a_secret_text_that_cannot_be_read_is_not_quoted() -> None:
    for text in (
        f'{{"a": "{SECRET}\n"}}',
        f'{{"a": {SECRET}}}',
        SECRET,
        f'{{"a": "{SECRET}", "a": "{SECRET}"}}',
        f'{{"a": ["{SECRET}\\ud800"]}}',
    ):
        with pytest.raises(InvalidDocumentError) as caught:
            read(text)
        assert all(SECRET not in problem.render(secret=True) for problem in caught.value.problems)
        assert SECRET not in str(caught.value)


def test_values_are_quoted_and_long_ones_are_cut() -> None:
    assert Problem(("a",), "{} is {}", "Write {}.", ("x{}", 3, "y")).render() == 'a: "x{}" is 3. Write "y".'
    shown = Problem(("a",), "{} is long", "Cut it.", ("x" * 1000,)).render()
    assert len(shown) < 200
    assert Problem((), "m", "r", line=3, column=4).render().startswith("spec (line 3, column 4): ")


@pytest.mark.parametrize(
    ("path", "shown"),
    [((), ""), (("spec", "workflows", 0, "name"), "spec.workflows[0].name"), ((0, "a"), "[0].a")],
)
def test_paths_are_shown_as_people_write_them(path: Path_, shown: str) -> None:
    assert show_path(path) == shown
