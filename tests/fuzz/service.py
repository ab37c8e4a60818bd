"""A service whose answers are not what they should be, through whole lives: `make fuzz-service`.

Each input is a workflow and its deployment, taken through create, read, update, deploy, redeploy and destroy, while places in the
answers of one operation hold something else. Then the service is well again, and the next runs have to get to the end: the
workflow is there once, as declared, is in production, and goes when it is destroyed. No step crashes, hangs, has a defect, shows a
key, or loses what it has begun.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fuzz.campaign import Finding, campaign
from tests.fuzz.engine import Engine, Refused, Resource, on_clock
from tests.fuzz.mutate import answered, mutated
from tests.support.deployments import PROJECT, Deploying
from tests.support.documents import etl

ACTIONS = (
    "ImportWorkflowDefinition",
    "GetJobStatus",
    "GetWorkflowDefinition",
    "ListWorkflowDefinitions",
    "DeleteWorkflowDefinition",
    "CreatePipelineRun",
    "GetPipelineRun",
    "ListPipelineRuns",
    "ListPipelineRunItems",
    "ExecPipelineRunStage",
)
STATUSES = (200, 200, 200, 200, 200, 200, 400, 403, 404, 429, 500, 502)
ADOPT = "set `adopt: true` on the resource"
_TRIES = 4


@dataclass
class Disturbance:
    """What becomes of the answers of one operation.

    Attributes:
        action: The operation.
        chance: Decides.
        first: The first of its calls that is answered otherwise.
        times: How many are.
        hit: Whether any was.
        taken: How many calls of each operation the service has taken.
    """

    action: str
    chance: random.Random
    first: int
    times: int
    seen: int = 0
    hit: bool = False
    taken: Counter[str] = field(default_factory=Counter[str])

    def __call__(self, action: str, send: Callable[[], httpx.Response]) -> httpx.Response:
        answer = send()
        self.taken[action] += answer.is_success
        if action != self.action:
            return answer
        self.seen += 1
        if not self.first <= self.seen < self.first + self.times:
            return answer
        self.hit = True
        body: Any = json.loads(answer.content)
        for _ in range(self.chance.choice((1, 1, 2, 5))):
            body = mutated(body, self.chance, answered)
        return httpx.Response(self.chance.choice(STATUSES), content=json.dumps(body).encode())


async def life(chance: random.Random) -> str:
    """One life; the operation that was disturbed."""
    world = Deploying()
    disturbance = Disturbance(
        chance.choice(ACTIONS), chance, chance.choice((1, 1, 1, 2, 3)), chance.choice((1, 1, 2, 50))
    )
    world.transport.on_call = disturbance
    with on_clock(world.clock):
        workflow, live = await _lived(world, chance)
        world.transport.on_call = lambda _, send: send()
        await _made_good(world, workflow, live)
    return disturbance.action if disturbance.hit else "nothing"


async def _lived(world: Deploying, chance: random.Random) -> tuple[Resource, Resource]:
    """The steps, each by a process of its own, as far as the disturbed service lets them."""
    engine = Engine(world)
    workflow, live = (
        Resource(engine, "WorkflowDefinition", "etl"),
        Resource(engine, "WorkflowDeployment", "live"),
    )
    for spec in (etl(), etl(), _changed()):
        await _next_run(world, workflow, live)
        await _up(world, workflow, {"projectId": PROJECT, "spec": spec}, "ImportWorkflowDefinition")
        if workflow.id and chance.random() < 0.5:
            with suppress(Refused):
                await workflow.refresh()
        if workflow.id and not workflow.doubtful:
            await _up(world, live, _deployment(workflow), "CreatePipelineRun")
            if chance.random() < 0.5:
                with suppress(Refused):
                    await live.refresh()
    if chance.random() < 0.3:
        await _next_run(world, workflow, live)
        for resource in (live, workflow):
            with suppress(Refused):
                await resource.destroy()
    return workflow, live


async def _up(world: Deploying, resource: Resource, declared: dict[str, Any], submit: str) -> None:
    """An up that may fail; once the service has taken a submit, and has said so, the state holds the resource."""
    disturbed = world.transport.on_call
    assert isinstance(disturbed, Disturbance)
    submits = disturbed.taken[submit]
    try:
        await resource.up(declared)
    except Refused as error:
        said = disturbed.action != submit and disturbed.taken[submit] > submits
        if said and error.detail is None:
            raise Finding(f"lost after {submit}: {error}") from error


async def _made_good(world: Deploying, workflow: Resource, live: Resource) -> None:
    await _next_run(world, workflow, live)
    for resource in (workflow, live):  # the service may have done what it has denied
        await _until_done("refresh", resource.refresh)
    declared: dict[str, Any] = {"projectId": PROJECT, "spec": _changed()}
    try:
        await _until_done("up of the workflow", lambda: workflow.up(declared))
    except Finding as error:
        if ADOPT not in str(error):
            raise
        await _until_done("up that adopts", lambda: workflow.up({**declared, "adopt": True}))
    _look_at_workflows(world)
    await _until_done("up of the deployment", lambda: live.up(_deployment(workflow)))
    if len(world.emulator._state.production) != 1:
        raise Finding("not in production: after an up that succeeded")
    await _next_run(world, workflow, live)
    await _until_done("destroy of the deployment", live.destroy)
    await _until_done("destroy of the workflow", workflow.destroy)
    if world.emulator.workflows():
        raise Finding(f"left behind: {world.emulator.workflows()}")


async def _until_done(what: str, step: Callable[[], Any]) -> None:
    """A user who runs a command again where it has failed."""
    text = ""
    for _ in range(_TRIES):
        try:
            await step()
        except Refused as error:
            text = str(error)
        else:
            return
    raise Finding(f"{what} does not get on: {text}")


def _look_at_workflows(world: Deploying) -> None:
    stored = world.emulator.workflows()
    if len(stored) != 1:
        raise Finding(f"{len(stored)} workflows: {stored}")
    [body] = stored[0].document["spec"]["workflows"]
    scripts = {node["name"]: node["script"]["content"] for node in body["nodes"]}
    wanted = {node["name"]: node["script"]["content"] for node in _changed()["spec"]["workflows"][0]["nodes"]}
    if scripts != wanted:
        raise Finding(f"another document: {scripts}")


def _changed() -> dict[str, Any]:
    document = etl()
    document["spec"]["workflows"][0]["nodes"][0]["script"]["content"] = "SELECT 2;"
    return document


async def _next_run(world: Deploying, *resources: Resource) -> None:
    """Another process of the provider."""
    engine = Engine(world)
    await engine.configure()
    for resource in resources:
        resource.engine = engine


def _deployment(workflow: Resource) -> dict[str, Any]:
    outputs = workflow.outputs.fields
    return {
        "projectId": PROJECT,
        "workflowId": outputs["workflowId"].string_value,
        "digest": outputs["digest"].string_value,
    }


if __name__ == "__main__":
    sys.exit(campaign(__doc__, 5_000, life))
