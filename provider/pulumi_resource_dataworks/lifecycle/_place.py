"""A workflow's name and folder: whether an import changes them is unknown, so they are changed by calls of their own."""

from __future__ import annotations

from pulumi_resource_dataworks import flowspec

from ._context import Context
from ._state import Inputs, State


def in_place(inputs: Inputs, kept: flowspec.Object) -> bool:
    """Whether the service has the workflow under the name and in the folder that were declared."""
    return _name_and_folder(flowspec.workflow_of(kept)) == _name_and_folder(flowspec.workflow_of(inputs.root))


async def put_in_place(context: Context, state: State, kept: flowspec.Object) -> None:
    """Renames and moves a workflow that an import has left where it was: the IDs stay.

    Raises:
        CancelledStepError: The user stopped the run.
        DataWorksError: The service refuses.
    """
    name, folder = _name_and_folder(flowspec.workflow_of(state.inputs.root))
    old_name, old_folder = _name_and_folder(flowspec.workflow_of(kept))
    project_id, client = state.inputs.project_id, context.client
    if name != old_name:
        context.report.status("renaming it" if context.secret else f"renaming {old_name} to {name}")
        await context.ask(client.rename_workflow_definition(project_id, state.workflow_id, name))
    if folder != old_folder:
        context.report.status(
            "moving it" if context.secret else f"moving {name} to {folder or 'the top folder'}"
        )
        await context.ask(client.move_workflow_definition(project_id, state.workflow_id, folder))


def _name_and_folder(workflow: flowspec.Object) -> tuple[str, str]:
    script: flowspec.Object = workflow.get("script") or {}
    path = str(script.get("path") or "").strip("/")
    folder, _, _ = path.rpartition("/")
    return str(workflow["name"]), folder
