"""When to ask after a job that should last about ``expected`` seconds.

Calls are scarce (5 a second for a whole account, 100 a day in the Basic edition), and a job's length is known roughly
from its number of nodes. So, with E the expected length:

* from 0.75 E to 1.26 E, where the job is likely to end, sqrt(E) polls evenly spread, but at most 8: they are far apart
  where the job is long, and few where it is short;
* before, few: at E/24, for a job that fails at once (0.5 s at least, 5 s at most), then at three times that; and from
  E/3 on one every 16 % of the time gone, but no two within 2.5 s;
* after, intervals grow to 18 % of the time gone, but never beyond 60 s.

So a step waits for a tenth of the job's length after its end, or 2 s where that is more, unless the job is shorter than
half of what was expected: then it may be for a quarter of that.
"""

import math
from collections.abc import Iterator

_SHORTEST = 1.0
_LIKELY_FROM = 0.75
_LIKELY_TO = 1.26
_LIKELY_AT_MOST = 8
_FIRST_SHARE = 1 / 24
_FIRST_AT_LEAST = 0.5
_FIRST_AT_MOST = 5.0
_EARLY_GROWTH = 3
_EARLY_FROM = 1 / 3
_EARLY_SHARE = 0.16
_APART = 2.5
_LATE_GROWTH = 1.5
_LATE_SHARE = 0.18
_LATE_AT_LEAST = 0.35
_LATE_AT_MOST = 60.0


def poll_times(expected: float) -> Iterator[float]:
    """Yield, without end, the seconds after submission at which to poll; strictly growing."""
    expected = max(expected, _SHORTEST)
    likely = _likely(expected)
    yield from _early(expected, likely[0])
    yield from likely
    yield from _late(likely[-1], likely[-1] - likely[-2] if len(likely) > 1 else 0.0)


def _likely(expected: float) -> list[float]:
    count = min(math.ceil(math.sqrt(expected)), _LIKELY_AT_MOST)
    step = (_LIKELY_TO - _LIKELY_FROM) / count
    return [(_LIKELY_FROM + step * number) * expected for number in range(1, count + 1)]


def _early(expected: float, end: float) -> list[float]:
    later = list(_back_from(end, max(_EARLY_FROM * expected, _APART)))[::-1]
    found = [min(max(_FIRST_AT_LEAST, _FIRST_SHARE * expected), _FIRST_AT_MOST)]
    while (time := max(_EARLY_GROWTH * found[-1], found[-1] + _APART)) <= _before((later or [end])[0]):
        found.append(time)
    return found + later


def _back_from(time: float, least: float) -> Iterator[float]:
    while (time := _before(time)) > least:
        yield time


def _before(time: float) -> float:
    return time - max(_APART, _EARLY_SHARE * time)


def _late(time: float, interval: float) -> Iterator[float]:
    while True:
        interval = max(min(interval * _LATE_GROWTH, _LATE_SHARE * time, _LATE_AT_MOST), _LATE_AT_LEAST)
        time += interval
        yield time
