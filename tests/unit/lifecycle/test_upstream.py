"""What a deployed workflow depends on: reported where it is not in production, and not where it is or nobody knows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Fault
from tests.support.deployments import PROJECT, WORKFLOW, A, Deploying, document
from tests.support.messages import Messages

UPSTREAM = "6000000000000000001"
LOAD = f"{UPSTREAM[:-1]}3"


@pytest.fixture
async def run() -> Deploying:
    """A workflow `raw` that is not in production; its node `load` has an output in words, too."""
    run = await Deploying.with_workflow()
    root = document(UPSTREAM, "raw")
    root["spec"]["workflows"][0]["nodes"][1]["outputs"]["nodeOutputs"].append({"data": "sales.load"})
    await run.put(root)
    return run


async def waiting(run: Deploying, *outputs: str, **more: Any) -> None:
    """Lets the workflow that is deployed depend on outputs of others."""
    depends = [{"type": "Normal", "output": output, **more} for output in outputs]
    await run.put(document(dependencies=[{"nodeId": f"{WORKFLOW[:-1]}2", "depends": depends}]))
    run.emulator.gateway.calls.clear()


@pytest.mark.parametrize("output", [LOAD, "sales.load", UPSTREAM, "emulated_workspace.raw"])
@pytest.mark.parametrize("reported", [True, False])
async def test_what_is_not_in_production_is_reported(run: Deploying, output: str, reported: bool) -> None:
    run.emulator.switch(scheduling_id_shown=reported)
    await waiting(run, output)
    await run.create()
    [warning] = run.report.warnings
    assert warning.startswith('node "extract" depends on workflow "raw", which is not in production')
    run.emulator.deploy(UPSTREAM)
    again = run.again()
    await again.update((f"{PROJECT}/{WORKFLOW}", run.inputs(A), {}))
    assert again.kinds[-2:] == ["Online", "Online"]
    assert again.report.warnings == []


async def test_a_workflow_is_reported_once_and_as_the_workflow_s_own(
    run: Deploying, messages: Messages
) -> None:
    root = document()
    depends = [{"type": "Normal", "output": output} for output in (LOAD, "sales.load", UPSTREAM)]
    root["spec"]["flow"] = [{"nodeId": WORKFLOW, "depends": depends}]
    await run.put(root)
    await run.create()
    messages(run.report.warnings)


async def test_what_this_run_deploys_too_is_not_reported(run: Deploying) -> None:
    await waiting(run, LOAD)
    run.inputs(workflow=UPSTREAM, urn="other")
    await run.create()
    assert run.report.warnings == []


@pytest.mark.parametrize(
    ("output", "actions"),
    [
        ("emulated_workspace_root", []),
        (f"{WORKFLOW[:-1]}3", []),
        ("99", ["GetNode", "GetWorkflowDefinition"]),
        ("elsewhere.raw", ["ListNodes", "ListWorkflowDefinitions", "GetWorkflowDefinition"]),
        ("elsewhere.load", ["ListNodes", "ListWorkflowDefinitions"]),
    ],
)
async def test_what_nobody_here_makes_is_not_reported(
    run: Deploying, output: str, actions: list[str]
) -> None:
    await waiting(run, output)
    await run.create()
    assert run.report.warnings == []
    asked = [call.action for call in run.emulator.calls if call.action != "GetPipelineRun"]
    assert asked[1 : asked.index("CreatePipelineRun")] == ["GetWorkflowDefinition", *actions]


async def test_what_waits_for_its_own_last_run_waits_for_nobody_else(run: Deploying) -> None:
    await waiting(run, LOAD, type="CrossCycleDependsOnSelf")
    await run.create()
    assert run.report.warnings == []


async def test_what_cannot_be_asked_is_not_reported(run: Deploying) -> None:
    await waiting(run, LOAD)
    run.emulator.add_fault(Fault("GetNode", status=403, code="Forbidden.RAM"))
    await run.create()
    assert (run.report.warnings, run.is_live) == ([], True)


async def test_a_node_that_cannot_be_read_is_not_reported_and_the_next_one_is(run: Deploying) -> None:
    await waiting(run, "98", LOAD)
    alone = json.dumps({"Node": {"Id": "98", "Spec": json.dumps({"kind": "Node", "spec": []})}})
    run.emulator.add_fault(Fault("GetNode", status=200, body=alone))
    await run.create()
    [warning] = run.report.warnings
    assert f"output {LOAD}" in warning


@pytest.fixture
async def beside(run: Deploying) -> dict[str, str]:
    """A node, a function and a file beside workflows, by their kinds the IDs; none is in production."""
    script = {"path": "beside", "content": "SELECT 1;"}

    def spec(kind: str, holder: str, command: str, **own: Any) -> str:
        held = {"script": {**script, "runtime": {"command": command}}, **own}
        return json.dumps({"version": "1.1.0", "kind": kind, "spec": {holder: [held]}})

    outputs = {"nodeOutputs": [{"data": "care.vacuum"}]}
    node = spec("Node", "nodes", "ODPS_SQL", name="vacuum", outputs=outputs)
    function = spec("Function", "functions", "ODPS_FUNCTION", name="mask")
    file = spec("Resource", "fileResources", "ODPS_PYTHON", name="mask.py", type="python")
    return {
        "node": await run.client.nodes.create(PROJECT, node, {"Scene": "DATAWORKS_PROJECT"}),
        "function": await run.client.functions.create(PROJECT, function, {}),
        "file resource": await run.client.file_resources.create(PROJECT, file, {}),
    }


async def using(run: Deploying) -> None:
    """Lets the workflow that is deployed use all three."""
    depends = [{"type": "Normal", "output": "care.vacuum"}]
    root = document(dependencies=[{"nodeId": f"{WORKFLOW[:-1]}2", "depends": depends}])
    node = root["spec"]["workflows"][0]["nodes"][1]
    node |= {"functions": [{"name": "mask"}], "fileResources": [{"name": "mask.py"}, {"name": "gone.py"}]}
    await run.put(root)
    run.emulator.gateway.calls.clear()


@pytest.mark.parametrize("reported", [True, False])
async def test_a_node_a_function_and_a_file_that_are_not_in_production_are_reported(
    run: Deploying, beside: dict[str, str], reported: bool, messages: Messages
) -> None:
    run.emulator.switch(scheduling_id_shown=reported)
    await using(run)
    await run.create()
    messages(run.report.warnings, **{noun.split()[0]: own for noun, own in beside.items()})
    assert [run.emulator.count(f"List{noun}s") for noun in ("Node", "Function", "Resource")] == [1, 1, 2]
    for own in beside.values():
        run.emulator.deploy(own)
    again = run.again()
    await again.update((f"{PROJECT}/{WORKFLOW}", run.inputs(A), {}))
    assert again.report.warnings == []


async def test_those_that_this_run_deploys_too_are_not_reported(
    run: Deploying, beside: dict[str, str]
) -> None:
    await using(run)
    for key, own in zip(("nodeId", "functionId", "fileResourceId"), beside.values(), strict=True):
        run.check(urn=key, workflow=None, **{key: own})
    await run.create()
    assert run.report.warnings == []


@pytest.mark.usefixtures("beside")
async def test_of_two_with_one_name_none_is_reported(run: Deploying) -> None:
    run.emulator.switch(taken_name="accepted")
    script = {"path": "other/mask", "runtime": {"command": "ODPS_FUNCTION"}}
    other = {
        "version": "1.1.0",
        "kind": "Function",
        "spec": {"functions": [{"name": "mask", "script": script}]},
    }
    await run.client.functions.create(PROJECT, json.dumps(other), {})
    await using(run)
    await run.create()
    assert [warning for warning in run.report.warnings if "function" in warning] == []


async def test_names_are_secret_where_the_document_is(run: Deploying, beside: dict[str, str]) -> None:
    await using(run)
    context = run.context(secret=True)
    await run.deployments.create(context, run.inputs(A))
    assert len(run.report.warnings) == len(beside)
    assert not any("mask" in warning or "vacuum" in warning for warning in run.report.warnings)


async def test_of_very_many_the_first_are_asked_about(run: Deploying) -> None:
    await waiting(run, *(f"9{number}" for number in range(100)))
    await run.create()
    assert run.emulator.count("GetNode") == 20
