"""What is wrong with control nodes is said at its place; what is right is not."""

import json
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import show_path
from tests.support.controls import (
    REFERENCE,
    arm,
    control,
    controls,
    each,
    fork,
    hub,
    merge,
    on,
    variable,
    watch,
)
from tests.support.documents import etl, node
from tests.support.flowspecs import Object, completed, problems_of

BRANCH = [{"condition": "1", "nodeoutput": "shop.a"}, {"condition": "0", "nodeoutput": "shop.b"}]


def said(*nodes: Object, **fields: Any) -> list[tuple[str, str, str]]:
    """Rule, severity and place below the node of all that is said."""
    root = etl(nodes=[*nodes], **{"dependencies": [], **fields})
    return [
        (problem.rule, problem.severity, show_path(problem.path).partition("].")[2].partition("].")[2])
        for problem in problems_of(root)
    ]


def two(content: Any = None) -> Object:
    """A branch of two arms, with a script."""
    script = (
        {} if content is None else {"content": content if isinstance(content, str) else json.dumps(content)}
    )
    return fork(arm("1", "shop.a"), arm("0", "shop.b"), script=script)


def joined(content: Any = None, **fields: Any) -> list[tuple[str, str, str]]:
    script = {} if content is None else {"content": json.dumps(content)}
    return said(node("rest", id="41"), node("work", id="42"), merge(script=script, **fields))


def watching(*states: Any, logic: tuple[int, int] = (1, 1), nodes: tuple[str, ...] = ("41", "42")) -> Object:
    pairs = zip(nodes, states or ([1, 2], ["2", "1"]), logic, strict=True)
    return {"branchList": [{"node": one, "runStatus": found, "logic": word} for one, found, word in pairs]}


def test_nothing_is_said_of_what_is_right_short_or_whole() -> None:
    assert problems_of(controls()) == []
    assert problems_of(completed(controls())) == []


def test_a_join_waits_for_what_it_watches() -> None:
    nodes, found = (node("rest"), node("work"), merge()), [on("work", {"nodeId": "merge"})]
    assert said(*nodes, dependencies=[on("rest", {"nodeId": "work"})]) == []
    assert [rule for rule, *_ in said(*nodes, dependencies=found)] == ["cycle"]


@pytest.mark.parametrize(
    ("of", "rules"),
    [
        ({"nodeId": "pikc"}, ["lost-reference"]),
        ({"nodeId": "pick"}, []),
        ({"nodeId": "7124332022172138001"}, []),
        ({"nodeId": "pikc", "output": "shop.picked"}, []),
    ],
)
def test_a_variable_of_a_node_that_is_not_here_is_doubted(of: Object, rules: list[str]) -> None:
    source = {"inputName": "shops", "referenceVariable": {**REFERENCE, "node": of}, **variable("outputs", "")}
    pick = control("pick", "CONTROLLER_ASSIGNMENT", {"language": "shell", "content": "echo 1\n"})
    found = said(pick, node("report", inputs={"variables": [source]}))
    assert [(rule, severity) for rule, severity, _ in found] == [(rule, "warning") for rule in rules]
    loop = json.loads(json.dumps(each()).replace(json.dumps(REFERENCE["node"]), json.dumps(of)))
    assert [rule for rule, *_ in said(pick, loop)] == rules


def test_a_node_on_an_arm_waits_for_the_arm() -> None:
    nodes = (two(), node("small"), node("large"))
    on_arms = [on("small", {"output": "shop.a"}), on("large", {"output": "shop.b"})]
    assert said(*nodes, dependencies=on_arms) == []
    assert said(*nodes, node("after"), dependencies=[*on_arms, on("after", {"nodeId": "fork"})]) == []
    found = said(*nodes, dependencies=[on_arms[0], on("large", {"nodeId": "fork"})])
    assert [(rule, severity) for rule, severity, _ in found] == [("passed-by", "warning")]
    watching = watch("b_1", output={"data": "shop.b"})
    assert (
        said(
            *nodes,
            merge(watching, expression="b_1"),
            dependencies=[on("large", {"nodeId": "fork"}), on_arms[0]],
        )
        == []
    )


@pytest.mark.parametrize(
    ("script", "rules"),
    [
        ({"language": "sql", "content": "SELECT 1;"}, ["assignment-language"]),
        ({"content": "SELECT 1;"}, ["assignment-language"]),
        ({"language": "odps-sql", "content": "SELECT 1;"}, []),
        ({"language": "shell", "content": "echo 1\n"}, []),
        ({}, []),
    ],
)
def test_an_assignment_says_its_language(script: Object, rules: list[str]) -> None:
    assert [rule for rule, *_ in said(control("pick", "CONTROLLER_ASSIGNMENT", script))] == rules


