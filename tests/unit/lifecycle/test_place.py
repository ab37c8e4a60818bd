"""A new name or folder, where an import leaves the workflow where it was; and what the service rewrites."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import HalfDoneError
from tests.support.definitions import (
    PROJECT,
    URN,
    Object,
    Run,
    edited,
    half_done,
    kept,
    never,
    refusal,
    root_of,
    unavailable,
    workflow,
)
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages

OWN = flowspec.derive_id(URN, PROJECT, "daily_orders", "")
PLACED = flowspec.derive_id(URN, PROJECT, "team/daily_orders", "")


def placed(path: str) -> Object:
    """The document at a path."""
    return etl(name=path.strip("/").rpartition("/")[2], script={"path": path})


async def there(path: str = "team/daily_orders") -> tuple[Run, tuple[str, Object, Object]]:
    """A workflow at a path, and the next run, whose import leaves it where it is."""
    run = Run()
    state = await run.create(placed(path))
    again = run.again()

    def stay(_: int, text: str) -> openapi.AsyncJob:
        before, root = workflow(again.client.held[PLACED]), json.loads(text)
        workflow(root)["name"] = before["name"]
        workflow(root)["script"]["path"] = before["script"]["path"]
        return again.client.store(json.dumps(root))

    again.client.will("import", stay)
    return again, state


@pytest.mark.parametrize(
    ("path", "calls"),
    [
        ("team/daily_orders", []),
        ("team/orders", [("rename", (PROJECT, PLACED, "orders"))]),
        ("else/daily_orders", [("move", (PROJECT, PLACED, "else"))]),
        ("daily_orders", [("move", (PROJECT, PLACED, ""))]),
        ("X/daily_orders", [("move", (PROJECT, PLACED, "X"))]),
        ("a/b/orders", [("rename", (PROJECT, PLACED, "orders")), ("move", (PROJECT, PLACED, "a/b"))]),
    ],
)
async def test_what_an_import_leaves_is_put_in_place_under_its_ids(path: str, calls: list[Any]) -> None:
    run, state = await there()
    outputs = await run.update(state, placed(path))
    assert [call for call in run.client.calls if call[0] in ("rename", "move")] == calls
    assert workflow(run.client.held[PLACED])["script"]["path"] == path
    assert (outputs["path"], outputs["name"]) == (path, path.rpartition("/")[2])
    assert (outputs["workflowId"], outputs["nodeIds"]) == (PLACED, state[2]["nodeIds"])
    assert "rewrites" not in kept(outputs)
    assert run.report.warnings == []


async def test_what_is_put_in_place_is_reported(messages: Messages) -> None:
    run, state = await there()
    await run.update(state, placed("orders"))
    reported = run.report.texts("status")
    messages(reported)
    messages(reported[-1])
    other, state = await there()
    await other.update(state, placed("a/b/daily_orders"))
    messages(other.report.texts("status"))


async def test_a_path_with_slashes_around_is_the_same_place() -> None:
    run, state = await there("/team/daily_orders/")
    await run.update(state, placed("team/daily_orders"))
    assert run.client.made("move") == []


@pytest.mark.parametrize("error", [refusal("name is taken"), unavailable()])
async def test_a_place_that_is_refused_is_half_done_without_a_job(
    error: Exception, messages: Messages
) -> None:
    run, state = await there()
    run.client.will("rename", error)
    with pytest.raises(HalfDoneError) as caught:
        await run.update(state, placed("team/orders"))
    messages(caught.value)
    assert caught.value.__cause__ is error
    assert "pendingJob" not in kept(caught.value.outputs)
    assert caught.value.outputs["path"] == "team/orders"
    again = run.again()
    again.client.will("import", lambda _, text: run.client.store(text))
    assert (await again.update(half_done(caught.value, state[1]), placed("team/orders")))["name"] == "orders"


async def test_a_cancel_while_it_is_moved_is_half_done(messages: Messages) -> None:
    run, state = await there()
    run.client.will("move", never)
    run.cancel_on("moving")
    with pytest.raises(HalfDoneError) as refused:
        await run.update(state, placed("else/daily_orders"))
    messages(refused.value)


async def test_a_place_that_the_service_does_not_give_is_reported_and_moved_to_once() -> None:
    run, state = await there()
    run.client.will("move", None)
    outputs = await run.update(state, placed("else/daily_orders"))
    assert len(run.client.made("move")) == 1
    assert len(run.client.made("get")) == 5
    (warning,) = run.report.warnings
    assert "script.path" in warning
    assert kept(outputs)["rewrites"]


# --- what the service rewrites


def rewriting(run: Run, change: Callable[[Object], object]) -> None:
    """The next import keeps something else."""
    run.client.will("import", lambda _, text: run.client.store(json.dumps(edited(json.loads(text), change))))


def denied(root: Object) -> None:
    nodes(root)[0]["rerunMode"] = "Denied"


ALLOWED = etl(nodes=[node("extract", rerunMode="Allowed"), node("load", rerunMode="Allowed")])


async def test_what_the_service_rewrites_is_reported_and_is_no_drift(run: Run, messages: Messages) -> None:
    rewriting(run, denied)
    state = await run.create(ALLOWED)
    (warning,) = run.report.warnings
    messages(warning)
    assert "rerunMode" in warning
    sent, read = (json.loads(kept(state[2])["rewrites"][key]) for key in ("sent", "kept"))
    assert sent == root_of(state[1])
    assert [item["rerunMode"] for item in nodes(read)] == ["Denied", "Allowed"]
    again = run.again()
    assert await again.read(state) == (state[1], state[2])
    assert again.report.warnings == []


async def test_drift_beside_what_the_service_rewrites_is_drift(run: Run) -> None:
    rewriting(run, denied)
    state = await run.create(ALLOWED)
    nodes(run.client.held[OWN])[1]["rerunMode"] = "Denied"
    found = await run.again().read(state)
    assert found is not None
    assert [item["rerunMode"] for item in nodes(root_of(found[0]))] == ["Allowed", "Denied"]


async def test_what_the_service_rewrites_is_nobodys_edit_and_is_forgotten_where_it_no_longer_does(
    run: Run,
) -> None:
    rewriting(run, denied)
    state = await run.create(ALLOWED)
    again = run.again()
    outputs = await again.update(
        state, edited(ALLOWED, lambda root: workflow(root).update(description="new"))
    )
    assert "rewrites" not in kept(outputs)
    assert again.report.warnings == []


async def test_what_the_service_made_of_another_document_is_forgotten_with_it(run: Run) -> None:
    rewriting(run, denied)
    state = await run.create(ALLOWED)
    again = run.again()
    assert "rewrites" not in kept(await again.update(state, etl(description="new"), preview=True))
    again.client.will("import", openapi.AsyncJob(id="job1", workflow_id=OWN))
    again.client.will("job", openapi.JobStatus(job_id="job1", status="Fail"))
    with pytest.raises(HalfDoneError) as caught:
        await again.update(state, etl(description="new"))
    assert "rewrites" not in kept(caught.value.outputs)


async def test_strict_makes_a_rewrite_an_error_that_keeps_the_state(run: Run, messages: Messages) -> None:
    rewriting(run, denied)
    with pytest.raises(HalfDoneError) as caught:
        await run.create(ALLOWED, strict=True)
    assert "rerunMode" in str(caught.value)
    messages(caught.value)
    assert "pendingJob" not in kept(caught.value.outputs)
    assert run.report.warnings == []


async def test_strict_does_not_mind_what_is_as_it_was_sent(run: Run) -> None:
    assert "rewrites" not in kept((await run.create(ALLOWED, strict=True))[2])
