"""WorkflowDeployment beside other pipeline runs, and stages that wait for a person."""

from __future__ import annotations

import asyncio

import pytest

from pulumi_resource_dataworks.lifecycle import (
    HalfDoneError,
    RefusedError,
)
from tests.support.deployments import PROJECT, URN, WORKFLOW, A, B, Deploying, kept
from tests.support.messages import Messages


@pytest.fixture
async def run() -> Deploying:
    return await Deploying.with_workflow()


@pytest.mark.parametrize("refused", ["accepted", "refused"])
async def test_a_run_of_somebody_else_is_left_alone(run: Deploying, refused: str) -> None:
    run.emulator.switch(concurrent_run=refused)
    run_id = await run.client.pipelines.create(PROJECT, WORKFLOW, "Online", "by hand")
    with pytest.raises(RefusedError) as caught:
        await run.create()
    assert run_id in str(caught.value)
    assert '"by hand"' in str(caught.value)
    assert len(run.emulator.runs()) == 1


# --- people


@pytest.mark.parametrize("how", ["exec_refused", "runs_until_approved"])
async def test_a_stage_for_a_person_is_waited_for(run: Deploying, how: str) -> None:
    run.emulator.switch(approval_stage=how)
    step = asyncio.create_task(run.create())
    await run.clock.sleep(120)
    [made] = run.emulator.runs()
    assert made.current is not None
    assert made.current.manual
    run.emulator.approve(made.run_id)
    _, _, outputs = await step
    assert outputs["status"] == "Online"
    reported = [text for text in run.report.texts("info") if text.startswith("somebody has to pass Approval")]
    assert len(reported) == (how == "exec_refused")


async def test_a_stage_for_a_person_ends_the_step_where_that_is_asked(
    run: Deploying, messages: Messages
) -> None:
    run.emulator.switch(approval_stage="exec_refused")
    with pytest.raises(HalfDoneError) as caught:
        await run.create(approval="fail")
    messages(caught.value)
    assert caught.value.awaits
    assert run.clock.now < 60
    [made] = run.emulator.runs()
    state = kept(caught.value, run.inputs(approval="fail"))
    assert state[2]["pendingRun"] == {"runId": made.run_id, "digest": A}
    run.emulator.approve(made.run_id)
    state = await run.again().update(state, A, approval="fail")
    assert run.kinds == ["Online"]
    assert state[2]["status"] == "Online"


@pytest.mark.parametrize(("kept", "abandoned"), [("dropped", False), ("kept", True)])
async def test_a_run_that_is_not_found_again_without_the_state_is_not_awaited(
    run: Deploying, kept: str, abandoned: bool
) -> None:
    run.emulator.switch(approval_stage="exec_refused", run_description=kept)
    with pytest.raises(HalfDoneError) as caught:
        await run.create(approval="fail", abolishAbandoned=abandoned)
    assert not caught.value.awaits


async def test_a_run_that_awaits_a_person_is_gone_on_with_by_its_mark(run: Deploying) -> None:
    """An engine that knows how to await keeps nothing; then the resource may be renamed, too."""
    run.emulator.switch(approval_stage="exec_refused")
    with pytest.raises(HalfDoneError):
        await run.create(approval="fail")
    run.emulator.approve(run.emulator.runs()[0].run_id)
    _, _, outputs = await run.again().create(urn=URN.replace("live", "renamed"))
    assert run.kinds == ["Online"]
    assert outputs["status"] == "Online"


async def test_a_run_of_another_resource_with_another_digest_is_left_alone(run: Deploying) -> None:
    run.emulator.switch(approval_stage="exec_refused")
    with pytest.raises(HalfDoneError):
        await run.create(approval="fail")
    with pytest.raises(RefusedError):
        await run.again().create(B, urn=URN.replace("live", "renamed"))
