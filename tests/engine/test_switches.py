"""The switch matrix through the real engine: some rows, or all of them with SWITCHES=all (`make switches`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Switches
from tests.support import switch_run
from tests.support.nightly import NIGHTLY
from tests.support.switches import (
    CONSTRAINTS,
    DEFAULTS,
    FACTORS,
    LOOKED_UP,
    OF_OBJECTS,
    Row,
    all_pairs,
    is_allowed,
    pairwise_rows,
    sample,
    settings,
)

WHOLE = NIGHTLY or os.environ.get("SWITCHES") == "all"
NAMES = [f"pairs-{number}" for number in range(1, len(pairwise_rows()) + 1)] if WHOLE else ["sample"]
"""A second is spared in each process where the rows are made by the test."""


def row_of(name: str) -> Row:
    return sample() if name == "sample" else pairwise_rows()[int(name.removeprefix("pairs-")) - 1]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_lives_through_everything(
    engine: Path, plugin: int, tmp_path: Path, name: str, record_property: Callable[[str, Any], None]
) -> None:
    told: list[tuple[str, int, bool]] = []
    row = row_of(name)
    try:
        switch_run.live(row, engine, plugin, tmp_path, told)
    except AssertionError as error:
        departures = {key: value for key, value in row.items() if value != DEFAULTS[key]}
        raise AssertionError(f"{name}, in {told[-1][0]}, at {departures}: {error}") from None
    finally:
        for cell in told:
            record_property("switches", (name, *cell))


def test_every_switch_has_settings_to_turn() -> None:
    names = Switches().as_json().keys() - {*LOOKED_UP, *OF_OBJECTS}
    assert {name for name in names if len(FACTORS[name]) < 2} == set()
    for name, possible in FACTORS.items():
        if name in Switches().as_json():
            for setting in possible:
                Switches().but({name: setting})


def test_any_two_settings_meet_in_a_row() -> None:
    met = {pair for row in pairwise_rows() for pair in combinations(row.items(), 2)}
    for one, partners in all_pairs().items():
        for other in partners:
            assert (one, other) in met or (other, one) in met
    assert all(is_allowed(row) for row in pairwise_rows())


def test_only_constraints_keep_settings_apart() -> None:
    for one in settings():
        apart = {two for two in settings() if two[0] != one[0]} - all_pairs()[one]
        for two in apart:
            about = [found for found in CONSTRAINTS if {one[0], two[0]} & found.never.keys()]
            assert about, (one, two)


def test_the_sample_turns_two_thirds_of_the_switches() -> None:
    turned = {name for name, setting in sample().items() if setting != DEFAULTS[name]}
    assert len(turned) >= 2 / 3 * len(FACTORS), set(FACTORS) - turned
