"""Probes with a scratch workflow of their own, or with another workspace; and what only time tells."""

from pulumi_resource_dataworks import openapi

from ._bench import Bench, Ending
from ._documents import Document
from ._imports import scratch


async def dry_run(bench: Bench) -> None:
    """Ask for a dry run of a workflow that is not there, and look whether it is there then."""
    document = bench.document("dry")
    document.add("only")
    sent = await bench.submit(document, dry_run=True)
    if isinstance(sent, Ending):
        bench.found("dry_run", "refused", sent.words)
        bench.untold("a dry run is refused", "dry_run_response")
        return
    told = bool(sent.workflow)
    ending = await bench.finish(sent)
    await bench.settle()
    seen = await bench.look_for(document, sent)
    if seen is not None:
        bench.found("dry_run", "ignored", "a dry run of a new workflow made it")
        bench.untold("a dry run is a real import", "dry_run_response")
        await bench.delete((bench.project_id, seen.workflow_id))
    elif ending.outcome == "done":
        bench.journal.gone(sent.key)
        bench.found("dry_run", "honoured", "a dry run of a new workflow ended well and made nothing")
        _response(bench, told=told)
    else:
        why = f"a dry run made nothing, but {ending.words}"
        bench.untold(why, "dry_run", "dry_run_response")


def _response(bench: Bench, *, told: bool) -> None:
    always = bench.findings["workflow_id_in_answer"].setting
    if always:
        how = "the answer to a dry run holds {} ID".format("an" if told else "no")
        bench.found("dry_run_response", "workflow_id" if told else "nothing", how)
    else:
        bench.untold("no answer to an import holds an ID", "dry_run_response")


async def trigger_workflows(bench: Bench) -> None:
    """Whether List shows a workflow of kind TriggerWorkflow."""
    switch = "trigger_workflows_listed"
    if bench.ids == "replaced":
        # Should the run be killed just then, nothing could find it again.
        bench.untold("not tried: a workflow whose ID is not known beforehand could be left behind", switch)
        return
    document = bench.document("trigger")
    document.kind = "TriggerWorkflow"
    document.add("only", recurrence="NoneAuto")
    ending = await bench.imported(document)
    if ending.outcome != "done":
        bench.untold(f"a workflow of kind TriggerWorkflow is not imported: {ending.words}", switch)
        return
    await bench.settle()
    listed, how = await _listed(bench, document)
    if not listed and await bench.look_for(document, ending.sent) is None:
        bench.untold("what was imported is not to be found", switch)
        return
    bench.found(switch, listed, how)
    await bench.delete(ending.sent.key)


async def _listed(bench: Bench, document: Document) -> tuple[bool, str]:
    bench.check()
    try:
        listed = await bench.service.list_workflow_definitions(
            bench.project_id, kind=document.kind, name=document.name
        )
    except openapi.ServiceError as error:
        if not error.is_ambiguous_client_error:
            raise
        return False, f'List refuses that type: "{error.message}"'
    there = any(line.name == document.name for line in listed)
    return there, "List of that type holds {}".format("it" if there else "it not, and Get does")


async def two_projects(bench: Bench) -> None:
    """The scratch workflow's ID, in another workspace."""
    switch = "same_id_in_two_projects"
    second = bench.second_project_id
    if second is None:
        bench.untold("not tried: it takes a second workspace (--second-project-id)", switch)
        return
    document = scratch(bench)
    there = document.add("there")["name"]
    sent = await bench.submit(document, project_id=second)
    ending = sent if isinstance(sent, Ending) else await bench.finish(sent, len(document.nodes))
    if ending.is_bad and bench.ids == "refused":
        bench.untold("any ID that does not exist is refused", switch)
        return
    if ending.is_bad:
        bench.found(switch, "refused", f"the same ID in workspace {second}: {ending.words}")
        return
    here = await bench.reread(str(document.workflow_id))
    if there in here.nodes:
        bench.journal.gone(ending.sent.key)
        bench.found(switch, "one_thing", f"what was imported into workspace {second} is the workflow here")
        return
    bench.found(switch, "two_things", f"an import into workspace {second} leaves the workflow here alone")
    await bench.delete(ending.sent.key)


async def forgotten_jobs(bench: Bench) -> None:
    """Whether the run's first jobs are still known, and since when not."""
    switch = "job_forgotten_after"
    jobs = list(bench.jobs)
    if not jobs:
        bench.untold("no job was seen to its end", switch)
        return
    # jobs[unknown] and all before are forgotten, jobs[known] and all after are not.
    unknown, known = -1, len(jobs)
    ages: dict[int, float] = {}
    index = 0
    while known - unknown > 1:
        is_known = await _knows(bench, jobs[index][0])
        ages[index] = bench.clock.monotonic() - jobs[index][1]
        unknown, known = (unknown, index) if is_known else (index, known)
        index = (unknown + known) // 2
    if unknown < 0:
        bench.untold(f"a job is known {ages[0]:.0f} s after its end; later was not tried", switch)
        return
    least = ages.get(known, 0.0)
    how = f"a job is known {least:.1f} s after its end and not after {ages[unknown]:.1f} s: the earlier is taken"
    bench.found(switch, round(least, 1), how)


async def _knows(bench: Bench, job_id: str) -> bool:
    try:
        await bench.get_job_status(job_id)
    except openapi.NotFoundError:
        return False
    return True