@pytest.mark.parametrize(
    ("depends", "rules"),
    [
        ([{"nodeId": "pick"}], []),
        ([{"nodeId": "rest"}, {"nodeId": "pick"}], []),
        ([{"nodeId": "hub"}], []),
        ([{"output": "finance.picked"}], []),
        ([{"nodeId": "rest"}], ["no-source"]),
        ([{"nodeId": "pick", "type": "CrossCycleDependsOnOtherNode"}], ["no-source"]),
        ([], ["no-source"]),
    ],
)
def test_a_value_reaches_direct_successors_alone(depends: list[Object], rules: list[str]) -> None:
    pick = control("pick", "CONTROLLER_ASSIGNMENT", {"language": "shell", "content": "echo 1\n"})
    taken = {
        "name": "outputs",
        "inputName": "shops",
        "scope": "NodeContext",
        "type": "NodeOutput",
        "value": "${outputs}",
    }
    nodes = (pick, hub(variable("round", "7", scope="NodeContext")), node("rest"))
    report = node("report", inputs={"variables": [taken]})
    found = said(*nodes, report, dependencies=[on("rest", {"nodeId": "pick"}), on("report", *depends)])
    assert [(rule, severity) for rule, severity, _ in found] == [(rule, "warning") for rule in rules]


WARNED = [
    ([control("n", "CONTROLLER_BRANCH")], "no-field", "branch"),
    ([control("n", "controller_join")], "no-field", "join"),
    ([control("n", "PARAM_HUB")], "no-field", "param-hub"),
    ([hub()], "no-field", "param-hub"),
    ([control("n", "SUB_PROCESS")], "no-inner-nodes", "subflow"),
    ([fork(arm("1", "shop.a"))], "one-arm", "branch.branches"),
    ([two("SELECT 1;")], "control-script", "script.content"),
    ([two([{"when": "1", "output": "shop.a"}])], "control-script", "script.content"),
    ([two('{"branchList": []}')], "control-script", "script.content"),
    ([fork(arm("${hour} > 1", "shop.a"), arm("1", "shop.b"))], "when-parameter", "branch.branches[0].when"),
    ([fork(arm("1", "shop.a"), arm("${day} == 'x'", "shop.b"))], "when-quotes", "branch.branches[1].when"),
    ([fork(arm("1", "shop.a"), arm("1 = 1", "shop.b"))], "when-python", "branch.branches[1].when"),
    ([fork(), merge(watch("fork"), expression="fork")], "join-branch", "join.branches[0]"),
    ([node("rest"), merge(watch("b", output={"data": "shop.rest"}), expression="b")], "near-output", "join.branches[0].output.data"),
    ([fork(), merge(watch("b", output={"data": "shop.sundey"}), expression="b")], "near-output", "join.branches[0].output.data"),
    ([node("rest"), merge(watch("rest", ("SUCCESS",)), expression="rest")], "join-state", "join.branches[0].assertion.in"),
    ([node("rest"), merge(watch("rest", ()), expression="rest")], "join-state", "join.branches[0].assertion.in"),
]  # fmt: skip


@pytest.mark.parametrize(("nodes", "rule", "place"), WARNED)
def test_what_looks_wrong_is_a_warning_at_its_place(nodes: list[Object], rule: str, place: str) -> None:
    assert said(*nodes) == [(rule, "warning", place)]


@pytest.mark.parametrize(
    "expression", ["or", "", "b_1", "b_1 and b_3", "b_1 and not b_2", "b_1 and b_2 or b_1"]
)
def test_an_expression_that_the_script_cannot_say_is_a_warning(expression: str) -> None:
    found = joined(expression=expression)
    assert {one[0] for one in found} == {"join-expression"}
    assert {one[1:] for one in found} == {("warning", "join.logic.expression")}


def test_an_expression_is_reported_with_the_names_to_use() -> None:
    [problem] = problems_of(etl(nodes=[node("rest"), node("work"), merge(expression="and")], dependencies=[]))
    assert problem.render().endswith("Write it over the names of all branches: b_1 and b_2.")


def test_with_a_script_of_its_own_a_join_may_say_more() -> None:
    assert joined(watching(), expression="b_1 and not b_2") == []
    assert joined(watching([3], [1]), expression="b_1 and b_2")[0][0] == "control-disagrees"


