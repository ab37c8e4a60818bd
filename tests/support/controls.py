"""Control nodes in their author's short form, and what is sent of them."""

from __future__ import annotations

from typing import Any

from tests.support.documents import etl, node, nodes

Object = dict[str, Any]


def control(name: str, command: str, script: Object | None = None, **fields: Any) -> Object:
    """A node without a script of its own."""
    return {"name": name, "script": {"runtime": {"command": command}, **(script or {})}, **fields}


def variable(name: str, value: str = "1", **more: Any) -> Object:
    return {"name": name, "scope": "NodeParameter", "type": "Constant", "value": value, **more}


def arm(when: Any, output: Any, **more: Any) -> Object:
    return {"when": when, "output": {"data": output}, **more}


def fork(*arms: Object, script: Object | None = None, **more: Any) -> Object:
    """A branch; on the day of the week, where no arms are given."""
    two = (arm("'${day}' == 'sun'", "shop.sunday", desc="Sunday"), arm("'${day}' != 'sun'", "shop.week"))
    script = {"parameters": [variable("day", "mon")], **(script or {})}
    return control("fork", "CONTROLLER_BRANCH", script, branch={"branches": [*(arms or two)]}, **more)


def watch(name: str, states: tuple[str, ...] = ("1", "2"), **more: Any) -> Object:
    return {"name": name, "assertion": {"field": "status", "in": [*states]}, **more}


def merge(
    *branches: Object, expression: Any = "b_1 and b_2", script: Object | None = None, **more: Any
) -> Object:
    """A join; of the nodes `rest` and `work`, where no branches are given."""
    two = (watch("b_1", nodeId="rest"), watch("b_2", nodeId="work"))
    join = {"branches": [*(branches or two)], "logic": {"expression": expression}}
    return control("merge", "CONTROLLER_JOIN", script, join=join, **more)


REFERENCE = {
    "name": "outputs",
    "scope": "NodeContext",
    "type": "NodeOutput",
    "value": "${outputs}",
    "node": {"nodeId": "pick"},
}


def each(**more: Any) -> Object:
    """A for-each over what the node `pick` gives."""
    collection = {**REFERENCE, "name": "loopDataArray", "referenceVariable": REFERENCE}
    del collection["node"]
    inside = [
        control("begin", "CONTROLLER_TRAVERSE_START"),
        node("shop"),
        control("end", "CONTROLLER_TRAVERSE_END"),
    ]
    flow = [on("shop", {"nodeId": "begin"}), on("end", {"nodeId": "shop"})]
    loop = {"maxIterations": 9, "nodes": inside, "flow": flow}
    return {**control("each", "CONTROLLER_TRAVERSE", {"parameters": [collection]}, **more), "for-each": loop}


def hub(*variables: Object, **more: Any) -> Object:
    return {**control("hub", "PARAM_HUB", **more), "param-hub": {"variables": [*variables]}}


def on(name: str, *depends: Object) -> Object:
    return {"nodeId": name, "depends": [{"type": "Normal", **depend} for depend in depends]}


def controls() -> Object:
    """A workflow with each of them, as short as it can be written."""
    pick = control("pick", "CONTROLLER_ASSIGNMENT", {"language": "shell", "content": "echo 1,2\n"})
    constant = variable("round", "7", scope="NodeContext")
    nodes = [fork(), node("rest"), node("work"), merge(), pick, each(), hub(constant)]
    edges = [
        on("rest", {"output": "shop.sunday"}),
        on("work", {"output": "shop.week"}),
        on("each", {"nodeId": "pick"}, {"nodeId": "merge"}),
    ]
    return etl(nodes=nodes, dependencies=edges)


def named(root: Object) -> dict[str, Object]:
    """The workflow's own nodes by name."""
    return {one["name"]: one for one in nodes(root)}
