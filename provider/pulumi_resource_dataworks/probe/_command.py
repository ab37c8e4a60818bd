"""`pulumi-dataworks probe`, and its report: a file that `pulumi-dataworks emulator --as` takes."""

import asyncio
import json
import os
import re
import signal
import sys
from argparse import Namespace
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks._printable import printable

from ._documents import PREFIX
from ._run import CALLS, Outcome, clean_up, probe
from ._session import Session


def run(arguments: Namespace) -> int:
    """Probe a workspace, or delete what an earlier run has left there.

    Returns:
        0 where it came to its end and nothing is left, 1 where not, 2 where it did not begin.
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
    settings = openapi.Settings.from_config(_config(arguments), os.environ)
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
    """The report as JSON.

    Args:
        outcome: What was found.
        about: When and where the probe ran.

    Returns:
        `{"switches": {name: setting}, "probe": {**about, "problem", "findings": {name: {"setting", "how"} or
        {"notDetermined": why}}}}`; `switches` holds those that are determined.
    """
    switches, findings = dict[str, Any](), dict[str, Any]()
    for name, finding in sorted(outcome.findings.items()):
        if finding.determined:
            switches[name] = finding.setting
        entry = {"setting": finding.setting, "how": finding.how}
        findings[name] = entry if finding.determined else {"notDetermined": finding.how}
    return {"switches": switches, "probe": {**about, "problem": outcome.problem, "findings": findings}}


def _lines(outcome: Outcome) -> Iterable[str]:
    """The findings for people, a line each; what is determined comes first."""
    width = max(len(name) for name in outcome.findings)
    for name, finding in sorted(outcome.findings.items(), key=lambda item: (not item[1].determined, item[0])):
        setting = json.dumps(finding.setting).strip('"') if finding.determined else "?"
        yield f"{name:{width}}  {setting}: {finding.how}\n"


def _config(arguments: Namespace) -> Mapping[str, object]:
    return {"region": arguments.region, "endpoint": arguments.endpoint}


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
