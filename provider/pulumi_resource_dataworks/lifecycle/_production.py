"""What a deployment brings to production, and what is there: of that, and of what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from pulumi_resource_dataworks import flowspec, openapi

from . import _ownership
from ._deployment_state import FAILED, NOUNS, OFFLINE, ONLINE, REDEPLOYED, DeploymentInputs, DeploymentState
from ._existing_workflow import imported
from ._lost_answers import if_there
from ._object_kinds import OBJECT_KINDS
from ._object_lookup import get_any, imported_object
from ._ownership import Workflow
from ._pipeline_run import has_failed, marked_purpose
from ._step import CancelledStepError, Context, HalfDoneError, LifecycleError

# --- What is deployed: a workflow, or another object of Data Studio


@dataclass(frozen=True, slots=True)
class Deployable:
    """Something that is there to be deployed.

    Attributes:
        key: The input that names it.
        scheduling_id: Its ID in production, where the service says it.
        made: When it was made, in milliseconds, where the service says it.
        digest: Makes that of its document as it is now.
    """

    key: str
    scheduling_id: str | None
    made: int | None
    digest: Callable[[], str]


async def read_deployable(context: Context, key: str, workflow: Workflow) -> Deployable | None:
    """What an input names; None where it is surely not there."""
    kind = next((one for one in OBJECT_KINDS if one.id_output == key), None)
    if kind is not None:
        one = await get_any(context, kind, *workflow)
        if one is None:
            return None
        return Deployable(
            key,
            one.answer.task_id,
            one.answer.create_time,
            lambda: imported_object(context.urn, kind, workflow[0], one).inputs.digest,
        )
    found = await _ownership.read_unless_gone(context, *workflow)
    if found is None:
        return None
    return Deployable(
        key,
        found.definition.workflow_id,
        found.definition.create_time,
        lambda: str(imported("", workflow[0], found)[1]["digest"]),
    )


async def read_any(context: Context, workflow: Workflow) -> Deployable | None:
    """Whatever has this ID, for an import: a workflow first."""
    for key in NOUNS:
        found = await read_deployable(context, key, workflow)
        if found is not None:
            return found
    return None


def not_there(key: str, workflow: Workflow, words: str = "") -> LifecycleError:
    """What is to be deployed does not exist, with the service's words where it says so."""
    project_id, own_id = workflow
    said = f" DataWorks says: {words}" if words else ""
    inner = "; a node in a workflow is deployed with it" if key == "nodeId" else ""
    return LifecycleError(
        f"there is no {NOUNS[key]} {own_id} in project {project_id} to deploy: check {key} and projectId. If another "
        f"stack makes the {NOUNS[key]}, run `pulumi up` there first{inner}.{said}"
    )


# --- What is in production of a workflow, as far as its pipeline runs and its definition show


Outputs = dict[str, Any]


def after_pending(state: DeploymentState, runs: list[openapi.PipelineRun]) -> DeploymentState:
    """The state once its run has ended; one that has not keeps the resource half done."""
    request = replace(state.inputs.run_request, digest=state.pending_digest)
    ours = (run for run in runs if run.id == state.pending_run or request.marks(run))
    run = next(ours, None)
    if run is None:
        return replace(state, pending_run=None)
    if not (run.ended or has_failed(run)):
        message = f"pipeline run {run.id} has not ended: the next `pulumi up` goes on with it"
        raise HalfDoneError(message, replace(state.with_stages(run), pending_run=run.id))
    if run.status != "Success":
        return replace(state.with_stages(run), status=FAILED, pending_run=None if run.ended else run.id)
    return replace(state.with_success(run), deployed=state.pending_digest)


def as_it_is(
    context: Context, state: DeploymentState, scheduling_id: str | None, runs: list[openapi.PipelineRun]
) -> DeploymentState:
    """The state that shows what others did since: the last run that succeeded is what production holds.

    The run that the state names stays: by it the next step knows which runs it has not heard of.
    """
    if state.status == FAILED:
        return replace(state, scheduling_id=scheduling_id or "")
    if is_offline(state, scheduling_id, runs):
        if state.status != OFFLINE:
            context.report.warning(
                f"somebody took this {NOUNS[state.inputs.key]} offline: the next `pulumi up` deploys it again"
            )
        return replace(state, status=OFFLINE, deployed="", scheduling_id="")
    last = _last(runs)
    if last is not None and last.id != state.run_id:
        if state.status != REDEPLOYED:
            context.report.warning(
                f"{last.creator or 'somebody'} has deployed this {NOUNS[state.inputs.key]} since: the next `pulumi up` deploys what is "
                f"declared (pipeline run {last.id})"
            )
        return replace(state, status=REDEPLOYED, deployed="", scheduling_id=scheduling_id or "")
    return replace(state, scheduling_id=scheduling_id or state.scheduling_id)


