"""Diff: what an update would change, and whether it takes a new workflow. Makes no call."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from pulumi_resource_dataworks import flowspec

from ._state import Inputs
from ._values import Unknown

Kind = Literal["add", "update", "replace", "delete"]
_STEP = re.compile(r"\[(\d+|\*)\]|\[\"([^\"]*)\"\]|\.?([^.\[]+)")


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different.

    Attributes:
        changes: What changes, by property name: empty where nothing does.
        delete_before_replace: Whether the old workflow has to go first: a path or an ID can be taken once.
    """

    changes: Mapping[str, Kind]
    delete_before_replace: bool = False

    @property
    def replaces(self) -> list[str]:
        """The properties that ask for a new workflow."""
        return [key for key, kind in self.changes.items() if kind == "replace"]


def diff(
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    ignore_changes: Sequence[str] = (),
    old_outputs: Mapping[str, Any] | None = None,
) -> Difference:
    """Compares what was sent last with the new inputs, by meaning.

    Args:
        olds: The inputs of the last run.
        news: The new inputs.
        ignore_changes: Property paths that keep the value that the service has.
        old_outputs: The outputs of the last run: what was sent. The inputs may hold what was ignored since.
    """
    if isinstance(news.get("projectId"), Unknown):
        return Difference({"projectId": "update", "spec": "update"})
    old = Inputs.of(olds)
    if int(news["projectId"]) != old.project_id:
        changes: dict[str, Kind] = {"projectId": "replace"}
        if isinstance(news["spec"], Unknown) or news["spec"] != old.text:
            changes["spec"] = "update"
        return Difference(changes)
    if isinstance(news["spec"], Unknown):
        return Difference({"spec": "update"})
    old = Inputs.of(old_outputs) if old_outputs and "spec" in old_outputs else old
    new = ignoring(old, Inputs.of(news), ignore_changes)
    if flowspec.same(old.root, new.root):
        return Difference({})
    if old.workflow_id != new.workflow_id or old.kind.casefold() != new.kind.casefold():
        taken = old.path == new.path or old.workflow_id == new.workflow_id
        return Difference({"spec": "replace"}, delete_before_replace=taken)
    return Difference({"spec": "update"})


def ignoring(sent: Inputs, new: Inputs, ignore_changes: Sequence[str]) -> Inputs:
    """The new inputs with the value that was sent last at each ignored path below `spec`.

    The engine honours ignoreChanges by itself for whole properties, but cannot look into text.
    """
    paths = [path for path in map(_below_spec, ignore_changes) if path]
    if not paths:
        return new
    root = copy.deepcopy(new.root)
    for path in paths:
        _keep(sent.root, root, path)
    return replace(new, text=flowspec.canonical(root))


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
        for index, item in enumerate(cast("list[Any]", new)):
            if step in ("*", str(index)):
                _keep_item(cast("list[Any]", old), cast("list[Any]", new), index, item, rest)
    elif isinstance(old, dict) and isinstance(new, dict):
        before, after = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        if rest and step in before and step in after:
            _keep(before[step], after[step], rest)
        elif not rest and step in before:
            after[step] = before[step]
        elif not rest:
            after.pop(step, None)


def _keep_item(old: list[Any], new: list[Any], index: int, item: Any, rest: list[str]) -> None:
    partner = _partner(old, item, index)
    if partner is None:
        return
    if rest:
        _keep(partner, item, rest)
    else:
        new[index] = partner


def _partner(old: list[Any], item: Any, index: int) -> Any:
    """The old entry that is this one: by ID, name or node, or by place where it has none of these."""
    before = [cast("dict[str, Any]", other) for other in old if isinstance(other, dict)]
    if isinstance(item, dict):
        entry = cast("dict[str, Any]", item)
        for key in ("id", "name", "nodeId"):
            if key in entry:
                return next((other for other in before if other.get(key) == entry[key]), None)
    return old[index] if index < len(old) else None
