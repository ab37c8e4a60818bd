"""Our judgement beside the vendor's own parser's, on its 22,228 verdicts: a sixth, or all with AGREEMENT=all (`make agreement`).

What the parser refuses is refused here, with a path. Where we differ otherwise, one named rule claims the row: a rule of
RULES where we refuse what the parser takes, a rule of COMPARISON where we compare otherwise.
"""

import collections
import csv
import gzip
import itertools
import json
import os
import runpy
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import RULES, InvalidDocumentError
from pulumi_resource_dataworks.flowspec._fields import Shape
from pulumi_resource_dataworks.flowspec._tables import UNKNOWN, field_of
from tests.support.corpus import SHARED

COMPARISON = {
    "version-left-out": "A document without a version is refused by the vendor's writer; the provider writes it in.",
    "server-owned": "The service fills the field in, and no author means anything by it.",
    "set": "The order of the list has no meaning; the service gives lists back in another order.",
    "label-case": "Kinds and types are read in any case.",
    "own-node": "The parser fills in the node that a variable belongs to.",
}

STEP = 1 if os.environ.get("AGREEMENT") == "all" else 6

Row = dict[str, str]


def pairs() -> Iterator[tuple[Row, Any, Any]]:
    """Each verdict with its document and the mutated one."""
    mutations = runpy.run_path(str(SHARED / "mutate.py"))["mutations"]
    # The documents are JSON, which a round trip copies several times faster.
    mutations.__globals__["copy"] = SimpleNamespace(deepcopy=lambda value: json.loads(json.dumps(value)))
    with gzip.open(SHARED / "verdicts.csv.gz", "rt", encoding="utf-8-sig") as file:
        for name, found in itertools.groupby(csv.DictReader(file), key=lambda row: row["document"]):
            rows = list(found)
            document = json.loads((SHARED / "documents" / name).read_text("utf-8"))
            made = [("", "original", document)]
            made += [(_pointer(path), op, mutated) for path, op, _, mutated in mutations(document)]
            for row, (pointer, op, mutated) in zip(rows, made, strict=True):
                assert (row["pointer"], row["op"]) == (pointer, op)
                yield row, document, mutated


def claim(row: Row, document: Any, mutated: Any) -> str:
    """The rule that a row falls under: empty where we agree, `UNCLAIMED ...` where none claims it."""
    try:
        flowspec.validate(flowspec.read(json.dumps(mutated, ensure_ascii=False)))
    except InvalidDocumentError as error:
        [first, *_] = [fault for fault in error.faults if fault.severity == "error"]
        if row["parser"] == "error" or row["same_meaning"] == "write-error":
            return "" if first.line else "UNCLAIMED: refused without a place"
        return first.rule if first.rule in RULES else f"UNCLAIMED: refused by {first.rule}"
    if row["parser"] == "error":
        return "UNCLAIMED: taken, and the parser refuses it"
    if row["same_meaning"] == "write-error":
        return (
            "version-left-out" if row["pointer"] == "/version" else "UNCLAIMED: taken, and cannot be written"
        )
    ours = "yes" if flowspec.same(document, mutated) else "no"
    return "" if ours == row["same_meaning"] else _comparison(row, ours)


def _comparison(row: Row, ours: str) -> str:
    """The rule under which we see a difference that the parser does not, or none where it sees one."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in row["pointer"].split("/")[1:]]
    fields = list(_fields(steps))
    if ours == "no":
        return "own-node" if steps[-1] == "node" else "UNCLAIMED: a difference that the parser does not see"
    if any(field.server for field in fields):
        return "server-owned"
    if row["op"] == "reverse" and fields[-1].order == "set":
        return "set"
    if row["op"] in {"lower", "upper"} and fields[-1].shape is Shape.CHOICE:
        return "label-case"
    return "UNCLAIMED: no difference, and the parser sees one"


def _fields(steps: list[str]) -> Iterator[Any]:
    """The fields on the way to a value, as far as tables know them."""
    entity = "document"
    for step in steps:
        if step.isdecimal():
            continue
        field = field_of(entity, step)[1]
        yield field
        entity = field.entity
        if field is UNKNOWN or not entity:
            return


def _pointer(path: tuple[str | int, ...]) -> str:
    return "/" + "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in path)


def test_every_verdict_of_the_vendors_parser_is_met_or_claimed(shared: Path) -> None:
    del shared
    counts: collections.Counter[str] = collections.Counter()
    unclaimed: list[str] = []
    for row, document, mutated in itertools.islice(pairs(), 0, None, STEP):
        rule = claim(row, document, mutated)
        counts[rule or "agreed"] += 1
        if rule.startswith("UNCLAIMED"):
            unclaimed.append(f"{row['document']} {row['pointer']} {row['op']}: {rule}")
    for rule, count in counts.most_common():
        print(f"{count:6} {rule}")  # noqa: T201 - the table is what one runs this for
    assert sum(counts.values()) == -(-22_228 // STEP)
    assert not unclaimed, "\n".join([str(len(unclaimed)), *unclaimed[:20]])


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_gives_its_reason(rule: str) -> None:
    assert RULES[rule].says.endswith(".")
    assert RULES[rule].because.endswith(".")


def workflows_written_by_the_vendor() -> list[str]:
    """The documents with a workflow that the vendor's library could parse and write."""
    written = sorted((SHARED / "written").glob("*")) if SHARED.exists() else []
    documents = {
        path.name: json.loads((SHARED / "documents" / path.name).read_text("utf-8")) for path in written
    }
    return [name for name, root in documents.items() if "workflows" in root.get("spec", {})]


@pytest.mark.parametrize("name", workflows_written_by_the_vendor())
def test_what_the_vendors_library_writes_means_what_it_read(name: str) -> None:
    documents = [
        json.loads((SHARED / folder / name).read_text("utf-8")) for folder in ("documents", "written")
    ]
    assert flowspec.same(*documents)
    assert flowspec.same(*reversed(documents))
