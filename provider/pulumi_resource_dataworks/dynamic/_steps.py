"""The steps of dynamic resources. `pulumi.dynamic` calls them on four threads: all run on one loop beside these."""

from __future__ import annotations

import asyncio
import functools
import json
import re
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import pulumi

from pulumi_resource_dataworks import lifecycle, openapi
from pulumi_resource_dataworks._engine import EngineLog, StepReporter
from pulumi_resource_dataworks._front import Front, describe_defect
from pulumi_resource_dataworks._names import BOOKKEEPING, PLACE, printable
from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Asset,
    Unknown,
    UnsupportedValue,
    as_whole,
    is_secret,
    secret,
)

from ._resource_info import DEFINITION, DEPLOYMENT, RESOURCE_INFO, RUN, ResourceInfo, Values

P = ParamSpec("P")
T = TypeVar("T")

_NAMESPACE = "dataworks:"
_ADDRESS = re.compile(r"\S+:[0-9]+")
_RESUMED = "the next `pulumi up` finds the pipeline run of this one by its mark, and goes on with it unless it has ended"
_FOUND = "the next `pulumi up` finds the instances of this one by their name, and runs nothing again that has succeeded"
_GO_ON = {
    (DEFINITION, "create"): "the next `pulumi up` finds by its IDs what this one has begun, and goes on",
    (DEFINITION, "update"): "`pulumi up --refresh` goes on from what is there",
    (DEPLOYMENT, "create"): _RESUMED,
    (DEPLOYMENT, "update"): _RESUMED,
    (RUN, "create"): _FOUND,
    (RUN, "update"): _FOUND,
}


class StepError(Exception):
    """A step that failed, in words for the user. Pulumi shows them below a traceback of its own."""


