"""When and how often a workflow or a node runs: cron expressions, time zones, and values that the vendor's parser takes and no author means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from ._problems import Phrase, Problem, doubt, problem, slip
from ._values import Json, Object, Path

# --- What a cron expression says, as DataWorks reads it: Spring's form with six fields, seconds 00 and no year
#
# The form is that of the vendor's page "DataWorks cron expressions", which takes `L` and `#` beside Spring's own words.


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS = tuple(day[:3].upper() for day in _DAYS)
_SUNDAY = 7
_CRON: Path = ("cron",)
_LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
"""The last day of a month that has fewer than 31."""


class _Field(NamedTuple):
    """One field of an expression; names stand for the numbers from the lowest on."""

    noun: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    also: re.Pattern[str] = re.compile(r"(?!)")


_FIELDS = (
    _Field("second", 0, 0),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31, also=re.compile(r"\?|L|LW|L-[0-9]+|[0-9]+W", re.IGNORECASE)),
    _Field("month", 1, 12, _MONTHS),
    _Field(
        "weekday",
        1,
        7,
        _WEEKDAYS,
        re.compile(rf"\?|L|([1-7]|{'|'.join(_WEEKDAYS)})(L|#[1-5])", re.IGNORECASE),
    ),
)
_ITEM = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\w+))?", re.ASCII)
_WEEKDAY = re.compile(r"(?<![#/0-9])[1-7](?![0-9])")


@lru_cache(maxsize=256)
def _cron_problems(cron: str) -> tuple[Problem, ...]:
    """What no one means by an expression of six fields, or of seven: most nodes of a document have the same."""
    return tuple(_odd_cron(cron))


def _odd_cron(cron: str) -> Iterator[Problem]:
    fields = cron.split()
    if fields[6:] not in ([], ["*"], ["?"]):
        yield problem("cron-value.year", _CRON, cron, Phrase(fields[6]))
    items = ((item, field) for text, field in zip(fields, _FIELDS, strict=False) for item in text.split(","))
    odd = next(filter(None, (_odd_item(cron, *item) for item in items)), None)
    if odd:
        yield odd
    elif [fields[3], fields[5]].count("?") != 1:
        yield problem("cron-value.question-mark", _CRON, cron)
    elif _never_comes(fields[3], fields[4]):
        yield problem("cron-value.never", _CRON, cron)
    else:
        yield from _odd_weekdays(cron, fields[5].upper())


def _never_comes(days: str, months: str) -> bool:
    """Whether no month of an expression is as long as the first of its days."""
    last = (_LONGEST.get(month, 31) for item in months.split(",") for month in _numbers(item, _FIELDS[4]))
    first = (next(iter(_numbers(item, _FIELDS[3])), 1) for item in days.split(","))
    return min(first) > max(last, default=31)


def _numbers(item: str, field: _Field) -> range:
    """The numbers that an item of a field's list stands for; none for a word such as L."""
    match = _ITEM.fullmatch(item)
    if match is None or field.also.fullmatch(item):
        return range(0)
    first, last, step = match.group("first", "last", "step")
    low = field.low if first is None else _value(first, field)
    one = first is not None and step is None
    high = _value(last, field) if last else low if one else field.high
    return range(low, high + 1, int(step or 1))


def _odd_weekdays(cron: str, weekdays: str) -> Iterator[Problem]:
    """Numbers of weekdays, which Quartz and DataWorks count from another day."""
    numbers = sorted(set(_WEEKDAY.findall(weekdays)))
    if numbers:
        days = " and ".join(f"{number} is {_DAYS[int(number) - 1]}" for number in numbers)
        named = _WEEKDAY.sub(lambda found: _WEEKDAYS[int(found.group()) - 1], weekdays)
        advice = "leave it" if "L" in weekdays else f"write {named}"
        yield problem("cron-weekday", _CRON, cron, Phrase(days), Phrase(advice))


def _odd_item(cron: str, item: str, field: _Field) -> Problem | None:
    """What is wrong with one item of a field's list."""
    if field.also.fullmatch(item):
        return None
    noun = field.noun
    match = _ITEM.fullmatch(item)
    first, last, step = match.group("first", "last", "step") if match else (item, None, None)
    takes = f"{field.low} to {field.high}" if field.high else "00 alone"
    takes += f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    for word in (first, last):
        if word is not None and not field.low <= _value(word, field) <= field.high:
            return problem("cron-value.field", _CRON, cron, Phrase(word or '""'), noun=noun, takes=takes)
    if step and not (step.isdecimal() and 0 < int(step) <= field.high):
        takes = f"1 to {field.high}" if field.high else takes
        return problem("cron-value.step", _CRON, cron, Phrase(step), noun=noun, takes=takes)
    from_sunday = field.names is _WEEKDAYS and last and _value(first, field) == _SUNDAY
    if last and _value(last, field) < _value(first, field) and not from_sunday:
        return problem("cron-value.backwards", _CRON, cron, Phrase(item), noun=noun)
    return None if first or field.high else problem("cron-value.second", _CRON, cron, Phrase(item))


