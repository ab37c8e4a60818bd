"""Documents to draw, and pictures read back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.graph import picture_of
from pulumi_resource_dataworks.graph._command import both, whole
from pulumi_resource_dataworks.graph._picture import Picture

_SVG = "{http://www.w3.org/2000/svg}"

Json = dict[str, Any]
Rect = tuple[float, float, float, float]


def node(name: str, command: str = "ODPS_SQL", **more: Any) -> Json:
    return {"name": name, "script": {"runtime": {"command": command}, "content": "SELECT 1;\n"}, **more}


def after(name: str, *before: str | Json) -> Json:
    depends = [{"type": "Normal", "nodeId": one} if isinstance(one, str) else one for one in before]
    return {"nodeId": name, "depends": depends}


def document(nodes: list[Json], dependencies: list[Json] | None = None, **more: Any) -> Json:
    workflow = {
        "name": "daily_orders",
        "trigger": {"type": "Scheduler", "cron": "00 30 02 * * ?", "timezone": "Asia/Shanghai"},
        "nodes": nodes,
        "dependencies": dependencies or [],
        **more,
    }
    return {"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [workflow]}}


def loop(name: str = "loop", **more: Any) -> Json:
    """A do-while with a condition."""
    inner = {
        "nodes": [node("begin", "CONTROLLER_CYCLE_START"), node("step")],
        "while": node("again", "CONTROLLER_CYCLE_END"),
        "flow": [after("step", "begin"), after("again", "step")],
    }
    return {**node(name, "CONTROLLER_CYCLE"), "do-while": inner, **more}


def everything() -> Json:
    """A workflow with a node of each kind, and each kind of dependency."""
    arms = [
        {"when": "${day}==1", "output": {"data": "p.yes"}},
        {"when": "${day}!=1", "output": {"data": "p.no"}},
    ]
    each = {"nodes": [node("one"), node("two")], "flow": [after("two", "one")]}
    nodes = [
        node("start", "VIRTUAL"),
        node("copy_订单明细", "DI"),
        node("score", "PYODPS3", recurrence="Pause"),
        node("export", "DIDE_SHELL", recurrence="Skip"),
        node("choose", "CONTROLLER_BRANCH", branch={"branches": arms}),
        node("yes"),
        node("no", "ODPS_SPARK"),
        node("merge", "CONTROLLER_JOIN"),
        loop(),
        {**node("each", "CONTROLLER_TRAVERSE"), "for-each": each},
        {**node("sub", "SUB_PROCESS"), "subflow": {"nodes": [node("inside")]}},
    ]
    nodes[4]["outputs"] = {"nodeOutputs": [{"data": "p.yes"}, {"data": "p.no"}]}
    dependencies = [
        after("copy_订单明细", "start", {"output": "crm.orders", "refTableName": "orders_ready"}),
        after("score", "copy_订单明细", {"type": "CrossCycleDependsOnOtherNode", "nodeId": "merge"}),
        after("choose", "copy_订单明细", {"type": "CrossCycleDependsOnSelf"}),
        after("yes", {"output": "p.yes"}),
        after("no", {"output": "p.no"}),
        after("merge", "yes", "no", {"type": "CrossCycleDependsOnChildren"}),
        after("loop", "merge"),
        after("each", "loop"),
        after("export", "each", "sub"),
    ]
    return document(nodes, dependencies)


def alone(root: Json) -> Picture:
    return picture_of(whole(flowspec.read(root).root))


def compared(before: Json, root: Json) -> Picture:
    old, new = both(flowspec.read(before).root, flowspec.read(root).root)
    return picture_of(new, old)


@dataclass
class Drawn:
    """An SVG picture read back: boxes by name, and what else there is."""

    boxes: dict[str, list[Rect]] = field(default_factory=dict)
    classes: dict[str, list[str]] = field(default_factory=dict)
    holders: list[Rect] = field(default_factory=list)
    leaves: list[Rect] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    baselines: dict[str, list[float]] = field(default_factory=dict)
    arrows: list[tuple[str, str]] = field(default_factory=list)
    every_text: list[str] = field(default_factory=list)
    size: tuple[float, float] = (0, 0)


def read_back(text: str) -> Drawn:
    root = ET.fromstring(text)
    drawn = Drawn(size=(float(root.attrib["width"]), float(root.attrib["height"])))
    for group in root.iter(f"{_SVG}g"):
        kinds = group.get("class", "").split()
        if "node" not in kinds:
            continue
        name = (group.findtext(f"{_SVG}title") or "").split("\n")[0]
        rect = _rect(next(shape for shape in group if "box" in shape.get("class", "")))
        drawn.boxes.setdefault(name, []).append(rect)
        drawn.classes.setdefault(name, []).extend(kinds)
        drawn.texts.setdefault(name, []).extend(one.text or "" for one in group.findall(f"{_SVG}text"))
        drawn.baselines.setdefault(name, []).extend(
            float(one.attrib["y"]) for one in group.findall(f"{_SVG}text")
        )
        (drawn.holders if "holder" in kinds else drawn.leaves).append(rect)
    for path in root.iter(f"{_SVG}path"):
        if "edge" in path.get("class", "").split() and path.find(f"{_SVG}title") is not None:
            drawn.arrows.append((path.findtext(f"{_SVG}title") or "", path.attrib["class"]))
    drawn.every_text = [one.text or "" for one in root.iter(f"{_SVG}text")]
    return drawn


def _rect(shape: ET.Element) -> Rect:
    if shape.tag == f"{_SVG}polygon":
        points = [tuple(map(float, pair.split(","))) for pair in shape.attrib["points"].split()]
        xs, ys = [point[0] for point in points], [point[1] for point in points]
        return min(xs), min(ys), max(xs), max(ys)
    x, y = float(shape.attrib["x"]), float(shape.attrib["y"])
    return x, y, x + float(shape.attrib["width"]), y + float(shape.attrib["height"])


def meet(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def holds(outer: Rect, inner: Rect) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def labels(text: str) -> dict[str, str]:
    """The labels of a Mermaid text's nodes and clusters by their names there, as a reader sees them."""
    found = re.findall(r'^\s*(?:subgraph )?(\w+)\W*?"(.*)"\W*$', text, re.MULTILINE)
    return {name: decoded(label) for name, label in found}


def decoded(label: str) -> str:
    label = label.replace("<br/>", "\n").replace("\u200b", "")
    return re.sub(r"#(\d+);", lambda match: chr(int(match[1])), label)
