"""What all other probes stand on: one workflow is made, read, deleted and made again."""

from typing import Any, Final

from pulumi_resource_dataworks import openapi

from ._bench import Bench, Ending, UnfitError, first, of
from ._documents import CONTENT, Document, Seen, new_id
from ._journal import Sent

_POLLS: Final = (0.0, 0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each poll of a new job; one that none of them sees is taken for one that cannot be seen at all."""
_GROWTH: Final = 1.5
_FIRST_PAUSE: Final = 0.5
_LONGEST_STALE: Final = 120.0
_APART: Final = 2.0
"""Seconds between two imports, whose times the service writes down in whole seconds."""
TIMEOUT: Final = 7
"""Hours; a value that is nobody's default."""


async def basics(bench: Bench) -> None:
    """The ID, the jobs, the reads; leaves a scratch workflow behind for the other probes.

    Raises:
        UnfitError: The workspace takes no import.
    """
    await _unknown_job(bench)
    document, seen = await _first_import(bench)
    await _reads(bench, document, seen)
    await _deletes(bench, seen)
    await _again(bench, document, seen)


async def _unknown_job(bench: Bench) -> None:
    bench.check()
    error: openapi.ServiceError | None = None
    try:
        await bench.service.get_job_status(new_id())
    except (openapi.ThrottledError, openapi.QuotaExhaustedError, openapi.AuthenticationError):
        raise
    except openapi.ServiceError as refusal:
        error = refusal
    said = bench.recorder.last.inner("JobStatus")
    status, reason = str(said.get("Status") or ""), str(said.get("Error") or "")
    if status == "Fail":
        bench.unknown_job_error = reason
        bench.found(
            "unknown_job", "failed", f'a job that never was is a failed one, with the error "{reason}"'
        )
    elif status or error is None:
        bench.untold(f'neither: a job that never was has the status "{status}"', "unknown_job")
    else:
        bench.unknown_job = of(bench.recorder.last)
        bench.found("unknown_job", "not_found", f'a job that never was is answered with "{error.message}"')


async def _first_import(bench: Bench) -> tuple[Document, Seen]:
    document = bench.document("a")
    document.add("first", timeout=TIMEOUT)
    chosen = document.workflow_id
    ending = await _followed(bench, document)
    if ending.is_bad:
        document.workflow_id, refused = None, ending
        ending = await _followed(bench, document)
        if ending.is_bad:
            raise UnfitError(f"the simplest workflow is not imported: {ending.words}")
        bench.ids = "refused"
        bench.found("unknown_workflow_id", "refused", f"{refused.words}; without an ID it is imported")
    seen = await bench.wait_for(document, ending.sent)
    if seen is None:
        raise UnfitError(f"an import makes nothing that can be read: {ending.words}")
    if bench.ids != "refused":
        bench.ids = "kept" if seen.workflow_id == chosen else "replaced"
        how = "is there under the ID that was sent" if bench.ids == "kept" else "has another ID than was sent"
        bench.found("unknown_workflow_id", bench.ids, f"the new workflow {how}")
    how = "the answer to an import holds {} workflow ID".format("a" if ending.told_id else "no")
    bench.found("workflow_id_in_answer", ending.told_id, how)
    return document, seen


async def _followed(bench: Bench, document: Document) -> Ending:
    """An import whose job is polled from the first moment on."""
    sent = await bench.submit(document)
    if isinstance(sent, Ending):
        return sent
    ending = await _watched(bench, sent)
    if ending.completed is not None:
        _completed(bench, ending.completed)
    return ending


async def _watched(bench: Bench, sent: Sent) -> Ending:
    before = _polls(bench)
    for pause in _POLLS:
        await bench.pause(pause)
        try:
            status = await bench.get_job_status(sent.job)
        except openapi.NotFoundError:
            continue
        polls = _polls(bench) - before
        bench.found("job_hidden_polls", polls - 1, f"poll {polls} of a new job was the first to see it")
        return bench.ended(sent, status) if status.ended else await bench.finish(sent)
    bench.journal.note(sent, "sent")
    raise UnfitError(f"{len(_POLLS)} polls of a new job do not see it, so no import's end can be seen")


def _polls(bench: Bench) -> int:
    """Requests that reached the service: the client tries again by itself after some of the answers to a missing job."""
    return bench.recorder.calls - len(bench.recorder.throttled)


def _completed(bench: Bench, completed: Any) -> None:
    setting = "boolean" if completed is True else None
    if isinstance(completed, str):
        setting = {"true": "text", "false": "always_false"}.get(completed.lower())
    how = f"Completed of an ended job is {completed!r}"
    if setting is None:
        bench.untold(f"neither: {how}", "job_completed")
    else:
        bench.found("job_completed", setting, how)


async def _reads(bench: Bench, document: Document, seen: Seen) -> None:
    raw: Any = bench.recorder.last.inner("WorkflowDefinition").get("Id")
    number = isinstance(raw, int) and not isinstance(raw, bool)
    bench.found(
        "ids_on_wire",
        "numbers" if number else "strings",
        f"Id of GetWorkflowDefinition is {type(raw).__name__}",
    )
    node = first(document)["name"]
    content = seen.at(node, "script", "content")
    settings = {CONTENT: "kept", CONTENT.removesuffix("\n"): "dropped"}
    if content in settings:
        bench.found("trailing_newline", settings[content], f"a script reads back as {content[-20:]!r}")
    else:
        bench.untold("neither: a script reads back as something else", "trailing_newline")
    again = await bench.get(seen.workflow_id)
    same = again is not None and again.text == seen.text
    bench.found(
        "read_back_noise",
        "usual" if same else "worst",
        "two reads of one workflow have {} text".format("the same" if same else "another"),
    )
    bench.check()
    await bench.service.get_without_flag(bench.project_id, seen.workflow_id)
    plain = Seen.of("", "", str(bench.recorder.last.inner("WorkflowDefinition").get("Spec")))
    there = bool(plain.at(node, "script", "content"))
    how = "a read that does not ask for scripts holds {}".format("them" if there else "none")
    bench.found("include_script_content", there, how)


async def _deletes(bench: Bench, seen: Seen) -> None:
    """Delete it, and read until it is gone: how stale reads are, and what a missing workflow is answered with."""
    await bench.delete((bench.project_id, seen.workflow_id))
    deleted = bench.clock.monotonic()
    still, pause = 0.0, _FIRST_PAUSE
    while await _is_seen(bench, seen.workflow_id):
        still = bench.clock.monotonic() - deleted
        if still > _LONGEST_STALE:
            raise UnfitError(f"a deleted workflow can still be read after {still:.0f} s")
        await bench.pause(pause)
        pause = max(_FIRST_PAUSE, still * (_GROWTH - 1))
    gone = bench.clock.monotonic() - deleted
    if still:
        bench.stale = round(gone + 0.05, 1)
        how = f"a deleted workflow was read for {still:.1f} s, and not after {gone:.1f} s: the later is taken"
        bench.journal.reads_are_stale(bench.stale)
        bench.found("stale_reads", bench.stale, how)
    else:
        bench.found("stale_reads", 0, f"{gone:.1f} s after it was deleted, a workflow was gone")
    _not_found(bench)


async def _is_seen(bench: Bench, workflow_id: str) -> bool:
    bench.check()
    try:
        await bench.service.get_workflow_definition(bench.project_id, workflow_id)
    except (openapi.ThrottledError, openapi.QuotaExhaustedError):
        raise
    except openapi.ServiceError:  # whatever it is: the same read was answered a moment ago
        return False
    return True


def _not_found(bench: Bench) -> None:
    heard = bench.recorder.last
    bench.journal.missing(heard.status, heard.code)
    how = "read of a workflow that was deleted"
    if not heard.code:
        bench.found("not_found_empty", True, f"a {heard.status} without one: {how}")
        refusal = ("not_found_status", "not_found_code", "not_found_message")
        bench.untold("a missing workflow is an empty answer, and no refusal", *refusal)
        return
    bench.found("not_found_empty", False, f"a refusal: {how}")
    bench.found("not_found_status", heard.status, how)
    bench.found("not_found_code", heard.code, how)
    bench.found("not_found_message", str(heard.body.get("Message") or ""), how)


async def _again(bench: Bench, document: Document, before: Seen) -> None:
    """Import it under the ID that was just deleted."""
    await bench.pause(_APART)
    document.workflow_id = before.workflow_id
    ending = await bench.imported(document)
    if ending.is_bad:
        _refused_again(bench, ending)
        document = bench.document("b")
        document.add("first", timeout=TIMEOUT)
        ending = await bench.imported(document)
    else:
        bench.found("deleted_workflow_id", "accepted", "a document with a deleted ID is imported")
    await bench.settle()
    after = await bench.wait_for(document, ending.sent)
    if after is None:
        raise UnfitError(f"an import makes nothing that can be read: {ending.words}")
    _nodes_again(bench, first(document)["name"], before, after)
    bench.adopt(document, after)


def _refused_again(bench: Bench, ending: Ending) -> None:
    if bench.ids == "refused":
        why = "a deleted ID is refused, as any is that does not exist"
        bench.untold(why, "deleted_workflow_id", "nodes_of_deleted_workflow")
        return
    bench.found("deleted_workflow_id", "refused", ending.words)
    bench.untold("a deleted workflow's ID is refused", "nodes_of_deleted_workflow")


def _nodes_again(bench: Bench, node: str, before: Seen, after: Seen) -> None:
    switch = "nodes_of_deleted_workflow"
    times = [seen.at(node, "metadata", "createTime") for seen in (before, after)]
    if before.workflow_id != after.workflow_id:
        bench.untold("a deleted workflow's ID is replaced, so its nodes are not met again", switch)
    elif None in times:
        bench.untold("a node reads back without the time of its creation", switch)
    else:
        kept = times[0] == times[1]
        how = "a node has {} createTime once its workflow was deleted and imported again"
        bench.found(switch, "kept" if kept else "deleted", how.format("the same" if kept else "another"))
