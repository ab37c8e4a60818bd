"""A document that is imported into an emulator, and read back."""

from typing import Any, cast

from pulumi_resource_dataworks.emulator import Emulator, Life
from pulumi_resource_dataworks.openapi import Client
from tests.support.definitions import FakeClient, Run
from tests.support.probes import InProcess
from tests.support.services import settings


async def imported(document: Any, **switches: Any) -> tuple[Run, Emulator]:
    """Imports a document by the lifecycle in this process, and looks whether a refresh finds it as it was sent."""
    emulator = Emulator(strict=False, job_life=Life("immediate"))
    emulator.switch(**switches)
    run = Run()
    client = Client(settings(), transport=InProcess(emulator), clock=run.clock)
    run.client = cast("FakeClient", client)
    state = await run.create(document)
    assert await run.read(state) == (state[1], state[2])
    await client.aclose()
    return run, emulator
