"""What documents show: nodes by kind, what they wait for, and what becomes of one document in another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import Changes, Object, part

from ._picture import Arrow, Box, Category, Line, Picture

# --- What kind of thing a node runs, by its command


_COMMANDS = {
    Category.CONTROL: "SUB_PROCESS COMBINED_NODE PARAM_HUB SCHEDULER_TRIGGER DEPENDENT CHECK",
    Category.SYNC: "DI DATAX DATAX2 DT CDP RI DD_MERGE TT_MERGE",
    Category.SQL: "DB2 DORIS DRDS MARIADB OCEANBASE ORACLE REDSHIFT SAPHANA SELECTDB STARROCKS VERTICA",
}
_PARTS = {  # of other commands, in this order
    Category.CONTROL: "CONTROLLER_ CHECK_ _CHECK _INSPECT",
    Category.VIRTUAL: "VIRTUAL",
    Category.PYTHON: "PYTHON PYODPS PYSPARK NOTEBOOK",
    Category.SHELL: "SHELL SSH PERL",
    Category.SQL: "SQL HIVE PRESTO IMPALA TRINO KYUUBI ODPS_SCRIPT ODPS_DDL HOLOGRES ADB_FOR_",
}
_BY_COMMAND = {command: category for category, commands in _COMMANDS.items() for command in commands.split()}
_BY_PART = {part: category for category, parts in _PARTS.items() for part in parts.split()}


def category_of(command: str) -> Category:
    """The category of a command, in any case; OTHER where its words do not say."""
    word = command.upper()
    by_part = (category for part, category in _BY_PART.items() if part in word)
    return _BY_COMMAND.get(word) or next(by_part, Category.OTHER)


# --- What one document shows: its nodes, what they wait for, and the workflow around them


_MARKS = {"normal": "", "pause": "paused", "skip": "dry run"}
_EARLIER = {
    "CrossCycleDependsOnSelf": "own last cycle",
    "CrossCycleDependsOnChildren": "last cycle of its children",
    "CrossCycleDependsOnOtherNode": "last cycle",
}
"""What each type of dependency waits for (help page "Dependencies on previous cycle results")."""

_ANY = ("*", "?")
_SIMPLE_CRON = re.compile(
    r"(?P<second>[0-5]?[0-9]) (?P<minute>[0-5]?[0-9]) (?P<hour>[01]?[0-9]|2[0-3]|\*)"
    r" (?P<day>0?[1-9]|[12][0-9]|3[01]|L|[*?]) \* (?P<weekday>[A-Za-z]+(-[A-Za-z]+|(,[A-Za-z]+)*)|[*?])( \*)?"
)
_WEEKDAYS = {
    day[:3].upper(): day
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
}
_OF_ITSELF = frozenset({"own last cycle", "last cycle of its children"})


@dataclass(frozen=True, slots=True)
class Outline:
    """What one document shows. Keys of nodes are their names as `flowspec.nodes_of` has them, which are unique.

    Attributes:
        arrows: The dependencies, each with what it is for `flowspec.changes`.
        ids: The keys of the nodes, by ID.
    """

    name: str
    boxes: dict[str, Box]
    arrows: list[tuple[flowspec.Edge, Arrow]]
    ids: dict[str, str]


def outline(root: Object) -> Outline:
    """Reads off a document what is drawn of it.

    Args:
        root: A document that is complete, as `flowspec.complete` leaves it.
    """
    workflow = flowspec.workflow_of(root)
    nodes = list(flowspec.nodes_of(workflow))
    boxes = {box.key: box for box in _boxes(workflow, "", {id(node): key for key, node in nodes})}
    ids: dict[str, str] = {}
    producers: dict[str, tuple[str, str]] = {}  # the node's key, and when a branch gives the output
    for key, node in nodes:
        own = str(node.get("id"))
        arms = {
            str(part(arm, "output").get("data")): str(arm.get("when") or arm.get("desc") or "")
            for arm in flowspec.objects(part(node, "branch").get("branches"))
        }
        ids.setdefault(own, key)
        for output in (own, *flowspec.outputs_of(node), *arms):
            producers.setdefault(output, (ids[own], arms.get(output, "") if output != own else ""))
    found = Outline(str(workflow["name"]), boxes, [], ids)
    for dependency, depend in flowspec.depends_of(workflow):
        target = ids.get(str(dependency.get("nodeId")))
        if target is not None:
            _add_arrow(found, producers, target, depend, flowspec.edge_of(dependency, depend))
    return found


def _add_arrow(
    found: Outline, producers: dict[str, tuple[str, str]], target: str, depend: Object, edge: flowspec.Edge
) -> None:
    """Adds a dependency, and the box of what no node here makes."""
    earlier, output = _EARLIER.get(edge.type, ""), edge.output
    if earlier in _OF_ITSELF:
        arrow = Arrow(target, target, earlier)
    elif output in producers:
        source, condition = producers[output]
        arrow = Arrow(source, target, earlier, condition)
    else:
        arrow = Arrow(f"\0{output}", target, earlier)
        name = str(depend.get("refTableName") or output)
        box = Box(arrow.source, name, output if output != name else "", Category.OUTSIDE)
        found.boxes.setdefault(arrow.source, box)
    found.arrows.append((edge, arrow))


def lines(root: Object) -> dict[str, Line]:
    """What there is to say about the workflow as a whole: its path and kind, its schedule, what it waits for."""
    workflow = flowspec.workflow_of(root)
    path = str(part(workflow, "script").get("path") or "")
    waited = [
        str(depend.get("refTableName") or depend.get("output"))
        for dependency in flowspec.dependencies_of(root["spec"])
        for depend in flowspec.objects(dependency.get("depends"))
    ]
    found = {
        "place": Line(f"{root.get('kind')} · {path}"),
        "schedule": _schedule(part(workflow, "trigger")),
        "recurrence": Line(_mark(part(workflow, "strategy").get("recurrenceType"))),
        "waits": Line(f"waits for {', '.join(waited)}" if waited else ""),
    }
    return {what: line for what, line in found.items() if line.text}


def _schedule(trigger: Object) -> Line:
    """When a workflow starts; empty where it does not say."""
    cron, delay = str(trigger.get("cron") or ""), str(trigger.get("delaySeconds") or "0")
    parts = [_in_words(cron) or str(trigger.get("type") or ""), str(trigger.get("timezone") or "")]
    parts += [f"{delay} s later"] if delay != "0" else []
    return Line(" · ".join(filter(None, parts)))


def _own_schedule(trigger: Object, around: Object) -> str:
    """When a node starts; empty where it is with the workflow, whose time zone goes without saying."""
    if not trigger.get("cron") or _schedule(trigger) == _schedule(around):
        return ""
    is_same = trigger.get("timezone") == around.get("timezone")
    return _schedule({**trigger, "timezone": ""} if is_same else trigger).text


def _in_words(cron: str) -> str:
    """A simple schedule in words; any other stays the expression. Numbers of weekdays do: few know which day is 1."""
    simple = _SIMPLE_CRON.fullmatch(" ".join(cron.split()))
    if simple is None or (simple["day"] not in _ANY and simple["weekday"] not in _ANY):
        return cron
    second = f":{simple['second']:0>2}" if int(simple["second"]) else ""
    minute, hour, day = simple["minute"], simple["hour"], simple["day"]
    weekdays = [_WEEKDAYS.get(name, "") for name in re.split("[,-]", simple["weekday"].upper())]
    when = f"at {hour:0>2}:{minute:0>2}{second}"
    if hour == "*":
        is_plain = day in _ANY and simple["weekday"] in _ANY and not second
        return f"every hour at minute {int(minute)}" if is_plain else cron
    if simple["weekday"] not in _ANY:
        if not all(weekdays):
            return cron
        is_range = "-" in simple["weekday"]
        return f"every {' to '.join(weekdays) if is_range else ' and '.join(weekdays)} {when}"
    if day == "L":
        return f"on the last day of every month {when}"
    return f"every day {when}" if day in _ANY else f"on day {int(day)} of every month {when}"


def _boxes(owner: Object, holder: str, keys: dict[int, str]) -> Iterator[Box]:
    plain = {id(node) for node in flowspec.objects(owner.get("nodes"))}
    for node in flowspec.scope_of(owner):
        key = keys[id(node)]
        inner = list(flowspec.inner_scopes(node))
        runtime = flowspec.runtime_of(node)
        command = str(runtime.get("command") or "")
        command = command or (f"type {runtime['commandTypeId']}" if runtime.get("commandTypeId") else "")
        state = _mark(node.get("recurrence"))
        own = "" if holder else _own_schedule(part(node, "trigger"), part(owner, "trigger"))
        marks = [mark for mark in ("condition" if id(node) not in plain else "", own, state) if mark]
        category = Category.CONTROL if inner else category_of(command)
        yield Box(key, str(node.get("name") or ""), command, category, tuple(marks), holder)
        for _, scope in inner:
            yield from _boxes(scope, key, keys)


def _mark(recurrence: Any) -> str:
    word = str(recurrence or "Normal")
    return _MARKS.get(word.casefold(), word)


# --- Documents as a picture: one by itself, or what becomes of one in another. What changes is what preview would show


def picture_of(root: Object, before: Object | None = None) -> Picture:
    """Draws up a picture.

    Args:
        root: A document that is complete, as `flowspec.complete` leaves it.
        before: Such a one that `root` takes the place of; None for a picture of `root` alone.
    """
    found = outline(root)
    if before is not None:
        return _compared(before, root, outline(before), found)
    boxes = list(found.boxes.values())
    nodes = sum(box.category is not Category.OUTSIDE for box in boxes)
    arrows = list(dict.fromkeys(arrow for _, arrow in found.arrows))
    summary = f"{_count(nodes, 'node', 'nodes')}, {_count(len(arrows), 'dependency', 'dependencies')}"
    return Picture(found.name, list(lines(root).values()), boxes, arrows, summary=summary)


def outside_outputs(picture: Picture) -> list[str]:
    """The outputs of other workflows' nodes in a picture; a workspace's own root node is always there."""
    outputs = [box.key[1:] for box in picture.boxes if box.category is Category.OUTSIDE]
    return [output for output in outputs if "." in output or not output.endswith("_root")]


def name_inputs(picture: Picture, names: Mapping[str, str]) -> Picture:
    """The picture with names for what other workflows make, by output."""
    boxes = [
        replace(box, name=names[box.key[1:]], command=box.key[1:])
        if box.category is Category.OUTSIDE and box.key[1:] in names
        else box
        for box in picture.boxes
    ]
    return replace(picture, boxes=boxes)


def _compared(before: Object, after: Object, old: Outline, now: Outline) -> Picture:
    changes = flowspec.changes(before, after)
    keys = _keys(old, now, changes)
    added, removed = set(changes.edges_added), set(changes.edges_removed)
    arrows = [replace(arrow, sign="+" if edge in added else "") for edge, arrow in now.arrows]
    arrows += [
        replace(arrow, source=keys[arrow.source], target=keys[arrow.target], sign="-")
        for edge, arrow in old.arrows
        if edge in removed
    ]
    boxes = [_signed(box, changes) for box in now.boxes.values()]
    boxes += [
        replace(box, key=keys[key], holder=keys.get(box.holder, ""), sign="-")
        for key, box in old.boxes.items()
        if keys[key] not in now.boxes
    ]
    boxes = [_outside_signed(box, arrows) if box.category is Category.OUTSIDE else box for box in boxes]
    summary = changes.describe() or "nothing changes"
    compared = list(_lines(before, after, changes))
    return Picture(now.name, compared, boxes, list(dict.fromkeys(arrows)), compared=True, summary=summary)


def _keys(old: Outline, now: Outline, changes: Changes) -> dict[str, str]:
    """For each box of the old document its key in the picture: that of the new one's box which is the same."""
    removed = set(changes.removed)
    own = {key: one for one, key in old.ids.items()}
    found: dict[str, str] = {}
    for key, box in old.boxes.items():
        outside = box.category is Category.OUTSIDE
        same = key if outside else now.ids.get(own.get(key, ""), key)
        is_gone = key in removed or (not outside and same not in now.boxes)
        found[key] = f"\0\0{key}" if is_gone else same
    return found


def _signed(box: Box, changes: Changes) -> Box:
    if box.key in changes.added:
        return replace(box, sign="+")
    moved = changes.moved.get(box.key)
    fields = (*((f"was {moved}",) if moved else ()), *changes.changed.get(box.key, ()))
    return replace(box, sign="~", changes=fields) if fields else box


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
