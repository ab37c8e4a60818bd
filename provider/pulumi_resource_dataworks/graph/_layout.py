"""Where boxes and arrows go. The library graphlay lays them out: layers, a control node's inner nodes inside it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from ._picture import Picture

Point = tuple[float, float]
Size = tuple[float, float]
Rectangle = tuple[float, float, float, float]
"""The upper left corner, width and height, in pixels."""

_MANY = 300
"""Boxes, or arrows, above which a cheaper way to place them is taken: the other takes half a minute where a thousand wait
for one, and a minute where each of 45 waits for 45."""

_CROWD = 12
"""Dependencies of one box above which lines run closer to each other, and together where they begin or end together."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything goes, from (0, 0) on.

    Attributes:
        boxes: By key of the box.
        routes: In the order of the arrows: the corners from border to border, and the middle of the label, if any.
        size: Of all of it.
    """

    boxes: dict[str, Rectangle]
    routes: list[tuple[list[Point], Point | None]]
    size: Size


def lay_out(
    picture: Picture, sizes: Mapping[str, Size], labels: Sequence[Size | None], header: float
) -> Layout:
    """Lays out a picture. The same picture gets the same layout.

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
    raw = graphlay.layout({"nodes": nodes, "edges": edges}, options=_options(picture, header)).raw
    least, most = raw["bounds"]["min"], raw["bounds"]["max"]

    def moved(point: Mapping[str, float]) -> Point:
        return point["x"] - least["x"], point["y"] - least["y"]

    boxes: dict[str, Rectangle] = {}
    for box, node in zip(picture.boxes, raw["nodes"], strict=True):
        (x, y), width, height = moved(node["center"]), node["size"]["width"], node["size"]["height"]
        boxes[box.key] = (x - width / 2, y - height / 2, width, height)
    routes = [
        (list(map(moved, edge["points"])), edge["label_anchor"] and moved(edge["label_anchor"]))
        for edge in raw["edges"][: len(picture.arrows)]
    ]
    return Layout(boxes, routes, moved(most))


def _size(size: Size) -> dict[str, float]:
    return {"width": size[0], "height": size[1]}


def _columns(picture: Picture) -> Iterator[tuple[str, str]]:
    """Boxes without a dependency, each above another: as many columns as rows, and not one row of all."""
    tied = {end for arrow in picture.arrows for end in (arrow.source, arrow.target)}
    loose: dict[str, list[str]] = {}
    for box in picture.boxes:
        if box.key not in tied:
            loose.setdefault(box.holder, []).append(box.key)
    for keys in loose.values():
        yield from zip(keys, keys[math.isqrt(len(keys) - 1) + 1 :], strict=False)


def _options(picture: Picture, header: float) -> dict[str, Any]:
    ends = Counter(end for arrow in picture.arrows for end in (arrow.source, arrow.target))
    crowded = max(ends.values(), default=0) > _CROWD
    many = max(len(picture.boxes), len(picture.arrows)) > _MANY
    return {
        "direction": "leftright" if _is_wide(picture) else "topbottom",
        "spacing": {"layer_gap": 44, "node_gap": 26, "compound_padding": max(header, 20.0)},
        "routing": {
            "port_sides": "facing_only",
            **({"lane_gap": 4, "merge_edges": "both"} if crowded else {}),
        },
        "coords": {"placement": "brandes_koepf" if many else "network_simplex"},
        # Both take minutes where a thousand wait for one, and change little elsewhere.
        "tuning": {"routing": {"port_relax_rounds": 0} | ({"overlap_repair_rounds": 0} if many else {})},
    }


def _is_wide(picture: Picture) -> bool:
    """Whether far more boxes stand side by side than one after the other: these are laid out from left to right."""
    tops: dict[str, str] = {}
    for box in picture.boxes:
        tops[box.key] = tops.get(box.holder, box.key)
    waits: dict[str, set[str]] = {}
    for arrow in picture.arrows:
        if tops[arrow.source] != tops[arrow.target]:
            waits.setdefault(tops[arrow.target], set()).add(tops[arrow.source])
    depths: dict[str, int] = {}
    try:
        for key in TopologicalSorter(waits).static_order():
            depths[key] = 1 + max((depths[one] for one in waits.get(key, ())), default=0)
    except CycleError:
        return False
    layers = Counter(depths.values())
    return max(layers.values(), default=0) > max(3 * len(layers), 8)  # boxes are wider than high
