"""`pulumi-dataworks probe`: a run from its first call to its last, and its report."""

import asyncio
import json
import os
import re
import signal
import sys
import tomllib
from argparse import Namespace
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks._names import printable

from ._questions import ask
from ._session import PREFIX, Finding, Session, UnfitError

# --- A run from its first call to its last, which deletes; and what it determines


CALLS: Final = 30
"""Calls of a run at the emulator's defaults, about."""

_SWITCHES: Final = tomllib.loads(
    resources.files("pulumi_resource_dataworks.probe").joinpath("switches.toml").read_text("utf-8")
)
NOT_TRIED: Final[Mapping[str, list[str]]] = _SWITCHES["not_tried"]
"""What it would take, and for which switches."""

TABLE: Final[Mapping[str, str]] = {
    **dict.fromkeys(_SWITCHES["asked"], ""),
    **{switch: what for what, switches in NOT_TRIED.items() for switch in switches},
}
"""Every switch of the emulator, with what it would take to determine it; "" for those that are."""


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
    undone = Outcome("", {}, {})
    try:
        problem = await _asked(session)
    finally:
        if session.made or session.pending is not None:
            session.say("deleting what was made")
            undone = await _deleted(session)
        await session.client.aclose()
    problem = ". ".join(filter(None, (problem, undone.problem)))
    for switch, what in TABLE.items():
        why = f"it takes {what}" if what else problem or "no answer"
        session.undetermined(f"not tried: {why}", switch)
    return Outcome(problem, undone.left, session.findings)


async def clean_up(session: Session, prefix: str) -> Outcome:
    """Delete the workflows of an earlier run, whose names begin with its prefix."""
    session.prefix, session.pending = prefix, ""
    outcome = await _deleted(session)
    await session.client.aclose()
    return outcome


async def _deleted(session: Session) -> Outcome:
    try:
        return Outcome("", await session.delete_all(), {})
    except openapi.DataWorksError as error:
        return Outcome(str(error), None, {})


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


# --- `pulumi-dataworks probe`, and its report: a file that `pulumi-dataworks emulator --as` takes


def run(arguments: Namespace) -> int:
    """Probe a workspace, or delete what an earlier run has left there.

    Returns 0 where it came to its end and nothing is left, 1 where not, 2 where it did not begin.
    """
    try:
        return _run(arguments)
    except (KeyboardInterrupt, asyncio.CancelledError):
        _say("stopped at once: --clean-up with the run's prefix deletes what is left")
        return 1
    except (OSError, ImportError) as error:  # ImportError: a SOCKS proxy without its package
        _say(f"{arguments.out}: {error}")
    except openapi.DataWorksError as error:
        _say(str(error))
    return 2


def _run(arguments: Namespace) -> int:
    if arguments.project_id is None:
        raise openapi.DataWorksError("--project-id is required")
    given = {"region": arguments.region, "endpoint": arguments.endpoint}
    settings = openapi.Settings.from_config(given, os.environ)
    session = Session(settings, arguments.project_id, _say)
    if arguments.clean_up is not None:
        if not re.fullmatch(rf"{PREFIX}[0-9a-f]{{10}}_", arguments.clean_up):
            raise openapi.DataWorksError(f"--clean-up takes a run's prefix: {PREFIX}, ten digits and _")
        return _verdict(asyncio.run(_stoppable(clean_up(session, arguments.clean_up))), arguments.clean_up)
    if not (arguments.yes or _is_wanted(session.project_id, settings)):
        _say("nothing was called")
        return 2
    out = Path(arguments.out)
    _say(f"what this run makes has names that begin with {session.prefix}")
    out.open("a").close()  # before the first call: where it cannot be written, the calls would be for nothing
    outcome = asyncio.run(_stoppable(probe(session)))
    about = {
        "projectId": session.project_id,
        "endpoint": settings.base_url,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    out.write_text(json.dumps(report(outcome, about), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.writelines(printable(line, lines=True) for line in _lines(outcome))
    sys.stdout.flush()
    _say(f"the report is {out}: pulumi-dataworks emulator --as {out}")
    return _verdict(outcome, session.prefix)


def report(outcome: Outcome, about: Mapping[str, Any]) -> dict[str, Any]:
    """The report as JSON; ``about`` says when and where the probe ran.

    `{"switches": {name: setting}, "probe": {**about, "problem", "findings": {name: {"setting", "how"} or
    {"notDetermined": why}}}}`; `switches` holds those that are determined.
    """
    known = {name: finding for name, finding in sorted(outcome.findings.items()) if finding.determined}
    findings = {name: {"notDetermined": finding.how} for name, finding in outcome.findings.items()}
    findings |= {name: {"setting": finding.setting, "how": finding.how} for name, finding in known.items()}
    switches = {name: finding.setting for name, finding in known.items()}
    about = {**about, "problem": outcome.problem, "findings": dict(sorted(findings.items()))}
    return {"switches": switches, "probe": about}


def _lines(outcome: Outcome) -> Iterable[str]:
    width = max(len(name) for name in outcome.findings)
    for name, finding in sorted(outcome.findings.items(), key=lambda item: (not item[1].determined, item[0])):
        setting = json.dumps(finding.setting).strip('"') if finding.determined else "?"
        yield f"{name:{width}}  {setting}: {finding.how}\n"


def _is_wanted(project_id: int, settings: openapi.Settings) -> bool:
    # The number of the Basic edition: help page "Use DataWorks OpenAPI", 2026-05-09.
    _say(
        f"This makes about {CALLS} calls to {settings.base_url}, and more where jobs are slow; an account of "
        f"the Basic edition has 100 a day, together with all its users.\n"
        f"It imports workflows into workspace {project_id}, in a folder pulumi-dataworks-probe-..., publishes "
        "none, and deletes them."
    )
    sys.stderr.write("Go on? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


async def _stoppable(work: Coroutine[Any, Any, Outcome]) -> Outcome:
    """SIGTERM cancels it, as asyncio.run sees to it for Ctrl-C; a second Ctrl-C ends the process."""
    task = asyncio.ensure_future(work)
    with suppress(NotImplementedError):  # Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def _verdict(outcome: Outcome, prefix: str) -> int:
    if outcome.problem:
        _say(outcome.problem)
    if outcome.left is None:
        _say(f"Not all could be deleted. Run this with --clean-up {prefix} later")
    elif outcome.left:
        names = ", ".join(f"{name} ({workflow_id})" for workflow_id, name in outcome.left.items())
        _say(f"These workflows are still there: {names}. Run this with --clean-up {prefix} later")
    else:
        _say("nothing is left")
    return 1 if outcome.problem or outcome.left != {} else 0


def _say(text: str) -> None:
    with suppress(OSError):  # whether anybody reads it or not, what was made has to be deleted
        sys.stderr.write(f"{printable(text, lines=True)}\n")
        sys.stderr.flush()
