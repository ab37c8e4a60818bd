"""Bringing a Data Studio object into the service: whose it is, created once, changed where it differs, read back."""

from __future__ import annotations

from collections.abc import Collection, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pulumi_resource_dataworks import flowspec, openapi

from ._lost_answers import pauses, send_once
from ._object_kinds import FILE_RESOURCE, NODE, SCENES
from ._object_lookup import RunObjects, get_object, object_in_place
from ._object_readback import Before, described, read_back, with_edits
from ._object_state import FoundObject, ObjectInputs, ObjectState, StudioKey
from ._state import iso_time, reset_removed
from ._step import Asset, Context, LifecycleError, RefusedError

_LOOKS = 3
"""How often a create whose answer was lost is looked for before it is sent again."""


# --- What is there already when an object is to be created


async def claim_object(
    context: Context, inputs: ObjectInputs, run: RunObjects, *, begun: bool
) -> ObjectState | None:
    """The state of the object that is taken over; None where nothing is there, or nothing that will be there in `up`.

    A killed create leaves an object that holds just what was sent. That it is ours, the output of a node shows, or that this machine has
    begun to create it (`begun`). Those that this run has deleted are not in the way.

    Raises:
        RefusedError: What is there is not this resource's, and is not to be adopted.
    """
    noun = inputs.kind.noun
    context.report.status(f"looking for the {noun}")
    summary = await object_in_place(context, inputs, run.gone)
    found = summary and await get_object(context, inputs, summary.id)
    if not found:
        return None
    own_id, takes = found.answer.id, "up takes it over" if context.preview else "taking it over"
    holder = None if context.stateless else run.held.get((inputs.project_id, own_id))
    actual = found.carried(inputs)
    is_own = not context.stateless and (begun or found.proves(inputs))
    theirs = replace(inputs, own=own_id)
    if holder is not None and holder != context.urn:
        if (inputs.project_id, own_id) in run.moving:
            if context.preview:
                return None
            raise RefusedError(
                f"{_place(inputs)} of project {inputs.project_id} is taken by {noun} {own_id} as yet, which this run renames or moves. Let this "
                f"resource wait for that one (dependsOn), or run `pulumi up` again ({holder})"
            )
        raise RefusedError(
            f"another resource of this program has the {noun} that is there already. Give this one another name or path, or remove one "
            f"of the two ({noun} {own_id} of project {inputs.project_id}, {holder})"
        )
    if is_own and (holder or nothing_is_lost(inputs, actual)):
        context.report.info(
            f"the {noun} is there already, as this resource made it: {takes} ({noun} {own_id})"
        )
        return ObjectState(inputs).with_answer(found).sent()
    if holder:
        return ObjectState(theirs).with_answer(found).sent()
    if not inputs.adopts:
        raise _is_taken(context, inputs, found)
    if not inputs.can_be_made_of(actual):
        raise RefusedError(
            f"{_place(inputs)} of project {inputs.project_id} is taken by {noun} {own_id}, which has another type, and no call changes that: adopt "
            "cannot make it what is declared. Give this one another name or path, or delete that one in Data Studio"
        )
    context.report.warning(f"a {noun} is there already, and adopt is set: {takes} ({noun} {own_id})")
    return ObjectState(theirs).with_answer(found).sent()


def nothing_is_lost(inputs: ObjectInputs, actual: flowspec.Object) -> bool:
    """Whether an object holds just what is declared, but for dependencies that the service may have dropped."""
    left = flowspec.changes(flowspec.project(inputs.root, actual), inputs.root)
    return not (left.changed or left.removed or left.edges_removed or left.document)


def _is_taken(context: Context, inputs: ObjectInputs, found: FoundObject) -> RefusedError:
    noun, own_id = inputs.kind.noun, found.answer.id
    key, token = f"{inputs.project_id}/{own_id}", f"dataworks:index:{inputs.kind.resource}"
    made = f" (made {time})" if (time := iso_time(found.answer.create_time)) else ""
    taken = f"{_place(inputs)} of project {inputs.project_id} is taken by {noun} {own_id}{made}, which is not this resource's"
    if context.stateless:
        return RefusedError(
            f"{taken}: without a state, nothing says what an earlier create has made. To change that {noun}, run `pulumi do {token} upsert "
            f"{key} --stateless`, or set `adopt: true`. To keep both, give this one another name or path"
        )
    adopt = "To make it what is declared"
    if nothing_is_lost(inputs, found.carried(inputs)):
        adopt = "It holds just what is declared: where an interrupted run of this stack on another machine has made it"
    return RefusedError(
        f"{taken}. To manage it here as it is, run `pulumi import {token} <name> {key}`. {adopt}, set `adopt: true` on the resource. "
        "To keep both, give this one another name or path. Was the resource renamed in the program? Then give it an alias with its old name"
    )