REFUSED = [
    ([{**fork(), "branch": {"branches": []}}], "arm", "branch.branches"),
    ([{**merge(), "join": {"branches": []}}], "arm", "join.branches"),
    ([fork({"output": {"data": "shop.a"}}, arm("1", "shop.b"))], "arm", "branch.branches[0].when"),
    ([fork(arm("1", "shop.a"), {"when": "0"})], "arm", "branch.branches[1].output"),
    ([fork(arm("1", "shop.a"), {"when": "0", "output": {"refTableName": "b"}})], "arm", "branch.branches[1].output"),
    ([node("rest"), merge(watch("b", nodeId="rst"), expression="b")], "join-node", "join.branches[0].nodeId"),
    ([node("rest"), node("work"), merge(watch("b", nodeId="rest", output={"data": "work"}), expression="b")], "control-disagrees", "join.branches[0].nodeId"),
    ([node("rest"), merge(watch("b"), expression="b")], "join-node", "join.branches[0]"),
    ([two(BRANCH[:1])], "control-disagrees", "script.content"),
    ([two(BRANCH[::-1])], "control-disagrees", "script.content"),
    ([two([BRANCH[0], {**BRANCH[1], "condition": "2"}])], "control-disagrees", "script.content"),
    ([two([BRANCH[0], {**BRANCH[1], "nodeoutput": "shop.c"}])], "control-disagrees", "script.content"),
    ([hub(variable("a"), outputs={"variables": [variable("a", "2")]})], "control-disagrees", "outputs.variables[0].value"),
    ([hub(variable("a"), outputs={"variables": [variable("b")]})], "control-disagrees", "outputs.variables[0].name"),
]  # fmt: skip


@pytest.mark.parametrize(("nodes", "rule", "place"), REFUSED)
def test_what_is_lost_or_says_two_things_is_an_error(nodes: list[Object], rule: str, place: str) -> None:
    found = said(*nodes)
    assert {one[0] for one in found} == {rule}
    assert {one[1:] for one in found} == {("error", place)}


def test_a_join_that_depends_on_what_it_does_not_watch_is_doubted() -> None:
    nodes = [node("rest"), node("work"), node("late"), merge()]
    own = {"type": "CrossCycleDependsOnSelf"}
    edges = [on("merge", {"nodeId": "rest"}, {"nodeId": "late"}, own), on("late", {"nodeId": "rest"})]
    assert said(*nodes, dependencies=edges) == [("join-branch", "warning", "join.branches")]
    edges[0]["depends"].pop(1)
    assert said(*nodes, dependencies=edges) == []


def test_a_join_that_names_nobody_is_reported_with_who_is_meant() -> None:
    branch = watch("b", nodeId="rset")
    [problem] = problems_of(etl(nodes=[node("rest"), merge(branch, expression="b")], dependencies=[]))
    assert 'no node here is called "rset"' in problem.render()
    assert 'Did you mean "rest"? ' in problem.render()


def test_which_two_disagree_is_said() -> None:
    [problem] = problems_of(etl(nodes=[two([BRANCH[0], {**BRANCH[1], "condition": "2"}])], dependencies=[]))
    assert 'this says "2", and branch.branches[1].when says "0"' in problem.render()
    assert problem.render(secret=True).count("[secret]") > 1


@pytest.mark.parametrize(
    "content",
    [
        watching(),
        watching([2, 1], [1, 2]),
        watching(logic=(2, 1)),
        {"branchList": json.dumps(watching()["branchList"]), "resultStatus": "1"},
        watching(nodes=("41", "42")),
    ],
)
def test_a_script_of_a_join_may_have_each_layout(content: Object) -> None:
    assert joined(content) == []


@pytest.mark.parametrize(
    "content",
    [
        watching([1], [1, 2]),
        watching(logic=(2, 2)),
        watching(logic=(1, 0)),
        watching(nodes=("41", "43")),
        {"branchList": [*watching()["branchList"], {"node": "50", "runStatus": [1], "logic": 1}]},
        {"branchList": watching()["branchList"][:1]},
    ],
)
def test_a_script_of_a_join_that_says_something_else_is_an_error(content: Object) -> None:
    found = joined(content)
    assert set(found) == {("control-disagrees", "error", "script.content")}


def test_a_script_of_another_form_is_a_warning_at_a_join_too() -> None:
    assert joined({"branches": []}) == [("control-script", "warning", "script.content")]


def test_a_collection_that_comes_from_two_nodes_is_an_error() -> None:
    given = {**REFERENCE, "inputName": "loopDataArray", "node": {"nodeId": "other"}}
    loop = each(inputs={"variables": [given]})
    assert said(node("pick"), node("other"), loop) == [("control-disagrees", "error", "inputs.variables")]
    given["node"] = {"output": "pick"}
    assert said(node("pick"), node("other"), loop) == []


def test_a_for_each_that_walks_nothing_is_a_warning() -> None:
    loop = each()
    del loop["script"]["parameters"]
    assert said(loop) == [("no-collection", "warning", "script.parameters")]
    loop["for-each"]["array"] = variable("shops", "a,b")
    assert said(loop) == []


def test_parameters_of_which_one_has_no_name_yet_are_not_judged() -> None:
    loose = {"parameters": [{"scope": "NodeParameter", "type": "System", "value": "1"}]}
    assert said(fork(arm("${x} == 1", "shop.a"), arm("1", "shop.b"), script=loose)) == []


def test_an_input_of_the_branch_counts_as_declared() -> None:
    given = {"variables": [{**REFERENCE, "inputName": "sum", "node": {"output": "other.x"}}]}
    assert said(fork(arm("${sum} == 1", "shop.a"), arm("1", "shop.b"), inputs=given)) == []
