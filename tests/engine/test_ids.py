"""IDs through the engine: whose they are, and what becomes of them when nodes are renamed, moved, swapped or copied."""

from __future__ import annotations

import copy
import json
import os
import re
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from tests.support.documents import etl, node
from tests.support.stacks import Stack

Node = dict[str, Any]
KIND = "dataworks:WorkflowDefinition"
OLDEST = os.environ.get("PULUMI_DATAWORKS_ENGINE") == "oldest"


def put(stack: Stack, *held: Node, **more: Any) -> None:
    """Applies a workflow of these nodes, and sees that a refresh finds no drift and a preview nothing to do."""
    stack.workflow(etl(nodes=list(held), **{"dependencies": [], **more}))
    stack.up()
    settled(stack)


def change(stack: Stack, *held: Node, **more: Any) -> str:
    """The same for a workflow that is up; what preview says of it."""
    stack.workflow(etl(nodes=list(held), **{"dependencies": [], **more}))
    reported = stack.preview().output
    put(stack, *held, **more)
    return reported


def settled(stack: Stack) -> None:
    assert "2 unchanged" in stack.refresh().output
    assert "2 unchanged" in stack.preview().output


def there(stack: Stack) -> dict[str, Node]:
    """The nodes that the service holds, by name, inner ones as `controller/node`."""
    [workflow] = stack.emulator.workflows()
    return dict(flowspec.nodes_of(workflow.body))


def ids(stack: Stack) -> dict[str, str]:
    return {name: held["id"] for name, held in there(stack).items()}


def loop(*inner: Node, **more: Any) -> Node:
    return node("loop", doWhile={"nodes": list(inner)}, **more)


OWN = {
    "small": "22",
    "word": "my-node",
    "zeros": "0022",
    "above_2_53": "9007199254740993",
    "largest": "9223372036854775807",
    "beyond": "18446744073709551617",
}


def test_own_ids_arrive_as_they_were_written(stack: Stack) -> None:
    put(stack, *(node(name, id=own) for name, own in OWN.items()), id="4611686018427388001")
    assert ids(stack) == OWN == stack.resource()["outputs"]["nodeIds"]
    assert stack.output() == "4611686018427388001"
    assert "actualIds" not in stack.kept()


@pytest.mark.parametrize("form", ["JSON", "YAML"])
def test_numbers_of_64_bits_in_text_stay_exact(stack: Stack, form: str) -> None:
    document = etl(id=9223372036854775807, nodes=[node("a", id=9007199254740993)], dependencies=[])
    text = json.dumps(document)
    (stack.folder / "spec.txt").write_text(text if form == "JSON" else f"# a comment\n{text}", "utf-8")
    stack.workflow({"fn::readFile": "./spec.txt"})
    stack.up()
    settled(stack)
    assert ids(stack) == {"a": "9007199254740993"}
    assert stack.output() == "9223372036854775807"


def test_numbers_of_64_bits_in_an_object_are_refused(stack: Stack) -> None:
    stack.workflow(etl(nodes=[node("a", id=4611686018427388001)], dependencies=[]))
    reported = stack.preview(ok=False).output
    assert "spec.workflows[0].nodes[0].id: the number is" in reported
    assert "Write an ID as text, in quotes." in reported
    assert stack.calls() == 0


def test_ids_that_the_service_replaces_stay_replaced(stack: Stack) -> None:
    stack.emulator.switch(non_numeric_node_id="replaced", unknown_workflow_id="replaced")
    edge = [{"nodeId": "b", "depends": [{"nodeId": "a"}]}]
    put(stack, node("a", id="one"), node("b", id="two"), dependencies=edge, id="5")
    before = ids(stack)
    assert all(own.isdigit() for own in before.values())
    actual = stack.kept()["actualIds"]
    assert actual == {"5": stack.output(), "one": before["a"], "two": before["b"]}
    put(stack, node("a", "SELECT 2;", id="one"), node("b", id="two"), dependencies=edge, id="5")
    assert ids(stack) == before
    assert stack.scripts()["a"] == "SELECT 2;"


def test_an_id_that_the_service_refuses_is_replaced_and_reported_in_its_words(stack: Stack) -> None:
    stack.emulator.switch(non_numeric_node_id="refused")
    stack.workflow(etl(nodes=[node("a", id="one"), node("b", id="2")], dependencies=[]))
    assert "ID one is not valid" in stack.up().output
    settled(stack)
    found = ids(stack)
    assert found["a"].isdigit()
    assert stack.kept()["actualIds"]["one"] == found["a"]


def test_a_renamed_node_with_an_id_is_the_same_node(stack: Stack) -> None:
    edge = [{"nodeId": "load", "depends": [{"nodeId": "old"}]}]
    put(stack, node("old", id="11"), node("load"), dependencies=edge)
    before = ids(stack)
    edge = [{"nodeId": "load", "depends": [{"nodeId": "new"}]}]
    reported = change(stack, node("new", id="11"), node("load"), dependencies=edge)
    assert re.search(r'changes name[^;]* of "new"', reported), reported
    assert ids(stack) == {"new": "11", "load": before["load"]}


def test_a_renamed_node_without_an_id_is_a_new_node(stack: Stack) -> None:
    put(stack, node("old"), node("load"))
    before = ids(stack)
    reported = change(stack, node("new"), node("load"))
    assert (
        f'replaces "old" by "new", likely a rename: to keep its history, give it the id {before["old"]}'
        in reported
    )
    after = ids(stack)
    assert set(after) == {"new", "load"}
    assert after["load"] == before["load"]
    assert after["new"] != before["old"]


