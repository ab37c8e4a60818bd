"""Nodes, functions and files against the emulator without HTTP, on one clock."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass, field
from typing import Any

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import (
    Change,
    Context,
    HalfDoneError,
    LifecycleError,
    StudioObjects,
    nothing_lost,
)
from pulumi_resource_dataworks.lifecycle._object_kinds import OBJECT_KINDS
from tests.support.deployments import PROJECT, Deploying, State, Values

KINDS = {kind.resource: kind for kind in OBJECT_KINDS}
SCRIPT = {"path": "care/vacuum", "runtime": {"command": "ODPS_SQL"}, "content": "SELECT 1;"}


def node_document(**changes: Any) -> Values:
    """A document of a node that waits for another one."""
    held = {"name": "vacuum", "script": copy.deepcopy(SCRIPT), **changes}
    depends = [{"nodeId": held["name"], "depends": [{"output": "other.events"}]}]
    return {"kind": "Node", "spec": {"nodes": [held], "dependencies": depends}}


def function(**changes: Any) -> Values:
    """The short inputs of a function."""
    return {
        "name": "mask",
        "type": "string",
        "className": "masking.Mask",
        "fileResources": ["masking.py"],
        **changes,
    }


def file(**changes: Any) -> Values:
    """The short inputs of a file in OSS."""
    return {
        "name": "masking.py",
        "type": "python",
        "contentUrl": "https://b.oss.example/masking.py?sign=1",
        **changes,
    }


def declared(resource: str) -> Values:
    """What a program declares of one, by its kind."""
    return {"Node": {"spec": node_document()}, "Function": function(), "FileResource": file()}[resource]


@dataclass
class Studio(Deploying):
    """One run of a program that declares objects of a kind: what the engine would call, in its order."""

    resource: str = "Node"
    steps: StudioObjects = field(init=False)
    task: asyncio.Task[State | None] | None = None
    """The step, to be killed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.next_run()

    @property
    def urn(self) -> str:
        return f"urn:pulumi:dev::shop::dataworks:index:{self.resource}::own"

    def next_run(self) -> None:
        """Begins another run of Pulumi, which knows nothing of the one before."""
        self.steps = StudioObjects(KINDS[self.resource])
        self.report.warnings.clear()
        self.cancelled.clear()

    def news(self, olds: Values | None = None, **given: Any) -> Values:
        found = self.steps.check(self.urn, {"projectId": PROJECT, **given}, olds)
        assert found.failures == []
        return found.inputs

    async def up(self, state: State | None, context: Context | None = None, **given: Any) -> State:
        """What `up` does: a create, an update where there is a difference, or a replacement."""
        context = context or self.context(self.urn)
        if state is None:
            news = self.news(**given)
            with nothing_lost(context):
                resource_id, outputs = await self.steps.create(context, news)
            return resource_id, news, outputs
        resource_id, olds, outputs = state
        news = self.news(olds, **given)
        found = self.steps.diff(self.urn, Change(resource_id, olds, outputs, news))
        assert not found.replaces
        if found.changes:
            with nothing_lost(context):
                outputs = await self.steps.update(context, Change(resource_id, olds, outputs, news))
        return resource_id, news, outputs

    async def attempt(self, state: State | None, **given: Any) -> State | None:
        """The state after an `up`, also after one that failed."""
        try:
            return await self.up(state, **given)
        except HalfDoneError as error:
            return error.id, self.news(**given), error.outputs
        except (LifecycleError, openapi.DataWorksError):
            return state

    async def refreshed(self, state: State) -> State | None:
        found = await self.steps.read(self.context(self.urn), *state)
        return found and (state[0], *found)

    async def gone(self, state: State) -> None:
        await self.steps.delete(self.context(self.urn), state[0], state[2])

    def held(self) -> list[Values]:
        """The objects of the kind that the service holds."""
        form = KINDS[self.resource].form
        found: list[Values] = [
            one.document["spec"][form.holder][0] for one in self.emulator.objects() if one.kind == form.kind
        ]
        return found

    def edit(self, **changes: Any) -> None:
        """Changes fields of the one object behind Pulumi's back."""
        form = KINDS[self.resource].form
        [one] = [held for held in self.emulator.objects() if held.kind == form.kind]
        document = copy.deepcopy(one.document)
        document["spec"][form.holder][0] |= changes
        self.emulator.edit(one.workflow_id, document)
