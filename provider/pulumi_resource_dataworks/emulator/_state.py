"""What the service remembers of what exists."""

import shutil
import tempfile
import weakref
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

from ._answers import NO_MEMBER, JsonObject, ServiceError, no_project
from ._instances import Scheduler
from ._model import OBJECTS, Account, Clock, Job, Key, Life, Project, ResourceGroup, Run, Upload, Workflow
from ._switches import Switches

K = TypeVar("K")

_JOBS: Final = 10_000
"""How many jobs that have ended are remembered."""
_OLD: Final = 1000
"""How many pipeline runs that have ended, and how many workflows that were deleted, are remembered with their documents."""
_VERSIONS: Final = 50
"""How many versions of a workflow are remembered, for reads that are stale."""


@dataclass
class ServiceState:
    accounts: list[Account]
    projects: list[Project]
    resource_groups: list[ResourceGroup]
    switches: Switches
    clock: Clock = field(default_factory=Clock)
    job_life: Life = field(default_factory=Life)
    stage_life: Life = field(default_factory=lambda: Life("seconds", 2))
    scripted: defaultdict[str, deque[Life]] = field(default_factory=lambda: defaultdict(deque[Life]))
    """The lives of the next stages by their code, and of the next jobs by an empty one."""
    jobs: dict[str, Job] = field(default_factory=dict[str, Job])
    runs: dict[str, Run] = field(default_factory=dict[str, Run])
    production: dict[Key, Workflow] = field(default_factory=dict[Key, Workflow])
    scheduler: Scheduler = field(default_factory=Scheduler)
    locked: set[Key] = field(default_factory=set[Key])
    reads: Counter[str] = field(default_factory=Counter[str])
    uploads: dict[str, Upload] = field(default_factory=dict[str, Upload])
    """Files that were sent, by their keys."""
    account: Account = field(default_factory=Account)
    """Who acts: the caller, or who has submitted the import that comes to its end."""
    host: str = ""
    """The name and the port by which the latest caller knows the service."""
    _past: dict[Key, list[tuple[float, Workflow | None]]] = field(
        default_factory=dict[Key, list[tuple[float, Workflow | None]]]
    )

    @cached_property
    def folder(self) -> Path:
        """Where files lie that were sent; it goes with the state."""
        made = tempfile.mkdtemp(prefix="dataworks-emulator-")
        weakref.finalize(self, shutil.rmtree, made, ignore_errors=True)
        return Path(made)

    def project(self, project_id: int) -> Project:
        """The workspace with that ID, in calls other than GetProject."""
        for project in self.projects:
            if project.project_id == project_id:
                return project
        if self.switches.unknown_project_elsewhere == "as_workflow":
            raise self.not_found()
        if self.switches.unknown_project_elsewhere == "no_member":
            raise ServiceError(403, NO_MEMBER, f"The user is no member of project {project_id}.")
        raise no_project(project_id)

    def id_in_answer(self, own: str) -> str | int:
        return int(own) if self.switches.ids_on_wire == "numbers" and own.isdigit() else own

    def not_found(self) -> ServiceError:
        switches = self.switches
        return ServiceError(switches.not_found_status, switches.not_found_code, switches.not_found_message)

    def empty_answer(self, empty: JsonObject) -> JsonObject:
        """The answer to a call about something that is not there, at the setting where that is no refusal."""
        if self.switches.not_found_empty:
            return empty
        raise self.not_found()

    def store(self, key: Key, workflow: Workflow | None, now: float) -> None:
        """Write a workflow, or None for one that is deleted."""
        past = self._past.setdefault(key, [])
        past.append((now, workflow))
        del past[:-_VERSIONS]
        if workflow is None:
            _forget(self._past, [other for other in self._past if self.is_deleted(other)], _OLD)

    def add_job(self, job: Job) -> None:
        self.jobs[job.job_id] = job
        _forget(self.jobs, [one.job_id for one in self.jobs.values() if one.status != "Running"], _JOBS)

    def add_run(self, run: Run) -> None:
        self.runs[run.run_id] = run
        _forget(self.runs, [one.run_id for one in self.runs.values() if one.ended], _OLD)

    def current(self, key: Key) -> Workflow | None:
        """What is there now: what a write sees."""
        past = self._past.get(key)
        return past[-1][1] if past else None

    def readable(self, key: Key) -> Workflow | None:
        """What a read sees: what was there before the writes of the last `stale_reads` seconds."""
        horizon = self.clock.now() - self.switches.stale_reads
        known = [workflow for moment, workflow in self._past.get(key, []) if moment <= horizon]
        return known[-1] if known else None

    def is_deleted(self, key: Key) -> bool:
        return key in self._past and self.current(key) is None

    def last(self, key: Key) -> Workflow | None:
        """What is there, or was there before it was deleted."""
        known = [workflow for _, workflow in self._past.get(key, []) if workflow is not None]
        return known[-1] if known else None

    def located(self, key: Key) -> Key:
        """Where the thing with that ID is: in the workspace that was named, or in the one that has it."""
        if self.switches.same_id_in_two_projects != "one_thing" or key in self._past:
            return key
        return next((other for other in self._past if other[1] == key[1]), key)

    def is_elsewhere(self, key: Key) -> bool:
        return any(other[1] == key[1] and other != key and self.current(other) for other in self._past)

    def workflows(self, project_id: int | None = None, *, stale: bool = False) -> Iterator[Workflow]:
        """Those of a workspace, or of all, the oldest first; `stale` as a read sees them."""
        return (one for one in self.objects(project_id, stale=stale) if one.kind not in OBJECTS)

    def objects(self, project_id: int | None = None, *, stale: bool = False) -> Iterator[Workflow]:
        """As `workflows`, and the objects outside of them with them."""
        look = self.readable if stale else self.current
        for key in list(self._past):
            workflow = look(key)
            if workflow is not None and project_id in {None, key[0]}:
                yield workflow

    def is_path_taken(self, path: str, key: Key) -> bool:
        return any(other.path == path and other.key != key for other in self.workflows(key[0]))

    def running_jobs(self) -> list[Job]:
        return [job for job in self.jobs.values() if job.status == "Running"]

    def last_job(self, key: Key) -> Job | None:
        """The running job that will be the last to write this workflow."""
        jobs = (job for job in self.running_jobs() if job.workflow_key == key)
        return max(jobs, key=lambda job: job.end, default=None)

    def next_life(self, code: str = "") -> Life:
        """How the stage with this code lives in the next run; without a code, how the next job does."""
        usual, scripted = self.stage_life if code else self.job_life, self.scripted[code]
        return scripted.popleft() if scripted else usual


def _forget(known: dict[K, Any], over: list[K], kept: int) -> None:
    for key in over[:-kept]:
        del known[key]
