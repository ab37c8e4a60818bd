"""Diff: what kind of change it is, and what ignoreChanges leaves out of it."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.lifecycle import UNKNOWN, Change, Difference, LifecycleError
from pulumi_resource_dataworks.lifecycle._definition_state import DefinitionInputs, DefinitionState, Ids
from pulumi_resource_dataworks.lifecycle._diff import ignoring
from tests.support.definitions import PROJECT, URN, Object, Run, edited, root_of, workflow
from tests.support.documents import etl, node, nodes


def difference(run: Run, old: Any, new: Any, ignore: tuple[str, ...] = (), **more: Any) -> Difference:
    olds = run.inputs(old)
    news = Run().inputs(new, olds, **more)
    return run.definitions.diff(URN, Change("10001/70", olds, sent(olds), news, ignore))


def sent(inputs: Object) -> Object:
    """The outputs after these inputs were sent."""
    return DefinitionState.first(DefinitionInputs.of(inputs, URN)).to_pulumi()


def test_no_change_is_none(run: Run) -> None:
    assert difference(run, etl(), etl()).changes == {}
    assert difference(run, etl(), json.dumps(etl(), indent=2)).changes == {}
    assert difference(run, etl(), etl(nodes=list(reversed(nodes(etl()))))).changes == {}
    metadata = etl(metadata={"a": 1})
    assert difference(run, etl(), metadata).changes == {}


def test_ids_that_an_export_writes_out_are_not_shown_beside_a_change(run: Run) -> None:
    short, changed = etl(nodes=[node("extract"), node("load")]), node("load", "SELECT 4;")
    known = DefinitionState.first(DefinitionInputs.of(run.inputs(short), URN)).node_ids
    place = "spec.spec.workflows[0].nodes"
    for name, shown in ((known["extract"], {}), ("77", {f"{place}[0].id": "add"})):
        written = etl(nodes=[node("extract", id=name), {**changed, "id": known["load"]}])
        found = difference(run, short, written)
        assert found.changes == {f"{place}[1].script.content": "update"} | (
            shown and {**shown, f"{place}[1].id": "add"}
        )


@pytest.mark.parametrize(
    ("new", "changes"),
    [
        (etl(description="x"), {"spec.spec.workflows[0].description": "add"}),
        (etl(nodes=[*nodes(etl()), node("c")]), {"spec.spec.workflows[0].nodes[2]": "add"}),
        (etl(nodes=[node("c"), *nodes(etl())]), {"spec.spec.workflows[0].nodes[2]": "add"}),
        (etl(dependencies=[]), {"spec.spec.workflows[0].dependencies[0]": "delete"}),
        (etl(name="another"), {"spec.spec.workflows[0].name": "update"}),
        (
            etl(nodes=[node("load", "SELECT 4;"), nodes(etl())[0]]),
            {"spec.spec.workflows[0].nodes[1].script.content": "update"},
        ),
        (
            etl(nodes=[node("load"), *nodes(etl())[:1]]),
            {"spec.spec.workflows[0].nodes[1].script.content": "update"},
        ),
    ],
)
def test_another_document_is_an_update_of_the_smallest_places(
    run: Run, new: Object, changes: dict[str, str]
) -> None:
    for written in (new, json.dumps(new, indent=2)):
        found = difference(run, etl(), written)
        assert found.changes == changes
        assert (found.delete_before_replace, found.replaces) == (False, [])


def test_an_id_that_the_author_no_longer_writes_or_writes_now_is_kept(run: Run) -> None:
    written = etl(id="70", nodes=[node("extract", id="71"), node("load", id="72")])
    without = etl(nodes=[node("extract"), node("load")])
    assert difference(run, written, without).changes == {}
    assert not difference(Run(), without, root_of(Run().inputs(without))).replaces


def test_an_id_that_the_service_gave_is_no_other_workflow_where_the_author_writes_it(run: Run) -> None:
    olds = run.inputs()
    outputs = replace(DefinitionState.first(DefinitionInputs.of(olds, URN)), workflow_id="8800").to_pulumi()
    for own in ("8800", workflow(root_of(olds))["id"]):
        news = Run().inputs(etl(id=own), olds)
        found = run.definitions.diff(URN, Change("10001/8800", olds, outputs, news))
        assert found.replaces == ([] if own == "8800" else ["spec"])


@pytest.mark.parametrize("key", ["adopt", "validateOnPreview"])
def test_a_switch_is_a_change_of_its_own(run: Run, key: str) -> None:
    olds = run.inputs()
    news = [Run().inputs(None, olds, **{key: value}) for value in (True, False)]
    for old, new, kind in ((olds, news[0], "add"), (news[0], news[1], "update"), (news[0], olds, "delete")):
        found = run.definitions.diff(URN, Change("10001/70", old, sent(olds), new))
        assert (found.changes, found.replaces) == ({key: kind}, [])


def test_an_unknown_value_is_a_change_of_its_own_place(run: Run) -> None:
    new = etl(nodes=[node("extract", UNKNOWN), nodes(etl())[1]])  # type: ignore[arg-type]
    place = "spec.spec.workflows[0].nodes[0].script.content"
    assert difference(run, etl(), new).changes == {place: "update"}
    new["spec"]["workflows"][0]["description"] = "x"
    more = {place: "update", "spec.spec.workflows[0].description": "add"}
    assert difference(Run(), etl(), new).changes == more
    assert difference(Run(), etl(), new, project=UNKNOWN).changes == {"projectId": "update", **more}
    assert difference(Run(), etl(), new, project=7).changes == {"projectId": "replace", **more}


def test_a_secret_is_a_change_of_its_own_place(run: Run) -> None:
    old, new = (
        etl(nodes=[node("extract", flowspec.secret(text)), node("load")]) for text in ("hush 1", "hush 2")
    )
    place = "spec.spec.workflows[0].nodes[0].script.content"
    assert difference(run, old, new).changes == {place: "update"}
    assert difference(Run(), new, old).changes == {place: "update"}
    plain = etl(nodes=[node("extract", "hush 2"), node("load")])
    assert difference(Run(), plain, new).changes == {place: "update"}
    assert difference(Run(), new, plain).changes == {}
    assert difference(Run(), flowspec.secret(plain), new).changes == {}
    assert difference(Run(), flowspec.secret(old), flowspec.secret(new)).changes == {"spec": "update"}
    assert difference(Run(), flowspec.secret(old), flowspec.secret(old)).changes == {}


def test_another_project_is_a_replacement(run: Run) -> None:
    own = etl(id="70", nodes=[node("a", id="1")], dependencies=[])
    found = difference(run, own, own, project=7)
    assert found.changes == {"projectId": "replace"}
    assert found.replaces == ["projectId"]
    assert not found.delete_before_replace
    both = difference(Run(), etl(id="70"), etl(id="70", description="x"), project=7)
    assert both.changes == {"projectId": "replace", "spec.spec.workflows[0].description": "add"}


def test_another_workflow_id_is_a_replacement(run: Run) -> None:
    found = difference(run, etl(id="70"), etl(id="71"))
    assert found.changes == {"spec.spec.workflows[0].id": "replace"}
    assert found.delete_before_replace
    elsewhere = difference(Run(), etl(id="70"), etl(id="71", name="moved"))
    assert elsewhere.replaces == ["spec"]
    assert not elsewhere.delete_before_replace


def test_another_kind_is_a_replacement_and_another_spelling_is_none(run: Run) -> None:
    found = difference(run, etl(), {**etl(), "kind": "ManualWorkflow"})
    assert found.replaces == ["spec"]
    assert found.delete_before_replace
    assert difference(Run(), etl(), {**etl(), "kind": "cycleworkflow"}).changes == {}
    moved = {**etl(name="moved"), "kind": "ManualWorkflow"}
    assert difference(Run(), etl(id="70"), moved).delete_before_replace


def test_unknown_values_are_updates(run: Run) -> None:
    olds = run.inputs()
    assert run.definitions.diff(URN, Change("10001/70", olds, {}, {**olds, "spec": UNKNOWN})).changes == {
        "spec": "update"
    }
    unknown = {"projectId": UNKNOWN, "spec": UNKNOWN}
    found = run.definitions.diff(URN, Change("10001/70", olds, {}, unknown))
    assert found.changes == {"projectId": "update", "spec": "update"}
    assert found.replaces == []
    both = {"projectId": 7, "spec": UNKNOWN}
    assert run.definitions.diff(URN, Change("10001/70", olds, {}, both)).changes == {
        "projectId": "replace",
        "spec": "update",
    }


@pytest.mark.parametrize("resource_id", ["", "70", "x/70", "10001/", "0/70", "1/2/3", "-1/70"])
def test_an_id_that_is_none_is_refused(run: Run, resource_id: str) -> None:
    olds = run.inputs()
    with pytest.raises(LifecycleError, match="<projectId>/<workflowId>"):
        run.definitions.diff(URN, Change(resource_id, olds, {}, olds))


# --- ignoreChanges


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (
            "spec.workflows[0].trigger.cron",
            lambda root: workflow(root)["trigger"].update(cron="00 09 00 * * ?"),
        ),
        (
            "spec.spec.workflows[0].trigger.cron",
            lambda root: workflow(root)["trigger"].update(cron="00 09 00 * * ?"),
        ),
        (
            'spec["spec"]["workflows"][0]["trigger"]',
            lambda root: workflow(root)["trigger"].update(cron="00 09 00 * * ?"),
        ),
        (
            "spec.workflows[*].trigger",
            lambda root: workflow(root)["trigger"].update(cron="00 09 00 * * ?", timezone="UTC"),
        ),
        ("spec.workflows[0].description", lambda root: workflow(root).update(description="new")),
        ("spec.workflows[0].trigger.timezone", lambda root: workflow(root)["trigger"].pop("timezone")),
        (
            "spec.workflows[0].nodes[1].script.content",
            lambda root: nodes(root)[1]["script"].update(content="x"),
        ),
        (
            "spec.workflows[0].nodes[*].script.content",
            lambda root: [n["script"].update(content="x") for n in nodes(root)],
        ),
        ("spec.workflows[0].nodes[*].timeout", lambda root: [n.update(timeout=3) for n in nodes(root)]),
        (
            "spec.workflows[0].nodes[*].rerun_times",
            lambda root: [n.update(rerunTimes=7) for n in nodes(root)],
        ),
        (
            "spec.spec.workflows[0].nodes[1].script.runtime.command_type_id",
            lambda root: nodes(root)[1]["script"]["runtime"].update(commandTypeId=11),
        ),
        ("spec.workflows[0].nodes[0]", lambda root: nodes(root)[0].update(timeout=3, rerunTimes=2)),
        ("spec.workflows[0].nodes", lambda root: nodes(root).append(node("c"))),
        ("spec.workflows[0].dependencies", lambda root: workflow(root).update(dependencies=[])),
        (
            "spec.workflows[0].dependencies[*].depends",
            lambda root: workflow(root)["dependencies"][0].update(depends=[]),
        ),
        ("spec.version", lambda root: root.update(version="1.2.0")),
        ("spec.description", lambda root: root["spec"].update(description="x")),
        ("spec.spec.description", lambda root: root["spec"].update(description="x")),
    ],
)
def test_what_is_ignored_is_no_change(run: Run, path: str, change: Callable[[Object], object]) -> None:
    new = edited(etl(), change)
    changes = difference(run, etl(), new).changes
    assert changes
    assert all(place.startswith("spec.") for place in changes)
    assert difference(Run(), etl(), new, (path,)).changes == {}
    more = edited(new, lambda root: workflow(root).update(owner="9"))
    (place,) = difference(Run(), etl(), more, (path,)).changes
    assert place == "spec.spec.workflows[0].owner"


@pytest.mark.parametrize(
    "path",
    ["spec", "projectId", "spec.workflows[1].description", "workflows[0].description", "", "spec.nope.x"],
)
def test_paths_that_mean_nothing_here_ignore_nothing(run: Run, path: str) -> None:
    new = etl(description="x")
    assert difference(run, etl(), new, (path,)).changes == {"spec.spec.workflows[0].description": "add"}


@pytest.mark.parametrize("key", ["version", "kind", "metadata"])
def test_the_documents_own_fields_are_below_spec_too(key: str) -> None:
    old, new = ({key: {"v": value}, "spec": {"workflows": [{}]}} for value in (1, 2))
    before, given = (DefinitionInputs(PROJECT, root, Ids(URN, PROJECT)) for root in (old, new))
    assert ignoring(before, given, [f"spec.{key}"]).spec == old
    assert ignoring(before, given, [f"spec.spec.{key}"]).spec == new


def test_a_key_that_has_an_underscore_is_ignored_by_its_own_name() -> None:
    old, new = (
        {"metadata": {"own_key": value, "ownKey": value}, "spec": {"workflows": [{}]}} for value in "ab"
    )
    before, given = (DefinitionInputs(PROJECT, root, Ids(URN, PROJECT)) for root in (old, new))
    kept = ignoring(before, given, ["spec.metadata.own_key"]).spec
    assert kept["metadata"] == {"own_key": "a", "ownKey": "b"}


def test_an_index_means_the_place_in_the_state(run: Run) -> None:
    old = etl(nodes=[node("a", "1", id="1"), node("b", "2", id="2")], dependencies=[])
    swapped = etl(nodes=[node("b", "2x", id="2"), node("a", "1", id="1")], dependencies=[])
    ignored = ("spec.workflows[0].nodes[1].script.content",)
    assert difference(run, old, swapped, ignored).changes == {}
    other = ("spec.workflows[0].nodes[0].script.content",)
    assert difference(Run(), old, swapped, other).changes == {
        "spec.spec.workflows[0].nodes[1].script.content": "update"
    }


def test_a_new_node_is_a_change_though_its_fields_are_ignored(run: Run) -> None:
    new = etl(nodes=[*nodes(etl()), node("c")])
    assert difference(run, etl(), new, ("spec.workflows[0].nodes[*]",)).changes == {
        "spec.spec.workflows[0].nodes[2]": "add"
    }


def test_an_ignored_path_does_not_change_the_old_document(run: Run) -> None:
    olds = run.inputs()
    before = copy.deepcopy(olds)
    news = Run().inputs(etl(description="x", nodes=[node("extract", "x"), node("load")]), olds)
    ignored = (
        "spec.workflows[0].nodes[*]",
        "spec.workflows[0].nodes[0].script.content",
        "spec.workflows[0].description",
    )
    outputs, given = sent(olds), copy.deepcopy(news)
    run.definitions.diff(URN, Change("10001/70", olds, outputs, news, ignored))
    assert (olds, outputs, news) == (before, sent(before), given)


def ignoring_in(old: Any, new: Any, *paths: str) -> Any:
    """What is sent of a new value of a workflow where something below it is ignored."""
    before, given = (
        DefinitionInputs(PROJECT, {"spec": {"workflows": [{"x": value}]}}, Ids(URN, PROJECT))
        for value in (old, new)
    )
    kept = ignoring(before, given, [f"spec.workflows[0].x{path}" for path in paths])
    return workflow(kept.spec).get("x")


@pytest.mark.parametrize("key", ["id", "name", "nodeId"])
def test_an_entry_of_a_list_is_found_by_what_names_it(key: str) -> None:
    old = [{key: "a", "v": 1}, {key: "b", "v": 2}]
    new = [{key: "c", "v": 7}, {key: "b", "v": 8}, {key: "a", "v": 9}]
    assert [item["v"] for item in ignoring_in(old, new, "[*].v")] == [7, 2, 1]
    assert [item["v"] for item in ignoring_in(old, new, "[2].v")] == [7, 8, 1]
    assert ignoring_in(old, new, "[1]") == [new[0], old[1], new[2]]


def test_an_id_names_an_entry_before_its_name_and_its_name_before_a_node() -> None:
    old = [{"id": "1", "name": "a", "v": 1}, {"id": "2", "name": "b", "v": 2}]
    assert ignoring_in(old, [{"id": "2", "name": "a", "v": 9}], "[0].v")[0]["v"] == 2
    old = [{"name": "a", "nodeId": "1", "v": 1}, {"name": "b", "nodeId": "2", "v": 2}]
    assert ignoring_in(old, [{"name": "b", "nodeId": "1", "v": 9}], "[0].v")[0]["v"] == 2


def test_an_entry_that_nothing_names_is_found_by_its_place() -> None:
    assert ignoring_in(["a", "b"], ["c", "d", "e"], "[1]") == ["c", "b", "e"]
    assert ignoring_in(["a", "b"], ["c", "d", "e"], "[*]") == ["a", "b", "e"]
    assert ignoring_in([{"v": 1}, {"v": 2}], [{"v": 3}, {"v": 4}, {"v": 5}], "[*].v") == [
        {"v": 1},
        {"v": 2},
        {"v": 5},
    ]
    assert ignoring_in([3, {"id": "1", "v": 1}], [{"id": "1", "v": 2}], "[0].v") == [{"id": "1", "v": 1}]


@pytest.mark.parametrize(("old", "new"), [({"v": 1}, [{"v": 2}]), ([{"v": 1}], {"v": 2}), ("v", {"v": 2})])
def test_what_has_changed_its_kind_is_not_looked_into(old: Any, new: Any) -> None:
    assert ignoring_in(old, new, ".v.w", "[0].v", ".v") == new


def test_an_ignored_field_comes_back_stays_or_stays_away() -> None:
    assert ignoring_in({"v": 1}, {}, ".v") == {"v": 1}
    assert ignoring_in({}, {"v": 1}, ".v") == {}
    assert ignoring_in({"v": {"w": 1}}, {"w": 2}, ".v.w") == {"w": 2}
    assert ignoring_in({"w": 2}, {"v": {"w": 1}}, ".v.w") == {"v": {"w": 1}}
    assert ignoring_in({"a.b": 1, "c": 1}, {"a.b": 2, "c": 2}, '["a.b"]') == {"a.b": 1, "c": 2}


# --- what diff remembers for delete


async def test_a_checked_resource_that_is_not_replaced_is_held(run: Run) -> None:
    difference(run, etl(id="70"), etl(id="70"))
    await run.delete(("10001/70", {}, {}))
    assert run.client.made("delete") == []


async def test_the_diff_of_a_refresh_holds_nothing(run: Run) -> None:
    olds = Run().inputs(etl(id="70"))
    run.definitions.diff(URN, Change("10001/70", olds, {}, olds))
    await run.delete(("10001/70", {}, {}))
    assert run.client.made("delete") == [(10001, "70")]


async def test_a_resource_that_is_replaced_is_not_held(run: Run) -> None:
    difference(run, etl(id="70"), etl(id="71", name="moved"))
    await run.delete(("10001/70", {}, {}))
    assert len(run.client.made("delete")) == 1


def test_an_ignored_path_keeps_what_the_service_has(run: Run) -> None:
    """The engine's inputs may hold what was ignored the last time: what was sent is in the outputs."""
    outputs = sent(run.inputs(etl(description="sent")))
    olds, news = Run().inputs(etl(description="ignored")), Run().inputs(etl(description="ignored again"))
    ignore = ("spec.workflows[0].description",)
    assert run.definitions.diff(URN, Change("10001/70", olds, outputs, news, ignore)).changes == {}
    assert run.definitions.diff(URN, Change("10001/70", olds, outputs, news, ())).changes == {
        "spec.spec.workflows[0].description": "update"
    }


def test_without_a_sent_document_the_last_inputs_count(run: Run) -> None:
    olds = run.inputs()
    news = Run().inputs(etl(description="new"))
    assert run.definitions.diff(URN, Change("10001/70", olds, {"workflowId": "70"}, olds)).changes == {}
    assert run.definitions.diff(URN, Change("10001/70", olds, {"workflowId": "70"}, news)).changes == {
        "spec.spec.workflows[0].description": "add"
    }


def test_what_was_ignored_is_a_change_once_it_is_no_longer_ignored(run: Run) -> None:
    """Though the program says what it said the last time, and the engine's inputs do too."""
    outputs, olds = sent(run.inputs(etl(description="sent"))), Run().inputs(etl(description="ignored"))
    ignore = ("spec.workflows[0].description",)
    assert run.definitions.diff(URN, Change("10001/70", olds, outputs, olds, ignore)).changes == {}
    assert run.definitions.diff(URN, Change("10001/70", olds, outputs, olds, ())).changes == {
        "spec.spec.workflows[0].description": "update"
    }
