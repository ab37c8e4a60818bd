"""Diff: what an update would change, and whether it takes a new workflow. Makes no call."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar, cast

from pulumi_resource_dataworks import flowspec

from ._definition_state import FLAG_INPUTS, DefinitionInputs, DefinitionState
from ._object_state import ObjectInputs
from ._step import Change, RefusedError, Unknown, has_unknown

PropertyChange = Literal["add", "update", "replace", "delete"]
_STEP = re.compile(r"\[(\d+|\*)\]|\[\"([^\"]*)\"\]|\.?([^.\[]+)")
_PYTHONS_NAME = re.compile(r"_(.?)")
"""A field as Python's SDK names it: `rerun_mode` is `rerunMode`, `in_` is `in`. That SDK translates the names of whole inputs alone."""
_ID = re.compile(r"\b((workflows|nodes)\[\d+\]|while)\.id$")
_MEANING = ("script.content", ".cron", ".recurrence", ".priority", ".timeout", ".rerunMode", ".rerunTimes")
"""Where a path ends so, another value is always a change. Elsewhere a node may be written by name or by ID, so meanings are compared."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes, by property path as Pulumi writes it: empty where nothing does.

    A path or an ID can be taken once, so the old workflow may have to go first (`delete_before_replace`).
    """

    changes: Mapping[str, PropertyChange]
    delete_before_replace: bool = False

    @property
    def replaces(self) -> list[str]:
        """The properties that ask for a new workflow."""
        paths = (path for path, kind in self.changes.items() if kind == "replace")
        return list(dict.fromkeys(path.split(".")[0] for path in paths))

    def refuse_replacement(self, resource_id: str) -> None:
        """Raises a RefusedError where an update is asked for all the same, as `pulumi do --stateless` does."""
        if self.replaces:
            raise RefusedError(
                f"with another {' and '.join(self.replaces)} this would be another resource, which an update does not make: create that "
                f"one, then delete this one (`{resource_id}`)"
            )


def diff(urn: str, change: Change) -> Difference:
    """Compares what was sent last with the new inputs, by meaning.

    The old inputs may hold what was ignored since, the old outputs hold what was sent.
    """
    olds, news, old = change.olds, change.news, {**change.olds, **change.outputs}
    changes: dict[str, PropertyChange] = {
        key: "add" if key not in olds else "update" if key in news else "delete"
        for key in FLAG_INPUTS.values()
        if olds.get(key) != news.get(key)
    }
    if isinstance(news.get("projectId"), Unknown):
        changes["projectId"] = "update"
    elif int(news["projectId"]) != int(old["projectId"]):
        changes["projectId"] = "replace"
    if "projectId" in changes or has_unknown(news["spec"]):
        return Difference({**changes, **_below(old["spec"], news["spec"])})
    state = DefinitionState.of(urn, change.resource_id, old)
    new = ignoring(state.inputs, DefinitionInputs.of(news, urn, state.known_ids), change.ignore_changes)
    below = _below(old["spec"], new.spec)
    if not below:
        return Difference({**changes, **_newly_secret(old["spec"], new.spec)})
    if _is_another(state, new):
        taken = state.inputs.path == new.path or state.workflow_id == new.workflow_id
        return Difference({**changes, **dict.fromkeys(below, "replace")}, delete_before_replace=taken)
    below = _without_known_ids(below, state, new) or below
    if any(path.endswith(_MEANING) for path in below):
        return Difference({**changes, **below})
    same = flowspec.same(state.root, state.under_actual_ids(new.root))
    return Difference(changes if same else {**changes, **below})


def _is_another(state: DefinitionState, new: DefinitionInputs) -> bool:
    """Whether the new document is that of another workflow: of another kind, or with an ID that this one never had."""
    if state.inputs.kind.casefold() != new.kind.casefold():
        return True
    return new.workflow_id not in (state.workflow_id, state.inputs.workflow_id)


def _without_known_ids(
    below: dict[str, PropertyChange], state: DefinitionState, new: DefinitionInputs
) -> dict[str, PropertyChange]:
    """The places without the IDs that one document writes and the other leaves out, where no node gets another ID by that."""
    ids = {name: state.ids.get(node["id"], node["id"]) for name, node in new.nodes.items()}
    if any(ids.get(name, known) != known for name, known in state.node_ids.items()):
        return below
    return {path: kind for path, kind in below.items() if kind == "update" or not _ID.search(path)}


def _below(old: Any, new: Any) -> dict[str, PropertyChange]:
    """The smallest property paths below `spec` that differ."""
    if not all(isinstance(spec, dict) and not flowspec.is_secret(spec) for spec in (old, new)):
        return {} if old == new else {"spec": "update"}
    found = flowspec.differences(cast("flowspec.Object", old), cast("flowspec.Object", new))
    return {flowspec.show_path(("spec", *path)): kind for path, kind in found.items()}


def _newly_secret(old: Any, new: Any) -> dict[str, PropertyChange]:
    """What of an equal document is a secret only now: Pulumi keeps the outputs of a resource that does not change, in clear."""
    known = set(flowspec.secret_paths(old))
    return {
        flowspec.show_path(("spec", *path)): "update"
        for path in flowspec.secret_paths(new)
        if not any(path[:length] in known for length in range(len(path) + 1))
    }


I = TypeVar("I", DefinitionInputs, ObjectInputs)  # noqa: E741 - inputs


def ignoring(sent: I, new: I, ignore_changes: Sequence[str]) -> I:
    """The new inputs with the value that was sent last at each ignored path below `spec`.

    The engine honours ignoreChanges by itself where the program gives an object, but cannot look into text.
    """
    paths = [path for path in map(_below_spec, ignore_changes) if path]
    if not paths:
        return new
    spec = copy.deepcopy(new.spec)
    for path in paths:
        _keep(sent.spec, spec, path)
    return replace(new, spec=spec)


def _below_spec(text: str) -> list[str]:
    """The steps below the document's root: `spec.workflows[0]` and `spec.spec.workflows[0]` are the same place."""
    steps = [match[match.lastindex or 0] for match in _STEP.finditer(text)]
    if len(steps) < 2 or steps[0] != "spec":
        return []
    return steps[1:] if steps[1] in ("version", "kind", "spec", "metadata") else steps


def _keep(old: Any, new: Any, path: list[str]) -> None:
    """Puts the old value at a path into the new document; list entries are the same by ID, name, then place."""
    step, rest = path[0], path[1:]
    if isinstance(old, list) and isinstance(new, list):
        entries = cast("list[Any]", new)
        for index, item in enumerate(entries):
            partner = _partner(cast("list[Any]", old), item, index) if step in ("*", str(index)) else None
            if partner is not None and rest:
                _keep(partner, item, rest)
            elif partner is not None:
                entries[index] = partner
    elif isinstance(old, dict) and isinstance(new, dict):
        before, after = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        if step not in before and step not in after:
            step = _PYTHONS_NAME.sub(lambda found: found[1].upper(), step)
        if rest and step in before and step in after:
            _keep(before[step], after[step], rest)
        elif not rest and step in before:
            after[step] = before[step]
        elif not rest:
            after.pop(step, None)


def _partner(old: list[Any], item: Any, index: int) -> Any:
    """The old entry that is this one: by ID, name or node, or by place where it has none of these."""
    before = [cast("dict[str, Any]", other) for other in old if isinstance(other, dict)]
    if isinstance(item, dict):
        entry = cast("dict[str, Any]", item)
        for key in ("id", "name", "nodeId"):
            if key in entry:
                return next((other for other in before if other.get(key) == entry[key]), None)
    return old[index] if index < len(old) else None
