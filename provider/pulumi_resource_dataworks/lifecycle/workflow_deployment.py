"""The life of a WorkflowDeployment: a workflow definition brought into production, kept there, and taken out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NoReturn

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks._names import DEPLOYMENT_INPUTS

from . import _ownership
from ._check import Checked
from ._deployment import FAILED, OFFLINE, ONLINE, REDEPLOYED, Inputs, State, check_deployment
from ._diff import Difference, PropertyChange
from ._ownership import not_there, raise_definite
from ._pipeline_run import Order, RunError, abolish, begin, clear_way, follow, runs_of, unended_of_ours
from ._production import (
    after_pending,
    as_it_is,
    imported_deployment,
    is_offline,
    online,
    order_of,
    warn_of_upstream,
)
from ._state import parse_id
from ._step import UNKNOWN, CancelledStepError, Context, HalfDoneError, LifecycleError, Unknown

Outputs = dict[str, Any]
Workflow = tuple[int, str]

_FOUND_OUT = ("pipelineRunId", "publishedWorkflowId", "stages")
_STALE_PAUSES = (1.0, 2.0)
NOT_DEPLOYABLE = "5801489541076353033"
"""CreatePipelineRun's code for an ID with nothing to deploy or to take offline (the vendor's skill)."""


@dataclass(slots=True)
class WorkflowDeployments:
    """The workflow deployments of one run of Pulumi.

    Attributes:
        declared: Which resource of this run declares a workflow's deployment.
        held: The workflows that live resources of this run keep in production: no delete may take them offline.
        going: The workflows that are to go offline: how many had gone before the last try that failed, None while one is
            under way.
        gone: How many have gone offline.
        is_made_here: Whether a definition of this run has a workflow, or is to make it.
    """

    declared: dict[Workflow, str] = field(default_factory=dict[Workflow, str])
    held: set[Workflow] = field(default_factory=set[Workflow])
    going: dict[Workflow, int | None] = field(default_factory=dict[Workflow, "int | None"])
    gone: int = 0
    is_made_here: Callable[[Workflow], bool] = lambda _: False

    def check(self, urn: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None) -> Checked:
        """Validates the inputs; makes no call."""
        found = check_deployment(news, olds)
        if not found.failures and not any(
            isinstance(found.inputs[key], Unknown) for key in DEPLOYMENT_INPUTS[:2]
        ):
            workflow = int(found.inputs["projectId"]), str(found.inputs["workflowId"])
            other = self.declared.setdefault(workflow, urn)
            if other != urn:
                found.failures.append(
                    f"workflowId: workflow {workflow[1]} of project {workflow[0]} is deployed by {other} too. "
                    "Give each workflow one WorkflowDeployment: remove one of the two."
                )
        return found

    def diff(
        self,
        urn: str,
        resource_id: str,
        olds: Mapping[str, Any],
        old_outputs: Mapping[str, Any],
        news: Mapping[str, Any],
        ignore_changes: Sequence[str] = (),
    ) -> Difference:
        """Compares what was deployed last with what is asked for; makes no call."""
        changes: dict[str, PropertyChange] = {}
        for key in ("projectId", "workflowId"):
            if isinstance(news[key], Unknown) or str(news[key]) != str(olds.get(key)):
                changes[key] = "replace"
        state = State.of(Inputs.of({**olds, "digest": news["digest"]}), old_outputs)
        digest_counts = "digest" not in ignore_changes or state.status != ONLINE
        if isinstance(news["digest"], Unknown) or (digest_counts and not state.is_as_asked):
            changes["digest"] = "update"
        for key in DEPLOYMENT_INPUTS[3:]:
            if news.get(key) != olds.get(key):
                changes[key] = "update"
        if "replace" not in changes.values() and urn in self.declared.values():
            self.held.add(parse_id(resource_id, "workflow deployment"))
        return Difference(changes)

    async def create(self, context: Context, news: Mapping[str, Any]) -> tuple[str, Outputs]:
        """Deploys a workflow.

        Returns:
            The resource's ID, empty in a preview, and its outputs.

        Raises:
            RefusedError: Somebody else's run of the workflow has not ended.
            HalfDoneError: A run was begun.
            LifecycleError: None was.
            DataWorksError: None was.
        """
        if context.preview:
            await self._look_ahead(context, news)
            return "", _foreseen(news)
        inputs = Inputs.of(news)
        return inputs.resource_id, (await self._deploy(context, State(inputs))).to_pulumi()

    async def update(
        self,
        context: Context,
        resource_id: str,
        olds: Mapping[str, Any],
        old_outputs: Mapping[str, Any],
        news: Mapping[str, Any],
    ) -> Outputs:
        """Deploys the workflow again, where production does not hold what is asked for.

        Raises:
            As `create`.
        """
        del resource_id, olds
        if any(isinstance(news[key], Unknown) for key in DEPLOYMENT_INPUTS[:3]):
            return _foreseen(news)
        state = State.of(Inputs.of(news), old_outputs)
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
        found = await _ownership.unless_gone(context, *workflow)
        if found is None:
            return None
        runs = await runs_of(context, *workflow)
        if not outputs:
            return imported_deployment(workflow, found, runs)
        state = State.of(Inputs.of(inputs or outputs), outputs)
        if state.pending_run is not None:
            state = after_pending(context, state, runs)
        state = as_it_is(context, state, found.definition.workflow_id, runs)
        return _seen(state).to_pulumi(), state.to_pulumi()

    async def delete(self, context: Context, resource_id: str, outputs: Mapping[str, Any]) -> None:
        """Takes the workflow offline, unless a live resource of this run keeps it in production.

        Raises:
            RefusedError: Somebody else's run of the workflow has not ended.
            LifecycleError: The service refuses, such as for a node that others depend on.
            DataWorksError: The service refuses.
        """
        workflow = parse_id(resource_id, "workflow deployment")
        if workflow in self.held:
            context.report.info(
                f"the resource that replaces this one holds the workflow: it stays in production (workflow {workflow[1]})"
            )
            return
        state = State.of(Inputs.of({"projectId": workflow[0], "workflowId": workflow[1], **outputs}), outputs)
        try:
            while not await self._gone(context, state):
                pass
        finally:
            self.going.pop(workflow, None)

    async def _look_ahead(self, context: Context, news: Mapping[str, Any]) -> None:
        """At preview: whether a workflow that is another program's is there.

        Raises:
            LifecycleError: It is not.
            ServiceError: The workspace is not there, or not for this account.
        """
        if isinstance(news["projectId"], Unknown) or isinstance(news["workflowId"], Unknown):
            return
        workflow = Inputs.of(news).workflow
        if self.is_made_here(workflow):
            return
        try:
            found = await _ownership.unless_gone(context, *workflow)
        except openapi.DataWorksError as error:
            await raise_definite(context, workflow[0], error)
            context.report.warning(f"could not look whether the workflow is there: {error}")
            return
        if found is None:
            raise not_there(workflow)

    async def _gone(self, context: Context, state: State) -> bool:
        """Takes a workflow offline; False where that failed and others have gone meanwhile, which may be why it did."""
        workflow, before = state.inputs.workflow, self.gone
        self.going[workflow] = None
        try:
            await self._take_offline(context, state)
        except RunError as error:
            if error.goes_on:
                raise
            self.going[workflow] = before
            while self.gone == before and self._others_may_go():
                await _wait_for_others(context, error)
            if self.gone == before:
                raise
            return False
        self.gone += 1
        return True

    def _others_may_go(self) -> bool:
        """Whether anybody is at it, or will be again because another has gone since."""
        return any(tried != self.gone for tried in self.going.values())

    async def _take_offline(self, context: Context, state: State) -> None:
        workflow = state.inputs.workflow
        order = Order(*workflow, "Offline")
        found = await _ownership.unless_gone(context, *workflow)
        if found is None:
            context.report.info(
                f"gone from Data Studio: nothing is left to take offline (workflow {workflow[1]})"
            )
            return
        runs = await runs_of(context, *workflow)
        run = unended_of_ours(context, order, runs, None)
        if run is None:
            await clear_way(context, order, runs, state.pending_run)
            if is_offline(state, found.definition.workflow_id, runs):
                context.report.info(f"not in production (workflow {workflow[1]})")
                return
        try:
            run_id = run.id if run else await begin(context, order, runs)
        except openapi.ServiceError as error:
            if error.code != NOT_DEPLOYABLE:
                raise
            context.report.info(f"not in production (workflow {workflow[1]}): {error}")
            return
        await follow(context, order, run_id)
        context.report.status("taken offline")

    async def _deploy(self, context: Context, state: State) -> State:
        order = order_of(state.inputs)
        runs = await runs_of(context, *state.inputs.workflow)
        run = unended_of_ours(context, order, runs, state.resumable_run)
        done = runs[0] if runs else None
        try:
            if run is not None:
                context.report.status(f"going on with an earlier run (pipeline run {run.id})")
            elif done and done.status == "Success" and _is_news(context, order, done, state):
                context.report.info(
                    f"an earlier run of Pulumi has deployed this already (pipeline run {done.id})"
                )
                context.left = partial(_left, state, done.id)
                return await self._deployed(context, state, done)
            else:
                await clear_way(context, order, runs, state.pending_run)
                await warn_of_upstream(context, state.inputs.workflow, self.declared.__contains__)
            run_id = run.id if run else await _begun(context, state, runs)
            context.left = partial(_left, state, run_id)
            return await self._deployed(context, state, await follow(context, order, run_id))
        except RunError as error:
            return await _half_done(context, state, error)
        finally:
            if context.left:
                self.held.add(state.inputs.workflow)

    async def _deployed(self, context: Context, state: State, run: openapi.PipelineRun) -> State:
        """The state after a run that ended well."""
        try:
            items = await context.ask(context.client.pipelines.items(state.inputs.project_id, run.id))
            scheduling_id = await _scheduling_id(context, *state.inputs.workflow)
        except (openapi.DataWorksError, LifecycleError) as error:
            raise RunError(
                f"deployed, but could not be read back: {error}", run_id=run.id, run=run, goes_on=True
            ) from error
        failed = [f"{item.title} ({item.status})" for item in items if item.status not in ("Success", "")]
        if failed:
            context.report.warning(f"deployed, but not {', '.join(failed)} (pipeline run {run.id})")
        nodes = sum(item.type == "Node" for item in items)
        context.report.status(f"deployed, with {nodes} {'node' if nodes == 1 else 'nodes'}")
        return replace(online(state, run), scheduling_id=scheduling_id)


async def _begun(context: Context, state: State, runs: list[openapi.PipelineRun]) -> str:
    order = order_of(state.inputs)
    context.left = partial(_left, state, "")
    try:
        return await begin(context, order, runs)
    except openapi.DataWorksError as error:  # none was made
        context.left = None
        if not isinstance(error, openapi.ServiceError) or error.code != NOT_DEPLOYABLE:
            raise
        raise not_there((order.project_id, order.workflow_id), str(error)) from error


async def _wait_for_others(context: Context, error: RunError) -> None:
    context.report.status("not yet: waiting for other workflows of this run to go offline")
    try:
        await context.pause(1)
    except CancelledStepError as stopped:
        raise LifecycleError(f"{stopped}, waiting for others to go offline first: {error}") from stopped


def _seen(state: State) -> Inputs:
    """The inputs after a refresh: where production holds something else, the digest says so, and a preview shows it."""
    if state.status in (OFFLINE, REDEPLOYED):
        return replace(state.inputs, digest=state.status.lower())
    return state.inputs


async def _scheduling_id(context: Context, project_id: int, workflow_id: str) -> str:
    """The workflow's ID in production; a read right after may be stale, and some gateways may never tell it."""
    for pause in (0.0, *_STALE_PAUSES):
        await context.pause(pause)
        found = await _ownership.get(context, project_id, workflow_id)
        if found is not None and found.definition.workflow_id:
            return found.definition.workflow_id
    return ""


