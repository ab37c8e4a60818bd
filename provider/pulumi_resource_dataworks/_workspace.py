"""The commands that call a workspace: what they share (settings, progress, looking a workflow up), and `list` and `run`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from argparse import Namespace
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from fnmatch import fnmatchcase
from typing import Any

from pydantic.alias_generators import to_snake

from . import lifecycle, openapi
from ._names import DEPLOYED, STUDIO_KINDS, WORKFLOW_RUN_INPUTS, printable


class ConsoleReporter:
    """Says what takes time, on standard error."""

    def status(self, message: str) -> None:
        _say(printable(message))

    info = warning = status


def read_settings(arguments: Namespace) -> openapi.Settings:
    """The settings that `--region` and `--endpoint` give, and the environment where they do not.

    Raises:
        SettingsError: With every problem of them.
    """
    config = {"region": arguments.region, "endpoint": arguments.endpoint}
    return openapi.Settings.from_config(config, os.environ)


@asynccontextmanager
async def connected(
    settings: openapi.Settings, cancelled: asyncio.Event | None = None
) -> AsyncGenerator[lifecycle.Context]:
    """A step of no resource, which ends early where `cancelled` is set."""
    report = ConsoleReporter()
    client = openapi.Client(settings, on_wait=report.status)
    try:
        yield lifecycle.Context("", client, report, cancelled or asyncio.Event())
    finally:
        await client.aclose()


async def call(
    context: lifecycle.Context, functions: lifecycle.Functions, name: str, given: Mapping[str, Any]
) -> dict[str, Any]:
    """What one of the provider's functions answers.

    Raises:
        LifecycleError: There is not just one of what is looked for, or an argument is wrong.
        DataWorksError: The service refuses.
    """
    answer = await functions.invoke(context, name, given)
    if answer.failures:
        raise lifecycle.LifecycleError("\n".join(failure.reason for failure in answer.failures))
    return answer.values


async def find_workflow(context: lifecycle.Context, project_id: int, wanted: str) -> str:
    """The ID of the workflow with this exact name or path.

    Raises:
        As `call`.
    """
    wanted = wanted.strip("/")
    given = {"projectId": project_id, "path" if "/" in wanted else "name": wanted}
    found = await call(context, lifecycle.Functions(), "getWorkflowDefinition", given)
    return str(found["workflowId"])


def _say(text: str) -> None:
    sys.stderr.write(f"{printable(text, lines=True)}\n")


def _print_json(value: Any) -> None:
    sys.stdout.write(f"{json.dumps(value, indent=2, ensure_ascii=False)}\n")


def run(arguments: Namespace) -> int:
    """Does what `arguments.command` says: `list` or `run`.

    Returns:
        What they return, or 2 where the service does not answer, and 130 where a run was interrupted before anything ran.
    """
    try:
        return _COMMANDS[arguments.command](arguments)
    except lifecycle.CancelledStepError as error:
        _say(f"{error}: nothing runs")
        return 130
    except (openapi.DataWorksError, lifecycle.LifecycleError, ImportError) as error:  # ImportError: socksio
        _say(str(error))
        return 2


# --- `pulumi-dataworks list`: what stands in Data Studio, and which of it is in production


_TITLES = {"importId": "IMPORT ID", "kind": "KIND", "deployed": "DEPLOYED", "path": "PATH"}
_ID_KEYS = dict(zip(STUDIO_KINDS, DEPLOYED, strict=True))


def _list(arguments: Namespace) -> int:
    """Lists what `arguments.name` chooses, as `arguments.format` says; 1 where there is nothing."""
    found = asyncio.run(_listed(read_settings(arguments), arguments))
    if arguments.format == "json":
        _print_json(found)
    elif found:
        _print(found)
    if not found:
        which = "" if arguments.name == "*" else f" with a name like {arguments.name}"
        kinds = f" of the kind {' or '.join(arguments.kind)}" if arguments.kind else ""
        _say(f"DataWorks lists nothing{kinds} in workspace {arguments.project_id}{which}")
    return 0 if found else 1


async def _listed(settings: openapi.Settings, arguments: Namespace) -> list[dict[str, Any]]:
    functions, project_id, found = lifecycle.Functions(), arguments.project_id, list[dict[str, Any]]()
    async with connected(settings) as context:
        for kind, resource in STUDIO_KINDS.items():
            if kind not in (arguments.kind or STUDIO_KINDS):
                continue
            for one in await functions.listed(context, project_id, resource):
                if not fnmatchcase(one.name, arguments.name):
                    continue
                shown = one.kind if isinstance(one, openapi.WorkflowSummary) else resource
                row = {"name": one.name, "path": one.path, "kind": shown, "owner": one.owner}
                found.append({**row, "importId": f"{project_id}/{one.id}", _ID_KEYS[kind]: one.id})
                if arguments.deployed:
                    found[-1]["deployed"] = await functions.is_deployed(context, project_id, one)
    return found


def _print(found: list[dict[str, Any]]) -> None:
    columns = [column for column in _TITLES if column in found[0]]
    rows = [[_TITLES[column] for column in columns]]
    rows += [[_text(one[column]) for column in columns] for one in found]
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(f"{line.rstrip()}\n")


def _text(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value) or printable(str(value))


# --- `pulumi-dataworks run`: a workflow run from a shell, as the resource WorkflowRun makes it


def _run(arguments: Namespace) -> int:
    """Runs what `arguments` ask for, and prints its outputs as JSON.

    Returns:
        0 where it succeeded, 1 where a task failed, 130 where it was interrupted, 2 for anything else.
    """
    given: dict[str, Any] = {key: getattr(arguments, to_snake(key), None) for key in WORKFLOW_RUN_INPUTS}
    given |= {key: dict(given[key]) for key in ("parameters", "nodeParameters") if given[key]}
    news = {key: value for key, value in given.items() if value is not None and value is not False}
    found = lifecycle.WorkflowRuns().check("", {**news, "workflowId": arguments.workflow}, None)
    if found.failures:
        raise lifecycle.LifecycleError("\n".join(found.failures))
    status, outputs = asyncio.run(_made(read_settings(arguments), found.inputs))
    _print_json({key: value for key, value in outputs.items() if not key.startswith("__")})
    return status


async def _made(settings: openapi.Settings, inputs: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The exit status and the outputs of a run, once it has ended or was interrupted."""
    interrupted = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # on Windows, where Ctrl-C ends the program
            asyncio.get_running_loop().add_signal_handler(name, interrupted.set)
    try:
        async with connected(settings, interrupted) as context:
            if not inputs["workflowId"].isdecimal():
                inputs["workflowId"] = await find_workflow(context, inputs["projectId"], inputs["workflowId"])
            with lifecycle.nothing_lost(context):
                _, outputs = await lifecycle.WorkflowRuns().create(context, inputs)
    except lifecycle.HalfDoneError as error:
        if error.defect:
            raise error.defect from error
        _say(str(error))
        failed = error.outputs.get("status") == "Failure" and "instanceIds" in error.outputs
        return 1 if failed else 130 if interrupted.is_set() else 2, error.outputs
    return 0, outputs


_COMMANDS = {"list": _list, "run": _run}
