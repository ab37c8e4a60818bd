"""What somebody adds to lists of a workflow and its nodes beside the document: an import is without it, so it is drift."""

from typing import Any

import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import RefusedError
from tests.support.definitions import Object, Run, denied, lost, workflow
from tests.support.documents import etl, nodes
from tests.support.messages import Messages

OUTPUT = {"data": "shop.extra", "artifactType": "NodeOutput"}
TABLE = {"guid": "odps.shop.extra", "artifactType": "Table"}
VARIABLE = {"name": "extra", "scope": "NodeContext", "type": "Constant", "value": "1"}
ADDED: dict[str, Any] = {
    "outputs.nodeOutputs": OUTPUT,
    "outputs.variables": VARIABLE,
    "outputs.tables": TABLE,
    "inputs.variables": VARIABLE,
    "inputs.tables": TABLE,
    "functions": {"name": "extra"},
    "fileResources": {"name": "extra.py"},
    "datasets": {"identifier": "extra", "version": 1, "mountPath": "/mnt/extra"},
}


def entries(owner: Object, path: str) -> list[Any]:
    *holders, last = path.split(".")
    for holder in holders:
        owner = owner.setdefault(holder, {})
    found: list[Any] = owner.setdefault(last, [])
    return found


def written() -> Object:
    """A document whose first node has an entry of each list, and whose second has none."""
    document = etl()
    for path, entry in ADDED.items():
        entries(nodes(document)[0], path).append({**entry, next(iter(entry)): "own"})
    return document


def added(run: Run, owner: int, path: str) -> None:
    """Somebody adds an entry to a node's list; to the workflow's where the node is -1."""
    [held] = run.client.held.values()
    body = workflow(held)
    entries(body if owner < 0 else body["nodes"][owner], path).append(ADDED[path])


@pytest.mark.parametrize("path", ADDED)
@pytest.mark.parametrize("owner", [0, 1])
async def test_an_entry_that_somebody_added_is_drift_and_the_update_that_takes_it_away_says_so(
    run: Run, path: str, owner: int
) -> None:
    state = await run.create(written())
    added(run, owner, path)
    read = await run.again().read(state)
    assert read is not None
    assert "extra" in str(entries(nodes(read[0]["spec"])[owner], path)[-1])
    again = run.again()
    document = written()
    document["spec"]["workflows"][0]["description"] = "new"
    outputs = await again.update(state, document)
    [warning] = again.report.warnings
    assert f'somebody changed {path} of "{("extract", "load")[owner]}"' in warning
    last = run.again()
    await last.read((state[0], again.inputs(document), outputs))
    assert last.report.reported == []


async def test_an_entry_that_the_new_document_has_is_no_loss(run: Run, messages: Messages) -> None:
    state = await run.create()
    added(run, 1, "outputs.nodeOutputs")
    added(run, -1, "outputs.nodeOutputs")
    document = etl()
    entries(nodes(document)[1], "outputs.nodeOutputs").append(OUTPUT)
    again = run.again()
    await again.update(state, document)
    messages(again.report.warnings)


async def test_outputs_that_the_service_gives_by_itself_may_be_shown_later(run: Run) -> None:
    state = await run.create()
    [held] = run.client.held.values()
    body = workflow(held)
    body["metadata"] = {"project": {"projectIdentifier": "shop"}}
    body["outputs"] = {"nodeOutputs": [{"data": body["id"]}, {"data": "shop.daily_orders"}]}
    again = run.again()
    await again.read(state)
    assert again.report.reported == []


@pytest.mark.parametrize("path", ["script.content", "recurrence"])
async def test_strict_loses_no_edit_before_a_refresh_has_shown_it(
    run: Run, path: str, messages: Messages
) -> None:
    state = await run.create()
    [held] = run.client.held.values()
    holder = nodes(held)[0]["script"] if path == "script.content" else nodes(held)[0]
    holder[path.rpartition(".")[2]] = "Pause"
    new = etl(description="new")
    for step in (
        run.again().update(state, new, strict=True, preview=True),
        run.again().update(state, new, strict=True),
        run.again().delete(state, strict=True),
    ):
        with pytest.raises(RefusedError) as refused:
            await step
        messages(refused.value)
    sent = len(run.client.sent)
    read = await run.again().read(state)
    assert read is not None
    outputs = await run.again().update((state[0], *read), new, strict=True)
    assert len(run.client.sent) == sent + 1
    await run.again().delete((state[0], run.inputs(new), outputs), strict=True)
    assert run.client.held == {}


async def test_a_strict_preview_that_cannot_look_goes_on_with_a_warning(run: Run) -> None:
    state = await run.create()
    again = run.again()
    again.client.will("get", denied())
    with pytest.raises(openapi.ServiceError):
        await again.update(state, etl(description="new"), strict=True, preview=True)
    again.client.will("get", lost())
    await again.update(state, etl(description="new"), strict=True, preview=True)
    [warning] = again.report.warnings
    assert warning.startswith("could not look whether somebody has edited it")


async def test_a_strict_delete_of_what_is_gone_is_done(run: Run) -> None:
    state = await run.create()
    for _ in range(2):
        await run.again().delete(state, strict=True)
        assert run.client.held == {}
