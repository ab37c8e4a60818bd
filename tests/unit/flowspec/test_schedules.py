"""When and how often something runs: what the parser takes, and no one means."""

from typing import Any

import pytest

from tests.support.documents import etl, node
from tests.support.flowspecs import Object, errors_of, problems_of


def scheduled(**trigger: Any) -> Object:
    return etl(trigger={"type": "Scheduler", "cron": "00 03 00 * * ?", **trigger})


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("00 30 25 * * ?", "the hour 25, and DataWorks takes 0 to 23"),
        ("00 60 01 * * ?", "the minute 60, and DataWorks takes 0 to 59"),
        ("00 00 01 ? * 8", "the weekday 8, and DataWorks takes 1 to 7 or MON to SUN"),
        ("00 00 01 ? * 0", "the weekday 0,"),
        ("00 00 01 32 * ?", "the day 32,"),
        ("00 00 01 1 0 ?", "the month 0, and DataWorks takes 1 to 12 or JAN to DEC"),
        ("00 00 01 ? * MONDAY", "the weekday MONDAY,"),
        ("daily at two please ok ?", "the second daily,"),
        ("00 at 02 * * ?", "the minute at,"),
        ("00 ,5 02 * * ?", 'the minute "", and'),
        ("30 00 01 * * ?", "the second 30, and DataWorks takes 00 alone"),
        ("* 00 01 * * ?", "the second *, and DataWorks takes 00 alone"),
        ("00 */90 * * * ?", "the step 90 of minutes, and DataWorks takes 1 to 59"),
        ("00 */0 * * * ?", "the step 0 of minutes,"),
        ("*/5 * * * * ?", "the step 5 of seconds, and DataWorks takes 00 alone"),
        ("00 00 01 30 2 ?", "a day that none of its months has"),
        ("00 00 01 31 4-6/2,SEP ?", "a day that none of its months has"),
        ("00 00 01 30-31 FEB ?", "a day that none of its months has"),
        ("00 00 01 ? * FRI-MON", "the weekdays FRI-MON, which run backwards"),
        ("00 00 22-06 * * ?", "the hours 22-06, which run backwards"),
        ("00 00 01 * * ? 2027", "the year 2027, and DataWorks takes none"),
        ("00 00 01 * * *", 'has "?" for both the day and the weekday, or for neither'),
        ("00 00 01 ? * ?", 'has "?" for both the day and the weekday, or for neither'),
        ("{} 00 01 * * ?", "the second {},"),
    ],
)
def test_a_cron_that_says_what_no_one_means_is_doubted(cron: str, words: str) -> None:
    [problem] = problems_of(scheduled(cron=cron))
    assert (problem.rule, problem.severity, problem.path[-1]) == ("cron-value", "warning", "cron")
    assert f'cron "{cron}" has ' in problem.render()
    assert words in problem.render()


@pytest.mark.parametrize(
    ("weekdays", "words"),
    [
        ("2-6", ("2 is Tuesday and 6 is Saturday", "write TUE-SAT if")),
        ("1", ("1 is Monday.", "write MON if")),
        ("7,WED", ("7 is Sunday.", "write SUN,WED if")),
        ("2#1", ("2 is Tuesday.", "write TUE#1 if")),
        ("5L", ("5 is Friday.", "leave it if")),
    ],
)
def test_a_weekday_by_number_is_named(weekdays: str, words: tuple[str, ...]) -> None:
    [problem] = problems_of(scheduled(cron=f"00 00 09 ? * {weekdays}"))
    assert (problem.rule, problem.severity) == ("cron-weekday", "warning")
    assert all(word in problem.render() for word in words), problem.render()


@pytest.mark.parametrize(
    "cron",
    [
        "00 03 00 * * ?",
        "0 0 7 * * ?",
        "0 15 2 * * ? *",
        "00 */30 00-23 * * ?",
        "00 45 0/6 * * ?",
        "00 15 06,10,14,18 * * ?",
        "00 30 22 ? * SUN,WED",
        "00 30 22 ? * mon-fri",
        "00 30 22 ? * SAT-SUN",
        "00 30 22 ? * SUN-THU",
        "00 30 22 ? * MON#1",
        "00 30 06 29 2 ?",
        "00 30 06 31 * ?",
        "00 30 06 31 1/3 ?",
        "00 30 06 30,L 2 ?",
        "00 30 06 */31 2 ?",
        "00 30 06 2 1,4,7,10 ?",
        "00 30 06 L JAN-MAR ?",
        "00 30 06 15W * ?",
    ],
)
def test_a_cron_of_the_service_is_not(cron: str) -> None:
    assert problems_of(scheduled(cron=cron)) == []


@pytest.mark.parametrize("cron", [None, ""])
def test_a_scheduler_needs_a_cron(cron: str | None) -> None:
    [problem] = problems_of(scheduled(cron=cron))
    assert (problem.rule, problem.severity) == ("no-cron", "warning")
    assert problems_of(etl(trigger={"type": "Manual"})) == []


@pytest.mark.parametrize(
    ("cron", "count"), [(5, "1 field,"), ("3 0 * * *", "5 fields,"), ("@daily", "1 field,")]
)
def test_fields_are_counted(cron: Any, count: str) -> None:
    [problem] = problems_of(scheduled(cron=cron))
    assert (problem.rule, problem.severity) == ("cron", "error")
    assert count in problem.render()


