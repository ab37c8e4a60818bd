"""Where boxes and arrows go. The library graphlay lays them out: layers, a control node's inner nodes inside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from ._picture import Picture

Point = tuple[float, float]
Size = tuple[float, float]

_WIDE = 3
"""So many times wider than deep is a workflow that is laid out from left to right: boxes are wider than high."""

_MANY = 300
"""Boxes, or arrows, above which a cheaper way to place them is taken: the other takes half a minute where a thousand wait
for one, and a minute where each of 45 waits for 45."""

_CROWD = 12
"""Dependencies of one box above which lines run closer to each other, and together where they begin or end together."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box is: its upper left corner, and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Route:
    """How an arrow runs.

    Attributes:
        points: The corners, from border to border.
        label: The middle of its label; None where it has none.
    """

    points: list[Point]
    label: Point | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything goes, from (0, 0) on.

    Attributes:
        places: By key of the box.
        routes: In the order of the arrows.
        size: Of all of it.
    """

    places: dict[str, Place]
    routes: list[Route]
    size: Size


def plan(picture: Picture, sizes: Mapping[str, Size], labels: Sequence[Size | None], header: float) -> Plan:
    """Lays out a picture. The same picture gets the same plan.

    Args:
        picture: What is to be laid out.
        sizes: By key; of a box that holds others, the least.
        labels: In the order of the arrows; None for an arrow without a label.
        header: How much is kept free above the inner nodes of a box, and then around them: graphlay's own option for a
            header leads arrows through it (0.3.1).

    Raises:
        ModuleNotFoundError: The extra `graph` is not installed.
    """
    import graphlay  # noqa: PLC0415 the extra may be missing

    numbers = {box.key: number for number, box in enumerate(picture.boxes)}
    nodes = [
        {"size": _size(sizes[box.key])} | ({"parent": numbers[box.holder]} if box.holder else {})
        for box in picture.boxes
    ]
    edges = [
        {"source": numbers[arrow.source], "target": numbers[arrow.target]}
        | ({"label_size": _size(label)} if label else {})
        for arrow, label in zip(picture.arrows, labels, strict=True)
    ]
    edges += [{"source": numbers[one], "target": numbers[other]} for one, other in _columns(picture)]
    found = graphlay.layout({"nodes": nodes, "edges": edges}, options=_options(picture, header))
    return _plan(found.raw, picture)


def _columns(picture: Picture) -> Iterator[tuple[str, str]]:
    """Boxes without a dependency, each above another: as many columns as rows, and not one row of all."""
    tied = {end for arrow in picture.arrows for end in (arrow.source, arrow.target)}
    loose: dict[str, list[str]] = {}
    for box in picture.boxes:
        if box.key not in tied:
            loose.setdefault(box.holder, []).append(box.key)
    for keys in loose.values():
        count = math.isqrt(max(len(keys) - 1, 0)) + 1
        yield from zip(keys, keys[count:], strict=False)


def _size(size: Size) -> dict[str, float]:
    return {"width": size[0], "height": size[1]}


def _options(picture: Picture, header: float) -> dict[str, Any]:
    ends: dict[str, int] = {}
    for arrow in picture.arrows:
        for end in (arrow.source, arrow.target):
            ends[end] = ends.get(end, 0) + 1
    crowded = max(ends.values(), default=0) > _CROWD
    lines = {"lane_gap": 4, "merge_edges": "both"} if crowded else {}
    many = max(len(picture.boxes), len(picture.arrows)) > _MANY
    return {
        "direction": "leftright" if _is_wide(picture) else "topbottom",
        "spacing": {
            "layer_gap": 44,
            "node_gap": 26,
            "compound_padding": max(header, 20.0),
        },
        "routing": {"port_sides": "facing_only", **lines},
        "coords": {"placement": "brandes_koepf" if many else "network_simplex"},
        # Both take minutes where a thousand wait for one, and change little elsewhere.
        "tuning": {"routing": {"port_relax_rounds": 0} | ({"overlap_repair_rounds": 0} if many else {})},
    }


def _is_wide(picture: Picture) -> bool:
    """Whether far more boxes stand side by side than one after the other."""
    holders = {box.key: box.holder for box in picture.boxes}

    def top(key: str) -> str:
        while holders[key]:
            key = holders[key]
        return key

    waits: dict[str, set[str]] = {}
    for arrow in picture.arrows:
        source, target = top(arrow.source), top(arrow.target)
        if source != target:
            waits.setdefault(target, set()).add(source)
    try:
        layers = list(_layers(TopologicalSorter(waits)))
    except CycleError:
        return False
    return max(layers, default=0) > max(_WIDE * len(layers), 8)


def _layers(sorter: TopologicalSorter[str]) -> Iterator[int]:
    sorter.prepare()
    while sorter.is_active():
        ready = sorter.get_ready()
        yield len(ready)
        sorter.done(*ready)


def _plan(raw: Mapping[str, Any], picture: Picture) -> Plan:
    least, most = raw["bounds"]["min"], raw["bounds"]["max"]

    def moved(point: Mapping[str, float]) -> Point:
        return point["x"] - least["x"], point["y"] - least["y"]

    places: dict[str, Place] = {}
    for box, node in zip(picture.boxes, raw["nodes"], strict=True):
        (x, y), size = moved(node["center"]), node["size"]
        width, height = size["width"], size["height"]
        places[box.key] = Place(x - width / 2, y - height / 2, width, height)
    routes = [
        Route(
            [moved(point) for point in edge["points"]], edge["label_anchor"] and moved(edge["label_anchor"])
        )
        for edge in raw["edges"][: len(picture.arrows)]
    ]
    return Plan(places, routes, (most["x"] - least["x"], most["y"] - least["y"]))
