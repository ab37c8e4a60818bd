"""What the commands that look up workflows share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from . import lifecycle, openapi
from ._console import ConsoleReporter


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
