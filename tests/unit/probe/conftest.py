import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.probe import _load
from tests.support.probes import Bed


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest document is 32 KiB, and no disk is waited for; a test that wants either says so."""
    monkeypatch.setattr(_load, "_LARGEST", 15)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def bed(tmp_path: Path) -> Callable[..., Bed]:
    """Makes an emulator of the Standard edition with these switches, and probes against it."""

    def make(**switches: Any) -> Bed:
        return Bed(tmp_path, edition="standard", **switches)

    return make
