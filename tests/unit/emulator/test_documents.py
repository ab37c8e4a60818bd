"""The vendor's own library as the judge: what it wrote, and what it said to 22,208 mutations."""

import csv
import gzip
import json
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Emulator, Life
from pulumi_resource_dataworks.emulator._parse import SpecError, parse, parse_document
from pulumi_resource_dataworks.emulator._write import ordered, write

Document = dict[str, Any]

# What a read-back adds to what was written, wherever it stands.
NOISE = {"metadata", "citable"}


def import_ready(shared: Path) -> Iterator[Path]:
    with (shared / "manifest.csv").open(encoding="utf-8-sig") as rows:
        for row in csv.DictReader(rows):
            if row["import_ready"] == "yes":
                yield shared / row["path"]


def test_the_writer_writes_what_the_vendor_wrote(shared: Path) -> None:
    written = sorted((shared / "written").iterdir())
    assert len(written) == 58
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert write(json.loads(text)) == text, path.name


def test_the_order_of_keys_is_not_the_documents(shared: Path) -> None:
    for path in import_ready(shared):
        text = (shared / "written" / path.name).read_text(encoding="utf-8")
        assert write(backwards(json.loads(text))) == text, path.name


def test_the_parser_reads_what_the_vendor_read(shared: Path) -> None:
    for path in import_ready(shared):
        text = (shared / "written" / path.name).read_text(encoding="utf-8")
        assert write(parse(path.read_text(encoding="utf-8"))) == text, path.name


def test_the_parser_judges_mutations_as_the_vendor_does(shared: Path) -> None:
    """The small documents' mutations; all 22,208 take half a minute, and differ in 107.

    What is left of disagreement is known: the order in which a hash map holds keys of one bucket, a key `kinds`, the
    reference of a variable to its own node, a join's corners.
    """
    mutations = runpy.run_path(str(shared / "mutate.py"))["mutations"]
    judged, differing = 0, 0
    for name, rows in verdicts(shared).items():
        text = (shared / "documents" / name).read_text(encoding="utf-8")
        if len(text) > 5000:
            continue
        original = write(parse(text))
        for (_, _, _, mutant), row in zip(mutations(json.loads(text)), rows, strict=True):
            judged += 1
            differing += judge(mutant, original) not in {
                (row["parser"], row["same_meaning"]),
                (row["parser"], None),
            }
    assert judged > 2000
    assert differing / judged < 0.01


