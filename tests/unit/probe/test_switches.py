"""At every setting of every switch the probe finds that setting, or says that it cannot tell it."""

import json
from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from pulumi_resource_dataworks import probe
from pulumi_resource_dataworks.emulator import Emulator, Life, Settings, Switches
from pulumi_resource_dataworks.probe import _load
from pulumi_resource_dataworks.probe._report import report
from tests.support.messages import Messages
from tests.support.probes import HERE, Bed

Make = Callable[..., Bed]

DEFAULTS = Switches().as_json()
VALUES: dict[str, list[Any]] = {
    "job_hidden_polls": [1, 6],
    "not_found_status": [200, 403, 404, 500],
    "not_found_code": ["Gone"],
    "not_found_message": ["no such thing"],
    "imports_at_once": [1, 2, 3],
}
"""Of switches that take any number or text, besides the default: those that are told exactly."""
NEVER = {name for name, row in probe.TABLE.items() if row.probe is None}
UNTOLD = {*NEVER, "imports_at_once", "spec_limit", "job_forgotten_after"}
"""What is not told at the defaults: null looks like a large number."""
NO_REFUSAL = {"not_found_status", "not_found_code", "not_found_message"}
BLIND: dict[tuple[str, Any], set[str]] = {
    ("unknown_workflow_id", "replaced"): {
        *("non_numeric_workflow_id", "nodes_of_deleted_workflow", "trigger_workflows_listed"),
    },
    ("unknown_workflow_id", "refused"): {
        *("non_numeric_workflow_id", "nodes_of_deleted_workflow", "deleted_workflow_id"),
        "same_id_in_two_projects",
    },
    ("deleted_workflow_id", "refused"): {"nodes_of_deleted_workflow"},
    ("dry_run", "ignored"): {"dry_run_response"},
    ("dry_run", "refused"): {"dry_run_response"},
    ("workflow_id_in_answer", False): {"dry_run_response"},
    ("not_found_empty", True): NO_REFUSAL,
    **{("imports_at_once", number): {"concurrent_import"} for number in (1, 2, 3)},
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


def told(outcome: probe.Outcome) -> dict[str, Any]:
    return {name: finding.setting for name, finding in outcome.findings.items() if finding.told}


def check_trace(bed: Bed, outcome: probe.Outcome) -> None:
    """Nothing is left, nobody was in the way, and it was all written down."""
    bed.settle()
    assert (outcome.left, outcome.undone) == ([], True)
    assert bed.strangers_are_untouched()
    assert not bed.journal.exists()
    assert bed.throttled == 0
    assert outcome.calls == len(bed.emulator.calls) == bed.transport.count


@pytest.mark.parametrize(("switch", "setting"), settings())
async def test_it_finds_each_setting(bed: Make, switch: str, setting: Any) -> None:
    there = bed(**{switch: setting})
    outcome = await there.probe()
    expected = {**DEFAULTS, switch: setting}
    blind = (UNTOLD - {switch}) | BLIND.get((switch, setting), set())
    assert told(outcome) == {name: expected[name] for name in expected if name not in blind}
    assert outcome.problem == ""
    deletes = [call for call in there.emulator.calls if call.action == "DeleteWorkflowDefinition"]
    assert [call.code for call in deletes] == [""] * len(deletes)  # of what is there, and of nothing else
    check_trace(there, outcome)


@pytest.mark.parametrize(("switch", "setting"), [pair for pair in settings() if pair[0] != "read_back_noise"])
async def test_noise_in_what_is_read_misleads_nothing(bed: Make, switch: str, setting: Any) -> None:
    row = probe.TABLE[switch].probe
    assert row is not None
    there = bed(**{"read_back_noise": "worst", "ids_on_wire": "numbers", switch: setting})
    outcome = await there.probe(row)
    assert told(outcome)[switch] == setting
    check_trace(there, outcome)


@pytest.mark.parametrize("limit", [3000, 50_000, 2**20 - 1])
async def test_it_finds_the_largest_document_to_a_factor_of_two(
    bed: Make, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_load, "_LARGEST", 20)
    there = bed(spec_limit=limit)
    outcome = await there.probe("spec_limit")
    assert limit / 2 <= told(outcome)["spec_limit"] <= limit
    check_trace(there, outcome)


@pytest.mark.parametrize("seconds", [0.5, 2, 30])
async def test_it_finds_how_stale_reads_are(bed: Make, seconds: float) -> None:
    there = bed(stale_reads=seconds)
    outcome = await there.probe()
    found = told(outcome)
    assert seconds <= found.pop("stale_reads") <= seconds * 1.5 + 0.5
    assert found == {name: DEFAULTS[name] for name in DEFAULTS if name not in {*UNTOLD, "stale_reads"}}
    check_trace(there, outcome)


@pytest.mark.parametrize("seconds", [1, 5, 20])
async def test_it_finds_between_which_jobs_the_service_forgets(bed: Make, seconds: float) -> None:
    there = bed(job_forgotten_after=seconds)
    outcome = await there.probe()
    finding = outcome.findings["job_forgotten_after"]
    assert finding.told
    at_least, at_most = finding.setting, float(finding.how.split(" not after ")[1].split()[0])
    assert at_least <= seconds <= at_most + 1
    check_trace(there, outcome)


@pytest.mark.parametrize(
    ("switch", "setting"), [("spec_limit", 2**21), ("job_forgotten_after", 3600), ("imports_at_once", 4)]
)
async def test_what_is_beyond_its_reach_is_not_told(bed: Make, switch: str, setting: Any) -> None:
    outcome = await bed(**{switch: setting}).probe()
    assert not outcome.findings[switch].told
    assert "not tried" in outcome.findings[switch].how


async def test_where_no_job_can_be_seen_it_stops_soon(bed: Make, messages: Messages) -> None:
    there = bed(job_hidden_polls=7)
    outcome = await there.probe()
    messages(outcome.problem)
    assert told(outcome) == {"unknown_job": "not_found"}
    assert outcome.calls <= 25
    check_trace(there, outcome)


async def test_where_jobs_are_forgotten_unseen_it_stops_soon(bed: Make) -> None:
    there = bed(job_hidden_polls=1, job_forgotten_after=1)
    outcome = await there.probe()
    assert "forgotten" in outcome.problem
    assert outcome.calls <= 100
    check_trace(there, outcome)


async def test_jobs_that_are_over_at_once_do_not_run_together(bed: Make, messages: Messages) -> None:
    there = bed()
    there.emulator.set_job_life(Life("immediate"))
    outcome = await there.probe("imports_at_once")
    messages(outcome.findings["concurrent_import"].how)
    check_trace(there, outcome)


PAIRS: list[dict[str, Any]] = [
    {"unknown_workflow_id": "replaced", "workflow_id_in_answer": False},
    {"unknown_workflow_id": "replaced", "same_id_in_two_projects": "one_thing"},
    {"unknown_workflow_id": "replaced", "dry_run": "ignored"},
    {"unknown_workflow_id": "refused", "stale_reads": 2},
    {"unknown_job": "failed", "job_hidden_polls": 2},
    {"not_found_empty": True, "unknown_job": "not_found", "job_hidden_polls": 2},
    {"moved_workflow": "stays", "node_path": "prefixed"},
    {"nodes_of_deleted_workflow": "kept", "type_change": "accepted"},
    {"not_found_status": 500, "not_found_code": "Gone"},
    {"not_found_message": "gone", "job_hidden_polls": 1},
    {"dry_run": "ignored", "stale_reads": 5},
    {"concurrent_import": "mixed", "dependency_by_name": "resolved", "other_owner": "replaced"},
]


@pytest.mark.parametrize("switches", PAIRS, ids=lambda pair: "-".join(map(str, pair.values())))
async def test_settings_that_meet_mislead_nothing(bed: Make, switches: dict[str, Any]) -> None:
    there = bed(**switches)
    outcome = await there.probe()
    found = told(outcome)
    found.pop("stale_reads")
    expected = {**DEFAULTS, **switches}
    assert found == {name: expected[name] for name in found}
    hidden = {*UNTOLD, *(name for pair in switches.items() for name in BLIND.get(pair, ()))}
    assert {name for name in switches if name not in hidden} - {"stale_reads"} <= found.keys()
    check_trace(there, outcome)


async def test_without_a_second_workspace_it_calls_one_only(bed: Make) -> None:
    there = bed()
    outcome = await there.probe(second=None)
    assert outcome.findings["same_id_in_two_projects"].how.startswith("not tried")
    assert {call.project for call in there.emulator.calls} == {HERE, None}
    check_trace(there, outcome)


async def test_throttling_that_is_met_is_told(bed: Make) -> None:
    there = bed(throttling_status=400, throttling_code="9990020002")
    there.crowd(call=7, times=6)
    outcome = await there.probe("basics")
    found = told(outcome)
    assert (found["throttling_status"], found["throttling_code"]) == (400, "9990020002")
    assert outcome.undone


async def test_a_quota_that_is_met_is_told_and_the_rest_deleted_the_next_day(bed: Make) -> None:
    there = bed(quota_status=400)
    there.emulator.set_edition("basic")
    there.crowd(call=30, times=100)
    there.emulator.clock.advance(9 * 3600)  # not over midnight
    outcome = await there.probe()
    assert told(outcome)["quota_code"] == "Throttling.Api.Risk"
    assert told(outcome)["quota_status"] == 400
    assert not outcome.undone
    there.emulator.clock.advance(24 * 3600)
    await there.clock.sleep(61)
    assert await there.clean_up() == ([], None)
    assert there.strangers_are_untouched()


async def test_the_report_makes_the_emulator_that_service(bed: Make) -> None:
    switches = {"unknown_workflow_id": "replaced", "dry_run": "ignored", "ids_on_wire": "numbers"}
    there = bed(**switches)
    written = json.loads(json.dumps(report(await there.probe(), {"projectId": HERE})))
    other = Emulator()
    other.configure(Settings.from_json(written))
    assert other.switches.as_json() == {**DEFAULTS, **switches}
    findings = written["probe"]["findings"]
    assert findings.keys() == DEFAULTS.keys()
    assert findings["dry_run"]["setting"] == "ignored"
    assert findings["locked_workflow"]["untold"].startswith("not tried")
    assert "locked_workflow" not in written["switches"]
