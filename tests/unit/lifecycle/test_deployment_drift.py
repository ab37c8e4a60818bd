"""WorkflowDeployment: what others do, import, and out of production."""

from __future__ import annotations

import pytest

from pulumi_resource_dataworks.emulator import Life, Project
from pulumi_resource_dataworks.lifecycle import Change, HalfDoneError, LifecycleError
from tests.support.deployments import PROJECT, URN, WORKFLOW, A, D, Deploying, document, kept
from tests.support.messages import Messages


@pytest.fixture
async def run() -> Deploying:
    return await Deploying.with_workflow()


# --- drift


@pytest.mark.parametrize("deletes", [False, True])
@pytest.mark.parametrize("reported", [True, False])
@pytest.mark.parametrize("kept_id", ["gone", "kept"])
@pytest.mark.parametrize("order", ["newest_first", "oldest_first"])
async def test_an_offline_run_of_somebody_else_is_drift(
    run: Deploying, kept_id: str, order: str, reported: bool, deletes: bool
) -> None:
    run.emulator.switch(undeployed_workflow_id=kept_id, runs_order=order, scheduling_id_shown=reported)
    run.emulator.switch(offline_delete_stage=deletes)
    state = await run.create()
    await run.clock.sleep(5)
    run.emulator.deploy(WORKFLOW, "Offline")
    again = run.again()
    state = await again.refresh(state)
    assert (state[2]["status"], state[1]["digest"], "deployedDigest" in state[2]) == (
        "Offline",
        "offline",
        False,
    )
    assert any("took this workflow offline" in text for text in again.report.warnings)
    state = await again.again().refresh(state)
    await run.clock.sleep(1)  # runs are distinguished by when they were made
    state = await run.again().update(state, A)
    assert run.is_live
    assert run.kinds == ["Online", "Offline", "Online"]
    assert await run.again().refresh(state) == state


async def test_an_undeployment_that_is_no_run_is_drift_where_the_service_reports(run: Deploying) -> None:
    state = await run.create()
    run.emulator.publish(WORKFLOW, published=False)
    state = await run.again().refresh(state)
    assert state[2]["status"] == "Offline"
    state = await run.again().update(await run.again().refresh(state), A)
    assert run.is_live
    assert run.kinds == ["Online", "Online"]


async def test_a_deployment_of_somebody_else_is_drift(run: Deploying) -> None:
    state = await run.create()
    await run.clock.sleep(5)
    run.emulator.deploy(WORKFLOW)
    again = run.again()
    state = await again.refresh(state)
    assert (state[2]["status"], state[1]["digest"]) == ("Redeployed", "redeployed")
    assert again.report.warnings
    again = run.again()
    state = await again.refresh(state)
    assert again.report.warnings == []
    state = await run.again().update(state, A)
    assert run.kinds == ["Online"] * 3
    assert state[2]["status"] == "Online"


@pytest.mark.parametrize("reported", [True, False])
async def test_a_refresh_of_what_is_as_it_was_changes_nothing(run: Deploying, reported: bool) -> None:
    run.emulator.switch(scheduling_id_shown=reported)
    state = await run.create()
    run.emulator.gateway.calls.clear()
    assert await run.again().refresh(state) == state
    assert [call.action for call in run.emulator.calls] == ["GetWorkflowDefinition", "ListPipelineRuns"]


async def test_a_refresh_keeps_a_run_that_has_not_ended(run: Deploying, messages: Messages) -> None:
    run.emulator.set_stage_life(Life("seconds", 100))
    news = run.inputs()
    with pytest.raises(HalfDoneError) as caught:
        await run.deployments.create(run.context(timeout=20.0), news)
    state = kept(caught.value, news)
    with pytest.raises(HalfDoneError) as refused:
        await run.again().refresh(state)
    messages(refused.value)
    await run.client.pipelines.abolish(PROJECT, run.emulator.runs()[0].run_id)
    state = await run.again().refresh(state)
    assert (state[2]["status"], "pendingRun" in state[2]) == ("Fail", False)


async def test_what_is_gone_is_gone(run: Deploying) -> None:
    state = await run.create()
    run.emulator.remove(WORKFLOW)
    assert await run.again().deployments.read(run.context(), *state) is None
    await run.again().delete(state)
    assert run.kinds == ["Online"]


# --- import


async def test_an_import_knows_what_a_run_of_ours_has_deployed(run: Deploying) -> None:
    resource_id, inputs, outputs = await run.create()
    found = await run.again().deployments.read(run.context(), resource_id, {}, {})
    assert found is not None
    assert found[1]["pipelineRunId"] == outputs["pipelineRunId"]
    assert found[1]["deployedDigest"].startswith("sha256:")
    assert run.again().deployments.diff(URN, Change(resource_id, *found, inputs)).changes == {}
    assert run.again().deployments.diff(URN, Change(resource_id, *found, run.inputs(D))).changes == {
        "digest": "update"
    }


