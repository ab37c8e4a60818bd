"""getResourceGroup."""

from __future__ import annotations

import pytest

from pulumi_resource_dataworks.emulator import ResourceGroup
from pulumi_resource_dataworks.lifecycle import LifecycleError
from tests.support.functions import GROUPS, HERE, THERE, Asking
from tests.support.messages import Messages


async def test_its_id_is_what_a_document_names(ask: Asking) -> None:
    assert await ask("getResourceGroup", name="shared", projectId=HERE) == {
        "id": "Serverless_1",
        "name": "shared",
        "type": "CommonV2",
        "status": "Normal",
    }
    assert (await ask("getResourceGroup", name="shared_large", projectId=HERE))["id"] == "Serverless_2"
    assert ask.calls == ["ListResourceGroups"]


async def test_groups_of_every_type_are_looked_at(ask: Asking) -> None:
    found = await ask("getResourceGroup", name="night")
    assert (found["id"], found["type"], found["status"]) == ("group_3", "ExclusiveScheduler", "Stop")
    ask.emulator._state.resource_groups += [
        ResourceGroup(f"g{number}", f"name{number}") for number in range(150)
    ]
    ask.functions = type(ask.functions)()
    assert (await ask("getResourceGroup", name="name149"))["id"] == "g149"
    assert ask.calls == ["ListResourceGroups"] * 3


@pytest.mark.parametrize("listed", ["bound", "first", "all"])
async def test_one_of_another_workspace_is_distinguished(
    ask: Asking, listed: str, messages: Messages
) -> None:
    ask.emulator.switch(groups_of_project=listed)
    if listed == "all":
        assert (await ask("getResourceGroup", name="night", projectId=HERE))["id"] == "group_3"
        return
    with pytest.raises(LifecycleError) as error:
        await ask("getResourceGroup", name="night", projectId=HERE)
    messages(error.value)


async def test_the_way_out_works_where_the_service_lists_only_the_first_workspace(
    ask: Asking, messages: Messages
) -> None:
    ask.emulator.switch(groups_of_project="first")
    with pytest.raises(LifecycleError) as refused:
        await ask("getResourceGroup", name="shared_large", projectId=THERE)
    messages(refused.value)
    assert (await ask("getResourceGroup", name="shared_large"))["id"] == "Serverless_2"


async def test_what_is_not_there_is_reported_with_what_is(ask: Asking, messages: Messages) -> None:
    with pytest.raises(LifecycleError) as refused:
        await ask("getResourceGroup", name="shred", projectId=HERE)
    messages(refused.value)
    with pytest.raises(LifecycleError) as refused:
        await ask("getResourceGroup", name="x")
    messages(refused.value)
    ask.emulator._state.resource_groups.clear()
    ask.functions = type(ask.functions)()
    with pytest.raises(LifecycleError) as refused:
        await ask("getResourceGroup", name="shared", projectId=HERE)
    messages(refused.value)


async def test_two_of_a_name_are_reported(ask: Asking, messages: Messages) -> None:
    ask.emulator._state.resource_groups.append(ResourceGroup("group_9", "shared", "ExclusiveDataService"))
    assert len(GROUPS) == 3
    with pytest.raises(LifecycleError) as refused:
        await ask("getResourceGroup", name="shared")
    messages(refused.value)
