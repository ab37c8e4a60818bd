"""The switch matrix: settings of the emulator's switches, combined so that every two of them meet in some row.

A row is one service that DataWorks might be, with one kind of document. `switch_run` takes a workflow through its whole
life there.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pulumi_resource_dataworks.emulator import Switches

Setting = tuple[str, Any]
Row = dict[str, Any]

AROUND: dict[str, tuple[Any, ...]] = {
    "kind": ("CycleWorkflow", "ManualWorkflow", "TriggerWorkflow"),
    "ids": ("derived", "numbers", "words"),  # who chose them: nobody, or the document's author
    "lost": ("before", "after"),  # whether an import whose answer is lost has had its effect
    "edition": (None, "basic", "enterprise"),
}
"""What a row says beside the switches; the first is the default."""

NUMBERS_AND_TEXTS: dict[str, tuple[Any, ...]] = {
    "imports_at_once": (None, 1),
    "spec_limit": (None, 10_000),
    "job_hidden_polls": (0, 2),
    "job_forgotten_after": (None, 0),
    "stale_reads": (0, 2),
    "stage_begins_after": (0, 1),
    "instances_made_after": (0, 2),
    "not_found_status": (400, 404, 500),
    "not_found_code": ("Emulator.UnknownCode", "5801488441564725318"),
    "not_found_message": ("The specified object does not exist.", "The emulator says no."),
    "throttling_status": (429, 400),
    "throttling_code": ("Throttling.User", "9990020002", "9990040003"),
    "quota_status": (429, 400),
    "quota_code": ("Throttling.Api.Risk", "Throttling.Resource"),
}
"""Settings of the switches that take any number or text, the default first."""


LOOKED_UP = (
    "project_names",
    "unknown_project",
    "unknown_project_elsewhere",
    "groups_of_project",
    "run_mode_auto",
    "refused_instances",
    "dev_tasks",
)
"""Switches that no resource of the matrix meets: only functions (tests/unit/functions turns them), a run that is refused or a
smoke test (tests/unit/lifecycle/test_workflow_run.py), or nothing of the provider's."""

OF_OBJECTS = ("object_ids", "taken_name", "null_in_update", "node_dependencies", "delete_in_use")
"""Switches that only an object outside of workflows meets."""


def settings_of_switches() -> dict[str, tuple[Any, ...]]:
    """Every switch that a workflow's life may meet, with its settings, the default first."""
    defaults, found = Switches().as_json(), dict[str, tuple[Any, ...]]()
    for name, kind in get_type_hints(Switches).items():
        choices = get_args(kind) if get_origin(kind) is Literal else (True, False) if kind is bool else ()
        others = tuple(one for one in choices if one != defaults[name])
        found[name] = NUMBERS_AND_TEXTS.get(name, (defaults[name], *others))
    elsewhere = {*LOOKED_UP, *OF_OBJECTS}
    return {name: settings for name, settings in found.items() if name not in elsewhere}


FACTORS: dict[str, tuple[Any, ...]] = {**AROUND, **settings_of_switches()}
DEFAULTS: Row = {name: settings[0] for name, settings in FACTORS.items()}


@dataclass(frozen=True)
class Constraint:
    """Settings that no row combines: one of each."""

    never: Mapping[str, tuple[Any, ...]]
    why: str

    def forbids(self, row: Mapping[str, Any]) -> bool:
        for name, settings in self.never.items():
            if name not in row or row[name] not in settings:
                return False
        return True


def others(name: str, *but: Any) -> tuple[Any, ...]:
    """The settings of a switch without some, the default if none is named."""
    return tuple(one for one in FACTORS[name] if one not in (but or FACTORS[name][:1]))


MEANINGLESS = [
    *(
        Constraint({"ids": ("derived", "numbers"), name: others(name)}, "it takes an ID that is no number")
        for name in ("non_numeric_workflow_id", "non_numeric_node_id")
    ),
    Constraint(
        {
            "unknown_workflow_id": others("unknown_workflow_id"),
            "non_numeric_workflow_id": others("non_numeric_workflow_id"),
        },
        "where unknown IDs are not kept, it does not matter what they look like",
    ),
    Constraint(
        {"ids": ("derived",), "same_id_in_two_projects": others("same_id_in_two_projects")},
        "derived IDs are never those of another workspace",
    ),
    *(
        Constraint({"nodes_of_deleted_workflow": ("kept",), name: others(name)}, "no deleted ID comes back")
        for name in ("unknown_workflow_id", "non_numeric_workflow_id", "deleted_workflow_id")
    ),
    Constraint(
        {"kind": others("kind", "TriggerWorkflow"), "trigger_workflows_listed": (False,)},
        "it takes a TriggerWorkflow",
    ),
    Constraint(
        {"dry_run": others("dry_run"), "dry_run_response": ("nothing",)},
        "there is no dry run that has a response",
    ),
    Constraint({"edition": (None,), "qps_window": ("sliding",)}, "nothing counts the calls of a second"),
    *(
        Constraint({"not_found_empty": (True,), name: others(name)}, "an empty answer has none")
        for name in ("not_found_status", "not_found_code", "not_found_message")
    ),
]
"""A setting that has no effect beside another would count as met without having been there."""

