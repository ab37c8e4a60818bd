"""The process in which `pulumi.dynamic` calls the provider on four threads: every step runs on one loop beside them."""

from __future__ import annotations

import asyncio
import functools
import os
import re
import sys
import threading
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

from pulumi_resource_dataworks import lifecycle, openapi
from pulumi_resource_dataworks._names import printable
from pulumi_resource_dataworks.plugin._engine import CURRENT_STEP, EngineLog, StepReporter, tell_current_step
from pulumi_resource_dataworks.plugin._failures import about_defect

from ._about import ABOUT, DEFINITION, DEPLOYMENT, About
from ._values import kept, plain, properties, written

T = TypeVar("T")
Values = dict[str, Any]

_NAMESPACE = "dataworks:"
_ADDRESS = re.compile(r"\S+:[0-9]+")
_RESUMED = "the next `pulumi up` finds the pipeline run of this one by its mark, and goes on with it unless it has ended"
_GO_ON = {
    (DEFINITION, "create"): "the next `pulumi up` finds by its IDs what this one has begun, and goes on",
    (DEFINITION, "update"): "`pulumi up --refresh` goes on from what is there",
    (DEPLOYMENT, "create"): _RESUMED,
    (DEPLOYMENT, "update"): _RESUMED,
}


class StepError(Exception):
    """A step that failed, in words for the user. Pulumi shows them below a traceback of its own."""


