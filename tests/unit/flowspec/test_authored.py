"""The author's form: how it is kept, in which order, and the smallest places in which two of them differ."""

import copy
import random
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import arranged, authored, differences, same, secret, show_path
from pulumi_resource_dataworks.flowspec._comparison import normal_object
from pulumi_resource_dataworks.lifecycle import UNKNOWN
from tests.support.corpus import each_ready, loaded
from tests.support.documents import etl, full, generate, node, nodes, rich
from tests.support.flowspecs import at, changed, kinds_of_leaves, other, put

Object = dict[str, Any]


def between(old: Object, new: Object) -> dict[str, str]:
    """The places that differ, as Diff finds them: below the workflow without the steps to it."""
    found = differences(old, arranged(old, new))
    return {
        show_path(path[3:] if path[:3] == ("spec", "workflows", 0) else path): kind
        for path, kind in found.items()
    }


def named(*names: str, **contents: str) -> Object:
    """A workflow of nodes."""
    return etl(nodes=[node(name, contents.get(name, f"SELECT '{name}';")) for name in names], dependencies=[])


# --- what is kept


def test_nulls_go_and_numbers_that_a_float_cannot_hold_are_text() -> None:
    given = {"a": None, "b": [1, {"c": None, "d": 2**53, "e": -(2**53)}], "f": 2**53 - 1, "g": True, "h": 0.5}
    assert authored(given) == {
        "b": [1, {"d": str(2**53), "e": str(-(2**53))}],
        "f": 2**53 - 1,
        "g": True,
        "h": 0.5,
    }


def test_what_needs_no_change_stays() -> None:
    given = rich()
    assert authored(given) == given
    touched = changed(given, lambda root: nodes(root)[0].update(timeout=None))
    assert authored(touched) == given
    assert authored({"a": UNKNOWN})["a"] is UNKNOWN


# --- in which order


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("abc", "abc", "abc"),
        ("abc", "cba", "abc"),
        ("abc", "xabc", "abcx"),
        ("abc", "axbyc", "abcxy"),
        ("abc", "ac", "ac"),
        ("abc", "c", "c"),
        ("abcd", "dcb", "dbc"),
        ("abc", "cxa", "axc"),
        ("", "ba", "ba"),
        ("ab", "", ""),
    ],
)
def test_nodes_have_the_places_of_the_old_ones(old: str, new: str, expected: str) -> None:
    before, after = named(*old), named(*new)
    found = arranged(before, after)
    assert [item["name"] for item in nodes(found)] == list(expected)
    assert same(found, after)
    assert arranged(before, found) == found


def test_what_has_changed_keeps_its_place_beside_what_left() -> None:
    found = arranged(named("a", "b", "c", "d"), named("d", "c", "b", c="changed"))
    assert [item["name"] for item in nodes(found)].index("c") in (1, 2)
    assert len(between(named("a", "b", "c", "d"), named("d", "c", "b", c="changed"))) <= 3


def test_an_arranged_document_is_the_same_where_nothing_moves() -> None:
    root = rich()
    twin = copy.deepcopy(root)
    assert arranged(root, twin) == twin


def test_lists_whose_order_has_a_meaning_stay() -> None:
    old = etl(nodes=[node("a", branch={"branches": [{"when": "1"}, {"when": "2"}]})], dependencies=[])
    new = etl(nodes=[node("a", branch={"branches": [{"when": "2"}, {"when": "1"}]})], dependencies=[])
    assert same(old, new) == (arranged(old, new) != new)
    assert arranged(etl(tags=["a", "b"]), etl(tags=["b", "a"])) == etl(tags=["b", "a"])


def test_inner_nodes_and_their_dependencies_are_arranged_too() -> None:
    old = rich()
    new = copy.deepcopy(old)
    loop = nodes(new)[2]["do-while"]
    loop["nodes"].reverse()
    nodes(new).reverse()
    assert arranged(old, new) == old


