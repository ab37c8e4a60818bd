"""The kill matrix: each step of a workflow's life, met by each trouble at each call that the step makes.

A step is an `up`. At one of its calls, before it takes effect or after, one trouble strikes. What is done then is what a
user does: `pulumi cancel` where the stack is locked, and `pulumi up` where the step has not succeeded. The world has to
be right after that. Here is the matrix as data; `chaos_run` runs a point of it.
"""

from __future__ import annotations

import contextlib
import copy
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pulumi_resource_dataworks.emulator import Fault
from tests.support.documents import etl, nodes

Document = dict[str, Any]
Moment = Literal["before", "after"]

GET, LIST = "GetWorkflowDefinition", "ListWorkflowDefinitions"
IMPORT, POLL, DELETE = "ImportWorkflowDefinition", "GetJobStatus", "DeleteWorkflowDefinition"
RUNS, BEGIN, LOOK = "ListPipelineRuns", "CreatePipelineRun", "GetPipelineRun"
EXECUTE, ITEMS = "ExecPipelineRunStage", "ListPipelineRunItems"
TASKS, DATE, MAKE = "ListTasks", "ListWorkflowInstances", "CreateWorkflowInstances"
RESULT, INSTANCE, TASK_RUNS = "GetCreateWorkflowInstancesResult", "GetWorkflowInstance", "ListTaskInstances"
WRITES = (IMPORT, DELETE, BEGIN, EXECUTE, MAKE)

CREATE = (GET, LIST, IMPORT, POLL, GET)
UPDATE = (GET, IMPORT, POLL, GET)
STAGES = (LOOK, EXECUTE, LOOK, EXECUTE, LOOK)
FOLLOW = (BEGIN, LOOK, *STAGES)
DEPLOY = (RUNS, GET, *FOLLOW, ITEMS, GET)
REDEPLOY = (RUNS, BEGIN, *STAGES, ITEMS, GET)
"""What the workflow depends on is known from its import, and how long its first stage takes from the run before."""
OFFLINE = (GET, RUNS, *FOLLOW)
MAKE_RUN = (GET, TASKS, DATE, DATE, MAKE, RESULT, INSTANCE, TASK_RUNS)
RUN = (*MAKE_RUN, INSTANCE)

AT_ONCE, NEXT_UP = "at once", "by the next up"
REFRESHED, ADOPTED = "after a refresh", "after adopt"
FAILED = "not"
WAYS = (AT_ONCE, NEXT_UP, REFRESHED, ADOPTED, FAILED)
"""How a point converges. A refresh and `adopt` are steps by hand, taken only where the CLI's message names them."""


@dataclass(frozen=True)
class Step:
    """One `up`.

    Attributes:
        before: The document that is applied already; None for no workflow.
        after: The document that is declared for the step.
        calls: What the step asks the service when nothing goes wrong.
        forced: Whether it is `up --replace`.
        live: Whether the workflow is deployed before, and whether it is declared to be after.
        runs: The pipeline runs that there have to be in the end.
        first: The first call that is struck; those before are another step's.
        triggers: What triggers the workflow's run before, and what is declared to; None for no run.
        seconds: How long a task of it takes; of one that takes any time, later calls depend on that.
    """

    before: Document | None
    after: Document | None
    calls: tuple[str, ...]
    forced: bool = False
    live: tuple[bool, bool] = (False, False)
    runs: tuple[str, ...] = ()
    first: int = 1
    triggers: tuple[str | None, str | None] = (None, None)
    seconds: float = 0


def changed(**changes: Any) -> Document:
    """The document with another script, another node and other fields of its workflow."""
    document = etl(**changes)
    nodes(document)[0]["script"]["content"] = "SELECT 9;\n"
    nodes(document).append({**copy.deepcopy(nodes(document)[1]), "name": "report"})
    return document


def manual() -> Document:
    """The document as a workflow that people start."""
    document = etl()
    del document["spec"]["workflows"][0]["trigger"]
    return {**document, "kind": "ManualWorkflow"}


def all_ids() -> Document:
    """The document with IDs of the author's choice only, so that nothing shows whose workflow it is."""
    document = etl(id="4611686018427388010")
    for number, node in enumerate(nodes(document), 11):
        node["id"] = f"46116860184273880{number}"
    return document


