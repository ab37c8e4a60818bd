"""Documents in files: scripts beside them, variables, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.document_file import (
    UnreadableFileError,
    UnusedVariableError,
    checked,
    documents_in,
    read_document,
)
from pulumi_resource_dataworks.flowspec import InvalidDocumentError
from tests.support.messages import Messages

Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a document of one node with this content, and files beside it; gives the document's file."""

    def write(content: Any, files: dict[str, str | bytes] | None = None, **fields: Any) -> Path:
        node = {"name": "load", "script": {"content": content, "runtime": {"command": "ODPS_SQL"}}, **fields}
        root = {"kind": "CycleWorkflow", "spec": {"workflows": [{"name": "daily", "nodes": [node]}]}}
        for name, text in (files or {}).items():
            file = tmp_path / "documents" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        document = tmp_path / "documents" / "daily.json"
        document.parent.mkdir(exist_ok=True)
        document.write_text(json.dumps(root, indent=1))
        return document

    return write


def node_of(root: dict[str, Any]) -> dict[str, Any]:
    node: dict[str, Any] = root["spec"]["workflows"][0]["nodes"][0]
    return node


def refusal(file: Path, variables: dict[str, Any] | None = None) -> str:
    with pytest.raises(InvalidDocumentError) as caught:
        read_document(file, variables)
    [problem] = caught.value.problems
    assert problem.line > 1
    return problem.render()


def test_a_script_is_its_file_to_the_last_byte(written: Written) -> None:
    text = "SELECT '${bizdate}', {{x}};\r\n\n"
    document = read_document(written({"fn::readFile": "sql/load.sql"}, {"sql/load.sql": text}))
    assert node_of(document.root)["script"]["content"] == text
    assert checked(written({"fn::readFile": "sql/load.sql"}))[1] == []


def test_yaml_is_read_in_the_same_way(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("SELECT 1;")
    file = tmp_path / "daily.yaml"
    file.write_text(
        "kind: CycleWorkflow\nspec:\n  workflows:\n    - name: daily\n      nodes:\n"
        "        - name: load\n          script: { content: { fn::readFile: a.sql } }\n"
    )
    assert node_of(read_document(file).root)["script"]["content"] == "SELECT 1;"


@pytest.mark.parametrize(
    "name",
    ["gone.sql", "sub/aa.sql", "sub", "../daily.sql", "/etc/hostname", "", "binary.sql", "out.sql", "a\0b"],
)
def test_a_file_that_cannot_be_read_is_reported_where_it_is_named(
    written: Written, name: str, messages: Messages, tmp_path: Path
) -> None:
    file = written({"fn::readFile": name}, {"sub/a.sql": "", "binary.sql": b"a\n\xff", "../daily.sql": "x"})
    (file.parent / "out.sql").symlink_to(tmp_path / "daily.sql")
    messages(refusal(file).replace(str(tmp_path), "<folder>"))


@pytest.mark.parametrize(
    "content",
    [{"fn::readFile": "a", "b": 1}, {"fn:readFile": "a"}, {"fn::toJSON": {}}, {"fn::readFile": ["a"]}],
    ids=str,
)
def test_no_other_function_is_known(written: Written, content: Any, messages: Messages) -> None:
    messages(refusal(written(content), {}))


def test_variables_take_their_places(written: Written) -> None:
    content = {"fn::readFile": "job.json"}
    files = {"job.json": '{"datasource": "{{ source }}", "keep": "{{other}}", "speed": {{speed}}}'}
    fields = {
        "runtimeResource": {"resourceGroup": "{{group}}"},
        "rerunTimes": "{{times}}",
        "owner": "u{{times}}",
    }
    file = written(content, files, **fields)
    found = read_document(file, {"source": "orders", "group": "g1", "times": 2, "speed": 3})
    node = node_of(found.root)
    assert (node["runtimeResource"], node["rerunTimes"], node["owner"]) == ({"resourceGroup": "g1"}, 2, "u2")
    assert node["script"]["content"] == '{"datasource": "orders", "keep": "{{other}}", "speed": 3}'


def test_a_variable_that_was_rounded_is_reported(written: Written, messages: Messages) -> None:
    text = refusal(written("SELECT {{order}};"), {"order": 7234567890123456512.0})
    messages(text)
    assert "the variable " in text


@pytest.mark.parametrize("number", [2**53 + 1, 2.5, -(2**52)])
def test_a_number_that_is_exact_takes_its_place(written: Written, number: float) -> None:
    found = read_document(written("SELECT {{order}};"), {"order": number})
    assert node_of(found.root)["script"]["content"] == f"SELECT {number};"


def test_a_variable_that_is_not_given_is_reported(written: Written, messages: Messages) -> None:
    file = written("SELECT '{{free}}';", runtimeResource={"resourceGroup": "{{gruop}}"})
    messages(refusal(file, {"group": "g1"}))


def test_a_variable_that_is_not_used_is_reported(written: Written) -> None:
    with pytest.raises(UnusedVariableError) as caught:
        read_document(written("SELECT 1;"), {"group": "g1"})
    assert caught.value.names == ["group"]


def test_without_variables_a_placeholder_is_taken_for_right(written: Written) -> None:
    file = written("SELECT 1;", rerunTimes="{{times}}", recurrence="Nomral")
    [problem] = checked(file)[1]
    assert (problem.path[-1], problem.severity) == ("recurrence", "error")
    assert [one.path[-1] for one in checked(file, {"times": "x"})[1]] == ["rerunTimes", "recurrence"]


@pytest.mark.parametrize(("name", "content"), [("gone", None), ("latin", b"\xe4"), ("folder", "folder")])
def test_a_document_that_cannot_be_read(tmp_path: Path, name: str, content: Any) -> None:
    if content == "folder":
        (tmp_path / name).mkdir()
    elif content:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFileError):
        read_document(tmp_path / name)


def test_the_documents_of_a_folder(written: Written, tmp_path: Path) -> None:
    document = written("SELECT 1;")
    broken = document.parent / "sub" / "broken.yml"
    broken.parent.mkdir()
    broken.write_text("kind: CycleWorkflow\n  spec: [\n")
    for name in ("Pulumi.yaml", ".hidden/a.json", "node_modules/a.json", "notes.json", "a.txt"):
        other = document.parent / name
        other.parent.mkdir(exist_ok=True)
        other.write_text(
            "{}" if name == "notes.json" else "resources: {a: {properties: {spec: {kind: CycleWorkflow}}}}\n"
        )
    (document.parent / ".hidden" / "a.json").write_text(document.read_text())
    (document.parent / "node_modules" / "a.json").write_text(document.read_text())
    assert list(documents_in(tmp_path)) == [document, broken]
