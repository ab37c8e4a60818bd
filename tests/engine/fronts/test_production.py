"""One suite, two fronts: deployments, runs and objects outside of workflows, and from one front to the other and back."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import (
    Life,
    ScriptedTask,
    TaskLife,
)
from tests.support.documents import etl, nodes
from tests.support.fronts import DYNAMIC_MODULE, PLANTED, can, dynamic
from tests.support.nightly import nightly
from tests.support.objects import node_document
from tests.support.stacks import Stack

PLUGIN_MODULE = "dataworks:index:"


@pytest.mark.nightly
def test_a_deployment(front: Stack) -> None:
    front.deployment(etl())
    front.up()
    assert front.deployed()["outputs"]["status"] == "Online"
    assert is_in_production(front, etl())
    a_change_meets_a_check_that_fails(front)
    it_takes_too_long_and_the_next_up_goes_on_with_the_same_run(front)
    going_offline_is_drift(front)
    assert kinds(front) == ["Online", "Online", "Online", "Online", "Offline", "Online"]
    front.destroy()
    assert front.emulator.workflows() == []
    assert kinds(front)[-1] == "Offline"


def changed(number: int) -> dict[str, Any]:
    document = etl()
    nodes(document)[1]["script"]["content"] = f"SELECT {number};\n"
    return document


def is_in_production(front: Stack, document: dict[str, Any]) -> bool:
    produced = front.emulator.production(front.output())
    held = {one["name"]: one["script"]["content"] for one in produced.body["nodes"]} if produced else {}
    return held == {one["name"]: one["script"]["content"] for one in nodes(document)}


def kinds(front: Stack) -> list[str]:
    return [run.kind for run in front.emulator.runs()]


def a_change_meets_a_check_that_fails(front: Stack) -> None:
    front.emulator.script_stage("PROD_CHECK", Life("seconds", 0.1, "Fail", "scans the whole table"))
    front.deployment(changed(4))
    failed = front.up(ok=False).output
    assert "Production check (PROD_CHECK): scans the whole table" in failed
    hint = "the next `pulumi up` finds the pipeline run of this one by its mark"
    assert (hint in failed) is not can(front, "keeps what is half done")
    front.up()
    assert is_in_production(front, changed(4))


def it_takes_too_long_and_the_next_up_goes_on_with_the_same_run(front: Stack) -> None:
    front.emulator.script_stage("PROD", Life("seconds", 8))
    front.deployment(changed(5), customTimeouts={"update": "4s"})
    front.up(ok=False)
    keeps = can(front, "keeps what is half done")
    assert ("pendingRun" in front.deployed()["outputs"]) is keeps
    front.deployment(changed(5))
    assert "going on with an earlier run" in front.up().output
    assert is_in_production(front, changed(5))


def going_offline_is_drift(front: Stack) -> None:
    front.emulator.deploy(front.output(), "Offline")
    assert "took this workflow offline" in front.refresh().output
    assert front.deployed()["outputs"]["status"] == "Offline"
    front.up()
    assert is_in_production(front, changed(5))
    assert "3 unchanged" in front.preview("--expect-no-changes").output


@pytest.mark.parametrize("front", ["dynamic", nightly("plugin")], indirect=True)
def test_a_run(front: Stack) -> None:
    front.emulator.scheduler.life = TaskLife(0.1)
    asked: dict[str, Any] = {"businessDates": ["2026-11-01/2026-11-03"], "parallelism": 3}
    one_date_fails_and_runs_again(front, asked)
    a_trigger_is_another_run_and_a_secret_is_shown_nowhere(front, asked)
    front.destroy()
    assert len(front.emulator.scheduler.instances) == 7


def dates(front: Stack) -> list[str]:
    """The business dates that have run."""
    return [one.date for one in front.emulator.scheduler.instances.values()]


def one_date_fails_and_runs_again(front: Stack, asked: dict[str, Any]) -> None:
    front.emulator.scheduler.script(ScriptedTask(0.1, "Failure", "no table", name="load", date="2026-11-02"))
    front.backfill(etl(), **asked)
    failed = front.up(ok=False).output
    assert "  no table" in failed
    hint = "the next `pulumi up` finds the instances of this one by their name"
    assert (hint in failed) is not can(front, "keeps what is half done")
    front.up()
    assert dates(front)[3:] == ["2026-11-02"]
    assert (front.refill()["status"], len(front.refill()["instanceIds"])) == ("Success", 3)
    assert "4 unchanged" in front.preview("--refresh", "--expect-no-changes").output


def a_trigger_is_another_run_and_a_secret_is_shown_nowhere(front: Stack, asked: dict[str, Any]) -> None:
    password = {"password": {"fn::secret": PLANTED}}
    front.backfill(etl(), **asked, parameters=password, triggers=["again"])
    assert "1 replaced" in front.up("--diff").output
    assert len(dates(front)) == 7
    assert [one.parameters for one in front.emulator.scheduler.instances.values()][
        -1
    ] == f"password={PLANTED}"
    assert not [path for path in front.state_files() if PLANTED.encode() in path.read_bytes()]


def test_from_the_dynamic_resources_to_the_plugins_and_back(stack: Stack, program: int) -> None:
    front = dynamic(stack, program)
    front.deployment(etl())
    front.up()
    [workflow] = stack.emulator.workflows()
    without_an_alias_it_is_refused(stack)
    to_the_plugin(stack)
    assert stack.output() == workflow.workflow_id
    outputs = stack.resource()["outputs"], stack.deployed()["outputs"]
    and_back(front)
    assert [one.workflow_id for one in stack.emulator.workflows()] == [workflow.workflow_id]
    assert outputs[0].items() <= front.resource()["outputs"].items()
    assert outputs[1].items() <= front.deployed()["outputs"].items()
    assert kinds(front) == ["Online"]
    front.destroy()
    assert stack.emulator.workflows() == []


def with_aliases(stack: Stack, module: str) -> None:
    """Declares the workflow and its deployment, which were of another front."""
    stack.deployment(etl())
    resources = {"etl": "WorkflowDefinition", "live": "WorkflowDeployment"}
    stack.alias({name: f"{module}{kind}" for name, kind in resources.items()})


def without_an_alias_it_is_refused(stack: Stack) -> None:
    before = copy.deepcopy(stack.emulator.workflows())
    stack.deployment(etl())
    assert "give it an alias" in stack.up(ok=False).output
    assert stack.emulator.workflows() == before


def to_the_plugin(stack: Stack) -> None:
    before = stack.calls()
    with_aliases(stack, DYNAMIC_MODULE)
    assert "3 unchanged" in stack.up("--expect-no-changes").output
    assert stack.calls() == before
    stack.deployment(etl())
    assert "3 unchanged" in stack.up("--refresh", "--expect-no-changes").output
    assert "__provider" not in {*stack.resource()["outputs"], *stack.deployed()["outputs"]}


def and_back(front: Stack) -> None:
    with_aliases(front, PLUGIN_MODULE)
    assert "2 updated" in front.up().output
    assert front.calls("ImportWorkflowDefinition") == 1
    front.deployment(etl())
    assert "3 unchanged" in front.preview("--diff", "--expect-no-changes").output


@pytest.mark.parametrize("front", ["dynamic", nightly("plugin")], indirect=True)
def test_a_node_a_function_and_its_file(front: Stack) -> None:
    def declare(content: str, class_name: str = "masking.Mask") -> None:
        module = {"name": "masking.py", "type": "python", "content": {"fn::stringAsset": content}}
        mask = {
            "name": "mask",
            "type": "string",
            "className": class_name,
            "fileResources": ["${module.name}"],
        }
        given: dict[str, tuple[str, dict[str, Any]]] = {
            "module": ("FileResource", module),
            "mask": ("Function", mask),
            "own": ("Node", {"spec": node_document()}),
        }
        live = {key: f"${{mask.{key}}}" for key in ("projectId", "functionId", "digest")}
        resources = {
            name: {"type": f"dataworks:{kind}", "properties": {"projectId": front.project_id, **inputs}}
            for name, (kind, inputs) in given.items()
        }
        front.declare({**resources, "live": {"type": "dataworks:WorkflowDeployment", "properties": live}})

    declare("x = 1\n")
    front.up()
    made = {one.kind: one.workflow_id for one in front.emulator.objects()}
    assert sorted(made) == ["Function", "Node", "Resource"]
    front.is_quiet()
    declare("x = 2\n", "masking.Hide")
    front.up()
    assert {one.kind: one.workflow_id for one in front.emulator.objects()} == made
    function = front.emulator.workflow(made["Function"])
    assert function.body["className"] == "masking.Hide"
    assert function.published
    file = front.emulator.workflow(made["Resource"]).file
    assert file is not None
    assert file.sha256 == hashlib.sha256(b"x = 2\n").hexdigest()
    front.is_quiet()
    front.destroy()
    assert front.emulator.objects() == []
