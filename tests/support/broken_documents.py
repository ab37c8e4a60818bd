"""A document broken in each way that a rule of validation knows: how, the place that is reported, and words of the message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.documents import node, nodes
from tests.support.flowspecs import WORKFLOW, Object, Path_, at, workflow

NODE: Path_ = (*WORKFLOW, "nodes", 0)
RUNTIME: Path_ = (*NODE, "script", "runtime")
DEPENDENCY: Path_ = (*WORKFLOW, "dependencies", 0)
VARIABLE = {"name": "v", "scope": "NodeContext", "type": "NodeOutput"}


def drop(*path: str | int) -> Callable[[Object], object]:
    return lambda root: at(root, path[:-1]).pop(path[-1])


def write(value: Any, *path: str | int) -> Callable[[Object], object]:
    return lambda root: at(root, path[:-1]).__setitem__(path[-1], value)


def loop(inner: list[Object], **more: Any) -> Object:
    begin = {**node("begin"), "script": {"runtime": {"command": "CONTROLLER_CYCLE_START"}}}
    body = {"nodes": [*inner, begin], "maxIterations": 3, "while": node("end"), **more}
    return {**node("loop"), "script": {"runtime": {"command": "CONTROLLER_CYCLE"}}, "do-while": body}


def add(value: Object) -> Callable[[Object], object]:
    return lambda root: nodes(root).append(value)


Rule = tuple[Callable[[Object], object], Path_, list[str]]


def wrong(path: Path_, value: Any, *words: str) -> Rule:
    """A value that is refused where it stands, in these words."""
    return write(value, *path), path, [*words]


def absent(path: Path_, *words: str) -> Rule:
    """The same of a value that is not there."""
    return drop(*path), path, [*words]


RULES: dict[str, Rule] = {
    # the document
    "no kind": absent(("kind",), "CycleWorkflow", "ManualWorkflow", "TriggerWorkflow"),
    "kind null": wrong(("kind",), None, "missing"),
    "kind misspelt": wrong(("kind",), "CycelWorkflow", '"CycelWorkflow"', '"CycleWorkflow"?'),
    "kind that the parser refuses": wrong(("kind",), "Workflow", '"Workflow"'),
    "kind of a node": wrong(("kind",), "Node", '"Node"'),
    "kind of another type": wrong(("kind",), 7, "7"),
    "no spec": absent(("spec",), "object"),
    "spec as text": wrong(("spec",), "{}", "object"),
    "flat nodes": (write({"nodes": [node("a")]}, "spec"), WORKFLOW[:2], ["spec.workflows[0]"]),
    "no workflows": (write({}, "spec"), WORKFLOW[:2], ["spec.workflows"]),
    "empty workflows": wrong(WORKFLOW[:2], [], "no workflow"),
    "workflows as object": wrong(WORKFLOW[:2], {"name": "x"}, "list"),
    "workflows of text": wrong(WORKFLOW[:2], ["x"], "list"),
    "two workflows": (
        lambda root: root["spec"]["workflows"].append({"name": "b"}),
        (*WORKFLOW[:2], 1),
        ["2 workflows", "resource of its own"],
    ),
    # what every entity needs
    "workflow without name": absent((*WORKFLOW, "name"), "missing"),
    "workflow with empty name": wrong((*WORKFLOW, "name"), "", "missing"),
    "node without name": (add({**node("x"), "name": None}), (*WORKFLOW, "nodes", 2, "name"), ["missing"]),
    "node without script": absent((*NODE, "script"), "missing"),
    "dependency without node": absent((*DEPENDENCY, "nodeId"), "missing"),
    # shapes
    "text": wrong((*NODE, "script", "content"), {"x": 1}, "text"),
    "whole number, fraction": wrong((*NODE, "timeout"), 3.5, "whole number"),
    "whole number, word": wrong((*NODE, "rerunTimes"), "soon", "whole number"),
    "whole number, object": wrong((*NODE, "priority"), {}, "whole number"),
    "boolean": wrong((*WORKFLOW, "citable"), "yes", "true or false"),
    "object": wrong((*WORKFLOW, "trigger"), "00 00 00 * * ?", "object"),
    "object, list": wrong((*NODE, "script", "runtime"), [], "object"),
    "list": wrong((*WORKFLOW, "dependencies"), {}, "list"),
    "list item": wrong(NODE, 3, "object"),
    "choice": wrong((*NODE, "rerunMode"), "Allow", '"Allow"', '"Allowed"?', "Denied"),
    "choice, number": wrong((*NODE, "instanceMode"), 1, "T+1"),
    "choice in a list": wrong(
        (*DEPENDENCY, "depends", 0, "type"), "CrossCycleDependsOnOther", "CrossCycleDependsOnOtherNode"
    ),
    "choice of a trigger": wrong((*WORKFLOW, "trigger", "type"), "Schedule", '"Scheduler"?'),
    # what the workflow's surroundings and rarer fields hold
    "variable beside the workflow without scope": (
        write([{"name": "x", "type": "Constant"}], "spec", "variables"),
        ("spec", "variables", 0, "scope"),
        ["missing"],
    ),
    "null beside the workflow": wrong(("spec", "strategy"), None, "null"),
    "label of a function": (
        write([{"name": "f", "type": "stringy"}], *NODE, "functions"),
        (*NODE, "functions", 0, "type"),
        ['"stringy"', '"string"?'],
    ),
    "label of a file resource": (
        write([{"name": "f", "type": "jarfile"}], *NODE, "fileResources"),
        (*NODE, "fileResources", 0, "type"),
        ["python, jar"],
    ),
    "label of an engine": (
        write({"tables": [{"guid": "g", "calcEngine": {"type": "MaxComputer"}}]}, *NODE, "inputs"),
        (*NODE, "inputs", "tables", 0, "calcEngine", "type"),
        ['"MaxCompute"?'],
    ),
    "label of an inner strategy": (
        write({"strategy": {"rerunMode": "Sometimes"}}, *NODE, "subflow"),
        (*NODE, "subflow", "strategy", "rerunMode"),
        ["Denied"],
    ),
    "label of a variable's dependency": (
        write(
            [{"variableName": "v", "depends": [{"type": "Usual", "output": "o"}]}],
            *DEPENDENCY,
            "variableDepends",
        ),
        (*DEPENDENCY, "variableDepends", 0, "depends", 0, "type"),
        ['"Usual"'],
    ),
    "null in an inner workflow": (
        write({"outputs": {"nodeOutputs": None}}, *NODE, "subflow"),
        (*NODE, "subflow", "outputs", "nodeOutputs"),
        ["null"],
    ),
    "reference without output": (write({}, *NODE, "reference"), (*NODE, "reference", "output"), ["missing"]),
    "variable from somewhere, without type": (
        write(
            [{**VARIABLE, "from": {"nodeOutput": "o", "scope": "NodeContext"}}], *NODE, "script", "parameters"
        ),
        (*NODE, "script", "parameters", 0, "from", "type"),
        ["missing"],
    ),
    "description of a variable as a number": (
        write([{**VARIABLE, "description": 7}], *NODE, "script", "parameters"),
        (*NODE, "script", "parameters", 0, "description"),
        ["text"],
    ),
    "dataset by name": (write(["d"], *NODE, "datasets"), (*NODE, "datasets", 0), ["object"]),
    "readOnly that is neither": (
        write([{"identifier": "d", "readOnly": "yes"}], *NODE, "datasets"),
        (*NODE, "datasets", 0, "readOnly"),
        ["true or false"],
    ),
    "component by name": wrong((*NODE, "component"), "newest", "object"),
    "arguments of a container as text": (
        write({"args": "--day 1"}, *RUNTIME, "container"),
        (*RUNTIME, "container", "args"),
        ["a list of texts"],
    ),
    "arguments of a container with a number": (
        write({"args": ["--day", 1]}, *RUNTIME, "container"),
        (*RUNTIME, "container", "args"),
        ["a list of texts"],
    ),
    "template as text": wrong((*RUNTIME, "template"), "or-tools", "object"),
    "settings of a data source as an object": (
        write({"name": "d", "config": {"a": 1}}, *NODE, "datasource"),
        (*NODE, "datasource", "config"),
        ["text"],
    ),
    "30 days in milliseconds": wrong(
        (*NODE, "rerunInterval"), 30 * 24 * 3600 * 1000, "2592000000", "32 bits", "2,147,483,648"
    ),
    "too large a number, as text": wrong((*WORKFLOW, "trigger", "delaySeconds"), "2147483648", "32 bits"),
    "calendar beyond 64 bits": wrong((*WORKFLOW, "trigger", "calendarId"), str(2**63), "64 bits"),
    "dependencies of a loop": (
        add(loop([node("x")], dependencies=[])),
        (*WORKFLOW, "nodes", 2, "do-while", "dependencies"),
        ["Write it as flow."],
    ),
    "condition of a for-each": (
        write({"nodes": [node("x")], "while": node("y")}, *NODE, "foreach"),
        (*NODE, "foreach", "while"),
        ["Only a do-while"],
    ),
    "array of a do-while": (
        add(loop([node("x")], array={})),
        (*WORKFLOW, "nodes", 2, "do-while", "array"),
        ["Only a for-each"],
    ),
    "old name of an output": (
        write({"nodeOutputs": [{"output": "o"}]}, *NODE, "outputs"),
        (*NODE, "outputs", "nodeOutputs", 0, "output"),
        ["Write it as data."],
    ),
    "lost dependency of a variable": (
        write([{"variableName": "v", "depends": [{"nodeId": "extrct"}]}], *DEPENDENCY, "variableDepends"),
        (*DEPENDENCY, "variableDepends", 0, "depends", 0, "nodeId"),
        ['"extract"?'],
    ),
    # names and dependencies
    "name twice": (add(node("load")), (*WORKFLOW, "nodes", 2, "name"), ['"load"', "nodes[1]"]),
    "id twice": (
        lambda root: [item.update(id="77") for item in nodes(root)],
        (*WORKFLOW, "nodes", 1, "id"),
        ['"77"', "nodes[0]"],
    ),
    "id twice, number and text": (
        lambda root: [item.update(id=value) for item, value in zip(nodes(root), ("77", 77), strict=True)],
        (*WORKFLOW, "nodes", 1, "id"),
        ["77"],
    ),
    "node that runs nothing": (
        write({"content": "SELECT 1"}, *NODE, "script"),
        (*NODE, "script", "runtime", "command"),
        ["ODPS_SQL"],
    ),
    "dependency of nobody": wrong((*DEPENDENCY, "nodeId"), "lood", '"lood"', '"load"?', '"extract"'),
    "dependency on nobody": wrong(
        (*DEPENDENCY, "depends", 0, "nodeId"), "extrakt", '"extrakt"', '"extract"?', "drop"
    ),
    "dependency on nobody by table name": (
        write({"type": "Normal", "refTableName": "else"}, *DEPENDENCY, "depends", 0),
        (*DEPENDENCY, "depends", 0, "refTableName"),
        ['"else"'],
    ),
    "dependency on nothing": wrong((*DEPENDENCY, "depends", 0), {"type": "Normal"}, "output"),
    "flow on nobody": (
        lambda root: workflow(root).update(
            dependencies=[], flow=[{"nodeId": "load", "depends": [{"nodeId": "x"}]}]
        ),
        (*WORKFLOW, "flow", 0, "depends", 0, "nodeId"),
        ['"x"'],
    ),
    # inside a control node
    "inner node without name": (
        add(loop([{"script": {"runtime": {"command": "SHELL"}}}])),
        (*WORKFLOW, "nodes", 2, "do-while", "nodes", 0, "name"),
        ["missing"],
    ),
    "inner name twice": (
        add(loop([node("a"), node("a")])),
        (*WORKFLOW, "nodes", 2, "do-while", "nodes", 1, "name"),
        ['"a"'],
    ),
    "inner dependency on an outer node": (
        add(loop([node("a")], flow=[{"nodeId": "a", "depends": [{"nodeId": "extract"}]}])),
        (*WORKFLOW, "nodes", 2, "do-while", "flow", 0, "depends", 0, "nodeId"),
        ['"extract"'],
    ),
    "inner choice": (
        add(loop([node("a")], **{"while": node("end", recurrence="Always")})),
        (*WORKFLOW, "nodes", 2, "do-while", "while", "recurrence"),
        ['"Always"', "Normal"],
    ),
}
