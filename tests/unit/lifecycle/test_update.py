"""Update: a pending job first, then a look at what is there, then the whole document."""

import copy
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import UNKNOWN, Change, HalfDoneError, LifecycleError, RefusedError
from tests.support.definitions import (
    PROJECT,
    URN,
    Object,
    Run,
    denied,
    half_done,
    kept,
    lost,
    never,
    node_ids,
    not_found,
    owned,
    refusal,
    root_of,
    workflow,
)
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages

OWN = flowspec.derive_id(URN, PROJECT, "daily_orders", "")
State = tuple[str, Object, Object]


def running() -> openapi.JobStatus:
    return openapi.JobStatus(job_id="job1", status="Running")


@pytest.fixture
async def pending(run: Run) -> tuple[Run, State]:
    """A workflow whose import job still runs, and the next run."""
    run.client.jobs["job1"] = running()
    with pytest.raises(HalfDoneError) as caught:
        await run.create(timeout=10)
    state = half_done(caught.value, run.inputs())
    del run.client.jobs["job1"]
    return run.again(), state


async def test_an_update_looks_once_and_sends_the_whole_document(made: tuple[Run, State]) -> None:
    run, state = made
    outputs = await run.update(state, etl(description="new"))
    assert [name for name, _ in run.client.calls] == ["get", "import", "job", "get"]
    (sent,) = run.client.sent
    assert sent == root_of(outputs)
    assert workflow(sent)["description"] == "new"
    assert node_ids(sent) == outputs["nodeIds"] == state[2]["nodeIds"]
    assert outputs["digest"] != state[2]["digest"]
    assert outputs["createTime"] == state[2]["createTime"]
    assert run.report.warnings == []
    assert (PROJECT, OWN) in run.definitions.held


async def test_a_preview_of_an_update_makes_no_call(made: tuple[Run, State]) -> None:
    run, state = made
    more = etl(nodes=[*nodes(etl()), node("c")])
    outputs = await run.update(state, more, preview=True)
    assert run.client.calls == []
    assert outputs["nodeIds"] == {
        **state[2]["nodeIds"],
        "c": flowspec.derive_id(URN, PROJECT, "daily_orders", "c"),
    }
    assert outputs["workflowId"] == OWN
    assert owned(outputs) == sorted(outputs["nodeIds"].values())
    assert "pendingJob" not in kept(outputs)


@pytest.mark.parametrize(
    "spec",
    [
        UNKNOWN,
        {**etl(), "spec": UNKNOWN},
        {**etl(), "spec": {"workflows": UNKNOWN}},
        {**etl(), "spec": {"workflows": [UNKNOWN]}},
        etl(nodes=UNKNOWN),
        etl(nodes=[UNKNOWN]),
        {**etl(owner=UNKNOWN), "spec": {"workflows": ["daily_orders", UNKNOWN]}},
    ],
)
async def test_an_unknown_document_keeps_the_workflows_id(made: tuple[Run, State], spec: Any) -> None:
    run, (resource_id, olds, outputs) = made
    news = {"projectId": PROJECT, "spec": spec}
    found = await run.definitions.update(run.context(preview=True), Change(resource_id, olds, outputs, news))
    assert (found["projectId"], found["workflowId"], found["digest"]) == (PROJECT, OWN, UNKNOWN)
    assert run.client.calls == []


@pytest.mark.parametrize("spec", [None, "text", {"spec": {}}, {"spec": {"workflows": ["daily_orders"]}}])
async def test_a_state_that_somebody_has_edited_is_an_error_that_says_so(
    made: tuple[Run, State], spec: Any
) -> None:
    run, (resource_id, olds, outputs) = made
    with pytest.raises(LifecycleError, match="holds no FlowSpec document: somebody has edited it"):
        await run.update((resource_id, olds, {**outputs, "spec": spec}), etl())
    assert run.client.calls == []


