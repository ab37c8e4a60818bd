"""Typed documents: the names of the SDKs reach the service in the vendor's spelling, and a wrong type never does."""

from __future__ import annotations

from typing import Any

from tests.support.documents import etl, node
from tests.support.stacks import Stack


def loops() -> dict[str, Any]:
    """A document with each field whose vendor's spelling is no name in a program."""
    inner = {"nodes": [node("x")], "maxIterations": 3}
    variable = {"name": "v", "scope": "NodeContext", "type": "Constant", "value": "1"}
    nodes = [
        node("again", doWhile={**inner, "while": node("goes_on")}),
        node("each", forEach={**inner, "nodes": [node("y")]}),
        node("parameters", paramHub={"variables": [variable]}),
    ]
    return etl(nodes=nodes, dependencies=[])


def test_typed_names_are_sent_in_the_vendors_spelling(stack: Stack) -> None:
    stack.workflow(loops())
    stack.up()
    assert {"while", "nodes"} <= set(sent(stack, "again")["do-while"])
    assert [inner["name"] for inner in sent(stack, "each")["for-each"]["nodes"]] == ["y"]
    assert [variable["name"] for variable in sent(stack, "parameters")["param-hub"]["variables"]] == ["v"]
    stack.is_quiet()


def test_the_vendors_spelling_goes_as_text(stack: Stack) -> None:
    document = loops()
    document["spec"]["workflows"][0]["nodes"] = [{**node("each"), "for-each": {"nodes": [node("y")]}}]
    stack.workflow({"fn::toJSON": document})
    stack.up()
    assert [inner["name"] for inner in sent(stack, "each")["for-each"]["nodes"]] == ["y"]


def test_labels_in_another_case_are_taken_from_objects_too(stack: Stack) -> None:
    stack.workflow(etl(nodes=[node("a", rerunMode="allowed")], dependencies=[]))
    stack.up()
    assert "2 unchanged" in stack.preview().output


def test_what_is_wrong_in_an_object_is_one_line_of_ours(stack: Stack) -> None:
    """Pulumi YAML's own type checker writes a page: the schema that the plugin serves leaves an object to Check."""
    for node_fields, reported in (
        ({"trigger": [1]}, "spec.workflows[0].nodes[0].trigger"),
        ({"tigger": {"type": "Manual"}}, 'Did you mean "trigger"?'),
    ):
        stack.workflow(etl(nodes=[node("a", **node_fields)], dependencies=[]))
        output = stack.preview(ok=False).output
        assert reported in output
        assert "is not assignable" not in output
        assert len(output.splitlines()) <= 25


def sent(stack: Stack, name: str) -> dict[str, Any]:
    """A node as the service has it."""
    [workflow] = stack.emulator.workflows()
    nodes: list[dict[str, Any]] = workflow.document["spec"]["workflows"][0]["nodes"]
    return next(found for found in nodes if found["name"] == name)
