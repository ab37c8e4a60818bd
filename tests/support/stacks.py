"""The real Pulumi CLI against the emulator: a project in a folder of its own, a stack in a local file."""

from __future__ import annotations

import copy
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from pulumi_resource_dataworks.emulator import Account, Emulator, EmulatorServer, Life
from tests.support.cli import cli_environment, credentials, engine, kept_environment
from tests.support.nightly import NIGHTLY
from tests.support.repository import PLUGIN_FOLDER
from tests.support.vault import PROVIDER

__all__ = ["engine"]


@dataclass(frozen=True)
class Result:
    """What a command of the CLI did."""

    status: int
    output: str
    seconds: float

    @property
    def warnings(self) -> list[str]:
        """The lines that warn, but for one that a host lies elsewhere than the CLI, which is no business of the provider's."""
        lines = self.output.splitlines()
        return [line for line in lines if "warning: " in line and "using pulumi-language-" not in line]


@dataclass
class Stack:
    """A Pulumi project in YAML with one stack, and the emulator that it talks to.

    Attributes:
        folder: The project's.
        environment: What the CLI sees.
        server: The emulator.
        plugin: The port of a provider that runs already; without one every run of the CLI starts its own.
        name: The stack's.
        others: The ports of other providers that run already, by name.
        fails_with_traceback: Whether a step that fails may show one.
    """

    folder: Path
    environment: dict[str, str]
    server: EmulatorServer
    plugin: int | None = None
    name: str = "test"
    others: Mapping[str, int] = field(default_factory=dict[str, int], kw_only=True)
    fails_with_traceback: ClassVar[bool] = False

    @property
    def emulator(self) -> Emulator:
        return self.server.emulator

    def declare(
        self,
        resources: dict[str, Any],
        outputs: dict[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """Writes the program; `config` holds settings of the provider, `more` other parts of a Pulumi.yaml."""
        known = {} if self.plugin is None else {"endpoint": self.server.endpoint}
        plugin = {"name": "dataworks", "path": str(PLUGIN_FOLDER)}
        program = {
            "name": "engine-test",
            "runtime": "yaml",
            "plugins": {"providers": [plugin]},
            "resources": resources,
            "outputs": outputs or {},
            "config": {
                f"dataworks:{key}": {"value": value} for key, value in {**known, **(config or {})}.items()
            },
            **more,
        }
        (self.folder / "Pulumi.yaml").write_text(json.dumps(program, ensure_ascii=False), encoding="utf-8")

    @property
    def program_file(self) -> Path:
        """Where `declare` has written the resources, as JSON."""
        return self.folder / "Pulumi.yaml"

    def alias(self, types: Mapping[str, str]) -> None:
        """Lets declared resources say what they were: by name, the type."""
        program = json.loads(self.program_file.read_text("utf-8"))
        for name, kind in types.items():
            program["resources"][name].setdefault("options", {})["aliases"] = [{"type": kind}]
        self.program_file.write_text(json.dumps(program, ensure_ascii=False), "utf-8")

    def workflow(
        self,
        spec: Any,
        *,
        name: str = "etl",
        properties: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Writes the program with one workflow, whose ID is the output `workflowId`; `options` are its resource options."""
        held = {"projectId": self.project_id, "spec": spec, **(properties or {})}
        resource = {"type": "dataworks:WorkflowDefinition", "properties": held, "options": options}
        self.declare({name: resource}, {"workflowId": f"${{{name}.workflowId}}"}, config)

    def deployment(
        self,
        spec: Any,
        *,
        properties: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Writes the program with one workflow and its deployment, `live`; properties and options are the deployment's."""
        workflow = {"projectId": self.project_id, "spec": spec}
        asked = {key: f"${{etl.{key}}}" for key in ("projectId", "workflowId", "digest")}
        live = {"type": "dataworks:WorkflowDeployment", "properties": {**asked, **(properties or {})}}
        self.declare(
            {
                "etl": {"type": "dataworks:WorkflowDefinition", "properties": workflow},
                "live": {**live, "options": options},
            },
            {"workflowId": "${etl.workflowId}", "status": "${live.status}"},
            config,
        )

    def backfill(
        self,
        spec: Any,
        *,
        config: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        **properties: Any,
    ) -> None:
        """Writes the program with one workflow, its deployment, and a run, `refill`, with these properties."""
        self.deployment(spec, config=config)
        program = json.loads(self.program_file.read_text("utf-8"))
        asked = {key: f"${{live.{key}}}" for key in ("projectId", "workflowId")}
        program["resources"]["refill"] = {
            "type": "dataworks:WorkflowRun",
            "properties": {**asked, **properties},
            "options": options or {},
        }
        self.program_file.write_text(json.dumps(program), "utf-8")

    def refill(self) -> dict[str, Any]:
        """The outputs of the one run in the state."""
        outputs: dict[str, Any] = self.one("WorkflowRun")["outputs"]
        return outputs

    def one(self, kind: str) -> dict[str, Any]:
        """The one resource of a kind in the state."""
        [found] = [one for one in self.state() if one["type"].endswith(f":{kind}")]
        return found

    @property
    def project_id(self) -> int:
        return self.emulator.project.project_id

    def take(self, folder: Path) -> None:
        """Copies the project and the state of another stack of this name; it has to have none of its own yet."""
        for name in ("project", "state"):
            shutil.copytree(folder / name, self.folder.parent / name, dirs_exist_ok=True)
        self.environment["PULUMI_STACK"] = self.name

    def select(self, name: str) -> None:
        """Goes on with another stack of the project."""
        self.name = name
        self.environment["PULUMI_STACK"] = name

    def rename(self, name: str) -> None:
        """Gives the stack another name, and so each resource another URN."""
        self.run("stack", "rename", name)
        self.select(name)

    def start(self, *arguments: str, own_plugin: bool = False) -> subprocess.Popen[str]:
        """Starts the CLI in a session of its own, so that a signal reaches it alone."""
        attached = self.plugin is not None and not own_plugin
        ports = {**({"dataworks": self.plugin} if attached else {}), **self.others}
        named = ",".join(f"{name}:{port}" for name, port in ports.items())
        debugged = {"PULUMI_DEBUG_PROVIDERS": named} if named else {}
        return subprocess.Popen(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.folder,
            env={**self.environment, **debugged},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, ok: bool = True) -> Result:
        """Runs the CLI to its end, and expects it to succeed unless `ok` says otherwise."""
        begin = time.monotonic()
        process = self.start(*arguments)
        try:
            output, _ = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        result = Result(process.returncode, output, time.monotonic() - begin)
        assert (result.status == 0) is ok, output
        assert "Traceback" not in output or (self.fails_with_traceback and not ok), output
        return result

    def preview(self, *arguments: str, ok: bool = True) -> Result:
        return self.run("preview", *arguments, ok=ok)

    def up(self, *arguments: str, ok: bool = True) -> Result:
        return self.run("up", "--yes", "--skip-preview", *arguments, ok=ok)

    def refresh(self, *arguments: str, ok: bool = True) -> Result:
        return self.run("refresh", "--yes", "--skip-preview", *arguments, ok=ok)

    def destroy(self, *arguments: str, ok: bool = True) -> Result:
        return self.run("destroy", "--yes", "--skip-preview", *arguments, ok=ok)

    def is_quiet(self) -> str:
        """Expects neither change nor drift: in a preview that refreshes, nightly also step by step; what they print."""
        steps = (self.preview, self.refresh, self.preview) if NIGHTLY else ()
        whole = self.preview("--refresh", "--diff", "--expect-no-changes").output
        return whole + "".join(step("--diff", "--expect-no-changes").output for step in steps)

    @property
    def project(self) -> str:
        """The project's name."""
        return "engine-test"

    @property
    def state_file(self) -> Path:
        """Where Pulumi keeps the stack's state."""
        return self.folder.parent / "state/.pulumi/stacks" / self.project / f"{self.name}.json"

    def checkpoint(self) -> dict[str, Any]:
        """The stack's state, as its file has it."""
        found: dict[str, Any] = json.loads(self.state_file.read_text("utf-8"))["checkpoint"]["latest"] or {}
        return found

    def state(self) -> list[dict[str, Any]]:
        """The stack's resources, as the state file has them."""
        found: list[dict[str, Any]] = self.checkpoint().get("resources", [])
        return found

    def state_files(self) -> list[Path]:
        """Every file that Pulumi wrote about the stack."""
        return [path for path in (self.folder.parent / "state").rglob("*") if path.is_file()]

    def resources(self) -> list[dict[str, Any]]:
        """The workflow definitions in the state."""
        return [
            resource for resource in self.state() if resource["type"] == "dataworks:index:WorkflowDefinition"
        ]

    def deployed(self) -> dict[str, Any]:
        """The one workflow deployment in the state."""
        return self.one("WorkflowDeployment")

    def resource(self) -> dict[str, Any]:
        """The one workflow definition in the state."""
        [resource] = self.resources()
        return resource

    def kept(self) -> dict[str, Any]:
        """What the provider keeps for itself in the state of the one workflow definition."""
        found: dict[str, Any] = self.resource()["outputs"].get("__state", {})
        return found

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs; it is not always first in the state: a provider that `exists` asks is made beside it."""
        found: dict[str, Any] = self.one("pulumi:Stack")["outputs"]
        return found

    def output(self, name: str = "workflowId") -> str:
        """An output of the stack."""
        return str(self.outputs()[name])

    def edit(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Changes the one workflow of the service behind Pulumi's back; `change` gets its workflow object."""
        [workflow] = self.emulator.workflows()
        document = copy.deepcopy(workflow.document)
        change(document["spec"]["workflows"][0])
        self.emulator.edit(workflow.workflow_id, document)

    def scripts(self) -> dict[str, str]:
        """What the one workflow of the service runs, by node name."""
        [workflow] = self.emulator.workflows()
        nodes = workflow.document["spec"]["workflows"][0]["nodes"]
        return {node["name"]: node["script"]["content"] for node in nodes}

    def calls(self, action: str | None = None) -> int:
        """How many calls the service has had so far, job polls included."""
        return sum(1 for call in self.emulator.calls if action in (None, call.action))


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    """DataWorks on this machine; jobs are short."""
    with EmulatorServer(Emulator(job_life=Life("seconds", 0.2), stage_life=Life("seconds", 0.2))) as running:
        yield running


@pytest.fixture(scope="session")
def plugin() -> Iterator[int]:
    """The port of a provider to which the stacks of this process are attached: to start one takes half of a CLI run."""
    with plugin_in() as port:
        yield port


@contextmanager
def plugin_in(folder: Path | None = None) -> Iterator[int]:
    """Runs a provider in a folder, where relative paths of `readFlowSpec` begin; its port."""
    with started_plugin(folder) as (port, _):
        yield port


@contextmanager
def started_plugin(folder: Path | None = None) -> Iterator[tuple[int, int]]:
    """Runs a provider; its port, and the ID of its process."""
    command = [PLUGIN_FOLDER / "pulumi-resource-dataworks"]
    known = {**kept_environment(), **credentials(Account())}
    with subprocess.Popen(command, cwd=folder, env=known, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def blank(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a stack without resources, to be copied: to make one takes the CLI as long as a preview."""
    folder = tmp_path_factory.mktemp("blank")
    with EmulatorServer(Emulator()) as server:
        new_stack(engine, server, folder)
    return folder


@pytest.fixture
def stack(
    request: pytest.FixtureRequest, engine: Path, blank: Path, server: EmulatorServer, tmp_path: Path
) -> Stack:
    """A stack without resources; in a test marked `starts_plugin` the CLI starts the provider, as it does for users."""
    marked = request.node.get_closest_marker("starts_plugin")
    stack = stack_in(engine, server, tmp_path, None if marked else request.getfixturevalue("plugin"))
    stack.take(blank)
    stack.declare({})
    return stack


class _CodeLoader(yaml.SafeLoader):
    """YAML as Pulumi reads it: what looks like a date is text."""


_CodeLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def resources_in(code: str) -> dict[str, Any]:
    """The resources of a program in YAML, as `pulumi import` prints it."""
    found: dict[str, Any] = yaml.load(code, _CodeLoader)["resources"]
    return found


def new_stack(
    engine: Path,
    server: EmulatorServer,
    folder: Path,
    plugin: int | None = None,
    secrets: str = PROVIDER,
) -> Stack:
    """A stack without resources, with everything that belongs to it in a folder."""
    stack = stack_in(engine, server, folder, plugin)
    stack.declare({})
    stack.run("stack", "init", stack.name, "--secrets-provider", secrets)
    return stack


def stack_in(engine: Path, server: EmulatorServer, folder: Path, plugin: int | None = None) -> Stack:
    """The place for a stack that is still to be made."""
    project = folder / "project"
    for path in (project, folder / "state"):
        path.mkdir()
    return Stack(project, cli_environment(engine, server, folder), server, plugin)
