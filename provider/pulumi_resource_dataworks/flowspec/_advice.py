"""What the vendor's parser does not ask about a workflow, and the scheduler does: cycles, times, and what looks wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from ._commands import KNOWN_COMMANDS
from ._document import Object, inner_scopes, nodes_with_paths, objects, runtime_of
from ._fault import Fault, Path, Phrase
from ._near import Vocabulary, near
from ._resolve import NodeIndex
from ._tables import field_of

MAX_NODES = 400
"""The most inner nodes of a workflow, as the vendor's page on workflows says."""

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}")
_CRON_FIELDS = {6, 7}


def advice(workflow: Object, path: Path) -> Iterator[Fault]:
    """The faults and doubts of a workflow whose shape is right."""
    yield from _trigger_faults(workflow, path)
    yield from _scope_doubts(workflow, path)
    yield from _path_doubts(workflow, path)
    count = 0
    for here, node in nodes_with_paths(workflow, path):
        count += 1
        yield from _trigger_faults(node, here)
        yield from _path_doubts(node, here)
        command = _command_of(node)
        if command in KNOWN_COMMANDS and command not in _LOOPS and not inner_scopes(node):
            continue
        yield from _command_doubts(command, here)
        yield from _loop_doubts(node, command.upper(), here)
        for key, inner in inner_scopes(node):
            yield from _scope_doubts(inner, (*here, key))
    if count > MAX_NODES:
        message = f"the workflow has {count} nodes, and DataWorks allows {MAX_NODES}"
        yield Fault(
            (*path, "nodes"), message, "Split it into several.", severity="warning", rule="many-nodes"
        )


def _trigger_faults(entity: Object, owner: Path) -> Iterator[Fault]:
    found: Object = entity.get("trigger") or {}
    path: Path = (*owner, "trigger")
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


def _scope_doubts(owner: Object, path: Path) -> Iterator[Fault]:
    index = NodeIndex.of(owner)
    yield from _cycles(owner, index, path)
    yield from _output_doubts(owner, index, path)


def _cycles(owner: Object, index: NodeIndex, path: Path) -> Iterator[Fault]:
    """A cycle of normal dependencies, with its nodes: each depends on the next."""
    graph = _graph(owner, index)
    if _in_order(graph):
        return
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        shown = Phrase(" -> ".join(f'"{name}"' for name in reversed(error.args[1])))
        remedy = "Take one of these dependencies out: none of the nodes could ever start."
        yield Fault(
            (*path, "dependencies"), "the nodes wait for each other: {}", remedy, (shown,), rule="cycle"
        )


def _in_order(graph: dict[str, list[str]]) -> bool:
    """Whether no node depends on itself or a later one, as most documents are written: then there is no cycle."""
    later = set(graph)
    for node, targets in graph.items():
        if not later.isdisjoint(targets):
            return False
        later.remove(node)
    return True


def _graph(owner: Object, index: NodeIndex) -> dict[str, list[str]]:
    """By node name, the names of the nodes of the same scope that it depends on in the same cycle."""
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


def _output_doubts(owner: Object, index: NodeIndex, path: Path) -> Iterator[Fault]:
    """Outputs that no node here makes, and that look like one of a node here: the others are another workflow's."""
    words = Vocabulary(index.words)
    for key in ("dependencies", "flow"):
        for position, dependency in enumerate(objects(owner.get(key))):
            for number, depend in enumerate(objects(dependency.get("depends"))):
                output = depend.get("output")
                if output in (None, "") or index.find(output) is not None:
                    continue
                node = _looks_like(depend, index, words)
                if node is not None:
                    here = (*path, key, position, "depends", number, "output")
                    message = "no node here makes the output {}, and it looks like one of node {}"
                    remedy = "Write the node's name as nodeId and leave output out, unless another workflow makes it."
                    values = (output, node.get("name"))
                    yield Fault(here, message, remedy, values, severity="warning", rule="near-output")


def _looks_like(depend: Object, index: NodeIndex, words: Vocabulary) -> Object | None:
    """The node here that a dependency names beside its output, or whose name or output that nearly is."""
    output = str(depend["output"])
    last = output.rsplit(".", 1)[-1]
    known = (depend.get("nodeId"), depend.get("refTableName"), last, words.meant(last), words.meant(output))
    return next(filter(None, map(index.find, known)), None)


def _path_doubts(entity: Object, path: Path) -> Iterator[Fault]:
    script: Object = entity.get("script") or {}
    where, name = script.get("path"), str(entity.get("name"))
    if isinstance(where, str) and where and not where.endswith(name):
        message = "the path {} does not end in the name {}"
        remedy = "Nearly all documents of the service have it so."
        yield Fault(
            (*path, "script", "path"), message, remedy, (where, name), severity="warning", rule="path"
        )


def _command_doubts(command: str, path: Path) -> Iterator[Fault]:
    # The steps of a PAI flow have a type for each algorithm.
    if command and command.casefold() not in _FOLDED and "paiflow" not in path:
        message = "node type {} is not known here"
        remedy = "DataWorks may know it: new ones are added all the time.{}"
        values = (command, near(command, KNOWN_COMMANDS))
        here = (*path, "script", "runtime", "command")
        yield Fault(here, message, remedy, values, severity="warning", rule="command")


_LOOPS = {"CONTROLLER_CYCLE": "doWhile", "CONTROLLER_TRAVERSE": "foreach"}
_LOOP_END = "CONTROLLER_CYCLE_END"


def _loop_doubts(node: Object, command: str, path: Path) -> Iterator[Fault]:
    """Control nodes that would run nothing, and loops that nothing ends."""
    held = inner_scopes(node)
    field = _LOOPS.get(command)
    if field and not held:
        yield _nothing_inside(path, field)
    for key, inner in held:
        here = (*path, key)
        if key == "paiflow" or inner.get("id") or inner.get("output"):
            continue
        if not objects(inner.get("nodes")):
            yield _nothing_inside(here, "nodes")
        elif field_of("node", key)[0] == "doWhile" and not _has_end(inner):
            message = "the loop has no node that decides whether it goes on"
            remedy = f"Write it as while, with the type {_LOOP_END}."
            yield Fault((*here, "while"), message, remedy, severity="warning", rule="no-condition")


def _nothing_inside(path: Path, field: str) -> Fault:
    message = "the control node holds no nodes, so there is nothing that it could run"
    remedy = "Write its inner nodes here."
    return Fault((*path, field), message, remedy, severity="warning", rule="no-inner-nodes")


def _has_end(loop: Object) -> bool:
    return any(loop.get(key) for key in ("while", "specWhile")) or _LOOP_END in (
        _command_of(node).upper() for node in objects(loop.get("nodes"))
    )


def _command_of(node: Object) -> str:
    command = runtime_of(node).get("command")
    return command if isinstance(command, str) else ""


_FOLDED = frozenset(command.casefold() for command in KNOWN_COMMANDS)
