"""What the commands that call a workspace share: settings from options and the environment, progress, and looking a workflow up."""

from __future__ import annotations

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from . import lifecycle, openapi
from ._names import printable


class ConsoleReporter:
    """Says what takes time, on standard error."""

    def status(self, message: str) -> None:
        sys.stderr.write(f"{printable(message)}\n")

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