# --- what differs


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (named("a", "b", "c"), {}),
        (named("c", "b", "a"), {}),
        (named("a", "b", "c", b="x"), {"nodes[1].script.content": "update"}),
        (named("c", "b", "a", b="x"), {"nodes[1].script.content": "update"}),
        (named("new", "a", "b", "c", b="x"), {"nodes[1].script.content": "update", "nodes[3]": "add"}),
        (named("a", "b"), {"nodes[2]": "delete"}),
        (named("a", "b", "c", "d"), {"nodes[3]": "add"}),
        ({**named("a", "b", "c"), "version": "1.2.0"}, {"version": "update"}),
    ],
)
def test_the_smallest_places_differ(new: Object, expected: dict[str, str]) -> None:
    assert between(named("a", "b", "c"), new) == expected


def test_a_removed_node_leaves_the_others_out_of_it() -> None:
    found = between(named("a", "b", "c", "d"), named("b", "c", "d"))
    assert len(found) <= 2
    assert not any("content" in place for place in found)


def test_fields_that_come_and_go() -> None:
    without, with_it = (
        etl(),
        etl(description="x", trigger={**etl()["spec"]["workflows"][0]["trigger"], "timezone": "UTC"}),
    )
    assert between(without, with_it) == {"description": "add", "trigger.timezone": "update"}
    assert between(with_it, without) == {"description": "delete", "trigger.timezone": "update"}
    assert between(etl(), etl(tags=[])) == between(etl(tags=[]), etl()) == {}


def test_dependencies_are_named_each() -> None:
    edge = {"nodeId": "load", "depends": [{"type": "Normal", "nodeId": "extract"}, {"output": "p.o"}]}
    assert between(etl(), etl(dependencies=[edge])) == {"dependencies[0].depends[1]": "add"}
    assert between(etl(dependencies=[edge]), etl()) == {"dependencies[0].depends[1]": "delete"}


def test_of_a_free_map_each_key_is_a_place() -> None:
    before, after = node("a"), node("a")
    before["script"]["runtime"]["sparkConf"] = {"one": 1, "two": {"x": 1, "y y": [1]}, "gone": 1}
    after["script"]["runtime"]["sparkConf"] = {"one": 2, "two": {"x": 1, "y y": [2]}, "new": 1}
    found = between(etl(nodes=[before], dependencies=[]), etl(nodes=[after], dependencies=[]))
    assert {
        place.removeprefix("nodes[0].script.runtime.sparkConf."): kind for place, kind in found.items()
    } == {
        "one": "update",
        'two["y y"]': "update",
        "gone": "delete",
        "new": "add",
    }


def test_an_ordered_list_differs_entry_by_entry() -> None:
    branches = [{"when": "1", "output": {"data": "x"}}, {"when": "2", "output": {"data": "y"}}]
    old = etl(nodes=[node("a", branch={"branches": branches})], dependencies=[])
    new = put(old, ("spec", "workflows", 0, "nodes", 0, "branch", "branches", 1, "when"), "3")
    assert between(old, new) == {"nodes[0].branch.branches[1].when": "update"}


def test_a_secret_is_one_place_and_looks_like_any_other_change() -> None:
    old, new = (etl(nodes=[node("a", secret(text))], dependencies=[]) for text in ("1", "2"))
    assert between(old, new) == {"nodes[0].script.content": "update"}
    assert between(old, copy.deepcopy(old)) == {}
    old, new = (etl(trigger=secret({"type": "Scheduler", "cron": cron})) for cron in ("1", "2"))
    assert between(old, new) == {"trigger": "update"}


def test_an_unknown_value_differs_and_nothing_else_does() -> None:
    old = named("a", "b", "c")
    assert between(old, named("a", "b", "c", b=UNKNOWN)) == {"nodes[1].script.content": "update"}  # type: ignore[arg-type]
    assert between(etl(), etl(description=UNKNOWN)) == {"description": "add"}
    assert between(old, etl(nodes=UNKNOWN, dependencies=[])) == {"nodes": "update"}
    twice = named("a", "b", "c", b="x", c=UNKNOWN)  # type: ignore[arg-type]
    assert between(old, twice) == {"nodes[1].script.content": "update", "nodes[2].script.content": "update"}