def _place(inputs: ObjectInputs) -> str:
    if flowspec.hides_names(inputs.spec):
        return "its place"
    return (
        f"the path {inputs.path}"
        if inputs.path
        else f'the name "{inputs.name}" in container {inputs.container_id}'
    )


# --- Creating it, once although answers are lost


async def create_object(context: Context, inputs: ObjectInputs, gone: Collection[StudioKey]) -> ObjectState:
    """Creates an object and reads it back; those that are `gone` are not it, though a list may still name them.

    Raises:
        HalfDoneError: Something was sent, and its end was not seen or was not what it should be.
        LifecycleError: Nothing was sent.
        DataWorksError: Nothing was sent.
    """
    state, noun = ObjectState(inputs), inputs.kind.noun
    context.report.status(f"creating the {noun}")
    more = {**_place_of(inputs), **await _content(context, inputs)}
    operations = inputs.kind.operations(context.client)
    # The vendor's guide: an ID has to be the name, or the dependencies of a node may be dropped.
    text = flowspec.canonical(flowspec.single_to_send(inputs.root, inputs.kind.form, inputs.name))

    async def send() -> ObjectState:
        context.state_if_stopped = state.sent()
        object_id = await operations.create(inputs.project_id, text, more)
        return replace(state.sent(), object_id=object_id)

    async def look(_: int) -> ObjectState | None:
        """Lists may be stale, and a second create may make a second object."""
        context.report.status(
            f"the answer to the create was lost: looking for the {noun} before sending it again"
        )
        for pause in pauses(_LOOKS):
            await context.pause(pause)
            there = await object_in_place(context, inputs, gone)
            if there is not None:
                return replace(state.sent(), object_id=there.id)
        return None

    made = await send_once(context, f"the create of the {noun}", send, look, state.half_done)
    context.state_if_stopped = made
    return await read_back(context, made)


def _place_of(inputs: ObjectInputs) -> dict[str, str]:
    """What of a node's place is no part of its document."""
    if inputs.kind is not NODE:
        return {}
    scene = str(inputs.values.get("scene", SCENES[0]))
    return {"Scene": scene, **({"ContainerId": inputs.container_id} if inputs.container_id else {})}


async def _content(context: Context, inputs: ObjectInputs) -> dict[str, str]:
    """Uploads the content of a file; what the create or the update says of it.

    Raises:
        LifecycleError: The file cannot be read.
        DataWorksError: It could not be uploaded.
    """
    content, address = inputs.values.get("content"), inputs.values.get("contentUrl")
    if inputs.kind is FILE_RESOURCE and isinstance(content, Asset):
        context.report.status("uploading the file")
        try:
            address = await context.client.uploads.upload(content.path or content.text.encode())
        except OSError as error:
            raise LifecycleError(f"{content.path} cannot be read: {error.strerror or error}") from error
    return {"ResourceFile": str(address)} if address else {}


# --- Changing it


