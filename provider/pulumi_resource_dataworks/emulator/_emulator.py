"""The emulator as a test holds it: the service's state, and what can be done to it behind a client's back."""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass

from ._answers import STRICT, JsonObject, is_list, is_object, read
from ._documents import SpecError, parse
from ._gateway import Call, Edition, Fault, Gateway
from ._imports import replace_body
from ._model import OBJECTS, Account, Clock, Life, Project, ResourceGroup, Run, RunKind, Workflow
from ._pipelines import abolish, new_run, publish, settle, settle_run, take_offline
from ._state import ServiceState
from ._switches import Switches

# --- A file of settings: which service the emulator is


def _checked(switches: Mapping[str, Any]) -> Mapping[str, Any]:
    Switches().but(switches)
    return switches


@dataclass(frozen=True, config=STRICT)
class EmulatorSettings:
    """What a file says; all of it may be left out.

    Attributes:
        stage: How the stages of pipeline runs live.
        edition: Whose limits hold: None for no limits.
        probe: How a report of `pulumi-dataworks probe` came to its switches; of no effect.
    """

    switches: Annotated[Mapping[str, Any], AfterValidator(_checked)] = field(default_factory=dict[str, Any])
    faults: tuple[Fault, ...] = ()
    job: Life | None = None
    stage: Life | None = None
    edition: Literal[Edition, "unchanged"] | None = "unchanged"
    probe: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def from_file(cls, path: str | Path) -> "EmulatorSettings":
        """Settings from JSON in UTF-8: `{"switches": {...}, "faults": [...], "job": {...}, "edition": "basic"}`.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is not JSON, has a key that is none of these, or a value that a key does not take.
        """
        return read(cls, Path(path).read_bytes())


# --- The emulator as a test holds it


Id = Annotated[str, Field(alias="id")]
Kind = Annotated[RunKind, Field(alias="type")]
"""Arguments that the control endpoint, which takes those of a method as JSON, has under shorter names."""

REGION: Final = "cn-shanghai"
"""The region that is announced; on localhost no request says which one it means."""


