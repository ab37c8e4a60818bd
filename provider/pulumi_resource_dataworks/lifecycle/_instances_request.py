"""What a run asks for: the workflow's way to run, its tasks, and the call that makes instances of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Final, cast

from pulumi_resource_dataworks import flowspec, openapi

from . import _ownership
from ._step import Context, LifecycleError
from ._workflow_run_state import RunType, WorkflowRunInputs, WorkflowRunState, ranges_of

_TYPES: Mapping[str, RunType] = {
    "cycleworkflow": "SupplementData",
    "manualworkflow": "ManualWorkflow",
    "triggerworkflow": "TriggerWorkflow",
}
_ON_SCHEDULE: Final = "1"
"""What the SDK says of a scheduled task's WorkflowId."""


async def request_of(context: Context, state: WorkflowRunState) -> tuple[dict[str, Any], str, str]:
    """The run to make, but for its business dates; the workflow's name, and its time zone where it has one.

    Raises:
        LifecycleError: The workflow is not there, has no tasks there, or cannot run so.
    """
    inputs, values = state.inputs, state.inputs.values
    found = await _ownership.read_unless_gone(context, inputs.project_id, inputs.workflow_id)
    if found is None:
        raise LifecycleError(
            f"there is no workflow {inputs.workflow_id} in project {inputs.project_id} to run: check workflowId and projectId"
        )
    own = _TYPES.get(str(found.root.get("kind")).casefold())
    kind = values.get("type") or own
    if kind != own and kind in ("ManualWorkflow", "TriggerWorkflow"):
        raise LifecycleError(
            f"type: this is a {found.root.get('kind')}, which does not run as {kind}. Leave type out"
        )
    if kind is None:
        raise LifecycleError(
            f"a workflow of kind {found.root.get('kind')} has no way to run of its own: give type"
        )
    if kind == "SupplementData" and not inputs.dates:
        raise LifecycleError("a scheduled workflow runs for business dates: give businessDates")
    if kind != "SupplementData" and (given := [key for key in ("parallelism", "order") if key in values]):
        raise LifecycleError(
            f"{' and '.join(given)}: only a backfill has this, and this run is a {kind}. Leave it out"
        )
    scheduling_id = found.definition.workflow_id or ""
    names = [str(node.get("name")) for node in flowspec.scope_of(flowspec.workflow_of(found.root))]
    tasks, scheduling_id = await _tasks(context, inputs, names, scheduling_id)
    chosen = _chosen(context, inputs, tasks)
    is_backfill = kind == "SupplementData"
    properties: dict[str, Any] = {"Priority": values.get("priority")}
    if is_backfill:  # the SDK says that each of these is required
        properties |= {"Mode": "ManualSelection", "Analysis": {"Enabled": False, "Blocked": False}}
        properties |= {"Parallelism": inputs.parallelism, "Order": values.get("order", "Asc")}
    if is_backfill or kind == "SmokeTest":
        properties["RootTaskIds"] = chosen
    elif len(chosen) < len(tasks):
        properties["IncludeTaskIds"] = chosen
    parameters = cast("Mapping[str, str]", values.get("parameters", {}))
    by_node = cast("Mapping[str, str]", values.get("nodeParameters", {}))
    _refuse_unknown(context, by_node, tasks, "nodeParameters")
    # The SDK says that a workflow's parameters take effect only where one is named.
    scheduled = (is_backfill or kind == "SmokeTest") and not parameters
    request = {
        "ProjectId": inputs.project_id,
        "Type": kind,
        "EnvType": inputs.environment,
        "Name": state.name,
        "WorkflowId": _ON_SCHEDULE if scheduled else scheduling_id,
        "DefaultRunProperties": {key: value for key, value in properties.items() if value is not None},
        "WorkflowParameters": _written(parameters, as_json=kind == "ManualWorkflow"),
        "TaskParameters": {tasks[name]: text for name, text in by_node.items()},
        "Comment": f"Run by Pulumi: {context.name}" if context.urn else "Run by pulumi-dataworks",
    }
    trigger: Any = flowspec.workflow_of(found.root).get("trigger")
    zone = str(cast("Mapping[str, Any]", trigger).get("timezone") or "") if isinstance(trigger, dict) else ""
    return request, found.definition.name, zone


