"""readFlowSpec: a document in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.lifecycle import UNKNOWN, LifecycleError, WorkflowDefinitions
from tests.support.documents import etl, node
from tests.support.functions import Asking
from tests.support.messages import Messages
from tests.support.workspaces import beside


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document of one node, whose SQL and resource group are put in when it is read."""
    monkeypatch.chdir(tmp_path)
    load = node("load", runtimeResource={"resourceGroup": "{{group}}"})
    load["script"]["content"] = {"fn::readFile": "load.sql"}
    (tmp_path / "load.sql").write_text("SELECT 1;\n")
    file = tmp_path / "daily.json"
    file.write_text(json.dumps(etl(nodes=[load], dependencies=[]), indent=1))
    return file


@pytest.mark.parametrize("absolute", [True, False])
async def test_scripts_and_variables_are_in_their_places(
    ask: Asking, document: Path, *, absolute: bool
) -> None:
    path = str(document) if absolute else document.name
    found = await ask("readFlowSpec", path=path, variables={"group": "g1"})
    load: dict[str, Any] = found["spec"]["spec"]["workflows"][0]["nodes"][0]
    assert (load["script"]["content"], load["runtimeResource"]) == ("SELECT 1;\n", {"resourceGroup": "g1"})
    assert ask.calls == []


async def test_a_resource_that_is_given_the_document_warns_with_file_and_line(
    ask: Asking, document: Path
) -> None:
    (document.parent / "load.sql").write_text("SELECT '${day}';\n")
    answer = await ask("readFlowSpec", path="daily.json", variables={"group": "g1"})
    spec = json.loads(json.dumps(answer["spec"]))
    [warning] = (
        WorkflowDefinitions(learnt=ask.learnt).check("urn", {"projectId": 1, "spec": spec}, None).warnings
    )
    assert ".script.content (daily.json, line 20, column 19): " in warning
    spec["spec"]["workflows"][0]["nodes"][0]["description"] = "added by the program"
    [warning] = (
        WorkflowDefinitions(learnt=ask.learnt).check("urn", {"projectId": 1, "spec": spec}, None).warnings
    )
    assert ".script.content: " in warning


@pytest.mark.parametrize("kind", ["Node", "Function", "Resource"])
async def test_a_document_of_what_stands_beside_workflows_is_read_too(
    ask: Asking, tmp_path: Path, kind: str
) -> None:
    given = next(one for one in beside() if one["kind"] == kind)
    file = tmp_path / "one.json"
    file.write_text(json.dumps(given))
    assert (await ask("readFlowSpec", path=str(file)))["spec"] == given
    holder = next(iter(given["spec"].values()))
    del holder[0]["name"]
    file.write_text(json.dumps(given))
    with pytest.raises(LifecycleError, match="name is missing"):
        await ask("readFlowSpec", path=str(file))


async def test_it_waits_for_a_variable_that_is_not_known_yet(ask: Asking, document: Path) -> None:
    answer = await ask.answer("readFlowSpec", path=str(document), variables={"group": UNKNOWN})
    assert (answer.values, answer.failures) == ({}, [])


@pytest.mark.parametrize(
    ("change", "path", "variables"),
    [
        ({}, "daily.json", {}),
        ({}, "daily.json", {"group": "g1", "unused": 1}),
        ({"load.sql": None}, "daily.json", {"group": "g1"}),
        ({"daily.json": "{"}, "daily.json", {}),
        (
            {"daily.json": json.dumps(etl(nodes=[node("a", recurrence="x")], dependencies=[]))},
            "daily.json",
            {},
        ),
        ({}, "gone.json", {}),
    ],
    ids=["missing variable", "unused variable", "missing script", "no JSON", "invalid", "missing document"],
)
async def test_what_is_wrong_is_reported(
    ask: Asking,
    document: Path,
    change: dict[str, str | None],
    path: str,
    variables: dict[str, Any],
    messages: Messages,
) -> None:
    for name, text in change.items():
        file = document.parent / name
        file.unlink() if text is None else file.write_text(text)
    with pytest.raises(LifecycleError) as caught:
        await ask("readFlowSpec", path=path, variables=variables)
    messages(str(caught.value).replace(str(document.parent), "<folder>"))


async def test_arguments_of_another_type_are_failures(ask: Asking) -> None:
    found = await ask.failures("readFlowSpec", path=1, variables="group")
    assert [argument for argument, _ in found] == ["path", "variables"]
