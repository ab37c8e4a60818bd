"""Diff: kinds, replacement, and what the engine makes of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from pulumi_resource_dataworks.flowspec import authored
from pulumi_resource_dataworks.plugin._wire import changed_scripts
from tests.support.documents import etl, node, nodes, rich
from tests.support.flowspecs import kinds_of_leaves, other, put
from tests.support.plugin_process import Plugin
from tests.support.wire_values import UNKNOWN, plain, secret, struct

PROJECT = 12345
WORKFLOW = "7000000000000000001"
ID = f"{PROJECT}/{WORKFLOW}"
SOME, NONE = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
KINDS = provider_pb2.PropertyDiff
ADD, UPDATE, DELETE, REPLACE = KINDS.ADD, KINDS.UPDATE, KINDS.DELETE, KINDS.UPDATE_REPLACE
FLOW = "spec.spec.workflows[0]"
PATH = {"script": {"path": "folder/daily_orders"}}
OTHER_PATH = {"script": {"path": "elsewhere/daily_orders"}}


def inputs_of(plugin: Plugin, document: Any, project_id: Any = PROJECT, olds: Any = None) -> dict[str, Any]:
    answer = plugin.check("diff", {"projectId": project_id, "spec": document}, olds)
    assert not answer.failures
    return plain(answer.inputs)


def known(**changes: Any) -> dict[str, Any]:
    return etl(**{"id": WORKFLOW, **PATH, **changes})


def consistent(answer: Any) -> dict[str, int]:
    """The changes by property; the answer's parts have to agree with each other."""
    detail = {key: diff.kind for key, diff in answer.detailedDiff.items()}
    assert answer.hasDetailedDiff == bool(detail)
    assert answer.changes == (SOME if detail else NONE)
    assert set(answer.diffs) == set(map(_property, detail))
    assert set(answer.replaces) == {_property(key) for key, kind in detail.items() if kind == REPLACE}
    assert answer.replaces or not answer.deleteBeforeReplace
    assert all(diff.inputDiff for diff in answer.detailedDiff.values())
    return detail


def _property(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def test_no_difference_is_none_without_detail(plugin: Plugin) -> None:
    olds = inputs_of(plugin, known())
    document = known()
    nodes(document).reverse()
    as_text = inputs_of(plugin, json.dumps(document, indent=3), olds=olds)
    assert as_text == olds
    for news in (olds, {**olds, "spec": document}):
        answer = plugin.diff("diff", ID, olds, news)
        assert consistent(answer) == {}
        assert answer.changes == NONE
        assert not answer.hasDetailedDiff


def test_what_is_a_secret_only_now_is_a_difference_and_what_was_one_is_none(plugin: Plugin) -> None:
    """Pulumi keeps the outputs of a resource that does not change: the state would hold the secret in clear."""
    olds = inputs_of(plugin, known())
    news = {**olds, "spec": secret(olds["spec"])}
    assert consistent(plugin.diff("diff", ID, olds, news)) == {"spec": UPDATE}
    for again in (olds, news):
        assert consistent(plugin.diff("diff", ID, news, again)) == {}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (known(nodes=[*nodes(known()), node("report")]), {"nodes[2]": ADD}),
        (known(nodes=nodes(known())[:1], dependencies=[]), {"nodes[1]": DELETE, "dependencies[0]": DELETE}),
        (
            known(name="other", script={"path": "folder/other"}),
            {"name": UPDATE, "script.path": UPDATE},
        ),
        (
            known(trigger={"type": "Scheduler", "cron": "00 30 01 * * ?"}),
            {"trigger.cron": UPDATE, "trigger.timezone": DELETE},
        ),
        (known(dependencies=[]), {"dependencies[0]": DELETE}),
        (known(nodes=[{**nodes(known())[0], "priority": 7}, nodes(known())[1]]), {"nodes[0].priority": ADD}),
    ],
    ids=["node", "no node", "name", "trigger", "dependency", "field"],
)
def test_what_can_be_changed_is_an_update_of_the_smallest_paths(
    plugin: Plugin, document: Any, expected: dict[str, int]
) -> None:
    olds = inputs_of(plugin, known())
    answer = plugin.diff("diff", ID, olds, inputs_of(plugin, document, olds=olds))
    assert consistent(answer) == {f"{FLOW}.{path}": kind for path, kind in expected.items()}
    assert not answer.replaces


def test_a_changed_line_is_named_where_nodes_moved_too(plugin: Plugin) -> None:
    names = [f"n{index}" for index in range(12)]
    olds = inputs_of(plugin, known(nodes=[node(name) for name in names], dependencies=[]))
    changed = [node(name, "SELECT 2;\n" if name == "n7" else "SELECT 1;\n") for name in names]
    line = {f"{FLOW}.nodes[7].script.content": UPDATE}
    for held, expected in (
        (changed, line),
        (changed[::-1], line),
        ([node("new"), *changed], {**line, f"{FLOW}.nodes[12]": ADD}),
        (changed[:3] + changed[4:], {**line, f"{FLOW}.nodes[3]": DELETE}),
    ):
        news = inputs_of(plugin, known(nodes=held, dependencies=[]), olds=olds)
        assert consistent(plugin.diff("diff", ID, olds, news)) == expected


