"""`pulumi do`: what the CLI makes of the schema and sends to the provider, with and without a state."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_resource_dataworks.emulator import Fault, TaskLife
from tests.support.cli import converter
from tests.support.documents import etl, node
from tests.support.pages import blocks
from tests.support.repository import PLUGIN_FOLDER, REPO
from tests.support.stacks import Result, Stack
from tests.support.waiting import wait_for
from tests.support.workspaces import load, sql, workflow

__all__ = ["converter"]

pytestmark = pytest.mark.starts_plugin

MODULE = "dataworks:index:"
DEFINITION, DEPLOYMENT = f"{MODULE}WorkflowDefinition", f"{MODULE}WorkflowDeployment"
SCHEMA = json.loads((REPO / "provider/pulumi_resource_dataworks/plugin/schema.json").read_text("utf-8"))
PAGE = REPO / "docs" / "do.md"
LIST = "ListWorkflowDefinitions"


class Do:
    """`pulumi do` in the folder of a stack, with the provider installed."""

    def __init__(self, stack: Stack, converter: Path) -> None:
        self.stack = stack
        stack.environment["PATH"] = f"{converter}{os.pathsep}{stack.environment['PATH']}"
        program = {"name": "engine-test", "runtime": "yaml"}
        (stack.folder / "Pulumi.yaml").write_text(json.dumps(program))
        self.plugin = stack.folder / ".venv" / "bin"
        self.plugin.mkdir(parents=True)
        command = self.plugin / "pulumi-resource-dataworks"
        command.write_text(f'#!/bin/sh\nexec "{PLUGIN_FOLDER}/pulumi-resource-dataworks" "$@"\n')
        command.chmod(0o755)

    def install(self) -> Do:
        self.stack.run("plugin", "install", "resource", "dataworks", "0.1.0", "--file", str(self.plugin))
        return self

    def __call__(self, kind: str, *arguments: str, ok: bool = True) -> Result:
        return self.stack.run("do", kind, *arguments, ok=ok)

    def json(self, kind: str, *arguments: str) -> Any:
        """What the command prints on standard output, which has to be JSON alone."""
        done = subprocess.run(
            ["pulumi", "--non-interactive", "do", kind, *arguments],
            cwd=self.stack.folder,
            env=self.stack.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def inputs(self, spec: Any, **more: Any) -> str:
        """A file of a definition's inputs."""
        held = {"projectId": self.stack.project_id, "spec": spec, **more}
        (self.stack.folder / "inputs.yaml").write_text(yaml.safe_dump(held), "utf-8")
        return "inputs.yaml"

    def names(self) -> list[str]:
        return sorted(one.body["name"] for one in self.stack.emulator.workflows())


@pytest.fixture
def do(stack: Stack, converter: Path) -> Do:
    return Do(stack, converter).install()


def test_a_node_is_made_listed_changed_and_deleted_without_a_state(do: Do) -> None:
    kind, file = f"{MODULE}Node", do.stack.folder / "node.yaml"

    def inputs(name: str, content: str = "SELECT 1;") -> str:
        script = {"path": f"care/{name}", "runtime": {"command": "ODPS_SQL"}, "content": content}
        document = {"kind": "Node", "spec": {"nodes": [{"name": name, "script": script}]}}
        file.write_text(yaml.safe_dump({"projectId": do.stack.project_id, "spec": document}), "utf-8")
        return file.name

    create = (kind, "create", "--stateless", "--input-file")
    made = do.json(*create, inputs("vacuum"), "--yes", "--output", "json")
    assert f"upsert {made['id']} --stateless" in do(*create, inputs("vacuum"), "--yes", ok=False).output
    do(DEFINITION, "create", "--stateless", "--input-file", do.inputs(etl()), "--yes")
    assert do.json(kind, "list", "--project-id", "10001", "--path-prefix", "care/") == [
        {"id": made["id"], "name": "vacuum"}
    ]
    assert len(do.json(kind, "list", "--project-id", "10001", "--all")) == 1, (
        "nodes in workflows are none of it"
    )
    do(kind, "upsert", made["id"], "--stateless", "--input-file", inputs("vacuum", "SELECT 2;"), "--yes")
    [held] = do.stack.emulator.objects()
    assert held.document["spec"]["nodes"][0]["script"]["content"] == "SELECT 2;"
    do(kind, "delete", made["id"], "--stateless", "--yes")
    assert do.stack.emulator.objects() == []


