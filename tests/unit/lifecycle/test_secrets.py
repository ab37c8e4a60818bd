"""A step that was given a secret: what only the service has said is neither shown nor kept in clear."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.emulator import Life
from pulumi_resource_dataworks.lifecycle import (
    Change,
    HalfDoneError,
    LifecycleError,
    Options,
    RefusedError,
    WorkflowDefinitions,
)
from tests.support.definitions import PROJECT, Object, Run, half_done, refusal, workflow
from tests.support.deployments import WORKFLOW, Deploying, kept
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages

SCRIPT = "SELECT 'planted';\n"
SAID = "said by the service: SELECT 'planted'"


@pytest.fixture(autouse=True)
def open_again() -> Iterator[None]:
    yield
    openapi.withhold_words(False)


def sealed(**changes: Any) -> Object:
    """A document whose first script is a secret."""
    return etl(nodes=[node("extract", flowspec.secret(SCRIPT)), node("load")], **changes)


async def test_a_script_that_becomes_a_secret_as_it_is_is_one_in_the_state(run: Run) -> None:
    state = await run.create(etl(nodes=[node("extract", SCRIPT), node("load")]))
    again = run.again()
    outputs = await again.update(state, sealed())
    assert again.client.calls == []
    assert flowspec.secrets_of(outputs["spec"]) == [SCRIPT]
    assert flowspec.is_secret(outputs["digest"])
    assert outputs["digest"] == state[2]["digest"]


def without_secrets(value: Any) -> Any:
    if flowspec.is_secret(value):
        return None
    if isinstance(value, dict):
        return {key: without_secrets(item) for key, item in value.items()}
    return [without_secrets(item) for item in value] if isinstance(value, list) else value


def failed_job(*_: Any) -> openapi.JobStatus:
    error = f"{SAID} at $.spec.workflows[0].nodes[0].script['SELECT'] and $.planted"
    return openapi.JobStatus.model_validate(
        {"JobId": "job1", "Status": "Fail", "Error": error, "RequestId": "R"}
    )


def hostile(change: Callable[[Object], object]) -> Callable[..., Any]:
    """A service that keeps something else than is sent."""

    def keep(run: Run) -> Callable[..., Any]:
        def instead(_: int, text: str) -> openapi.AsyncJob:
            root = json.loads(text)
            change(workflow(root))
            return run.client.store(json.dumps(root))

        return instead

    return keep


# --- definitions


async def test_a_job_that_fails_shows_its_id_and_the_place(run: Run, messages: Messages) -> None:
    run.client.will("job", failed_job)
    with pytest.raises(HalfDoneError) as caught:
        await run.create(sealed())
    messages(caught.value)
    assert "planted" not in json.dumps(without_secrets(caught.value.outputs))


@pytest.mark.parametrize("words", [f"the ID is odd: {SAID}", SAID])
async def test_a_refusal_is_understood_and_not_shown(run: Run, words: str, messages: Messages) -> None:
    run.client.will("import", *[lambda *_: refusal(words)] * 9)
    with pytest.raises(openapi.ServiceError) as caught:
        await run.create(sealed())
    assert (len(run.client.sent) > 1) is words.startswith("the ID")
    messages(caught.value)


async def test_a_dry_run_shows_the_place(messages: Messages) -> None:
    run = Run(definitions=WorkflowDefinitions(Options(dry_run=True, dry_run_projects=frozenset({PROJECT}))))
    run.client.will("job", failed_job)
    with pytest.raises(LifecycleError) as caught:
        await run.create(sealed(), preview=True)
    messages(caught.value)


async def test_what_the_service_keeps_instead_is_counted(run: Run, messages: Messages) -> None:
    def change(held: Object) -> None:
        held["nodes"].append(node(SAID, SAID, id="555"))
        held["description"] = SAID

    run.client.will("import", hostile(change)(run))
    _, _, outputs = await run.create(sealed())
    messages(run.report.warnings)
    assert SAID not in json.dumps(without_secrets(outputs))


async def test_what_somebody_added_is_counted(run: Run, messages: Messages) -> None:
    state = await run.create(sealed())
    [held] = run.client.held.values()
    nodes(held).append(node(SAID, id="555"))
    again = run.again()
    with pytest.raises(RefusedError) as caught:
        await again.update(state, sealed(description="new"))
    messages(caught.value)
    adopting = run.again()
    news = {**adopting.inputs(sealed(description="new"), state[1]), "adopt": True}
    context = adopting.context(news)
    await adopting.definitions.update(context, Change(state[0], state[1], state[2], news))
    messages(adopting.report.warnings)


async def test_a_refresh_keeps_what_it_finds_as_a_secret_and_counts_it(run: Run, messages: Messages) -> None:
    state = await run.create(sealed(description="ours"))
    [held] = run.client.held.values()
    nodes(held)[0]["script"]["content"] = f"{SAID} 1"
    nodes(held)[1].update(description=f"{SAID} 2", rerunTimes=7)
    nodes(held).append(node("theirs", f"{SAID} 3", id="555"))
    workflow(held)["description"] = f"{SAID} 4"
    again = run.again()
    found = await again.read(state)
    assert found is not None
    for values in found:
        assert "planted" not in json.dumps(without_secrets(values))
        assert all(f"{SAID} {number}" in json.dumps(values["spec"]) for number in (1, 2, 3, 4))
        assert nodes(values["spec"])[1]["rerunTimes"] == 7
    assert set(flowspec.secret_paths(found[0]["spec"]["spec"]["workflows"][0])) == {
        ("nodes", 0, "script", "content"),
        ("nodes", 1, "description"),
        ("nodes", 1, "rerunTimes"),
        ("nodes", 2),
        ("description",),
    }
    messages(again.report.texts("info"))
    once_more = run.again()
    quiet = await once_more.read((state[0], *found))
    assert quiet == found
    assert once_more.report.reported == []


async def test_a_refresh_that_finds_nothing_marks_nothing(run: Run) -> None:
    state = await run.create(sealed(description="ours"))
    found = await run.again().read(state)
    assert found is not None
    assert list(flowspec.secret_paths(found[0])) == list(flowspec.secret_paths(state[1]))


async def test_names_that_are_secret_are_not_shown(run: Run, messages: Messages) -> None:
    document = etl(nodes=[node(flowspec.secret("planted-node")), node("load")], dependencies=[])

    def lose(held: Object) -> None:
        held["nodes"] = held["nodes"][1:]

    run.client.will("import", hostile(lose)(run))
    with pytest.raises(HalfDoneError) as caught:
        await run.create(document)
    messages(caught.value)
    other = run.again()
    with pytest.raises(RefusedError) as refused:
        await Run(client=other.client, urn=f"{run.urn}2").create(
            etl(name=flowspec.secret("daily_orders"), nodes=nodes(document), dependencies=[])
        )
    assert "daily_orders" not in str(refused.value)
    messages(str(refused.value).partition(" is taken by")[0])
    state = half_done(caught.value, run.inputs(document))
    moving = run.again()
    await moving.update(
        state, etl(name=flowspec.secret("planted-name"), nodes=nodes(document), dependencies=[])
    )
    assert "planted" not in str(moving.report.reported)


# --- deployments


async def deploying() -> Deploying:
    return await Deploying.with_workflow()


def saying(_: str, send: Callable[[], httpx.Response]) -> httpx.Response:
    """A service that says much wherever it can."""
    answer = send()
    body = answer.json()
    for run in (body.get("Pipeline"), *body.get("PagingInfo", {}).get("PipelineRuns", [])):
        if run:
            run.update(Message=f"{SAID} 1", Creator=SAID)
            for stage in run["Stages"]:
                stage.update(
                    Name=f"{SAID} 2", Message=f"{SAID} https://x/planted", Description=SAID, Detail={SAID: 1}
                )
    for item in body.get("PagingInfo", {}).get("PipelineRunItems", []):
        item.update(Name=f"{SAID} 3", Message=SAID, Status="Fail")
    return httpx.Response(answer.status_code, text=json.dumps(body))


async def test_a_run_that_fails_shows_stage_and_ids(messages: Messages) -> None:
    run = await deploying()
    run.transport.on_call = saying
    run.emulator.set_stage_life(Life("seconds", 1, "Fail", SAID))
    with pytest.raises(HalfDoneError) as caught:
        await run.deployments.create(run.context(secret=True), run.inputs())
    messages(str(caught.value), run=run.emulator.runs()[0].run_id)
    assert "planted" not in str(run.report.reported)
    assert "planted" not in json.dumps(kept(caught.value, {})[2])


async def test_a_run_that_does_well_shows_stages_by_their_codes() -> None:
    run = await deploying()
    run.transport.on_call = saying
    _, outputs = await run.deployments.create(run.context(secret=True), run.inputs())
    assert {stage["name"] for stage in outputs["stages"]} == {""}
    assert all(stage["code"] and stage["status"] == "Success" for stage in outputs["stages"])
    assert "planted" not in str(run.report.reported)


async def test_somebody_elses_run_is_named_by_its_id(messages: Messages) -> None:
    run = await deploying()
    run.transport.on_call = saying
    run.emulator.set_stage_life(Life("seconds", 1000))
    run_id = await run.client.pipelines.create(PROJECT, WORKFLOW, "Online", SAID)
    with pytest.raises(RefusedError) as caught:
        await run.deployments.create(run.context(secret=True), run.inputs())
    messages(str(caught.value), run=run_id)
