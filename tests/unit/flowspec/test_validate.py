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
from tests.support.corpus import each_ready, each_refused, loaded
from tests.support.documents import etl, node, nodes
from tests.support.flowspecs import (
    WORKFLOW,
    Object,
    Path_,
    at,
    changed,
    chooser,
    errors_of,
    problems_of,
    text_of,
    workflow,
)

NODE: Path_ = (*WORKFLOW, "nodes", 0)
RUNTIME: Path_ = (*NODE, "script", "runtime")
DEPENDENCY: Path_ = (*WORKFLOW, "dependencies", 0)
VARIABLE = {"name": "v", "scope": "NodeContext", "type": "NodeOutput"}


def drop(*path: str | int) -> Callable[[Object], object]:
    return lambda root: at(root, path[:-1]).pop(path[-1])


def write(value: Any, *path: str | int) -> Callable[[Object], object]:
    return lambda root: at(root, path[:-1]).__setitem__(path[-1], value)


def loop(inner: list[Object], **more: Any) -> Object:
    begin = {**node("begin"), "script": {"runtime": {"command": "CONTROLLER_CYCLE_START"}}}
    body = {"nodes": [*inner, begin], "maxIterations": 3, "while": node("end"), **more}
    return {**node("loop"), "script": {"runtime": {"command": "CONTROLLER_CYCLE"}}, "do-while": body}


def add(value: Object) -> Callable[[Object], object]:
    return lambda root: nodes(root).append(value)