HOPELESS = [
    *(
        Constraint(
            {
                "kind": ("TriggerWorkflow",),
                "trigger_workflows_listed": (False,),
                name: ("replaced", "refused"),
            },
            "after a lost answer no call tells the ID that the service has given",
        )
        for name in ("unknown_workflow_id", "non_numeric_workflow_id")
    ),
    Constraint(
        {"kind": ("CycleWorkflow",), "scheduling_id_told": (False,), "workflow_of_task": ("one",)},
        "nothing says which tasks are a workflow's, and a name may be another's",
    ),
    Constraint(
        {"not_found_status": (500,), "not_found_code": ("Emulator.UnknownCode",)},
        "a 500 with a code that nobody knows is a service that is down",
    ),
]
"""What no client could live with."""

CONSTRAINTS = [*MEANINGLESS, *HOPELESS]


def is_allowed(row: Mapping[str, Any]) -> bool:
    """Whether a row, or part of one, breaks no constraint."""
    return not any(constraint.forbids(row) for constraint in CONSTRAINTS)


BOUND = tuple(dict.fromkeys(name for constraint in CONSTRAINTS for name in constraint.never))
"""The switches that any constraint is about."""


ABOUT = {name: [one for one in CONSTRAINTS if name in one.never] for name in BOUND}


def completed(part: Mapping[str, Any]) -> Row | None:
    """A whole row with these settings, and with defaults where that is possible; None where no row has them."""
    bound = _completed(frozenset((name, part[name]) for name in BOUND if name in part))
    return None if bound is None else {**DEFAULTS, **part, **bound}


@cache
def _completed(part: frozenset[Setting]) -> Row | None:
    row = dict(part)
    return _extended(row) if is_allowed(row) else None


def _extended(row: Row) -> Row | None:
    missing = next((name for name in BOUND if name not in row), None)
    if missing is None:
        return row
    for setting in FACTORS[missing]:
        longer = {**row, missing: setting}
        if not any(constraint.forbids(longer) for constraint in ABOUT[missing]):
            found = _extended(longer)
            if found is not None:
                return found
    return None


def departures(row: Mapping[str, Any]) -> set[Setting]:
    """The settings of a row that are not the default."""
    return {(name, setting) for name, setting in row.items() if setting != DEFAULTS[name]}


def settings() -> list[Setting]:
    return [(name, setting) for name, all_of_it in FACTORS.items() for setting in all_of_it]


@cache
def all_pairs() -> Mapping[Setting, frozenset[Setting]]:
    """By setting, those of other switches that some row has beside it."""
    found = {one: set[Setting]() for one in settings()}
    for one, other in combinations(settings(), 2):
        if one[0] != other[0] and _can_meet(one, other):
            found[one].add(other)
            found[other].add(one)
    return {one: frozenset(partners) for one, partners in found.items()}


def _can_meet(one: Setting, other: Setting) -> bool:
    return not {one[0], other[0]} & {*BOUND} or completed(dict((one, other))) is not None


@cache
def pairwise_rows() -> tuple[Row, ...]:
    """Rows in which every possible pair occurs, always the same ones."""
    dice, rows = random.Random(17), list[Row]()
    uncovered = {one: set(partners) for one, partners in all_pairs().items()}
    while any(uncovered.values()):
        tried = [_greedy(dice, uncovered) for _ in range(20)]
        best = max(tried, key=lambda row: sum(len(uncovered[one] & row.items()) for one in row.items()))
        rows.append({name: best[name] for name in FACTORS})
        for one in best.items():
            uncovered[one] -= best.items()
    return tuple(rows)


def _greedy(dice: random.Random, uncovered: Mapping[Setting, set[Setting]]) -> Row:
    """A row around a pair that is not covered yet, each switch in turn at the setting that covers the most."""
    one = dice.choice([one for one, partners in uncovered.items() if partners])
    row: Row = dict([one, dice.choice(sorted(uncovered[one], key=repr))])
    names = [*dice.sample(BOUND, len(BOUND)), *dice.sample([*FACTORS], len(FACTORS))]
    for name in names:
        if name in row:
            continue
        possible = [(name, setting) for setting in dice.sample(FACTORS[name], len(FACTORS[name]))]
        if name in BOUND:
            possible = [pair for pair in possible if completed({**row, name: pair[1]}) is not None]
        row[name] = max(possible, key=lambda pair: len(uncovered[pair] & row.items()))[1]
    return row


def sample() -> Row:
    """The row in which the most switches are off their default."""
    return max(pairwise_rows(), key=lambda row: len(departures(row)))


def table(cells: Iterable[tuple[str, str, int, bool]]) -> str:
    """By scenario, in how many rows it was, how many runs of the CLI it took, and how often it failed.

    Args:
        cells: Row, scenario, runs of the CLI, whether all was right.
    """
    found = list(cells)
    lines = [f"{'scenario':12} {'rows':>5} {'steps':>6} {'failed':>7}"]
    for scenario in dict.fromkeys(scenario for _, scenario, _, _ in found):
        its = [(steps, right) for _, name, steps, right in found if name == scenario]
        failed = sum(not right for _, right in its)
        lines.append(f"{scenario:12} {len(its):5} {sum(steps for steps, _ in its):6} {failed:7}")
    rows, steps = {row for row, *_ in found}, sum(steps for _, _, steps, _ in found)
    wrong = {row for row, _, _, right in found if not right}
    return "\n".join([*lines, f"switch matrix: {len(rows)} rows, {steps} steps, {len(wrong)} rows failed"])
