"""A run of a program that calls functions."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

# pytest's importlib mode leaves test folders off the path.
sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.unit.functions.support import Asking


@pytest.fixture
async def ask() -> AsyncIterator[Asking]:
    asking = Asking()
    yield asking
    await asking.client.aclose()
