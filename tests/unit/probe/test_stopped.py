"""However a run ends, nothing of its is left and nothing else was touched."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks import probe
from pulumi_resource_dataworks.emulator import Life
from pulumi_resource_dataworks.probe._documents import Names
from pulumi_resource_dataworks.probe._journal import Journal
from pulumi_resource_dataworks.probe._table import PROBES, Probe
from tests.support.messages import Messages
from tests.support.nightly import part
from tests.support.probes import HERE, Bed

Make = Callable[..., Bed]

UNDOING = 4
"""Calls of the clean-up of a whole run: one delete, three lists."""
WRITES = {"ImportWorkflowDefinition", "DeleteWorkflowDefinition"}


class KilledError(BaseException):
    """The process is no more: nothing of it runs on."""


@pytest.fixture(scope="module")
def actions() -> list[str]:
    """The operations of a whole run, in order."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        there = Bed(Path(folder), edition="standard")
        asyncio.run(there.probe())
        return [call.action for call in there.emulator.calls]


async def check_clean(there: Bed) -> None:
    there.settle()
    assert there.strangers_are_untouched()
    assert not there.journal.exists()
    assert there.throttled == 0


async def killed(there: Bed, number: int, when: str) -> None:
    """Run until the process is killed, before that request is sent or after its answer is lost; then clean up."""

    def strike(count: int) -> None:
        if count >= number:
            raise KilledError

    setattr(there.transport, when, strike)
    with pytest.raises(KilledError):
        await there.probe()
    there.transport.before = there.transport.after = lambda _: None
    if there.journal.exists():
        assert await there.clean_up() == ([], None)
    else:
        assert number <= 2  # nothing was made so far
    await check_clean(there)


async def test_killed_at_any_request(bed: Make, actions: list[str]) -> None:
    assert len(actions) > 50
    for number in part(range(1, len(actions) + 1)):
        await killed(bed(), number, "after")


async def test_killed_before_any_write(bed: Make, actions: list[str]) -> None:
    for number in part(count for count, action in enumerate(actions, start=1) if action in WRITES):
        await killed(bed(), number, "before")


OTHER_SERVICES: list[dict[str, Any]] = [
    {"unknown_workflow_id": "replaced"},
    {"unknown_workflow_id": "replaced", "workflow_id_in_answer": False, "stale_reads": 5},
    {"unknown_workflow_id": "refused", "dry_run": "ignored"},
    {"same_id_in_two_projects": "one_thing", "trigger_workflows_listed": False},
    {"unknown_job": "failed", "job_hidden_polls": 3, "not_found_empty": True},
    {"not_found_status": 500, "not_found_code": "Gone", "moved_workflow": "stays"},
]


@pytest.mark.parametrize("switches", OTHER_SERVICES, ids=lambda pair: "-".join(map(str, pair.values())))
async def test_killed_at_any_import_of_another_service(bed: Make, switches: dict[str, Any]) -> None:
    whole = bed(**switches)
    await whole.probe()
    made = [call.action for call in whole.emulator.calls]
    imports = [number for number, action in enumerate(made, start=1) if action == "ImportWorkflowDefinition"]
    assert len(imports) > 8
    for number in part(imports, at_least=2):
        await killed(bed(**switches), number, "after")


async def test_a_clean_up_that_is_killed_is_cleaned_up(bed: Make, actions: list[str]) -> None:
    there = bed()

    def strike(count: int) -> None:
        if count > len(actions) - 3:
            raise KilledError

    there.transport.after = strike
    with pytest.raises(KilledError):
        await there.probe()
    with pytest.raises(KilledError):
        await there.clean_up()
    there.transport.after = lambda _: None
    assert await there.clean_up() == ([], None)
    await check_clean(there)


async def test_stopped_by_the_user_at_any_request(bed: Make, actions: list[str]) -> None:
    last = len(actions)
    for number in (*part(range(1, last - UNDOING)), *range(last - UNDOING, last + 1)):
        there = bed()
        deleting = False

        def stop(count: int, there: Bed = there, number: int = number) -> None:
            nonlocal deleting
            if count == number:
                deleting = "deleting what was made" in there.said
                there.cancelled.set()

        there.transport.before = stop
        outcome = await there.probe()
        assert (outcome.left, outcome.undone) == ([], True)
        too_late = deleting or number == len(actions) - UNDOING
        assert outcome.problem == ("" if too_late else "the run was stopped")
        assert outcome.findings.keys() == probe.TABLE.keys()
        await check_clean(there)


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
        assert (outcome.left, outcome.undone) == ([], True)
        is_import = action == "ImportWorkflowDefinition"
        assert ("was lost" in outcome.problem) == is_import
        await check_clean(there)


