"""Read and delete: real drift and nothing else, gone only when it is sure, and nothing deleted that is held."""

import copy
import json
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import HalfDoneError, LifecycleError
from tests.support.definitions import (
    PROJECT,
    URN,
    Object,
    Run,
    denied,
    half_done,
    kept,
    lost,
    node_ids,
    not_found,
    owned,
    refusal,
    root_of,
    unavailable,
    workflow,
)
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages

OWN = flowspec.derive_id(URN, PROJECT, "daily_orders", "")
State = tuple[str, Object, Object]


def filled(root: Object) -> Object:
    """What the service adds."""
    done = copy.deepcopy(root)
    done["metadata"] = {"tenantId": "1", "uuid": "2"}
    workflow(done).update(owner="42", citable=False, metadata={"owner": "42"})
    nodes(done).reverse()
    for item in nodes(done):
        item.update(timeout=0, timeoutUnit="HOURS", rerunTimes=3, metadata={"createTime": "now"})
        item["script"]["id"] = "77"
    return done


@pytest.fixture
async def made(run: Run) -> tuple[Run, State]:
    run.client.will("import", lambda _, text: run.client.store(json.dumps(filled(json.loads(text)))))
    state = await run.create()
    return run.again(), state


@pytest.fixture
async def pending(run: Run) -> tuple[Run, State]:
    run.client.jobs["job1"] = openapi.JobStatus(job_id="job1", status="Running")
    with pytest.raises(HalfDoneError) as caught:
        await run.create(timeout=10)
    return run.again(), half_done(caught.value, run.inputs())


async def test_a_refresh_of_what_was_written_shows_no_drift(made: tuple[Run, State]) -> None:
    run, state = made
    assert await run.read(state) == (state[1], state[2])
    assert [name for name, _ in run.client.calls] == ["get"]


async def test_a_refresh_shows_drift_and_what_was_added(made: tuple[Run, State]) -> None:
    run, state = made
    held = run.client.held[OWN]
    nodes(held)[0]["script"]["content"] = "edited"
    nodes(held).append(node("theirs", id="666"))
    found = await run.read(state)
    assert found is not None
    inputs, outputs = found
    difference = flowspec.changes(root_of(state[1]), root_of(inputs))
    assert difference.added == ["theirs"]
    assert list(difference.changed.values()) == [["script.content"]]
    assert inputs["spec"] == outputs["spec"]
    assert outputs["digest"] != state[2]["digest"]
    assert owned(outputs) == owned(state[2])


async def test_a_refresh_shows_what_somebody_set_that_the_document_leaves_out(
    made: tuple[Run, State],
) -> None:
    run, state = made
    held = {item["name"]: item for item in nodes(run.client.held[OWN])}
    held["load"]["rerunTimes"] = 9
    found = await run.read(state)
    assert found is not None
    place = ("spec", "workflows", 0, "nodes", 1, "rerunTimes")
    assert flowspec.differences(state[1]["spec"], found[0]["spec"]) == {place: "add"}
    again = await run.read((state[0], *found))
    assert again == found


async def test_a_refresh_of_a_renamed_node_is_done_once(made: tuple[Run, State]) -> None:
    run, state = made
    next(item for item in nodes(run.client.held[OWN]) if item["name"] == "load")["name"] = "renamed"
    found = await run.read(state)
    assert found is not None
    assert [item["name"] for item in nodes(found[0]["spec"])] == ["extract", "renamed"]
    assert workflow(found[0]["spec"])["dependencies"][0]["nodeId"] == "renamed"
    assert found[1]["nodeIds"]["renamed"] == state[2]["nodeIds"]["load"]
    assert await run.read((state[0], *found)) == found


async def test_a_refresh_goes_by_the_services_ids(run: Run) -> None:
    def replacing(_: int, text: str) -> openapi.AsyncJob:
        root = json.loads(text)
        ids = {OWN: "8800", node_ids(root)["load"]: "882"}
        return run.client.store(json.dumps(flowspec.rename_ids(root, ids)))

    run.client.will("import", replacing)
    state = await run.create()
    again = run.again()
    assert await again.read(state) == (state[1], state[2])
    assert again.client.calls == [("get", (PROJECT, "8800"))]


async def test_a_refresh_keeps_inputs_that_changed_nothing(made: tuple[Run, State]) -> None:
    """The engine keeps new inputs also where there was nothing to update, and the outputs as they were."""
    run, (resource_id, inputs, outputs) = made
    news = {**inputs, "adopt": True, "validateOnPreview": False}
    assert await run.read((resource_id, news, outputs)) == (
        news,
        {**outputs, "adopt": True, "validateOnPreview": False},
    )


async def test_a_refresh_of_what_somebody_made_anew_goes_by_its_new_id(made: tuple[Run, State]) -> None:
    run, state = made
    held = next(item for item in nodes(run.client.held[OWN]) if item["name"] == "load")
    old, held["id"] = held["id"], "999"
    found = await run.read(state)
    assert found is not None
    inputs, outputs = found
    assert outputs["nodeIds"]["load"] == "999"
    assert "actualIds" not in kept(outputs)
    assert old in owned(outputs)
    assert node_ids(root_of(inputs))["load"] == "999"


