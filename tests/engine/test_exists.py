"""`exists` of the SDKs: whether a workflow is there, asked without making anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support.documents import etl
from tests.support.repository import REPO
from tests.support.stacks import Stack

PROGRAM = """
import pulumi
import pulumi_dataworks as dataworks

for name in ("70", "71"):
    pulumi.export(name, dataworks.WorkflowDefinition.exists(f"10001/{name}"))
"""


@pytest.mark.skipif(
    os.environ.get("PULUMI_DATAWORKS_ENGINE") == "oldest", reason="the oldest engine does not know `exists`"
)
def test_a_program_asks_whether_a_workflow_exists(stack: Stack) -> None:
    stack.workflow(etl(id="70"))
    stack.up()
    (stack.folder / "__main__.py").write_text(PROGRAM, "utf-8")
    done = subprocess.run(
        [sys.executable, str(REPO / "tools/inline.py"), str(stack.folder)],
        input=json.dumps([stack.name, "up"]) + "\n",
        env={**stack.environment, "PULUMI_DEBUG_PROVIDERS": f"dataworks:{stack.plugin}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    answer = json.loads(done.stdout)
    assert answer["status"] == 0, answer["output"]
    assert (stack.output("70"), stack.output("71")) == ("True", "False")
