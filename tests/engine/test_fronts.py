"""One suite, two fronts: a workflow's life as the plugin's resource and as the dynamic one.

A test takes one stack through several scenarios, as each run of the CLI takes a second. What the dynamic front cannot do is
asked of `can`, by name, and tested to be so.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import (
    Emulator,
    EmulatorServer,
    Fault,
    Life,
    Project,
    ScriptedTask,
    TaskLife,
)
from tests.support.documents import etl, node, nodes
from tests.support.fronts import DYNAMIC_MODULE, DynamicStack, can, dynamic, program_host
from tests.support.nightly import nightly
from tests.support.objects import node_document
from tests.support.stacks import Stack

OTHER = 10002
PLUGIN_MODULE = "dataworks:index:"
PLANTED = "planted-script-71c0"


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    """DataWorks with two workspaces."""
    projects = (Project(), Project(project_id=OTHER, identifier="other"))
    short = Life("seconds", 0.2)
    with EmulatorServer(Emulator(projects=projects, job_life=short, stage_life=short)) as running:
        yield running


@pytest.fixture(scope="session")
def program() -> Iterator[int]:
    with program_host() as port:
        yield port


@pytest.fixture
def stack(stack: Stack) -> Stack:
    """A stack whose configuration asks for more calls a second than DataWorks allows: it is read by both fronts."""
    with (stack.folder / f"Pulumi.{stack.name}.yaml").open("a", encoding="utf-8") as file:
        file.write('config:\n  dataworks:callsPerSecond: "100"\n')
    return stack


@pytest.fixture(params=["plugin", "dynamic"])
def front(request: pytest.FixtureRequest, stack: Stack, program: int) -> Stack:
    return stack if request.param == "plugin" else dynamic(stack, program)


@pytest.mark.parametrize("front", ["dynamic", nightly("plugin")], indirect=True)
def test_a_life(front: Stack) -> None:
    front.workflow(etl())
    made(front)
    ids = front.resource()["outputs"]["nodeIds"]
    another_way_to_write_it_is_no_change(front)
    drift_is_shown(front)
    drift_is_undone_and_the_workflow_renamed_and_moved(front)
    assert front.resource()["outputs"]["nodeIds"] == ids
    another_workspace_is_a_replacement(front)
    before = front.output()
    front.destroy()
    assert front.emulator.workflows() == []
    front.up()
    assert front.output() == before
    assert places(front) == {(OTHER, "team/orders")}


def made(front: Stack) -> None:
    assert "+ 2 to create" in front.preview().output
    assert front.calls() == (1 if can(front, "asks DataWorks in a preview") else 0)
    assert "importing 2 nodes" in front.up().output
    [workflow] = front.emulator.workflows()
    assert front.output() == workflow.workflow_id
    assert front.resource()["id"] == f"{front.project_id}/{workflow.workflow_id}"
    assert front.calls("ImportWorkflowDefinition") == 1


def another_way_to_write_it_is_no_change(front: Stack) -> None:
    before = front.calls()
    document = etl()
    nodes(document).reverse()
    front.workflow(document)
    assert "2 unchanged" in front.up("--expect-no-changes").output
    assert front.calls() == before


def drift_is_shown(front: Stack) -> None:
    def change(workflow: dict[str, Any]) -> None:
        next(n for n in workflow["nodes"] if n["name"] == "load")["script"]["content"] = "SELECT 30;\n"

    front.edit(change)
    shown = front.refresh("--diff").output
    assert "- SELECT 3;" in shown
    assert "+ SELECT 30;" in shown


def drift_is_undone_and_the_workflow_renamed_and_moved(front: Stack) -> None:
    front.emulator.switch(moved_workflow="stays")
    front.workflow(moved())
    assert "1 updated" in front.up().output
    assert front.scripts()["load"] == "SELECT 3;\n"
    assert places(front) == {(front.project_id, "team/orders")}


def another_workspace_is_a_replacement(front: Stack) -> None:
    front.workflow(moved(), properties={"projectId": OTHER})
    assert "1 replaced" in front.up().output
    assert places(front) == {(OTHER, "team/orders")}


def moved() -> dict[str, Any]:
    return etl(name="orders", script={"path": "team/orders"})


def places(front: Stack) -> set[tuple[int, str]]:
    """Where workflows are: project and path."""
    return {(workflow.project_id, workflow.path) for workflow in front.emulator.workflows()}


@pytest.mark.nightly
def test_trouble(front: Stack) -> None:
    a_job_fails(front)
    the_next_up_goes_through_throttling_and_a_lost_answer(front)
    an_update_takes_too_long_and_the_next_up_ends_it(front)
    front.run("state", "delete", "--yes", front.resource()["urn"])
    what_is_in_the_way_is_refused_and_adopted(front)
    what_somebody_added_is_refused(front)
    a_forced_replacement_deletes_nothing(front)


def a_job_fails(front: Stack) -> None:
    front.emulator.script_job(Life("seconds", 0.2, outcome="Fail", error="target folder already exists: XX"))
    front.workflow(etl())
    failed = front.up(ok=False).output
    assert "target folder already exists: XX" in failed
    keeps = can(front, "keeps what is half done")
    assert bool(front.resources()) is keeps
    assert ("the next `pulumi up` finds by its IDs what this one has begun" in failed) is not keeps


def the_next_up_goes_through_throttling_and_a_lost_answer(front: Stack) -> None:
    wait = {"x-acs-retry-after": "300"}
    throttled = Fault("ImportWorkflowDefinition", status=429, code="Throttling.User", headers=wait)
    front.emulator.add_fault(throttled)
    front.emulator.add_fault(Fault("ImportWorkflowDefinition", when="after", reset=True))
    front.up()
    assert set(front.scripts()) == {"extract", "load"}
    assert front.output() == front.emulator.workflows()[0].workflow_id


def an_update_takes_too_long_and_the_next_up_ends_it(front: Stack) -> None:
    front.emulator.script_job(Life("seconds", 1.6))
    front.workflow(etl(nodes=[*nodes(etl()), node("report")]), customTimeouts={"update": "1s"})
    failed = front.up(ok=False).output
    assert re.search(r"has not ended after \d s", failed), failed
    keeps = can(front, "keeps what is half done")
    assert ("pendingJob" in front.kept()) is keeps
    assert ("`pulumi up --refresh` goes on" in failed) is not keeps
    front.workflow(etl(nodes=[*nodes(etl()), node("report")]))
    front.up()
    assert set(front.scripts()) == {"extract", "load", "report"}
    assert len(front.emulator.workflows()) == 1


def what_is_in_the_way_is_refused_and_adopted(front: Stack) -> None:
    [workflow] = front.emulator.workflows()
    before = copy.deepcopy(workflow.document)
    front.workflow(etl(), name="other")
    refused = front.up(ok=False).output
    assert f"is taken by workflow {workflow.workflow_id}, which is not this resource's" in refused
    assert "adopt: true" in refused
    assert ("Traceback" not in refused) is can(front, "ends in an error without a traceback")
    assert front.emulator.workflows()[0].document == before
    front.workflow(etl(), name="other", properties={"adopt": True})
    assert "adopt is set: taking it over" in front.up().output
    assert front.output() == workflow.workflow_id


def what_somebody_added_is_refused(front: Stack) -> None:
    front.edit(lambda workflow: workflow["nodes"].append(node("by_hand", id="4611686018427387999")))
    front.workflow(etl(description="d"), name="other")
    refused = front.up(ok=False).output
    assert '"by_hand"' in refused
    assert "would delete it" in refused
    assert "by_hand" in front.scripts()


def a_forced_replacement_deletes_nothing(front: Stack) -> None:
    front.workflow(etl(), name="other", properties={"adopt": True})
    before = front.output()
    front.up("--replace", front.resource()["urn"])
    assert set(front.scripts()) == {"extract", "load"}
    assert front.output() == before == front.emulator.workflows()[0].workflow_id


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


@pytest.mark.parametrize("front", ["dynamic", nightly("plugin")], indirect=True)
def test_two_resources(front: Stack) -> None:
    two_of_one_workflow_are_refused(front)
    two_of_one_name_are_refused(front)
    what_is_not_known_yet_may_be_wrong_beside_it(front)
    what_is_not_known_yet_comes_with_up(front)


def pair(front: Stack, first: Any, second: Any, **more: str) -> None:
    """Declares two resources; `more` is of the second."""

    def resource(spec: Any) -> dict[str, Any]:
        properties = {"projectId": front.project_id, "spec": spec}
        return {"type": "dataworks:WorkflowDefinition", "properties": properties}

    front.declare({"one": resource(first), "two": {**resource(second), **more}})


def after(**fields: Any) -> dict[str, Any]:
    """A document that tells the ID of the first one's workflow."""
    document = etl(name="after", description="${one.workflowId}")
    nodes(document)[0].update(fields)
    return document


