"""Looking at Data Studio objects: one by its ID, one at its place, what holds a node, and what this run does with them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from pulumi_resource_dataworks import flowspec, openapi

from ._lost_answers import pauses
from ._object_kinds import NODE, SCENES, ObjectKind
from ._object_state import FoundObject, ObjectInputs, ObjectState, StudioKey
from ._ownership import read_unless_gone
from ._state import legible
from ._step import Context, LifecycleError


@dataclass(slots=True)
class RunObjects:
    """What this run does with the objects of a kind.

    Attributes:
        held: Those that live resources hold, with their URNs: no delete may touch them.
        leaving: Those that are deleted before their replacement is created, and whose they are.
        moving: Those that are renamed or moved away.
        updated: Those that a resource of this run goes on with: no replacement leaves them behind.
        gone: Those that were deleted: reads may be stale, and still show them.
    """

    held: dict[StudioKey, str] = field(default_factory=dict[StudioKey, str])
    leaving: dict[StudioKey, str] = field(default_factory=dict[StudioKey, str])
    moving: set[StudioKey] = field(default_factory=set[StudioKey])
    updated: set[StudioKey] = field(default_factory=set[StudioKey])
    gone: set[StudioKey] = field(default_factory=set[StudioKey])

    def is_left(self, key: StudioKey, urn: str) -> bool:
        """Whether the program replaces a resource by another object elsewhere, although an update would do (replaceOnChanges)."""
        return self.held.get(key) == urn and key in self.moving - self.updated


async def get_object(context: Context, inputs: ObjectInputs, object_id: str) -> FoundObject | None:
    """The object with this ID; None where the service says that there is none, and no list names it.

    Raises:
        LifecycleError: What it gives cannot be read.
        DataWorksError: Whether it is there is not known.
    """
    operations = inputs.kind.operations(context.client)
    try:
        answer = await operations.get(inputs.project_id, object_id)
    except openapi.NotFoundError:
        return None
    except openapi.ServiceError as error:  # the codes for "not found" are not published
        if not error.is_ambiguous_client_error:
            raise
        listed = await operations.called(inputs.project_id, inputs.name, inputs.container_id)
        if not any(one.id == object_id for one in listed):
            return None
        await context.pause(pauses(1)[0])  # the list may be ahead of the read
        answer = await operations.get(inputs.project_id, object_id)
    with legible(answer, inputs.kind.noun):
        found = FoundObject(answer, flowspec.read(answer.spec).root)
        found.carried(inputs)
    return found


async def object_in_place(
    context: Context, inputs: ObjectInputs, gone: Collection[StudioKey] = ()
) -> openapi.StudioObject | None:
    """The object that has this name where this one is to be: names are compared here, as the service matches loosely.

    One that is `gone` is not there, though a list may still name it.
    """
    operations = inputs.kind.operations(context.client)
    for one in await operations.called(inputs.project_id, inputs.name, inputs.container_id):
        in_place = not inputs.path or one.path.strip("/") in ("", inputs.path)
        is_named = one.id == inputs.own or (one.name == inputs.name and in_place)
        if is_named and (inputs.project_id, one.id) not in gone:
            return one
    return None


async def get_any(context: Context, kind: ObjectKind, project_id: int, object_id: str) -> FoundObject | None:
    """As `get_object`, of an object of which only the ID is known."""
    blank = {"kind": kind.form.kind, "spec": {kind.form.holder: [{"name": ""}]}}
    asked = ObjectInputs.of(kind, {"projectId": project_id, "spec": blank}, context.urn, object_id)
    return await get_object(context, asked, object_id)


def imported_object(urn: str, kind: ObjectKind, project_id: int, found: FoundObject) -> ObjectState:
    """The state of an object that Pulumi has not seen before, with the document that its author would write."""
    form, object_id = kind.form, found.answer.id
    spec, container = flowspec.imported_single(found.root, form, object_id)
    values = {"projectId": project_id, "spec": spec, **({"containerId": container} if container else {})}
    inputs = ObjectInputs.of(kind, values, urn, object_id)
    left_out = flowspec.left_out(inputs.root, found.carried(inputs))
    return replace(ObjectState(inputs).with_answer(found), left_out=left_out)


async def scene_of(context: Context, state: ObjectState, found: FoundObject) -> str:
    """Where in Data Studio an object stands: no answer says it, but a list of those that people start."""
    if state.inputs.kind is not NODE or state.inputs.container_id:
        return SCENES[1] if str(found.root.get("kind")).casefold() == "manualworkflow" else SCENES[0]
    project_id, name = state.inputs.project_id, state.inputs.name
    listed = await context.client.nodes.called(project_id, name, scene="DataworksManualTask")
    return SCENES[2] if any(one.id == state.object_id for one in listed) else SCENES[0]


async def refuse_no_container(context: Context, inputs: ObjectInputs) -> None:
    """Raises a LifecycleError where nothing is there that could hold the node."""
    container = inputs.project_id, inputs.container_id
    workflow = await read_unless_gone(context, *container)
    if workflow is None and await get_any(context, NODE, *container) is None:
        raise LifecycleError(
            f"containerId: there is no workflow and no node {inputs.container_id} in project {inputs.project_id}. Give the ID of a workflow "
            "or of a control node, or remove containerId: then the node stands outside of workflows"
        )
    is_manual = workflow and str(workflow.root.get("kind")).casefold() == "manualworkflow"
    if workflow and not is_manual and inputs.values.get("scene") == SCENES[1]:
        raise LifecycleError(
            f"scene: {SCENES[1]} is for a node in a manual workflow, and workflow {inputs.container_id} is none. Remove scene, or give the ID "
            "of a manual workflow as containerId"
        )
