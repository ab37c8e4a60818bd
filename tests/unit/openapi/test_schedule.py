"""The poll schedule, measured: seconds lost after a job's end, and polls spent."""

import itertools
import math

import pytest

from pulumi_resource_dataworks.openapi._jobs import Length, learn, poll_times
from tests.support.services import SECONDS_PER_NODE, measure, measure_learnt

NODES = [1, 3, 25, 100]
LONGER = [
    (nodes, length)
    for nodes in NODES
    for length in (5, 10, 30, 60, 200, 480)
    if length > 1.5 * SECONDS_PER_NODE * nodes
]


@pytest.mark.parametrize(
    ("nodes", "seconds", "polls"), [(1, 0.5, 3), (3, 0.7, 3), (25, 1.5, 12), (100, 4.0, 15)]
)
async def test_jobs_that_last_as_expected(nodes: int, seconds: float, polls: int) -> None:
    waits = await measure(nodes, SECONDS_PER_NODE * nodes)
    assert waits.mean <= seconds
    assert waits.p95 <= 2 * seconds
    assert max(waits.polls) <= polls


@pytest.mark.parametrize("nodes", [25, 100])
async def test_who_knows_earlier_jobs_waits_half_as_long_with_no_more_polls(nodes: int) -> None:
    guessed = await measure(nodes, SECONDS_PER_NODE * nodes)
    _, *later = await measure_learnt(nodes, SECONDS_PER_NODE * nodes, runs=10)
    assert sum(run.mean for run in later) / len(later) <= 0.5 * guessed.mean
    assert sum(run.mean_polls for run in later) / len(later) <= guessed.mean_polls
    assert max(run.mean for run in later) <= 0.65 * guessed.mean


@pytest.mark.parametrize("factor", [0.1, 0.5, 2, 4])
async def test_lengths_that_nothing_let_expect_are_learnt_too(factor: float) -> None:
    length = factor * SECONDS_PER_NODE * 25
    guessed = await measure(25, length)
    *_, last = await measure_learnt(25, length, runs=5)
    assert last.mean <= 0.6 * guessed.mean


@pytest.mark.parametrize("length", [2.0, 5.0, 12.0, 30.0, 120.0])
async def test_jobs_that_always_last_as_long_are_known_of_within_half_a_second(length: float) -> None:
    *_, last = await measure_learnt(10, length, runs=8, spread=0.0)
    assert max(last.seconds) <= 0.6
    assert max(last.polls) <= 11


def test_what_agrees_narrows_the_span_and_what_does_not_takes_its_place() -> None:
    first = learn(None, (10.0, 20.0), 120.0)
    assert first == (10.0, 20.0, 20.0)
    assert learn(first, (15.0, 20.0), 120.0) == (15.0, 20.0, 20.0)
    assert learn(first, (20.5, 22.0), 120.0) == (20.5, 22.0, 20.5)
    assert learn(first, (30.0, 31.0), 120.0) == (30.0, 31.0, 31.0)  # another order
    assert learn(None, (90.0, 100.0), 120.0) == (90.0, 100.0, 110.0)  # as was guessed, so the guess counts


@pytest.mark.parametrize(
    "value",
    [
        None,
        "9",
        {},
        [],
        [1.0, 2.0],
        [1.0, 2.0, "2"],
        [-1.0, 2.0, 2.0],
        [2.0, 2.0, 2.0],
        [3.0, 2.0, 2.0],
        [1.0, 2.0, 0.0],
        [1.0, 2.0, -2.0],
        [0.0, 1800.0, 1.5],
        [1.0, 2.0, 4.0],
        [1.0, 2.0, 1e9],
        [1.0, 1801.0, 1801.0],
        [1.0, 1e300, 1e300],
        [1.0, math.inf, math.inf],
        [1.0, math.nan, 2.0],
        [1.0, 2.0, math.nan],
    ],
)
def test_what_nobody_can_have_learnt_is_not_believed(value: object) -> None:
    assert Length.kept(value) is None


def test_what_was_learnt_is_kept_and_grows_with_what_is_asked_for() -> None:
    assert Length.kept([1.0, 2, 1.5]) == (1.0, 2.0, 1.5)
    assert Length(10.0, 20.0, 15.0).times(2) == (20.0, 40.0, 30.0)
    assert Length(1000.0, 1001.0, 1001.0).times(2) is None


@pytest.mark.parametrize(
    "known",
    [
        (0.0, 0.01, 0.01),
        (0.0, 1800.0, 1200.0),
        (1799.0, 1800.0, 1800.0),
        (0.0, 0.5, 0.7),
        (11.0, 12.0, 12.0),
        (3.0, 10.0, 14.0),
        (60.0, 120.0, 80.0),
    ],
)
def test_whatever_is_known_polls_move_on_and_are_no_more_than_fifty(known: tuple[float, ...]) -> None:
    length = Length.kept(list(known))
    assert length is not None
    times = list(itertools.islice(poll_times(30, length), 200))
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 0.2
    assert times[0] <= 10
    assert sum(at <= length.high + 2 for at in times) <= 50


