"""Lists of resources: what a query chooses, and pages that come to an end."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from pulumi_resource_dataworks.lifecycle import UNKNOWN, CancelledStepError, LifecycleError
from tests.support.functions import HERE, Asking
from tests.support.messages import Messages

DEPLOYMENT = {"of": "WorkflowDeployment", "projectId": HERE}


async def all_pages(
    ask: Asking, query: dict[str, Any], limit: int = 0, page_size: int = 0
) -> list[list[str]]:
    """The names of each page, as a client asks that sends the same limit with each; at most ten pages."""
    pages, token = list[list[str]](), ""
    for _ in range(10):
        found = await ask.listed(dict(query), token, limit, page_size)
        assert found is not None
        pages.append([name for _, name in found[0]])
        if not (token := found[1]):
            return pages
    pytest.fail("the list does not end")


@pytest.fixture
async def ids(ask: Asking) -> dict[str, str]:
    """Workflows of two kinds, by name in the order of their paths: the ID that an import takes."""
    made = {
        "stock": await ask.named("stock", folder="sales/daily"),
        "returns": await ask.named("returns", folder="sales/daily", kind="ManualWorkflow"),
        "orders": await ask.named("orders", folder="sales"),
        "old_orders": await ask.named("old_orders"),
    }
    return {name: f"{HERE}/{made[name]}" for name in ("old_orders", "returns", "stock", "orders")}


@pytest.mark.parametrize("switches", [{}, {"ids_on_wire": "numbers"}, {"trigger_workflows_listed": False}])
async def test_each_workflow_once_with_the_id_that_an_import_takes(
    ask: Asking, ids: dict[str, str], switches: dict[str, Any]
) -> None:
    ask.emulator.switch(**switches)
    found = await ask.listed({"projectId": HERE})
    assert found is not None
    assert {name: own for own, name in found[0]} == ids
    assert found[1] == ""
    assert ask.calls == ["ListWorkflowDefinitions"] * 2


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"name": "orders"}, ["orders"]),
        ({"name": "*orders"}, ["old_orders", "orders"]),
        ({"name": "Orders"}, []),
        ({"kind": "manualWorkflow"}, ["returns"]),
        ({"pathPrefix": "sales/"}, ["returns", "stock", "orders"]),
        ({"pathPrefix": "/sales/d"}, ["returns", "stock"]),
        ({"pathPrefix": "sales/", "name": "*s*", "kind": "CycleWorkflow"}, ["stock", "orders"]),
        ({"kind": None, "name": None}, ["old_orders", "returns", "stock", "orders"]),
    ],
)
async def test_a_query_chooses(
    ask: Asking, ids: dict[str, str], query: dict[str, Any], names: list[str]
) -> None:
    assert names == [name for name in ids if name in names]
    [page] = await all_pages(ask, {"projectId": HERE, **query})
    assert sorted(page) == sorted(names)


async def test_one_kind_is_asked_for_alone(ask: Asking, ids: dict[str, str]) -> None:
    assert ids
    await ask.listed({"projectId": HERE, "kind": "CycleWorkflow"})
    assert ask.calls == ["ListWorkflowDefinitions"]


@pytest.mark.parametrize("page_size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("limit", [0, 1, 2, 3, 4, 5])
async def test_pages_hold_each_workflow_once_and_no_more_than_the_limit(
    ask: Asking, ids: dict[str, str], page_size: int, limit: int
) -> None:
    pages = await all_pages(ask, {"projectId": HERE}, limit, page_size)
    whole = [name for [page] in [await all_pages(ask, {"projectId": HERE})] for name in page]
    assert sorted(whole) == sorted(ids)
    assert [name for page in pages for name in page] == whole[: limit or None]
    assert max(map(len, pages)) <= page_size
    assert ask.calls == ["ListWorkflowDefinitions"] * 2  # the pages of one run share what was answered


async def test_a_limit_that_falls_from_page_to_page_as_the_cli_sends_it(
    ask: Asking, ids: dict[str, str]
) -> None:
    first = await ask.listed({"projectId": HERE}, limit=3, page_size=2)
    assert first is not None
    second = await ask.listed({"projectId": HERE}, first[1], limit=1, page_size=2)
    assert second is not None
    assert len({*first[0], *second[0]}) == 3
    assert second[1] == ""
    assert len(ids) == 4


async def test_a_page_has_a_hundred_at_the_most(ask: Asking) -> None:
    for number in range(101):
        await ask.named(f"w{number:03}")
    assert list(map(len, await all_pages(ask, {"projectId": HERE}))) == [100, 1]
    assert list(map(len, await all_pages(ask, {"projectId": HERE}, page_size=1000))) == [100, 1]


async def test_what_is_added_and_deleted_between_two_pages_moves_none_of_the_others(
    ask: Asking, ids: dict[str, str]
) -> None:
    first = await ask.listed({"projectId": HERE}, page_size=2)
    assert first is not None
    await ask.named("added")
    await ask.client.delete_workflow_definition(HERE, first[0][0][0].partition("/")[2])
    ask.functions.forget_workflows()
    second = await ask.listed({"projectId": HERE}, first[1])
    assert second is not None
    assert sorted(own for own, _ in [*first[0], *second[0]]) == sorted(ids.values())


@pytest.mark.parametrize("reported", [True, False])
async def test_deployments_are_the_workflows_in_production(
    ask: Asking, ids: dict[str, str], reported: bool
) -> None:
    ask.emulator.switch(scheduling_id_shown=reported)
    for name in ("stock", "orders", "returns"):
        ask.emulator.deploy(ids[name].partition("/")[2])
    ask.emulator.deploy(ids["returns"].partition("/")[2], "Offline")
    ask.emulator.gateway.calls.clear()
    found = await ask.listed(dict(DEPLOYMENT))
    assert found is not None
    assert {name: own for own, name in found[0]} == {name: ids[name] for name in ("stock", "orders")}
    # A workflow whose runs have succeeded is not read.
    assert sorted(ask.calls) == [
        "GetWorkflowDefinition",
        *["ListPipelineRuns"] * 4,
        *["ListWorkflowDefinitions"] * 2,
    ]
    assert await all_pages(ask, DEPLOYMENT, page_size=1) == [[name] for _, name in found[0]]


async def test_no_more_workflows_are_looked_at_than_fill_a_page(ask: Asking, ids: dict[str, str]) -> None:
    for own in ids.values():
        ask.emulator.deploy(own.partition("/")[2])
    ask.emulator.gateway.calls.clear()
    await ask.listed(dict(DEPLOYMENT), limit=1)
    assert ask.calls.count("ListPipelineRuns") == 1


@pytest.mark.parametrize(
    "query",
    [{"projectId": UNKNOWN}, {"projectId": HERE, "name": UNKNOWN}, {"projectId": HERE, "kind": UNKNOWN}],
)
async def test_what_is_not_known_yet_leaves_it_open(ask: Asking, query: dict[str, Any]) -> None:
    assert await ask.listed(query) is None
    assert ask.calls == []


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"projectId": "x", "name": UNKNOWN},
        {"projectId": HERE, "kind": "TriggerWorkflow"},
        {"projectId": HERE, "path": "sales"},
        {**DEPLOYMENT, "name": "stock"},
    ],
)
async def test_a_query_that_is_wrong_is_reported_before_a_call(
    ask: Asking, query: dict[str, Any], messages: Messages
) -> None:
    with pytest.raises(LifecycleError) as refused:
        await ask.listed(query)
    messages(refused.value)
    assert ask.calls == []


async def test_a_token_of_another_query_or_none_at_all_is_an_error(
    ask: Asking, ids: dict[str, str], messages: Messages
) -> None:
    assert ids
    found = await ask.listed({"projectId": HERE}, page_size=1)
    assert found is not None
    whole = found[1]
    fields = json.loads(base64.urlsafe_b64decode(whole))
    others = [
        fields[:2],
        [*fields, 1],
        {"0": fields[0]},
        [fields[0], "many", *fields[2:]],
        [*fields[:2], None],
        [*fields[:2], fields[2][:1]],
    ]
    forged = [base64.urlsafe_b64encode(json.dumps(other).encode()).decode() for other in others]
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    ask.emulator.gateway.calls.clear()
    for token in ("x", "\ud800", "é", whole[:-4], whole[4:], f"{whole}{whole}", deep, *forged):
        with pytest.raises(LifecycleError) as refused:
            await ask.listed({"projectId": HERE}, token)
        assert "continuation token" in str(refused.value)
    messages(refused.value)
    for query in ({"projectId": HERE, "name": "o*"}, {"projectId": 10002}, dict(DEPLOYMENT)):
        with pytest.raises(LifecycleError, match="continuation token"):
            await ask.listed(query, whole)
    assert ask.calls == []
    again = await ask.listed({"projectId": HERE}, whole, page_size=1)
    assert again is not None
    assert again == await ask.listed({"projectId": HERE}, whole, page_size=1)
    assert again[1] != whole


async def test_a_cancel_ends_it(ask: Asking, ids: dict[str, str]) -> None:
    assert ids
    ask.cancelled.set()
    with pytest.raises(CancelledStepError):
        await ask.listed({"projectId": HERE})
