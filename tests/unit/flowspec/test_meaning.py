"""Meaning: what makes two documents the same, what a change is called, and the digest."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import changes, complete, digest, nodes_of, rename_ids, same
from tests.support.corpus import each_ready, each_ready_but, loaded
from tests.support.documents import etl, node, nodes
from tests.support.flowspecs import (
    WORKFLOW,
    Object,
    Path_,
    changed,
    chooser,
    completed,
    is_server_owned,
    kinds_of_leaves,
    other,
    put,
    workflow,
)

DROPPED = "it has values that the parser drops"


@each_ready_but(hotel_nights=DROPPED)
def test_every_leaf_counts_that_is_left_out(file: Path) -> None:
    root = loaded(file)
    for path, value in kinds_of_leaves(root):
        nothing = value in (None, "NodeOutput", "Variable", "Table") or path == ("kind",)
        if nothing or isinstance(path[-1], int):
            continue
        absent = changed(root, lambda one, path=path: _parent(one, path).pop(path[-1]))  # type: ignore[misc]
        assert same(root, absent) is is_server_owned(path), path
        free_map = any(str(step).endswith(("Conf", "Config")) for step in path)
        if not free_map and path[:2] != ("spec", "flow"):
            assert same(absent, put(root, path, None)), path


def _parent(root: Any, path: Path_) -> Any:
    for step in path[:-1]:
        root = root[step]
    return root


@each_ready
def test_order_of_keys_and_sets_is_no_difference(file: Path) -> None:
    root = loaded(file)
    shuffle = random.Random(7).shuffle

    def shuffled(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            free = {name for name in value if name.endswith(("Conf", "Config"))}
            items = [(name, item if name in free else shuffled(item, name)) for name, item in value.items()]
            shuffle(items)
            return dict(items)
        if isinstance(value, list):
            found = [shuffled(item) for item in value]
            if key in SETS:
                shuffle(found)
            return found
        return value

    for _ in range(5):
        one = shuffled(root)
        assert same(root, one)
        assert same(one, root)
        assert digest(completed(one)) == digest(completed(root))


SETS = {"nodes", "dependencies", "flow", "depends", "nodeOutputs", "variables", "tables", "parameters"}

RUNTIME: Path_ = (*WORKFLOW, "nodes", 0, "script", "runtime")

WRITINGS: dict[str, tuple[Path_, Any, Any]] = {
    "case of a label": ((*WORKFLOW, "nodes", 0, "recurrence"), "Pause", "pAUSE"),
    "case of a kind": (("kind",), "CycleWorkflow", "CYCLEWORKFLOW"),
    "case of a dependency": (
        (*WORKFLOW, "dependencies", 0, "depends", 0, "type"),
        "CrossCycleDependsOnSelf",
        "crosscycledependsonself",
    ),
    "number as text": ((*WORKFLOW, "nodes", 0, "rerunTimes"), 3, "3"),
    "negative number as text": ((*WORKFLOW, "nodes", 0, "timeout"), -1, "-1"),
    "text as number": ((*WORKFLOW, "nodes", 0, "script", "runtime", "cu"), "25", 25),
    "id as number": ((*WORKFLOW, "nodes", 0, "id"), "7342349832749832749", 7342349832749832749),
    "boolean as text": ((*WORKFLOW, "citable"), True, "True"),
    "false as text": ((*WORKFLOW, "citable"), False, "no"),
    "empty object and nothing": ((*WORKFLOW, "inputs"), {}, None),
    "empty list and nothing": ((*WORKFLOW, "dependencies"), [], None),
    "an object of nothing and nothing": ((*WORKFLOW, "inputs"), {"variables": []}, None),
    "null in a free map": ((*RUNTIME, "sparkConf"), {"a": None}, {}),
    "order of datasets": (
        (*WORKFLOW, "nodes", 0, "datasets"),
        [{"identifier": "a"}, {"identifier": "b"}],
        [{"identifier": "b"}, {"identifier": "a"}],
    ),
    "case of an engine": (
        (*WORKFLOW, "nodes", 0, "inputs"),
        {"tables": [{"guid": "g", "calcEngine": {"type": "hive"}}]},
        {"tables": [{"guid": "g", "calcEngine": {"type": "Hive"}}]},
    ),
    "a version as text": (
        (*WORKFLOW, "nodes", 0, "datasets"),
        [{"identifier": "a", "version": "3"}],
        [{"identifier": "a", "version": 3}],
    ),
    "a key that the parser drops": ((*WORKFLOW, "nodes", 0, "later"), {"a": 1}, {"a": 2}),
}


@pytest.mark.parametrize("case", WRITINGS)
def test_writings_of_the_same_are_no_difference(case: str) -> None:
    path, one, two = WRITINGS[case]
    first, second = put(etl(), path, one), put(etl(), path, two)
    assert same(first, second)
    assert same(second, first)
    assert digest(completed(first)) == digest(completed(second))


DIFFERENT: dict[str, tuple[Path_, Any, Any]] = {
    "case of text": ((*WORKFLOW, "nodes", 0, "script", "runtime", "command"), "ODPS_SQL", "odps_sql"),
    "space in a script": ((*WORKFLOW, "nodes", 0, "script", "content"), "SELECT 1;", "SELECT 1; "),
    "line break in a script": ((*WORKFLOW, "nodes", 0, "script", "content"), "SELECT 1;", "SELECT 1;\n"),
    "zero and nothing": ((*WORKFLOW, "nodes", 0, "timeout"), 0, None),
    "false and nothing": ((*WORKFLOW, "citable"), False, None),
    "empty text and nothing": ((*WORKFLOW, "description"), "", None),
    "number and another": ((*WORKFLOW, "nodes", 0, "rerunTimes"), "3", 4),
    "neighbours above 2^53": ((*WORKFLOW, "nodes", 0, "id"), 2**62, 2**62 + 1),
    "free map": ((*RUNTIME, "sparkConf"), {"a": 1}, {"a": 2}),
    "order of a list in a free map": ((*RUNTIME, "sparkConf"), {"a": [1, 2]}, {"a": [2, 1]}),
    "order of a container's arguments": ((*RUNTIME, "container"), {"args": ["a", "b"]}, {"args": ["b", "a"]}),
    "a branch's order": (
        (*WORKFLOW, "nodes", 0, "branch"),
        {"branches": [{"when": "a"}, {"when": "b"}]},
        {"branches": [{"when": "b"}, {"when": "a"}]},
    ),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_these_are_differences(case: str) -> None:
    path, one, two = DIFFERENT[case]
    first, second = put(etl(), path, one), put(etl(), path, two)
    assert not same(first, second)
    assert not same(second, first)


def test_a_node_twice_is_not_a_node_once() -> None:
    one, two = etl(nodes=[node("a")]), etl(nodes=[node("a"), node("a")])
    assert not same(one, two)


@pytest.mark.parametrize(
    ("one", "two"), [("do-while", "doWhile"), ("for-each", "foreach"), ("param-hub", "paramHub")]
)
def test_both_spellings_of_a_field_mean_the_same(one: str, two: str) -> None:
    body = {"nodes": [node("x")], "variables": [{"name": "v", "scope": "Workflow", "type": "Constant"}]}
    first, second = (etl(nodes=[{**node("a"), key: body}]) for key in (one, two))
    assert same(first, second)
    assert not same(first, etl(nodes=[node("a")]))


def test_flow_and_dependencies_mean_the_same() -> None:
    root = etl()
    workflow(root)["flow"] = workflow(root).pop("dependencies")
    assert same(root, etl())


def test_a_difference_inside_a_loop_is_seen() -> None:
    def loop(content: str) -> Object:
        return etl(nodes=[{**node("a"), "do-while": {"nodes": [node("x", content)]}}])

    assert same(loop("1"), loop("1"))
    assert not same(loop("1"), loop("2"))


# --- the digest


def test_a_digest_is_versioned_and_pinned_down_by_the_document() -> None:
    found = digest(completed())
    version, _, digits = found.partition(":")
    assert version == "1"
    assert len(digits) == 64
    assert int(digits, 16)
    assert digest(json.loads(json.dumps(completed()))) == found


@each_ready_but(hotel_nights=DROPPED)
def test_a_digest_differs_where_the_meaning_does(file: Path) -> None:
    root = complete(loaded(file), chooser())
    before = digest(root)
    own = {str(item["id"]) for _, item in nodes_of(workflow(root))} | {workflow(root)["id"]}
    for path, value in kinds_of_leaves(root):
        if path == ("kind",) or str(value) in own:
            continue
        assert (digest(put(root, path, other(value))) == before) is is_server_owned(path), path


def test_a_digest_does_not_depend_on_the_documents_own_ids() -> None:
    root = etl(nodes=[node("only")], dependencies=[])
    found = {digest(completed(root, f"urn:{number}")) for number in range(10)}
    assert len(found) == 1
    done = completed(root)
    ids = {str(item["id"]): f"8{number}" for number, (_, item) in enumerate(nodes_of(workflow(done)))}
    assert digest(rename_ids(done, {**ids, workflow(done)["id"]: "99"})) in found


def test_a_digest_sees_an_edge_move_though_ids_do_not_count() -> None:
    three = [node("a"), node("b"), node("c")]
    one = etl(nodes=three, dependencies=[{"nodeId": "c", "depends": [{"nodeId": "a"}]}])
    two = etl(nodes=three, dependencies=[{"nodeId": "c", "depends": [{"nodeId": "b"}]}])
    assert digest(completed(one)) != digest(completed(two))


# --- what changed


def describe(one: Object, two: Object) -> str:
    return changes(one, two).describe()


def test_nothing_changed_is_said_in_no_words() -> None:
    assert describe(completed(), completed()) == ""
    assert describe(completed(), completed(etl(nodes=list(reversed(nodes(etl())))))) == ""


def test_nodes_that_come_and_go_are_named() -> None:
    one = completed()
    two = completed(etl(nodes=[nodes(etl())[1], node("report")], dependencies=[]))
    found = changes(one, two)
    assert (found.added, found.removed, found.changed) == (["report"], ["extract"], {})
    assert (len(found.edges_added), len(found.edges_removed)) == (0, 1)
    text = found.describe()
    assert text.index('adds "report"') < text.index('removes "extract"')
    assert "removes 1 dependency" in text


def test_nodes_that_go_along_with_their_workflow_are_not_named() -> None:
    """Their paths follow from the workflow's; one that its author moves is."""
    there = {"script": {"path": "team/daily_orders"}}
    assert describe(completed(), completed(etl(**there))) == "changes the workflow's script.path"
    moved = node("extract", nodes(etl())[0]["script"]["content"])
    moved["script"]["path"] = "else/extract"
    found = describe(completed(), completed(etl(**there, nodes=[moved, nodes(etl())[1]])))
    assert found == 'changes script.path of "extract"; changes the workflow\'s script.path'


