"""How much an import may be, and how many at once."""

from typing import Final

from pulumi_resource_dataworks import openapi

from ._bench import LOST_JOBS, Bench, Ending, first
from ._documents import CONTENT, Document
from ._imports import scratch
from ._journal import Sent

_LARGEST: Final = 20
"""The power of two of the largest size that is tried: 1 MiB."""


async def imports_at_once(bench: Bench) -> None:
    """Three workflows at once, the first of them twice."""
    sent: list[tuple[Sent, int]] = []
    try:
        await _at_once(bench, sent)
    finally:
        for each, nodes in sent:
            if each.state == "running" and not bench.cancelled.is_set() and bench.lost_jobs < LOST_JOBS:
                await bench.finish(each, nodes)
    for each, _ in sent:
        if bench.workflow is None or each.given != bench.workflow.workflow_id:
            await _removed(bench, each)


async def _removed(bench: Bench, sent: Sent) -> None:
    if sent.key in bench.journal.alive:
        await bench.delete(sent.key)


async def _at_once(bench: Bench, sent: list[tuple[Sent, int]]) -> None:
    switch = "imports_at_once"
    ours = _wide(bench)
    for count, document in enumerate([ours, _aside(bench, "second"), _aside(bench, "third")]):
        each = await bench.submit(document)
        if isinstance(each, Ending):
            bench.found(switch, count or None, f"with {count} running, another: {each.words}")
            bench.untold(f"only {count} imports may run at once", "concurrent_import")
            return
        sent.append((each, len(document.nodes)))
    again = _narrow(ours)
    each = await bench.submit(again)
    if isinstance(each, Ending):
        await _refused(bench, sent, each)
        return
    running = await _is_running(bench, sent[0][0])
    sent.append((each, len(again.nodes)))
    bench.untold("four imports run at once; more were not tried", switch)
    for one in (1, 2, 0, 3):  # as they end
        sent_one, nodes = sent[one]
        if sent_one.state == "running":
            await bench.finish(sent_one, nodes)
    await _judge(bench, ours, again, running=running)


def _wide(bench: Bench) -> Document:
    document = scratch(bench)
    for number in range(3):
        document.add(f"wide_{number}")
    return document


def _narrow(wide: Document) -> Document:
    """The same workflow with two of its nodes and one more."""
    document = wide.copy()
    document.nodes = document.nodes[2:]
    document.add("narrow")
    return document


def _aside(bench: Bench, what: str) -> Document:
    document = bench.document(what)
    for number in range(3):
        document.add(f"node_{number}")
    return document


async def _refused(bench: Bench, sent: list[tuple[Sent, int]], refusal: Ending) -> None:
    """The fourth was refused: as a fourth, or as the first's second?"""
    fourth = _aside(bench, "fourth")
    each = await bench.submit(fourth)
    if isinstance(each, Ending):
        bench.found("imports_at_once", 3, f"with 3 running, another: {each.words}")
        bench.untold("only 3 imports may run at once", "concurrent_import")
        return
    sent.append((each, len(fourth.nodes)))
    bench.untold("four imports run at once; more were not tried", "imports_at_once")
    how = f"an import of a workflow that is being imported: {refusal.words}; one of another is taken"
    bench.found("concurrent_import", "refused", how)


async def _is_running(bench: Bench, sent: Sent) -> bool:
    hidden = bench.findings["job_hidden_polls"].setting
    for _ in range(hidden + 1):
        try:
            status = await bench.get_job_status(sent.job)
        except openapi.NotFoundError:
            continue
        if status.ended:
            bench.ended(sent, status)
        return not status.ended
    return False


async def _judge(bench: Bench, wide: Document, narrow: Document, *, running: bool) -> None:
    switch = "concurrent_import"
    seen = await bench.reread(str(wide.workflow_id))
    first_only = {node["name"] for node in wide.nodes} - {node["name"] for node in narrow.nodes}
    last = {node["name"] for node in narrow.nodes}
    there = set(seen.nodes)
    if there == first_only | last:
        bench.found(switch, "mixed", "two imports of one workflow at once: the nodes of both are there")
    elif there != last:
        bench.untold(
            "neither: of two imports of one workflow at once, the first one's nodes are there", switch
        )
    elif running:
        bench.found(switch, "queued", "two imports of one workflow at once: what the second sent is there")
    else:
        bench.untold("the first import was over when the second was sent", switch)


async def spec_limit(bench: Bench) -> None:
    """A document of 1 MiB; where it is refused, smaller ones, to a factor of two."""
    taken, refused = bench.largest.bit_length() - 1, _LARGEST + 1
    size, words = _LARGEST, ""
    while refused - taken > 1:
        ending = await _sized(bench, 2**size)
        if ending.outcome in {"failed", "unknown"}:
            bench.untold(f"a document of {2**size} bytes is taken, and {ending.words}", "spec_limit")
            return
        if ending.outcome == "refused":
            refused, words = size, ending.words
        else:
            taken = size
        size = (taken + refused) // 2
    if refused > _LARGEST:
        bench.untold(f"a document of {2**_LARGEST} bytes is taken; a larger one was not tried", "spec_limit")
        return
    how = f"{bench.largest} bytes are taken and {2**refused} are not ({words}): the smaller counts"
    bench.found("spec_limit", bench.largest, how)


async def _sized(bench: Bench, size: int) -> Ending:
    document = scratch(bench)
    script = first(document)["script"]
    script["content"] = CONTENT + "x" * (size - len(document.text().encode()))
    try:
        return await bench.imported(document)
    except openapi.AnswerLost as error:
        sent = bench.journal.sent[-1]
        if error.status != 413:
            raise
        bench.journal.note(sent, "refused")
        return Ending("refused", "HTTP 413", sent)
