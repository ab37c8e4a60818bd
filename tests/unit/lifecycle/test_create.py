"""Create: what is in the way, what is taken over, what a preview asks."""

from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    CancelledStepError,
    Change,
    RefusedError,
)
from tests.support.definitions import (
    OTHER_URN,
    PROJECT,
    URN,
    Run,
    denied,
    kept,
    never,
    node_ids,
    owned,
    put,
    refusal,
    root_of,
    unavailable,
    workflow,
)
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages

OWN = flowspec.derive_id(URN, PROJECT, "daily_orders", "")


async def test_a_new_workflow_is_imported_once_and_read_back(run: Run) -> None:
    resource_id, news, outputs = await run.create()
    assert resource_id == f"{PROJECT}/{OWN}"
    assert run.client.made("import") == [(PROJECT, flowspec.canonical(root_of(news)))]
    assert run.client.made("job") == ["job1"]
    assert run.client.calls[-1] == ("get", (PROJECT, OWN))
    root = root_of(news)
    assert {key: outputs[key] for key in ("projectId", "spec")} == news
    assert (outputs["workflowId"], outputs["name"], outputs["path"]) == (OWN, "daily_orders", "daily_orders")
    assert outputs["nodeIds"] == node_ids(root)
    assert outputs["nodeOutputs"] == node_ids(root)
    assert owned(outputs) == sorted(node_ids(root).values())
    assert outputs["digest"] == flowspec.digest(root)
    assert (outputs["owner"], outputs["createTime"]) == ("42", "2023-11-14T22:13:20Z")
    assert "actualIds" not in kept(outputs)
    assert "pendingJob" not in kept(outputs)
    assert run.report.warnings == []


async def test_a_workflow_with_the_documents_own_id_is_refused_even_where_it_is_equal(run: Run) -> None:
    put(run, etl(id="70"))
    with pytest.raises(RefusedError) as caught:
        await run.create(etl(id="70"))
    text = str(caught.value)
    assert "70" in text
    assert f"pulumi import dataworks:index:WorkflowDefinition <name> {PROJECT}/70" in text
    assert "alias" in text
    assert run.client.made("import") == []


async def test_a_workflow_at_the_documents_path_is_refused(run: Run) -> None:
    key = put(run, etl(nodes=[node("theirs")], dependencies=[]))
    with pytest.raises(RefusedError) as caught:
        await run.create()
    assert f"{PROJECT}/{key}" in str(caught.value)
    assert "daily_orders" in str(caught.value)
    assert run.client.made("import") == []


@pytest.mark.parametrize(
    ("held", "wanted", "same"),
    [
        ("/daily_orders/", "daily_orders", True),
        ("daily_orders", "/daily_orders/", True),
        ("X/daily_orders", "daily_orders", False),
        ("daily_orders", "X/daily_orders", False),
        ("", "daily_orders", False),
    ],
)
async def test_a_path_is_the_same_with_and_without_slashes_around(
    run: Run, held: str, wanted: str, same: bool
) -> None:
    key = put(run, etl(nodes=[node("theirs")], dependencies=[]))
    row = {"Id": key, "Name": "daily_orders", "Script": {"Path": held}}
    run.client.will("list", [openapi.WorkflowSummary.model_validate(row)])
    creating = run.create(etl(script={"path": wanted}))
    if same:
        with pytest.raises(RefusedError):
            await creating
    else:
        await creating


async def test_a_workflow_of_that_name_at_another_path_is_not_in_the_way(run: Run) -> None:
    put(run, etl(script={"path": "else/daily_orders", "runtime": {"command": "WORKFLOW"}}))
    await run.create()
    assert len(run.client.sent) == 1


@pytest.mark.parametrize(
    ("urn", "kind"),
    [(URN, "info"), (OTHER_URN, "warning")],
)
async def test_a_workflow_that_holds_just_this_document_is_taken_over_and_that_is_reported(
    run: Run, urn: str, kind: str, messages: Messages
) -> None:
    """As after a kill, or under another URN after a rename: the ID is one that this provider derives."""
    key = put(run, etl(nodes=list(reversed(nodes(etl())))), urn=urn)
    resource_id, _, outputs = await run.create()
    assert resource_id == f"{PROJECT}/{key}"
    ((how, reported),) = [one for one in run.report.reported if one[0] != "status"]
    assert how == kind
    messages(reported)
    assert key in reported
    assert outputs["nodeIds"] == node_ids(run.client.held[key])
    assert workflow(run.client.sent[0])["id"] == key
    assert run.client.held.keys() == {key}


