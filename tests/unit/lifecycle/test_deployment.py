"""WorkflowDeployment: to production, failures, people, what is half done, inputs."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.emulator import Fault, Life, Project
from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Change,
    HalfDoneError,
    LifecycleError,
    nothing_lost,
)
from tests.support.deployments import PROJECT, URN, WORKFLOW, A, B, Deploying, kept
from tests.support.messages import Messages


@pytest.fixture
async def run() -> Deploying:
    return await Deploying.with_workflow()


@pytest.mark.parametrize("standard", [False, True])
async def test_every_stage_is_executed_in_its_turn(
    run: Deploying, standard: bool, messages: Messages
) -> None:
    run.emulator._state.projects[0] = Project(dev_environment_enabled=standard)
    resource_id, _, outputs = await run.create()
    assert resource_id == f"{PROJECT}/{WORKFLOW}"
    asked = [call.params["Code"] for call in run.emulator.calls if call.action == "ExecPipelineRunStage"]
    assert asked == [*(["DEV_CHECK", "DEV"] if standard else []), "PROD_CHECK", "PROD"]
    assert [stage["code"] for stage in outputs["stages"]] == ["BUILD_PACKAGE", *asked]
    assert {stage["status"] for stage in outputs["stages"]} == {"Success"}
    assert (outputs["status"], outputs["deployedDigest"]) == ("Online", A)
    assert outputs["pipelineRunId"] == run.emulator.runs()[0].run_id
    assert outputs["publishedWorkflowId"] == str(run.emulator.workflow(WORKFLOW).scheduling_id)
    assert run.is_live
    messages(run.report.texts("status"))


async def test_a_deployment_in_simple_mode_takes_few_calls(run: Deploying) -> None:
    run.emulator.gateway.calls.clear()
    await run.create()
    counts = {action: run.emulator.count(action) for action in {call.action for call in run.emulator.calls}}
    polls = counts.pop("GetPipelineRun")
    assert counts == {
        "ListPipelineRuns": 1,
        "CreatePipelineRun": 1,
        "ExecPipelineRunStage": 2,
        "ListPipelineRunItems": 1,
        "GetWorkflowDefinition": 2,
    }
    assert polls == 10  # the build begins before the first look


async def test_the_run_bears_the_users_words_and_a_mark(run: Deploying) -> None:
    await run.create(description="release 7")
    [made] = run.emulator.runs()
    assert made.description.startswith("release 7 [pulumi ")
    assert made.kind == "Online"
    [created] = [call for call in run.emulator.calls if call.action == "CreatePipelineRun"]
    assert (json.loads(created.params["ObjectIds"]), created.params["RunMode"]) == ([WORKFLOW], "Normal")


async def test_another_digest_is_deployed_and_the_same_is_not(run: Deploying) -> None:
    state = await run.create()
    state = await run.again().update(state, A)
    assert run.kinds == ["Online"]
    state = await run.again().update(state, B)
    assert run.kinds == ["Online", "Online"]
    assert state[2]["deployedDigest"] == B


async def test_how_long_the_stages_took_is_kept_for_the_next_run(run: Deploying) -> None:
    state = await run.create()
    took = state[2]["__state"]["stageSeconds"]
    assert {code: low < 3 <= high for code, (low, high, _) in took.items()} == dict.fromkeys(took, True)
    assert len(took) == 3
    first, polls = run.clock.now, run.emulator.count("GetPipelineRun")
    again = run.again()
    state = await again.update(state, B)
    assert again.emulator.count("GetPipelineRun") - polls < polls
    assert again.clock.now - first < first
    assert (await run.again().refresh(state))[2]["__state"] == state[2]["__state"]


@pytest.mark.parametrize(
    "kept", [{}, {"stageSeconds": "3"}, {"stageSeconds": {"BUILD_PACKAGE": "3", "PROD": [1, 2, 1e9]}}]
)
async def test_a_state_that_knows_no_lengths_or_wrong_ones_is_deployed_as_any(
    run: Deploying, kept: dict[str, Any]
) -> None:
    resource_id, inputs, outputs = await run.create()
    state = await run.again().update((resource_id, inputs, {**outputs, "__state": kept}), B)
    assert state[2]["status"] == "Online"
    assert len(state[2]["__state"]["stageSeconds"]) == 3


async def test_what_is_about_later_runs_makes_none(run: Deploying) -> None:
    state = await run.create()
    resource_id, inputs, outputs = state
    news = run.inputs(description="later", approval="fail")
    found = run.deployments.diff(URN, Change(resource_id, inputs, outputs, news))
    assert found.changes == {"description": "update", "approval": "update"}
    outputs = await run.deployments.update(run.context(), Change(resource_id, inputs, outputs, news))
    assert (outputs["description"], outputs["approval"]) == ("later", "fail")
    assert run.kinds == ["Online"]


@pytest.mark.parametrize("key", ["projectId", "workflowId"])
@pytest.mark.parametrize("value", ["7", UNKNOWN])
async def test_another_workflow_is_a_replacement(run: Deploying, key: str, value: Any) -> None:
    resource_id, inputs, outputs = await run.create()
    found = run.deployments.diff(URN, Change(resource_id, inputs, outputs, {**inputs, key: value}))
    assert found.replaces == [key]
    assert not found.delete_before_replace


async def test_a_preview_looks_for_the_workflow_and_foresees(run: Deploying) -> None:
    run.emulator.gateway.calls.clear()
    resource_id, outputs = await run.deployments.create(
        run.context(preview=True), run.inputs(UNKNOWN, UNKNOWN)
    )
    assert (resource_id, outputs["status"], outputs["deployedDigest"]) == ("", "Online", UNKNOWN)
    assert run.emulator.calls == []
    state = await run.create()
    run.emulator.gateway.calls.clear()
    for digest in (B, UNKNOWN):
        news = run.inputs(digest)
        assert run.deployments.diff(URN, Change(*state, news)).changes == {"digest": "update"}
        outputs = await run.deployments.update(run.context(preview=True), Change(*state, news))
        assert (outputs["deployedDigest"], outputs["pipelineRunId"]) == (digest, UNKNOWN)
    assert [call.action for call in run.emulator.calls] == ["GetWorkflowDefinition"]
    run.emulator.gateway.calls.clear()
    run.deployments.is_made_here = {(PROJECT, WORKFLOW)}.__contains__
    await run.deployments.update(run.context(preview=True), Change(*state, run.inputs(B)))
    assert run.emulator.calls == []


@pytest.mark.parametrize(("project", "workflow"), [(PROJECT, "99"), (7, WORKFLOW)])
async def test_a_preview_of_what_is_not_there_ends(
    run: Deploying, project: int, workflow: str, messages: Messages
) -> None:
    state = await run.create()
    news = {"projectId": project, "workflowId": workflow, "digest": B}
    for step in (
        run.deployments.create(run.context(preview=True), news),
        run.deployments.update(run.context(preview=True), Change(*state, news)),
    ):
        with pytest.raises((LifecycleError, openapi.ProjectNotFoundError)) as caught:
            await step
    messages(caught.value)


async def test_a_preview_that_cannot_look_goes_on_with_a_note(run: Deploying) -> None:
    run.transport.on_call = lambda *_: httpx.Response(502, text="<html>")
    await run.deployments.create(run.context(preview=True), run.inputs())
    (warning,) = run.report.warnings
    assert warning.startswith("could not look whether the workflow is there: GetWorkflowDefinition")


# --- what fails


@pytest.mark.parametrize("refreshed", [False, True])
@pytest.mark.parametrize("description", ["kept", "dropped"])
@pytest.mark.parametrize("failed_run", ["ends", "stays_running"])
async def test_a_failed_stage_is_reported_with_its_node_and_the_next_step_begins_again(
    run: Deploying, failed_run: str, description: str, refreshed: bool
) -> None:
    run.emulator.switch(failed_run=failed_run, run_description=description, concurrent_run="refused")
    run.emulator.script_stage("PROD_CHECK", Life("seconds", 1, "Fail", 'node "load" scans everything'))
    with pytest.raises(HalfDoneError) as caught:
        await run.create()
    [made] = run.emulator.runs()
    for part in ("Production check (PROD_CHECK)", 'node "load": node "load" scans', made.run_id, "request "):
        assert part in str(caught.value)
    state = kept(caught.value, run.inputs())
    assert (state[2]["status"], "pendingRun" in state[2], "deployedDigest" in state[2]) == (
        "Fail",
        failed_run == "stays_running",
        False,
    )
    state = await run.refresh(state) if refreshed else state
    state = await run.again().update(state, A)
    assert run.kinds == ["Online", "Online"]
    assert state[2]["status"] == "Online"


@pytest.mark.parametrize("description", ["kept", "dropped"])
async def test_a_failed_undeployment_that_stays_open_is_ended(
    run: Deploying, description: str, messages: Messages
) -> None:
    """A delete that fails leaves no state by which the next step could know the run."""
    state = await run.create()
    run.emulator.switch(failed_run="stays_running", run_description=description, concurrent_run="refused")
    run.emulator.script_stage("OfflineCheck", Life("seconds", 1, "Fail", "others depend on it"))
    with pytest.raises(LifecycleError) as caught:
        await run.again().delete(state)
    messages(caught.value)
    assert [made.status for made in run.emulator.runs()] == ["Success", "Cancel"]
    await run.again().delete(state)
    assert not run.is_live


async def test_a_failed_redeployment_is_not_forgotten_when_the_old_document_comes_back(
    run: Deploying,
) -> None:
    state = await run.create()
    run.emulator.script_stage("PROD", Life("seconds", 1, "Fail", "half of it"))
    with pytest.raises(HalfDoneError) as caught:
        await run.again().update(state, B)
    state = await run.again().update(kept(caught.value, run.inputs(B)), A)
    assert run.kinds == ["Online"] * 3
    assert (state[2]["status"], state[2]["deployedDigest"]) == ("Online", A)


async def test_a_refused_run_leaves_nothing(run: Deploying) -> None:
    with pytest.raises(LifecycleError, match=r"no workflow 99 in project 10001 to deploy.*未找到发布对象"):
        await run.create(workflow="99")
    assert run.emulator.runs() == []


async def test_addresses_of_the_service_are_reported(run: Deploying) -> None:
    def with_link(action: str, send: Any) -> Any:
        answer = send()
        if action != "GetPipelineRun":
            return answer
        body = answer.json()
        body["Pipeline"]["Stages"][2]["Detail"] = {"url": "https://example.com/approve/7"}
        import httpx

        return httpx.Response(200, json=body, request=answer.request)

    run.emulator.switch(approval_stage="exec_refused")
    run.transport.on_call = with_link
    with pytest.raises(HalfDoneError, match=r"https://example\.com/approve/7"):
        await run.create(approval="fail")


# --- half done


async def test_time_that_is_up_is_gone_on_with(run: Deploying, messages: Messages) -> None:
    run.emulator.set_stage_life(Life("seconds", 100))
    news = run.inputs()
    with pytest.raises(HalfDoneError) as caught:
        await run.deployments.create(run.context(timeout=20.0), news)
    messages(caught.value)
    state = await run.again().update(kept(caught.value, news), A)
    assert run.kinds == ["Online"]
    assert state[2]["status"] == "Online"
    assert "pendingRun" not in state[2]


async def test_an_older_run_of_ours_is_ended_for_a_newer_document(run: Deploying) -> None:
    run.emulator.set_stage_life(Life("seconds", 100))
    news = run.inputs()
    with pytest.raises(HalfDoneError) as caught:
        await run.deployments.create(run.context(timeout=20.0), news)
    await run.again().update(kept(caught.value, news), B)
    assert [made.status for made in run.emulator.runs()] == ["Cancel", "Success"]


@pytest.mark.parametrize("asked", [False, True])
async def test_an_abandoned_run_is_ended_where_that_is_asked(run: Deploying, asked: bool) -> None:
    run.emulator.set_stage_life(Life("seconds", 100))
    run.report.on_status = lambda text: run.cancelled.set() if "stage 1 of 3" in text else None
    with pytest.raises(HalfDoneError) as caught:
        await run.create(abolishAbandoned=asked)
    assert [made.status for made in run.emulator.runs()] == ["Cancel" if asked else "Running"]
    assert ("pendingRun" in caught.value.outputs) is not asked


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("described", ["kept", "dropped"])
async def test_a_lost_answer_makes_no_second_run(run: Deploying, when: Any, described: str) -> None:
    run.emulator.switch(stale_reads=3, run_description=described)
    run.emulator.add_fault(Fault("CreatePipelineRun", when=when, reset=True))
    await run.create()
    assert run.kinds == ["Online"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("late", [0, 2])
async def test_a_lost_execution_is_looked_at_before_it_is_sent_again(
    run: Deploying, when: Any, late: float
) -> None:
    run.emulator.switch(stage_begins_after=late)
    run.emulator.add_fault(Fault("ExecPipelineRunStage", when=when, reset=True))
    _, _, outputs = await run.create()
    assert outputs["status"] == "Online"
    assert run.kinds == ["Online"]


@pytest.mark.parametrize("operation", ["create", "get", "execute", "items"])
async def test_whatever_is_raised_after_a_run_was_made_is_half_done(
    run: Deploying, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = run.context()
    asked = getattr(context.client.pipelines, operation)

    async def odd(*given: Any) -> None:
        await asked(*given)
        raise ZeroDivisionError

    monkeypatch.setattr(context.client.pipelines, operation, odd)
    with pytest.raises(HalfDoneError) as caught, nothing_lost(context):
        await run.deployments.create(context, run.inputs())
    assert isinstance(caught.value.defect, ZeroDivisionError)
    assert (PROJECT, WORKFLOW) in run.deployments.held
    await run.again().update(kept(caught.value, run.inputs()), A)
    assert run.kinds == ["Online"]
    assert run.is_live


async def test_a_finished_run_of_a_killed_step_is_taken(run: Deploying) -> None:
    await run.create()
    again = run.again()
    state = await again.create()
    assert run.kinds == ["Online"]
    assert state[2]["status"] == "Online"
    assert any("has deployed this already" in text for text in again.report.texts("info"))


async def test_a_run_does_not_count_for_a_workflow_that_was_made_after_it(run: Deploying) -> None:
    """Somebody took the workflow offline without a pipeline run, and deleted it: made anew it has the same ID."""
    await run.create()
    await run.out_by_hand(by_run=False)
    run.emulator.remove(WORKFLOW)
    await run.clock.sleep(5)
    await run.put()
    again = run.again()
    _, _, outputs = await again.create()
    assert run.kinds == ["Online", "Online"]
    assert outputs["publishedWorkflowId"]
    assert run.is_live


@pytest.mark.parametrize("kept_description", ["kept", "dropped"])
async def test_a_run_whose_mark_is_gone_is_known_by_its_id_alone(
    run: Deploying, kept_description: str
) -> None:
    run.emulator.switch(run_description=kept_description)
    run.emulator.set_stage_life(Life("seconds", 100))
    news = run.inputs()
    with pytest.raises(HalfDoneError) as caught:
        await run.deployments.create(run.context(timeout=20.0), news)
    await run.again().update(kept(caught.value, news), A)
    assert run.kinds == ["Online"]


# --- inputs


async def test_every_problem_is_reported_at_once(run: Deploying) -> None:
    news = {"projectId": -1, "workflowId": 7, "digest": "", "description": 1, "approval": "x", "spec": "y"}
    failures = run.deployments.check(URN, {**news, "abolishAbandoned": "z"}, None).failures
    for part in (
        "projectId",
        "workflowId has to be a text",
        "digest is missing",
        "description",
        "approval",
        '"spec"',
    ):
        assert any(part in failure for failure in failures), part
    assert any("abolishAbandoned" in failure for failure in failures)
