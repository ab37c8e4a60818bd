"""docs/probe.md says what the code does: every switch, and the calls that each probe makes."""

from collections.abc import Callable

import pytest

from pulumi_resource_dataworks import probe
from pulumi_resource_dataworks.emulator import Switches
from pulumi_resource_dataworks.probe._run import chosen
from tests.support.probes import Bed
from tests.support.repository import REPO

Make = Callable[..., Bed]


def test_every_switch_of_the_emulator_is_in_it_once() -> None:
    assert probe.TABLE.keys() == Switches().as_json().keys()
    named = [switch for each in probe.PROBES.values() for switch in each.switches.split()]
    assert sorted(named) == sorted(switch for switch, name in probe.TABLE.items() if name)


def test_the_page_holds_it() -> None:
    assert probe.page() in (REPO / "docs" / "probe.md").read_text(encoding="utf-8")


async def test_a_whole_run_makes_so_many_calls(bed: Make) -> None:
    there = bed()
    await there.probe()
    assert there.transport.count == sum(each.calls for each in probe.PROBES.values())
    assert f"{there.transport.count} calls" in (REPO / "docs" / "probe.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", probe.PROBES)
async def test_a_probe_alone_makes_so_many(bed: Make, name: str) -> None:
    there = bed()
    outcome = await there.probe(name)
    assert there.transport.count == sum(probe.PROBES[each].calls for each in chosen([name]))
    found = {probe.TABLE[switch] for switch, finding in outcome.findings.items() if finding.determined}
    assert found == {name, "basics"}


def test_basics_cannot_be_left_out() -> None:
    names = probe.PROBES.keys() - {"basics", "updates"}
    assert chosen(names) == [name for name in probe.PROBES if name != "updates"]
