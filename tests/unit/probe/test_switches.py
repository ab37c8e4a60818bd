"""At every setting of every switch the probe finds that setting, or says that it does not determine it."""

import json
from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from pulumi_resource_dataworks import probe
from pulumi_resource_dataworks.emulator import Emulator, Settings, Switches
from pulumi_resource_dataworks.emulator._check import read_value
from pulumi_resource_dataworks.probe import _probes
from pulumi_resource_dataworks.probe._command import report
from tests.support.messages import Messages
from tests.support.probes import HERE, Bed

Make = Callable[..., Bed]

DEFAULTS = Switches().as_json()
VALUES: dict[str, list[Any]] = {
    "job_hidden_polls": [1, 6],
    "not_found_status": [200, 403, 404, 500],
    "not_found_code": ["Gone"],
    "not_found_message": ["no such thing"],
}
"""Of switches that take any number or text, besides the default: those that are determined exactly."""
NEVER = {name for name, row in probe.TABLE.items() if row is None}
NO_REFUSAL = {"not_found_status", "not_found_code", "not_found_message"}
BLIND: dict[tuple[str, Any], set[str]] = {
    ("unknown_workflow_id", "replaced"): {"nodes_of_deleted_workflow"},
    ("unknown_workflow_id", "refused"): {"nodes_of_deleted_workflow", "deleted_workflow_id"},
    ("deleted_workflow_id", "refused"): {"nodes_of_deleted_workflow"},
    ("dry_run", "ignored"): {"dry_run_response"},
    ("dry_run", "refused"): {"dry_run_response"},
    ("workflow_id_in_answer", False): {"dry_run_response"},
    ("not_found_empty", True): NO_REFUSAL,
}
"""What a setting hides of other switches, as docs/probe.md says."""


def settings() -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, kind in get_type_hints(Switches).items():
        values = VALUES.get(name, [])
        if get_origin(kind) is Literal:
            values = list(get_args(kind))
        elif kind is bool:
            values = [False, True]
        found += [(name, value) for value in values if name not in NEVER]
    return found


def determined(outcome: probe.Outcome) -> dict[str, Any]:
    return {name: finding.setting for name, finding in outcome.findings.items() if finding.determined}


def check_trace(bed: Bed, outcome: probe.Outcome) -> None:
    """Nothing is left, nothing of others was touched, and no call failed for being one too many."""
    bed.settle()
    assert outcome.left == {}
    assert bed.strangers_are_untouched()
    assert bed.throttled == 0


@pytest.mark.parametrize(("switch", "setting"), settings())
async def test_it_finds_each_setting(bed: Make, switch: str, setting: Any) -> None:
    there = bed(**{switch: setting})
    outcome = await there.probe()
    expected = {**DEFAULTS, switch: setting}
    blind = NEVER | BLIND.get((switch, setting), set())
    assert determined(outcome) == {name: expected[name] for name in expected if name not in blind}
    assert outcome.problem == ""
    deletes = [call for call in there.emulator.calls if call.action == "DeleteWorkflowDefinition"]
    assert [call.code for call in deletes] == [""] * len(deletes)  # of what is there, and of nothing else
    check_trace(there, outcome)


@pytest.mark.parametrize(("switch", "setting"), [pair for pair in settings() if pair[0] != "read_back_noise"])
async def test_noise_in_what_is_read_misleads_nothing(bed: Make, switch: str, setting: Any) -> None:
    row = probe.TABLE[switch]
    assert row is not None
    there = bed(**{"read_back_noise": "worst", "ids_on_wire": "numbers", switch: setting})
    outcome = await there.probe(row)
    assert determined(outcome)[switch] == setting
    check_trace(there, outcome)


@pytest.mark.parametrize("seconds", [0.5, 2, 30])
async def test_it_finds_how_stale_reads_are(bed: Make, seconds: float) -> None:
    there = bed(stale_reads=seconds)
    outcome = await there.probe()
    found = determined(outcome)
    assert seconds <= found.pop("stale_reads") <= seconds * 1.5 + 0.5
    assert found == {name: DEFAULTS[name] for name in DEFAULTS if name not in {*NEVER, "stale_reads"}}
    check_trace(there, outcome)


async def test_where_no_job_can_be_seen_it_stops_soon(bed: Make, messages: Messages) -> None:
    there = bed(job_hidden_polls=7)
    outcome = await there.probe()
    messages(outcome.problem)
    assert determined(outcome) == {"unknown_job": "not_found"}
    assert there.transport.count <= 25
    check_trace(there, outcome)