def test_two_spellings_of_one_field_are_one_place() -> None:
    old = rich()
    new = copy.deepcopy(old)
    loop = nodes(new)[2]
    loop["doWhile"] = loop.pop("do-while")
    assert between(old, new) == {}
    loop["doWhile"]["nodes"][0]["timeout"] = 9
    assert between(old, new) == {"nodes[2].do-while": "delete", "nodes[2].doWhile": "add"}


def test_an_empty_spelling_hides_no_change_of_the_full_one() -> None:
    old, new = etl(flow=[]), etl(flow=[])
    new["spec"]["workflows"][0]["dependencies"][0]["depends"][0]["nodeId"] = "load"
    assert list(between(old, new)) == ["dependencies[0].depends[0]"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("spec",), "spec"),
        (("spec", "workflows", 0, "nodes", 7, "script"), "spec.workflows[0].nodes[7].script"),
        (("a", "do-while", "nodes"), "a.do-while.nodes"),
        (("a", "odd key", 0), 'a["odd key"][0]'),
        (("a", 'q"\\'), 'a["q\\"\\\\"]'),
        (("a.b",), '["a.b"]'),
    ],
)
def test_a_place_is_written_as_pulumi_does(path: tuple[Any, ...], text: str) -> None:
    assert show_path(path) == text


# --- of any two documents


def all_of(old: Object, new: Object) -> None:
    """Every difference in meaning has a place, and where there is none there is no difference."""
    new = arranged(old, new)
    found = differences(old, new)
    assert bool(found) is not same(old, new), found
    assert same(old, new) is (normal_object(old, "document") == normal_object(new, "document"))
    for path, kind in found.items():
        if kind != "add":
            assert at(old, path) is not None
        if kind != "delete":
            assert at(new, path) is not None
        assert not any(path != longer and longer[: len(path)] == path for longer in found), path


@pytest.mark.parametrize("make", [etl, rich, full, lambda: generate(12)])
def test_every_leaf_that_changes_is_a_place(make: Any) -> None:
    root = authored(make())
    for path, value in kinds_of_leaves(root):
        all_of(root, put(root, path, other(value)))


@pytest.mark.parametrize("seed", range(12))
def test_of_two_documents_at_random(seed: int) -> None:
    chance = random.Random(seed)
    one = rich() if seed % 2 else generate(12, seed=seed)
    all_of(one, edited_at_random(one, chance))
    all_of(generate(8, seed=seed), generate(9, seed=seed + 1))
    all_of(rich(), one)


@each_ready
def test_of_public_documents(file: Path) -> None:
    root = authored(loaded(file))
    assert differences(root, copy.deepcopy(root)) == {}
    chance = random.Random(len(file.name))
    for _ in range(3):
        all_of(root, edited_at_random(root, chance))


def edited_at_random(root: Object, chance: random.Random) -> Object:
    """A copy with nodes in another order, some gone, some new, and some values that are others."""
    done = copy.deepcopy(root)
    held: list[Object] = done["spec"]["workflows"][0].get("nodes", [])
    chance.shuffle(held)
    for _ in range(chance.randrange(3)):
        if held:
            held.pop(chance.randrange(len(held)))
    for number in range(chance.randrange(3)):
        held.insert(chance.randrange(len(held) + 1), node(f"new {number}"))
    found = [(path, value) for path, value in kinds_of_leaves(done, each=9) if value is not None]
    for path, value in chance.sample(found, min(len(found), chance.randrange(4))):
        done = put(done, path, other(value))
    return done


def test_an_order_of_keys_is_no_difference() -> None:
    turned: Any = flowspec.read(flowspec.canonical(rich())).root
    assert differences(rich(), arranged(rich(), turned)) == {}
