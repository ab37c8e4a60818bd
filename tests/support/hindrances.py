"""What makes an `up` of a workflow impossible at some settings of the switch matrix."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pulumi_resource_dataworks.emulator import Fault
from tests.support.documents import nodes
from tests.support.switch_course import Course, Document


@dataclass(frozen=True)
class Hindrance:
    """What makes an `up` impossible.

    Attributes:
        at: The settings of the switch at which it does.
        change: Makes the program one that is hindered.
        words: What the error says.
        begin: Puts it in the way.
        end: Takes it away; where there is none, the program has to change back.
    """

    at: tuple[Any, ...]
    change: Callable[[Document], None]
    words: str
    begin: Callable[[Course], None] | None = None
    end: Callable[[Course], None] | None = None


def meet(course: Course, hindrance: Hindrance) -> None:
    before = course.declared
    assert before is not None
    document = copy.deepcopy(before)
    hindrance.change(document)
    course.declare(document)
    if hindrance.begin:
        hindrance.begin(course)
    course.is_hindered(course.up(ok=False), hindrance.words)
    if hindrance.end:
        hindrance.end(course)
    else:
        course.declare(before)
    course.up()


def _other_script(document: Document) -> None:
    nodes(document)[1]["script"]["content"] += "SELECT 6;\n"


def _longer(document: Document) -> None:
    nodes(document)[1]["script"]["content"] = "SELECT 7;\n" * 2_000


def _other_command(document: Document) -> None:
    nodes(document)[1]["script"]["runtime"]["command"] = "PYODPS3"


def _other_owner(document: Document) -> None:
    nodes(document)[1]["owner"] = "123456"


def _version_2(document: Document) -> None:
    document["version"] = "2.0.0"


def _lock(course: Course, *, locked: bool) -> None:
    assert course.ids is not None
    course.emulator.lock(course.ids[0], locked=locked)


def _use_up_the_day(course: Course) -> None:
    course.emulator.add_fault(Fault(**course.used_up()))


HINDRANCES: dict[str, Hindrance] = {
    "spec_limit": Hindrance((10_000,), _longer, "Spec is longer than 10000 bytes"),
    "type_change": Hindrance(("job_fails",), _other_command, "command of a node cannot be changed: load"),
    "other_owner": Hindrance(("job_fails",), _other_owner, "owner 123456 is not the caller"),
    "version_2": Hindrance(("job_fails",), _version_2, "version 2.0.0 is not supported"),
    "locked_workflow": Hindrance(
        ("refused", "job_fails"),
        _other_script,
        "is locked",
        lambda course: _lock(course, locked=True),
        lambda course: _lock(course, locked=False),
    ),
    "quota_status": Hindrance(
        (429, 400),
        _other_script,
        "used up",
        _use_up_the_day,
        lambda course: course.emulator.clear_faults(),
    ),
}
