"""Functions, and workflows that depend on each other, through the real engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import (
    Emulator,
    EmulatorServer,
    Life,
    Project,
    ResourceGroup,
    Workflow,
)
from tests.support.documents import etl, node
from tests.support.stacks import Stack

GROUPS = (ResourceGroup("Serverless_1", "shared"), ResourceGroup("Serverless_2", "shared_large"))


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    emulator = Emulator(
        projects=(Project(identifier="sales", dev_environment_enabled=True),),
        resource_groups=GROUPS,
        job_life=Life("seconds", 0.2),
    )
    with EmulatorServer(emulator) as running:
        yield running


def invoke(function: str, returned: str | None = None, **arguments: Any) -> dict[str, Any]:
    """`fn::invoke` of a YAML program."""
    call = {"function": f"dataworks:{function}", "arguments": arguments}
    return {"fn::invoke": {**call, "return": returned} if returned else call}


def test_a_program_looks_up_what_a_document_needs(stack: Stack) -> None:
    project = stack.project_id
    group = invoke("getResourceGroup", "id", projectId=project, name="shared")
    load = node("load", runtimeResource={"resourceGroup": "${group}"})
    report = node("report")
    variables: dict[str, Any] = {
        "group": group,
        "project": invoke("getProject", name="sales"),
        "same": invoke("getProject", projectId=project),
        "large": invoke("getResourceGroup", "id", name={"fn::secret": "shared_large"}),
        # Both wait for the resource: in a first preview they are not known.
        "found": invoke("getWorkflowDefinition", projectId=project, workflowId="${etl.workflowId}"),
        "listed": invoke("listWorkflowDefinitions", "workflows", projectId="${etl.projectId}"),
    }
    root = {"nodeId": "load", "depends": [{"output": "${project.rootOutput}"}]}
    after = {"nodeId": "report", "depends": [{"nodeId": "load"}]}
    spec = etl(nodes=[load, report], dependencies=[root, after])
    resource = {"type": "dataworks:WorkflowDefinition", "properties": {"projectId": project, "spec": spec}}
    reported = {
        "mode": "${project.mode}",
        "sameName": "${same.name}",
        "path": "${found.path}",
        "deployed": "${found.deployed}",
        "outputs": "${found.nodeOutputs}",
        "declared": "${etl.nodeOutputs}",
        "listed": "${listed}",
        "large": "${large}",
    }
    stack.declare({"etl": resource}, reported, variables=variables)
    assert "2 to create" in stack.preview().output
    stack.up()
    [stored] = stack.emulator.workflows()
    found = stack.outputs()
    assert (found["mode"], found["sameName"], found["path"], found["deployed"]) == (
        "standard",
        "sales",
        "daily_orders",
        False,
    )
    assert found["outputs"] == found["declared"]
    assert [each["workflowId"] for each in found["listed"]] == [stored.workflow_id]
    by_name = {each["name"]: each for each in stored.body["nodes"]}
    assert by_name["load"]["runtimeResource"]["resourceGroup"] == "Serverless_1"
    assert {"sales_root"} in depends(stored).values()
    assert "Serverless_2" not in json.dumps(found["large"])  # what a secret has found is secret
    assert "Serverless_2" in stack.run("stack", "output", "large", "--show-secrets").output
    before = stack.calls()
    stack.preview("--diff", "--expect-no-changes")
    # getProject by ID and by name, resource groups of the workspace and of all, the workflow, its runs, the list of each kind.
    assert stack.calls() - before == 8
    stack.emulator.deploy(stored.workflow_id)
    stack.up()
    assert stack.outputs()["deployed"] is True


def test_what_is_wrong_stops_the_preview_with_a_reason(stack: Stack) -> None:
    for variable, reason in (
        (invoke("getProject", name="sale"), 'has the name "sale". Did you mean "sales"?'),
        (invoke("getWorkflowDefinition", name="a", path="b"), "takes one of workflowId, name and path"),
    ):
        stack.declare({}, {"found": "${found}"}, variables={"found": variable})
        assert reason in stack.preview(ok=False).output


def test_a_function_goes_to_the_provider_that_it_names(stack: Stack) -> None:
    found = invoke("getProject", name="sales")
    found["fn::invoke"]["options"] = {"provider": "${other}"}
    provider = {"type": "pulumi:providers:dataworks", "properties": {"endpoint": stack.server.endpoint}}
    stack.declare(
        {"other": provider},
        {"id": "${found.projectId}"},
        variables={"found": found},
        config={"endpoint": "http://127.0.0.1:1"},  # the default provider's leads nowhere
    )
    stack.up()
    assert stack.outputs() == {"id": stack.project_id}


def depends(workflow: Workflow) -> dict[str, set[str]]:
    """What each node waits for: its name, and the outputs."""
    names = {each["id"]: each["name"] for each in workflow.body["nodes"]}
    return {
        names[dependency["nodeId"]]: {one["output"] for one in dependency["depends"]}
        for dependency in workflow.body["dependencies"]
    }


def two_workflows(stack: Stack, node_name: str) -> None:
    """Workflow `second` has a node that waits for a node of `first`; it stands first in the program."""
    output = f'${{first.nodeOutputs["{node_name}"]}}'
    waits = [{"nodeId": "report", "depends": [{"output": output}]}]
    documents = {
        "second": etl(name="second", nodes=[node("report")], dependencies=waits),
        "first": etl(name="first", nodes=[node("extract"), node(node_name)], dependencies=[]),
    }
    stack.declare(
        {
            name: {
                "type": "dataworks:WorkflowDefinition",
                "properties": {"projectId": stack.project_id, "spec": spec},
            }
            for name, spec in documents.items()
        }
    )


def by_name(stack: Stack) -> dict[str, Workflow]:
    return {workflow.body["name"]: workflow for workflow in stack.emulator.workflows()}


def test_a_workflow_depends_on_a_node_of_another(stack: Stack) -> None:
    two_workflows(stack, "load")
    preview = stack.preview()
    assert "3 to create" in preview.output
    assert not preview.warnings
    stack.up()
    stored = by_name(stack)
    [load] = [each["id"] for each in stored["first"].body["nodes"] if each["name"] == "load"]
    assert depends(stored["second"]) == {"report": {load}}
    assert list(stored) == ["first", "second"]
    stack.is_quiet()

    # Another node, and so another output: both workflows change in one up, the first one first.
    two_workflows(stack, "load_orders")
    assert "2 to update" in stack.preview().output
    before = len(stack.emulator.calls)
    stack.up()
    stored = by_name(stack)
    [renamed] = [each["id"] for each in stored["first"].body["nodes"] if each["name"] == "load_orders"]
    assert renamed != load
    assert depends(stored["second"]) == {"report": {renamed}}
    assert imports(stack, before) == ["first", "second"]

    before = len(stack.emulator.calls)
    stack.destroy()
    assert stack.emulator.workflows() == []
    deleted = [
        call.params["Id"] for call in stack.emulator.calls[before:] if call.action.startswith("Delete")
    ]
    assert deleted == [stored["second"].workflow_id, stored["first"].workflow_id]


def imports(stack: Stack, since: int) -> list[str]:
    """The names of the workflows that were imported, in order."""
    sent = [
        json.loads(call.params["Spec"])
        for call in stack.emulator.calls[since:]
        if call.action == "ImportWorkflowDefinition"
    ]
    return [root["spec"]["workflows"][0]["name"] for root in sent]


def test_one_id_in_two_workspaces_is_refused(stack: Stack) -> None:
    resources = {
        name: {
            "type": "dataworks:WorkflowDefinition",
            "properties": {"projectId": project, "spec": etl(id="7234567890123456789")},
        }
        for name, project in (("here", stack.project_id), ("there", 10002))
    }
    stack.declare(resources)
    output = stack.preview(ok=False).output
    assert "the ID 7234567890123456789 is written for project 1000" in output
    assert "Leave the IDs out of the document" in output


@pytest.mark.starts_plugin
def test_a_document_in_a_file(stack: Stack) -> None:
    """The CLI starts the provider in the program's folder, where relative paths begin."""
    load = node("load", runtimeResource={"resourceGroup": "{{group}}"})
    load["script"]["content"] = {"fn::readFile": "load.sql"}
    (stack.folder / "daily").mkdir()
    (stack.folder / "daily/load.sql").write_text("SELECT '${bizdate}';\n")
    (stack.folder / "daily/workflow.json").write_text(
        json.dumps(etl(nodes=[load], dependencies=[]), indent=1)
    )
    read = invoke("readFlowSpec", "spec", path="daily/workflow.json", variables={"group": "g1"})
    resource = {
        "type": "dataworks:WorkflowDefinition",
        "properties": {"projectId": stack.project_id, "spec": "${document}"},
    }
    stack.declare({"etl": resource}, variables={"document": read})
    warned = [text for text in stack.up().warnings if "no parameter of that name" in text]
    assert warned
    assert all("script.content (daily/workflow.json, line 20, column 19): " in text for text in warned)
    assert stack.scripts() == {"load": "SELECT '${bizdate}';\n"}
    assert "2 unchanged" in stack.preview().output
    (stack.folder / "daily/load.sql").unlink()
    assert 'the file "load.sql" cannot be read' in stack.preview(ok=False).output


