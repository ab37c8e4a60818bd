"""What one document shows: its nodes, what they wait for, and the workflow around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import Json, Object

from ._picture import Box, Line, Sort
from ._sorts import sort_of

_MARKS = {"normal": "", "pause": "paused", "skip": "dry run"}
_EARLIER = {
    "CrossCycleDependsOnSelf": "own last cycle",
    "CrossCycleDependsOnChildren": "last cycle of its children",
    "CrossCycleDependsOnOtherNode": "last cycle",
}
"""What each type of dependency waits for (help page "Dependencies on previous cycle results")."""

_OF_ITSELF = frozenset({"own last cycle", "last cycle of its children"})


@dataclass(frozen=True, slots=True)
class Wait:
    """One dependency of a document.

    Attributes:
        edge: As `flowspec.changes` tells it.
        source: The key of the node, or of the box outside, that goes first.
        target: The key of the node that waits.
        earlier: Which runs of the cycle before are meant; empty for the same cycle.
        condition: When a branch goes this way.
    """

    edge: flowspec.Edge
    source: str
    target: str
    earlier: str = ""
    condition: str = ""


@dataclass(slots=True)
class Outline:
    """What one document shows. Keys of nodes are their names as `flowspec.nodes_of` has them, which are unique.

    Attributes:
        workflow: The document's workflow.
        boxes: By key.
        waits: The dependencies.
        ids: The keys of the nodes, by ID.
    """

    workflow: Object
    boxes: dict[str, Box]
    waits: list[Wait]
    ids: dict[str, str]


def outline(root: Object) -> Outline:
    """Reads off a document what is drawn of it.

    Args:
        root: A document that is complete, as `flowspec.complete` leaves it.
    """
    workflow = flowspec.workflow_of(root)
    keys = {id(node): key for key, node in flowspec.nodes_of(workflow)}
    boxes = {box.key: box for box in _boxes(workflow, "", keys)}
    ids: dict[str, str] = {}
    for key, node in flowspec.nodes_of(workflow):
        ids.setdefault(str(node.get("id")), key)
    found = Outline(workflow, boxes, [], ids)
    makers = _makers(workflow)
    for dependency, depend in flowspec.depends_of(workflow):
        _add_wait(found, makers, dependency, depend)
    return found


def lines(root: Object) -> dict[str, Line]:
    """What there is to say about the workflow as a whole: its path and kind, its schedule, what it waits for."""
    workflow = flowspec.workflow_of(root)
    path = str(_inside(workflow, "script").get("path") or "")
    waited = [str(depend.get("refTableName") or depend.get("output")) for depend in _around(root)]
    found = {
        "place": Line(f"{root.get('kind')} · {path}"),
        "schedule": _schedule(_inside(workflow, "trigger")),
        "recurrence": Line(_mark(_inside(workflow, "strategy").get("recurrenceType"))),
        "waits": Line(f"waits for {', '.join(waited)}" if waited else ""),
    }
    return {what: line for what, line in found.items() if line.text}


def _schedule(trigger: Object) -> Line:
    """When a workflow starts; empty where it does not say."""
    cron, delay = str(trigger.get("cron") or ""), str(trigger.get("delaySeconds") or "0")
    parts = [cron or str(trigger.get("type") or ""), str(trigger.get("timezone") or "")]
    parts += [f"{delay} s later"] if delay != "0" else []
    return Line(" · ".join(filter(None, parts)), cron=cron)


def _boxes(owner: Object, holder: str, keys: dict[int, str]) -> Iterator[Box]:
    plain = {id(node) for node in flowspec.objects(owner.get("nodes"))}
    for node in flowspec.scope_of(owner):
        key = keys[id(node)]
        inner = list(flowspec.inner_scopes(node))
        runtime = _inside(_inside(node, "script"), "runtime")
        command = str(runtime.get("command") or "")
        command = command or (f"type {runtime['commandTypeId']}" if runtime.get("commandTypeId") else "")
        state = _mark(node.get("recurrence"))
        marks = [mark for mark in ("condition" if id(node) not in plain else "", state) if mark]
        sort = Sort.CONTROL if inner else sort_of(command)
        yield Box(key, str(node.get("name") or ""), command, sort, tuple(marks), holder)
        for _, scope in inner:
            yield from _boxes(scope, key, keys)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Who makes an output, and when, where it is one of a branch."""

    node_id: str
    condition: str = ""


def _makers(workflow: Object) -> dict[str, _Maker]:
    found: dict[str, _Maker] = {}
    for _, node in flowspec.nodes_of(workflow):
        own = str(node.get("id"))
        arms = {
            str(_inside(arm, "output").get("data")): str(arm.get("when") or arm.get("desc") or "")
            for arm in flowspec.objects(_inside(node, "branch").get("branches"))
        }
        found.setdefault(own, _Maker(own))
        for output in (*flowspec.outputs_of(node), *arms):
            found.setdefault(output, _Maker(own, arms.get(output, "")))
    return found


def _add_wait(found: Outline, makers: dict[str, _Maker], dependency: Object, depend: Object) -> None:
    """Adds a dependency, and the box of what no node here makes. One of a node that is not there is left out."""
    target = found.ids.get(str(dependency.get("nodeId")))
    if target is None:
        return
    edge = flowspec.edge_of(dependency, depend)
    earlier = _EARLIER.get(edge.type, "")
    if earlier in _OF_ITSELF:
        found.waits.append(Wait(edge, target, target, earlier))
        return
    named = edge.output
    maker = makers.get(named)
    if maker is not None:
        source = found.ids[maker.node_id]
        found.waits.append(Wait(edge, source, target, earlier, maker.condition))
        return
    key = f"\0{named}"
    name = str(depend.get("refTableName") or named)
    found.boxes.setdefault(key, Box(key, name, named if named != name else "", Sort.OUTSIDE))
    found.waits.append(Wait(edge, key, target, earlier))


def _around(root: Object) -> Iterator[Object]:
    """What the workflow itself waits for."""
    spec = cast("Object", root["spec"])
    for key in ("dependencies", "flow"):
        for dependency in flowspec.objects(spec.get(key)):
            yield from flowspec.objects(dependency.get("depends"))


def _mark(recurrence: Any) -> str:
    word = str(recurrence or "Normal")
    return _MARKS.get(word.casefold(), word)


def _inside(value: Object, key: str) -> Object:
    found: Json = value.get(key)
    return cast("Object", found) if isinstance(found, dict) else {}
