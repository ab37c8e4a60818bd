"""What follows from a control node's fields is sent with it."""

import copy
import json
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import complete, digest, is_secret, output_of, rename_ids, secret
from tests.support.controls import (
    REFERENCE,
    arm,
    control,
    controls,
    each,
    fork,
    hub,
    merge,
    named,
    on,
    variable,
    watch,
)
from tests.support.documents import etl, node
from tests.support.flowspecs import Object, chooser, completed, problems_of, workflow


def sent(*nodes: Object, **fields: Any) -> dict[str, Object]:
    """The nodes as they are sent, by name."""
    return named(completed(etl(nodes=[*nodes], **{"dependencies": [], **fields})))


def script(found: Object) -> Any:
    return json.loads(found["script"]["content"])


def test_a_branch_gets_the_script_that_runs() -> None:
    assert script(sent(fork())["fork"]) == [
        {"condition": "'${day}' == 'sun'", "nodeoutput": "shop.sunday", "description": "Sunday"},
        {"condition": "'${day}' != 'sun'", "nodeoutput": "shop.week", "description": ""},
    ]


def test_the_arms_of_a_branch_are_outputs_of_its_node_beside_its_own() -> None:
    found = sent(fork())["fork"]
    assert [one["data"] for one in found["outputs"]["nodeOutputs"]] == [
        found["id"],
        "shop.sunday",
        "shop.week",
    ]
    assert output_of(found) == found["id"]
    named_ones = {"nodeOutputs": [{"data": "shop.zoo"}, {"data": "shop.week"}]}
    found = sent(fork(outputs=named_ones))["fork"]
    assert [one["data"] for one in found["outputs"]["nodeOutputs"]] == [
        "shop.zoo",
        "shop.week",
        "shop.sunday",
    ]
    assert output_of(found) == "shop.zoo"


def test_a_dependency_on_an_arm_is_one_on_its_branch() -> None:
    root = etl(nodes=[fork(), node("a")], dependencies=[on("a", {"output": "shop.week"})])
    [edge] = workflow(completed(root))["dependencies"]
    assert edge["depends"] == [{"type": "Normal", "output": "shop.week", "refTableName": "fork"}]
    root["spec"]["workflows"][0]["dependencies"].append(on("fork", {"nodeId": "a"}))
    assert [problem.rule for problem in problems_of(root)] == ["cycle"]


@pytest.mark.parametrize("empty", [None, "", " \n"])
def test_an_empty_script_is_as_good_as_none(empty: Any) -> None:
    assert script(sent(fork(script={"content": empty}))["fork"])


def test_a_script_that_the_author_wrote_is_sent_as_it_is() -> None:
    own = json.dumps([{"condition": "1", "nodeoutput": "shop.a"}, {"condition": "0", "nodeoutput": "shop.b"}])
    found = sent(fork(arm("1", "shop.a"), arm("0", "shop.b"), script={"content": own}))["fork"]
    assert found["script"]["content"] == own


def test_the_type_may_be_a_number_or_in_another_case() -> None:
    for runtime in ({"commandTypeId": 1101}, {"commandTypeId": "1101"}, {"command": "controller_branch"}):
        assert script(sent(fork(script={"runtime": runtime}))["fork"])


def test_a_join_watches_the_outputs_of_the_nodes_that_it_names() -> None:
    found = sent(node("rest"), node("work"), merge())
    rest, work = found["rest"]["id"], found["work"]["id"]
    branches = found["merge"]["join"]["branches"]
    assert [one["output"]["data"] for one in branches] == [rest, work]
    assert not any("nodeId" in one for one in branches)
    assert script(found["merge"]) == {
        "branchList": [
            {"node": rest, "runStatus": [1, 2], "logic": 1},
            {"node": work, "runStatus": [1, 2], "logic": 1},
        ],
        "resultStatus": "1",
    }


