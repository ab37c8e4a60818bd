"""The switch matrix through the real engine: some rows, or all of them with SWITCHES=all (`make switches`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Switches
from tests.support import object_run, switch_run
from tests.support.nightly import NIGHTLY
from tests.support.stack_course import Results
from tests.support.switches import ELSEWHERE, LOOKED_UP, OBJECTS, SETTINGS, WORKFLOWS

WHOLE = NIGHTLY or os.environ.get("SWITCHES") == "all"
MATRICES = {"workflows": (WORKFLOWS, switch_run.live), "objects": (OBJECTS, object_run.live)}
NAMES = [
    (of, name)
    for of, (matrix, _) in MATRICES.items()
    for name in ([f"pairs-{number}" for number in range(1, len(matrix.rows) + 1)] if WHOLE else ["sample"])
]
"""A second is spared in each process where the rows are made by the test."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("of", "name"), NAMES)
def test_they_live_through_everything(
    engine: Path, plugin: int, tmp_path: Path, of: str, name: str, record_property: Callable[[str, Any], None]
) -> None:
    reported: Results = []
    matrix, live = MATRICES[of]
    row = matrix.sample if name == "sample" else matrix.rows[int(name.removeprefix("pairs-")) - 1]
    try:
        live(row, engine, plugin, tmp_path, reported)
    except AssertionError as error:
        departures = dict(sorted(matrix.departures(row)))
        raise AssertionError(f"{of} {name}, in {reported[-1][0]}, at {departures}: {error}") from None
    finally:
        for scenario, steps, right in reported:
            record_property("switches", (f"{of} {name}", f"{scenario} {of}", steps, right))


def test_every_switch_has_settings_to_turn() -> None:
    switches = Switches().as_json().keys()
    assert switches - WORKFLOWS.factors.keys() == ELSEWHERE
    assert switches - WORKFLOWS.factors.keys() - OBJECTS.factors.keys() == {*LOOKED_UP}
    for name, possible in SETTINGS.items():
        assert name in LOOKED_UP or len(possible) > 1, name
        for setting in possible:
            Switches().but({name: setting})


@pytest.mark.parametrize("of", MATRICES)
def test_any_two_settings_meet_in_a_row(of: str) -> None:
    matrix = MATRICES[of][0]
    met = {pair for row in matrix.rows for pair in combinations(row.items(), 2)}
    for one, partners in matrix.pairs.items():
        for other in partners:
            assert (one, other) in met or (other, one) in met
    assert all(matrix.is_allowed(row) for row in matrix.rows)


@pytest.mark.parametrize("of", MATRICES)
def test_only_constraints_keep_settings_apart(of: str) -> None:
    matrix = MATRICES[of][0]
    for one in matrix.settings:
        apart = {two for two in matrix.settings if two[0] != one[0]} - matrix.pairs[one]
        for two in apart:
            about = [found for found in matrix.constraints if {one[0], two[0]} & found.never.keys()]
            assert about, (one, two)


@pytest.mark.parametrize("of", MATRICES)
def test_the_sample_turns_two_thirds_of_the_switches(of: str) -> None:
    matrix = MATRICES[of][0]
    assert matrix.is_allowed(matrix.sample)
    turned = {name for name, _ in matrix.departures(matrix.sample)}
    assert len(turned) >= 2 / 3 * len(matrix.factors), matrix.factors.keys() - turned
