"""An update of a workflow definition: what is sent, and what is said of what it changes or overwrites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi_resource_dataworks import flowspec

from ._definition_state import DefinitionInputs, DefinitionState
from ._import import ImportRequest
from ._ownership import Found, refuse_foreign
from ._state import reset_removed
from ._step import Context, without_unknowns


def import_request(
    context: Context,
    state: DefinitionState,
    old: DefinitionInputs,
    new: DefinitionInputs,
    found: Found | None,
) -> ImportRequest:
    """What to send for an update, after one look at what is there."""
    updated = state.updated(new)
    if found is None:
        context.report.warning(f"the workflow is not there: importing it (workflow {state.workflow_id})")
        first = DefinitionState(
            new,
            state.workflow_id,
            updated.ids,
            owner=state.owner,
            took=state.took,
            took_nodes=state.took_nodes,
        )
        return ImportRequest(first, new.root, fresh=True)
    refuse_foreign(context, state, new, found.root)
    _warn_of_edits(context, state, old, new, found.root)
    root = reset_removed(context, old.root, new.root)
    known = updated.with_answer(found.definition, found.root)
    removed = flowspec.changes(known.projected(found.root), new.root).removed
    return ImportRequest(known, root, fresh=False, removed=tuple(removed))


def _warn_of_edits(
    context: Context,
    state: DefinitionState,
    old: DefinitionInputs,
    new: DefinitionInputs,
    actual: flowspec.Object,
) -> None:
    """Warns of edits that the import overwrites; what an interrupted or failed run of ours left is not one."""

    def differs(inputs: DefinitionInputs) -> str:
        changes = flowspec.changes(inputs.root, replace(state, inputs=inputs).as_declared(actual))
        return context.described(changes)

    since_sent = differs(state.inputs)
    _warn_of_settings(context, state.changed_beside(actual), new)
    if since_sent and differs(old) and differs(new):
        context.report.warning(
            f"this overwrites an edit made outside of Pulumi since the last run, which {since_sent}"
        )


def _warn_of_settings(
    context: Context, changed: Mapping[str, flowspec.Object], new: DefinitionInputs
) -> None:
    """Names what somebody has set that the document leaves out: an import may set it back."""
    nodes = {"": flowspec.workflow_of(new.root), **new.nodes}
    lost = [
        f'{path} of "{name}"' if name else f"the workflow's {path}"
        for name, fields in changed.items()
        for path in fields
        if name in nodes and path.split(".")[0] not in nodes[name]
    ]
    if lost:
        listed = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        context.report.warning(
            f"somebody changed {'settings' if context.hides_names else listed} since the last run, and the document leaves it out: "
            "this import may set it back. To keep it, write it into the document (`pulumi refresh` shows the values)"
        )


def as_far_as_known(old: flowspec.Object, new: Any) -> tuple[flowspec.Object, flowspec.Object]:
    """Both documents as they are written; the old one twice where the new one's workflow as a whole is not known."""
    known: flowspec.Object = without_unknowns(new) or {}
    [body] = flowspec.objects([known.get("spec")]) or [{}]
    return old, known if any(flowspec.objects(body.get("workflows"))) else old