async def test_where_what_was_deleted_can_be_read_for_long_it_stops(
    bed: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_probes, "_LONGEST_STALE", 20.0)
    there = bed(stale_reads=30)
    outcome = await there.probe()
    assert "a deleted workflow can still be read after" in outcome.problem
    assert "deleted_workflow_id" not in determined(outcome)
    check_trace(there, outcome)


async def test_where_jobs_are_forgotten_unseen_it_stops_soon(bed: Make) -> None:
    there = bed(job_hidden_polls=1, job_forgotten_after=1)
    outcome = await there.probe()
    assert "no longer knows" in outcome.problem
    assert there.transport.count <= 45
    check_trace(there, outcome)


PAIRS: list[dict[str, Any]] = [
    {"unknown_workflow_id": "replaced", "workflow_id_in_answer": False},
    {"unknown_workflow_id": "replaced", "dry_run": "ignored"},
    {"unknown_workflow_id": "refused", "stale_reads": 2},
    {"unknown_job": "failed", "job_hidden_polls": 2},
    {"not_found_empty": True, "unknown_job": "not_found", "job_hidden_polls": 2},
    {"moved_workflow": "stays", "node_path": "prefixed"},
    {"nodes_of_deleted_workflow": "kept", "type_change": "accepted"},
    {"not_found_status": 500, "not_found_code": "Gone"},
    {"not_found_message": "gone", "job_hidden_polls": 1},
    {
        "not_found_status": 500,
        "not_found_code": "Gone",
        "unknown_workflow_id": "replaced",
        "workflow_id_in_answer": False,
    },
    {"dry_run": "ignored", "stale_reads": 5},
    {"dependency_by_name": "resolved", "other_owner": "replaced"},
]


@pytest.mark.parametrize("switches", PAIRS, ids=lambda pair: "-".join(map(str, pair.values())))
async def test_settings_that_meet_mislead_nothing(bed: Make, switches: dict[str, Any]) -> None:
    there = bed(**switches)
    outcome = await there.probe()
    found = determined(outcome)
    found.pop("stale_reads")
    expected = {**DEFAULTS, **switches}
    assert found == {name: expected[name] for name in found}
    hidden = {name for pair in switches.items() for name in BLIND.get(pair, ())}
    assert {name for name in switches if name not in hidden} - {"stale_reads"} <= found.keys()
    check_trace(there, outcome)


async def test_throttling_that_is_met_is_a_finding(bed: Make) -> None:
    there = bed(throttling_status=400, throttling_code="9990020002")
    there.crowd(call=7, times=6)
    outcome = await there.probe("basics")
    found = determined(outcome)
    assert (found["throttling_status"], found["throttling_code"]) == (400, "9990020002")
    assert outcome.left == {}


async def test_a_quota_that_is_met_is_a_finding_and_the_rest_deleted_the_next_day(bed: Make) -> None:
    there = bed(quota_status=400)
    there.emulator.set_edition("basic")
    there.crowd(call=30, times=100)
    there.emulator.clock.advance(9 * 3600)  # not over midnight
    outcome = await there.probe()
    assert determined(outcome)["quota_code"] == "Throttling.Api.Risk"
    assert determined(outcome)["quota_status"] == 400
    assert outcome.left is None
    there.emulator.clock.advance(24 * 3600)
    await there.clock.sleep(61)
    cleaned = await there.clean_up()
    assert (cleaned.problem, cleaned.left) == ("", {})
    assert there.emulator.workflows() == there.strangers[:2]


async def test_the_report_makes_the_emulator_that_service(bed: Make) -> None:
    switches = {"unknown_workflow_id": "replaced", "dry_run": "ignored", "ids_on_wire": "numbers"}
    there = bed(**switches)
    written = json.loads(json.dumps(report(await there.probe(), {"projectId": HERE})))
    other = Emulator()
    other.configure(read_value(Settings, written))
    assert other.switches.as_json() == {**DEFAULTS, **switches}
    findings = written["probe"]["findings"]
    assert findings.keys() == DEFAULTS.keys()
    assert findings["dry_run"]["setting"] == "ignored"
    assert findings["locked_workflow"]["notDetermined"].startswith("not tried")
    assert "locked_workflow" not in written["switches"]
