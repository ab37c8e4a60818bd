"""Read-backs: what the service hands back, in the words of what was written. The emulator plays the service."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import (
    actual_ids,
    canonical,
    changes,
    clean,
    complete,
    nodes_of,
    project,
    rename_ids,
    reset_removed,
    same,
)
from tests.support.corpus import NOT_KEPT, each_ready, each_ready_but, loaded
from tests.support.documents import etl, node, nodes
from tests.support.flowspecs import (
    Object,
    changed,
    chooser,
    completed,
    is_server_owned,
    kinds_of_leaves,
    other,
    put,
    workflow,
)
from tests.support.read_backs import Service


@pytest.fixture
def kept() -> Callable[[Object], Object]:
    return Service().kept


Kept = Callable[[Object], Object]


@each_ready_but(**NOT_KEPT)
def test_a_read_back_of_a_document_is_what_was_written(kept: Kept, file: Path) -> None:
    wrote = completed(loaded(file))
    actual = kept(wrote)
    assert canonical(actual) != canonical(wrote)
    found = project(wrote, actual)
    assert same(found, wrote), changes(wrote, found)
    assert changes(wrote, found).describe() == ""


@each_ready_but(**NOT_KEPT)
def test_the_worst_read_back_is_what_was_written_to_the_letter(file: Path) -> None:
    service, wrote = Service(), completed(loaded(file))
    usual = canonical(service.kept(wrote))
    service.emulator.switch(read_back_noise="worst")
    reads = [service.read(workflow(wrote)["id"]) for _ in range(10)]
    assert len({usual, *map(canonical, reads)}) == 11
    for actual in reads:
        found = project(wrote, actual)
        assert same(found, wrote), changes(wrote, found)
        assert changes(wrote, found).describe() == ""
        assert canonical(found) == canonical(wrote)


@each_ready_but(hotel_nights="it has values that the parser drops")
def test_a_read_back_shows_each_leaf_that_somebody_changed(kept: Kept, file: Path) -> None:
    wrote = completed(loaded(file))
    actual = kept(wrote)
    for path, value in kinds_of_leaves(wrote, each=1):
        if path == ("kind",):
            continue
        found = project(wrote, put(wrote, path, other(value)))
        drifted = not same(found, wrote)
        line_break = path[-1] == "content" and value == "\n"
        assert drifted is not (is_server_owned(path) or line_break), path
    edited = copy.deepcopy(actual)
    for item in [workflow(edited), *(item for _, item in nodes_of(workflow(edited)))]:
        if item.get("trigger"):
            item["trigger"]["timezone"] = "Pacific/Apia"
    triggers = [item for item in [workflow(wrote), *workflow(wrote).get("nodes", [])] if item.get("trigger")]
    timed = any("timezone" in item["trigger"] for item in triggers)
    assert same(project(wrote, edited), wrote) is not timed


def test_the_users_spelling_is_kept_where_the_meaning_is() -> None:
    wrote = completed(
        etl(
            citable="false",
            description=None,
            nodes=[node("a", recurrence="pause", rerunTimes="3", timeout=None, inputs={}, id="1")],
            dependencies=[],
        )
    )
    actual = changed(
        wrote, lambda root: workflow(root).pop("description") or workflow(root).update(citable=False)
    )
    workflow(actual)["nodes"][0].update(recurrence="Pause", rerunTimes=3, inputs=None)
    workflow(actual)["nodes"][0].pop("timeout")
    assert canonical(project(wrote, actual)) == canonical(wrote)


def test_one_line_break_at_a_scripts_end_is_no_drift_and_two_are() -> None:
    wrote = completed()
    stripped = changed(wrote, _strip)
    assert canonical(project(wrote, stripped)) == canonical(wrote)
    more = changed(wrote, lambda root: nodes(root)[0]["script"].update(content="SELECT 1;\nSELECT 2;\n\n\n"))
    assert not same(project(wrote, more), wrote)


def _strip(root: Object) -> None:
    for item in nodes(root):
        item["script"]["content"] = item["script"]["content"].rstrip("\n")


def test_what_the_service_fills_in_is_no_drift(kept: Kept) -> None:
    wrote = completed(etl(nodes=[node("a", description="mine"), node("b")], dependencies=[]))
    found = project(wrote, kept(wrote))
    assert canonical(found) == canonical(wrote)


def test_nodes_and_edges_that_somebody_added_are_shown(kept: Kept) -> None:
    wrote = completed()
    more = etl(nodes=[*nodes(etl()), node("audit", owner="me")])
    workflow(more)["dependencies"].append({"nodeId": "audit", "depends": [{"nodeId": "load"}]})
    workflow(more)["dependencies"][0]["depends"].append({"type": "Normal", "output": "p.out"})
    found = project(wrote, kept(completed(more)))
    difference = changes(wrote, found)
    assert (difference.added, difference.removed, difference.changed) == (["audit"], [], {})
    assert len(difference.edges_added) == 2
    assert difference.edges_removed == []
    added = dict(nodes_of(workflow(found)))["audit"]
    assert added["script"]["content"] == "SELECT 1;\n"
    assert not {"metadata", "timeoutUnit", "rerunTimes"} & set(added)
    assert added["owner"] == "me"
    assert "id" not in added["script"]


def test_nodes_are_shown_that_were_added_to_a_workflow_without_any(kept: Kept) -> None:
    bare = etl(nodes=[], dependencies=[])
    workflow(bare).pop("nodes")
    workflow(bare).pop("dependencies")
    found = project(completed(bare), kept(completed()))
    difference = changes(completed(bare), found)
    assert set(difference.added) == {"extract", "load"}
    assert len(difference.edges_added) == 1


def test_nodes_and_edges_that_are_gone_are_dropped(kept: Kept) -> None:
    wrote = completed()
    found = project(wrote, kept(completed(etl(nodes=[nodes(etl())[1]], dependencies=[]))))
    difference = changes(wrote, found)
    assert difference.removed == ["extract"]
    assert len(difference.edges_removed) == 1
    found = project(wrote, kept(completed(etl(dependencies=[]))))
    assert (changes(wrote, found).removed, len(changes(wrote, found).edges_removed)) == ([], 1)


def test_a_script_that_is_gone_is_not_there() -> None:
    wrote = completed()
    actual = changed(wrote, lambda root: nodes(root)[0]["script"].pop("content"))
    assert "content" not in nodes(project(wrote, actual))[0]["script"]


def test_a_node_is_found_by_id_before_name() -> None:
    wrote = completed(etl(nodes=[node("a", "1", id="1"), node("b", "2", id="2")], dependencies=[]))
    actual = completed(etl(nodes=[node("b", "1", id="1"), node("a", "2", id="2")], dependencies=[]))
    found = project(wrote, actual)
    assert [(item["id"], item["name"], item["script"]["content"]) for item in nodes(found)] == [
        ("1", "b", "1"),
        ("2", "a", "2"),
    ]


def test_inner_nodes_are_projected_too() -> None:
    def loop(content: str, **more: Any) -> Object:
        inner = {"nodes": [node("x", content, **more), node("y")]}
        return completed(etl(nodes=[{**node("l"), "do-while": inner}], dependencies=[]))

    filled = loop("1", timeoutUnit="HOURS", metadata={"a": 1})
    filled = changed(filled, lambda root: nodes(root)[0]["do-while"]["nodes"].reverse())
    nodes(filled)[0]["doWhile"] = nodes(filled)[0].pop("do-while")
    assert canonical(project(loop("1"), filled)) == canonical(loop("1"))
    assert changes(loop("1"), project(loop("1"), loop("2"))).changed == {"l/x": ["script.content"]}


def test_free_fields_hold_at_least_what_was_written() -> None:
    def branch(**more: Any) -> Object:
        return completed(
            etl(nodes=[node("b", branch={"branches": [{"when": "1", **more}]})], dependencies=[])
        )

    assert canonical(project(branch(), branch(desc="filled"))) == canonical(branch())
    assert not same(project(branch(desc="mine"), branch(desc="other")), branch(desc="mine"))
    assert not same(project(branch(desc="mine"), branch()), branch(desc="mine"))


# --- import


@each_ready
def test_an_imported_document_is_stable(kept: Kept, file: Path) -> None:
    actual = kept(completed(loaded(file)))
    imported = complete(clean(actual), chooser())
    assert canonical(complete(imported, chooser("urn:other"))) == canonical(imported)
    assert canonical(project(imported, actual)) == canonical(imported)
    assert same(clean(project(imported, actual)), clean(imported))
    again = kept(imported)
    assert same(project(imported, again), imported), changes(imported, project(imported, again))


def test_an_imported_document_holds_what_a_person_would_write(kept: Kept) -> None:
    found = clean(kept(completed()))
    text = canonical(found)
    for noise in (
        "metadata",
        "isDefault",
        "citable",
        "timeoutUnit",
        "rerunTimes",
        "tenantId",
        "commandTypeId",
    ):
        assert noise not in text
    assert {item["name"]: item["script"]["content"] for item in nodes(found)} == {
        "extract": "SELECT 1;\nSELECT 2;\n",
        "load": "SELECT 3;\n",
    }
    assert workflow(found)["trigger"]["cron"] == "00 03 00 * * ?"
    assert len(workflow(found)["dependencies"]) == 1
    assert {item["id"] for item in nodes(found)} == {item["id"] for item in nodes(completed())}


# --- IDs of the service's own


def test_ids_are_renamed_wherever_one_stands_and_nowhere_else() -> None:
    wrote = completed(
        etl(nodes=[node("a", "1", id="1"), node("b", id="2", description="1")], description="7", id="7")
    )
    workflow(wrote)["dependencies"] = [{"nodeId": "2", "depends": [{"output": "1", "type": "Normal"}]}]
    found = rename_ids(wrote, {"1": "91", "7": "97"})
    assert (found["spec"]["id"], workflow(found)["id"], workflow(found)["description"]) == ("97", "97", "7")
    assert [item["id"] for item in nodes(found)] == ["91", "2"]
    assert nodes(found)[0]["script"]["content"] == "1"
    assert nodes(found)[0]["outputs"]["nodeOutputs"][0]["data"] == "91"
    assert nodes(found)[1]["description"] == "1"
    assert workflow(found)["dependencies"][0]["depends"][0]["output"] == "91"
    assert rename_ids(found, {"91": "1", "97": "7"}) == wrote
    assert rename_ids(wrote, {}) == wrote


def test_actual_ids_are_found_by_name_where_the_id_is_unknown() -> None:
    wrote = completed(
        etl(id="7", nodes=[node("a", id="1"), node("b", id="2"), node("c", id="3")], dependencies=[])
    )
    assert actual_ids(wrote, wrote) == {}
    theirs = rename_ids(wrote, {"7": "97", "1": "91"})
    nodes(theirs).pop()
    assert actual_ids(wrote, theirs) == {"7": "97", "1": "91"}


def test_actual_ids_are_found_inside_loops() -> None:
    wrote = completed(etl(nodes=[{**node("l"), "for-each": {"nodes": [node("x")]}}], dependencies=[]))
    inner = dict(nodes_of(workflow(wrote)))["l/x"]["id"]
    assert actual_ids(wrote, rename_ids(wrote, {inner: "95"})) == {inner: "95"}


# --- what has left the document


def test_fields_that_left_the_document_are_sent_with_what_undoes_them() -> None:
    old = completed(
        etl(
            description="d",
            inputs={"variables": [{"name": "v", "scope": "Workflow", "type": "Constant"}]},
            nodes=[
                node("a", description="x", timeout=3, recurrence="Pause", instanceMode="Immediately", id="1"),
                node("b", rerunMode="Denied", ignoreBranchConditionSkip=True, id="2"),
            ],
            dependencies=[{"nodeId": "b", "depends": [{"nodeId": "a"}]}],
        )
    )
    new = completed(
        etl(inputs={}, description=None, nodes=[node("b", id="2"), node("a", id="1")], dependencies=None)
    )
    before = copy.deepcopy(new)
    found, stuck = reset_removed(old, new)
    assert stuck == []
    assert new == before
    assert workflow(found)["description"] == ""
    assert workflow(found)["dependencies"] == []
    assert workflow(found)["inputs"] == {"variables": []}
    two, one = nodes(found)
    assert (one["description"], one["timeout"], one["recurrence"], one["instanceMode"]) == (
        "",
        0,
        "Normal",
        "T+1",
    )
    assert (two["rerunMode"], two["ignoreBranchConditionSkip"]) == ("Allowed", False)
    assert "description" not in two


def test_fields_that_nothing_undoes_are_named() -> None:
    old = completed(etl(nodes=[node("a"), node("b", rerunTimes=5, datasource={"name": "d", "type": "odps"})]))
    new = completed(etl(nodes=[node("b"), node("a")]))
    found, stuck = reset_removed(old, new)
    assert same(found, new)
    assert {path[-1] for path in stuck} == {"rerunTimes", "datasource"}
    assert all(path[:-1] == ("spec", "workflows", 0, "nodes", 0) for path in stuck)


def test_nothing_is_undone_that_did_not_leave() -> None:
    for one, two in (
        (completed(), completed()),
        (completed(), completed(etl(description="new"))),
        (completed(etl(metadata={"a": 1}, description="")), completed()),
        (completed(etl(nodes=[*nodes(etl()), node("gone", timeout=3)])), completed()),
    ):
        assert reset_removed(one, two) == (two, [])


def test_what_left_a_loop_is_undone_inside_it() -> None:
    def loop(**more: Any) -> Object:
        return completed(
            etl(nodes=[{**node("l"), "do-while": {"nodes": [node("x", **more)]}}], dependencies=[])
        )

    found, stuck = reset_removed(loop(timeout=5), loop())
    assert (nodes(found)[0]["do-while"]["nodes"][0]["timeout"], stuck) == (0, [])


def test_a_key_that_is_spelt_anew_has_not_left() -> None:
    old, new = (
        completed(etl(nodes=[{**node("l"), key: {"nodes": [node("x")]}}], dependencies=[]))
        for key in ("do-while", "doWhile")
    )
    assert reset_removed(old, new) == (new, [])


def test_a_nodes_strategy_is_read_back_in_the_names_of_the_vendors_library(kept: Kept) -> None:
    strategy = {"instanceMode": "T+1", "rerunMode": "FailureAllowed", "recurrenceType": "NoneAuto"}
    wrote = completed(etl(nodes=[node("a", id="1", strategy=strategy)], dependencies=[]))
    actual = kept(wrote)
    [read] = workflow(actual)["nodes"]
    assert read["strategy"] == {
        "instanceMode": "T_PLUS_1",
        "rerunMode": "FAILURE_ALLOWED",
        "recurrenceType": "NONE_AUTO",
    }
    assert canonical(project(wrote, actual)) == canonical(wrote)
    read["strategy"]["rerunMode"] = "ALL_DENIED"
    [found] = workflow(project(wrote, actual))["nodes"]
    assert found["strategy"] == {**strategy, "rerunMode": "Denied"}


@pytest.mark.parametrize(
    ("mode", "name"),
    [("Allowed", "ALL_ALLOWED"), ("Denied", "ALL_DENIED"), ("FailureAllowed", "FAILURE_ALLOWED")],
)
def test_each_rerun_mode_of_a_nodes_strategy_comes_back(kept: Kept, mode: str, name: str) -> None:
    wrote = completed(etl(nodes=[node("a", id="1", strategy={"rerunMode": mode})], dependencies=[]))
    actual = kept(wrote)
    [read] = workflow(actual)["nodes"]
    assert read["strategy"]["rerunMode"] == name
    assert canonical(project(wrote, actual)) == canonical(wrote)
