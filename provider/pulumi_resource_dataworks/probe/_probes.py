"""The probes: `basics` makes, reads, deletes and makes again one workflow; the others change it, or try a dry run."""

import copy
from collections.abc import Callable, Mapping
from typing import Final

from pulumi_resource_dataworks import openapi

from ._documents import CONTENT, Document, Seen, as_object, new_id, objects
from ._session import Ending, Session, UnfitError

_POLLS: Final = (0.0, 0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each poll of a new job; one that none of them sees is taken for one that cannot be seen at all."""
_LONGEST_STALE: Final = 120.0
_APART: Final = 2.0
"""Seconds between two imports, whose times the service writes down in whole seconds."""
_TIMEOUT: Final = 7
"""Hours; no default of the service's."""
_NO_OWNER: Final = "1"
"""An owner who does not exist: no user's ID has one digit."""


async def basics(session: Session) -> None:
    """Makes one workflow, reads it, deletes it, reads until it is gone, and makes it again."""
    await _unknown_job(session)
    document, seen = await _first_import(session)
    await _reads(session, document, seen)
    await _deletes(session, seen)
    await _again(session, document, seen)


async def _unknown_job(session: Session) -> None:
    try:
        await session.get_job_status(new_id())
    except (openapi.ThrottledError, openapi.QuotaExhaustedError, openapi.AuthenticationError):
        raise
    except openapi.ServiceError as error:
        session.unknown_job = error.status, error.code
        how = f'a job that never was is answered with "{error.message}"'
        session.found("unknown_job", "not_found", how)
    answer = as_object(session.recorder.body.get("JobStatus"))
    if answer.get("Status") == "Fail":
        session.unknown_job = "Fail", str(answer.get("Error"))
    if answer:
        setting = "failed" if answer.get("Status") == "Fail" else None
        session.found("unknown_job", setting, f"a job that never was is {answer}")


async def _first_import(session: Session) -> tuple[Document, Seen]:
    document = session.document("a")
    document.add("first", timeout=_TIMEOUT)
    chosen = document.workflow_id
    ending = await _followed(session, document)
    if ending.outcome != "done":
        document.workflow_id, refused = None, ending
        ending = await _followed(session, document)
        if ending.outcome != "done":
            raise UnfitError(f"the simplest workflow is not imported: {ending.words}")
        session.ids = "refused"
        session.found("unknown_workflow_id", "refused", f"{refused.words}; without an ID it is imported")
    seen = await session.wait_for(document, ending)
    if session.ids != "refused":
        session.ids = "kept" if seen.workflow_id == chosen else "replaced"
        session.found(
            "unknown_workflow_id", session.ids, f"{chosen} was sent, and {seen.workflow_id} is there"
        )
    answered = bool(ending.workflow_id)
    how = f"the answer to an import holds {'a' if answered else 'no'} workflow ID"
    session.found("workflow_id_in_answer", answered, how)
    return document, seen


async def _followed(session: Session, document: Document) -> Ending:
    """An import whose job is polled from the first moment on."""
    job = await session.submit(document)
    if isinstance(job, Ending):
        return job
    # The client tries again by itself after some of the answers to a missing job.
    before = session.recorder.calls - len(session.recorder.throttled)
    for pause in _POLLS:
        await session.clock.sleep(pause)
        try:
            status = await session.get_job_status(job.id)
        except openapi.NotFoundError:
            continue
        polls = session.recorder.calls - len(session.recorder.throttled) - before
        session.found("job_hidden_polls", polls - 1, f"poll {polls} of a new job was the first to see it")
        ending = session.ended(job, status) if status.ended else await session.finish(job)
        completed = ending.completed.lower() if isinstance(ending.completed, str) else ending.completed
        settings = {"true": "text", "false": "always_false", True: "boolean"}
        session.found("job_completed", settings.get(completed), f"Completed of an ended job is {completed!r}")
        return ending
    raise UnfitError(f"{len(_POLLS)} polls of a new job do not see it, so no import's end can be seen")


async def _reads(session: Session, document: Document, seen: Seen) -> None:
    raw = as_object(session.recorder.body.get("WorkflowDefinition")).get("Id")
    how = f"Id of GetWorkflowDefinition is {type(raw).__name__}"
    session.found("ids_on_wire", "numbers" if isinstance(raw, int) else "strings", how)
    node = document.nodes[0]["name"]
    content = str(seen.at(node, "script", "content"))
    setting = {CONTENT: "kept", CONTENT.removesuffix("\n"): "dropped"}.get(content)
    session.found("trailing_newline", setting, f"a script reads back as {content[-20:]!r}")
    again = await session.read(seen.workflow_id)
    same = again is not None and again.text == seen.text
    how = f"two reads of one workflow have {'the same' if same else 'another'} text"
    session.found("read_back_noise", "usual" if same else "worst", how)
    plain = await session.read_without_flag(seen.workflow_id)
    there = bool(plain.at(node, "script", "content"))
    how = f"a read that does not ask for scripts holds {'them' if there else 'none'}"
    session.found("include_script_content", there, how)


async def _deletes(session: Session, seen: Seen) -> None:
    """Delete it, and read until it is gone: how stale reads are, and what a missing workflow is answered with."""
    await session.delete(seen)
    deleted, still = session.clock.monotonic(), 0.0
    while await _is_seen(session, seen.workflow_id):
        still = session.clock.monotonic() - deleted
        if still > _LONGEST_STALE:
            raise UnfitError(f"a deleted workflow can still be read after {still:.0f} s")
        await session.clock.sleep(max(0.5, still / 2))
    gone = session.clock.monotonic() - deleted
    if still:
        session.stale = round(gone + 0.05, 1)
    how = f"a deleted workflow was read for {still:.1f} s, and not after {gone:.1f} s: the later is taken"
    session.found("stale_reads", session.stale if still else 0, how)
    how, heard = "read of a workflow that was deleted", session.recorder
    code = str(heard.body.get("Code") or "")
    session.absent = heard.status, code
    session.found("not_found_empty", not code, f"{'a' if code else 'no'} refusal: {how}")
    if code:
        session.found("not_found_status", heard.status, how)
        session.found("not_found_code", code, how)
        session.found("not_found_message", str(heard.body.get("Message") or ""), how)
    refusal = ("not_found_status", "not_found_code", "not_found_message")
    session.undetermined("a missing workflow is an empty answer, and no refusal", *refusal)


async def _is_seen(session: Session, workflow_id: str) -> bool:
    try:
        await session.get_workflow_definition(session.project_id, workflow_id)
    except (openapi.ThrottledError, openapi.QuotaExhaustedError):
        raise
    except openapi.ServiceError:  # whatever it is: the same read was answered a moment ago
        return False
    return True


async def _again(session: Session, document: Document, before: Seen) -> None:
    """Import it under the ID that was just deleted."""
    await session.clock.sleep(_APART)
    document.workflow_id = before.workflow_id
    ending = await session.imported(document)
    if ending.outcome == "done":
        session.found("deleted_workflow_id", "accepted", "a document with a deleted ID is imported")
    else:
        if session.ids != "refused":
            session.found("deleted_workflow_id", "refused", ending.words)
        refused = ("deleted_workflow_id", "nodes_of_deleted_workflow")
        session.undetermined("a deleted workflow's ID is refused", *refused)
        document = session.document("b")
        document.add("first", timeout=_TIMEOUT)
        ending = await session.imported(document)
    await session.clock.sleep(session.stale)
    after = await session.wait_for(document, ending)
    node = document.nodes[0]
    times = [seen.at(node["name"], "metadata", "createTime") for seen in (before, after)]
    if before.workflow_id == after.workflow_id and None not in times:
        how = f"createTime of a node was {times[0]}, and {times[1]} once its workflow was made again"
        session.found("nodes_of_deleted_workflow", "kept" if times[0] == times[1] else "deleted", how)
    why = "a deleted workflow's ID is replaced, or a node reads back without createTime"
    session.undetermined(why, "nodes_of_deleted_workflow")
    document.workflow_id = after.workflow_id
    node["id"] = after.at(node["name"], "id") or node["id"]
    session.workflow = document


_CHANGES: Final[Mapping[str, Callable[[Document], object]]] = {
    "moved_workflow": lambda document: setattr(document, "what", "moved"),
    "omitted_fields": lambda document: document.nodes[0].pop("timeout"),
    "dependency_by_name": lambda document: document.depend_by_name("depends"),
    "datasource_type": lambda document: document.add("flink", datasource={"name": "none", "type": "flink"}),
    "node_path": lambda document: document.add("stray", path=f"{document.path}_stray"),
}
"""What changes the scratch workflow, for each switch that an update determines."""


async def updates(session: Session) -> None:
    """Changes it: another name and path, no `timeout`, a dependency by name, a flink data source, a path elsewhere."""
    if await _tried(session, *_CHANGES) is not None:  # not all at once, so each on its own
        for switch in _CHANGES:
            session.undetermined(str(await _tried(session, switch)), switch)


async def _tried(session: Session, *switches: str) -> str | None:
    """Import with these changes, and judge; why not, where it is not imported."""
    document = copy.deepcopy(session.workflow)
    for switch in switches:
        _CHANGES[switch](document)
    ending = await session.imported(document)
    if ending.outcome != "done":
        return ending.words
    judged = _judged(document, await session.reread(document))
    for switch in switches:
        session.found(switch, *judged[switch])
    return None


def _judged(document: Document, seen: Seen) -> dict[str, tuple[str | None, str]]:
    """For each switch its setting, or None where it is none that there is, and what was seen."""
    name, path = seen.body.get("name"), as_object(seen.body.get("script")).get("path")
    stays = "stays" if name != document.name and path != document.path else None
    moved = "moves" if (name, path) == (document.name, document.path) else stays
    timeout = seen.at(document.nodes[0]["name"], "timeout")
    omitted = "kept" if timeout == str(_TIMEOUT) else "reset"
    entries = objects(seen.body.get("dependencies"))
    depends = [item for entry in entries for item in objects(entry.get("depends"))]
    resolved = "resolved" if any(item.get("output") for item in depends) else None
    kind = str(seen.at(f"{document.name}_flink", "datasource", "type"))
    kinds = {"flink": "as_sent", "flink_serverless": "rewritten"}
    sent = str(document.nodes[-1]["script"]["path"])
    stray = str(seen.at(f"{document.name}_stray", "script", "path"))
    prefixed = "prefixed" if stray.endswith(f"/{sent}") else None
    how = "a dependency without an output reads back as"
    return {
        "moved_workflow": (moved, f"a workflow that was given another name reads back as {path}"),
        "omitted_fields": (omitted, f"a timeout of {_TIMEOUT}, left out later, reads back as {timeout}"),
        "dependency_by_name": (resolved if depends else "dropped", f"{how} {depends}"),
        "datasource_type": (kinds.get(kind), f"a data source of type flink reads back as {kind}"),
        "node_path": ("as_sent" if stray == sent else prefixed, f"{sent} reads back as {stray}"),
    }


async def node_ids(session: Session) -> None:
    """Adds a node with a text for an ID."""
    document = copy.deepcopy(session.workflow)
    chosen = session.prefix.replace("_", "-") + "node"
    name, switch = document.add("named", chosen)["name"], "non_numeric_node_id"
    seen = await _changed(session, document, switch, failed="refused", refused="refused")
    if seen is not None:
        actual = seen.at(name, "id")
        setting = None if actual is None else "kept" if actual == chosen else "replaced"
        session.found(switch, setting, f"a node sent as {chosen} reads back as {actual}")


async def type_change(session: Session) -> None:
    """Gives a node another command; another kind is not tried."""
    document = copy.deepcopy(session.workflow)
    document.nodes[0]["script"]["runtime"]["command"] = "VIRTUAL"
    if (seen := await _changed(session, document, "type_change", failed="job_fails")) is not None:
        command = seen.at(document.nodes[0]["name"], "script", "runtime", "command")
        setting = "accepted" if command == "VIRTUAL" else None
        session.found("type_change", setting, f"a node that was given another command has {command}")


async def other_owner(session: Session) -> None:
    """Gives a node an owner who does not exist; one who exists is not tried."""
    document = copy.deepcopy(session.workflow)
    document.nodes[0]["owner"] = _NO_OWNER
    if (seen := await _changed(session, document, "other_owner", failed="job_fails")) is not None:
        owner = str(seen.at(document.nodes[0]["name"], "owner"))
        setting = {seen.owner: "replaced", _NO_OWNER: "accepted"}.get(owner)
        whose = {"replaced": "the caller", "accepted": "that one"}.get(str(setting), "a third")
        session.found("other_owner", setting, f"a node was given another owner, and has {whose}")


async def _changed(session: Session, document: Document, switch: str, **settings: str) -> Seen | None:
    """A node as it reads back; None where it is not imported, which is found."""
    ending = await session.imported(document)
    if ending.outcome == "done":
        return await session.reread(document)
    session.found(switch, settings.get(ending.outcome), ending.words)
    return None


async def version_2(session: Session) -> None:
    """Imports it as a document of version 2.0.0."""
    document = copy.deepcopy(session.workflow)
    document.version = "2.0.0"
    ending = await session.imported(document)
    setting = {"done": "accepted", "failed": "job_fails"}.get(ending.outcome)
    session.found("version_2", setting, f"a document of version 2.0.0: {ending.words}")


async def dry_run(session: Session) -> None:
    """Asks for a dry run of a new workflow, and looks whether it is there then."""
    document = session.document("dry")
    document.add("only")
    job = await session.submit(document, dry_run=True)
    if isinstance(job, Ending):
        session.found("dry_run", "refused", job.words)
    else:
        await _dry_run_ended(session, document, job)
    session.undetermined("no dry run was honoured, or no answer to an import holds an ID", "dry_run_response")


async def _dry_run_ended(session: Session, document: Document, job: openapi.AsyncJob) -> None:
    ending = await session.finish(job)
    await session.clock.sleep(session.stale)
    seen = await session.look_for(document, job.workflow_id)
    if seen is not None:
        session.found("dry_run", "ignored", "a dry run of a new workflow made it")
        await session.delete(seen)
    elif ending.outcome != "done":
        session.found("dry_run", None, f"a dry run made nothing, but {ending.words}")
    else:
        session.made.pop(job.workflow_id or str(document.workflow_id), None)
        session.found("dry_run", "honoured", "a dry run of a new workflow ended well and made nothing")
        if session.findings["workflow_id_in_answer"].setting:
            how = f"the answer to a dry run holds {'an' if job.workflow_id else 'no'} ID"
            session.found("dry_run_response", "workflow_id" if job.workflow_id else "nothing", how)