STEPS: dict[str, Step] = {
    "create": Step(None, etl(), CREATE),
    "create_own_ids": Step(None, all_ids(), CREATE),
    "update": Step(etl(), changed(), UPDATE),
    "rename": Step(etl(), etl(name="orders", script={"path": "other/orders"}), UPDATE),
    "replace_id": Step(etl(id="4611686018427388001"), changed(id="4611686018427388002"), (DELETE, *CREATE)),
    "replace_id_and_name": Step(
        etl(id="4611686018427388001"), etl(id="4611686018427388002", name="orders"), (*CREATE, DELETE)
    ),
    "replace_kind": Step(etl(), manual(), (DELETE, *CREATE)),
    "replace_forced": Step(etl(), etl(), UPDATE, forced=True),
    "delete": Step(etl(), None, (DELETE,)),
    "deploy": Step(etl(), etl(), DEPLOY, live=(False, True), runs=("Online",)),
    "redeploy": Step(
        etl(),
        changed(),
        (*UPDATE, *REDEPLOY),
        live=(True, True),
        runs=("Online", "Online"),
        first=len(UPDATE) + 1,
    ),
    "offline": Step(etl(), etl(), OFFLINE, live=(True, False), runs=("Online", "Offline")),
    "destroy_live": Step(
        etl(), None, (*OFFLINE, DELETE), live=(True, False), runs=("Online", "Offline"), first=len(OFFLINE)
    ),
    "run": Step(etl(), etl(), RUN, live=(True, True), runs=("Online",), triggers=(None, "a")),
    "run_long": Step(
        etl(), etl(), MAKE_RUN, live=(True, True), runs=("Online",), triggers=(None, "a"), seconds=6
    ),
    "rerun": Step(etl(), etl(), RUN, live=(True, True), runs=("Online",), triggers=("a", "b")),
}


def children_of(parent: int) -> dict[int, str]:
    """The processes that any thread of a process has started, with their commands."""
    listed = [path.read_text("utf-8").split() for path in Path(f"/proc/{parent}/task").glob("*/children")]
    pids = [pid for thread in listed for pid in thread]
    return {int(pid): Path(f"/proc/{pid}/cmdline").read_text("utf-8").replace("\0", " ") for pid in pids}


def plugins_of(cli: int) -> list[int]:
    """The provider's process; there is one while a step runs."""
    found = [pid for pid, command in children_of(cli).items() if "pulumi-resource-dataworks" in command]
    assert found, "the CLI has no plugin"
    return found


def kill_plugin(cli: int) -> None:
    for pid in plugins_of(cli):
        os.kill(pid, signal.SIGKILL)


def kill_cli(cli: int) -> None:
    """Kills the CLI and the language host, and leaves the plugin to itself."""
    others = children_of(cli).keys() - plugins_of(cli)
    for pid in (cli, *others):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def ctrl_c(cli: int) -> None:
    os.kill(cli, signal.SIGINT)


@dataclass(frozen=True)
class Trouble:
    """What strikes at a call.

    Attributes:
        answer: What becomes of the call's answer: fields of a `Fault`.
        strike: What is done to the CLI's process meanwhile.
        moments: Whether the call's effect is missing then, or there; a call that only reads has none.
        calls: The operations that it strikes; all where empty.
        read_timeout: `dataworks:clientReadTimeout`.
        custom_timeout: `customTimeouts` of the resource.
    """

    answer: Mapping[str, Any]
    strike: Callable[[int], None] | None = None
    moments: tuple[Moment, ...] = ("before", "after")
    calls: tuple[str, ...] = ()
    read_timeout: int = 10_000
    custom_timeout: str | None = None

    def fault(self, moment: Moment, number: int) -> Fault:
        """The fault at the call with this number, counted from 1."""
        return Fault(nth=number, when=moment, **self.answer)


def silent(seconds: float) -> dict[str, Any]:
    """No answer for so long. The status is for nobody: it keeps a call from taking effect after the silence."""
    return {"status": 503, "delay_seconds": seconds}


PAGE = "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"