async def test_a_workflow_that_is_in_no_list_is_gone(made: tuple[Run, State]) -> None:
    run, state = made
    run.client.held.clear()
    assert await run.read(state) is None
    assert ("list", (PROJECT, "CycleWorkflow", None)) in run.client.calls


async def test_a_workflow_that_is_listed_but_not_given_out_is_not_gone(made: tuple[Run, State]) -> None:
    run, state = made
    run.client.will("get", *[not_found()] * 4)
    with pytest.raises(LifecycleError) as caught:
        await run.read(state)
    assert OWN in str(caught.value)


async def test_a_kind_that_lists_may_not_see_is_gone_by_its_id(run: Run) -> None:
    state = await run.create({**etl(), "kind": "TriggerWorkflow"})
    again = run.again()
    again.client.held.clear()
    assert await again.read(state) is None
    assert again.client.made("list") == []


@pytest.mark.parametrize(
    "error", [denied(), unavailable(), lost(), openapi.RequestNotSent("no", action="Get")]
)
async def test_a_read_that_fails_is_no_absence(made: tuple[Run, State], error: Exception) -> None:
    run, state = made
    run.client.will("get", error)
    with pytest.raises(type(error)):
        await run.read(state)


async def test_a_list_that_fails_is_no_absence(made: tuple[Run, State]) -> None:
    run, state = made
    run.client.held.clear()
    run.client.will("list", denied())
    with pytest.raises(openapi.PermissionDeniedError):
        await run.read(state)


# --- a pending job


async def test_a_job_that_still_runs_keeps_the_resource_half_done(pending: tuple[Run, State]) -> None:
    run, state = pending
    with pytest.raises(HalfDoneError) as caught:
        await run.read(state)
    assert caught.value.id == state[0]
    assert kept(caught.value.outputs)["pendingJob"] == "job1"
    assert run.client.made("get") == []


async def test_a_job_that_has_ended_is_no_longer_pending(pending: tuple[Run, State]) -> None:
    run, state = pending
    run.client.jobs.clear()
    found = await run.read(state)
    assert found is not None
    assert "pendingJob" not in kept(found[1])
    assert found[0] == state[1]
    assert run.client.made("job") == ["job1"]


async def test_a_job_that_is_forgotten_is_judged_by_the_workflow(pending: tuple[Run, State]) -> None:
    run, state = pending
    run.client.will("job", not_found("Job"))
    found = await run.read(state)
    assert found is not None
    assert "pendingJob" not in kept(found[1])


async def test_neither_job_nor_workflow_to_be_seen_is_not_gone(pending: tuple[Run, State]) -> None:
    run, state = pending
    run.client.held.clear()
    run.client.will("job", not_found("Job"))
    with pytest.raises(HalfDoneError) as caught:
        await run.read(state)
    assert kept(caught.value.outputs)["pendingJob"] == "job1"


async def test_a_workflow_that_is_gone_after_its_job_has_ended_is_gone(pending: tuple[Run, State]) -> None:
    run, state = pending
    run.client.held.clear()
    run.client.jobs["job1"] = openapi.JobStatus(job_id="job1", status="Fail")
    assert await run.read(state) is None


async def test_a_workflow_whose_import_was_lost_is_not_gone_where_it_cannot_be_seen(run: Run) -> None:
    run.client.will("import", lost(), lost(), lost())
    with pytest.raises(HalfDoneError) as caught:
        await run.create()
    again = run.again()
    with pytest.raises(HalfDoneError) as refreshed:
        await again.read(half_done(caught.value, run.inputs()))
    assert kept(refreshed.value.outputs)["pendingJob"] == ""
    assert again.client.made("job") == []


# --- import


async def test_an_import_gives_the_whole_document_without_noise(made: tuple[Run, State]) -> None:
    run, _ = made
    found = await run.definitions.read(run.context(), f"{PROJECT}/{OWN}", {}, {})
    assert found is not None
    inputs, outputs = found
    root = root_of(inputs)
    assert inputs["projectId"] == PROJECT
    assert set(node_ids(root)) == {"extract", "load"}
    assert nodes(root)[0]["script"]["content"]
    assert "metadata" not in inputs["spec"]
    assert outputs["spec"] == inputs["spec"]
    assert (outputs["workflowId"], outputs["owner"]) == (OWN, "42")
    assert owned(outputs) == sorted(node_ids(root).values())
    again = await run.definitions.read(run.context(), f"{PROJECT}/{OWN}", inputs, outputs)
    assert again == (inputs, outputs)


async def test_an_import_of_a_document_without_the_workflows_id_has_that_of_the_answer(
    made: tuple[Run, State],
) -> None:
    run, (resource_id, _, _) = made
    root = run.client.held[OWN]
    del workflow(root)["id"], root["spec"]["id"]
    found = await run.read((resource_id, {}, {}))
    assert found is not None
    assert workflow(root_of(found[0]))["id"] == OWN


