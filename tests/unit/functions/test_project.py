"""getProject."""

from __future__ import annotations

import asyncio

import pytest

from pulumi_resource_dataworks.emulator import Fault, Project
from pulumi_resource_dataworks.lifecycle import CancelledStepError, LifecycleError
from pulumi_resource_dataworks.openapi import PermissionDeniedError
from tests.support.functions import HERE, NOWHERE, THERE, Asking
from tests.support.messages import Messages

FINANCE = {
    "projectId": THERE,
    "name": "finance",
    "displayName": "Finance",
    "description": "Money.",
    "owner": "1000000000000001",
    "status": "Available",
    "mode": "standard",
    "rootOutput": "finance_root",
}


async def test_by_id_and_by_name_it_is_the_same(ask: Asking) -> None:
    assert await ask("getProject", projectId=THERE) == FINANCE
    assert await ask("getProject", name="finance") == FINANCE
    assert (await ask("getProject", name="sales"))["mode"] == "simple"
    assert (await ask("getProject", name="finance_archive"))["status"] == "Frozen"


async def test_each_look_up_is_made_once_in_a_run(ask: Asking) -> None:
    for _ in range(2):
        await ask("getProject", projectId=THERE)
        await asyncio.gather(*(ask("getProject", name="finance") for _ in range(3)))
    assert ask.calls == ["GetProject", "ListProjects"]


@pytest.mark.parametrize("names", ["exact", "any_case", "contained"])
async def test_a_name_is_taken_exactly_however_the_service_does(
    ask: Asking, names: str, messages: Messages
) -> None:
    ask.emulator.switch(project_names=names)
    assert await ask("getProject", name="finance") == FINANCE
    assert ask.calls == ["ListProjects"]
    for wrong in ("Finance", "financ"):
        with pytest.raises(LifecycleError) as refused:
            await ask("getProject", name=wrong)
        messages(refused.value)


async def test_a_name_that_the_service_does_not_find_is_looked_for_among_all(
    ask: Asking, messages: Messages
) -> None:
    ask.emulator._state.projects += [Project(20000 + number, f"p{number}") for number in range(120)]
    ask.emulator.switch(project_names="contained")
    assert (await ask("getProject", name="p119"))["projectId"] == 20119
    assert ask.calls == ["ListProjects"]
    with pytest.raises(LifecycleError) as refused:
        await ask("getProject", name="p1199")
    messages(refused.value)
    assert ask.calls == ["ListProjects"] * 4
    assert [call.params.get("PageNumber") for call in ask.emulator.calls] == ["1", "1", "1", "2"]


@pytest.mark.parametrize(
    "name",
    ["finanze", "nothing like it", "Sales and returns"],
)
async def test_what_is_not_there_is_reported_with_what_is(ask: Asking, name: str, messages: Messages) -> None:
    with pytest.raises(LifecycleError) as error:
        await ask("getProject", name=name)
    messages(error.value)


async def test_of_a_secret_name_nothing_is_reported(ask: Asking) -> None:
    for name in ("finanze", "Sales and returns"):
        with pytest.raises(LifecycleError) as error:
            await ask.answer("getProject", name=name, secret=True)
        assert not {"finance", "sales"} & set(str(error.value).replace('"', " ").split())


async def test_two_of_a_name_are_reported(ask: Asking, messages: Messages) -> None:
    ask.emulator._state.projects.append(Project(10009, "finance"))
    with pytest.raises(LifecycleError) as refused:
        await ask("getProject", name="finance")
    messages(refused.value)


@pytest.mark.parametrize("unknown", ["own_code", "as_workflow"])
async def test_an_id_that_is_none_is_reported(ask: Asking, unknown: str, messages: Messages) -> None:
    ask.emulator.switch(unknown_project=unknown, not_found_status=404)
    with pytest.raises(LifecycleError) as error:
        await ask("getProject", projectId=NOWHERE)
    messages(error.value)


async def test_a_refusal_is_passed_on(ask: Asking) -> None:
    ask.emulator.add_fault(Fault("GetProject", status=403, code="Forbidden.Access"))
    with pytest.raises(PermissionDeniedError, match="dataworks:\\*"):
        await ask("getProject", projectId=HERE)
    assert (await ask("getProject", projectId=HERE))["name"] == "sales"


async def test_a_mode_that_is_not_reported_is_left_out(ask: Asking) -> None:
    body = '{"RequestId": "R", "Project": {"Id": "10001", "Name": "sales"}}'
    ask.emulator.add_fault(Fault("GetProject", status=200, body=body))
    found = await ask("getProject", projectId=HERE)
    assert (found["projectId"], found["name"], "mode" in found) == (HERE, "sales", False)


async def test_it_hears_a_cancel(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(_: object) -> None:
        ask.cancelled.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(ask.transport, "handle_async_request", silent)
    with pytest.raises(CancelledStepError):
        await ask("getProject", projectId=HERE)
