"""Inputs and outputs: what is kept is what is read again, also where an earlier version or an import left something out."""

import time
from dataclasses import replace
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import LifecycleError
from pulumi_resource_dataworks.lifecycle._state import Inputs, State, first_state, parse_id, workflow_of
from tests.support.definitions import PROJECT, Run, node_ids, root_of
from tests.support.messages import Messages

INPUTS = Inputs.of(Run().inputs())


def full() -> State:
    """A state that holds something of everything."""
    extract = node_ids(INPUTS.root)["extract"]
    return State(
        inputs=replace(INPUTS, adopt=True, dry_run=False),
        workflow_id="8800",
        ids={INPUTS.workflow_id: "8800", extract: "881"},
        owned=frozenset({"881", "9"}),
        owner="42",
        create_time="2023-11-14T22:13:20Z",
        rewrites=("sent", "kept"),
        pending_job="job1",
    )


@pytest.mark.parametrize(
    "state", [full(), first_state(INPUTS), replace(full(), pending_job=""), replace(full(), rewrites=None)]
)
def test_what_is_kept_is_what_is_read_again(state: State) -> None:
    assert State.of(state.resource_id, state.to_pulumi()) == state
    assert Inputs.of(state.inputs.to_pulumi()) == state.inputs


def test_outputs_say_what_is_kept() -> None:
    outputs = full().to_pulumi()
    extract, load = (node_ids(INPUTS.root)[name] for name in ("extract", "load"))
    assert outputs == {
        "projectId": PROJECT,
        "spec": INPUTS.text,
        "adopt": True,
        "dryRun": False,
        "workflowId": "8800",
        "name": "daily_orders",
        "path": "daily_orders",
        "nodeIds": {"extract": "881", "load": load},
        "nodeOutputs": {"extract": extract, "load": load},
        "actualIds": {INPUTS.workflow_id: "8800", extract: "881"},
        "ownedNodeIds": ["881", "9"],
        "digest": flowspec.digest(root_of(outputs)),
        "owner": "42",
        "createTime": "2023-11-14T22:13:20Z",
        "rewrites": {"sent": "sent", "kept": "kept"},
        "pendingJob": {"jobId": "job1"},
    }
    assert full().workflow == (PROJECT, "8800")


def test_a_state_without_what_came_later_is_one() -> None:
    state = State.of("7/70", {"spec": INPUTS.text})
    assert state == State(inputs=Inputs(7, INPUTS.text), workflow_id="70", ids={})
    nulls = dict.fromkeys(("workflowId", "actualIds", "ownedNodeIds", "rewrites", "pendingJob"))
    assert State.of("7/70", {"spec": INPUTS.text, **nulls}) == state
    assert State.of("7/70", {"spec": INPUTS.text, "pendingJob": {}}).pending_job == ""


def test_the_resources_id_says_the_project_and_its_outputs_the_workflow() -> None:
    state = State.of("7/70", {"spec": INPUTS.text, "projectId": 8, "workflowId": "80"})
    assert (state.inputs.project_id, state.workflow_id, state.resource_id) == (7, "80", "7/80")


@pytest.mark.parametrize("known", [None, "", 5, [], {"a": 1}])
def test_a_workflow_id_that_is_none_does_not_count(known: Any) -> None:
    assert workflow_of("7/70", {"workflowId": known}) == (7, "70")


def test_flags_that_are_none_are_not_set() -> None:
    inputs = Inputs.of({"projectId": 7.0, "spec": "{}", "adopt": "true", "dryRun": 1})
    assert inputs == Inputs(7, "{}", None, None)


def test_a_look_tells_what_was_not_known() -> None:
    state, root = first_state(INPUTS), INPUTS.root
    met = state.met(openapi.WorkflowDefinition(id="80", owner="42", create_time=1_700_000_000_999), root)
    assert (met.workflow_id, met.owner, met.create_time) == ("80", "42", "2023-11-14T22:13:20Z")
    nothing = openapi.WorkflowDefinition()
    assert met.met(nothing, root) == met
    assert state.met(openapi.WorkflowDefinition(create_time=0), root).create_time == "1970-01-01T00:00:00Z"


def test_a_time_is_one_of_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        met = first_state(INPUTS).met(openapi.WorkflowDefinition(create_time=0), INPUTS.root)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert met.create_time == "1970-01-01T00:00:00Z"


def test_a_node_that_somebody_renamed_is_known_by_the_id_that_the_service_gave() -> None:
    extract = node_ids(INPUTS.root)["extract"]
    state = replace(first_state(INPUTS), ids={extract: "881"})
    root = flowspec.rename_ids(INPUTS.root, {extract: "881"})
    next(found for name, found in flowspec.nodes_of(flowspec.workflow_of(root)) if name == "extract")[
        "name"
    ] = "x"
    assert state.met(openapi.WorkflowDefinition(), root).ids == {extract: "881"}


@pytest.mark.parametrize("text", ["1/70", "7/70", "7/a-b", "9999999999999999/1"])
def test_an_id_is_project_and_workflow(text: str) -> None:
    project, workflow_id = text.split("/")
    assert parse_id(text) == (int(project), workflow_id)


@pytest.mark.parametrize(
    "text", ["", "/", "7", "7/", "/70", "0/70", "-7/70", "7.0/70", "x/70", "7/7/7", "\u0667/70"]
)
def test_what_is_no_id_is_told_with_one_that_is(text: str, messages: Messages) -> None:
    with pytest.raises(LifecycleError) as caught:
        parse_id(text)
    messages(caught.value)
