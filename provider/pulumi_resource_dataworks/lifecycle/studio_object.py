"""The life of a node, a function or a file resource: check, diff, create, read, update, delete, on plain values.

Calls are synchronous, and the service chooses the IDs: an object is found again at its place, by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from pulumi_resource_dataworks import flowspec, openapi

from ._check import Checked
from ._diff import Difference, PropertyChange
from ._object_calls import (
    change_object,
    claim_object,
    create_object,
    keep_edits,
    nothing_is_lost,
    warn_of_edit,
)
from ._object_kinds import ObjectKind, check_object
from ._object_lookup import (
    RunObjects,
    get_any,
    get_object,
    imported_object,
    object_in_place,
    refuse_no_container,
    scene_of,
)
from ._object_readback import as_it_is, described, ignoring_inputs
from ._object_state import (
    FoundObject,
    ObjectInputs,
    ObjectState,
    StudioKey,
    content_mark,
    is_unknown,
    preview_outputs,
    studio_key,
    unknown_outputs,
)
from ._ownership import looking_ahead
from ._production import Upstream, upstream_of
from ._run import Journal, TakenOver, warn_of_leaving
from ._state import bookkeeping
from ._step import UNKNOWN, Change, Context, LifecycleError, RefusedError, Unknown, nothing_lost

Outputs = dict[str, Any]

_CONTENT = ("content", "contentUrl")
_PLACE = ("projectId", "scene", "containerId")
"""The inputs that say where an object is, and that no call changes."""


@dataclass(slots=True)
class StudioObjects:
    """The objects of one kind in one run.

    Attributes:
        kind: The kind.
        taken_over: The objects that a resource of this run has taken over, in whichever process.
        journal: What this machine has created, as the state of a killed run does not say it.
        declared: Which resource of this run declares a place: project, container, and path or name.
        run: What this run does with the objects.
        is_imported: Whether a definition of this run has a workflow, or is to make it.
        upstream: What the objects need that this run has sent, beside that of workflows.
    """

    kind: ObjectKind
    taken_over: TakenOver = field(default_factory=TakenOver)
    journal: Journal = field(default_factory=Journal)
    declared: dict[tuple[int, str, str], str] = field(default_factory=dict[tuple[int, str, str], str])
    run: RunObjects = field(default_factory=RunObjects)
    is_imported: Callable[[StudioKey], bool] = lambda _: False
    upstream: dict[StudioKey, Upstream] = field(default_factory=dict[StudioKey, Upstream])

    def check(self, urn: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None) -> Checked:
        """Validates the inputs; makes no call."""
        found = check_object(self.kind, news, olds)
        if found.failures or is_unknown(self.kind, found.inputs):
            return found
        inputs = ObjectInputs.of(self.kind, found.inputs, urn)
        place = inputs.project_id, inputs.container_id, inputs.path or inputs.name
        other = self.declared.setdefault(place, urn)
        if other != urn:
            shown = "this place" if flowspec.hides_names(inputs.spec) else f"the path {place[2]}"
            found.failures.append(
                f"{shown} of project {inputs.project_id} is declared by {other} too, and a {self.kind.noun} is there once. "
                "Give one of the two another name or path, or remove it."
            )
        return found

    def diff(self, urn: str, change: Change) -> Difference:
        """Compares what was sent last with the new inputs, by meaning; makes no call."""
        olds, news, short = change.olds, change.news, self.kind.short
        sent = {key: item for key, item in change.outputs.items() if key in olds or key not in short}
        found = self._difference(urn, change, {**olds, **sent})
        if olds.get("adopt") != news.get("adopt"):
            found = replace(found, changes={**found.changes, "adopt": "update"})
        key = studio_key(self.kind, change.resource_id, change.outputs)
        if key[1] and (other := self.run.held.get(key, urn)) != urn:
            raise LifecycleError(
                f"{other} has the {self.kind.noun} of this resource too, so the two would overwrite each other. Take one of them out of the state "
                f"with `pulumi state delete`. If it is to take the place that this one leaves, let it wait for this one (dependsOn) ({self.kind.noun} {key[1]} "
                f"of project {key[0]})"
            )
        if found.delete_before_replace:
            self.run.leaving[key] = urn
        elif not found.replaces and urn in self.declared.values():
            self.run.held[key] = urn
            place = next(place for place, owner in self.declared.items() if owner == urn)
            if found.changes and place[2] != (change.outputs.get("path") or change.outputs.get("name")):
                self.run.moving.add(key)
        return found

    def _difference(self, urn: str, change: Change, old: Mapping[str, Any]) -> Difference:
        news = change.news
        asked = {**self.kind.defaults, **news}
        changes: dict[str, PropertyChange] = {
            key: "update" if isinstance(asked.get(key), Unknown) else "replace"
            for key in _PLACE
            if asked.get(key) != old.get(key)
        }
        had = str(bookkeeping(old).get("content", ""))
        if content_mark(news) != had or any(isinstance(news.get(key), Unknown) for key in _CONTENT):
            changes |= {key: "update" for key in _CONTENT if key in news or key in old}
        if is_unknown(self.kind, news):
            keys = [key for key in ("spec", *self.kind.short) if news.get(key) != old.get(key)]
            return Difference({**changes, **{key: "update" for key in keys if key in news}})
        state = ObjectState.of(self.kind, urn, change.resource_id, old)
        new = self._inputs(urn, news, state, change.ignore_changes)
        below: dict[str, PropertyChange] = {}
        if not flowspec.same(state.inputs.root, new.root):
            below = self._below(state.inputs, new)
        if state.inputs.type != new.type:
            changes |= dict.fromkeys(below, "replace")
        if not (changes or below) and not state.settled:
            below = {"spec" if "spec" in news else "name": "update"}
        found = Difference({**below, **changes})
        if found.replaces and not (new.is_whole or change.stateless):
            raise LifecycleError(
                f"{', '.join(found.replaces)}: this replaces the file, and its content would be lost, as neither the program nor any answer of DataWorks "
                "holds it. Give it as content or contentUrl"
            )
        in_way = "projectId" not in changes and state.inputs.name == new.name
        return replace(found, delete_before_replace=bool(found.replaces) and in_way)

    def _below(self, old: ObjectInputs, new: ObjectInputs) -> dict[str, PropertyChange]:
        if any(map(flowspec.is_secret, (old.spec, new.spec))):
            return {"spec": "update"}
        found = flowspec.single_differences(old.spec, new.spec, self.kind.form)
        found.pop(("version",), None)  # it has no meaning of its own, and no short input
        return {self.kind.property_of(path, new.values): kind for path, kind in found.items()} or {
            "spec": "update"
        }

    def _inputs(
        self, urn: str, values: Mapping[str, Any], state: ObjectState, ignore_changes: Sequence[str] = ()
    ) -> ObjectInputs:
        """The inputs of an object that is there; with what was sent last at each ignored path."""
        new = ObjectInputs.of(self.kind, values, urn, state.inputs.own)
        return ignoring_inputs(state.inputs, new, ignore_changes)

    async def create(self, context: Context, news: Mapping[str, Any]) -> tuple[str, Outputs]:
        """Creates an object that is not there yet; gives the resource's ID, empty in a preview, and its outputs.

        Raises:
            RefusedError: An object that is not this resource's is in the way.
            HalfDoneError: Something was sent.
            LifecycleError: Nothing was sent.
            DataWorksError: Nothing was sent.
        """
        self._hide(context, news)
        if self.is_imported((news["projectId"], news.get("containerId", ""))):
            context.report.warning(
                f"containerId: a WorkflowDefinition of this program has workflow {news['containerId']}, and its next change would be refused, "
                "or delete this node. Write the node into the document of that workflow"
            )
        if context.preview:
            return "", await self._preview_create(context, news)
        state = await self._made(context, ObjectInputs.of(self.kind, news, context.urn))
        return state.resource_id, state.to_pulumi()

    async def _made(self, context: Context, inputs: ObjectInputs) -> ObjectState:
        """The object that is taken over, else a new one."""
        taken = await self._claim(context, inputs)
        if taken is not None:
            self.taken_over.note(taken.key)
            return await self._changed(context, taken, taken.inputs)
        key = _journal_key(context, inputs)
        self.journal.begin(key, inputs.digest)
        try:
            return await self._kept(context, create_object(context, inputs, self.run.gone))
        except Exception:
            self.journal.end(key)  # nothing was sent, or the state will say so
            raise

    async def _claim(self, context: Context, inputs: ObjectInputs) -> ObjectState | None:
        begun = self.journal.begun(_journal_key(context, inputs), inputs.digest)
        return await claim_object(context, inputs, self.run, begun=begun)

    async def _preview_create(self, context: Context, news: Mapping[str, Any]) -> Outputs:
        """At preview: one look at what has this name."""
        if is_unknown(self.kind, news):
            return unknown_outputs(self.kind, news)
        inputs = ObjectInputs.of(self.kind, news, context.urn)
        warn_of_leaving(context, self.kind.noun, self.run.leaving)
        leaving = {key for key in self.run.leaving if key[0] == inputs.project_id}
        if not leaving and not isinstance(news.get("adopt"), Unknown):
            async with looking_ahead(context, inputs.project_id, f"a {self.kind.noun} is in the way"):
                taken = await self._claim(context, inputs)
                container = inputs.project_id, inputs.container_id
                if taken is None and inputs.container_id and not self.is_imported(container):
                    await refuse_no_container(context, inputs)
        return preview_outputs(inputs)

    async def read(
        self, context: Context, resource_id: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]
    ) -> tuple[Outputs, Outputs] | None:
        """Inputs and outputs as the service holds them, in the words of what was written; None where the object is gone.

        For an import `inputs` holds nothing of the object, and `outputs` is empty.
        """
        self._hide(context, inputs, outputs)
        if not outputs:
            return await self._imported(context, resource_id)
        state = ObjectState.of(self.kind, context.urn, resource_id, outputs)
        found = await self._found(context, state)
        if found is None:
            self.journal.end(_journal_key(context, state.inputs))  # what is made in its place is another one
            return None
        now = replace(self._inputs(context.urn, inputs, state), uploaded=state.inputs.uploaded)
        read, kept = self._refreshed(context, replace(state, inputs=now), found)
        return read, _keeping_digest(state, outputs, kept)

    def _refreshed(
        self, context: Context, state: ObjectState, found: FoundObject
    ) -> tuple[Outputs, ObjectState]:
        before, read = state.inputs, as_it_is(context, state, found)
        if read is not before:
            changed = flowspec.single_differences(before.spec, read.spec, self.kind.form)
            context.report.info(f"{context.name}: has drifted: {described(context, before, changed)}")
        return {**read.values}, replace(state, inputs=read).with_answer(found)

    async def _imported(self, context: Context, resource_id: str) -> tuple[Outputs, Outputs] | None:
        """Inputs and outputs of an object that Pulumi has not seen before."""
        project_id, object_id = studio_key(self.kind, resource_id, {})
        found = await get_any(context, self.kind, project_id, object_id)
        if found is None:
            return None
        state = imported_object(context.urn, self.kind, project_id, found)
        values = dict(state.inputs.values)
        scene = await scene_of(context, state, found)
        if scene != self.kind.defaults.get("scene", scene):
            values["scene"] = scene
        inputs = replace(state.inputs, values=values)
        return values, replace(state, inputs=inputs).to_pulumi()

    async def update(self, context: Context, change: Change) -> Outputs:
        """Makes the object what is declared, after a look at what is there.

        Raises:
            HalfDoneError: Something was sent.
            LifecycleError: Nothing was sent.
            DataWorksError: Nothing was sent.
        """
        news, outputs = change.news, change.outputs
        self._hide(context, change.olds, outputs, news)
        if context.stateless:
            self.diff(context.urn, change).refuse_replacement(change.resource_id)
        state = ObjectState.of(self.kind, context.urn, change.resource_id, outputs)
        if is_unknown(self.kind, news):
            return {**unknown_outputs(self.kind, news), self.kind.id_output: state.object_id or UNKNOWN}
        new = self._inputs(context.urn, news, state, context.ignore_changes)
        after = replace(state, inputs=new)
        if context.preview:
            changed = flowspec.differences(state.inputs.root, new.root)
            if changed:
                context.report.info(f"{context.name}: changes {described(context, new, changed)}")
            if context.strict and not state.inputs.means(new):
                async with looking_ahead(context, new.project_id, "somebody has edited it"):
                    found = await self._found(context, state)
                    if found is not None:
                        keep_edits(context, after, state.inputs, found)
            foreseen = _keeping_digest(state, outputs, replace(after, output=new.output))
            return {self.kind.id_output: UNKNOWN, **foreseen}
        if not (state.settled and state.inputs.means(new)):
            after = await self._changed(context, after, state.inputs)
        return _keeping_digest(state, outputs, after)

    async def _changed(self, context: Context, state: ObjectState, old: ObjectInputs) -> ObjectState:
        """The object as the state declares it, after what `old` has made of it."""
        self.run.updated.add(state.key)
        found = await self._found(context, replace(state, inputs=old))
        if found is None:
            context.report.warning(f"the {self.kind.noun} is not there: creating it")
            return await self._made(context, state.inputs)
        if old is not state.inputs:
            state, old = keep_edits(context, state, old, found)
        upload = not state.settled or old.content != state.inputs.content
        return await self._kept(context, change_object(context, state, old, found, upload=upload))

    async def delete(self, context: Context, resource_id: str, outputs: Mapping[str, Any]) -> None:
        """Deletes the object, unless a live resource of this run holds it.

        Raises:
            LifecycleError: The service refuses.
            DataWorksError: The service refuses.
        """
        self._hide(context, outputs)
        key, noun = studio_key(self.kind, resource_id, outputs), self.kind.noun
        state = ObjectState.of(self.kind, context.urn, resource_id, outputs)
        is_left = self.run.is_left(key, context.urn) and state.inputs.is_whole
        if key[1] and ((key in self.run.held and not is_left) or self.taken_over.holds(key)):
            context.report.info(
                f"the resource that replaces this one holds its {noun}, which stays ({noun} {key[1]})"
            )
            return
        self.journal.end(_journal_key(context, state.inputs))
        if not state.object_id:
            found = await self._found(context, state)
            if found is None:
                return
            key = key[0], found.answer.id
            if not found.proves(state.inputs):
                raise RefusedError(
                    f"whether the create of this {noun} arrived was never seen, and the {noun} in its place, which holds just what was sent, may be "
                    "somebody else's: it was not deleted. If it is this resource's, delete it in Data Studio and run this again. If it is not, "
                    f"take the resource out of the state with `pulumi state delete` ({noun} {key[1]} of project {key[0]})"
                )
        elif context.strict and (seen := await self._found(context, state)):
            warn_of_edit(context, state, None, seen)
        try:
            await self.kind.operations(context.client).delete(*key)
            self.run.gone.add(key)
        except openapi.NotFoundError:
            return
        except openapi.ServiceError as error:
            if not error.is_ambiguous_client_error:
                raise
            if await get_object(context, state.inputs, key[1]) is None:
                return
            raise LifecycleError(
                f"{error}. If it is deployed to production, take it offline first (Data Studio, Deploy, Offline), then run this "
                f"again. If a node or a function uses it, change that first; where this replaces it, another name is a way out. To leave the {noun} in DataWorks and only forget it, set retainOnDelete on the resource"
            ) from error

    async def _found(self, context: Context, state: ObjectState) -> FoundObject | None:
        """The object of a state: by its ID, or at its place, just as it was sent, where the answer to its create was lost."""
        if state.object_id:
            return await get_object(context, state.inputs, state.object_id)
        there = await object_in_place(context, state.inputs)
        found = await get_object(context, state.inputs, there.id) if there else None
        is_own = found is not None and nothing_is_lost(state.inputs, found.carried(state.inputs))
        return found if is_own else None

    async def _kept(self, context: Context, step: Any) -> ObjectState:
        """The end of something that sends, which loses nothing that was sent."""
        try:
            with nothing_lost(context):
                return cast("ObjectState", await step)
        finally:
            state = cast("ObjectState | None", context.state_if_stopped)
            if state is not None and state.object_id:
                self.run.held[state.key] = context.urn
                self.upstream[state.key] = upstream_of(state.inputs.root)

    def _hide(self, context: Context, *holders: Mapping[str, Any]) -> None:
        """Keeps names out of this step's messages where one may be a secret."""
        if context.secret:
            context.hides_names = any(flowspec.hides_names(self.kind.document(one)) for one in holders if one)


def _keeping_digest(before: ObjectState, outputs: Mapping[str, Any], after: ObjectState) -> Outputs:
    """The outputs after a step, with the digest from before where it still means the same: no release deploys anything again."""
    kept = {"digest": outputs["digest"]} if before.inputs.means(after.inputs) and "digest" in outputs else {}
    return {**after.to_pulumi(), **kept}


def _journal_key(context: Context, inputs: ObjectInputs) -> str:
    return f"{context.client.base_url} {inputs.project_id} {context.urn}"
