"""Sending, waiting, reading back: whatever happens after the send is kept."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.lifecycle import HalfDoneError, nothing_lost
from tests.support.definitions import (
    PROJECT,
    URN,
    Object,
    Run,
    broken,
    denied,
    job,
    kept,
    lost,
    never,
    node_ids,
    not_found,
    owned,
    refusal,
    root_of,
    unavailable,
    workflow,
)
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages

OWN = flowspec.derive_id(URN, PROJECT, "daily_orders", "")


async def test_a_job_is_waited_for(run: Run) -> None:
    run.client.will("job", not_found("Job"), unavailable(), job("Running"), job("Running"))
    await run.create()
    assert len(run.client.made("job")) == 5
    assert run.clock.now >= 2.4


@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize(("kind", "says"), [("TriggerWorkflow", True), ("CycleWorkflow", False)])
async def test_a_failed_create_of_a_kind_that_may_not_be_listed_says_how_to_take_over(
    run: Run, kind: str, says: bool, forgotten: bool
) -> None:
    failed = job("Fail", error="target folder already exists")
    run.client.will("job", *([job("Running"), not_found("Job")] if forgotten else [failed]))
    if forgotten:
        run.client.will("import", openapi.AsyncJob(id="job1", workflow_id=OWN))
    *_, words = await broken(run, {**etl(), "kind": kind})
    assert ("write its ID as the workflow's `id`" in words) is says


@pytest.mark.parametrize("status", ["Fail", "Cancel", "Odd"])
async def test_a_job_that_fails_is_half_done_and_no_longer_pending(run: Run, status: str) -> None:
    run.client.will("job", job(status, completed=True, error="quota exceeded", request_id="REQ-J"))
    resource_id, _, outputs, text = await broken(run)
    assert resource_id == f"{PROJECT}/{OWN}"
    assert "pendingJob" not in kept(outputs)
    assert all(word in text for word in ("job1", status, "quota exceeded", "REQ-J"))
    assert run.client.made("get") == [(PROJECT, OWN)]


def odd(*_: Any) -> None:
    raise ZeroDivisionError("inner words")


@pytest.mark.parametrize("operation", ["import", "job", "get"])
async def test_whatever_is_raised_after_a_submit_is_half_done(run: Run, operation: str) -> None:
    if operation == "get":
        run.client.will("get", not_found())  # the look before
    run.client.will(operation, odd)
    resource_id, inputs, outputs, text = await broken(run)
    assert resource_id == f"{PROJECT}/{OWN}"
    assert text == "unexpected ZeroDivisionError"
    assert kept(outputs)["pendingJob"] == ("" if operation == "import" else "job1")
    after = await run.again().update((resource_id, inputs, outputs))
    assert "pendingJob" not in kept(after)
    assert set(node_ids(run.client.held[OWN])) == {"extract", "load"}


async def test_a_defect_before_anything_was_sent_leaves_nothing(run: Run) -> None:
    run.client.will("get", odd)
    with pytest.raises(ZeroDivisionError):
        await run.create()
    assert not run.definitions.held


async def test_a_refused_import_leaves_nothing_even_if_the_front_fails_then(run: Run) -> None:
    run.client.will("import", denied())
    context = run.context()
    with pytest.raises(openapi.PermissionDeniedError), nothing_lost(context):
        await run.definitions.create(context, run.inputs())
    assert context.state_if_stopped is None


async def test_what_fails_after_a_step_has_succeeded_is_half_done(run: Run) -> None:
    context = run.context()
    with pytest.raises(HalfDoneError) as caught, nothing_lost(context):  # noqa: PT012 - the front's part follows
        await run.definitions.create(context, run.inputs())
        raise TypeError("cannot go on the wire")
    assert isinstance(caught.value.defect, TypeError)
    assert kept(caught.value.outputs)["pendingJob"] == "job1"


@pytest.mark.parametrize("time", [10**30, -(10**30), 10**15])
async def test_a_time_that_is_none_is_no_output(run: Run, time: int) -> None:
    def dated(_: int, workflow_id: str) -> openapi.WorkflowDefinition:
        return run.client.definition(workflow_id).model_copy(update={"create_time": time})

    run.client.will("get", not_found(), dated)
    _, _, outputs = await run.create()
    assert "createTime" not in outputs


async def test_a_job_that_does_not_end_is_pending(run: Run) -> None:
    run.client.jobs["job1"] = job("Running")
    _, _, outputs, text = await broken(run, timeout=60)
    assert kept(outputs)["pendingJob"] == "job1"
    assert "pulumi up" in text
    assert 60 <= run.clock.now < 61


async def test_a_cancel_while_the_job_runs_keeps_the_job(run: Run) -> None:
    run.client.jobs["job1"] = job("Running")
    run.cancel_on("(job job1)")
    _, _, outputs, _ = await broken(run)
    assert kept(outputs)["pendingJob"] == "job1"
    assert run.clock.now < 1


async def test_a_job_that_may_not_be_seen_is_pending(run: Run) -> None:
    run.client.will("job", denied())
    _, _, outputs, text = await broken(run)
    assert kept(outputs)["pendingJob"] == "job1"
    assert "may not" in text


async def test_a_job_that_is_forgotten_is_judged_by_the_workflow(run: Run) -> None:
    run.client.will("job", job("Running"), not_found("Job"))
    _, _, outputs = await run.create()
    assert "pendingJob" not in kept(outputs)
    assert any("job1" in warning for warning in run.report.warnings)


async def test_a_cancel_while_the_import_is_sent_is_half_done_without_a_job(run: Run) -> None:
    async def cancelled_meanwhile(*_: Any) -> None:
        run.cancelled.set()
        await never()

    run.client.will("import", cancelled_meanwhile)
    resource_id, _, outputs, _ = await broken(run)
    assert resource_id == f"{PROJECT}/{OWN}"
    assert kept(outputs)["pendingJob"] == ""
    assert len(run.client.made("import")) == 1


async def test_nothing_is_sent_after_a_cancel(run: Run) -> None:
    run.cancel_on("importing")
    await broken(run)
    assert run.client.made("import") == []


# --- lost answers


def sent_and_lost(run: Run, workflow_id: str | None = None) -> Callable[..., Exception]:
    """The import takes effect, and its answer is lost."""

    def answer(_: int, text: str) -> Exception:
        run.client.store(text, workflow_id)
        return lost()

    return answer


async def test_a_lost_answer_without_effect_is_sent_again(run: Run) -> None:
    run.client.will("import", lost())
    state = await run.create()
    assert len(run.client.sent) == 2
    assert run.client.sent[0] == run.client.sent[1]
    assert run.client.held.keys() == {OWN}
    assert state[0] == f"{PROJECT}/{OWN}"
    between = [name for name, _ in run.client.calls]
    first = between.index("import")
    assert between[first + 1 : between.index("import", first + 1)] == ["get", "list"]


async def test_a_lost_answer_with_effect_is_the_same_workflow(run: Run) -> None:
    run.client.will("import", sent_and_lost(run))
    _, _, outputs = await run.create()
    assert run.client.sent[0] == run.client.sent[1]
    assert run.client.held.keys() == {OWN}
    assert "actualIds" not in kept(outputs)
    assert "pendingJob" not in kept(outputs)


async def test_a_lost_answer_whose_workflow_has_another_id_is_found_at_its_path(run: Run) -> None:
    def answer(_: int, text: str) -> Exception:
        root = json.loads(text)
        renamed = flowspec.rename_ids(root, {OWN: "8800"})
        run.client.held["8800"] = renamed
        return lost()

    run.client.will("import", answer)
    resource_id, _, outputs = await run.create()
    assert resource_id == f"{PROJECT}/8800"
    assert workflow(root_of(outputs))["id"] == "8800"
    assert workflow(run.client.sent[1])["id"] == "8800"
    assert run.client.held.keys() == {"8800"}


async def test_an_answer_that_is_lost_for_ever_is_half_done_after_three_sends(run: Run) -> None:
    run.client.will("import", lost(), lost(), lost(), lost())
    _, _, outputs, text = await broken(run)
    assert len(run.client.made("import")) == 3
    assert kept(outputs)["pendingJob"] == ""
    assert "connection reset" in text
    assert run.clock.slept[:2] == [1.0, 2.0]


@pytest.mark.parametrize(
    "error", [refusal("bad document"), denied(), openapi.RequestNotSent("no line", action="Import")]
)
async def test_an_error_after_a_lost_answer_is_half_done(run: Run, error: Exception) -> None:
    run.client.will("import", lost(), error)
    _, _, outputs, text = await broken(run)
    assert kept(outputs)["pendingJob"] == ""
    assert str(error) in text


async def test_a_look_that_fails_after_a_lost_answer_is_half_done_and_sends_nothing(run: Run) -> None:
    run.client.will("import", lost())
    run.client.will("get", not_found(), denied())
    _, _, outputs, text = await broken(run)
    assert len(run.client.made("import")) == 1
    assert kept(outputs)["pendingJob"] == ""
    assert "connection reset" in text
    assert "may not" in text


async def test_a_cancel_after_a_lost_answer_is_half_done(run: Run) -> None:
    run.client.will("import", lost())
    run.cancel_on("was lost")
    _, _, outputs, _ = await broken(run)
    assert len(run.client.made("import")) == 1
    assert kept(outputs)["pendingJob"] == ""


# --- IDs of the service's own


async def test_a_stale_read_is_read_again(run: Run) -> None:
    def stale(_: int, workflow_id: str) -> openapi.WorkflowDefinition:
        root = copy.deepcopy(run.client.held[workflow_id])
        nodes(root).pop()
        return run.client.definition(workflow_id, root)

    run.client.unlisted.add(OWN)
    run.client.will("get", not_found(), not_found(), stale, stale)
    began: list[float] = []
    run.report.on_status = lambda text: began.append(run.clock.now) if text.startswith("reading") else None
    _, _, outputs = await run.create()
    assert len(run.client.made("get")) == 5
    assert run.clock.now - began[0] == 1 + 2 + 4
    assert "pendingJob" not in kept(outputs)
    assert run.report.warnings == []


def keeping(run: Run, change: Callable[[Object], object]) -> Callable[..., openapi.AsyncJob]:
    """The service keeps something else than was sent."""

    def answer(_: int, text: str) -> openapi.AsyncJob:
        root = json.loads(text)
        change(root)
        return run.client.store(json.dumps(root))

    return answer


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda root: nodes(root).pop(), ['node "load"']),
        (lambda root: workflow(root).update(dependencies=[]), ["dependency"]),
        (lambda root: nodes(root)[0]["script"].update(content="-- header"), ["script", '"extract"']),
        (lambda root: nodes(root)[0]["script"].pop("content"), ["script", '"extract"']),
    ],
)
async def test_what_is_lost_is_half_done(
    run: Run, change: Callable[[Object], object], words: list[str]
) -> None:
    run.client.will("import", keeping(run, change))
    resource_id, _, outputs, text = await broken(run)
    assert all(word in text for word in words), text
    assert resource_id == f"{PROJECT}/{OWN}"
    assert "pendingJob" not in kept(outputs)
    assert len(run.client.made("get")) == 5


async def test_a_workflow_that_never_shows_is_half_done(run: Run, messages: Messages) -> None:
    run.client.will("import", openapi.AsyncJob(id="job1", workflow_id=OWN))
    _, _, outputs, text = await broken(run)
    messages(text)
    assert "pendingJob" not in kept(outputs)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda root: nodes(root)[0].update(rerunMode="Denied"), "rerunMode"),
        (
            lambda root: nodes(root)[0]["script"]["runtime"].update(command="EMR_SQL"),
            "script.runtime.command",
        ),
        (lambda root: workflow(root)["trigger"].update(cron="00 04 00 * * ?"), "trigger.cron"),
        (lambda root: nodes(root).append({**nodes(root)[0], "id": "9", "name": "extra"}), '"extra"'),
    ],
)
async def test_another_difference_is_a_warning(
    run: Run, change: Callable[[Object], object], word: str
) -> None:
    run.client.will("import", keeping(run, change))
    spec = etl(nodes=[node("extract", rerunMode="Allowed"), node("load")])
    _, news, outputs = await run.create(spec)
    (warning,) = run.report.warnings
    assert word in warning
    assert outputs["spec"] == news["spec"]
    assert "9" not in owned(outputs)


@pytest.mark.parametrize("error", [denied(), unavailable()])
async def test_a_read_back_that_fails_is_half_done(run: Run, error: Exception) -> None:
    run.client.will("get", not_found(), error)
    resource_id, _, outputs, text = await broken(run)
    assert str(error) in text
    assert resource_id == f"{PROJECT}/{OWN}"
    assert kept(outputs)["pendingJob"] == "job1"


async def test_a_read_back_that_nobody_can_read_is_half_done(run: Run) -> None:
    for spec in ("", "{", "[]", '{"kind": "CycleWorkflow"}', '{"spec": {"workflows": []}}', '{"spec": 3}'):
        again = Run()
        again.client.will(
            "get", not_found(), openapi.WorkflowDefinition(id=OWN, spec=spec, request_id="REQ-G")
        )
        _, _, outputs, text = await broken(again)
        assert "REQ-G" in text
        assert kept(outputs)["pendingJob"] == "job1"
    assert run.client.calls == []


async def test_a_cancel_while_reading_back_keeps_the_job(run: Run) -> None:
    run.cancel_on("reading it back")
    run.client.will("get", not_found(), never)
    _, _, outputs, _ = await broken(run)
    assert kept(outputs)["pendingJob"] == "job1"


async def test_a_long_job_reports_how_far_it_should_be(run: Run) -> None:
    """The service reports no progress: what is shown is an estimate, and says so."""
    ends = run.clock.monotonic() + 40

    def status(job_id: str) -> openapi.JobStatus:
        state = "Running" if run.clock.monotonic() < ends else "Success"
        return openapi.JobStatus(job_id=job_id, status=state)

    run.client.will("job", *[status] * 50)
    await run.create(etl(nodes=[node(f"n{index}") for index in range(25)], dependencies=[]))
    reported = [text for text in run.report.texts("status") if "(import job job1)" in text]
    assert len(reported) == len(set(reported)) == len(run.client.made("job")) - 1
    assert re.fullmatch(r"~\d+ of 25 nodes, \d+ s left \(import job job1\)", reported[0])
    assert re.fullmatch(r"\d+ s, usually 30 s, for 25 nodes \(import job job1\)", reported[-1])
