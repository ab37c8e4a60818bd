"""Renamed, replaced, protected, forgotten: one workflow lives on, or a refusal has touched nothing."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Fault, Life, Project
from tests.support.documents import etl, node, nodes
from tests.support.nightly import nightly
from tests.support.stacks import Stack

OTHER = 10002


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    """DataWorks with two workspaces."""
    projects = (Project(), Project(project_id=OTHER, identifier="other"))
    with EmulatorServer(Emulator(projects=projects, job_life=Life("seconds", 0.2))) as running:
        yield running


def places(stack: Stack) -> set[tuple[int, str]]:
    """Where workflows are: project and path."""
    return {(workflow.project_id, workflow.path) for workflow in stack.emulator.workflows()}


def test_another_workspace_gets_the_workflow_and_the_first_one_loses_it(stack: Stack) -> None:
    stack.workflow(etl())
    stack.up()
    stack.workflow(etl(), properties={"projectId": OTHER})
    assert "1 replaced" in stack.up().output
    assert places(stack) == {(OTHER, "daily_orders")}
    stack.is_quiet()


def test_a_replacement_whose_delete_fails_is_finished_by_the_next_up(stack: Stack) -> None:
    stack.workflow(etl())
    stack.up()
    stack.workflow(etl(), properties={"projectId": OTHER})
    stack.emulator.add_fault(Fault("DeleteWorkflowDefinition", times=9, status=403, code="Forbidden.RAM"))
    stack.up(ok=False)
    assert len(places(stack)) == 2
    stack.emulator.clear_faults()
    stack.up()
    assert places(stack) == {(OTHER, "daily_orders")}
    stack.is_quiet()


def changed_identity(change: str) -> dict[str, Any]:
    """The document with ID 70 as another workflow."""
    fields: dict[str, Any] = {"id": "70" if change == "kind" else "71"}
    if change == "id and path":
        fields["script"] = {"path": "team/daily_orders"}
    document = etl(**fields)
    if change == "kind":
        document["kind"] = "ManualWorkflow"
        del document["spec"]["workflows"][0]["trigger"]
    return document


@pytest.mark.parametrize(
    ("change", "before"),
    [
        ("id and path", False),
        ("kind", True),
        ("id", None),
        nightly("id", True),
        nightly("id and path", True),
        nightly("kind", None),
    ],
)
def test_a_new_identity_is_a_new_workflow(stack: Stack, change: str, before: bool | None) -> None:
    stack.workflow(etl(id="70"))
    stack.up()
    document = changed_identity(change)
    options: dict[str, Any] = {} if before is None else {"deleteBeforeReplace": before}
    stack.workflow(document, **options)
    assert "1 replaced" in stack.up().output
    [workflow] = stack.emulator.workflows()
    own = document["spec"]["workflows"][0]["id"]
    assert (workflow.workflow_id, workflow.kind) == (own, document["kind"])
    stack.is_quiet()
    stack.destroy()
    assert stack.emulator.workflows() == []


@pytest.mark.parametrize("change", ["id", nightly("kind")])
def test_a_new_workflow_cannot_come_before_the_one_in_its_place_goes(stack: Stack, change: str) -> None:
    stack.workflow(etl(id="70"))
    stack.up()
    held = copy.deepcopy(stack.emulator.workflows()[0].document)
    stack.workflow(changed_identity(change), deleteBeforeReplace=False)
    assert "pulumi import" in stack.up(ok=False).output
    [workflow] = stack.emulator.workflows()
    assert workflow.document == held
    stack.workflow(changed_identity(change))
    stack.up()
    stack.is_quiet()


def test_a_preview_says_when_up_refuses_a_workflow_in_the_place_of_one_that_is_kept(stack: Stack) -> None:
    stack.workflow(etl(), retainOnDelete=True)
    stack.up()
    [kept] = stack.emulator.workflows()
    stack.workflow(changed_identity("kind"), retainOnDelete=True)
    assert (
        f"retainOnDelete or `deleteBeforeReplace: false` keeps it, up refuses the new one: give that another name or path (workflow {kept.workflow_id})"
        in stack.preview().output
    )
    stack.up(ok=False)
    assert [workflow.kind for workflow in stack.emulator.workflows()] == ["CycleWorkflow"]
    document = changed_identity("kind")
    document["spec"]["workflows"][0] |= {"name": "other"}
    stack.workflow(document, retainOnDelete=True)
    assert "retainOnDelete" not in stack.preview().output
    stack.up()
    assert {workflow.path for workflow in stack.emulator.workflows()} == {"daily_orders", "other"}


@pytest.mark.parametrize("way", ["state delete", "up"])
def test_a_workflow_that_two_resources_hold_after_a_targeted_up_is_left_to_one(
    stack: Stack, way: str
) -> None:
    stack.workflow(etl())
    stack.up()
    old = stack.resource()["urn"]
    stack.workflow(etl(), name="orders")
    target = ("--target", old.replace("::etl", "::orders"))
    for step in (stack.preview, stack.up):
        reported = step(*target).output
        assert "take it out there with `pulumi state delete`: destroying it deletes this workflow" in reported
    if way == "up":
        assert "holds its workflow, which stays" in stack.up().output
    else:
        stack.run("state", "delete", "--yes", old)
    stack.is_quiet()
    assert len(stack.emulator.workflows()) == 1


def test_a_renamed_resource_with_another_document_is_refused_without_an_alias(stack: Stack) -> None:
    stack.workflow(etl())
    stack.up()
    before = copy.deepcopy(stack.emulator.workflows()[0].document)
    stack.workflow(etl(description="new"), name="orders")
    for step in (stack.preview, stack.up):
        assert "Was the resource renamed in the program? Then give it an alias" in step(ok=False).output
    assert stack.emulator.workflows()[0].document == before
    stack.workflow(etl(description="new"), name="orders", aliases=[{"name": "etl"}])
    assert "1 updated" in stack.up().output
    stack.is_quiet()


def test_a_renamed_resource_takes_its_workflow_along(stack: Stack) -> None:
    stack.workflow(etl())
    stack.up()
    first = stack.output()
    stack.workflow(etl(), name="orders")
    for step, takes in ((stack.preview, "up takes it over"), (stack.up, "taking it over")):
        assert f"has made this workflow, and it holds just this document: {takes}" in step().output
    [workflow] = stack.emulator.workflows()
    assert workflow.workflow_id == stack.output() == first
    stack.is_quiet()


def test_a_workflow_survives_the_resource_of_another_provider_that_had_it(stack: Stack) -> None:
    """The old resource is deleted last, by a process that knows nothing of the new one."""
    properties = {"projectId": stack.project_id, "spec": etl()}
    flow = {"type": "dataworks:WorkflowDefinition", "properties": properties}
    account = stack.emulator.account
    keys = {"region": "cn-shanghai", "endpoint": stack.server.endpoint}
    keys |= {"accessKey": account.access_key, "secretKey": account.secret_key}
    provider = {"type": "pulumi:providers:dataworks", "properties": keys}
    stack.plugin = None
    stack.declare({"account": provider, "etl": {**flow, "options": {"provider": "${account}"}}})
    stack.up()
    stack.declare({"account": provider, "orders": flow})
    process = stack.start("up", "--yes", "--skip-preview")
    reported, _ = process.communicate(timeout=120)
    assert len(stack.emulator.workflows()) == 1, reported


def test_a_renamed_resource_with_an_alias_is_unchanged(stack: Stack) -> None:
    stack.workflow(etl())
    stack.up()
    stack.workflow(etl(), name="orders", aliases=[{"name": "etl"}])
    imports = stack.calls("ImportWorkflowDefinition")
    assert "2 unchanged" in stack.up().output
    assert stack.calls("ImportWorkflowDefinition") == imports
    stack.is_quiet()


def forced(stack: Stack, how: str) -> str:
    """Replaces the workflow as it is; what `up` says."""
    urn = stack.resource()["urn"]
    if how == "taint":
        stack.run("state", "taint", "--yes", urn)
    arguments = {"replace": ("--replace", urn), "target": ("--target-replace", urn), "taint": ()}[how]
    return stack.up(*arguments).output


BEFORE = ("as it was made", "after an alias", "after a stack rename")
HOW = ("taint", "replace", "target")


@pytest.mark.parametrize(
    ("how", "before"),
    [
        pair if HOW.index(pair[0]) == BEFORE.index(pair[1]) else nightly(*pair)
        for pair in itertools.product(HOW, BEFORE)
    ],
)
def test_a_forced_replacement_imports_anew_and_the_workflow_lives(
    stack: Stack, how: str, before: str
) -> None:
    stack.workflow(etl())
    stack.up()
    first, made = stack.output(), stack.resource()["urn"]
    if before == "after an alias":
        stack.workflow(etl(), name="orders", aliases=[{"name": "etl"}])
        stack.up()
    if before == "after a stack rename":
        stack.rename("renamed")
    assert (stack.resource()["urn"] == made) is (before == "as it was made")
    reported = forced(stack, how)
    assert "1 replaced" in reported
    assert ("warning" in reported) is (before != "as it was made")  # another URN could be another stack's
    assert stack.calls("ImportWorkflowDefinition") == 2
    [workflow] = stack.emulator.workflows()
    assert workflow.workflow_id == stack.resource()["outputs"]["workflowId"] == first
    stack.is_quiet()
    stack.destroy()
    assert stack.emulator.workflows() == []


@pytest.mark.parametrize("rename", [False, True])
def test_a_replacement_that_the_program_asks_for_finds_its_workflow(stack: Stack, rename: bool) -> None:
    stack.workflow(etl(), replaceOnChanges=["spec"])
    stack.up()
    first = stack.output()
    if rename:
        stack.rename("renamed")
    stack.workflow(etl(description="new"), replaceOnChanges=["spec"])
    assert "1 replaced" in stack.up().output
    [workflow] = stack.emulator.workflows()
    assert workflow.workflow_id == stack.output() == first
    assert workflow.body["description"] == "new"
    stack.is_quiet()


def test_a_replacement_that_the_program_asks_for_at_another_path_leaves_nothing_behind(stack: Stack) -> None:
    stack.workflow(etl(), replaceOnChanges=["spec"])
    stack.up()
    stack.workflow(etl(script={"path": "team/daily_orders"}), replaceOnChanges=["spec"])
    assert "1 replaced" in stack.up().output
    assert places(stack) == {(stack.project_id, "team/daily_orders")}
    stack.is_quiet()


@pytest.mark.parametrize("changed", [etl(description="new"), etl(nodes=[node("extract"), node("load")])])
def test_a_forced_replacement_of_another_document_is_refused_at_preview(stack: Stack, changed: Any) -> None:
    """The engine shows a forced replacement as a create that knows nothing of the state."""
    stack.workflow(etl())
    stack.up()
    held = copy.deepcopy(stack.emulator.workflows()[0].document)
    stack.workflow(changed)
    urn = stack.resource()["urn"]
    for step in (stack.preview, stack.up):
        assert "set `adopt: true` on the resource" in step("--replace", urn, ok=False).output
    assert stack.emulator.workflows()[0].document == held
    stack.up()
    forced(stack, "replace")
    assert len(stack.emulator.workflows()) == 1
    stack.is_quiet()


def test_a_forced_replacement_through_an_explicit_provider(stack: Stack) -> None:
    account = stack.emulator.account
    keys = {"region": "cn-shanghai", "endpoint": stack.server.endpoint}
    keys |= {"accessKey": account.access_key, "secretKey": account.secret_key}
    provider = {"type": "pulumi:providers:dataworks", "properties": keys}
    properties = {"projectId": stack.project_id, "spec": etl()}
    options = {"provider": "${account}"}
    flow = {"type": "dataworks:WorkflowDefinition", "properties": properties, "options": options}
    stack.declare({"account": provider, "etl": flow})
    stack.up()
    stack.up("--replace", stack.resource()["urn"])
    assert len(stack.emulator.workflows()) == 1
    stack.destroy()
    assert stack.emulator.workflows() == []


def test_a_forced_replacement_that_fails_in_its_job_is_repaired_by_the_next_up(stack: Stack) -> None:
    stack.workflow(etl())
    stack.up()
    stack.emulator.script_job(Life("seconds", 0.2, "Fail", "no space"))
    assert "no space" in stack.up("--replace", stack.resource()["urn"], ok=False).output
    stack.up()
    [workflow] = stack.emulator.workflows()
    assert workflow.workflow_id == stack.resource()["outputs"]["workflowId"]
    stack.is_quiet()


@pytest.mark.parametrize("arguments", [[], ["--run-program"], nightly(["--refresh"])])
def test_destroy_deletes_everything_of_ours(stack: Stack, arguments: list[str]) -> None:
    program = {
        name: {
            "type": "dataworks:WorkflowDefinition",
            "properties": {"projectId": stack.project_id, "spec": etl(name=name)},
        }
        for name in ("one", "two")
    }
    stack.declare(program)
    stack.up()
    stack.destroy(*arguments)
    assert stack.emulator.workflows() == []
    assert stack.resources() == []


def test_a_protected_workflow_stays_and_a_retained_one_is_forgotten(stack: Stack) -> None:
    stack.workflow(etl(), protect=True)
    stack.up()
    assert "protect" in stack.destroy(ok=False).output
    assert len(stack.emulator.workflows()) == 1
    stack.workflow(etl(), retainOnDelete=True)
    stack.up()
    stack.destroy()
    assert len(stack.emulator.workflows()) == 1
    assert stack.calls("DeleteWorkflowDefinition") == 0
    stack.workflow(etl())
    assert "taking it over" in stack.up().output


def test_a_retained_workflow_leaves_a_state_that_the_cli_takes(stack: Stack) -> None:
    stack.workflow(etl(), retainOnDelete=True)
    stack.up()
    stack.declare({})
    assert "1 deleted" in stack.up().output
    assert len(stack.emulator.workflows()) == 1
    is_taken_by_the_cli(stack)


def test_a_workflow_deleted_with_another_leaves_a_state_that_the_cli_takes(stack: Stack) -> None:
    def resource(name: str, **options: Any) -> dict[str, Any]:
        properties = {"projectId": stack.project_id, "spec": etl(name=name)}
        return {"type": "dataworks:WorkflowDefinition", "properties": properties, "options": options}

    stack.declare({"one": resource("one"), "two": resource("two", deletedWith="${one}")})
    stack.up()
    stack.is_quiet()
    is_taken_by_the_cli(stack)
    stack.destroy()
    assert places(stack) == {
        (stack.project_id, "two")
    }  # Pulumi takes its word for it that `one` takes it along
    assert stack.resources() == []
    stack.declare({"two": resource("two")})
    assert "taking it over" in stack.up().output
    stack.is_quiet()


def test_a_workflow_that_moves_to_another_stack_is_unchanged_there(stack: Stack) -> None:
    stack.workflow(etl())
    stack.up()
    urn, first = stack.resource()["urn"], stack.output()
    stack.run("stack", "init", "other", "--no-select")
    stack.run("state", "move", "--yes", "--source", "test", "--dest", "other", urn)
    assert stack.resources() == []
    is_taken_by_the_cli(stack)
    stack.select("other")
    is_taken_by_the_cli(stack)
    assert stack.resource()["outputs"]["workflowId"] == first
    stack.up("--expect-no-changes")
    stack.is_quiet()
    assert "1 replaced" in forced(stack, "replace")
    assert [workflow.workflow_id for workflow in stack.emulator.workflows()] == [first]
    stack.is_quiet()


def is_taken_by_the_cli(stack: Stack) -> None:
    """The state is one that the CLI reads, checks and writes."""
    exported = stack.folder / "exported.json"
    stack.run("stack", "export", "--file", str(exported))
    stack.run("stack", "import", "--file", str(exported))
    stack.run("preview")


def test_a_workflow_that_is_only_read_is_left_alone(stack: Stack) -> None:
    stack.workflow(etl(id="70"))
    stack.up()
    stack.run("state", "delete", "--yes", stack.resource()["urn"])
    read = {"type": "dataworks:WorkflowDefinition", "get": {"id": f"{stack.project_id}/70"}}
    stack.declare({"known": read}, {"name": "${known.name}", "extract": '${known.nodeIds["extract"]}'})
    stack.up()
    assert stack.output("name") == "daily_orders"
    assert stack.output("extract") == stack.resource()["outputs"]["nodeIds"]["extract"]
    stack.up()
    stack.destroy()
    assert len(stack.emulator.workflows()) == 1


def test_ignored_changes_stay_ignored_through_a_forced_replacement(stack: Stack) -> None:
    path = "spec.workflows[0].nodes[*].script.content"
    stack.workflow(etl(), ignoreChanges=[path])
    stack.up()
    stack.workflow(etl(nodes=[node("extract", "SELECT 8;\n"), nodes(etl())[1]]), ignoreChanges=[path])
    assert "2 unchanged" in stack.up().output
    assert stack.scripts()["extract"] == "SELECT 1;\nSELECT 2;\n"
