"""A run of a program that calls functions."""

from collections.abc import AsyncIterator

import pytest

from tests.support.functions import Asking


@pytest.fixture
async def ask() -> AsyncIterator[Asking]:
    asking = Asking()
    yield asking
    await asking.client.aclose()
