"""Deletes scratch workflows, and nothing else."""

from contextlib import suppress
from typing import Final

from pulumi_resource_dataworks import openapi

from ._documents import PREFIX
from ._session import Session

PATIENCE: Final = 60.0
"""Seconds after which an import that was not seen to end has come to its end, or was never taken."""
_PAUSES: Final = (2.0, 8.0, 20.0, 30.0, 5.0)
"""Seconds between looks: the last is for what was first seen when the patience ended."""


async def delete_made(session: Session) -> dict[str, str]:
    """Delete what this run has made; as `delete_all`."""
    if session.pending:  # its job would make the workflow again
        with suppress(openapi.ServiceError, openapi.JobWaitError):
            # A service that says that a job failed may just not show it yet.
            session.pending = None if (await session.wait(session.pending)).succeeded else ""
    return await delete_all(session, session.prefix, may_run=session.pending is not None)


async def delete_all(session: Session, prefix: str = PREFIX, *, may_run: bool = True) -> dict[str, str]:
    """Delete what the session knows of and what the list shows, until that is nothing; about a minute at most.

    Args:
        session: The workspace.
        prefix: What the names begin with.
        may_run: Whether an import may still be running.

    Returns:
        What is still there, ID to name.

    Raises:
        DataWorksError: The service cannot be reached, or refuses to be called.
    """
    found, others = dict.fromkeys(session.made, ""), set[str]()
    until = session.clock.monotonic() + (PATIENCE + session.stale if may_run else 0)
    for pause in (*_PAUSES, 0.0):
        for workflow_id in found:
            if not await _delete(session, workflow_id, prefix):
                others.add(workflow_id)
        await session.clock.sleep(session.stale if found else 0)
        found = {line.id: line.name for line in await session.list(prefix) if line.id not in others}
        waits = session.clock.monotonic() < until
        if not pause or not (found or waits):
            break
        why = "an import may still be running" if waits else "some are still listed"
        session.say(f"looking again in {pause:.0f} s: {why}")
        await session.clock.sleep(pause)
    return found


async def _delete(session: Session, workflow_id: str, prefix: str) -> bool:
    """Delete one by its name as it reads back: a list may be stale, or match loosely. Return whether it is of these."""
    seen = await session.read(workflow_id)
    if seen is None:
        return True
    if not seen.name.startswith(prefix):
        session.say(f"not deleted, as its name does not begin with {prefix}: {seen.name} ({workflow_id})")
        return False
    session.say(f"deleting {seen.name} ({workflow_id})")
    try:
        await session.delete_workflow_definition(session.project_id, workflow_id)
    except openapi.ServiceError as error:
        if not await session.is_missing(error):
            raise
        session.say(str(error))  # it is gone, or published: the list decides
    return True