def test_short_inputs_of_a_function_are_patched_without_a_state(do: Do) -> None:
    kind, file = f"{MODULE}Function", do.stack.folder / "function.yaml"
    inputs = {"projectId": do.stack.project_id, "name": "mask", "path": "udf/mask", "type": "string"}
    inputs |= {"className": "masking.Mask", "fileResources": ["masking.py"]}
    file.write_text(yaml.safe_dump(inputs), "utf-8")
    made = do.json(kind, "create", "--stateless", "--input-file", file.name, "--yes", "--output", "json")
    patch = (kind, "patch", made["id"], "--stateless")

    def held() -> dict[str, Any]:
        [one] = do.stack.emulator.objects()
        found: dict[str, Any] = one.document["spec"]["functions"][0]
        return found

    assert "masking.Hide" in do(*patch, "--class-name", "masking.Hide", "--dry-run").output
    assert held()["className"] == "masking.Mask"
    do(*patch, "--class-name", "masking.Hide", "--yes")
    do(*patch, "--name", "hide", "--yes")
    file.write_text(yaml.safe_dump({"fileResources": ["a.py", "b.py"]}), "utf-8")
    do(*patch, "--input-file", file.name, "--yes")
    assert (held()["className"], held()["name"], held()["type"]) == ("masking.Hide", "hide", "string")
    assert held()["fileResources"] == [{"name": "a.py"}, {"name": "b.py"}]
    assert held()["script"]["path"] == "udf/hide"
    file.write_text(yaml.safe_dump({"className": "x.X", "spec": {"kind": "Function"}}), "utf-8")
    both = do(*patch, "--input-file", file.name, "--yes", ok=False)
    assert "className: spec is given too, and its document says it" in both.output


def test_a_file_gets_another_content_by_a_patch_and_no_other_type(do: Do) -> None:
    kind, bucket = f"{MODULE}FileResource", "https://b.oss-cn-shanghai.aliyuncs.com"
    given = ("--project-id", str(do.stack.project_id), "--name", "a.py", "--type", "python")
    create = (kind, "create", "--stateless", *given, "--content-url", f"{bucket}/a.py", "--yes")
    made = do.json(*create, "--output", "json")
    patch = (kind, "patch", made["id"], "--stateless", "--yes")
    do(*patch, "--content-url", f"{bucket}/b.py?Signature=1", "--data-source", "lake")
    [held] = do.stack.emulator.objects()
    assert held.file is not None
    assert held.file.address == f"{bucket}/b.py?Signature=1"
    assert held.document["spec"]["fileResources"][0]["datasource"]["name"] == "lake"
    assert "this would be another resource" in do(*patch, "--type", "jar", ok=False).output


def test_a_create_without_a_state_takes_nothing_over(do: Do) -> None:
    create = (DEFINITION, "create", "--stateless", "--input-file")
    made = do.json(*create, do.inputs(etl(name="orders")), "--yes", "--output", "json")
    do(*create, do.inputs(etl(name="stock")), "--yes")
    assert do.names() == ["orders", "stock"]

    # What one of them has made is not the other's, nor that of the same command again.
    file = do.inputs(etl(name="orders", nodes=[node("extract"), node("load", "SELECT 9;\n")]))
    before = [one.document for one in do.stack.emulator.workflows()]
    for how in ("--dry-run", "--yes"):
        refused = do(*create, file, how, ok=False).output
        assert f"upsert {made['id']} --stateless" in refused
    assert [one.document for one in do.stack.emulator.workflows()] == before

    assert do.json(DEFINITION, "list", "--project-id", "10001", "--name", "or*") == [
        {"id": made["id"], "name": "orders"}
    ]
    do(DEFINITION, "upsert", made["id"], "--stateless", "--input-file", file, "--yes")
    after = do.stack.emulator.workflow(made["workflowId"]).body["nodes"]
    assert [one["script"]["content"] for one in after] == ["SELECT 1;\n", "SELECT 9;\n"]
    moved = do(DEFINITION, "patch", made["id"], "--stateless", "--project-id", "10002", "--yes", ok=False)
    assert "with another projectId this would be another resource" in moved.output
    assert "adopt is set" in do(*create, do.inputs(etl(name="stock")), "--yes", "--adopt").output
    assert do.names() == ["orders", "stock"]


