"""What a deployed workflow depends on: told where it is not in production, and not where it is or nobody knows."""

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
@pytest.mark.parametrize("told", [True, False])
async def test_what_is_not_in_production_is_told(run: Deploying, output: str, told: bool) -> None:
    run.emulator.switch(scheduling_id_told=told)
    await waiting(run, output)
    await run.create()
    [warning] = run.report.warnings
    assert warning.startswith('node "extract" depends on workflow "raw", which is not in production')
    run.emulator.deploy(UPSTREAM)
    again = run.again()
    await again.update((f"{PROJECT}/{WORKFLOW}", run.inputs(A), {}))
    assert again.kinds[-2:] == ["Online", "Online"]
    assert again.report.warnings == []


async def test_a_workflow_is_told_once_and_as_the_workflow_s_own(run: Deploying, messages: Messages) -> None:
    root = document()
    depends = [{"type": "Normal", "output": output} for output in (LOAD, "sales.load", UPSTREAM)]
    root["spec"]["flow"] = [{"nodeId": WORKFLOW, "depends": depends}]
    await run.put(root)
    await run.create()
    messages(run.report.warnings)


async def test_what_this_run_deploys_too_is_not_told(run: Deploying) -> None:
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
async def test_what_nobody_here_makes_is_not_told(run: Deploying, output: str, actions: list[str]) -> None:
    await waiting(run, output)
    await run.create()
    assert run.report.warnings == []
    asked = [call.action for call in run.emulator.calls if call.action != "GetPipelineRun"]
    assert asked[1 : asked.index("CreatePipelineRun")] == ["GetWorkflowDefinition", *actions]


async def test_what_waits_for_its_own_last_run_waits_for_nobody_else(run: Deploying) -> None:
    await waiting(run, LOAD, type="CrossCycleDependsOnSelf")
    await run.create()
    assert run.report.warnings == []


async def test_what_cannot_be_asked_is_not_told(run: Deploying) -> None:
    await waiting(run, LOAD)
    run.emulator.add_fault(Fault("GetNode", status=403, code="Forbidden.RAM"))
    await run.create()
    assert (run.report.warnings, run.is_live) == ([], True)


async def test_a_node_of_no_workflow_is_not_told_and_the_next_one_is(run: Deploying) -> None:
    await waiting(run, "98", LOAD)
    spec = json.dumps({"version": "1.1.0", "kind": "Node", "spec": {"nodes": [{"id": "98"}]}})
    alone = json.dumps({"Node": {"Id": "98", "Spec": spec}})
    run.emulator.add_fault(Fault("GetNode", status=200, body=alone))
    await run.create()
    [warning] = run.report.warnings
    assert f"output {LOAD}" in warning


async def test_of_very_many_the_first_are_asked_about(run: Deploying) -> None:
    await waiting(run, *(f"9{number}" for number in range(100)))
    await run.create()
    assert run.emulator.count("GetNode") == 20