@pytest.mark.parametrize(
    ("changes", "kind", "delete_first"),
    [
        ({"id": "7000000000000000002"}, "CycleWorkflow", True),
        ({"id": "7000000000000000002", **OTHER_PATH}, "CycleWorkflow", False),
        ({}, "ManualWorkflow", True),
        ({**OTHER_PATH}, "ManualWorkflow", True),
        ({"id": "7000000000000000002", **OTHER_PATH}, "ManualWorkflow", False),
    ],
    ids=["id", "id and path", "kind", "kind and path", "id, kind and path"],
)
def test_another_id_or_kind_replaces(
    plugin: Plugin, changes: dict[str, Any], kind: str, delete_first: bool
) -> None:
    news = inputs_of(plugin, {**known(**changes), "kind": kind})
    answer = plugin.diff("diff", ID, inputs_of(plugin, known()), news)
    detail = consistent(answer)
    assert set(detail.values()) == {REPLACE}
    assert set(detail) <= {f"{FLOW}.id", f"{FLOW}.script.path", "spec.kind"}
    assert answer.deleteBeforeReplace is delete_first


def test_another_workspace_replaces_and_the_old_may_stay_till_the_end(plugin: Plugin) -> None:
    olds, news = inputs_of(plugin, etl()), inputs_of(plugin, etl(), 54321)
    answer = plugin.diff("diff", ID, olds, news)
    assert consistent(answer) == {"projectId": REPLACE}
    assert not answer.deleteBeforeReplace


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        ({"projectId": PROJECT, "spec": UNKNOWN}, {"spec": UPDATE}),
        ({"projectId": PROJECT, "spec": secret(UNKNOWN)}, {"spec": UPDATE}),
        ({"projectId": UNKNOWN, "spec": UNKNOWN}, {"projectId": UPDATE, "spec": UPDATE}),
        ({"projectId": UNKNOWN, "spec": known()}, {"projectId": UPDATE}),
        ({"projectId": 54321, "spec": UNKNOWN}, {"projectId": REPLACE, "spec": UPDATE}),
    ],
)
def test_what_is_not_known_yet_may_change(
    plugin: Plugin, news: dict[str, Any], expected: dict[str, int]
) -> None:
    assert consistent(plugin.diff("diff", ID, inputs_of(plugin, known()), news)) == expected


def test_an_unknown_script_leaves_the_other_nodes_visible(plugin: Plugin) -> None:
    document = known()
    nodes(document)[0]["script"]["content"] = UNKNOWN
    nodes(document)[1]["script"]["content"] = "SELECT 9;\n"
    olds = inputs_of(plugin, known())
    answer = plugin.diff("diff", ID, olds, inputs_of(plugin, document, olds=olds))
    assert consistent(answer) == {f"{FLOW}.nodes[{place}].script.content": UPDATE for place in (0, 1)}


@pytest.mark.parametrize("switch", ["adopt", "validateOnPreview"])
def test_a_switch_is_a_change_of_its_own(plugin: Plugin, switch: str) -> None:
    olds = inputs_of(plugin, known())
    assert consistent(plugin.diff("diff", ID, olds, {**olds, switch: True})) == {switch: ADD}
    assert consistent(plugin.diff("diff", ID, {**olds, switch: True}, olds)) == {switch: DELETE}


def test_refresh_asks_the_other_way_round(plugin: Plugin) -> None:
    """Its old side is what was read, its new side the state's inputs, and it inverts the answer itself."""
    wrote = inputs_of(plugin, known())
    drifted = known()
    nodes(drifted)[0]["script"]["content"] = "SELECT 'by hand';\n"
    read = inputs_of(plugin, {**drifted, "metadata": {"note": "x"}})
    answer = plugin.diff("diff", ID, read, wrote, state={**read, "workflowId": WORKFLOW})
    assert consistent(answer)[f"{FLOW}.nodes[0].script.content"] == UPDATE
    assert consistent(plugin.diff("diff", ID, wrote, wrote, state={**wrote, "workflowId": WORKFLOW})) == {}


def test_ignored_paths_below_the_document_keep_their_old_value(plugin: Plugin) -> None:
    changed = known()
    nodes(changed)[0]["script"]["content"] = "SELECT 42;\n"
    olds, news = inputs_of(plugin, known()), inputs_of(plugin, changed)
    for path in ("spec.workflows[0].nodes[0].script.content", "spec.workflows[*].nodes[*].script"):
        assert consistent(plugin.diff("diff", ID, olds, news, ignoreChanges=[path])) == {}
    answer = plugin.diff("diff", ID, olds, news, ignoreChanges=["spec.workflows[0].trigger"])
    assert consistent(answer) == {f"{FLOW}.nodes[0].script.content": UPDATE}


def test_an_engine_that_sends_no_old_inputs_is_understood(plugin: Plugin) -> None:
    wrote = inputs_of(plugin, known())
    request = provider_pb2.DiffRequest(id=ID, urn="urn:pulumi:a::b::dataworks:index:WorkflowDefinition::c")
    request.olds.update({**wrote, "workflowId": WORKFLOW})
    request.news.update(wrote)
    assert plugin.stub.Diff(request, timeout=5).changes == NONE


def test_only_changed_scripts_pass_for_changed_scripts() -> None:
    root = authored(rich())
    old = struct({"projectId": PROJECT, "spec": root})
    scripts = 0
    for path, value in kinds_of_leaves(root):
        found = changed_scripts(old, struct({"projectId": PROJECT, "spec": put(root, path, other(value))}))
        is_script = (
            path[:3] == ("spec", "workflows", 0)
            and path[3::2] == ("nodes", "script")
            and path[-1] == "content"
        )
        assert found == ([path[4]] if is_script else None), path
        scripts += is_script
    assert scripts
    for changed in (
        {"projectId": 2, "spec": root},
        {"projectId": PROJECT, "spec": root, "adopt": True},
        {"spec": root},
    ):
        assert changed_scripts(old, struct(changed)) is None
    assert changed_scripts(old, old) is None
