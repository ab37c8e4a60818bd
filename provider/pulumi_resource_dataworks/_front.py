"""What both fronts have around a step: the run's settings, the client that its steps share, and the text for a defect."""

from __future__ import annotations

import asyncio
import os
import traceback
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from . import __version__, lifecycle, openapi
from ._engine import CURRENT_STEP, EngineLog, StepReporter, show_status
from ._protocol import engine_pb2

_REPORT_TO = "https://github.com/pulumi-dataworks/pulumi-dataworks/issues"


def read_settings(config: Mapping[str, Any]) -> tuple[lifecycle.Options, openapi.Settings]:
    """What a configuration and the environment say.

    Raises:
        SettingsError: With every problem of them.
    """
    options, rest = lifecycle.Options.take(config)
    return options, openapi.Settings.from_config(rest, os.environ)


class Front:
    """The resources of one run.

    Args:
        log: The engine's log.
        cancelled: Set once the user stops the run.
    """

    def __init__(self, log: EngineLog, cancelled: asyncio.Event) -> None:
        self._log = log
        self._cancelled = cancelled
        self._options = lifecycle.Options()
        self._place = lifecycle.Place()
        self._begin()
        self._settings: openapi.Settings | None = None
        self._client: openapi.Client | None = None
        self._in_use: Counter[openapi.Client] = Counter()

    async def _take_settings(self, config: Mapping[str, Any]) -> openapi.Settings:
        """Begins a run with these settings; whose keys they are is asked at the first call."""
        self._options, self._settings = read_settings(config)
        self._place = lifecycle.Place.of(self._settings, config)
        self._begin()
        await self.aclose()
        return self._settings

    def _begin(self) -> None:
        """Begins with nothing declared, and nothing learnt."""
        self._learnt = lifecycle.Learnt()
        self._resource_types = lifecycle.resource_types(self._options, self._log.address, self._learnt)

    async def aclose(self) -> None:
        """Closes the connections to the service, as soon as no step needs them any more."""
        client, self._client = self._client, None
        if client and not self._in_use[client]:
            await client.aclose()

    @asynccontextmanager
    async def _surroundings(
        self, urn: str, state: Mapping[str, Any], *, secret: bool, **more: Any
    ) -> AsyncGenerator[lifecycle.Context]:
        """What a step runs in that calls the service.

        Args:
            urn: The resource.
            state: Its outputs: one that was made elsewhere is refused.
            secret: Whether the step was given a secret.
            more: What else its `Context` says.
        """
        async with self._connected() as client:
            reporter = StepReporter(self._log, urn)
            strict = self._options.strict
            step = lifecycle.Context(
                urn, client, reporter, self._cancelled, strict=strict, secret=secret, **more
            )
            openapi.withhold_words(secret)  # of this call's task alone, as the next line
            CURRENT_STEP.set(reporter)
            with lifecycle.nothing_lost(step):
                self._place.refuse_others(state)
                yield step

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[openapi.Client]:
        """The service, for one step; a client that new settings have replaced meanwhile is closed by its last step."""
        if self._client is None:
            self._client = openapi.Client(self._settings or read_settings({})[1], on_wait=show_status)
        client = self._client
        self._in_use[client] += 1
        try:
            yield client
        finally:
            self._in_use[client] -= 1
            if not self._in_use[client]:
                del self._in_use[client]
                if client is not self._client:
                    await client.aclose()


def describe_defect(error: Exception, log: EngineLog, urn: str, *, secret: bool) -> str:
    """One line about a defect, for the user; its traceback goes to the log, as debug output.

    Without the texts of errors where these may quote a secret.
    """
    frames = [*traceback.format_tb(error.__traceback__), type(error).__name__]
    log.send(engine_pb2.DEBUG, "".join(frames if secret else traceback.format_exception(error)), urn)
    return (
        f"this is a defect of pulumi-resource-dataworks {__version__} ({type(error).__name__}): please report it at "
        f"{_REPORT_TO} with the output of the same command under `--logtostderr --debug`"
    )