@pytest.mark.parametrize(
    "left",
    [etl(nodes=[nodes(etl())[0]], dependencies=[]), etl(nodes=[], dependencies=[]), etl(dependencies=[])],
)
async def test_what_a_killed_import_of_the_document_has_left_is_taken_over(run: Run, left: Any) -> None:
    put(run, left, urn=URN)
    resource_id, _, outputs = await run.create()
    assert resource_id == f"{PROJECT}/{OWN}"
    assert set(outputs["nodeIds"]) == set(node_ids(run.client.held[OWN])) == {"extract", "load"}
    assert run.report.warnings == []


@pytest.mark.parametrize(("path", "ours"), [("daily_orders/else/load", True), ("daily_orders/load", False)])
async def test_a_path_that_the_service_puts_below_the_workflow_is_that_of_the_killed_import(
    run: Run, path: str, ours: bool
) -> None:
    """The vendor's skill reports that a node's path outside of its workflow's gets the workflow's as a prefix."""
    document = etl()
    nodes(document)[1]["script"]["path"] = "else/load"
    key = put(run, document, urn=URN)
    workflow(run.client.held[key])["nodes"][1]["script"]["path"] = path
    if not ours:
        with pytest.raises(RefusedError):
            await run.create(document)
        return
    await run.create(document)
    assert run.client.held.keys() == {key}
    assert not [text for text in run.report.warnings if "adopt" in text]


async def test_a_part_of_the_document_is_not_ours_under_an_id_that_another_resource_derives(
    run: Run, messages: Messages
) -> None:
    put(run, etl(nodes=[nodes(etl())[0]], dependencies=[]))
    with pytest.raises(RefusedError) as refused:
        await run.create()
    messages(refused.value)
    assert run.client.made("import") == []


@pytest.mark.parametrize(
    "there",
    [
        etl(nodes=[*nodes(etl()), node("theirs", id="666")]),
        etl(nodes=[*nodes(etl()), node("left-over")]),
        etl(nodes=[node("extract", "-- edited"), nodes(etl())[1]]),
        etl(trigger={"type": "Scheduler", "cron": "00 04 00 * * ?"}),
        etl(
            dependencies=[
                *etl()["spec"]["workflows"][0]["dependencies"],
                {"nodeId": "load", "depends": [{"output": "p.o"}]},
            ]
        ),
    ],
)
async def test_a_workflow_of_our_own_that_would_lose_something_is_refused(run: Run, there: Any) -> None:
    put(run, there, urn=URN)
    for preview in (True, False):
        with pytest.raises(RefusedError) as caught:
            await run.create(preview=preview)
        assert f"pulumi import dataworks:index:WorkflowDefinition <name> {PROJECT}/{OWN}`" in str(
            caught.value
        )
    assert run.client.made("import") == []


async def test_a_workflow_of_our_own_of_another_kind_is_refused(run: Run) -> None:
    put(run, etl(), urn=URN)
    with pytest.raises(RefusedError):
        await run.create({**etl(), "kind": "ManualWorkflow"})
    assert run.client.made("import") == []


async def test_a_workflow_with_an_id_that_its_author_chose_is_ours_where_its_nodes_are(
    run: Run, messages: Messages
) -> None:
    put(run, etl(id="70"), urn=URN)
    resource_id, _, _ = await run.create(etl(id="70"))
    assert resource_id == f"{PROJECT}/70"
    messages(run.report.texts("info")[0])


async def test_our_node_in_a_workflow_of_another_id_is_ours(run: Run) -> None:
    """The service has given the workflow an ID of its own, and the run ended before the state was written."""
    put(run, etl(), "900", urn=URN)
    resource_id, _, outputs = await run.create()
    assert resource_id == f"{PROJECT}/900"
    assert workflow(root_of(outputs))["id"] == "900"


async def test_a_workflow_that_nothing_says_is_ours_is_refused_or_adopted(run: Run) -> None:
    put(run, etl(), "900")
    with pytest.raises(RefusedError, match=f"{PROJECT}/900`"):
        await run.create()
    assert run.client.made("import") == []
    resource_id, _ = await run.definitions.create(run.context(), run.inputs(adopt=True))
    assert resource_id == f"{PROJECT}/900"


