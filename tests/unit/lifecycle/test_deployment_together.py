"""Several deployments of one run, or one that replaces another: who holds a workflow in production, and who waits for whom."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from pulumi_resource_dataworks.emulator import Life
from pulumi_resource_dataworks.lifecycle import UNKNOWN, Change, HalfDoneError, WorkflowDeployments
from pulumi_resource_dataworks.lifecycle._pipeline_run import RunError
from pulumi_resource_dataworks.lifecycle._run import Journal, TakenOver
from tests.support.deployments import PROJECT, URN, WORKFLOW, A, B, Deploying, State, document
from tests.support.messages import Messages

REPORTS, BOARD = "6000000000000000001", "7000000000000000001"
REPORTS_URN, BOARD_URN = URN.replace("live", "reports"), URN.replace("live", "board")


@pytest.fixture
async def run() -> Deploying:
    return await Deploying.with_workflow()


async def after(run: Deploying, own: str, before: str) -> None:
    """Imports a workflow one of whose nodes depends on a node of another one."""
    depends = [{"type": "Normal", "output": f"{before[:-1]}3"}]
    dependency = {"nodeId": f"{own[:-1]}2", "depends": depends}
    await run.put(document(own, f"workflow {own[0]}", dependencies=[dependency]))


# --- who holds a workflow in production


async def test_a_second_deployment_of_a_workflow_is_reported_where_the_first_is(
    run: Deploying, messages: Messages
) -> None:
    assert run.check().failures == run.check().failures == []
    [failure] = run.check(urn=URN.replace("live", "other")).failures
    messages(failure)
    assert run.check(UNKNOWN, urn=URN.replace("live", "other")).failures == [failure]
    assert run.check(workflow=UNKNOWN, urn=URN.replace("live", "third")).failures == []


async def test_what_a_live_resource_holds_stays(run: Deploying) -> None:
    state = await run.create()
    again = run.again()
    await again.create()
    await again.delete(state)
    assert run.is_live
    third = run.again()
    await third.update(state, A)
    await third.delete(state)
    assert run.is_live
    assert run.kinds == ["Online"]


async def test_a_renamed_resource_does_not_deploy_again(run: Deploying) -> None:
    state = await run.create()
    again = run.again()
    await again.create(urn=URN.replace("live", "renamed"))
    await again.delete(state)
    assert run.is_live
    assert run.kinds == ["Online"]


async def test_what_another_process_of_this_run_has_deployed_stays(run: Deploying) -> None:
    """As where the old resource has an explicit provider and the new one has none."""
    state = await run.create()
    address = f"127.0.0.1:{uuid4()}"
    processes = [replace(run.again(), deployments=WorkflowDeployments(TakenOver(address))) for _ in "ab"]
    await processes[0].create(urn=URN.replace("live", "renamed"))
    await processes[1].delete(state)
    assert run.is_live


async def test_what_failed_is_held_in_production_through_the_same_run(run: Deploying) -> None:
    state = await run.create()
    for replaces in (False, True):
        run.emulator.script_stage("PROD", Life("seconds", 1, "Fail", "half of it"))
        again = run.again()
        with pytest.raises(HalfDoneError):
            await (again.create(B) if replaces else again.update(state, B))
        await again.delete(state)
        assert run.is_live


async def test_what_a_diff_keeps_is_not_taken_offline(run: Deploying) -> None:
    """A resource that is declared holds its workflow; one that is replaced, or is not of this run, does not."""
    state = await run.create()
    for news, held in ((state[1], True), ({**state[1], "workflowId": "7"}, False)):
        again = run.again()
        again.check()
        again.deployments.diff(URN, Change(*state, news))
        assert again.deployments.held == ({(PROJECT, WORKFLOW)} if held else set())
    again = run.again()
    again.deployments.diff(URN, Change(*state, state[1]))
    assert again.deployments.held == set()


# --- who waits for whom


async def test_deletes_of_one_run_wait_for_each_other(run: Deploying) -> None:
    state = await run.create()
    await after(run, REPORTS, WORKFLOW)
    other = await run.create(workflow=REPORTS, urn=REPORTS_URN)
    again = run.again()
    await asyncio.gather(again.delete(state), again.delete(other, REPORTS_URN))
    assert not run.is_live
    assert run.emulator.production(REPORTS) is None
    offline = [made.status for made in run.emulator.runs() if made.kind == "Offline"]
    assert offline == ["Fail", "Success", "Success"]


async def test_deletes_wait_for_each_other_along_a_chain(run: Deploying) -> None:
    """Each workflow depends on the one before; the last has to go first."""
    await after(run, REPORTS, WORKFLOW)
    await after(run, BOARD, REPORTS)
    places = {WORKFLOW: URN, REPORTS: REPORTS_URN, BOARD: BOARD_URN}
    states = [(await run.create(workflow=own, urn=urn), urn) for own, urn in places.items()]
    again = run.again()
    await asyncio.gather(*(again.delete(state, urn) for state, urn in states))
    assert [run.emulator.production(own) for own in places] == [None] * 3
    waiting = "not yet: waiting for other workflows of this run to go offline"
    assert waiting in again.report.texts("status")


async def test_a_delete_that_nobody_of_this_run_can_help_fails_once_the_others_are_done(
    run: Deploying,
) -> None:
    state = await run.create()
    await after(run, REPORTS, WORKFLOW)
    run.emulator.deploy(REPORTS)  # by hand: it stays
    await run.put(document(BOARD, "board"))
    board = await run.create(workflow=BOARD, urn=BOARD_URN)
    again = run.again()
    failed, gone = await asyncio.gather(
        again.delete(state), again.delete(board, BOARD_URN), return_exceptions=True
    )
    assert isinstance(failed, RunError)
    assert (gone, run.is_live, run.emulator.production(BOARD)) == (None, True, None)


async def test_deletes_that_cannot_help_each_other_all_fail(run: Deploying) -> None:
    """Two that a third workflow, which stays, depends on."""
    await run.put(document(BOARD, "board"))
    states: list[tuple[State, str]] = [
        (await run.create(), URN),
        (await run.create(workflow=BOARD, urn=BOARD_URN), BOARD_URN),
    ]
    depends = [{"type": "Normal", "output": f"{own[:-1]}3"} for own in (WORKFLOW, BOARD)]
    await run.put(
        document(REPORTS, "reports", dependencies=[{"nodeId": f"{REPORTS[:-1]}2", "depends": depends}])
    )
    run.emulator.deploy(REPORTS)
    again = run.again()
    ends = await asyncio.gather(*(again.delete(state, urn) for state, urn in states), return_exceptions=True)
    assert [type(end) for end in ends] == [RunError] * 2
    assert run.kinds.count("Offline") == 2


async def test_a_delete_that_waited_too_long_says_why_it_waited(run: Deploying, messages: Messages) -> None:
    state = await run.create()
    await after(run, REPORTS, WORKFLOW)
    other = await run.create(workflow=REPORTS, urn=REPORTS_URN)
    again = run.again()
    short = again.deployments.delete(again.context(timeout=6.0), state[0], state[2])
    failed, gone = await asyncio.gather(short, again.delete(other, REPORTS_URN), return_exceptions=True)
    messages(str(failed))
    assert (gone, run.is_live, run.emulator.production(REPORTS)) == (None, True, None)


# --- what lies on this machine is this user's


def test_what_another_user_has_written_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    journal = Journal()
    journal.begin("here", "1:a")
    assert journal.begun("here", "1:a")
    assert not journal.begun("here", "1:b")
    [folder] = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    folder.rename(tmp_path / f"pulumi-dataworks-{mine + 1}")
    assert not journal.begun("here", "1:a")
    journal.begin("here", "1:b")
    monkeypatch.setattr(os, "getuid", lambda: mine)
    (tmp_path / f"pulumi-dataworks-{mine + 1}").rename(folder)
    assert journal.begun("here", "1:a")
