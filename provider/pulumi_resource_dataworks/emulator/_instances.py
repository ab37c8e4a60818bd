"""Workflow instances and their tasks, as data: when each begins and ends is known once it is made."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import pydantic

from ._answers import STRICT

InstanceType = Literal["SupplementData", "ManualWorkflow", "TriggerWorkflow", "SmokeTest"]
Environment = Literal["Prod", "Dev"]
_REMEMBERED: Final = 10_000


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class TaskLife:
    """How a task lives once those before it have succeeded.

    Attributes:
        seconds: How long.
        outcome: How it ends.
        log: What its log holds.
    """

    seconds: Annotated[float, pydantic.Field(ge=0)] = 2
    outcome: Literal["Success", "Failure"] = "Success"
    log: str = "Current task status: FINISH"


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class ScriptedTask(TaskLife):
    """How tasks of one name live.

    Attributes:
        name: The name.
        date: The business date of the instances, `yyyy-mm-dd`; None for any.
        times: In how many instances.
    """

    name: str = ""
    date: str | None = None
    times: Annotated[int, pydantic.Field(ge=1)] = 1


@dataclass
class TaskRun:
    """A task in an instance; times are seconds.

    Attributes:
        begins: When it begins; None where a task before it fails.
    """

    run_id: int
    task_id: int
    name: str
    life: TaskLife
    begins: float | None
    parameters: str = ""

    @property
    def ends(self) -> float | None:
        """When it ends by itself."""
        return None if self.begins is None else self.begins + self.life.seconds


@dataclass
class Instance:
    """A workflow's run for one business date; times are seconds.

    Attributes:
        name: What it was called when it was made.
        workflow_id: The workflow's ID on the scheduling side.
        biz_date: The first millisecond of the business date.
        trigger_id: What those of one date have in common that one call has made.
        stopped: When somebody stopped it.
    """

    instance_id: int
    project_id: int
    kind: InstanceType
    environment: Environment
    name: str
    workflow_id: int
    workflow_name: str
    date: str
    biz_date: int
    created: float
    begins: float
    tasks: list[TaskRun]
    parameters: str = ""
    trigger_id: int = 0
    stopped: float | None = None

    @property
    def ends(self) -> float:
        """When it ends by itself."""
        return max((task.ends for task in self.tasks if task.ends is not None), default=self.begins)

    def status_of(self, task: TaskRun, now: float) -> str:
        """How a task of it stands."""
        begins, ends = task.begins, task.ends
        now = now if self.stopped is None else min(now, self.stopped)
        if begins is None or ends is None or now < begins:
            return "NotRun"
        if now >= ends:
            return task.life.outcome
        return "Running" if self.stopped is None else "Failure"

    def status(self, now: float, *, fails_at_once: bool) -> str:
        """How it stands; `fails_at_once` says whether that is "Failure" while other tasks still run."""
        if self.stopped is not None and self.stopped < self.ends:
            return "Failure"
        if now < self.begins:
            return "NotRun"
        failed = any(self.status_of(task, now) == "Failure" for task in self.tasks)
        if now < self.ends and not (failed and fails_at_once):
            return "Running"
        return "Failure" if failed else "Success"


class Scheduler:
    """The scheduling system: what runs, and how tasks live.

    Attributes:
        life: How tasks live that nothing else is said of.
        instances: All by their ID, the oldest first.
        operations: What became of each call that makes instances: their IDs, or why there are none; and when it is known.
    """

    def __init__(self) -> None:
        self.life = TaskLife()
        self.instances: dict[int, Instance] = {}
        self.operations: dict[str, tuple[float, list[int] | str]] = {}
        self._scripted: list[tuple[ScriptedTask, Iterator[int]]] = []
        self._ids = itertools.count(20_000_000_001)

    def script(self, life: ScriptedTask) -> None:
        """Say how the next tasks of a name live, or without a name all others, in instances made from now on."""
        if life.name:
            self._scripted.append((life, iter(range(life.times))))
        else:
            self.life = life

    def forget(self) -> None:
        """Forget all instances, as the service does some time after their end."""
        self.instances.clear()
        self.operations.clear()

    def add(self, operation: str, known: float, made: list[Instance] | str) -> None:
        """Remember what became of a call that makes instances, and forget the oldest."""
        self.instances |= {one.instance_id: one for one in made if isinstance(one, Instance)}
        ids = made if isinstance(made, str) else [one.instance_id for one in made]
        self.operations[operation] = known, ids
        for kept in (self.instances, self.operations):
            while len(kept) > _REMEMBERED:
                del kept[next(iter(kept))]  # type: ignore[arg-type]

    def next_id(self) -> int:
        """The ID of an instance, or of a task in it."""
        return next(self._ids)

    def plan(
        self, date: str, begins: float, names: Mapping[int, str], before: Mapping[int, Iterable[int]]
    ) -> list[TaskRun]:
        """The tasks of an instance, by their ID: `before` has those that each waits for."""
        planned: dict[int, TaskRun] = {}

        def run(task_id: int) -> TaskRun:
            if task_id not in planned:
                earlier = [run(one) for one in before.get(task_id, ()) if one in names]
                life = self._life(names[task_id], date)
                blocked = any(one.begins is None or one.life.outcome == "Failure" for one in earlier)
                start = max((one.ends or begins for one in earlier), default=begins)
                planned[task_id] = TaskRun(
                    self.next_id(), task_id, names[task_id], life, None if blocked else start
                )
            return planned[task_id]

        return [run(task_id) for task_id in names]

    def _life(self, name: str, date: str) -> TaskLife:
        for scripted, left in self._scripted:
            if scripted.name == name and scripted.date in {None, date} and next(left, None) is not None:
                return scripted
        return self.life
