"""Documents as a picture: one by itself, or what becomes of one in another. What changes is what preview would show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import Changes, Object

from ._outline import Outline, Wait, lines, outline
from ._picture import Arrow, Box, Line, Picture, Sort


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
    """What nobody waits for any more, or only now: no document says more of another workflow's node."""
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