RULES: dict[str, tuple[Callable[[Object], object], Path_, list[str]]] = {
    # the document
    "no kind": (drop("kind"), ("kind",), ["CycleWorkflow", "ManualWorkflow", "TriggerWorkflow"]),
    "kind null": (write(None, "kind"), ("kind",), ["missing"]),
    "kind misspelt": (write("CycelWorkflow", "kind"), ("kind",), ['"CycelWorkflow"', '"CycleWorkflow"?']),
    "kind that the parser refuses": (write("Workflow", "kind"), ("kind",), ['"Workflow"']),
    "kind of a node": (write("Node", "kind"), ("kind",), ['"Node"']),
    "kind of another type": (write(7, "kind"), ("kind",), ["7"]),
    "no spec": (drop("spec"), ("spec",), ["object"]),
    "spec as text": (write("{}", "spec"), ("spec",), ["object"]),
    "flat nodes": (write({"nodes": [node("a")]}, "spec"), WORKFLOW[:2], ["spec.workflows[0]"]),
    "no workflows": (write({}, "spec"), WORKFLOW[:2], ["spec.workflows"]),
    "empty workflows": (write([], *WORKFLOW[:2]), WORKFLOW[:2], ["no workflow"]),
    "workflows as object": (write({"name": "x"}, *WORKFLOW[:2]), WORKFLOW[:2], ["list"]),
    "workflows of text": (write(["x"], *WORKFLOW[:2]), WORKFLOW[:2], ["list"]),
    "two workflows": (
        lambda root: root["spec"]["workflows"].append({"name": "b"}),
        (*WORKFLOW[:2], 1),
        ["2 workflows", "resource of its own"],
    ),
    # what every entity needs
    "workflow without name": (drop(*WORKFLOW, "name"), (*WORKFLOW, "name"), ["missing"]),
    "workflow with empty name": (write("", *WORKFLOW, "name"), (*WORKFLOW, "name"), ["missing"]),
    "node without name": (add({**node("x"), "name": None}), (*WORKFLOW, "nodes", 2, "name"), ["missing"]),
    "node without script": (drop(*NODE, "script"), (*NODE, "script"), ["missing"]),
    "dependency without node": (drop(*DEPENDENCY, "nodeId"), (*DEPENDENCY, "nodeId"), ["missing"]),
    # shapes
    "text": (write({"x": 1}, *NODE, "script", "content"), (*NODE, "script", "content"), ["text"]),
    "whole number, fraction": (write(3.5, *NODE, "timeout"), (*NODE, "timeout"), ["whole number"]),
    "whole number, word": (write("soon", *NODE, "rerunTimes"), (*NODE, "rerunTimes"), ["whole number"]),
    "whole number, object": (write({}, *NODE, "priority"), (*NODE, "priority"), ["whole number"]),
    "boolean": (write("yes", *WORKFLOW, "citable"), (*WORKFLOW, "citable"), ["true or false"]),
    "object": (write("00 00 00 * * ?", *WORKFLOW, "trigger"), (*WORKFLOW, "trigger"), ["object"]),
    "object, list": (write([], *NODE, "script", "runtime"), (*NODE, "script", "runtime"), ["object"]),
    "list": (write({}, *WORKFLOW, "dependencies"), (*WORKFLOW, "dependencies"), ["list"]),
    "list item": (write(3, *NODE), NODE, ["object"]),
    "choice": (write("Allow", *NODE, "rerunMode"), (*NODE, "rerunMode"), ['"Allow"', '"Allowed"?', "Denied"]),
    "choice, number": (write(1, *NODE, "instanceMode"), (*NODE, "instanceMode"), ["T+1"]),
    "choice in a list": (
        write("CrossCycleDependsOnOther", *DEPENDENCY, "depends", 0, "type"),
        (*DEPENDENCY, "depends", 0, "type"),
        ["CrossCycleDependsOnOtherNode"],
    ),
    "choice of a trigger": (
        write("Schedule", *WORKFLOW, "trigger", "type"),
        (*WORKFLOW, "trigger", "type"),
        ['"Scheduler"?'],
    ),
    # what the workflow's surroundings and rarer fields hold
    "variable beside the workflow without scope": (
        write([{"name": "x", "type": "Constant"}], "spec", "variables"),
        ("spec", "variables", 0, "scope"),
        ["missing"],
    ),
    "null beside the workflow": (write(None, "spec", "strategy"), ("spec", "strategy"), ["null"]),
    "label of a function": (
        write([{"name": "f", "type": "stringy"}], *NODE, "functions"),
        (*NODE, "functions", 0, "type"),
        ['"stringy"', '"string"?'],
    ),
    "label of a file resource": (
        write([{"name": "f", "type": "jarfile"}], *NODE, "fileResources"),
        (*NODE, "fileResources", 0, "type"),
        ["python, jar"],
    ),
    "label of an engine": (
        write({"tables": [{"guid": "g", "calcEngine": {"type": "MaxComputer"}}]}, *NODE, "inputs"),
        (*NODE, "inputs", "tables", 0, "calcEngine", "type"),
        ['"MaxCompute"?'],
    ),
    "label of an inner strategy": (
        write({"strategy": {"rerunMode": "Sometimes"}}, *NODE, "subflow"),
        (*NODE, "subflow", "strategy", "rerunMode"),
        ["Denied"],
    ),
    "label of a variable's dependency": (
        write(
            [{"variableName": "v", "depends": [{"type": "Usual", "output": "o"}]}],
            *DEPENDENCY,
            "variableDepends",
        ),
        (*DEPENDENCY, "variableDepends", 0, "depends", 0, "type"),
        ['"Usual"'],
    ),
    "null in an inner workflow": (
        write({"outputs": {"nodeOutputs": None}}, *NODE, "subflow"),
        (*NODE, "subflow", "outputs", "nodeOutputs"),
        ["null"],
    ),
    "reference without output": (write({}, *NODE, "reference"), (*NODE, "reference", "output"), ["missing"]),
    "variable from somewhere, without type": (
        write(
            [{**VARIABLE, "from": {"nodeOutput": "o", "scope": "NodeContext"}}], *NODE, "script", "parameters"
        ),
        (*NODE, "script", "parameters", 0, "from", "type"),
        ["missing"],
    ),
    "description of a variable as a number": (
        write([{**VARIABLE, "description": 7}], *NODE, "script", "parameters"),
        (*NODE, "script", "parameters", 0, "description"),
        ["text"],
    ),
    "dataset by name": (write(["d"], *NODE, "datasets"), (*NODE, "datasets", 0), ["object"]),
    "readOnly that is neither": (
        write([{"identifier": "d", "readOnly": "yes"}], *NODE, "datasets"),
        (*NODE, "datasets", 0, "readOnly"),
        ["true or false"],
    ),
    "component by name": (write("newest", *NODE, "component"), (*NODE, "component"), ["object"]),
    "arguments of a container as text": (
        write({"args": "--day 1"}, *RUNTIME, "container"),
        (*RUNTIME, "container", "args"),
        ["a list of texts"],
    ),
    "arguments of a container with a number": (
        write({"args": ["--day", 1]}, *RUNTIME, "container"),
        (*RUNTIME, "container", "args"),
        ["a list of texts"],
    ),
    "template as text": (write("or-tools", *RUNTIME, "template"), (*RUNTIME, "template"), ["object"]),
    "settings of a data source as an object": (
        write({"name": "d", "config": {"a": 1}}, *NODE, "datasource"),
        (*NODE, "datasource", "config"),
        ["text"],
    ),
    "30 days in milliseconds": (
        write(30 * 24 * 3600 * 1000, *NODE, "rerunInterval"),
        (*NODE, "rerunInterval"),
        ["2592000000", "32 bits", "2,147,483,648"],
    ),
    "too large a number, as text": (
        write("2147483648", *WORKFLOW, "trigger", "delaySeconds"),
        (*WORKFLOW, "trigger", "delaySeconds"),
        ["32 bits"],
    ),
    "calendar beyond 64 bits": (
        write(str(2**63), *WORKFLOW, "trigger", "calendarId"),
        (*WORKFLOW, "trigger", "calendarId"),
        ["64 bits"],
    ),
    "dependencies of a loop": (
        add(loop([node("x")], dependencies=[])),
        (*WORKFLOW, "nodes", 2, "do-while", "dependencies"),
        ["Write it as flow."],
    ),
    "condition of a for-each": (
        write({"nodes": [node("x")], "while": node("y")}, *NODE, "foreach"),
        (*NODE, "foreach", "while"),
        ["Only a do-while"],
    ),
    "array of a do-while": (
        add(loop([node("x")], array={})),
        (*WORKFLOW, "nodes", 2, "do-while", "array"),
        ["Only a for-each"],
    ),
    "old name of an output": (
        write({"nodeOutputs": [{"output": "o"}]}, *NODE, "outputs"),
        (*NODE, "outputs", "nodeOutputs", 0, "output"),
        ["Write it as data."],
    ),
    "lost dependency of a variable": (
        write([{"variableName": "v", "depends": [{"nodeId": "extrct"}]}], *DEPENDENCY, "variableDepends"),
        (*DEPENDENCY, "variableDepends", 0, "depends", 0, "nodeId"),
        ['"extract"?'],
    ),
    # names and dependencies
    "name twice": (add(node("load")), (*WORKFLOW, "nodes", 2, "name"), ['"load"', "nodes[1]"]),
    "id twice": (
        lambda root: [item.update(id="77") for item in nodes(root)],
        (*WORKFLOW, "nodes", 1, "id"),
        ['"77"', "nodes[0]"],
    ),
    "id twice, number and text": (
        lambda root: [item.update(id=value) for item, value in zip(nodes(root), ("77", 77), strict=True)],
        (*WORKFLOW, "nodes", 1, "id"),
        ["77"],
    ),
    "node that runs nothing": (
        write({"content": "SELECT 1"}, *NODE, "script"),
        (*NODE, "script", "runtime", "command"),
        ["ODPS_SQL"],
    ),
    "dependency of nobody": (
        write("lood", *DEPENDENCY, "nodeId"),
        (*DEPENDENCY, "nodeId"),
        ['"lood"', '"load"?', '"extract"'],
    ),
    "dependency on nobody": (
        write("extrakt", *DEPENDENCY, "depends", 0, "nodeId"),
        (*DEPENDENCY, "depends", 0, "nodeId"),
        ['"extrakt"', '"extract"?', "drop"],
    ),
    "dependency on nobody by table name": (
        write({"type": "Normal", "refTableName": "else"}, *DEPENDENCY, "depends", 0),
        (*DEPENDENCY, "depends", 0, "refTableName"),
        ['"else"'],
    ),
    "dependency on nothing": (
        write({"type": "Normal"}, *DEPENDENCY, "depends", 0),
        (*DEPENDENCY, "depends", 0),
        ["output"],
    ),
    "flow on nobody": (
        lambda root: workflow(root).update(
            dependencies=[], flow=[{"nodeId": "load", "depends": [{"nodeId": "x"}]}]
        ),
        (*WORKFLOW, "flow", 0, "depends", 0, "nodeId"),
        ['"x"'],
    ),
    # inside a control node
    "inner node without name": (
        add(loop([{"script": {"runtime": {"command": "SHELL"}}}])),
        (*WORKFLOW, "nodes", 2, "do-while", "nodes", 0, "name"),
        ["missing"],
    ),
    "inner name twice": (
        add(loop([node("a"), node("a")])),
        (*WORKFLOW, "nodes", 2, "do-while", "nodes", 1, "name"),
        ['"a"'],
    ),
    "inner dependency on an outer node": (
        add(loop([node("a")], flow=[{"nodeId": "a", "depends": [{"nodeId": "extract"}]}])),
        (*WORKFLOW, "nodes", 2, "do-while", "flow", 0, "depends", 0, "nodeId"),
        ['"extract"'],
    ),
    "inner choice": (
        add(loop([node("a")], **{"while": node("end", recurrence="Always")})),
        (*WORKFLOW, "nodes", 2, "do-while", "while", "recurrence"),
        ['"Always"', "Normal"],
    ),
}


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


def test_every_problem_is_told_at_once_warnings_too() -> None:
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


def test_a_json_file_of_another_kind_is_told_as_such() -> None:
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
def test_public_documents_that_cannot_be_imported_are_told_what_to_do(file: Path) -> None:
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
