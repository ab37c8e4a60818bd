"""What a user reads, word by word: each error says what to do, and can be copied from the terminal."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import (
    CancelledStepError,
    HalfDoneError,
    LifecycleError,
    Options,
    RefusedError,
    WorkflowDefinitions,
)
from pulumi_resource_dataworks.lifecycle._import import expected_seconds, report_progress
from tests.support.definitions import (
    OTHER_URN,
    PROJECT,
    URN,
    Object,
    Run,
    denied,
    edited,
    half_done,
    kept,
    lost,
    never,
    not_found,
    refusal,
    root_of,
    workflow,
)
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages

OWN = flowspec.derive_id(URN, PROJECT, "daily_orders", "")


def job(status: str, **more: Any) -> openapi.JobStatus:
    return openapi.JobStatus(job_id="job1", status=status, **more)


async def test_a_create_reports_each_thing_that_it_does(run: Run) -> None:
    await run.create()
    assert run.report.reported == [
        ("status", "looking for the workflow"),
        ("status", "importing 2 nodes"),
        ("status", "importing 2 nodes (job job1)"),
        ("status", "reading it back"),
        ("status", "2 nodes in place"),
    ]
    one = Run()
    await one.create(etl(nodes=[node("extract")], dependencies=[]))
    assert one.report.texts("status")[1:3] == [
        "importing 1 node",
        "importing 1 node (job job1)",
    ]


@pytest.mark.parametrize(
    ("elapsed", "count"),
    [(3.0, 5), (0.9, 1), (6.0, 5), (1.5, 1), (0.5, 0)],
)
def test_a_job_that_runs_is_reported_with_what_is_usual(
    run: Run, elapsed: float, count: int, messages: Messages
) -> None:
    report_progress(run.context(), job("Running"), elapsed, count, expected_seconds(count))
    report_progress(run.context(), job("Success"), elapsed, count, expected_seconds(count))
    messages(run.report.reported)


def forever(run: Run) -> None:
    run.client.jobs["job1"] = job("Running")


def keep_half(run: Run) -> None:
    """The service keeps neither a dependency nor a script."""

    def half(root: Object) -> None:
        workflow(root)["dependencies"] = []
        nodes(root)[0]["script"]["content"] = "-- lost"

    run.client.will("import", lambda _, text: run.client.store(json.dumps(edited(json.loads(text), half))))


def keep_half_under_a_forgotten_job(run: Run) -> None:
    keep_half(run)
    run.client.will("job", job("Running"), not_found("Job"))


def will(operation: str, *answers: Any) -> Callable[[Run], None]:
    return lambda run: run.client.will(operation, *answers)


def stopped(words: str, operation: str) -> Callable[[Run], None]:
    def prepare(run: Run) -> None:
        run.cancel_on(words)
        run.client.will(operation, never)

    return prepare


def lost_and_not_looked_for(run: Run) -> None:
    run.client.will("import", lost())
    run.client.will("get", not_found(), denied())


EXTRACT, LOAD = (flowspec.derive_id(URN, PROJECT, "daily_orders", name) for name in ("extract", "load"))
LOST = f'the dependency of {LOAD} on {EXTRACT}, the script of node "extract"'
HALF_DONE: list[tuple[Callable[[Run], object], type[Exception] | None, str]] = [
    (
        will("import", lost(), lost(), lost()),
        openapi.AnswerLost,
        "the answer to the import was lost 3 times: connection reset",
    ),
    (
        stopped("importing", "import"),
        CancelledStepError,
        "stopped by the user, while the import was being sent; the next `pulumi up` looks for it",
    ),
    (lost_and_not_looked_for, openapi.PermissionDeniedError, f"connection reset; and then: {denied()}"),
    (
        will("import", lost(), refusal("bad document")),
        openapi.ServiceError,
        str(refusal("bad document")),
    ),
    (
        will("job", job("Fail", request_id="REQ-J")),
        None,
        "the import job job1 ended as Fail: it gives no reason (request REQ-J)",
    ),
    (
        will("job", job("Cancel", error="somebody did", request_id="REQ-J")),
        None,
        "the import job job1 ended as Cancel: somebody did (request REQ-J)",
    ),
    (
        forever,
        openapi.JobWaitTimeout,
        "Job job1 has not ended after 60 s; its status is Running; the next `pulumi up` resumes it",
    ),
    (
        will("job", denied()),
        openapi.PermissionDeniedError,
        f"{denied()}; the job goes on in DataWorks, and the next `pulumi up` resumes it",
    ),
    (
        will("get", not_found(), denied()),
        openapi.PermissionDeniedError,
        f"the import is done, but could not be read back: {denied()}",
    ),
    (
        keep_half,
        None,
        f"the import job succeeded, but DataWorks did not keep {LOST}",
    ),
    (
        keep_half_under_a_forgotten_job,
        None,
        f"it is not known what became of the import job, but DataWorks did not keep {LOST}",
    ),
    (
        will("import", openapi.AsyncJob(id="job1", workflow_id=OWN)),
        None,
        "the import job succeeded, but DataWorks did not keep the workflow",
    ),
]


@pytest.mark.parametrize(("prepare", "cause", "words"), HALF_DONE)
async def test_a_half_done_create_says_why(
    run: Run, prepare: Callable[[Run], object], cause: type[Exception] | None, words: str
) -> None:
    prepare(run)
    with pytest.raises(HalfDoneError) as caught:
        await run.create(timeout=60)
    assert str(caught.value) == words
    assert type(caught.value.__cause__) is (cause or type(None))


async def test_a_forgotten_job_is_reported(run: Run, messages: Messages) -> None:
    run.client.will("job", job("Running"), not_found("Job"))
    await run.create()
    messages(run.report.warnings)


async def test_a_lost_answer_is_reported(run: Run) -> None:
    run.client.will("import", lost())
    await run.create()
    reported = "the answer to the import was lost: looking for the workflow before sending it again"
    assert reported in run.report.texts("status")


async def test_an_update_reports_what_it_resumes(run: Run, messages: Messages) -> None:
    forever(run)
    with pytest.raises(HalfDoneError) as caught:
        await run.create(timeout=10)
    run.client.jobs.clear()
    again = run.again()
    await again.update(half_done(caught.value, run.inputs()))
    messages(again.report.texts("status")[0])
    held = {**kept(caught.value.outputs), "pendingJob": ""}
    lost_job = {**caught.value.outputs, "__state": held}
    other = run.again()
    await other.update((caught.value.id, run.inputs(), lost_job))
    assert other.report.texts("status")[:2] == ["resuming", "importing 2 nodes"]


async def test_a_preview_reports_what_changes_and_of_a_secret_how_much(run: Run) -> None:
    state = await run.create()
    spec = etl(nodes=[*nodes(etl()), node("new")])
    changes = flowspec.changes(root_of(state[1]), root_of(run.inputs(spec, state[1])))
    open_run, secret = run.again(), run.again()
    await open_run.update(state, spec, preview=True)
    await secret.update(state, flowspec.secret(spec), preview=True)
    assert open_run.report.reported == [("info", f"etl: {changes.describe()}")]
    assert secret.report.reported == [("info", f"etl: {changes.count()}")]
    assert changes.describe() != changes.count()
    same = run.again()
    await same.update(state, preview=True)
    assert same.report.reported == []


async def test_a_refresh_of_what_is_half_done_says_what_comes_next(run: Run, messages: Messages) -> None:
    forever(run)
    with pytest.raises(HalfDoneError) as caught:
        await run.create(timeout=10)
    state = half_done(caught.value, run.inputs())
    with pytest.raises(HalfDoneError) as running:
        await run.again().read(state)
    messages(running.value)
    run.client.held.clear()
    run.client.will("job", not_found("Job"))
    with pytest.raises(HalfDoneError) as neither:
        await run.again().read(state)
    messages(neither.value)


# --- refusals


def there(run: Run, spec: Any, workflow_id: str, urn: str = OTHER_URN) -> None:
    root = root_of(Run().inputs(spec, urn=urn), urn)
    workflow(root)["id"] = root["spec"]["id"] = workflow_id
    run.client.held[workflow_id] = root


async def refused(run: Run, spec: Any = None) -> str:
    with pytest.raises(RefusedError) as caught:
        await run.create(spec)
    return str(caught.value)


def ways_out(workflow_id: str) -> str:
    return (
        "To manage that workflow here as it is, run "
        f"`pulumi import dataworks:index:WorkflowDefinition <name> {PROJECT}/{workflow_id}`. "
        "To make it what the document says, set `adopt: true` on the resource"
    )


async def test_an_id_that_is_taken(run: Run, messages: Messages) -> None:
    there(run, etl(), "70")
    messages(await refused(run, etl(id="70")))


async def test_a_path_that_is_taken(run: Run, messages: Messages) -> None:
    there(run, etl(), "70")
    messages(await refused(run))


async def test_strangers_in_a_workflow_of_ours(run: Run, messages: Messages) -> None:
    there(run, etl(nodes=[*nodes(etl()), node("one", id="1"), node("two", id="2")]), OWN, URN)
    messages(await refused(run))


async def test_a_take_over(run: Run, messages: Messages) -> None:
    there(run, etl(), OWN, URN)
    await run.create()
    (reported,) = run.report.texts("info")
    messages(reported)
    assert run.report.warnings == []


async def test_a_dry_run_that_may_not_be_sent(messages: Messages) -> None:
    run = Run(definitions=WorkflowDefinitions(Options(dry_run=True)))
    await run.create(preview=True)
    (warning,) = run.report.warnings
    messages(warning)


# --- delete


@pytest.mark.parametrize(
    "published",
    [True, False],
)
async def test_a_delete_that_is_refused(run: Run, published: bool, messages: Messages) -> None:
    state = await run.create()
    run.client.published.update([OWN] if published else [])
    run.client.will("delete", refusal("cannot be deleted"))
    with pytest.raises(LifecycleError) as caught:
        await run.again().delete(state)
    messages(caught.value)


async def test_a_delete_that_waits_or_leaves_something(run: Run, messages: Messages) -> None:
    state = await run.create()
    await run.delete(state)
    messages(run.report.texts("info"))
    again = run.again()
    await again.delete((state[0], state[1], {**state[2], "__state": {"pendingJob": "job1"}}))
    messages(again.report.texts("status")[0])
