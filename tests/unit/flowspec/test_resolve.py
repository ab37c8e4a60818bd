"""Choosing what the user left out: IDs, outputs, paths, and dependencies by name."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import (
    canonical,
    complete,
    derive_id,
    is_derived,
    nodes_of,
    output_of,
    read,
    same,
)
from tests.support.corpus import each_ready, loaded
from tests.support.documents import etl, node, nodes
from tests.support.flowspecs import Object, chooser, completed, workflow


def names_of(root: Object) -> list[str]:
    return [name for name, _ in nodes_of(workflow(root))]


def by_name(root: Object) -> dict[str, Object]:
    return dict(nodes_of(workflow(root)))


def depends(root: Object, key: str = "dependencies") -> list[tuple[str, Object]]:
    return [
        (dependency["nodeId"], depend)
        for dependency in workflow(root)[key]
        for depend in dependency["depends"]
    ]


def test_derived_ids_are_stable_and_within_the_services_range() -> None:
    ids = [derive_id(f"urn:{number}", 1, "p", "") for number in range(200)]
    assert ids == [derive_id(f"urn:{number}", 1, "p", "") for number in range(200)]
    assert all(2**62 <= int(one) < 2**63 and one == str(int(one)) for one in ids)
    assert max(map(int, ids)) - min(map(int, ids)) > 2**61
    # Pinned: another derivation would make a second workflow of every one that is there.
    assert derive_id("urn:a", 1, "p", "n") == "8525264169254211838"


def test_derived_ids_differ_by_each_of_their_parts() -> None:
    parts: list[tuple[Any, ...]] = [
        ("urn:a", 1, "p", "n"),
        ("urn:b", 1, "p", "n"),
        ("urn:a", 2, "p", "n"),
        ("urn:a", 1, "p", "m"),
        ("urn:a", 1, "p", ""),
        ("urn:a", 1, "p", "n", 1),
        ("urn:a", 1, "p", "n", 2),
        ("urn:a1", 1, "p", "n"),
        ("urn:a", 11, "p", "n"),
        ("urn:a", 1, "p", "n1"),
        ("urn:a", 1, "p1", "n"),
        ("urn:a", 1, "", "n"),
        ("urn:a", 1, "n", "p"),
    ]
    assert len({derive_id(*part) for part in parts}) == len(parts)
    assert derive_id("urn:a", 1, "p", "n", 0) == derive_id("urn:a", 1, "p", "n")
    assert derive_id("urn:a", 1, "/a/p/", "n") == derive_id("urn:a", 1, "a/p", "n")


def test_an_id_that_is_derived_is_known_as_one_whoever_derived_it() -> None:
    derived = [derive_id(f"urn:{number}", 1, "p", str(number), number % 3) for number in range(200)]
    assert all(is_derived(own, "urn:x", 1) for own in derived)
    assert not any(
        is_derived(own, "urn:x", 2) or is_derived(str(int(own) + 1), "urn:x", 1) for own in derived
    )
    foreign = [str(2**62 + number * 7_777_777_777_777) for number in range(2000)]
    assert not any(is_derived(own, "urn:x", 1) for own in foreign)
    for own in ("", "x", "-5", "70", str(2**62 - 1), str(2**63), "0" + derived[0], "\u0669" * 19):
        assert not is_derived(own, "urn:x", 1)


def test_missing_ids_are_chosen_and_given_ones_kept() -> None:
    asked: list[str] = []

    def choose(name: str) -> str:
        asked.append(name)
        return f"9{len(name)}"

    root = etl(nodes=[node("a", id="5"), node("bb")], dependencies=[])
    done = complete(root, choose)
    assert workflow(done)["id"] == "90"
    assert {name: item["id"] for name, item in by_name(done).items()} == {"a": "5", "bb": "92"}
    assert set(asked) == {"", "bb"}
    assert done["spec"]["id"] == "90"


def test_a_given_workflow_id_is_kept_as_text() -> None:
    root = etl(id=12)
    done = completed(root)
    assert workflow(done)["id"] == "12"
    assert str(done["spec"]["id"]) == "12"


def test_the_id_of_spec_counts_where_the_workflow_has_none() -> None:
    root = etl()
    root["spec"]["id"] = "34"
    assert workflow(completed(root))["id"] == "34"
    assert workflow(completed(etl(id="12")))["id"] == "12"


def test_the_document_stays_as_it_is() -> None:
    root = etl()
    before = copy.deepcopy(root)
    complete(root, chooser())
    assert root == before


def test_what_may_be_left_out_is_filled_in() -> None:
    root = etl()
    del root["version"]
    done = completed(root)
    flow = workflow(done)
    assert done["version"] == "1.1.0"
    assert (done["spec"]["name"], done["spec"]["type"]) == ("daily_orders", "CycleWorkflow")
    assert flow["script"] == {"path": "daily_orders", "runtime": {"command": "WORKFLOW"}}
    for name, item in by_name(done).items():
        assert item["script"]["path"] == f"daily_orders/{name}"
        (output,) = item["outputs"]["nodeOutputs"]
        assert output == {"data": item["id"], "artifactType": "NodeOutput", "refTableName": name}


def test_what_was_written_is_not_filled_in() -> None:
    script = {"path": "shop/etl", "runtime": {"command": "MANUAL_WORKFLOW", "engine": "General"}}
    outputs = {"nodeOutputs": [{"data": "shop.a"}], "variables": []}
    own = {**node("a", outputs=outputs), "script": {"path": "x/y", "runtime": {"command": "SHELL"}}}
    root = etl(script=script, nodes=[own, node("b")], dependencies=[])
    root.update(version="1.2.0")
    root["spec"].update(name="other", type="ManualWorkflow")
    done = completed(root)
    assert done["version"] == "1.2.0"
    assert (done["spec"]["name"], done["spec"]["type"]) == ("other", "ManualWorkflow")
    assert workflow(done)["script"] == script
    found = by_name(done)
    assert found["a"]["script"]["path"] == "x/y"
    assert found["a"]["outputs"] == outputs
    assert found["b"]["script"]["path"] == "shop/etl/b"


def test_outputs_without_a_node_output_get_one_and_keep_the_rest() -> None:
    variables = [{"name": "v", "scope": "NodeContext", "type": "NodeOutput"}]
    done = completed(etl(nodes=[node("a", outputs={"variables": variables})], dependencies=[]))
    outputs = by_name(done)["a"]["outputs"]
    assert outputs["variables"] == variables
    assert output_of(by_name(done)["a"]) == by_name(done)["a"]["id"]


def test_a_variable_from_a_node_refers_to_it_as_the_vendors_library_writes_it() -> None:
    origin = {"name": "outputs", "scope": "NodeContext", "type": "NodeOutput"}
    variable = {"name": "v", "scope": "NodeContext", "type": "NodeOutput"}
    reader = node("b")
    reader["script"]["parameters"] = [{**variable, "from": {**origin, "nodeUuid": "a", "nodeName": "a"}}]
    found = by_name(completed(etl(nodes=[node("a", id="7"), reader], dependencies=[])))
    referred = {**origin, "node": {"nodeId": "7", "refTableName": "a"}}
    assert found["b"]["script"]["parameters"] == [{**variable, "referenceVariable": referred}]


def test_the_dependencies_of_variables_name_nodes_too() -> None:
    waits = {"variableName": "v", "depends": [{"nodeId": "extract"}]}
    edge = {"nodeId": "load", "variableDepends": [waits]}
    done = completed(etl(dependencies=[edge]))
    [found] = workflow(done)["dependencies"][0]["variableDepends"][0]["depends"]
    own = by_name(done)["extract"]["id"]
    assert found == {"type": "Normal", "output": own, "refTableName": "extract"}


WITH_OUTPUT = {"nodeOutputs": [{"data": "shop.raw"}, {"data": "shop.second"}]}


@pytest.mark.parametrize(
    ("depend", "output"),
    [
        ({"nodeId": "a"}, "shop.raw"),
        ({"nodeId": "11"}, "shop.raw"),
        ({"nodeId": 11}, "shop.raw"),
        ({"nodeId": "shop.second"}, "shop.second"),
        ({"refTableName": "a"}, "shop.raw"),
        ({"output": "a"}, "shop.raw"),
        ({"output": "shop.raw"}, "shop.raw"),
        ({"output": "shop.second"}, "shop.second"),
        ({"output": "other_project.out"}, "other_project.out"),
    ],
)
def test_a_dependency_gets_the_output_that_it_means(depend: Object, output: str) -> None:
    root = etl(
        nodes=[node("a", id="11", outputs=WITH_OUTPUT), node("b", id="22")],
        dependencies=[{"nodeId": "b", "depends": [depend]}],
    )
    ((owner, found),) = depends(completed(root))
    assert owner == "22"
    assert found["output"] == output
    assert found["type"] == "Normal"
    assert found.get("nodeId") in (None, depend.get("nodeId") if "output" in depend else None)


@pytest.mark.parametrize("word", ["22", "b", "b.out", 22])
def test_the_dependent_node_may_be_called_by_all_that_is_known_of_it(word: Any) -> None:
    root = etl(
        nodes=[node("a", id="11"), node("b", id="22", outputs={"nodeOutputs": [{"data": "b.out"}]})],
        dependencies=[{"nodeId": word, "depends": [{"nodeId": "a"}]}],
    )
    assert workflow(completed(root))["dependencies"][0]["nodeId"] == "22"


def test_an_id_wins_over_a_name_and_a_name_over_an_output() -> None:
    outputs = {"nodeOutputs": [{"data": "a"}]}
    found = [
        node("x", id="b"),
        node("a", id="1"),
        node("b", id="2", outputs=outputs),
    ]
    root = etl(nodes=found, dependencies=[{"nodeId": "b", "depends": []}, {"nodeId": "a", "depends": []}])
    assert [item["nodeId"] for item in workflow(completed(root))["dependencies"]] == ["b", "1"]


def test_an_external_dependency_stays_as_it_is() -> None:
    depend = {
        "type": "CrossCycleDependsOnOtherNode",
        "output": "p.out",
        "nodeId": "123",
        "sourceType": "Manual",
    }
    root = etl(dependencies=[{"nodeId": "load", "depends": [depend, {"type": "CrossCycleDependsOnSelf"}]}])
    found = [item for _, item in depends(completed(root))]
    assert found == [depend, {"type": "CrossCycleDependsOnSelf"}]


def test_flow_is_resolved_as_dependencies_are() -> None:
    root = etl()
    workflow(root)["flow"] = workflow(root).pop("dependencies")
    done = completed(root)
    assert same(done, completed())
    ((owner, found),) = depends(done, "flow")
    assert owner == by_name(done)["load"]["id"]
    assert found["output"] == by_name(done)["extract"]["id"]


LOOPS = ("do-while", "doWhile", "for-each", "foreach", "forEach", "combined", "subflow", "paiflow")


@pytest.mark.parametrize("key", LOOPS)
def test_inner_nodes_are_a_world_of_their_own(key: str) -> None:
    inner: Object = {
        "nodes": [node("extract"), node("end")],
        "flow": [{"nodeId": "end", "depends": [{"nodeId": "extract"}]}],
    }
    end = {"while": node("check")} if key in ("do-while", "doWhile") else {}
    root = etl(nodes=[*nodes(etl()), {**node("loop"), key: {**inner, **end}}])
    done = completed(root)
    found = by_name(done)
    expected = ["extract", "load", "loop", "loop/extract", "loop/end"] + (["loop/check"] if end else [])
    assert sorted(names_of(done)) == sorted(expected)
    assert len({item["id"] for item in found.values()}) == len(expected)
    ids = chooser()
    assert all(item["id"] == ids(name) for name, item in found.items())
    body = found["loop"]["for-each" if key == "forEach" else key]  # the vendor's parser would drop forEach
    assert body["flow"][0]["nodeId"] == found["loop/end"]["id"]
    assert body["flow"][0]["depends"][0]["output"] == found["loop/extract"]["id"] != found["extract"]["id"]
    assert found["loop/extract"]["script"]["path"] == "daily_orders/loop/extract"
    if end:
        assert found["loop/check"]["script"]["path"] == "daily_orders/loop/check"


def test_loops_in_loops_keep_their_names_apart() -> None:
    inner = {**node("inner"), "for-each": {"nodes": [node("a")]}}
    root = etl(nodes=[{**node("outer"), "do-while": {"nodes": [inner, node("a")]}}], dependencies=[])
    done = completed(root)
    assert set(names_of(done)) == {"outer", "outer/inner", "outer/a", "outer/inner/a"}
    assert by_name(done)["outer/inner/a"]["script"]["path"] == "daily_orders/outer/inner/a"


@each_ready
def test_completing_is_idempotent_and_keeps_what_was_written(file: Path) -> None:
    root = loaded(file)
    done = complete(root, chooser())
    again = complete(done, chooser("urn:another"))
    assert canonical(again) == canonical(done)
    assert complete(read(canonical(done)).root, chooser("urn:another")) == done
    written = {item.get("name"): item.get("id") for _, item in nodes_of(workflow(root))}
    assert all(
        item["id"] == str(written[item["name"]])
        for _, item in nodes_of(workflow(done))
        if written[item["name"]]
    )
    assert json.dumps(root) == json.dumps(loaded(file))


def test_a_node_with_several_outputs_is_depended_on_by_one_whatever_their_order() -> None:
    """Outputs are a set: another order is no change."""

    def edge(*outputs: str) -> Object:
        given = [{"data": data} for data in outputs]
        root = etl(nodes=[{**node("extract"), "outputs": {"nodeOutputs": given}}, node("load")])
        return completed(root)

    assert same(edge("b", "a"), edge("a", "b"))
    assert depends(edge("b", "a"))[0][1]["output"] == "a"


def test_a_dependency_on_an_output_is_the_same_as_one_on_its_node() -> None:
    """Long and short form: the service fills in the name of the node in either."""
    given = {"outputs": {"nodeOutputs": [{"data": "p.extract"}]}}
    nodes = [{**node("extract"), **given}, node("load")]

    def on(**depend: str) -> Object:
        edges = [{"nodeId": "load", "depends": [{"type": "Normal", **depend}]}]
        return completed(etl(nodes=nodes, dependencies=edges))

    assert same(on(nodeId="extract"), on(output="p.extract"))
    assert same(on(nodeId="extract"), on(output="p.extract", refTableName="extract"))
    assert not same(on(nodeId="extract"), on(output="p.other"))


def test_a_variable_may_name_the_node_that_it_is_of() -> None:
    variable: Object = {"name": "v", "scope": "NodeContext", "type": "NodeOutput"}
    takes: Object = {"inputs": {"variables": [{**variable, "node": {"nodeId": "a", "output": "a"}}]}}
    script = {
        "runtime": {"command": "ODPS_SQL"},
        "content": "",
        "parameters": [{**variable, "node": {"nodeId": "a"}}],
    }
    outside: Object = {
        "outputs": {"variables": [{**variable, "node": {"nodeId": "elsewhere", "output": "p.o"}}]}
    }
    root = completed(
        etl(
            nodes=[node("a"), node("b", **takes), {**node("c", **outside), "script": script}], dependencies=[]
        )
    )
    first, second, third = workflow(root)["nodes"]
    assert second["inputs"]["variables"][0]["node"] == {"nodeId": first["id"], "output": first["id"]}
    assert third["script"]["parameters"][0]["node"] == {"nodeId": first["id"]}
    assert third["outputs"]["variables"][0]["node"] == {"nodeId": "elsewhere", "output": "p.o"}


def test_an_id_goes_before_a_name_that_looks_like_it() -> None:
    variable = {"name": "v", "scope": "NodeContext", "type": "NodeOutput", "node": {"nodeId": "7"}}
    nodes = [node("a", id="7"), node("7"), node("b", inputs={"variables": [variable]})]
    root = completed(etl(nodes=nodes, dependencies=[]))
    assert workflow(root)["nodes"][2]["inputs"]["variables"][0]["node"] == {"nodeId": "7"}


def test_the_flow_around_the_workflow_may_name_it() -> None:
    root = etl()
    root["spec"]["flow"] = [{"nodeId": "daily_orders", "depends": [{"type": "Normal", "output": "p.o"}]}]
    done = completed(root)
    assert done["spec"]["flow"][0]["nodeId"] == workflow(done)["id"]


def test_a_name_that_came_as_a_number_is_reported_as_text() -> None:
    root = completed(etl(nodes=[node("111"), node("b")], dependencies=[]))
    first = workflow(root)["nodes"][0]
    first["name"] = 111
    workflow(root)["dependencies"] = [{"nodeId": "b", "depends": [{"nodeId": "111"}]}]
    done = completed(root)
    assert workflow(done)["dependencies"][0]["depends"][0]["refTableName"] == "111"
