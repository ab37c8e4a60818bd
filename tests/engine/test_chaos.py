"""The kill matrix through the real engine: a seeded sample, or all of it with CHAOS=all (`make chaos`)."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life
from tests.support import chaos_run
from tests.support.chaos import FAILED, STEPS, TROUBLES, Case, Step, Trouble, matrix, sample
from tests.support.chaos_run import Base
from tests.support.documents import etl, node
from tests.support.nightly import NIGHTLY
from tests.support.stacks import Stack, new_stack, stack_in

CASES = matrix() if NIGHTLY or os.environ.get("CHAOS") == "all" else sample(16, seed=1)
Bases = Callable[[Case], Base]


@pytest.fixture(scope="session")
def bases(engine: Path, plugin: int, tmp_path_factory: pytest.TempPathFactory) -> Bases:
    """What steps start from, each made once in a process."""
    made: dict[str, Base] = {}

    def base(case: Case) -> Base:
        step, trouble = STEPS[case.step], TROUBLES[case.trouble]
        key = json.dumps([step.before, step.live[0], step.triggers[0], trouble.custom_timeout])
        if key not in made:
            made[key] = _made(engine, plugin, tmp_path_factory.mktemp("base"), step, trouble)
        return made[key]

    return base


def _made(engine: Path, plugin: int, folder: Path, step: Step, trouble: Trouble) -> Base:
    with EmulatorServer(Emulator(job_life=Life("seconds", 0.2), stage_life=Life("seconds", 0.2))) as server:
        asyncio.run(_import_foreign(server))
        stack = new_stack(engine, server, folder, plugin)
        chaos_run.declare_step(stack, step, TROUBLES["reset"], 0)
        stack.up()
        if trouble.custom_timeout:  # what is there already takes it on without a call
            chaos_run.declare_step(stack, step, trouble, 0)
            stack.up()
        foreign, *workflows = server.emulator.workflows()
        world = server.emulator._state
        instances = server.emulator.scheduler.instances
        return Base(folder, server.endpoint, workflows, foreign, world.runs, world.production, instances)


async def _import_foreign(server: EmulatorServer) -> None:
    """Makes a workflow that is not ours, under a name that a search for ours finds, too."""
    name, account = "daily_orders_of_others", server.emulator.account
    held = node("extract", id="4611686018427380001")
    held["script"]["path"] = f"{name}/extract"
    script = {"path": name, "runtime": {"command": "WORKFLOW"}}
    document = etl(name=name, id="4611686018427380000", script=script, nodes=[held], dependencies=[])
    keys = {"accessKey": account.access_key, "secretKey": account.secret_key}
    client = openapi.Client(openapi.Settings.from_config({"endpoint": server.endpoint, **keys}, {}))
    await client.import_workflow_definition(server.emulator.project.project_id, json.dumps(document))
    await client.aclose()


@pytest.fixture
def stack(engine: Path, plugin: int, server: EmulatorServer, tmp_path: Path) -> Stack:
    """A stack whose project and state are still to come."""
    return stack_in(engine, server, tmp_path, plugin)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_makes_the_calls_that_the_matrix_strikes(stack: Stack, bases: Bases, name: str) -> None:
    step = STEPS[name]
    bases(Case(name, 1, "before", "reset")).restore(stack)
    chaos_run.declare_step(stack, step, TROUBLES["reset"], 1)
    stack.up(*chaos_run.arguments(stack, step))
    calls = tuple(call.action for call in stack.emulator.calls)
    assert calls[: len(step.calls) if step.seconds else None] == step.calls


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_world_is_right_after_any_trouble(
    stack: Stack, bases: Bases, case: Case, record_property: Callable[[str, Any], None]
) -> None:
    base = bases(case)
    base.restore(stack)
    way = FAILED
    try:
        outcome = chaos_run.run(stack, base, case)
        assert not outcome.wrong, str(outcome)
        assert outcome.way in case.ways, str(outcome)
        way = outcome.way
    finally:
        record_property("chaos", (case.step, case.trouble, str(case), way))