def test_many_nodes_are_counted() -> None:
    one = completed(etl(nodes=[], dependencies=[]))
    two = completed(etl(nodes=[node(f"n{number}") for number in range(9)], dependencies=[]))
    text = describe(one, two)
    assert text == 'adds 9 nodes: "n0", "n1", "n2" and 6 more'


def changed_node(change: Callable[[Object], object]) -> list[str]:
    found = changes(completed(), completed(changed(etl(), lambda root: change(nodes(root)[0]))))
    assert set(found.changed) <= {"extract"}
    return found.changed.get("extract", [])


def test_changed_fields_are_named_by_their_paths() -> None:
    assert changed_node(lambda item: item["script"].update(content="x")) == ["script.content"]
    assert changed_node(lambda item: item.update(rerunTimes=3)) == ["rerunTimes"]
    assert changed_node(lambda item: item["script"]["runtime"].update(cu="1")) == ["script.runtime.cu"]
    both = changed_node(lambda item: (item.update(timeout=1), item["script"].update(content="x")))
    assert set(both) == {"timeout", "script.content"}
    assert changed_node(lambda item: item.update(metadata={"a": 1})) == []


def test_a_renamed_node_with_its_id_is_a_changed_node() -> None:
    one = completed(etl(nodes=[node("a", id="1")], dependencies=[]))
    two = completed(etl(nodes=[node("b", id="1")], dependencies=[]))
    found = changes(one, two)
    assert (found.added, found.removed) == ([], [])
    assert "name" in found.changed["b"]