def test_a_run_without_a_state(do: Do) -> None:
    load(do.stack.server, [workflow("orders", [sql("load", "SELECT 1;")])])
    [held] = do.stack.emulator.workflows()
    do.stack.emulator.deploy(held.workflow_id)
    do.stack.emulator.scheduler.life = TaskLife(0.1)
    asked = {"projectId": 10001, "workflowId": held.workflow_id, "businessDates": ["2026-11-01"]}
    (do.stack.folder / "run.yaml").write_text(yaml.safe_dump(asked), "utf-8")
    create = (f"{MODULE}WorkflowRun", "create", "--stateless", "--input-file", "run.yaml", "--yes")
    made = [do.json(*create, "--output", "json") for _ in range(2)]
    assert [one["status"] for one in made] == ["Success", "Success"]
    assert made[0]["instanceIds"] != made[1]["instanceIds"]


def test_a_workflow_in_a_state(do: Do) -> None:
    file = do.inputs(etl())
    do(DEFINITION, "create", "mine", "--input-file", file, "--yes")
    held = do.stack.resource()
    assert held["urn"].endswith("::mine")
    assert set(held["inputs"]) - {"__defaults"} == {"projectId", "spec"}  # and none of the command's flags
    do(DEFINITION, "patch", "mine", "--adopt", "--yes", "--show-secrets")
    assert do.stack.resource()["inputs"]["adopt"] is True
    do.inputs(etl(nodes=[node("extract"), node("load", "SELECT 9;\n")]))
    do(DEFINITION, "upsert", "mine", "--input-file", file, "--yes")
    assert do.stack.scripts()["load"] == "SELECT 9;\n"
    assert do.stack.resource()["id"] == held["id"]
    do(DEFINITION, "delete", "mine", "--yes")
    assert do.names() == []


def test_every_function_answers(do: Do) -> None:
    load(do.stack.server, [workflow("daily", [sql("report", "SELECT 1;")], path="sales/daily")])
    (do.stack.folder / "daily.json").write_text(json.dumps(etl()))
    given = {
        "getProject": ("--project-id", "10001"),
        "getResourceGroup": ("--name", "emulated_group"),
        "getWorkflowDefinition": ("--project-id", "10001", "--path", "sales/daily"),
        "listWorkflowDefinitions": ("--project-id", "10001"),
        "readFlowSpec": ("--path", "daily.json"),
    }
    assert {f"{MODULE}{name}" for name in given} == SCHEMA["functions"].keys()
    found = {name: do.json(f"{MODULE}{name}", *arguments) for name, arguments in given.items()}
    assert found["getProject"]["name"] == "emulated_workspace"
    assert found["getResourceGroup"]["name"] == "emulated_group"
    [listed] = found["listWorkflowDefinitions"]["workflows"]
    assert listed["workflowId"] == found["getWorkflowDefinition"]["workflowId"]
    assert found["readFlowSpec"]["spec"]["kind"] == "CycleWorkflow"


def test_pages_and_errors_of_a_list(do: Do) -> None:
    load(do.stack.server, [workflow(f"w{number:03}", [sql("n", "SELECT 1;")]) for number in range(120)])
    names = [f"w{number:03}" for number in range(120)]
    for more, count in (((), 100), (("--all",), 120), (("--count", "110"), 110), (("--count", "3"), 3)):
        before = do.stack.calls(LIST)
        found = do.json(DEFINITION, "list", "--project-id", "10001", *more)
        assert [one["name"] for one in found] == names[:count]
        assert (
            do.stack.calls(LIST) - before == 3
        )  # two pages of one kind, one of the other, however many are shown
    live = do.stack.emulator.workflows()[2]
    do.stack.emulator.deploy(live.workflow_id)
    do.stack.emulator.add_fault(Fault(LIST, status=429, code="Throttling.User"))
    deployed = do.json(DEPLOYMENT, "list", "--project-id", "10001", "--count", "1")
    assert deployed == [{"id": f"10001/{live.workflow_id}", "name": live.body["name"]}]
    do.stack.emulator.add_fault(Fault(LIST, status=403, code="Forbidden.Access", times=9))
    assert "Forbidden.Access" in do(DEFINITION, "list", "--project-id", "10001", ok=False).output
    wrong = do(DEFINITION, "list", "--project-id", "10001", "--kind", "Cycle", ok=False).output
    assert "kind has to be one of CycleWorkflow and ManualWorkflow" in wrong