@pytest.mark.parametrize(
    "branch",
    [
        watch("rest"),
        watch("b", nodeId="rest"),
        watch("b", output={"data": "rest"}),
        watch("b", output={"data": "shop.rest"}),
        watch("b", nodeId="42"),
    ],
)
def test_a_branch_of_a_join_may_say_it_in_each_way(branch: Object) -> None:
    rest = node("rest", id="42", outputs={"nodeOutputs": [{"data": "shop.rest"}]})
    found = sent(rest, merge(branch, expression=branch["name"]))["merge"]
    assert found["join"]["branches"][0]["output"]["data"] == "shop.rest"
    assert script(found)["branchList"][0]["node"] == "shop.rest"


@pytest.mark.parametrize(
    ("expression", "logic"),
    [("b_1 or b_2", 2), ("b_1 AND b_2", 1), ("(b_2 and b_1)", 1), ("b_1 and b_2 and b_1", 1)],
)
def test_one_word_combines_all_branches(expression: str, logic: int) -> None:
    found = sent(node("rest"), node("work"), merge(expression=expression))["merge"]
    assert [one["logic"] for one in script(found)["branchList"]] == [logic, logic]


@pytest.mark.parametrize(
    "expression", ["or", "b_1", "b_1 and not b_2", "b_1 and b_2 or b_1", "b_1 and b_3", ""]
)
def test_an_expression_that_the_script_cannot_say_gives_none(expression: str) -> None:
    found = sent(node("rest"), node("work"), merge(expression=expression))["merge"]
    assert "content" not in found["script"]


def test_states_that_are_no_numbers_give_no_script() -> None:
    found = sent(node("rest"), merge(watch("rest", ("SUCCESS",)), expression="rest"))["merge"]
    assert "content" not in found["script"]


def edges(root: Object) -> dict[str, list[str]]:
    names = {one["id"]: name for name, one in named(root).items()}
    return {
        names[one["nodeId"]]: [names.get(depend["output"], depend["output"]) for depend in one["depends"]]
        for one in workflow(root).get("dependencies", []) + workflow(root).get("flow", [])
    }


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ([], {"merge": ["rest", "work"]}),
        ([on("merge", {"nodeId": "rest"})], {"merge": ["rest", "work"]}),
        ([on("merge", {"nodeId": "work"}, {"output": "rest"})], {"merge": ["work", "rest"]}),
        ([{"nodeId": "merge"}], {"merge": ["rest", "work"]}),
        ([on("work", {"nodeId": "rest"})], {"work": ["rest"], "merge": ["rest", "work"]}),
    ],
)
def test_a_join_depends_on_what_it_watches(written: list[Object], wanted: dict[str, list[str]]) -> None:
    nodes = [node("rest"), node("work"), merge()]
    assert edges(completed(etl(nodes=nodes, dependencies=written))) == wanted
    root = etl(nodes=nodes, flow=written)
    del root["spec"]["workflows"][0]["dependencies"]
    found = completed(root)
    assert edges(found) == wanted
    assert "dependencies" not in workflow(found) or not written


def test_a_join_may_watch_what_another_workflow_makes() -> None:
    root = completed(
        etl(nodes=[merge(watch("b", output={"data": "other.done"}), expression="b")], dependencies=[])
    )
    assert edges(root) == {"merge": ["other.done"]}
    assert script(named(root)["merge"])["branchList"][0]["node"] == "other.done"


@pytest.mark.parametrize(
    ("field", "key"), [("for-each", "flow"), ("doWhile", "flow"), ("subflow", "dependencies")]
)
def test_inside_of_other_nodes_it_is_the_same(field: str, key: str) -> None:
    inner = {"nodes": [fork(), node("rest"), node("work"), merge()]}
    found = sent({**node("outer"), field: inner})["outer"][field]
    nodes = {one["name"]: one for one in found["nodes"]}
    assert len(script(nodes["fork"])) == 2
    assert [one["nodeId"] for one in found[key]] == [nodes["merge"]["id"]]
    assert {key, "nodes"} == set(found)


