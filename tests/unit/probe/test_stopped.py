"""However a run ends, nothing of its is left and nothing else was touched."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks import probe
from pulumi_resource_dataworks.emulator import Life
from pulumi_resource_dataworks.probe._run import PROBES, Probe
from tests.support.messages import Messages
from tests.support.nightly import part
from tests.support.probes import HERE, LEFTOVER, Bed, InProcess

Make = Callable[..., Bed]

UNDOING = 3
"""Calls of the clean-up of a whole run: a read, a delete, a list."""
WRITES = {"ImportWorkflowDefinition", "DeleteWorkflowDefinition"}
OTHER_SERVICES: list[dict[str, Any]] = [
    {},
    {"unknown_workflow_id": "replaced"},
    {"unknown_workflow_id": "replaced", "workflow_id_in_answer": False, "stale_reads": 5},
    {"unknown_workflow_id": "refused", "dry_run": "ignored"},
    {"unknown_job": "failed", "job_hidden_polls": 3, "not_found_empty": True},
    {"not_found_status": 500, "not_found_code": "Gone", "moved_workflow": "stays"},
]


class KilledError(BaseException):
    """The process is no more: nothing of it runs on."""


@pytest.fixture(scope="module")
def actions() -> list[str]:
    """The operations of a whole run, in order."""
    there = Bed(edition="standard")
    asyncio.run(there.probe())
    return [call.action for call in there.emulator.calls]


def check_clean(there: Bed) -> None:
    there.settle()
    assert there.strangers_are_untouched()
    assert there.throttled == 0


async def check_clean_up(there: Bed) -> None:
    """A clean-up deletes what runs have left, and nothing else."""
    there.transport.before = there.transport.after = lambda _: None
    outcome = await there.clean_up()
    assert (outcome.problem, outcome.left) == ("", {})
    there.settle()
    assert there.emulator.workflows() == there.strangers[:2]
    assert any(said.startswith(f"deleting {LEFTOVER} (") for said in there.said)


@pytest.mark.parametrize("switches", OTHER_SERVICES, ids=lambda pair: "-".join(map(str, pair.values())))
async def test_what_a_killed_run_leaves_is_cleaned_up(bed: Make, switches: dict[str, Any]) -> None:
    whole = bed(**switches)
    await whole.probe()
    made = [call.action for call in whole.emulator.calls]
    assert made.count("ImportWorkflowDefinition") >= 8
    for number in part(range(1, len(made) + 1), at_least=3):
        there = bed(**switches)

        def strike(count: int, number: int = number) -> None:
            if count >= number:
                raise KilledError

        there.transport.after = strike
        with pytest.raises(KilledError):
            await there.probe()
        await check_clean_up(there)


async def test_an_import_that_is_still_running_is_cleaned_up(bed: Make, actions: list[str]) -> None:
    there = bed()
    there.emulator.set_job_life(Life("seconds", 40))

    def strike(count: int) -> None:
        if count > actions.index("ImportWorkflowDefinition"):
            raise KilledError

    there.transport.after = strike
    with pytest.raises(KilledError):
        await there.probe()
    began = there.clock.now
    await check_clean_up(there)
    assert 60 <= there.clock.now - began < 70


class Loose(InProcess):
    """Its list shows another name than the workflow has, as a stale one would."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if request.headers["x-acs-action"] != "ListWorkflowDefinitions":
            return response
        return httpx.Response(response.status_code, text=response.text.replace('"copy_of_', '"'))


async def test_a_clean_up_deletes_by_the_name_that_was_read(bed: Make) -> None:
    there = bed()
    there.transport = Loose(there.emulator)
    listed = await there.session().list("pulumi_dataworks_probe_")
    assert [line.name for line in listed] == ["pulumi_dataworks_probe_a", LEFTOVER]
    await check_clean_up(there)
    assert any("copy_of_pulumi_dataworks_probe_a" in said for said in there.said)
    deletes = [call for call in there.emulator.calls if call.action == "DeleteWorkflowDefinition"]
    assert len(deletes) == 1


async def test_a_run_deletes_by_the_name_that_was_read(bed: Make) -> None:
    there, kept = bed(), list[str]()

    def rename(_: int) -> None:
        if "deleting what was made" in there.said and not kept:
            kept.extend(
                flow.workflow_id for flow in there.emulator.workflows() if flow not in there.strangers
            )
            there.call_by_others("RenameWorkflowDefinition", ProjectId=HERE, Id=kept[0], Name="ours_now")

    there.transport.before = rename
    outcome = await there.probe("updates")
    assert outcome.left == {}
    others = [flow for flow in there.emulator.workflows() if flow not in there.strangers]
    assert [flow.workflow_id for flow in others] == kept
    assert len(kept) == 1