def test_an_interrupted_list_takes_the_provider_with_it(do: Do) -> None:
    """The CLI ends at once and says nothing to the provider."""
    emulator = do.stack.emulator
    emulator.add_fault(
        Fault(LIST, status=429, code="Throttling", headers={"x-acs-retry-after": "1000"}, times=99)
    )
    cli = do.stack.start("do", DEFINITION, "list", "--project-id", "10001")
    wait_for(lambda: emulator.count(LIST) > 1, 60)
    [plugin] = children(cli.pid)
    cli.send_signal(signal.SIGINT)
    cli.communicate(timeout=30)
    wait_for(lambda: not Path(f"/proc/{plugin}").exists(), 15)
    before = emulator.count(LIST)
    time.sleep(1.5)
    assert emulator.count(LIST) == before


def children(parent: int) -> list[int]:
    """The processes that a process has started."""
    found: list[int] = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(words[1]) == parent:
            found.append(int(status.parent.name))
    return found


def inputs() -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Each command with flags of its own inputs, and these."""
    for kind, resource in SCHEMA["resources"].items():
        if "listInputs" in resource:
            yield (kind, "list"), resource["listInputs"]["properties"]
        for verb in ("create", "upsert", "patch"):
            yield (kind, verb), resource["inputProperties"]
            yield (kind, verb, "--stateless"), resource["inputProperties"]
    for function, spec in SCHEMA["functions"].items():
        yield (function,), spec["inputs"]["properties"]


def test_no_input_has_the_name_of_a_flag_of_the_command(do: Do) -> None:
    """With `--stateless` for one, the CLI sets an input `stateless`, and in a state it even lands there."""
    general = set(flags(do.stack.run("do", "--help").output))
    assert {"stateless", "dry-run", "output", "package", "show-secrets"} <= general
    seen = set(general)
    for command, properties in inputs():
        found = flags(do(*command, "--help").output)
        aliases = {name for name, text in found.items() if "(alias for --input:" in text}
        simple = {"string", "integer", "number", "boolean"}
        assert aliases == {flag(name) for name, spec in properties.items() if spec.get("type") in simple}
        taken = general | (found.keys() - aliases)
        assert {flag(name) for name in properties} & taken == set(), command
        seen |= taken
    assert {"yes", "input-file", "all", "count", "provider-file"} <= seen


def flags(help_text: str) -> dict[str, str]:
    """The flags that a help lists, with what it says of each."""
    return dict(re.findall(r"^\s+(?:-\w, )?--([\w:-]+)(.*)$", help_text, re.MULTILINE))


def flag(name: str) -> str:
    """A flag as the CLI makes it of an input's name."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


@pytest.mark.timeout(1200)  # each of its lines starts a provider
def test_the_page_runs_as_it_is_written(stack: Stack, converter: Path) -> None:
    """Each line in its order; an ID and a digest are those that the line before has printed."""
    do = Do(stack, converter)
    [file] = [block.text for block in blocks("yaml") if block.page == PAGE]
    (stack.folder / "orders.yaml").write_text(file)
    (stack.folder / "daily_orders.yaml").write_text(yaml.safe_dump(yaml.safe_load(file)["spec"]))
    lines = [line for block in blocks("sh") if block.page == PAGE for line in block.text.splitlines()]
    assert len(lines) > 15
    known: dict[str, str] = {}
    for line in lines:
        for name, value in known.items():
            line = line.replace(name, value)  # noqa: PLW2901
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=stack.folder,
            env=stack.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        if " read " in line:
            known["DIGEST"] = json.loads(done.stdout)["digest"]
        if "WorkflowDeployment" in line and " list " not in line:
            live = stack.emulator.production(known["DEFINITION"]) is not None
            assert live is (" delete " not in line)
        if made := stack.emulator.workflows():
            known["DEFINITION"] = made[0].workflow_id
    assert do.names() == []
