"""Reading a Data Studio object back: what was kept of what was sent, and what of it is to be said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pulumi_resource_dataworks import flowspec

from ._diff import ignoring
from ._lost_answers import pauses
from ._object_lookup import get_object
from ._object_state import FoundObject, ObjectInputs, ObjectState
from ._state import report_rewrites
from ._step import Context, Path

_READS = 4


@dataclass(frozen=True, slots=True)
class Before:
    """What an update began with: what was sent last, and what was there."""

    inputs: ObjectInputs
    found: FoundObject

    def is_still(self, found: FoundObject, state: ObjectState) -> bool:
        """Whether a read may be from before the update: something that it was to change is as it was."""
        new = state.inputs
        was, now = (state.as_declared(one.carried(new)) for one in (self.found, found))
        as_it_was = _apart(flowspec.differences(new.root, now), flowspec.differences(was, now))
        to_change = flowspec.differences(new.root, was)
        return len(_apart(as_it_was, to_change)) < len(as_it_was) or bool(self.kept(found, new))

    def kept(self, found: FoundObject, new: ObjectInputs) -> list[Path]:
        """What of lists is no longer declared, and still there: paths in carrying documents.

        Other fields DataWorks may fill with the same value by itself, and every node has an output.
        """
        old = self.inputs.root
        there = flowspec.project(old, flowspec.clean(found.carried(new)))
        removed = [
            path
            for path, kind in flowspec.differences(old, new.root).items()
            if kind == "delete" and "nodeOutputs" not in path and _is_of_list(old, path)
        ]
        return _apart(removed, flowspec.differences(old, there))


def _is_of_list(root: flowspec.Object, path: Path) -> bool:
    """Whether a path is that of a list, or of an entry of one."""
    value: Any = root
    for step in path:
        value = value[step]
    return isinstance(path[-1], int) or flowspec.is_list(value)


def _apart(paths: Iterable[Path], others: Iterable[Path]) -> list[Path]:
    """The places of which none of the others is a part, or the whole."""

    def overlap(one: Path, other: Path) -> bool:
        shorter = min(len(one), len(other))
        return one[:shorter] == other[:shorter]

    known = list(others)
    return [one for one in paths if not any(overlap(one, other) for other in known)]


async def read_back(context: Context, state: ObjectState, before: Before | None = None) -> ObjectState:
    """The state after a read that shows what was sent; reads right after a write may be stale.

    What a second read does not show is sent once more: a create may drop dependencies without a word (the vendor's guide).
    """
    inputs, lost, again = state.inputs, f"the {state.inputs.kind.noun}", True
    context.report.status("reading it back")
    for attempt, pause in enumerate((0.0, *pauses(_READS - 1))):
        await context.pause(pause)
        found = await get_object(context, inputs, state.object_id)
        if found is None:
            continue
        actual = found.carried(inputs)
        state = replace(state.with_answer(found), left_out=flowspec.left_out(inputs.root, actual))
        kept = state.projected(actual)
        lost = _lost(inputs, kept)
        is_last = attempt == _READS - 1
        if not lost and (is_last or before is None or not before.is_still(found, state)):
            context.report.status(f"{inputs.kind.noun} in place")
            return replace(_with_rewrites(context, state, found, before), settled=True)
        if lost and attempt and again:
            again, text = False, flowspec.single_to_send(inputs.root, inputs.kind.form, state.object_id)
            operations = inputs.kind.operations(context.client)
            await operations.update(*state.key, flowspec.canonical(text), {})
    raise state.half_done(f"the {inputs.kind.noun} was sent, but DataWorks did not keep {lost}")


def _lost(inputs: ObjectInputs, kept: flowspec.Object) -> str:
    """What of the document is not there and is no matter of how it is kept."""
    form = inputs.kind.form
    sent, there = inputs.held, form.object_of(kept)
    script, script_there = flowspec.script_of(sent), flowspec.script_of(there)
    gone = flowspec.changes(inputs.root, kept)
    for is_lost, what in (
        (sent.get("name") != there.get("name"), "its name"),
        (script.get("path") != script_there.get("path"), "its path"),
        (script.get("content") != script_there.get("content"), "its script"),
        (bool(gone.edges_removed), "a dependency"),
    ):
        if is_lost:
            return what
    return ""


def _with_rewrites(
    context: Context, state: ObjectState, found: FoundObject, before: Before | None
) -> ObjectState:
    """The state that knows what the service made of the document, so that it is no drift later."""
    inputs, kept = state.inputs, state.projected(found.carried(state.inputs))
    left = before.kept(found, inputs) if before else []
    changed = _apart(flowspec.differences(inputs.root, kept), left)
    done = [f"changes {described(context, inputs, changed)}"] if changed else []
    done += [f"keeps {described(context, inputs, left)}, no longer declared"] if left else []
    if done:
        # What was sent last is then still what is to be taken away.
        as_before = replace(state, inputs=before.inputs) if before and left else state
        report_rewrites(context, " and ".join(done), as_before.half_done)
    if flowspec.same(inputs.root, kept):
        return replace(state, rewrites=None)
    return replace(state, rewrites=(flowspec.canonical(inputs.root), flowspec.canonical(kept)))


# --- What is there, as inputs


def as_it_is(context: Context, state: ObjectState, found: FoundObject) -> ObjectInputs:
    """The inputs with what is there written in; the same ones where it is as it was sent."""
    before, actual = state.inputs, found.carried(state.inputs)
    kind, wrote = before.kind, flowspec.carried(before.spec, before.kind.form)
    spec = flowspec.with_fields(
        flowspec.drifted(wrote, before.root, state.as_declared(actual)),
        {} if state.left_out is None else flowspec.changed_since(before.root, actual, state.left_out),
    )
    if spec is wrote:
        return before
    spec = flowspec.secret_where_new(wrote, spec) if context.secret else spec
    values = kind.inputs_of(flowspec.uncarried(spec, kind.form), before.values)
    return replace(ObjectInputs.of(kind, values, context.urn, before.own), uploaded=before.uploaded)


def ignoring_inputs(sent: ObjectInputs, new: ObjectInputs, ignore_changes: Sequence[str]) -> ObjectInputs:
    """As `ignoring`, also where inputs stand for a document."""
    if "spec" in new.values:
        return ignoring(sent, new, ignore_changes)
    kept = {key: sent.values[key] for key in ignore_changes if key in new.kind.short and key in sent.values}
    if not kept:
        return new
    values = {**new.values, **kept}
    return replace(new, values=values, spec=new.kind.document(values))


def with_edits(
    context: Context, state: ObjectState, old: ObjectInputs, found: FoundObject
) -> tuple[ObjectState, ObjectInputs]:
    """The state that is asked for, and what was sent last, both with what is there at each ignored path."""
    if not (context.ignore_changes and state.settled):
        return state, old
    actual = as_it_is(context, replace(state, inputs=old), found)
    old, new = (ignoring_inputs(actual, one, context.ignore_changes) for one in (old, state.inputs))
    return replace(state, inputs=new), old


# --- In words


def described(context: Context, inputs: ObjectInputs, changed: Iterable[Path]) -> str:
    """The fields of some places in carrying documents, for a message."""
    names = dict.fromkeys(_field(inputs, path) for path in changed)
    if context.hides_names or context.secret or len(names) > 5:
        return "1 field" if len(names) == 1 else f"{len(names)} fields"
    return ", ".join(names)


def _field(inputs: ObjectInputs, path: Path) -> str:
    if "spec" not in inputs.values:
        return inputs.kind.property_of(path, inputs.values)
    own = flowspec.uncarried_path(path)
    steps = [str(step) for step in own[3:5]] if own[:2] == inputs.kind.form.path[:2] else [str(own[1])]
    return (
        "the script"
        if steps == ["script", "content"]
        else ".".join(step for step in steps if not step.isdecimal())
    )