async def test_a_probe_deletes_by_the_name_that_was_read(bed: Make) -> None:
    there = bed()
    session, read = there.session(), probe.Session.read

    async def renamed(self: probe.Session, workflow_id: str) -> Any:
        from dataclasses import replace

        seen = await read(self, workflow_id)
        return seen and replace(seen, name="orders")

    session.read = renamed.__get__(session)  # type: ignore[method-assign]
    outcome = await probe.probe(session)
    assert "orders, and is not deleted" in outcome.problem
    assert "DeleteWorkflowDefinition" not in {call.action for call in there.emulator.calls}
    made = [flow.workflow_id for flow in there.emulator.workflows() if flow not in there.strangers]
    assert len(made) == 1
    assert outcome.left == {}  # whatever it is, it is none of the run's


async def test_stopped_by_the_user_at_any_request(bed: Make, actions: list[str]) -> None:
    last = len(actions) - UNDOING
    for number in (*part(range(1, last), at_least=5), last):
        for when in ("before", "after"):
            there = bed()

            def stop(count: int, number: int = number) -> None:
                if count == number:
                    raise asyncio.CancelledError

            setattr(there.transport, when, stop)
            outcome = await there.probe()
            assert (outcome.problem, outcome.left) == ("the run was stopped", {})
            assert outcome.findings.keys() == probe.TABLE.keys()
            check_clean(there)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_answers_that_are_lost(bed: Make, actions: list[str], when: str) -> None:
    for number, action in enumerate(actions, start=1):
        if action not in WRITES and (when == "before" or number % 4):
            continue
        there = bed()

        def lose(count: int, number: int = number) -> None:
            if count == number:
                raise httpx.ReadError("reset")

        setattr(there.transport, when, lose)
        outcome = await there.probe()
        assert outcome.left == {}
        is_import = action == "ImportWorkflowDefinition"
        assert ("was lost" in outcome.problem) == is_import
        check_clean(there)


async def test_after_a_service_that_was_down_it_is_cleaned_up(bed: Make) -> None:
    there = bed()

    def down(count: int) -> None:
        if count > 20:
            raise httpx.ConnectError("down")

    there.transport.before = down
    outcome = await there.probe()
    assert "no connection" in outcome.problem
    assert outcome.left is None
    await check_clean_up(there)


async def test_a_fault_of_our_own_is_undone_too(bed: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    there = bed()

    async def broken(_: Any) -> None:
        raise LookupError

    monkeypatch.setitem(PROBES, "updates", Probe(0, broken, ""))
    with pytest.raises(LookupError):
        await there.probe()
    check_clean(there)


async def test_what_cannot_be_deleted_is_named(bed: Make) -> None:
    there = bed()

    def publish(_: int) -> None:
        for workflow in there.emulator.workflows() if "deleting what was made" in there.said else []:
            if workflow not in there.strangers:
                there.emulator.publish(workflow.workflow_id)

    there.transport.before = publish
    outcome = await there.probe("updates")
    published = {flow.workflow_id for flow in there.emulator.workflows() if flow.published}
    assert outcome.left is not None
    assert outcome.left.keys() == published != set()
    assert all(name.startswith("pulumi_dataworks_probe_") for name in outcome.left.values())


async def test_a_job_that_lasts_long_is_waited_for(bed: Make) -> None:
    there = bed()
    there.emulator.set_job_life(Life("seconds", 300))

    def stop(count: int) -> None:
        if count == 5:
            raise asyncio.CancelledError

    there.transport.before = stop
    outcome = await there.probe()
    assert outcome.left == {}
    assert there.clock.now > 300
    check_clean(there)


async def test_a_workspace_that_takes_no_import_is_refused(bed: Make, messages: Messages) -> None:
    there = bed(spec_limit=10)
    outcome = await there.probe()
    messages(outcome.problem)
    assert outcome.left == {}
    check_clean(there)


async def test_a_workspace_that_may_not_be_written_to_is_refused(bed: Make) -> None:
    there = bed()
    there.emulator.gateway.perform = forbidden(there)  # type: ignore[method-assign, assignment]
    outcome = await there.probe()
    assert "needs a policy" in outcome.problem
    known = {name for name, finding in outcome.findings.items() if finding.determined}
    assert known == {"unknown_job"}
    assert outcome.left == {}
    check_clean(there)


def forbidden(there: Bed) -> Callable[[Any], Any]:
    from dataclasses import replace

    from pulumi_resource_dataworks.emulator._errors import ServiceError

    perform = there.emulator.gateway.perform

    def refuse(ticket: Any) -> Any:
        if ticket.action in WRITES:
            ticket = replace(ticket, refusal=ServiceError(403, "Forbidden.RAM", "You may not."))
        return perform(ticket)

    return refuse


async def test_another_workspace_is_refused_before_a_write(bed: Make) -> None:
    there = bed()
    outcome = await probe.probe(there.session(404))
    assert "1101080008" in outcome.problem
    assert there.transport.count == 1
    check_clean(there)


async def test_workflows_of_an_earlier_run_are_said_and_left_alone(bed: Make) -> None:
    there = bed()
    await there.probe("basics")
    assert there.said[0] == "workflows of other runs are there (1): --clean-up deletes them"
    check_clean(there)
