"""One suite, two fronts: a workflow's life as the plugin's resource and as the dynamic one.

A test takes one stack through several scenarios, as each run of the CLI takes a second. What the dynamic front cannot do is
asked of `can`, by name, and tested to be so.
"""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import (
    Fault,
    Life,
)
from tests.support.documents import etl, node, nodes
from tests.support.fronts import OTHER, PLANTED, DynamicStack, can
from tests.support.nightly import nightly
from tests.support.stacks import Stack


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
    front.emulator.script_job(Life("seconds", 60))
    front.workflow(etl(nodes=[*nodes(etl()), node("report")]), customTimeouts={"update": "4s"})
    failed = front.up(ok=False).output
    assert re.search(r"has not ended after \d s", failed), failed
    keeps = can(front, "keeps what is half done")
    assert ("pendingJob" in front.kept()) is keeps
    assert ("`pulumi up --refresh` goes on" in failed) is not keeps
    front.emulator.clock.advance(60)
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
    """A document that shows the ID of the first one's workflow."""
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
    reported = front.up(ok=False).output + front.up().output
    assert "the text is not shown, because" in reported
    assert PLANTED not in reported
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