async def test_a_workflow_at_the_path_is_not_ours_where_another_id_was_chosen(
    run: Run, messages: Messages
) -> None:
    put(run, etl(), "900", urn=URN)
    with pytest.raises(RefusedError) as refused:
        await run.create(etl(id="70"))
    messages(refused.value)
    assert run.client.made("import") == []


async def test_a_node_under_its_old_name_is_no_stranger(run: Run) -> None:
    await run.create(etl(id="70", nodes=[node("extract"), node("old", id="71")], dependencies=[]))
    spec = etl(id="70", nodes=[node("extract"), node("new", id="71")], dependencies=[])
    _, _, outputs = await run.create(spec)
    assert outputs["nodeIds"]["new"] == "71"


async def test_a_forced_replacement_takes_over_what_this_run_holds_without_a_word(run: Run) -> None:
    state = await run.create(etl(id="70"))
    again = await run.create(etl(id="70"))
    assert again[0] == state[0]
    assert run.report.warnings == []


@pytest.mark.parametrize("known", [False, True])
async def test_the_workflow_of_another_live_resource_is_not_taken_over(
    run: Run, messages: Messages, known: bool
) -> None:
    """A newer engine says in Check which workflow a resource has; without it, the other's diff has noted it."""
    state = await run.create()
    again = run.again()
    if known:
        again.definitions.has(URN, state[2])
    again.check()
    again.definitions.diff(URN, Change(*state, state[1]))
    copy = {"projectId": PROJECT, "spec": etl(name="copy", id=OWN), "adopt": True}
    found = again.definitions.check(OTHER_URN, copy, None).failures
    assert len(found) == known
    with pytest.raises(RefusedError) as caught:
        await again.definitions.create(again.context(urn=OTHER_URN), copy)
    messages(caught.value)
    assert run.client.sent == []


async def test_a_workflow_may_come_to_the_path_that_another_one_leaves_in_the_same_run(
    run: Run, messages: Messages
) -> None:
    state = await run.create()
    again, new = run.again(), {"projectId": PROJECT, "spec": etl()}
    again.definitions.check(OTHER_URN, new, None)
    moved = again.inputs(etl(name="orders"), state[1])
    again.definitions.diff(URN, Change(*state, moved))
    await again.definitions.create(again.context(urn=OTHER_URN, preview=True), new)
    assert again.report.warnings == []
    messages(again.report.texts("info"))
    with pytest.raises(RefusedError) as caught:
        await again.definitions.create(again.context(urn=OTHER_URN), new)
    messages(caught.value)
    assert again.client.sent == []
    await again.definitions.update(again.context(), Change(*state, moved))
    await again.definitions.create(again.context(urn=OTHER_URN), new)
    assert {workflow(root)["name"] for root in again.client.held.values()} == {"orders", "daily_orders"}


@pytest.mark.parametrize("preview", [True, False])
async def test_a_workflow_that_a_new_resource_takes_over_cannot_be_moved_away_by_the_one_that_has_it(
    run: Run, messages: Messages, preview: bool
) -> None:
    state = await run.create()
    again = run.again()
    new = {"projectId": PROJECT, "spec": etl()}
    await again.definitions.create(again.context(urn=OTHER_URN, preview=preview), new)
    again.definitions.has(URN, state[2])
    messages(again.check(etl(name="orders"), state[1]).failures)


async def test_cancelled_before_anything_is_sent(run: Run) -> None:
    run.cancel_on("looking")
    run.client.will("get", never)
    with pytest.raises(CancelledStepError):
        await run.create()
    assert run.client.made("import") == []
    assert run.definitions.held == {}


@pytest.mark.parametrize("error", [denied(), unavailable(), openapi.RequestNotSent("no", action="Get")])
async def test_a_look_that_fails_sends_nothing(run: Run, error: openapi.DataWorksError) -> None:
    run.client.will("get", error)
    with pytest.raises(type(error)):
        await run.create()
    assert run.client.made("import") == []