async def test_nodes_that_left_the_document_are_removed(made: tuple[Run, State]) -> None:
    run, state = made
    outputs = await run.update(state, etl(nodes=[nodes(etl())[1]], dependencies=[]))
    assert set(outputs["nodeIds"]) == {"load"}
    assert owned(outputs) == [state[2]["nodeIds"]["load"]]
    assert set(node_ids(run.client.held[OWN])) == {"load"}


# --- a pending job


async def test_a_pending_job_with_the_same_document_is_only_waited_for(pending: tuple[Run, State]) -> None:
    run, state = pending
    run.client.will("job", running())
    outputs = await run.update(state)
    assert run.client.made("import") == []
    assert run.client.made("job") == ["job1", "job1"]
    assert "pendingJob" not in kept(outputs)
    assert set(outputs["nodeIds"]) == {"extract", "load"}
    assert any("job1" in text for text in run.report.texts("status"))


async def test_a_pending_job_that_is_only_waited_for_keeps_the_new_inputs(pending: tuple[Run, State]) -> None:
    run, (resource_id, olds, outputs) = pending
    news = run.inputs(None, olds, adopt=True)
    found = await run.definitions.update(run.context(), Change(resource_id, olds, outputs, news))
    assert run.client.made("import") == []
    assert found["adopt"] is True


async def test_a_preview_does_not_wait_for_a_pending_job(pending: tuple[Run, State]) -> None:
    run, state = pending
    outputs = await run.update(state, etl(description="new"), preview=True)
    assert run.client.calls == []
    assert "pendingJob" not in kept(outputs)


async def test_a_pending_job_comes_before_another_document(pending: tuple[Run, State]) -> None:
    run, state = pending
    await run.update(state, etl(description="new"))
    names = [name for name, _ in run.client.calls]
    assert names.index("job") < names.index("import")
    assert len(run.client.sent) == 1
    assert workflow(run.client.held[OWN])["description"] == "new"
    assert run.report.warnings == []


async def test_a_pending_job_that_failed_is_imported_again(pending: tuple[Run, State]) -> None:
    run, state = pending
    run.client.will(
        "job", openapi.JobStatus(job_id="job1", status="Fail", error=openapi.Words("quota exceeded"))
    )
    run.client.held.clear()
    outputs = await run.update(state)
    assert len(run.client.sent) == 1
    assert any("quota exceeded" in warning for warning in run.report.warnings)
    assert "pendingJob" not in kept(outputs)


async def test_a_pending_job_whose_id_was_lost_is_imported_again(run: Run) -> None:
    run.client.will("import", lost(), lost(), lost())
    with pytest.raises(HalfDoneError) as caught:
        await run.create()
    again = run.again()
    outputs = await again.update(half_done(caught.value, run.inputs()))
    assert len(again.client.sent) == 1
    assert again.client.made("job") == ["job1"]
    assert "pendingJob" not in kept(outputs)


async def test_a_pending_job_that_still_does_not_end_stays_pending(pending: tuple[Run, State]) -> None:
    run, state = pending
    run.client.jobs["job1"] = running()
    with pytest.raises(HalfDoneError) as caught:
        await run.update(state, etl(description="new"), timeout=20)
    assert kept(caught.value.outputs)["pendingJob"] == "job1"
    assert caught.value.outputs["spec"] == state[2]["spec"]
    assert run.client.made("import") == []


async def test_a_pending_job_that_may_not_be_seen_stays_pending(pending: tuple[Run, State]) -> None:
    run, state = pending
    run.client.will("job", denied())
    with pytest.raises(HalfDoneError) as caught:
        await run.update(state)
    assert kept(caught.value.outputs)["pendingJob"] == "job1"


# --- what others did


def theirs(run: Run, **more: Any) -> Object:
    root = copy.deepcopy(run.client.held[OWN])
    added: Object = {**node("theirs", id="666", **more)}
    added["script"]["path"] = "p"
    nodes(root).append(added)
    run.client.held[OWN] = root
    return root