async def change_object(
    context: Context, state: ObjectState, old: ObjectInputs, found: FoundObject, *, upload: bool
) -> ObjectState:
    """Makes an object that is there what the state's inputs say: renames, moves and updates it, each where it differs.

    An update is incremental, and the service may refuse values of its own that come back: only fields that differ are sent.

    Raises:
        HalfDoneError: Something was sent, and its end was not seen or was not what it should be.
        DataWorksError: Nothing was sent.
    """
    inputs, actual = state.inputs, found.carried(old)
    before, state = replace(state, inputs=old).with_answer(found), state.with_answer(found)
    operations, key = inputs.kind.operations(context.client), (inputs.project_id, found.answer.id)
    there = inputs.kind.form.object_of(actual)
    path = str(flowspec.script_of(there).get("path") or "").strip("/")
    name, folder = str(there.get("name")), path.rpartition("/")[0]
    own_folder = inputs.path.rpartition("/")[0]
    if name != inputs.name or (inputs.path and folder != own_folder):
        other = await object_in_place(context, inputs)
        if other is not None and other.id != key[1]:
            raise RefusedError(
                f"{_place(inputs)} of project {inputs.project_id} is taken by {inputs.kind.noun} {other.id}, so this one cannot go "
                "there. Give it another name or path, or rename or delete that one first"
            )
    more = await _content(context, inputs) if upload else {}
    calls: list[tuple[str, Coroutine[Any, Any, None]]] = []
    if name != inputs.name:
        calls.append((f"renaming {name} to {inputs.name}", operations.rename(*key, inputs.name)))
    if inputs.path and folder != own_folder:
        calls.append((f"moving it to {own_folder or 'the top folder'}", operations.move(*key, own_folder)))
    document = _differing(context, state, old, actual)
    if document or more:
        form = inputs.kind.form  # a document has to be sent with a file, too
        unchanged = {"version": flowspec.VERSION, "kind": form.kind, "spec": {form.holder: [{"id": key[1]}]}}
        text = flowspec.canonical(document or unchanged)
        calls.append((f"updating the {inputs.kind.noun}", operations.update(*key, text, more)))
    # What was sent last stays in the state until all is done: it says which fields have left the document.
    context.state_if_stopped = before.sent()
    await _made_in_turn(context, calls)
    context.state_if_stopped = state.sent()
    return await read_back(context, state.sent(), Before(old, found))


async def _made_in_turn(context: Context, calls: Sequence[tuple[str, Coroutine[Any, Any, None]]]) -> None:
    """Makes the calls of a change, each with what it is about; a first one that is refused has changed nothing."""
    try:
        for number, (said, call) in enumerate(calls):
            context.report.status("changing it" if context.secret else said)
            try:
                await call
            except openapi.ServiceError as error:
                unknown = error.after_lost_answer or openapi.is_outcome_unknown(error)
                if number == 0 and not unknown:
                    context.state_if_stopped = None
                raise
    finally:
        for _, call in calls:
            call.close()


def _differing(
    context: Context, state: ObjectState, old: ObjectInputs, actual: flowspec.Object
) -> flowspec.Object | None:
    """What of the document is to be sent; None where the service holds all of it."""
    inputs, form = state.inputs, state.inputs.kind.form
    root = reset_removed(context, old.root, inputs.root, partial(described, context, inputs))
    kept = flowspec.project(root, actual)
    if flowspec.same(kept, root) and flowspec.same(old.root, root):
        return None
    # What was sent last shows entries that a list no longer has: a read-back is projected on what is declared.
    document, *before = (
        flowspec.single_to_send(one, form, state.object_id) for one in (root, kept, old.root)
    )
    held = _with_nulls(old.held, form.object_of(document))
    held_before = [form.object_of(one) for one in before]
    fields: flowspec.Object = {
        key: item
        for key, item in held.items()
        if key == "id" or any(item != one.get(key) for one in held_before)
    }
    beside = {
        key: item
        for key, item in document["spec"].items()
        if any(item != one["spec"].get(key) for one in before)
    }
    return {**document, "spec": {**beside, form.holder: [fields]}}


def _with_nulls(old: flowspec.Object, new: flowspec.Object) -> flowspec.Object:
    """The new fields, and null for each that only the old ones have: what an update leaves out stays."""
    inner = {
        key: _with_nulls(old[key], item)
        for key, item in new.items()
        if flowspec.is_object(item) and flowspec.is_object(old.get(key))
    }
    return {**dict.fromkeys(old.keys() - new.keys()), **new, **inner}


def keep_edits(
    context: Context, state: ObjectState, old: ObjectInputs, found: FoundObject
) -> tuple[ObjectState, ObjectInputs]:
    """As `with_edits`, after a warning of the edits that an update overwrites all the same, or its refusal."""
    state, old = with_edits(context, state, old, found)
    warn_of_edit(context, replace(state, inputs=old), state.inputs, found)
    return state, old


def warn_of_edit(context: Context, state: ObjectState, new: ObjectInputs | None, found: FoundObject) -> None:
    """Warns of an edit since the last run that an update overwrites, or a delete loses, or refuses it; `new` is None for a delete."""
    actual = state.as_declared(found.carried(state.inputs))
    changed = flowspec.differences(state.inputs.root, actual)
    loses = new is None or not flowspec.same(flowspec.project(new.root, actual), new.root)
    if state.settled and changed and loses:
        context.warn_of_loss(
            f"this {'overwrites' if new else 'deletes'} an edit made outside of Pulumi since the last run, which changes "
            f"{described(context, new or state.inputs, changed)}"
        )