def test_a_node_with_another_id_and_its_name_is_a_changed_node() -> None:
    one = completed(etl(nodes=[node("a", id="1")], dependencies=[]))
    two = completed(etl(nodes=[node("a", id="2")], dependencies=[]))
    found = changes(one, two)
    assert (found.added, found.removed) == ([], [])
    assert "id" in found.changed["a"]


def test_ids_win_over_names_where_nodes_swap_them() -> None:
    one = completed(etl(nodes=[node("a", "1", id="1"), node("b", "2", id="2")], dependencies=[]))
    two = completed(etl(nodes=[node("b", "1", id="1"), node("a", "2", id="2")], dependencies=[]))
    found = changes(one, two)
    assert (found.added, found.removed) == ([], [])
    assert all("name" in fields and "script.content" not in fields for fields in found.changed.values())


def test_edges_that_come_and_go_are_counted() -> None:
    one = completed()
    two = changed(one, lambda root: workflow(root)["dependencies"][0]["depends"].append({"output": "p.out"}))
    found = changes(one, two)
    (edge,) = found.edges_added
    assert (edge.output, edge.type) == ("p.out", "Normal")
    assert edge.node == dict(nodes_of(workflow(one)))["load"]["id"]
    assert found.edges_removed == []
    assert "adds 1 dependency" in found.describe()
    typed = changed(
        one,
        lambda root: workflow(root)["dependencies"][0]["depends"][0].update(
            type="CrossCycleDependsOnOtherNode"
        ),
    )
    assert (len(changes(one, typed).edges_added), len(changes(one, typed).edges_removed)) == (1, 1)


