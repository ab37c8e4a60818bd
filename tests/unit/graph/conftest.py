"""The public documents, read where they lie beside this checkout."""

import sys
from pathlib import Path

import pytest

# pytest's importlib mode leaves test folders off the path.
sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.unit.graph.support import SHARED


@pytest.fixture
def shared() -> Path:
    if not SHARED.exists():
        pytest.skip("the public documents are not beside this checkout")
    return SHARED
