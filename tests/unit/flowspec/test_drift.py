"""What the service holds now, in the author's own form: only what differs is written anew."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import (
    complete,
    differences,
    drifted,
    is_secret,
    nodes_of,
    project,
    same,
    secret,
    secret_paths,
    workflow_of,
)
from tests.support.documents import etl, generate, node, nodes, rich
from tests.support.flowspecs import Object, changed, chooser, kinds_of_leaves, other, put, workflow


def seen(wrote: Object, change: Callable[[Object], object] = lambda _: None) -> tuple[Object, Object]:
    """The author's document after a refresh, and what is there: what was sent with somebody's change."""
    sent = complete(wrote, chooser())
    now = project(sent, changed(sent, change))
    return refreshed(wrote, now), now


def refreshed(wrote: Object, now: Object) -> Object:
    """As a refresh does it: what is derived from a change may differ in its turn."""
    after = drifted(wrote, complete(wrote, chooser()), now)
    return after if after is wrote else drifted(after, complete(after, known(now)), now)


def known(root: Object) -> Callable[[str], str]:
    """Gives the IDs that are there."""
    ids = {name: str(item["id"]) for name, item in nodes_of(workflow_of(root))}
    choose = chooser()
    return lambda name: ids.get(name) or (str(workflow(root)["id"]) if not name else choose(name))


def means_it(after: Object, now: Object) -> bool:
    """Whether both are one document once what they leave out is filled in."""
    return same(complete(after, known(now)), complete(now, known(now)))


@pytest.mark.parametrize("make", [etl, rich, lambda: generate(5)])
def test_where_nothing_differs_it_is_the_same_object(make: Callable[[], Object]) -> None:
    wrote = make()
    assert seen(wrote)[0] is wrote
    shuffled = seen(wrote, lambda root: nodes(root).reverse())
    assert shuffled[0] is wrote


def test_a_script_that_somebody_changed_is_all_that_is_new() -> None:
    wrote = etl()
    after, now = seen(wrote, lambda root: nodes(root)[1]["script"].update(content="edited"))
    assert differences(wrote, after) == {("spec", "workflows", 0, "nodes", 1, "script", "content"): "update"}
    assert after == put(wrote, ("spec", "workflows", 0, "nodes", 1, "script", "content"), "edited")
    assert wrote == etl()
    assert means_it(after, now)


def test_the_authors_short_form_stays_beside_what_changed() -> None:
    """Neither IDs nor outputs nor paths come in with it, and dependencies go on naming nodes."""
    wrote = etl()
    after, _ = seen(wrote, lambda root: workflow(root)["trigger"].update(cron="00 09 00 * * ?"))
    assert after == etl(trigger={**workflow(wrote)["trigger"], "cron": "00 09 00 * * ?"})
    assert list(workflow(after)) == list(workflow(wrote))


def test_a_field_that_somebody_added_or_took_away() -> None:
    wrote = etl(description="d", nodes=[node("a", timeout=3)], dependencies=[])
    after, _ = seen(wrote, lambda root: workflow(root).pop("description"))
    assert after == etl(nodes=[node("a", timeout=3)], dependencies=[])
    after, _ = seen(wrote, lambda root: nodes(root)[0].update(timeout=5))
    assert after == etl(description="d", nodes=[node("a", timeout=5)], dependencies=[])


def test_a_node_that_somebody_added_comes_last_and_one_that_is_gone_is_gone() -> None:
    wrote = etl()
    after, now = seen(wrote, lambda root: nodes(root).insert(0, node("theirs", id="666")))
    assert [item["name"] for item in nodes(after)] == ["extract", "load", "theirs"]
    assert nodes(after)[:2] == nodes(wrote)
    assert nodes(after)[2]["id"] == "666"
    assert means_it(after, now)

    def without_load(root: Object) -> None:
        nodes(root).pop()
        workflow(root)["dependencies"] = []

    after, now = seen(wrote, without_load)
    assert after == etl(nodes=nodes(wrote)[:1], dependencies=[])
    assert means_it(after, now)


def test_a_dependency_that_somebody_added_names_the_nodes() -> None:
    wrote = etl(nodes=[*nodes(etl()), node("report")])
    sent = complete(wrote, chooser())
    ids = dict(nodes_of(workflow(sent)))
    extract, load, report = (str(ids[name]["id"]) for name in ("extract", "load", "report"))
    entry = {
        "nodeId": report,
        "depends": [{"type": "Normal", "output": load}, {"type": "Normal", "output": "p.o"}],
    }
    after, now = seen(wrote, lambda root: workflow(root)["dependencies"].append(entry))
    assert workflow(after)["dependencies"] == [
        *workflow(wrote)["dependencies"],
        {
            "nodeId": "report",
            "depends": [{"type": "Normal", "nodeId": "load"}, {"type": "Normal", "output": "p.o"}],
        },
    ]
    assert means_it(after, now)
    more = {"type": "Normal", "output": report}
    after, now = seen(wrote, lambda root: workflow(root)["dependencies"][0]["depends"].append(more))
    assert workflow(after)["dependencies"][0]["depends"] == [
        {"type": "Normal", "nodeId": "extract"},
        {"type": "Normal", "nodeId": "report"},
    ]
    assert means_it(after, now)
    after, now = seen(wrote, lambda root: workflow(root)["dependencies"].clear())
    assert workflow(after).get("dependencies", []) == []
    assert means_it(after, now)
    assert extract not in json.dumps(after)


def test_a_node_that_somebody_renamed_is_the_same_one() -> None:
    wrote = etl()
    after, now = seen(wrote, lambda root: nodes(root)[1].update(name="renamed"))
    assert [item["name"] for item in nodes(after)] == ["extract", "renamed"]
    assert nodes(after)[1]["script"]["content"] == nodes(wrote)[1]["script"]["content"]
    assert workflow(after)["dependencies"][0]["nodeId"] == "renamed"
    assert means_it(after, now)


def test_what_takes_the_place_of_a_secret_is_one() -> None:
    wrote = etl(nodes=[node("extract", secret("SELECT 1;")), node("load")])
    after, _ = seen(wrote, lambda root: nodes(root)[0]["script"].update(content="edited"))
    assert nodes(after)[0]["script"]["content"] == "edited"
    assert list(secret_paths(after)) == list(secret_paths(wrote))
    after, _ = seen(wrote, lambda root: nodes(root)[1]["script"].update(content="edited"))
    assert list(secret_paths(after)) == list(secret_paths(wrote))
    after, _ = seen(secret(etl()), lambda root: nodes(root).append(node("theirs", id="666")))
    assert is_secret(after)


def test_inner_nodes_drift_in_their_places() -> None:
    wrote = rich()
    after, now = seen(
        wrote, lambda root: nodes(root)[2]["do-while"]["nodes"][0]["script"].update(content="x")
    )
    place = ("spec", "workflows", 0, "nodes", 2, "do-while", "nodes", 0, "script", "content")
    assert differences(wrote, after) == {place: "update"}
    assert means_it(after, now)


@pytest.mark.parametrize("seed", range(20))
def test_after_any_change_the_document_means_what_is_there(seed: int) -> None:
    chance = random.Random(seed)
    wrote = [etl(), rich(), generate(6, seed=seed)][seed % 3]

    def somebodys(root: Object) -> None:
        held = nodes(root)
        chance.shuffle(held)
        scripts = [item["script"] for item in held if "content" in item.get("script", {})]
        for script in chance.sample(scripts, chance.randrange(len(scripts))):
            script["content"] += "edited"
        if chance.random() < 0.5:
            held.append(node("theirs", id="666"))
        if chance.random() < 0.5:
            gone = held.pop(0)
            for entry in list(workflow(root)["dependencies"]):
                if entry["nodeId"] == gone["id"]:
                    workflow(root)["dependencies"].remove(entry)
                entry["depends"] = [one for one in entry["depends"] if one.get("output") != gone["id"]]
        if chance.random() < 0.5:
            workflow(root)["trigger"]["cron"] = "00 09 00 * * ?"

    before = copy.deepcopy(wrote)
    after, now = seen(wrote, somebodys)
    assert wrote == before
    assert means_it(after, now)
    whole = complete(now, known(now))
    assert drifted(after, complete(after, known(now)), whole) is after


@pytest.mark.parametrize("make", [etl, rich])
def test_after_a_change_of_any_value_the_document_means_what_is_there(make: Callable[[], Object]) -> None:
    wrote = make()
    sent = complete(wrote, chooser())
    for path, value in kinds_of_leaves(sent, each=1):
        if path[-1] in ("id", "name", "nodeId", "output", "data", "refTableName", "isDefault", "kind"):
            continue
        now: Any = project(sent, put(sent, path, other(value)))
        assert means_it(refreshed(wrote, now), now), path
