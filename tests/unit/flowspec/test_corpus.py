"""The corpus is what its manifest says."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from pulumi_resource_dataworks.flowspec import read
from tests.corpus.mutations import mutations
from tests.corpus.orchard import orchard
from tests.support.corpus import CORPUS, loaded, vendors, verdicts

with (CORPUS / "manifest.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))
YAML = sorted((CORPUS / "documents").glob("*.yaml"))


def test_every_file_has_its_row() -> None:
    assert {path.name for path in (CORPUS / "documents").glob("*.json")} == {row["document"] for row in ROWS}
    written = {row["document"] for row in ROWS if row["written"] == "yes"}
    assert {path.name for path in (CORPUS / "written").iterdir()} == written
    assert [path.stem for path in YAML] == sorted(
        row["document"].removesuffix(".json") for row in ROWS if row["yaml"] == "yes"
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["document"]))
def test_a_row_says_what_kind_of_document_it_is(row: dict[str, str]) -> None:
    root = loaded(CORPUS / "documents" / row["document"])
    assert (root["kind"], str(root.get("version", ""))) == (row["kind"], row["version"])


def test_the_verdicts_are_of_mutations_and_of_every_original() -> None:
    made = {row["document"]: int(row["mutations"]) for row in ROWS if row["mutations"] != "0"}
    found = Counter[str]()
    for path, rows in verdicts(CORPUS):
        assert sum(1 for _ in mutations(loaded(path))) == made[path.name]
        assert [row["op"] for row, _ in rows].count("original") == 1
        found[path.name] += len(rows)
    assert found.keys() == made.keys()
    assert found.total() == 8900


def test_the_orchard_is_as_it_is_made() -> None:
    text = (CORPUS / "documents" / "orchard_sensors.json").read_text("utf-8")
    assert text == json.dumps(orchard(), ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("path", YAML, ids=lambda path: str(path.stem))
def test_a_document_in_yaml_is_the_one_in_json(path: Path) -> None:
    assert read(path.read_text("utf-8")).root == loaded(path.with_suffix(".json"))


def test_nothing_is_written_of_a_document_that_is_not_there() -> None:
    assert not vendors(CORPUS / "documents" / "lighthouse_ping.json").exists()
