"""Dependencies that are lost without a word, and what the arms of a branch are to them."""

import json
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import show_path
from tests.support.documents import etl, node
from tests.support.flowspecs import Object, changed, errors_of, problems_of, workflow

SELF = {"nodeId": "load", "depends": [{"type": "CrossCycleDependsOnSelf"}]}
EDGE = {"nodeId": "load", "depends": [{"nodeId": "extract"}]}


def refused(root: Object) -> tuple[str, str]:
    [problem] = errors_of(root)
    return problem.rule, show_path(problem.path).removeprefix("spec.workflows[0].")


def test_flow_beside_dependencies_is_lost() -> None:
    assert refused(etl(dependencies=[SELF], flow=[EDGE])) == ("two-flows", "flow")
    cases: list[Object] = [
        {"dependencies": [], "flow": [EDGE]},
        {"dependencies": [EDGE], "flow": [EDGE]},
        {"flow": []},
    ]
    for fields in cases:
        assert errors_of(etl(**fields)) == []


@pytest.mark.parametrize("key", ["combined", "subflow"])
def test_flow_beside_the_dependencies_of_inner_nodes_is_lost(key: str) -> None:
    held: Object = {
        "nodes": [node("x"), node("load"), node("extract")],
        "dependencies": [SELF],
        "flow": [EDGE],
    }
    root = etl(nodes=[{**node("c"), key: held}], dependencies=[])
    assert refused(root) == ("two-flows", f"nodes[0].{key}.flow")


def test_nodes_beside_the_workflow_are_lost() -> None:
    beside = changed(etl(), lambda root: root["spec"].update(nodes=[node("check")]))
    assert refused(beside) == ("beside-workflow", "spec.nodes")


@pytest.mark.parametrize("key", ["flow", "dependencies"])
def test_what_nodes_wait_for_beside_the_workflow_is_lost(key: str) -> None:
    edge = changed(etl(dependencies=[]), lambda root: root["spec"].update({key: [EDGE]}))
    assert refused(edge) == ("beside-workflow", f"spec.{key}[0]")
    for own in ("daily_orders", "42", "shop.daily_orders"):
        root = etl(id="42", outputs={"nodeOutputs": [{"data": "shop.daily_orders"}]})
        root["spec"][key] = [{"nodeId": own, "depends": [{"output": "shop_root"}]}]
        assert errors_of(root) == []


def test_an_entry_has_to_say_what_is_waited_for() -> None:
    assert refused(etl(dependencies=[{"nodeId": "load"}])) == ("no-depends", "dependencies[0].depends")
    misspelt = etl(dependencies=[{"nodeId": "load", "dependsOn": [{"nodeId": "extract"}]}])
    assert refused(misspelt) == ("misspelt-key", "dependencies[0].dependsOn")
    cases: list[Object] = [{"depends": []}, {"variableDepends": [{"variableName": "v"}]}]
    for more in cases:
        assert errors_of(etl(dependencies=[{"nodeId": "load", **more}])) == []


@pytest.mark.parametrize(
    ("flow", "outer", "words"),
    [
        ([], [("load", "step")], 'It is inside of "loop", whose nodes see each other alone: write "loop"'),
        ([("step", "load")], [], "It is outside of this control node"),
        ([("deep", "step")], [], 'It is inside of "held"'),
        (
            [],
            [("load", "loda")],
            '("loop", "load", "n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7" and 2 more)',
        ),
    ],
)
def test_a_node_that_others_cannot_see_is_said_to_be_elsewhere(
    flow: list[tuple[str, str]], outer: list[tuple[str, str]], words: str
) -> None:
    def edges(pairs: list[tuple[str, str]]) -> list[Object]:
        return [{"nodeId": name, "depends": [{"nodeId": other}]} for name, other in pairs]

    held = node("held", subflow={"nodes": [node("deep")]})
    loop = node("loop", combined={"nodes": [node("step"), held], "dependencies": edges(flow)})
    others = [node(f"n{number}") for number in range(10)]
    [problem] = errors_of(etl(nodes=[loop, node("load"), *others], dependencies=edges(outer)))
    assert problem.rule == "lost-dependency"
    assert words in problem.render()


def branching(depend: Object, *, back: bool = False) -> Object:
    """A branch with two arms, and a node on one of them."""
    arms = [{"when": "1 == 1", "output": {"data": f"retail.{arm}"}} for arm in ("weekday", "weekend")]
    fork = {**node("fork"), "script": {"runtime": {"command": "CONTROLLER_BRANCH"}, "content": "[]"}}
    edges = [{"nodeId": "report", "depends": [depend]}]
    edges += [{"nodeId": "fork", "depends": [{"nodeId": "report"}]}] if back else []
    return etl(
        nodes=[{**fork, "branch": {"branches": arms}}, node("report"), node("weekend")], dependencies=edges
    )


def doubts(root: Object) -> list[str]:
    return [problem.render() for problem in problems_of(root) if problem.rule == "near-output"]


@pytest.mark.parametrize(
    "depend", [{"output": "retail.weekend"}, {"output": "retail.weekend", "nodeId": "fork"}]
)
def test_an_arm_is_an_output_of_its_node(depend: Object) -> None:
    assert doubts(branching(depend)) == []
    [problem] = errors_of(branching(depend, back=True))
    assert (
        problem.rule,
        '"fork" -> "report"' in problem.render() or '"report" -> "fork"' in problem.render(),
    ) == (
        "cycle",
        True,
    )


