"""The limits of each edition, by the emulator's clock."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Edition, Emulator, EmulatorSettings, Fault

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def emulator() -> Emulator:
    return Emulator(strict=False)


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes only where a test advances it. The moment is noon in Shanghai."""
    monkeypatch.setattr("pulumi_resource_dataworks.emulator._model.time.time", lambda: 1_799_985_600.0)


def codes(ask: Ask, emulator: Emulator, times: int, action: str = "ListWorkflowDefinitions") -> list[str]:
    """The codes of that many calls; of a success it is empty."""
    for _ in range(times):
        ask(emulator, action, ProjectId=10001, Id="1", Spec="{")
    return [call.code for call in emulator.calls[-times:]]


@pytest.mark.parametrize("edition", ["basic", "standard", "professional"])
def test_five_calls_a_second_of_whatever_kind(ask: Ask, emulator: Emulator, edition: Edition) -> None:
    emulator.set_edition(edition)
    assert codes(ask, emulator, 4) == [""] * 4
    assert codes(ask, emulator, 2, "DeleteWorkflowDefinition") == ["Emulator.UnknownCode", "Throttling.User"]
    assert (emulator.calls[-1].status, emulator.calls[-1].took_effect) == (429, False)
    emulator.clock.advance(1)
    assert codes(ask, emulator, 6) == ["", "", "", "", "", "Throttling.User"]


def test_the_enterprise_edition_counts_reads_and_writes_apart(ask: Ask, emulator: Emulator) -> None:
    emulator.set_edition("enterprise")
    assert codes(ask, emulator, 51) == [""] * 50 + ["Throttling.User"]
    writes = codes(ask, emulator, 21, "ImportWorkflowDefinition")
    assert writes == ["58014884415"] * 20 + ["Throttling.User"]


@pytest.mark.parametrize(("window", "next_second"), [("calendar", ""), ("sliding", "Throttling.User")])
def test_a_second_is_the_clocks_or_the_last_one(
    ask: Ask, emulator: Emulator, window: str, next_second: str
) -> None:
    emulator.set_edition("standard")
    emulator.switch(qps_window=window)
    emulator.clock.advance(0.75)
    assert codes(ask, emulator, 5) == [""] * 5
    emulator.clock.advance(0.5)
    assert codes(ask, emulator, 1) == [next_second]
    emulator.clock.advance(0.5)
    assert codes(ask, emulator, 4) == [""] * 4


def test_a_hundred_calls_a_day_failed_ones_included(ask: Ask, emulator: Emulator) -> None:
    emulator.set_edition("basic")
    for _ in range(20):
        codes(ask, emulator, 5, "DeleteWorkflowDefinition")
        emulator.clock.advance(1)
    assert codes(ask, emulator, 1) == ["Throttling.Api.Risk"]
    emulator.clock.advance(11 * 3600)
    assert codes(ask, emulator, 1) == ["Throttling.Api.Risk"]
    emulator.clock.advance(3600)
    assert codes(ask, emulator, 1) == [""]


def test_throttled_calls_use_up_the_day_as_well(ask: Ask, emulator: Emulator) -> None:
    emulator.set_edition("basic")
    assert codes(ask, emulator, 101)[4:6] == ["", "Throttling.User"]
    assert [call.code for call in emulator.calls[-2:]] == ["Throttling.User", "Throttling.Api.Risk"]


def test_what_a_throttled_call_is_answered_with(ask: Ask, emulator: Emulator) -> None:
    emulator.switch(throttling_status=400, throttling_code="9990020002", quota_code="Throttling.Resource")
    emulator.configure(EmulatorSettings(edition="basic"))
    codes(ask, emulator, 6)
    assert (emulator.calls[-1].status, emulator.calls[-1].code) == (400, "9990020002")
    assert codes(ask, emulator, 100)[-1] == "Throttling.Resource"
    emulator.set_edition(None)
    assert codes(ask, emulator, 200) == [""] * 200


def test_a_throttled_call_meets_no_fault(ask: Ask, emulator: Emulator) -> None:
    emulator.set_edition("standard")
    codes(ask, emulator, 5)
    emulator.add_fault(Fault(status=500, code="InternalError"))
    assert codes(ask, emulator, 1) == ["Throttling.User"]
    emulator.clock.advance(1)
    assert codes(ask, emulator, 1) == ["InternalError"]