async def _tasks(
    context: Context, inputs: WorkflowRunInputs, names: list[str], scheduling_id: str
) -> tuple[dict[str, str], str]:
    """The IDs of the workflow's tasks by their nodes' names, and the workflow's ID on the scheduling side.

    Which of the ways leads to them is unknown: what the service calls the workflow of a task, and whether it says of a
    workflow or a node which task it has become. A node's own task may be that of production.
    """
    listed = partial(context.client.instances.tasks_of, inputs.project_id, inputs.environment)
    tasks: list[openapi.Task] = []
    if scheduling_id:
        tasks = await listed(workflow_id=scheduling_id)
    if not tasks and names:
        if inputs.environment == "Prod":
            nodes = await context.client.nodes.called(inputs.project_id, container_id=inputs.workflow_id)
            if known := {node.name: node.task_id for node in nodes if node.task_id}:
                return known, scheduling_id or _ON_SCHEDULE
        alike = await listed(name=max(names, key=len))
        workflows = {task.workflow_id for task in alike if task.name == max(names, key=len)}
        if len(workflows) == 1 and (scheduling_id := workflows.pop()) != _ON_SCHEDULE:
            tasks = await listed(workflow_id=scheduling_id)
    if not tasks:
        why = (
            "production: deploy it first, and give the run the output workflowId of its WorkflowDeployment, so that it waits for it"
            if inputs.environment == "Prod"
            else "the environment for development: a workspace in standard mode has one, and a pipeline run brings them there"
        )
        raise LifecycleError(
            f"DataWorks names no tasks of this workflow in {why} (workflow {inputs.workflow_id})"
        )
    return {task.name: task.id for task in tasks}, scheduling_id


def _chosen(context: Context, inputs: WorkflowRunInputs, tasks: Mapping[str, str]) -> list[int]:
    wanted: list[str] = inputs.values.get("nodes") or list(tasks)
    left_out: list[str] = inputs.values.get("excludeNodes") or []
    _refuse_unknown(context, wanted, tasks, "nodes")
    _refuse_unknown(context, left_out, tasks, "excludeNodes")
    chosen = [int(tasks[name]) for name in dict.fromkeys(wanted) if name not in left_out]
    if not chosen:
        raise LifecycleError("nodes and excludeNodes leave nothing to run")
    return chosen


def _refuse_unknown(context: Context, names: Collection[str], tasks: Mapping[str, str], key: str) -> None:
    if unknown := [name for name in names if name not in tasks]:
        raise LifecycleError(
            f"{key}: the workflow has no task for {context.named(unknown)} there, but {context.named(sorted(tasks))}. Write the "
            "names of nodes that are deployed"
        )


def periods_of(state: WorkflowRunState) -> dict[str, Any]:
    """The business dates that are left to run, as the call takes them."""
    values, left = state.inputs.values, ranges_of(state.left) if state.done else state.inputs.ranges
    ranges = [{"StartBizDate": str(first), "EndBizDate": str(last)} for first, last in left]
    times = {"StartTime": values.get("startTime"), "EndTime": values.get("endTime")}
    return {"BizDates": ranges, **{key: time for key, time in times.items() if time}} if ranges else {}


def _written(parameters: Mapping[str, str], *, as_json: bool) -> str:
    """As the SDK says: JSON for a manual workflow, key=value for any other."""
    if as_json:
        return json.dumps(parameters, ensure_ascii=False) if parameters else ""
    if any(char.isspace() for pair in parameters.items() for text in pair for char in text):
        raise LifecycleError(
            "parameters: white space in a name or a value would begin another parameter. Write it without"
        )
    return " ".join(f"{key}={value}" for key, value in parameters.items())
