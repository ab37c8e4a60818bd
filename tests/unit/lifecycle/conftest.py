"""One resource, a service that it talks to, and time that costs nothing."""

import pytest

from tests.support.definitions import Run


@pytest.fixture
def run() -> Run:
    return Run()