@pytest.mark.parametrize(("nodes", "length"), LONGER)
async def test_jobs_that_last_longer(nodes: int, length: float) -> None:
    """Up to 10 minutes: 480 s and a quarter more."""
    waits = await measure(nodes, length)
    assert waits.mean <= 0.1 * length
    assert max(waits.polls) <= 40


@pytest.mark.parametrize("nodes", [*NODES, 300, 1000])
@pytest.mark.parametrize("share", [0.5, 0.6, 0.7])
async def test_jobs_that_are_shorter(nodes: int, share: float) -> None:
    length = share * SECONDS_PER_NODE * nodes
    waits = await measure(nodes, length)
    assert waits.mean <= max(2.0, 0.1 * length)


@pytest.mark.parametrize("nodes", NODES)
@pytest.mark.parametrize("share", [0.02, 0.05, 0.1, 0.2, 0.3, 0.4])
async def test_jobs_that_are_much_shorter(nodes: int, share: float) -> None:
    """There are too few polls for a tenth of their own length; a quarter of the expected one is lost at most."""
    expected = SECONDS_PER_NODE * nodes
    waits = await measure(nodes, share * expected)
    assert waits.mean <= max(3.0, 0.25 * expected)


@pytest.mark.parametrize(
    "expected", [0, 0.1, 0.5, 1.2, 2, 3.6, 4, 5, 7, 10, 20, 30, 60, 120, 400, 600, 10_000]
)
def test_ten_minutes_are_at_most_forty_polls(expected: float) -> None:
    times = list(itertools.takewhile(lambda at: at <= 600, poll_times(expected)))
    assert 4 <= len(times) <= 40


@pytest.mark.parametrize("nodes", [1, 2, 3])
def test_small_workflows_take_two_polls_where_a_node_takes_what_it_should(nodes: int) -> None:
    length = SECONDS_PER_NODE * nodes
    assert len(list(itertools.takewhile(lambda at: at < length, poll_times(length)))) == 1


@pytest.mark.parametrize("expected", [0, 0.5, 1.2, 3.6, 6, 12, 24, 30, 60, 120, 360, 10_000])
def test_polls_move_on_and_never_crowd(expected: float) -> None:
    times = list(itertools.islice(poll_times(expected), 100))
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert times[0] >= 0.5
    assert min(gaps) >= 0.3
    late = [gap for gap, at in zip(gaps, times, strict=False) if at > 1.26 * expected]
    assert max(late) <= 60 + 1e-6


def test_a_job_that_fails_at_once_is_noticed_within_seconds() -> None:
    assert all(next(poll_times(expected)) <= 5 for expected in (1, 30, 120, 1e6))


@pytest.mark.parametrize("expected", [1.5, 3.6, 9.0, 9.1, 30, 64, 120, 1000])
def test_the_likely_end_is_asked_for_evenly_and_the_rest_ever_more_rarely(expected: float) -> None:
    """As the module says: polls from 0.75 E to 1.26 E, and then each 18 % of the time gone."""
    count = min(math.ceil(math.sqrt(expected)), 8)
    step = 0.51 * expected / count
    times = list(itertools.islice(poll_times(expected), 60))
    last = next(index for index, at in enumerate(times) if at == pytest.approx(1.26 * expected))
    likely = [0.75 * expected + step * number for number in range(1, count + 1)]
    assert times[last - count + 1 : last + 1] == pytest.approx(likely)
    for at, found in itertools.pairwise(times[last:]):
        assert found == pytest.approx(at + min(0.18 * at, 60.0))


@pytest.mark.parametrize("expected", [1.5, 3.6, 4.4, 5, 9, 11, 13, 15, 17, 20, 25, 30, 64, 120, 1000, 10_000])
def test_before_the_likely_end_polls_are_few(expected: float) -> None:
    """One by 5 s, at three times that and so on; from 0.4 E each 18 % of the time gone, and no two within 2.5 s."""
    likely = 0.75 * expected + 0.51 * expected / min(math.ceil(math.sqrt(expected)), 8)
    early = list(itertools.takewhile(lambda at: at < likely - 1e-9, poll_times(expected)))
    assert 0.5 <= early[0] <= 5.0
    gaps = [(later - earlier, later) for earlier, later in itertools.pairwise([*early, likely])]
    assert len(early) == 1 or all(gap >= 2.5 - 1e-9 for gap, _ in gaps)
    for gap, later in gaps:
        if later > 0.4 * expected and later - gap > 0.5:
            assert gap == pytest.approx(max(2.5, 0.18 * (later - gap)))
    assert expected < 30 or max(early) > expected / 3
