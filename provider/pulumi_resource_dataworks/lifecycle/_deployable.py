"""What a deployment brings into production: a workflow, or another object of Data Studio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import _ownership
from ._object_kinds import OBJECT_KINDS
from ._object_lookup import get_any, imported_object
from ._ownership import Workflow
from ._refresh import imported
from ._step import Context, LifecycleError

NOUNS = {"workflowId": "workflow", **{kind.id_output: kind.noun for kind in OBJECT_KINDS}}
"""What people call what an input of a deployment names."""


@dataclass(frozen=True, slots=True)
class Deployable:
    """Something that is there to be deployed.

    Attributes:
        key: The input that names it.
        scheduling_id: Its ID in production, where the service says it.
        digest: Makes that of its document as it is now.
    """

    key: str
    scheduling_id: str | None
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
            lambda: imported_object(context.urn, kind, workflow[0], one).inputs.digest,
        )
    found = await _ownership.read_unless_gone(context, *workflow)
    if found is None:
        return None
    return Deployable(
        key, found.definition.workflow_id, lambda: str(imported("", workflow[0], found)[1]["digest"])
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
    return LifecycleError(
        f"there is no {NOUNS[key]} {own_id} in project {project_id} to deploy: check {key} and projectId. If another "
        f"stack makes the {NOUNS[key]}, run `pulumi up` there first; a node in a workflow is deployed with it.{said}"
    )