def _on_the_loop(
    step: Callable[Concatenate[Steps, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Steps, P], T]:
    """A step that one of Pulumi's threads can call, and that raises nothing but a StepError."""

    @functools.wraps(step)
    def call(steps: Steps, /, *given: P.args, **named: P.kwargs) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(step(steps, *given, **named), steps.loop).result()
        except StepError as error:
            # Without the frames that raised it: Pulumi shows them all.
            raise StepError(str(error)) from None

    return call


class Steps(Front):
    """The resources of one run. Each step names the kind of its resource: `DEFINITION`, `DEPLOYMENT` or `RUN`.

    Args:
        engine_address: Where the engine listens; without it nothing is reported.
    """

    def __init__(self, engine_address: str = "") -> None:
        super().__init__(EngineLog(engine_address), cancelled=asyncio.Event())
        self._config: Mapping[str, Any] | None = None
        self._refused: openapi.SettingsError | None = None
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="dataworks", daemon=True)
        self._thread.start()

    @_on_the_loop
    async def configure(self, config: Mapping[str, Any]) -> None:
        """Takes the stack's configuration; what is wrong with it is reported where a resource is checked.

        The provider of each kind brings it: the second time it must not make the run begin again.
        """
        if config == self._config:
            return
        self._config, self._refused = config, None
        ours = {
            key.removeprefix(_NAMESPACE): plain(value)
            for key, value in config.items()
            if key.startswith(_NAMESPACE)
        }
        try:
            await self._take_settings(ours)
        except openapi.SettingsError as error:
            self._refused = error

    @_on_the_loop
    async def check(self, kind: str, olds: Values, news: Values) -> tuple[Values, list[str]]:
        """The inputs to go on with, and what is wrong with those that were given."""
        if self._refused:
            return news, [str(problem) for problem in self._refused.problems]
        info = ResourceInfo.of(news)
        async with self._ending(info):
            found = self._resource_types[kind].steps.check(info.urn, written(news), properties(olds) or None)
            warnings = list(found.warnings)
            if found.inputs.get("validateOnPreview") is True:
                warnings.append(
                    "validateOnPreview has no effect on a dynamic resource: its preview asks DataWorks nothing"
                )
            for warning in warnings:
                StepReporter(self._log, info.urn).warning(warning)
            failures = [printable(failure, lines=True) for failure in found.failures]
            return (news if failures else kept(found.inputs, info)), failures

    @_on_the_loop
    async def diff(self, kind: str, resource_id: str, olds: Values, news: Values) -> lifecycle.Difference:
        """What is different between the outputs of the last run and the inputs."""
        info, state, resource_type = ResourceInfo.of(news), properties(olds), self._resource_types[kind]
        async with self._ending(info):
            self._place.refuse_others(state)
            change = lifecycle.Change(resource_id, state, state, properties(news), info.ignore_changes)
            found = resource_type.steps.diff(info.urn, change)
            if RESOURCE_INFO in olds or found.changes:
                return found
            # Made by the plugin: without an update its outputs would lack what `pulumi.dynamic` needs to delete it.
            return lifecycle.Difference({next(iter(resource_type.outputs_of)): "update"})

    @_on_the_loop
    async def create(self, kind: str, news: Values) -> tuple[str, Values]:
        """The ID and the outputs of what was made."""
        info = ResourceInfo.of(news)
        async with self._step(info, kind, "create", {}) as step:
            resource_id, outputs = await self._resource_types[kind].steps.create(step, properties(news))
            return resource_id, kept(self._place.noted(outputs), info)

    @_on_the_loop
    async def read(self, kind: str, resource_id: str, state: Values) -> tuple[Values, Values] | None:
        """Inputs and outputs as the service has them now; None where the workflow is gone."""
        info, outputs, resource_type = ResourceInfo.of(state), properties(state), self._resource_types[kind]
        async with self._step(info, kind, "read", outputs) as step:
            inputs = {key: outputs[key] for key in resource_type.inputs if key in outputs}
            found = await resource_type.steps.read(step, resource_id, inputs, outputs)
            return found and (kept(found[0], info), kept(self._place.noted(found[1]), info))

    @_on_the_loop
    async def update(self, kind: str, resource_id: str, state: Values, news: Values) -> Values:
        """The outputs once what is there is what is declared."""
        info, olds, steps = ResourceInfo.of(news), properties(state), self._resource_types[kind].steps
        async with self._step(info, kind, "update", olds) as step:
            change = lifecycle.Change(resource_id, olds, olds, properties(news))
            outputs = await steps.update(step, change)
            return kept(self._place.noted(outputs), info)

    @_on_the_loop
    async def delete(self, kind: str, resource_id: str, state: Values) -> None:
        """Deletes what is there."""
        outputs = properties(state)
        async with self._step(ResourceInfo.of(state), kind, "delete", outputs) as step:
            await self._resource_types[kind].steps.delete(step, resource_id, outputs)

    def close(self) -> None:
        """Closes the connections to the service, and ends the loop."""
        asyncio.run_coroutine_threadsafe(self.aclose(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    @asynccontextmanager
    async def _step(
        self, info: ResourceInfo, kind: str, name: str, state: Values
    ) -> AsyncGenerator[lifecycle.Context]:
        async with self._ending(info, kind, name):
            if self._refused:
                raise self._refused
            timeout, ignored = (info.timeouts or {}).get(name), info.ignore_changes
            async with self._surroundings(
                info.urn, state, secret=info.secret, timeout=timeout, ignore_changes=ignored
            ) as step:
                yield step

    @asynccontextmanager
    async def _ending(self, info: ResourceInfo, kind: str = "", name: str = "") -> AsyncGenerator[None]:
        """What the end of a step means for the user."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - a user is shown words of ours, whatever happened
            raise StepError(printable(self._words(error, (kind, name), info), lines=True)) from None
        finally:
            await self._log.flush()

    def _words(self, error: Exception, step: tuple[str, str], info: ResourceInfo) -> str:
        if isinstance(error, lifecycle.HalfDoneError):
            text = self._words(error.defect, step, info) if error.defect else str(error)
            return f"{text}. A dynamic resource keeps nothing of a step that failed: {_GO_ON.get(step, 'try again')}"
        if isinstance(error, lifecycle.LifecycleError | openapi.DataWorksError | openapi.SettingsError):
            return str(error)
        return describe_defect(error, self._log, info.urn, secret=info.secret)


@functools.cache
def current() -> Steps:
    """This process's one: `pulumi.dynamic` has it called by a provider for each text that the state holds of one.

    The engine's address is the last argument of every plugin's process.
    """
    last = sys.argv[-1]
    return Steps(last if _ADDRESS.fullmatch(last) else "")


# --- Values as `pulumi.dynamic` hands them over, and as plain values of the lifecycle


_OURS = (BOOKKEEPING, PLACE)
_SECRETS = ("spec", "className", "parameters", "nodeParameters", "triggers")
"""What the lifecycle has to know to be a secret; which of a resource's it is, `pulumi.dynamic` does not say."""


def plain(value: Any) -> Any:
    """A value as the lifecycle takes it: every number comes as a float, and Pulumi has a class for what is unknown."""
    if isinstance(value, float):
        return as_whole(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [plain(item) for item in cast("list[Any]", value)]
    if isinstance(value, type(pulumi.UNKNOWN)):
        return UNKNOWN
    if isinstance(value, pulumi.Asset | pulumi.Archive):
        return UnsupportedValue("an asset" if isinstance(value, pulumi.Asset) else "an archive")
    return value


def properties(values: Mapping[str, Any]) -> dict[str, Any]:
    """Properties without those of `pulumi.dynamic` and of this front; what may be a secret knows it."""
    found = {key: plain(value) for key, value in values.items() if not key.startswith("__") or key in _OURS}
    if isinstance(found.get("content"), dict):
        found["content"] = Asset("an asset", **found["content"])
    if ResourceInfo.of(values).secret:
        found |= {key: secret(found[key]) for key in _SECRETS if key in found}
    return found


def written(values: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs as the program wrote them."""
    inputs = properties(values)
    if ResourceInfo.of(values).is_object and isinstance(inputs.get("spec"), str):
        spec = json.loads(inputs["spec"])
        inputs["spec"] = secret(spec) if is_secret(inputs["spec"]) else spec
    return inputs


def kept(values: Mapping[str, Any], info: ResourceInfo) -> dict[str, Any]:
    """Properties as `pulumi.dynamic` takes them, with what the resource says of itself."""
    return {**{key: _for_pulumi(value) for key, value in values.items()}, RESOURCE_INFO: info.to_pulumi()}


def _for_pulumi(value: Any) -> Any:
    if isinstance(value, Unknown):
        return pulumi.UNKNOWN
    if isinstance(value, Asset):
        held = {key: getattr(value, key) for key in ("hash", "path", "text")}
        return {key: text for key, text in held.items() if text}
    if isinstance(value, Mapping):
        return {key: _for_pulumi(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [_for_pulumi(item) for item in cast("list[Any]", value)]
    return str(value) if isinstance(value, str) else value
