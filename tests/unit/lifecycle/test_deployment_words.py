"""What a user reads of a deployment, and what its state holds after each end, word by word."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.emulator import Life
from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Change,
    HalfDoneError,
    LifecycleError,
    WorkflowDeployments,
)
from pulumi_resource_dataworks.lifecycle._deployment_state import DeploymentInputs, DeploymentState
from tests.support.deployments import PROJECT, URN, WORKFLOW, A, B, Deploying, document, kept
from tests.support.messages import Messages

ID = f"{PROJECT}/{WORKFLOW}"
INPUTS = {"projectId": PROJECT, "workflowId": WORKFLOW, "digest": A}


@pytest.fixture
async def run() -> Deploying:
    return await Deploying.with_workflow()


def instead(action: str, change: Callable[[dict[str, Any]], None]) -> Callable[..., httpx.Response]:
    """A service that changes what it answers to an operation."""

    def on_call(called: str, send: Callable[[], httpx.Response]) -> httpx.Response:
        answer = send()
        if called != action:
            return answer
        body = answer.json()
        change(body)
        return httpx.Response(answer.status_code, text=json.dumps(body))

    return on_call


def refusing(action: str) -> Callable[..., httpx.Response]:
    """A service that refuses an operation for good."""
    body = {"RequestId": "R", "Code": "Forbidden.Access", "Message": "may not"}
    return lambda called, send: httpx.Response(403, json=body) if called == action else send()


# --- what is reported


async def test_a_deployment_reports_each_thing_that_it_does(run: Deploying, messages: Messages) -> None:
    await run.create()
    reported = [text for text in run.report.texts("status") if "so far" not in text]
    messages(reported, run=run.emulator.runs()[0].run_id)
    assert run.report.texts("info") == run.report.warnings == []


async def test_one_node_is_one(messages: Messages) -> None:
    run = Deploying()
    whole = document()
    del whole["spec"]["workflows"][0]["nodes"][1]
    await run.put(whole)
    await run.create()
    messages(run.report.texts("status")[-1])


async def test_a_run_that_goes_on_is_reported_with_its_id(run: Deploying, messages: Messages) -> None:
    run.emulator.set_stage_life(Life("seconds", 100))
    with pytest.raises(HalfDoneError) as caught:
        await run.deployments.create(run.context(timeout=20.0), run.inputs())
    again = run.again()
    await again.update(kept(caught.value, run.inputs()), A)
    messages(again.report.texts("status")[0], run=run.emulator.runs()[0].run_id)


async def test_a_finished_run_of_a_killed_step_is_reported_with_its_id(
    run: Deploying, messages: Messages
) -> None:
    await run.create()
    again = run.again()
    await again.create()
    [made] = run.emulator.runs()
    messages(again.report.texts("info"), run=made.run_id)


async def test_objects_that_a_run_left_out_are_a_warning(run: Deploying, messages: Messages) -> None:
    def fail(body: dict[str, Any]) -> None:
        for item in body["PagingInfo"]["PipelineRunItems"]:
            item["Status"] = {"extract": "Fail", "load": "Cancel"}.get(item["Name"], "Success")

    run.transport.on_call = instead("ListPipelineRunItems", fail)
    await run.create()
    messages(run.report.warnings, run=run.emulator.runs()[0].run_id)


async def test_objects_of_which_nothing_is_reported_are_no_warning(run: Deploying) -> None:
    def unreported(body: dict[str, Any]) -> None:
        for item in body["PagingInfo"]["PipelineRunItems"]:
            del item["Status"]

    run.transport.on_call = instead("ListPipelineRunItems", unreported)
    await run.create()
    assert run.report.warnings == []


async def test_going_offline_reports_each_thing_that_it_does(run: Deploying) -> None:
    state = await run.create()
    again = run.again()
    await again.delete(state)
    reported = again.report.texts("status")
    assert (reported[0], reported[-1]) == ("taking offline: making a pipeline run", "taken offline")


@pytest.mark.parametrize("by_run", [True, False])
async def test_what_is_offline_already_is_reported(run: Deploying, by_run: bool, messages: Messages) -> None:
    state = await run.create()
    await run.out_by_hand(by_run=by_run)
    again = run.again()
    await again.delete(state)
    messages(again.report.reported)


async def test_what_the_service_calls_offline_is_reported_in_its_words(
    run: Deploying, messages: Messages
) -> None:
    run.emulator.switch(scheduling_id_shown=False)
    state = await run.create()
    run.emulator.publish(WORKFLOW, published=False)
    again = run.again()
    await again.delete(state)
    [reported] = again.report.texts("info")
    messages(reported)


async def test_what_is_gone_from_data_studio_is_reported(run: Deploying, messages: Messages) -> None:
    state = await run.create()
    run.emulator.remove(WORKFLOW)
    again = run.again()
    await again.delete(state)
    messages(again.report.reported)


async def test_what_a_live_resource_holds_is_reported(run: Deploying, messages: Messages) -> None:
    state = await run.create()
    again = run.again()
    await again.create()
    again.report.reported.clear()
    await again.delete(state)
    messages(again.report.reported)


async def test_an_id_that_is_none_is_reported_as_a_deployments(run: Deploying) -> None:
    reported = 'the ID "7" is not that of a workflow deployment'
    with pytest.raises(LifecycleError, match=reported):
        await run.deployments.read(run.context(), "7", {}, {})
    with pytest.raises(LifecycleError, match=reported):
        await run.deployments.delete(run.context(), "7", {})


@pytest.mark.parametrize(
    ("given", "failures"),
    [
        (
            {"workflowId": "", "digest": None},
            [
                "workflowId is missing. Give what is to be deployed: workflowId, nodeId, functionId, fileResourceId.",
                "digest is missing. Give the output digest of what is deployed: a new one deploys it again.",
            ],
        ),
        (
            {"workflowId": "7/8", "digest": 7, "description": 7, "approval": "maybe"},
            [
                "workflowId has to be an ID of Data Studio: text without a slash. Give the output",
                'digest has to be a digest ("1:" and 64 hexadecimal digits). Give the output',
                "description has to be text.",
                'approval has to be "wait" (for somebody to pass the stage) or "fail" (with what is to be passed).',
            ],
        ),
        (
            {"workflowId": 7234567890123456512.0},
            [
                "workflowId has to be a text",
            ],
        ),
        ({"workflowId": None, "nodeId": 7}, ["nodeId has to be a text"]),
        ({"digest": f"1:{63 * 'a'}"}, ["digest has to be a digest"]),
        ({"digest": f"1:{64 * 'g'}"}, ["digest has to be a digest"]),
        ({"digest": "offline"}, ["digest has to be a digest"]),
        ({"workflowId": None, "digest": ""}, ["workflowId is missing", "digest is missing"]),
        (
            {"workflowId": None, "nodeId": "7/8"},
            ["nodeId has to be an ID of Data Studio: text without a slash"],
        ),
        ({"descripton": "x"}, ['"descripton" is not an input of a workflow deployment.']),
        ({"description": "", "approval": "wait"}, []),
        ({"description": UNKNOWN, "approval": UNKNOWN, "digest": UNKNOWN}, []),
    ],
)
async def test_what_is_wrong_with_inputs_is_reported(run: Deploying, given: Any, failures: list[str]) -> None:
    found = run.deployments.check(URN, {**INPUTS, **given}, None)
    assert len(found.failures) == len(failures), found.failures
    for failure, words in zip(found.failures, failures, strict=True):
        assert failure.startswith(words)
    if not failures:
        assert found.inputs == {key: value for key, value in {**INPUTS, **given}.items() if value != ""}


def test_a_digest_that_a_refresh_has_left_comes_again() -> None:
    """The engine puts it there under ignoreChanges."""
    olds = {**INPUTS, "digest": "offline"}
    assert WorkflowDeployments().check(URN, olds, olds).failures == []


# --- what is kept


async def test_a_first_deployment_that_goes_on_is_running(run: Deploying) -> None:
    run.emulator.set_stage_life(Life("seconds", 100))
    with pytest.raises(HalfDoneError) as caught:
        await run.deployments.create(run.context(timeout=20.0), run.inputs())
    run_id = run.emulator.runs()[0].run_id
    assert caught.value.id == ID
    outputs = caught.value.outputs
    assert [stage["status"] for stage in outputs.pop("stages")] == ["Running", "Init", "Init"]
    assert outputs == {
        **INPUTS,
        "status": "Running",
        "pendingRun": {"runId": run_id, "digest": A},
    }


async def test_a_later_deployment_that_goes_on_leaves_production_as_it_is(run: Deploying) -> None:
    _, news, outputs = await run.create()
    run.emulator.set_stage_life(Life("seconds", 100))
    with pytest.raises(HalfDoneError) as caught:
        await run.deployments.update(
            run.context(timeout=20.0), Change(ID, news, outputs, {**news, "digest": B})
        )
    kept_outputs = caught.value.outputs
    assert kept_outputs.pop("pendingRun") == {"runId": run.emulator.runs()[1].run_id, "digest": B}
    kept_outputs.pop("stages")
    del outputs["stages"]
    assert kept_outputs == {**outputs, "digest": B}


@pytest.mark.parametrize(
    ("refused", "goes_on"),
    [(False, False), (True, True)],
)
async def test_a_run_that_is_ended_because_it_was_abandoned(
    run: Deploying, refused: bool, goes_on: bool, messages: Messages
) -> None:
    run.emulator.set_stage_life(Life("seconds", 100))
    if refused:
        run.transport.on_call = refusing("AbolishPipelineRun")
    news = run.inputs(abolishAbandoned=True)
    with pytest.raises(HalfDoneError) as caught:
        await run.deployments.create(run.context(timeout=20.0), news)
    messages(caught.value)
    outputs = caught.value.outputs
    assert ("pendingRun" in outputs, outputs["status"]) == (goes_on, "Running" if goes_on else "Fail")


async def test_a_run_that_has_ended_is_not_ended_again(run: Deploying, messages: Messages) -> None:
    run.transport.on_call = refusing("ListPipelineRunItems")
    with pytest.raises(HalfDoneError) as caught:
        await run.create(abolishAbandoned=True)
    assert run.emulator.count("AbolishPipelineRun") == 0
    [made] = run.emulator.runs()
    messages(caught.value)
    outputs = caught.value.outputs
    assert outputs["pendingRun"] == {"runId": made.run_id, "digest": A}
    assert {stage["status"] for stage in outputs["stages"]} == {"Success"}
    state = await run.again().update(
        kept(caught.value, run.inputs(abolishAbandoned=True)), A, abolishAbandoned=True
    )
    assert run.kinds == ["Online"]
    assert state[2]["status"] == "Online"


async def test_a_run_whose_begin_is_unknown_is_not_ended(run: Deploying) -> None:
    run.transport.on_call = lambda action, send: (
        send() if action != "CreatePipelineRun" else httpx.Response(502, text="<html>")
    )
    with pytest.raises(HalfDoneError) as caught:
        await run.create(abolishAbandoned=True)
    assert run.emulator.count("AbolishPipelineRun") == 0
    assert caught.value.outputs["pendingRun"] == {"runId": "", "digest": A}


def test_outputs_are_read_as_they_were_written() -> None:
    inputs = DeploymentInputs(PROJECT, WORKFLOW, A, "words", "fail", abolish_abandoned=True)
    stages = ({"code": "A", "name": "a", "type": "Check", "status": "Success"},)
    state = DeploymentState(inputs, "run1", "Online", A, "900", stages, "run2", B)
    assert DeploymentState.of(inputs, state.to_pulumi()) == state
    assert DeploymentInputs.of(state.to_pulumi()) == inputs
    assert DeploymentState.of(inputs, {}) == DeploymentState(inputs)
    assert DeploymentState.of(inputs, {"pendingRun": {}}) == DeploymentState(inputs, pending_run="")
    assert DeploymentState(DeploymentInputs(PROJECT, WORKFLOW, A)).to_pulumi() == INPUTS


@pytest.mark.parametrize("late", [0, 2])
async def test_the_id_in_production_is_read_until_it_is_there(run: Deploying, late: float) -> None:
    run.emulator.switch(stale_reads=late)
    _, _, outputs = await run.create()
    assert outputs["publishedWorkflowId"] == str(run.emulator.workflow(WORKFLOW).scheduling_id)


@pytest.mark.parametrize("step", ["delete", "update"])
async def test_a_run_without_a_mark_is_ended_by_its_id(run: Deploying, step: str) -> None:
    run.emulator.switch(run_description="dropped")
    run.emulator.set_stage_life(Life("seconds", 100))
    with pytest.raises(HalfDoneError) as caught:
        await run.deployments.create(run.context(timeout=20.0), run.inputs())
    state = kept(caught.value, run.inputs())
    run.emulator.set_stage_life(Life("seconds", 1))
    if step == "delete":
        await run.again().delete(state)
    else:
        await run.again().update(state, B)
    assert run.emulator.runs()[0].status == "Cancel"


async def test_a_delete_goes_by_its_id_where_the_state_holds_no_more(run: Deploying) -> None:
    await run.create()
    await run.again().deployments.delete(run.context(), ID, {})
    assert not run.is_live


# --- what differs


async def test_a_digest_that_is_ignored_is_no_change_while_it_is_online(run: Deploying) -> None:
    resource_id, inputs, outputs = await run.create()
    news = run.inputs(B)
    diff = run.deployments.diff
    assert diff(URN, Change(resource_id, inputs, outputs, news)).changes == {"digest": "update"}
    assert diff(URN, Change(resource_id, inputs, outputs, news, ["digest"])).changes == {}
    assert diff(URN, Change(resource_id, inputs, outputs, news, ["description"])).changes == {
        "digest": "update"
    }
    worded = {**news, "description": "x"}
    assert diff(URN, Change(resource_id, worded, outputs, worded, ["digest"])).changes == {}
    failed = {**outputs, "status": "Fail"}
    assert diff(URN, Change(resource_id, inputs, failed, inputs, ["digest"])).changes == {"digest": "update"}


async def test_a_preview_of_words_that_are_not_known_yet_leaves_them_so(run: Deploying) -> None:
    _, olds, outputs = await run.create()
    news = {**olds, "description": UNKNOWN}
    assert run.deployments.diff(URN, Change(ID, olds, outputs, news)).changes == {"description": "update"}
    foreseen = await run.deployments.update(run.context(preview=True), Change(ID, olds, outputs, news))
    assert foreseen == {**outputs, "description": UNKNOWN}
