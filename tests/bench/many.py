"""Two hundred workflows in one run of the real engine, under the service's limit of calls a second; and single ones."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life, Switches
from tests.bench.table import Row
from tests.support.cli import cli_environment
from tests.support.repository import REPO

_MANY = 200
LIMIT = 5
"""Calls a second, of every edition but Enterprise."""
_TIMEOUT = 900
_POLL = "GetJobStatus"
_POLLS = (_POLL, "GetPipelineRun")
_PER_NODE, _STAGE, _STAGES = 0.12, 5, 3
"""Seconds that the service takes here for a node and for a stage, and how many stages there are."""


@dataclass(frozen=True)
class _Run:
    """What a command of the CLI cost.

    Attributes:
        seconds: From its start to its end.
        calls: The service's calls, by operation.
        throttled: How many of them were refused as too many.
    """

    seconds: float
    calls: Counter[str]
    throttled: int

    @property
    def ratio(self) -> float:
        """Its time to that which the limit alone asks for its calls."""
        return self.seconds / (self.calls.total() / LIMIT)

    @property
    def besides_polls(self) -> int:
        return self.calls.total() - sum(self.calls[poll] for poll in _POLLS)

    def __str__(self) -> str:
        names = (f"{name.removesuffix('WorkflowDefinition')} {n}" for name, n in self.calls.most_common())
        return ", ".join(names) or "none"


@dataclass(frozen=True)
class _Stack:
    """A YAML project with one stack."""

    folder: Path
    environment: dict[str, str]
    emulator: Emulator

    def declare(self, workflows: int, nodes: int, *, live: bool = False, scripts: str = "SELECT 1") -> None:
        program: dict[str, Any] = {
            "name": "many",
            "runtime": "yaml",
            "plugins": {"providers": [{"name": "dataworks", "path": str(Path(sys.executable).parent)}]},
            "resources": {
                f"w{number:03}": {
                    "type": "dataworks:WorkflowDefinition",
                    "properties": {
                        "projectId": self.emulator.project.project_id,
                        "spec": document(f"of_{nodes}_{number:03}", nodes, scripts),
                    },
                }
                for number in range(workflows)
            },
        }
        if live:
            asked = {key: f"${{w000.{key}}}" for key in ("projectId", "workflowId", "digest")}
            deployment = {"type": "dataworks:WorkflowDeployment", "properties": asked}
            program["resources"]["live"] = deployment
        (self.folder / "Pulumi.yaml").write_text(json.dumps(program), "utf-8")

    def run(self, *arguments: str) -> _Run:
        """Runs the CLI to its end, and fails where it does."""
        before = len(self.emulator.calls)
        begin = time.perf_counter()
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )
        seconds = time.perf_counter() - begin
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        calls = self.emulator.calls[before:]
        refused = sum(call.status in {400, 429} and "Throttling" in call.code for call in calls)
        return _Run(seconds, Counter(call.action for call in calls), refused)


def rows() -> list[Row]:
    """The many first, with jobs of 1.2 s a node; then what a small and a large one cost."""
    with _stack() as stack:
        stack.declare(_MANY, 3)
        up = stack.run("up", "--yes", "--skip-preview", "--parallel", str(_MANY))
        preview = stack.run("preview", "--parallel", str(_MANY))
        refreshing = stack.run("up", "--yes", "--skip-preview", "--refresh", "--parallel", str(_MANY))
        idle = stack.run("up", "--yes", "--skip-preview", "--parallel", str(_MANY))
        destroy = stack.run("destroy", "--yes", "--skip-preview", "--parallel", str(_MANY))
    with _stack() as stack:
        stack.declare(1, 3)
        small = stack.run("up", "--yes", "--skip-preview")
    with _stack() as stack:
        stack.emulator.set_job_life(Life("seconds_per_node", _PER_NODE))
        stack.declare(1, 100)
        large = stack.run("up", "--yes", "--skip-preview")
    return [
        *_deployed(),
        *_of(f"{_MANY} workflows of 3 nodes, up", up),
        _calls("  preview without a change", preview.calls.total(), preview, 0),
        *_of("  up --refresh without a change", refreshing),
        _calls("  up --refresh without a change: calls", refreshing.calls.total(), refreshing, _MANY),
        *_of("  destroy", destroy),
        _calls("  destroy: calls", destroy.calls.total(), destroy, _MANY),
        Row(
            "  up without a change and without a call: time",
            idle.seconds,
            "s",
            "the engine's own, in each of these",
        ),
        _calls("create of 3 nodes: calls", small.calls.total(), small, 6),
        _calls("create of 100 nodes: calls besides polls", large.besides_polls, large, 4),
    ]


def _deployed() -> list[Row]:
    """A workflow of 100 nodes imported and deployed in one up, three times with other scripts, and taken out again."""
    own = 100 * _PER_NODE + _STAGE * _STAGES
    with _stack() as stack:
        stack.emulator.set_job_life(Life("seconds_per_node", _PER_NODE))
        stack.emulator.set_stage_life(Life("seconds", _STAGE))
        found: list[Row] = []
        for which, goal, most in (("first", 1.25, None), ("second", 1.08, 20), ("third", 1.08, 20)):
            stack.declare(1, 100, live=True, scripts=f"SELECT '{which}'")
            up = stack.run("up", "--yes", "--skip-preview")
            name = f"import and deploy 100 nodes, {which} time"
            spread = f"{up.seconds:.1f} s, the service itself takes {own:.0f} s"
            found += [
                Row(f"{name}: to the service's own", up.seconds / own, "x", spread, goal),
                Row(f"{name}: calls", up.calls.total(), "calls", str(up), most),
            ]
        preview = stack.run("preview")
        idle = stack.run("up", "--yes", "--skip-preview")
        destroy = stack.run("destroy", "--yes", "--skip-preview")
    return [
        *found,
        Row(
            "  up without a change: to the service's own",
            idle.seconds / own,
            "x",
            "the engine's part in each of these",
        ),
        _calls("  preview without a change", preview.calls.total(), preview, 0),
        Row("  offline and delete: calls", destroy.calls.total(), "calls", str(destroy)),
    ]


def _of(name: str, run: _Run) -> list[Row]:
    allowed = f"{run.calls.total()} calls take {run.calls.total() / LIMIT:.0f} s"
    return [
        _calls(f"{name}: throttled answers", run.throttled, run, 0),
        Row(f"{name}: time", run.seconds, "s", allowed),
        Row(f"{name}: time, to what the limit asks", run.ratio, "x", goal=1.05),
    ]


def _calls(name: str, value: int, run: _Run, goal: int) -> Row:
    return Row(name, value, "calls", str(run), goal)


@contextmanager
def _stack() -> Iterator[_Stack]:
    """A new stack, and a service that throttles as soon as any second holds more calls than the limit."""
    emulator = Emulator(edition="standard", switches=Switches(qps_window="sliding"))
    with tempfile.TemporaryDirectory(prefix="dataworks-bench-") as name, EmulatorServer(emulator) as server:
        folder = Path(name)
        (folder / "state").mkdir()
        (folder / "project").mkdir()
        stack = _Stack(folder / "project", cli_environment(engine(), server, folder), emulator)
        stack.declare(0, 0)
        stack.run("stack", "init", "bench")
        yield stack


def engine() -> Path:
    """The folder with the CLI."""
    script = [sys.executable, str(REPO / "tools" / "engine.py")]
    return Path(subprocess.run(script, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1])


def document(name: str, nodes: int, scripts: str = "SELECT 1") -> dict[str, Any]:
    """A chain of nodes."""
    chain = [
        {
            "name": f"node_{number}",
            "script": {"runtime": {"command": "ODPS_SQL"}, "content": f"{scripts}, {number};\n"},
        }
        for number in range(nodes)
    ]
    edges = [
        {"nodeId": f"node_{number}", "depends": [{"type": "Normal", "nodeId": f"node_{number - 1}"}]}
        for number in range(1, nodes)
    ]
    workflow = {"name": name, "nodes": chain, "dependencies": edges}
    return {"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [workflow]}}
