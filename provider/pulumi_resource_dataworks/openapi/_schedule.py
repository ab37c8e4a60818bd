"""When to ask after a job that should last about ``expected`` seconds.

Calls are scarce (5 a second for a whole account, 100 a day in the basic edition), and a job's length is known roughly
from its number of nodes. So, with E the expected length:

* before 0.75 E, few polls: at max(0.5, E/16) but at most 5 s, then at twice that time, and so on, so that a job which
  fails at once or is much shorter is noticed;
* from 0.75 E to 1.35 E, one every max(0.35 s, 0.08 E), as here the job is likely to end;
* then intervals grow by 1.25, never beyond a fifth of the time gone or 60 s.
"""

from collections.abc import Iterator

_FIRST_SHARE = 1 / 16
_FIRST_AT_LEAST = 0.5
_FIRST_AT_MOST = 5.0
_LIKELY_FROM = 0.75
_LIKELY_TO = 1.35
_LIKELY_SHARE = 0.08
_LIKELY_AT_LEAST = 0.35
_GROWTH = 1.25
_LARGEST_SHARE = 0.2
_LARGEST = 60.0


def poll_times(expected: float) -> Iterator[float]:
    """Yield, without end, the seconds after submission at which to poll; strictly growing."""
    now = min(max(_FIRST_AT_LEAST, expected * _FIRST_SHARE), _FIRST_AT_MOST)
    while now < _LIKELY_FROM * expected:
        yield now
        now *= 2
    now = max(_LIKELY_FROM * expected, _FIRST_AT_LEAST)
    interval = max(_LIKELY_AT_LEAST, _LIKELY_SHARE * expected)
    while now <= _LIKELY_TO * expected:
        yield now
        now += interval
    while True:
        yield now
        interval = min(interval * _GROWTH, max(_LARGEST_SHARE * now, _LIKELY_AT_LEAST), _LARGEST)
        now += interval
