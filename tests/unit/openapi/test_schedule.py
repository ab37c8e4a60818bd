"""The poll schedule, measured: seconds lost after a job's end, and polls spent."""

import itertools
import random
from statistics import mean

import pytest

from pulumi_resource_dataworks.openapi._schedule import poll_times


def simulate(expected: float, low: float, high: float) -> tuple[float, float, int]:
    """Mean delay, mean polls and most polls over 5,000 job lengths between low and high (times expected)."""
    phases = random.Random(20240518)
    delays: list[float] = []
    polls: list[int] = []
    for _ in range(5000):
        end = expected * phases.uniform(low, high)
        number, at = next((number, at) for number, at in enumerate(poll_times(expected), 1) if at >= end)
        delays.append(at - end)
        polls.append(number)
    return mean(delays), mean(polls), max(polls)


@pytest.mark.parametrize(
    ("expected", "delay", "polls"),
    [(1.2, 0.3, 6), (2.0, 0.3, 8), (3.6, 0.3, 12), (30, 1.5, 15), (120, 6.0, 15)],
)
def test_jobs_that_last_as_expected(expected: float, delay: float, polls: int) -> None:
    lost, spent, most = simulate(expected, 0.75, 1.25)
    print(f"E = {expected:>5} s: {lost:.2f} s after the end, {spent:.1f} polls (at most {most})")  # noqa: T201 - figures for people, with -s
    assert lost <= delay
    assert most <= polls


@pytest.mark.parametrize("expected", [1.2, 3.6, 30, 120])
def test_jobs_that_do_not(expected: float) -> None:
    for low, high in ((0.05, 0.75), (1.35, 10)):
        lost, spent, most = simulate(expected, low, high)
        print(f"E = {expected:>5} s, {low} to {high} times E: {lost:.2f} s after the end, {spent:.1f} polls")  # noqa: T201 - figures for people, with -s
        assert lost <= max(0.5, 0.25 * expected * high)
        assert most <= 40


@pytest.mark.parametrize(
    "expected", [0, 0.1, 0.5, 1.2, 2, 3.6, 4, 5, 7, 10, 20, 30, 60, 120, 400, 600, 10_000]
)
def test_ten_minutes_are_at_most_forty_polls(expected: float) -> None:
    times = list(itertools.takewhile(lambda at: at <= 600, poll_times(expected)))
    assert 5 <= len(times) <= 40


@pytest.mark.parametrize("expected", [0, 0.5, 1.2, 3.6, 30, 120, 10_000])
def test_polls_move_on_and_never_crowd(expected: float) -> None:
    times = list(itertools.islice(poll_times(expected), 100))
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert times[0] >= 0.5
    assert min(gaps) >= 0.3
    late = [gap for gap, at in zip(gaps, times, strict=False) if at > 1.5 * expected]
    assert max(late) <= 60 + 1e-6


def test_a_job_that_fails_at_once_is_noticed_within_seconds() -> None:
    assert all(next(poll_times(expected)) <= 5 for expected in (1, 30, 120, 1e6))
