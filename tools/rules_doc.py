#!/usr/bin/env python3
"""Write docs/flowspec-rules.md: every rule by which a document is refused or doubted, with what its author reads.

The examples are faults of real documents, made here and rendered by the code: nothing of the page is written by hand.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

from pulumi_resource_dataworks.flowspec import RULES, InvalidDocumentError, read, validate

PAGE = Path(__file__).resolve().parents[1] / "docs" / "flowspec-rules.md"

HEAD = """# Why a document is refused

Written by `make rules` from the code. Everything here is found at preview, without a call to DataWorks. Errors stop the
preview; warnings are shown. A rule is an error only where the vendor's own parser refuses the document, or where what is
written would surely be lost without a word.

How each rule stands to the vendor's parser is measured: a test holds its 8,000 verdicts on `tests/corpus` against ours, and
fails on one that no rule claims.
"""


def document() -> dict[str, Any]:
    """Return a document without a fault."""
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


def named(name: str) -> dict[str, Any]:
    """Return a node."""
    return {"name": name, "script": {"runtime": {"command": "ODPS_SQL"}}}


def depending(**depend: Any) -> dict[str, Any]:
    """Return the document with another dependency."""
    return with_workflow(dependencies=[{"nodeId": "load", "depends": [{"type": "Normal", **depend}]}])


def examples() -> dict[str, Any]:
    """Return a document for each rule, as text where the line matters."""
    twice = document()
    twice["spec"]["workflows"] *= 2
    outer = with_workflow(id="7234567890123456789")
    outer["spec"]["id"] = "7234567890123456780"
    return {
        "unreadable": '{"version": "1.1.0",\n  "kind" "CycleWorkflow"}',
        "no-flowspec": {"hello": "world"},
        "kind": {**document(), "kind": "Workflow"},
        "no-workflow": {**document(), "spec": {"nodes": [], "flow": []}},
        "second-workflow": twice,
        "missing": with_node(name=""),
        "null-list": with_node(inputs={"nodeOutputs": None}),
        "shape": with_node(trigger="daily"),
        "number": with_node(rerunInterval=30 * 24 * 3600 * 1000),
        "label": with_node(recurrence="Paused"),
        "misspelt-key": with_node(recurence="Pause"),
        "lost-key": with_node(foreach={"nodes": [named("each")], "dependencies": []}),
        "unknown-key": with_node(colour="blue"),
        "two-ids": outer,
        "name-clash": with_node(name="load"),
        "id-clash": with_workflow(
            id="42", nodes=[{**document()["spec"]["workflows"][0]["nodes"][1], "id": "42"}]
        ),
        "no-command": with_node(script={"content": "SELECT 1;"}),
        "lost-dependency": depending(nodeId="extrct"),
        "empty-dependency": depending(),
        "near-output": depending(output="my_project.extract"),
        "no-inner-nodes": with_node(script={"runtime": {"command": "CONTROLLER_TRAVERSE"}}),
        "no-condition": with_node(
            script={"runtime": {"command": "CONTROLLER_CYCLE"}}, doWhile={"nodes": [named("count")]}
        ),
        "cycle": with_workflow(
            dependencies=[
                {"nodeId": "load", "depends": [{"type": "Normal", "nodeId": "extract"}]},
                {"nodeId": "extract", "depends": [{"type": "Normal", "nodeId": "load"}]},
            ]
        ),
        "cron": with_workflow(trigger={"type": "Scheduler", "cron": "3 0 * * *"}),
        "time": with_workflow(trigger={"type": "Scheduler", "startTime": "tomorrow"}),
        "path": with_workflow(script={"path": "Business/orders"}),
        "command": with_node(script={"runtime": {"command": "ODPS_SQLL"}}),
        "many-nodes": with_workflow(nodes=[named(f"n{number}") for number in range(401)], dependencies=[]),
    }


def rendered(rule: str, source: Any) -> str:
    """Return what the author of a document reads about a rule."""
    text = source if isinstance(source, str) else json.dumps(source, indent=2)
    try:
        faults = validate(read(text))
    except InvalidDocumentError as error:
        faults = error.faults
    return next(fault.render() for fault in faults if fault.rule == rule)


def page() -> str:
    """Return the whole page."""
    found = examples()
    parts = [HEAD]
    for name, rule in RULES.items():
        parts.append(f"## {name}\n\n{rule.says} {rule.because}\n\n```\n{rendered(name, found[name])}\n```\n")
    return "\n".join(parts)


def main() -> int:
    """Write the page; the exit status is returned."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
