"""An exported project through the real engine: imported, it finds no change; portable, it makes the same elsewhere.

What is exported is every import-ready public document and whatever is hard to write down; `make test-export` adds 500
workflows for Python and YAML.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life, Project, Workflow
from pulumi_resource_dataworks.export._command import export
from pulumi_resource_dataworks.export._workspace import ExportRequest, Folder
from tests.support.corpus import KEPT
from tests.support.nightly import NIGHTLY
from tests.support.repository import PLUGIN_FOLDER, REPO
from tests.support.sdks import Tool
from tests.support.stacks import Stack, engine, plugin_in, stack_in
from tests.support.vault import PROVIDER
from tests.support.workspaces import (
    Document,
    beside,
    generated,
    load,
    public,
    related,
    settings,
    tricky,
    using,
)

__all__ = ["engine"]

pytest_plugins = ["tests.support.sdks"]

ALL = os.environ.get("EXPORT") == "all"
HERE, THERE = 10001, 10002
NAMED_ELSE = {
    *("a_report", "orders", "using"),  # say what the workspace is called
    *(
        "derived_testres_version__1_x_y__single_cycle_node",
        "workflow1",
        "load_forecast",
    ),  # by their ID where they have a name too
}
"""Workflows whose documents name outputs differently in another workspace."""
INLINE = REPO / "tests/examples/inline"
GO_SDK = "github.com/pulumi-dataworks/pulumi-dataworks/sdk/go"


@dataclass
class Exported:
    """An exported project.

    Attributes:
        stack: The project's, with a folder that holds nothing else.
        members: How many resources its program declares.
        nodes: How many of them are nodes, which an import looks for in a list of those that people start.
    """

    stack: Stack
    members: int
    nodes: int

    @property
    def folder(self) -> Path:
        return self.stack.folder

    @property
    def project(self) -> str:
        return str(yaml.safe_load((self.folder / "Pulumi.yaml").read_text("utf-8"))["name"])

    def configure(self, **values: Any) -> None:
        """Makes the stack as a user would; a project in YAML of the same name stands in where the CLI has no other host."""
        twin = self.twin()
        (twin.folder / "Pulumi.yaml").write_text(
            json.dumps(
                {
                    "name": self.project,
                    "runtime": "yaml",
                    "plugins": {"providers": [{"name": "dataworks", "path": str(PLUGIN_FOLDER)}]},
                }
            )
        )
        config = {"dataworks:endpoint": self.stack.server.endpoint, "dataworks:callsPerSecond": 10_000}
        config |= {f"{self.project}:{key}": value for key, value in values.items()}
        (twin.folder / "Pulumi.test.yaml").write_text(yaml.safe_dump({"config": config}), "utf-8")
        twin.run("stack", "init", "test", "--secrets-provider", PROVIDER)
        (self.folder / ".venv").symlink_to(Path(sys.prefix))
        shutil.copy(twin.folder / "Pulumi.test.yaml", self.folder)

    def twin(self) -> Stack:
        folder = self.folder.parent / "twin"
        folder.mkdir(exist_ok=True)
        return replace(self.stack, folder=folder)

    def take_over(self) -> None:
        """Imports what import.json lists, with one read for each; nothing is written or uploaded."""
        twin, calls = self.twin(), self.stack.calls()
        shutil.copy(self.folder / "import.json", twin.folder)
        arguments = ("--file", "import.json", "--generate-code=false", "--skip-preview", "--yes")
        assert f"{self.members} imported" in finish(twin.start("import", *arguments))
        made = self.stack.emulator.calls[calls:]
        assert len(made) == self.members + self.nodes
        assert all(call.action.startswith("Get") or call.action == "ListNodes" for call in made)


def finish(process: subprocess.Popen[str]) -> str:
    """Waits for the CLI, which takes a minute and more for 500 workflows."""
    output, _ = process.communicate(timeout=1200)
    assert process.returncode == 0, output
    return output


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    """DataWorks with two workspaces, in which an ID means one thing."""
    projects = [Project(project_id=HERE), Project(project_id=THERE, identifier="other")]
    emulator = Emulator(projects=projects, job_life=Life("seconds", 0))
    emulator.switch(same_id_in_two_projects="one_thing")
    with EmulatorServer(emulator) as running:
        yield running


Export = Callable[..., Exported]


@pytest.fixture
def exported(engine: Path, server: EmulatorServer, tmp_path: Path) -> Iterator[Export]:
    """Exports a workspace that holds some documents."""
    place = stack_in(engine, server, tmp_path)
    place.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"  # else all is written after each resource

    def make(language: str, documents: Iterable[Document], *, portable: bool = False) -> Exported:
        load(server, documents)
        if server.emulator.objects():
            load(server, [using(server)])
        server.emulator.switch(read_back_noise="usual" if portable else "worst")
        calls, workflows, objects = place.calls(), server.emulator.workflows(), server.emulator.objects()
        there, beside_them = len(workflows), len(objects)
        nodes = sum(one.kind == "Node" for one in objects)
        inside = [node["script"]["path"] for one in workflows for node in one.nodes.values()]
        # Only a read shows of a node with such a path that it is in a workflow.
        astray = sum(not any(path.startswith(f"{one.path}/") for one in workflows) for path in inside)
        listed = nodes + len(inside)
        folder = Folder(place.folder, ExportRequest(HERE, language, portable, "*"))
        status = export(settings(server), folder)
        lists = 2 + (there - 1) // 100 + 1 + max(listed - 1, 0) // 100 + 2 + bool(nodes + astray)
        assert place.calls() - calls == lists + there + beside_them + astray
        left_out = len(list(place.folder.glob("left-out/*")))
        assert status == bool(left_out)
        assert portable or not left_out
        return Exported(place, there + beside_them - left_out, nodes)

    with plugin_in(place.folder) as place.plugin:
        yield make


def everything(more: int = 0) -> list[Document]:
    """Every document that can be exported, and some generated ones."""
    return [*public(KEPT), *tricky(), *related(), *generated(10 + more), *beside()]


def sample() -> list[Document]:
    """Some of them: of each kind, with control nodes and everything that a language might take for its own."""
    return [*islice(public(KEPT), 6), *tricky(), *related(), *beside()]


def is_quiet(output: str, members: int) -> None:
    assert f"{members + 1} unchanged" in output
    assert not re.search(r"\d+ (to )?(create|update|replace|delete)", output)


def inline_python(project: Exported, command: str, *flags: str) -> str:
    """Runs a command of the CLI on a Python program through the Automation API."""
    done = subprocess.run(
        [sys.executable, str(REPO / "tools/inline.py"), str(project.folder)],
        input=json.dumps(["test", command, *flags]) + "\n",
        env={**project.stack.environment, "PULUMI_DEBUG_PROVIDERS": f"dataworks:{project.stack.plugin}"},
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    answer = json.loads(done.stdout)
    assert answer["status"] == 0, answer["output"]
    return str(answer["output"])


def drive(project: Exported, driver: list[str], command: str) -> str:
    """Runs a command of the CLI through a driver of tests/examples/inline."""
    done = subprocess.run(
        [*driver, project.project, "test", command],
        cwd=project.folder,
        env={**project.stack.environment, "PULUMI_DEBUG_PROVIDERS": f"dataworks:{project.stack.plugin}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def node_driver(project: Exported, node: Tool, node_modules: Path) -> list[str]:
    (project.folder / "node_modules").symlink_to(node_modules)
    node("node_modules/typescript/bin/tsc", cwd=project.folder)
    return [str(shutil.which("node")), str(INLINE / "node.mjs")]


def go_driver(project: Exported, go: Tool) -> list[str]:
    asked = set(re.findall(r"^\t(\S+) v", (project.folder / "go.mod").read_text("utf-8"), re.MULTILINE))
    shutil.copytree(INLINE / "go", project.folder, dirs_exist_ok=True)
    assert asked <= set((project.folder / "go.mod").read_text("utf-8").split())
    go("mod", "edit", f"-replace={GO_SDK}={REPO / 'sdk/go'}", cwd=project.folder)
    go("test", "-c", "-ldflags=-s -w", "-o", "inline", ".", cwd=project.folder)
    return [str(project.folder / "inline")]


@pytest.mark.timeout(1800)
def test_yaml(exported: Export) -> None:
    project = exported("yaml", everything(500 * ALL))
    project.configure()
    project.take_over()
    preview = project.stack.start("preview", "--stack", "test", "--diff", "--expect-no-changes")
    is_quiet(finish(preview), project.members)
    calls = project.stack.calls()
    is_quiet(finish(project.stack.start("up", "--stack", "test", "--yes", "--skip-preview")), project.members)
    assert project.stack.calls() == calls  # nothing is written, and no file uploaded


@pytest.mark.timeout(1800)
def test_python(exported: Export) -> None:
    project = exported("python", everything(500) if ALL else sample())
    project.configure()
    project.take_over()
    is_quiet(inline_python(project, "preview", "--expect-no-changes"), project.members)


@pytest.mark.nightly
@pytest.mark.xdist_group("nodejs")
@pytest.mark.timeout(600)
def test_typescript(exported: Export, node: Tool, node_modules: Path) -> None:
    project = exported("typescript", sample())
    project.configure()
    project.take_over()
    is_quiet(drive(project, node_driver(project, node, node_modules), "preview"), project.members)


@pytest.mark.nightly
@pytest.mark.xdist_group("go")
@pytest.mark.timeout(1200)
def test_go(exported: Export, go: Tool) -> None:
    project = exported("go", sample())
    project.configure()
    project.take_over()
    is_quiet(drive(project, go_driver(project, go), "preview"), project.members)


def test_portable_yaml(exported: Export) -> None:
    project = exported("yaml", [*islice(public(KEPT), None if NIGHTLY else 6), *related()], portable=True)
    project.configure(**elsewhere(project))

    def run(command: str) -> str:
        step = project.stack.up if command == "up" else project.stack.preview
        return step("--stack", "test").output

    has_moved(project, run)


def test_portable_nodes_functions_and_files(exported: Export) -> None:
    project = exported("yaml", beside(), portable=True)
    project.configure(**elsewhere(project))
    stack, content = project.stack, project.folder / "files/udf/masking.py/content"
    content.rename(project.folder / "content")
    assert "files/udf/masking.py/content" in stack.preview("--stack", "test", ok=False).output
    (project.folder / "content").rename(content)
    before = [one.document for one in stack.emulator.objects()]
    assert f"{project.members + 1} created" in stack.up("--stack", "test").output
    assert [one.document for one in stack.emulator.objects() if one.project_id == HERE] == before
    there = {one.body["name"]: one for one in stack.emulator.objects() if one.project_id == THERE}
    assert {name: one.scene for name, one in there.items() if one.kind == "Node"} == {
        **dict.fromkeys(("vacuum", "sweep"), "DATAWORKS_PROJECT"),
        "tidy": "DATAWORKS_MANUAL_TASK",
    }
    uploaded = there["masking.py"].file
    assert uploaded is not None
    assert uploaded.size == len("class Mask: ...\n")
    vacuum, mask = there["vacuum"], there["mask"].body
    assert [one["name"] for one in (*vacuum.body["fileResources"], *mask["fileResources"])] == [
        "masking.py"
    ] * 2
    assert [one["output"] for one in vacuum.dependencies[0]["depends"]] == ["other.swept", "other.x"]
    [using] = [one for one in stack.emulator.workflows() if one.project_id == THERE]
    [waits] = {one["output"] for one in depends_of(using, "count")} - {"other.swept"}
    assert waits in {one["data"] for one in vacuum.body["outputs"]["nodeOutputs"]}
    is_quiet(stack.preview("--stack", "test").output, project.members)


@pytest.mark.nightly
def test_portable_python(exported: Export) -> None:
    project = exported("python", [*related(), *beside()], portable=True)
    project.configure(**elsewhere(project))
    has_moved(project, lambda command: inline_python(project, command))


@pytest.mark.nightly
@pytest.mark.xdist_group("nodejs")
@pytest.mark.timeout(600)
def test_portable_typescript(exported: Export, node: Tool, node_modules: Path) -> None:
    project = exported("typescript", [*related(), *beside()], portable=True)
    project.configure(**elsewhere(project))
    driver = node_driver(project, node, node_modules)
    has_moved(project, lambda command: drive(project, driver, command))


@pytest.mark.nightly
@pytest.mark.xdist_group("go")
@pytest.mark.timeout(1200)
def test_portable_go(exported: Export, go: Tool) -> None:
    project = exported("go", [*related(), *beside()], portable=True)
    project.configure(**elsewhere(project))
    driver = go_driver(project, go)
    has_moved(project, lambda command: drive(project, driver, command))


def elsewhere(project: Exported) -> dict[str, Any]:
    """The settings for the other workspace: all as it is here, but for its name; a file gets its content."""
    for file in project.folder.glob("files/*/*/file.json"):
        file.with_name("content").write_text("class Mask: ...\n")
    text = (project.folder / "Pulumi.yaml").read_text("utf-8")
    reported = re.findall(rf"^  (\w+): # in workspace {HERE}: (.*)$", text, re.MULTILINE)
    return {
        **{key: yaml.safe_load(value) for key, value in reported},
        "projectId": THERE,
        "projectIdentifier": "other",
    }


def has_moved(project: Exported, run: Callable[[str], str]) -> None:
    """Makes a portable program's workflows in the other workspace, and looks at both."""
    emulator = project.stack.emulator
    before = {one.workflow_id: one.document for one in emulator.workflows()}
    assert f"{project.members + 1} created" in run("up")
    here = [one for one in emulator.workflows() if one.project_id == HERE]
    there = {one.path: one for one in emulator.workflows() if one.project_id == THERE}
    assert {one.workflow_id: one.document for one in here} == before
    beside_them = [one for one in emulator.objects() if one.project_id == THERE]
    assert len(there) + len(beside_them) == project.members
    assert not ids_of(here) & ids_of(there.values())
    same = {one.path for one in here if one.path in there and digest(one) == digest(there[one.path])}
    assert same == {path for path in there if path.rpartition("/")[2] not in NAMED_ELSE}
    nodes = {node["name"]: node for node in there["orders"].nodes.values()}
    waits = {one.get("output") for one in depends_of(there["a_report"], "report")}
    assert waits >= {nodes["extract"]["id"], "other.orders", "other_root"}
    assert len(waits) == 4
    is_quiet(run("preview"), project.members)


def depends_of(workflow: Workflow, name: str) -> list[dict[str, Any]]:
    """What a node depends on."""
    [own] = [one for one, node in workflow.nodes.items() if node["name"] == name]
    [found] = [one["depends"] for one in workflow.body["dependencies"] if one["nodeId"] == own]
    return list(found)


def ids_of(workflows: Iterable[Workflow]) -> set[str]:
    return {one for workflow in workflows for one in (workflow.workflow_id, *workflow.nodes)}


def digest(workflow: Workflow) -> str:
    """What a workflow means, but for owners, names that are only shown and what the service knows by something beside it."""
    return flowspec.digest(without(flowspec.clean(workflow.document)))


def without(value: Any) -> Any:
    if isinstance(value, list):
        return [without(item) for item in value]
    if isinstance(value, dict):
        aside = {"resourceGroupId", "refTableName", "owner"} | ({"nodeId"} if "output" in value else set())
        return {key: without(item) for key, item in value.items() if key not in aside}
    return value