@pytest.mark.parametrize("key", ["for-each", "paiflow"])
def test_edges_inside_a_control_node_are_edges(key: str) -> None:
    def loop(*depends: Object) -> Object:
        flow = [{"nodeId": "b", "depends": list(depends)}]
        return completed(
            etl(
                nodes=[{**node("l"), key: {"nodes": [node("a"), node("b")], "flow": flow}}],
                dependencies=[],
            )
        )

    found = changes(loop(), loop({"nodeId": "a"}))
    assert (len(found.edges_added), found.changed) == (1, {})


@pytest.mark.parametrize("key", ["do-while", "paiflow"])
def test_an_inner_nodes_change_is_named_once(key: str) -> None:
    def loop(content: str) -> Object:
        return completed(etl(nodes=[{**node("l"), key: {"nodes": [node("x", content)]}}], dependencies=[]))

    assert changes(loop("1"), loop("2")).changed == {"l/x": ["script.content"]}


def test_the_workflows_own_fields_are_named() -> None:
    one = completed()
    two = completed(etl(trigger={"type": "Scheduler", "cron": "00 05 00 * * ?", "timezone": "Asia/Shanghai"}))
    found = changes(one, two)
    assert found.workflow == ["trigger.cron"]
    assert "trigger.cron" in found.describe()
    assert found.changed == {}


@each_ready_but(hotel_nights=DROPPED)
def test_whatever_changes_below_the_workflow_is_described(file: Path) -> None:
    root = completed(loaded(file))
    for path, value in kinds_of_leaves(root):
        one = put(root, path, other(value))
        if path[: len(WORKFLOW)] != WORKFLOW:
            continue
        inside_edges = "dependencies" in path or "flow" in path
        if not inside_edges:
            assert bool(describe(root, one)) is not is_server_owned(path), path
        if inside_edges and path[-1] in ("output", "nodeId", "type"):
            assert describe(root, one), path
