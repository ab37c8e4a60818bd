"""What the vendor's parser does not ask about a workflow, and the scheduler does: cycles, times, and what looks wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import cast

from ._commands import KNOWN_COMMANDS
from ._document import Json, Object, inner_scopes, nodes_with_paths, objects
from ._fault import Fault, Path, Phrase, near
from ._resolve import NodeIndex

MAX_NODES = 400
"""The most inner nodes of a workflow, as the vendor's page on workflows says."""

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}")
_CRON_FIELDS = {6, 7}


def advice(workflow: Object, path: Path) -> Iterator[Fault]:
    """The faults and doubts of a workflow whose shape is right."""
    yield from _trigger_faults(workflow.get("trigger"), (*path, "trigger"))
    yield from _cycles(workflow, path)
    yield from _path_doubts(workflow, path)
    count = 0
    for here, node in nodes_with_paths(workflow, path):
        count += 1
        yield from _trigger_faults(node.get("trigger"), (*here, "trigger"))
        yield from _path_doubts(node, here)
        yield from _command_doubts(node, here)
        yield from _cycles_inside(node, here)
    if count > MAX_NODES:
        message = f"the workflow has {count} nodes, and DataWorks allows {MAX_NODES}"
        yield Fault(
            (*path, "nodes"), message, "Split it into several.", severity="warning", rule="many-nodes"
        )


def _trigger_faults(trigger: Json, path: Path) -> Iterator[Fault]:
    if not isinstance(trigger, dict):
        return
    found = cast("Object", trigger)
    cron = found.get("cron")
    scheduled = str(found.get("type")).casefold() == "scheduler"
    if scheduled and isinstance(cron, str) and cron and len(cron.split()) not in _CRON_FIELDS:
        message = f"cron {{}} has {len(cron.split())} fields, and six are needed"
        remedy = 'Write seconds, minutes, hours, day, month and weekday: "00 03 00 * * ?" is daily at 00:03.'
        yield Fault((*path, "cron"), message, remedy, (cron,), rule="cron")
    for key in ("startTime", "endTime"):
        time = found.get(key)
        if isinstance(time, str) and time and not _TIME.fullmatch(time):
            remedy = 'Write it as "1970-01-01 00:00:00".'
            yield Fault((*path, key), f"{key} {{}} is no time", remedy, (time,), rule="time")


def _cycles_inside(node: Object, path: Path) -> Iterator[Fault]:
    for key, inner in inner_scopes(node):
        yield from _cycles(inner, (*path, key))


def _cycles(owner: Object, path: Path) -> Iterator[Fault]:
    """A cycle of normal dependencies, with its nodes: each depends on the next."""
    try:
        TopologicalSorter(_graph(owner)).prepare()
    except CycleError as error:
        shown = Phrase(" -> ".join(f'"{name}"' for name in reversed(error.args[1])))
        remedy = "Take one of these dependencies out: none of the nodes could ever start."
        yield Fault(
            (*path, "dependencies"), "the nodes wait for each other: {}", remedy, (shown,), rule="cycle"
        )


def _graph(owner: Object) -> dict[str, list[str]]:
    """By node name, the names of the nodes of the same scope that it depends on in the same cycle."""
    index = NodeIndex.of(owner)
    graph: dict[str, list[str]] = {}
    for key in ("dependencies", "flow"):
        for dependency in objects(owner.get(key)):
            node = index.find(dependency.get("nodeId"))
            for depend in objects(dependency.get("depends")):
                word = depend.get("output") or depend.get("nodeId") or depend.get("refTableName")
                target = (
                    index.find(word) if str(depend.get("type") or "Normal").casefold() == "normal" else None
                )
                if node is not None and target is not None:
                    graph.setdefault(str(node.get("name")), []).append(str(target.get("name")))
    return graph


def _path_doubts(entity: Object, path: Path) -> Iterator[Fault]:
    script = entity.get("script")
    where = cast("Object", script).get("path") if isinstance(script, dict) else None
    name = str(entity.get("name"))
    if isinstance(where, str) and where and where.rsplit("/", 1)[-1] != name and not where.endswith(name):
        message = "the path {} does not end in the name {}"
        remedy = "Nearly all documents of the service have it so."
        yield Fault(
            (*path, "script", "path"), message, remedy, (where, name), severity="warning", rule="path"
        )


def _command_doubts(node: Object, path: Path) -> Iterator[Fault]:
    script = cast("Object", node.get("script") or {})
    command = cast("Object", script.get("runtime") or {}).get("command")
    if isinstance(command, str) and command and command.casefold() not in _FOLDED:
        message = "node type {} is not known here"
        remedy = "DataWorks may know it: new ones are added all the time.{}"
        values = (command, near(command, KNOWN_COMMANDS))
        here = (*path, "script", "runtime", "command")
        yield Fault(here, message, remedy, values, severity="warning", rule="command")


_FOLDED = frozenset(command.casefold() for command in KNOWN_COMMANDS)
