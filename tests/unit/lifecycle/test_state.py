"""Inputs and outputs: what is kept is what is read again, also where an earlier version or an import left something out."""

import time
from dataclasses import replace
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks._names import OF_THE_DOCUMENT
from pulumi_resource_dataworks.lifecycle import LifecycleError
from pulumi_resource_dataworks.lifecycle._definition_state import (
    DefinitionInputs,
    DefinitionState,
    Ids,
    owned_nodes,
)
from pulumi_resource_dataworks.lifecycle._state import bookkeeping, marked, parse_id, workflow_of
from tests.support.definitions import PROJECT, URN, Run, node_ids
from tests.support.documents import etl, node
from tests.support.messages import Messages

WRITTEN = etl(id="70", nodes=[node("extract", id="71"), node("load")])
INPUTS = DefinitionInputs.of(Run().inputs(WRITTEN), URN)


def full() -> DefinitionState:
    """A state that holds something of everything: the author has written two IDs, and the service gave others."""
    return DefinitionState(
        inputs=replace(INPUTS, adopt=True, validate_on_preview=False),
        workflow_id="8800",
        ids={"70": "8800", "71": "881"},
        owned=frozenset({"881", "9"}),
        owner="42",
        create_time="2023-11-14T22:13:20Z",
        rewrites=("sent", "kept"),
        left_out={},
        pending_job="job1",
        settled=False,
        took=openapi.Length(2.0, 3.0, 2.5),
        took_nodes=2,
    )


@pytest.mark.parametrize(
    "state",
    [full(), DefinitionState.first(INPUTS), replace(full(), pending_job=""), replace(full(), rewrites=None)],
)
def test_what_is_kept_is_what_is_read_again(state: DefinitionState) -> None:
    again = DefinitionState.of(URN, state.resource_id, state.to_pulumi())
    assert replace(again, inputs=state.inputs) == state
    assert again.inputs.to_pulumi() == state.inputs.to_pulumi()
    assert (again.root, again.inputs.root) == (state.root, state.inputs.root)
    assert again.to_pulumi() == state.to_pulumi()
    assert DefinitionInputs.of(state.inputs.to_pulumi(), URN) == state.inputs


@pytest.mark.parametrize(
    ("seconds", "nodes"),
    [
        ("fast", 2),
        ([-1.0, 2.0, 2.0], 2),
        ([2.0, 1e9, 1e9], 2),
        ([2.0, 3.0, 2.5], "two"),
        ([2.0, 3.0, 2.5], -2),
        ([2.0, 3.0, 2.5], 1e300),
        ([2.0, 3.0, 2.5], float("nan")),
        ([2.0, 3.0, 2.5], None),
        (None, 2),
    ],
)
def test_lengths_that_somebody_has_edited_only_place_polls_where_they_may_be(
    seconds: Any, nodes: Any
) -> None:
    outputs = full().to_pulumi()
    outputs["__state"] |= {"importSeconds": seconds, "importNodes": nodes}
    state = DefinitionState.of(URN, "10001/8800", outputs)
    assert state.should_take is None or state.should_take == (4.0, 6.0, 5.0)
    state.to_pulumi()


def test_how_long_an_import_should_take_follows_the_number_of_nodes() -> None:
    state = replace(full(), took=openapi.Length(2.0, 3.0, 2.5))
    assert [replace(state, took_nodes=nodes).should_take for nodes in (1, 2, 4, 5)] == [
        (4.0, 6.0, 5.0),
        (2.0, 3.0, 2.5),
        (1.0, 1.5, 1.25),
        None,
    ]
    again = replace(state, took_nodes=1).having_taken((4.5, 5.0), 2.4)
    assert (again.took, again.took_nodes) == ((4.5, 5.0, 5.0), 2)


def test_outputs_say_what_is_kept() -> None:
    outputs = full().to_pulumi()
    load = node_ids(INPUTS.root)["load"]
    assert outputs == {
        "projectId": PROJECT,
        "spec": WRITTEN,
        "adopt": True,
        "validateOnPreview": False,
        "workflowId": "8800",
        "name": "daily_orders",
        "path": "daily_orders",
        "nodeIds": {"extract": "881", "load": load},
        "nodeOutputs": {"extract": "881", "load": load},
        "digest": flowspec.digest(INPUTS.root),
        "owner": "42",
        "createTime": "2023-11-14T22:13:20Z",
        "__state": {
            "actualIds": {"70": "8800", "71": "881"},
            "ownedNodeIds": ["881", "9"],
            "rewrites": {"sent": "sent", "kept": "kept"},
            "leftOut": {},
            "pendingJob": "job1",
            "unsettled": True,
            "importSeconds": [2.0, 3.0, 2.5],
            "importNodes": 2,
        },
    }
    assert full().workflow == (PROJECT, "8800")


def test_what_is_as_everybody_would_expect_is_not_kept() -> None:
    state = replace(DefinitionState.first(INPUTS), owned=frozenset(node_ids(INPUTS.root).values()))
    outputs = state.to_pulumi()
    assert set(outputs) == {
        *("projectId", "spec", "workflowId", "name", "path", "nodeIds", "nodeOutputs", "digest")
    }
    assert (bookkeeping(outputs), owned_nodes(outputs)) == ({}, state.owned)
    lost = replace(state, pending_job="").to_pulumi()
    assert bookkeeping(lost) == {"pendingJob": ""}
    assert owned_nodes(replace(state, owned=frozenset()).to_pulumi()) == frozenset()


