"""docs/probe.md says what the code does: every switch, and about how many calls a run makes."""

from collections.abc import Callable

from pulumi_resource_dataworks import probe
from pulumi_resource_dataworks.emulator import Switches
from pulumi_resource_dataworks.probe._command import CALLS
from tests.support.probes import Bed
from tests.support.repository import REPO

PAGE = (REPO / "docs" / "probe.md").read_text(encoding="utf-8")


def test_every_switch_of_the_emulator_is_in_it_once() -> None:
    assert probe.TABLE.keys() == Switches().as_json().keys()


def test_the_page_holds_it() -> None:
    lines = ["| not tried | what it would take |", "|---|---|"]
    for what, switches in probe.NOT_TRIED.items():
        lines.append(f"| {', '.join(f'`{switch}`' for switch in switches)} | {what} |")
    assert "\n".join(lines) + "\n" in PAGE
    assert all(f"`{switch}`" in PAGE for switch in probe.TABLE)


async def test_a_run_makes_about_so_many_calls(bed: Callable[..., Bed]) -> None:
    there = bed()
    await there.probe()
    assert CALLS - 3 <= there.transport.count <= CALLS
    assert f"about {CALLS} calls" in PAGE