async def test_an_import_takes_somebody_elses_deployment_for_that_of_the_definition(run: Deploying) -> None:
    run.emulator.deploy(WORKFLOW)
    found = await run.deployments.read(run.context(), f"{PROJECT}/{WORKFLOW}", {}, {})
    assert found is not None
    assert found[0]["digest"] == found[1]["deployedDigest"]
    assert found[0]["digest"].startswith("1:")


@pytest.mark.parametrize("before", [False, True])
async def test_what_is_not_in_production_is_not_imported(
    run: Deploying, before: bool, messages: Messages
) -> None:
    if before:
        run.emulator.deploy(WORKFLOW)
        await run.clock.sleep(1)
        run.emulator.deploy(WORKFLOW, "Offline")
    with pytest.raises(LifecycleError) as refused:
        await run.deployments.read(run.context(), f"{PROJECT}/{WORKFLOW}", {}, {})
    messages(refused.value)


@pytest.mark.parametrize("wrong", ["7", "x/7", "0/7", "7/", "7/8/9"])
async def test_an_id_that_is_none_is_reported(run: Deploying, wrong: str) -> None:
    with pytest.raises(LifecycleError, match="<projectId>/<workflowId>"):
        await run.deployments.read(run.context(), wrong, {}, {})


# --- out of production


async def test_going_offline_keeps_the_workflow_where_a_stage_would_delete_it(run: Deploying) -> None:
    run.emulator.switch(offline_delete_stage=True)
    state = await run.create()
    await run.again().delete(state)
    assert not run.is_live
    assert [made.status for made in run.emulator.runs()] == ["Success", "Cancel"]
    with pytest.raises(LifecycleError, match="is not in production"):
        await run.deployments.read(run.context(), state[0], {}, {})
    await run.again().delete(state)
    _, _, outputs = await run.again().create()
    assert (outputs["status"], run.is_live) == ("Online", True)
    assert run.kinds == ["Online", "Offline", "Online"]


@pytest.mark.parametrize("standard", [False, True])
async def test_a_delete_takes_offline(run: Deploying, standard: bool) -> None:
    run.emulator._state.projects[0] = Project(dev_environment_enabled=standard)
    state = await run.create()
    await run.again().delete(state)
    assert run.kinds == ["Online", "Offline"]
    assert not run.is_live
    assert run.emulator.runs()[1].description.startswith("Taken offline by Pulumi [pulumi ")
    await run.client.delete_workflow_definition(PROJECT, WORKFLOW)


@pytest.mark.parametrize("offline", ["refused", "succeeds"])
@pytest.mark.parametrize("kept_id", ["gone", "kept"])
@pytest.mark.parametrize("by_run", [True, False])
@pytest.mark.parametrize("reported", [True, False])
async def test_what_is_offline_already_is_fine(
    run: Deploying, offline: str, kept_id: str, by_run: bool, reported: bool
) -> None:
    run.emulator.switch(
        offline_of_undeployed=offline, undeployed_workflow_id=kept_id, scheduling_id_shown=reported
    )
    state = await run.create()
    await run.out_by_hand(by_run=by_run)
    await run.again().delete(state)
    assert not run.is_live


async def test_a_failed_deployment_that_never_was_is_deleted_without_a_run(run: Deploying) -> None:
    run.emulator.script_stage("PROD_CHECK", Life("seconds", 1, "Fail", "no"))
    with pytest.raises(HalfDoneError) as caught:
        await run.create()
    await run.again().delete(kept(caught.value, run.inputs()))
    assert run.kinds == ["Online"]


async def test_a_delete_ends_a_run_of_ours_that_has_not_ended(run: Deploying) -> None:
    run.emulator.set_stage_life(Life("seconds", 100))
    with pytest.raises(HalfDoneError) as caught:
        await run.deployments.create(run.context(timeout=20.0), run.inputs())
    await run.again().delete(kept(caught.value, run.inputs()))
    assert [made.status for made in run.emulator.runs()] == ["Cancel"]


async def test_a_delete_goes_on_with_an_offline_run_of_ours(run: Deploying) -> None:
    state = await run.create()
    run.emulator.set_stage_life(Life("seconds", 100))
    with pytest.raises(LifecycleError):
        await run.deployments.__class__().delete(run.context(timeout=20.0), state[0], state[2])
    await run.again().delete(state)
    assert run.kinds == ["Online", "Offline"]
    assert not run.is_live


async def test_a_node_that_others_depend_on_is_named(run: Deploying, messages: Messages) -> None:
    state = await run.create()
    depends = [
        {"nodeId": "6000000000000000002", "depends": [{"type": "Normal", "output": "5000000000000000003"}]}
    ]
    await run.put(document("6000000000000000001", "reports", dependencies=depends))
    run.emulator.deploy("6000000000000000001")
    with pytest.raises(LifecycleError) as caught:
        await run.again().delete(state)
    messages(caught.value)
    assert 'node "load"' in str(caught.value)
    assert run.is_live
