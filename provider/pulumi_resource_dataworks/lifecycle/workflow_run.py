"""The life of a WorkflowRun: a workflow that runs once for what is asked. It is a fact: nothing of it is undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_resource_dataworks._names import WORKFLOW_RUN_INPUTS

from ._check import Checked
from ._diff import Difference, PropertyChange
from ._instances import follow
from ._instances_making import begin
from ._step import UNKNOWN, Change, Context, LifecycleError, has_unknown
from ._workflow_run_state import OUTPUTS, RUNNING, WorkflowRunInputs, WorkflowRunState, check_workflow_run

Outputs = dict[str, Any]

_NOT_KNOWN_YET = dict.fromkeys(OUTPUTS.values(), UNKNOWN)


class WorkflowRuns:
    """The workflow runs of one run of Pulumi."""

    def __init__(self) -> None:
        self._replaced: dict[str, WorkflowRunState] = {}

    def check(self, urn: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None) -> Checked:
        """Validates the inputs; makes no call."""
        del urn, olds
        return check_workflow_run(news)

    def diff(self, urn: str, change: Change) -> Difference:
        """Another input is another run; one that has not ended well is an update, which goes on or runs it again."""
        olds, news = change.olds, change.news
        changes: dict[str, PropertyChange] = {
            key: "update" if key == "stopOnCancel" else "replace"
            for key in WORKFLOW_RUN_INPUTS
            if news.get(key) != olds.get(key) or has_unknown(news.get(key))
        }
        state = WorkflowRunState.of(olds, change.outputs)
        if not changes and not state.is_over:
            changes["workflowId"] = "update"
        found = Difference(changes)
        if found.replaces:
            self._replaced[urn] = state
        return found

    async def create(self, context: Context, news: Mapping[str, Any]) -> tuple[str, Outputs]:
        """Runs the workflow, and waits; gives the resource's ID, empty in a preview, and its outputs.

        Raises:
            HalfDoneError: A task failed, or the end was not seen.
            LifecycleError: Nothing runs.
            DataWorksError: Nothing runs.
        """
        if context.preview:
            return "", {**news, **_NOT_KNOWN_YET}
        inputs = WorkflowRunInputs(news)
        state = WorkflowRunState(inputs, inputs.name(context.urn))
        state = await follow(context, await begin(context, state, self._replaced.get(context.urn)))
        return state.resource_id, state.to_pulumi()

    async def update(self, context: Context, change: Change) -> Outputs:
        """Goes on with a run that has not ended, or runs it again where it has not ended well.

        Raises:
            As `create`.
        """
        if context.stateless:
            self.diff(context.urn, change).refuse_replacement(change.resource_id)
        state = WorkflowRunState.of(change.news, change.outputs)
        if state.is_over:
            return state.to_pulumi()
        if context.preview:
            waits, again = (
                "waits for the run that has not ended",
                f"runs {state.rest} again, after {state.status}",
            )
            context.report.info(f"{context.name}: {waits if state.status == RUNNING else again}")
            return {**state.to_pulumi(), **_NOT_KNOWN_YET, "runName": state.name}
        if not state.is_under_way:
            state = await begin(context, state, state)
        return (await follow(context, state)).to_pulumi()

    async def read(
        self, context: Context, resource_id: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]
    ) -> tuple[Outputs, Outputs]:
        """What the state holds: a run is a fact, also once the service has forgotten it. Makes no call.

        Raises:
            LifecycleError: An import.
        """
        del context
        if not outputs:
            raise LifecycleError(
                f"a run cannot be imported ({resource_id}): declare it, and `pulumi up` runs it"
            )
        return dict(inputs), dict(outputs)

    async def delete(self, context: Context, resource_id: str, outputs: Mapping[str, Any]) -> None:
        """Takes it out of the state, and nothing else."""
        if outputs.get("status") == RUNNING:
            context.report.info(f"its instances go on in DataWorks ({resource_id})")
