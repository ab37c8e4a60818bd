"""The vendor's own library as the judge: what it wrote, and what it said to mutations."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Emulator, Life
from pulumi_resource_dataworks.emulator._documents import SpecError, ordered, parse, parse_document, write
from tests.support.corpus import (
    CORPUS,
    DOCUMENTS,
    FOLDERS,
    READY,
    each_folder,
    loaded,
    named,
    of,
    vendors,
    verdicts,
)
from tests.support.nightly import NIGHTLY

Document = dict[str, Any]

# What a read-back adds to what was written, wherever it stands.
NOISE = {"metadata", "citable"}

NOT_WRITTEN = {
    "hotel_nights": "the service puts a kind in its own letter case, and drops a dependency on nothing",
    **dict.fromkeys(("water_alarm", "library_catalogue"), "the service drops a dependency without an output"),
}
"""Documents that do not come back with all that was written."""

FREE = {
    *("metadata", "value", "config", "template", "storage", "sparkConf", "flinkConf", "paiflowConf"),
    *("cdhJobConfig", "emrJobConfig", "adbJobConfig", "maxComputeConf", "streamJobConfig"),
}
"""Keys of free maps: the vendor's library writes their keys in the order of a Java HashMap, the emulator as they are."""

LARGEST = {"corpus": 20_000, "flowspec": 5000} if NIGHTLY else {"corpus": 10_000, "flowspec": 3000}
"""Bytes of the documents whose mutations are judged."""


each_written = pytest.mark.parametrize(
    "file", [path for path in DOCUMENTS if vendors(path).exists()], ids=named
)
each_ready_and_written = pytest.mark.parametrize(
    "file", [path for path in READY if vendors(path).exists()], ids=named
)


@each_written
def test_the_writer_writes_what_the_vendor_wrote(file: Path) -> None:
    text = vendors(file).read_text("utf-8")
    assert write(json.loads(text)) == text
    assert json.loads(write(json.loads(text))) == json.loads(text)


@each_ready_and_written
def test_the_order_of_keys_is_not_the_documents(file: Path) -> None:
    root = loaded(vendors(file))
    assert write(backwards(root)) == write(root)


APART = {
    "legacy_zoo_v1": "an entity that is named by its ID; only documents of an older shape have any",
    "node_invoice": "`dependencies` beside the workflow, which a document of version 2.0.0 keeps; an import takes no such kind",
}
"""Documents that the emulator reads otherwise than the vendor's library, on purpose."""


@pytest.mark.parametrize("file", of(FOLDERS[0], DOCUMENTS), ids=named)
def test_the_parser_takes_what_the_vendors_takes(file: Path) -> None:
    with (CORPUS / "manifest.csv").open(encoding="utf-8-sig") as rows:
        expected = next(row["parser"] for row in csv.DictReader(rows) if row["document"] == file.name)
    try:
        written = write(parse(file.read_text("utf-8-sig")))
    except SpecError:
        found, written = "error", ""
    else:
        found = "ok"
    vendor = vendors(file).read_text("utf-8") if vendors(file).exists() else written
    is_same = written == vendor or (found == "ok" and json.loads(written) == json.loads(vendor))
    assert (found == expected and is_same) is (named(file) not in APART)


@each_folder
def test_the_parser_judges_mutations_as_the_vendor_does(folder: Path) -> None:
    """The small documents' mutations. What is left of disagreement is known: corners of a join, of components and of lists
    in which an entry has no node.
    """
    judged, differing = 0, 0
    for path, rows in verdicts(folder):
        if path.stat().st_size > LARGEST[folder.name]:
            continue
        original = in_any_order(parse(path.read_text("utf-8")))
        for row, mutant in rows:
            judged += 1
            differing += judge(mutant, original) not in {
                (row["parser"], row["same_meaning"]),
                (row["parser"], None),
            }
    assert judged > (1500 if NIGHTLY else 400)
    assert differing / judged < 0.01


def in_any_order(document: Document) -> str:
    """What is written, whatever the order of the keys: the text distinguishes true from 1."""
    return json.dumps(ordered(document), sort_keys=True)


def judge(mutant: Document, original: str) -> tuple[str, str | None]:
    try:
        text = in_any_order(parse_document(mutant))
    except SpecError:
        return "error", None
    if "kind" not in mutant or "version" not in mutant:
        return "ok", None
    return "ok", "yes" if text == original else "no"


@pytest.mark.parametrize(
    "file",
    [path for path in READY if vendors(path).exists() and "id" in loaded(path)["spec"]["workflows"][0]],
    ids=named,
)
def test_every_ready_document_comes_back_with_all_that_was_written(
    file: Path, ask: Callable[..., dict[str, Any]]
) -> None:
    emulator = Emulator(strict=False, job_life=Life("immediate"))
    job = ask(emulator, "ImportWorkflowDefinition", ProjectId=10001, Spec=file.read_text(encoding="utf-8"))
    workflow_id = job["AsyncJob"]["Response"]
    status = ask(emulator, "GetJobStatus", JobId=job["AsyncJob"]["Id"])["JobStatus"]
    assert status["Status"] == "Success", status
    read = ask(emulator, "GetWorkflowDefinition", Id=workflow_id, IncludeScriptContent="True")
    spec = json.loads(read["WorkflowDefinition"]["Spec"])
    lost = list(missing(loaded(vendors(file)), spec, "$"))
    assert bool(lost) is (named(file) in NOT_WRITTEN), lost
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
    elif written != read and not (written == {} and read is None):
        yield f"{where}: {written!r} is {read!r}"


def regenerated(where: str, key: str) -> bool:
    """IDs of scripts, triggers and the like are the server's own."""
    return key == "id" and not where.endswith("]") and where != "$.spec"


def identity(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    known = (item.get(key) for key in ("data", "name", "nodeId", "output", "sourceType", "type", "when"))
    return " ".join(str(value) for value in known if isinstance(value, str))


def backwards(value: Any) -> Any:
    """The same document with the keys of every known object in reverse."""
    if isinstance(value, list):
        return [backwards(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: item if key in FREE else backwards(item) for key, item in reversed(list(value.items()))}


def test_an_unknown_key_comes_after_the_known_ones() -> None:
    assert list(ordered({"extra": 1, "kind": "Table", "version": "1.1.0"})) == ["version", "kind", "extra"]


def test_empty_things_are_written_as_the_vendor_writes_them() -> None:
    assert write({"spec": {"workflows": [{"inputs": {}, "nodes": []}]}}) == (
        '{\n\t"spec":{\n\t\t"workflows":[\n\t\t\t{\n\t\t\t\t"inputs":{\n\t\t\t\t\t\n\t\t\t\t},'
        '\n\t\t\t\t"nodes":[\n\t\t\t\t\t\n\t\t\t\t]\n\t\t\t}\n\t\t]\n\t}\n}'
    )


@pytest.mark.parametrize(
    ("text", "refuses_call"),
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
def test_what_the_vendor_cannot_parse_is_an_error(text: str, refuses_call: bool) -> None:
    with pytest.raises(SpecError) as refused:
        parse(text)
    assert refused.value.refuses_call is refuses_call
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
