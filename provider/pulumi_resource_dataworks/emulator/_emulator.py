"""The emulator as a test holds it: a world, what can be done to it behind a client's back, and a file that says which service it is."""

import json
import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from ._documents import SpecError, parse
from ._gateway import Call, Gateway
from ._imports import refilled
from ._lives import STRICT, Fault, Life, read
from ._runs import Run, Stage, deployed, plans, undeployed
from ._switches import Switches
from ._world import Account, Clock, Edition, Project, ResourceGroup, Workflow, World

# --- A file of settings: which service the emulator is


def _known(switches: Mapping[str, Any]) -> Mapping[str, Any]:
    Switches().but(switches)
    return switches


@dataclass(frozen=True, config=STRICT)
class Settings:
    """What a file says; all of it may be left out.

    Attributes:
        switches: Name to setting.
        faults: The faults to plan.
        job: How jobs live.
        stage: How the stages of pipeline runs live.
        edition: Whose limits hold: None for no limits.
        probe: How a report of `pulumi-dataworks probe` came to its switches; of no effect.
    """

    switches: Annotated[Mapping[str, Any], AfterValidator(_known)] = field(default_factory=dict[str, Any])
    faults: tuple[Fault, ...] = ()
    job: Life | None = None
    stage: Life | None = None
    edition: Literal[Edition, "unchanged"] | None = "unchanged"
    probe: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def from_file(cls, path: str | Path) -> "Settings":
        """Settings from JSON in UTF-8: `{"switches": {...}, "faults": [...], "job": {...}, "edition": "basic"}`.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is no JSON, has a key that is none of these, or a value that a key does not take.
        """
        return read(cls, Path(path).read_bytes())


# --- The emulator as a test holds it: a world, and what can be done to it behind a client's back


REGION: Final = "cn-shanghai"
"""The region that is announced; on localhost no request says which one it means."""


