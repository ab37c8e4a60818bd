"""Documents for another workspace."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.document_file import placeholders_in
from pulumi_resource_dataworks.export._documents import Member, Output, Setting, as_json
from pulumi_resource_dataworks.export._portable import Linked, StackVariables, linked
from tests.support.controls import controls
from tests.support.workspaces import related, sql, workflow

Document = dict[str, Any]
ELSEWHERE = "7000000000000000001"


def whole(*roots: Document) -> list[Member]:
    """Workflows as an export has them, named as they are."""
    bodies = [flowspec.workflow_of(root) for root in roots]
    return [
        Member(str(body["id"]), str(body["script"]["path"]), str(body["name"]), root)
        for body, root in zip(bodies, roots, strict=True)
    ]


def body_of(made: Linked, workflow_id: str) -> Document:
    return flowspec.workflow_of(made.members[workflow_id].root)


def depends(body: Document, name: str) -> list[Document]:
    [found] = [one["depends"] for one in body["dependencies"] if one["nodeId"] == name]
    return list(found)


def one(root: Document, identifier: str = "") -> tuple[Document, Linked]:
    [member] = whole(root)
    made = linked([member], identifier, portable=True)
    return body_of(made, member.own), made


def test_no_id_is_left() -> None:
    members = whole(*related())
    made = linked(members, "emulated_workspace", portable=True)
    assert not made.left_out
    text = b"".join(as_json(member.root) for member in made.members.values()).decode()
    for member in members:
        for own in (member.own, *flowspec.node_ids(member.root)):
            assert own not in text


def test_no_setting_is_called_as_a_resource() -> None:
    node = {**sql("a", "SELECT 1;\n"), "runtimeResource": {"resourceGroup": "group"}}
    root, made = one(workflow("resourceGroup", [node]))
    assert root["nodes"][0]["runtimeResource"] == {"resourceGroup": "{{resourceGroup2}}"}
    assert [setting.key for setting in made.stack.settings.values()] == ["resourceGroup2"]


@pytest.mark.parametrize(
    "name", ["t", "F", "True", "null", "NaN", "-inf", "1.50", "1e3", "1_000", "[1]", "{}"]
)
def test_a_setting_that_pulumi_yaml_takes_for_no_text_is_marked(name: str) -> None:
    for group, is_literal in ((name, True), (f"group_{name}", False)):
        node = {**sql("a", "SELECT 1;\n"), "runtimeResource": {"resourceGroup": group}}
        _, made = one(workflow("w", [node]))
        assert [*made.stack.settings.values()] == [Setting("resourceGroup", is_literal=is_literal)]


def test_workflows_name_each_other_s_nodes_and_come_in_that_order() -> None:
    orders, report = whole(*related())
    made = linked([report, orders], "emulated_workspace", portable=True)
    assert list(made.members) == [orders.own, report.own]
    assert depends(body_of(made, report.own), "report") == [
        {"type": "Normal", "output": "{{orders_extract}}"},
        {"type": "Normal", "output": "{{orders_named}}"},
        {"type": "Normal", "output": "{{projectIdentifier}}_root"},
        {"type": "Normal", "nodeId": "clean"},
    ]
    [named] = [node for node in body_of(made, orders.own)["nodes"] if node["name"] == "named"]
    [output] = named["outputs"]["nodeOutputs"]
    assert output["data"] == "{{projectIdentifier}}.orders"
    identifier = Setting("projectIdentifier")
    assert made.stack.settings == {("projectIdentifier", "emulated_workspace"): identifier}
    assert made.members[orders.own].variables == {"projectIdentifier": identifier}
    assert made.members[report.own].variables == {
        "orders_extract": Output("orders", "extract"),
        "orders_named": Output("orders", "named"),
        "projectIdentifier": identifier,
    }


def test_the_digest_stays_where_nothing_of_the_workspace_is_in_a_document() -> None:
    waits = [{"nodeId": "b", "depends": [{"type": "Normal", "nodeId": "a"}]}]
    root = workflow("daily", [sql("a", "SELECT 1;\n"), sql("b", "SELECT 2;\n")], dependencies=waits)
    [member] = whole(root)
    document = linked([member], "", portable=True).members[member.own].root
    there = flowspec.complete(document, lambda name: str(2**61 + len(name)) if name != "b" else ELSEWHERE)
    assert flowspec.digest(there) == flowspec.digest(root)
    assert not flowspec.node_ids(there) & flowspec.node_ids(root)


def test_a_node_with_another_output_is_named_by_that() -> None:
    first = sql("first", "SELECT 1;\n")
    root = workflow("daily", [first, sql("second", "SELECT 2;\n")])
    body = flowspec.workflow_of(root)
    nodes = {node["name"]: node for node in body["nodes"]}
    own = nodes["first"]["id"]
    nodes["first"]["outputs"]["nodeOutputs"].append({"data": "done", "artifactType": "NodeOutput"})
    body["dependencies"] = [
        {"nodeId": nodes["second"]["id"], "depends": [{"type": "Normal", "output": own, "refTableName": own}]}
    ]
    found, _ = one(root)
    [output] = found["nodes"][0]["outputs"]["nodeOutputs"]
    assert output["data"] == "done"
    assert depends(found, "second") == [{"type": "Normal", "nodeId": "first"}]
    completed = flowspec.complete({**root, "spec": {"workflows": [found]}}, lambda name: name or "w")
    assert depends(flowspec.workflow_of(completed), "second")[0]["output"] == "done"


def test_the_workflows_outputs_are_those_of_another_workspace() -> None:
    root = workflow("daily", [sql("a", "SELECT 1;\n")])
    own = str(flowspec.workflow_of(root)["id"])
    outputs = [{"data": data, "artifactType": "NodeOutput"} for data in (own, "shop.daily", "mine")]
    flowspec.workflow_of(root)["outputs"] = {"nodeOutputs": outputs}
    found, made = one(root, "shop")
    assert not made.left_out
    named = [entry["data"] for entry in found["outputs"]["nodeOutputs"]]
    assert named == ["{{projectIdentifier}}.daily", "mine"]


def test_what_belongs_to_a_workspace_is_a_setting() -> None:
    nodes = [sql(name, "SELECT 1;\n") for name in "abc"]
    for node, group, source in zip(nodes, ("one", "two", "one"), ("first", "first", ""), strict=True):
        node["runtimeResource"] = {"resourceGroup": group, "resourceGroupId": "7"}
        node["datasource"] = {"name": source, "type": "odps"}
    found, made = one(workflow("daily", nodes))
    groups = [node["runtimeResource"] for node in found["nodes"]]
    assert groups == [
        {"resourceGroup": "{{resourceGroup}}"},
        {"resourceGroup": "{{resourceGroup2}}"},
        {"resourceGroup": "{{resourceGroup}}"},
    ]
    assert [node["datasource"]["name"] for node in found["nodes"]] == ["{{dataSource}}"] * 2 + [""]
    assert made.stack.used == {
        "resourceGroup": ["daily, node a", "daily, node c"],
        "resourceGroup2": ["daily, node b"],
        "dataSource": ["daily, node a", "daily, node b"],
    }


def test_a_node_outside_of_the_export_is_a_setting() -> None:
    waits = [{"nodeId": "a", "depends": [{"type": "Normal", "output": ELSEWHERE}, {"output": "plain.name"}]}]
    found, made = one(workflow("daily", [sql("a", "SELECT 1;\n")], dependencies=waits))
    outputs = [depend["output"] for depend in depends(found, "a")]
    assert outputs == ["{{externalOutput}}", "plain.name"]
    assert made.stack.settings == {("externalOutput", ELSEWHERE): Setting("externalOutput", is_literal=True)}


def test_the_workspace_s_name_counts_at_the_beginning_of_an_output_alone() -> None:
    waits = [
        {
            "nodeId": "a",
            "depends": [{"output": text} for text in ("ws.x", "ws_root", "ws", "wsx", "x.ws", "ws_rooty")],
        }
    ]
    root = workflow("daily", [sql("a", "SELECT 'ws.x';\n")], dependencies=waits)
    found, _ = one(root, "ws")
    joined = [depend["output"] for depend in depends(found, "a") if "{{" in depend["output"]]
    assert joined == ["{{projectIdentifier}}.x", "{{projectIdentifier}}_root"]
    assert found["nodes"][0]["script"]["content"] == "SELECT 'ws.x';\n"


def circle() -> list[Member]:
    roots = [
        workflow(name, [sql("a", "SELECT 1;\n"), sql("b", "SELECT 2;\n")])
        for name in ("left", "right", "after")
    ]
    ids = [dict(flowspec.nodes_of(flowspec.workflow_of(root)))["a"]["id"] for root in roots]
    for root, other in zip(roots, (ids[1], ids[0], ids[0]), strict=True):
        nodes = dict(flowspec.nodes_of(flowspec.workflow_of(root)))
        waits = [{"nodeId": nodes["b"]["id"], "depends": [{"type": "Normal", "output": other}]}]
        flowspec.workflow_of(root)["dependencies"] = waits
    return whole(*(flowspec.complete(root, lambda _: "") for root in roots))


def test_workflows_that_depend_on_each_other_in_a_circle_are_left_out() -> None:
    left, right, after = circle()
    made = linked([left, right, after], "", portable=True)
    assert made.left_out.keys() == {left.own, right.own}
    assert "in a circle: " in made.left_out[left.own]
    [depend] = depends(body_of(made, after.own), "b")
    assert depend["output"] == "{{externalOutput}}"  # of a workflow that is left out


@pytest.mark.parametrize("key", ["id", "nodeId"])
def test_an_id_that_nobody_makes_anew_leaves_the_workflow_out(key: str) -> None:
    node = sql("flow", "SELECT 1;\n")
    node["component"] = {key: ELSEWHERE}
    [member] = whole(workflow("daily", [node]))
    made = linked([member], "", portable=True)
    assert not made.members
    assert f"spec.workflows[0].nodes[0].component.{key}" in made.left_out[member.own]


def test_a_workflow_that_a_node_runs_is_a_setting() -> None:
    node = sql("book", "")
    node["script"]["runtime"]["command"] = "SUB_PROCESS"
    node["subflow"] = {"id": ELSEWHERE, "name": "booking", "output": ELSEWHERE}
    found, made = one(workflow("daily", [node]))
    called = "{{calledWorkflow}}"
    assert not made.left_out
    assert found["nodes"][0]["subflow"] == {"id": called, "name": "booking", "output": called}
    assert made.stack.used == {
        "calledWorkflow": [f"daily, spec.workflows[0].nodes[0].subflow.{key}" for key in ("id", "output")]
    }


def test_an_id_in_a_script_s_text_stays() -> None:
    node = sql("a", f"-- {ELSEWHERE}\n")
    found, _ = one(workflow("daily", [node]))
    assert found["nodes"][0]["script"]["content"] == f"-- {ELSEWHERE}\n"


def test_nothing_of_what_was_read_is_changed() -> None:
    members = whole(*related())
    before = copy.deepcopy([member.root for member in members])
    linked(members, "emulated_workspace", portable=True)
    assert [member.root for member in members] == before


@pytest.mark.parametrize("more", [{}, {"outputs": {"nodeOutputs": [{"data": "shop.rest"}]}}])
def test_control_nodes_stay_short_and_hold_no_id(more: Document) -> None:
    root = controls()
    body = flowspec.workflow_of(root)
    body["nodes"][1].update(more)
    found, _ = one(flowspec.complete(root, lambda name: flowspec.derive_id("urn", 1, "", name)))
    nodes = {node["name"]: node for node in found["nodes"]}
    assert [branch["nodeId"] for branch in nodes["merge"]["join"]["branches"]] == ["rest", "work"]
    for node in body["nodes"]:
        assert nodes[node["name"]] == {**node, **(more if node["name"] == "rest" else {})}


def test_a_variable_has_no_name_that_a_placeholder_of_the_workflow_has() -> None:
    first, second = (sql(name, "SELECT '{{ dataSource }}', '{{orders_a}}';\n") for name in "ab")
    first["datasource"] = {"name": "shop"}
    up, down = whole(workflow("orders", [first]), workflow("report", [second]))
    waits = {"type": "Normal", "output": dict(flowspec.nodes_of(flowspec.workflow_of(up.root)))["a"]["id"]}
    flowspec.workflow_of(down.root)["dependencies"] = [{"nodeId": "b", "depends": [waits]}]
    made = linked([up, down], "", portable=True)
    assert {one: member.variables for one, member in made.members.items()} == {
        up.own: {"dataSource2": Setting("dataSource2")},
        down.own: {"orders_a2": Output("orders", "a")},
    }


@pytest.mark.parametrize(
    ("resource", "name"), [("工作流", "_工作流_a_b"), ("1-x", "_1_x_a_b"), ("a.b", "a_b_a_b")]
)
def test_the_name_of_a_variable_is_one_that_a_placeholder_takes(resource: str, name: str) -> None:
    stack = StackVariables(set())
    assert stack.name_of(Output(resource, "a/b")) == name
    assert placeholders_in(f"{{{{{name}}}}}") == {name}


def test_a_variable_names_the_node_that_it_is_of() -> None:
    first, second = sql("first", "SELECT 1;\n"), sql("second", "SELECT 2;\n")
    root = workflow("daily", [first, second])
    nodes = {node["name"]: node for node in flowspec.workflow_of(root)["nodes"]}
    own = nodes["first"]["id"]
    variable = {"name": "v", "artifactType": "Variable", "scope": "NodeContext", "type": "PassThrough"}
    of_own = {**variable, "value": "${x}", "node": {"nodeId": own, "output": own}}
    of_another = {
        **variable,
        "name": "w",
        "value": "${y}",
        "node": {"nodeId": ELSEWHERE, "output": "other.x"},
    }
    nodes["second"]["script"]["parameters"] = [of_own, of_another]
    found, _ = one(root)
    [second] = [node for node in found["nodes"] if node["name"] == "second"]
    assert [parameter["node"] for parameter in second["script"]["parameters"]] == [
        {"nodeId": "first", "output": "first"},
        {"output": "other.x"},
    ]