def is_offline(state: DeploymentState, scheduling_id: str | None, runs: list[openapi.PipelineRun]) -> bool:
    """Whether the workflow is not in production, as far as is known.

    What WorkflowId holds after an offline run is unknown, and whether an undeployment in the console is a pipeline run.
    """
    last = _last(runs)
    if last is not None and last.takes_offline:
        return True
    if scheduling_id or (last is not None and last.id != state.run_id):
        return False
    return bool(state.scheduling_id) or state.status == OFFLINE or (last is None and not state.deployed)


def is_in_production(scheduling_id: str | None, runs: list[openapi.PipelineRun]) -> bool:
    """Whether a workflow is in production that no earlier state says anything about."""
    last = _last(runs)
    return not last.takes_offline if last else bool(scheduling_id)


def _last(runs: list[openapi.PipelineRun]) -> openapi.PipelineRun | None:
    """The last run that succeeded."""
    return next((run for run in runs if run.took_effect), None)


def imported_deployment(
    workflow: Workflow, found: Deployable, runs: list[openapi.PipelineRun]
) -> tuple[Outputs, Outputs]:
    """Inputs and outputs of a deployment that Pulumi has not seen before: it is taken to be that of the definition."""
    scheduling_id = found.scheduling_id or ""
    if not is_in_production(scheduling_id, runs):
        raise LifecycleError(
            f"{NOUNS[found.key]} {workflow[1]} is not in production, so there is no deployment to import: declare the resource, and "
            "`pulumi up` deploys it"
        )
    last = _last(runs)
    digest = (marked_purpose(last) if last else "") or found.digest()
    inputs = DeploymentInputs(*workflow, digest, key=found.key)
    state = DeploymentState(inputs, status=ONLINE, deployed=digest, scheduling_id=scheduling_id)
    return inputs.to_pulumi(), (
        replace(state.with_stages(last), run_id=last.id) if last else state
    ).to_pulumi()


# --- What a workflow, a node or a function needs and that is not in production: reported when it is deployed


@dataclass(frozen=True, slots=True)
class Need:
    """What a document needs in production beside itself.

    Attributes:
        name: An output of another workflow or node, or the name of a function or a file.
        by: What needs it.
        key: The list that names a function or a file, `functions` or `fileResources`; empty for an output.
    """

    name: str
    by: str
    key: str = ""


Upstream = list[Need]

_MOST = 20
"""How many of these are asked about, at one to four calls each."""
_WAITS = {"Normal", "CrossCycleDependsOnOtherNode"}


@dataclass(frozen=True, slots=True)
class _Needed:
    """What makes an output, or is used: what people call it, its ID in Data Studio, and in production where that is known."""

    noun: str
    id: str
    name: str
    scheduling_id: str | None = None


async def warn_of_upstream(
    context: Context,
    workflow: Workflow,
    is_deployed_here: Callable[[Workflow], bool],
    known: Upstream | None,
) -> None:
    """Warns of what a document needs that is not in production, and that this run does not deploy too.

    `known` is what it needs, where this run has sent it; else it is that of a workflow, which is read.

    Raises:
        CancelledStepError: The user stopped the run.
    """
    project_id, reported = workflow[0], set[str]()
    try:
        if known is None:
            known = upstream_of(_ownership.document(await _definition(context, *workflow)))
        for need in known[:_MOST]:
            needed = await (_used if need.key else _maker)(context, project_id, need)
            if (
                needed is None
                or needed.id in reported
                or is_deployed_here((project_id, needed.id))
                or is_in_production(
                    needed.scheduling_id, await context.client.pipelines.of_workflow(project_id, needed.id)
                )
            ):
                continue
            reported.add(needed.id)
            context.report.warning(
                f"{_said(context, need, needed)} is not in production, as far as DataWorks reports: deploy it too, by a WorkflowDeployment of "
                f"its own ({needed.noun} {needed.id}{'' if context.secret or need.key else f', output {need.name}'})"
            )
    except CancelledStepError:
        raise
    except (openapi.DataWorksError, LifecycleError):
        return