async def test_an_ambiguous_refusal_of_the_look_is_checked_against_both_lists(run: Run) -> None:
    run.client.will("get", refusal("unclear"))
    await run.create(etl(id="70"))
    kinds = [kind for _, kind, name in run.client.made("list") if name is None]
    assert kinds == ["CycleWorkflow", "ManualWorkflow"]
    assert len(run.client.sent) == 1


async def test_an_id_that_only_this_resource_derives_needs_no_lists(run: Run) -> None:
    run.client.will("get", refusal("unclear"))
    await run.create()
    assert all(name is not None for _, _, name in run.client.made("list"))
    assert len(run.client.sent) == 1


async def test_an_ambiguous_refusal_of_the_look_counts_where_a_list_shows_the_workflow(run: Run) -> None:
    put(run, etl(id="70"))
    run.client.will("get", *[refusal("unclear")] * 2)
    with pytest.raises(openapi.ServiceError, match="unclear"):
        await run.create(etl(id="70"))
    assert run.client.made("import") == []


async def test_an_import_that_is_refused_leaves_no_state(run: Run) -> None:
    run.client.will("import", refusal("bad document"))
    with pytest.raises(openapi.ServiceError, match="bad document"):
        await run.create()
    assert run.definitions.held == {}
    assert len(run.client.made("import")) == 1


# --- preview


async def test_a_preview_asks_once_and_knows_what_the_document_says(run: Run) -> None:
    resource_id, news, outputs = await run.create(preview=True)
    assert resource_id == ""
    assert run.client.calls == [("list", (PROJECT, "CycleWorkflow", "daily_orders"))]
    assert {key for key, value in outputs.items() if value is UNKNOWN} == {
        "workflowId",
        "nodeIds",
        "owner",
        "createTime",
    }
    assert (outputs["spec"], outputs["name"]) == (news["spec"], "daily_orders")


async def test_a_preview_of_a_chosen_id_asks_for_that_id(run: Run) -> None:
    await run.create(etl(id="70"), preview=True)
    assert run.client.calls == [("get", (PROJECT, "70"))]


async def test_a_preview_refuses_what_create_would(run: Run) -> None:
    put(run, etl(id="70"))
    with pytest.raises(RefusedError, match="70"):
        await run.create(etl(id="70"), preview=True)
    with pytest.raises(RefusedError, match="70"):
        await Run(client=run.client).create(preview=True)


async def test_a_preview_of_our_own_workflow_is_not_refused(run: Run, messages: Messages) -> None:
    put(run, etl(), urn=URN)
    await run.create(preview=True)
    assert [name for name, _ in run.client.calls] == ["list", "get"]
    assert run.report.warnings == []
    (reported,) = run.report.texts("info")
    messages(reported)


@pytest.mark.parametrize("error", [unavailable(), refusal(), openapi.RequestNotSent("no", action="List")])
async def test_a_preview_that_cannot_look_goes_on_with_a_note(run: Run, error: Exception) -> None:
    run.client.will("list", error)
    await run.create(preview=True)
    (warning,) = run.report.warnings
    assert str(error) in warning


async def test_a_preview_of_what_the_account_may_not_do_ends(run: Run) -> None:
    run.client.will("list", denied())
    with pytest.raises(openapi.PermissionDeniedError):
        await run.create(preview=True)
    assert run.client.made("project") == []


async def test_a_refusal_that_may_mean_anything_is_asked_about(run: Run) -> None:
    """Whether other operations have a code of their own for a workspace that is not there is unknown."""
    gone = openapi.ProjectNotFoundError("gone", code="1101080008", status=403, action="GetProject")
    run.client.will("list", refusal(), refusal())
    run.client.will("project", gone, unavailable())
    with pytest.raises(openapi.ProjectNotFoundError):
        await run.create(preview=True)
    await run.create(preview=True)
    assert run.client.made("project") == [PROJECT, PROJECT]
    assert str(refusal()) in run.report.warnings[0]


async def test_a_preview_of_an_unknown_document_asks_nothing(run: Run) -> None:
    inputs = {"projectId": PROJECT, "spec": UNKNOWN}
    resource_id, outputs = await run.definitions.create(run.context(preview=True), inputs)
    assert (resource_id, outputs["projectId"]) == ("", PROJECT)
    later = {key for key, value in outputs.items() if value is UNKNOWN}
    assert run.client.calls == []
    assert later == (await run.create(preview=True))[2].keys() - {"projectId"}
