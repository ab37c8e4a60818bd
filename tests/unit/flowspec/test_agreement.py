"""Our judgement beside the vendor's own parser's: a tenth of its verdicts, or all with AGREEMENT=all (`make agreement`).

What the parser refuses is refused here, with a path. Where we differ otherwise, one named rule claims the row: a rule of
RULES where we refuse what the parser takes, a rule of COMPARISON where we compare otherwise. A row that nothing claims fails.
"""

import collections
import json
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import InvalidDocumentError
from pulumi_resource_dataworks.flowspec._problems import rules
from pulumi_resource_dataworks.flowspec._tables import UNKNOWN_FIELD, Shape, field_of
from tests.support.corpus import DOCUMENTS, Verdict, each_folder, loaded, vendors, verdicts

COMPARISON = {
    "version-left-out": "A document without a version is refused by the vendor's writer; the provider writes it in.",
    "server-owned": "The service fills the field in, and no author means anything by it.",
    "set": "The order of the list has no meaning; the service gives lists back in another order.",
    "label-case": "Kinds and types are read in any case.",
    "own-node": "The parser fills in the node that a variable belongs to.",
}

ALL = os.environ.get("AGREEMENT") == "all"
SHARE, SEED = 10, 20261128


def claim(row: Verdict, document: Any, mutated: Any) -> str:
    """The rule that a row falls under: empty where we agree, `UNCLAIMED ...` where none claims it."""
    try:
        flowspec.validate(flowspec.read(json.dumps(mutated, ensure_ascii=False)))
    except InvalidDocumentError as error:
        [first, *_] = [problem for problem in error.problems if problem.severity == "error"]
        if row["parser"] == "error" or row["same_meaning"] == "write-error":
            return "" if first.line else "UNCLAIMED: refused without a place"
        return first.rule if first.rule in rules() else f"UNCLAIMED: refused by {first.rule}"
    if row["parser"] == "error":
        return "UNCLAIMED: taken though the parser refuses it"
    if row["same_meaning"] == "write-error":
        return (
            "version-left-out"
            if row["pointer"] == "/version"
            else "UNCLAIMED: taken though it cannot be written"
        )
    ours = "yes" if flowspec.same(document, mutated) else "no"
    return "" if ours == row["same_meaning"] else _comparison(row, ours)


def _comparison(row: Verdict, ours: str) -> str:
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
    return "UNCLAIMED: no difference where the parser sees one"


def _fields(steps: list[str]) -> Iterator[Any]:
    """The fields on the way to a value, as far as tables know them."""
    entity = "document"
    for step in steps:
        if step.isdecimal():
            continue
        field = field_of(entity, step)[1]
        yield field
        entity = field.object_type
        if field is UNKNOWN_FIELD or not entity:
            return


def judged(folder: Path) -> Iterator[tuple[Verdict, str]]:
    """The rows that are looked at, each with the rule that it falls under."""
    chance = random.Random(SEED)
    for path, rows in verdicts(folder):
        document = loaded(path)
        for row, mutated in rows:
            if ALL or chance.randrange(SHARE) == 0:
                yield row, claim(row, document, mutated)


@each_folder
def test_every_verdict_of_the_vendors_parser_is_met_or_claimed(folder: Path) -> None:
    counts: collections.Counter[str] = collections.Counter()
    unclaimed = []
    for row, rule in judged(folder):
        counts[rule or "agreed"] += 1
        if rule.startswith("UNCLAIMED: "):
            unclaimed.append((row["document"], row["pointer"], row["op"], rule))
    for rule, count in counts.most_common():
        print(f"{folder.name:9} {count:6} {rule}")  # noqa: T201 - the table is what one runs this for
    assert sum(counts.values()) > 500
    assert not unclaimed


@pytest.mark.parametrize("rule", rules())
def test_every_rule_gives_its_reason(rule: str) -> None:
    assert rules()[rule].says.endswith(".")
    assert rules()[rule].because.endswith(".")


def test_each_text_of_a_rule_is_one_that_the_code_names() -> None:
    known = {f"{name}.{case}".removesuffix(".") for name, rule in rules().items() for case in rule.text}
    code = "".join(path.read_text("utf-8") for path in Path(flowspec.__file__).parent.glob("*.py"))
    assert {name for name in known if f'"{name}"' not in code} == set()
    assert set(re.findall(r'problem\(\s*"([^"]+)"', code)) <= known


def workflows_written_by_the_vendor() -> list[Path]:
    """The documents with a workflow that the vendor's library could parse and write."""
    written = [path for path in DOCUMENTS if vendors(path).exists()]
    return [path for path in written if "workflows" in loaded(path).get("spec", {})]


@pytest.mark.parametrize("file", workflows_written_by_the_vendor(), ids=lambda file: str(file.stem))
def test_what_the_vendors_library_writes_means_what_it_read(file: Path) -> None:
    """But where it has filled in the node that a variable belongs to (`own-node`)."""
    documents = [loaded(file), loaded(vendors(file))]
    filled_in = file.name in {"football_stats.json", "observatory_night.json"}
    assert flowspec.same(*documents) is not filled_in
    assert flowspec.same(*reversed(documents)) is not filled_in
