"""The documents of an export: what an import reads, shortened, with scripts in files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, lifecycle, openapi
from pulumi_resource_dataworks.document_file import read_document
from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life
from pulumi_resource_dataworks.export._documents import LeftOutError, as_json, imported, take_scripts_out
from pulumi_resource_dataworks.export._file_names import Names
from pulumi_resource_dataworks.flowspec import short
from pulumi_resource_dataworks.lifecycle._definition_state import DefinitionState
from tests.support.messages import Messages
from tests.support.workspaces import (
    SCRIPTS,
    generated,
    load,
    public,
    related,
    settings,
    sql,
    tricky,
    workflow,
)

Document = dict[str, Any]


STAY_LONG = {"leaderboard", "month_close", "night"}
"""Workflows that would mean something else if they were shorter."""


class Silent:
    """Reports nothing."""

    def status(self, message: str) -> None: ...
    def info(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...


async def read(server: EmulatorServer) -> dict[str, Document]:
    """What `pulumi import` reads, completed, by workflow ID."""
    client = openapi.Client(settings(server))
    definitions, found = lifecycle.WorkflowDefinitions(), {}
    for one in server.emulator.workflows():
        context = lifecycle.Context("urn", client, Silent())
        resource_id = f"10001/{one.workflow_id}"
        both = await definitions.read(context, resource_id, {}, {})
        assert both is not None
        found[one.workflow_id] = DefinitionState.of("urn", resource_id, both[1]).root
    await client.aclose()
    return found


@pytest.fixture(scope="module")
def full() -> Iterator[EmulatorServer]:
    """DataWorks with everything that there is to export."""
    with EmulatorServer(Emulator(job_life=Life("seconds", 0))) as running:
        load(running, [*public(), *tricky(), *related(), *generated(3)])
        yield running


@pytest.mark.parametrize("noise", ["usual", "worst"])
def test_a_document_is_what_an_import_reads_and_shortened_completed_to_the_same(
    full: EmulatorServer, noise: str
) -> None:
    full.emulator.switch(read_back_noise=noise)
    stored = full.emulator.workflows()
    assert len(stored) > 20
    reads = asyncio.run(read(full))
    for one in stored:
        root = imported(
            one.workflow_id, one.document if noise == "usual" else reads[one.workflow_id], portable=False
        )
        assert flowspec.same(root, reads[one.workflow_id])
        found = short(root)
        stays_long = flowspec.workflow_of(root)["name"] in STAY_LONG
        assert (found is root) is stays_long
        assert stays_long or len(flowspec.canonical(found)) < len(flowspec.canonical(root))
        completed = flowspec.complete(found, lambda name: name and pytest.fail(f"{name} has no ID"))
        assert flowspec.same(completed, root)
        assert flowspec.digest(completed) == flowspec.digest(root)


def test_what_is_left_out_is_what_the_provider_adds() -> None:
    nodes = [sql("extract", "SELECT 1;\n"), sql("report", "SELECT 2;\n")]
    waits = [{"nodeId": "report", "depends": [{"type": "Normal", "nodeId": "extract"}]}]
    root = workflow("daily", nodes, dependencies=waits)
    found = short(root)["spec"]["workflows"][0]
    assert found["dependencies"] == waits
    assert "script" not in found
    assert [node.keys() for node in found["nodes"]] == [{"id", "name", "script"}] * 2
    assert [node["script"].keys() for node in found["nodes"]] == [{"runtime", "content"}] * 2


def test_a_document_stays_long_where_a_shorter_one_means_something_else() -> None:
    first, second = sql("one", "SELECT 1;\n"), sql("two", "SELECT 2;\n")
    first["id"], second["id"] = "two", "one"  # what is a name here is an ID there, and an ID goes first
    waits = [{"nodeId": "one", "depends": [{"type": "Normal", "output": "two"}]}]
    root = workflow("daily", [first, second], dependencies=waits)
    assert short(root) is root


def test_every_script_is_a_file_to_the_last_byte() -> None:
    [root] = [one for one in tricky() if flowspec.workflow_of(one)["name"] == "scripts"]
    document, files = take_scripts_out(short(root), "workflows/scripts", Names("workflow.json"))
    contents = sorted(text.encode() for text in SCRIPTS.values() if text)
    assert sorted(files.values()) == contents
    held = json.loads(as_json(document))["spec"]["workflows"][0]["nodes"]
    scripts = {node["name"]: node["script"]["content"] for node in held}
    assert scripts["empty"] == ""
    for name, text in SCRIPTS.items():
        if text:
            assert files[f"workflows/scripts/{scripts[name]['fn::readFile']}"] == text.encode()


def test_a_text_with_a_placeholder_of_its_own_stays_what_it_is(tmp_path: Path) -> None:
    root = workflow("daily", [sql("a", "SELECT '{{ds}}';\n")])
    body = flowspec.workflow_of(root)
    body["description"], body["owner"] = "for {{ ds }}", "{{owner}}"
    document, files = take_scripts_out(root, ".", Names("workflow.json"), {"owner"})
    assert files == {"./a.sql": b"SELECT '{{ds}}';\n", "./description.txt": b"for {{ ds }}"}
    for name, content in {**files, "workflow.json": as_json(document)}.items():
        (tmp_path / name).write_bytes(content)
    read = read_document(tmp_path / "workflow.json", {"owner": "u1"}).root
    body["owner"] = "u1"
    assert flowspec.same(read, root)


def test_inner_scripts_are_files_too_and_a_node_without_one_has_none() -> None:
    loop = {
        "name": "loop",
        "script": {"runtime": {"command": "CONTROLLER_CYCLE"}},
        "do-while": {"nodes": [sql("check", "SELECT 1;\n")], "while": sql("end", "SELECT 2;\n")},
    }
    document, files = take_scripts_out(workflow("daily", [loop]), "here", Names())
    assert files == {"here/loop.check.sql": b"SELECT 1;\n", "here/loop.end.sql": b"SELECT 2;\n"}
    assert "content" not in flowspec.workflow_of(document)["nodes"][0]["script"]


def test_the_order_of_a_read_back_does_not_show() -> None:
    nodes = [sql(name, "SELECT 1;\n") for name in "cab"]
    waits = [{"nodeId": name, "depends": [{"type": "Normal", "nodeId": "a"}]} for name in "cb"]
    there = workflow("daily", nodes, dependencies=waits)
    back = json.loads(json.dumps(there))
    body = flowspec.workflow_of(back)
    body["nodes"].reverse()
    body["dependencies"].reverse()
    back = {key: back[key] for key in reversed(back)}
    texts = {as_json(take_scripts_out(one, "x", Names())[0]) for one in (there, back)}
    assert len(texts) == 1


def left_out(root: Document) -> str:
    with pytest.raises(LeftOutError) as caught:
        imported("1", root, portable=False)
    return str(caught.value)


def test_what_the_provider_refuses_is_left_out_with_its_errors(messages: Messages) -> None:
    root = workflow("daily", [sql("a", "SELECT 1;\n")])
    flowspec.workflow_of(root)["nodes"][0]["trigger"] = {"type": "Sometimes"}
    messages(left_out(root))


def test_what_a_language_cannot_hold_is_left_out(messages: Messages) -> None:
    root = workflow("daily", [sql("a", "SELECT 1;\n")])
    node = flowspec.workflow_of(root)["nodes"][0]
    node["script"]["runtime"]["sparkConf"] = {"fn::readFile": "x"}
    messages(left_out(root))
    node["script"]["runtime"]["sparkConf"] = {"deep": [2**53]}
    assert "2^53" in left_out(root)


def test_a_huge_number_is_text_where_that_means_the_same() -> None:
    root = workflow("daily", [sql("a", "SELECT 1;\n")])
    flowspec.workflow_of(root)["trigger"] = {
        "type": "Scheduler",
        "cron": "00 03 00 * * ?",
        "calendarId": 2**60 + 1,
    }
    assert flowspec.workflow_of(imported("1", root, portable=False))["trigger"]["calendarId"] == str(
        2**60 + 1
    )
