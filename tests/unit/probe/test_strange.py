"""A service that does what no setting stands for: the probe says so, and goes on."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_resource_dataworks import probe
from pulumi_resource_dataworks.emulator import Fault, Life, Switches
from tests.support.probes import Bed

Make = Callable[..., Bed]

DEFAULTS = Switches().as_json()


def imports(there: Bed) -> int:
    return sum(call.action == "ImportWorkflowDefinition" for call in there.emulator.calls)


def check(there: Bed, outcome: probe.Outcome) -> None:
    """What was told otherwise than usual was told by that strange answer, whose words are in the finding."""
    for switch, finding in outcome.findings.items():
        if finding.told and finding.setting != DEFAULTS[switch]:
            assert "so strange" in finding.how, switch
    assert (outcome.left, outcome.undone) == ([], True)
    there.settle()
    assert there.strangers_are_untouched()
    assert there.throttled == 0


@pytest.mark.parametrize("number", range(16))
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


@pytest.mark.parametrize("number", range(1, 17))
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
    told = {name: finding.setting for name, finding in outcome.findings.items() if finding.told}
    expected = {**DEFAULTS, "moved_workflow": "stays", "node_path": "prefixed"}
    assert told.items() <= expected.items()
    mine = {name for name, row in probe.TABLE.items() if row.probe == "updates"}
    assert mine <= told.keys()


async def test_a_type_that_list_refuses_is_not_listed(bed: Make) -> None:
    there = bed()
    there.emulator.add_fault(
        Fault("ListWorkflowDefinitions", nth=2, status=400, code="Strange", message="so strange")
    )
    outcome = await there.probe("trigger_workflows")
    finding = outcome.findings["trigger_workflows_listed"]
    assert (finding.told, finding.setting) == (True, False)
    check(there, outcome)


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
async def test_what_reads_back_as_neither_is_not_told(
    bed: Make, switch: str, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pulumi_resource_dataworks.probe import _bench
    from pulumi_resource_dataworks.probe._documents import Seen

    class Strange(Seen):
        @property
        def nodes(self) -> dict[str, dict[str, Any]]:
            nodes = super().nodes
            for node in nodes.values():
                change(node)
            return nodes

    monkeypatch.setattr(_bench, "Seen", Strange)
    there = bed()
    outcome = await there.probe()
    assert not outcome.findings[switch].told
    assert outcome.undone