def test_the_collection_of_a_for_each_is_an_input_too() -> None:
    found = sent(node("pick"), each())
    [given] = found["each"]["inputs"]["variables"]
    assert (given["inputName"], given["name"]) == ("loopDataArray", "outputs")
    assert (given["scope"], given["type"], given["value"]) == ("NodeContext", "NodeOutput", "${outputs}")
    [bound] = found["each"]["script"]["parameters"]
    assert given["referenceVariable"] == bound["referenceVariable"]
    assert given["referenceVariable"]["node"] == {"nodeId": found["pick"]["id"]}


def test_an_input_or_the_array_gives_the_collection_too() -> None:
    whole = sent(node("pick"), each())["each"]
    by_input = each(
        inputs={"variables": [{**REFERENCE, "inputName": "loopDataArray", "referenceVariable": REFERENCE}]}
    )
    by_array = each()
    by_array["for-each"]["array"] = {**REFERENCE, "referenceVariable": REFERENCE}
    by_alias = copy.deepcopy(by_input)
    [given] = by_alias["inputs"]["variables"]
    given["from"] = {**given.pop("referenceVariable"), "nodeUuid": "pick"}
    for loop in (by_input, by_array, by_alias):
        del loop["script"]["parameters"]
        found = sent(node("pick"), loop)["each"]
        assert found["script"]["parameters"] == whole["script"]["parameters"]
        [given] = found["inputs"]["variables"]
        assert given["referenceVariable"] == whole["inputs"]["variables"][0]["referenceVariable"]


def test_the_variables_of_a_parameter_node_are_its_outputs() -> None:
    one, two = variable("a", scope="NodeContext"), variable("b", "2", scope="NodeContext")
    found = sent(hub(one, two))["hub"]
    place = {"node": {"nodeId": found["id"], "output": found["id"]}}
    assert found["outputs"]["variables"] == [{**one, **place}, {**two, **place}]
    held = {**one, "node": {"output": "shop.hub"}}
    found = sent(hub(one, two, outputs={"variable": [held]}))["hub"]["outputs"]
    assert found["variable"] == [held, {**two, **place}]


def test_an_assignment_hands_on_what_its_last_line_gave() -> None:
    found = sent(control("pick", "CONTROLLER_ASSIGNMENT", {"content": "echo 1"}))["pick"]
    wanted = {key: item for key, item in REFERENCE.items() if key != "node"}
    assert found["outputs"]["variables"] == [
        {**wanted, "node": {"nodeId": found["id"], "output": found["id"]}}
    ]
    own = {**wanted, "description": "ours"}
    found = sent(control("pick", "CONTROLLER_ASSIGNMENT", outputs={"variables": [own]}))["pick"]
    assert found["outputs"]["variables"] == [own]


def test_what_is_whole_stays_as_it_is_and_what_was_written_too() -> None:
    wrote = controls()
    before = copy.deepcopy(wrote)
    whole = complete(wrote, chooser())
    assert wrote == before
    assert complete(whole, chooser()) == whole
    assert digest(whole) != digest(completed(etl()))


def test_a_branch_field_of_another_node_is_no_branch() -> None:
    found = sent(node("a", content="", branch={"branches": [arm("1", "shop.x")]}))["a"]
    assert found["script"]["content"] == ""
    assert [one["data"] for one in found["outputs"]["nodeOutputs"]] == [found["id"]]


def test_the_script_of_a_secret_condition_is_a_secret() -> None:
    arms = [arm(secret("${day} == 3"), "shop.a"), arm("1", "shop.b")]
    assert is_secret(sent(fork(*arms))["fork"]["script"]["content"])
    assert not is_secret(sent(fork())["fork"]["script"]["content"])


def test_other_ids_reach_the_script_of_a_join() -> None:
    root = completed(etl(nodes=[node("rest"), node("work"), merge()], dependencies=[]))
    rest = named(root)["rest"]["id"]
    renamed = rename_ids(root, {rest: "77"})
    assert script(named(renamed)["merge"])["branchList"][0]["node"] == "77"
    assert rename_ids(renamed, {"77": rest}) == root
