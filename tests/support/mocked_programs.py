"""Runs Python programs on Pulumi's mocks, in a process of their own, as mocks leave event loops behind.

stdin has JSON: code by name. stdout gets JSON: by name, the documents that the program declares, and its traceback if it failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import traceback
from typing import Any

import pulumi

CONFIG = {
    "projectId": "10001",
    "script": "echo",
    "spec": json.dumps({"kind": "CycleWorkflow", "spec": {"workflows": [{"name": "orders", "nodes": []}]}}),
}

ANSWERS: dict[str, dict[str, Any]] = {
    "dataworks:index:getProject": {"name": "sales", "projectId": 10001, "rootOutput": "sales_root"},
    "dataworks:index:getResourceGroup": {"id": "Serverless_res_group_1_1"},
    "dataworks:index:getWorkflowDefinition": {"nodeOutputs": {"clean_orders": "5123456789012345678"}},
    "dataworks:index:listWorkflowDefinitions": {"workflows": [{"path": "sales/orders"}]},
    "dataworks:index:readFlowSpec": {"spec": json.loads(CONFIG["spec"])},
}


class Recorder(pulumi.runtime.Mocks):
    """An engine that remembers which documents it is handed."""

    def __init__(self) -> None:
        self.documents: list[Any] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if "spec" in args.inputs:
            spec = args.inputs["spec"]
            self.documents.append(spec.get("value", spec) if isinstance(spec, dict) else spec)  # of a secret
        return "10001/1", {}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return ANSWERS[args.token], []


def run(name: str, text: str) -> dict[str, Any]:
    """What became of one program."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    pulumi.runtime.set_all_config({f"docs:{key}": value for key, value in CONFIG.items()})
    engine = Recorder()
    pulumi.runtime.set_mocks(engine, project="docs")
    try:
        code = compile(text, name, "exec")
        pulumi.runtime.test(lambda: exec(code, {"__name__": "__main__"}))()  # type: ignore[no-untyped-call]
    except Exception:  # noqa: BLE001 it is the answer
        return {"documents": [], "error": traceback.format_exc()}
    return {"documents": engine.documents, "error": ""}


if __name__ == "__main__":
    programs = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        answers = {name: run(name, text) for name, text in programs.items()}
    json.dump(answers, sys.stdout)
