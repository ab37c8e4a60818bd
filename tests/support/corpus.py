"""The documents of tests/corpus, and those of others where they lie beside the clone."""

from __future__ import annotations

import csv
import gzip
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from tests.corpus.mutations import Mutation, mutations
from tests.support.repository import REPO

CORPUS = REPO / "tests" / "corpus"
_BESIDE = REPO.parent / "shared" / "flowspec"
"""The only path above the repository: documents that are not ours to give away, which tests read in addition."""

FOLDERS = [folder for folder in (CORPUS, _BESIDE) if folder.exists()]
SCHEMAS = [folder / "official_schema" for folder in FOLDERS if folder != CORPUS]
"""The folder of the vendor's JSON Schemas, if it is there."""

COMPLETED = {"raw__upstream-examples__cycle_workflow_minimal.spec.json"}
"""Documents that the manifest does not call ready for an import, and that the provider makes so."""

NOT_KEPT = {"hotel_nights": "a dependency on nothing"}
"""What of a document the emulator does not give back as it was written, at one setting of its noise or another."""

Verdict = dict[str, str]


def _rows() -> Iterator[tuple[Path, str]]:
    """Every document, and what the manifest says of an import."""
    for folder in FOLDERS:
        with (folder / "manifest.csv").open(encoding="utf-8-sig") as rows:
            for row in csv.DictReader(rows):
                name = row["document"] if folder == CORPUS else Path(row["path"]).name
                yield folder / "documents" / name, row["import_ready"]


def named(path: Path) -> str:
    """How a document is called in a test's ID."""
    return path.name.removesuffix(".json")


DOCUMENTS = [path for path, _ in _rows()]
READY = [path for path, ready in _rows() if ready == "yes"]
"""Those that an import takes."""
TAKEN = [path for path in DOCUMENTS if path in READY or path.name in COMPLETED]
"""Those that the provider takes."""
REFUSED = [path for path in DOCUMENTS if path not in TAKEN]
KEPT = [path for path in TAKEN if named(path) not in NOT_KEPT]
"""Those that the emulator gives back as they were written."""

each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
each_ready = pytest.mark.parametrize("file", READY, ids=named)


def each_ready_but(**failing: str) -> pytest.MarkDecorator:
    """A test of each document that an import takes; it fails for these, each for the reason given, and has to."""
    marks = {name: pytest.mark.xfail(reason=reason, strict=True) for name, reason in failing.items()}
    files = [pytest.param(path, marks=marks.get(named(path), ())) for path in READY]
    return pytest.mark.parametrize("file", files, ids=[named(path) for path in READY])


each_taken = pytest.mark.parametrize("file", TAKEN, ids=named)
each_refused = pytest.mark.parametrize("file", REFUSED, ids=named)


def loaded(path: Path) -> flowspec.Object:
    """A document as Python's JSON reads it."""
    found: flowspec.Object = json.loads(path.read_bytes())
    return found


def of(folder: Path, paths: list[Path]) -> list[Path]:
    """Those of the documents that are of one folder."""
    return [path for path in paths if path.is_relative_to(folder)]


def vendors(path: Path) -> Path:
    """What the vendor's library writes of a document; not every one is there."""
    return path.parents[1] / "written" / path.name


def verdicts(folder: Path) -> Iterator[tuple[Path, list[tuple[Verdict, Any]]]]:
    """What the vendor's parser says: for each document its verdicts, each with the mutated document."""
    with gzip.open(folder / "verdicts.csv.gz", "rt", encoding="utf-8-sig") as file:
        for name, rows in itertools.groupby(csv.DictReader(file), key=lambda row: row["document"]):
            path = folder / "documents" / name
            document = loaded(path)
            made = [Mutation("", "original", document), *mutations(document)]
            documents = {(one.pointer, one.op): one.document for one in made}
            yield path, [(row, documents[row["pointer"], row["op"]]) for row in rows]
