"""IDs of the service's own: kept, used by later sends, and found where no answer gives them."""

import json
from collections.abc import Callable

from pulumi_resource_dataworks import flowspec, openapi
from tests.support.definitions import (
    PROJECT,
    URN,
    Run,
    broken,
    job,
    kept,
    node_ids,
    owned,
    root_of,
    workflow,
)
from tests.support.documents import etl, node, nodes

OWN = flowspec.derive_id(URN, PROJECT, "daily_orders", "")


def replacing(run: Run, *, nodes_too: bool = True) -> Callable[..., openapi.AsyncJob]:
    """The service gives IDs of its own."""

    def answer(_: int, text: str) -> openapi.AsyncJob:
        root = json.loads(text)
        ids = {str(workflow(root)["id"]): "8800"}
        if nodes_too:
            ids.update({one: f"88{number}" for number, one in enumerate(node_ids(root).values(), 1)})
        return run.client.store(json.dumps(flowspec.rename_ids(root, ids)))

    return answer


async def test_ids_of_the_services_own_are_kept_for_what_the_author_left_out(run: Run) -> None:
    run.client.will("import", replacing(run))
    resource_id, news, outputs = await run.create()
    assert resource_id == f"{PROJECT}/8800"
    assert outputs["workflowId"] == "8800"
    assert outputs["spec"] == news["spec"] == etl()
    assert outputs["nodeIds"] == outputs["nodeOutputs"] == {"extract": "881", "load": "882"}
    assert owned(outputs) == ["881", "882"]
    assert kept(outputs).keys() <= {"leftOut", "importSeconds", "importNodes"}
    assert node_ids(root_of(outputs)) == outputs["nodeIds"]
    assert run.report.warnings == []


async def test_ids_of_the_services_own_are_kept_beside_those_that_the_author_wrote(run: Run) -> None:
    run.client.will("import", replacing(run))
    written = etl(id="70", nodes=[node("extract", id="71"), node("load")])
    resource_id, news, outputs = await run.create(written)
    assert resource_id == f"{PROJECT}/8800"
    assert outputs["spec"] == news["spec"] == written
    assert kept(outputs)["actualIds"] == {"70": "8800", "71": "881"}
    assert outputs["nodeIds"] == {"extract": "881", "load": "882"}
    assert owned(outputs) == ["881", "882"]
    again = run.again()
    await again.update((resource_id, news, outputs), {**written, "version": "1.1.1"})
    (sent,) = again.client.sent
    assert (workflow(sent)["id"], node_ids(sent)) == ("8800", outputs["nodeIds"])
    assert run.client.held.keys() == {"8800"}


async def test_a_later_send_uses_the_services_ids(run: Run) -> None:
    run.client.will("import", replacing(run))
    state = await run.create()
    later = run.again()
    outputs = await later.update(state, etl(description="new", nodes=[*nodes(etl()), node("report")]))
    (sent,) = run.client.sent
    report = flowspec.derive_id(URN, PROJECT, "daily_orders", "report")
    assert workflow(sent)["id"] == sent["spec"]["id"] == "8800"
    assert node_ids(sent) == {"extract": "881", "load": "882", "report": report}
    (edge,) = workflow(sent)["dependencies"]
    assert (edge["nodeId"], edge["depends"][0]["output"]) == ("882", "881")
    assert outputs["nodeIds"] == {"extract": "881", "load": "882", "report": report}
    assert outputs["workflowId"] == "8800"
    assert workflow(root_of(outputs))["id"] == "8800"
    assert later.report.warnings == []


async def test_the_id_counts_that_the_read_shows_where_the_answer_has_none(run: Run) -> None:
    run.client.will("import", lambda _, text: (run.client.store(text), openapi.AsyncJob(id="job1"))[1])
    resource_id, _, outputs = await run.create()
    assert (resource_id, workflow(root_of(outputs))["id"]) == (f"{PROJECT}/{OWN}", OWN)


async def test_another_id_that_nobody_reported_is_found_at_the_path(run: Run) -> None:
    answer = replacing(run, nodes_too=False)
    run.client.will("import", lambda _, text: (answer(_, text), openapi.AsyncJob(id="job1"))[1])
    resource_id, _, outputs = await run.create()
    assert (resource_id, workflow(root_of(outputs))["id"]) == (f"{PROJECT}/8800", "8800")


async def test_what_the_answer_says_is_kept_where_the_end_of_the_job_is_not_seen(run: Run) -> None:
    run.client.will("import", replacing(run))
    run.client.jobs["job1"] = job("Running")
    resource_id, news, outputs, _ = await broken(run, timeout=10)
    assert (resource_id, outputs["workflowId"]) == (f"{PROJECT}/8800", "8800")
    assert workflow(root_of(outputs))["id"] == "8800"
    run.client.jobs.clear()
    again = run.again()
    await again.update((resource_id, news, outputs), etl(description="new"))
    assert [workflow(root)["id"] for root in again.client.sent] == ["8800"]


async def test_ids_that_are_as_declared_are_not_kept_twice(run: Run) -> None:
    run.client.jobs["job1"] = job("Running")
    _, _, outputs, _ = await broken(run, timeout=10)
    assert (outputs["workflowId"], "actualIds" in kept(outputs)) == (OWN, False)


# --- reading back