TROUBLES: dict[str, Trouble] = {
    "kill_plugin": Trouble({"reset": True}, kill_plugin),
    "kill_cli": Trouble(silent(4), kill_cli),  # the plugin ends within 1 s of its CLI
    "reset": Trouble({"reset": True}),
    "500": Trouble({"status": 500, "code": "InternalError"}),
    "503_html": Trouble({"status": 503, "body": PAGE}),
    "throttled": Trouble({"status": 429, "code": "Throttling.User"}),
    # The client waits 30 s for an answer, an import's 120 s; here it is set to 2 s, so that silence is 4 s.
    "silence": Trouble(silent(4), read_timeout=2_000),
    "late": Trouble({"delay_seconds": 4}, moments=("before",), calls=WRITES, read_timeout=2_000),
    "half": Trouble({"half": True}),
    "ctrl_c": Trouble(silent(4), ctrl_c),
    "custom_timeout": Trouble(silent(6), custom_timeout="4s"),
}

HOPELESS = {("replace_kind", 1, "late")}
"""A delete that takes effect after another has, and after the ID was given out again: no client can know of it."""

LIES = {(BEGIN, "after", "throttled"), (MAKE, "after", "throttled")}
"""An answer that says "not processed" of a call that was: a second run is made, as nothing shows the first."""


@dataclass(frozen=True)
class Case:
    """One point of the matrix; `number` is the call's in its step, counted from 1."""

    step: str
    number: int
    moment: Moment
    trouble: str

    @property
    def action(self) -> str:
        """The operation that is struck."""
        return STEPS[self.step].calls[self.number - 1]

    @property
    def ways(self) -> set[str]:
        """How it may converge: by hand only where nothing else can decide.

        Pulumi keeps a create that a killed CLI did not see to its end as pending, until a refresh that is asked to clear it.
        A workflow whose IDs are all its author's own is not known to be ours before the state has it.
        """
        by_hand = {REFRESHED: self.trouble == "kill_cli", ADOPTED: self.step == "create_own_ids"}
        return {AT_ONCE, NEXT_UP, *(way for way, known in by_hand.items() if known)}

    def __str__(self) -> str:
        return f"{self.step}-{self.number}_{self.action}-{self.moment}-{self.trouble}"


def matrix() -> list[Case]:
    """Every point. A call that only reads has no effect, so that there before and after are the same."""
    return [
        Case(step, number, moment, name)
        for step, what in STEPS.items()
        for number, action in enumerate(what.calls, 1)
        if number >= what.first
        for name, trouble in TROUBLES.items()
        for moment in (trouble.moments if action in WRITES else trouble.moments[:1])
        if action in (trouble.calls or (action,)) and (step, number, name) not in HOPELESS
        if (action, moment, name) not in LIES
        if not (what.seconds and trouble.custom_timeout)  # no step sees the end of a run that takes longer
    ]


def sample(size: int, seed: int) -> list[Case]:
    """Some points, always the same for a seed, with each step and each trouble among them."""
    cases = matrix()
    random.Random(seed).shuffle(cases)
    missing = set(STEPS) | set(TROUBLES)
    first: list[Case] = []
    for new in (2, 1):  # those first that show a step and a trouble at once
        for case in cases:
            if len(missing & {case.step, case.trouble}) >= new:
                first.append(case)
                missing -= {case.step, case.trouble}
    return [*first, *(case for case in cases if case not in first)][:size]


def table(cells: Iterable[tuple[str, str, str, str]]) -> str:
    """Runs by trouble and step, as `converged/runs` or `converged+by hand/runs`, and what became of them in all.

    Args:
        cells: Step, trouble, the whole case, and what became of it.
    """
    ways: dict[tuple[str, str], list[str]] = {(step, trouble): [] for step in STEPS for trouble in TROUBLES}
    for step, trouble, _, way in cells:
        ways[step, trouble].append(way)
    lines = [f"{'':14}" + " ".join(step.rjust(7) for step in STEPS)]
    for trouble in TROUBLES:
        row = [_cell(ways[step, trouble]).rjust(max(7, len(step))) for step in STEPS]
        lines.append(f"{trouble:14}" + " ".join(row))
    counts = Counter(way for found in ways.values() for way in found)
    reported = ", ".join(f"{counts[way]} {way}" for way in WAYS)
    return "\n".join([*lines, f"kill matrix: {sum(counts.values())} runs, converged: {reported}"])


def _cell(ways: list[str]) -> str:
    by_hand = sum(way in (REFRESHED, ADOPTED) for way in ways)
    converged = f"{len(ways) - ways.count(FAILED) - by_hand}" + (f"+{by_hand}" if by_hand else "")
    return f"{converged}/{len(ways)}" if ways else "-"
