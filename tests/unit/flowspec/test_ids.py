"""IDs inside a document: renamed, moved, swapped and copied nodes, and how a change of each is described."""

from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import (
    canonical,
    changes,
    digest,
    nodes_of,
    project,
    read,
    rename_ids,
    reset_removed,
    same,
)
from tests.support.documents import etl, node
from tests.support.flowspecs import Object, completed, errors_of, workflow
from tests.support.messages import Messages


def document(*held: Object, **more: Any) -> Object:
    return completed(etl(nodes=list(held), **{"dependencies": [], **more}))


def loop(name: str, *inner: Object, **more: Any) -> Object:
    return node(name, doWhile={"nodes": list(inner)}, **more)


def ids(root: Object) -> dict[str, str]:
    return {name: held["id"] for name, held in nodes_of(workflow(root))}


def described(one: Object, two: Object) -> str:
    assert not same(one, two)
    return changes(one, two).describe()


# --- renamed


def test_an_id_makes_a_renamed_node_the_same_node() -> None:
    one, two = document(node("old", id="1")), document(node("new", id="1"))
    assert described(one, two).startswith("changes name")
    assert ids(two) == {"new": "1"}


def test_a_chosen_id_may_be_taken_along() -> None:
    one = document(node("old"), node("load"))
    two = document(node("new", id=ids(one)["old"]), node("load"))
    assert described(one, two).startswith("changes name")
    assert ids(two)["load"] == ids(one)["load"]


def test_the_name_decides_without_an_id(messages: Messages) -> None:
    one, two = document(node("old")), document(node("new"))
    messages(described(one, two))
    assert ids(one)["old"] != ids(two)["new"]


# --- moved


def test_nodes_in_another_order_are_the_same() -> None:
    held = [node("a"), node("b", id="2"), loop("l", node("x"), node("y", id="4"))]
    turned = [loop("l", *reversed(held[2]["doWhile"]["nodes"])), held[1], held[0]]
    one, two = document(*held), document(*turned)
    assert same(one, two)
    assert digest(one) == digest(two)
    assert ids(one) == ids(two)


MOVES: dict[str, tuple[list[Object], list[Object], str]] = {
    "into a loop": (
        [node("x", id="3"), loop("l", node("y"))],
        [loop("l", node("x", id="3"), node("y"))],
        'moves "x" to "l/x"',
    ),
    "out of a loop": (
        [loop("l", node("x", id="3"), node("y"))],
        [node("x", id="3"), loop("l", node("y"))],
        'moves "l/x" to "x"',
    ),
    "from one loop to another": (
        [loop("l", node("x", id="3")), loop("m", node("y"))],
        [loop("l"), loop("m", node("y"), node("x", id="3"))],
        'moves "l/x" to "m/x"',
    ),
    "to another field of the same node": (
        [loop("l", node("x", id="3"))],
        [node("l", foreach={"nodes": [node("x", id="3")]})],
        'moves "l/x" to "l/x"',
    ),
    "to the end of the loop": (
        [loop("l", node("y"), node("x", id="3"))],
        [node("l", doWhile={"nodes": [node("y")], "while": node("x", id="3")})],
        'moves "l/x" to "l/x"',
    ),
}


@pytest.mark.parametrize("case", MOVES)
def test_a_node_with_an_id_that_moves_is_reported_as_moved(case: str) -> None:
    before, after, reported = MOVES[case]
    one, two = document(*before), document(*after)
    found = changes(one, two)
    assert reported in described(one, two)
    assert (found.added, found.removed) == ([], [])
    assert "moves 1 node" in found.count()


def test_a_node_without_an_id_is_a_new_one_inside_a_loop() -> None:
    one, two = document(node("x"), loop("l", node("y"))), document(loop("l", node("x"), node("y")))
    assert 'replaces "x" by "l/x"' in described(one, two)
    assert ids(one)["l/y"] == ids(two)["l/y"]


def test_nodes_do_not_move_when_what_holds_them_is_renamed() -> None:
    one = document(loop("l", node("x", id="3"), id="1"))
    two = document(loop("m", node("x", id="3"), id="1"))
    assert changes(one, two).moved == {}
    assert "moves" not in described(one, two)


# --- swapped


def test_ids_go_before_names_where_two_nodes_swap_them() -> None:
    edge = [{"nodeId": "b", "depends": [{"nodeId": "a"}]}]
    one = document(node("a", "1", id="1"), node("b", "2", id="2"), dependencies=edge)
    two = document(node("b", "1", id="1"), node("a", "2", id="2"), dependencies=edge)
    found = changes(one, two)
    assert set(found.changed) == {"a", "b"}
    assert not [fields for fields in found.changed.values() if "script.content" in fields]
    assert (len(found.edges_added), len(found.edges_removed)) == (1, 1)
    assert reset_removed(one, two) == (two, [])
    assert [held["script"]["content"] for held in workflow(project(one, two))["nodes"]] == ["1", "2"]


def test_without_ids_two_nodes_that_swap_names_swap_their_scripts() -> None:
    one = document(node("a", "1"), node("b", "2"))
    two = document(node("b", "1"), node("a", "2"))
    assert ids(one) == ids(two)
    assert changes(one, two).changed == {"a": ["script.content"], "b": ["script.content"]}


# --- copied


def test_a_copy_that_keeps_its_id_is_refused_wherever_it_is() -> None:
    held = [node("a", id="3"), node("b", id="3"), loop("l", node("c", id=3))]
    problems = errors_of(etl(nodes=held, dependencies=[]))
    assert [(problem.rule, problem.path[-2:]) for problem in problems] == [
        ("id-clash", (1, "id")),
        ("id-clash", (0, "id")),
    ]
    assert all("spec.workflows[0].nodes[0].id has it too" in problem.render() for problem in problems)
    assert all("Leave the copy's id out" in problem.remedy for problem in problems)


def test_a_copy_without_its_id_is_a_node_of_its_own() -> None:
    found = ids(document(node("a", id="3"), node("b"), loop("l", node("a"))))
    assert len(set(found.values())) == len(found) == 4


# --- as text, exact


@pytest.mark.parametrize("own", ["9007199254740993", "9223372036854775807", "18446744073709551617", "0022"])
@pytest.mark.parametrize("start", ["", "# YAML\n"])
def test_an_id_in_text_is_exact(own: str, start: str) -> None:
    text = canonical(etl(nodes=[node("n", id=own)], dependencies=[]))
    assert ids(completed(read(start + text).root)) == {"n": own}
    if start or not own.startswith("0"):
        bare = text.replace(f'"{own}"', own)
        assert ids(completed(read(start + bare).root)) == {"n": own}


def test_a_number_that_may_have_been_rounded_is_refused() -> None:
    assert errors_of(etl(nodes=[node("a", id=float(2**53 + 1))], dependencies=[]))


def test_ids_are_renamed_where_they_are_numbers_too() -> None:
    outputs = {"nodeOutputs": [{"data": 4, "artifactType": "NodeOutput"}]}
    one = document(node("a", id="4", outputs=outputs))
    [renamed] = workflow(rename_ids(one, {"4": "9"}))["nodes"]
    assert (renamed["id"], renamed["outputs"]["nodeOutputs"][0]["data"]) == ("9", "9")
