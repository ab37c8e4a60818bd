"""The documents of the corpus and generated ones through the engine: up, no change, no drift, gone; what is wrong is reported.

Documents go through `fn::readFile`, as they lie on the disk: in the program itself `${...}` would be Pulumi's.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import InvalidDocumentError, Problem
from tests.support.corpus import KEPT, REFUSED, each_refused, named
from tests.support.documents import generate
from tests.support.nightly import nightly
from tests.support.stacks import Stack

PER_STACK = 8  # documents in a stack
HASTE = {"callsPerSecond": 1000}


def claims(path: Path) -> set[str]:
    """What a document holds that no second one of the same workspace may hold: IDs and the path."""
    root = json.loads(path.read_text(encoding="utf-8"))
    [workflow] = root["spec"]["workflows"]
    ids = {str(one["id"]) for one in [workflow, *workflow.get("nodes", [])] if one.get("id")}
    return {*ids, "path " + str(workflow.get("script", {}).get("path") or workflow["name"])}


def stacks() -> list[list[Path]]:
    """The documents of each folder in stacks in which none is in another's way, so that each goes through unchanged."""
    found: list[tuple[list[Path], set[str]]] = []
    for path in KEPT:
        own = claims(path)
        for members, taken in found:
            if members[0].parent == path.parent and len(members) < PER_STACK and not own & taken:
                members.append(path)
                taken.update(own)
                break
        else:
            found.append(([path], own))
    return [members for members, _ in found]


def declare(stack: Stack, texts: dict[str, str]) -> None:
    """Writes a program with one workflow for each text, and the texts into files beside it."""
    resources = {}
    for name, text in texts.items():
        (stack.folder / f"{name}.json").write_bytes(text.encode())
        properties = {"projectId": stack.project_id, "spec": {"fn::readFile": f"./{name}.json"}}
        resources[name] = {"type": "dataworks:WorkflowDefinition", "properties": properties}
    stack.declare(resources, config=HASTE)


def lives_and_dies(stack: Stack, texts: dict[str, str], noise: str) -> str:
    """Takes documents through their whole life, and gives back what `up` says."""
    stack.emulator.switch(read_back_noise=noise)
    declare(stack, texts)
    created = stack.up().output
    assert f"{len(texts) + 1} created" in created
    warnings = [line for line in created.splitlines() if "warning:" in line]
    assert all("warning: spec." in line for line in warnings), created  # not of a read-back
    assert len(stack.emulator.workflows()) == len(texts)
    stack.is_quiet()
    held = contents(workflow.document for workflow in stack.emulator.workflows())
    assert not contents(map(json.loads, texts.values())) - held
    stack.destroy()
    assert stack.emulator.workflows() == []
    assert stack.resources() == []
    return created


def contents(documents: Iterable[Any]) -> Counter[str]:
    """Every script of the documents."""
    workflows = [document["spec"]["workflows"][0] for document in documents]
    nodes = [node for workflow in workflows for node in workflow.get("nodes") or []]
    return Counter(node["script"]["content"] for node in nodes if node["script"].get("content"))


def resource(path: Path) -> str:
    return re.sub(r"\W+", "_", named(path))


def test_every_document_is_in_a_stack() -> None:
    assert sum(map(len, stacks())) == len(KEPT) >= 12


@pytest.mark.parametrize("noise", ["usual", "worst"])
@pytest.mark.parametrize("members", stacks(), ids=lambda members: f"{len(members)}-{named(members[0])}")
def test_documents_live_and_die(stack: Stack, members: list[Path], noise: str) -> None:
    lives_and_dies(stack, {resource(path): path.read_bytes().decode() for path in members}, noise)


@pytest.mark.parametrize(
    ("sizes", "noise"),
    [((1, 100), "usual"), ((401,), "worst"), nightly((400,), "worst"), nightly((1000,), "worst")],
    ids=str,
)
def test_generated_workflows_live_and_die(stack: Stack, sizes: tuple[int, ...], noise: str) -> None:
    texts = {f"of_{size}": json.dumps(generate(size, f"of_{size}")) for size in sizes}
    created = lives_and_dies(stack, texts, noise)
    assert ("and DataWorks allows 400" in created) is any(size > 400 for size in sizes)


def problems(path: Path) -> list[Problem]:
    try:
        return flowspec.validate(flowspec.read(path.read_bytes().decode()))
    except InvalidDocumentError as error:
        return [problem for problem in error.problems if problem.severity == "error"]


@each_refused
def test_every_other_document_has_an_error_with_a_place_and_a_remedy(file: Path) -> None:
    found = problems(file)
    assert found
    for problem in found:
        assert problem.severity == "error"
        assert problem.path
        assert problem.line
        assert problem.column
        assert len(problem.remedy) > 10


def test_preview_refuses_one_document_of_each_problem_before_any_call(stack: Stack) -> None:
    """The engine stops at the first resource with a problem, so each is a program of its own."""
    kinds = {problems(path)[0].message: path for path in REFUSED}
    assert len(kinds) >= 5
    for path in kinds.values():
        declare(stack, {resource(path): path.read_bytes().decode()})
        output = stack.preview(ok=False).output
        for problem in problems(path):
            assert problem.render() in output
    assert stack.calls() == 0
