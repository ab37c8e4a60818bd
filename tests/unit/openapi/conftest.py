"""Fixtures; what they are made of is in `support`."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from pulumi_resource_dataworks.openapi import Client

# pytest's importlib mode leaves test folders off the path.
sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.unit.openapi.support import Service, VirtualClock, settings


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
