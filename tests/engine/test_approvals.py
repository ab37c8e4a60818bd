"""A stage that only a person can pass: what is reported, what goes on meanwhile, and the same run afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.support.documents import etl
from tests.support.stacks import Stack

OLDEST = os.environ.get("PULUMI_DATAWORKS_ENGINE") == "oldest"
APPROVAL = (
    "somebody has to pass Approval (Emulator.Approval) in DataWorks: open the run in Data Studio (Deploy)"
)

PROGRAM = """
import json
import sys
import pulumi
import pulumi_dataworks as dataworks
from pulumi import automation

stack, specs = sys.argv[1], json.loads(sys.argv[2])

def declare():
    def flow(name, *after):
        options = pulumi.ResourceOptions(depends_on=after)
        return dataworks.WorkflowDefinition(name, options, project_id=10001, spec=json.dumps(specs[name]))
    etl = flow("etl")
    ids = {"project_id": 10001, "workflow_id": etl.workflow_id, "digest": etl.digest}
    live = dataworks.WorkflowDeployment("live", approval="fail", **ids)
    flow("beside", etl)
    flow("behind", live)

where = automation.LocalWorkspaceOptions(work_dir=".")
selected = automation.select_stack(stack_name=stack, project_name="engine-test", program=declare, opts=where)
try:
    selected.up(on_output=print)
except automation.errors.CommandError as error:
    sys.exit(int(str(error).split()[1]))  # "code: 10"
"""


def up(stack: Stack, **changes: Any) -> tuple[int, str]:
    """What the CLI says of a program in Python, whose deployment does not wait for a person; its exit code."""
    specs = {name: etl(name=name) for name in ("etl", "beside", "behind")}
    specs["etl"] = etl(name="etl", **changes)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, stack.name, json.dumps(specs)],
        env={**stack.environment, "PULUMI_DEBUG_PROVIDERS": f"dataworks:{stack.plugin}"},
        cwd=stack.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done.returncode, done.stdout


def there(stack: Stack) -> set[str]:
    return {workflow.path for workflow in stack.emulator.workflows()}


def test_a_stage_for_a_person_is_awaited_while_the_rest_goes_on(stack: Stack) -> None:
    """As an engine from 3.272 on has it; an older one ends the run with an error, and keeps the resource."""
    stack.emulator.switch(approval_stage="exec_refused")
    code, reported = up(stack)
    [run] = stack.emulator.runs()
    assert reported.count(APPROVAL) >= 1
    assert f"(pipeline run {run.run_id})" in reported
    if OLDEST:
        assert code == 1
        assert "pendingRun" in stack.deployed()["outputs"]
    else:
        assert code == 10
        assert "1 awaiting" in reported
        assert there(stack) == {"etl", "beside"}
    stack.emulator.approve(run.run_id)
    code, reported = up(stack)
    assert code == 0
    assert "going on with an earlier run" in reported
    assert there(stack) == {"etl", "beside", "behind"}
    assert stack.deployed()["outputs"]["status"] == "Online"
    assert len(stack.emulator.runs()) == 1


def test_an_awaited_update_keeps_what_the_state_says_of_production(stack: Stack) -> None:
    code, _ = up(stack)
    before = stack.deployed()["outputs"]
    assert (code, before["status"]) == (0, "Online")
    stack.emulator.switch(approval_stage="exec_refused")
    code, reported = up(stack, description="new")
    assert code == (1 if OLDEST else 10), reported
    assert OLDEST or stack.deployed()["outputs"] == before
    stack.refresh()
    stack.emulator.approve(stack.emulator.runs()[-1].run_id)
    stack.refresh()
    code, reported = up(stack, description="new")
    assert code == 0
    assert len(stack.emulator.runs()) == 2
    assert stack.deployed()["outputs"]["deployedDigest"] != before["deployedDigest"]


@pytest.mark.parametrize("kept", ["kept", "dropped"])
def test_a_renamed_resource_goes_on_with_the_run_that_awaits(stack: Stack, kept: str) -> None:
    """A service that keeps no descriptions has runs that nothing but the state names: then that is kept."""
    stack.emulator.switch(approval_stage="exec_refused", run_description=kept)
    stack.deployment(etl(), properties={"approval": "fail"})
    stack.up(ok=False)
    [run] = stack.emulator.runs()
    stack.emulator.approve(run.run_id)
    if kept == "dropped" or OLDEST:
        stack.run("state", "rename", "--yes", stack.deployed()["urn"], "renamed")
    program = json.loads(stack.program_file.read_text("utf-8"))
    program["resources"]["renamed"] = program["resources"].pop("live")
    program["outputs"]["status"] = "${renamed.status}"
    stack.program_file.write_text(json.dumps(program), "utf-8")
    stack.up()
    assert stack.deployed()["outputs"]["status"] == "Online"
    assert len(stack.emulator.runs()) == 1
    stack.is_quiet()