@pytest.mark.starts_plugin
def test_an_id_in_a_setting_is_kept_in_an_object_and_refused_elsewhere(stack: Stack) -> None:
    """Pulumi YAML (1.38.0) makes a number of a setting that reads like one."""
    own_id = "7234567890123456789"
    called = node("called")
    called["script"]["content"] = "SELECT {{id}};"
    (stack.folder / "calls.json").write_text(json.dumps(etl(nodes=[called], dependencies=[])))

    def declare(value: str) -> None:
        document = invoke("readFlowSpec", "spec", path="calls.json", variables={"id": value})
        held = {"projectId": stack.project_id, "spec": "${document}"}
        resource = {"type": "dataworks:WorkflowDefinition", "properties": held}
        stack.declare({"etl": resource}, variables={"document": document})

    stack.run("config", "set", "id", own_id)
    declare("${id}")
    assert 'the variable "id" is a number of 2^53 or more' in stack.preview(ok=False).output
    deployment = {"projectId": stack.project_id, "workflowId": "${id}", "digest": f"1:{64 * 'a'}"}
    stack.declare({"live": {"type": "dataworks:WorkflowDeployment", "properties": deployment}})
    assert "workflowId has to be a text" in stack.preview(ok=False).output
    stack.run("config", "rm", "id")
    stack.run("config", "set", "--path", "ids.called", "--type", "string", own_id)
    declare("${ids.called}")
    stack.up()
    assert stack.scripts() == {"called": f"SELECT {own_id};"}