class Emulator:
    """DataWorks' OpenAPI 2024-05-18 in memory, without any HTTP. Safe to use from any thread.

    Args:
        accounts: Who may call; the first one is announced.
        projects: The workspaces; the first one is announced.
        resource_groups: The resource groups.
        switches: Settings of what could not be verified.
        job_life: How jobs live; 1.2 seconds a node unless told.
        stage_life: How the stages of pipeline runs live; 2 seconds unless told.
        edition: Whose limits of calls a second and a day hold; none unless told.
        strict: Whether signatures, dates and nonces are checked.
    """

    def __init__(  # noqa: PLR0913 - all by name: what the world is made of
        self,
        *,
        accounts: Iterable[Account] = (Account(),),
        projects: Iterable[Project] = (Project(),),
        resource_groups: Iterable[ResourceGroup] = (ResourceGroup(),),
        switches: Switches | None = None,
        job_life: Life | None = None,
        stage_life: Life | None = None,
        edition: Edition | None = None,
        strict: bool = True,
    ) -> None:
        world = World(list(accounts), list(projects), list(resource_groups), switches or Switches())
        world.life, world.edition = job_life or Life(), edition
        world.stage_life = stage_life or world.stage_life
        self.gateway = Gateway(world, strict=strict)
        self._world = world
        self._lock = self.gateway.lock

    @property
    def account(self) -> Account:
        """The first account."""
        return self._world.accounts[0]

    @property
    def project(self) -> Project:
        """The first workspace."""
        return self._world.projects[0]

    @property
    def clock(self) -> Clock:
        """The world's time; `clock.advance(60)` lets a minute pass at once."""
        return self._world.clock

    @property
    def switches(self) -> Switches:
        """The switches as they stand."""
        return self._world.switches

    @property
    def calls(self) -> list[Call]:
        """The calls so far, in order: the latest 20,000, or fewer where their parameters are long."""
        with self._lock:
            return list(self.gateway.calls)

    def count(self, action: str) -> int:
        """How many calls of an operation arrived, failed ones included."""
        return sum(call.action == action for call in self.calls)

    def switch(self, /, **changes: Any) -> None:
        """Change switches by name, from the next call on.

        Raises:
            ValueError: No such switch, or no such setting.
        """
        with self._lock:
            self._world.switches = self._world.switches.but(changes)

    def configure(self, settings: Settings) -> None:
        """Set all that is in a file of settings, from the next call on; what it does not name stays.

        Raises:
            ValueError: No such switch, or no such setting.
        """
        with self._lock:
            self._world.switches = self._world.switches.but(settings.switches)
            self._world.life = settings.job or self._world.life
            self._world.stage_life = settings.stage or self._world.stage_life
            if settings.edition != "unchanged":
                self._world.edition = settings.edition
            for fault in settings.faults:
                self.gateway.faults.add(fault)

    def set_edition(self, edition: Edition | None) -> None:
        """Whose limits of calls a second and a day hold from now on; None for no limits. Calls so far still count."""
        with self._lock:
            self._world.edition = edition

    def add_fault(self, fault: Fault) -> None:
        """Plan a fault."""
        with self._lock:
            self.gateway.faults.add(fault)

    def clear_faults(self) -> None:
        """Forget every planned fault."""
        with self._lock:
            self.gateway.faults.clear()

    def set_job_life(self, life: Life) -> None:
        """How jobs live from now on."""
        with self._lock:
            self._world.life = life

    def script_job(self, life: Life, times: int = 1) -> None:
        """How the next jobs live, before others do as `set_job_life` says."""
        with self._lock:
            self._world.scripted_lives.extend([life] * times)

    def set_stage_life(self, life: Life) -> None:
        """How the stages of pipeline runs live, in runs that are made from now on."""
        with self._lock:
            self._world.stage_life = life

    def script_stage(self, code: str, life: Life, times: int = 1) -> None:
        """How the stages with this code live in the next runs, before others do as `set_stage_life` says."""
        with self._lock:
            self._world.scripted_stages.setdefault(code, deque()).extend([life] * times)

    def runs(self, workflow_id: str | None = None) -> list[Run]:
        """The pipeline runs, or those of one workflow, the oldest first."""
        with self._lock:
            self._world.settle()
            return [run for run in self._world.runs.values() if workflow_id in {None, run.key[1]}]

    def production(self, workflow_id: str) -> Workflow | None:
        """What is in production of a workflow: as it was when the run was made that brought it there."""
        with self._lock:
            self._world.settle()
            found = (held for key, held in self._world.production.items() if key[1] == workflow_id)
            return next(found, None)

    def approve(self, run_id: str) -> None:
        """Pass the stage at which a run waits for a person, as somebody in the console would.

        Raises:
            ValueError: No such run, or none that waits.
        """
        with self._lock:
            self._world.settle()
            run = self._world.runs.get(run_id)
            stage = run.current if run else None
            if run is None or stage is None or not stage.plan.person:
                raise ValueError(f"no pipeline run {run_id} that waits for a person")
            stage.status = "Success"
            run.settle(self._world, self.clock.now())

    def deploy(self, workflow_id: str, kind: Literal["Online", "Offline"] = "Online") -> str:
        """Bring a workflow into production or out of it at once, by a run of somebody else; the run's ID.

        Raises:
            ValueError: No such workflow.
        """
        with self._lock:
            workflow = self.workflow(workflow_id)
            now, key = self.clock.now(), (workflow.project_id, workflow_id)
            stages = [Stage(plan, Life("immediate")) for plan in plans(kind, standard=False, approval=False)]
            run = Run(str(uuid.uuid4()), kind, key, "2000000000000002", "", now, now, workflow, stages)
            run.automatic = tuple(stage.plan.code for stage in stages)
            self._world.add_run(run)
            run.settle(self._world, now)
            return run.run_id

    def workflows(self) -> list[Workflow]:
        """What is stored now, the oldest first."""
        with self._lock:
            self._world.settle()
            return list(self._world.workflows())

    def workflow(self, workflow_id: str) -> Workflow:
        """The stored workflow with that ID, of whatever workspace.

        Raises:
            ValueError: There is none.
        """
        for workflow in self.workflows():
            if workflow.workflow_id == workflow_id:
                return workflow
        raise ValueError(f"no workflow {workflow_id}")

    def edit(self, workflow_id: str, document: Mapping[str, Any]) -> None:
        """Replace a stored document behind the user's back, as somebody in the console would.

        Args:
            workflow_id: The stored workflow.
            document: A whole FlowSpec document; every node in it has an ID.

        Raises:
            ValueError: No such workflow, or a document that does not parse.
        """
        with self._lock:
            workflow = self.workflow(workflow_id)
            try:
                parsed = parse(json.dumps(document))
            except SpecError as error:
                raise ValueError(str(error)) from None
            self._put(replace(workflow, document=self._filled(workflow, parsed), modified=self.clock.now()))

    def remove(self, workflow_id: str) -> None:
        """Delete a stored workflow behind the user's back, published or not.

        Raises:
            ValueError: No such workflow.
        """
        with self._lock:
            workflow = self.workflow(workflow_id)
            self._world.store((workflow.project_id, workflow_id), None, self.clock.now())

    def lock(self, workflow_id: str, *, locked: bool = True) -> None:
        """Hold a workflow open, as somebody in the console would; what it means is the switch `locked_workflow`.

        Raises:
            ValueError: No such workflow.
        """
        with self._lock:
            key = (self.workflow(workflow_id).project_id, workflow_id)
            (self._world.locked.add if locked else self._world.locked.discard)(key)

    def publish(self, workflow_id: str, *, published: bool = True) -> None:
        """Make a workflow one that is deployed to production, or undeployed, without a pipeline run.

        Raises:
            ValueError: No such workflow.
        """
        with self._lock:
            workflow = self.workflow(workflow_id)
            key = (workflow.project_id, workflow_id)
            if published:
                self._world.production[key] = workflow
            else:
                self._world.production.pop(key, None)
            self._put(deployed(workflow) if published else undeployed(self._world, workflow))

    def _filled(self, workflow: Workflow, parsed: dict[str, Any]) -> dict[str, Any]:
        body = next(iter(parsed["spec"].get("workflows", [])), None)
        if body is None:
            raise ValueError("the document has no workflow")
        try:
            return refilled(self._world, self.account, workflow, parsed, body)
        except KeyError as error:
            raise ValueError(f"the document has a workflow or a node without {error.args[0]}") from None

    def _put(self, workflow: Workflow) -> None:
        self._world.store((workflow.project_id, workflow.workflow_id), workflow, self.clock.now())
