"""When and how often a workflow or a node runs: what the vendor's parser takes, and no one means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple

from . import _cron
from ._document import Json, Object
from ._fault import Fault, Path, Phrase
from ._timezones import is_timezone, timezone_like

MINUTE = 60_000
"""Milliseconds, in which rerunInterval counts."""

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}")
_CRON_FIELDS = {6, 7}
_COUNTS = (
    "rerunTimes",
    "rerunInterval",
    "timeout",
    "maxIterations",
    "parallelism",
    "maxInternalConcurrency",
)
_NUMBERS = ("priority", *_COUNTS)
_NUMBERED = frozenset(_NUMBERS)
_TRIGGER = ("type", "recurrence", "cron", "timezone", "startTime", "endTime", "delaySeconds")
_OF_THE_LOOP = frozenset({"no-cron", "no-type"})
"""What the trigger of a node in a loop may leave out."""


class _Oddity(NamedTuple):
    """What is odd in a trigger or a node: the parts of a fault, without its place."""

    key: str
    message: str
    remedy: str
    values: tuple[object, ...]
    rule: str
    is_error: bool = False


_Judge = Callable[..., tuple[_Oddity, ...]]


def trigger_faults(trigger: Object, path: Path, *, inner: bool) -> Iterator[Fault]:
    """The faults and doubts of a trigger; doubts alone for a node in a loop, whose schedule the loop decides."""
    for odd in _looked_up(_trigger_oddities, trigger, _TRIGGER):
        if not (inner and odd.rule in _OF_THE_LOOP):
            yield _fault(odd, path, is_error=odd.is_error and not inner)


def number_faults(holder: Object, path: Path) -> Iterator[Fault]:
    """The faults and doubts of the numbers of a node, a strategy or a loop."""
    if not _NUMBERED.isdisjoint(holder):
        for odd in _looked_up(_number_oddities, holder, _NUMBERS):
            yield _fault(odd, path, is_error=odd.is_error)


def _looked_up(judge: _Judge, holder: Object, keys: tuple[str, ...]) -> tuple[_Oddity, ...]:
    """What is odd in the values of some keys; nothing where one holds others, as below a key that no table knows."""
    try:
        return judge(*map(holder.get, keys))
    except TypeError:
        return ()


def _fault(odd: _Oddity, path: Path, *, is_error: bool) -> Fault:
    severity: Literal["error", "warning"] = "error" if is_error else "warning"
    return Fault((*path, odd.key), odd.message, odd.remedy, odd.values, severity, odd.rule)


@lru_cache(maxsize=1024)
def _trigger_oddities(*values: Json) -> tuple[_Oddity, ...]:
    """Most triggers of a document are alike, so each is looked at once."""
    kind, recurrence, cron, timezone, start, end, _ = (None if one is None else str(one) for one in values)
    found = [*_cron_oddities((kind or "").casefold(), cron), *_timezone_oddities(timezone)]
    if not (kind or recurrence) and any(values):
        message, remedy = "the trigger does not say its type", "Write type: Scheduler for one with a cron."
        found.append(_Oddity("type", message, remedy, (), "no-type"))
    times = [
        odd for key, time in (("startTime", start), ("endTime", end)) for odd in _time_oddities(key, time)
    ]
    if not times and start and end and start.replace("T", " ") > end.replace("T", " "):
        message, remedy = (
            "endTime {} is before startTime {}, so nothing ever starts",
            "Write a later endTime.",
        )
        times.append(_Oddity("endTime", message, remedy, (end, start), "time-order"))
    return (*found, *times, *_negative("delaySeconds", values[-1]))


@lru_cache(maxsize=1024)
def _number_oddities(*values: Json) -> tuple[_Oddity, ...]:
    """Most nodes of a document have the same numbers, so each combination is looked at once."""
    found = dict(zip(_NUMBERS, values, strict=True))
    return (
        *_priority_oddities(_whole(found["priority"])),
        *(odd for key in _COUNTS for odd in _negative(key, found[key])),
        *_interval_oddities(_whole(found["rerunInterval"])),
    )


def _cron_oddities(kind: str, cron: str | None) -> Iterator[_Oddity]:
    if kind not in ("scheduler", ""):
        return
    if not cron:
        if kind:
            message = "the trigger is a Scheduler, and has no cron that says when"
            yield _Oddity("cron", message, f"Write cron: {_cron.DAILY}", (), "no-cron")
    elif len(cron.split()) not in _CRON_FIELDS:
        count = len(cron.split())
        message = f"cron {{}} has {count} field{'' if count == 1 else 's'}, and six are needed"
        remedy = f"Write seconds, minutes, hours, day, month and weekday: {_cron.DAILY}"
        yield _Oddity("cron", message, remedy, (cron,), "cron", is_error=bool(kind))
    else:
        for message, values, remedy, rule in _cron.doubts(cron):
            yield _Oddity("cron", message, remedy, values, rule)


def _timezone_oddities(timezone: str | None) -> Iterator[_Oddity]:
    if timezone is not None and not is_timezone(timezone):
        like = timezone_like(timezone)
        hint = Phrase(f'Did you mean "{like}"? ' if like else "")
        message = "timezone {} is neither an IANA name nor an offset such as GMT+8"
        remedy = '{}For China, write "Asia/Shanghai".'
        yield _Oddity("timezone", message, remedy, (timezone, hint), "timezone")


def _time_oddities(key: str, time: str | None) -> Iterator[_Oddity]:
    if time and not (_TIME.fullmatch(time) and _is_date(time)):
        is_error = _TIME.fullmatch(time) is None
        message = f"{key} {{}} is no time"
        yield _Oddity(key, message, 'Write it as "1970-01-01 00:00:00".', (time,), "time", is_error)


def _is_date(time: str) -> bool:
    try:
        datetime.fromisoformat(time)
    except ValueError:
        return False
    return True


def _priority_oddities(priority: int | None) -> Iterator[_Oddity]:
    if priority is not None and not 1 <= priority <= 8:
        message, remedy = "priority {} is outside 1 to 8", "Write one of these: 1 is the default."
        yield _Oddity("priority", message, remedy, (priority,), "priority")


def _interval_oddities(interval: int | None) -> Iterator[_Oddity]:
    if interval is not None and 0 < interval < MINUTE:
        message = "rerunInterval {} is less than a minute: it is in milliseconds"
        remedy = f"Write {MINUTE} for a minute, {3 * MINUTE} for three."
        yield _Oddity("rerunInterval", message, remedy, (interval,), "short-interval")


def _negative(key: str, value: Json) -> Iterator[_Oddity]:
    number = _whole(value)
    if number is not None and number < 0:
        yield _Oddity(
            key, f"{key} {{}} is negative", "Write 0 or more, or leave it out.", (number,), "negative"
        )


def _whole(value: Json) -> int | None:
    """A whole number, which a document may also write as text."""
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"[+-]?[0-9]{1,19}", value, re.ASCII) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
