"""What is in production, judged from runs and a definition that are given: each answer of the service by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import Context, HalfDoneError, LifecycleError
from pulumi_resource_dataworks.lifecycle._deployment_state import DeploymentInputs, DeploymentState
from pulumi_resource_dataworks.lifecycle._existing_workflow import imported
from pulumi_resource_dataworks.lifecycle._ownership import Found
from pulumi_resource_dataworks.lifecycle._production import (
    Deployable,
    after_pending,
    as_it_is,
    imported_deployment,
    is_offline,
)
from tests.support.definitions import FakeClient, FakeReporter
from tests.support.deployments import PROJECT, URN, WORKFLOW, document
from tests.support.messages import Messages

INPUTS = DeploymentInputs(PROJECT, WORKFLOW, "1:a")
LIVE = DeploymentState(INPUTS, "run1", "Online", "1:a", "900")
PENDING = replace(LIVE, inputs=replace(INPUTS, digest="1:c"), pending_run="run2", pending_digest="1:b")
MARK = replace(INPUTS.run_request, digest="1:b").mark(URN)


def made(run_id: str, status: str = "Success", kind: str = "Deploy", **more: Any) -> openapi.PipelineRun:
    """A run with one stage."""
    stage = openapi.PipelineStage(code="PROD", type=kind, status=status)
    return openapi.PipelineRun(id=run_id, status=status, stages=[stage], **more)


def context() -> Context:
    client: Any = FakeClient()
    return Context(URN, client, FakeReporter())


def reported(context: Context) -> list[tuple[str, str]]:
    assert isinstance(context.report, FakeReporter)
    return context.report.reported


# --- the run that a step has left


@pytest.mark.parametrize(
    "run", [made("run2"), made("run9", description=f"x {MARK}")], ids=["by ID", "by mark"]
)
def test_a_run_that_has_ended_well_since_is_what_is_deployed(run: openapi.PipelineRun) -> None:
    state = after_pending(PENDING, [made("run7"), run, made("run1")])
    assert (state.run_id, state.status, state.deployed, state.pending_run) == (
        run.id,
        "Online",
        "1:b",
        None,
    )
    assert state.inputs == PENDING.inputs
    assert [stage["status"] for stage in state.stages] == ["Success"]


@pytest.mark.parametrize("status", ["Fail", "Cancel", "Termination"])
def test_a_run_that_has_failed_since_is_reported(status: str) -> None:
    state = after_pending(PENDING, [made("run2", status)])
    assert (state.run_id, state.status, state.deployed, state.pending_run) == ("run1", "Fail", "1:a", None)
    assert [stage["status"] for stage in state.stages] == [status]


def test_a_run_that_nobody_knows_any_more_is_not_waited_for() -> None:
    other = made("run7", description=INPUTS.run_request.mark(URN))
    assert after_pending(PENDING, [other]) == replace(PENDING, pending_run=None)


def test_a_run_that_goes_on_keeps_the_resource_half_done(messages: Messages) -> None:
    lost = replace(PENDING, pending_run="")
    with pytest.raises(HalfDoneError) as caught:
        after_pending(lost, [made("run9", "Running", description=MARK)])
    messages(caught.value)
    assert caught.value.id == f"{PROJECT}/{WORKFLOW}"
    assert caught.value.outputs["pendingRun"] == {"runId": "run9", "digest": "1:b"}
    assert caught.value.outputs["stages"][0]["status"] == "Running"


# --- what others did


def test_what_is_as_it_was_is_left_so_and_its_id_in_production_is_kept() -> None:
    where = context()
    runs = [made("run8", "Fail"), made("run1")]
    assert as_it_is(where, LIVE, "901", runs) == replace(LIVE, scheduling_id="901")
    unreported = replace(LIVE, scheduling_id="")
    assert as_it_is(where, unreported, None, runs) == unreported
    assert reported(where) == []


@pytest.mark.parametrize(("scheduling_id", "kept"), [(None, ""), ("901", "901")])
def test_a_run_of_somebody_else_is_reported_with_its_maker(
    scheduling_id: str | None, kept: str, messages: Messages
) -> None:
    for creator in ("42", ""):
        where = context()
        state = as_it_is(where, LIVE, scheduling_id, [made("run7", creator=creator), made("run1")])
        assert state == replace(LIVE, status="Redeployed", deployed="", scheduling_id=kept)
        messages(reported(where))


def test_a_run_that_takes_offline_is_reported_once(messages: Messages) -> None:
    where = context()
    state = as_it_is(where, LIVE, "900", [made("run7", kind="Offline"), made("run1")])
    assert state == replace(LIVE, status="Offline", deployed="", scheduling_id="")
    messages(reported(where))
    again = context()
    assert as_it_is(again, state, None, [made("run7", kind="Offline")]) == state
    assert reported(again) == []


@pytest.mark.parametrize(("scheduling_id", "kept"), [(None, ""), ("901", "901")])
def test_a_deployment_that_failed_stays_so(scheduling_id: str | None, kept: str) -> None:
    failed = replace(LIVE, status="Fail")
    where = context()
    assert as_it_is(where, failed, scheduling_id, [made("run7")]) == replace(failed, scheduling_id=kept)
    assert reported(where) == []


@pytest.mark.parametrize(
    ("state", "scheduling_id", "runs", "expected"),
    [
        (LIVE, "900", [made("run1")], False),
        (LIVE, None, [made("run1")], True),  # it had an ID in production, and has none any more
        (LIVE, None, [], True),
        (replace(LIVE, scheduling_id=""), None, [made("run1")], False),  # the service never gives the ID
        (replace(LIVE, scheduling_id=""), None, [], False),
        (replace(LIVE, scheduling_id="", status="Offline", deployed=""), None, [made("run1")], True),
        (DeploymentState(INPUTS), None, [], True),  # never deployed
        (DeploymentState(INPUTS), "900", [], False),
        (DeploymentState(INPUTS), None, [made("run7")], False),
        (DeploymentState(INPUTS, run_id="run1"), None, [made("run1")], False),
        (LIVE, "900", [made("run7", kind="Offline"), made("run1")], True),
        (LIVE, "900", [made("run7", "Fail", kind="Offline"), made("run1")], False),
    ],
)
def test_what_counts_as_offline(
    state: DeploymentState, scheduling_id: str | None, runs: list[openapi.PipelineRun], expected: bool
) -> None:
    assert is_offline(state, scheduling_id, runs) is expected


# --- import


def found(scheduling_id: str | None) -> Deployable:
    definition = openapi.WorkflowDefinition(id=WORKFLOW, workflow_id=scheduling_id, spec="{}")
    held = Found(definition, document())
    return Deployable(
        "workflowId", scheduling_id, None, lambda: str(imported("", PROJECT, held)[1]["digest"])
    )


def test_an_import_takes_the_mark_of_the_last_run() -> None:
    own = made("run7", description=MARK)
    inputs, outputs = imported_deployment((PROJECT, WORKFLOW), found(None), [own, made("run1")])
    digest = MARK.split()[-1].rstrip("]")
    assert inputs == {"projectId": PROJECT, "workflowId": WORKFLOW, "digest": digest}
    assert outputs == {
        **inputs,
        "pipelineRunId": "run7",
        "status": "Online",
        "deployedDigest": digest,
        "stages": [{"code": "PROD", "name": "", "type": "Deploy", "status": "Success"}],
    }


@pytest.mark.parametrize("runs", [[], [made("run7")]])
def test_an_import_takes_any_other_deployment_for_that_of_the_definition(
    runs: list[openapi.PipelineRun],
) -> None:
    inputs, outputs = imported_deployment((PROJECT, WORKFLOW), found("900"), runs)
    complete = flowspec.complete(flowspec.clean(document()), lambda _: WORKFLOW)
    assert inputs["digest"] == outputs["deployedDigest"] == flowspec.digest(complete)
    assert (outputs["publishedWorkflowId"], outputs["status"]) == ("900", "Online")
    assert outputs.get("pipelineRunId") == (runs[0].id if runs else None)


@pytest.mark.parametrize(
    ("scheduling_id", "runs"),
    [
        (None, []),
        (None, [made("run7", "Fail")]),
        (None, [made("run7", kind="Offline"), made("run1")]),
        ("900", [made("run7", kind="Offline"), made("run1")]),  # some services may keep the ID
    ],
)
def test_what_is_not_in_production_is_no_deployment_to_import(
    scheduling_id: str | None, runs: list[openapi.PipelineRun], messages: Messages
) -> None:
    with pytest.raises(LifecycleError) as caught:
        imported_deployment((PROJECT, WORKFLOW), found(scheduling_id), runs)
    messages(caught.value)
