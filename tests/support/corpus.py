"""The public documents, read where they lie beside this checkout."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.repository import REPO

SHARED = REPO.parent / "shared" / "flowspec"

COMPLETED = {
    "raw__upstream-examples__cycle_workflow_minimal.spec.json": "lacks only version, which the provider sends",
}
"""Documents that the manifest does not call import-ready and that the provider makes so."""


def manifest() -> list[dict[str, str]]:
    """A row for each public document."""
    if not SHARED.exists():
        return []
    with (SHARED / "manifest.csv").open(encoding="utf-8-sig") as rows:
        return list(csv.DictReader(rows))


READY = [Path(row["path"]).name for row in manifest() if row["import_ready"] == "yes"]
OTHERS = [Path(row["path"]).name for row in manifest() if row["import_ready"] in ("needs-transform", "n/a")]
TAKEN = [
    path
    for row in manifest()
    if (path := SHARED / row["path"]) and (row["import_ready"] == "yes" or path.name in COMPLETED)
]
"""Where the documents are that the provider takes."""
REFUSED = [path for row in manifest() if (path := SHARED / row["path"]) not in TAKEN]

each_ready = pytest.mark.parametrize("name", READY)
needs_shared = pytest.mark.skipif(
    not SHARED.exists(), reason="the public documents are not beside this checkout"
)


@pytest.fixture
def shared() -> Path:
    """The folder of the public documents."""
    if not SHARED.exists():
        pytest.skip("the public documents are not beside this checkout")
    return SHARED


def public(name: str) -> dict[str, Any]:
    """A public document by name."""
    found: dict[str, Any] = json.loads((SHARED / "documents" / name).read_text(encoding="utf-8"))
    return found