def two_of_one_workflow_are_refused(front: Stack) -> None:
    pair(front, etl(id="70"), etl(id="70", name="other"))
    refused = front.preview(ok=False).output
    assert "workflow 70 of project 10001 is declared by urn:pulumi:" in refused
    assert "Traceback" not in refused
    assert front.calls("ImportWorkflowDefinition") == 0


def two_of_one_name_are_refused(front: Stack) -> None:
    """The IDs are derived from the URN, which is one resource's: else two would derive the same."""
    pair(front, etl(), etl(name="other"), name="one")
    assert "uplicate resource" in front.preview(ok=False).output


def what_is_not_known_yet_may_be_wrong_beside_it(front: Stack) -> None:
    pair(front, etl(), after(recurrence="Norml"))
    assert 'Did you mean "Normal"?' in front.preview(ok=False).output


def what_is_not_known_yet_comes_with_up(front: Stack) -> None:
    is_dynamic = isinstance(front, DynamicStack)
    more = {"component": "part"} if is_dynamic else {}  # YAML has none
    pair(front, etl(), after(timeout=None), **more)
    assert f"+ {3 + len(more)} created" in front.run("up", "--yes").output
    one, two = front.resources()
    body = two["outputs"]["spec"]["spec"]["workflows"][0]
    assert body["description"] == one["outputs"]["workflowId"]
    assert "timeout" not in nodes(two["outputs"]["spec"])[0]
    if is_dynamic:
        assert two["inputs"]["__resource"]["urn"] == two["urn"]
        assert "tests:index:Part$" in two["urn"]


