"""Runs of workflows against the emulator without HTTP, on one clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from pulumi_resource_dataworks.emulator import Project, ScriptedTask, TaskLife
from pulumi_resource_dataworks.lifecycle import Change, Context, HalfDoneError, WorkflowRuns, nothing_lost
from tests.support.deployments import PROJECT, WORKFLOW, Deploying, State, Values, document

URN = "urn:pulumi:dev::shop::dataworks:index:WorkflowRun::refill"
CHAIN = [{"nodeId": "5000000000000000003", "depends": [{"type": "Normal", "output": "5000000000000000002"}]}]
"""The load waits for the extract."""
DAYS = ["2024-12-01/2024-12-03"]
_TO_2025 = 35_787_045
"""Seconds from the emulator's time to the virtual clock's own."""


@dataclass
class Running(Deploying):
    """One run of a program that runs workflows: what the engine would call, in its order. Each task takes 20 seconds."""

    runs: WorkflowRuns = field(default_factory=WorkflowRuns)
    task: asyncio.Task[State | None] | None = None
    """The step, to be killed."""

    @classmethod
    async def with_production(cls, **more: Any) -> Running:
        """A run at a service that has a workflow of two tasks in production."""
        made = cls()
        made.emulator.clock.advance(_TO_2025)
        made.emulator._state.projects[0] = Project(dev_environment_enabled=True)
        made.emulator.scheduler.life = TaskLife(20)
        await made.put(document(**{"dependencies": CHAIN, **more}))
        made.emulator.deploy(WORKFLOW)
        made.emulator.gateway.calls.clear()
        return made

    def fails(self, name: str, log: str = "ParseException: line 1", **more: Any) -> None:
        """Lets the next task of a name fail after 5 seconds."""
        self.emulator.scheduler.script(ScriptedTask(5, "Failure", log, name=name, **more))

    def news(self, **more: Any) -> Values:
        given = {"projectId": PROJECT, "workflowId": WORKFLOW, "businessDates": DAYS, **more}
        found = self.runs.check(URN, {key: value for key, value in given.items() if value is not None}, None)
        assert found.failures == []
        return found.inputs

    async def run(self, context: Context | None = None, **more: Any) -> State:
        news, context = self.news(**more), context or self.context(URN)
        with nothing_lost(context):
            resource_id, outputs = await self.runs.create(context, news)
        return resource_id, news, outputs

    async def again(self, state: State, context: Context | None = None, **more: Any) -> State:  # type: ignore[override]
        """What `up` does to a run that is in the state, where nothing asks for another one."""
        news, context = {**state[1], **more}, context or self.context(URN)
        found = self.runs.diff(URN, Change(state[0], state[1], state[2], news))
        assert not found.replaces
        with nothing_lost(context):
            return state[0], news, await self.runs.update(context, Change(state[0], state[1], state[2], news))

    @property
    def instances(self) -> list[Any]:
        return list(self.emulator.scheduler.instances.values())

    def counts(self) -> dict[str, int]:
        """How many calls of each operation arrived."""
        actions = [call.action for call in self.emulator.calls]
        return {action: actions.count(action) for action in sorted(set(actions))}


def left(error: HalfDoneError, inputs: Values) -> State:
    """The state that the engine keeps of a run that ended half done."""
    return error.id, inputs, error.outputs
