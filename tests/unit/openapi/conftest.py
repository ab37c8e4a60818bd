"""A client, the service that it talks to, and time that costs nothing."""

from collections.abc import AsyncIterator

import httpx
import pytest

from pulumi_resource_dataworks.openapi import Client
from tests.support.services import Service, VirtualClock, settings


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
async def client(clock: VirtualClock, service: Service, said: list[str]) -> AsyncIterator[Client]:
    made = Client(settings(), transport=httpx.MockTransport(service.handle), clock=clock, on_wait=said.append)
    yield made
    await made.aclose()
