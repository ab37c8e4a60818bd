"""Create in place of what this run holds or deletes: replacements, and what is adopted."""

from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Change,
    HalfDoneError,
    RefusedError,
)
from tests.support.definitions import (
    PROJECT,
    URN,
    Run,
    load_gets_another_id,
    node_ids,
    not_found,
    owned,
    put,
)
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages

OWN = flowspec.derive_id(URN, PROJECT, "daily_orders", "")


async def test_what_leaves_before_its_replacement_is_not_in_the_way(run: Run) -> None:
    put(run, etl(id="70"))
    olds = run.inputs(etl(id="70"))
    news = Run().inputs({**etl(id="70"), "kind": "ManualWorkflow"}, olds)
    assert run.definitions.diff(URN, Change(f"{PROJECT}/70", olds, {}, news)).delete_before_replace
    await run.definitions.create(run.context(preview=True), news)
    with pytest.raises(RefusedError):
        await Run(client=run.client).definitions.create(run.context(preview=True), news)


async def test_what_leaves_a_path_before_its_replacement_is_not_in_the_way(run: Run) -> None:
    put(run, etl(id="70"))
    row = {"Id": "70", "Name": "daily_orders", "Script": {"Path": "daily_orders"}}
    run.client.will("list", *[[openapi.WorkflowSummary.model_validate(row)]] * 2)
    olds = run.inputs(etl(id="70"))
    derived = Run().inputs({**etl(), "kind": "ManualWorkflow"})
    assert run.definitions.diff(URN, Change(f"{PROJECT}/70", olds, {}, derived)).delete_before_replace
    await run.definitions.create(run.context(preview=True), derived)
    assert len(run.client.calls) == 1
    with pytest.raises(RefusedError):
        await Run(client=run.client).definitions.create(run.context(preview=True), derived)


async def test_an_unknown_workflow_is_gone_by_its_error(run: Run) -> None:
    run.client.will("get", not_found())
    assert (await run.create())[0]


async def test_a_forced_replacement_keeps_the_ids_that_the_service_gave_its_nodes(run: Run) -> None:
    load_gets_another_id(run)
    state = await run.create()
    assert state[2]["nodeIds"]["load"] == "882"
    again = await run.create()
    assert node_ids(run.client.sent[1])["load"] == "882"
    assert again[2]["nodeIds"] == state[2]["nodeIds"]


async def test_a_replacement_that_the_program_asks_for_leaves_no_workflow_behind(run: Run) -> None:
    """The engine makes a replacement of an update where `replaceOnChanges` says so: diff does not hear of that."""
    state = await run.create()
    again, moved = run.again(), etl(script={"path": "elsewhere/daily_orders"})
    news = again.inputs(moved)
    assert not again.definitions.diff(URN, Change(*state, news)).replaces
    new_id, _ = await again.definitions.create(again.context(), news)
    assert new_id != state[0]
    await again.definitions.delete(again.context(), state[0], state[2])
    assert again.client.calls[-1][0] == "delete"
    assert again.report.texts("info") == []


@pytest.mark.parametrize("later", [False, True])
async def test_a_forced_replacement_may_drop_a_node_to_which_the_service_gave_its_id(
    run: Run, later: bool
) -> None:
    smaller = etl(nodes=[node("extract")], dependencies=[])
    load_gets_another_id(run)
    state = await run.create()
    if later:
        run = run.again()
        run.definitions.diff(URN, Change(*state, run.inputs(smaller)))
    _, _, outputs = await run.create(smaller)
    assert set(outputs["nodeIds"]) == {"extract"}
    assert run.report.warnings == []


async def test_what_a_half_done_step_of_this_run_holds_is_its_own(run: Run) -> None:
    load_gets_another_id(run)
    state = await run.create()
    again = run.again()
    again.client.will("job", openapi.JobStatus(job_id="job1", status="Fail"))
    with pytest.raises(HalfDoneError):
        await again.update(state, etl(description="new"))
    _, _, outputs = await again.create(etl(nodes=[node("extract")], dependencies=[]))
    assert set(outputs["nodeIds"]) == {"extract"}


async def test_what_a_take_over_is_about_to_delete_stays_ours_until_it_is_gone(run: Run) -> None:
    put(run, etl(nodes=[node("extract"), node("left-over")], dependencies=[]), urn=URN)
    left_over = node_ids(run.client.held[OWN])["left-over"]
    run.client.will("import", openapi.AsyncJob(id="job1", workflow_id=OWN))
    run.client.will("job", openapi.JobStatus(job_id="job1", status="Fail"))
    with pytest.raises(HalfDoneError) as caught:
        await run.definitions.create(run.context(), run.inputs(adopt=True))
    assert left_over in owned(caught.value.outputs)


async def test_a_preview_that_cannot_know_whether_to_adopt_refuses_nothing(run: Run) -> None:
    put(run, etl())
    news = run.inputs(adopt=UNKNOWN)
    assert news["adopt"] is UNKNOWN
    resource_id, outputs = await run.definitions.create(run.context(preview=True), news)
    assert (resource_id, outputs["workflowId"]) == ("", UNKNOWN)


@pytest.mark.parametrize(("given", "kept"), [("true", True), ("False", False), (True, True), (None, None)])
async def test_adopt_is_true_or_false(run: Run, given: Any, kept: Any) -> None:
    assert run.inputs(adopt=given).get("adopt") is kept


@pytest.mark.parametrize("key", ["adopt", "validateOnPreview"])
@pytest.mark.parametrize("given", ["yes", 1, []])
async def test_a_flag_is_nothing_else(run: Run, key: str, given: Any, messages: Messages) -> None:
    messages(run.check(**{key: given}).failures)


async def test_adopting_a_workflow_reports_which_nodes_go(run: Run) -> None:
    key = put(run, etl(nodes=[*nodes(etl()), node("theirs", id="666")]))
    news = run.inputs(adopt=True)
    for preview, words in ((True, "up takes it over"), (False, "taking it over")):
        context = run.context(preview=preview)
        await run.definitions.create(context, news)
        assert words in run.report.warnings[-1]
        assert '"theirs"' in run.report.warnings[-1]
    assert list(run.client.held) == [key]
    assert set(node_ids(run.client.held[key])) == {"extract", "load"}


@pytest.mark.parametrize("preview", [True, False])
async def test_adopting_a_workflow_that_loses_nothing_says_no_more(
    run: Run, preview: bool, messages: Messages
) -> None:
    put(run, etl())
    await run.definitions.create(run.context(preview=preview), run.inputs(adopt=True))
    messages(run.report.warnings)
