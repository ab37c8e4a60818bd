from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_resource_dataworks.emulator import (
    Emulator,
    EmulatorServer,
    Life,
    Project,
)
from tests.support.fronts import OTHER, dynamic, program_host
from tests.support.stacks import Stack


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    """DataWorks with two workspaces."""
    projects = (Project(), Project(project_id=OTHER, identifier="other"))
    short = Life("seconds", 0.2)
    with EmulatorServer(Emulator(projects=projects, job_life=short, stage_life=short)) as running:
        yield running


@pytest.fixture(scope="session")
def program() -> Iterator[int]:
    with program_host() as port:
        yield port


@pytest.fixture
def stack(stack: Stack) -> Stack:
    """A stack whose configuration asks for more calls a second than DataWorks allows: it is read by both fronts."""
    with (stack.folder / f"Pulumi.{stack.name}.yaml").open("a", encoding="utf-8") as file:
        file.write('config:\n  dataworks:callsPerSecond: "100"\n')
    return stack


@pytest.fixture(params=["plugin", "dynamic"])
def front(request: pytest.FixtureRequest, stack: Stack, program: int) -> Stack:
    return stack if request.param == "plugin" else dynamic(stack, program)