class Emulator:
    """DataWorks' OpenAPI 2024-05-18 in memory, without any HTTP. Safe to use from any thread.

    Its methods raise ValueError for a switch, a setting, a workflow or a waiting run that is not there, and for a document
    that does not parse.

    Args:
        accounts: Who may call; the first one is announced.
        projects: The workspaces; the first one is announced.
        job_life: How jobs live; 1.2 seconds a node by default.
        stage_life: How the stages of pipeline runs live; 2 seconds by default.
        edition: Whose limits of calls a second and a day hold; none by default.
        strict: Whether signatures, dates and nonces are checked.

    Attributes:
        account: The first account.
        scheduler: The scheduling system: its instances, and how tasks live.
    """

    def __init__(  # noqa: PLR0913 - all by name: what the service consists of
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
        state = ServiceState(list(accounts), list(projects), list(resource_groups), switches or Switches())
        state.job_life, state.stage_life = job_life or state.job_life, stage_life or state.stage_life
        self.gateway = Gateway(state, strict=strict)
        self.gateway.edition = edition
        self._state = state
        self._lock = self.gateway.lock
        self.account, self.scheduler = state.accounts[0], state.scheduler

    @property
    def project(self) -> Project:
        """The first workspace."""
        return self._state.projects[0]

    @property
    def clock(self) -> Clock:
        """The emulator's time; `clock.advance(60)` lets a minute pass at once."""
        return self._state.clock

    @property
    def switches(self) -> Switches:
        return self._state.switches

    @property
    def calls(self) -> list[Call]:
        """The calls so far, in order: the latest 20,000, or fewer where their parameters are long."""
        with self._lock:
            return list(self.gateway.calls)

    def count(self, action: str) -> int:
        """How many calls of an operation arrived, failed ones included."""
        return sum(call.action == action for call in self.calls)

    def switch(self, /, **changes: Any) -> None:
        """Change switches by name, from the next call on."""
        with self._lock:
            self._state.switches = self._state.switches.but(changes)

    def configure(self, settings: EmulatorSettings) -> None:
        """Set all that is in a file of settings, from the next call on; what it does not name stays."""
        with self._lock:
            self.switch(**settings.switches)
            self.set_job_life(settings.job or self._state.job_life)
            self.set_stage_life(settings.stage or self._state.stage_life)
            if settings.edition != "unchanged":
                self.set_edition(settings.edition)
            for fault in settings.faults:
                self.add_fault(fault)

    def set_edition(self, edition: Edition | None) -> None:
        """Whose limits of calls a second and a day hold from now on; None for no limits. Calls so far still count."""
        self.gateway.edition = edition

    def add_fault(self, fault: Fault) -> None:
        with self._lock:
            self.gateway.faults.append((fault, 0))

    def clear_faults(self) -> None:
        with self._lock:
            self.gateway.faults.clear()

    def set_job_life(self, life: Life) -> None:
        """How jobs live from now on."""
        self._state.job_life = life

    def script_job(self, life: Life, times: int = 1) -> None:
        """How the next jobs live, before others do as `set_job_life` says."""
        with self._lock:
            self._state.scripted[""].extend([life] * times)

    def set_stage_life(self, life: Life) -> None:
        """How the stages of pipeline runs live, in runs that are made from now on."""
        self._state.stage_life = life

    def script_stage(self, code: str, life: Life, times: int = 1) -> None:
        """How the stages with this code live in the next runs, before others do as `set_stage_life` says."""
        with self._lock:
            self._state.scripted[code].extend([life] * times)

    def runs(self, workflow_id: str | None = None) -> list[Run]:
        """The pipeline runs, or those of one workflow, the oldest first."""
        with self._lock:
            settle(self._state)
            return [run for run in self._state.runs.values() if workflow_id in {None, run.key[1]}]

    def production(self, workflow_id: str) -> Workflow | None:
        """What is in production of a workflow: as it was when the run was made that brought it there."""
        with self._lock:
            settle(self._state)
            return next((it for it in self._state.production.values() if it.workflow_id == workflow_id), None)

    def approve(self, run_id: Id) -> None:
        """Pass the stage at which a run waits for a person, as somebody in the console would."""
        with self._lock:
            settle(self._state)
            run = self._state.runs.get(run_id)
            stage = run.current if run else None
            if run is None or stage is None or not stage.manual:
                raise ValueError(f"no pipeline run {run_id} that waits for a person")
            stage.status = "Success"
            settle_run(self._state, run)

    def deploy(self, workflow_id: Id, kind: Kind = "Online") -> str:
        """Bring a workflow into production or out of it at once, by a run of somebody else; the run's ID."""
        with self._lock:
            run = new_run(self._state, kind, self.workflow(workflow_id), lambda _: Life("immediate"), "PROD")
            run.stages = [stage for stage in run.stages if not stage.manual]
            self._state.add_run(run)
            settle_run(self._state, run)
            if (stage := run.current) is not None and stage.type == "Delete":
                abolish(run, self.clock.now())  # who did this keeps the workflow in Data Studio
            return run.run_id

    def workflows(self) -> list[Workflow]:
        """What is stored now, the oldest first."""
        with self._lock:
            settle(self._state)
            return list(self._state.workflows())

    def objects(self) -> list[Workflow]:
        """The nodes outside of workflows, the file resources and the functions that are stored now, the oldest first."""
        with self._lock:
            return [one for one in self._state.objects() if one.kind in OBJECTS]

    def workflow(self, workflow_id: str) -> Workflow:
        """The stored workflow, or other object, with that ID, of whatever workspace."""
        for workflow in [*self.workflows(), *self.objects()]:
            if workflow.workflow_id == workflow_id:
                return workflow
        raise ValueError(f"no workflow {workflow_id}")

    def edit(self, workflow_id: Id, document: JsonObject | None) -> None:
        """Replace a stored document, as somebody in the console would, by a whole one in which every node has an ID.

        None deletes the workflow.
        """
        if document is None:
            self.remove(workflow_id)
            return
        with self._lock:
            workflow = self.workflow(workflow_id)
            try:
                parsed = parse(json.dumps(document))
                if not (bodies := parsed["spec"].get(OBJECTS.get(workflow.kind, "workflows"))):
                    raise ValueError("the document has no workflow")
                self._state.account = self.account
                replace_body(self._state, workflow, parsed, bodies[0])
            except SpecError as error:
                raise ValueError(str(error)) from None
            except KeyError as error:
                raise ValueError(f"the document has a workflow or a node without {error.args[0]}") from None

    def edit_node(self, workflow: str, node: str, field: str, value: Any) -> None:
        """Set one field of one node, as somebody in the console would.

        Args:
            workflow: The name or the ID of its workflow, or that of an object outside of workflows.
            node: Its name; also that of a node inside a loop.
            field: Such as `script.content`.
            value: What it becomes; None takes the field away.
        """
        with self._lock:
            every = [*self.workflows(), *self.objects()]
            found = [one for one in every if workflow in (one.workflow_id, one.body["name"])]
            if len(found) != 1:
                raise ValueError(f"{len(found)} workflows have the name or the ID {workflow}")
            document = copy.deepcopy(found[0].document)
            spec = document["spec"]
            around = spec if found[0].kind in OBJECTS else spec["workflows"][0]
            nodes = [one for one in _nodes(around) if one["name"] == node]
            if len(nodes) != 1:
                raise ValueError(f"{len(nodes)} nodes of {workflow} have the name {node}")
            holder, (*steps, last) = nodes[0], field.split(".")
            for step in steps:
                holder = holder.setdefault(step, {})
                if not is_object(holder):
                    raise ValueError(f"{step} in {field} is not an object")
            holder[last] = value
            if value is None:
                del holder[last]
            self.edit(found[0].workflow_id, document)

    def remove(self, workflow_id: str) -> None:
        """Delete a stored workflow behind the user's back, published or not."""
        with self._lock:
            self._state.store(self.workflow(workflow_id).key, None, self.clock.now())

    def lock(self, workflow_id: Id, *, locked: bool = True) -> None:
        """Hold a workflow open, as somebody in the console would; what it means is the switch `locked_workflow`."""
        with self._lock:
            key = self.workflow(workflow_id).key
            (self._state.locked.add if locked else self._state.locked.discard)(key)

    def publish(self, workflow_id: Id, *, published: bool = True) -> None:
        """Make a workflow one that is deployed to production, or undeployed, without a pipeline run."""
        with self._lock:
            change = publish if published else take_offline
            change(self._state, self.workflow(workflow_id), self.clock.now())


def _nodes(owner: JsonObject) -> Iterator[JsonObject]:
    """The nodes below a workflow or a node."""
    for value in owner.values():
        for item in value if is_list(value) else [value]:
            if is_object(item):
                if "name" in item and "script" in item:
                    yield item
                yield from _nodes(item)
