"""A workflow in production whose resources get another URN: it stays as it is, and goes on from there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.documents import etl
from tests.support.stacks import Stack

TYPES = {"etl": "dataworks:WorkflowDefinition", "live": "dataworks:WorkflowDeployment"}
NEW = {"etl": "orders", "live": "orders-live"}
UNCHANGED = "3 unchanged"


def declare(
    stack: Stack, flow: str = "etl", live: str = "live", *, project: str = "engine-test", **changes: Any
) -> None:
    """Writes the program: a workflow and its deployment, under these names."""
    asked = {key: f"${{{flow}.{key}}}" for key in ("projectId", "workflowId", "digest")}
    given = {"projectId": stack.project_id, "spec": etl(**changes)}
    resources = {
        flow: {"type": TYPES["etl"], "properties": given},
        live: {"type": TYPES["live"], "properties": asked},
    }
    stack.declare(resources, name=project)


def option(stack: Stack, **options: Any) -> None:
    """Gives each resource its options, which hold `{}` for its former name."""
    program = json.loads(stack.program_file.read_text("utf-8"))
    for old, new in NEW.items():
        program["resources"][new]["options"] = json.loads(json.dumps(options).replace("{}", old))
    stack.program_file.write_text(json.dumps(program), "utf-8")


def urns(stack: Stack) -> list[str]:
    return [one["urn"] for one in stack.state() if one["type"].startswith("dataworks:index:")]


def is_as_before(stack: Stack, runs: int) -> None:
    """Nothing to do, nothing drifted, one workflow, and no more pipeline runs than these."""
    reported = stack.preview("--refresh").output
    assert UNCHANGED in reported
    assert len(stack.emulator.workflows()) == 1
    assert len(stack.emulator.runs()) == runs


def goes_on(stack: Stack, flow: str = "etl", live: str = "live", **more: Any) -> None:
    """A change is an update of the same workflow, and a destroy takes it out of production and away."""
    first = stack.emulator.workflows()[0].workflow_id
    runs = len(stack.emulator.runs())
    declare(stack, flow, live, description="changed", **more)
    assert "2 updated" in stack.up().output
    assert [workflow.workflow_id for workflow in stack.emulator.workflows()] == [first]
    assert [run.kind for run in stack.emulator.runs()[runs:]] == ["Online"]
    stack.destroy()
    assert stack.emulator.workflows() == []
    assert stack.emulator.runs()[-1].kind == "Offline"


@pytest.fixture
def live(stack: Stack) -> Stack:
    """A stack with a workflow in production."""
    declare(stack)
    stack.up()
    return stack


def test_names_that_change_with_an_alias_change_nothing(live: Stack) -> None:
    declare(live, *NEW.values())
    option(live, aliases=[{"name": "{}"}])
    calls = live.calls()
    assert UNCHANGED in live.up().output
    assert live.calls() == calls
    declare(live, *NEW.values())
    is_as_before(live, runs=1)
    goes_on(live, *NEW.values())


def test_names_that_change_without_an_alias_take_the_workflow_along(live: Stack) -> None:
    declare(live, *NEW.values())
    assert "up takes it over. If that resource was renamed, give it an alias" in live.preview().output
    reported = live.up().output
    assert "an earlier run of Pulumi has deployed this already" in reported
    assert "2 deleted" in reported
    is_as_before(live, runs=1)
    goes_on(live, *NEW.values())


def test_names_and_a_provider_that_change_leave_the_workflow_in_production(stack: Stack) -> None:
    """The old resources are deleted by a process that knows nothing of the new ones."""
    account = stack.emulator.account
    keys = {"region": "cn-shanghai", "endpoint": stack.server.endpoint}
    keys |= {"accessKey": account.access_key, "secretKey": account.secret_key}
    provider = {"account": {"type": "pulumi:providers:dataworks", "properties": keys}}
    stack.plugin = None
    declare(stack)
    program = json.loads(stack.program_file.read_text("utf-8"))
    for resource in program["resources"].values():
        resource["options"] = {"provider": "${account}"}
    stack.declare(provider | program["resources"])
    stack.up()
    declare(stack, *NEW.values())
    program = json.loads(stack.program_file.read_text("utf-8"))
    stack.declare(provider | program["resources"])
    stack.up()
    [workflow] = stack.emulator.workflows()
    assert stack.emulator.production(workflow.workflow_id)
    assert [run.kind for run in stack.emulator.runs()] == ["Online"]


def test_names_that_change_in_the_state_change_nothing(live: Stack) -> None:
    for urn in urns(live):
        live.run("state", "rename", "--yes", urn, NEW[urn.rpartition("::")[2]])
    declare(live, *NEW.values())
    is_as_before(live, runs=1)
    goes_on(live, *NEW.values())


def test_resources_that_move_to_another_project_go_on_there(live: Stack) -> None:
    """Their run has not ended: it is still theirs, whatever their URN. Then the stack is renamed."""
    live.emulator.switch(approval_stage="exec_refused")
    declare(live, description="new")
    program = json.loads(live.program_file.read_text("utf-8"))
    program["resources"]["live"]["options"] = {"customTimeouts": {"update": "6s"}}
    live.program_file.write_text(json.dumps(program), "utf-8")
    live.up(ok=False)
    assert "pendingRun" in live.deployed()["outputs"]
    moved = urns(live)
    declare(live, project="sales", description="new")
    live.run("stack", "init", "organization/sales/prod", "--no-select")
    source, dest = "organization/engine-test/test", "organization/sales/prod"
    live.run("state", "move", "--yes", "--source", source, "--dest", dest, *moved)
    assert urns(live) == []
    live.select(dest)
    live.emulator.approve(live.emulator.runs()[-1].run_id)
    assert "going on with an earlier run" in live.up().output
    live.emulator.switch(approval_stage="none")
    is_as_before(live, runs=2)
    live.run("stack", "rename", "stage")
    live.select("organization/sales/stage")
    is_as_before(live, runs=2)
    goes_on(live, project="sales")