class Process:
    """The resources of one run. Each step names the kind of its resource: `DEFINITION` or `DEPLOYMENT`.

    Args:
        engine_address: Where the engine listens; nothing is told without.
    """

    def __init__(self, engine_address: str = "") -> None:
        self._loop = asyncio.new_event_loop()
        self._log = EngineLog()
        self._log.attach(engine_address)
        self._options = lifecycle.Options()
        self._resource_types = lifecycle.resource_types(self._options, engine_address)
        self._settings: openapi.Settings | openapi.SettingsError | None = None
        self._client: openapi.Client | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="dataworks", daemon=True)
        self._thread.start()

    def configure(self, config: Mapping[str, Any]) -> None:
        """Takes the stack's configuration; what is wrong with it is told where a resource is checked."""
        ours = {
            key.removeprefix(_NAMESPACE): plain(value)
            for key, value in config.items()
            if key.startswith(_NAMESPACE)
        }
        try:
            self._options, rest = lifecycle.Options.take(ours)
            self._settings = openapi.Settings.from_config(rest, os.environ)
        except openapi.SettingsError as error:
            self._settings = error
        else:
            place = lifecycle.Place.of(self._settings, rest)
            self._resource_types = {
                name: replace(kind, place=place) for name, kind in self._resource_types.items()
            }

    def check(self, kind: str, olds: Values, news: Values) -> tuple[Values, list[str]]:
        """The inputs to go on with, and what is wrong with those that were given."""
        return self._run(self._check(kind, olds, news))

    def diff(self, kind: str, resource_id: str, olds: Values, news: Values) -> lifecycle.Difference:
        """What is different between the outputs of the last run and the inputs."""
        return self._run(self._diff(kind, resource_id, olds, news))

    def create(self, kind: str, news: Values) -> tuple[str, Values]:
        """The ID and the outputs of what was made.

        Raises:
            StepError: The step failed, and the state holds no resource.
        """
        return self._run(self._create(kind, news))

    def read(self, kind: str, resource_id: str, state: Values) -> tuple[Values, Values] | None:
        """Inputs and outputs as the service has them now; None where the workflow is gone.

        Raises:
            StepError: It cannot be told.
        """
        return self._run(self._read(kind, resource_id, state))

    def update(self, kind: str, resource_id: str, state: Values, news: Values) -> Values:
        """The outputs once what is there is what is declared.

        Raises:
            StepError: The step failed, and the state stays as it was.
        """
        return self._run(self._update(kind, resource_id, state, news))

    def delete(self, kind: str, resource_id: str, state: Values) -> None:
        """Deletes what is there.

        Raises:
            StepError: It is there still.
        """
        self._run(self._delete(kind, resource_id, state))

    def close(self) -> None:
        """Closes the connections to the service, and ends the loop."""
        if self._client is not None:
            self._run(self._client.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, step: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(step, self._loop).result()
        except StepError as error:
            # Without the frames that raised it: Pulumi shows them all.
            raise StepError(str(error)) from None

    async def _check(self, kind: str, olds: Values, news: Values) -> tuple[Values, list[str]]:
        about = About.of(news)
        if isinstance(self._settings, openapi.SettingsError):
            return news, [str(problem) for problem in self._settings.problems]
        async with self._telling(about) as reporter:
            found = self._resource_types[kind].steps.check(about.urn, written(news), properties(olds) or None)
            for warning in found.warnings:
                reporter.warning(warning)
            if found.inputs.get("validateOnPreview") is True:
                reporter.warning(
                    "validateOnPreview has no effect on a dynamic resource: its preview asks DataWorks nothing"
                )
            failures = [printable(failure, lines=True) for failure in found.failures]
            return (news if failures else kept(found.inputs, about)), failures

    async def _diff(self, kind: str, resource_id: str, olds: Values, news: Values) -> lifecycle.Difference:
        about, state = About.of(news), properties(olds)
        async with self._telling(about):
            self._resource_types[kind].place.refuse_others(state)
            found = self._resource_types[kind].steps.diff(
                about.urn, resource_id, state, state, properties(news), about.ignore_changes
            )
            if ABOUT in olds or found.changes:
                return found
            # Made by the plugin: without an update its outputs would lack what `pulumi.dynamic` needs to delete it.
            return lifecycle.Difference({self._resource_types[kind].telling: "update"})

    async def _create(self, kind: str, news: Values) -> tuple[str, Values]:
        about = About.of(news)
        async with self._step(about, kind, "create") as step:
            resource_id, outputs = await self._resource_types[kind].steps.create(step, properties(news))
            return resource_id, self._kept(kind, outputs, about)

    async def _read(self, kind: str, resource_id: str, state: Values) -> tuple[Values, Values] | None:
        outputs, about = properties(state), About.of(state)
        async with self._step(about, kind, "read", outputs) as step:
            inputs = {key: outputs[key] for key in self._resource_types[kind].inputs if key in outputs}
            found = await self._resource_types[kind].steps.read(step, resource_id, inputs, outputs)
            return found and (kept(found[0], about), self._kept(kind, found[1], about))

    async def _update(self, kind: str, resource_id: str, state: Values, news: Values) -> Values:
        about, olds = About.of(news), properties(state)
        async with self._step(about, kind, "update", olds) as step:
            outputs = await self._resource_types[kind].steps.update(
                step, resource_id, olds, olds, properties(news)
            )
            return self._kept(kind, outputs, about)

    async def _delete(self, kind: str, resource_id: str, state: Values) -> None:
        outputs = properties(state)
        async with self._step(About.of(state), kind, "delete", outputs) as step:
            await self._resource_types[kind].steps.delete(step, resource_id, outputs)

    def _kept(self, kind: str, outputs: Values, about: About) -> Values:
        return kept(self._resource_types[kind].place.noted(outputs), about)

    @asynccontextmanager
    async def _step(
        self, about: About, kind: str, name: str, made: Values | None = None
    ) -> AsyncGenerator[lifecycle.Context]:
        """The surroundings of a step that calls the service; what was made elsewhere is refused."""
        async with self._telling(about, kind, name) as reporter:
            step = lifecycle.Context(
                urn=about.urn,
                client=self._connected(),
                report=reporter,
                timeout=(about.timeouts or {}).get(name),
                ignore_changes=about.ignore_changes,
                strict=self._options.strict,
                secret=about.secret,
            )
            openapi.withhold_words(about.secret)
            with lifecycle.nothing_lost(step):
                self._resource_types[kind].place.refuse_others(made or {})
                yield step

    @asynccontextmanager
    async def _telling(self, about: About, kind: str = "", name: str = "") -> AsyncGenerator[StepReporter]:
        """What a step tells while it runs, and what its end means for the user."""
        reporter = StepReporter(self._log, about.urn)
        token = CURRENT_STEP.set(reporter)
        try:
            yield reporter
        except Exception as error:  # noqa: BLE001 - a user is shown words of ours, whatever happened
            raise StepError(printable(self._words(error, (kind, name), about), lines=True)) from None
        finally:
            CURRENT_STEP.reset(token)
            await self._log.flush()

    def _words(self, error: Exception, step: tuple[str, str], about: About) -> str:
        if isinstance(error, lifecycle.HalfDoneError):
            text = self._words(error.defect, step, about) if error.defect else str(error)
            return f"{text}. A dynamic resource keeps nothing of a step that failed: {_GO_ON.get(step, 'try again')}"
        if isinstance(error, lifecycle.LifecycleError | openapi.DataWorksError | openapi.SettingsError):
            return str(error)
        return about_defect(error, self._log, about.urn, secret=about.secret)

    def _connected(self) -> openapi.Client:
        if isinstance(self._settings, openapi.SettingsError):
            raise self._settings
        if self._client is None:
            settings = self._settings or openapi.Settings.from_config({}, os.environ)
            self._client = openapi.Client(settings, on_wait=tell_current_step)
        return self._client


@functools.cache
def current() -> Process:
    """This process's one: `pulumi.dynamic` has it called by a provider for each text that the state holds of one.

    The engine's address is the last argument of every plugin's process.
    """
    last = sys.argv[-1]
    return Process(last if _ADDRESS.fullmatch(last) else "")