async def test_a_node_that_somebody_added_is_named_and_refused(made: tuple[Run, State]) -> None:
    run, state = made
    theirs(run)
    with pytest.raises(RefusedError) as caught:
        await run.update(state, etl(description="new"))
    assert '"theirs"' in str(caught.value)
    assert '"extract"' not in str(caught.value)
    assert run.client.made("import") == []
    assert run.definitions.held == {}


@pytest.mark.parametrize(("preview", "words"), [(True, "up deletes"), (False, "deleting")])
async def test_a_node_that_somebody_added_is_deleted_where_that_is_wanted(
    made: tuple[Run, State], preview: bool, words: str
) -> None:
    run, (resource_id, olds, outputs) = made
    theirs(run)
    if preview:
        refreshed = await run.read((resource_id, olds, outputs))
        assert refreshed is not None
        olds, outputs = refreshed
    news = run.inputs(etl(description="new"), olds, adopt=True)
    await run.definitions.update(run.context(preview=preview), Change(resource_id, olds, outputs, news))
    reported = f'adopt is set: {words} what somebody added to this workflow: "theirs"'
    assert reported in run.report.warnings
    assert ("theirs" in node_ids(run.client.held[OWN])) is preview


async def test_the_refusal_of_what_somebody_added_names_the_ways_out(
    made: tuple[Run, State], messages: Messages
) -> None:
    run, state = made
    nodes(theirs(run)).append({**node("more", id="667"), "script": {"path": "q"}})
    with pytest.raises(RefusedError) as caught:
        await run.update(state, etl(description="new"))
    messages(caught.value)


async def test_a_node_of_the_document_under_another_name_is_nobody_elses(made: tuple[Run, State]) -> None:
    """Somebody has made it, and the program has since taken it up by its ID."""
    run, state = made
    theirs(run)
    outputs = await run.update(state, etl(nodes=[*nodes(etl()), node("ours", id="666")]))
    assert outputs["nodeIds"]["ours"] == "666"


async def test_a_node_that_somebody_added_and_the_document_holds_is_not_refused(
    made: tuple[Run, State],
) -> None:
    run, state = made
    theirs(run)
    outputs = await run.update(state, etl(nodes=[*nodes(etl()), node("theirs", id="666")]))
    assert outputs["nodeIds"]["theirs"] == "666"
    assert "666" in owned(outputs)


async def test_an_edit_of_our_own_node_is_overwritten_with_a_warning(made: tuple[Run, State]) -> None:
    run, state = made
    nodes(run.client.held[OWN])[0]["script"]["content"] = "DROP TABLE x;"
    await run.update(state, etl(description="new"))
    (warning,) = run.report.warnings
    assert 'changes the script of "extract"' in warning
    assert nodes(run.client.held[OWN])[0]["script"]["content"] == "SELECT 1;\nSELECT 2;\n"


async def test_an_edit_that_the_program_makes_too_is_nobodys(made: tuple[Run, State]) -> None:
    run, state = made
    workflow(run.client.held[OWN])["description"] = "new"
    await run.update(state, etl(description="new"))
    assert run.report.warnings == []


async def test_what_left_the_document_is_undone_and_what_cannot_be_is_reported(run: Run) -> None:
    old = etl(description="d", nodes=[node("a", timeout=7, rerunTimes=5)], dependencies=[])
    state = await run.create(old)
    again = run.again()
    outputs = await again.update(state, etl(nodes=[node("a")], dependencies=[]))
    (sent,) = again.client.sent
    assert workflow(sent)["description"] == ""
    assert nodes(sent)[0]["timeout"] == 0
    (warning,) = again.report.warnings
    assert "nodes[0].rerunTimes" in warning
    assert "timeout" not in warning
    kept = root_of(outputs)
    assert "description" not in workflow(kept)
    assert "timeout" not in nodes(kept)[0]


async def test_of_many_fields_that_cannot_be_undone_five_are_named(run: Run, messages: Messages) -> None:
    names = [f"n{number}" for number in range(7)]
    state = await run.create(etl(nodes=[node(name, rerunTimes=5) for name in names], dependencies=[]))
    again = run.again()
    await again.update(state, etl(nodes=[node(name) for name in names], dependencies=[]))
    (warning,) = again.report.warnings
    ", ".join(f"spec.workflows[0].nodes[{number}].rerunTimes" for number in range(5))
    messages(warning)


