"""What follows from a control node's fields is folded back on reading: an author's short form is no drift."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import clean, complete, drifted, project, same, short
from tests.support.controls import arm, controls, fork, hub, merge, named, on, variable, watch
from tests.support.documents import etl, node
from tests.support.flowspecs import Object, changed, chooser, completed, workflow


def seen(wrote: Object, change: Callable[[dict[str, Object]], object]) -> Object:
    """The author's document after a refresh that shows somebody's change of what was sent."""
    sent = completed(wrote)
    return drifted(wrote, sent, project(sent, changed(sent, lambda root: change(named(root)))))


def rewrite(found: Object, **more: Any) -> None:
    """The script in another layout, and with other keys of an arm or a branch."""
    script = json.loads(found["script"]["content"])
    for one in script if isinstance(script, list) else script["branchList"]:
        one.update(more)
    found["script"]["content"] = json.dumps(script, indent=4)


def test_an_import_gives_the_authors_short_form() -> None:
    wrote = controls()
    found = short(completed(wrote), portable=True)
    edges = workflow(found).pop("dependencies")
    assert on("merge", {"nodeId": "rest"}, {"nodeId": "work"}) in edges
    del wrote["spec"]["workflows"][0]["dependencies"]
    wrote["version"] = found["version"]
    assert workflow(found)["nodes"] == workflow(wrote)["nodes"]


def test_a_script_in_another_layout_is_folded_back_too() -> None:
    wrote = controls()
    whole = completed(wrote)
    for name in ("fork", "merge"):
        rewrite(named(whole)[name])
    assert not any("content" in named(clean(whole))[name]["script"] for name in ("fork", "merge"))
    assert same(project(completed(wrote), whole), completed(wrote))


def test_a_script_that_says_something_else_stays() -> None:
    whole = completed(controls())
    rewrite(named(whole)["fork"], condition="1")
    assert "content" in named(clean(whole))["fork"]["script"]


def test_what_an_author_adds_to_an_entry_stays() -> None:
    named_arm = {"data": "shop.week", "refTableName": "week"}
    wrote = etl(nodes=[fork(outputs={"nodeOutputs": [named_arm]}), hub(variable("a"))], dependencies=[])
    named(wrote)["hub"]["outputs"] = {"variables": [variable("a", description="ours")]}
    found = short(completed(wrote), portable=True)
    assert named_arm["refTableName"] in json.dumps(named(found)["fork"]["outputs"])
    assert named(found)["hub"]["outputs"]["variables"] == [variable("a", description="ours")]
    assert same(complete(found, chooser()), completed(wrote))


LIBRARY: dict[str, Object] = {
    "fork": {"description": None},
    "merge": {"runStatus": ["2", "1"], "nodeName": "x"},
}


@pytest.mark.parametrize("name", LIBRARY)
def test_a_script_as_the_vendors_library_writes_it_is_no_drift(name: str) -> None:
    wrote = etl(
        nodes=[fork(arm("1", "s.a"), arm("0", "s.b")), node("rest"), node("work"), merge()], dependencies=[]
    )
    assert seen(wrote, lambda nodes: rewrite(nodes[name], **LIBRARY[name])) is wrote


def test_a_changed_condition_is_one_line_of_drift() -> None:
    def change(nodes: dict[str, Object]) -> None:
        nodes["fork"]["branch"]["branches"][1]["when"] = "1"
        script = json.loads(nodes["fork"]["script"]["content"])
        script[1]["condition"] = "1"
        nodes["fork"]["script"]["content"] = json.dumps(script)

    wrote = controls()
    wanted = copy.deepcopy(wrote)
    named(wanted)["fork"]["branch"]["branches"][1]["when"] = "1"
    assert seen(wrote, change) == wanted


def test_a_changed_output_of_an_arm_is_one_line_of_drift() -> None:
    def change(nodes: dict[str, Object]) -> None:
        nodes["fork"]["branch"]["branches"][1]["output"]["data"] = "shop.rest"
        nodes["fork"]["outputs"]["nodeOutputs"][2]["data"] = "shop.rest"
        rewrite(nodes["fork"])
        content = nodes["fork"]["script"]["content"]
        nodes["fork"]["script"]["content"] = content.replace("shop.week", "shop.rest")

    wrote = controls()
    wanted = copy.deepcopy(wrote)
    named(wanted)["fork"]["branch"]["branches"][1]["output"]["data"] = "shop.rest"
    assert seen(wrote, change) == wanted


def test_another_node_that_a_join_watches_is_shown_by_its_name() -> None:
    wrote = etl(nodes=[node("rest"), node("work"), node("late"), merge()], dependencies=[])
    sent = completed(wrote)
    work, late = named(sent)["work"]["id"], named(sent)["late"]["id"]

    def change(nodes: dict[str, Object]) -> None:
        nodes["merge"]["join"]["branches"][1]["output"]["data"] = late
        nodes["merge"]["script"]["content"] = nodes["merge"]["script"]["content"].replace(work, late)

    wanted = copy.deepcopy(wrote)
    named(wanted)["merge"]["join"]["branches"][1] = watch("b_2", nodeId="late")
    assert seen(wrote, change) == wanted

    def elsewhere(nodes: dict[str, Object]) -> None:
        nodes["merge"]["join"]["branches"][1]["output"]["data"] = "other.done"

    found = named(seen(wrote, elsewhere))["merge"]["join"]["branches"][1]
    assert found["output"]["data"] == "other.done"
    assert "nodeId" not in found


def test_a_script_that_is_gone_is_drift() -> None:
    for change in (
        lambda nodes: nodes["fork"]["script"].pop("content"),
        lambda nodes: nodes["fork"]["script"].update(content=""),
    ):
        wanted = controls()
        named(wanted)["fork"]["script"]["content"] = ""
        assert seen(controls(), change) == wanted


def test_a_dependency_that_somebody_added_leaves_those_that_follow_alone() -> None:
    wrote = etl(nodes=[node("rest"), node("work"), merge()], dependencies=[on("work", {"nodeId": "rest"})])
    sent = completed(wrote)
    more = copy.deepcopy(sent)
    rest, join = named(sent)["rest"]["id"], named(sent)["merge"]["id"]
    workflow(more)["dependencies"].append(on(rest, {"output": "other.done"}))
    found = drifted(wrote, sent, project(sent, more))
    assert workflow(found)["dependencies"] == [
        on("work", {"nodeId": "rest"}),
        on("rest", {"output": "other.done"}),
    ]
    theirs = copy.deepcopy(sent)
    [edge] = [one for one in workflow(theirs)["dependencies"] if one["nodeId"] == join]
    edge["depends"].append({"type": "Normal", "output": "other.done"})
    found = drifted(wrote, sent, project(sent, theirs))
    assert {depend.get("output") for depend in workflow(found)["dependencies"][1]["depends"]} >= {
        "other.done"
    }
    assert workflow(found)["dependencies"][0] == on("work", {"nodeId": "rest"})