def _is_news(context: Context, order: Order, run: openapi.PipelineRun, state: State) -> bool:
    """Whether a run did what is asked for, and the state has not heard of it: a killed step began it."""
    ours = order.mark(context.urn) in run.description.raw or run.id == state.resumable_run
    return ours and run.id != state.run_id


def _left(state: State, run_id: str | None, message: str) -> HalfDoneError:
    """The end of a step with what is known, so that the next one goes on from there."""
    state = replace(
        state, pending_run=run_id, pending_digest=state.inputs.digest, status=state.status or "Running"
    )
    return HalfDoneError(message, id=state.inputs.resource_id, outputs=state.to_pulumi())


async def _half_done(context: Context, state: State, error: RunError) -> NoReturn:
    message, goes_on = str(error), error.goes_on
    unended = error.run is None or not error.run.ended
    if goes_on and error.run_id and unended and state.inputs.abolish_abandoned:
        ended = await abolish(context, state.inputs.project_id, error.run_id)
        message += ". It was ended, as abolishAbandoned asks" if ended else ". It could not be ended"
        goes_on = not ended
    if error.run is not None:
        state = state.after(error.run)
    if not goes_on:
        state = replace(state, status=FAILED)
    raise _left(state, error.run_id if goes_on else None, message) from error


def _foreseen(news: Mapping[str, Any]) -> Outputs:
    """The outputs of a deployment that is still to be made."""
    found_out = dict.fromkeys(_FOUND_OUT, UNKNOWN)
    return {**news, **found_out, "status": ONLINE, "deployedDigest": news["digest"]}