async def test_ignored_changes_are_sent_as_they_were(made: tuple[Run, State]) -> None:
    run, state = made
    new = etl(description="new", trigger={**workflow(etl())["trigger"], "cron": "00 09 00 * * ?"})
    outputs = await run.update(state, new, ignore_changes=("spec.workflows[0].trigger.cron",))
    (sent,) = run.client.sent
    assert workflow(sent)["trigger"]["cron"] == "00 03 00 * * ?"
    assert workflow(sent)["description"] == "new"
    assert sent == root_of(outputs)


# --- failures


@pytest.mark.parametrize("error", [refusal("bad"), denied(), openapi.RequestNotSent("no", action="Import")])
async def test_an_import_that_is_refused_changes_no_state(made: tuple[Run, State], error: Exception) -> None:
    run, state = made
    run.client.will("import", error)
    with pytest.raises(type(error)):
        await run.update(state, etl(description="new"))
    assert run.client.made("job") == []


async def test_a_job_that_fails_keeps_what_was_sent_and_what_is_owned(made: tuple[Run, State]) -> None:
    run, state = made
    failed = openapi.JobStatus(job_id="job1", status="Fail", error=openapi.Words("quota exceeded"))
    run.client.will("import", openapi.AsyncJob(id="job1", workflow_id=OWN))
    run.client.will("job", failed)
    smaller = etl(nodes=[nodes(etl())[1], node("report")], dependencies=[])
    with pytest.raises(HalfDoneError) as caught:
        await run.update(state, smaller)
    outputs = caught.value.outputs
    assert set(outputs["nodeIds"]) == {"load", "report"}
    assert set(owned(outputs)) == {*state[2]["nodeIds"].values(), outputs["nodeIds"]["report"]}
    again = run.again()
    repaired = await again.update(half_done(caught.value, state[1]), smaller)
    assert set(repaired["nodeIds"]) == {"load", "report"}
    assert not any("somebody" in warning for warning in again.report.warnings)


async def test_a_cancel_while_the_update_is_sent_is_half_done(made: tuple[Run, State]) -> None:
    run, state = made
    run.cancel_on("importing")
    run.client.will("import", never)
    with pytest.raises(HalfDoneError) as caught:
        await run.update(state, etl(description="new"))
    assert caught.value.id == state[0]
    assert kept(caught.value.outputs)["pendingJob"] == ""


async def test_a_lost_answer_of_an_update_is_sent_again_under_the_same_ids(made: tuple[Run, State]) -> None:
    run, state = made
    run.client.will("import", lost())
    await run.update(state, etl(description="new"))
    assert run.client.sent[0] == run.client.sent[1]
    assert run.client.held.keys() == {OWN}


async def test_a_look_that_proves_nothing_sends_nothing(made: tuple[Run, State]) -> None:
    run, state = made
    run.client.will("get", *[refusal("unclear")] * 2)
    with pytest.raises(openapi.ServiceError, match="unclear"):
        await run.update(state, etl(description="new"))
    assert run.client.made("import") == []
    run.client.will("get", not_found())
    await run.update(state, etl(description="new"))


async def test_a_preview_refuses_a_node_that_a_refresh_has_seen(made: tuple[Run, State]) -> None:
    run, state = made
    theirs(run)
    refreshed = await run.read(state)
    assert refreshed is not None
    with pytest.raises(RefusedError, match="theirs"):
        await run.update((state[0], *refreshed), etl(description="new"), preview=True)
    assert run.client.made("import") == []


async def test_what_an_interrupted_update_of_ours_has_left_is_nobodys_edit(run: Run) -> None:
    """As after a kill between the import and the write of the state."""
    state = await run.create()
    changed = etl(nodes=[node("extract", "SELECT 7;\n"), node("load")])
    await run.update(state, changed)
    again = run.again()
    await again.update(state, changed)
    assert again.report.warnings == []
