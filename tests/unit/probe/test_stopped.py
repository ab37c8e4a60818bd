"""However a run ends, nothing of its is left and nothing else was touched."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks import probe
from pulumi_resource_dataworks.emulator import Life
from pulumi_resource_dataworks.probe import _command
from pulumi_resource_dataworks.probe._questions import ask
from tests.support.messages import Messages
from tests.support.nightly import part
from tests.support.probes import EARLIER, HERE, LEFTOVER, Bed, InProcess

Make = Callable[..., Bed]

UNDOING = 4
"""Calls of the clean-up of a whole run: a read and a delete, a read of what the dry run might have made, a list."""
WRITES = {"ImportWorkflowDefinition", "DeleteWorkflowDefinition"}
OTHER_SERVICES: list[dict[str, Any]] = [
    {},
    {"unknown_workflow_id": "replaced"},
    {"unknown_workflow_id": "replaced", "workflow_id_in_answer": False, "stale_reads": 5},
    {"unknown_workflow_id": "refused", "dry_run": "ignored"},
    {"job_hidden_polls": 3, "not_found_empty": True, "moved_workflow": "stays"},
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
    """A clean-up deletes what the run has left, and nothing else."""
    there.transport.before = there.transport.after = lambda _: None
    outcome = await there.clean_up(there.prefix)
    assert (outcome.problem, outcome.left) == ("", {})
    check_clean(there)


@pytest.mark.parametrize("switches", OTHER_SERVICES, ids=lambda pair: "-".join(map(str, pair.values())))
async def test_what_a_killed_run_leaves_is_cleaned_up(bed: Make, switches: dict[str, Any]) -> None:
    whole = bed(**switches)
    await whole.probe()
    made = [call.action for call in whole.emulator.calls]
    assert made.count("ImportWorkflowDefinition") >= 4
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


async def test_a_clean_up_is_of_one_run_and_by_the_name_that_was_read(bed: Make) -> None:
    there = bed()
    there.transport = Loose(there.emulator)
    outcome = await there.clean_up(EARLIER)
    assert (outcome.problem, outcome.left) == ("", {})
    assert there.emulator.workflows() == there.strangers[:2]
    assert any(f"copy_of_{LEFTOVER}" in said for said in there.said)
    deletes = [call for call in there.emulator.calls if call.action == "DeleteWorkflowDefinition"]
    assert len(deletes) == 1


def rename_ours(there: Bed, word: str) -> list[str]:
    """Somebody renames what the run has made, as soon as it has said this; the IDs."""
    kept: list[str] = []

    def rename(_: int) -> None:
        if any(said.startswith(word) for said in there.said) and not kept:
            kept.extend(
                flow.workflow_id for flow in there.emulator.workflows() if flow not in there.strangers
            )
            for one in kept:
                there.call_by_others("RenameWorkflowDefinition", ProjectId=HERE, Id=one, Name="ours_now")

    there.transport.before = rename
    return kept


async def test_a_run_deletes_by_the_name_that_was_read(bed: Make) -> None:
    there = bed()
    kept = rename_ours(there, "deleting what was made")
    outcome = await there.probe()
    assert outcome.left == {}
    others = [flow for flow in there.emulator.workflows() if flow not in there.strangers]
    assert [flow.workflow_id for flow in others] == kept
    assert len(kept) == 1


class Misled(InProcess):
    """It answers with a stranger's ID: to imports, in lists, or to a read of any workflow."""

    def __init__(self, there: Bed, action: str) -> None:
        super().__init__(there.emulator)
        self.there, self.action = there, action

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if request.headers["x-acs-action"] != self.action:
            return response
        text = response.text
        for flow in self.emulator.workflows():
            if flow not in self.there.strangers:
                text = text.replace(flow.workflow_id, self.there.strangers[0].workflow_id)
        return httpx.Response(response.status_code, text=text)


@pytest.mark.parametrize(
    "action", ["ImportWorkflowDefinition", "ListWorkflowDefinitions", "GetWorkflowDefinition"]
)
@pytest.mark.parametrize("policy", ["kept", "replaced"])
async def test_an_id_that_is_somebody_elses_is_neither_written_nor_deleted(
    bed: Make, action: str, policy: str
) -> None:
    there = bed(unknown_workflow_id=policy)
    there.transport = Misled(there, action)
    await there.probe()
    there.settle()
    ids = {flow.workflow_id for flow in there.strangers}
    assert [flow for flow in there.emulator.workflows() if flow.workflow_id in ids] == there.strangers
    touched = [call.params.get("Id") for call in there.emulator.calls if call.action in WRITES]
    assert not ids & set(touched)


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
        if count > 15:
            raise httpx.ConnectError("down")

    there.transport.before = down
    outcome = await there.probe()
    assert "no connection" in outcome.problem
    assert outcome.left is None
    await check_clean_up(there)


async def test_a_fault_of_our_own_is_undone_too(bed: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    there = bed()

    async def broken(session: Any) -> None:
        await ask(session)
        raise LookupError

    monkeypatch.setattr(_command, "ask", broken)
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
    outcome = await there.probe()
    published = {flow.workflow_id for flow in there.emulator.workflows() if flow.published}
    assert outcome.left is not None
    assert outcome.left.keys() == published != set()
    assert all(name.startswith("pulumi_dataworks_probe_") for name in outcome.left.values())


async def test_a_job_that_lasts_long_is_waited_for(bed: Make) -> None:
    there = bed()
    there.emulator.set_job_life(Life("seconds", 300))

    def stop(count: int) -> None:
        if count == 4:
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
    assert not any(finding.determined for finding in outcome.findings.values())
    assert there.transport.count == 2  # one list, one import
    assert outcome.left == {}
    check_clean(there)


def forbidden(there: Bed) -> Callable[[Any], Any]:
    from dataclasses import replace

    from pulumi_resource_dataworks.emulator._answers import ServiceError

    perform = there.emulator.gateway.perform

    def refuse(ticket: Any) -> Any:
        if ticket.action in WRITES:
            ticket = replace(ticket, asked=ServiceError(403, "Forbidden.RAM", "You may not."))
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
    await there.probe()
    assert there.said[0] == f"a workflow of another run is there, and is left alone: {LEFTOVER}"
    check_clean(there)
