"""A run from its first call to its last, which deletes; and what it determines."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Final

from pulumi_resource_dataworks import openapi

from ._documents import PREFIX
from ._questions import ask
from ._session import Finding, Session, UnfitError

CALLS: Final = 30
"""Calls of a run at the emulator's defaults, about."""

_ASKED: Final = (
    "unknown_workflow_id workflow_id_in_answer trailing_newline stale_reads not_found_empty not_found_status "
    "not_found_code not_found_message deleted_workflow_id moved_workflow omitted_fields dependency_by_name dry_run "
    "dry_run_response"
)
_NOT_TRIED: Final = {
    "a published workflow; the probe publishes nothing": "published_node_removed published_delete "
    "undeployed_workflow_id scheduling_id_told run_mode_auto approval_stage failed_run concurrent_run run_description "
    "runs_order stage_begins_after offline_of_undeployed",
    "a person who holds a workflow open in the console": "locked_workflow",
    "a branch that runs in production, as only there it shows what it does": "control_script",
    "several imports at the same time, each longer than a few calls": "imports_at_once concurrent_import",
    "imports of ever larger documents, up to many MiB": "spec_limit",
    "a workflow with a text for an ID, which might not be found again to be deleted": "non_numeric_workflow_id",
    "a workflow of kind TriggerWorkflow, which a clean-up might not find in a list": "trigger_workflows_listed",
    "a second workspace that may be written to": "same_id_in_two_projects",
    "a run that lasts longer than the service keeps a job, which may be days": "job_forgotten_after",
    "more calls; no setting makes a difference to what the provider does": "non_numeric_node_id "
    "nodes_of_deleted_workflow ids_on_wire type_change other_owner version_2 datasource_type node_path job_hidden_polls "
    "unknown_job job_completed read_back_noise include_script_content project_names unknown_project "
    "unknown_project_elsewhere",
    "a resource group that is bound to two workspaces": "groups_of_project",
    "more calls than are allowed, which would throttle everybody on the account": "qps_window throttling_status "
    "throttling_code quota_status quota_code",
}
"""What it would take, and for which switches."""

TABLE: Final[Mapping[str, str]] = {
    **dict.fromkeys(_ASKED.split(), ""),
    **{switch: what for what, switches in _NOT_TRIED.items() for switch in switches.split()},
}
"""Every switch of the emulator, with what it would take to determine it; "" for those that are."""


def page() -> str:
    """The table of docs/probe.md as Markdown."""
    lines = ["| not tried | what it would take |", "|---|---|"]
    lines += [f"| {_quoted(switches)} | {what} |" for what, switches in _NOT_TRIED.items()]
    return "\n".join(lines) + "\n"


def _quoted(switches: str) -> str:
    return ", ".join(f"`{switch}`" for switch in switches.split())


@dataclass(frozen=True)
class Outcome:
    """What came of a run or of a clean-up.

    Attributes:
        problem: Why it ended before its time; "" where it did not.
        left: What is still there, ID to name; None where that is not known.
        findings: Every switch of the emulator with what is known of it; none after a clean-up.
    """

    problem: str
    left: Mapping[str, str] | None
    findings: Mapping[str, Finding]


async def probe(session: Session) -> Outcome:
    """Ask, and delete what was made, also where the task is cancelled before that begins."""
    left: dict[str, str] | None = {}
    trouble = ""
    try:
        problem = await _asked(session)
    finally:
        if session.made or session.pending is not None:
            session.say("deleting what was made")
            left, trouble = await _cleaned(session.delete_all())
        await session.client.aclose()
    problem = ". ".join(part for part in (problem, trouble) if part)
    for switch, what in TABLE.items():
        why = f"it takes {what}" if what else problem or "no answer"
        session.undetermined(f"not tried: {why}", switch)
    return Outcome(problem, left, session.findings)


async def clean_up(session: Session, prefix: str) -> Outcome:
    """Delete the workflows of an earlier run, whose names begin with its prefix."""
    session.prefix, session.pending = prefix, ""
    left, problem = await _cleaned(session.delete_all())
    await session.client.aclose()
    return Outcome(problem, left, {})


async def _cleaned(work: Awaitable[dict[str, str]]) -> tuple[dict[str, str] | None, str]:
    try:
        return await work, ""
    except openapi.DataWorksError as error:
        return None, str(error)


async def _asked(session: Session) -> str:
    """Ask all questions; return why not all could be asked."""
    try:
        # One harmless call, which shows whether the workspace is there and the key good.
        for line in await session.list(PREFIX):
            session.say(f"a workflow of another run is there, and is left alone: {line.name}")
        await ask(session)
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
        return "the run was stopped"
    except (UnfitError, openapi.DataWorksError) as error:
        return str(error)
    return ""