def verdicts(shared: Path) -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {}
    with gzip.open(shared / "verdicts.csv.gz", "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            if row["op"] != "original":
                rows.setdefault(row["document"], []).append(row)
    return rows


def judge(mutant: Document, original: str) -> tuple[str, str | None]:
    try:
        text = write(parse_document(mutant))
    except SpecError:
        return "error", None
    if "kind" not in mutant or "version" not in mutant:
        return "ok", None
    return "ok", "yes" if text == original else "no"


def test_every_ready_document_comes_back_with_all_that_was_written(
    shared: Path, ask: Callable[..., dict[str, Any]]
) -> None:
    for path in import_ready(shared):
        emulator = Emulator(strict=False, job_life=Life("immediate"))
        job = ask(
            emulator, "ImportWorkflowDefinition", ProjectId=10001, Spec=path.read_text(encoding="utf-8")
        )
        workflow_id = job["AsyncJob"]["Response"]
        status = ask(emulator, "GetJobStatus", JobId=job["AsyncJob"]["Id"])["JobStatus"]
        assert status["Status"] == "Success", (path.name, status)
        read = ask(emulator, "GetWorkflowDefinition", Id=workflow_id, IncludeScriptContent="True")
        spec = json.loads(read["WorkflowDefinition"]["Spec"])
        expected = json.loads((shared / "written" / path.name).read_text(encoding="utf-8"))
        assert list(missing(expected, spec, "$")) == [], path.name
        assert write(spec) == read["WorkflowDefinition"]["Spec"]


def missing(written: Any, read: Any, where: str) -> Iterator[str]:
    """Where something written is not in what was read."""
    if isinstance(written, dict) and isinstance(read, dict):
        for key, value in written.items():
            if key not in NOISE and not regenerated(where, key):
                yield from missing(value, read.get(key), f"{where}.{key}")
    elif isinstance(written, list) and isinstance(read, list):
        by_key = {identity(item): item for item in read}
        for item in written:
            yield from missing(item, by_key.get(identity(item)), f"{where}[{identity(item)}]")
    elif written != read:
        yield f"{where}: {written!r} is {read!r}"


def regenerated(where: str, key: str) -> bool:
    """IDs of scripts, triggers and the like are the server's own."""
    return key == "id" and not where.endswith("]") and where != "$.spec"


def identity(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    known = (item.get(key) for key in ("data", "name", "nodeId", "output", "sourceType", "type"))
    return " ".join(str(value) for value in known if isinstance(value, str))


def backwards(value: Any) -> Any:
    """The same document with the keys of every known entity in reverse; free maps have an order of their own."""
    if isinstance(value, list):
        return [backwards(item) for item in value]
    if not isinstance(value, dict):
        return value
    free = {"metadata", "value", "sparkConf", "cdhJobConfig", "emrJobConfig", "paiflowConf", "config"}
    return {key: item if key in free else backwards(item) for key, item in reversed(list(value.items()))}


def test_an_unknown_key_comes_after_the_known_ones() -> None:
    assert list(ordered({"extra": 1, "kind": "Table", "version": "1.1.0"})) == ["version", "kind", "extra"]


def test_empty_things_are_written_as_the_vendor_writes_them() -> None:
    assert write({"spec": {"workflows": [{"inputs": {}, "nodes": []}]}}) == (
        '{\n\t"spec":{\n\t\t"workflows":[\n\t\t\t{\n\t\t\t\t"inputs":{\n\t\t\t\t\t\n\t\t\t\t},'
        '\n\t\t\t\t"nodes":[]\n\t\t\t}\n\t\t]\n\t}\n}'
    )


@pytest.mark.parametrize(
    ("text", "hopeless"),
    [
        ("{", True),
        ("[]", True),
        ('{"kind":"Workflow","spec":{}}', True),
        ('{"kind":"CycleWorkflow","spec":[]}', False),
        ('{"kind":"CycleWorkflow","spec":{"workflows":null}}', False),
        ('{"kind":"CycleWorkflow","spec":{"workflows":"x"}}', False),
        ('{"kind":"CycleWorkflow","spec":{"workflows":[{"trigger":{"type":"Never"}}]}}', False),
        ('{"kind":"CycleWorkflow","spec":{"workflows":[{"trigger":{"type":7}}]}}', False),
        ('{"kind":"CycleWorkflow","spec":{"workflows":[{"trigger":{"delaySeconds":3.5}}]}}', False),
        (
            '{"kind":"CycleWorkflow","spec":{"workflows":[{"script":{"parameters":[{"type":"System"}]}}]}}',
            False,
        ),
    ],
)
def test_what_the_vendor_cannot_parse_is_an_error(text: str, hopeless: bool) -> None:
    with pytest.raises(SpecError) as refused:
        parse(text)
    assert refused.value.hopeless is hopeless
    assert refused.value.code.startswith("0x508300000000000")


def test_values_are_coerced_and_unknown_keys_dropped() -> None:
    node = {
        "name": 7,
        "timeout": "3",
        "autoParse": "TRUE",
        "rerunMode": "allowed",
        "timeoutUnit": "fortnights",
        "doWhile": {"maxIterations": "5", "maxIteration": 3},
        "inputs": {"output": [{"data": "x"}]},
        "outputs": {"NodeOutputs": [{"data": {"a": True}}]},
        "unknown": 1,
        "description": None,
    }
    workflow = {"nodes": [node], "flow": [{"nodeId": "x"}]}
    parsed = parse(json.dumps({"kind": "cycleworkflow", "spec": {"workflows": [workflow]}}))
    read = parsed["spec"]["workflows"][0]
    assert parsed["kind"] == "cycleworkflow"
    assert read["dependencies"] == [{"nodeId": "x"}]
    assert read["nodes"][0] == {
        "timeout": 3,
        "rerunMode": "Allowed",
        "autoParse": True,
        "name": "7",
        "inputs": {"nodeOutputs": [{"data": "x", "artifactType": "NodeOutput"}]},
        "outputs": {"nodeOutputs": [{"data": "{a=true}", "artifactType": "NodeOutput"}]},
        "do-while": {"maxIterations": 5},
    }