def _said(context: Context, need: Need, needed: _Needed) -> str:
    if context.secret:
        return f"a {needed.noun} that this {'uses' if need.key else 'depends on'}"
    return f'{need.by} {"uses" if need.key else "depends on"} {needed.noun} "{needed.name}", which'


def upstream_of(root: flowspec.Object) -> Upstream:
    """Each output that no node of the document makes and a dependency names, and each function and file that a node or a function uses.

    Each names the first node or function that needs it.
    """
    found: Upstream = []
    workflow = flowspec.workflow_of(root)
    nodes = [node for _, node in flowspec.nodes_of(workflow)]
    names = {str(node.get("id")): f'node "{node.get("name")}"' for node in nodes}
    seen = {"", str(workflow.get("id")), *names}
    seen |= {output for one in (workflow, *nodes) for output in flowspec.outputs_of(one)}
    for dependency, depend in (*flowspec.depends_of(root["spec"]), *flowspec.depends_of(workflow)):
        edge = flowspec.edge_of(dependency, depend)
        # The workspace's own root node, which is always there.
        is_root = "." not in edge.output and edge.output.endswith("_root")
        if edge.type in _WAITS and edge.output not in seen and not is_root:
            seen.add(edge.output)
            found.append(Need(edge.output, names.get(edge.node, "the workflow")))
    functions = flowspec.objects(root["spec"].get("functions")) if not nodes else []
    used: dict[tuple[str, str], Need] = {}
    for user, noun in [*((node, "node") for node in nodes), *((one, "function") for one in functions)]:
        for key in ("functions", "fileResources"):
            for name in (str(one.get("name") or "") for one in flowspec.objects(user.get(key))):
                used.setdefault((key, name), Need(name, f'{noun} "{user.get("name")}"', key))
    return [*found, *(need for need in used.values() if need.name)]


async def _maker(context: Context, project_id: int, need: Need) -> _Needed | None:
    """The workflow that makes an output, or whose node does, or the node of no workflow; None where it is unknown, or the node in production."""
    client, output = context.client, need.name
    node = None
    if output.isdecimal():
        node = await if_there(client.nodes.get(project_id, output))
        if node is None:
            return _workflow(await if_there(_definition(context, project_id, output)))
    else:
        name = output.partition(".")[2] or output
        listed = await client.nodes.called(project_id, name)
        node = next((one for one in listed if output in {made.data for made in one.outputs}), None)
        if node is None:
            return _workflow(await _called(context, project_id, name, output))
        if not node.task_id:
            node = await if_there(client.nodes.get(project_id, node.id))
    if node is None or node.task_id:
        return None
    try:
        spec = flowspec.read(node.spec).root["spec"]
        if flowspec.objects(spec.get("nodes")):
            return _Needed("node", node.id, node.name)
        holder = flowspec.workflow_of({"spec": spec})
    except (flowspec.InvalidDocumentError, LookupError, TypeError, AttributeError):
        return None
    return _workflow(await if_there(_definition(context, project_id, str(holder.get("id")))))


def _workflow(found: openapi.WorkflowDefinition | None) -> _Needed | None:
    return _Needed("workflow", found.id, found.name, found.workflow_id) if found else None


async def _used(context: Context, project_id: int, need: Need) -> _Needed | None:
    """The function or the file of a name; None where there is none, or there are several."""
    kind = next(kind for kind in OBJECT_KINDS if kind.form.holder == need.key)
    listed = await kind.operations(context.client).called(project_id, need.name)
    found = [_Needed(kind.noun, one.id, one.name) for one in listed if one.name == need.name]
    return found[0] if len(found) == 1 else None


async def _called(
    context: Context, project_id: int, name: str, output: str
) -> openapi.WorkflowDefinition | None:
    """The workflow with this name and this output."""
    listed = context.client.list_workflow_definitions
    for summary in await listed(project_id, kind="CycleWorkflow", name=name):
        if summary.name == name:
            found = await if_there(_definition(context, project_id, summary.id))
            if found and output in flowspec.outputs_of(flowspec.workflow_of(_ownership.document(found))):
                return found
    return None


def _definition(
    context: Context, project_id: int, workflow_id: str
) -> Coroutine[Any, Any, openapi.WorkflowDefinition]:
    return context.client.get_workflow_definition(project_id, workflow_id, include_script_content=False)
