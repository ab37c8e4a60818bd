"""A workflow of a workspace, looked up for a picture."""

from __future__ import annotations

import asyncio
import contextlib
from argparse import Namespace

from pulumi_resource_dataworks import flowspec, lifecycle, openapi
from pulumi_resource_dataworks._workspace import connected, find_workflow, read_settings
from pulumi_resource_dataworks.flowspec import Object

from ._picture import NotDrawnError

_MOST_INPUTS = 20
"""Outputs of other workflows that are looked up, at one or two calls each."""


def from_workspace(arguments: Namespace) -> Object:
    """Gets the document of `arguments.workflow`, an exact name, path or ID, with all that the service fills in."""
    try:
        return asyncio.run(_get(read_settings(arguments), arguments.project_id, arguments.workflow))
    except flowspec.InvalidDocumentError as error:
        problems = "; ".join(problem.render() for problem in error.problems if problem.severity == "error")
        raise NotDrawnError(
            f"DataWorks gives {arguments.workflow} in a form that cannot be drawn: {problems}"
        ) from error
    except (openapi.DataWorksError, lifecycle.LifecycleError, ValueError, ImportError) as error:
        # ImportError: a SOCKS proxy without its package.
        raise NotDrawnError(str(error).removeprefix("getWorkflowDefinition: ")) from error


def input_names(arguments: Namespace, outputs: list[str]) -> dict[str, str]:
    """Names for outputs of other workflows, as far as the workspace knows them: `workflow / node`. It costs no error."""
    return asyncio.run(_input_names(read_settings(arguments), arguments.project_id, outputs[:_MOST_INPUTS]))


async def _input_names(settings: openapi.Settings, project_id: int, outputs: list[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    async with connected(settings) as context:
        with contextlib.suppress(openapi.DataWorksError):  # of every call: what is known so far is shown
            for output in outputs:
                with contextlib.suppress(openapi.NotFoundError, flowspec.InvalidDocumentError, LookupError):
                    names[output] = await _input_name(context.client, project_id, output)
    return names


async def _input_name(client: openapi.Client, project_id: int, output: str) -> str:
    node_id = output
    if not output.isdecimal():  # `<workspace>.<name of the node>`, as the console makes it
        listed = await client.nodes.called(project_id, output.partition(".")[2] or output)
        made = {given.data: node.id for node in listed for given in node.outputs}
        node_id = made[output]
    node = await client.nodes.get(project_id, node_id)
    return f"{flowspec.workflow_of(flowspec.read(node.spec).root)['name']} / {node.name}"


async def _get(settings: openapi.Settings, project_id: int, wanted: str) -> Object:
    async with connected(settings) as context:
        definition = await _definition(context, project_id, wanted)
    document = flowspec.read(definition.spec)
    flowspec.validate(document)
    return document.root


async def _definition(context: lifecycle.Context, project_id: int, wanted: str) -> openapi.WorkflowDefinition:
    """The workflow with this ID: one call. If there is none, that with this name or path."""
    if wanted.isdecimal():
        try:
            return await context.client.get_workflow_definition(project_id, wanted)
        except openapi.NotFoundError:
            pass
    found = await find_workflow(context, project_id, wanted)
    return await context.client.get_workflow_definition(project_id, found)
