from collections.abc import Callable
from typing import Any

import pytest

from tests.support.probes import Bed


@pytest.fixture
def bed() -> Callable[..., Bed]:
    """Makes an emulator of the Standard edition with these switches, and probes against it."""

    def make(**switches: Any) -> Bed:
        return Bed(edition="standard", **switches)

    return make
