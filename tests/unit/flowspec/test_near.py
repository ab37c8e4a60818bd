"""What looks like something of this document and is not: keys, outputs, names; and loops with nothing inside."""

import difflib
import json
import random
import time
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import foreign_roots, read
from pulumi_resource_dataworks.flowspec._problems import near, slip
from pulumi_resource_dataworks.flowspec._tables import KNOWN_COMMANDS
from tests.support.documents import etl, node
from tests.support.flowspecs import Object, problems_of


@pytest.mark.parametrize(
    ("word", "meant", "alike"),
    [
        ("recurence", "recurrence", True),
        ("reccurrence", "recurrence", True),
        ("recurrense", "recurrence", True),
        ("recurrecne", "recurrence", True),
        ("rerun_times", "rerunTimes", True),
        ("Name", "name", True),
        ("nmae", "name", True),
        ("nane", "name", False),
        ("node", "nodes", True),
        ("cus", "cu", False),
        ("owners", "owner", True),
        ("rerunTimeout", "rerunTimes", False),
        ("startDate", "startTime", False),
        ("ids", "id", False),
        ("abc", "bcd", False),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_a_slip_is_one_letter_or_another_case(word: str, meant: str, alike: bool) -> None:
    assert slip(word, meant) is alike
    assert slip(meant, word) is alike


@pytest.mark.parametrize(
    ("key", "severity", "hint"),
    [
        ("recurence", "error", '"recurrence"?'),
        ("rerun_times", "error", '"rerunTimes"?'),
        ("recurrenceTypes", "warning", '"recurrence"?'),
        ("rerunTimeout", "warning", '"rerunTimes"?'),
        ("colour", "warning", "Leave it out."),
    ],
)
def test_a_key_is_misspelt_only_where_it_is_a_slip(key: str, severity: str, hint: str) -> None:
    [problem] = problems_of(etl(nodes=[{**node("a"), key: None}], dependencies=[]))
    assert problem.severity == severity
    assert hint in problem.render()


def on(*depends: Object) -> Object:
    """A workflow in which `orders` depends on something."""
    made = {"nodeOutputs": [{"data": "shop.raw_orders"}]}
    nodes = [node("extract", id="7000000000000000001", outputs=made), node("load_1"), node("orders")]
    return etl(nodes=nodes, dependencies=[{"nodeId": "orders", "depends": list(depends)}])


@pytest.mark.parametrize(
    "depend",
    [
        {"output": "shop.extract"},
        {"output": "shop.Extract"},
        {"output": "shop.extrct"},
        {"output": "extrcat"},
        {"output": "shop.raw_order"},
        {"output": "shpo.raw_orders"},
        {"output": "7000000000000000009", "nodeId": "extract"},
        {"output": "7000000000000000009", "refTableName": "extract"},
    ],
)
def test_an_output_that_looks_like_one_of_a_node_here_is_doubted(depend: Object) -> None:
    [problem] = problems_of(on({"type": "Normal", **depend}))
    assert (problem.rule, problem.severity, problem.path[-1]) == ("near-output", "warning", "output")
    assert '"extract"' in problem.render()


@pytest.mark.parametrize(
    "output",
    [
        "shop_root",
        "shop.raw_customers",
        "7000000000000000002",
        "load_2",
        "shop.load_2",
        "shop.raw_orders",
        "x",
    ],
)
def test_an_output_of_another_workflow_is_not(output: str) -> None:
    assert problems_of(on({"type": "Normal", "output": output})) == []


def loop(command: str, **fields: Any) -> Object:
    return etl(nodes=[node("l", script={"runtime": {"command": command}}, **fields)], dependencies=[])


def inner(*commands: str, **fields: Any) -> Object:
    """What a loop holds: a node of each of these types, and one more."""
    marks = [node(f"n{place}", script={"runtime": {"command": one}}) for place, one in enumerate(commands)]
    return {"nodes": [*marks, node("a")], "maxIterations": 3, **fields}


BEGIN, END = "CONTROLLER_CYCLE_START", "CONTROLLER_CYCLE_END"
EACH = ("CONTROLLER_TRAVERSE_START", "CONTROLLER_TRAVERSE_END")
SHOPS = {"array": {"name": "shops", "scope": "NodeParameter", "type": "Constant", "value": "a,b"}}


@pytest.mark.parametrize(
    ("root", "rule", "place"),
    [
        (loop("CONTROLLER_CYCLE"), "no-inner-nodes", "doWhile"),
        (loop("controller_traverse"), "no-inner-nodes", "foreach"),
        (loop("CONTROLLER_CYCLE", doWhile={"nodes": []}), "no-inner-nodes", "nodes"),
        (loop("CONTROLLER_TRAVERSE", foreach={"maxIterations": 128}), "no-inner-nodes", "nodes"),
        (loop("COMBINED_NODE", combined={"nodes": []}), "no-inner-nodes", "nodes"),
        (loop("SUB_PROCESS"), "no-inner-nodes", "subflow"),
        (loop("CONTROLLER_CYCLE", **{"do-while": inner(BEGIN)}), "no-condition", "while"),
        (loop("CONTROLLER_CYCLE", doWhile=inner(END)), "loop-ends", "nodes"),
        (loop("CONTROLLER_CYCLE", doWhile=inner(BEGIN, END, **{"while": node("end")})), "loop-ends", "nodes"),
        (
            loop("CONTROLLER_CYCLE", doWhile=inner(BEGIN, END, maxIterations=None)),
            "no-limit",
            "maxIterations",
        ),
        (loop("CONTROLLER_TRAVERSE", foreach=inner(EACH[0], **SHOPS)), "loop-ends", "nodes"),
        (loop("CONTROLLER_TRAVERSE", foreach=inner(EACH[1], **SHOPS)), "loop-ends", "nodes"),
        (loop("CONTROLLER_TRAVERSE", foreach=inner(*EACH, EACH[0], **SHOPS)), "loop-ends", "nodes"),
        (loop("CONTROLLER_TRAVERSE", foreach=inner(*EACH)), "no-collection", "parameters"),
    ],
)
def test_a_loop_that_would_run_nothing_or_never_end_is_doubted(root: Object, rule: str, place: str) -> None:
    [problem] = problems_of(root)
    assert (problem.rule, problem.severity, problem.path[-1]) == (rule, "warning", place)


@pytest.mark.parametrize(
    "root",
    [
        loop("CONTROLLER_CYCLE", doWhile=inner(BEGIN, **{"while": node("end")})),
        loop("CONTROLLER_CYCLE", doWhile=inner(BEGIN, specWhile=node("end"))),
        loop("CONTROLLER_CYCLE", doWhile=inner(BEGIN, END)),
        loop("CONTROLLER_TRAVERSE", **{"for-each": inner(*EACH, **SHOPS)}),
        loop("CONTROLLER_TRAVERSE", **{"for-each": inner(BEGIN, END, **SHOPS)}),
        loop("SUB_PROCESS", subflow={"id": "42"}),
        loop("COMBINED_NODE", combined={"output": "shop.other"}),
    ],
)
def test_a_control_node_that_holds_what_it_runs_is_not(root: Object) -> None:
    assert problems_of(root) == []


@pytest.mark.parametrize("depend", [{"nodeId": "ods_ordre_{}"}, {"output": "shop.ods_ordre_{}"}])
def test_near_misses_among_a_thousand_names_take_no_time(depend: dict[str, str]) -> None:
    names = [f"ods_order_{number:04}" for number in range(1000)]
    edges = [
        {"nodeId": name, "depends": [{key: form.format(name[-4:]) for key, form in depend.items()}]}
        for name in names
    ]
    text = json.dumps(etl(nodes=[node(name) for name in names], dependencies=edges))
    begin = time.process_time()
    found = problems_of(text)
    assert time.process_time() - begin < 5
    lost = [problem for problem in found if problem.rule != "many-nodes"]
    assert len(lost) == 1000
    assert all(f"ods_order_{number:04}" in problem.render() for number, problem in enumerate(lost))


def test_thousands_of_unknown_keys_take_no_time_and_the_first_hundred_say_what_is_meant() -> None:
    keys = {f"recurrenceTyp{number:04}": None for number in range(3000)}
    begin = time.process_time()
    found = problems_of(etl(nodes=[{**node("a"), **keys}], dependencies=[]))
    assert time.process_time() - begin < 3
    assert len(found) == 3000
    meant = ['Did you mean "recurrence"?' in problem.render() for problem in found]
    assert meant == [True] * 100 + [False] * 2900
    assert {problem.severity for problem in found} == {"warning"}


def test_a_misspelling_is_an_error_however_many_keys_are_before_it() -> None:
    keys = {f"colour{number}": None for number in range(300)}
    found = problems_of(etl(nodes=[{**node("a"), **keys, "recurence": "Pause"}], dependencies=[]))
    assert [problem.rule for problem in found if problem.severity == "error"] == ["misspelt-key"]


def test_words_without_the_letters_of_another_are_not_looked_at_and_none_is_missed() -> None:
    known = tuple(sorted(KNOWN_COMMANDS))
    drawn = random.Random(1)
    words = ["".join(drawn.sample(name, k=len(name) - drawn.randrange(3))) for name in known if len(name) > 5]
    words += [name[:-1] + drawn.choice("aeiou") for name in known]
    for word in words:
        folded = {name.casefold(): name for name in known}
        cutoff = 0.75 if len(word) <= 4 else 0.83
        [*close] = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
        if close:
            assert near(word, known) == f'Did you mean "{folded[close[0]]}"? '
    assert near("x" * 10_000, known) == ""


def test_the_root_of_another_workspace_is_named_once_with_its_place() -> None:
    made = node("made", outputs={"nodeOutputs": [{"data": "my_root"}]})
    outputs = ("shop_root", "my_root", "x.y_root", "shpo_root", "shpo_root", "shop.a")
    waits = [{"nodeId": "made", "depends": [{"output": output} for output in outputs]}]
    inner = node("loop", foreach={"nodes": [node("each")], "dependencies": [{**waits[0], "nodeId": "each"}]})
    document = read(json.dumps(etl(nodes=[made, inner], dependencies=waits), indent=1))
    [reported] = document.place(list(foreign_roots(document.root, "shop")))
    assert reported.path == ("spec", "workflows", 0, "dependencies", 0, "depends", 3)
    assert reported.line > 1
    assert reported.severity == "warning"
    assert '"shpo_root"' in reported.render()
    assert 'Write "shop_root"' in reported.render()
    assert "shpo" not in reported.render(secret=True)
    [inside] = foreign_roots(etl(nodes=[made, inner]), "shop")
    assert inside.path[:7] == ("spec", "workflows", 0, "nodes", 1, "foreach", "dependencies")
