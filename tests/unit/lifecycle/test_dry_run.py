"""A dry run at preview: sent only where it is wanted and known to be honoured, and reported with the document's own places."""

import json
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import LifecycleError, Options, WorkflowDefinitions
from tests.support.definitions import (
    PROJECT,
    Run,
    denied,
    lost,
    never,
    refusal,
    root_of,
    unavailable,
    workflow,
)
from tests.support.documents import etl, node
from tests.support.messages import Messages

KNOWN = frozenset({PROJECT})


def asking(*, dry_run: bool = True, projects: frozenset[int] = KNOWN, **more: Any) -> Run:
    """A run of a provider with these settings."""
    return Run(definitions=WorkflowDefinitions(Options(dry_run=dry_run, dry_run_projects=projects)), **more)


async def preview(run: Run, spec: Any = None, **inputs: Any) -> None:
    await run.definitions.create(run.context(preview=True), run.inputs(spec, **inputs))


def job(status: str, **more: Any) -> openapi.JobStatus:
    return openapi.JobStatus(job_id="dry1", status=status, **more)


@pytest.mark.parametrize(
    ("provider", "resource", "asked"),
    [(False, None, 0), (True, None, 1), (False, True, 1), (True, False, 0), (False, False, 0)],
)
async def test_the_resource_decides_before_the_provider(
    provider: bool, resource: bool | None, asked: int
) -> None:
    run = asking(dry_run=provider)
    await preview(run, **({} if resource is None else {"validateOnPreview": resource}))
    assert len(run.client.made("dry run")) == asked
    assert run.client.made("import") == []
    assert run.report.warnings == []
    assert ("asking DataWorks for a dry run" in run.report.texts("status")) is bool(asked)


@pytest.mark.parametrize("projects", [frozenset[int](), frozenset({PROJECT + 1})])
async def test_a_workspace_of_which_nothing_is_known_is_not_asked(
    projects: frozenset[int], messages: Messages
) -> None:
    run = asking(projects=projects)
    await preview(run)
    assert run.client.made("dry run") == []
    (warning,) = run.report.warnings
    messages(warning)
    assert f"pulumi config set --path 'dataworks:dryRunProjects[0]' {PROJECT}" in warning


async def test_what_is_asked_is_the_document_as_up_would_send_it() -> None:
    run = asking()
    news = run.inputs()
    await preview(run)
    assert run.client.made("dry run") == [(PROJECT, flowspec.canonical(root_of(news)))]
    assert run.client.made("job") == ["dry1"]


async def test_a_refusal_is_reported_with_its_places_in_the_text(messages: Messages) -> None:
    text = json.dumps(etl(), indent=2)
    next(number for number, found in enumerate(text.splitlines(), 1) if '"load"' in found) - 1
    run = asking()
    words = "bad: $.spec.workflows[0].nodes[1], again $['spec']['workflows'][0].nodes[1] and $.kind"
    run.client.will("dry run", refusal(words))
    with pytest.raises(LifecycleError) as caught:
        await preview(run, text)
    reported = str(caught.value)
    messages(reported)


async def test_a_refusal_of_an_update_is_reported_with_its_lines_too(messages: Messages) -> None:
    run = asking()
    state = await run.create()
    run.client.will("dry run", refusal("bad: $.spec"))
    with pytest.raises(LifecycleError) as refused:
        await run.update(state, json.dumps(etl(description="new"), indent=2), preview=True)
    messages(refused.value)


async def test_a_refusal_of_an_object_has_places_without_lines(messages: Messages) -> None:
    run = asking()
    run.client.will("dry run", refusal("bad: $.spec.workflows[0].nodes[1]."))
    with pytest.raises(LifecycleError) as caught:
        await preview(run)
    messages(caught.value)


async def test_a_refusal_without_a_place_is_reported_as_it_is(messages: Messages) -> None:
    run = asking()
    run.client.will("dry run", refusal("no"))
    with pytest.raises(LifecycleError) as caught:
        await preview(run)
    messages(caught.value)


@pytest.mark.parametrize(
    "ended",
    [job("Fail", error="cron is odd", request_id="REQ-J"), job("Cancel", request_id="REQ-J")],
)
async def test_a_job_that_fails_is_a_refusal(ended: openapi.JobStatus, messages: Messages) -> None:
    run = asking()
    run.client.will("job", job("Running"), ended)
    with pytest.raises(LifecycleError) as caught:
        await preview(run)
    messages(caught.value)


@pytest.mark.parametrize("error", [unavailable(), lost(), openapi.RequestNotSent("no", action="Import")])
async def test_what_says_nothing_of_the_document_does_not_end_the_preview(
    error: Exception, messages: Messages
) -> None:
    run = asking()
    run.client.will("dry run", error)
    await preview(run)
    (warning,) = run.report.warnings
    messages(warning)
    assert len(run.client.made("dry run")) == 1


async def test_what_the_account_may_not_do_ends_the_preview() -> None:
    run = asking()
    run.client.will("dry run", denied())
    with pytest.raises(openapi.PermissionDeniedError):
        await preview(run)


async def test_a_job_that_does_not_end_is_waited_for_two_minutes(messages: Messages) -> None:
    run = asking()
    run.client.jobs["dry1"] = job("Running")
    await preview(run)
    assert 120 <= run.clock.now < 121
    messages(run.report.warnings[0])


async def test_a_job_is_waited_for_no_longer_than_the_step_may_take() -> None:
    run = asking()
    run.client.jobs["dry1"] = job("Running")
    await run.definitions.create(run.context(preview=True, timeout=7), run.inputs())
    assert 7 <= run.clock.now < 8


async def test_a_job_of_a_dry_run_is_soon_asked_for() -> None:
    """It has nothing to make: a second is expected."""
    run = asking()
    run.client.will("job", *[job("Running")] * 3)
    await preview(run)
    assert run.clock.now < 3


async def test_a_cancel_ends_the_question(messages: Messages) -> None:
    run = asking()
    run.client.will("dry run", never)
    run.cancel_on("dry run")
    await preview(run)
    assert run.clock.now == 0
    messages(run.report.warnings[0])


async def test_an_update_is_asked_for_under_the_ids_that_the_service_gave() -> None:
    run = asking()
    own = workflow(root_of(run.inputs()))["id"]
    run.client.will("import", lambda _, text: run.client.store(text.replace(own, "8800")))
    state = await run.create()
    await run.update(state, etl(nodes=[node("extract"), node("load"), node("new")]), preview=True)
    (given,) = run.client.made("dry run")
    assert workflow(json.loads(given[1]))["id"] == "8800"
    assert len(run.client.made("import")) == 1


async def test_an_update_of_what_is_there_never_goes_without_its_id(messages: Messages) -> None:
    run = asking()
    state = await run.create()
    run.client.will("dry run", *[refusal("the ID is not valid")] * 9)
    with pytest.raises(LifecycleError) as refused:
        await run.update(state, etl(nodes=[node("extract"), node("load"), node("new")]), preview=True)
    messages(refused.value)
    sent = [json.loads(text) for _, text in run.client.made("dry run")]
    assert all(workflow(root)["id"] == state[2]["workflowId"] for root in sent)