async def test_a_service_that_goes_down_keeps_the_journal(bed: Make) -> None:
    there = bed()

    def down(count: int) -> None:
        if count > 20:
            raise httpx.ConnectError("down")

    there.transport.before = down
    outcome = await there.probe()
    assert "no connection" in outcome.problem
    assert not outcome.undone
    with pytest.raises(FileExistsError):
        await there.probe()
    there.transport.before = lambda _: None
    assert await there.clean_up() == ([], None)
    await check_clean(there)


async def test_a_fault_of_our_own_is_undone_too(bed: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    there = bed()

    async def broken(_: Any) -> None:
        raise LookupError

    monkeypatch.setitem(PROBES, "updates", Probe(0, broken))
    with pytest.raises(LookupError):
        await there.probe()
    await check_clean(there)


async def test_what_cannot_be_deleted_is_named(bed: Make) -> None:
    there = bed()

    def publish(_: int) -> None:
        for workflow in there.emulator.workflows() if "deleting what was made" in there.said else []:
            if workflow not in there.strangers:
                there.emulator.publish(workflow.workflow_id)

    there.transport.before = publish
    outcome = await there.probe("updates")
    published = [flow.workflow_id for flow in there.emulator.workflows() if flow.published]
    assert outcome.left == published != []
    assert not outcome.undone
    assert there.journal.exists()


async def test_a_job_that_lasts_long_is_waited_for(bed: Make) -> None:
    there = bed()
    there.emulator.set_job_life(Life("seconds", 300))

    def stop(count: int) -> None:
        if count == 5:
            there.cancelled.set()

    there.transport.before = stop
    outcome = await there.probe()
    assert outcome.undone
    assert there.clock.now > 300
    await check_clean(there)


async def test_a_workspace_that_takes_no_import_is_refused(bed: Make, messages: Messages) -> None:
    there = bed(spec_limit=10)
    outcome = await there.probe()
    messages(outcome.problem)
    assert outcome.undone
    await check_clean(there)


async def test_a_workspace_that_may_not_be_written_to_is_refused(bed: Make) -> None:
    there = bed()
    there.emulator.gateway.perform = forbidden(there)  # type: ignore[method-assign, assignment]
    outcome = await there.probe()
    assert "needs a policy" in outcome.problem
    assert {finding.told for name, finding in outcome.findings.items() if name != "unknown_job"} == {False}
    assert [call for call in there.emulator.calls if call.took_effect and call.action in WRITES] == []
    assert outcome.undone
    await check_clean(there)


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
    run = there.probing()
    run.options = probe.Options(404, there.journal)
    outcome = await run.run()
    assert "1101080008" in outcome.problem
    assert outcome.calls == 1
    await check_clean(there)


async def test_a_journal_cut_off_in_a_line_is_read(bed: Make, actions: list[str]) -> None:
    there = bed()
    answered = actions.index("ImportWorkflowDefinition") + 1

    def strike(count: int) -> None:
        if count > answered:
            raise KilledError

    there.transport.after = strike
    with pytest.raises(KilledError):
        await there.probe()
    whole = there.journal.read_text()
    last = whole.splitlines()[-1]
    assert "running" in last
    there.journal.write_text(whole[: -len(last) // 2])
    there.transport.after = lambda _: None
    assert await there.clean_up() == ([], None)
    await check_clean(there)


async def test_a_journal_of_another_service_is_refused(bed: Make) -> None:
    there = bed()
    there.journal.write_text(json.dumps({"begin": "t", "project": HERE, "endpoint": "https://elsewhere"}))
    with pytest.raises(ValueError, match="https://elsewhere"):
        await there.clean_up()
    there.journal.write_text("{}\n")
    with pytest.raises(ValueError, match="no journal"):
        await there.clean_up()
    assert there.emulator.calls == []


async def test_a_run_that_made_nothing_leaves_nothing_to_delete(bed: Make) -> None:
    there = bed()
    Journal.begin(there.journal, Names(), HERE, there.settings.base_url)
    assert await there.clean_up() == ([], None)
    assert there.emulator.calls == []
    await check_clean(there)


async def test_a_second_probe_does_not_begin(bed: Make) -> None:
    there = bed()
    there.journal.write_text("")
    with pytest.raises(FileExistsError):
        await there.probe()
    assert there.emulator.calls == []
