"""What the probe can tell, of every switch of the emulator: the source of the table in docs/probe.md."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from . import _basics, _imports, _load, _others
from ._bench import Bench

PUBLISHED: Final = "it takes a published workflow, and the probe publishes nothing"
COMPARED: Final = "no setting makes a difference to the provider"
TOO_MANY: Final = "only a call too many tells, and it would throttle everybody on the account"


@dataclass(frozen=True)
class Probe:
    """One part of a run.

    Attributes:
        calls: How many calls it makes at the emulator's defaults, its share of the clean-up included. Slow jobs take a
            poll or two more.
        run: Makes them.
    """

    calls: int
    run: Callable[[Bench], Awaitable[None]]


PROBES: Final[Mapping[str, Probe]] = {
    "basics": Probe(16, _basics.basics),
    "updates": Probe(3, _imports.updates),
    "node_ids": Probe(3, _imports.node_ids),
    "workflow_ids": Probe(4, _imports.workflow_ids),
    "type_change": Probe(2, _imports.type_change),
    "other_owner": Probe(3, _imports.other_owner),
    "version_2": Probe(2, _imports.version_2),
    "dry_run": Probe(3, _others.dry_run),
    "trigger_workflows": Probe(5, _others.trigger_workflows),
    "imports_at_once": Probe(18, _load.imports_at_once),
    "two_projects": Probe(5, _others.two_projects),
    "spec_limit": Probe(2, _load.spec_limit),
    "forgotten_jobs": Probe(1, _others.forgotten_jobs),
}
"""In the order in which they run; `basics` always does."""


@dataclass(frozen=True)
class Row:
    """One switch.

    Attributes:
        probe: The probe that tells it; None where none does.
        how: How it is told, or why not.
        blind: What cannot be told apart; empty where every setting can.
    """

    probe: str | None
    how: str
    blind: str = ""


TABLE: Final[Mapping[str, Row]] = {
    "unknown_workflow_id": Row("basics", "a workflow with an ID of its own is imported, and read"),
    "non_numeric_workflow_id": Row(
        "workflow_ids", "the same with a text for an ID", "where `unknown_workflow_id` is not `kept`"
    ),
    "non_numeric_node_id": Row("node_ids", "the same with a node"),
    "deleted_workflow_id": Row(
        "basics", "a workflow is deleted and imported again", "where `unknown_workflow_id` is `refused`"
    ),
    "nodes_of_deleted_workflow": Row(
        "basics",
        "whether its node has the same `createTime` then",
        "where the deleted ID is refused or replaced",
    ),
    "same_id_in_two_projects": Row(
        "two_projects",
        "with `--second-project-id`: the ID of a workflow is imported into the other workspace",
        "`two_things` from `refused` where `unknown_workflow_id` is `refused`",
    ),
    "ids_on_wire": Row("basics", "the type of `Id` in a read"),
    "moved_workflow": Row("updates", "a workflow is imported with another name and path"),
    "omitted_fields": Row("updates", "a node's `timeout` is left out"),
    "published_node_removed": Row(None, PUBLISHED),
    "type_change": Row("type_change", "a node is imported with another command; another kind is not tried"),
    "dependency_by_name": Row("updates", "a dependency names its nodes"),
    "concurrent_import": Row(
        "imports_at_once",
        "a workflow is imported while an import of it runs",
        "where the jobs are over too soon, or no four imports may run at once",
    ),
    "imports_at_once": Row("imports_at_once", "up to four imports run at once", "null from 4 and more"),
    "spec_limit": Row(
        "spec_limit",
        "a document of 1 MiB, then smaller ones; told to a factor of two",
        "null from a limit above 1 MiB",
    ),
    "locked_workflow": Row(None, "somebody has to hold a workflow open in the console"),
    "other_owner": Row("other_owner", "a node's owner is nobody; a user who exists is not tried"),
    "version_2": Row("version_2", "a document of version 2.0.0"),
    "datasource_type": Row("updates", "a node has a data source of type flink, which does not exist"),
    "node_path": Row("updates", "a node's path is outside of its workflow's"),
    "trailing_newline": Row("basics", "a script is read"),
    "dry_run": Row("dry_run", "a dry run of a new workflow; whether it is there then"),
    "dry_run_response": Row(
        "dry_run",
        "the answer to that",
        "where `dry_run` is not `honoured`, or `workflow_id_in_answer` is false",
    ),
    "workflow_id_in_answer": Row("basics", "the answer to an import"),
    "job_hidden_polls": Row(
        "basics", "a new job is polled at once, and again", "7 and more: nothing else is told then, either"
    ),
    "job_forgotten_after": Row(
        "forgotten_jobs",
        "the run's jobs are polled again at its end; told to the time between two of them",
        "null from a time longer than the run",
    ),
    "unknown_job": Row("basics", "a job that never was is polled"),
    "job_completed": Row("basics", "`Completed` of an ended job"),
    "read_back_noise": Row("basics", "whether two reads have the same text"),
    "stale_reads": Row(
        "basics",
        "how long a deleted workflow can be read; told to a factor of 1.5",
        "0 from less than a call takes",
    ),
    "not_found_status": Row("basics", "a deleted workflow is read", "where `not_found_empty` is true"),
    "not_found_code": Row("basics", "the same", "where `not_found_empty` is true"),
    "not_found_message": Row("basics", "the same", "where `not_found_empty` is true"),
    "not_found_empty": Row("basics", "the same"),
    "include_script_content": Row("basics", "a read without the parameter"),
    "trigger_workflows_listed": Row(
        "trigger_workflows", "one is imported, and listed", "where `unknown_workflow_id` is `replaced`"
    ),
    "published_delete": Row(None, PUBLISHED),
    "undeployed_workflow_id": Row(None, PUBLISHED),
    "scheduling_id_told": Row(None, PUBLISHED),
    "run_mode_auto": Row(None, PUBLISHED),
    "approval_stage": Row(None, PUBLISHED),
    "failed_run": Row(None, PUBLISHED),
    "concurrent_run": Row(None, PUBLISHED),
    "run_description": Row(None, PUBLISHED),
    "runs_order": Row(None, PUBLISHED),
    "stage_begins_after": Row(None, PUBLISHED),
    "offline_of_undeployed": Row(None, PUBLISHED),
    "project_names": Row(None, COMPARED),
    "unknown_project": Row(None, COMPARED),
    "groups_of_project": Row(None, "it takes a resource group that is bound to two workspaces"),
    "qps_window": Row(None, TOO_MANY),
    "throttling_status": Row(None, TOO_MANY),
    "throttling_code": Row(None, TOO_MANY),
    "quota_status": Row(None, TOO_MANY),
    "quota_code": Row(None, TOO_MANY),
}


def page() -> str:
    """Both tables as Markdown."""
    lines = ["| probe | calls |", "|---|---|"]
    lines += [f"| `{name}` | {probe.calls} |" for name, probe in PROBES.items()]
    lines += [
        "",
        "| switch | probe | how it is told, or why not | what cannot be told apart |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{name}` | {f'`{row.probe}`' if row.probe else ''} | {row.how} | {row.blind} |"
        for name, row in TABLE.items()
    ]
    return "\n".join(lines) + "\n"