@pytest.mark.starts_plugin
@pytest.mark.parametrize("asks", [True, False])
def test_a_wrong_root_is_named_as_soon_as_the_workspace_s_name_is_known(stack: Stack, asks: bool) -> None:
    """getProject says it in a preview; without that, the first import does."""
    waits = [{"nodeId": "load", "depends": [{"output": "slaes_root"}]}]
    spec = etl(nodes=[node("load")], dependencies=waits)
    project = invoke("getProject", "projectId", projectId=stack.project_id)
    properties = {"projectId": "${project}" if asks else stack.project_id, "spec": spec}
    stack.declare(
        {"etl": {"type": "dataworks:WorkflowDefinition", "properties": properties}},
        variables={"project": project} if asks else {},
    )
    place = "spec.workflows[0].dependencies[0].depends[0]"
    reported = f'{place}: the root node "slaes_root" is not that of this workspace. Write "sales_root"'
    assert (reported in stack.preview().output) is asks
    assert reported in stack.up().output
    waits[0]["depends"] = [{"output": "sales_root"}]
    properties["spec"] = etl(nodes=[node("load")], dependencies=waits)
    stack.declare(
        {"etl": {"type": "dataworks:WorkflowDefinition", "properties": properties}},
        variables={"project": project} if asks else {},
    )
    assert "root node" not in stack.up().output
