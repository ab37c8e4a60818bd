"""`pulumi-dataworks run`: a workflow run from a shell, as the resource WorkflowRun makes it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from argparse import Namespace
from typing import Any

from . import lifecycle, openapi
from ._names import WORKFLOW_RUN_INPUTS, printable
from ._workspace import connected, find_workflow, read_settings


def run(arguments: Namespace) -> int:
    """Runs what `arguments` ask for, and prints its outputs as JSON.

    Returns:
        0 where it succeeded, 1 where a task failed, 130 where it was interrupted, 2 for anything else.
    """
    given: dict[str, Any] = {key: getattr(arguments, key, None) for key in WORKFLOW_RUN_INPUTS}
    given |= {key: dict(given[key]) for key in ("parameters", "nodeParameters") if given[key]}
    news = {key: value for key, value in given.items() if value is not None and value is not False}
    found = lifecycle.WorkflowRuns().check("", {**news, "workflowId": arguments.workflow}, None)
    if found.failures:
        _say("\n".join(found.failures))
        return 2
    try:
        status, outputs = asyncio.run(_made(read_settings(arguments), found.inputs))
    except lifecycle.CancelledStepError as error:
        _say(f"{error}: nothing runs")
        return 130
    except (openapi.DataWorksError, lifecycle.LifecycleError, ImportError) as error:  # ImportError: socksio
        _say(str(error))
        return 2
    shown = {key: value for key, value in outputs.items() if not key.startswith("__")}
    sys.stdout.write(f"{json.dumps(shown, indent=2, ensure_ascii=False)}\n")
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


def _say(text: str) -> None:
    sys.stderr.write(f"{printable(text, lines=True)}\n")
