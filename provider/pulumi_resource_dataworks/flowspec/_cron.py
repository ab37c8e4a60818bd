"""What a cron expression says, as DataWorks reads it: Spring's form with six fields, seconds 00 and no year.

The form is that of the vendor's page "DataWorks cron expressions", which takes `L` and `#` beside Spring's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ._fault import Phrase

DAILY = '"00 03 00 * * ?" is daily at 00:03.'
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS = tuple(day[:3].upper() for day in _DAYS)
_SUNDAY = 7
_LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
"""The last day of a month that has fewer than 31."""


class Doubt(NamedTuple):
    """What is odd in an expression: the parts of a fault."""

    message: str
    values: tuple[str, ...]
    remedy: str
    rule: str = "cron-value"


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


@lru_cache(maxsize=1024)
def doubts(cron: str) -> tuple[Doubt, ...]:
    """What no one means by an expression of six fields, or of seven."""
    return tuple(_doubts(cron))


def _doubts(cron: str) -> Iterator[Doubt]:
    fields = cron.split()
    if fields[6:] not in ([], ["*"], ["?"]):
        remedy = "Leave it out, and write startTime and endTime."
        yield Doubt("cron {} has the year {}, and DataWorks takes none", (cron, Phrase(fields[6])), remedy)
    items = ((item, field) for text, field in zip(fields, _FIELDS, strict=False) for item in text.split(","))
    problem, *words = next(filter(None, (_problem(*item) for item in items)), [""])
    if problem:
        yield Doubt(f"cron {{}} {problem}", (cron, *map(Phrase, words)), f"Write six fields: {DAILY}")
    elif [fields[3], fields[5]].count("?") != 1:
        message = 'cron {} has "?" for both the day and the weekday, or for neither'
        remedy = "Write it for the one that does not count, as all documents of DataWorks do."
        yield Doubt(message, (cron,), remedy)
    elif _never_comes(fields[3], fields[4]):
        message = "cron {} has a day that none of its months has, so nothing ever starts"
        yield Doubt(message, (cron,), "Write L for the last day of a month.")
    else:
        yield from _weekday_doubts(cron, fields[5].upper())


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


def _weekday_doubts(cron: str, weekdays: str) -> Iterator[Doubt]:
    """Numbers of weekdays, which Quartz and DataWorks count from another day."""
    numbers = sorted(set(_WEEKDAY.findall(weekdays)))
    if numbers:
        days = " and ".join(f"{number} is {_DAYS[int(number) - 1]}" for number in numbers)
        named = _WEEKDAY.sub(lambda found: _WEEKDAYS[int(found.group()) - 1], weekdays)
        advice = "leave it" if "L" in weekdays else f"write {named}"
        message = "cron {} has weekdays by number, and to DataWorks {}"
        remedy = (
            "It counts from 1 for Monday to 7, Quartz from 1 for Sunday: {} if DataWorks' days are meant."
        )
        yield Doubt(message, (cron, Phrase(days), Phrase(advice)), remedy, "cron-weekday")


def _problem(item: str, field: _Field) -> list[str]:
    """What is wrong with one item of a field's list, and the words of it; nothing where it is right."""
    if field.also.fullmatch(item):
        return []
    match = _ITEM.fullmatch(item)
    first, last, step = match.group("first", "last", "step") if match else (item, None, None)
    takes = f"{field.low} to {field.high}" if field.high else "00 alone"
    takes += f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    for word in (first, last):
        if word is not None and not field.low <= _value(word, field) <= field.high:
            return [f"has the {field.noun} {{}}, and DataWorks takes {takes}", word or '""']
    if step and not (step.isdecimal() and 0 < int(step) <= field.high):
        takes = f"1 to {field.high}" if field.high else takes
        return [f"has the step {{}} of {field.noun}s, and DataWorks takes {takes}", step]
    from_sunday = field.names is _WEEKDAYS and last and _value(first, field) == _SUNDAY
    if last and _value(last, field) < _value(first, field) and not from_sunday:
        return [f"has the {field.noun}s {{}}, which run backwards: two ranges say the same", item]
    return [] if first or field.high else ["has the second {}, and DataWorks takes 00 alone", item]


def _value(word: str, field: _Field) -> int:
    """The number of a word; -1 where it is none."""
    if word.isascii() and word.isdecimal():
        return int(word)
    return field.names.index(word.upper()) + field.low if word.upper() in field.names else -1