def _value(word: str, field: _Field) -> int:
    """The number of a word; -1 where it is none."""
    if word.isascii() and word.isdecimal():
        return int(word)
    return field.names.index(word.upper()) + field.low if word.upper() in field.names else -1


# --- The time zones that a trigger may name: those of the IANA time zone database, and offsets from GMT


_OFFSET = re.compile(r"GMT[+-]([01]?[0-9]|2[0-3])(:?[0-5][0-9])?")
"""Real documents have GMT+8 and GMT+08:00. Java's TimeZone reads no other offset: UTC+8 is GMT there."""


def is_timezone(name: str) -> bool:
    """Whether a name is one of IANA's, or an offset from GMT."""
    return name in _names() or _OFFSET.fullmatch(name) is not None


def timezone_like(name: str) -> str | None:
    """The time zone that a name is meant for: one of which it is a slip of the pen, or GMT+8 for UTC+8 and +8."""
    offset = "GMT" + "".join(name.upper().split()).removeprefix("UTC").removeprefix("GMT")
    if _OFFSET.fullmatch(offset):
        return offset
    like = (one for one in sorted(_names()) if slip(name, one) and _digits(one) == _digits(name))
    return min(like, key=lambda one: one.casefold() != name.casefold(), default=None)


def _digits(name: str) -> str:
    return "".join(letter for letter in name if letter.isdigit())


@cache
def _names() -> frozenset[str]:
    """The names of the IANA time zone database: a list of our own, as Python has none on Windows."""
    text = resources.files("pulumi_resource_dataworks.flowspec").joinpath("timezones.txt").read_text("utf-8")
    return frozenset(text.split())


# --- When and how often a workflow or a node runs: what the vendor's parser takes, and no one means


_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_CRON_FIELDS = {6, 7}
_TEXTS = ("type", "recurrence", "cron", "timezone", "startTime", "endTime")
_OF_THE_LOOP = frozenset({"no-cron", "no-type"})
"""What the trigger of a node in a loop may leave out."""


def trigger_problems(trigger: Object, path: Path, *, inner: bool) -> Iterator[Problem]:
    """The problems and doubts of a trigger; doubts alone for a node in a loop, whose schedule the loop decides."""
    for odd in _odd_trigger(trigger):
        if not (inner and odd.rule in _OF_THE_LOOP):
            yield replace(doubt(odd) if inner else odd, path=(*path, *odd.path))


def _odd_trigger(trigger: Object) -> Iterator[Problem]:
    """Its problems, with paths from the trigger on."""
    kind, recurrence, cron, timezone, start, end = (_text(trigger.get(key)) for key in _TEXTS)
    if (kind or "").casefold() in ("scheduler", ""):
        yield from _odd_fields(kind, cron)
    if timezone is not None and not is_timezone(timezone):
        like = timezone_like(timezone)
        hint = Phrase(f'Did you mean "{like}"? ' if like else "")
        yield problem("timezone", ("timezone",), timezone, hint)
    if not (kind or recurrence) and any(trigger.get(key) for key in (*_TEXTS, "delaySeconds")):
        yield problem("no-type", ("type",))
    times = {"startTime": start, "endTime": end}
    odd = [key for key, time in times.items() if time and not (_TIME.fullmatch(time) and _is_date(time))]
    for key in odd:
        no_time = problem("time", (key,), str(times[key]), key=key)
        yield doubt(no_time) if _TIME.fullmatch(str(times[key])) else no_time
    if not odd and start and end and start.replace("T", " ") > end.replace("T", " "):
        yield problem("time-order", ("endTime",), end, start)


def _text(value: Json) -> str | None:
    """A value as text; None where there is none, or it holds others, as below a key that no table knows."""
    return None if value is None or isinstance(value, dict | list) else str(value)


def _odd_fields(kind: str | None, cron: str | None) -> Iterator[Problem]:
    count = len((cron or "").split())
    if not cron:
        if kind:
            yield problem("no-cron", _CRON)
    elif count not in _CRON_FIELDS:
        other = problem("cron", _CRON, cron, count=f"{count} field{'' if count == 1 else 's'}")
        yield other if kind else doubt(other)
    else:
        yield from _cron_problems(cron)


def _is_date(time: str) -> bool:
    try:
        datetime.fromisoformat(time)
    except ValueError:
        return False
    return True


def whole_number(value: Json) -> int | None:
    """A whole number, which a document may also write as text."""
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
