"""Delete everything that a run has made, whatever became of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pulumi_resource_dataworks import openapi

from ._bench import JOB_TIMEOUT
from ._documents import new_id
from ._journal import Journal, Sent

PATIENCE: Final = 60.0
"""Seconds after which an import without an answer has come to its end, or was never taken."""
_PAUSES: Final = (2.0, 8.0, 20.0, 40.0, 60.0)
"""Seconds between looks; all but the last are longer together than `PATIENCE`."""


@dataclass
class Undo:
    """One clean-up.

    Attributes:
        client: The service.
        journal: What was made.
        clock: Where time comes from.
        say: Told why it takes time.
    """

    client: openapi.Client
    journal: Journal
    clock: openapi.Clock
    say: Callable[[str], None]

    async def run(self) -> list[str]:
        """Delete, and look until nothing is seen any more.

        Returns:
            The IDs of what is still there.

        Raises:
            DataWorksError: The service cannot be reached, or refuses to be called.
        """
        remembers = True
        for sent in self.journal.sent:
            if sent.state == "running" and remembers:
                remembers = await self._end(sent)
        listed: list[str] = []
        for pause in (*_PAUSES, None):
            waiting = self._uncertain()
            deleted = self.journal.alive
            for key in self.journal.alive:
                if await self._delete(*key) and waiting <= 0:
                    self.journal.gone(key)
            await self.clock.sleep(self.journal.stale if deleted else 0)
            listed = await self._listed()
            if not listed and not self.journal.alive and waiting <= 0:
                return []
            if pause is not None:
                self._tell(waiting)
                await self.clock.sleep(pause)
        return sorted({*listed, *(workflow_id for _, workflow_id in self.journal.alive)})

    def _tell(self, waiting: float) -> None:
        if waiting > 0:
            self.say(f"an import has no answer; looking for {waiting:.0f} s more what becomes of it")
        else:
            self.say("looking again whether all is gone")

    def _uncertain(self) -> float:
        """For how many seconds an import may still make something."""
        sent = [each.at for each in self.journal.sent if each.state in {"sent", "running"}]
        return max(sent, default=float("-inf")) + PATIENCE - self.clock.utcnow().timestamp()

    async def _end(self, sent: Sent) -> bool:
        """Wait for a job that may make the workflow again once it is deleted; return whether it was seen."""
        try:
            status = await openapi.wait_for_job(
                self.client,
                sent.job,
                expected_seconds=1.0,
                timeout=JOB_TIMEOUT,
                cancelled=asyncio.Event(),
                clock=self.clock,
            )
        except openapi.JobWaitError:
            status = None
        except openapi.ServiceError as error:
            if not await self._means_gone(error):
                raise
            status = None
        # A service that calls a job failed that it does not show yet: as good as unanswered.
        self.journal.note(sent, "ended" if status is not None and status.succeeded else "sent")
        return status is not None

    async def _delete(self, project_id: int, workflow_id: str) -> bool:
        """Return whether it is gone."""
        try:
            await self.client.delete_workflow_definition(project_id, workflow_id)
        except openapi.NotFoundError:
            return True
        except openapi.ServiceError as error:
            if not await self._means_gone(error):
                raise
            # How a missing one is refused is not documented: a read decides.
            return not await self._is_there(project_id, workflow_id)
        return True

    async def _is_there(self, project_id: int, workflow_id: str) -> bool:
        try:
            await self.client.get_workflow_definition(project_id, workflow_id)
        except openapi.ServiceError as error:
            if not await self._means_gone(error):
                raise
            return False
        return True

    async def _means_gone(self, error: openapi.ServiceError) -> bool:
        """Whether this may be how the service says that a thing is not there."""
        if error.is_ambiguous_client_error:
            return True
        if isinstance(
            error, openapi.QuotaExhaustedError | openapi.ThrottledError | openapi.AuthenticationError
        ):
            return False
        return (error.status, error.code) == (self.journal.absent or await self._missing())

    async def _missing(self) -> tuple[int, str]:
        """How a workflow that never was is answered, where the run was killed before it learnt it."""
        try:
            await self.client.get_workflow_definition(self.journal.project_id, new_id())
        except openapi.ServiceError as error:
            self.journal.missing(error.status, error.code)
        return self.journal.absent or (0, "")

    async def _listed(self) -> list[str]:
        """Delete what lists show of the run's; return what they showed."""
        found: list[str] = []
        for project_id, kind in self.journal.places:
            try:
                lines = await self.client.list_workflow_definitions(
                    project_id, kind=kind, name=self.journal.names.prefix
                )
            except openapi.ServiceError as error:
                if not error.is_ambiguous_client_error:
                    raise
                continue  # a kind that this service does not list
            ours = [line.id for line in lines if line.name.startswith(f"{self.journal.names.prefix}_")]
            for workflow_id in ours:
                await self._delete(project_id, workflow_id)
            found += ours
        return found
