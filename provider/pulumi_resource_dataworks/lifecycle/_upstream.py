"""What a workflow depends on and that is not in production: reported when the workflow is deployed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from pulumi_resource_dataworks import flowspec, openapi

from . import _look
from ._context import Context
from ._errors import CancelledStepError, LifecycleError
from ._pipeline import runs_of
from ._production import is_in_production

T = TypeVar("T")

_MOST = 20
"""How many outputs of others are asked about, at one to four calls each."""
_WAITS = {"Normal", "CrossCycleDependsOnOtherNode"}


async def warn_of_upstream(
    context: Context, workflow: tuple[int, str], is_deployed_here: Callable[[tuple[int, str]], bool]
) -> None:
    """Warns of each other workflow that this one depends on and that is not in production, as far as the service reports.

    Args:
        context: The step.
        workflow: Project and ID of the workflow that is deployed.
        is_deployed_here: Whether this run deploys a workflow too.

    Raises:
        CancelledStepError: The user stopped the run.
    """
    project_id, told = workflow[0], set[str]()
    try:
        call = context.client.get_workflow_definition(*workflow, include_script_content=False)
        root = _look.document(await context.ask(call))
        for output, waiting in list(_of_others(root))[:_MOST]:
            upstream = await _maker(context, project_id, output)
            if (
                upstream is None
                or upstream.id in told
                or is_deployed_here((project_id, upstream.id))
                or is_in_production(upstream.workflow_id, await runs_of(context, project_id, upstream.id))
            ):
                continue
            told.add(upstream.id)
            depends = f'{waiting} depends on workflow "{upstream.name}", which'
            depends = "what this workflow depends on" if context.secret else depends
            made = "" if context.secret else f", output {output}"
            context.report.warning(
                f"{depends} is not in production, as far as DataWorks reports: deploy it too, by a WorkflowDeployment of its "
                f"own (workflow {upstream.id}{made})"
            )
    except CancelledStepError:
        raise
    except (openapi.DataWorksError, LifecycleError):
        return


def _of_others(root: flowspec.Object) -> Iterator[tuple[str, str]]:
    """Each output that no node of the document makes and a dependency names, and what depends on it first."""
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
            yield edge.output, names.get(edge.node, "the workflow")


async def _maker(context: Context, project_id: int, output: str) -> openapi.WorkflowDefinition | None:
    """The workflow that makes an output, or whose node does; None where that is unknown, or the node in production."""
    client = context.client
    node = None
    if output.isdecimal():
        node = await _if_there(context, client.nodes.get(project_id, output))
        if node is None:
            return await _if_there(context, _definition(context, project_id, output))
    else:
        name = output.partition(".")[2] or output
        listed = await context.ask(client.nodes.called(project_id, name))
        node = next((one for one in listed if output in {made.data for made in one.outputs}), None)
        if node is None:
            return await _called(context, project_id, name, output)
        if not node.task_id:
            node = await _if_there(context, client.nodes.get(project_id, node.id))
    if node is None or node.task_id:
        return None
    try:
        holder = flowspec.workflow_of(_look.document(node))
    except LifecycleError:
        return None  # a node of no workflow
    return await _if_there(context, _definition(context, project_id, str(holder.get("id"))))


async def _called(
    context: Context, project_id: int, name: str, output: str
) -> openapi.WorkflowDefinition | None:
    """The workflow with this name and this output."""
    call = context.client.list_workflow_definitions(project_id, kind="CycleWorkflow", name=name)
    for summary in await context.ask(call):
        if summary.name == name:
            found = await _if_there(context, _definition(context, project_id, summary.id))
            if found and output in flowspec.outputs_of(flowspec.workflow_of(_look.document(found))):
                return found
    return None


def _definition(
    context: Context, project_id: int, workflow_id: str
) -> Coroutine[Any, Any, openapi.WorkflowDefinition]:
    return context.client.get_workflow_definition(project_id, workflow_id, include_script_content=False)


async def _if_there(context: Context, call: Coroutine[Any, Any, T]) -> T | None:
    """What a call gives; None where the answer may mean that there is no such thing."""
    try:
        return await context.ask(call)
    except openapi.ServiceError as error:
        if error.is_ambiguous_client_error:
            return None
        raise
