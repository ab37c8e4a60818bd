"""One resource, a service that it talks to, and time that costs nothing."""

import sys
from pathlib import Path

import pytest

# pytest's importlib mode leaves test folders off the path.
sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.unit.lifecycle.support import Run


@pytest.fixture
def run() -> Run:
    return Run()
