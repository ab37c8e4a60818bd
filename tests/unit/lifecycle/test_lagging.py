"""Services that lag behind, forget or refuse at the wrong time: what the switch matrix has found."""

import json
from typing import Any

import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import HalfDoneError, Options, WorkflowDefinitions
from tests.support.definitions import (
    PROJECT,
    URN,
    FakeClient,
    Object,
    Run,
    half_done,
    kept,
    lost,
    not_found,
    refusal,
    workflow,
)
from tests.support.documents import etl
from tests.support.messages import Messages


class Staying(FakeClient):
    """Leaves a workflow where it is when it is imported, and answers a read after a move as before it."""

    async def move_workflow_definition(self, _: int, workflow_id: str, folder: str) -> None:
        before = self.definition(workflow_id)
        self.will("get", before)
        root = json.loads(before.spec)
        name = workflow(root)["name"]
        workflow(root)["script"]["path"] = f"{folder}/{name}"
        self.held[workflow_id] = root
        self.calls.append(("move", (workflow_id, folder)))

    def stay(self, _: int, text: str) -> openapi.AsyncJob:
        root = json.loads(text)
        workflow(root)["script"]["path"] = workflow(root)["name"]
        return self.store(json.dumps(root))


async def test_a_read_that_lags_behind_a_move_is_not_what_the_service_keeps() -> None:
    client = Staying()
    run = Run(client=client)
    state = await run.create()
    client.will("import", client.stay)
    outputs = await run.update(state, etl(script={"path": "team/daily_orders"}))
    assert len(client.made("move")) == 1
    assert outputs["path"] == "team/daily_orders"
    assert "rewrites" not in kept(outputs)
    assert run.report.warnings == []


async def test_of_a_forgotten_job_nobody_says_that_it_succeeded(run: Run, messages: Messages) -> None:
    def lose(_: int, text: str) -> openapi.AsyncJob:
        root = json.loads(text)
        workflow(root)["nodes"].pop()
        return run.client.store(json.dumps(root))

    run.client.will("import", lose)
    run.client.will("job", openapi.JobStatus(job_id="job1", status="Running"), not_found("Job"))
    with pytest.raises(HalfDoneError) as caught:
        await run.create()
    messages(caught.value)


class Particular(FakeClient):
    """Refuses the first IDs that it is asked about."""

    async def import_workflow_definition(
        self, project_id: int, spec: str, *, dry_run: bool = False
    ) -> openapi.AsyncJob:
        self.calls.append(("dry run" if dry_run else "import", (project_id, spec)))
        own = str(workflow(json.loads(spec)).get("id"))
        if own == "70":
            raise refusal(f"ID {own} is not valid.")
        return openapi.AsyncJob(id="job1", workflow_id=own, status="Running")


async def preview(client: FakeClient, **changes: Any) -> list[Object]:
    """The documents of the dry runs of a preview."""
    options = Options(dry_run=True, dry_run_projects=frozenset({PROJECT}))
    run = Run(client=client, definitions=WorkflowDefinitions(options), urn=URN)
    await run.create(etl(**changes), preview=True)
    return [json.loads(text) for _, text in client.made("dry run")]


async def test_a_dry_run_tries_the_ids_that_up_would_try() -> None:
    first, second = await preview(Particular(), id="70")
    assert workflow(first)["id"] == "70"
    assert workflow(second)["id"] != "70"


async def test_after_a_lost_answer_the_workflow_is_found_under_another_id(run: Run) -> None:
    """Not seen while its job ran: the next run finds it at its path, by its nodes, and imports no second one."""
    state = await half_done_under_another_id(run)
    outputs = await run.again().update(state)
    assert outputs["workflowId"] == "900"
    assert "pendingJob" not in kept(outputs)
    assert run.client.held.keys() == {"900"}


async def test_a_destroy_after_a_lost_answer_deletes_what_has_another_id(run: Run) -> None:
    await run.again().delete(await half_done_under_another_id(run))
    assert run.client.held == {}


async def test_a_destroy_after_a_lost_answer_deletes_nothing_of_others(run: Run) -> None:
    state = await half_done_under_another_id(run)
    for index, node in enumerate(workflow(run.client.held["900"])["nodes"]):
        node["id"] = str(index)
    await run.again().delete(state)
    assert run.client.held.keys() == {"900"}


async def half_done_under_another_id(run: Run) -> tuple[str, Object, Object]:
    """The state of a create whose answers were all lost; the service has made the workflow since, under an ID of its own."""
    run.client.will("import", lost(), lost(), lost())
    news = run.inputs()
    with pytest.raises(HalfDoneError) as caught:
        await run.definitions.create(run.context(), news)
    run.client.store(run.client.made("import")[-1][1], "900")
    workflow(run.client.held["900"])["id"] = "900"
    return half_done(caught.value, news)


async def test_where_every_id_is_refused_again_the_service_chooses(run: Run) -> None:
    """Also in the second run, which goes through the line once more."""
    refused = refusal("ID is not valid")
    run.client.will("import", refused, refused, refused, lost(), refusal("another import is running"))
    news = run.inputs()
    with pytest.raises(HalfDoneError) as caught:
        await run.definitions.create(run.context(), news)
    run.client.will("import", *[refused] * 3, lambda _, text: run.client.store(text, "900"))
    outputs = await run.update(half_done(caught.value, news))
    assert "id" not in workflow(run.client.sent[-1])
    assert outputs["workflowId"] == "900"
