"""A service that does what matches no setting: the probe says so, and goes on."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks import probe
from pulumi_resource_dataworks.emulator import Fault, Life, Switches
from tests.support.probes import Bed, InProcess

Make = Callable[..., Bed]

DEFAULTS = Switches().as_json()


def imports(there: Bed) -> int:
    return sum(call.action == "ImportWorkflowDefinition" for call in there.emulator.calls)


def check(there: Bed, outcome: probe.Outcome) -> None:
    """What differs from the usual comes from that strange answer, whose words are in the finding."""
    for switch, finding in outcome.findings.items():
        if finding.determined and finding.setting != DEFAULTS[switch]:
            assert "so strange" in finding.how, switch
    assert outcome.left == {}
    there.settle()
    assert there.strangers_are_untouched()
    assert there.throttled == 0


@pytest.mark.parametrize("number", range(8))
async def test_one_job_fails_for_a_reason_of_its_own(bed: Make, number: int) -> None:
    there = bed()
    failing = Life("seconds", 2, outcome="Fail", error="so strange")

    def script(_: int) -> None:
        if imports(there) == number and not there.emulator._world.scripted_lives:
            there.emulator.script_job(failing)
        elif imports(there) > number:
            there.emulator._world.scripted_lives.clear()

    there.transport.before = script
    check(there, await there.probe())
    assert "so strange" in {job.error for job in there.emulator._world.jobs.values()}


@pytest.mark.parametrize("number", range(1, 9))
async def test_one_import_is_refused_for_a_reason_of_its_own(bed: Make, number: int) -> None:
    there = bed()
    there.emulator.add_fault(
        Fault("ImportWorkflowDefinition", nth=number, status=400, code="Strange", message="so strange")
    )
    check(there, await there.probe())


async def test_updates_that_fail_together_are_tried_one_by_one(bed: Make) -> None:
    there = bed(moved_workflow="stays", node_path="prefixed")
    there.emulator.add_fault(
        Fault("ImportWorkflowDefinition", nth=3, status=400, code="Strange", message="no")
    )
    outcome = await there.probe("updates")
    known = {name: finding.setting for name, finding in outcome.findings.items() if finding.determined}
    expected = {**DEFAULTS, "moved_workflow": "stays", "node_path": "prefixed"}
    assert known.items() <= expected.items()
    mine = {name for name, row in probe.TABLE.items() if row == "updates"}
    assert mine <= known.keys()


class Terse(InProcess):
    """It says of an unknown job that it failed, in words of its own."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        return httpx.Response(response.status_code, text=response.text.replace("Not Found", "So strange"))


async def test_an_unknown_job_that_failed_in_other_words_is_known_again(bed: Make) -> None:
    there = bed(unknown_job="failed", job_hidden_polls=2)
    there.transport = Terse(there.emulator)
    outcome = await there.probe("basics")
    assert "So strange" in outcome.findings["unknown_job"].how
    settings = [outcome.findings[name].setting for name in ("unknown_job", "job_hidden_polls")]
    assert settings == ["failed", 2]
    assert outcome.problem == ""
    there.settle()
    assert there.strangers_are_untouched()


async def test_what_others_delete_meanwhile_is_said(bed: Make) -> None:
    there = bed()

    def remove(_: int) -> None:
        for workflow in there.emulator.workflows() if "updates" in there.said else []:
            if workflow not in there.strangers:
                there.emulator.remove(workflow.workflow_id)

    there.transport.before = remove
    outcome = await there.probe("updates")
    finding = outcome.findings["moved_workflow"]
    assert (finding.determined, finding.how) == (
        False,
        "a scratch workflow is gone: somebody else deletes in this workspace",
    )
    check(there, outcome)


async def test_what_is_listed_and_cannot_be_read_is_left_and_named(bed: Make) -> None:
    there = bed(unknown_workflow_id="replaced", workflow_id_in_answer=False)
    session = there.session()

    async def unreadable(_: str) -> None:
        return None

    session.read = unreadable  # type: ignore[method-assign, assignment]
    outcome = await probe.probe(session)
    assert "makes nothing that can be read" in outcome.problem
    made = [flow.workflow_id for flow in there.emulator.workflows() if flow not in there.strangers]
    assert list(outcome.left or {}) == made
    assert len(made) == 1


Change = Callable[[dict[str, Any]], None]


def _path(node: dict[str, Any]) -> None:
    node["script"]["path"] = "somewhere/else"


def _datasource(node: dict[str, Any]) -> None:
    node.pop("datasource", None)


def _content(node: dict[str, Any]) -> None:
    node["script"]["content"] = ""


def _metadata(node: dict[str, Any]) -> None:
    node.pop("metadata", None)


def _owner(node: dict[str, Any]) -> None:
    node["owner"] = "another"


@pytest.mark.parametrize(
    ("switch", "change"),
    [
        ("node_path", _path),
        ("datasource_type", _datasource),
        ("trailing_newline", _content),
        ("nodes_of_deleted_workflow", _metadata),
        ("other_owner", _owner),
    ],
)
async def test_what_reads_back_as_neither_is_not_determined(
    bed: Make, switch: str, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pulumi_resource_dataworks.probe import _session
    from pulumi_resource_dataworks.probe._documents import Seen

    class Strange(Seen):
        @property
        def nodes(self) -> dict[str, dict[str, Any]]:
            nodes = super().nodes
            for node in nodes.values():
                change(node)
            return nodes

    monkeypatch.setattr(_session, "Seen", Strange)
    there = bed()
    outcome = await there.probe()
    assert not outcome.findings[switch].determined
    assert outcome.left == {}
