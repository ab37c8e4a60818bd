"""A pipeline run's life: its stages, what each does at its end, and what is in production after it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from ._errors import REFUSED, ServiceError
from ._jobs import Life
from ._json import JsonObject
from ._state import Key, ServiceState, Workflow, scheduling_id

Status = Literal["Init", "Running", "Success", "Fail", "Termination", "Cancel"]
RunKind = Literal["Online", "Offline"]
ENDED: Final = ("Success", "Fail", "Termination", "Cancel")

NOT_RUNNING: Final = "流水线不是正在运行"
"""What ExecPipelineRunStage answers on a run that has ended (the vendor's skill, HTTP 400; its code is unknown)."""


@dataclass(frozen=True)
class StageDefinition:
    """A stage of a list of stages.

    Attributes:
        automatic: Whether it begins by itself.
        manual: Whether only a person can pass it.
    """

    code: str
    name: str
    type: Literal["Deploy", "Check", "Offline", "Build", "Delete"]
    automatic: bool = False
    manual: bool = False


# Seen in a workspace of simple mode (DWDevin, SQL20 deployment). DEV_CHECK is named by the vendor's skill, DEV by the
# vendor's SDK; that a workspace of standard mode has them in this order is a guess.
_BUILD = StageDefinition("BUILD_PACKAGE", "Build", "Build", automatic=True)
_DEV_CHECK = StageDefinition("DEV_CHECK", "Development check", "Check")
_DEV = StageDefinition("DEV", "Development", "Deploy")
_PROD_CHECK = StageDefinition("PROD_CHECK", "Production check", "Check")
_PROD = StageDefinition("PROD", "Production", "Deploy")
# Seen by the vendor's skill.
_OFFLINE_CHECK = StageDefinition("OfflineCheck", "Offline check", "Check", automatic=True)
_PROD_OFFLINE = StageDefinition("PROD", "Production", "Offline")
# The code and the type of a stage that a person has to pass are unknown: nothing may depend on them.
_APPROVAL = StageDefinition("Emulator.Approval", "Approval", "Check", manual=True)


def stages_of(kind: RunKind, *, standard: bool, approval: bool) -> list[StageDefinition]:
    """The stages of a run, in order; a workspace in standard mode has an environment for development."""
    if kind == "Offline":
        listed = [_OFFLINE_CHECK, _PROD_CHECK, _PROD_OFFLINE]
    else:
        listed = [_BUILD, *((_DEV_CHECK, _DEV) if standard else ()), _PROD_CHECK, _PROD]
    return [*listed[:-1], _APPROVAL, listed[-1]] if approval else listed


@dataclass
class Stage:
    """A stage of a run.

    Attributes:
        life: How it lives once it was begun.
        begun: When it was begun, in seconds; None before.
        message: Why it did not end in Success.
        polls: How often the run was asked for since it was begun.
    """

    definition: StageDefinition
    life: Life
    begun: float | None = None
    status: Status = "Init"
    message: str = ""
    polls: int = 0


@dataclass
class Run:
    """One pipeline run; times are seconds.

    Attributes:
        key: Project and ID of the workflow.
        creator: The account that made it.
        package: The workflow as it was when the run was made.
        automatic: The codes of the stages that begin by themselves because the run was asked to go on.
        message: Why it did not end in Success.
        culprit: The ID of the object that made a stage fail, where one did.
    """

    kind: RunKind
    key: Key
    creator: str
    created: float
    package: Workflow
    stages: list[Stage]
    description: str = ""
    automatic: tuple[str, ...] = ()
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    modified: float = field(init=False)
    status: Status = "Running"
    message: str = ""
    culprit: str = ""

    def __post_init__(self) -> None:
        self.modified = self.created

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self.status in ENDED

    @property
    def current(self) -> Stage | None:
        """The first stage that has not ended well."""
        return next((stage for stage in self.stages if stage.status != "Success"), None)

    def settle(self, state: ServiceState, now: float) -> None:
        """Let every stage end whose time has come, and begin those that begin by themselves."""
        while not self.ended and (stage := self.current) is not None:
            definition = stage.definition
            if stage.status == "Init" and (definition.automatic or definition.code in self.automatic):
                self.begin(stage, now)
            if stage.status != "Running" or not self._is_over(stage, now):
                return
            self._end(state, stage, now)
        if not self.ended:
            self.status = "Success"

    def begin(self, stage: Stage, now: float) -> None:
        """Begin a stage."""
        stage.begun, stage.status, self.modified = now, "Running", now

    def abolish(self, now: float) -> None:
        """End the run before its end."""
        self.status, self.modified = "Cancel", now
        for stage in self.stages:
            if stage.status in ("Init", "Running"):
                stage.status = "Cancel"

    def _is_over(self, stage: Stage, now: float) -> bool:
        if stage.definition.manual:
            return False
        if stage.life.progression == "polls":
            return stage.polls >= stage.life.amount
        begun = now if stage.begun is None else stage.begun
        return now >= begun + stage.life.seconds(len(self.package.nodes))

    def _end(self, state: ServiceState, stage: Stage, now: float) -> None:
        self.modified = now
        try:
            self._take_effect(state, stage, now)
        except ServiceError as refusal:
            stage.status, stage.message = "Fail", refusal.message
            self.culprit = self.culprit or _named(self.package, refusal.message)
            if state.switches.failed_run == "ends":
                self.status, self.message = "Fail", refusal.message
        else:
            stage.status = "Success"

    def _take_effect(self, state: ServiceState, stage: Stage, now: float) -> None:
        if stage.life.outcome != "Success":
            raise ServiceError(400, REFUSED, stage.life.error or "The check did not pass.")
        effect = _EFFECTS.get((self.kind, stage.definition.code))
        if effect is not None:
            effect(state, self, now)


def _named(package: Workflow, message: str) -> str:
    """The ID of the node that a message names, or else of the workflow."""
    for node_id, node in package.nodes.items():
        if node_id in message or f'"{node["name"]}"' in message:
            return node_id
    return package.workflow_id


def _publish(state: ServiceState, run: Run, now: float) -> None:
    others = (other for key, other in state.production.items() if key != run.key)
    taken = {output for other in others for output in outputs(other)}
    for output, node_id in outputs(run.package).items():
        if output in taken:
            # The vendor's skill has these words, from the stage PROD.
            run.culprit, name = node_id, run.package.nodes[node_id]["name"]
            message = f'node "{name}" can not exported multiple nodes into the same output: {output}'
            raise ServiceError(400, REFUSED, message)
    state.production[run.key] = run.package
    stored = state.current(run.key)
    if stored is not None:
        state.store(run.key, deployed(stored), now)


def _take_offline(state: ServiceState, run: Run, now: float) -> None:
    state.production.pop(run.key, None)
    stored = state.current(run.key)
    if stored is not None:
        state.store(run.key, undeployed(state, stored), now)


def _refuse_needed(state: ServiceState, run: Run, _: float) -> None:
    """Documented of the console: a node that others depend on cannot be undeployed."""
    here = outputs(state.production.get(run.key, run.package))
    for key, other in state.production.items():
        for dependency in other.body["dependencies"] if key != run.key else ():
            for item in dependency.get("depends", []):
                if item.get("output") in here:
                    name = other.nodes.get(dependency["nodeId"], other.body)["name"]
                    run.culprit = here[item["output"]]
                    message = f'node "{name}" of workflow "{other.body["name"]}" depends on {item["output"]}'
                    raise ServiceError(400, REFUSED, message)


_EFFECTS: Final[Mapping[tuple[str, str], Callable[[ServiceState, Run, float], None]]] = {
    ("Online", "PROD"): _publish,
    ("Offline", "OfflineCheck"): _refuse_needed,
    ("Offline", "PROD"): _take_offline,
}


def outputs(workflow: Workflow) -> dict[str, str]:
    """The outputs that the nodes of a workflow make, each with its node's ID."""
    return {output: node_id for node_id, node in workflow.nodes.items() for output in outputs_of_node(node)}


def outputs_of_node(node: JsonObject) -> list[str]:
    """The outputs that a node makes."""
    made: list[JsonObject] = node["outputs"].get("nodeOutputs", [])
    return [output["data"] for output in made if "data" in output]


def deployed(workflow: Workflow) -> Workflow:
    """The workflow as one that is in production."""
    return replace(workflow, published=True, scheduling_id=scheduling_id(workflow.workflow_id, "scheduling"))


def undeployed(state: ServiceState, workflow: Workflow) -> Workflow:
    """The workflow as one that is not in production any more."""
    gone = state.switches.undeployed_workflow_id == "gone"
    return replace(workflow, published=False, scheduling_id=None if gone else workflow.scheduling_id)