def test_what_the_trigger_of_a_node_in_a_loop_says_is_doubted_at_most() -> None:
    """The loop decides when it runs, and the vendor's parser takes any text."""
    triggers = [{"cron": "00,00"}, {}, {"startTime": "tomorrow", "cron": "00 03 00 * * ?"}]
    inner = [node(f"n{place}", trigger={"type": "Scheduler", **one}) for place, one in enumerate(triggers)]
    loop = {
        **node("l"),
        "script": {"runtime": {"command": "CONTROLLER_TRAVERSE"}},
        "for-each": {"nodes": inner},
    }
    found = problems_of(etl(nodes=[loop], dependencies=[]))
    said = [(problem.rule, problem.severity) for problem in found if problem.path[-2] == "trigger"]
    assert said == [("cron", "warning"), ("time", "warning")]


@pytest.mark.parametrize(
    ("timezone", "hint"),
    [
        ("Asia/Shangai", 'Did you mean "Asia/Shanghai"?'),
        ("asia/shanghai", 'Did you mean "Asia/Shanghai"?'),
        ("UTC+8", 'Did you mean "GMT+8"?'),
        ("gmt +8", 'Did you mean "GMT+8"?'),
        ("+08:00", 'Did you mean "GMT+08:00"?'),
        ("ETC/GMT-8", 'Did you mean "Etc/GMT-8"?'),
        ("GMT8", "GMT+8. For China"),
        ("Asia/Beijing", "GMT+8. For China"),
        ("Beijing", "GMT+8. For China"),
        ("CST", "GMT+8. For China"),
        ("GMT+25", "GMT+8. For China"),
        ("8", "GMT+8. For China"),
        ("", "GMT+8. For China"),
        (8, "GMT+8. For China"),
    ],
)
def test_a_time_zone_that_is_none_is_doubted(timezone: Any, hint: str) -> None:
    [problem] = problems_of(scheduled(timezone=timezone))
    assert (problem.rule, problem.severity) == ("timezone", "warning")
    assert hint in problem.render()


@pytest.mark.parametrize(
    "timezone", ["Asia/Shanghai", "America/Argentina/Buenos_Aires", "GMT+8", "GMT+08:00", "UTC", "PRC", None]
)
def test_a_time_zone_of_the_service_is_not(timezone: str | None) -> None:
    assert problems_of(scheduled(timezone=timezone)) == []


def test_times_are_in_order_and_dates_are_some() -> None:
    late, early = "2030-01-01 00:00:00", "2029-12-31T23:59:59"
    [problem] = problems_of(scheduled(startTime=late, endTime=early))
    assert (problem.rule, problem.severity, problem.path[-1]) == ("time-order", "warning", "endTime")
    assert problems_of(scheduled(startTime=early, endTime=late)) == []
    [problem] = problems_of(scheduled(startTime="2030-02-30 00:00:00"))
    assert (problem.rule, problem.severity) == ("time", "warning")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"priority": 99}, "priority"),
        ({"priority": "0"}, "priority"),
        ({"rerunTimes": -1}, "negative"),
        ({"rerunTimes": "-1"}, "negative"),
        ({"timeout": -1}, "negative"),
        ({"rerunInterval": 3}, "short-interval"),
        ({"rerunInterval": "59999"}, "short-interval"),
        ({"rerunInterval": -3}, "negative"),
    ],
)
def test_numbers_that_no_one_means_are_doubted(fields: Object, rule: str) -> None:
    for root in (etl(strategy=fields), etl(nodes=[node("a", **fields)], dependencies=[])):
        [problem] = problems_of(root)
        assert (problem.rule, problem.severity, problem.path[-1]) == (rule, "warning", next(iter(fields)))


def test_other_numbers_are_not() -> None:
    fields: Object = {
        "priority": 8,
        "rerunTimes": 0,
        "rerunInterval": 0,
        "timeout": "3",
        "timeoutUnit": "minutes",
    }
    assert (
        problems_of(
            etl(strategy={**fields, "rerunInterval": 60000}, nodes=[node("a", **fields)], dependencies=[])
        )
        == []
    )
    [problem] = problems_of(scheduled(delaySeconds=-1))
    assert problem.rule == "negative"


@pytest.mark.parametrize(
    ("unit", "hint"), [("HOUR", '"HOURS"?'), ("MINUTE", '"MINUTES"?'), ("h", "Write one of")]
)
def test_a_unit_that_the_parser_drops_is_refused(unit: str, hint: str) -> None:
    for root in (
        etl(strategy={"timeoutUnit": unit}),
        etl(nodes=[node("a", timeoutUnit=unit)], dependencies=[]),
    ):
        [problem] = problems_of(root)
        assert (problem.rule, problem.severity) == ("lost-label", "error")
        assert hint in problem.render()


@pytest.mark.parametrize(
    ("trigger", "rule"),
    [
        ({"type": "scheduler", "cron": "3 0 * * *"}, "cron"),
        ({"type": "Scheduler", "cron": "00 03 00 * * ?"}, None),
        ({"type": "Scheduler", "cron": "0 0 0 * * ? *"}, None),
        ({"type": "Manual", "cron": "never"}, None),
        ({"type": "Scheduler", "startTime": "tomorrow"}, "time"),
        ({"type": "Scheduler", "endTime": "9999-01-01T00:00:00"}, None),
    ],
)
def test_times_are_times(trigger: Object, rule: str | None) -> None:
    assert [problem.rule for problem in errors_of(etl(trigger=trigger))] == ([rule] if rule else [])