def test_a_node_with_an_id_moves_into_a_loop_and_out_of_it(stack: Stack) -> None:
    put(stack, node("x", id="3"), loop(node("y")))
    reported = change(stack, loop(node("x", id="3"), node("y")))
    assert 'moves "x" to "loop/x"' in reported
    assert ids(stack)["loop/x"] == "3"
    assert "x" not in there(stack)
    reported = change(stack, node("x", id="3"), loop(node("y")))
    assert 'moves "loop/x" to "x"' in reported
    assert ids(stack)["x"] == "3"
    assert "loop/x" not in there(stack)


def test_nodes_with_ids_that_swap_names_keep_their_scripts(stack: Stack) -> None:
    edge = [{"nodeId": "b", "depends": [{"nodeId": "a"}]}]
    put(stack, node("a", "SELECT 1;", id="1"), node("b", "SELECT 2;", id="2"), dependencies=edge)
    reported = change(
        stack, node("b", "SELECT 1;", id="1"), node("a", "SELECT 2;", id="2"), dependencies=edge
    )
    assert re.search(r'changes name[^;]* of "b" and "a"', reported), reported
    assert "the script" not in reported
    assert ids(stack) == {"b": "1", "a": "2"}
    assert stack.scripts() == {"b": "SELECT 1;", "a": "SELECT 2;"}
    [workflow] = stack.emulator.workflows()
    [dependency] = workflow.body["dependencies"]
    assert (dependency["nodeId"], dependency["depends"][0]["output"]) == ("1", "2")


def test_a_copied_node_that_keeps_its_id_is_refused_at_preview(stack: Stack) -> None:
    one = node("a", id="3")
    copies = [{**copy.deepcopy(one), "name": "b"}, loop({**copy.deepcopy(one), "name": "c"})]
    stack.workflow(etl(nodes=[one, *copies], dependencies=[]))
    reported = stack.preview(ok=False).output
    place = 'the ID "3" is used twice: spec.workflows[0].nodes[0].id has it too'
    assert f"spec.workflows[0].nodes[1].id: {place}" in reported
    assert f"spec.workflows[0].nodes[2].doWhile.nodes[0].id: {place}" in reported
    assert "Leave the copy's id out" in reported
    assert stack.calls() == 0


def test_a_new_node_gets_no_id_that_a_renamed_one_has_taken_along(stack: Stack) -> None:
    put(stack, node("a"))
    chosen = ids(stack)["a"]
    put(stack, node("b", id=chosen))
    put(stack, node("b", id=chosen), node("a"))
    after = ids(stack)
    assert after["b"] == chosen
    assert after["a"] != chosen


def test_a_new_node_gets_no_id_that_its_name_had_before(stack: Stack) -> None:
    put(stack, node("a", id="1"))
    put(stack, node("b", id="1"), node("a"))
    after = ids(stack)
    assert after["b"] == "1"
    assert after["a"] != "1"


def declare_twice(stack: Stack, one: Any, two: Any) -> None:
    stack.declare(
        {
            name: {"type": KIND, "properties": {"projectId": stack.project_id, "spec": spec}}
            for name, spec in (("one", one), ("two", two))
        }
    )


def names_in(reported: str) -> set[str]:
    """The resources that an error is of, or names."""
    return set(re.findall(r"(?:WorkflowDefinition::|resource ')(\w+)", reported))


def test_one_document_with_ids_in_two_resources_is_refused_at_preview(stack: Stack) -> None:
    document = etl(id="4611686018427388000")
    declare_twice(stack, document, document)
    reported = stack.preview(ok=False).output
    assert "workflow 4611686018427388000 of project 10001 is declared by urn:pulumi:" in reported
    assert names_in(reported) == {"one", "two"}
    assert stack.calls("ImportWorkflowDefinition") == 0


@pytest.mark.skipif(OLDEST, reason="the oldest engine does not send Check the old outputs")
@pytest.mark.parametrize("first", ["one", "two"])
def test_the_id_of_another_resources_workflow_is_refused_at_preview_whoever_comes_first(
    stack: Stack, first: str
) -> None:
    stack.workflow(etl(), name="one")
    stack.up()
    held = {
        "one": {"projectId": stack.project_id, "spec": etl()},
        "two": {"projectId": stack.project_id, "spec": etl(name="copy", id=stack.output()), "adopt": True},
    }
    order = sorted(held, reverse=first == "two")
    stack.declare({name: {"type": KIND, "properties": held[name]} for name in order})
    reported = stack.preview(ok=False).output
    assert f"workflow {stack.output()} of project {stack.project_id} is declared by urn:pulumi:" in reported
    assert names_in(reported) == {"one", "two"}


def test_one_document_without_ids_in_two_resources_is_refused(stack: Stack) -> None:
    declare_twice(stack, etl(), etl())
    reported = stack.up(ok=False).output
    assert "daily_orders" in reported
    assert len(stack.emulator.workflows()) <= 1


def test_one_path_in_two_resources_is_refused_at_preview(stack: Stack) -> None:
    declare_twice(stack, etl(), etl())
    reported = stack.preview(ok=False).output
    assert "daily_orders" in reported
    assert names_in(reported) == {"one", "two"}


def test_one_document_under_two_names_is_two_workflows(stack: Stack) -> None:
    declare_twice(stack, etl(), etl(name="hourly_orders"))
    stack.up()
    stack.is_quiet()
    one, two = stack.emulator.workflows()
    assert {one.body["name"], two.body["name"]} == {"daily_orders", "hourly_orders"}
    assert not {one.workflow_id, *one.nodes} & {two.workflow_id, *two.nodes}
