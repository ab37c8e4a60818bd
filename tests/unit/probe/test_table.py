"""docs/probe.md says what the code does: every switch, and the calls that each probe makes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_resource_dataworks import probe
from pulumi_resource_dataworks.emulator import Switches
from tests.support.probes import HERE, THERE, Bed
from tests.support.repository import REPO

Make = Callable[..., Bed]


def test_every_switch_of_the_emulator_is_in_it() -> None:
    assert list(probe.TABLE) == list(Switches().as_json())
    assert {row.probe for row in probe.TABLE.values()} == {None, *probe.PROBES}


def test_the_page_holds_it() -> None:
    assert probe.page() in (REPO / "docs" / "probe.md").read_text(encoding="utf-8")


async def test_a_whole_run_makes_so_many_calls(bed: Make) -> None:
    for second, expected in ((None, 62), (THERE, 67)):
        there = bed()
        outcome = await there.probe(second=second)
        assert outcome.calls == there.options(second=second).calls == expected
        assert f"{expected} calls" in (REPO / "docs" / "probe.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", probe.PROBES)
async def test_a_probe_alone_makes_so_many(bed: Make, name: str) -> None:
    there = bed()
    outcome = await there.probe(name)
    assert outcome.calls == there.options(name).calls
    told = {probe.TABLE[switch].probe for switch, finding in outcome.findings.items() if finding.told}
    assert told <= {name, "basics"}


def test_basics_cannot_be_left_out(tmp_path: Path) -> None:
    options = probe.Options(HERE, tmp_path / "journal", frozenset(probe.PROBES) - {"basics", "updates"})
    assert options.chosen == [name for name in probe.PROBES if name != "updates"]