@pytest.mark.parametrize(
    ("depend", "words"),
    [
        ({"output": "retail.weekdy"}, 'Did you mean "retail.weekday"?'),
        ({"output": "weekday"}, 'Did you mean "retail.weekday"?'),
        ({"output": "shop.weekday"}, 'Did you mean "retail.weekday"?'),
        (
            {"output": "retail.monday", "nodeId": "fork"},
            'one of its arms ("retail.weekday", "retail.weekend")',
        ),
    ],
)
def test_an_output_that_nearly_is_an_arms_is_doubted(depend: Object, words: str) -> None:
    [said] = doubts(branching(depend))
    assert words in said
    assert 'one of node "fork"' in said


@pytest.mark.parametrize(
    "value", ["x", [], {"trigger": "x", "script": 3, "strategy": [], "priority": {}, "branch": "x"}]
)
def test_a_node_below_a_key_that_no_table_knows_is_no_defect(value: Any) -> None:
    [problem] = problems_of({**etl(), "spec": {"workflows": [{**workflow(etl()), "while": value}]}})[:1]
    assert (problem.rule, problem.path[-1]) == ("unknown-key", "while")


def identified(id_: Any) -> list[str]:
    """The rules that a document in text falls under, in which an ID is written so."""
    text = json.dumps(etl(nodes=[node("a", id="ID")], dependencies=[])).replace('"ID"', id_)
    return [problem.rule for problem in problems_of(text)]


@pytest.mark.parametrize(
    "id_", ["8353407845749231000", "8353407845749230592", "8.353407845749231e18", "9007199254740992"]
)
def test_an_id_that_was_rounded_on_its_way_is_doubted(id_: str) -> None:
    assert identified(id_) == ["rounded-id"]


@pytest.mark.parametrize("id_", ["8353407845749230390", "9007199254740991", '"8353407845749231000"'])
def test_an_id_with_all_its_digits_is_not(id_: str) -> None:
    assert identified(id_) == []


def test_the_output_of_an_arm_is_an_id_too() -> None:
    arms = [{"when": "1 == 1", "output": {"data": "ID"}}, {"when": "1 == 2", "output": {"data": "other"}}]
    script = {"runtime": {"command": "CONTROLLER_BRANCH"}}
    branch = {"name": "a", "script": script, "branch": {"branches": arms}}
    text = json.dumps(etl(nodes=[branch], dependencies=[])).replace('"ID"', "8353407845749231000")
    [problem] = problems_of(text)
    assert (problem.rule, problem.path[-4:]) == ("rounded-id", ("branches", 0, "output", "data"))


def chain(*names: str) -> Object:
    """A workflow in which each node depends on the one before it."""
    pairs = zip(names[1:], names, strict=False)
    edges = [{"nodeId": one, "depends": [{"type": "Normal", "nodeId": other}]} for one, other in pairs]
    return etl(nodes=[node(name) for name in dict.fromkeys(names)], dependencies=edges)


def test_nodes_that_wait_for_each_other_are_named() -> None:
    [problem] = errors_of(chain("a", "b", "c", "a"))
    assert problem.rule == "cycle"
    shown = problem.render()
    assert shown.index('"c"') < shown.index('"b"') or shown.index('"b"') < shown.index('"a"')
    assert all(f'"{name}"' in shown for name in "abc")
    assert not errors_of(chain("a", "b", "c"))


def test_a_node_may_wait_for_its_own_run_before() -> None:
    depends = [{"type": "CrossCycleDependsOnSelf", "output": "extract"}]
    assert not errors_of(etl(dependencies=[{"nodeId": "extract", "depends": depends}]))


@pytest.mark.parametrize("key", ["do-while", "paiflow"])
def test_a_cycle_inside_a_control_node_is_found_there(key: str) -> None:
    inner = workflow(chain("x", "y", "x"))
    body = {"nodes": inner["nodes"], "flow": inner["dependencies"]}
    [problem] = errors_of(etl(nodes=[{**node("l"), key: body}], dependencies=[]))
    assert (problem.rule, problem.path[-2]) == ("cycle", key)


def test_the_steps_of_a_pai_flow_have_types_of_their_own() -> None:
    step = {"name": "kmeans", "script": {"runtime": {"command": "PAI_FLOW_KMEANS"}}}
    flow: Object = {"nodes": [step], "flow": [{"nodeId": "kmeans", "depends": [{"nodeId": "kmaens"}]}]}
    [problem] = problems_of(etl(nodes=[{**node("l"), "paiflow": flow}], dependencies=[]))
    assert (problem.rule, problem.path[-5:]) == ("lost-dependency", ("flow", 0, "depends", 0, "nodeId"))
    assert not problems_of(etl(nodes=[{**node("l"), "paiflow": {}}], dependencies=[]))


def test_many_nodes_odd_paths_and_new_types_are_doubted() -> None:
    many = etl(nodes=[node(f"n{number}") for number in range(401)], dependencies=[])
    odd = etl(
        nodes=[{**node("a"), "script": {"path": "x/b", "runtime": {"command": "ODPS_SQLL"}}}], dependencies=[]
    )
    found = [(problem.rule, problem.severity) for problem in [*problems_of(many), *problems_of(odd)]]
    assert found == [("many-nodes", "warning"), ("path", "warning"), ("command", "warning")]
