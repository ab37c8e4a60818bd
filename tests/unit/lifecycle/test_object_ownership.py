"""Whose a node, a function or a file is: nothing of somebody else's is taken over, overwritten or deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.emulator import Fault
from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Change,
    LifecycleError,
    RefusedError,
)
from tests.support.deployments import PROJECT, WORKFLOW, document
from tests.support.messages import Messages
from tests.support.objects import KINDS, SCRIPT, Studio, declared, file, function, node_document

MANUAL, IN_MANUAL = "DATAWORKS_MANUAL_TASK", "DATAWORKS_MANUAL_WORKFLOW"


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


async def test_one_takes_the_place_that_another_one_leaves(messages: Messages) -> None:
    run = Studio()
    first = await run.up(None, spec=node_document())
    run.next_run()
    elsewhere = {"name": "sweep", "script": {**SCRIPT, "path": "care/sweep"}}
    news = run.news(first[1], spec=node_document(**elsewhere))
    run.steps.diff(run.urn, Change(*first, news))
    other = f"{run.urn}-other"
    second = run.steps.check(other, {"projectId": PROJECT, "spec": node_document()}, None).inputs
    await run.steps.create(run.context(other, preview=True), second)
    with pytest.raises(RefusedError) as caught:
        await run.steps.create(run.context(other), second)
    messages(caught.value, node=first[2]["nodeId"])
    await run.steps.update(run.context(run.urn), Change(*first, news))
    await run.steps.create(run.context(other), second)
    assert sorted(one["name"] for one in run.held()) == ["sweep", "vacuum"]


async def test_one_whose_create_was_not_seen_has_no_id_at_preview() -> None:
    run = Studio(resource="Function")
    run.emulator.add_fault(Fault("CreateFunction", times=3, reset=True))
    state = await run.attempt(None, **function())
    assert state is not None
    run.next_run()
    context = run.context(run.urn, preview=True)
    assert (await run.steps.update(context, Change(*state, run.news(state[1], **function()))))[
        "functionId"
    ] is UNKNOWN
    unknown = run.news(state[1], **function(className=UNKNOWN))
    assert (await run.steps.update(context, Change(*state, unknown)))["functionId"] is UNKNOWN


@pytest.mark.parametrize("given", [{"containerId": "77"}, {"containerId": WORKFLOW, "scene": IN_MANUAL}])
async def test_a_preview_looks_for_what_is_to_hold_a_node(given: dict[str, Any], messages: Messages) -> None:
    run = Studio()
    await run.put()
    news = run.news(spec=node_document(), **given)
    with pytest.raises(LifecycleError) as caught:
        await run.steps.create(run.context(run.urn, preview=True), news)
    messages(caught.value)


async def test_a_control_node_may_hold_a_node_and_a_manual_workflow_one_of_its_scene() -> None:
    run = Studio()
    root = document()
    await run.put({**root, "kind": "ManualWorkflow"})
    for container, scene in ((WORKFLOW, IN_MANUAL), (f"{WORKFLOW[:-1]}2", IN_MANUAL), (WORKFLOW, UNKNOWN)):
        news = run.news(spec=node_document(), containerId=container, scene=scene)
        await run.steps.create(run.context(run.urn, preview=True), news)
        run.next_run()


async def test_a_node_in_a_workflow_of_a_definition_is_a_warning(messages: Messages) -> None:
    run = Studio()
    run.steps.is_imported = {(PROJECT, WORKFLOW)}.__contains__  # it may be still to be made
    news = run.news(spec=node_document(), containerId=WORKFLOW)
    await run.steps.create(run.context(run.urn, preview=True), news)
    messages(run.report.warnings)


async def test_a_preview_says_what_is_in_the_way_and_what_it_could_not_ask() -> None:
    run = Studio()
    await run.up(None, spec=node_document())
    run.edit(script={**SCRIPT, "content": "SELECT 'theirs';"})
    run.next_run()
    news = run.news(spec=node_document())
    with pytest.raises(RefusedError, match="To make it what is declared, set `adopt: true`"):
        await run.steps.create(run.context(run.urn, preview=True), news)
    run.emulator.add_fault(Fault("ListNodes", status=503, times=20))
    await run.steps.create(run.context(run.urn, preview=True), news)
    assert "could not look whether a node is in the way" in run.report.warnings[-1]


async def test_a_refused_delete_names_the_ways_out_and_strictness_is_kept() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document())
    run.next_run()
    run.emulator.publish(state[2]["nodeId"])
    with pytest.raises(LifecycleError, match="take it offline first"):
        await run.gone(state)


async def test_strict_overwrites_no_edit_that_was_not_refreshed() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document())
    run.edit(script={**SCRIPT, "content": "SELECT 'theirs';"})
    run.next_run()
    news = {"spec": node_document(priority=3)}
    inputs = run.news(state[1], **news)
    for preview in (True, False):
        context = run.context(run.urn, strict=True, preview=preview)
        with pytest.raises(RefusedError, match=r"this overwrites an edit .* `strict` refuses"):
            await run.steps.update(context, Change(*state, inputs))
    with pytest.raises(RefusedError, match="this deletes an edit"):
        await run.steps.delete(run.context(run.urn, strict=True), state[0], state[2])
    read = await run.refreshed(state)
    run.next_run()
    state = await run.up(read, run.context(run.urn, strict=True), **news)
    assert run.held()[0]["script"]["content"] == SCRIPT["content"]
    run.next_run()
    await run.steps.delete(run.context(run.urn, strict=True), state[0], state[2])
    assert run.held() == []


async def test_one_whose_create_was_not_seen_is_updated_read_and_deleted_by_its_place() -> None:
    run = Studio()
    half = await run.up(None, spec=node_document())
    outputs = {key: value for key, value in half[2].items() if key != "nodeId"}
    outputs["__state"] = {**outputs["__state"], "unsettled": True}
    lost = (f"{PROJECT}/{outputs['__state']['ownId']}", half[1], outputs)
    run.next_run()
    assert run.steps.diff(run.urn, Change(*lost, half[1])).changes == {"spec": "update"}
    read = await run.refreshed(lost)
    assert read is not None
    assert read[2]["nodeId"] == half[2]["nodeId"]
    run.next_run()
    await run.gone(lost)
    assert run.held() == []
    await run.gone(lost)
    assert await run.refreshed(lost) is None


async def test_a_delete_that_may_not_be_is_reported_and_one_of_nothing_is_done() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document())
    run.next_run()
    refused = Fault("DeleteNode", status=403, code="NoPermission")
    run.emulator.add_fault(refused)
    with pytest.raises(openapi.ServiceError, match="NoPermission"):
        await run.gone(state)
    run.emulator.switch(not_found_code="9990040010")
    run.emulator.remove(state[2]["nodeId"])
    await run.gone(state)
    blank = await run.steps.read(run.context(run.urn), f"{PROJECT}/77", {}, {})
    assert blank is None


@pytest.mark.parametrize("taken_name", ["refused", "refused_in_folder", "accepted"])
async def test_nothing_is_renamed_to_where_another_is(taken_name: Any) -> None:
    run = Studio(resource="FileResource")
    run.emulator.switch(taken_name=taken_name)
    theirs = await run.up(None, **file(name="hiding.py"))
    run.next_run()
    state = await run.up(None, **file())
    with pytest.raises(
        RefusedError, match=r"hiding\.py of project 10001 is taken by file resource"
    ) as caught:
        await run.up(state, **file(name="hiding.py"))
    assert theirs[2]["fileResourceId"] in str(caught.value)
    assert sorted(one["name"] for one in run.held()) == ["hiding.py", "masking.py"]


async def test_a_refused_delete_says_what_may_use_it() -> None:
    run = Studio(resource="FileResource")
    state = await run.up(None, **file())
    run.emulator.switch(delete_in_use="refused")
    await Studio(run.clock, run.emulator, resource="Function").up(None, **function())
    run.next_run()
    with pytest.raises(LifecycleError, match="If a node or a function uses it, change that first"):
        await run.gone(state)


@pytest.mark.parametrize("name", ["mask", "hide"])
async def test_one_whose_create_was_not_seen_is_not_taken_for_somebody_elses(name: str) -> None:
    run = Studio(resource="Function")
    run.emulator.add_fault(Fault("CreateFunction", times=9, reset=True, when="before"))
    state = await run.attempt(None, **function())
    assert state is not None
    run.emulator.clear_faults()
    theirs = Studio(run.clock, run.emulator, resource="Function")
    await theirs.up(None, **function(name=name, className="theirs.Mask"))
    run.next_run()
    with pytest.raises(LifecycleError, match="is not this resource's"):
        await run.up(state, **function(name=name))
    assert [one["className"] for one in run.held()] == ["theirs.Mask"]
    run.next_run()
    await run.gone(state)
    assert [one["className"] for one in run.held()] == ["theirs.Mask"]


@pytest.mark.parametrize("resource", ["Function", "FileResource"])
async def test_one_whose_create_was_not_seen_is_not_deleted_where_somebody_else_may_have_made_it(
    resource: str, messages: Messages
) -> None:
    run = Studio(resource=resource)
    run.emulator.add_fault(
        Fault("*", nth=2, times=99, reset=True)
    )  # after the look for what is there already
    state = await run.attempt(None, **declared(resource))
    assert state is not None
    run.emulator.clear_faults()
    theirs = await Studio(run.clock, run.emulator, resource=resource).up(None, **declared(resource))
    run.next_run()
    with pytest.raises(RefusedError) as caught:
        await run.gone(state)
    [held] = run.held()
    messages(caught.value, own=held["id"])
    run.next_run()
    state = await run.up(state, **declared(resource))  # `up` takes what is just as it was sent
    assert state[2][run.steps.kind.id_output] == held["id"] == theirs[2][run.steps.kind.id_output]
    run.next_run()
    await run.gone(state)
    assert run.held() == []


async def test_a_node_whose_create_was_not_seen_is_known_by_its_output_and_deleted() -> None:
    run = Studio()
    run.emulator.add_fault(Fault("CreateNode", when="after", reset=True))
    run.emulator.add_fault(Fault("ListNodes", nth=2, times=99, reset=True))
    state = await run.attempt(None, spec=node_document())
    assert state is not None
    assert "nodeId" not in state[2]
    run.emulator.clear_faults()
    run.next_run()
    await run.gone(state)
    assert run.held() == []


@pytest.mark.parametrize("resource", KINDS)
async def test_what_another_machine_may_have_made_is_said_to_be_just_what_is_declared(
    resource: str, messages: Messages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Studio(resource=resource)
    await run.up(None, **declared(resource))
    own = run.held()[0]["id"]
    run.next_run()
    other_machine = tmp_path / "other"
    other_machine.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(other_machine))
    if resource == "Node":
        state = await run.up(None, **declared(resource))  # it shows by its output whose it is
    else:
        with pytest.raises(RefusedError) as caught:
            await run.up(None, **declared(resource))
        messages(caught.value, own=own)
        run.next_run()
        state = await run.up(None, adopt=True, **declared(resource))
    assert state[2][run.steps.kind.id_output] == own


async def test_what_somebody_made_in_its_place_is_not_taken_although_this_machine_made_the_first() -> None:
    run = Studio(resource="Function")
    state = await run.up(None, **function())
    made = {key: item for key, item in run.held()[0].items() if key != "id"}
    run.emulator.remove(state[2]["functionId"])
    same = json.dumps({"version": "1.1.0", "kind": "Function", "spec": {"functions": [made]}})
    theirs = await run.context().client.functions.create(PROJECT, same, {})
    run.next_run()
    assert await run.refreshed(state) is None
    with pytest.raises(RefusedError, match="It holds just what is declared"):
        await run.up(None, **function())
    run.next_run()
    await run.gone(state)
    assert [one["id"] for one in run.held()] == [theirs]


@pytest.mark.parametrize("preview", [False, True])
async def test_adopt_does_not_change_a_type(preview: bool, messages: Messages) -> None:
    run = Studio(resource="FileResource")
    theirs = await run.up(None, **file(type="jar"))
    run.next_run()
    news = run.news(**file(adopt=True))
    with pytest.raises(RefusedError) as caught:
        await run.steps.create(run.context(run.urn, preview=preview), news)
    messages(caught.value, own=theirs[2]["fileResourceId"])
    assert run.held()[0]["type"] == "jar"
