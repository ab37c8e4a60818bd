#!/usr/bin/env python3
"""Write docs/flowspec-rules.md: every rule by which a document is refused or doubted, with what its author reads.

The examples are problems of real documents, made here and rendered by the code: nothing of the page is written by hand.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

from pulumi_resource_dataworks.flowspec import InvalidDocumentError, foreign_roots, read, validate
from pulumi_resource_dataworks.flowspec._problems import rules

PAGE = Path(__file__).resolve().parents[1] / "docs" / "flowspec-rules.md"

HEAD = """# Why a document is refused

Written by `make rules` from the code. Everything here is found at preview, without a call to DataWorks. Errors stop the
preview; warnings are shown. A rule is an error only where the vendor's own parser refuses the document, where what is
written would surely be lost, or where the service's own answer is known.

How each rule stands to the vendor's parser is measured: a test holds its 8,900 verdicts on `tests/corpus` against ours, and
fails on one that no rule claims.
"""


VARIABLE = {"name": "outputs", "scope": "NodeContext", "type": "NodeOutput", "value": "${outputs}"}


def document() -> dict[str, Any]:
    """Return a document without a problem."""
    script = {"runtime": {"command": "ODPS_SQL"}, "content": "SELECT 1;"}
    nodes = [{"name": "extract", "script": script}, {"name": "load", "script": script}]
    edges = [{"nodeId": "load", "depends": [{"type": "Normal", "nodeId": "extract"}]}]
    workflow = {"name": "daily_orders", "nodes": nodes, "dependencies": edges}
    return {"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [workflow]}}


def with_node(**fields: Any) -> dict[str, Any]:
    """Return the document with other fields of its first node."""
    root = copy.deepcopy(document())
    root["spec"]["workflows"][0]["nodes"][0].update(fields)
    return root


def with_workflow(**fields: Any) -> dict[str, Any]:
    """Return the document with other fields of its workflow."""
    root = copy.deepcopy(document())
    root["spec"]["workflows"][0].update(fields)
    return root


def with_script(content: str, *, command: str = "ODPS_SQL", **fields: Any) -> dict[str, Any]:
    """Return the document with another script of its first node."""
    return with_node(script={"runtime": {"command": command}, "content": content, **fields})


def parameter(value: str) -> dict[str, str]:
    """Return a parameter of a script."""
    return {"name": "bizdate", "scope": "NodeParameter", "type": "System", "value": value}


def named(name: str, command: str = "ODPS_SQL") -> dict[str, Any]:
    """Return a node."""
    return {"name": name, "script": {"runtime": {"command": command}}}


def loop(command: str, *nodes: dict[str, Any]) -> dict[str, Any]:
    """Return the document with a loop around these nodes and another one."""
    field = "doWhile" if command == "CONTROLLER_CYCLE" else "for-each"
    return with_node(
        **{"script": {"runtime": {"command": command}}, field: {"nodes": [*nodes, named("count")]}}
    )


def branch(arm: dict[str, Any], content: str = "") -> dict[str, Any]:
    """Return the document with a branch of one arm."""
    day = {"name": "day", "scope": "NodeParameter", "type": "Constant", "value": "monday"}
    script = {"runtime": {"command": "CONTROLLER_BRANCH"}, "content": content, "parameters": [day]}
    return with_node(script=script, branch={"branches": [arm]})


def join(watched: str, expression: str = "b_1", state: str = "1") -> dict[str, Any]:
    """Return the document with a branch of its nodes and a join of one of them."""
    assertion = {"field": "status", "in": [state]}
    field = {
        "branches": [{"name": "b_1", "nodeId": watched, "assertion": assertion}],
        "logic": {"expression": expression},
    }
    nodes = [named("load"), named("fork", "CONTROLLER_BRANCH")]
    return with_workflow(
        nodes=[*nodes, {**named("merge", "CONTROLLER_JOIN"), "join": field}], dependencies=[]
    )


def depending(**depend: Any) -> dict[str, Any]:
    """Return the document with another dependency."""
    return with_workflow(dependencies=[{"nodeId": "load", "depends": [{"type": "Normal", **depend}]}])


def examples() -> dict[str, Any]:
    """Return a document for each rule, as text where the line matters."""
    twice = document()
    twice["spec"]["workflows"] *= 2
    beside = document()
    beside["spec"]["nodes"] = [named("check")]
    rounded = json.dumps(with_node(id="7234567890123456789"), indent=2).replace(
        '"7234567890123456789"', "7234567890123457000"
    )
    outer = with_workflow(id="7234567890123456789")
    outer["spec"]["id"] = "7234567890123456780"
    return {
        "unreadable": '{"version": "1.1.0",\n  "kind" "CycleWorkflow"}',
        "no-flowspec": {"hello": "world"},
        "kind": {**document(), "kind": "Workflow"},
        "no-workflow": {**document(), "spec": {"nodes": [], "flow": []}},
        "second-workflow": twice,
        "beside-workflow": beside,
        "missing": with_node(name=""),
        "null-list": with_node(inputs={"nodeOutputs": None}),
        "shape": with_node(trigger="daily"),
        "number": with_node(rerunInterval=30 * 24 * 3600 * 1000),
        "label": with_node(recurrence="Paused"),
        "lost-label": with_node(timeout=30, timeoutUnit="MINUTE"),
        "two-spellings": with_node(
            **{"do-while": {"nodes": [named("a")]}, "doWhile": {"nodes": [named("b")]}}
        ),
        "no-type": with_workflow(trigger={"cron": "00 03 00 * * ?"}),
        "misspelt-key": with_node(recurence="Pause"),
        "misplaced-key": with_node(depends=["load"]),
        "lost-key": with_node(foreach={"nodes": [named("each")], "dependencies": []}),
        "unknown-key": with_node(resourceGroup="rg_1"),
        "two-ids": outer,
        "rounded-id": rounded,
        "name-clash": with_node(name="load"),
        "slash": with_node(name="load/all"),
        "id-clash": with_workflow(
            id="42", nodes=[{**document()["spec"]["workflows"][0]["nodes"][1], "id": "42"}]
        ),
        "no-command": with_node(script={"content": "SELECT 1;"}),
        "lost-dependency": depending(nodeId="extrct"),
        "lost-reference": with_node(
            inputs={
                "variables": [{**VARIABLE, "referenceVariable": {**VARIABLE, "node": {"nodeId": "laod"}}}]
            }
        ),
        "empty-dependency": depending(),
        "no-depends": with_workflow(dependencies=[{"nodeId": "load"}]),
        "two-flows": with_workflow(flow=[{"nodeId": "load", "depends": [{"output": "shop.orders"}]}]),
        "foreign-root": depending(output="slaes_root"),
        "near-output": depending(output="my_project.extract"),
        "no-inner-nodes": with_node(script={"runtime": {"command": "CONTROLLER_TRAVERSE"}}),
        "no-condition": loop("CONTROLLER_CYCLE", named("begin", "CONTROLLER_CYCLE_START")),
        "loop-ends": loop("CONTROLLER_CYCLE", named("end", "CONTROLLER_CYCLE_END")),
        "no-limit": loop("CONTROLLER_CYCLE"),
        "no-collection": loop("CONTROLLER_TRAVERSE"),
        "no-field": with_node(script={"runtime": {"command": "CONTROLLER_BRANCH"}}),
        "arm": branch({"when": "${day} == 1"}),
        "one-arm": branch({"when": "1 == 1", "output": {"data": "shop.a"}}),
        "when-parameter": branch({"when": "${dya} == 1", "output": {"data": "shop.a"}}),
        "when-quotes": branch({"when": "${day} == 'sunday'", "output": {"data": "shop.a"}}),
        "when-python": branch({"when": "'${day}' = 'sunday'", "output": {"data": "shop.a"}}),
        "no-source": with_node(inputs={"variables": [{**VARIABLE, "inputName": "shops"}]}),
        "passed-by": branch({"when": "1 == 1", "output": {"data": "shop.a"}}),
        "assignment-language": with_script("SELECT 1;", command="CONTROLLER_ASSIGNMENT"),
        "join-node": join("laod"),
        "join-branch": join("fork"),
        "join-expression": join("load", expression="and"),
        "join-state": join("load", state="SUCCESS"),
        "control-script": branch({"when": "1 == 1", "output": {"data": "shop.a"}}, "SELECT 1;"),
        "control-disagrees": branch(
            {"when": "1 == 1", "output": {"data": "shop.a"}},
            '[{"condition": "1 == 1", "nodeoutput": "shop.b"}]',
        ),
        "cycle": with_workflow(
            dependencies=[
                {"nodeId": "load", "depends": [{"type": "Normal", "nodeId": "extract"}]},
                {"nodeId": "extract", "depends": [{"type": "Normal", "nodeId": "load"}]},
            ]
        ),
        "no-cron": with_workflow(trigger={"type": "Scheduler"}),
        "cron": with_workflow(trigger={"type": "Scheduler", "cron": "3 0 * * *"}),
        "cron-value": with_workflow(trigger={"type": "Scheduler", "cron": "00 30 25 * * ?"}),
        "cron-weekday": with_workflow(trigger={"type": "Scheduler", "cron": "00 00 09 ? * 2-6"}),
        "timezone": with_workflow(trigger={"type": "Manual", "timezone": "Asia/Shangai"}),
        "time": with_workflow(trigger={"type": "Scheduler", "startTime": "tomorrow"}),
        "time-order": with_workflow(
            trigger={"type": "Manual", "startTime": "2030-01-01 00:00:00", "endTime": "2029-01-01 00:00:00"}
        ),
        "priority": with_node(priority=9),
        "negative": with_node(rerunTimes=-1),
        "short-interval": with_node(rerunInterval=3),
        "empty-resource-group": with_node(runtimeResource={"resourceGroup": ""}),
        "empty-script": with_script(""),
        "undeclared-parameter": with_script("SELECT * FROM t WHERE ds = '${bizdate}';"),
        "parameter-twice": with_script("SELECT 1;", parameters=[parameter("$[yyyymmdd-1]")] * 2),
        "parameter-value": with_script("SELECT 1;", parameters=[parameter("$[yyyymmdd-1")]),
        "job-content": with_script('{"type": "job",\n "steps": [],}', command="DI"),
        "job-part": with_script('{"type": "job", "version": "2.0", "steps": []}', command="DI"),
        "no-value": with_script("SELECT '<nil>';"),
        "crlf": with_script("echo 1\r\necho 2\r\n", command="DIDE_SHELL"),
        "invisible-character": with_script("SELECT\u00a01;"),
        "path": with_workflow(script={"path": "Business/orders"}),
        "command": with_script("SELECT 1;", command="ODPS_SQLL"),
        "many-nodes": with_workflow(nodes=[named(f"n{number}") for number in range(401)], dependencies=[]),
    }


def rendered(rule: str, source: Any) -> str:
    """Return what the author of a document reads about a rule, in the workspace `sales`."""
    text = source if isinstance(source, str) else json.dumps(source, indent=2)
    try:
        document = read(text)
        problems = validate(document) + document.place(list(foreign_roots(document.root, "sales")))
    except InvalidDocumentError as error:
        problems = error.problems
    return next(problem.render() for problem in problems if problem.rule == rule)


def page() -> str:
    """Return the whole page."""
    found = examples()
    parts = [HEAD]
    for name, rule in rules().items():
        parts.append(f"## {name}\n\n{rule.says} {rule.because}\n\n```\n{rendered(name, found[name])}\n```\n")
    return "\n".join(parts)


def main() -> int:
    """Write the page; the exit status is returned."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