@pytest.mark.parametrize("front", ["dynamic", nightly("plugin")], indirect=True)
def test_a_secret_document(front: Stack) -> None:
    front.emulator.switch(other_owner="replaced")
    secret = node("extract", {"fn::secret": f"SELECT '{PLANTED}';\n"})  # type: ignore[arg-type]
    front.workflow(etl(nodes=[secret, node("load")], owner="7" * 16))
    error = f"cannot parse SELECT '{PLANTED}';\n"
    front.emulator.script_job(Life("seconds", 0.2, outcome="Fail", error=error))
    told = front.up(ok=False).output + front.up().output
    assert "the text is not shown, because" in told
    assert PLANTED not in told
    assert not [path for path in front.state_files() if PLANTED.encode() in path.read_bytes()]
    outputs = front.resource()["outputs"]
    hidden = {key for key, value in outputs.items() if isinstance(value, dict) and "ciphertext" in value}
    if can(front, "hides a secret's own text only"):
        assert hidden == {"digest", "__state"}
        assert "ciphertext" in nodes(outputs["spec"])[0]["script"]["content"]
        assert nodes(outputs["spec"])[1] == node("load")
    else:
        names = {"name", "path", "nodeIds", "nodeOutputs"}
        assert hidden == {"digest", "__state", "spec"} | names
    assert front.emulator.account.secret_key not in str(front.resource())


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
