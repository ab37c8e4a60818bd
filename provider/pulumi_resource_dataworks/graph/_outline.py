"""What documents show: nodes by kind, what they wait for, and what becomes of one document in another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import Changes, Json, Object

from ._picture import Arrow, Box, Line, Picture, Sort

# --- What kind of thing a node runs, by its command. The commands are those that `flowspec` knows; any other is told by its words


_CONTROL = frozenset({"SUB_PROCESS", "COMBINED_NODE", "PARAM_HUB", "SCHEDULER_TRIGGER", "DEPENDENT", "CHECK"})
_SYNC = frozenset({"DI", "DATAX", "DATAX2", "DT", "CDP", "RI", "DD_MERGE", "TT_MERGE"})
_DATABASES = frozenset(
    [
        "DB2",
        "DORIS",
        "DRDS",
        "MARIADB",
        "OCEANBASE",
        "ORACLE",
        "REDSHIFT",
        "SAPHANA",
        "SELECTDB",
        "STARROCKS",
        "VERTICA",
    ]
)
_WORDS: tuple[tuple[Sort, tuple[str, ...]], ...] = (
    (Sort.CONTROL, ("CONTROLLER_", "CHECK_", "_CHECK", "_INSPECT")),
    (Sort.VIRTUAL, ("VIRTUAL",)),
    (Sort.PYTHON, ("PYTHON", "PYODPS", "PYSPARK", "NOTEBOOK")),
    (Sort.SHELL, ("SHELL", "SSH", "PERL")),
    (
        Sort.SQL,
        (
            "SQL",
            "HIVE",
            "PRESTO",
            "IMPALA",
            "TRINO",
            "KYUUBI",
            "ODPS_SCRIPT",
            "ODPS_DDL",
            "HOLOGRES",
            "ADB_FOR_",
        ),
    ),
)


def sort_of(command: str) -> Sort:
    """The kind of a command, in any case; OTHER where its words tell nothing."""
    word = command.upper()
    if word in _CONTROL:
        return Sort.CONTROL
    if word in _SYNC:
        return Sort.SYNC
    if word in _DATABASES:
        return Sort.SQL
    return next((sort for sort, parts in _WORDS if any(part in word for part in parts)), Sort.OTHER)


# --- What one document shows: its nodes, what they wait for, and the workflow around them


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


# --- Documents as a picture: one by itself, or what becomes of one in another. What changes is what preview would show


def picture_of(root: Object, before: Object | None = None) -> Picture:
    """Draws up a picture.

    Args:
        root: A document that is complete, as `flowspec.complete` leaves it.
        before: Such a one that `root` takes the place of; None for a picture of `root` alone.
    """
    return _alone(root) if before is None else _compared(before, root)


def _alone(root: Object) -> Picture:
    found = outline(root)
    boxes = list(found.boxes.values())
    nodes = sum(box.sort is not Sort.OUTSIDE for box in boxes)
    arrows = list(dict.fromkeys(map(_arrow, found.waits)))
    summary = f"{_count(nodes, 'node', 'nodes')}, {_count(len(arrows), 'dependency', 'dependencies')}"
    return Picture(_name(found), list(lines(root).values()), boxes, arrows, summary=summary)


def _compared(before: Object, after: Object) -> Picture:
    changes = flowspec.changes(before, after)
    old, now = outline(before), outline(after)
    keys = _keys(old, now, changes)
    arrows = list(dict.fromkeys(_arrows(old, now, keys, changes)))
    boxes = [_signed(box, changes) for box in now.boxes.values()]
    boxes += [
        replace(box, key=keys[key], holder=keys.get(box.holder, ""), sign="-")
        for key, box in old.boxes.items()
        if keys[key] not in now.boxes
    ]
    boxes = [_outside_signed(box, arrows) if box.sort is Sort.OUTSIDE else box for box in boxes]
    summary = changes.describe() or "nothing changes"
    told = list(_lines(before, after, changes))
    return Picture(_name(now), told, boxes, arrows, compared=True, summary=summary)


def _name(found: Outline) -> str:
    return str(found.workflow["name"])


def _keys(old: Outline, now: Outline, changes: Changes) -> dict[str, str]:
    """For each box of the old document its key in the picture: that of the new one's box which is the same."""
    removed = set(changes.removed)
    own = {key: one for one, key in old.ids.items()}
    found: dict[str, str] = {}
    for key, box in old.boxes.items():
        same = key if box.sort is Sort.OUTSIDE else now.ids.get(own.get(key, ""), key)
        is_gone = key in removed or (box.sort is not Sort.OUTSIDE and same not in now.boxes)
        found[key] = f"\0\0{key}" if is_gone else same
    return found


def _arrow(wait: Wait) -> Arrow:
    return Arrow(wait.source, wait.target, wait.earlier, wait.condition)


def _arrows(old: Outline, now: Outline, keys: dict[str, str], changes: Changes) -> Iterator[Arrow]:
    added, removed = set(changes.edges_added), set(changes.edges_removed)
    for wait in now.waits:
        yield replace(_arrow(wait), sign="+" if wait.edge in added else "")
    for wait in old.waits:
        if wait.edge in removed:
            yield Arrow(keys[wait.source], keys[wait.target], wait.earlier, wait.condition, "-")


def _signed(box: Box, changes: Changes) -> Box:
    if box.key in changes.added:
        return replace(box, sign="+")
    moved = changes.moved.get(box.key)
    told = (*((f"was {moved}",) if moved else ()), *changes.changed.get(box.key, ()))
    return replace(box, sign="~", changes=told) if told else box


def _outside_signed(box: Box, arrows: list[Arrow]) -> Box:
    """What no node waits for any more, or only now: no document says more of another workflow's node."""
    signs = {arrow.sign for arrow in arrows if arrow.source == box.key}
    return replace(box, sign=signs.pop()) if len(signs) == 1 else box


def _lines(before: Object, after: Object, changes: Changes) -> Iterator[Line]:
    """The lines about the workflow, what was said before beside what is said now, and all fields that differ."""
    old, new = lines(before), lines(after)
    for what in dict.fromkeys([*old, *new]):
        was, now = old.get(what), new.get(what)
        if was == now and now is not None:
            yield now
            continue
        if was is not None:
            yield replace(was, sign="-")
        if now is not None:
            yield replace(now, sign="+")
    fields = [*changes.workflow, *changes.document]
    if fields:
        yield Line(", ".join(fields), sign="~")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
