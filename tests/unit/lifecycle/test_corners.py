"""Corners in which the lifecycle was once wrong."""

import itertools
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import Change, LifecycleError, RefusedError, WorkflowDefinitions
from pulumi_resource_dataworks.openapi._jobs import poll_times
from tests.support.definitions import Run, not_found, refusal, root_of, workflow
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages


@pytest.mark.parametrize("project", ["9" * 400, "9" * 5000, 10**400, 1e300, -1, True])
def test_an_absurd_project_is_a_failure(project: Any) -> None:
    checked = WorkflowDefinitions().check("u", {"projectId": project, "spec": etl()}, None)
    assert checked.failures


async def test_a_replacement_that_the_program_asks_for_spares_what_somebody_added() -> None:
    run = Run()
    state = await run.create()
    again = run.again()
    held = workflow(again.client.held[state[0].split("/")[1]])
    held["nodes"].append({**node("theirs"), "id": "666"})
    news = again.inputs(None, state[1])
    again.definitions.diff(again.urn, Change(state[0], state[1], state[2], news))
    with pytest.raises(RefusedError, match="theirs"):
        await again.definitions.create(again.context(), news)


async def test_a_workflow_that_is_listed_but_not_given_out_is_not_called_somebody_elses(
    messages: Messages,
) -> None:
    run = Run()
    await run.create()
    again = run.again()
    again.client.will("get", *[not_found()] * 4)
    with pytest.raises(LifecycleError) as refused:
        await again.create()
    messages(refused.value)


@pytest.mark.parametrize("answer", [not_found(), refusal()], ids=["not found", "some code"])
async def test_a_workflow_that_a_job_makes_between_two_looks_is_found_by_a_third(answer: Exception) -> None:
    """A create after a kill, a refresh and a look by a name: the job of the killed run ends in the middle of it."""
    run = Run()
    resource_id, inputs, outputs = await run.create()
    again = run.again()
    again.client.will("get", answer)
    assert (await again.create())[0] == resource_id
    again.client.will("get", answer)
    assert await again.read((resource_id, inputs, outputs)) == (inputs, outputs)


@pytest.mark.parametrize("count", [1, 2, 7])
async def test_a_job_is_asked_for_as_long_as_its_nodes_take(count: int) -> None:
    run, asked = Run(), list[float]()

    def status(job_id: str) -> openapi.JobStatus:
        asked.append(run.clock.now)
        return openapi.JobStatus(job_id=job_id, status="Running" if len(asked) < 4 else "Success")

    run.client.will("job", *[status] * 4)
    await run.create(etl(nodes=[node(f"n{number}") for number in range(count)], dependencies=[]))
    assert asked == pytest.approx(list(itertools.islice(poll_times(1.2 * count), 4)))


async def test_a_node_that_the_state_does_not_know_is_not_deleted() -> None:
    run = Run()
    state = await run.create()
    more = etl(nodes=[*nodes(etl()), node("report")])
    killed = run.again()
    killed.client.store(flowspec.canonical(root_of(killed.inputs(more, state[1]))))
    with pytest.raises(RefusedError, match='would delete it: "report"'):
        await run.again().update(state, etl(description="d"))
    held = workflow(run.client.held[state[0].split("/")[1]])
    assert [one["name"] for one in held["nodes"]] == ["extract", "load", "report"]
