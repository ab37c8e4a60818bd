"""Corners of the life of a node, a function and a file that the engine's tests do not come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.lifecycle import UNKNOWN, Asset, RefusedError
from tests.support.deployments import PROJECT, State
from tests.support.objects import SCRIPT, Studio, file, function, node_document

MANUAL = "DATAWORKS_MANUAL_TASK"


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is noted of creates is of this test alone."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


async def imported(run: Studio, object_id: str) -> State:
    resource_id = f"{PROJECT}/{object_id}"
    found = await run.steps.read(run.context(run.urn), resource_id, {}, {})
    assert found is not None
    return resource_id, *found


async def test_a_scene_is_found_at_an_import_and_another_one_is_a_replacement() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document(), scene=MANUAL)
    assert state[2]["scene"] == MANUAL
    read = await imported(run, state[2]["nodeId"])
    assert read[1]["scene"] == MANUAL
    news = run.news(read[1], spec=read[1]["spec"])
    assert run.steps.diff(run.urn, *read, news).replaces == ["scene"]
    assert run.steps.diff(run.urn, *read, {**news, "scene": MANUAL}).changes == {}


async def test_a_node_that_people_renamed_and_moved_gets_its_place_back() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document())
    run.edit(name="theirs", script={**SCRIPT, "path": "else/where/theirs"})
    drifted = await run.refreshed(state)
    assert drifted is not None
    assert drifted[1]["spec"]["spec"]["nodes"][0]["name"] == "theirs"
    run.next_run()
    again = await run.up(drifted, spec=node_document())
    assert (run.held()[0]["name"], run.held()[0]["script"]["path"]) == ("vacuum", "care/vacuum")
    assert again[2]["nodeId"] == state[2]["nodeId"]
    assert again[2]["output"] == state[2]["output"]


async def test_one_that_is_gone_is_made_again_and_never_over_somebody_elses() -> None:
    run = Studio(resource="Function")
    state = await run.up(None, **function())
    run.next_run()
    await run.gone(state)
    theirs = Studio(run.clock, run.emulator, resource="Function")
    await theirs.up(None, **function(className="theirs.Mask"))
    run.next_run()
    with pytest.raises(RefusedError, match="is not this resource's"):
        await run.up(state, **function(className="masking.Other"))
    [held] = run.held()
    assert held["className"] == "theirs.Mask"
    theirs.next_run()
    await theirs.gone(
        (f"{PROJECT}/{held['id']}", {}, {"projectId": PROJECT, **function(), "functionId": held["id"]})
    )
    run.next_run()
    again = await run.up(state, **function(className="masking.Other"))
    assert again[2]["functionId"] == run.held()[0]["id"] != state[2]["functionId"]


async def test_an_outputs_preview_is_what_up_gives() -> None:
    run = Studio()
    news = run.news(spec=node_document())
    _, foreseen = await run.steps.create(run.context(run.urn, preview=True), news)
    run.next_run()
    state = await run.up(None, spec=node_document())
    assert (foreseen["output"], foreseen["digest"]) == (state[2]["output"], state[2]["digest"])
    other = node_document(outputs={"nodeOutputs": [{"data": "shop.vacuum", "artifactType": "NodeOutput"}]})
    news = run.news(state[1], spec=other)
    foreseen = await run.steps.update(run.context(run.urn, preview=True), *state, news)
    assert foreseen["output"] == "shop.vacuum"
    assert (await run.up(state, spec=other))[2]["output"] == "shop.vacuum"


async def test_what_is_not_known_is_not_guessed() -> None:
    run = Studio(resource="Function")
    news = run.news(**function(fileResources=[UNKNOWN]))
    _, foreseen = await run.steps.create(run.context(run.urn, preview=True), news)
    assert (foreseen["functionId"], foreseen["digest"]) == (UNKNOWN, UNKNOWN)
    assert foreseen["className"] == "masking.Mask"
    assert run.emulator.calls == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            file(content=Asset("an asset", "ab", path="x"), contentUrl=None, spec="kind: Resource"),
            "name: it stands",
        ),
        (file(contentUrl=None, content=Asset("an asset", uri="https://a.example")), "as contentUrl"),
        (file(path=""), "path has to be text"),
        (file(classname="x"), '"classname" is not an input of a file resource'),
    ],
)
def test_what_is_wrong_with_the_inputs_is_said(given: dict[str, Any], words: str) -> None:
    found = Studio(resource="FileResource").steps.check("urn", {"projectId": PROJECT, **given}, None)
    assert any(words in failure for failure in found.failures), found.failures


def test_two_resources_at_one_place_are_refused() -> None:
    run = Studio()
    run.news(spec=node_document())
    found = run.steps.check("urn:other", {"projectId": PROJECT, "spec": node_document()}, None)
    assert "the path care/vacuum of project 10001 is declared by" in found.failures[0]