def test_ids_that_the_author_left_out_are_the_services_own_once_it_gave_them() -> None:
    inputs = DefinitionInputs.of(Run().inputs(), URN)
    extract, load = node_ids(inputs.root).values()
    state = replace(
        DefinitionState.first(inputs), workflow_id="8800", ids={inputs.workflow_id: "8800", extract: "881"}
    )
    outputs = state.to_pulumi()
    assert "actualIds" not in bookkeeping(outputs)
    again = DefinitionState.of(URN, "10001/8800", outputs)
    assert again.ids == {}
    assert again.root == again.inputs.root == state.root
    assert again.known_ids == {"": "8800", "extract": "881", "load": load}
    assert again.inputs.workflow_id == "8800"


def test_outputs_without_what_is_read_later_are_a_state() -> None:
    state = DefinitionState.of(URN, "7/70", {"spec": WRITTEN})
    known = {"": "70"}
    assert state == DefinitionState(
        inputs=DefinitionInputs(7, WRITTEN, Ids(URN, 7, known)), workflow_id="70", ids={}
    )
    nulls = dict.fromkeys(("workflowId", "nodeIds", "owner", "createTime", "__state"))
    assert DefinitionState.of(URN, "7/70", {"spec": WRITTEN, **nulls}) == state


@pytest.mark.parametrize(
    ("spec", "hidden"),
    [
        (WRITTEN, set[str]()),
        (etl(nodes=[node("a", flowspec.secret("x"))], dependencies=[]), {"digest", "__state"}),
        (etl(nodes=[node(flowspec.secret("a"))], dependencies=[]), None),
        (flowspec.secret(WRITTEN), None),
    ],
)
def test_of_a_secret_the_outputs_hide_what_reveals_it(spec: Any, hidden: set[str] | None) -> None:
    state = replace(full(), inputs=replace(full().inputs, spec=spec))
    outputs = state.to_pulumi()
    all_of_it = {"spec", "name", "path", "nodeIds", "nodeOutputs", "digest", "__state"}
    found = {key for key, value in outputs.items() if flowspec.is_secret(value)}
    assert found == (all_of_it if hidden is None else hidden)
    assert outputs["spec"] == spec
    assert list(flowspec.secret_paths(outputs["spec"])) or not found


def test_outputs_of_a_document_without_secrets_are_marked_nowhere() -> None:
    outputs = {"spec": WRITTEN, "digest": "1:a"}
    assert marked(outputs, WRITTEN, OF_THE_DOCUMENT) is outputs


def test_the_resources_id_says_the_project_and_its_outputs_the_workflow() -> None:
    state = DefinitionState.of(URN, "7/70", {"spec": WRITTEN, "projectId": 8, "workflowId": "80"})
    assert (state.inputs.project_id, state.workflow_id, state.resource_id) == (7, "80", "7/80")


@pytest.mark.parametrize("known", [None, "", 5, [], {"a": 1}])
def test_a_workflow_id_that_is_none_does_not_count(known: Any) -> None:
    assert workflow_of("7/70", {"workflowId": known}) == (7, "70")


def test_flags_that_are_none_are_not_set() -> None:
    spec = etl()
    inputs = DefinitionInputs.of(
        {"projectId": 7.0, "spec": spec, "adopt": "true", "validateOnPreview": 1}, URN
    )
    assert inputs == DefinitionInputs(7, spec, Ids(URN, 7), None, None)


def test_a_look_shows_what_was_not_known() -> None:
    state, root = DefinitionState.first(INPUTS), INPUTS.root
    met = state.with_answer(
        openapi.WorkflowDefinition(id="80", owner="42", create_time=1_700_000_000_999), root
    )
    assert (met.workflow_id, met.owner, met.create_time) == ("80", "42", "2023-11-14T22:13:20Z")
    nothing = openapi.WorkflowDefinition()
    assert met.with_answer(nothing, root) == met
    assert (
        state.with_answer(openapi.WorkflowDefinition(create_time=0), root).create_time
        == "1970-01-01T00:00:00Z"
    )


def test_a_time_is_one_of_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        met = DefinitionState.first(INPUTS).with_answer(
            openapi.WorkflowDefinition(create_time=0), INPUTS.root
        )
    finally:
        monkeypatch.undo()
        time.tzset()
    assert met.create_time == "1970-01-01T00:00:00Z"


def test_a_node_that_somebody_renamed_is_known_by_the_id_that_the_service_gave() -> None:
    extract = node_ids(INPUTS.root)["extract"]
    state = replace(DefinitionState.first(INPUTS), ids={extract: "881"})
    root = flowspec.rename_ids(INPUTS.root, {extract: "881"})
    next(found for name, found in flowspec.nodes_of(flowspec.workflow_of(root)) if name == "extract")[
        "name"
    ] = "x"
    assert state.with_answer(openapi.WorkflowDefinition(), root).ids == {extract: "881"}


@pytest.mark.parametrize("text", ["1/70", "7/70", "7/a-b", "9999999999999999/1"])
def test_an_id_is_project_and_workflow(text: str) -> None:
    project, workflow_id = text.split("/")
    assert parse_id(text) == (int(project), workflow_id)


@pytest.mark.parametrize(
    "text", ["", "/", "7", "7/", "/70", "0/70", "-7/70", "7.0/70", "x/70", "7/7/7", "\u0667/70"]
)
def test_what_is_no_id_is_reported_with_one_that_is(text: str, messages: Messages) -> None:
    with pytest.raises(LifecycleError) as caught:
        parse_id(text)
    messages(caught.value)
