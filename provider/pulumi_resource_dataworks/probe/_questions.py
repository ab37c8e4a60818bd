"""The questions to a workspace, in the order in which they are asked."""

import copy
from typing import Final

from pulumi_resource_dataworks import openapi

from ._session import CONTENT, Document, Session, UnfitError, as_object, body_of, node_of, objects

_LONGEST_STALE: Final = 120.0
_TIMEOUT: Final = 7
"""Hours; no default of the service's."""


async def ask(session: Session) -> None:
    """The first import and the first delete come before anything that may be asked in vain."""
    document = await _create(session)
    await _delete(session, str(document.workflow_id))
    document = await _again(session, document)
    await _update(session, document)
    await _dry_run(session)


async def _create(session: Session) -> Document:
    """Import a workflow under an ID of our own, and where that is refused, without one."""
    document = Document(session.prefix, "a")
    chosen, name = document.workflow_id, document.add("first", timeout=_TIMEOUT)
    ending = await session.imported(document)
    if not ending.done:
        document.workflow_id, refused = None, ending
        ending = await session.imported(document)
        if not ending.done:
            raise UnfitError(f'the simplest workflow is not imported: "{ending.error}"')
        session.found("unknown_workflow_id", "refused", f'"{refused.error}"; without an ID it is imported')
    seen = await session.wait_for(document, ending)
    if document.workflow_id:
        setting = "kept" if seen.id == chosen else "replaced"
        session.found("unknown_workflow_id", setting, f"{chosen} was sent, and {seen.id} is there")
    how = f"the answer to an import holds {'a' if ending.workflow_id else 'no'} workflow ID"
    session.found("workflow_id_in_answer", bool(ending.workflow_id), how)
    content = str(as_object(node_of(seen, name).get("script")).get("content"))
    newline = {CONTENT: "kept", CONTENT.removesuffix("\n"): "dropped"}.get(content)
    session.found("trailing_newline", newline, f"a script reads back as {content[-20:]!r}")
    document.workflow_id = seen.id
    return document


async def _delete(session: Session, workflow_id: str) -> None:
    """Delete it, and read until it is gone: how stale reads are, and what a missing workflow is answered with."""
    await session.read_own(workflow_id)
    await session.clock.sleep(1)  # the first read is not to wait for the limit of calls a second
    await session.delete(workflow_id)
    deleted, still, was_read = session.clock.monotonic(), 0.0, False
    while (refusal := await _refusal(session, workflow_id)) is None:
        still, was_read = session.clock.monotonic() - deleted, True
        if still > _LONGEST_STALE:
            raise UnfitError(f"a deleted workflow can still be read after {still:.0f} s")
        await session.clock.sleep(max(0.5, still / 2))
    gone, session.absent = session.clock.monotonic() - deleted, (refusal.status, refusal.code)
    session.stale = round(gone + 0.05, 1) if was_read else 0.0
    how = f"a deleted workflow was read for {still:.1f} s, and not after {gone:.1f} s: the later is taken"
    session.found("stale_reads", session.stale, how)
    how = "read of a workflow that was deleted"
    session.found("not_found_empty", not refusal.code, f"{'a' if refusal.code else 'no'} refusal: {how}")
    if refusal.code:
        session.found("not_found_status", refusal.status, how)
        session.found("not_found_code", refusal.code, how)
        session.found("not_found_message", str(refusal.message), how)
    missing = ("not_found_status", "not_found_code", "not_found_message")
    session.undetermined("a missing workflow is an empty answer, and no refusal", *missing)


async def _refusal(session: Session, workflow_id: str) -> openapi.ServiceError | None:
    try:
        await session.client.get_workflow_definition(session.project_id, workflow_id)
    except (openapi.ThrottledError, openapi.QuotaExhaustedError):
        raise
    except openapi.ServiceError as error:  # whatever it is: the same read was answered a moment ago
        return error
    return None


async def _again(session: Session, document: Document) -> Document:
    """Import it under the ID that was just deleted, and where that is refused, under a new one."""
    if session.findings["unknown_workflow_id"].setting == "refused":
        session.undetermined("IDs that the service has not chosen are refused", "deleted_workflow_id")
        document.workflow_id = None
    ending = await session.imported(document)
    if document.workflow_id and ending.done:
        session.found("deleted_workflow_id", "accepted", "a document with a deleted ID is imported")
    elif document.workflow_id:
        session.found("deleted_workflow_id", "refused", f'"{ending.error}"')
        document = Document(session.prefix, "b")
        document.add("first", timeout=_TIMEOUT)
        ending = await session.imported(document)
    await session.clock.sleep(session.stale)
    document.workflow_id = (await session.wait_for(document, ending)).id
    return document


async def _update(session: Session, before: Document) -> None:
    """Change it: another name and path, a timeout left out, a dependency by name."""
    switches = ("moved_workflow", "omitted_fields", "dependency_by_name")
    document = copy.deepcopy(before)
    first = str(document.nodes[0]["name"])
    document.what = "moved"
    del document.nodes[0]["timeout"]
    depends = [{"type": "Normal", "refTableName": first}]
    document.dependencies.append({"nodeId": document.add("depends"), "depends": depends})
    seen = await session.read_own(str(document.workflow_id))  # what has the ID now is what the import changes
    document.nodes[0]["id"] = str(node_of(seen, first).get("id"))
    ending = await session.imported(document)
    if not ending.done:
        session.undetermined(f'an update that asks three questions fails: "{ending.error}"', *switches)
        return
    seen = await session.read_own(str(document.workflow_id))
    path = as_object(body_of(seen).get("script")).get("path")
    moved = {document.path: "moves", before.path: "stays"}.get(str(path))
    session.found("moved_workflow", moved, f"a workflow that was given another name reads back as {path}")
    timeout = str(node_of(seen, first).get("timeout"))
    omitted = "kept" if timeout == str(_TIMEOUT) else "reset"
    session.found(
        "omitted_fields", omitted, f"a timeout of {_TIMEOUT}, left out later, reads back as {timeout}"
    )
    read = [
        item for one in objects(body_of(seen).get("dependencies")) for item in objects(one.get("depends"))
    ]
    resolved = "resolved" if any(item.get("output") for item in read) else None
    how = f"a dependency without an output reads back as {read}"
    session.found("dependency_by_name", resolved if read else "dropped", how)


async def _dry_run(session: Session) -> None:
    """Ask for a dry run of a new workflow, and look whether it is there then."""
    document = Document(session.prefix, "dry")
    if session.findings["unknown_workflow_id"].setting == "refused":
        document.workflow_id = None
    document.add("only")
    ending = await session.imported(document, dry_run=True)
    await session.clock.sleep(session.stale)
    if await session.look_for(document, ending.workflow_id) is not None:
        session.found("dry_run", "ignored", "a dry run of a new workflow made it")
    elif not ending.done:
        setting = "refused" if not ending.workflow_id else None
        session.found("dry_run", setting, f'a dry run made nothing: "{ending.error}"')
    else:
        session.found("dry_run", "honoured", "a dry run of a new workflow ended well and made nothing")
        if session.findings["workflow_id_in_answer"].setting:
            answered = "workflow_id" if ending.workflow_id else "nothing"
            session.found("dry_run_response", answered, "the answer to a dry run that was honoured")
    session.undetermined("no dry run was honoured, or no answer to an import holds an ID", "dry_run_response")
