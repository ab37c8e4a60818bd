"""getWorkflowDefinition and listWorkflowDefinitions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.lifecycle import LifecycleError
from tests.support.definitions import Run, root_of
from tests.support.documents import etl
from tests.support.functions import HERE, THERE, Asking
from tests.support.messages import Messages

LISTS = ["ListWorkflowDefinitions"] * 2
GET = "GetWorkflowDefinition"
RUNS = "ListPipelineRuns"


async def test_by_id_name_and_path_it_is_the_same(ask: Asking) -> None:
    own = await ask.named("orders", folder="sales/daily")
    await ask.named("orders_old", folder="sales/daily")
    found = await ask("getWorkflowDefinition", projectId=HERE, workflowId=own)
    assert ask.calls == [GET, RUNS]
    assert (found["workflowId"], found["name"], found["path"]) == (own, "orders", "sales/daily/orders")
    assert (found["kind"], found["deployed"], found["owner"]) == (
        "CycleWorkflow",
        False,
        ask.emulator.account.uid,
    )
    assert found["nodeOutputs"] == found["nodeIds"]
    assert "publishedWorkflowId" not in found
    assert await ask("getWorkflowDefinition", projectId=HERE, name="orders") == found
    assert ask.calls == [GET, RUNS, *LISTS]
    for path in ("sales/daily/orders", "/sales/daily/orders/"):
        assert await ask("getWorkflowDefinition", projectId=HERE, path=path) == found
    assert ask.calls == [GET, RUNS, *LISTS]


@pytest.mark.parametrize("switches", [{}, {"read_back_noise": "worst"}, {"ids_on_wire": "numbers"}])
@pytest.mark.parametrize("kind", ["CycleWorkflow", "ManualWorkflow", "TriggerWorkflow"])
async def test_its_kind_is_as_it_is_written(
    ask: Asking, kind: str, switches: dict[str, Any], messages: Messages
) -> None:
    ask.emulator.switch(**switches)
    own = await ask.named("orders", kind=kind)
    found = await ask("getWorkflowDefinition", projectId=HERE, workflowId=own)
    assert (found["kind"], found["workflowId"]) == (kind, own)
    if kind != "TriggerWorkflow":
        assert await ask("getWorkflowDefinition", projectId=HERE, name="orders")
        return
    with pytest.raises(LifecycleError) as refused:
        await ask("getWorkflowDefinition", projectId=HERE, name="orders")
    messages(refused.value)


@pytest.mark.parametrize("kept_id", ["gone", "kept"])
@pytest.mark.parametrize("reported", [True, False])
async def test_deployed_is_what_the_last_run_did(ask: Asking, kept_id: str, reported: bool) -> None:
    ask.emulator.switch(undeployed_workflow_id=kept_id, scheduling_id_shown=reported)
    own = await ask.named("orders")
    ask.emulator.deploy(own)
    found = await ask("getWorkflowDefinition", projectId=HERE, workflowId=own)
    assert found["deployed"] is True
    assert found.get("publishedWorkflowId") == (
        str(ask.emulator.workflow(own).scheduling_id) if reported else None
    )
    ask.emulator.deploy(own, "Offline")
    assert await ask("getWorkflowDefinition", projectId=HERE, workflowId=own) == found
    ask.functions.forget_workflows()
    again = await ask("getWorkflowDefinition", projectId=HERE, workflowId=own)
    assert (again["deployed"], "publishedWorkflowId" in again) == (False, False)


@pytest.mark.parametrize("reported", [True, False])
async def test_without_a_run_deployed_is_what_the_service_reports(ask: Asking, reported: bool) -> None:
    ask.emulator.switch(scheduling_id_shown=reported)
    own = await ask.named("orders")
    ask.emulator.publish(own)
    found = await ask("getWorkflowDefinition", projectId=HERE, workflowId=own)
    assert (found["deployed"], "publishedWorkflowId" in found) == (reported, reported)


@pytest.mark.parametrize("noise", ["usual", "worst"])
@pytest.mark.parametrize("policy", ["kept", "replaced"])
async def test_document_and_digest_are_what_pulumi_import_takes(ask: Asking, noise: str, policy: str) -> None:
    ask.emulator.switch(read_back_noise=noise, unknown_workflow_id=policy)
    own = await ask.imported(flowspec.canonical(root_of(Run().inputs(etl()))))
    found = await ask("getWorkflowDefinition", projectId=HERE, workflowId=own)
    inputs = Run().inputs(found["spec"])
    assert inputs["spec"] == found["spec"]
    assert flowspec.digest(root_of(inputs)) == found["digest"]
    ask.functions.forget_workflows()
    again = await ask("getWorkflowDefinition", projectId=HERE, workflowId=own)
    assert again["digest"] == found["digest"]
    assert again["nodeIds"].keys() == again["nodeOutputs"].keys() == {"extract", "load"}


async def test_another_content_has_another_digest(ask: Asking) -> None:
    own = await ask.named("orders")
    found = await ask("getWorkflowDefinition", projectId=HERE, workflowId=own)
    edited = json.loads(json.dumps(ask.emulator.workflow(own).document))
    edited["spec"]["workflows"][0]["nodes"][0]["script"]["content"] = "SELECT 99;"
    ask.emulator.edit(own, edited)
    assert await ask("getWorkflowDefinition", projectId=HERE, workflowId=own) == found
    ask.functions.forget_workflows()
    again = await ask("getWorkflowDefinition", projectId=HERE, workflowId=own)
    assert again["digest"] != found["digest"]


async def test_a_name_that_is_there_twice_is_reported(ask: Asking) -> None:
    one = await ask.named("orders", folder="a")
    two = await ask.named("orders", kind="ManualWorkflow", folder="b")
    with pytest.raises(LifecycleError) as error:
        await ask("getWorkflowDefinition", projectId=HERE, name="orders")
    assert f"a/orders ({one}), b/orders ({two}). Write path or workflowId instead" in str(error.value)
    assert (await ask("getWorkflowDefinition", projectId=HERE, path="b/orders"))["workflowId"] == two


async def test_what_is_not_there_is_reported_with_what_is(ask: Asking) -> None:
    await ask.named("orders", folder="a")
    await ask.named("payments", folder="a")
    for given, reported in (
        ({"name": "order"}, 'has the name "order". Did you mean "orders"?'),
        ({"name": "x"}, 'There are "orders", "payments".'),
        ({"path": "b/orders"}, 'has the path "b/orders". Did you mean "a/orders"?'),
        ({"workflowId": "7"}, "there is no workflow with the ID 7 in workspace 10001"),
    ):
        with pytest.raises(LifecycleError) as error:
            await ask("getWorkflowDefinition", projectId=HERE, **given)
        assert reported in str(error.value)


@pytest.mark.parametrize("code", ["5801488441564725318", "Emulator.UnknownCode"])
async def test_an_id_is_not_there_whatever_code_says_so(ask: Asking, code: str, messages: Messages) -> None:
    ask.emulator.switch(not_found_code=code, not_found_message="no")
    await ask.named("orders")
    with pytest.raises(LifecycleError) as refused:
        await ask("getWorkflowDefinition", projectId=HERE, workflowId="7")
    messages(refused.value)


async def test_one_that_is_another_workspace_s_is_reported(ask: Asking) -> None:
    own = await ask.named("orders")
    ask.emulator.switch(same_id_in_two_projects="one_thing")
    with pytest.raises(LifecycleError, match=f"workflow {own} is in workspace 10001, and not in 10002"):
        await ask("getWorkflowDefinition", projectId=THERE, workflowId=own)
    ask.emulator.switch(same_id_in_two_projects="two_things")
    ask.functions.forget_workflows()
    with pytest.raises(LifecycleError, match=f"no workflow with the ID {own} in workspace 10002"):
        await ask("getWorkflowDefinition", projectId=THERE, workflowId=own)


async def test_the_list_holds_both_kinds_in_order(ask: Asking) -> None:
    manual = await ask.named("orders", kind="ManualWorkflow", folder="b")
    cycle = await ask.named("payments", folder="a")
    owner = ask.emulator.account.uid
    row = {
        "workflowId": cycle,
        "name": "payments",
        "path": "a/payments",
        "kind": "CycleWorkflow",
        "owner": owner,
    }
    assert (await ask("listWorkflowDefinitions", projectId=HERE)) == {
        "workflows": [
            row,
            {**row, "workflowId": manual, "name": "orders", "path": "b/orders", "kind": "ManualWorkflow"},
        ]
    }
    await ask("listWorkflowDefinitions", projectId=HERE)
    assert ask.calls == LISTS
    assert (await ask("listWorkflowDefinitions", projectId=THERE)) == {"workflows": []}


async def test_an_answer_that_a_write_has_overtaken_is_not_kept(ask: Asking) -> None:
    await ask.named("orders")
    ask.transport.after = lambda _: ask.functions.forget_workflows()
    await ask("listWorkflowDefinitions", projectId=HERE)
    ask.transport.after = lambda _: None
    await ask("listWorkflowDefinitions", projectId=HERE)
    assert len(ask.calls) > len(LISTS)
