"""What is in production of a workflow, as far as its pipeline runs and its definition tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_resource_dataworks import openapi

from . import _look
from ._context import Context
from ._deployment import FAILED, OFFLINE, ONLINE, REDEPLOYED, Inputs, State
from ._errors import HalfDoneError, LifecycleError
from ._pipeline import Order, marked_digest
from .workflow_definition import imported

Outputs = dict[str, Any]
Workflow = tuple[int, str]


def online(state: State, run: openapi.PipelineRun) -> State:
    """The state once a run of this resource has succeeded."""
    digest = state.inputs.digest
    return replace(state.after(run), run_id=run.id, status=ONLINE, deployed=digest, pending_run=None)


def order_of(inputs: Inputs) -> Order:
    """The run that deploys what is asked for."""
    return Order(*inputs.workflow, "Online", inputs.digest, inputs.description, inputs.approval)


def after_pending(context: Context, state: State, runs: list[openapi.PipelineRun]) -> State:
    """The state once its run has ended; one that has not keeps the resource half done."""
    mark = replace(order_of(state.inputs), digest=state.pending_digest).mark(context.urn)
    ours = (run for run in runs if run.id == state.pending_run or mark in run.description.raw)
    run = next(ours, None)
    if run is None:
        return replace(state, pending_run=None)
    if not run.ended:
        message = f"pipeline run {run.id} has not ended: the next `pulumi up` goes on with it"
        pending = replace(state.after(run), pending_run=run.id)
        raise HalfDoneError(message, id=state.inputs.resource_id, outputs=pending.to_pulumi())
    if run.status != "Success":
        return replace(state.after(run), status=FAILED, pending_run=None)
    return replace(online(state, run), deployed=state.pending_digest)


def as_it_is(
    context: Context, state: State, scheduling_id: str | None, runs: list[openapi.PipelineRun]
) -> State:
    """The state that tells of what others did since: the last run that succeeded is what production holds.

    The run that the state names stays: the next step tells by it which runs it has not heard of.
    """
    if state.status == FAILED:
        return replace(state, scheduling_id=scheduling_id or "")
    if is_offline(state, scheduling_id, runs):
        if state.status != OFFLINE:
            context.report.warning(
                "somebody took this workflow offline: the next `pulumi up` deploys it again"
            )
        return replace(state, status=OFFLINE, deployed="", scheduling_id="")
    last = _last(runs)
    if last is not None and last.id != state.run_id:
        if state.status != REDEPLOYED:
            context.report.warning(
                f"{last.creator or 'somebody'} has deployed this workflow since: the next `pulumi up` deploys what is "
                f"declared (pipeline run {last.id})"
            )
        return replace(state, status=REDEPLOYED, deployed="", scheduling_id=scheduling_id or "")
    return replace(state, scheduling_id=scheduling_id or state.scheduling_id)


def is_offline(state: State, scheduling_id: str | None, runs: list[openapi.PipelineRun]) -> bool:
    """Whether the workflow is not in production, as far as can be told.

    What WorkflowId holds after an offline run is unknown, and whether an undeployment in the console is a pipeline run.
    """
    last = _last(runs)
    if last is not None and last.takes_offline:
        return True
    if scheduling_id or (last is not None and last.id != state.run_id):
        return False
    return bool(state.scheduling_id) or state.status == OFFLINE or (last is None and not state.deployed)


def is_in_production(scheduling_id: str | None, runs: list[openapi.PipelineRun]) -> bool:
    """Whether a workflow is in production of which nothing was known before."""
    last = _last(runs)
    return not last.takes_offline if last else bool(scheduling_id)


def _last(runs: list[openapi.PipelineRun]) -> openapi.PipelineRun | None:
    """The last run that succeeded."""
    return next((run for run in runs if run.status == "Success"), None)


def imported_deployment(
    workflow: Workflow, found: _look.Found, runs: list[openapi.PipelineRun]
) -> tuple[Outputs, Outputs]:
    """Inputs and outputs of a deployment that Pulumi has not seen before: it is taken to be that of the definition."""
    scheduling_id = found.definition.workflow_id or ""
    if not is_in_production(scheduling_id, runs):
        raise LifecycleError(
            f"workflow {workflow[1]} is not in production, so there is no deployment to import: declare the resource, and "
            "`pulumi up` deploys it"
        )
    last = _last(runs)
    digest = (marked_digest(last) if last else "") or str(imported("", workflow[0], found)[1]["digest"])
    inputs = Inputs(*workflow, digest)
    state = State(inputs, status=ONLINE, deployed=digest, scheduling_id=scheduling_id)
    return inputs.to_pulumi(), (replace(state.after(last), run_id=last.id) if last else state).to_pulumi()
