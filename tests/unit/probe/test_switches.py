"""At every setting of every switch that it asks for the probe finds that setting, or says that it does not determine it."""

import json
from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from pulumi_resource_dataworks import probe
from pulumi_resource_dataworks.emulator import Emulator, EmulatorSettings, Fault, Life, Switches
from pulumi_resource_dataworks.emulator._answers import read
from pulumi_resource_dataworks.probe import _questions
from pulumi_resource_dataworks.probe._command import report
from tests.support.probes import HERE, Bed

Make = Callable[..., Bed]

DEFAULTS = Switches().as_json()
VALUES: dict[str, list[Any]] = {
    "not_found_status": [403, 404, 500],
    "not_found_code": ["Gone"],
    "not_found_message": ["no such thing"],
}
"""Of switches that take any number or text, besides the default: those that are determined exactly."""
NEVER = {name for name, what in probe.TABLE.items() if what}
BLIND: dict[tuple[str, Any], set[str]] = {
    ("unknown_workflow_id", "refused"): {"deleted_workflow_id"},
    ("dry_run", "ignored"): {"dry_run_response"},
    ("dry_run", "refused"): {"dry_run_response"},
    ("workflow_id_in_answer", False): {"dry_run_response"},
    ("not_found_empty", True): {"not_found_status", "not_found_code", "not_found_message"},
}
"""What a setting hides of other switches, as docs/probe.md says."""


def settings(names: Callable[[str], bool]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, kind in get_type_hints(Switches).items():
        values = VALUES.get(name, [])
        if get_origin(kind) is Literal:
            values = list(get_args(kind))
        elif kind is bool:
            values = [False, True]
        found += [(name, value) for value in values if names(name)]
    return found


def determined(outcome: probe.Outcome) -> dict[str, Any]:
    return {name: finding.setting for name, finding in outcome.findings.items() if finding.determined}


def check_trace(bed: Bed, outcome: probe.Outcome) -> None:
    """Nothing is left, nothing of others was touched, and no call failed for being one too many."""
    bed.settle()
    assert outcome.left == {}
    assert bed.strangers_are_untouched()
    assert bed.throttled == 0


@pytest.mark.parametrize(("switch", "setting"), settings(lambda name: name not in NEVER))
async def test_it_finds_each_setting(bed: Make, switch: str, setting: Any) -> None:
    there = bed(**{switch: setting})
    outcome = await there.probe()
    expected = {**DEFAULTS, switch: setting}
    blind = NEVER | BLIND.get((switch, setting), set())
    assert determined(outcome) == {name: expected[name] for name in expected if name not in blind}
    assert outcome.problem == ""
    check_trace(there, outcome)


@pytest.mark.parametrize(("switch", "setting"), settings(NEVER.__contains__))
async def test_a_setting_that_it_does_not_ask_for_misleads_nothing(
    bed: Make, switch: str, setting: Any
) -> None:
    there = bed(**{switch: setting})
    outcome = await there.probe()
    found = determined(outcome)
    assert found == {name: DEFAULTS[name] for name in found}
    check_trace(there, outcome)


@pytest.mark.parametrize("seconds", [0.5, 2, 30])
async def test_it_finds_how_stale_reads_are(bed: Make, seconds: float) -> None:
    there = bed(stale_reads=seconds)
    outcome = await there.probe()
    found = determined(outcome)
    assert seconds <= found.pop("stale_reads") <= seconds * 1.5 + 0.5
    assert found == {name: DEFAULTS[name] for name in DEFAULTS if name not in {*NEVER, "stale_reads"}}
    check_trace(there, outcome)


async def test_where_what_was_deleted_can_be_read_for_long_it_stops(
    bed: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_questions, "_LONGEST_STALE", 20.0)
    there = bed(stale_reads=30)
    outcome = await there.probe()
    assert "a deleted workflow can still be read after" in outcome.problem
    assert "deleted_workflow_id" not in determined(outcome)


PAIRS: list[dict[str, Any]] = [
    {"unknown_workflow_id": "replaced", "workflow_id_in_answer": False},
    {"unknown_workflow_id": "replaced", "dry_run": "ignored"},
    {"unknown_workflow_id": "refused", "stale_reads": 2},
    {"not_found_empty": True, "moved_workflow": "stays"},
    {"dry_run": "ignored", "stale_reads": 5},
    {"read_back_noise": "worst", "ids_on_wire": "numbers", "dependency_by_name": "resolved"},
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
    assert {name for name in switches if name not in {*hidden, *NEVER, "stale_reads"}} <= found.keys()
    check_trace(there, outcome)


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("how", ["refused", "failed"])
async def test_one_import_that_fails_for_a_reason_of_its_own_misleads_nothing(
    bed: Make, number: int, how: str
) -> None:
    there = bed()
    if how == "refused":
        there.emulator.add_fault(
            Fault("ImportWorkflowDefinition", nth=number, status=400, code="Strange", message="so strange")
        )
    else:
        there.emulator.script_job(Life("seconds", 1), times=number - 1)
        there.emulator.script_job(Life("seconds", 1, outcome="Fail", error="so strange"))
    outcome = await there.probe()
    for switch, finding in outcome.findings.items():
        if finding.determined and finding.setting != DEFAULTS[switch]:
            assert "so strange" in finding.how, switch
    check_trace(there, outcome)


async def test_the_report_makes_the_emulator_that_service(bed: Make) -> None:
    switches = {"unknown_workflow_id": "replaced", "dry_run": "ignored", "moved_workflow": "stays"}
    there = bed(**switches)
    written = report(await there.probe(), {"projectId": HERE})
    other = Emulator()
    other.configure(read(EmulatorSettings, json.dumps(written)))
    assert other.switches.as_json() == {**DEFAULTS, **switches}
    findings = written["probe"]["findings"]
    assert findings.keys() == DEFAULTS.keys()
    assert findings["dry_run"]["setting"] == "ignored"
    assert findings["locked_workflow"]["notDetermined"].startswith("not tried")
    assert "locked_workflow" not in written["switches"]
