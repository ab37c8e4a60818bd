"""What a document no longer has: taken away, or said to stay; and what a stale read shows is not taken for the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.emulator import Fault
from pulumi_resource_dataworks.lifecycle import Change, HalfDoneError, nothing_lost, secret
from tests.support.deployments import PROJECT, WORKFLOW
from tests.support.objects import SCRIPT, Studio, declared, function, node_document

KEEPS = "DataWorks keeps something else than was sent: it keeps"
PARAMETER = {"name": "a", "scope": "NodeParameter", "type": "Constant", "value": "1"}
TAKEN_OUT: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "files": ("Function", function(), function(fileResources=None), "fileResources"),
    "parameters": (
        "Node",
        {"spec": node_document(script={**SCRIPT, "parameters": [PARAMETER]})},
        {"spec": node_document()},
        "script.parameters",
    ),
}
"""Of which resource, what is declared at first and then, and what is taken out."""


def given(inputs: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if value is not None}


def there(run: Studio, field: str) -> Any:
    value: Any = run.held()[0]
    for step in field.split("."):
        value = value.get(step)
    return value


@pytest.mark.parametrize("case", TAKEN_OUT)
@pytest.mark.parametrize("null_in_update", ["clears", "ignored"])
async def test_what_stays_although_it_was_taken_out_is_said_and_is_no_drift(
    case: str, null_in_update: str
) -> None:
    resource, first, then, field = TAKEN_OUT[case]
    run = Studio(resource=resource)
    run.emulator.switch(null_in_update=null_in_update)
    state = await run.up(None, **given(first))
    run.next_run()
    state = await run.up(state, **given(then))
    stays = null_in_update == "ignored"
    assert bool(there(run, field)) is stays
    assert run.report.warnings == ([f"{KEEPS} {field}, no longer declared"] if stays else [])
    run.next_run()
    read = await run.refreshed(state)
    assert read is not None
    assert read[1] == state[1]
    before = len(run.emulator.calls)
    assert await run.up(read, **given(then)) == read
    assert len(run.emulator.calls) == before


@pytest.mark.parametrize("case", TAKEN_OUT)
async def test_where_that_is_an_error_it_stays_one_until_it_is_gone(case: str) -> None:
    resource, first, then, field = TAKEN_OUT[case]
    run = Studio(resource=resource)
    run.emulator.switch(null_in_update="ignored")
    state = await run.up(None, **given(first))
    for _ in range(2):
        run.next_run()
        with pytest.raises(HalfDoneError, match=f"keeps {field}, no longer declared.*strict") as caught:
            await run.up(state, run.context(run.urn, strict=True), **given(then))
        state = caught.value.id, run.news(**given(then)), caught.value.outputs
    run.emulator.switch(null_in_update="clears")
    run.next_run()
    await run.up(state, run.context(run.urn, strict=True), **given(then))
    assert not there(run, field)


@pytest.mark.parametrize("refresh", [False, True])
async def test_what_was_taken_out_is_taken_away_after_an_update_that_was_refused_halfway(
    refresh: bool,
) -> None:
    run = Studio(resource="Function")
    state = await run.up(None, **function(dataSource="lake"))
    run.next_run()
    run.emulator.add_fault(Fault("UpdateFunction", status=403, code="NoPermission"))
    then = function(name="hide")
    with pytest.raises(HalfDoneError) as caught:
        await run.up(state, **then)
    state = caught.value.id, state[1], caught.value.outputs  # the engine keeps the inputs from before
    if refresh:
        read = await run.refreshed(state)
        assert read is not None
        state = read
    run.next_run()
    await run.up(state, **then)
    [held] = run.held()
    assert held["name"] == "hide"
    assert held["datasource"]["name"] == "odps_first"


async def test_dependencies_that_stay_are_said_too() -> None:
    run = Studio()
    run.emulator.switch(null_in_update="ignored")
    state = await run.up(None, spec=node_document())
    run.next_run()
    spec = node_document()
    del spec["spec"]["dependencies"]
    state = await run.up(state, spec=spec)
    assert run.report.warnings == [f"{KEEPS} dependencies, no longer declared"]
    read = await run.refreshed(state)
    assert read is not None
    assert read[1] == state[1]


async def test_what_a_container_does_not_give_back_is_not_said_to_stay() -> None:
    run = Studio()
    await run.put()
    state = await run.up(None, spec=node_document(), containerId=WORKFLOW)
    run.next_run()
    spec = node_document()
    del spec["spec"]["dependencies"]
    await run.up(state, spec=spec, containerId=WORKFLOW)
    assert run.report.warnings == []
    assert run.emulator.workflow(WORKFLOW).dependencies == []


async def test_a_field_inside_of_another_is_taken_away() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document(datasource={"name": "lake", "type": "odps"}))
    run.next_run()
    await run.up(state, spec=node_document(datasource={"name": "lake"}))
    assert there(run, "datasource") == {"name": "lake"}


@pytest.mark.parametrize("resource", ["Node", "Function", "FileResource"])
async def test_what_an_import_has_shown_may_be_left_out_although_the_service_gives_it(resource: str) -> None:
    run = Studio(resource=resource)
    _, _, outputs = await run.up(None, **declared(resource))
    resource_id = f"{PROJECT}/{outputs[run.steps.kind.id_output]}"
    read = await run.steps.read(run.context(run.urn), resource_id, {}, {})
    assert read is not None
    run.next_run()
    before = len(run.emulator.calls)
    await run.up((resource_id, *read), run.context(run.urn, strict=True), **declared(resource))
    assert len(run.emulator.calls) == before + 3


async def test_a_value_that_the_service_gives_anyhow_does_not_stay() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document(recurrence="Normal"))
    run.next_run()
    await run.up(state, spec=node_document())
    assert run.report.warnings == []


async def test_nothing_secret_is_said_or_kept_of_what_stays() -> None:
    run = Studio(resource="Function")
    run.emulator.switch(null_in_update="ignored")
    state = await run.up(
        None, run.context(run.urn, secret=True), **function(fileResources=[secret("hunter2.py")])
    )
    run.next_run()
    state = await run.up(state, run.context(run.urn, secret=True), **given(function(fileResources=None)))
    assert run.report.warnings == [f"{KEEPS} 1 field, no longer declared"]
    assert "hunter2" not in str(state[2])


@pytest.mark.parametrize("noise", ["usual", "worst"])
@pytest.mark.parametrize("stale_reads", [0, 2])
async def test_a_read_from_before_the_update_is_not_its_end(stale_reads: int, noise: str) -> None:
    run = Studio(resource="Function")
    run.emulator.switch(stale_reads=stale_reads, read_back_noise=noise)
    state = await run.up(None, **function())
    for number in range(4):
        await run.clock.sleep(8)
        run.next_run()
        files = function()["fileResources"] if number % 2 else None
        state = await run.up(state, **given(function(className=f"masking.Hide{number}", fileResources=files)))
        assert run.report.warnings == []
        assert run.held()[0]["className"] == f"masking.Hide{number}"


async def test_what_is_known_to_be_kept_in_another_form_is_not_waited_for() -> None:
    run = Studio()
    run.emulator.switch(datasource_type="rewritten")
    stream = {"datasource": {"name": "stream", "type": "flink"}}
    state = await run.up(None, spec=node_document(**stream))
    run.next_run()
    before = len(run.emulator.calls)
    await run.up(state, spec=node_document(**stream, timeout=3))
    assert [call.action for call in run.emulator.calls[before:]] == ["GetNode", "UpdateNode", "GetNode"]


@pytest.mark.parametrize("lost", [False, True])
async def test_what_was_just_deleted_is_not_in_the_way_of_its_replacement(lost: bool) -> None:
    run = Studio()
    state = await run.up(None, spec=node_document())
    await run.clock.sleep(8)
    run.next_run()
    run.emulator.switch(stale_reads=2)
    await run.gone(state)
    if lost:
        run.emulator.add_fault(Fault("CreateNode", when="after", reset=True))
    other = node_document(script={**SCRIPT, "runtime": {"command": "DIDE_SHELL"}})
    again = await run.up(None, spec=other)
    assert again[2]["nodeId"] == run.held()[0]["id"] != state[2]["nodeId"]


async def test_a_create_whose_answer_is_lost_makes_no_second_one_where_lists_are_stale() -> None:
    run = Studio()
    run.emulator.switch(stale_reads=2, taken_name="accepted")
    run.emulator.add_fault(Fault("CreateNode", when="after", reset=True))
    state = await run.up(None, spec=node_document())
    assert [one["id"] for one in run.held()] == [state[2]["nodeId"]]


async def test_an_object_that_a_list_shows_before_a_read_does_is_read_once_more() -> None:
    run, refused = Studio(), list[str]()

    def on_call(action: str, send: Callable[[], httpx.Response]) -> httpx.Response:
        if action == "GetNode" and not refused:
            refused.append(action)
            return httpx.Response(
                400, json={"Code": "Emulator.UnknownCode", "Message": "no", "RequestId": "R"}
            )
        return send()

    run.transport.on_call = on_call
    state = await run.up(None, spec=node_document())
    assert state[2]["nodeId"] == run.held()[0]["id"]
    assert [call.action for call in run.emulator.calls][-2:] == ["ListNodes", "GetNode"]


async def test_a_refused_update_leaves_the_state_and_the_next_one_undoes_what_has_left_the_document() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document(timeout=3))
    run.next_run()
    run.emulator.add_fault(Fault("UpdateNode", status=403, code="NoPermission"))
    news = run.news(state[1], spec=node_document())
    context = run.context(run.urn)
    with pytest.raises(openapi.PermissionDeniedError), nothing_lost(context):
        await run.steps.update(context, Change(*state, news))
    run.next_run()
    await run.up(state, spec=node_document())
    assert run.held()[0]["timeout"] == 0


@pytest.mark.parametrize("left", [{}, {"fileResources": []}, {"fileResources": ["a.py"]}])
async def test_a_file_that_a_function_no_longer_names_is_taken_away(left: dict[str, Any]) -> None:
    run = Studio(resource="Function")
    state = await run.up(None, **function(fileResources=["a.py", "b.py"]))
    given = {key: value for key, value in function().items() if key != "fileResources"} | left
    run.next_run()
    state = await run.up(state, **given)
    named = [one["name"] for one in run.held()[0].get("fileResources", [])]
    assert named == left.get("fileResources", [])
    assert run.report.warnings == []
