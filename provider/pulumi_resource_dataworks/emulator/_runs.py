"""A pipeline run's life: its stages, what each does at its end, and what is in production after it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from ._errors import REFUSED, ServiceError
from ._lives import Life
from ._world import Key, Workflow, World, stable

Entity = dict[str, Any]
Status = Literal["Init", "Running", "Success", "Fail", "Termination", "Cancel"]
ENDED: Final = ("Success", "Fail", "Termination", "Cancel")

NOT_RUNNING: Final = "流水线不是正在运行"
"""What ExecPipelineRunStage answers on a run that has ended (the vendor's skill, HTTP 400; its code is unknown)."""


@dataclass(frozen=True)
class Plan:
    """A stage of a list of stages.

    Attributes:
        code: Its code.
        name: Its name.
        type: Its type.
        own: Whether it begins by itself.
        person: Whether only a person can pass it.
    """

    code: str
    name: str
    type: Literal["Deploy", "Check", "Offline", "Build", "Delete"]
    own: bool = False
    person: bool = False


# Seen in a workspace of simple mode (DWDevin, SQL20 deployment). DEV_CHECK is named by the vendor's skill, DEV by the
# vendor's SDK; that a workspace of standard mode has them in this order is a guess.
_BUILD = Plan("BUILD_PACKAGE", "Build", "Build", own=True)
_DEV = (Plan("DEV_CHECK", "Development check", "Check"), Plan("DEV", "Development", "Deploy"))
_PROD = (Plan("PROD_CHECK", "Production check", "Check"), Plan("PROD", "Production", "Deploy"))
# Seen by the vendor's skill.
_OFFLINE = (
    Plan("OfflineCheck", "Offline check", "Check", own=True),
    Plan("PROD_CHECK", "Production check", "Check"),
    Plan("PROD", "Production", "Offline"),
)
# The code and the type of a stage that a person has to pass are unknown: nothing may depend on them.
_APPROVAL = Plan("Emulator.Approval", "Approval", "Check", person=True)


def plans(kind: str, *, standard: bool, approval: bool) -> list[Plan]:
    """The stages of a run, in order."""
    online = (_BUILD, *(_DEV if standard else ()), *_PROD)
    listed = list(online if kind == "Online" else _OFFLINE)
    return [*listed[:-1], _APPROVAL, listed[-1]] if approval else listed


@dataclass
class Stage:
    """A stage of a run.

    Attributes:
        plan: Which one it is.
        life: How it lives once it was begun.
        begun: When it was begun, in seconds; None before.
        status: How it stands.
        message: Why it did not end in Success.
        polls: How often the run was asked for since it was begun.
    """

    plan: Plan
    life: Life
    begun: float | None = None
    status: Status = "Init"
    message: str = ""
    polls: int = 0


@dataclass
class Run:
    """One pipeline run.

    Attributes:
        run_id: Its ID.
        kind: Online or Offline.
        key: Project and ID of the workflow.
        creator: The account that made it.
        description: What its maker said.
        created: When, in seconds.
        modified: When it changed last, in seconds.
        package: The workflow as it was when the run was made; None where there was none.
        stages: Its stages.
        status: How it stands.
        message: Why it did not end in Success.
        culprit: The ID of the object that made a stage fail, where one did.
        automatic: The codes of the stages that begin by themselves because the run was asked to go on.
    """

    run_id: str
    kind: Literal["Online", "Offline"]
    key: Key
    creator: str
    description: str
    created: float
    modified: float
    package: Workflow
    stages: list[Stage]
    status: Status = "Running"
    message: str = ""
    culprit: str = ""
    automatic: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self.status in ENDED

    @property
    def current(self) -> Stage | None:
        """The first stage that has not ended well."""
        return next((stage for stage in self.stages if stage.status != "Success"), None)

    def settle(self, world: World, now: float) -> None:
        """Let every stage end whose time has come, and begin those that begin by themselves."""
        while self.status not in ENDED and (stage := self.current) is not None:
            if stage.status == "Init" and (stage.plan.own or stage.plan.code in self.automatic):
                self.begin(stage, now)
            if stage.status != "Running" or not self._is_over(stage, now):
                return
            self._end(world, stage, now)
        if self.status not in ENDED:
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
        if stage.plan.person:
            return False
        if stage.life.progression == "polls":
            return stage.polls >= stage.life.amount
        begun = now if stage.begun is None else stage.begun
        return now >= begun + stage.life.seconds(len(self.package.nodes))

    def _end(self, world: World, stage: Stage, now: float) -> None:
        self.modified = now
        try:
            _take_effect(world, self, stage, now)
        except ServiceError as refusal:
            stage.status = "Fail"
            stage.message = refusal.message
            self.culprit = self.culprit or _named(self.package, refusal.message)
            if world.switches.failed_run == "ends":
                self.status, self.message = "Fail", refusal.message
        else:
            stage.status = "Success"


def _take_effect(world: World, run: Run, stage: Stage, now: float) -> None:
    if stage.life.outcome != "Success":
        raise ServiceError(400, REFUSED, stage.life.error or "The check did not pass.")
    effect = _EFFECTS.get((run.kind, stage.plan.code))
    if effect is not None:
        effect(world, run, now)


def _named(package: Workflow, message: str) -> str:
    """The ID of the node that a message names, or else of the workflow."""
    for node_id, node in package.nodes.items():
        if node_id in message or f'"{node["name"]}"' in message:
            return node_id
    return package.workflow_id


def _publish(world: World, run: Run, now: float) -> None:
    taken = {
        output: other
        for key, other in world.production.items()
        if key != run.key
        for output in outputs(other)
    }
    for node in run.package.nodes.values():
        for output in _outputs(node):
            if output in taken:
                # The vendor's skill has these words, from the stage PROD.
                run.culprit = node["id"]
                message = (
                    f'node "{node["name"]}" can not exported multiple nodes into the same output: {output}'
                )
                raise ServiceError(400, REFUSED, message)
    world.production[run.key] = run.package
    stored = world.current(run.key)
    if stored is not None:
        world.store(run.key, deployed(stored), now)


def _take_offline(world: World, run: Run, now: float) -> None:
    world.production.pop(run.key, None)
    stored = world.current(run.key)
    if stored is not None:
        world.store(run.key, undeployed(world, stored), now)


def _refuse_needed(world: World, run: Run, _: float) -> None:
    """Documented of the console: a node that others depend on cannot be undeployed."""
    here = outputs(world.production.get(run.key, run.package))
    for key, other in world.production.items():
        for dependency in other.body["dependencies"] if key != run.key else ():
            for item in dependency.get("depends", []):
                if item.get("output") in here:
                    name = other.nodes.get(dependency["nodeId"], other.body)["name"]
                    run.culprit = here[item["output"]]
                    message = f'node "{name}" of workflow "{other.body["name"]}" depends on {item["output"]}'
                    raise ServiceError(400, REFUSED, message)


_EFFECTS: Final[Mapping[tuple[str, str], Callable[[World, Run, float], None]]] = {
    ("Online", "PROD"): _publish,
    ("Offline", "OfflineCheck"): _refuse_needed,
    ("Offline", "PROD"): _take_offline,
}


def outputs(workflow: Workflow) -> dict[str, str]:
    """The outputs that the nodes of a workflow make, each with its node's ID."""
    return {output: node_id for node_id, node in workflow.nodes.items() for output in _outputs(node)}


def _outputs(node: Entity) -> list[str]:
    made: list[Entity] = node.get("outputs", {}).get("nodeOutputs", [])
    return [output["data"] for output in made if "data" in output]


def deployed(workflow: Workflow) -> Workflow:
    """The workflow as one that is in production. Its ID there is a small number: about ten digits in real traffic."""
    scheduling_id = 10**9 + stable(workflow.workflow_id, "scheduling", below=10**9)
    return replace(workflow, published=True, scheduling_id=scheduling_id)


def undeployed(world: World, workflow: Workflow) -> Workflow:
    """The workflow as one that is not in production any more."""
    gone = world.switches.undeployed_workflow_id == "gone"
    return replace(workflow, published=False, scheduling_id=None if gone else workflow.scheduling_id)
