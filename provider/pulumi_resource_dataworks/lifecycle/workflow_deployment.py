"""The life of a WorkflowDeployment: a workflow definition brought into production, kept there, and taken out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks._names import DEPLOYED, RUN_INPUTS

from ._check import Checked
from ._deployment_state import (
    FAILED,
    NOUNS,
    OFFLINE,
    ONLINE,
    REDEPLOYED,
    DeploymentInputs,
    DeploymentState,
    check_deployment,
    deployed_key,
)
from ._diff import Difference, PropertyChange
from ._lost_answers import pauses
from ._ownership import Workflow, looking_ahead
from ._pipeline_run import (
    RunError,
    RunRequest,
    abolish,
    begin,
    clear_way,
    follow,
    has_failed,
    unended_of_ours,
)
from ._production import (
    Upstream,
    after_pending,
    as_it_is,
    imported_deployment,
    is_in_production,
    is_offline,
    not_there,
    read_any,
    read_deployable,
    warn_of_upstream,
)
from ._run import TakenOver
from ._state import parse_id
from ._step import UNKNOWN, CancelledStepError, Change, Context, HalfDoneError, LifecycleError, Unknown

Outputs = dict[str, Any]

_OUTPUTS_OF_A_RUN = ("pipelineRunId", "publishedWorkflowId", "stages")
NOT_DEPLOYABLE = "5801489541076353033"
"""CreatePipelineRun's code for an ID with nothing to deploy or to take offline (the vendor's skill)."""


@dataclass(slots=True)
class WorkflowDeployments:
    """The workflow deployments of one run of Pulumi.

    Attributes:
        taken_over: The workflows that a new resource of this run found in production, in whichever process.
        declared: Which resource of this run declares a workflow's deployment.
        held: The workflows that live resources of this run keep in production: no delete may take them offline.
        going: The workflows that are to go offline: how many had gone before the last try that failed, None while one is
            under way.
        gone: How many have gone offline.
        is_made_here: Whether a definition of this run has a workflow, or is to make it.
        upstream: What the workflows, nodes and functions need that this run has sent.
    """

    taken_over: TakenOver = field(default_factory=TakenOver)
    declared: dict[Workflow, str] = field(default_factory=dict[Workflow, str])
    held: set[Workflow] = field(default_factory=set[Workflow])
    going: dict[Workflow, int | None] = field(default_factory=dict[Workflow, "int | None"])
    gone: int = 0
    is_made_here: Callable[[Workflow], bool] = lambda _: False
    upstream: Mapping[Workflow, Upstream] = field(default_factory=dict[Workflow, Upstream])

    def check(self, urn: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None) -> Checked:
        """Validates the inputs; makes no call."""
        found = check_deployment(news, olds)
        if not found.failures and not _is_unknown(found.inputs):
            key = deployed_key(found.inputs)
            workflow = int(found.inputs["projectId"]), str(found.inputs[key])
            other = self.declared.setdefault(workflow, urn)
            if other != urn:
                found.failures.append(
                    f"{key}: {NOUNS[key]} {workflow[1]} of project {workflow[0]} is deployed by {other} too. "
                    f"Give each {NOUNS[key]} one WorkflowDeployment: remove one of the two."
                )
        return found

    def diff(self, urn: str, change: Change) -> Difference:
        """Compares what was deployed last with what is asked for; makes no call."""
        olds, news = change.olds, change.news
        changes: dict[str, PropertyChange] = {
            key: "replace"
            for key in ("projectId", *DEPLOYED)
            if isinstance(news.get(key), Unknown) or str(news.get(key) or "") != str(olds.get(key) or "")
        }
        if not changes and urn in self.declared.values():
            self.held.add(parse_id(change.resource_id, "workflow deployment"))
        inputs = DeploymentInputs.of({**olds, "digest": news["digest"]})
        state = DeploymentState.of(inputs, change.outputs)
        digest_counts = "digest" not in change.ignore_changes or state.status != ONLINE
        if isinstance(news["digest"], Unknown) or (digest_counts and not state.is_as_asked):
            changes["digest"] = "update"
        changes |= {key: "update" for key in RUN_INPUTS if news.get(key) != olds.get(key)}
        return Difference(changes)

    async def create(self, context: Context, news: Mapping[str, Any]) -> tuple[str, Outputs]:
        """Deploys a workflow; gives the resource's ID, empty in a preview, and its outputs.

        Raises:
            RefusedError: Somebody else's run of the workflow has not ended.
            HalfDoneError: A run was begun.
            LifecycleError: None was.
            DataWorksError: None was.
        """
        if context.preview:
            await self._look_ahead(context, news)
            return "", _foreseen(news)
        state = await self._deploy(context, DeploymentState(DeploymentInputs.of(news)))
        return state.resource_id, state.to_pulumi()

    async def update(self, context: Context, change: Change) -> Outputs:
        """Deploys the workflow again, where production does not hold what is asked for.

        Raises:
            As `create`.
        """
        if context.stateless:
            self.diff(context.urn, change).refuse_replacement(change.resource_id)
        news = change.news
        if _is_unknown(news) or isinstance(news["digest"], Unknown):
            return _foreseen(news)
        state = DeploymentState.of(DeploymentInputs.of(news), change.outputs)
        if state.is_as_asked:
            return {**state.to_pulumi(), **{key: UNKNOWN for key in news if isinstance(news[key], Unknown)}}
        if context.preview:
            await self._look_ahead(context, news)
            return _foreseen(news)
        return (await self._deploy(context, state)).to_pulumi()

    async def read(
        self, context: Context, resource_id: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]
    ) -> tuple[Outputs, Outputs] | None:
        """Whether production still holds what was deployed; None where the workflow is surely gone.

        Raises:
            HalfDoneError: The resource's run has not ended.
            LifecycleError: An import of a workflow that is not in production.
        """
        workflow = parse_id(resource_id, "workflow deployment")
        key = deployed_key(outputs)
        found = await (read_deployable(context, key, workflow) if outputs else read_any(context, workflow))
        if found is None:
            return None
        runs = await context.client.pipelines.of_workflow(*workflow)
        if not outputs:
            return imported_deployment(workflow, found, runs)
        state = DeploymentState.of(DeploymentInputs.of(inputs or outputs), outputs)
        if state.pending_run is not None:
            state = after_pending(state, runs)
        state = as_it_is(context, state, found.scheduling_id, runs)
        seen = state.inputs
        if state.status in (OFFLINE, REDEPLOYED):  # the digest says so, and a preview shows it
            seen = replace(seen, digest=state.status.lower())
        return seen.to_pulumi(), state.to_pulumi()

    async def delete(self, context: Context, resource_id: str, outputs: Mapping[str, Any]) -> None:
        """Takes the workflow offline, unless a live resource of this run keeps it in production.

        Raises:
            RefusedError: Somebody else's run of the workflow has not ended.
            LifecycleError: The service refuses, such as for a node that others depend on.
            DataWorksError: The service refuses.
        """
        workflow = parse_id(resource_id, "workflow deployment")
        if workflow in self.held or self.taken_over.holds(workflow):
            noun = NOUNS[deployed_key(outputs)]
            context.report.info(
                f"the resource that replaces this one holds the {noun}: it stays in production ({noun} {workflow[1]})"
            )
            return
        inputs = DeploymentInputs.of(
            {**outputs, "projectId": workflow[0], deployed_key(outputs): workflow[1]}
        )
        try:
            while not await self._gone(context, DeploymentState.of(inputs, outputs)):
                pass
        finally:
            self.going.pop(workflow, None)

    async def _look_ahead(self, context: Context, news: Mapping[str, Any]) -> None:
        """At preview: whether a workflow that is another program's is there.

        Raises:
            LifecycleError: It is not.
            ServiceError: The workspace is not there, or not for this account.
        """
        if _is_unknown(news):
            return
        key, workflow = deployed_key(news), DeploymentInputs.of(news).workflow
        if self.is_made_here(workflow):
            return
        async with looking_ahead(context, workflow[0], f"the {NOUNS[key]} is there"):
            if await read_deployable(context, key, workflow) is None:
                raise not_there(key, workflow)

    async def _gone(self, context: Context, state: DeploymentState) -> bool:
        """Takes a workflow offline; False where that failed and others have gone meanwhile, which may be why it did."""
        workflow, before = state.inputs.workflow, self.gone
        self.going[workflow] = None
        try:
            await _take_offline(context, state)
        except RunError as error:
            if error.goes_on:
                raise
            self.going[workflow] = before
            # Others may go while one of them is at it, or will be again because another has gone since.
            while self.gone == before and any(tried != self.gone for tried in self.going.values()):
                await _wait_for_others(context, error)
            if self.gone == before:
                raise
            return False
        self.gone += 1
        return True

    async def _deploy(self, context: Context, state: DeploymentState) -> DeploymentState:
        request = state.inputs.run_request
        runs = await context.client.pipelines.of_workflow(*state.inputs.workflow)
        run = unended_of_ours(request, runs, state.resumable_run)
        first, seconds = None, dict(state.stage_seconds)
        state = replace(state, stage_seconds=seconds)  # which `follow` corrects, however the step ends
        try:
            if run is not None:
                context.report.status(f"going on with an earlier run (pipeline run {run.id})")
                run_id = run.id
            elif (
                runs
                and _is_done_unheard(runs[0], state)
                and not await _was_made_after(context, state.inputs, runs[0])
            ):
                context.report.info(
                    f"an earlier run of Pulumi has deployed this already (pipeline run {runs[0].id})"
                )
                context.state_if_stopped = state.with_pending_run(runs[0].id)
                return await _deployed(context, state, runs[0])
            else:
                await clear_way(context, request, runs, state.pending_run)
                workflow = state.inputs.workflow
                known = self.upstream.get(workflow)
                if known is not None or state.inputs.key == "workflowId":
                    await warn_of_upstream(context, workflow, self.declared.__contains__, known)
                run_id, first = await _begun(context, state, runs), state.first_stage
            context.state_if_stopped = state.with_pending_run(run_id)
            run = await follow(context, request, run_id, seconds, first)
            return await _deployed(context, state, run)
        except RunError as error:
            raise await _half_done(context, state, error) from error
        finally:
            if context.state_if_stopped:
                self.held.add(state.inputs.workflow)
                if not state.run_id and is_in_production(None, runs):
                    self.taken_over.note(state.inputs.workflow)


def _is_unknown(values: Mapping[str, Any]) -> bool:
    """Whether it is not known yet what is to be deployed."""
    return any(isinstance(values.get(key), Unknown) for key in ("projectId", *DEPLOYED))


def _is_done_unheard(run: openapi.PipelineRun, state: DeploymentState) -> bool:
    """Whether a run did what is asked for, and the state has not heard of it: a killed step began it."""
    ours = state.inputs.run_request.marks(run) or run.id == state.resumable_run
    return run.status == "Success" and ours and run.id != state.run_id


async def _was_made_after(context: Context, inputs: DeploymentInputs, run: openapi.PipelineRun) -> bool:
    """Whether what is to be deployed is younger than a run: this deployed one that was deleted since, and had the same ID."""
    found = await read_deployable(context, inputs.key, inputs.workflow)
    made = found.made if found else None
    return made is not None and run.create_time is not None and run.create_time < made


async def _begun(context: Context, state: DeploymentState, runs: list[openapi.PipelineRun]) -> str:
    context.state_if_stopped = state.with_pending_run("")
    try:
        return await begin(context, state.inputs.run_request, runs)
    except openapi.ServiceError as error:  # none was made
        if error.code != NOT_DEPLOYABLE:
            raise
        raise not_there(state.inputs.key, state.inputs.workflow, str(error)) from error


async def _deployed(context: Context, state: DeploymentState, run: openapi.PipelineRun) -> DeploymentState:
    """The state after a run that ended well."""
    try:
        items = await context.client.pipelines.items(state.inputs.project_id, run.id)
        scheduling_id = await _scheduling_id(context, state.inputs)
    except (openapi.DataWorksError, LifecycleError) as error:
        message = f"deployed, but could not be read back: {error}"
        raise RunError(message, run_id=run.id, run=run, goes_on=True) from error
    failed = [f"{item.title} ({item.status})" for item in items if item.status not in ("Success", "")]
    if failed:
        context.report.warning(f"deployed, but not {', '.join(failed)} (pipeline run {run.id})")
    context.report.status("deployed")
    return replace(state.with_success(run), scheduling_id=scheduling_id)


async def _scheduling_id(context: Context, inputs: DeploymentInputs) -> str:
    """Its ID in production; a read right after may be stale, and some gateways may never say it. A file and a function have none."""
    for pause in (0.0, *pauses(2)) if inputs.key in ("workflowId", "nodeId") else ():
        await context.pause(pause)
        found = await read_deployable(context, inputs.key, inputs.workflow)
        if found is not None and found.scheduling_id:
            return found.scheduling_id
    return ""


async def _half_done(context: Context, state: DeploymentState, error: RunError) -> HalfDoneError:
    message, goes_on = str(error), error.goes_on
    unended = error.run is None or not error.run.ended
    if goes_on and error.run_id and unended and state.inputs.abolish_abandoned:
        goes_on = not await abolish(context, state.inputs.project_id, error.run_id)
        message += ". It could not be ended" if goes_on else ". It was ended, as abolishAbandoned asks"
    if error.run is not None:
        state = state.with_stages(error.run)
    if not goes_on:
        state = replace(state, status=FAILED)
    # A failed stage need not end a run, and the next step has to know it as its own to end it.
    stays = error.run is not None and has_failed(error.run) and not error.run.ended
    state = state.with_pending_run(error.run_id if goes_on or stays else None)
    return HalfDoneError(message, state, awaits=error.awaits and goes_on)


async def _take_offline(context: Context, state: DeploymentState) -> None:
    workflow = state.inputs.workflow
    noun = NOUNS[state.inputs.key]
    request = RunRequest(*workflow, "Offline", noun=noun)
    found = await read_deployable(context, state.inputs.key, workflow)
    if found is None:
        context.report.info(f"gone from Data Studio: nothing is left to take offline ({noun} {workflow[1]})")
        return
    runs = await context.client.pipelines.of_workflow(*workflow)
    run = unended_of_ours(request, runs, None)
    if run is None:
        await clear_way(context, request, runs, state.pending_run)
        if is_offline(state, found.scheduling_id, runs):
            context.report.info(f"not in production ({noun} {workflow[1]})")
            return
    try:
        run_id = run.id if run else await begin(context, request, runs)
    except openapi.ServiceError as error:
        if error.code != NOT_DEPLOYABLE:
            raise
        context.report.info(f"not in production ({noun} {workflow[1]}): {error}")
        return
    try:
        await follow(context, request, run_id, {})
    except RunError as error:
        # No state is saved where a delete fails, so a run that a failed stage leaves open would be somebody else's to the next step.
        if error.run is not None and has_failed(error.run) and not error.run.ended:
            await abolish(context, state.inputs.project_id, run_id)
        raise
    context.report.status("taken offline")


async def _wait_for_others(context: Context, error: RunError) -> None:
    context.report.status("not yet: waiting for other workflows of this run to go offline")
    try:
        await context.pause(1)
    except CancelledStepError as stopped:
        raise LifecycleError(f"{stopped}, waiting for others to go offline first: {error}") from stopped


def _foreseen(news: Mapping[str, Any]) -> Outputs:
    """The outputs of a deployment that is still to be made."""
    return {
        DEPLOYED[0]: "",
        **news,
        **dict.fromkeys(_OUTPUTS_OF_A_RUN, UNKNOWN),
        "status": ONLINE,
        "deployedDigest": news["digest"],
    }
