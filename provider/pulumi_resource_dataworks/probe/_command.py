"""`pulumi-dataworks probe`."""

import asyncio
import json
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from pulumi_resource_dataworks import openapi

from ._report import lines, report
from ._run import Options, Outcome, Run, clean_up
from ._table import PROBES

_DAY: int = 100
"""Calls a day in the Basic edition (help page "Use DataWorks OpenAPI", 2026-05-09)."""


def run(arguments: Namespace) -> int:
    """Probe a workspace, or clean up after a probe that was killed.

    Returns:
        0 where the run came to its end and nothing is left, 1 where not, 2 where it did not begin.
    """
    out = Path(arguments.out)
    journal = out.with_name(f"{out.name}.journal")
    try:
        settings = openapi.Settings.from_config(_config(arguments), os.environ)
        if arguments.clean_up:
            return asyncio.run(_clean_up(settings, journal))
        options = _options(arguments, journal)
        if not (arguments.yes or _is_wanted(options, settings)):
            _say("nothing was called")
            return 2
        return _probe(settings, options, out)
    except KeyboardInterrupt:
        _say(f"stopped at once. Run this with --clean-up: {journal} says what was made")
        return 1
    except FileExistsError:
        _say(f"{journal} is there: another probe runs, or was killed. Then run this with --clean-up first")
    except FileNotFoundError:
        _say(f"{journal} is not there: no probe was killed, or --out is another")
    except (OSError, ValueError, ImportError) as error:  # ImportError: a SOCKS proxy without its package
        _say(f"{journal if arguments.clean_up else out}: {error}")
    except openapi.DataWorksError as error:
        _say(str(error))
    return 2


def _config(arguments: Namespace) -> Mapping[str, object]:
    return {"region": arguments.region, "endpoint": arguments.endpoint}


def _options(arguments: Namespace, journal: Path) -> Options:
    if arguments.project_id is None:
        raise _Usage("--project-id is required")
    only, skip = _names(arguments.only), _names(arguments.skip)
    probes = (only or frozenset(PROBES)) - skip
    return Options(arguments.project_id, journal, probes, arguments.second_project_id)


class _Usage(openapi.DataWorksError):
    """What is wrong with the arguments."""


def _names(given: str) -> frozenset[str]:
    names = frozenset(name.strip() for name in given.split(",") if name.strip())
    unknown = sorted(names - PROBES.keys())
    if unknown:
        raise _Usage(f"there is no probe {unknown[0]!r}; there are {', '.join(PROBES)}")
    return names


def _is_wanted(options: Options, settings: openapi.Settings) -> bool:
    _say(
        f"This makes about {options.calls} calls to {settings.base_url}, and more where jobs are slow; an account of "
        f"the Basic edition has {_DAY} a day, together with all its users.\n"
        f"It imports workflows into workspace {options.project_id}, in a folder pulumi-dataworks-probe-..., publishes "
        f"none, and deletes them.\nProbes: {', '.join(options.chosen)} (--only and --skip choose)."
    )
    sys.stderr.write("Go on? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _probe(settings: openapi.Settings, options: Options, out: Path) -> int:
    outcome = asyncio.run(_probing(settings, options))
    about = {
        "projectId": options.project_id,
        "endpoint": settings.base_url,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    out.write_text(json.dumps(report(outcome, about), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.writelines(f"{line}\n" for line in lines(outcome))
    sys.stdout.flush()
    _say(f"{outcome.calls} calls; the report is {out}: pulumi-dataworks emulator --as {out}")
    return _verdict(outcome, options.journal)


async def _probing(settings: openapi.Settings, options: Options) -> Outcome:
    probing = Run(settings, options, _say)
    with _stopping(probing.cancelled):
        return await probing.run()


def _verdict(outcome: Outcome, journal: Path) -> int:
    if outcome.problem:
        _say(outcome.problem)
    if not outcome.undone:
        _say(_left(outcome.left, journal))
    return 0 if outcome.undone and not outcome.problem else 1


async def _clean_up(settings: openapi.Settings, journal: Path) -> int:
    left, problem = await clean_up(settings, journal, _say)
    if left or problem:
        _say(problem or _left(left, journal))
        return 1
    _say("nothing is left")
    return 0


def _left(left: list[str], journal: Path) -> str:
    what = f"These workflows are still there: {', '.join(left)}" if left else "Not all could be deleted"
    return f"{what}. Run this with --clean-up later; {journal} says what was made"


@contextmanager
def _stopping(cancelled: asyncio.Event) -> Generator[None]:
    """The first Ctrl-C ends the probing and begins the clean-up; a second one ends the process."""
    loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)

    def stop() -> None:
        _say("stopping; what was made is deleted now")
        cancelled.set()
        for each in signals:
            loop.remove_signal_handler(each)

    with suppress(NotImplementedError):  # Windows
        for each in signals:
            loop.add_signal_handler(each, stop)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for each in signals:
                loop.remove_signal_handler(each)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
