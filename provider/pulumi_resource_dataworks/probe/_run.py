"""A run from its first call to its last, which deletes; and what it determines."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from pulumi_resource_dataworks import openapi

from . import _probes
from ._cleanup import delete_all, delete_made
from ._documents import PREFIX
from ._session import Finding, Session, UnfitError


@dataclass(frozen=True)
class Probe:
    """One part of a run: its calls at the emulator's defaults with its share of the clean-up, and what it determines."""

    calls: int
    run: Callable[[Session], Awaitable[None]]
    switches: str


PROBES: Final[Mapping[str, Probe]] = {
    "basics": Probe(
        16,
        _probes.basics,
        "unknown_workflow_id deleted_workflow_id nodes_of_deleted_workflow ids_on_wire trailing_newline "
        "workflow_id_in_answer job_hidden_polls unknown_job job_completed read_back_noise stale_reads not_found_status "
        "not_found_code not_found_message not_found_empty include_script_content",
    ),
    "updates": Probe(
        3, _probes.updates, "moved_workflow omitted_fields dependency_by_name datasource_type node_path"
    ),
    "node_ids": Probe(3, _probes.node_ids, "non_numeric_node_id"),
    "type_change": Probe(2, _probes.type_change, "type_change"),
    "other_owner": Probe(3, _probes.other_owner, "other_owner"),
    "version_2": Probe(2, _probes.version_2, "version_2"),
    "dry_run": Probe(3, _probes.dry_run, "dry_run dry_run_response"),
}
"""In the order in which they run; `basics` always does."""

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
    "more look-ups of workspaces; no setting makes a difference to the provider": "project_names unknown_project "
    "unknown_project_elsewhere",
    "a resource group that is bound to two workspaces": "groups_of_project",
    "more calls than are allowed, which would throttle everybody on the account": "qps_window throttling_status "
    "throttling_code quota_status quota_code",
}
"""What it would take, and for which switches."""

TABLE: Final[Mapping[str, str | None]] = {
    **{switch: name for name, probe in PROBES.items() for switch in probe.switches.split()},
    **{switch: None for switches in _NOT_TRIED.values() for switch in switches.split()},
}
"""Every switch of the emulator, and the probe that determines it; None where none does."""


def page() -> str:
    """The tables of docs/probe.md as Markdown."""
    lines = ["| probe | calls | what it does | switches |", "|---|---|---|---|"]
    for name, it in PROBES.items():
        lines.append(f"| `{name}` | {it.calls} | {it.run.__doc__} | {_quoted(it.switches)} |")
    lines += ["", "| not tried | what it would take |", "|---|---|"]
    lines += [f"| {_quoted(switches)} | {what} |" for what, switches in _NOT_TRIED.items()]
    return "\n".join(lines) + "\n"


def _quoted(switches: str) -> str:
    return ", ".join(f"`{switch}`" for switch in switches.split())


def chosen(names: Collection[str]) -> list[str]:
    """The probes that run where these are asked for, in order."""
    return [name for name in PROBES if name in names or name == "basics"]


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


async def probe(session: Session, names: Collection[str] = tuple(PROBES)) -> Outcome:
    """Run these probes, and delete what was made, also where the task is cancelled before that begins."""
    left: dict[str, str] | None = {}
    trouble = ""
    try:
        problem = await _probe(session, chosen(names))
    finally:
        if session.made or session.pending is not None:
            session.say("deleting what was made")
            left, trouble = await _cleaned(delete_made(session))
        await session.aclose()
    problem = ". ".join(part for part in (problem, trouble) if part)
    _complete(session, problem, chosen(names))
    return Outcome(problem, left, session.findings)


async def clean_up(session: Session) -> Outcome:
    """Delete every workflow whose name begins as a probe's does."""
    left, problem = await _cleaned(delete_all(session))
    await session.aclose()
    return Outcome(problem, left, {})


async def _cleaned(work: Awaitable[dict[str, str]]) -> tuple[dict[str, str] | None, str]:
    try:
        return await work, ""
    except openapi.DataWorksError as error:
        return None, str(error)


async def _probe(session: Session, names: list[str]) -> str:
    """Run the probes; return why not all could be run."""
    try:
        # One harmless call, which shows whether the workspace is there and the key good.
        earlier = await session.list(PREFIX)
        if earlier:
            session.say(f"workflows of other runs are there ({len(earlier)}): --clean-up deletes them")
        for name in names:
            session.say(name)
            await _one(session, name)
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
        return "the run was stopped"
    except (UnfitError, openapi.DataWorksError) as error:
        return str(error)
    return ""


async def _one(session: Session, name: str) -> None:
    try:
        await PROBES[name].run(session)
    except (UnfitError, openapi.ServiceError) as error:
        if name == "basics" or not (isinstance(error, UnfitError) or error.is_ambiguous_client_error):
            raise
        session.undetermined(str(error), *PROBES[name].switches.split())


def _complete(session: Session, problem: str, names: list[str]) -> None:
    """Say something of every switch; of throttling, what was met by chance, as others call on the same account."""
    for error in session.recorder.throttled:
        kind = "quota" if isinstance(error, openapi.QuotaExhaustedError) else "throttling"
        session.found(f"{kind}_status", error.status, f'met in this run: "{error.message}"')
        session.found(f"{kind}_code", error.code, f'met in this run: "{error.message}"')
    for what, switches in _NOT_TRIED.items():
        session.undetermined(f"not tried: it takes {what}", *switches.split())
    for switch, name in TABLE.items():
        session.undetermined(
            f"not tried: {(problem or 'no answer') if name in names else 'left out'}", switch
        )
