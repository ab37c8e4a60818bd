"""Corners in which the core was once wrong."""

import json
import time
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import InvalidDocumentError, changes, nodes_of, project, read, same
from tests.support.documents import etl, node
from tests.support.flowspecs import changed, completed, errors_of, workflow

EDGE = [{"nodeId": "load", "depends": [{"output": "p.o"}]}]


def loop(name: str, *inner: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**node(name), "do-while": {"nodes": list(inner), **more}}


def ids_of(*found: dict[str, Any]) -> list[str]:
    done = completed(etl(nodes=list(found), dependencies=[]))
    return [item["id"] for _, item in nodes_of(workflow(done))]


def test_the_digest_does_not_depend_on_the_ids_that_order_its_sets() -> None:
    assert len({flowspec.digest(completed(etl(), f"urn:{number}")) for number in range(20)}) == 1


@pytest.mark.parametrize("value", ["+-3", "--3", "9" * 5000, True])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    assert errors_of(json.dumps(etl(strategy={"timeout": value})))


@pytest.mark.parametrize("runtime", [None, {"command": None}, {"command": ""}])
def test_a_workflow_without_a_command_gets_one(runtime: Any) -> None:
    done = completed(etl(script={"runtime": runtime}))
    assert workflow(done)["script"]["runtime"]["command"] == "WORKFLOW"


def test_a_null_version_is_filled_in() -> None:
    assert completed({**etl(), "version": None})["version"] == "1.1.0"


def test_an_empty_spelling_hides_no_full_one() -> None:
    assert not same(etl(flow=EDGE), etl(flow=EDGE, dependencies=[{**EDGE[0], "nodeId": "extract"}]))
    assert same(etl(flow=EDGE, dependencies=[]), etl(dependencies=EDGE))
    root = completed(etl(flow=None))
    assert same(project(root, root), root)


def test_half_a_surrogate_pair_in_an_object_is_refused() -> None:
    with pytest.raises(InvalidDocumentError):
        read(etl(name="\ud800"))


def test_keys_that_are_no_text_are_refused() -> None:
    with pytest.raises(InvalidDocumentError):
        read({1: 2, "kind": 3})


def test_the_repeated_key_is_the_one_at_the_path() -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        read('{"a":1,"a":2,"b":{"c":1,"c":2}}')
    [problem] = caught.value.problems
    assert problem.values == (problem.path[-1],)


@pytest.mark.parametrize("text", ['{"a":\n NaN}', '{"a":\n' + "9" * 5000 + "}", "[" * 100000])
def test_every_problem_of_reading_has_a_line(text: str) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        read(text)
    assert caught.value.problems[0].line > 0


@pytest.mark.parametrize(
    "change",
    [
        lambda root: root["spec"].update(description="x"),
        lambda root: root.update(version="1.2.0"),
        lambda root: workflow(root)["dependencies"][0]["depends"][0].update(refTableName="x"),
        lambda root: workflow(root)["dependencies"][0].update(variableDepends=[{"variableName": "v"}]),
    ],
)
def test_every_difference_is_described(change: Any) -> None:
    one = completed()
    two = changed(one, change)
    assert not same(one, two)
    assert changes(one, two).describe()


def test_case_of_a_time_unit_is_no_difference() -> None:
    assert same(etl(strategy={"timeoutUnit": "HOURS"}), etl(strategy={"timeoutUnit": "hours"}))


def test_parameters_that_somebody_added_show() -> None:
    one = completed(etl(script={"runtime": {"command": "WORKFLOW"}, "parameters": []}))
    added = [{"name": "v", "scope": "Workflow", "type": "Constant", "value": "1"}]
    two = changed(one, lambda root: workflow(root)["script"].update(parameters=added))
    assert not same(project(one, two), one)


def test_hundreds_of_problems_are_placed_in_time() -> None:
    root = etl(nodes=[node(f"n{number}", timeout=0.5) for number in range(400)], dependencies=[])
    begin = time.process_time()
    assert len(errors_of(json.dumps(root))) == 400
    assert time.process_time() - begin < 1


def test_nodes_whose_names_come_out_the_same_get_ids_of_their_own() -> None:
    found = ids_of(loop("l", node("x")), node("l/x"))
    assert len(set(found)) == len(found) == 3
    found = ids_of(loop("l", node("x"), **{"while": node("x")}))
    assert len(set(found)) == len(found) == 3


def test_an_id_is_used_once_in_the_whole_document() -> None:
    assert errors_of(etl(nodes=[{**loop("l", node("x", id="1")), "id": "1"}], dependencies=[]))
    assert errors_of(etl(id="5", nodes=[node("a", id="5")], dependencies=[]))


def test_the_condition_of_a_loop_says_what_it_runs() -> None:
    condition = {"name": "w", "script": {"content": "x"}}
    assert errors_of(etl(nodes=[loop("l", node("x"), **{"while": condition})], dependencies=[]))


@pytest.mark.parametrize(
    "text",
    [
        'a: "\ud800"',
        '{"a": "\ud800"}',
        '{"":"","":{"":"","cron":"","cron":"","":""},n',
        '{"":"","":"","":[{"":"","":{"":"","":""}{"":{""""}}}]}]',
    ],
)
def test_broken_texts_are_refused_with_a_line(text: str) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        read(text)
    assert caught.value.problems[0].line == 1


def test_a_byte_order_mark_is_no_problem() -> None:
    assert same(read("\ufeff" + json.dumps(etl())).root, etl())
    assert read("\ufeffkind: CycleWorkflow").root == {"kind": "CycleWorkflow"}