async def test_an_import_of_what_is_listed_but_not_given_out_is_an_error(
    made: tuple[Run, State], messages: Messages
) -> None:
    run, (resource_id, _, _) = made
    run.client.will("get", *[not_found()] * 4)
    with pytest.raises(LifecycleError) as refused:
        await run.read((resource_id, {}, {}))
    messages(refused.value)


@pytest.mark.parametrize("known", [1, 2])
async def test_a_resource_without_a_whole_state_is_read_as_for_an_import(
    made: tuple[Run, State], known: int
) -> None:
    run, (resource_id, inputs, outputs) = made
    whole = await run.read((resource_id, {}, {}))
    parts = (inputs, {}) if known == 1 else ({}, outputs)
    assert await run.read((resource_id, *parts)) == whole


async def test_an_import_of_what_is_not_there_is_none(run: Run) -> None:
    assert await run.definitions.read(run.context(), f"{PROJECT}/70", {}, {}) is None


@pytest.mark.parametrize("resource_id", ["70", "", "a/70", "1/", "1/2/3", "\uff11/70"])
async def test_an_id_that_is_none_is_refused(run: Run, resource_id: str) -> None:
    with pytest.raises(LifecycleError, match="<projectId>/<workflowId>"):
        await run.definitions.read(run.context(), resource_id, {}, {})
    assert run.client.calls == []


# --- delete


async def test_a_workflow_is_deleted_by_its_id(made: tuple[Run, State]) -> None:
    run, state = made
    await run.delete(state)
    assert run.client.calls == [("delete", (PROJECT, OWN))]
    assert run.client.held == {}


async def test_a_delete_of_what_is_gone_is_done(made: tuple[Run, State]) -> None:
    run, state = made
    await run.delete(state)
    await run.delete(state)
    run.client.will("delete", refusal("unclear"))
    await run.delete(state)
    assert [name for name, _ in run.client.calls][-2:] == ["delete", "get"]


async def test_what_a_live_resource_holds_stays(run: Run) -> None:
    state = await run.create()
    await run.delete(state)
    assert run.client.made("delete") == []
    assert run.client.held.keys() == {OWN}
    assert any(OWN in text for text in run.report.texts("info"))


async def test_what_a_half_done_resource_holds_stays(run: Run) -> None:
    run.client.will("job", openapi.JobStatus(job_id="job1", status="Fail"))
    with pytest.raises(HalfDoneError) as caught:
        await run.create()
    await run.delete(half_done(caught.value, {}))
    assert run.client.made("delete") == []


async def test_what_a_read_met_is_not_held(made: tuple[Run, State]) -> None:
    run, state = made
    await run.read(state)
    await run.delete(state)
    assert run.client.held == {}


@pytest.mark.parametrize("published", [True, False])
async def test_a_refusal_of_what_is_there_names_the_way_out(made: tuple[Run, State], published: bool) -> None:
    run, state = made
    run.client.published.update([OWN] if published else [])
    run.client.will("delete", refusal("cannot be deleted"))
    with pytest.raises(LifecycleError) as caught:
        await run.delete(state)
    text = str(caught.value)
    assert all(word in text for word in ("cannot be deleted", "REQ-9", "offline", "retainOnDelete"))
    assert ("It is deployed" in text) is published


@pytest.mark.parametrize(
    "error", [denied(), unavailable(), lost(), openapi.RequestNotSent("no", action="Delete")]
)
async def test_a_delete_that_fails_is_an_error(made: tuple[Run, State], error: Exception) -> None:
    run, state = made
    run.client.will("delete", error)
    with pytest.raises(type(error)):
        await run.delete(state)
    assert run.client.made("get") == []


async def test_a_pending_job_ends_before_the_delete(pending: tuple[Run, State]) -> None:
    run, state = pending
    run.client.jobs.clear()
    run.client.will("job", openapi.JobStatus(job_id="job1", status="Running"))
    await run.delete(state)
    assert [name for name, _ in run.client.calls] == ["job", "job", "get", "delete"]
    assert run.client.held == {}


@pytest.mark.parametrize("status", ["Fail", "Cancel"])
async def test_a_pending_job_that_failed_does_not_keep_the_workflow(
    pending: tuple[Run, State], status: str
) -> None:
    run, state = pending
    run.client.jobs["job1"] = openapi.JobStatus(job_id="job1", status=status)
    await run.delete(state)
    assert len(run.client.made("delete")) == 1


async def test_a_pending_job_that_does_not_end_keeps_the_workflow(pending: tuple[Run, State]) -> None:
    run, state = pending
    with pytest.raises(LifecycleError) as caught:
        await run.delete(state, timeout=30)
    assert "job1" in str(caught.value)
    assert run.client.made("delete") == []


async def test_an_id_that_is_none_is_not_deleted(run: Run) -> None:
    wrong: Any = ("70", {}, {})
    with pytest.raises(LifecycleError):
        await run.delete(wrong)
    assert run.client.calls == []
