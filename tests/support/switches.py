"""The switch matrix: settings of the emulator's switches, combined so that every two of them meet in some row.

A row is one service that DataWorks might be, with one kind of document. `switch_run` takes a workflow through its whole
life there, and `object_run` a node, a function and a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pulumi_resource_dataworks.emulator import Switches
from tests.support.pairwise import Constraint, Matrix

AROUND: dict[str, tuple[Any, ...]] = {
    "kind": ("CycleWorkflow", "ManualWorkflow", "TriggerWorkflow"),
    "ids": ("derived", "numbers", "words"),  # who chose them: nobody, or the document's author
    "lost": ("before", "after"),  # whether an import whose answer is lost has had its effect
    "edition": (None, "basic", "enterprise"),
}
"""What a row of workflows says beside the switches; the first is the default."""

AROUND_OBJECTS: dict[str, tuple[Any, ...]] = {
    "form": (
        "short",
        "object",
        "text",
    ),  # how a function and a file are declared; a node always has a document
    "content": ("asset", "address"),  # of the file
    "scene": ("DATAWORKS_PROJECT", "DATAWORKS_MANUAL_TASK"),  # of the node
    "lost": AROUND["lost"],
    "edition": AROUND["edition"],
    "stale_reads": (0, 0.5, 2),  # over by the second look, and not yet
}
"""The same of nodes, functions and files."""

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

OF_BOTH = (
    *("ids_on_wire", "spec_limit", "locked_workflow", "other_owner", "datasource_type", "trailing_newline"),
    *("read_back_noise", "stale_reads", "published_delete"),
    *("not_found_status", "not_found_code", "not_found_message", "not_found_empty"),
    *(
        "scheduling_id_shown",
        "approval_stage",
        "failed_run",
        "concurrent_run",
        "run_description",
        "runs_order",
    ),
    *("stage_begins_after", "offline_of_undeployed", "offline_delete_stage"),
    *("qps_window", "throttling_status", "throttling_code", "quota_status", "quota_code"),
)
"""Switches that such an object meets as well as a workflow."""


def settings_of_switches() -> dict[str, tuple[Any, ...]]:
    """Every switch with its settings, the default first."""
    defaults, found = Switches().as_json(), dict[str, tuple[Any, ...]]()
    for name, kind in get_type_hints(Switches).items():
        choices = get_args(kind) if get_origin(kind) is Literal else (True, False) if kind is bool else ()
        others = tuple(one for one in choices if one != defaults[name])
        found[name] = NUMBERS_AND_TEXTS.get(name, (defaults[name], *others))
    return found


SETTINGS = settings_of_switches()
ELSEWHERE = {*LOOKED_UP, *OF_OBJECTS}
FACTORS = {**AROUND, **{name: settings for name, settings in SETTINGS.items() if name not in ELSEWHERE}}


def others(name: str, *but: Any) -> tuple[Any, ...]:
    """The settings of a switch without some, the default if none is named."""
    return tuple(one for one in FACTORS[name] if one not in (but or FACTORS[name][:1]))


MEANINGLESS_TO_ALL = [
    Constraint({"edition": (None,), "qps_window": ("sliding",)}, "nothing counts the calls of a second"),
    *(
        Constraint({"not_found_empty": (True,), name: others(name)}, "an empty answer has none")
        for name in ("not_found_status", "not_found_code", "not_found_message")
    ),
]

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
    *MEANINGLESS_TO_ALL,
]
"""A setting that has no effect beside another would count as met without having been there."""

HOPELESS_TO_ALL = Constraint(
    {"not_found_status": (500,), "not_found_code": ("Emulator.UnknownCode",)},
    "a 500 with a code that nobody knows is a service that is down",
)

HOPELESS = [
    *(
        Constraint(
            {
                "kind": ("TriggerWorkflow",),
                "trigger_workflows_listed": (False,),
                name: ("replaced", "refused"),
            },
            "after a lost answer no call gives the ID that the service has given",
        )
        for name in ("unknown_workflow_id", "non_numeric_workflow_id")
    ),
    Constraint(
        {"kind": ("CycleWorkflow",), "scheduling_id_shown": (False,), "workflow_of_task": ("one",)},
        "nothing says which tasks are a workflow's, and a name may be another's",
    ),
    HOPELESS_TO_ALL,
]
"""What no client could live with."""

WORKFLOWS = Matrix(FACTORS, (*MEANINGLESS, *HOPELESS))
"""The services in which a workflow lives."""

OBJECTS = Matrix(
    {**{name: SETTINGS[name] for name in (*OF_OBJECTS, *OF_BOTH)}, **AROUND_OBJECTS},
    (*MEANINGLESS_TO_ALL, HOPELESS_TO_ALL),
    slow=("stale_reads", "stage_begins_after"),
)
"""The services in which a node, a function and a file live."""


def table(cells: Iterable[tuple[str, str, int, bool]]) -> str:
    """By scenario, in how many rows it was, how many runs of the CLI it took, and how often it failed.

    Args:
        cells: Row, scenario, runs of the CLI, whether all was right.
    """
    found = list(cells)
    lines = [f"{'scenario':26} {'rows':>5} {'steps':>6} {'failed':>7}"]
    for scenario in dict.fromkeys(scenario for _, scenario, _, _ in found):
        its = [(steps, right) for _, name, steps, right in found if name == scenario]
        failed = sum(not right for _, right in its)
        lines.append(f"{scenario:26} {len(its):5} {sum(steps for steps, _ in its):6} {failed:7}")
    rows, steps = {row for row, *_ in found}, sum(steps for _, _, steps, _ in found)
    wrong = {row for row, _, _, right in found if not right}
    return "\n".join([*lines, f"switch matrix: {len(rows)} rows, {steps} steps, {len(wrong)} rows failed"])
