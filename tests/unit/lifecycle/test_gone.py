"""Workflows and nodes that somebody has deleted, renamed or made anew: what an update and a refresh still know of them."""

import json

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import Change, HalfDoneError, RefusedError
from tests.support.definitions import (
    PROJECT,
    URN,
    Object,
    Run,
    half_done,
    kept,
    load_gets_another_id,
    lost,
    node_ids,
    owned,
    workflow,
)
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages

OWN = flowspec.derive_id(URN, PROJECT, "daily_orders", "")
State = tuple[str, Object, Object]


async def test_where_a_workflow_is_gone_another_at_its_path_is_left_alone(made: tuple[Run, State]) -> None:
    run, state = made
    other = run.client.held.pop(OWN)
    run.client.held["900"] = json.loads(json.dumps(other))
    await run.update(state, etl(description="new"))
    assert run.client.held["900"] == other
    assert workflow(run.client.sent[0])["id"] == OWN
    assert run.client.made("list") == []


async def test_what_somebody_made_at_the_path_of_an_import_that_was_never_heard_of_is_left_alone(
    run: Run,
) -> None:
    """Nothing came of a create whose answers were lost; then a colleague made a workflow there, with nodes of these names."""
    run.client.will("import", lost(), lost(), lost())
    news = run.inputs()
    with pytest.raises(HalfDoneError) as caught:
        await run.create()
    state = half_done(caught.value, news)
    theirs = etl(
        id="900", nodes=[node("extract", "-- theirs", id="901"), node("load", "-- theirs", id="902")]
    )
    theirs["spec"]["workflows"][0]["script"] = {"path": "daily_orders"}
    run.client.held["900"] = theirs
    for _ in range(2):
        with pytest.raises(HalfDoneError, match="is taken by workflow 900") as seen:
            await run.again().read(state)
        state = half_done(seen.value, news)
    with pytest.raises(RefusedError, match="is taken by workflow 900"):
        await run.again().update(state)
    assert run.client.sent == []
    await run.again().delete(state)
    assert run.client.held == {"900": theirs}
    again = run.again()
    asked = Change(*state, again.inputs(adopt=True))
    outputs = await again.definitions.update(again.context(), asked)
    assert outputs["workflowId"] == "900"
    assert 'the script, script.path of "extract" and "load"' in again.report.warnings[0]


async def test_what_somebody_makes_at_the_path_while_an_answer_is_lost_is_left_alone(run: Run) -> None:
    theirs = etl(id="900", nodes=[node("theirs", id="901")], dependencies=[])
    theirs["spec"]["workflows"][0]["script"] = {"path": "daily_orders"}

    def make(*_: object) -> Exception:
        run.client.held["900"] = theirs
        return lost()

    run.client.will("import", make)
    with pytest.raises(HalfDoneError, match="is taken by workflow 900"):
        await run.create()
    assert len(run.client.sent) == 1


async def test_of_a_workflow_that_is_gone_the_state_keeps_what_it_knew(made: tuple[Run, State]) -> None:
    run, state = made
    run.client.held.clear()
    run.client.will("import", openapi.AsyncJob(id="job1"))
    run.client.will("job", openapi.JobStatus(job_id="job1", status="Fail"))
    with pytest.raises(HalfDoneError) as caught:
        await run.update(state, etl(description="new"))
    assert caught.value.id == state[0]
    assert caught.value.outputs["owner"] == "42"
    assert caught.value.outputs["workflowId"] == OWN
    assert "somebody has made another workflow at this path, run `pulumi refresh`" in str(caught.value)


async def test_a_path_that_is_taken_is_reported_where_the_workflow_was_to_move_there(
    made: tuple[Run, State], messages: Messages
) -> None:
    run, state = made
    run.client.will("import", openapi.AsyncJob(id="job1"))
    taken = openapi.Words("target folder already exists")
    run.client.will("job", openapi.JobStatus(job_id="job1", status="Fail", error=taken))
    with pytest.raises(HalfDoneError) as caught:
        await run.update(state, etl(name="orders"))
    messages(caught.value)


async def test_the_services_ids_are_kept_for_what_is_still_declared(run: Run) -> None:
    def replacing(_: int, text: str) -> openapi.AsyncJob:
        root = json.loads(text)
        ids = {"70": "8800", **{one: f"88{name}" for name, one in node_ids(root).items()}}
        return run.client.store(json.dumps(flowspec.rename_ids(root, ids)))

    run.client.will("import", replacing)
    state = await run.create(etl(id="70", nodes=[node("extract", id="71"), node("load", id="72")]))
    smaller = etl(id="70", nodes=[node("extract", id="71")], dependencies=[])
    known = {"70": "8800", "71": "88extract"}
    assert kept(await run.update(state, smaller, preview=True))["actualIds"] == known
    run.client.held.clear()
    run.client.will("import", openapi.AsyncJob(id="job1"))
    run.client.will("job", openapi.JobStatus(job_id="job1", status="Fail"))
    with pytest.raises(HalfDoneError) as caught:
        await run.update(state, smaller)
    assert kept(caught.value.outputs)["actualIds"] == known


async def test_a_node_that_somebody_renamed_keeps_the_id_that_the_service_gave(run: Run) -> None:
    load_gets_another_id(run)
    state = await run.create()
    again = run.again()
    nodes(again.client.held[OWN])[1]["name"] = "renamed"
    await again.update(state, etl(description="new"))
    assert node_ids(again.client.sent[0])["load"] == "882"


async def test_a_workflow_that_is_gone_is_imported_anew(made: tuple[Run, State]) -> None:
    run, state = made
    run.client.held.clear()
    outputs = await run.update(state, etl(description="new"))
    assert any(OWN in warning and "not there" in warning for warning in run.report.warnings)
    assert outputs["workflowId"] == OWN
    assert run.client.held.keys() == {OWN}


async def test_of_a_node_that_somebody_deleted_the_services_id_stays_known(run: Run) -> None:
    load_gets_another_id(run)
    state = await run.create(etl(nodes=[node("extract"), node("load", id="72")]))
    again = run.again()
    workflow(again.client.held[OWN]).update(nodes=nodes(again.client.held[OWN])[:1], dependencies=[])
    found = await again.read(state)
    assert found is not None
    assert found[1]["nodeIds"].keys() == {"extract"}
    assert kept(state[2])["actualIds"] == {"72": "882"}
    assert owned(found[1]) == owned(state[2])
