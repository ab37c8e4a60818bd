"""The service's own dry run, at preview: sent only to workspaces that are known to honour it."""

from __future__ import annotations

from pulumi_resource_dataworks import flowspec, openapi

from ._definition_state import DefinitionState
from ._import import IdsToTry, under_some_ids
from ._run import Options
from ._step import CancelledStepError, Context, LifecycleError, places_in

_EXPECTED_SECONDS = 1.0
_LONGEST = 120.0


async def dry_run(
    context: Context,
    options: Options,
    state: DefinitionState,
    written: flowspec.Document | None,
    *,
    fresh: bool,
) -> None:
    """Asks the service whether it would take the document, where that is wanted and the workspace honours it.

    A refusal names lines of the document as it was `written`; `fresh`, as in `under_some_ids`.

    Raises:
        LifecycleError: It would not.
        ServiceError: The account may not import at all.
    """
    wanted = options.dry_run if state.inputs.validate_on_preview is None else state.inputs.validate_on_preview
    if not wanted:
        return
    project_id = state.inputs.project_id
    if project_id not in options.dry_run_projects:
        context.report.warning(
            f"validateOnPreview is on, but nothing says that project {project_id} honours it, and where it is ignored a dry run is a "
            "real import: so DataWorks was not asked. `pulumi-dataworks probe` finds out; then add the project to "
            f"dataworks:dryRunProjects (`pulumi config set --path 'dataworks:dryRunProjects[0]' {project_id}`)"
        )
        return
    context.report.status("asking DataWorks for a dry run")
    try:
        refusal = await _ask(context, state, fresh=fresh)
    except (openapi.DataWorksError, CancelledStepError) as error:
        if isinstance(error, openapi.ServiceError) and error.is_definite:
            raise
        context.report.warning(f"DataWorks could not be asked for a dry run: {error}")
        return
    if refusal:
        text, words = refusal
        places = places_in(words, written or flowspec.Document(state.inputs.spec), secret=context.secret)
        raise LifecycleError(f"DataWorks would refuse this document: {text}{places}")


async def _ask(context: Context, state: DefinitionState, *, fresh: bool) -> tuple[str, openapi.Words] | None:
    """What a message says of a refusal, and the service's words in it. The IDs are those that up would try."""

    async def send(ids: IdsToTry) -> openapi.AsyncJob:
        text = ids.document(state.inputs.root)
        sent = context.client.import_workflow_definition
        try:
            return await sent(state.inputs.project_id, text, dry_run=True)
        except openapi.ServiceError as error:
            if error.is_ambiguous_client_error or error.is_definite:
                raise
            raise openapi.DataWorksError(str(error)) from error

    try:
        job, _ = await under_some_ids(state, send, fresh=fresh)
    except openapi.ServiceError as refusal:
        if refusal.is_definite:
            raise
        return str(refusal), refusal.message
    ended = await openapi.wait_for_job(
        context.unraced,
        job.id,
        expected_seconds=_EXPECTED_SECONDS,
        timeout=min(context.remaining, _LONGEST),
        cancelled=context.cancelled,
        clock=context.clock,
    )
    words = f"{ended.error or f'the job ended as {ended.status} and gives no reason'}"
    return None if ended.succeeded else (f"{words} (job {job.id}; request {ended.request_id})", ended.error)
