"""Other IDs where the service refuses those of the document: the next in line, and at last the service's own."""

import json
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import HalfDoneError
from tests.support.definitions import PROJECT, URN, Run, kept, node_ids, refusal, root_of, workflow
from tests.support.documents import etl, node
from tests.support.messages import Messages

OWN, NEXT, THIRD = (flowspec.derive_id(URN, PROJECT, "daily_orders", "", attempt) for attempt in range(3))


def about(what: str) -> openapi.ServiceError:
    return refusal(f"The workflow {what} was deleted")


async def test_a_refused_id_is_followed_by_the_next_in_line(run: Run) -> None:
    run.client.will("import", about(OWN))
    resource_id, news, outputs = await run.create()
    assert resource_id == f"{PROJECT}/{NEXT}"
    assert [workflow(root)["id"] for root in run.client.sent] == [OWN, NEXT]
    assert outputs["workflowId"] == NEXT
    assert workflow(root_of(outputs))["id"] == NEXT
    extract = node_ids(root_of(news))["extract"]
    assert (
        outputs["nodeIds"]["extract"]
        == flowspec.derive_id(URN, PROJECT, "daily_orders", "extract", 1)
        != extract
    )
    (warning,) = run.report.warnings
    assert "was deleted" in warning
    assert await run.read((resource_id, news, outputs)) == (news, outputs)


async def test_at_last_the_service_chooses(run: Run) -> None:
    def without_id(_: int, text: str) -> Any:
        root = json.loads(text)
        assert "id" not in workflow(root)
        assert "id" not in root["spec"]
        workflow(root)["id"] = root["spec"]["id"] = "900"
        return run.client.store(json.dumps(root), "900")

    run.client.will("import", about(OWN), about(NEXT), about(THIRD), without_id)
    resource_id, news, outputs = await run.create()
    assert resource_id == f"{PROJECT}/900"
    assert len(run.client.made("import")) == 4
    assert workflow(root_of(outputs))["id"] == "900"
    changed = etl(nodes=[node("extract", "SELECT 7;\n"), node("load")])
    updated = await run.update((resource_id, news, outputs), changed)
    assert updated["workflowId"] == "900"
    assert workflow(run.client.sent[-1])["id"] == "900"


@pytest.mark.parametrize(
    "words",
    ["cron is wrong", "the width is invalid", "no", "busy. request id: 0A-1", "requestId=0A-1", "请求ID 0A"],
)
async def test_a_refusal_of_something_else_is_reported_at_once(run: Run, words: str) -> None:
    run.client.will("import", refusal(words))
    with pytest.raises(openapi.ServiceError, match=words):
        await run.create()
    assert len(run.client.made("import")) == 1


async def test_the_first_refusal_is_reported_where_no_ids_help(run: Run) -> None:
    run.client.will("import", *(refusal(f"the id is wrong, {number}") for number in range(9)))
    with pytest.raises(openapi.ServiceError, match="wrong, 0"):
        await run.create()
    assert len(run.client.made("import")) == 4


async def test_an_update_keeps_what_is_there_and_renames_what_is_new(run: Run) -> None:
    state = await run.create()
    run.client.will("import", refusal("ID fresh is not valid"))
    outputs = await run.update(state, etl(nodes=[node("extract"), node("load"), node("new", id="fresh")]))
    assert outputs["workflowId"] == OWN
    assert kept(outputs)["actualIds"] == {"fresh": flowspec.derive_id(URN, PROJECT, "daily_orders", "new", 1)}
    assert outputs["nodeIds"]["extract"] == state[2]["nodeIds"]["extract"]


async def test_an_update_under_other_ids_stays_that_of_its_workflow(run: Run) -> None:
    state = await run.create()
    accepted = openapi.AsyncJob(id="job1")
    run.client.will("import", refusal("ID fresh is not valid"), accepted)
    run.client.will("job", openapi.JobStatus(job_id="job1", status="Fail"))
    with pytest.raises(HalfDoneError) as caught:
        await run.update(state, etl(nodes=[node("extract"), node("load"), node("new", id="fresh")]))
    assert caught.value.outputs["workflowId"] == OWN


async def test_an_update_without_anything_new_has_no_other_ids(run: Run) -> None:
    state = await run.create()
    run.client.will("import", refusal("the ID is not valid"))
    with pytest.raises(openapi.ServiceError):
        await run.update(state, etl(nodes=[node("extract", "SELECT 8;\n"), node("load")]))
    assert len(run.client.made("import")) == 2


async def test_an_interrupted_run_under_other_ids_is_found_again(run: Run, messages: Messages) -> None:
    run.client.will("import", about(OWN))
    first = await run.create()
    again = run.again()
    second = await again.create()
    assert second[0] == first[0]
    assert second[2]["nodeIds"] == first[2]["nodeIds"]
    messages(again.report.texts("info")[0])
    assert again.report.warnings == []
